"""Ops that make tensors: fill_constant, assign_value, range, linspace, eye and their relatives."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import dims as D
from ..dtypes import DType, float32
from ..errors import InvalidArgumentError
from ..op import Many, Spec, op
from .samples import b, f32, i32, i64
from .shape import content_or, numbers, sizes_onnx


@op("assign")
def assign(X):  # type: ignore[no-untyped-def]
    """A copy. ONNX: Identity."""
    return X.copy()


assign.infer(lambda X: Spec(X.dims, X.dtype, X.content, getattr(X, "array", False)))
assign.grad(lambda c, g: assign(g), saves="")
assign.onnx(lambda b, X: b.Identity(X))
assign.sample(f32(2, 3)).sample(b(2), grad="")


@op("fill_any_like")
def fill_any_like(X, *, value=0.0, dtype=None):  # type: ignore[no-untyped-def]
    """A tensor of the shape of ``X`` filled with ``value``. ONNX: Shape, Expand."""
    return np.full(X.shape, value, X.dtype if dtype is None else dtype.np)


@fill_any_like.infer
def _(X: Any, *, value: float = 0.0, dtype: DType | None = None) -> Spec:
    return Spec(X.dims, dtype or X.dtype)


@fill_any_like.onnx
def _(b: Any, X: Any, *, value: float = 0.0, dtype: DType | None = None) -> Any:
    return b.Expand(b.const(value, dtype or X.dtype), b.Shape(X))


fill_any_like.sample(f32(2, 3), value=1.5).sample(f32(), value=2.0, dtype=i32(1).dtype)


@op("fill_constant", on_sizes=True)
def fill_constant(  # type: ignore[no-untyped-def]
    ValueTensor=None,
    ShapeTensor=None,
    ShapeTensorList: Many = None,
    *,
    shape=(),
    dtype=float32,
    value=0.0,
    str_value="",
    force_cpu=False,
    place_type=-1,
):
    """A tensor of ``shape`` filled with one number (``str_value`` wins over ``value``). ONNX: Expand."""
    fill = ValueTensor.reshape(()) if ValueTensor is not None else filler(value, str_value, dtype)
    return np.full(numbers(ShapeTensor, ShapeTensorList, shape), fill, dtype.np)


def filler(value: float, str_value: str, dtype: DType) -> Any:
    """The number that ``value`` and ``str_value`` mean: integers too long for a float are written as text."""
    if not str_value:
        return value
    if dtype.is_complex:
        return complex(str_value)
    return float(str_value) if dtype.is_floating or not str_value.lstrip("+-").isdigit() else int(str_value)


@fill_constant.infer
def _(ValueTensor: Any = None, ShapeTensor: Any = None, ShapeTensorList: Any = None, **attrs: Any) -> Spec:
    target = content_or(ShapeTensor, ShapeTensorList, attrs["shape"])
    if target is None:
        target = [D.fresh() for _ in range(ShapeTensor.dims[0])]
    if any(isinstance(s, int) and s < 0 for s in target):
        raise InvalidArgumentError(f"the sizes of a tensor can not be negative, got {target}")
    return Spec(tuple(target), attrs["dtype"])


@fill_constant.onnx
def _(
    b: Any, ValueTensor: Any = None, ShapeTensor: Any = None, ShapeTensorList: Any = None, **attrs: Any
) -> Any:
    dtype = attrs["dtype"]
    if ValueTensor is not None:
        fill = b.cast(b.Reshape(ValueTensor, b.const([], "int64")), dtype)
    else:
        fill = b.const(filler(attrs["value"], attrs["str_value"], dtype), dtype)
    return b.Expand(fill, sizes_onnx(b, ShapeTensor, ShapeTensorList, attrs["shape"]))


fill_constant.sample(shape=[2, 3], value=1.5).sample(
    shape=[], dtype=i64(1).dtype, str_value="9007199254740993"
)
