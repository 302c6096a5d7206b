"""Tensors in other shapes: reshape, transpose, squeeze, concat, split, expand and their kin."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from ..dims import Dim
from ..errors import InvalidArgumentError, InvalidTypeError, UnimplementedError
from ..mode import mode
from ..ops import join as J
from ..ops import repeat as P
from ..ops import shape as S
from ..ops.creation import assign
from ..ops.index import slice_
from ..ops.rules import axis_in
from .creation import shape_slots
from .operators import astype
from .tensor import Tensor, method
from .varargs import one_by_one

__all__ = [
    "as_tensors",
    "broadcast_shape",
    "broadcast_to",
    "cat",
    "chunk",
    "concat",
    "concatenate",
    "expand",
    "expand_as",
    "flatten",
    "flatten_",
    "moveaxis",
    "narrow",
    "reshape",
    "reshape_",
    "split",
    "squeeze",
    "squeeze_",
    "stack",
    "swapaxes",
    "t",
    "tensor_split",
    "transpose",
    "unbind",
    "unsqueeze",
    "unsqueeze_",
    "unstack",
    "view",
    "view_as",
]


def require_tensor(x: Any, what: str, name: str = "x") -> Tensor:
    """``x``, which must be a Tensor. Raises InvalidTypeError with PaddlePaddle's words otherwise."""
    if isinstance(x, Tensor):
        return x
    raise InvalidTypeError(
        f"{what}(): argument '{name}' (position 0) must be Tensor, but got {type(x).__name__}"
    )


def as_int(value: Any, what: str) -> int:
    """A Python integer from a number or a 1-element tensor. Raises InvalidTypeError for anything else."""
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        return int(value)
    if isinstance(value, Tensor):
        return value.__index__()
    raise InvalidTypeError(f"{what} must be an integer, got {type(value).__name__}")


def as_ints(values: Any, what: str) -> list[int]:
    """A list of Python integers from a number, a sequence or an integer tensor."""
    if type(values) is list and all(type(v) is int for v in values):
        return values
    if isinstance(values, Tensor) and len(values.dims) == 1:
        content = getattr(values, "content", None)
        return [as_int(v, what) for v in (values.tolist() if content is None else content.tolist())]
    if isinstance(values, (list, tuple)):
        return [as_int(v, what) for v in values]
    return [as_int(values, what)]


def as_tensors(xs: Any, what: str) -> list[Tensor]:
    """The list of tensors that ``concat`` and its kin take. Raises InvalidTypeError for anything else."""
    if isinstance(xs, Tensor):
        return [xs]
    if not isinstance(xs, (list, tuple)):
        raise InvalidTypeError(
            f"The type of 'x' in {what} should be list[Tensor] or tuple[Tensor], but got {type(xs).__name__}"
        )
    for x in xs:
        if not isinstance(x, Tensor):
            raise InvalidTypeError(f"All items of 'x' in {what} should be Tensor, but got {type(x).__name__}")
    return list(xs)


@method()
@one_by_one(1)
def reshape(x: Tensor, shape: Any, name: str | None = None) -> Tensor:
    """``x`` with other sizes: one may be -1, 0 keeps the size at that place. Paddle op: reshape2.

    ``shape``: integers, integer tensors of one element, or one integer vector.
    Raises InvalidArgumentError when the number of elements differs.

    >>> import paddlelite as paddle
    >>> paddle.arange(6).reshape([2, -1]).shape
    paddle.Size([2, 3])
    """
    require_tensor(x, "reshape")
    if (type(shape) is list or type(shape) is tuple) and all(type(s) is int and s for s in shape):
        return S.reshape(x, shape=shape)  # the usual case, without what follows
    attrs, tensor, tensors = shape_slots(shape, infers=True)
    if x._data is not None and 0 in attrs["shape"]:
        _check_zeros(x, attrs["shape"])
    return S.reshape(x, tensor, tensors, **attrs)


def _check_zeros(x: Tensor, shape: Sequence[int]) -> None:
    if any(s == 0 and i >= len(x.dims) for i, s in enumerate(shape)) and x.size:
        raise InvalidArgumentError(
            f"The index of 0 in `shape` must be less than the input tensor X's dimensions. But received shape = "
            f"{list(shape)}, X's dimensions = {len(x.dims)}."
        )


@method()
def reshape_(x: Tensor, shape: Any, name: str | None = None) -> Tensor:
    """:func:`reshape` of ``x`` itself."""
    return _replace(x, reshape(x, shape))


def _replace(x: Tensor, value: Tensor) -> Tensor:
    """Let ``x`` be ``value``, another shape of the same elements. Nothing is written, so views do not matter."""
    if mode.capture is not None:
        raise UnimplementedError(
            f"{x.name} can not change its own shape inside a graph: write y = x.reshape(...), not x.reshape_(...)"
        )
    if x.is_leaf and not x.stop_gradient and mode.grad:
        raise InvalidArgumentError(
            f"Leaf Var ({x.name}) that doesn't stop gradient can't use inplace strategy. Use the function without "
            "the underscore."
        )
    if x._views is not None:
        x._views[:] = [ref for ref in x._views if ref() is not value]
    x._data, x._node, x._index, x.stop_gradient = value._data, value._node, value._index, value.stop_gradient
    x._touch()
    return x


@method()
@one_by_one(1)
def view(x: Tensor, shape_or_dtype: Any, name: str | None = None) -> Tensor:
    """``x`` in another shape, or its bytes as another dtype."""
    from ..dtypes import DType

    if isinstance(shape_or_dtype, (list, tuple, Tensor)):
        return reshape(x, shape_or_dtype)
    if isinstance(shape_or_dtype, (str, DType, type, np.dtype)):
        from .rearrange import view_dtype

        return view_dtype(x, shape_or_dtype)
    raise InvalidTypeError(f"view takes a shape or a dtype, got {type(shape_or_dtype).__name__}")


@method()
def view_as(x: Tensor, other: Tensor, name: str | None = None) -> Tensor:
    """``x`` in the shape of ``other``."""
    return S.reshape_like(x, _like(other))


def _like(x: Tensor) -> Any:
    from ..autograd import Like

    return Like(x.dims, x.dtype, x if x._data is None else None)


@method()
def transpose(x: Tensor, perm: Any, name: Any = None) -> Tensor:
    """``x`` with its axes in the order ``perm``. Paddle op: transpose2.

    Raises InvalidArgumentError unless ``perm`` names every axis once.
    """
    require_tensor(x, "transpose")
    if type(perm) is int and type(name) is int:
        return swapaxes(x, perm, name)  # two axes to exchange, as PaddlePaddle 3 takes them
    order, rank = as_ints(perm, "perm"), len(x.dims)
    if len(order) != rank:
        raise InvalidArgumentError(
            f"Input(perm) is the permutation of dimensions of Input(x), its length should be equal to dimensions of "
            f"Input(x), but received dimension of Input(x) is {rank}, the length of Input(perm) is {len(order)}."
        )
    for i, a in enumerate(order):
        if not -rank <= a < rank:
            raise InvalidArgumentError(
                f"Each element in Input(perm) should be less than Input(x)'s dimension, but {i}-th element in "
                f"Input(perm) is {a} which exceeds Input(x)'s dimension {rank}."
            )
    return S.transpose(x, axis=order)


@method()
def t(input: Tensor, name: str | None = None) -> Tensor:
    """The transpose of a matrix; vectors and numbers as they are. Raises InvalidArgumentError above rank 2."""
    rank = len(require_tensor(input, "t", "input").dims)
    if rank > 2:
        raise InvalidArgumentError(
            f"Input(input) only support N-D (N<=2) tensor, but received length of Input(input) is {rank}. Perhaps you "
            "can use paddle.tensor.transpose() instead."
        )
    return input if rank < 2 else S.transpose(input, axis=[1, 0])


@property  # type: ignore[misc]
def _reversed_axes(x: Tensor) -> Tensor:
    """The tensor with its axes in reverse order."""
    return S.transpose(x, axis=list(range(len(x.dims)))[::-1])


@property  # type: ignore[misc]
def _matrix_transpose(x: Tensor) -> Tensor:
    """The tensor with its last two axes exchanged."""
    if len(x.dims) < 2:
        raise InvalidArgumentError(f"Tensor.mT needs at least 2 dimensions, but x has {len(x.dims)}")
    return swapaxes(x, -1, -2)


Tensor.T = _reversed_axes  # type: ignore[attr-defined]
Tensor.mT = _matrix_transpose  # type: ignore[attr-defined]


@method()
def moveaxis(x: Tensor, source: Any, destination: Any, name: str | None = None) -> Tensor:
    """``x`` with the axes ``source`` moved to the places ``destination``; the others keep their order."""
    rank = len(x.dims)
    src, dst = (as_ints(a, w) for a, w in ((source, "source"), (destination, "destination")))
    if len(src) != len(dst):
        raise InvalidArgumentError("'source' must have the same number with 'destination'")
    src, dst = ([axis_in(a, rank, w) for a in axes] for axes, w in ((src, "source"), (dst, "destination")))
    if len(set(src)) != len(src) or len(set(dst)) != len(dst):
        raise InvalidArgumentError("Each element of 'source' and of 'destination' must be unique!")
    order = [a for a in range(rank) if a not in src]
    for d, s in sorted(zip(dst, src, strict=True)):
        order.insert(d, s)
    return S.transpose(x, axis=order)


@method("swapaxes", "transpose_axes", "swapdims")
def swapaxes(x: Tensor, axis0: int, axis1: int, name: str | None = None) -> Tensor:
    """``x`` with two axes exchanged."""
    order = list(range(len(x.dims)))
    i, k = axis_in(axis0, len(order), "axis0"), axis_in(axis1, len(order), "axis1")
    if order:
        order[i], order[k] = order[k], order[i]
    return S.transpose(x, axis=order)


@method()
def squeeze(x: Tensor, axis: Any = None, name: str | None = None) -> Tensor:
    """``x`` without its axes of size 1 (those among ``axis``). Paddle op: squeeze2."""
    require_tensor(x, "squeeze")
    axes = [] if axis is None else [axis_in(a, len(x.dims)) for a in as_ints(axis, "axis")]
    if axis is not None and not axes:
        return assign(x)
    return S.squeeze(x, axes=axes)


@method()
def squeeze_(x: Tensor, axis: Any = None, name: str | None = None) -> Tensor:
    """:func:`squeeze` of ``x`` itself."""
    return _replace(x, squeeze(x, axis))


@method()
def unsqueeze(x: Tensor, axis: Any, name: str | None = None) -> Tensor:
    """``x`` with axes of size 1 inserted one after the other at ``axis``. Paddle op: unsqueeze2."""
    require_tensor(x, "unsqueeze")
    axes = as_ints(axis, "axis")
    rank = len(x.dims)
    for i, a in enumerate(axes):
        if not -rank - i - 1 <= a <= rank + i:
            raise InvalidArgumentError(
                f"unsqueeze: axis should be in the range of [{-rank - i - 1}, {rank + i}], but received {a}"
            )
    return S.unsqueeze(x, axes=axes)


@method()
def unsqueeze_(x: Tensor, axis: Any, name: str | None = None) -> Tensor:
    """:func:`unsqueeze` of ``x`` itself."""
    return _replace(x, unsqueeze(x, axis))


@method()
def flatten(x: Tensor, start_axis: int = 0, stop_axis: int = -1, name: str | None = None) -> Tensor:
    """``x`` with the axes from ``start_axis`` to ``stop_axis`` made one. Paddle op: flatten_contiguous_range."""
    rank = len(require_tensor(x, "flatten").dims)
    first, last = axis_in(start_axis, rank, "start_axis"), axis_in(stop_axis, rank, "stop_axis")
    if first > last:
        raise InvalidArgumentError("The stop_axis should be larger than stat_axis")
    return S.flatten(x, start_axis=first, stop_axis=last)


@method()
def flatten_(x: Tensor, start_axis: int = 0, stop_axis: int = -1, name: str | None = None) -> Tensor:
    """:func:`flatten` of ``x`` itself."""
    return _replace(x, flatten(x, start_axis, stop_axis))


def concat(x: Sequence[Tensor], axis: Any = 0, name: str | None = None) -> Tensor:
    """The tensors joined along ``axis``; floats of different widths are widened. Paddle op: concat.

    Raises InvalidArgumentError when the other sizes differ.
    """
    xs = as_tensors(x, "concat")
    if not xs:
        raise InvalidArgumentError("concat needs at least one tensor")
    if any(y.dtype is not xs[0].dtype for y in xs):
        xs = _one_dtype(xs)
    return J.concat(xs, axis=as_int(axis, "axis"))


cat = concatenate = concat


def _one_dtype(xs: list[Tensor]) -> list[Tensor]:
    from ..dtypes import promote

    common = xs[0].dtype
    try:
        for y in xs[1:]:
            common = promote(common, y.dtype)
    except InvalidTypeError as error:
        raise InvalidArgumentError(f"the tensors to join have dtypes that do not mix: {error}") from None
    return [astype(y, common) for y in xs]


def stack(x: Sequence[Tensor], axis: int = 0, name: str | None = None) -> Tensor:
    """The tensors, of one shape, joined along a new axis. Paddle op: stack."""
    xs = as_tensors(x, "stack")
    if not xs:
        raise InvalidArgumentError("stack needs at least one tensor")
    if any(y.dtype is not xs[0].dtype for y in xs):
        xs = _one_dtype(xs)
    return J.stack(xs, axis=axis)


@method()
def split(x: Tensor, num_or_sections: Any, axis: Any = 0, name: str | None = None) -> list[Tensor]:
    """``x`` cut along ``axis`` into that many equal pieces, or into pieces of the given sizes (one may be -1).

    Paddle op: split. Raises InvalidArgumentError when the sizes do not add up.
    """
    require_tensor(x, "split")
    at = axis_in(as_int(axis, "axis"), len(x.dims))
    if isinstance(num_or_sections, int):
        size = x.dims[at]
        if num_or_sections < 1:
            raise InvalidArgumentError(f"split: num_or_sections must be positive, got {num_or_sections}")
        if isinstance(size, int) and size % num_or_sections:
            raise InvalidArgumentError(
                f"The input's size along the split dimension must be evenly divisible by Attr(num_or_sections). But "
                f"received Attr(num_or_sections) = {num_or_sections}, input(X)'s shape = {list(x.dims)}, "
                f"Attr(dim) = {at}."
            )
        return J.split(x, num=num_or_sections, axis=at)
    if not isinstance(num_or_sections, (list, tuple)):
        raise InvalidTypeError(
            f"The type of 'num_or_sections' in split must be int, list or tuple, but received {type(num_or_sections)}"
        )
    attrs, _, tensors = shape_slots(num_or_sections)
    return J.split(x, None, tensors, sections=attrs["shape"], axis=at)


@method()
def tensor_split(x: Tensor, num_or_indices: Any, axis: int = 0, name: str | None = None) -> list[Tensor]:
    """``x`` cut along ``axis`` into that many pieces (the first ones may be one longer), or before the indices."""
    at = axis_in(axis, len(x.dims))
    size = x.dims[at]
    if isinstance(size, Dim):
        raise InvalidArgumentError("tensor_split needs an axis whose size is known when the graph is built")
    if isinstance(num_or_indices, int):
        if num_or_indices < 1:
            raise InvalidArgumentError(f"tensor_split: num_or_indices must be positive, got {num_or_indices}")
        short, longer = divmod(size, num_or_indices)
        sizes = [short + (i < longer) for i in range(num_or_indices)]
        return J.split(x, sections=sizes, axis=at)
    ends = [i if i >= 0 else max(i + size, 0) for i in as_ints(num_or_indices, "num_or_indices")]
    bounds = [0, *[min(e, size) for e in ends], size]
    return [slice_(x, axes=[at], starts=[a], ends=[max(a, b)]) for a, b in pairwise(bounds)]


@method()
def chunk(x: Tensor, chunks: int, axis: Any = 0, name: str | None = None) -> list[Tensor]:
    """``x`` cut along ``axis`` into ``chunks`` equal pieces."""
    if not isinstance(chunks, int):
        raise InvalidTypeError(f"chunks must be an int, got {type(chunks).__name__}")
    return split(x, chunks, axis)


@method()
def unbind(input: Tensor, axis: int = 0) -> list[Tensor]:
    """The slices of ``input`` along ``axis``, as a list. Paddle op: unbind."""
    if not isinstance(axis, int):
        raise InvalidTypeError(f"The type of 'axis' in unbind must be int, but received {type(axis)}.")
    rank = len(require_tensor(input, "unbind", "input").dims)
    if not rank:
        raise InvalidArgumentError("unbind needs a tensor of at least one dimension")
    return J.unbind(input, axis=axis_in(axis, rank))


@method()
def unstack(x: Tensor, axis: int = 0, num: int | None = None) -> list[Tensor]:
    """The slices of ``x`` along ``axis``; ``num``, when given, must be their number."""
    if not len(require_tensor(x, "unstack").dims):
        raise InvalidArgumentError("unstack needs a tensor of at least one dimension")
    if num == 0:
        raise InvalidArgumentError("num must be None or a positive number")
    return J.unstack(x, axis=axis_in(axis, len(x.dims)), num=num or 0)


@method()
@one_by_one(1)
def expand(x: Tensor, shape: Any, name: str | None = None) -> Tensor:
    """``x`` broadcast to ``shape``; -1 keeps a size. Paddle op: expand_v2.

    Raises InvalidArgumentError when an axis neither fits nor has size 1.
    """
    attrs, tensor, tensors = shape_slots(shape)
    return P.expand(require_tensor(x, "expand"), tensor, tensors, **attrs)


@method()
@one_by_one(1)
def broadcast_to(x: Tensor, shape: Any, name: str | None = None) -> Tensor:
    """``x`` broadcast to ``shape``."""
    return expand(x, shape)


@method()
def expand_as(x: Tensor, y: Tensor, name: str | None = None) -> Tensor:
    """``x`` broadcast to the shape of ``y``."""
    if all(isinstance(d, int) for d in y.dims):
        return P.expand(x, shape=list(y.dims))
    return P.expand(x, S.shape(y))


def broadcast_shape(x_shape: Sequence[int], y_shape: Sequence[int]) -> list[int]:
    """The shape that two shapes broadcast to. Raises InvalidArgumentError when they can not."""
    from ..dims import broadcast

    return [int(n) for n in broadcast(list(x_shape), list(y_shape)) if isinstance(n, int)]


@method()
def narrow(input: Tensor, dim: int, start: Any, length: int) -> Tensor:
    """``length`` slices of ``input`` along ``dim``, from ``start`` on.

    Raises InvalidArgumentError when they go beyond the axis.
    """
    at = axis_in(dim, len(input.dims))
    first, n = as_int(start, "start"), input.dims[at]
    first = first + n if first < 0 and isinstance(n, int) else first
    if length < 0 or (isinstance(n, int) and not 0 <= first <= first + length <= n):
        raise InvalidArgumentError(
            f"narrow: start {start} and length {length} do not fit an axis of size {n}"
        )
    return slice_(input, axes=[at], starts=[first], ends=[first + length])
