"""Whole scripts for `paddle.static`, as people write them, compute what they do in PaddlePaddle."""

import json
from pathlib import Path

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite.framework import unique_name
from tests.golden.make_static_programs import PROGRAMS, run

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "static_programs.json").read_text())


def numbers(nested):
    """A flat list of them."""
    return [n for x in nested for n in numbers(x)] if isinstance(nested, (list, tuple)) else [nested]


@pytest.mark.parametrize("name", PROGRAMS)
def test_as_in_paddlepaddle(name):
    with unique_name.guard():
        found = run(paddle, name)
    np.testing.assert_allclose(numbers(found), numbers(GOLDEN[name]), rtol=1e-4, atol=1e-6)
