"""Bilinear forms of two tensors, and label smoothing."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import InvalidArgumentError
from ..op import Spec, op
from .elementwise import multiply, scale
from .linalg import matmul
from .reduce import reduce_sum
from .rules import sum_to
from .samples import f32
from .shape import reshape, transpose, unsqueeze

__all__ = ["bilinear_tensor_product", "label_smooth"]


@op("bilinear_tensor_product")
def bilinear_tensor_product(X, Y, Weight, Bias=None):  # type: ignore[no-untyped-def]
    """``X @ Weight[k] @ Y`` of the rows, for every k: [N, k]. ONNX: Einsum."""
    k, m, n = Weight.shape
    # [N, M] x [M, k*N] as one product, then a dot with Y.
    left = np.matmul(X, Weight.transpose(1, 0, 2).reshape(m, k * n)).reshape(len(X), k, n)
    out = np.matmul(left, Y[:, :, None])[:, :, 0]
    if Bias is not None:
        out += Bias.reshape(1, k)
    return out


@bilinear_tensor_product.infer
def _(X: Any, Y: Any, Weight: Any, Bias: Any = None) -> Spec:
    if len(X.dims) != 2 or len(Y.dims) != 2 or len(Weight.dims) != 3:
        raise InvalidArgumentError(
            f"bilinear_tensor_product: X and Y must be 2-D and Weight 3-D, got {list(X.dims)}, "
            f"{list(Y.dims)}, {list(Weight.dims)}"
        )
    for name, x, axis in (("X", X, 1), ("Y", Y, 2)):
        if (
            isinstance(x.dims[1], int)
            and isinstance(Weight.dims[axis], int)
            and x.dims[1] != Weight.dims[axis]
        ):
            raise InvalidArgumentError(
                f"The second dimension of input({name}) must be equal to dimension {axis} of "
                "Input(Weight), but received "
                f"{x.dims[1]} and {Weight.dims[axis]}"
            )
    return Spec((X.dims[0], Weight.dims[0]), X.dtype)


@bilinear_tensor_product.grad(saves="X Y Weight")
def _(c: Any, g: Any) -> Any:
    # out[n, k] = sum over i, j of x[n, i] w[k, i, j] y[n, j]
    k, m, n = c.Weight.dims
    rows = reshape(transpose(c.Weight, axis=[1, 0, 2]), shape=[m, k * n])
    dx = dy = dw = None
    if c.needs("X"):
        gy = reshape(multiply(unsqueeze(g, axes=[2]), unsqueeze(c.Y, axes=[1])), shape=[-1, k * n])
        dx = matmul(gy, rows, trans_y=True)
    if c.needs("Y") or c.needs("Weight"):
        if c.needs("Y"):
            left = reshape(matmul(c.X, rows), shape=[-1, k, n])
            dy = reduce_sum(multiply(left, unsqueeze(g, axes=[2])), dim=[1])
        if c.needs("Weight"):
            gx = reshape(multiply(unsqueeze(g, axes=[2]), unsqueeze(c.X, axes=[1])), shape=[-1, k * m])
            dw = reshape(matmul(gx, c.Y, trans_x=True), shape=[k, m, n])
    db = None
    if c.needs("Bias"):
        like = c.like("Bias")
        db = reduce_sum(g, dim=[0], keep_dim=len(like.dims) == 2)
    return dx, dy, dw, db


@bilinear_tensor_product.onnx
def _(b: Any, X: Any, Y: Any, Weight: Any, Bias: Any = None) -> Any:
    out = b.Einsum(X, Weight, Y, equation="ni,kij,nj->nk")
    return out if Bias is None else b.Add(out, Bias)


bilinear_tensor_product.sample(f32(2, 3), f32(2, 4), f32(5, 3, 4), f32(1, 5)).sample(
    f32(2, 3), f32(2, 2), f32(2, 3, 2)
)
bilinear_tensor_product.sample(f32(1, 3), f32(1, 2), f32(2, 3, 2), f32(2))


@op("label_smooth")
def label_smooth(X, PriorDist=None, *, epsilon=0.0):  # type: ignore[no-untyped-def]
    """``(1 - epsilon) * X + epsilon * prior``; the prior is uniform when not given. ONNX: Mul, Add."""
    kind = X.dtype.type
    extra = kind(epsilon / X.shape[-1]) if PriorDist is None else PriorDist * kind(epsilon)
    return X * kind(1 - epsilon) + extra


label_smooth.infer(lambda X, PriorDist=None, *, epsilon=0.0: Spec(X.dims, X.dtype))


@label_smooth.grad(saves="")
def _(c: Any, g: Any) -> Any:
    prior = sum_to(scale(g, scale=c.epsilon), c.like("PriorDist")) if c.needs("PriorDist") else None
    return scale(g, scale=1.0 - c.epsilon), prior


@label_smooth.onnx
def _(b: Any, X: Any, PriorDist: Any = None, *, epsilon: float = 0.0) -> Any:
    if PriorDist is None:
        classes = b.cast(b.Squeeze(b.Gather(b.Shape(X), b.const([-1], "int64"), axis=0)), X.dtype)
        extra = b.Div(b.const(epsilon, X.dtype), classes)
    else:
        extra = b.Mul(PriorDist, b.const(epsilon, X.dtype))
    return b.Add(b.Mul(X, b.const(1 - epsilon, X.dtype)), extra)


label_smooth.sample(f32(2, 4), epsilon=0.1).sample(f32(2, 4), f32(1, 4), epsilon=0.2)
