"""The affine map of eager execution: a matrix product and a bias in one op."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import InvalidArgumentError
from ..op import Spec, op
from .elementwise import add
from .linalg import matmul
from .reduce import reduce_sum
from .rules import sum_to
from .samples import f32, f64
from .shape import reshape

__all__ = ["linear"]


@op("linear", total=True)
def linear(X, Weight, Bias):  # type: ignore[no-untyped-def]
    """``X @ Weight + Bias`` over the last axis of X. Programs hold matmul_v2 and elementwise_add instead.

    ONNX: MatMul, Add.
    """
    if X.dtype != Weight.dtype:  # NumPy would promote; the shape rule says it in full
        raise TypeError("linear: x and weight are of different dtypes")
    if X.ndim == 2:
        out = np.matmul(X, Weight)
        out += Bias
        return out
    out = np.matmul(X.reshape(-1, X.shape[-1]) if X.size else X, Weight)
    out += Bias
    return out.reshape(*X.shape[:-1], Weight.shape[1])


@linear.infer
def _(X: Any, Weight: Any, Bias: Any) -> Spec:
    product = matmul.infer_rule(X, Weight)  # type: ignore[misc]
    width = Weight.dims[1]
    if len(Bias.dims) != 1 or (isinstance(width, int) and Bias.dims[0] not in (1, width)):
        raise InvalidArgumentError(f"linear: the bias has shape {list(Bias.dims)}, it should be [{width}]")
    return product


@linear.grad(saves="X Weight Bias")
def _(c: Any, g: Any) -> Any:
    dx = matmul(g, c.Weight, trans_y=True) if c.needs("X") else None
    dw = db = None
    if c.needs("Weight"):
        rows = len(g.dims) > 2 and isinstance(g.dims[-1], int) and isinstance(c.X.dims[-1], int)
        flat = (
            (reshape(c.X, shape=[-1, c.X.dims[-1]]), reshape(g, shape=[-1, g.dims[-1]])) if rows else (c.X, g)
        )
        dw = sum_to(matmul(*flat, trans_x=True), c.like("Weight"))
    if c.needs("Bias"):
        db = sum_to(reduce_sum(g, dim=list(range(len(g.dims) - 1))), c.like("Bias"))
    return dx, dw, db


linear.decompose(lambda X, Weight, Bias: add(matmul(X, Weight), Bias))
linear.onnx(lambda b, X, Weight, Bias: b.Add(b.MatMul(X, Weight), Bias))
linear.sample(f32(2, 3), f32(3, 4), f32(4)).sample(f32(2, 5, 3), f32(3, 4), f32(4)).sample(
    f64(2, 3), f64(3, 2), f64(2)
)
