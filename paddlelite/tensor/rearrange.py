"""Tensors with their elements in other places: tile, flip, roll, diagonals, triangles, grids, windows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..dtypes import dtype_of, float64
from ..errors import InvalidArgumentError, InvalidTypeError
from ..mode import mode
from ..ops import diagonal as G
from ..ops import order as O
from ..ops import pad as C
from ..ops import reinterpret as V
from ..ops import repeat as P
from ..ops.gather import index_select
from ..ops.gather import shard_index as _shard_index
from ..ops.rules import axis_in
from .arguments import attach, in_place
from .creation import shape_slots, to_tensor
from .manipulation import (
    as_int,
    as_ints,
    as_tensors,
    flatten,
    moveaxis,
    require_tensor,
    reshape,
    transpose,
)
from .tensor import Tensor

__all__ = [
    "as_complex",
    "as_real",
    "as_strided",
    "broadcast_tensors",
    "crop",
    "diag",
    "diag_embed",
    "diagflat",
    "diagonal",
    "diagonal_scatter",
    "flip",
    "meshgrid",
    "polar",
    "repeat_interleave",
    "reverse",
    "roll",
    "rot90",
    "shard_index",
    "tile",
    "tril",
    "tril_",
    "triu",
    "triu_",
    "unfold",
    "view_as_complex",
    "view_as_real",
]


def tile(x: Tensor, repeat_times: Any, name: str | None = None) -> Tensor:
    """``x`` repeated along each axis; more repeats than axes add axes in front. Paddle op: tile.

    >>> import paddlelite as paddle
    >>> paddle.tile(paddle.to_tensor([1, 2]), [2, 1]).numpy()
    array([[1, 2],
           [1, 2]])
    """
    attrs, tensor, tensors = shape_slots(repeat_times)
    if any(r < 0 for r in attrs["shape"]) and tensors is None:
        raise InvalidArgumentError(
            f"All elements in repeat_times must be positive for tile, got {repeat_times}"
        )
    return P.tile(require_tensor(x, "tile"), tensor, tensors, repeat_times=attrs["shape"])


def flip(x: Tensor, axis: Any, name: str | None = None) -> Tensor:
    """``x`` with the order of its elements along each of ``axis`` reversed. Paddle op: flip."""
    rank = len(require_tensor(x, "flip").dims)
    return O.flip(x, axis=[axis_in(a, rank) for a in as_ints(axis, "axis")])


def reverse(x: Tensor, axis: Any, name: str | None = None) -> Tensor:
    """:func:`flip` under its older name."""
    return flip(x, axis)


def roll(x: Tensor, shifts: Any, axis: Any = None, name: str | None = None) -> Tensor:
    """``x`` shifted along each of ``axis``, what leaves at one end entering at the other. Paddle op: roll.

    Without ``axis`` the flattened elements are shifted. Raises InvalidArgumentError unless there is one shift per axis.
    """
    rank = len(require_tensor(x, "roll").dims)
    axes = [] if axis is None else [axis_in(a, rank) for a in as_ints(axis, "axis")]
    if isinstance(shifts, Tensor) and shifts._data is None:
        return O.roll(x, shifts if shifts.dims else reshape(shifts, [1]), axis=axes)
    by = as_ints(shifts, "shifts")
    if len(by) != (len(axes) or 1):
        raise InvalidArgumentError(
            f"When dims.size() != 0, dims.size() should be equal to shifts.size(). But received dims.size() = "
            f"{len(axes)}, shifts.size() = {len(by)}"
        )
    return O.roll(x, shifts=by, axis=axes)


def rot90(x: Tensor, k: int = 1, axes: Sequence[int] = (0, 1), name: str | None = None) -> Tensor:
    """``x`` turned by ``k`` times 90 degrees in the plane of two axes, from the first towards the second."""
    rank = len(require_tensor(x, "rot90").dims)
    if rank < 2 or len(axes) != 2:
        raise InvalidArgumentError(
            f"rot90 needs a tensor of at least 2 dimensions and 2 axes, got {rank} and {axes}"
        )
    i, j = (axis_in(a, rank, "axes") for a in axes)
    if i == j:
        raise InvalidArgumentError(f"expected rotation axes to be different, but got {list(axes)}")
    k %= 4
    if k == 0:
        return x.clone()
    if k == 2:
        return O.flip(x, axis=[i, j])
    order = list(range(rank))
    order[i], order[j] = order[j], order[i]
    return transpose(flip(x, j), order) if k == 1 else flip(transpose(x, order), j)


def tril(x: Tensor, diagonal: int = 0, name: str | None = None) -> Tensor:
    """The lower triangle of each matrix, up to ``diagonal``; zeros above. Paddle op: tril_triu."""
    return _triangle(x, diagonal, True)


def triu(x: Tensor, diagonal: int = 0, name: str | None = None) -> Tensor:
    """The upper triangle of each matrix, from ``diagonal``; zeros below. Paddle op: tril_triu."""
    return _triangle(x, diagonal, False)


def _triangle(x: Tensor, diagonal: int, lower: bool) -> Tensor:
    if len(require_tensor(x, "tril" if lower else "triu").dims) < 2:
        raise InvalidArgumentError(f"x shape in tril and triu must be at least 2-D, got {list(x.dims)}")
    return G.tril_triu(x, diagonal=as_int(diagonal, "diagonal"), lower=lower)


def diag(x: Tensor, offset: int = 0, padding_value: float = 0, name: str | None = None) -> Tensor:
    """A matrix with the vector ``x`` on a diagonal, or the diagonal of the matrix ``x``. Paddle op: diag_v2."""
    if len(require_tensor(x, "diag").dims) > 2:
        raise InvalidArgumentError(
            f"The dimension of input x must be either 1 or 2, but received {len(x.dims)}"
        )
    return G.diag(x, offset=offset, padding_value=float(padding_value))


def diagflat(x: Tensor, offset: int = 0, name: str | None = None) -> Tensor:
    """A matrix with all elements of ``x`` on a diagonal."""
    return G.diag(x if len(x.dims) == 1 else reshape(x, [-1]), offset=offset)


def diagonal(x: Tensor, offset: int = 0, axis1: int = 0, axis2: int = 1, name: str | None = None) -> Tensor:
    """The diagonals of the matrices that two axes span, as the last axis. Paddle op: diagonal."""
    rank = len(require_tensor(x, "diagonal").dims)
    return G.diagonal(
        x, offset=offset, axis1=axis_in(axis1, rank, "axis1"), axis2=axis_in(axis2, rank, "axis2")
    )


def diag_embed(input: Any, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """Matrices with the last axis of ``input`` on a diagonal, in the axes ``dim1`` and ``dim2``."""
    x = input if isinstance(input, Tensor) else to_tensor(input)
    rank = len(x.dims) + 1
    first, second = axis_in(dim1, rank, "dim1"), axis_in(dim2, rank, "dim2")
    if first == second:
        raise InvalidArgumentError(f"dim1 and dim2 cannot be the same dimension. But received {dim1}, {dim2}")
    return G.diag_embed(x, offset=offset, dim1=first, dim2=second)


def diagonal_scatter(
    x: Tensor, y: Tensor, offset: int = 0, axis1: int = 0, axis2: int = 1, name: str | None = None
) -> Tensor:
    """``x`` with ``y`` on a diagonal. Paddle op: fill_diagonal_tensor."""
    return G.fill_diagonal_tensor(x, y, offset=offset, dim1=axis1, dim2=axis2)


def fill_diagonal_tensor(
    x: Tensor, y: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1, name: str | None = None
) -> Tensor:
    """``x`` with ``y`` on a diagonal of each matrix that ``dim1`` and ``dim2`` span."""
    return G.fill_diagonal_tensor(x, y, offset=offset, dim1=dim1, dim2=dim2)


def fill_diagonal(
    x: Tensor, value: float, offset: int = 0, wrap: bool = False, name: str | None = None
) -> Tensor:
    """``x`` with ``value`` on its main diagonal; in a tall matrix ``wrap`` begins it again below its end."""
    from .creation import full

    rank = len(x.dims)
    if rank < 2 or not all(isinstance(d, int) for d in x.dims):
        raise InvalidArgumentError(
            f"fill_diagonal needs at least 2 dimensions of known size, got {list(x.dims)}"
        )
    if rank > 2 and len(set(x.dims)) != 1:
        raise InvalidArgumentError(
            f"fill_diagonal of more than 2 dimensions needs equal sizes, got {list(x.dims)}"
        )
    mask = np.zeros(x.dims, np.bool_)
    if rank == 2:
        n, m = x.dims
        flat = mask.reshape(-1)
        start = offset if offset >= 0 else -offset * m
        end = n * m if wrap else min(n * m, (m - offset if offset >= 0 else m) * m)
        places = np.arange(start, end, m + 1)
        if not wrap:
            # A diagonal ends where its column would leave the matrix.
            places = places[places % m - places // m == offset]
        flat[places] = True
    else:
        np.fill_diagonal(mask, True)
    return _where(to_tensor(mask), full([], value, x.dtype), x)


def _where(mask: Tensor, value: Tensor, x: Tensor) -> Tensor:
    from ..op import OPS
    from .manipulation import expand_as

    return OPS["where"](mask, expand_as(value, x), x)


def meshgrid(*args: Any, **kwargs: Any) -> list[Tensor]:
    """The coordinates of a grid: for vectors given one by one or in a list, one tensor each, of the shape of all."""
    xs = args[0] if len(args) == 1 and isinstance(args[0], (list, tuple)) else args
    return P.meshgrid(as_tensors(list(xs), "meshgrid"))


def broadcast_tensors(input: Sequence[Tensor], name: str | None = None) -> list[Tensor]:
    """The tensors, each expanded to the shape they broadcast to."""
    return P.broadcast_tensors(as_tensors(input, "broadcast_tensors"))


def repeat_interleave(
    x: Tensor,
    repeats: Any,
    axis: int | None = None,
    name: str | None = None,
    *,
    output_size: int | None = None,
) -> Tensor:
    """Each slice of ``x`` along ``axis`` repeated, all alike or as often as a vector says; flattened without axis."""
    if axis is None:
        x, axis = flatten(x), 0
    at = axis_in(axis, len(x.dims))
    if not isinstance(repeats, Tensor):
        return P.repeat_interleave(x, Repeats=as_int(repeats, "repeats"), dim=at)
    n, m = x.dims[at], repeats.dims[0] if repeats.dims else 1
    if isinstance(n, int) and isinstance(m, int) and n != m and m != 1:
        raise InvalidArgumentError(f"repeat_interleave: {m} repeats for an axis of size {n}")
    return P.repeat_interleave(x, repeats, dim=at)


def crop(x: Tensor, shape: Any = None, offsets: Any = None, name: str | None = None) -> Tensor:
    """The block of ``x`` that begins at ``offsets`` (0) and has sizes ``shape`` (-1: to the end)."""
    rank = len(require_tensor(x, "crop").dims)
    return C.crop_tensor(
        x, *_crop_slots(shape, rank, -1), *_crop_slots(offsets, rank, 0), **_crop_attrs(shape, offsets, rank)
    )


def _crop_slots(value: Any, rank: int, default: int) -> tuple[Any, Any]:
    _, tensor, tensors = shape_slots([default] * rank if value is None else value)
    return tensor, tensors


def _crop_attrs(shape: Any, offsets: Any, rank: int) -> dict[str, Any]:
    sizes, _, _ = shape_slots([-1] * rank if shape is None else shape)
    begin, _, _ = shape_slots([0] * rank if offsets is None else offsets)
    return {"shape": sizes["shape"], "offsets": begin["shape"]}


def shard_index(input: Tensor, index_num: int, nshards: int, shard_id: int, ignore_value: int = -1) -> Tensor:
    """Indices into a table that is split over shards: those of this shard counted from its start, others ignored.

    Raises InvalidArgumentError for a shard that does not exist.
    """
    if nshards <= 0 or not 0 <= shard_id < nshards:
        raise InvalidArgumentError(f"The shard_id({shard_id}) should be in [0, {nshards})")
    return _shard_index(
        input, index_num=index_num, nshards=nshards, shard_id=shard_id, ignore_value=ignore_value
    )


def as_real(x: Tensor, name: str | None = None) -> Tensor:
    """Complex numbers as pairs of real ones, in a new last axis. Paddle op: as_real."""
    return V.as_real(x)


def as_complex(x: Tensor, name: str | None = None) -> Tensor:
    """Pairs of real numbers (the last axis) as complex ones. Paddle op: as_complex."""
    if not x.dims or (isinstance(x.dims[-1], int) and x.dims[-1] != 2):
        raise InvalidArgumentError(
            f"The size of the last dimension should be 2, but got shape {list(x.dims)}"
        )
    return V.as_complex(x)


view_as_real, view_as_complex = as_real, as_complex


def polar(abs: Tensor, angle: Tensor, name: str | None = None) -> Tensor:
    """Complex numbers of absolute values ``abs`` at ``angle`` (radians)."""
    for what, v in (("abs", abs), ("angle", angle)):
        if not isinstance(v, Tensor) or v.dtype not in (dtype_of("float32"), float64):
            raise InvalidTypeError(f"polar: {what} must be a float32 or float64 Tensor")
    from ..op import OPS

    return OPS["complex"](abs * OPS["cos"](angle), abs * OPS["sin"](angle))


def view_dtype(x: Tensor, dtype: Any) -> Tensor:
    """The bytes of ``x`` as numbers of another dtype."""
    return V.view_dtype(x, dtype=dtype_of(dtype))


def unfold(x: Tensor, axis: int, size: int, step: int, name: str | None = None) -> Tensor:
    """Windows of ``size`` elements, ``step`` apart, along ``axis``; a window is a new last axis."""
    at = axis_in(axis, len(x.dims))
    n = x.dims[at]
    if mode.capture is None or not isinstance(n, int):
        return V.tensor_unfold(x, axis=at, size=size, step=step)
    # PaddlePaddle 2 can not run tensor_unfold in a program, so one that may be written to a file has a gather.
    if size < 1 or step < 1 or size > n:
        raise InvalidArgumentError(f"unfold: windows of {size}, {step} apart, do not fit an axis of size {n}")
    places = np.arange(0, n - size + 1, step)[:, None] + np.arange(size)
    windows = index_select(x, to_tensor(places.reshape(-1)), dim=at)
    windows = reshape(windows, [*x.shape[:at], *places.shape, *x.shape[at + 1 :]])
    return moveaxis(windows, at + 1, -1)


def as_strided(
    x: Tensor, shape: Sequence[int], stride: Sequence[int], offset: int = 0, name: str | None = None
) -> Tensor:
    """The elements of the flattened ``x`` that lie ``stride`` apart from ``offset`` on, in ``shape``."""
    if len(shape) != len(stride):
        raise InvalidArgumentError(f"as_strided: {len(shape)} sizes, but {len(stride)} strides")
    places = np.full([], offset, np.int64)
    for n, s in zip(shape, stride, strict=True):
        places = places[..., None] + np.arange(n) * s
    return reshape(flatten(x)[to_tensor(places.reshape(-1))], list(shape))


tril_, triu_ = in_place(tril, "tril_"), in_place(triu, "triu_")
fill_diagonal_ = in_place(fill_diagonal, "fill_diagonal_")
fill_diagonal_tensor_ = in_place(fill_diagonal_tensor, "fill_diagonal_tensor_")
_FUNCTIONS = {"meshgrid", "broadcast_tensors", "polar"}
attach(globals(), [n for n in __all__ if n not in _FUNCTIONS])
attach(globals(), ["fill_diagonal_", "fill_diagonal_tensor", "fill_diagonal_tensor_"])


def _repeat(x: Tensor, *repeats: Any) -> Tensor:
    """:func:`tile` with the repeats one by one or in a list."""
    given = repeats[0] if len(repeats) == 1 and not isinstance(repeats[0], int) else list(repeats)
    return tile(x, given)


Tensor.repeat = _repeat  # type: ignore[attr-defined]
