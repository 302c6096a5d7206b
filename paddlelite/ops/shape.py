"""Ops that rearrange without computing: reshape, transpose, squeeze, unsqueeze, shape, concat, stack, slice, expand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import dims as D
from ..dtypes import DType, float32, int32
from ..errors import InvalidArgumentError, OutOfRangeError
from ..op import Many, Spec, op
from . import rules
from .rules import axes_in, axis_in
from .samples import b, f32, i32, i64


@op("shape", on_sizes=True)
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


def _content_or(tensor: Any, tensors: Any, attr: Sequence[int]) -> list[D.Size] | None:
    """Sizes given by one tensor, a list of 1-element tensors, or an attribute; None where they are not known."""
    if tensor is not None:
        return None if tensor.content is None else [_size(s) for s in tensor.content.flat]
    if tensors:
        return [D.fresh() if t.content is None else _size(t.content.item()) for t in tensors]
    return list(attr)


def _size(s: Any) -> D.Size:
    return s if isinstance(s, D.Dim) else int(s)


def numbers(tensor: Any, tensors: Any, attr: Sequence[int]) -> list[int]:
    """Kernel-side twin of :func:`_content_or`: the numbers themselves."""
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
    target = _content_or(Shape, ShapeTensor, shape)
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
        raise InvalidArgumentError(f"Only one dimension value of 'shape' in ReshapeOp can be -1, got {list(target)}.")
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


@op("transpose2", view=True)
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


transpose.onnx(lambda b, X, *, axis: b.Transpose(X, perm=[a % len(X.dims) for a in axis]) if axis else b.Identity(X))
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


@op("unsqueeze2", view=True, on_sizes=True)
def unsqueeze(X, AxesTensor=None, AxesTensorList: Many = None, *, axes=()):  # type: ignore[no-untyped-def]
    """``X`` with axes of size 1 inserted one after the other at ``axes``. ONNX: Unsqueeze."""
    sizes = list(X.shape)
    for a in numbers(AxesTensor, AxesTensorList, axes):
        sizes.insert(a if a >= 0 else a + len(sizes) + 1, 1)
    return X.reshape(sizes)


@unsqueeze.infer
def _(X: Any, AxesTensor: Any = None, AxesTensorList: Any = None, *, axes: Sequence[int] = ()) -> Spec:
    where = _content_or(AxesTensor, AxesTensorList, axes)
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
            raise InvalidArgumentError(f"concat: input[{i}] is {x.dtype.name}, input[0] is {first.dtype.name}")
        for a, (p, q) in enumerate(zip(first.dims, x.dims, strict=False)):
            if a != axis and isinstance(p, int) and isinstance(q, int) and p != q or len(x.dims) != len(dims):
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
concat.sample([f32(2, 3), f32(1, 3)]).sample([f32(2, 3), f32(2, 1), f32(2, 0)], axis=-1).sample([i64(2)], axis=0)


@op("stack", out="Y", on_sizes=True)
def stack(X: Many, *, axis=0):  # type: ignore[no-untyped-def]
    """The tensors joined along a new axis. ONNX: Unsqueeze, Concat."""
    return np.stack(X, axis=axis)


@stack.infer
def _(X: Any, *, axis: int = 0) -> Spec:
    first = X[0]
    rank = len(first.dims) + 1
    if not -rank <= axis < rank:
        raise InvalidArgumentError(f"stack: axis {axis} should be in the range [ -{rank}, {rank} )")
    for i, x in enumerate(X):
        if len(x.dims) != len(first.dims) or any(
            isinstance(p, int) and isinstance(q, int) and p != q for p, q in zip(x.dims, first.dims, strict=True)
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


@op("slice", view=True, on_sizes=True)
def slice_(  # type: ignore[no-untyped-def]
    Input,
    StartsTensor=None,
    EndsTensor=None,
    StartsTensorList: Many = None,
    EndsTensorList: Many = None,
    *,
    axes,
    starts=(),
    ends=(),
    infer_flags=(),
    decrease_axis=(),
):
    """``Input[start:end]`` along each of ``axes``; axes in ``decrease_axis`` are then removed. ONNX: Slice."""
    begin, end = numbers(StartsTensor, StartsTensorList, starts), numbers(EndsTensor, EndsTensorList, ends)
    return Input[_slice_index(Input.shape, axes, begin, end, decrease_axis)]


def _slice_index(
    shape: Sequence[int], axes: Sequence[int], begin: Sequence[int], end: Sequence[int], decrease: Sequence[int]
) -> tuple[Any, ...]:
    """What to index an array of ``shape`` with."""
    index: list[Any] = [slice(None)] * len(shape)
    for a, s, e in zip(axes, begin, end, strict=True):
        n = shape[a]
        if a in decrease:
            if not -n <= s < n:
                raise OutOfRangeError(
                    f"The starting index {s} of slice is out of bounds in tensor {a}-th axis, it should be in the "
                    f"range of [{-n}, {n})."
                )
            index[a] = s
        else:
            index[a] = slice(max(s + n, 0) if s < 0 else s, max(e + n, 0) if e < 0 else e)
    return tuple(index)


def _sliced(n: D.Size, s: D.Size | None, e: D.Size | None) -> D.Size:
    """The length of ``[s:e]`` of an axis of size ``n``."""
    if s is None or e is None:
        return D.fresh()
    if isinstance(n, int) and isinstance(s, int) and isinstance(e, int):
        return len(range(n)[s:e])
    if isinstance(s, int) and isinstance(e, int):
        if s == 0 and e >= 2**31 - 1:
            return n
        if s >= 0 and e >= 2**31 - 1:
            return D.apply("max", n - s, 0)
        if s < 0 and e >= 2**31 - 1:
            return D.apply("min", n, -s)
        if s == 0 and e > 0:
            return D.apply("min", n, e)
        if s == 0 and e < 0:
            return D.apply("max", n + e, 0)
        return D.fresh()
    if s == 0 and e == n:
        return n
    return D.fresh()


@slice_.infer
def _(
    Input: Any,
    StartsTensor: Any = None,
    EndsTensor: Any = None,
    StartsTensorList: Any = None,
    EndsTensorList: Any = None,
    *,
    axes: Sequence[int],
    starts: Sequence[int] = (),
    ends: Sequence[int] = (),
    infer_flags: Sequence[int] = (),
    decrease_axis: Sequence[int] = (),
) -> Spec:
    begin = _content_or(StartsTensor, StartsTensorList, starts) or [None] * len(axes)
    end = _content_or(EndsTensor, EndsTensorList, ends) or [None] * len(axes)
    dims: list[Any] = list(Input.dims)
    for a, s, e in zip(axes, begin, end, strict=True):
        axis_in(a, len(dims))
        n = dims[a]
        if a in decrease_axis and isinstance(s, int) and isinstance(n, int) and not -n <= s < n:
            raise OutOfRangeError(
                f"The starting index {s} of slice is out of bounds in tensor {a}-th axis, it should be in the range "
                f"of [{-n}, {n})."
            )
        dims[a] = None if a in decrease_axis else _sliced(n, s, e)
    return Spec(tuple(d for d in dims if d is not None), Input.dtype)


@slice_.grad(saves="StartsTensor EndsTensor StartsTensorList EndsTensorList")
def _(c: Any, g: Any) -> Any:
    like = c.like("Input")
    dx = slice_grad(
        g,
        None if like.value is None else shape(like.value),
        c.StartsTensor,
        c.EndsTensor,
        c.StartsTensorList,
        c.EndsTensorList,
        **{name: getattr(c, name) for name in ("axes", "starts", "ends", "decrease_axis")},
        shape=list(like.dims) if like.value is None else [d if isinstance(d, int) else -1 for d in like.dims],
    )
    return dx, None, None, None, None


@slice_.onnx
def _(
    b: Any,
    Input: Any,
    StartsTensor: Any = None,
    EndsTensor: Any = None,
    StartsTensorList: Any = None,
    EndsTensorList: Any = None,
    *,
    axes: Sequence[int],
    starts: Sequence[int] = (),
    ends: Sequence[int] = (),
    infer_flags: Sequence[int] = (),
    decrease_axis: Sequence[int] = (),
) -> Any:
    begin = sizes_onnx(b, StartsTensor, StartsTensorList, starts)
    end = sizes_onnx(b, EndsTensor, EndsTensorList, ends)
    axes = [a % len(Input.dims) for a in axes]
    if list(decrease_axis) == list(axes) == [axes[0]]:
        # Gather checks its index, Slice clamps it: an index out of range must not give a wrong answer.
        return b.Gather(Input, b.Squeeze(begin, b.const([0], "int64")), axis=axes[0])
    out = b.Slice(Input, begin, end, b.const(axes, "int64"))
    return b.Squeeze(out, b.const(sorted(decrease_axis), "int64")) if decrease_axis else out


slice_.sample(f32(4, 5), axes=[0, 1], starts=[1, -3], ends=[3, 2147483647])
slice_.sample(f32(4, 5), axes=[0], starts=[-1], ends=[0], decrease_axis=[0]).sample(f32(4), axes=[0], starts=[3], ends=[1])


@op("slice_grad", out="Input@GRAD")
def slice_grad(  # type: ignore[no-untyped-def]
    G,
    Shape=None,
    StartsTensor=None,
    EndsTensor=None,
    StartsTensorList: Many = None,
    EndsTensorList: Many = None,
    *,
    axes,
    starts=(),
    ends=(),
    decrease_axis=(),
    shape=(),
):
    """The gradient of ``slice``: ``G`` in the place it was cut from, zeros around it. ONNX: Pad."""
    sizes = [int(s) for s in Shape] if Shape is not None else list(shape)
    begin, end = numbers(StartsTensor, StartsTensorList, starts), numbers(EndsTensor, EndsTensorList, ends)
    out = np.zeros(sizes, G.dtype)
    out[_slice_index(sizes, axes, begin, end, decrease_axis)] = G
    return out


@slice_grad.infer
def _(G: Any, Shape: Any = None, *rest: Any, shape: Sequence[int] = (), **attrs: Any) -> Spec:
    return Spec(tuple(_content_or(Shape, None, shape) or ()), G.dtype)


@slice_grad.grad(saves="StartsTensor EndsTensor StartsTensorList EndsTensorList")
def _(c: Any, g: Any) -> Any:
    attrs = {name: getattr(c, name) for name in ("axes", "starts", "ends", "decrease_axis")}
    out = slice_(g, c.StartsTensor, c.EndsTensor, c.StartsTensorList, c.EndsTensorList, **attrs)
    return out, None, None, None, None, None


@slice_grad.onnx
def _(
    b: Any,
    G: Any,
    Shape: Any = None,
    StartsTensor: Any = None,
    EndsTensor: Any = None,
    StartsTensorList: Any = None,
    EndsTensorList: Any = None,
    *,
    axes: Sequence[int],
    starts: Sequence[int] = (),
    ends: Sequence[int] = (),
    decrease_axis: Sequence[int] = (),
    shape: Sequence[int] = (),
) -> Any:
    rank = len(shape) if shape else Shape.dims[0]
    axes = [a % rank for a in axes]
    if decrease_axis:
        G = b.Unsqueeze(G, b.const(sorted(a % rank for a in decrease_axis), "int64"))
    full = b.cast(Shape, "int64") if Shape is not None else b.const(list(shape), "int64")
    n = b.Gather(full, b.const(axes, "int64"), axis=0)
    begin = sizes_onnx(b, StartsTensor, StartsTensorList, starts)
    zero = b.const(0, "int64")
    begin = b.Where(b.Less(begin, zero), b.Max(b.Add(begin, n), zero), b.Min(begin, n))
    lead = b.ScatterElements(b.const([0] * rank, "int64"), b.const(axes, "int64"), begin, axis=0)
    after = b.Sub(b.Sub(full, lead), b.Shape(G))
    return b.Pad(G, b.Concat(lead, after, axis=0))


slice_grad.sample(f32(2, 3), axes=[0, 1], starts=[1, -3], ends=[3, 2147483647], shape=[4, 5])


@op("expand_v2", view=True, on_sizes=True)
def expand(X, Shape=None, expand_shapes_tensor: Many = None, *, shape=()):  # type: ignore[no-untyped-def]
    """``X`` broadcast to ``shape``; -1 keeps a size. ONNX: Expand."""
    target = numbers(Shape, expand_shapes_tensor, shape)
    lead = len(target) - X.ndim
    return np.broadcast_to(X, [X.shape[i - lead] if s == -1 and i >= lead else s for i, s in enumerate(target)])


@expand.infer
def _(X: Any, Shape: Any = None, expand_shapes_tensor: Any = None, *, shape: Sequence[int] = ()) -> Spec:
    target = _content_or(Shape, expand_shapes_tensor, shape)
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
def _(b: Any, X: Any, Shape: Any = None, expand_shapes_tensor: Any = None, *, shape: Sequence[int] = ()) -> Any:
    # ONNX's Expand keeps a size where the target is 1, PaddlePaddle's where it is -1.
    if Shape is None and not expand_shapes_tensor:
        return b.Expand(X, b.const([1 if s == -1 else int(s) for s in shape], "int64"))
    target = sizes_onnx(b, Shape, expand_shapes_tensor, shape)
    one = b.const(1, "int64")
    return b.Expand(X, b.Where(b.Less(target, b.const(0, "int64")), one, target))


expand.sample(f32(1, 3), shape=[2, 3]).sample(f32(3), shape=[2, -1]).sample(f32(), shape=[2, 2])


@op("assign")
def assign(X):  # type: ignore[no-untyped-def]
    """A copy. ONNX: Identity."""
    return X.copy()


assign.infer(lambda X: Spec(X.dims, X.dtype, X.content, getattr(X, "array", False)))
assign.grad(lambda c, g: assign(g), saves="")
assign.onnx(lambda b, X: b.Identity(X))
assign.sample(f32(2, 3)).sample(b(2), grad="")


@op("fill_any_like")
def fill_any_like(X, *, value=0.0, dtype=None):  # type: ignore[no-untyped-def]
    """A tensor of the shape of ``X`` filled with ``value``. ONNX: Shape, Expand."""
    return np.full(X.shape, value, X.dtype if dtype is None else dtype.np)


@fill_any_like.infer
def _(X: Any, *, value: float = 0.0, dtype: DType | None = None) -> Spec:
    return Spec(X.dims, dtype or X.dtype)


@fill_any_like.onnx
def _(b: Any, X: Any, *, value: float = 0.0, dtype: DType | None = None) -> Any:
    return b.Expand(b.const(value, dtype or X.dtype), b.Shape(X))


fill_any_like.sample(f32(2, 3), value=1.5).sample(f32(), value=2.0, dtype=i32(1).dtype)


@op("fill_constant", on_sizes=True)
def fill_constant(  # type: ignore[no-untyped-def]
    ValueTensor=None,
    ShapeTensor=None,
    ShapeTensorList: Many = None,
    *,
    shape=(),
    dtype=float32,
    value=0.0,
    str_value="",
    force_cpu=False,
    place_type=-1,
):
    """A tensor of ``shape`` filled with one number (``str_value`` wins over ``value``). ONNX: Expand."""
    fill = ValueTensor.reshape(()) if ValueTensor is not None else filler(value, str_value, dtype)
    return np.full(numbers(ShapeTensor, ShapeTensorList, shape), fill, dtype.np)


def filler(value: float, str_value: str, dtype: DType) -> Any:
    """The number that ``value`` and ``str_value`` mean: integers too long for a float are written as text."""
    if not str_value:
        return value
    if dtype.is_complex:
        return complex(str_value)
    return float(str_value) if dtype.is_floating or not str_value.lstrip("+-").isdigit() else int(str_value)


@fill_constant.infer
def _(ValueTensor: Any = None, ShapeTensor: Any = None, ShapeTensorList: Any = None, **attrs: Any) -> Spec:
    target = _content_or(ShapeTensor, ShapeTensorList, attrs["shape"])
    if target is None:
        target = [D.fresh() for _ in range(ShapeTensor.dims[0])]
    if any(isinstance(s, int) and s < 0 for s in target):
        raise InvalidArgumentError(f"the sizes of a tensor can not be negative, got {target}")
    return Spec(tuple(target), attrs["dtype"])


@fill_constant.onnx
def _(b: Any, ValueTensor: Any = None, ShapeTensor: Any = None, ShapeTensorList: Any = None, **attrs: Any) -> Any:
    dtype = attrs["dtype"]
    if ValueTensor is not None:
        fill = b.cast(b.Reshape(ValueTensor, b.const([], "int64")), dtype)
    else:
        fill = b.const(filler(attrs["value"], attrs["str_value"], dtype), dtype)
    return b.Expand(fill, sizes_onnx(b, ShapeTensor, ShapeTensorList, attrs["shape"]))


fill_constant.sample(shape=[2, 3], value=1.5).sample(shape=[], dtype=i64(1).dtype, str_value="9007199254740993")
