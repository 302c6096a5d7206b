"""Captured programs of the tensor functions give eager's results, with known and with unknown sizes."""

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite import dims as D
from paddlelite.capture import Capture
from paddlelite.errors import InvalidArgumentError, UnimplementedError
from paddlelite.export.executor import run_onnxruntime
from paddlelite.interpret import run_program
from paddlelite.ir import verify
from paddlelite.op import Spec

from .tensor_programs import PROGRAMS, X, as_list, eager


def captured(name, symbolic):
    function, *arrays = PROGRAMS[name]
    with Capture() as c:
        values = []
        for i, a in enumerate(arrays):
            loose = symbolic and a.dtype.kind == "f"
            dims = tuple(D.symbol(f"n{i}_{k}") if loose and n != 1 else n for k, n in enumerate(a.shape))
            values.append(c.input(Spec(dims, paddle.to_tensor(a).dtype), f"x{i}"))
        program = c.finish(as_list(function(*values)))
    verify(program)
    return program, arrays


@pytest.mark.parametrize("symbolic", [False, True])
@pytest.mark.parametrize("name", list(PROGRAMS))
def test_captured_is_eager(name, symbolic):
    program, arrays = captured(name, symbolic)
    for run in (run_program, run_onnxruntime):
        for got, want in zip(run(program, arrays), eager(name), strict=True):
            assert got.dtype == want.dtype and got.shape == want.shape
            np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "function, error",
    [
        (lambda x: x.unbind(0), InvalidArgumentError),
        (lambda x: paddle.block_diag([x[:, :, 0]]), InvalidArgumentError),
        (lambda x: x.reshape_([-1]), UnimplementedError),
        (lambda x: x[: x > 0], InvalidArgumentError),
        (lambda x: x[(x.sum() > 0)], InvalidArgumentError),
    ],
)
def test_what_needs_a_known_size(function, error):
    with Capture() as c, pytest.raises(error):
        function(c.input(Spec((D.symbol("n"), D.symbol("m"), 4), paddle.float32), "x"))


@pytest.mark.parametrize("name", ["to", "in place"])
def test_in_place_in_a_graph(name):
    """In-place functions change what a tensor stands for; the tensor itself is only read."""
    outer = paddle.to_tensor(X)
    with Capture() as c:
        x = c.input(Spec(X.shape, paddle.float32), "x")
        y = x * 1
        y.fill_(3.0) if name == "to" else y.zero_().index_fill_(paddle.to_tensor([1]), 0, 2.0)
        program = c.finish([y + outer])
    want = np.full_like(X, 3.0)
    if name != "to":
        want[:] = 0
        want[1] = 2
    for run in (run_program, run_onnxruntime):
        np.testing.assert_array_equal(run(program, [X])[0], want + X)
