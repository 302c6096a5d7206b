"""Ops that only files have: those of older releases, read as the ops that came after them, and stored constants."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from paddlelite.dtypes import DType, float64
from paddlelite.errors import InvalidArgumentError, PaddleError
from paddlelite.ops.creation import fill_constant
from paddlelite.ops.elementwise import cast, divide, scale
from paddlelite.ops.index import slice_
from paddlelite.ops.linalg import matmul
from paddlelite.ops.shape import reshape, shape
from paddlelite.tensor.creation import to_tensor
from paddlelite.tensor.tensor import Tensor

from .desc_flow import slot
from .proto import OpDesc
from .schema import attr_value, shortest

if TYPE_CHECKING:
    from .program_reader import Reader, Scope

__all__ = ["HANDLERS"]


def _mul(inputs: dict[str, Tensor], attrs: dict[str, Any]) -> Tensor:
    """`mul`: a matrix product of tensors seen as matrices, of which the first dims are the rows."""
    x, y = inputs["X"], inputs["Y"]
    rows, inner = attrs.get("x_num_col_dims", 1), attrs.get("y_num_col_dims", 1)
    if not 0 < rows < len(x.dims) or not 0 < inner < len(y.dims):
        raise InvalidArgumentError(
            f"mul of {list(x.dims)} and {list(y.dims)} with {rows} and {inner} leading dims"
        )
    left = x if rows == len(x.dims) - 1 else reshape(x, shape=[*[0] * rows, -1])
    if len(y.dims) == 2:
        return matmul(left, y)
    depth = 1
    for dim in y.dims[:inner]:
        if not isinstance(dim, int):
            raise InvalidArgumentError("mul of a second factor whose leading dims are not known")
        depth *= dim
    return reshape(matmul(left, reshape(y, shape=[depth, -1])), shape=[*[0] * rows, *y.dims[inner:]])


def _matmul(inputs: dict[str, Tensor], attrs: dict[str, Any]) -> Tensor:
    """`matmul` before `matmul_v2`: with a factor, and [1] as the product of two vectors."""
    x, y = inputs["X"], inputs["Y"]
    out = matmul(x, y, trans_x=attrs.get("transpose_X", False), trans_y=attrs.get("transpose_Y", False))
    if attrs.get("alpha", 1.0) != 1.0:
        out = scale(out, scale=attrs["alpha"])
    return out if out.dims else reshape(out, shape=[1])


def _batch_size_like(inputs: dict[str, Tensor], attrs: dict[str, Any]) -> Tensor:
    """`fill_constant_batch_size_like`: a constant of which one size is taken from a tensor."""
    source, target = attrs.get("input_dim_idx", 0), attrs.get("output_dim_idx", 0)
    sizes: list[int] = list(attrs.get("shape", ()))
    if not 0 <= target < len(sizes) or not 0 <= source < len(inputs["Input"].dims):
        raise InvalidArgumentError(
            f"fill_constant_batch_size_like has no dim {target} or its input no dim {source}"
        )
    taken = slice_(shape(inputs["Input"]), axes=[0], starts=[source], ends=[source + 1])
    parts = [
        taken if at == target else fill_constant(shape=[1], dtype=taken.dtype, value=float(size))
        for at, size in enumerate(sizes)
    ]
    rest = {key: attrs[key] for key in ("dtype", "value", "str_value") if attrs.get(key) is not None}
    return fill_constant(None, None, parts, shape=sizes, **rest)


_VALUES = ("bool_values", "fp32_values", "fp64_values", "int32_values", "int64_values", "values")
#: The number PaddlePaddle puts into a variable that a path leaves undefined.
_MAGIC = 1.7711300426541744e27


def _assign_value(reader: Reader, scope: Scope, op: OpDesc, at: int) -> int:
    """`assign_value`: numbers from the file. They are a constant of the program, not an op of it."""
    from .program_reader import Undefined

    attrs = {attr.name: attr_value(attr) for attr in op.attrs}
    values: Any = next((attrs[key] for key in _VALUES if attrs.get(key)), [])
    dtype, dims = attrs.get("dtype"), attrs.get("shape")
    if not isinstance(dtype, DType) or not isinstance(dims, list) or min(dims, default=0) < 0:
        raise InvalidArgumentError(f"{reader.file}: assign_value without a proper dtype and shape.")
    if math.prod(dims) != len(values):
        raise InvalidArgumentError(
            f"{reader.file}: assign_value has {len(values)} numbers for the shape {dims}."
        )
    constant: Any = to_tensor(np.array(values).astype(dtype.np).reshape(dims))
    if [shortest(value) for value in values] == [shortest(_MAGIC)]:
        constant = Undefined(constant)
    reader.set(scope, slot(op, "Out", "outputs")[0], constant)
    return at + 1


def _divide(reader: Reader, scope: Scope, op: OpDesc, at: int) -> int:
    """`elementwise_div` of integers: towards zero, as C does. (Here, as in Python's `paddle.divide`, it is a float.)"""
    from .program_reader import call

    x, y = (reader.get(scope, slot(op, key)[0], op) for key in ("X", "Y"))
    if x.dtype.is_inexact:
        return call(reader, scope, op, at)
    axis = next((attr.i for attr in op.attrs if attr.name == "axis"), None)
    quotient = divide(
        cast(x, out_dtype=float64), cast(y, out_dtype=float64), axis=-1 if axis is None else axis
    )
    reader.set(scope, slot(op, "Out", "outputs")[0], cast(quotient, out_dtype=x.dtype))
    return at + 1


_Form = Callable[[dict[str, Tensor], dict[str, Any]], Tensor]


def _handler(form: _Form) -> Callable[[Reader, Scope, OpDesc, int], int]:
    def handle(reader: Reader, scope: Scope, op: OpDesc, at: int) -> int:
        inputs = {
            var.parameter: reader.get(scope, var.arguments[0], op) for var in op.inputs if var.arguments
        }
        attrs = {attr.name: attr_value(attr) for attr in op.attrs}
        try:
            result = form(inputs, attrs)
        except (PaddleError, KeyError) as error:
            raise InvalidArgumentError(f"{reader.file}: op {op.type}: {error}") from error
        reader.set(scope, slot(op, "Out", "outputs")[0], result)
        return at + 1

    return handle


HANDLERS: dict[str, Callable[[Reader, Scope, OpDesc, int], int]] = {
    "assign_value": _assign_value,
    "elementwise_div": _divide,
    "mul": _handler(_mul),
    "matmul": _handler(_matmul),
    "fill_constant_batch_size_like": _handler(_batch_size_like),
}
