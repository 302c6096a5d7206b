"""Arithmetic of more than two operands, and with bounds: sum of a list, clip, lerp, gcd."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import dims as D
from ..errors import InvalidArgumentError
from ..op import Many, Spec, op
from . import rules
from .activation import inside
from .elementwise import cast, greater_than, less_than, multiply, scale, subtract
from .rules import sum_to
from .samples import f32, f64, i64

__all__ = ["add_n", "clip", "gcd", "lerp"]


@op("sum")
def add_n(X: Many):  # type: ignore[no-untyped-def]
    """The sum of a list of tensors of one shape. ONNX: Sum."""
    if len(X) == 1:
        return X[0].copy()
    total = X[0] + X[1]
    for x in X[2:]:
        total += x
    return total


@add_n.infer
def _(X: Any) -> Spec:
    for x in X[1:]:
        if len(x.dims) != len(X[0].dims) or any(
            a != b
            for a, b in zip(x.dims, X[0].dims, strict=True)
            if isinstance(a, int) and isinstance(b, int)
        ):
            raise InvalidArgumentError(
                f"The input tensor X of SumOp must have same shape. But received X[0]'s shape = {list(X[0].dims)}, "
                f"X[{X.index(x)}]'s shape = {list(x.dims)}."
            )
        if x.dtype is not X[0].dtype:
            raise InvalidArgumentError(
                f"sum: the dtypes must agree, got {X[0].dtype.name} and {x.dtype.name}"
            )
    dims = X[0].dims
    for x in X[1:]:
        dims = tuple(a if isinstance(a, int) else b for a, b in zip(dims, x.dims, strict=True))
    return Spec(dims, X[0].dtype)


add_n.grad(lambda c, g: [g] * len(c.like("X")), saves="")


@add_n.onnx
def _(b: Any, X: Any) -> Any:
    total = b.Identity(X[0]) if len(X) == 1 else X[0]
    for x in X[1:]:
        total = b.Add(total, x)
    return total


add_n.sample([f32(2, 3), f32(2, 3)]).sample([f32(2)]).sample([f32(), f32(), f32()]).sample(
    [i64(3), i64(3)], grad=""
)


@op("clip")
def clip(X, Min=None, Max=None, *, min, max):  # type: ignore[no-untyped-def]
    """``x`` kept between two bounds. ONNX: Clip."""
    low = _bound(X, Min, min)
    high = _bound(X, Max, max)
    return np.minimum(np.maximum(X, low), high)


def _bound(X: np.ndarray, tensor: Any, value: Any) -> Any:
    if tensor is not None:
        return tensor.reshape(()).astype(X.dtype)
    if X.dtype.kind in "iu":
        info = np.iinfo(X.dtype)
        return X.dtype.type(
            np.clip(value, info.min, info.max) if not np.isinf(value) else info.min if value < 0 else info.max
        )
    return X.dtype.type(value)


clip.infer(lambda X, Min=None, Max=None, *, min, max: rules.like_first(X))


@clip.grad(saves="X Min Max")
def _(c: Any, g: Any) -> Any:
    if c.Min is None and c.Max is None:
        return multiply(g, inside(c.X, low=float(c.min), high=float(c.max))), None, None
    kept = g
    for tensor, value, test in ((c.Min, c.min, greater_than), (c.Max, c.max, less_than)):
        if tensor is not None:
            kept = multiply(kept, cast(test(c.X, cast(tensor, out_dtype=c.X.dtype)), out_dtype=g.dtype))
        elif test is greater_than:
            kept = multiply(kept, inside(c.X, low=float(value)))
        else:
            kept = multiply(kept, inside(c.X, high=float(value)))
    return kept, None, None


@clip.onnx
def _(b: Any, X: Any, Min: Any = None, Max: Any = None, *, min: Any, max: Any) -> Any:
    bounds = []
    for tensor, value in ((Min, min), (Max, max)):
        if tensor is not None:
            bounds.append(b.cast(b.Reshape(tensor, b.const([], "int64")), X.dtype))
        elif np.isinf(value):
            bounds.append(None)
        else:
            bounds.append(b.const(_bound(np.empty(0, X.dtype.np), None, value), X.dtype))
    return b.Clip(X, *bounds)


clip.sample(f32(3, 4), min=-1.0, max=1.0).sample(i64(4), min=-1, max=2, grad="").sample(
    f32(), min=0.5, max=1.0
)
clip.sample(f32(3, 4), np.float32([-0.5]), None, min=0.0, max=1.0, grad="X").sample(
    f64(3), min=-np.inf, max=0.5
)
clip.sample(f32(0, 3), min=0.0, max=1.0).sample(
    f32(3), np.float32([-0.5]), np.float32(0.5), min=0.0, max=1.0, grad="X"
)


@op("lerp")
def lerp(X, Y, Weight):  # type: ignore[no-untyped-def]
    """``x + weight * (y - x)``, with broadcasting. ONNX: Sub, Mul, Add."""
    return X + Weight * (Y - X)


@lerp.infer
def _(X: Any, Y: Any, Weight: Any) -> Spec:
    rules.require_float("lerp", X)
    rules.broadcast(X, Y)
    return Spec(D.broadcast(X.dims, Y.dims, Weight.dims), X.dtype)


@lerp.grad(saves="X Y Weight")
def _(c: Any, g: Any) -> Any:
    dx = sum_to(multiply(g, scale(c.Weight, scale=-1.0, bias=1.0)), c.like("X")) if c.needs("X") else None
    dy = sum_to(multiply(g, c.Weight), c.like("Y")) if c.needs("Y") else None
    dw = sum_to(multiply(g, subtract(c.Y, c.X)), c.like("Weight")) if c.needs("Weight") else None
    return dx, dy, dw


lerp.onnx(lambda b, X, Y, Weight: b.Add(X, b.Mul(Weight, b.Sub(Y, X))))
lerp.sample(f32(2, 3), f32(2, 3), f32(2, 3)).sample(f32(2, 3), f32(3), f32(1)).sample(f32(), f32(), f32())


@op("minus", composite=True)
def minus(X, Y):  # type: ignore[no-untyped-def]
    """``x - y``, of old files."""
    return subtract(X, Y)


minus.sample(f32(2), f32(2))


@op("gcd")
def gcd(X, Y):  # type: ignore[no-untyped-def]
    """The greatest common divisor. It has no form in ONNX."""
    return np.gcd(X, Y)


gcd.infer(rules.broadcast)
gcd.sample(i64(4, low=-12, high=12), i64(4, low=1, high=18)).sample(np.int64([0, 4]), np.int64([[0], [6]]))


@op("increment", on_sizes=True)
def increment(X, *, step=1.0):  # type: ignore[no-untyped-def]
    """``x + step`` for a tensor of one element. ONNX: Add."""
    return X + (int(step) if X.dtype == object else X.dtype.type(step))


increment.infer(rules.like_first)
increment.grad(lambda c, g: g, saves="")
increment.onnx(
    lambda b, X, *, step=1.0: b.Add(X, b.const(int(step) if X.dtype.is_integer else step, X.dtype))
)
increment.sample(f32(1), step=2.0).sample(np.int64([3]), step=1.0)
