"""Choosing and finding elements: where, arg_max, arg_min, argsort, top_k, where_index, masked_select."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import dims as D
from ..dtypes import DType, int32, int64
from ..errors import InvalidArgumentError
from ..op import Op, Spec, op
from . import rules
from .rules import axis_in, sum_to
from .samples import b, f32, i64

__all__ = ["arg_max", "arg_min", "where"]


@op("where")
def where(Condition, X, Y):  # type: ignore[no-untyped-def]
    """``X`` where the condition holds, else ``Y``, with broadcasting. ONNX: Where."""
    return np.where(Condition, X, Y)


@where.infer
def _(Condition: Any, X: Any, Y: Any) -> Spec:
    if not Condition.dtype.is_bool:
        raise InvalidArgumentError(f"where: the condition must be bool, got {Condition.dtype.name}")
    rules.broadcast(X, Y)
    return Spec(D.broadcast(Condition.dims, X.dims, Y.dims), X.dtype)


@where.grad(saves="Condition")
def _(c: Any, g: Any) -> Any:
    zero = _zero_of(g)
    dx = sum_to(where(c.Condition, g, zero), c.like("X")) if c.needs("X") else None
    dy = sum_to(where(c.Condition, zero, g), c.like("Y")) if c.needs("Y") else None
    return None, dx, dy


def _zero_of(g: Any) -> Any:
    from .creation import fill_constant

    return fill_constant(shape=[], dtype=g.dtype, value=0.0)


where.onnx(lambda b, Condition, X, Y: b.Where(Condition, X, Y))
where.sample(b(2, 3), f32(2, 3), f32(2, 3)).sample(b(3), f32(2, 1), f32()).sample(b(), f32(2), f32(2))
where.sample(b(2), i64(2), i64(2)).sample(b(0, 2), f32(2), f32(2))


def _arg(type: str, function: Any, onnx: str) -> Op:
    @op(type)
    def call(X, *, axis=-1, keepdims=False, flatten=False, dtype=int64):  # type: ignore[no-untyped-def]
        if flatten or X.ndim == 0:
            index = np.asarray(function(X.reshape(-1)))
            return index.reshape((1,) * X.ndim if keepdims else ()).astype(dtype.np)
        return np.asarray(function(X, axis=axis, keepdims=keepdims)).astype(dtype.np)

    call.__doc__ = (
        f"Where the {type[4:]} of an axis (of all elements, flattened) is first found. ONNX: {onnx}."
    )

    @call.infer
    def infer(
        X: Any, *, axis: int = -1, keepdims: bool = False, flatten: bool = False, dtype: DType = int64
    ) -> Spec:
        if any(
            isinstance(d, int) and d == 0 for d in (X.dims if flatten else X.dims[axis : axis + 1 or None])
        ):
            raise InvalidArgumentError(f"{type}: the axis is empty (shape {list(X.dims)})")
        if flatten:
            return Spec((1,) * len(X.dims) if keepdims else (), dtype)
        at = axis_in(axis, len(X.dims))
        return Spec(tuple(1 if i == at else d for i, d in enumerate(X.dims) if keepdims or i != at), dtype)

    @call.onnx
    def lower(
        b: Any, X: Any, *, axis: int = -1, keepdims: bool = False, flatten: bool = False, dtype: DType = int64
    ) -> Any:
        rank = len(X.dims)
        if flatten or not rank:
            index = getattr(b, onnx)(b.Reshape(X, b.const([-1], "int64")), axis=0, keepdims=0)
            if keepdims and rank:
                index = b.Reshape(index, b.const([1] * rank, "int64"))
        else:
            index = getattr(b, onnx)(X, axis=axis_in(axis, rank), keepdims=int(keepdims))
        return b.cast(index, dtype)

    call.sample(f32(2, 3)).sample(f32(2, 3), axis=0, keepdims=True).sample(f32(2, 3), flatten=True).sample(
        i64(5), axis=0
    )
    return call.sample(f32(2, 3), flatten=True, keepdims=True, dtype=int32).sample(f32(), axis=0)


arg_max = _arg("arg_max", np.argmax, "ArgMax")
arg_min = _arg("arg_min", np.argmin, "ArgMin")
