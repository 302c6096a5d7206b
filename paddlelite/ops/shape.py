"""Ops on the shape alone: shape, reshape, transpose, squeeze, unsqueeze, flatten."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import dims as D
from ..dtypes import int32, int64
from ..errors import InvalidArgumentError
from ..op import Many, Spec, op
from .rules import axes_in, axis_in
from .samples import f32


@op("shape", on_sizes=True, total=True)
def shape(Input):  # type: ignore[no-untyped-def]
    """The sizes of a tensor, int32. ONNX: Shape."""
    return np.array(Input.shape, dtype=np.int32)


@shape.infer
def _(Input: Any) -> Spec:
    content = np.empty(len(Input.dims), dtype=object)
    content[:] = Input.dims
    return Spec((len(Input.dims),), int32, content)


shape.onnx(lambda b, Input: b.cast(b.Shape(Input), "int32"))
shape.sample(f32(2, 3)).sample(f32()).sample(f32(0, 3))


def content_or(tensor: Any, tensors: Any, attr: Sequence[int]) -> list[D.Size] | None:
    """Sizes given by one tensor, a list of 1-element tensors, or an attribute; None where they are not known."""
    if tensor is not None:
        return None if tensor.content is None else [_size(s) for s in tensor.content.flat]
    if tensors:
        return [D.fresh() if t.content is None else _size(t.content.item()) for t in tensors]
    return list(attr)


def _size(s: Any) -> D.Size:
    return s if isinstance(s, D.Dim) else int(s)


def numbers(tensor: Any, tensors: Any, attr: Sequence[int]) -> list[int]:
    """Kernel-side twin of :func:`content_or`: the numbers themselves."""
    if tensor is not None:
        return [_size(s) for s in np.asarray(tensor).flat]
    if tensors:
        return [_size(np.asarray(t).reshape(-1)[0]) for t in tensors]
    return list(attr)


def sizes_onnx(b: Any, tensor: Any, tensors: Any, attr: Sequence[int]) -> Any:
    """The same as an ONNX int64 vector."""
    if tensor is not None:
        return b.Reshape(b.cast(tensor, "int64"), b.const([-1], "int64"))
    if tensors:
        parts = [b.Reshape(b.cast(t, "int64"), b.const([1], "int64")) for t in tensors]
        return b.Concat(*parts, axis=0) if len(parts) > 1 else parts[0]
    return b.const([int(a) for a in attr], "int64")


@op("reshape2", view=True, on_sizes=True)
def reshape(X, Shape=None, ShapeTensor: Many = None, *, shape=()):  # type: ignore[no-untyped-def]
    """``X`` with sizes ``shape``: one may be -1, 0 keeps the size at that place. ONNX: Reshape."""
    target = numbers(Shape, ShapeTensor, shape)
    return X.reshape([X.shape[i] if s == 0 and X.size and i < X.ndim else s for i, s in enumerate(target)])


@reshape.infer
def _(X: Any, Shape: Any = None, ShapeTensor: Any = None, *, shape: Sequence[int] = ()) -> Spec:
    target = content_or(Shape, ShapeTensor, shape)
    if target is None:
        rank = Shape.dims[0]
        if not isinstance(rank, int):
            raise InvalidArgumentError("reshape needs a shape tensor of known length")
        return Spec(tuple(D.fresh() for _ in range(rank)), X.dtype)
    return Spec(reshaped(X.dims, target), X.dtype)


def reshaped(dims: Sequence[D.Size], target: Sequence[D.Size]) -> tuple[D.Size, ...]:
    """``target`` with its -1 and 0 replaced. Raises InvalidArgumentError when the element counts differ."""
    total = D.numel(dims)
    if target.count(-1) > 1:
        raise InvalidArgumentError(
            f"Only one dimension value of 'shape' in ReshapeOp can be -1, got {list(target)}."
        )
    out = [dims[i] if s == 0 and i < len(dims) and total != 0 else s for i, s in enumerate(target)]
    if -1 in out:
        known = D.numel(s for s in out if s != -1)
        if isinstance(total, int) and isinstance(known, int) and (known == 0 or total % known):
            raise _wrong_count(dims, target)
        out[out.index(-1)] = total // known
    count = D.numel(out)
    if isinstance(total, int) and isinstance(count, int) and total != count:
        raise _wrong_count(dims, target)
    return tuple(out)


def _wrong_count(dims: Sequence[D.Size], target: Sequence[D.Size]) -> InvalidArgumentError:
    return InvalidArgumentError(
        f"The 'shape' in ReshapeOp is invalid. The input tensor X'size must be equal to the capacity of 'shape'. "
        f"But received X's shape = {list(dims)}, X's size = {D.numel(dims)}, 'shape' is {list(target)}."
    )


@reshape.grad(saves="")
def _(c: Any, g: Any) -> Any:
    return reshape_like(g, c.like("X")), None, None


def reshape_like(g: Any, like: Any) -> Any:
    """``g`` in the shape of ``like`` (an :class:`~paddlelite.autograd.Like`)."""
    unknown = [d for d in like.dims if not isinstance(d, int)]
    if len(unknown) <= 1:
        return reshape(g, shape=[d if isinstance(d, int) else -1 for d in like.dims])
    return reshape(g, shape(like.value))


@reshape.onnx
def _(b: Any, X: Any, Shape: Any = None, ShapeTensor: Any = None, *, shape: Sequence[int] = ()) -> Any:
    allow_zero = not (Shape is not None or ShapeTensor) and all(isinstance(d, int) for d in X.dims)
    if allow_zero:
        target = b.const([int(d) for d in reshaped(X.dims, list(shape))], "int64")
        return b.Reshape(X, target, allowzero=1) if 0 in X.dims else b.Reshape(X, target)
    return b.Reshape(X, sizes_onnx(b, Shape, ShapeTensor, shape))


reshape.sample(f32(2, 3), shape=[3, 2]).sample(f32(2, 3), shape=[-1]).sample(f32(2, 3), shape=[0, 3, 1])
reshape.sample(f32(1), shape=[]).sample(f32(0, 3), shape=[0, 3]).sample(f32(), shape=[1])


@op("transpose2", view=True, total=True)
def transpose(X, *, axis):  # type: ignore[no-untyped-def]
    """``X`` with its axes in the order ``axis``. ONNX: Transpose."""
    return X.transpose(axis)


@transpose.infer
def _(X: Any, *, axis: Sequence[int]) -> Spec:
    order = axes_in(axis, len(X.dims))
    if len(order) != len(X.dims):
        raise InvalidArgumentError(
            f"The input tensor's dimension should be equal to the axis's size. But received input tensor's dimension "
            f"is {len(X.dims)}, axis's size is {len(axis)}"
        )
    return Spec(tuple(X.dims[a] for a in order), X.dtype)


@transpose.grad(saves="")
def _(c: Any, g: Any) -> Any:
    rank = len(c.axis)
    return transpose(g, axis=[int(i) for i in np.argsort([a % rank for a in c.axis])])


transpose.onnx(
    lambda b, X, *, axis: b.Transpose(X, perm=[a % len(X.dims) for a in axis]) if axis else b.Identity(X)
)
transpose.sample(f32(2, 3, 4), axis=[2, 0, 1]).sample(f32(2, 3), axis=[-1, -2]).sample(f32(), axis=[])


@op("squeeze2", view=True, on_sizes=True)
def squeeze(X, *, axes=()):  # type: ignore[no-untyped-def]
    """``X`` without the axes of size 1 among ``axes`` (all of them when empty). ONNX: Squeeze."""
    return X.reshape([s for i, s in enumerate(X.shape) if s != 1 or (axes and not _listed(i, axes, X.ndim))])


def _listed(i: int, axes: Sequence[int], rank: int) -> bool:
    return i in [axis_in(a, rank) for a in axes]


@squeeze.infer
def _(X: Any, *, axes: Sequence[int] = ()) -> Spec:
    listed = {axis_in(a, len(X.dims)) for a in axes} if axes else set(range(len(X.dims)))
    # A symbolic size counts as not 1, as in PaddlePaddle's static graphs.
    return Spec(tuple(d for i, d in enumerate(X.dims) if i not in listed or d != 1), X.dtype)


squeeze.grad(lambda c, g: reshape_like(g, c.like("X")), saves="")


@squeeze.onnx
def _(b: Any, X: Any, *, axes: Sequence[int] = ()) -> Any:
    listed = {a % len(X.dims) for a in axes} if axes else set(range(len(X.dims)))
    gone = sorted(i for i in listed if X.dims[i] == 1)
    return b.Squeeze(X, b.const(gone, "int64")) if gone else b.Identity(X)


squeeze.sample(f32(2, 1, 3, 1)).sample(f32(2, 1, 3, 1), axes=[1]).sample(f32(2, 1), axes=[0, -1])


@op("unsqueeze2", view=True, on_sizes=True, total=True)
def unsqueeze(X, AxesTensor=None, AxesTensorList: Many = None, *, axes=()):  # type: ignore[no-untyped-def]
    """``X`` with axes of size 1 inserted one after the other at ``axes``. ONNX: Unsqueeze."""
    sizes = list(X.shape)
    for a in numbers(AxesTensor, AxesTensorList, axes):
        sizes.insert(a if a >= 0 else a + len(sizes) + 1, 1)
    return X.reshape(sizes)


@unsqueeze.infer
def _(X: Any, AxesTensor: Any = None, AxesTensorList: Any = None, *, axes: Sequence[int] = ()) -> Spec:
    where = content_or(AxesTensor, AxesTensorList, axes)
    if where is None or not D.is_static(where):
        raise InvalidArgumentError("unsqueeze needs axes that are known when the graph is built")
    sizes = list(X.dims)
    for a in where:
        if not -len(sizes) - 1 <= a <= len(sizes):
            raise InvalidArgumentError(f"unsqueeze: axis {a} is out of range for {len(sizes)} dimensions")
        sizes.insert(a if a >= 0 else a + len(sizes) + 1, 1)
    return Spec(tuple(sizes), X.dtype)


unsqueeze.grad(lambda c, g: (reshape_like(g, c.like("X")), None, None), saves="")


@unsqueeze.onnx
def _(b: Any, X: Any, AxesTensor: Any = None, AxesTensorList: Any = None, *, axes: Sequence[int] = ()) -> Any:
    if AxesTensor is not None or AxesTensorList:
        return b.Unsqueeze(X, sizes_onnx(b, AxesTensor, AxesTensorList, axes))
    out, rank = X, len(X.dims)
    for a in axes:
        out = b.Unsqueeze(out, b.const([a if a >= 0 else a + rank + 1], "int64"))
        rank += 1
    return out if axes else b.Identity(X)


unsqueeze.sample(f32(2, 3), axes=[0]).sample(f32(2, 3), axes=[1, -1]).sample(f32(), axes=[0])


@op("flatten_contiguous_range", view=True)
def flatten(X, *, start_axis=1, stop_axis=1):  # type: ignore[no-untyped-def]
    """``X`` with the axes from ``start_axis`` to ``stop_axis`` made one. ONNX: Reshape."""
    return X.reshape(_flattened(X.shape, start_axis, stop_axis))


def _flattened(dims: Sequence[D.Size], start: int, stop: int) -> tuple[D.Size, ...]:
    rank = len(dims)
    first, last = axis_in(start, rank, "start_axis"), axis_in(stop, rank, "stop_axis")
    if first > last:
        raise InvalidArgumentError(
            f"The stop_axis ({stop}) should be greater than or equal to the start_axis ({start})."
        )
    return (*dims[:first], D.numel(dims[first : last + 1]), *dims[last + 1 :])


flatten.infer(
    lambda X, *, start_axis=1, stop_axis=1: Spec(_flattened(X.dims, start_axis, stop_axis), X.dtype)
)
flatten.grad(lambda c, g: reshape_like(g, c.like("X")), saves="")


@flatten.onnx
def _(b: Any, X: Any, *, start_axis: int = 1, stop_axis: int = 1) -> Any:
    target = _flattened(X.dims, start_axis, stop_axis)
    unknown = [i for i, d in enumerate(target) if not isinstance(d, int)]
    if len(unknown) <= 1 and 0 not in target:
        return b.Reshape(X, b.const([-1 if i in unknown else d for i, d in enumerate(target)], "int64"))
    rank = len(X.dims)
    if not rank or 0 in X.dims:
        return b.Reshape(X, b.const([d if isinstance(d, int) else -1 for d in target], "int64"), allowzero=1)
    first, last = start_axis % rank, stop_axis % rank
    middle = b.ReduceProd(b.Shape(X, start=first, end=last + 1), keepdims=1)
    return b.Reshape(
        X, b.Concat(b.Shape(X, end=first), middle, b.Shape(X, start=last + 1), axis=0), allowzero=1
    )


flatten.sample(f32(2, 3, 4)).sample(f32(2, 3, 4), start_axis=0, stop_axis=-1).sample(
    f32(), start_axis=0, stop_axis=-1
)
flatten.sample(f32(2, 3, 4), start_axis=1, stop_axis=2).sample(f32(0, 3, 4), start_axis=0, stop_axis=1)


@op("size", on_sizes=True, total=True)
def size(Input):  # type: ignore[no-untyped-def]
    """The number of elements, a 0-D int64 tensor. ONNX: Size."""
    return np.array(Input.size, np.int64)


@size.infer
def _(Input: Any) -> Spec:
    content = np.empty((), dtype=object)
    content[()] = D.numel(Input.dims)
    return Spec((), int64, content)


size.onnx(lambda b, Input: b.Size(Input))
size.sample(f32(2, 3)).sample(f32()).sample(f32(0, 3))
