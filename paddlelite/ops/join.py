"""Ops that put tensors together and take them apart: concat, stack, split, unbind, unstack."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import dims as D
from ..errors import InvalidArgumentError
from ..op import Many, Spec, op
from .index import slice_
from .rules import axis_in
from .samples import f32, i64
from .shape import content_or, numbers, shape, sizes_onnx


@op("concat", on_sizes=True)
def concat(X: Many, AxisTensor=None, *, axis=0):  # type: ignore[no-untyped-def]
    """The tensors joined along ``axis``. ONNX: Concat."""
    return np.concatenate(X, axis=int(AxisTensor) if AxisTensor is not None else axis)


def static_axis(AxisTensor: Any, axis: int) -> int:
    """An axis given as a tensor or attribute; it must be known when the graph is built."""
    if AxisTensor is None:
        return axis
    if AxisTensor.content is None or not isinstance(AxisTensor.content.item(), int):
        raise InvalidArgumentError("an axis must be known when the graph is built")
    return AxisTensor.content.item()


@concat.infer
def _(X: Any, AxisTensor: Any = None, *, axis: int = 0) -> Spec:
    if not X:
        raise InvalidArgumentError("concat needs at least one tensor")
    first = X[0]
    axis = axis_in(static_axis(AxisTensor, axis), len(first.dims))
    dims = list(first.dims)
    for i, x in enumerate(X[1:], 1):
        if x.dtype is not first.dtype:
            raise InvalidArgumentError(
                f"concat: input[{i}] is {x.dtype.name}, input[0] is {first.dtype.name}"
            )
        for a, (p, q) in enumerate(zip(first.dims, x.dims, strict=False)):
            if (a != axis and isinstance(p, int) and isinstance(q, int) and p != q) or len(x.dims) != len(
                dims
            ):
                raise InvalidArgumentError(
                    f"The {a}-th dimension of input[0] and input[{i}] is expected to be equal. But received input[0]'s "
                    f"shape = {list(first.dims)}, input[{i}]'s shape = {list(x.dims)}."
                )
            if a != axis and isinstance(q, int):
                dims[a] = q
        dims[axis] = dims[axis] + x.dims[axis]
    return Spec(tuple(dims), first.dtype)


@concat.grad(saves="AxisTensor")
def _(c: Any, g: Any) -> Any:
    likes = c.like("X")
    axis = axis_in(int(c.AxisTensor) if c.AxisTensor is not None else c.axis, len(likes[0].dims))
    return split_like(g, likes, axis), None


def split_like(g: Any, likes: Sequence[Any], axis: int) -> list[Any]:
    """``g`` cut along ``axis`` into pieces as long as ``likes``."""
    pieces: list[Any] = []
    start: Any = 0
    for like in likes:
        size = like.dims[axis]
        if isinstance(size, int) and isinstance(start, int):
            pieces.append(slice_(g, axes=[axis], starts=[start], ends=[start + size]))
            start += size
        else:
            size = slice_(shape(like.value), axes=[0], starts=[axis], ends=[axis + 1])
            begin = _vector(start)
            end = begin + size
            pieces.append(slice_(g, begin, end, axes=[axis], starts=[-1], ends=[-1]))
            start = end
    return pieces


def _vector(start: Any) -> Any:
    from ..tensor.creation import full

    return full([1], start, "int32") if isinstance(start, int) else start


concat.onnx(
    lambda b, X, AxisTensor=None, *, axis=0: b.Concat(*X, axis=static_axis(AxisTensor, axis) % len(X[0].dims))
)
concat.sample([f32(2, 3), f32(1, 3)]).sample([f32(2, 3), f32(2, 1), f32(2, 0)], axis=-1).sample(
    [i64(2)], axis=0
)


@op("stack", out="Y", on_sizes=True)
def stack(X: Many, *, axis=0):  # type: ignore[no-untyped-def]
    """The tensors joined along a new axis. ONNX: Unsqueeze, Concat."""
    at = axis % (X[0].ndim + 1)
    # np.stack checks what the shape rule knows, at twice the cost.
    return np.concatenate([x.reshape((*x.shape[:at], 1, *x.shape[at:])) for x in X], axis=at)


@stack.infer
def _(X: Any, *, axis: int = 0) -> Spec:
    first = X[0]
    rank = len(first.dims) + 1
    if not -rank <= axis < rank:
        raise InvalidArgumentError(f"stack: axis {axis} should be in the range [ -{rank}, {rank} )")
    for i, x in enumerate(X):
        if len(x.dims) != len(first.dims) or any(
            isinstance(p, int) and isinstance(q, int) and p != q
            for p, q in zip(x.dims, first.dims, strict=True)
        ):
            raise InvalidArgumentError(
                f"stack needs tensors of one shape, but input[0] has {list(first.dims)}, input[{i}] {list(x.dims)}"
            )
        if x.dtype is not first.dtype:
            raise InvalidArgumentError(f"stack: input[{i}] is {x.dtype.name}, input[0] is {first.dtype.name}")
    dims = list(first.dims)
    dims.insert(axis % rank, len(X))
    return Spec(tuple(dims), first.dtype)


@stack.grad(saves="")
def _(c: Any, g: Any) -> Any:
    axis = c.axis % len(g.dims)
    count = len(c.like("X"))
    return [slice_(g, axes=[axis], starts=[i], ends=[i + 1], decrease_axis=[axis]) for i in range(count)]


@stack.onnx
def _(b: Any, X: Any, *, axis: int = 0) -> Any:
    where = b.const([axis % (len(X[0].dims) + 1)], "int64")
    return b.Concat(*[b.Unsqueeze(x, where) for x in X], axis=axis % (len(X[0].dims) + 1))


stack.sample([f32(2, 3), f32(2, 3)]).sample([f32(2), f32(2), f32(2)], axis=-1).sample([f32()])


def _pieces(
    X: Any, AxisTensor: Any, SectionsTensorList: Any, sections: Sequence[int], num: int, axis: int
) -> Any:
    """The axis and the sizes of the pieces that ``split`` makes, from dims or shapes."""
    dims = X.dims if hasattr(X, "dims") else X.shape
    at = int(AxisTensor) if isinstance(AxisTensor, np.ndarray) else static_axis(AxisTensor, axis)
    at = axis_in(at, len(dims))
    n = dims[at]
    if not sections and not SectionsTensorList:
        if isinstance(n, int) and (num < 1 or n % num):
            raise InvalidArgumentError(
                f"The input's size along the split dimension must be evenly divisible by Attr(num_or_sections). But "
                f"received Attr(num_or_sections) = {num}, input's size along the split dimension is {n}."
            )
        return at, [n // num] * num
    sizes = _given_sizes(SectionsTensorList, sections)
    if sizes.count(-1) > 1:
        raise InvalidArgumentError(
            f"Only one dimension value of Attr(num_or_sections) in SplitOp can be -1, got {sizes}"
        )
    if -1 in sizes:
        sizes[sizes.index(-1)] = n - sum(s for s in sizes if not isinstance(s, int) or s != -1)
    bad = isinstance(n, int) and D.is_static(sizes) and (sum(sizes) != n or min(sizes) < 0)
    if bad:
        raise InvalidArgumentError(
            f"Sum of Attr(num_or_sections) must be equal to the input's size along the split dimension. But received "
            f"Attr(num_or_sections) = {list(sections) or sizes}, input's size along the split dimension is {n}."
        )
    return at, sizes


def _given_sizes(tensors: Any, sections: Sequence[int]) -> list[Any]:
    if tensors and isinstance(tensors[0], np.ndarray):
        return numbers(None, tensors, sections)
    return list(content_or(None, tensors, sections) or [])


@op("split", out="*Out", view=True)
def split(  # type: ignore[no-untyped-def]
    X, AxisTensor=None, SectionsTensorList: Many = None, *, sections=(), num=0, axis=0
):
    """``X`` cut along ``axis`` into ``num`` equal pieces or pieces of ``sections`` (one may be -1). ONNX: Split."""
    at, sizes = _pieces(X, AxisTensor, SectionsTensorList, sections, num, axis)
    out, start, lead = [], 0, (slice(None),) * at
    for size in sizes:
        out.append(X[(*lead, slice(start, start + size))])
        start += size
    return out


@split.infer
def _(X: Any, AxisTensor: Any = None, SectionsTensorList: Any = None, **attrs: Any) -> list[Spec]:
    at, sizes = _pieces(X, AxisTensor, SectionsTensorList, **{"sections": (), "num": 0, "axis": 0, **attrs})
    return [Spec((*X.dims[:at], size, *X.dims[at + 1 :]), X.dtype) for size in sizes]


def zeros_of(like: Any) -> Any:
    """Zeros in the shape of ``like`` (an :class:`~paddlelite.autograd.Like`)."""
    from .creation import fill_any_like, fill_constant

    if D.is_static(like.dims):
        return fill_constant(shape=list(like.dims), dtype=like.dtype, value=0.0)
    return fill_any_like(like.value, value=0.0, dtype=like.dtype)


def _filled(c: Any, name: str, grads: Sequence[Any]) -> list[Any]:
    """The gradients of a list output, zeros where none arrived."""
    return [g if g is not None else zeros_of(like) for g, like in zip(grads, c.like(name), strict=True)]


@split.grad(saves="AxisTensor")
def _(c: Any, grads: Any) -> Any:
    return concat(_filled(c, "Out", grads), c.AxisTensor, axis=c.axis), None, None


@split.onnx
def _(b: Any, X: Any, AxisTensor: Any = None, SectionsTensorList: Any = None, **attrs: Any) -> Any:
    at, sizes = _pieces(X, AxisTensor, SectionsTensorList, attrs["sections"], attrs["num"], attrs["axis"])
    if len(sizes) == 1:
        return [b.Identity(X)]
    if D.is_static(sizes):
        return list(b.Split(X, b.const(sizes, "int64"), axis=at))
    if not attrs["sections"] and not SectionsTensorList:
        return list(b.Split(X, axis=at, num_outputs=attrs["num"]))
    lengths = sizes_onnx(b, None, SectionsTensorList, attrs["sections"])
    if SectionsTensorList or -1 in attrs["sections"]:
        # The piece of size -1 takes what the others leave.
        rest = b.Sub(b.Sub(b.Shape(X, start=at, end=at + 1), b.ReduceSum(lengths)), b.const(1, "int64"))
        lengths = b.Where(b.Equal(lengths, b.const(-1, "int64")), rest, lengths)
    return list(b.Split(X, lengths, axis=at, outputs=len(sizes)))


split.sample(f32(4, 6), num=3, axis=1).sample(f32(4, 6), sections=[1, -1, 2], axis=0).sample(i64(4), num=2)
split.sample(f32(4, 6), np.array(-1, np.int32), sections=[2, 4]).sample(f32(4), num=1).sample(
    f32(0, 2), num=2
)


@op("unbind", out="*Out", view=True)
def unbind(X, *, axis=0):  # type: ignore[no-untyped-def]
    """The slices of ``X`` along ``axis``. ONNX: Split, Squeeze."""
    return (
        list(np.moveaxis(X, axis, 0)) if X.ndim > 1 else [X[i : i + 1].reshape(()) for i in range(X.shape[0])]
    )


@unbind.infer
def _(X: Any, *, axis: int = 0) -> list[Spec]:
    if not X.dims:
        raise InvalidArgumentError("unbind needs a tensor of at least one dimension")
    at = axis_in(axis, len(X.dims))
    if not isinstance(X.dims[at], int):
        raise InvalidArgumentError(
            f"unbind of an axis whose size is only known when the graph runs ({X.dims[at]}). Give the axis a fixed "
            "size in the InputSpec, or loop over it with `for` in a to_static function."
        )
    return [Spec((*X.dims[:at], *X.dims[at + 1 :]), X.dtype)] * X.dims[at]


unbind.grad(lambda c, grads: stack(_filled(c, "Out", grads), axis=c.axis), saves="")


@unbind.onnx
def _(b: Any, X: Any, *, axis: int = 0) -> Any:
    at = axis % len(X.dims)
    return [b.Gather(X, b.const(i, "int64"), axis=at) for i in range(X.dims[at])]


# The number of results is the size of the axis, so it must be known.
unbind.sample(f32(3, 2), fixed="X").sample(f32(3, 2), axis=-1, fixed="X").sample(f32(2), fixed="X")
unbind.sample(i64(2, 3), fixed="X")


@op("unstack", composite=True, out="*Y")
def unstack(X, *, axis=0, num=0):  # type: ignore[no-untyped-def]
    """:func:`unbind` under its older name; ``num``, when given, must be the size of the axis."""
    outs = unbind(X, axis=axis)
    if num and num != len(outs):
        raise InvalidArgumentError(
            f"The number of Attr(num) should be equal to the length of the axis. But received num is {num}, the "
            f"length is {len(outs)}."
        )
    return outs


unstack.sample(f32(3, 2), fixed="X").sample(f32(3, 2), axis=1, num=2, fixed="X")
