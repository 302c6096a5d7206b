"""Ops that read and write a block of a tensor: slice, strided_slice, set_value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import dims as D
from ..errors import OutOfRangeError
from ..op import Many, Spec, op
from .rules import axis_in
from .samples import f32
from .shape import content_or, numbers, shape, sizes_onnx


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
    axes = [a % len(Input.dims) for a in axes]
    if list(decrease_axis) == list(axes) == [axes[0]]:
        # Gather checks its index, Slice clamps it: an index out of range must not give a wrong answer.
        return b.Gather(Input, b.Squeeze(begin, b.const([0], "int64")), axis=axes[0])
    out = b.Slice(Input, begin, end, b.const(axes, "int64"))
    return b.Squeeze(out, b.const(sorted(decrease_axis), "int64")) if decrease_axis else out


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
