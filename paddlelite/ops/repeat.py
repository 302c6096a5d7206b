"""Ops that repeat what is there: expand, tile, repeat_interleave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import dims as D
from ..dtypes import int32
from ..errors import InvalidArgumentError
from ..op import Many, Spec, op
from . import rules
from .elementwise import cast
from .rules import axis_in
from .samples import f32
from .shape import content_or, numbers, reshape, reshape_like, sizes_onnx, unsqueeze
from .shape import shape as shape_op


@op("expand_v2", view=True, on_sizes=True)
def expand(X, Shape=None, expand_shapes_tensor: Many = None, *, shape=()):  # type: ignore[no-untyped-def]
    """``X`` broadcast to ``shape``; -1 keeps a size. ONNX: Expand."""
    target = numbers(Shape, expand_shapes_tensor, shape)
    lead = len(target) - X.ndim
    return np.broadcast_to(
        X, [X.shape[i - lead] if s == -1 and i >= lead else s for i, s in enumerate(target)]
    )


@expand.infer
def _(X: Any, Shape: Any = None, expand_shapes_tensor: Any = None, *, shape: Sequence[int] = ()) -> Spec:
    target = content_or(Shape, expand_shapes_tensor, shape)
    if target is None:
        return Spec(tuple(D.fresh() for _ in range(Shape.dims[0])), X.dtype)
    lead = len(target) - len(X.dims)
    if lead < 0:
        raise InvalidArgumentError(
            f"The number of elements ({len(target)}) of 'shape' for expand_v2 op must be greater than or equal to the "
            f"rank ({len(X.dims)}) of the input."
        )
    out = []
    for i, s in enumerate(target):
        d = X.dims[i - lead] if i >= lead else 1
        if isinstance(d, int) and isinstance(s, int) and s != -1 and d not in (1, s):
            raise InvalidArgumentError(
                f"The value ({d}) of the non-singleton dimension does not match the corresponding value ({s}) in shape "
                "for expand_v2 op."
            )
        out.append(d if s == -1 else s)
    return Spec(tuple(out), X.dtype)


expand.grad(lambda c, g: (rules.sum_to(g, c.like("X")), None, None), saves="")


@expand.onnx
def _(
    b: Any, X: Any, Shape: Any = None, expand_shapes_tensor: Any = None, *, shape: Sequence[int] = ()
) -> Any:
    # ONNX's Expand keeps a size where the target is 1, PaddlePaddle's where it is -1.
    if Shape is None and not expand_shapes_tensor:
        return b.Expand(X, b.const([1 if s == -1 else int(s) for s in shape], "int64"))
    target = sizes_onnx(b, Shape, expand_shapes_tensor, shape)
    one = b.const(1, "int64")
    return b.Expand(X, b.Where(b.Less(target, b.const(0, "int64")), one, target))


expand.sample(f32(1, 3), shape=[2, 3]).sample(f32(3), shape=[2, -1]).sample(f32(), shape=[2, 2])


@op("expand_as_v2", composite=True)
def expand_as(X, Y=None, *, target_shape=()):  # type: ignore[no-untyped-def]
    """``X`` broadcast to the shape of ``Y``, or to ``target_shape``."""
    if Y is None or D.is_static(Y.dims):
        return expand(X, shape=list(target_shape if Y is None else Y.dims))
    return expand(X, shape_op(Y))


expand_as.sample(f32(1, 3), f32(2, 3)).sample(f32(3), target_shape=[2, 3])


@op("tile", on_sizes=True)
def tile(X, RepeatTimes=None, repeat_times_tensor: Many = None, *, repeat_times=()):  # type: ignore[no-untyped-def]
    """``X`` repeated along each axis; axes are added in front where there are more repeats. ONNX: Tile."""
    return np.tile(X, tuple(numbers(RepeatTimes, repeat_times_tensor, repeat_times)))


def _aligned(
    rank: int, repeats: Sequence[D.Size], dims: Sequence[D.Size]
) -> tuple[list[D.Size], list[D.Size]]:
    """Repeats and dims of one length, ones in front of the shorter."""
    n = max(rank, len(repeats))
    return [1] * (n - len(repeats)) + list(repeats), [1] * (n - rank) + list(dims)


@tile.infer
def _(X: Any, RepeatTimes: Any = None, tensors: Any = None, *, repeat_times: Sequence[int] = ()) -> Spec:
    repeats = content_or(RepeatTimes, tensors, repeat_times)
    if repeats is None:
        count = RepeatTimes.dims[0]
        if not isinstance(count, int):
            raise InvalidArgumentError("tile needs repeats of a known number")
        repeats = [D.fresh() for _ in range(count)]
    if any(isinstance(r, int) and r < 0 for r in repeats):
        raise InvalidArgumentError(f"tile: the repeats can not be negative, got {repeats}")
    repeats, dims = _aligned(len(X.dims), repeats, X.dims)
    return Spec(tuple(r * d for r, d in zip(repeats, dims, strict=True)), X.dtype)


@tile.grad(saves="RepeatTimes repeat_times_tensor")
def _(c: Any, g: Any) -> Any:
    from .join import concat, stack
    from .reduce import reduce_sum

    like = c.like("X")
    rank = len(like.dims)
    known = _known_repeats(c)
    if known is not None and D.is_static(like.dims):
        repeats, dims = _aligned(rank, known, like.dims)
        split = reshape(g, shape=[n for pair in zip(repeats, dims, strict=True) for n in pair])
    else:
        sizes, count = shape_op(like.value), len(g.dims)
        if c.RepeatTimes is not None:
            given = cast(c.RepeatTimes, out_dtype=int32)
        elif c.repeat_times_tensor:
            given = concat([reshape(cast(t, out_dtype=int32), shape=[1]) for t in c.repeat_times_tensor])
        else:
            given = _vector(c.repeat_times)
        repeats = concat([_vector([1] * (count - given.dims[0])), given]) if count > given.dims[0] else given
        sizes = concat([_vector([1] * (count - rank)), sizes]) if count > rank else sizes
        pairs = reshape(stack([repeats, sizes], axis=1), shape=[2 * count])
        split = reshape(g, pairs)
    summed = reduce_sum(split, dim=list(range(0, 2 * len(g.dims), 2))) if g.dims else split
    return reshape_like(summed, like), None, None


def _known_repeats(c: Any) -> list[Any] | None:
    """The repeats as numbers, when they are an attribute or tensors with values."""
    tensors = [c.RepeatTimes] if c.RepeatTimes is not None else c.repeat_times_tensor
    if not tensors:
        return list(c.repeat_times)
    if any(t._data is None for t in tensors):
        return None
    return [int(v) for t in tensors for v in t._data.reshape(-1)]


def _vector(values: Sequence[int]) -> Any:
    from ..tensor.creation import to_tensor

    return to_tensor(np.array(values, np.int32))


@tile.onnx
def _(
    b: Any, X: Any, RepeatTimes: Any = None, tensors: Any = None, *, repeat_times: Sequence[int] = ()
) -> Any:
    repeats, rank = sizes_onnx(b, RepeatTimes, tensors, repeat_times), len(X.dims)
    count = repeats.dims[0]
    if count < rank:
        repeats = b.Concat(b.const([1] * (rank - count), "int64"), repeats, axis=0)
    elif count > rank:
        X = b.Unsqueeze(X, b.const(list(range(count - rank)), "int64"))
    return b.Tile(X, repeats) if max(count, rank) else b.Identity(X)


tile.sample(f32(2, 3), repeat_times=[2, 1]).sample(f32(3), repeat_times=[2, 2]).sample(
    f32(2, 3), repeat_times=[3]
)
tile.sample(f32(), repeat_times=[2]).sample(f32(2), np.array([2, 3], np.int32)).sample(
    f32(2, 0), repeat_times=[2, 1]
)


@op("repeat_interleave")
def repeat_interleave(X, RepeatsTensor=None, *, Repeats=0, dim=0):  # type: ignore[no-untyped-def]
    """Each slice of ``X`` along ``dim`` repeated, all alike or as often as a vector says. ONNX: Gather."""
    if RepeatsTensor is not None and RepeatsTensor.size and RepeatsTensor.min() < 0:
        raise InvalidArgumentError("repeat_interleave: the repeats can not be negative")
    return np.repeat(X, Repeats if RepeatsTensor is None else RepeatsTensor, dim)


@repeat_interleave.infer
def _(X: Any, RepeatsTensor: Any = None, *, Repeats: int = 0, dim: int = 0) -> Spec:
    at = axis_in(dim, len(X.dims))
    if RepeatsTensor is None:
        if Repeats < 0:
            raise InvalidArgumentError(f"repeat_interleave: the repeats can not be negative, got {Repeats}")
        return Spec((*X.dims[:at], X.dims[at] * Repeats, *X.dims[at + 1 :]), X.dtype)
    n, m = X.dims[at], RepeatsTensor.dims[0] if RepeatsTensor.dims else 1
    if isinstance(n, int) and isinstance(m, int) and n != m and m != 1:
        raise InvalidArgumentError(f"repeat_interleave: {m} repeats for an axis of size {n}")
    known = RepeatsTensor.content
    size: D.Size = D.fresh()
    if known is not None and isinstance(n, int):
        size = sum(known.flat) * (n if known.size == 1 else 1)
    return Spec((*X.dims[:at], size, *X.dims[at + 1 :]), X.dtype)


@repeat_interleave.grad(saves="RepeatsTensor")
def _(c: Any, g: Any) -> Any:
    from .join import zeros_of
    from .scatter import index_add

    like = c.like("X")
    at = axis_in(c.dim, len(like.dims))
    which = repeat_index(_axis_range(like, at), c.RepeatsTensor, Repeats=c.Repeats)
    return index_add(zeros_of(like), which, g, axis=at), None


def _axis_range(like: Any, at: int) -> Any:
    """The numbers of the slices along an axis."""
    from ..tensor.attribute import size_value
    from ..tensor.creation import arange

    n = like.dims[at]
    return arange(n if isinstance(n, int) else size_value(like.value, at), dtype="int64")


def repeat_index(numbers: Any, repeats: Any, *, Repeats: int) -> Any:
    """Which slice each slice of the repeated tensor is."""
    return repeat_interleave(numbers, repeats, Repeats=Repeats, dim=0)


@repeat_interleave.onnx
def _(b: Any, X: Any, RepeatsTensor: Any = None, *, Repeats: int = 0, dim: int = 0) -> Any:
    at = dim % len(X.dims)
    zero, one, flat = (b.const(v, "int64") for v in (0, 1, [-1]))
    n = b.Reshape(b.Shape(X, start=at, end=at + 1), b.const([], "int64"))
    if RepeatsTensor is None:
        total = b.Mul(n, b.const(Repeats, "int64"))
        which = b.Div(b.Range(zero, total, one), b.const(max(Repeats, 1), "int64"))
        return b.Gather(X, which, axis=at)
    repeats = b.Expand(b.Reshape(b.cast(RepeatsTensor, "int64"), flat), b.Reshape(n, flat))
    # Slice i of the result is the first whose running total is above i.
    ends = b.CumSum(repeats, zero)
    total = b.ReduceSum(repeats, keepdims=0)
    places = b.Unsqueeze(b.Range(zero, total, one), b.const([1], "int64"))
    passed = b.cast(b.LessOrEqual(b.Unsqueeze(ends, b.const([0], "int64")), places), "int64")
    return b.Gather(X, b.ReduceSum(passed, b.const([1], "int64"), keepdims=0), axis=at)


repeat_interleave.sample(f32(2, 3), Repeats=2, dim=1).sample(f32(3), np.array([2, 0, 1], np.int32))
repeat_interleave.sample(f32(2, 3), np.array([2, 1, 3], np.int64), dim=-1).sample(f32(2), Repeats=0)


@op("meshgrid", composite=True, out="*Out")
def meshgrid(X: Many):  # type: ignore[no-untyped-def]
    """One tensor per vector, each of the shape of all: the coordinates of a grid."""
    rank = len(X)
    vectors = []
    for i, x in enumerate(X):
        if len(x.dims) > 1:
            raise InvalidArgumentError(
                f"Expected scalar or 1D tensor in the tensor list but got tensor {i} of shape {list(x.dims)}"
            )
        x = x if x.dims else unsqueeze(x, axes=[0])
        # Axes are inserted one after the other, in rising order, so their places are final ones.
        vectors.append(unsqueeze(x, axes=[a for a in range(rank) if a != i]))
    return broadcast_all(vectors)


def broadcast_all(xs: Sequence[Any]) -> list[Any]:
    """The tensors, each expanded to the shape they broadcast to."""
    dims = D.broadcast(*(x.dims for x in xs)) if len(xs) > 1 else tuple(xs[0].dims)
    if D.is_static(dims):
        return [expand(x, shape=list(dims)) for x in xs]
    if all(tuple(x.dims) == dims for x in xs):
        return list(xs)
    # Sizes that are not known: zeros added up have the shape.
    from .creation import fill_any_like
    from .elementwise import add

    total = fill_any_like(xs[0], value=0.0, dtype=int32)
    for x in xs[1:]:
        total = add(total, fill_any_like(x, value=0.0, dtype=int32))
    return [expand(x, shape_op(total)) for x in xs]


meshgrid.sample([f32(2), f32(3)]).sample([f32(2), f32(), f32(3)]).sample([f32(2)])


@op("broadcast_tensors", composite=True, out="*Out")
def broadcast_tensors(X: Many):  # type: ignore[no-untyped-def]
    """The tensors, each expanded to the shape they broadcast to."""
    return broadcast_all(X)


broadcast_tensors.sample([f32(2, 1), f32(3)]).sample([f32(2, 3), f32(2, 3)])
