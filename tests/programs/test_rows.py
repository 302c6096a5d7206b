"""The table of the checklist: every row is there, and every test it names."""

import ast
from pathlib import Path

import pytest

from .rows import ROWS, named_by

HERE = Path(__file__).parent


def test_every_row_is_there():
    assert list(ROWS) == [*range(1, 89), "point 4", "point 5", "point 6"]


@pytest.mark.parametrize("row", ROWS)
def test_a_row_names_tests_that_exist(row):
    title, ids = ROWS[row]
    assert title and ids and len(set(ids)) == len(ids)
    for test in ids:
        path, name = test.split("::")
        tree = ast.parse((HERE / path).read_text(encoding="utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, test


def test_rows_as_pytest_takes_them():
    assert named_by(["18", "28"]) == [
        "tests/programs/test_loop_names.py::test_reassigned_loop_variable",
        "tests/programs/test_loops.py::test_temporaries_are_not_carried",
    ]
