"""Reading and writing tensors at index tensors: gather, scatter, index_add, take_along_axis and their kin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..dims import broadcast, is_static
from ..dtypes import int32, int64
from ..errors import InvalidArgumentError, InvalidTypeError, OutOfRangeError
from ..ops import along_axis as A
from ..ops import gather as R
from ..ops import index as I
from ..ops import scatter as W
from ..ops.creation import fill_constant
from ..ops.rules import axis_in
from ..ops.set_value import set_value
from .arguments import attach, in_place
from .creation import full, shape_slots, to_tensor
from .indexing import getitem, write_tensors
from .manipulation import as_int, as_ints, expand, flatten, require_tensor, reshape
from .operators import astype
from .tensor import Tensor

__all__ = [
    "gather",
    "gather_nd",
    "index_add",
    "index_add_",
    "index_fill",
    "index_fill_",
    "index_put",
    "index_put_",
    "index_sample",
    "index_select",
    "masked_fill",
    "masked_fill_",
    "masked_scatter",
    "masked_scatter_",
    "multiplex",
    "put_along_axis",
    "put_along_axis_",
    "scatter",
    "scatter_",
    "scatter_add",
    "scatter_nd",
    "scatter_nd_add",
    "scatter_reduce",
    "select_scatter",
    "slice",
    "slice_scatter",
    "strided_slice",
    "take",
    "take_along_axis",
    "take_along_dim",
]


def _index(index: Any, what: str) -> Tensor:
    """An index tensor. Raises InvalidTypeError for anything but a Tensor, InvalidArgumentError unless it is integer."""
    if not isinstance(index, Tensor):
        raise InvalidTypeError(f"{what}(): argument 'index' must be Tensor, but got {type(index).__name__}")
    if index.dtype not in (int32, int64):
        raise InvalidArgumentError(f"{what}: the index must be int32 or int64, but got {index.dtype.name}")
    return index


def _check_dims(x: Tensor, index: Tensor, what: str) -> None:
    if len(index.dims) > 2 or (
        len(index.dims) == 2 and isinstance(index.dims[1], int) and index.dims[1] != 1
    ):
        raise InvalidArgumentError(
            f"{what}: the index should be a vector (or an n x 1 matrix), but its shape is {list(index.dims)}"
        )


def gather(x: Tensor, index: Tensor, axis: Any = None, name: str | None = None) -> Tensor:
    """The slices of ``x`` along ``axis`` (0) at the indices of a vector. Paddle op: gather.

    Raises OutOfRangeError (an IndexError) for an index outside the axis.

    >>> import paddlelite as paddle
    >>> paddle.gather(paddle.to_tensor([5, 6, 7]), paddle.to_tensor([2, 0])).numpy()
    array([7, 5])
    """
    require_tensor(x, "gather")
    _check_dims(x, _index(index, "gather"), "gather")
    return R.gather(x, index, axis=axis_in(0 if axis is None else as_int(axis, "axis"), len(x.dims)))


def gather_nd(x: Tensor, index: Tensor, name: str | None = None) -> Tensor:
    """The slices of ``x`` at the positions that the last axis of ``index`` holds. Paddle op: gather_nd."""
    if isinstance((_index(index, "gather_nd").dims or (0,))[-1], int) and (index.dims or (0,))[-1] > len(
        x.dims
    ):
        raise InvalidArgumentError(
            f"Input(Index).shape[-1] should be no greater than Input(X).rank, but got shape {list(index.dims)}"
        )
    return R.gather_nd(require_tensor(x, "gather_nd"), index)


def index_select(x: Tensor, index: Tensor, axis: int = 0, name: str | None = None) -> Tensor:
    """The slices of ``x`` along ``axis`` at the indices of a vector."""
    return gather(x, index, axis)


def index_sample(x: Tensor, index: Tensor) -> Tensor:
    """Of each row of the matrix ``x`` the elements that the same row of ``index`` names."""
    _index(index, "index_sample")
    if len(x.dims) != 2 or len(index.dims) != 2:
        raise InvalidArgumentError(
            f"index_sample needs matrices, got shapes {list(x.dims)} and {list(index.dims)}"
        )
    return A.index_sample(x, index)


def scatter(
    x: Tensor, index: Tensor, updates: Tensor, overwrite: bool = True, name: str | None = None
) -> Tensor:
    """``x`` with its rows ``index`` replaced by ``updates``; without ``overwrite``, by the sums of those of one index.

    Paddle op: scatter. Raises OutOfRangeError for an index outside, InvalidArgumentError when the shapes do not fit.
    """
    _check_dims(x, _index(index, "scatter"), "scatter")
    rows = (*index.dims[:1], *x.dims[1:])
    if is_static(rows) and is_static(updates.dims) and tuple(updates.dims) != rows:
        raise InvalidArgumentError(
            f"scatter: updates should have shape {list(rows)} (one row per index), but got {list(updates.dims)}"
        )
    return W.scatter(x, index, updates, overwrite=bool(overwrite))


def scatter_nd_add(x: Tensor, index: Tensor, updates: Tensor, name: str | None = None) -> Tensor:
    """``x`` with ``updates`` added at the positions that the last axis of ``index`` holds."""
    if x.dtype is not updates.dtype:
        raise InvalidArgumentError(
            f"x and updates must have same data type, got {x.dtype.name}, {updates.dtype.name}"
        )
    return W.scatter_nd_add(x, _index(index, "scatter_nd_add"), updates)


def scatter_nd(index: Tensor, updates: Tensor, shape: Any, name: str | None = None) -> Tensor:
    """Zeros of ``shape`` with ``updates`` added at the positions of ``index``."""
    return scatter_nd_add(full(shape, 0, updates.dtype), index, updates)


def index_add(
    x: Tensor, index: Tensor, axis: int, value: Tensor, alpha: float = 1, name: str | None = None
) -> Tensor:
    """``x`` with the slices of ``value`` added to its slices ``index`` along ``axis``. Paddle op: index_add."""
    added = value if alpha == 1 else value * alpha
    return W.index_add(x, _index(index, "index_add"), added, axis=axis_in(axis, len(x.dims)))


def index_put(
    x: Tensor, indices: Sequence[Tensor], value: Tensor, accumulate: bool = False, name: str | None = None
) -> Tensor:
    """``x`` with ``value`` written (or added) at index tensors or masks, which apply to the leading axes."""
    if not isinstance(indices, (list, tuple)):
        raise InvalidTypeError(
            f"index_put: indices must be a list or tuple of Tensors, got {type(indices).__name__}"
        )
    axis, pairs = 0, []
    for t in indices:
        if not t.dtype.is_bool:
            _index(t, "index_put")
        pairs.append((axis, t))
        axis += len(t.dims) if t.dtype.is_bool else 1
    if axis > len(x.dims):
        raise OutOfRangeError(f"too many indices: {axis} for a tensor of {len(x.dims)} dimensions")
    if x.dtype is not value.dtype:
        raise InvalidArgumentError(f"index_put: x is {x.dtype.name}, but value is {value.dtype.name}")
    return write_tensors(x, pairs, value, accumulate=accumulate)


def index_fill(x: Tensor, index: Tensor, axis: int, value: Any, name: str | None = None) -> Tensor:
    """``x`` with its slices ``index`` along ``axis`` filled with a number (or 0-D tensor)."""
    at = axis_in(axis, len(x.dims))
    filler = value.astype(x.dtype) if isinstance(value, Tensor) else full([], value, x.dtype)
    return write_tensors(x, [(at, _index(index, "index_fill"))], filler)


def _broadcast_along(arr: Tensor, indices: Tensor, axis: int) -> Tensor:
    """Indices expanded to the shape of ``arr`` except along ``axis``."""
    if len(indices.dims) != len(arr.dims):
        raise InvalidArgumentError(
            "`indices` and `arr` must have the same number of dimensions! Got "
            f"{len(indices.dims)} and {len(arr.dims)}."
        )
    want = [indices.dims[a] if a == axis else n for a, n in enumerate(arr.dims)]
    broadcast(indices.dims, want)
    if tuple(indices.dims) == tuple(want):
        return indices
    sizes = [indices.shape[a] if a == axis else arr.shape[a] for a in range(len(want))]
    return expand(indices, sizes)


def take_along_axis(arr: Tensor, indices: Tensor, axis: int, broadcast: bool = True) -> Tensor:
    """``arr[..., indices[..., i, ...], ...]`` along ``axis``. Paddle op: take_along_axis.

    With ``broadcast`` the indices are expanded to the other sizes of ``arr``; without it they must not be larger.
    """
    at = axis_in(axis, len(arr.dims))
    index = _index(indices, "take_along_axis")
    index = _broadcast_along(arr, index, at) if broadcast else index
    A.along(arr, index, at, "take_along_axis")
    return A.take_along_axis(arr, index, Axis=at)


def put_along_axis(
    arr: Tensor,
    indices: Tensor,
    values: Any,
    axis: int,
    reduce: str = "assign",
    include_self: bool = True,
    broadcast: bool = True,
) -> Tensor:
    """``arr`` with ``values`` written along ``axis`` at ``indices``, or combined with what is there.

    ``reduce``: assign, add, mul (multiply), mean, amin, amax. Paddle op: put_along_axis.
    """
    if reduce not in A.REDUCTIONS:
        raise InvalidArgumentError(
            f"put_along_axis: reduce must be one of {sorted(A.REDUCTIONS)}, got {reduce!r}"
        )
    at = axis_in(axis, len(arr.dims))
    index = _index(indices, "put_along_axis")
    index = _broadcast_along(arr, index, at) if broadcast else index
    A.along(arr, index, at, "put_along_axis")
    value = values if isinstance(values, Tensor) else full([], values, arr.dtype)
    value = value if value.dtype is arr.dtype else astype(value, arr.dtype)
    if tuple(value.dims) != tuple(index.dims):
        value = expand(value, index.shape)
    return A.put_along_axis(arr, index, value, Axis=at, Reduce=reduce, Include_self=bool(include_self))


def take_along_dim(input: Tensor, indices: Tensor, dim: int | None = None) -> Tensor:
    """:func:`take_along_axis` by another name; without ``dim`` of the flattened input."""
    return (
        take_along_axis(flatten(input), flatten(indices), 0)
        if dim is None
        else take_along_axis(input, indices, dim)
    )


def scatter_add(input: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
    """``input`` with ``src`` added along ``dim`` at ``index``."""
    return put_along_axis(input, index, src, dim, "add", broadcast=False)


def scatter_reduce(
    input: Tensor, dim: int, index: Tensor, src: Tensor, reduce: str, *, include_self: bool = True
) -> Tensor:
    """``input`` with ``src`` combined along ``dim`` at ``index``: sum, prod, mean, amax or amin."""
    how = {"sum": "add", "prod": "mul"}.get(reduce, reduce)
    return put_along_axis(input, index, src, dim, how, include_self, broadcast=False)


def take(x: Tensor, index: Tensor, mode: str = "raise", name: str | None = None) -> Tensor:
    """The elements of the flattened ``x`` at ``index``; outside: an error, ``wrap`` around, or ``clip`` to the ends."""
    if mode not in ("raise", "wrap", "clip"):
        raise InvalidArgumentError(
            f"'mode' in 'take' should be 'raise', 'wrap', 'clip', but received {mode}."
        )
    from ..op import OPS

    n = to_tensor(x.size, dtype="int64") if isinstance(x.size, int) else x.size
    places = flatten(_index(index, "take")).astype("int64")
    if mode == "wrap":
        places = OPS["elementwise_mod"](places, n)
    elif mode == "clip":
        places = OPS["elementwise_min"](OPS["elementwise_max"](places, to_tensor(0, dtype="int64")), n - 1)
    return reshape(R.gather(flatten(x), places), index.shape)


def masked_fill(x: Tensor, mask: Tensor, value: Any, name: str | None = None) -> Tensor:
    """``x`` with ``value`` (a number or 0-D tensor) wherever ``mask`` is True; the two broadcast."""
    if not isinstance(mask, Tensor):
        raise InvalidTypeError(f"masked_fill: mask must be a bool Tensor, got {type(mask).__name__}")
    mask = mask if mask.dtype.is_bool else astype(mask, "bool")
    from ..op import OPS

    filler = value if isinstance(value, Tensor) else full([], value, x.dtype)
    filler = filler if filler.dtype is x.dtype else astype(filler, x.dtype)
    dims = broadcast(x.dims, mask.dims)
    wide = [
        t if tuple(t.dims) == dims or not is_static(dims) else expand(t, list(dims))
        for t in (mask, filler, x)
    ]
    return OPS["where"](*wide)


def masked_scatter(x: Tensor, mask: Tensor, value: Tensor, name: str | None = None) -> Tensor:
    """``x`` with the elements where ``mask`` is True replaced by those of ``value`` in order."""
    from ..op import OPS

    mask = mask if tuple(mask.dims) == tuple(x.dims) else expand(mask, x.shape)
    # The k-th True place takes the k-th element: count the places up to each one.
    count = OPS["cumsum"](flatten(astype(mask, "int64")), axis=0) - 1
    zero = fill_constant(shape=[], dtype=int64, value=0.0)
    chosen = R.gather(
        flatten(value), OPS["elementwise_max"](count, zero) if mask._data is None else _capped(count)
    )
    return OPS["where"](mask, reshape(chosen, x.shape), x)


def _capped(count: Tensor) -> Tensor:
    return to_tensor(np.maximum(count._data, 0))


def select_scatter(x: Tensor, values: Tensor, axis: int, index: int, name: str | None = None) -> Tensor:
    """``x`` with its slice ``index`` along ``axis`` replaced by ``values``."""
    at = axis_in(axis, len(x.dims))
    want = tuple(n for a, n in enumerate(x.dims) if a != at)
    if is_static(want) and is_static(values.dims) and tuple(values.dims) != want:
        raise InvalidArgumentError(
            f"select_scatter: values should have shape {list(want)}, got {list(values.dims)}"
        )
    end = index + 1 if index != -1 else 2**31 - 1
    where = {"axes": [at], "starts": [index], "ends": [end], "steps": [1], "decrease_axes": [at]}
    return set_value(x, values, **where, dtype=x.dtype)


def slice_scatter(
    x: Tensor, value: Tensor, axes: Any, starts: Any, ends: Any, strides: Any, name: str | None = None
) -> Tensor:
    """``x`` with the block that axes, starts, ends and strides name replaced by ``value``."""
    where = {"axes": axes, "starts": starts, "ends": ends, "steps": strides}
    return set_value(x, value, **{k: as_ints(v, k) for k, v in where.items()}, dtype=x.dtype)


def multiplex(inputs: Sequence[Tensor], index: Tensor, name: str | None = None) -> Tensor:
    """Row i of the result is row i of the input that ``index[i]`` names."""
    from .creation import arange
    from .manipulation import stack

    which = flatten(_index(index, "multiplex"))
    rows = arange(which.shape[0], dtype=which.dtype)
    return getitem(stack(list(inputs), 0), (which, rows))


def slice(input: Tensor, axes: Any, starts: Any, ends: Any) -> Tensor:
    """``input[start:end]`` along each of ``axes``; ends beyond the axis are cut. Paddle op: slice."""
    rank = len(require_tensor(input, "slice", "input").dims)
    where = [axis_in(a, rank) for a in as_ints(axes, "axes")]
    begin, begin_tensor, begin_list = shape_slots(starts)
    end, end_tensor, end_list = shape_slots(ends)
    if any(t is not None for t in (begin_tensor, begin_list, end_tensor, end_list)):
        return I.slice_(
            input,
            begin_tensor,
            end_tensor,
            begin_list,
            end_list,
            axes=where,
            starts=begin["shape"] or [-1] * len(where),
            ends=end["shape"] or [-1] * len(where),
            infer_flags=[-1] * len(where),
        )
    return I.slice_(input, axes=where, starts=begin["shape"], ends=end["shape"], infer_flags=[1] * len(where))


def strided_slice(
    x: Tensor, axes: Any, starts: Any, ends: Any, strides: Any, name: str | None = None
) -> Tensor:
    """``x[start:end:stride]`` along each of ``axes``, by Python's rules also for negative strides."""
    rank = len(require_tensor(x, "strided_slice").dims)
    index: list[Any] = [_slice(None)] * rank
    bounds = [list(v.unbind() if isinstance(v, Tensor) else v) for v in (starts, ends, strides)]
    for a, s, e, k in zip(as_ints(axes, "axes"), *bounds, strict=True):
        index[axis_in(a, rank)] = _slice(s, e, k)
    return getitem(x, tuple(index))


_slice = type(np.s_[:])

scatter_ = in_place(scatter, "scatter_")
index_add_ = in_place(index_add, "index_add_")
index_put_ = in_place(index_put, "index_put_")
index_fill_ = in_place(index_fill, "index_fill_")
masked_fill_ = in_place(masked_fill, "masked_fill_")
masked_scatter_ = in_place(masked_scatter, "masked_scatter_")
put_along_axis_ = in_place(put_along_axis, "put_along_axis_")
attach(globals(), [n for n in __all__ if n != "scatter_nd"])
