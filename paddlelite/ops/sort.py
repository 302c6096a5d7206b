"""Ordering: argsort, top_k, kthvalue, mode. Values and their places; gradients flow to the places."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..dtypes import int64
from ..errors import InvalidArgumentError
from ..op import Spec, op
from .along_axis import put_along_axis
from .creation import fill_any_like
from .rules import axis_in
from .samples import f32, i64

__all__ = ["argsort", "kthvalue", "mode", "scatter_along", "top_k"]


def scatter_along(c: Any, g: Any, index: Any, axis: int, slot: str = "X") -> Any:
    """The gradient of values taken from ``index`` along ``axis``: ``g`` added there, zero elsewhere."""
    like = c.like(slot)
    if not like.dims:
        return g
    zeros = fill_any_like(_value(c, slot), value=0.0)
    return put_along_axis(zeros, index, g, Axis=axis_in(axis, len(like.dims)), Reduce="add")


def _value(c: Any, slot: str) -> Any:
    """A tensor of the input's shape: the kept one, or (symbolic, not kept) the value itself."""
    like = c.like(slot)
    if like.value is not None:
        return like.value
    from .creation import fill_constant

    return fill_constant(shape=list(like.dims), dtype=like.dtype, value=0.0)


def _descending(X: np.ndarray, axis: int) -> np.ndarray:
    """Places from the largest to the smallest, equal ones in their order."""
    last = X.shape[axis] - 1
    return last - np.flip(np.argsort(np.flip(X, axis), axis, kind="stable"), axis)


@op("argsort", out=("Out", "Indices"))
def argsort(X, *, axis=-1, descending=False, stable=False):  # type: ignore[no-untyped-def]
    """The elements of ``X`` in order along ``axis``, and their places; equal ones keep their order. ONNX: TopK."""
    if not X.ndim:
        return X.copy(), np.zeros((), np.int64)
    index = _descending(X, axis) if descending else np.argsort(X, axis, kind="stable")
    return np.take_along_axis(X, index, axis), index.astype(np.int64, copy=False)


@argsort.infer
def _(X: Any, *, axis: int = -1, descending: bool = False, stable: bool = False) -> tuple[Spec, Spec]:
    axis_in(axis, len(X.dims))
    return Spec(X.dims, X.dtype), Spec(X.dims, int64)


argsort.grad(lambda c, g, gi=None: scatter_along(c, g, c.Indices, c.axis), saves="Indices")


@argsort.onnx
def _(b: Any, X: Any, *, axis: int = -1, descending: bool = False, stable: bool = False) -> Any:
    if not X.dims:
        return b.Identity(X), b.const(0, "int64")
    if 0 in X.dims:
        return b.Identity(X), b.cast(
            X, int64
        )  # onnxruntime 1.23 divides by the size: it would end the process
    at = axis_in(axis, len(X.dims))
    size = b.Slice(b.Shape(X), b.const([at], "int64"), b.const([at + 1], "int64"), b.const([0], "int64"))
    return b.TopK(X, size, axis=at, largest=int(descending), sorted=1, outputs=2)


argsort.sample(f32(2, 3)).sample(f32(4, 2), axis=0, descending=True).sample(np.int64([2, 1, 2, 1]), grad="")
argsort.sample(np.int64([2, 1, 2, 1]), descending=True, grad="").sample(f32()).sample(f32(0, 3)).sample(
    f32(3, 0)
)


@op("top_k_v2", out=("Out", "Indices"))
def top_k(X, K=None, *, k=1, axis=-1, largest=True, sorted=True):  # type: ignore[no-untyped-def]
    """The ``k`` largest (smallest) elements along ``axis`` in order, and their places. ONNX: TopK."""
    if not X.ndim:
        return X.copy(), np.zeros((), np.int64)
    count = int(K.reshape(-1)[0]) if K is not None else k
    if not 0 < count <= X.shape[axis]:
        raise _bad_k(count, X.shape[axis], axis)
    if X.dtype.kind == "f" and X.shape[axis] > 64 and count < X.shape[axis] // 4 and not np.isnan(X).any():
        index = _partitioned(X, count, axis, largest)
    else:
        order = _descending(X, axis) if largest else np.argsort(X, axis, kind="stable")
        index = np.take(order, np.arange(count), axis)
    return np.take_along_axis(X, index, axis), index.astype(np.int64, copy=False)


def _partitioned(X: np.ndarray, k: int, axis: int, largest: bool) -> np.ndarray:
    """The places of the k extremes without sorting everything; ties keep their order among the chosen ones."""
    values = -X if largest else X
    chosen = np.sort(np.argpartition(values, k - 1, axis).take(np.arange(k), axis), axis)
    order = np.argsort(np.take_along_axis(values, chosen, axis), axis, kind="stable")
    return np.take_along_axis(chosen, order, axis)


def _bad_k(k: int, size: Any, axis: int) -> InvalidArgumentError:
    return InvalidArgumentError(
        f"the attribute of k in the topk must be >= 1 and not above the size of axis {axis} ({size}), but received {k}."
    )


@top_k.infer
def _(X: Any, K: Any = None, *, k: int = 1, axis: int = -1, largest: bool = True, sorted: bool = True) -> Any:
    at = axis_in(axis, len(X.dims))
    if not X.dims:
        return Spec((), X.dtype), Spec((), int64)
    count: Any = k
    if K is not None:
        from .. import dims as D

        count = D.fresh() if K.content is None else K.content.reshape(-1)[0]
    size = X.dims[at]
    if isinstance(count, (int, np.integer)) and isinstance(size, int) and not 0 < count <= size:
        raise _bad_k(int(count), size, axis)
    dims = tuple(count if i == at else d for i, d in enumerate(X.dims))
    return Spec(dims, X.dtype), Spec(dims, int64)


top_k.grad(lambda c, g, gi=None: (scatter_along(c, g, c.Indices, c.axis), None), saves="Indices")


@top_k.onnx
def _(
    b: Any, X: Any, K: Any = None, *, k: int = 1, axis: int = -1, largest: bool = True, sorted: bool = True
) -> Any:
    if not X.dims:
        return b.Identity(X), b.const(0, "int64")
    count = b.const([k], "int64") if K is None else b.Reshape(b.cast(K, "int64"), b.const([1], "int64"))
    return b.TopK(X, count, axis=axis_in(axis, len(X.dims)), largest=int(largest), sorted=1, outputs=2)


top_k.sample(f32(2, 5), k=2).sample(f32(4, 2), k=3, axis=0, largest=False).sample(
    f32(5), np.int64([2]), grad="X"
)
top_k.sample(np.int64([3, 1, 3, 2]), k=3, grad="").sample(f32(2, 100), k=3).sample(f32())


@op("top_k", composite=True)
def top_k_1(X, K=None, *, k=1):  # type: ignore[no-untyped-def]
    """The largest elements of the last axis, as in 1.x."""
    return top_k(X, K, k=k, axis=-1)


top_k_1.sample(f32(2, 5), k=2)


def _squeezed(pair: Any, axis: int, keepdim: bool, rank: int) -> Any:
    """Both results without the axis of size 1."""
    from .shape import squeeze

    return pair if keepdim or not rank else tuple(squeeze(t, axes=[axis]) for t in pair)


@op("kthvalue", out=("Out", "Indices"), composite=True)
def kthvalue(X, *, k=1, axis=-1, keepdim=False):  # type: ignore[no-untyped-def]
    """The k-th smallest element along ``axis``, and its place."""
    from .index import slice_

    rank = len(X.dims)
    at = axis_in(axis, rank)
    size = X.dims[at] if rank else 1
    if k < 1 or (isinstance(size, int) and k > size):
        raise InvalidArgumentError(f"the k in the kthvalue must be in [1, {size}], but received {k}.")
    if not rank:
        return top_k(X)
    pair = top_k(X, k=k, axis=at, largest=False)
    last = tuple(slice_(t, axes=[at], starts=[k - 1], ends=[k]) for t in pair)
    return _squeezed(last, at, keepdim, rank)


kthvalue.sample(f32(2, 5), k=2).sample(f32(4, 2), k=3, axis=0, keepdim=True).sample(f32())


@op("mode", out=("Out", "Indices"))
def mode(X, *, axis=-1, keepdim=False):  # type: ignore[no-untyped-def]
    """The value that occurs most along ``axis`` (the smallest of several) and where it was found last."""
    if not X.ndim:
        return X.copy(), np.zeros((), np.int64)
    rows = np.moveaxis(X, axis, -1)
    flat = rows.reshape(-1, rows.shape[-1])
    index = np.array([_mode_of(row) for row in flat], np.int64).reshape(*rows.shape[:-1], 1)
    index = np.moveaxis(index, -1, axis)
    pair = np.take_along_axis(X, index, axis), index
    return pair if keepdim else tuple(t.squeeze(axis) for t in pair)


def _mode_of(row: np.ndarray) -> int:
    values, counts = np.unique(row, return_counts=True)
    return int(np.flatnonzero(row == values[counts.argmax()])[-1])


@mode.infer
def _(X: Any, *, axis: int = -1, keepdim: bool = False) -> tuple[Spec, Spec]:
    at = axis_in(axis, len(X.dims))
    dims = tuple(1 if i == at else d for i, d in enumerate(X.dims) if keepdim or i != at)
    return Spec(dims, X.dtype), Spec(dims, int64)


@mode.grad(saves="Indices")
def _(c: Any, g: Any, gi: Any = None) -> Any:
    from .shape import unsqueeze

    index = c.Indices
    if not c.keepdim and c.like("X").dims:
        at = axis_in(c.axis, len(c.like("X").dims))
        g, index = unsqueeze(g, axes=[at]), unsqueeze(index, axes=[at])
    return scatter_along(c, g, index, c.axis)


mode.sample(np.float32([[1, 2, 2], [3, 3, 1]]), grad="").sample(f32(2, 3), axis=0, keepdim=True).sample(
    i64(6), grad=""
).sample(f32())
