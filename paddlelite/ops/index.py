"""Ops that read a block of a tensor: slice, strided_slice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import dims as D
from ..errors import InvalidArgumentError, OutOfRangeError
from ..op import Many, Spec, op
from .rules import axis_in
from .samples import f32
from .shape import content_or, numbers, shape, sizes_onnx


@op("slice", view=True, on_sizes=True, total=True)
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
    if StartsTensor is not None or StartsTensorList:
        starts = numbers(StartsTensor, StartsTensorList, starts)
    if EndsTensor is not None or EndsTensorList:
        ends = numbers(EndsTensor, EndsTensorList, ends)
    # (with `...` a single element is a view, too)
    return Input[(*_slice_index(Input.shape, axes, starts, ends, decrease_axis), ...)]


def _slice_index(
    shape: Sequence[int],
    axes: Sequence[int],
    begin: Sequence[int],
    end: Sequence[int],
    decrease: Sequence[int],
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
    begin = content_or(StartsTensor, StartsTensorList, starts) or [None] * len(axes)
    end = content_or(EndsTensor, EndsTensorList, ends) or [None] * len(axes)
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
    return block_onnx(b, Input, begin, end, None, [a % len(Input.dims) for a in axes], decrease_axis)


def block_onnx(
    b: Any, x: Any, begin: Any, end: Any, step: Any, axes: list[int], decrease: Sequence[int]
) -> Any:
    """Slice along the axes that stay, Gather along those that go.

    Gather checks its index, Slice clamps it: an index out of range must not give a wrong answer.
    """
    kept = [i for i, a in enumerate(axes) if a not in decrease]
    if kept:
        take = (lambda v: v) if len(kept) == len(axes) else (lambda v: b.Gather(v, b.const(kept, "int64")))
        steps = () if step is None else (take(step),)
        x = b.Slice(x, take(begin), take(end), b.const([axes[i] for i in kept], "int64"), *steps)
    for a in sorted(decrease, reverse=True):
        x = b.Gather(x, b.Gather(begin, b.const(axes.index(a), "int64")), axis=a)
    return x if axes else b.Identity(x)


slice_.sample(f32(4, 5), axes=[0, 1], starts=[1, -3], ends=[3, 2147483647])
slice_.sample(f32(4, 5), axes=[0], starts=[-1], ends=[0], decrease_axis=[0]).sample(
    f32(4), axes=[0], starts=[3], ends=[1]
)


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
    return Spec(tuple(content_or(Shape, None, shape) or ()), G.dtype)


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


def stride_index(
    dims: Sequence[int], axes: Any, starts: Any, ends: Any, steps: Any, decrease: Sequence[int]
) -> tuple[Any, ...]:
    """What to index an array of ``dims`` with for ``strided_slice`` and ``set_value``.

    With a negative step an end of -1 means "down to the first element", as PaddlePaddle 2 writes it.
    """
    index: list[Any] = [slice(None)] * len(dims)
    for a, s, e, step in zip(axes, starts, ends, steps, strict=True):
        n = dims[a]
        if a in decrease:
            if not -n <= s < n:
                raise OutOfRangeError(
                    f"The starting index {s} of slice is out of bounds in tensor {a}-th axis, it should be in the "
                    f"range of [{-n}, {n})."
                )
            index[a] = int(s)
        elif step > 0:
            index[a] = slice(max(s + n, 0) if s < 0 else s, max(e + n, 0) if e < 0 else e, step)
        elif step < 0:
            index[a] = slice(s, None if e == -1 or e < -n else e, step)
        else:
            raise InvalidArgumentError("the step of a slice must not be 0")
    return tuple(index)


def strided(n: D.Size, s: Any, e: Any, step: Any) -> D.Size:
    """The length of ``[s:e:step]`` of an axis of size ``n``."""
    if not isinstance(step, int) or step == 0:
        return D.fresh()
    if step > 0:
        return (_sliced(n, s, e) + (step - 1)) // step
    if isinstance(n, int) and isinstance(s, int) and isinstance(e, int):
        return len(range(n)[s : None if e == -1 or e < -n else e : step])
    if (
        isinstance(s, int)
        and (s >= 2**31 - 1 or s == -1)
        and isinstance(e, int)
        and (e == -1 or e < -(2**30))
    ):
        return (n + (-step - 1)) // -step
    return D.fresh()


@op("strided_slice", view=True)
def strided_slice(  # type: ignore[no-untyped-def]
    Input,
    StartsTensor=None,
    StartsTensorList: Many = None,
    EndsTensor=None,
    EndsTensorList: Many = None,
    StridesTensor=None,
    StridesTensorList: Many = None,
    *,
    axes,
    starts=(),
    ends=(),
    strides=(),
    infer_flags=(),
    decrease_axis=(),
):
    """``Input[start:end:stride]`` along each of ``axes``. ONNX: Slice."""
    begin, end = numbers(StartsTensor, StartsTensorList, starts), numbers(EndsTensor, EndsTensorList, ends)
    step = numbers(StridesTensor, StridesTensorList, strides)
    out = Input[stride_index(Input.shape, axes, begin, end, step, decrease_axis)]
    return out if type(out) is np.ndarray else np.asarray(out)


@strided_slice.infer
def _(
    Input: Any, *tensors: Any, axes: Sequence[int], decrease_axis: Sequence[int] = (), **attrs: Any
) -> Spec:
    tensors = tensors + (None,) * (6 - len(tensors))
    begin, end, step = (
        content_or(tensors[2 * i], tensors[2 * i + 1], attrs.get(name, ())) or [None] * len(axes)
        for i, name in enumerate(("starts", "ends", "strides"))
    )
    dims: list[Any] = list(Input.dims)
    for a, s, e, k in zip(axes, begin, end, step, strict=True):
        axis_in(a, len(dims))
        if isinstance(k, int) and k == 0:
            raise InvalidArgumentError("the step of a slice must not be 0")
        dims[a] = strided(dims[a], s, e, k)
    return Spec(tuple(d for i, d in enumerate(dims) if i not in decrease_axis), Input.dtype)


def _as_list(tensor: Any, tensors: Any, attr: Sequence[int]) -> Any:
    """Positions given in any way, as a list of tensors (None when they are the attribute)."""
    if tensor is None:
        return tensors or None
    from .join import unbind

    return unbind(tensor)


@strided_slice.grad(
    saves="StartsTensor StartsTensorList EndsTensor EndsTensorList StridesTensor StridesTensorList"
)
def _(c: Any, g: Any) -> Any:
    from .join import zeros_of
    from .set_value import set_value

    dx = set_value(
        zeros_of(c.like("Input")),
        g,
        _as_list(c.StartsTensor, c.StartsTensorList, c.starts),
        _as_list(c.EndsTensor, c.EndsTensorList, c.ends),
        _as_list(c.StridesTensor, c.StridesTensorList, c.strides),
        axes=c.axes,
        starts=c.starts,
        ends=c.ends,
        steps=c.strides,
        decrease_axes=c.decrease_axis,
        dtype=g.dtype,
    )
    return (dx, *(None,) * 6)


def ends_onnx(b: Any, end: Any, step: Any) -> Any:
    """With a negative step -1 is the end before the first element, which ONNX writes as a very negative number."""
    first = b.And(b.Less(step, b.const(0, "int64")), b.Equal(end, b.const(-1, "int64")))
    return b.Where(first, b.const(-(2**62), "int64"), end)


@strided_slice.onnx
def _(
    b: Any, Input: Any, *tensors: Any, axes: Sequence[int], decrease_axis: Sequence[int] = (), **attrs: Any
) -> Any:
    tensors = tensors + (None,) * (6 - len(tensors))
    begin, end, step = (
        sizes_onnx(b, tensors[2 * i], tensors[2 * i + 1], attrs.get(name, ()))
        for i, name in enumerate(("starts", "ends", "strides"))
    )
    axes = [a % len(Input.dims) for a in axes]
    return block_onnx(b, Input, begin, ends_onnx(b, end, step), step, axes, decrease_axis)


END = 2**31 - 1
strided_slice.sample(f32(6, 5), axes=[0, 1], starts=[1, 0], ends=[6, END], strides=[2, 3])
strided_slice.sample(f32(6, 5), axes=[0], starts=[END], ends=[-1], strides=[-2])
strided_slice.sample(f32(6, 5), axes=[1, 0], starts=[-2, 1], ends=[0, 2], strides=[-1, 1], decrease_axis=[0])
