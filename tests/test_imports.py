"""Imports go in one direction only, and what is heavy is imported where it is used."""

import ast
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parent.parent
FOLDERS = {"paddlelite": "paddlelite", "export": "paddlelite.export", "jit": "paddlelite.jit"}
FORBIDDEN = {
    "paddlelite": (
        "paddlelite.jit",
        "paddlelite.export",
        "onnx",
        "onnxruntime",
        "gast",
        "astor",
        "matplotlib",
    ),
    "export": ("paddlelite.jit", "gast", "astor", "matplotlib"),  # of onnx, see the test that imports it
    "jit": ("onnx", "onnxruntime", "matplotlib"),
}


def modules_of(node, package):
    """The absolute names an import statement may load, `package` being the dotted package it stands in."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    base = node.module or ""
    if node.level:
        parent = package.split(".")
        base = ".".join(parent[: len(parent) - node.level + 1] + ([node.module] if node.module else []))
    return [base, *(f"{base}.{alias.name}" for alias in node.names)]


def imports_at_module_level(tree):
    """Import statements that run when the module is imported; those for the type checker alone do not."""
    waiting = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting += node.orelse
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            waiting += [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)]


def offences(folder):
    for path in sorted((ROOT / folder).rglob("*.py")):
        package = ".".join([FOLDERS[folder], *path.relative_to(ROOT / folder).parent.parts])
        for node in imports_at_module_level(ast.parse(path.read_text(encoding="utf-8"))):
            for name in modules_of(node, package):
                if any(name == bad or name.startswith(bad + ".") for bad in FORBIDDEN[folder]):
                    yield f"{path.relative_to(ROOT)}:{node.lineno} imports {name}"


@pytest.mark.parametrize("folder", FOLDERS)
def test_imports_go_down_only(folder):
    assert list(offences(folder)) == []


def test_the_reader_of_imports_sees_relative_ones():
    tree = ast.parse("try:\n    from .. import jit\nexcept E:\n    pass\ndef f():\n    import onnx\n")
    found = [name for node in imports_at_module_level(tree) for name in modules_of(node, "paddlelite.export")]
    assert found == ["paddlelite", "paddlelite.jit"]


@pytest.mark.parametrize("folder", ["jit", "export"])
def test_the_folders_are_no_packages_of_their_own(folder):
    """`import jit` from the checkout's root would make a second copy of every class."""
    answer = subprocess.run(
        [sys.executable, "-c", f"import {folder}"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert answer.returncode == 1
    last = answer.stderr.strip().splitlines()[-1]
    assert last.startswith("ImportError") and f"paddlelite.{folder}" in last


LOADED = """
import sys
import numpy, ml_dtypes  # what these load is not ours
before = set(sys.modules)
import paddlelite
print(*sorted({name.partition(".")[0] for name in set(sys.modules) - before}))
"""


@pytest.mark.parametrize("module", ["paddlelite.export", "paddlelite.jit"])
def test_onnx_is_loaded_by_its_first_use(module):
    code = f"import sys, {module}; print(*{{'onnx', 'onnxruntime'}} & set(sys.modules))"
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == ""


def test_import_loads_nothing_heavy():
    """What it costs is in the table of tests/bench."""
    run = subprocess.run([sys.executable, "-c", LOADED], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(run.stdout.split())
    heavy = {
        "onnx",
        "onnxruntime",
        "matplotlib",
        "tqdm",
        "gast",
        "astor",
        "google",
        "scipy",
        "pandas",
        "torch",
    }
    assert not loaded & heavy
    others = {name for name in loaded if name not in sys.stdlib_module_names and not name.startswith("_")}
    assert others <= {"paddlelite", "numpy", "cython_runtime"}  # the latter comes with numpy.random
