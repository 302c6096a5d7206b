# Everything a newcomer needs: `make demo` and `make test`, in either order, on a fresh clone.
PYTHON ?= python3
VENV   ?= .venv
RUN    := $(VENV)/bin/python

.PHONY: help demo test check types bench dist clean

help:
	@echo "make demo   train, save, export and serve the digits sample (under a minute after the installation)"
	@echo "make test   the tests"
	@echo "make check  ruff and the type checker"
	@echo "make bench  our times beside PaddlePaddle's (PADDLE_PYTHON=...) and PyTorch's (TORCH_PYTHON=...)"
	@echo "make dist   wheel and sdist in dist/"

demo: $(VENV)/.samples
	$(RUN) samples/digits/main.py

# One pytest worker for each of two cores; tests/conftest.py holds NumPy to one thread in each.
test: $(VENV)/.samples $(VENV)/.test
	$(RUN) -m pytest -n 2 --dist worksteal $(PYTEST_ARGS)

check: $(VENV)/.dev
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	@$(MAKE) --no-print-directory types

# mypy knows no package-dir: the three folders are linked into the one package they become when installed.
STAGE := build/types
types: $(VENV)/.dev
	rm -rf $(STAGE) && mkdir -p $(STAGE)/paddlelite
	ln -s $(CURDIR)/paddlelite/* $(CURDIR)/jit $(CURDIR)/export $(STAGE)/paddlelite/
	cd $(STAGE) && $(abspath $(RUN)) -m mypy --config-file $(CURDIR)/pyproject.toml

bench: $(VENV)/.samples
	$(RUN) -m tests.bench

dist: $(VENV)/.dev
	rm -rf dist && $(RUN) -m build

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .ruff_cache .mypy_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
		{ echo "paddlelite needs Python 3.10 or newer; choose one with make PYTHON=..."; exit 1; }
	$(PYTHON) -m venv $(VENV)

# One stamp for each set of extras, renewed when the dependencies change.
$(VENV)/.%: pyproject.toml | $(VENV)/bin/python
	$(RUN) -m pip install -q --disable-pip-version-check -e ".[$*]"
	@touch $@
