"""Functionals and layers of paddle.nn give the results and gradients recorded from PaddlePaddle 3.3.1."""

from pathlib import Path

import numpy as np
import pytest

import paddlelite as paddle

from .cases import run

GOLDEN = np.load(Path(__file__).resolve().parent.parent / "golden" / "nn.npz")
NAMES = sorted(n for n in GOLDEN.files if "#" not in n)
#: Gradients that PaddlePaddle does not give are not compared: ours come after those it gives.


@pytest.fixture(scope="module")
def results():
    return run(paddle)


def recorded(name):
    values, sizes, arrays = GOLDEN[name], list(GOLDEN[f"{name}#shapes"]), []
    while sizes:
        rank = sizes.pop(0)
        shape = [sizes.pop(0) for _ in range(rank)]
        count = int(np.prod(shape))
        arrays.append(values[:count].reshape(shape))
        values = values[count:]
    return arrays


@pytest.mark.parametrize("name", NAMES)
def test_as_paddlepaddle(results, name):
    want = recorded(name)
    got = results[name]
    assert [a.shape for a in got] == [a.shape for a in want]
    for a, b in zip(got, want, strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-4, atol=3e-5)
