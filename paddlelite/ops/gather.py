"""Ops that read a tensor at given indices: gather, gather_nd, take_along_axis, index_sample, index_select."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import dims as D
from ..errors import InvalidArgumentError, OutOfRangeError
from ..op import Spec, op
from .rules import axis_in
from .samples import f32
from .shape import unsqueeze


def static_axis(Axis: Any, axis: int) -> int:
    """An axis given as a tensor or attribute; it must be known when the graph is built."""
    if Axis is None:
        return axis
    content = Axis if isinstance(Axis, np.ndarray) else getattr(Axis, "content", None)
    if content is None and getattr(Axis, "_data", None) is not None:
        content = Axis._data
    if content is None or not isinstance(content.item(), int):
        raise InvalidArgumentError("an axis must be known when the graph is built")
    return content.item()


def out_of_range(index: np.ndarray, size: int, axis: int) -> OutOfRangeError:
    """The error for an index outside an axis of ``size``."""
    bad = index[(index < -size) | (index >= size)]
    shown = bad.flat[0] if bad.size else index.tolist()
    return OutOfRangeError(
        f"The index {shown} is out of bounds for dimension {axis} with size {size}: it should be in the range of "
        f"[{-size}, {size})."
    )


@op("gather", on_sizes=True)
def gather(X, Index, Axis=None, *, axis=0):  # type: ignore[no-untyped-def]
    """The slices of ``X`` along ``axis`` at the indices ``Index`` (rank 0 or 1, or n x 1). ONNX: Gather."""
    at = static_axis(Axis, axis)
    index = Index.reshape(-1) if Index.ndim == 2 else Index
    try:
        return np.take(X, index.astype(np.int64, copy=False), at)
    except IndexError:
        raise out_of_range(np.asarray(index), X.shape[at], at) from None


def _flat_index(index: Any) -> tuple[D.Size, ...]:
    if len(index.dims) == 2:
        if isinstance(index.dims[1], int) and index.dims[1] != 1:
            raise InvalidArgumentError(
                f"The last dim of index should be 1 when it is 2D, but we get {index.dims[1]}. To look up a matrix of "
                "indices, index with it: x[index]."
            )
        return (index.dims[0],)
    if len(index.dims) > 2:
        raise InvalidArgumentError(
            f"The index should be 0D, 1D, when it is not 2D, but we get {len(index.dims)}"
        )
    return tuple(index.dims)


@gather.infer
def _(X: Any, Index: Any, Axis: Any = None, *, axis: int = 0) -> Spec:
    require_index(Index, "gather")
    at = axis_in(static_axis(Axis, axis), len(X.dims))
    return Spec((*X.dims[:at], *_flat_index(Index), *X.dims[at + 1 :]), X.dtype)


def require_index(index: Any, what: str) -> None:
    """Raise InvalidArgumentError unless ``index`` holds integers."""
    if not index.dtype.is_integer:
        raise InvalidArgumentError(f"{what}: the index must be int32 or int64, got {index.dtype.name}")


@gather.grad(saves="Index Axis")
def _(c: Any, g: Any) -> Any:
    from .join import zeros_of
    from .scatter import index_add

    like = c.like("X")
    at = axis_in(static_axis(c.Axis, c.axis), len(like.dims))
    index = c.Index
    if len(index.dims) == 0:
        index, g = unsqueeze(index, axes=[0]), unsqueeze(g, axes=[at])
    return index_add(zeros_of(like), index, g, axis=at), None, None


@gather.onnx
def _(b: Any, X: Any, Index: Any, Axis: Any = None, *, axis: int = 0) -> Any:
    at = axis if Axis is None else int(Axis.value)
    index = b.Reshape(Index, b.const([-1], "int64")) if len(Index.dims) == 2 else Index
    return b.Gather(X, index_onnx(b, index), axis=at % len(X.dims))


def index_onnx(b: Any, index: Any) -> Any:
    """An index in a dtype that ONNX takes."""
    return index if index.dtype.name in ("int32", "int64") else b.cast(index, "int64")


_INDEX = np.array([2, 0, -1], np.int64)
gather.sample(f32(4, 3), _INDEX).sample(f32(2, 3), np.array([[1], [1]], np.int32), axis=1)
gather.sample(f32(2, 3), np.array(1, np.int64), axis=-1).sample(f32(2, 3), _INDEX, np.array(1, np.int32))


def nd_index(index: np.ndarray) -> tuple[np.ndarray, ...]:
    """The last axis of an index tensor as NumPy's tuple of index arrays."""
    return tuple(index[..., k] for k in range(index.shape[-1]))


@op("gather_nd")
def gather_nd(X, Index):  # type: ignore[no-untyped-def]
    """The slices of ``X`` at the positions that the last axis of ``Index`` holds. ONNX: GatherND."""
    if not Index.shape[-1]:
        return np.broadcast_to(X, (*Index.shape[:-1], *X.shape))
    try:
        out = X[nd_index(Index)]
    except IndexError as error:
        raise OutOfRangeError(str(error)) from None
    return out if type(out) is np.ndarray else np.asarray(out)


@gather_nd.infer
def _(X: Any, Index: Any) -> Spec:
    require_index(Index, "gather_nd")
    k = Index.dims[-1] if Index.dims else 0
    if not isinstance(k, int):
        raise InvalidArgumentError(
            "gather_nd needs an index whose last size is known when the graph is built"
        )
    if k > len(X.dims):
        raise InvalidArgumentError(
            f"Input(Index).shape[-1] should be no greater than Input(X).rank, but got {k} > {len(X.dims)}"
        )
    return Spec((*Index.dims[:-1], *X.dims[k:]), X.dtype)


@gather_nd.grad(saves="Index")
def _(c: Any, g: Any) -> Any:
    from .join import zeros_of
    from .scatter import scatter_nd_add

    return scatter_nd_add(zeros_of(c.like("X")), c.Index, g), None


@gather_nd.onnx
def _(b: Any, X: Any, Index: Any) -> Any:
    if Index.dims[-1] == 0:
        lead = len(Index.dims) - 1
        shape = b.Concat(b.Shape(Index, end=lead), b.Shape(X), axis=0) if lead else b.Shape(X)
        return b.Expand(X, shape)
    return b.GatherND(X, b.cast(Index, "int64"))


gather_nd.sample(f32(3, 4), np.array([[0, 1], [2, -1], [0, 1]], np.int64), fixed="Index")
gather_nd.sample(f32(3, 4), np.array([[[1], [0]]], np.int32), fixed="Index").sample(
    f32(3), np.zeros((2, 0), np.int64), fixed="Index"
)
gather_nd.sample(f32(3, 4), np.zeros((0, 2), np.int64), fixed="Index").sample(
    f32(3, 4), np.array([1, 2], np.int64), fixed="Index"
)


@op("index_select", composite=True)
def index_select(X, Index, *, dim=0):  # type: ignore[no-untyped-def]
    """The slices of ``X`` along ``dim`` at the indices of a vector."""
    return gather(X, Index, axis=dim)


index_select.sample(f32(4, 3), _INDEX).sample(f32(2, 4), _INDEX, dim=1)


def stacked(indices: Sequence[Any]) -> Any:
    """Index tensors that broadcast, as the one that gather_nd takes."""
    from ..dtypes import int64
    from .elementwise import cast
    from .join import stack
    from .repeat import expand
    from .shape import shape as shape_op

    wide = [i if i.dtype is int64 else cast(i, out_dtype=int64) for i in indices]
    dims = D.broadcast(*(i.dims for i in wide)) if len(wide) > 1 else tuple(wide[0].dims)
    if all(tuple(i.dims) == dims for i in wide):
        return stack(wide, axis=-1)
    if D.is_static(dims):
        return stack([expand(i, shape=list(dims)) for i in wide], axis=-1)
    # Sizes that are not known: the sum of zeros has the shape they broadcast to.
    total = wide[0] * 0
    for i in wide[1:]:
        total = total + i * 0
    return stack([expand(i, shape_op(total)) for i in wide], axis=-1)


@op("shard_index")
def shard_index(X, *, index_num, nshards, shard_id, ignore_value=-1):  # type: ignore[no-untyped-def]
    """Indices into a table split over shards, counted from this shard's start; others are ignored. ONNX: Where."""
    size = -(-index_num // nshards)
    return np.where(X // size == shard_id, X % size, ignore_value).astype(X.dtype)


shard_index.infer(lambda X, **attrs: Spec(X.dims, X.dtype))


@shard_index.onnx
def _(b: Any, X: Any, *, index_num: int, nshards: int, shard_id: int, ignore_value: int = -1) -> Any:
    size = b.const(-(-index_num // nshards), X.dtype)
    low = b.Mul(size, b.const(shard_id, X.dtype))
    here = b.Sub(X, low)
    inside = b.And(b.GreaterOrEqual(here, b.const(0, X.dtype)), b.Less(here, size))
    return b.Where(inside, here, b.const(ignore_value, X.dtype))


shard_index.sample(np.array([[1], [6], [12], [19]], np.int64), index_num=20, nshards=2, shard_id=0)
shard_index.sample(np.array([0, 11], np.int32), index_num=21, nshards=2, shard_id=1, ignore_value=-5)
