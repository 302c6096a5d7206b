"""Lookup tables: rows of a matrix by their numbers, and the gradient that adds rows up; one_hot."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import dims as D
from ..dtypes import float32, int64
from ..errors import InvalidArgumentError, OutOfRangeError
from ..op import Spec, op
from .samples import f32, f64, i32, i64

__all__ = ["lookup_table", "one_hot"]


@op("lookup_table_v2")
def lookup_table(Ids, W, *, padding_idx=-1):  # type: ignore[no-untyped-def]
    """Row ``Ids[i]`` of ``W`` for every i; zeros for ``padding_idx`` (-1: none). ONNX: Gather."""
    if Ids.size and not (Ids.min() >= 0 and Ids.max() < W.shape[0]):
        bad = Ids[(Ids < 0) | (Ids >= W.shape[0])].flat[0]
        raise _OutOfTable(
            f"Variable value (input) of OP(embedding) expected >= 0 and < {W.shape[0]}, but got {bad}. Please check "
            "input value."
        )
    out = W.take(Ids, axis=0)
    if padding_idx != -1:
        out[Ids == padding_idx] = 0
    return out


class _OutOfTable(InvalidArgumentError, OutOfRangeError):
    """PaddlePaddle raises ValueError here; an index out of range is an IndexError too."""


@lookup_table.infer
def _(Ids: Any, W: Any, *, padding_idx: int = -1) -> Spec:
    if not Ids.dtype.is_integer:
        raise InvalidArgumentError(f"embedding: the ids must be integers, got {Ids.dtype.name}")
    if len(W.dims) != 2:
        raise InvalidArgumentError(
            "ShapeError: The dimensions of the 'lookup table' must be 2. But received lookup table's "
            f"shape = {list(W.dims)}"
        )
    return Spec((*Ids.dims, W.dims[1]), W.dtype)


@lookup_table.grad(saves="Ids W")
def _(c: Any, g: Any) -> Any:
    return None, lookup_table_grad(c.Ids, c.W, g, padding_idx=c.padding_idx)


@lookup_table.onnx
def _(b: Any, Ids: Any, W: Any, *, padding_idx: int = -1) -> Any:
    out = b.Gather(W, b.cast(Ids, "int64"), axis=0)
    if padding_idx == -1:
        return out
    hit = b.Equal(b.cast(Ids, "int64"), b.const(padding_idx, "int64"))
    return b.Where(b.Unsqueeze(hit, b.const([-1], "int64")), b.const(0, W.dtype), out)


@op("lookup_table_v2_grad", out="W@GRAD")
def lookup_table_grad(Ids, W, G, *, padding_idx=-1):  # type: ignore[no-untyped-def]
    """The gradient of ``lookup_table_v2``: rows of ``G`` added up by their numbers. ONNX: ScatterND."""
    ids, rows = Ids.reshape(-1), G.reshape(-1, W.shape[1])
    if padding_idx != -1:
        kept = ids != padding_idx
        ids, rows = ids[kept], rows[kept]
    out = np.zeros(W.shape, G.dtype)
    if ids.size:
        # Sorted, equal numbers stand together and each run is one sum: much faster than np.add.at.
        order = np.argsort(ids, kind="stable")
        ids = ids[order]
        starts = np.flatnonzero(np.concatenate(([True], ids[1:] != ids[:-1])))
        out[ids[starts]] = np.add.reduceat(rows[order], starts, axis=0)
    return out


lookup_table_grad.infer(lambda Ids, W, G, *, padding_idx=-1: Spec(W.dims, G.dtype))


@lookup_table_grad.grad(saves="Ids")
def _(c: Any, g: Any) -> Any:
    return None, None, lookup_table(c.Ids, g, padding_idx=c.padding_idx)


@lookup_table_grad.onnx
def _(b: Any, Ids: Any, W: Any, G: Any, *, padding_idx: int = -1) -> Any:
    where = b.Unsqueeze(b.cast(Ids, "int64"), b.const([-1], "int64"))
    if padding_idx != -1:
        G = b.Where(b.Equal(where, b.const(padding_idx, "int64")), b.const(0, G.dtype), G)
    return b.ScatterND(b.Expand(b.const(0, G.dtype), b.Shape(W)), where, G, reduction="add")


lookup_table.sample(i64(2, 3, low=0, high=4), f32(5, 2), grad="W").sample(
    i32(4, low=0, high=2), f32(3, 2), padding_idx=1, grad="W"
)
lookup_table.sample(i64(low=0, high=2), f64(3, 2), grad="W").sample(
    i64(0, 2, low=0, high=1), f32(3, 2), grad="W"
)
lookup_table_grad.sample(i64(2, 3, low=0, high=4), f32(5, 2), f32(2, 3, 2), grad="G")
lookup_table_grad.sample(i64(4, low=0, high=2), f32(3, 2), f32(4, 2), padding_idx=0, grad="G")


@op("one_hot_v2")
def one_hot(X, depth_tensor=None, *, depth=-1, dtype=float32, allow_out_of_range=False):  # type: ignore[no-untyped-def]
    """1 at the class numbers, 0 elsewhere, along a new last axis. ONNX: OneHot."""
    depth = int(depth_tensor.reshape(-1)[0]) if depth_tensor is not None else depth
    inside = (X >= 0) & (depth > X)
    if not allow_out_of_range and not inside.all():
        raise _OutOfTable(
            f"Illegal index value, Input(input) value should be greater than or equal to 0 and less than depth "
            f"[{depth}], but received [{X[~inside].flat[0]}]"
        )
    return (X[..., None] == np.arange(depth, dtype=X.dtype)).astype(dtype.np)


@one_hot.infer
def _(X: Any, depth_tensor: Any = None, *, depth: int, dtype: Any, allow_out_of_range: bool) -> Spec:
    if not X.dtype.is_integer:
        raise InvalidArgumentError(f"one_hot: the class numbers must be integers, got {X.dtype.name}")
    if depth_tensor is not None:
        content = depth_tensor.content
        return Spec((*X.dims, D.fresh() if content is None else content.item()), dtype)
    return Spec((*X.dims, depth), dtype)


@one_hot.onnx
def _(b: Any, X: Any, depth_tensor: Any = None, *, depth: int, dtype: Any, allow_out_of_range: bool) -> Any:
    count = b.const([depth], "int64")
    if depth_tensor is not None:
        count = b.Reshape(b.cast(depth_tensor, "int64"), b.const([1], "int64"))
    # ONNX counts negative numbers from the end; here they are no class.
    x = b.cast(X, "int64")
    x = b.Where(b.Less(x, b.const(0, "int64")), b.const(2**31 - 1, "int64"), x)
    return b.OneHot(x, count, b.const([0, 1], dtype), axis=-1)


one_hot.sample(i64(2, 3, low=0, high=3), depth=4).sample(i32(4), depth=3, allow_out_of_range=True)
one_hot.sample(i64(low=0, high=1), np.array([2], np.int32)).sample(
    i64(3, low=0, high=2), depth=3, dtype=int64
)
