"""The op that writes a block of a tensor: set_value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import dims as D
from ..dtypes import float32
from ..errors import InvalidArgumentError, OutOfRangeError
from ..op import Many, Spec, op
from . import rules
from .index import END, block_onnx, ends_onnx, stride_index, strided, strided_slice
from .samples import f32
from .shape import content_or, numbers, sizes_onnx, unsqueeze


@op("set_value")
def set_value(  # type: ignore[no-untyped-def]
    Input,
    ValueTensor=None,
    StartsTensorList: Many = None,
    EndsTensorList: Many = None,
    StepsTensorList: Many = None,
    *,
    dtype=float32,
    axes,
    starts=(),
    ends=(),
    steps=(),
    decrease_axes=(),
    none_axes=(),
    values=(),
    shape=(),
):
    """A copy of ``Input`` with ``Input[start:end:step]`` replaced by a value that broadcasts to it.

    The value is ``ValueTensor``, or ``values`` in ``shape``. ONNX: ScatterND, ScatterElements.
    """
    begin, end = numbers(None, StartsTensorList, starts), numbers(None, EndsTensorList, ends)
    step = numbers(None, StepsTensorList, steps) or [1] * len(axes)
    value = _value_array(ValueTensor, values, shape, Input.dtype)
    out = Input.copy()
    index = stride_index(out.shape, axes, begin, end, step, decrease_axes)
    if none_axes:
        part = np.expand_dims(out[(*index, ...)], tuple(none_axes))  # a view of out
        part[...] = _droppable(value, part.shape)
    else:
        out[index] = _droppable(value, out[(*index, ...)].shape)
    return out


def _value_array(value: Any, values: Sequence[Any], shape: Sequence[int], dtype: Any) -> np.ndarray:
    if value is not None:
        return value.astype(dtype, copy=False)
    return np.asarray(values, dtype).reshape(
        tuple(shape) if shape else (len(values),) if len(values) > 1 else ()
    )


def _droppable(value: np.ndarray, part: tuple[int, ...]) -> np.ndarray:
    """``value`` without leading axes of size 1 that ``part`` does not have. Raises unless it broadcasts."""
    extra = value.ndim - len(part)
    if extra > 0 and all(n == 1 for n in value.shape[:extra]):
        value = value.reshape(value.shape[extra:])
    fits = value.ndim <= len(part) and all(
        v in (1, p) for v, p in zip(reversed(value.shape), reversed(part), strict=False)
    )
    if not fits:
        raise _does_not_fit(value.shape, part)
    return value


def _does_not_fit(value: Sequence[D.Size], part: Sequence[D.Size]) -> InvalidArgumentError:
    return InvalidArgumentError(
        f"The shape of tensor assigned value must match the shape of target shape: {list(part)}, but now shape is "
        f"{list(value)}."
    )


def _part_dims(Input: Any, starts: Any, ends: Any, steps: Any, c: Any) -> tuple[D.Size, ...]:
    """The sizes of the block that is written."""
    begin = content_or(None, starts, c["starts"]) or [None] * len(c["axes"])
    end = content_or(None, ends, c["ends"]) or [None] * len(c["axes"])
    step = content_or(None, steps, c["steps"]) or [1] * len(c["axes"])
    dims: list[Any] = list(Input.dims)
    for a, s, e, k in zip(c["axes"], begin, end, step, strict=True):
        n = dims[a]
        if a in c["decrease_axes"]:
            if isinstance(s, int) and isinstance(n, int) and not -n <= s < n:
                raise OutOfRangeError(
                    f"The starting index {s} of slice is out of bounds in tensor {a}-th axis, it should be in the "
                    f"range of [{-n}, {n})."
                )
            dims[a] = None
        else:
            dims[a] = strided(n, s, e, k)
    found = [d for d in dims if d is not None]
    for a in sorted(c["none_axes"]):
        found.insert(a, 1)
    return tuple(found)


_SET_DEFAULTS: dict[str, Any] = dict.fromkeys(("starts", "ends", "steps", "decrease_axes", "none_axes"), ())


@set_value.infer
def _(Input: Any, ValueTensor: Any = None, *lists: Any, **attrs: Any) -> Spec:
    starts, ends, steps = (*lists, None, None, None)[:3]  # trailing slots may be left out
    part = _part_dims(Input, starts, ends, steps, {**_SET_DEFAULTS, **attrs})
    if ValueTensor is not None:
        value = list(ValueTensor.dims)
        while len(value) > len(part) and value[0] == 1:
            del value[0]
        fits = len(value) <= len(part) and all(
            v == 1 or not isinstance(v, int) or not isinstance(p, int) or v == p
            for v, p in zip(reversed(value), reversed(part), strict=False)
        )
        if not fits:
            raise _does_not_fit(ValueTensor.dims, part)
    return Spec(Input.dims, Input.dtype)


@set_value.grad(saves="StartsTensorList EndsTensorList StepsTensorList")
def _(c: Any, g: Any) -> Any:
    where = {
        name: getattr(c, name) for name in ("axes", "starts", "ends", "steps", "decrease_axes", "none_axes")
    }
    lists = (c.StartsTensorList, c.EndsTensorList, c.StepsTensorList)
    dx = (
        set_value(g, None, *lists, **where, dtype=g.dtype, values=[0.0], shape=[1])
        if c.needs("Input")
        else None
    )
    dv = None
    if c.needs("ValueTensor"):
        like = c.like("ValueTensor")
        part = strided_slice(
            g,
            None,
            lists[0],
            None,
            lists[1],
            None,
            lists[2],
            axes=c.axes,
            starts=c.starts,
            ends=c.ends,
            strides=list(c.steps) or [1] * len(c.axes),
            decrease_axis=c.decrease_axes,
        )
        for a in sorted(c.none_axes):
            part = unsqueeze(part, axes=[a])
        dv = _to_value(part, like)
    return dx, dv, None, None, None


def _to_value(part: Any, like: Any) -> Any:
    """The gradient of the block summed to the shape of the value, which may have more axes of size 1 in front."""
    extra = len(like.dims) - len(part.dims)
    if extra <= 0:
        return rules.sum_to(part, like)
    return rules.sum_to(unsqueeze(part, axes=[0] * extra), like)


@set_value.onnx
def _(b: Any, Input: Any, ValueTensor: Any = None, *lists: Any, **c: Any) -> Any:
    starts, ends, steps = (*lists, None, None, None)[:3]
    if ValueTensor is None:
        array = _value_array(None, c["values"], c["shape"], Input.dtype.np)
        value = b.const(array, Input.dtype)
    else:
        value = b.cast(ValueTensor, Input.dtype)
    axes = list(c["axes"])
    if not axes:
        return b.Expand(_drop_onnx(b, value, len(Input.dims)), b.Shape(Input))
    begin, end = sizes_onnx(b, None, starts, c["starts"]), sizes_onnx(b, None, ends, c["ends"])
    step = sizes_onnx(b, None, steps, c["steps"] or [1] * len(axes))
    total = b.ReduceProd(b.Shape(Input), keepdims=0)
    places = b.Reshape(b.Range(b.const(0, "int64"), total, b.const(1, "int64")), b.Shape(Input), allowzero=1)
    places = block_onnx(b, places, begin, ends_onnx(b, end, step), step, axes, c["decrease_axes"])
    if c["none_axes"]:
        places = b.Unsqueeze(places, b.const(sorted(c["none_axes"]), "int64"))
    rank = len(Input.dims) - len(c["decrease_axes"]) + len(c["none_axes"])
    value = b.Expand(_drop_onnx(b, value, rank), b.Shape(places))
    flat = b.const([-1], "int64")
    out = b.ScatterElements(b.Reshape(Input, flat), b.Reshape(places, flat), b.Reshape(value, flat), axis=0)
    return b.Reshape(out, b.Shape(Input), allowzero=1)


def _drop_onnx(b: Any, value: Any, rank: int) -> Any:
    extra = len(value.dims) - rank
    return b.Squeeze(value, b.const(list(range(extra)), "int64")) if extra > 0 else value


set_value.sample(f32(4, 5), f32(2, 1), axes=[0, 1], starts=[1, 0], ends=[3, END], steps=[1, 2])
set_value.sample(
    f32(4, 5), axes=[0], starts=[-1], ends=[END], steps=[1], decrease_axes=[0], values=[2.5], shape=[1]
)
set_value.sample(
    f32(4, 5), f32(1, 1, 5), axes=[0], starts=[2], ends=[3], steps=[1], decrease_axes=[0], none_axes=[0]
)
set_value.sample(f32(4, 5), f32(), axes=[1], starts=[END], ends=[-1], steps=[-2]).sample(
    f32(3), f32(1), axes=[]
)
