"""Mathematics against what PaddlePaddle 3.3.1 gave (tests/golden/make_math.py): values, dtypes, shapes, errors."""

from __future__ import annotations

import importlib.util
import json
import warnings
from pathlib import Path

import pytest

import paddlelite as paddle
import paddlelite.nn.functional.activation as functional

_GOLDEN = Path(__file__).parent.parent / "golden"
_spec = importlib.util.spec_from_file_location("make_math", _GOLDEN / "make_math.py")
make_math = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(make_math)
RECORDED = json.loads((_GOLDEN / "math.json").read_text(encoding="utf-8"))

#: What differs on purpose, and why.
DIFFERENT = {
    "T([7, 3], dtype='uint8') - T([7, 3], dtype='uint8')": "PaddlePaddle has no uint8 kernel",
    "T([7, 3], dtype='uint8') * T([7, 3], dtype='uint8')": "PaddlePaddle has no uint8 kernel",
    "T([7, 3], dtype='uint8') % 2": "PaddlePaddle has no uint8 kernel",
    "2 % T([7, 3], dtype='uint8')": "PaddlePaddle has no uint8 kernel",
    "F.maxout(T(np.arange(8).reshape(1, 4, 2).astype('float32')), 2)": "PaddlePaddle takes rank 4 only",
}


@pytest.fixture(scope="module")
def ours():
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # inf and nan come silently
        return make_math.record(paddle, functional)


def close(got, want):
    if isinstance(got, list) and isinstance(want, list):
        return len(got) == len(want) and all(map(close, got, want))
    if isinstance(want, float) and isinstance(got, (int, float)):
        return abs(got - want) <= 1e-5 * max(1.0, abs(want))
    return got == want


@pytest.mark.parametrize("text", RECORDED)
def test_as_recorded(ours, text):
    agrees = close(ours[text], RECORDED[text])
    assert agrees is (text not in DIFFERENT), f"{text} gives {ours[text]}, PaddlePaddle {RECORDED[text]}"


def test_enough_is_recorded():
    assert len(RECORDED) > 700
    assert sum("raises" in v for v in RECORDED.values() if isinstance(v, dict)) > 100
