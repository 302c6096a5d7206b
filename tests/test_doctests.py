"""Every example in the package's docstrings runs and prints what it says."""

import doctest
import importlib
import pathlib
import pkgutil

import numpy as np
import pytest

import paddlelite

ROOT = pathlib.Path(paddlelite.__file__).parent.parent
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def module_names():
    """All modules of the three folders; `__main__` runs the command line and holds no example."""
    folders = {"paddlelite": paddlelite.__path__[:1]}
    for name in ("paddlelite.export", "paddlelite.jit"):
        folders[name] = importlib.import_module(name).__path__
    found = ["paddlelite"]
    for prefix, path in folders.items():
        if prefix != "paddlelite":
            found.append(prefix)
        found += [info.name for info in pkgutil.walk_packages(path, prefix + ".")]
    return sorted(name for name in set(found) if not name.endswith("__main__"))


@pytest.mark.parametrize("name", module_names())
def test_examples(name, tmp_path, monkeypatch):
    module = importlib.import_module(name)
    monkeypatch.chdir(tmp_path)
    paddlelite.seed(0)
    with np.printoptions():
        # The examples are a user's code, not the library's own: to_static tells these apart by their module.
        names = {"__name__": "__main__"}
        failed, _ = doctest.testmod(module, extraglobs=names, optionflags=FLAGS, verbose=False)
    paddlelite.disable_static()  # where an example has left a guard of fluid
    assert failed == 0
