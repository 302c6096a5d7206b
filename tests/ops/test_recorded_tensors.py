"""Shapes, dtypes, values, errors and text of tensors as recorded from PaddlePaddle 3.3.1."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite.errors import InvalidArgumentError, InvalidTypeError

GOLDEN = Path(__file__).resolve().parent.parent / "golden"


def recorder(name):
    spec = importlib.util.spec_from_file_location(name, GOLDEN / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TENSORS, PRINTING = recorder("make_tensors"), recorder("make_printing")
RECORDED = json.loads((GOLDEN / "tensors.json").read_text())
CALLS = {
    "expressions": TENSORS.evaluate,
    "creation": TENSORS.evaluate,
    "reads": TENSORS.read,
    "writes": TENSORS.write,
}


@pytest.mark.parametrize("part", list(CALLS))
def test_as_paddle(part):
    """Every recorded expression gives the recorded result, or an error of the recorded built-in class."""
    wrong = []
    for expression, want in RECORDED[part].items():
        got = CALLS[part](paddle, expression)
        is_error = isinstance(want, list) and want and isinstance(want[0], str)
        if not (want[0] in got if is_error else got == want):
            wrong.append(f"{expression}\n  recorded {want}\n  got      {got}")
    assert not wrong, "\n".join(wrong)


def test_recordings_are_of_these_cases():
    assert set(RECORDED["expressions"]) == set(TENSORS.EXPRESSIONS)
    assert set(RECORDED["writes"]) == set(TENSORS.WRITES)


def test_repr_as_paddle():
    want = json.loads((GOLDEN / "printing.json").read_text())
    got = PRINTING.record(paddle)
    assert got.keys() == want.keys()
    for name in want:
        assert got[name] == want[name], name


@pytest.mark.parametrize(
    "options, error",
    [
        ({"precision": "a"}, InvalidTypeError),
        ({"threshold": 1.5}, InvalidTypeError),
        ({"linewidth": -1}, InvalidArgumentError),
    ],
)
def test_bad_print_options(options, error):
    before = repr(paddle.to_tensor([0.5]))
    with pytest.raises(error):
        paddle.set_printoptions(edgeitems=1, **options)
    assert repr(paddle.to_tensor([0.5])) == before
    assert repr(paddle.to_tensor(np.arange(2000))).count(",") > 8, "nothing is set when one option is bad"
