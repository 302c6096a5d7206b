"""Matrix products."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import dims as D
from ..errors import InvalidArgumentError
from ..op import Spec, op
from .elementwise import multiply
from .reduce import reduce_sum
from .rules import holomorphic, sum_to
from .samples import f32, f64
from .shape import squeeze, unsqueeze


@op("matmul_v2", total=True)
def matmul(X, Y, *, trans_x=False, trans_y=False):  # type: ignore[no-untyped-def]
    """Matrix product with broadcasting over leading axes; 1-D operands as in NumPy. ONNX: MatMul."""
    if X.dtype is not Y.dtype and X.dtype != Y.dtype:
        raise TypeError("matmul does not promote")  # NumPy would; the shape rule says what is wrong
    if X.dtype.itemsize == 2:
        return _in_float32(X, Y, trans_x, trans_y)
    if trans_x and X.ndim > 1:
        X = X.swapaxes(-1, -2)
    if trans_y and Y.ndim > 1:
        Y = Y.swapaxes(-1, -2)
    if Y.ndim == 2 and X.ndim > 2 and not trans_x:
        # One large product instead of many small ones.
        return np.matmul(X.reshape(-1, X.shape[-1]), Y).reshape(*X.shape[:-1], Y.shape[1])
    return np.matmul(X, Y)


def _in_float32(X: np.ndarray, Y: np.ndarray, trans_x: bool = False, trans_y: bool = False) -> np.ndarray:
    """The product of half-precision operands, added up in float32. (NumPy has no BLAS for them.)"""
    if X.dtype.kind in "iu":  # int16
        X, Y = (a.swapaxes(-1, -2) if t and a.ndim > 1 else a for a, t in ((X, trans_x), (Y, trans_y)))
        return np.asarray(np.matmul(X, Y))
    out = matmul.kernel(X.astype(np.float32), Y.astype(np.float32), trans_x=trans_x, trans_y=trans_y)  # type: ignore[misc]
    return np.asarray(out).astype(X.dtype)


@matmul.infer
def _(X: Any, Y: Any, *, trans_x: bool = False, trans_y: bool = False) -> Spec:
    x, y = list(X.dims), list(Y.dims)
    if not x or not y:
        raise InvalidArgumentError(f"matmul needs at least 1-D tensors, got {x} and {y}")
    if X.dtype is not Y.dtype:
        raise InvalidArgumentError(
            f"matmul: the dtypes of X ({X.dtype.name}) and Y ({Y.dtype.name}) must agree"
        )
    if trans_x and len(x) > 1:
        x[-1], x[-2] = x[-2], x[-1]
    if trans_y and len(y) > 1:
        y[-1], y[-2] = y[-2], y[-1]
    k, k2 = x[-1], y[-2] if len(y) > 1 else y[0]
    if isinstance(k, int) and isinstance(k2, int) and k != k2:
        raise InvalidArgumentError(
            f"In operator matmul, the inner dimension of Input(X) must be equal to that of Input(Y). But receiving "
            f"X's shape: {list(X.dims)}, Y's shape: {list(Y.dims)}, whose inner dimensions are [{k}] and [{k2}]."
        )
    lead = D.broadcast(x[:-2], y[:-2]) if len(x) > 2 or len(y) > 2 else ()
    return Spec((*lead, *x[-2:-1], *(y[-1:] if len(y) > 1 else ())), X.dtype)


@matmul.grad(saves="X Y")
@holomorphic
def _(c: Any, g: Any) -> Any:
    x, y = c.X, c.Y
    if len(x.dims) == 1 and len(y.dims) == 1:
        g = unsqueeze(g, axes=[0])
        return multiply(g, y) if c.needs("X") else None, multiply(g, x) if c.needs("Y") else None
    if len(x.dims) == 1:
        rows = unsqueeze(g, axes=[-2])
        dx = squeeze(matmul(rows, y, trans_y=not c.trans_y), axes=[-2]) if c.needs("X") else None
        dy = _outer(unsqueeze(x, axes=[1]), rows, c.trans_y) if c.needs("Y") else None
        return _reduced(c, dx, dy)
    if len(y.dims) == 1:
        columns = unsqueeze(g, axes=[-1])
        dx = _outer(columns, unsqueeze(y, axes=[0]), c.trans_x) if c.needs("X") else None
        dy = squeeze(matmul(x, columns, trans_x=not c.trans_x), axes=[-1]) if c.needs("Y") else None
        return _reduced(c, dx, dy)
    dx = dy = None
    if c.needs("X"):
        swapped = matmul(y, g, trans_x=c.trans_y, trans_y=True) if c.trans_x else None
        dx = matmul(g, y, trans_y=not c.trans_y) if swapped is None else swapped
        dx = sum_to(dx, c.like("X"))
    if c.needs("Y"):
        dy = _weight_grad(c, x, g)
    return dx, dy


def _reduced(c: Any, dx: Any, dy: Any) -> Any:
    """Gradients summed over the axes along which the operands were broadcast."""
    return None if dx is None else sum_to(dx, c.like("X")), None if dy is None else sum_to(dy, c.like("Y"))


def _weight_grad(c: Any, x: Any, g: Any) -> Any:
    like = c.like("Y")
    if len(like.dims) == 2 and len(x.dims) > 2 and not c.trans_x and not c.trans_y:
        # A batch of rows against one matrix: one product over all rows, not a batch of products and a sum.
        from .shape import reshape

        flat = [reshape(t, shape=[-1, t.dims[-1]]) if isinstance(t.dims[-1], int) else None for t in (x, g)]
        if None not in flat:
            return matmul(flat[0], flat[1], trans_x=True)
    dy = matmul(g, x, trans_x=True, trans_y=c.trans_x) if c.trans_y else matmul(x, g, trans_x=not c.trans_x)
    return sum_to(dy, like)


def _outer(column: Any, row: Any, transposed: bool) -> Any:
    return matmul(row, column, trans_x=True, trans_y=True) if transposed else matmul(column, row)


@matmul.onnx
def _(b: Any, X: Any, Y: Any, *, trans_x: bool = False, trans_y: bool = False) -> Any:
    return b.MatMul(_swapped(b, X) if trans_x else X, _swapped(b, Y) if trans_y else Y)


def _swapped(b: Any, x: Any) -> Any:
    rank = len(x.dims)
    return b.Transpose(x, perm=[*range(rank - 2), rank - 1, rank - 2]) if rank > 1 else x


matmul.sample(f32(2, 3), f32(3, 4)).sample(f32(3, 2), f32(4, 3), trans_x=True, trans_y=True)
matmul.sample(f32(2, 5, 3), f32(3, 4)).sample(f32(5, 2, 3), f32(1, 3, 4)).sample(f32(3), f32(3))
matmul.sample(f32(3), f32(2, 3, 4)).sample(f32(2, 4, 3), f32(3)).sample(f64(2, 3), f64(4, 3), trans_y=True)
matmul.sample(f32(2, 3, 4), f32(2, 3, 5), trans_x=True)

__all__ = ["matmul", "reduce_sum"]
