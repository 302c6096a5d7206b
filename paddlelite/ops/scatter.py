"""Ops that write a tensor at given indices: scatter, scatter_nd_add, index_add, index_put."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import dims as D
from ..errors import InvalidArgumentError
from ..op import Many, Spec, op
from . import rules
from .gather import (
    gather,
    gather_nd,
    nd_index,
    out_of_range,
    require_index,
    stacked,
)
from .rules import axis_in
from .samples import f32, i32

#: Below this many rows np.add.at costs less than sorting.
_FEW_ROWS = 16
#: Up to this many rows of one index are added by passes over all indices.
_ROUNDS = 8


def add_rows(out: np.ndarray, index: np.ndarray, rows: np.ndarray) -> None:
    """``out[index] += rows`` with repeated indices adding up; ``out`` is changed.

    Ten times as fast as np.add.at on rows.
    """
    if len(index) <= _FEW_ROWS or out.ndim == 1:
        np.add.at(out, index, rows)
        return
    index = np.where(index < 0, index + out.shape[0], index)
    order = np.argsort(index, kind="stable")
    ids = index[order]
    starts = np.flatnonzero(np.concatenate(([True], ids[1:] != ids[:-1])))
    counts = np.diff(np.append(starts, len(ids)))
    ids = ids[starts]
    # The first row of every index at once, then the second ones, and so on; long runs are summed at the end.
    for k in range(_ROUNDS):
        out[ids] += rows[order[starts + k]]
        more = counts > k + 1
        if not more.any():
            return
        ids, starts, counts = ids[more], starts[more], counts[more]
    for i, start, count in zip(ids, starts, counts, strict=True):
        out[i] += rows[order[start + _ROUNDS : start + count]].sum(0, dtype=out.dtype)


@op("scatter")
def scatter(X, Ids, Updates, *, overwrite=True):  # type: ignore[no-untyped-def]
    """``X`` with the rows ``Ids`` replaced by those of ``Updates``; without ``overwrite``, by their sums.

    ONNX: ScatterND.
    """
    index = Ids.reshape(-1)
    check_range(index, X.shape[0], 0)
    out = X.copy()
    rows = Updates.reshape(len(index), *X.shape[1:])
    if overwrite:
        out[index] = rows
    else:
        out[index] = 0
        add_rows(out, index, rows)
    return out


def check_range(index: np.ndarray, size: int, axis: int) -> None:
    if index.size and not (-size <= index.min() and index.max() < size):
        raise out_of_range(index, size, axis)


@scatter.infer
def _(X: Any, Ids: Any, Updates: Any, *, overwrite: bool = True) -> Spec:
    require_index(Ids, "scatter")
    rank = len(Ids.dims)
    if rank > 2 or (rank == 2 and isinstance(Ids.dims[1], int) and Ids.dims[1] != 1):
        raise InvalidArgumentError(
            f"scatter: the index should be a 0-D or 1-D tensor, got shape {list(Ids.dims)}"
        )
    if X.dtype is not Updates.dtype:
        raise InvalidArgumentError(f"scatter: x is {X.dtype.name}, but updates is {Updates.dtype.name}")
    want = (*(Ids.dims[:1]), *X.dims[1:])
    if len(Updates.dims) != len(want) or any(
        isinstance(p, int) and isinstance(q, int) and p != q for p, q in zip(Updates.dims, want, strict=True)
    ):
        raise InvalidArgumentError(
            f"scatter: updates should have shape {list(want)} (one row per index), got {list(Updates.dims)}"
        )
    return Spec(X.dims, X.dtype)


@scatter.grad(saves="Ids")
def _(c: Any, g: Any) -> Any:
    from .join import zeros_of

    dx = scatter(g, c.Ids, zeros_of(c.like("Updates")), overwrite=True) if c.needs("X") else None
    return dx, None, gather(g, c.Ids) if c.needs("Updates") else None


@scatter.onnx
def _(b: Any, X: Any, Ids: Any, Updates: Any, *, overwrite: bool = True) -> Any:
    index = b.cast(Ids, "int64")
    where = index if len(Ids.dims) == 2 else b.Unsqueeze(index, b.const([-1], "int64"))
    if overwrite:
        return b.ScatterND(X, where, Updates)
    cleared = b.ScatterND(X, where, b.Expand(b.const(0, X.dtype), b.Shape(Updates)))
    return b.ScatterND(cleared, where, Updates, reduction="add")


_ROWS = np.array([2, 0], np.int64)
scatter.sample(f32(4, 3), _ROWS, f32(2, 3)).sample(f32(4), np.array([1], np.int32), f32(1))
scatter.sample(f32(4, 3), np.array([2, 0, 2], np.int64), f32(3, 3), overwrite=False)
scatter.sample(f32(4, 3), np.array([[1], [3]], np.int64), f32(2, 3)).sample(
    f32(4, 3), np.array(1, np.int64), f32(3)
)


@op("scatter_nd_add")
def scatter_nd_add(X, Index, Updates):  # type: ignore[no-untyped-def]
    """``X`` with ``Updates`` added at the positions that the last axis of ``Index`` holds. ONNX: ScatterND."""
    out = X.copy()
    depth = Index.shape[-1]
    if not depth:
        return out + Updates.reshape(-1, *X.shape).sum(0, dtype=X.dtype)
    flat = Index.reshape(-1, depth)
    rows = Updates.reshape(len(flat), *X.shape[depth:])
    for k in range(depth):
        check_range(flat[:, k], X.shape[k], k)
    if len(flat) <= _FEW_ROWS:
        np.add.at(out, nd_index(flat), rows)
        return out
    wrapped = np.where(flat < 0, flat + np.array(X.shape[:depth]), flat)
    lines = np.ravel_multi_index(tuple(wrapped.T), X.shape[:depth])
    add_rows(out.reshape(-1, *X.shape[depth:]), lines, rows)  # reshape of a fresh array is a view
    return out


@scatter_nd_add.infer
def _(X: Any, Index: Any, Updates: Any) -> Spec:
    require_index(Index, "scatter_nd_add")
    depth = Index.dims[-1] if Index.dims else 0
    if not isinstance(depth, int) or depth > len(X.dims):
        raise InvalidArgumentError(
            f"The last dimension of Input(Index)'s shape should be no greater than the rank of Input(X), but received "
            f"{depth} and {len(X.dims)}."
        )
    want = (*Index.dims[:-1], *X.dims[depth:])
    if len(Updates.dims) != len(want) or any(
        isinstance(p, int) and isinstance(q, int) and p != q for p, q in zip(Updates.dims, want, strict=True)
    ):
        raise InvalidArgumentError(
            f"updates should have shape {list(want)}, but received {list(Updates.dims)}"
        )
    return Spec(X.dims, X.dtype)


scatter_nd_add.grad(
    lambda c, g: (g, None, gather_nd(g, c.Index) if c.needs("Updates") else None), saves="Index"
)


@scatter_nd_add.onnx
def _(b: Any, X: Any, Index: Any, Updates: Any) -> Any:
    if Index.dims[-1] == 0:
        lead = b.const(list(range(len(Index.dims) - 1)), "int64")
        return b.Add(X, b.ReduceSum(Updates, lead, keepdims=0) if len(Index.dims) > 1 else Updates)
    return b.ScatterND(X, b.cast(Index, "int64"), Updates, reduction="add")


scatter_nd_add.sample(f32(3, 4), np.array([[0], [2], [0]], np.int64), f32(3, 4))
scatter_nd_add.sample(f32(3, 4), np.array([[0, 1], [2, -1], [0, 1]], np.int64), f32(3), fixed="Index")
scatter_nd_add.sample(f32(3, 4), i32(5, 6, 1, low=0, high=2), f32(5, 6, 4), tol=1e-4)
scatter_nd_add.sample(f32(3, 4), np.zeros((2, 0), np.int64), f32(2, 3, 4), fixed="Index")


@op("index_add")
def index_add(X, Index, AddValue, *, axis=0):  # type: ignore[no-untyped-def]
    """``X`` with the slices of ``AddValue`` added to its slices ``Index`` along ``axis``. ONNX: ScatterND."""
    at = axis % X.ndim
    index = Index.reshape(-1)
    check_range(index, X.shape[at], at)
    out = X.copy()
    add_rows(np.moveaxis(out, at, 0), index, np.moveaxis(AddValue, at, 0))
    return out


@index_add.infer
def _(X: Any, Index: Any, AddValue: Any, *, axis: int = 0) -> Spec:
    require_index(Index, "index_add")
    at = axis_in(axis, len(X.dims))
    want = (*X.dims[:at], Index.dims[0] if Index.dims else 1, *X.dims[at + 1 :])
    if len(AddValue.dims) != len(want) or any(
        isinstance(p, int) and isinstance(q, int) and p != q for p, q in zip(AddValue.dims, want, strict=True)
    ):
        raise InvalidArgumentError(
            f"index_add: value should have shape {list(want)}, got {list(AddValue.dims)}"
        )
    return Spec(X.dims, X.dtype)


index_add.grad(
    lambda c, g: (g, None, gather(g, c.Index, axis=c.axis) if c.needs("AddValue") else None), saves="Index"
)


@index_add.onnx
def _(b: Any, X: Any, Index: Any, AddValue: Any, *, axis: int = 0) -> Any:
    rank = len(X.dims)
    at = axis % rank
    where = b.Reshape(b.cast(Index, "int64"), b.const([-1, 1], "int64"))
    if at == 0:
        return b.ScatterND(X, where, AddValue, reduction="add")
    order = [at, *(a for a in range(rank) if a != at)]
    back = [order.index(a) for a in range(rank)]
    moved = b.ScatterND(b.Transpose(X, perm=order), where, b.Transpose(AddValue, perm=order), reduction="add")
    return b.Transpose(moved, perm=back)


index_add.sample(f32(4, 3), np.array([2, 0, 2], np.int64), f32(3, 3))
index_add.sample(f32(2, 4, 3), i32(40, low=0, high=3), f32(2, 40, 3), axis=1, tol=1e-4)


@op("index_put", out="out")
def index_put(x, indices: Many, value, *, accumulate=False):  # type: ignore[no-untyped-def]
    """``x`` with ``value`` written (or added) at index tensors that broadcast, one per leading axis.

    ONNX: ScatterND.
    """
    out = x.copy()
    for k, index in enumerate(indices):
        check_range(index, x.shape[k], k)
    where = tuple(indices)
    if accumulate:
        np.add.at(out, where, value)
    else:
        out[where] = value
    return out


def _put_dims(x: Any, indices: Any) -> tuple[D.Size, ...]:
    """The sizes of the part that is written."""
    return (*D.broadcast(*(i.dims for i in indices)), *x.dims[len(indices) :])


@index_put.infer
def _(x: Any, indices: Any, value: Any, *, accumulate: bool = False) -> Spec:
    if len(indices) > len(x.dims):
        raise InvalidArgumentError(
            f"index_put: {len(indices)} indices for a tensor of {len(x.dims)} dimensions"
        )
    for i in indices:
        require_index(i, "index_put")
    part = _put_dims(x, indices)
    both = D.broadcast(value.dims, part)
    if len(both) != len(part) or any(isinstance(p, int) and p != q for p, q in zip(part, both, strict=True)):
        raise InvalidArgumentError(
            f"index_put: value of shape {list(value.dims)} does not fit into {list(part)}"
        )
    return Spec(x.dims, x.dtype)


@index_put.grad(saves="indices")
def _(c: Any, g: Any) -> Any:
    dx, dv = None, None
    if c.needs("x"):
        zero = c.like("value")
        dx = g if c.accumulate else index_put(g, c.indices, _zero(zero))
    if c.needs("value"):
        part = gather_nd(g, stacked(c.indices))
        dv = rules.sum_to(part, c.like("value"))
    return dx, None, dv


def _zero(like: Any) -> Any:
    from .creation import fill_constant

    return fill_constant(shape=[], dtype=like.dtype, value=0.0)


@index_put.onnx
def _(b: Any, x: Any, indices: Any, value: Any, *, accumulate: bool = False) -> Any:
    wide = [b.cast(i, "int64") for i in indices]
    if len(wide) > 1:
        shape = b.Shape(wide[0])
        if any(tuple(i.dims) != tuple(wide[0].dims) for i in wide):
            total = wide[0]
            for i in wide[1:]:
                total = b.Add(total, i)
            shape = b.Shape(total)
            wide = [b.Expand(i, shape) for i in wide]
    shape = b.Shape(wide[0])
    where = b.Concat(*[b.Unsqueeze(i, b.const([-1], "int64")) for i in wide], axis=-1)
    rest = b.Shape(x, start=len(wide))
    target = b.Concat(shape, rest, axis=0) if len(wide) < len(x.dims) else shape
    return b.ScatterND(x, where, b.Expand(value, target), reduction="add" if accumulate else "none")


index_put.sample(f32(4, 3), [np.array([2, 0], np.int64)], f32(2, 3)).sample(f32(4, 3), [_ROWS, _ROWS], f32())
index_put.sample(
    f32(4, 3), [np.array([[2], [0]], np.int64), np.array([0, 1, 1], np.int64)], f32(3), accumulate=True
)
