"""What pyproject.toml says is what the tree holds. The wheel itself is built and tried by `.ci/run`."""

import pathlib
import re
import sys

import pytest

import paddlelite

ROOT = pathlib.Path(__file__).parent.parent
tomllib = pytest.importorskip("tomllib", reason="tomllib came with Python 3.11")


@pytest.fixture(scope="module")
def metadata():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def packages_in_the_tree():
    for folder, name in (
        ("paddlelite", "paddlelite"),
        ("export", "paddlelite.export"),
        ("jit", "paddlelite.jit"),
    ):
        for path in [ROOT / folder, *(ROOT / folder).rglob("*/")]:
            if any(path.glob("*.py")):
                yield ".".join([name, *path.relative_to(ROOT / folder).parts])


def test_every_package_is_listed(metadata):
    listed = metadata["tool"]["setuptools"]["packages"]
    assert sorted(listed) == sorted(packages_in_the_tree()), "[tool.setuptools] packages in pyproject.toml"
    assert listed == sorted(listed)


def test_every_package_has_an_init():
    for name in packages_in_the_tree():
        folder = name.replace("paddlelite.jit", "jit").replace("paddlelite.export", "export")
        assert (ROOT / folder.replace(".", "/") / "__init__.py").exists(), name


def test_every_data_file_is_packaged(metadata):
    patterns = metadata["tool"]["setuptools"]["package-data"]["*"]
    for folder in ("paddlelite", "jit", "export"):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and path.suffix not in (".py", ".pyc"):
                assert any(path.match(pattern) for pattern in patterns), path


def test_the_version_has_one_place(metadata):
    assert metadata["project"]["version"] == paddlelite.__version__
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## {re.escape(paddlelite.__version__)}\b", changelog, re.MULTILINE)


def test_this_interpreter_is_supported(metadata):
    lowest = metadata["project"]["requires-python"].removeprefix(">=")
    assert sys.version_info >= tuple(map(int, lowest.split(".")))
