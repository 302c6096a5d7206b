"""Elementwise binary arithmetic and comparison, ``scale`` and ``cast``."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..dtypes import DType, bool_
from ..errors import OutOfRangeError
from ..op import Op, Spec, op
from . import rules
from .quiet import quiet
from .rules import align, sum_to
from .samples import b, f32, f64, i32, i64

__all__ = ["add", "cast", "divide", "multiply", "scale", "subtract"]


def _aligned(X: np.ndarray, Y: np.ndarray, axis: int) -> np.ndarray:
    """``Y`` lined up with ``X`` for the ``axis`` attribute of 1.x."""
    shape = align(X.shape, Y.shape, axis)
    return Y if shape == Y.shape else Y.reshape(shape)


def _binary(type: str, kernel: Any, onnx: str, *, on_sizes: bool = False) -> Op:
    """A binary op that broadcasts; ``kernel`` is the NumPy ufunc."""

    def call(X, Y, *, axis=-1):  # type: ignore[no-untyped-def]
        return kernel(X, Y) if axis == -1 else kernel(X, _aligned(X, Y, axis))

    record = op(type, on_sizes=on_sizes, total=True)(call)
    record.__doc__ = f"``{kernel.__name__}`` of two tensors, with broadcasting. ONNX: {onnx}."
    record.infer(rules.broadcast)
    record.onnx(lambda b, X, Y, *, axis=-1: getattr(b, onnx)(X, align_onnx(b, X, Y, axis)))
    return record


def align_onnx(b: Any, X: Any, Y: Any, axis: int) -> Any:
    """ONNX nodes for :func:`align`."""
    extra = len(align(X.dims, Y.dims, axis)) - len(Y.dims)
    return b.Unsqueeze(Y, b.const(list(range(len(Y.dims), len(Y.dims) + extra)), "int64")) if extra else Y


add = _binary("elementwise_add", np.add, "Add", on_sizes=True)
subtract = _binary("elementwise_sub", np.subtract, "Sub", on_sizes=True)
multiply = _binary("elementwise_mul", np.multiply, "Mul", on_sizes=True)

# The gradients of add and subtract read shapes only; nothing is kept alive.
add.grad(lambda c, g: (c.summed(g, "X"), c.summed(g, "Y", c.axis)), saves="")
subtract.grad(lambda c, g: (c.summed(g, "X"), negate(c.summed(g, "Y", c.axis))), saves="")


@multiply.grad(saves="X Y")
@rules.holomorphic
def _(c: Any, g: Any) -> Any:
    dx = None
    if c.needs("X"):
        dx = c.summed(multiply(g, c.Y) if c.axis == -1 else multiply(g, c.Y, axis=c.axis), "X")
    dy = c.summed(multiply(g, c.X), "Y", c.axis) if c.needs("Y") else None
    return dx, dy


for _record in (add, subtract, multiply):
    _record.sample(f32(2, 3), f32(2, 3)).sample(f32(2, 3), f32(3)).sample(f32(), f32(2))
    _record.sample(f32(2, 1, 3), f32(4, 1)).sample(i64(3), i64(3), grad="").sample(
        f32(2, 3, 4), f32(3), axis=1
    )
    _record.sample(f32(0, 3), f32(3)).sample(f64(2), f64(1))


def negate(x: Any) -> Any:
    """``-x``."""
    return scale(x, scale=-1.0)


@op("elementwise_div", total=True)
def divide(X, Y, *, axis=-1):  # type: ignore[no-untyped-def]
    """``X / Y``; integers divide to float32, as in PaddlePaddle. ONNX: Div."""
    if axis != -1:
        Y = _aligned(X, Y, axis)
    if X.dtype.kind in "iub":
        return quiet(np.true_divide, X, Y, dtype=np.float32)
    return quiet(np.divide, X, Y)


@divide.infer
def _(X: Any, Y: Any, *, axis: int = -1) -> Spec:
    spec = rules.broadcast(X, Y, axis=axis)
    from ..dtypes import float32

    return spec if X.dtype.is_inexact else spec._replace(dtype=float32)


@divide.grad(saves="Y Out")
@rules.holomorphic
def _(c: Any, g: Any) -> Any:
    scaled = divide(g, c.Y, axis=c.axis)
    dy = sum_to(negate(multiply(scaled, c.Out)), c.like("Y"), c.axis) if c.needs("Y") else None
    return sum_to(scaled, c.like("X")), dy


@divide.onnx
def _(b: Any, X: Any, Y: Any, *, axis: int = -1) -> Any:
    Y = align_onnx(b, X, Y, axis)
    if not X.dtype.is_inexact:
        X, Y = b.cast(X, "float32"), b.cast(Y, "float32")
    return b.Div(X, Y)


divide.sample(f32(2, 3), f32(2, 3, low=0.5)).sample(f32(3), f32(2, 3, low=0.5)).sample(
    i32(4), i32(4, low=1), grad=""
)


@op("scale", on_sizes=True, total=True)
def scale(X, ScaleTensor=None, *, scale=1.0, bias=0.0, bias_after_scale=True):  # type: ignore[no-untyped-def]
    """``scale * X + bias`` (or ``scale * (X + bias)``) in the dtype of X. ONNX: Mul, Add."""
    if ScaleTensor is not None:
        scale = ScaleTensor.reshape(())
    elif X.dtype.kind != "f":
        scale, bias = _number_like(X, scale), _number_like(X, bias)
    if not bias_after_scale:
        result = (X + bias) * scale
    elif bias == 0:
        result = X * scale
    elif ScaleTensor is None and scale == 1:
        result = X + bias
    else:
        result = X * scale + bias
    if X.dtype.kind == "O":  # sizes: one size comes back without its array
        return np.asarray(result, dtype=object)
    return result if result.dtype == X.dtype else result.astype(X.dtype)


def _number_like(X: np.ndarray, k: Any) -> Any:
    """A number as X's own kind where that is exact: integers stay integers, and wrap as X's do."""
    if X.dtype.kind in "iu" and k == int(k):
        return np.asarray(int(k)).astype(X.dtype)
    return int(k) if X.dtype.kind == "O" and k == int(k) else k


scale.infer(rules.like_first)


@scale.grad(saves="ScaleTensor")
def _(c: Any, g: Any) -> Any:
    return scale(g, c.ScaleTensor, scale=c.scale), None


@scale.onnx
def _(
    b: Any,
    X: Any,
    ScaleTensor: Any = None,
    *,
    scale: float = 1.0,
    bias: float = 0.0,
    bias_after_scale: bool = True,
) -> Any:
    integer = X.dtype.is_integer and (scale != int(scale) or bias != int(bias))
    dtype = "float64" if integer else X.dtype
    x = b.cast(X, "float64") if integer else X
    factor = b.cast(b.Reshape(ScaleTensor, b.const([], "int64")), dtype) if ScaleTensor is not None else None
    if factor is None and scale != 1:
        factor = b.const(scale, dtype)
    offset = b.const(bias, dtype) if bias != 0 else None
    if offset is not None and not bias_after_scale:
        x = b.Add(x, offset)
    if factor is not None:
        x = b.Mul(x, factor)
    if offset is not None and bias_after_scale:
        x = b.Add(x, offset)
    if x is X:
        x = b.Identity(X)
    return b.cast(x, X.dtype) if integer else x


scale.sample(f32(2, 3), scale=2.0, bias=1.0).sample(f32(3), scale=2.0, bias=1.0, bias_after_scale=False)
scale.sample(i64(3), scale=3.0, bias=-1.0, grad="").sample(f32(2), f32(1), bias=0.5, grad="X").sample(f32(2))


@op("cast", on_sizes=True, total=True)
def cast(X, *, in_dtype=None, out_dtype=None):  # type: ignore[no-untyped-def]
    """``X`` in another dtype. ONNX: Cast."""
    return X if X.dtype == object else X.astype(out_dtype.np)


@cast.infer
def _(X: Any, *, in_dtype: Any = None, out_dtype: DType) -> Spec:
    return Spec(X.dims, out_dtype)


cast.grad(lambda c, g: cast(g, out_dtype=c.like("X").dtype), saves="")
cast.onnx(lambda b, X, *, in_dtype=None, out_dtype: b.cast(X, out_dtype))
cast.sample(f32(2, 3), out_dtype=f64(1).dtype).sample(f32(3), out_dtype=i32(1).dtype, grad="")
cast.sample(b(3), out_dtype=f32(1).dtype, grad="")


def _comparison(type: str, kernel: Any, onnx: str) -> Op:
    """A comparison: a bool tensor, no gradient."""

    def call(X, Y, *, axis=-1, force_cpu=False):  # type: ignore[no-untyped-def]
        return kernel(X, Y) if axis == -1 else kernel(X, _aligned(X, Y, axis))

    record = op(type, total=True)(call)
    record.__doc__ = f"``{kernel.__name__}`` of two tensors, with broadcasting. ONNX: {onnx}."
    record.infer(
        lambda X, Y, *, axis=-1, force_cpu=False: rules.broadcast(X, Y, axis=axis)._replace(dtype=bool_)
    )

    @record.onnx
    def lower(b: Any, X: Any, Y: Any, *, axis: int = -1, force_cpu: bool = False) -> Any:
        Y = align_onnx(b, X, Y, axis)
        if onnx == "NotEqual":
            return b.Not(b.Equal(X, Y))
        if X.dtype.is_bool and onnx != "Equal":
            X, Y = b.cast(X, "int32"), b.cast(Y, "int32")
        return getattr(b, onnx)(X, Y)

    record.sample(f32(2, 3), f32(3)).sample(i64(4), i64(4)).sample(b(3), b(3)).sample(f32(), f32())
    return record


equal = _comparison("equal", np.equal, "Equal")
not_equal = _comparison("not_equal", np.not_equal, "NotEqual")
less_than = _comparison("less_than", np.less, "Less")
less_equal = _comparison("less_equal", np.less_equal, "LessOrEqual")
greater_than = _comparison("greater_than", np.greater, "Greater")
greater_equal = _comparison("greater_equal", np.greater_equal, "GreaterOrEqual")


def refuse_zero(Y: np.ndarray, what: str) -> None:
    """Raise OutOfRangeError for an integer divisor of zero, as PaddlePaddle does."""
    if Y.dtype.kind in "iu" and Y.size and not Y.all():
        raise OutOfRangeError(f"{what}: divide or modulo by zero error: the divisor contains 0")
