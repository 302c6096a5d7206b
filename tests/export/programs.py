"""Programs for the tests of the executors."""

import numpy as np

import paddlelite as paddle
from paddlelite.capture import Capture
from paddlelite.dims import symbol
from paddlelite.dtypes import dtype_of
from paddlelite.ir import verify
from paddlelite.op import Spec


def trace(fn, *inputs, grad=()):
    """The program of ``fn``. An input is ``(name, dims, dtype)``; names in dims are symbols."""
    with Capture() as c:
        values = [
            c.input(
                Spec(tuple(symbol(d) if isinstance(d, str) else d for d in dims), dtype_of(dtype)),
                name,
                stop_gradient=name not in grad,
            )
            for name, dims, dtype in inputs
        ]
        out = fn(*values)
        program = c.finish(out if isinstance(out, (list, tuple)) else [out])
    verify(program)
    return program


def normal(*shape, seed=0, grad=False):
    """A float32 tensor."""
    values = np.random.default_rng(seed).standard_normal(shape).astype(np.float32)
    return paddle.to_tensor(values, stop_gradient=not grad)
