"""Ops whose calls mean something else in PaddlePaddle than here unless they are written in a certain way.

Each form takes the inputs (slot by slot) and attributes of a call and makes the calls that a file should hold.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from paddlelite.dtypes import float32, int32
from paddlelite.mode import mode
from paddlelite.op import OPS
from paddlelite.ops.activation import swish
from paddlelite.ops.along_axis import take_along_axis
from paddlelite.ops.array import array_append, array_length, array_picked
from paddlelite.ops.creation import assign, fill_any_like, fill_constant
from paddlelite.ops.elementwise import add, cast, divide, equal, multiply, scale
from paddlelite.ops.index import slice_, strided_slice
from paddlelite.ops.join import split
from paddlelite.ops.logic import logical_or
from paddlelite.ops.order import flip
from paddlelite.ops.reduce import reduce_mean
from paddlelite.ops.rules import float_like
from paddlelite.ops.search import where
from paddlelite.ops.select import unique
from paddlelite.ops.shape import reshape, squeeze
from paddlelite.ops.unary import rsqrt, sigmoid
from paddlelite.tensor.creation import to_tensor

__all__ = ["FORMS"]

_END = 2**31 - 1
_FAR = 2**30  # beyond every axis, and a number that float32 holds


def _slice(inputs: list[Any], attrs: dict[str, Any]) -> Any:
    """An axis that is dropped takes its start alone here; PaddlePaddle wants the end to be one more, also for -1.

    Bounds given as tensors are marked in `infer_flags`, or their placeholders count while the file is loaded.
    """
    source, starts_tensor, ends_tensor, starts_list, ends_list = (*inputs, None, None, None, None)[:5]
    axes, dropped = list(attrs["axes"]), list(attrs["decrease_axis"])
    starts, ends = list(attrs["starts"]), list(attrs["ends"])
    dynamic = bool(starts_list or ends_list) or starts_tensor is not None or ends_tensor is not None
    if (
        starts_list
        and starts_tensor is None
        and ends_tensor is None
        and any(axis in dropped for axis in axes)
    ):
        ends_list = [
            _after(start) if axis in dropped else _bound(ends_list, ends, at, start)
            for at, (axis, start) in enumerate(zip(axes, starts_list, strict=True))
        ]
        ends = [-1] * len(axes)
    elif not dynamic:
        ends = [
            (start + 1 or _END) if axis in dropped else end
            for axis, start, end in zip(axes, starts, ends, strict=True)
        ]
    attrs = {**attrs, "ends": ends, "infer_flags": [-1 if dynamic else 1] * len(axes)}
    return slice_(source, starts_tensor, ends_tensor, starts_list, ends_list, **attrs)


def _after(start: Any) -> Any:
    """The end of a slice of one element from `start` on: 0 would mean an empty slice from -1."""
    content = getattr(start, "content", None)
    known = None if content is None else content.reshape(-1)[0]
    if isinstance(known, int):
        return fill_constant(shape=list(start.dims), dtype=start.dtype, value=float(known + 1 or _FAR))
    last = cast(equal(start, scale(start, scale=0.0, bias=-1.0)), out_dtype=start.dtype)
    return add(scale(start, bias=1.0), scale(last, scale=float(_FAR)))


def _bound(tensors: Any, numbers: list[int], at: int, like: Any) -> Any:
    if tensors:
        return tensors[at]
    return fill_constant(shape=[1], dtype=like.dtype, value=float(min(numbers[at], _FAR)))


def _strided_slice(inputs: list[Any], attrs: dict[str, Any]) -> Any:
    """Backwards to the first element: 2.6 and 3.3 have no common way to say it, so the axis is turned round first."""
    static = all(item is None or item == [] for item in inputs[1:] if not hasattr(item, "dims"))
    static = static and not any(hasattr(item, "dims") for item in inputs[1:])
    back = [axis for axis, step in zip(attrs["axes"], attrs["strides"], strict=False) if step < 0]
    flags = [1 if static else -1] * len(attrs["axes"])
    if not static or not back:
        return strided_slice(*inputs, **{**attrs, "infer_flags": flags})
    starts, ends, strides = _forward(attrs["starts"], attrs["ends"], attrs["strides"])
    turned = flip(inputs[0], axis=back)
    return strided_slice(
        turned, **{**attrs, "starts": starts, "ends": ends, "strides": strides, "infer_flags": flags}
    )


def _forward(starts: Any, ends: Any, steps: Any) -> tuple[list[int], list[int], list[int]]:
    """The bounds of slices on axes of which those with a negative step were turned round."""
    found = []
    for start, end, step in zip(starts, ends, steps, strict=True):
        if step < 0:
            end = _END if end == -1 or end < -_FAR else _turned(end)
            start, step = _turned(start), -step
        found.append((start, end, step))
    return tuple(map(list, zip(*found, strict=True)))  # type: ignore[return-value]


def _set_value(inputs: list[Any], attrs: dict[str, Any]) -> Any:
    """Writing backwards: as for strided_slice, on the axis turned round."""
    lists = inputs[2:]
    steps = attrs["steps"] or [1] * len(attrs["axes"])
    back = [axis for axis, step in zip(attrs["axes"], steps, strict=False) if step < 0]
    if any(lists) or not back:
        return OPS["set_value"](*inputs, **attrs)
    starts, ends, steps = _forward(attrs["starts"], attrs["ends"], steps)
    written = OPS["set_value"](
        flip(inputs[0], axis=back), *inputs[1:], **{**attrs, "starts": starts, "ends": ends, "steps": steps}
    )
    return flip(written, axis=back)


def _turned(bound: int) -> int:
    """A bound counted from the other end."""
    return 0 if bound >= _FAR else -(bound + 1)


def _swish(inputs: list[Any], attrs: dict[str, Any]) -> Any:
    """PaddlePaddle's op has no factor."""
    (x,) = inputs
    return swish(x) if attrs["beta"] == 1.0 else multiply(x, sigmoid(scale(x, scale=attrs["beta"])))


def _rms_norm(inputs: list[Any], attrs: dict[str, Any]) -> Any:
    """The two releases' ops of this name have nothing in common but the name."""
    x, weight = (*inputs, None)[:2]
    axes = list(range(attrs["begin_norm_axis"], len(x.dims)))
    mean = reduce_mean(multiply(x, x), dim=axes, keep_dim=True)
    inverse = rsqrt(scale(mean, bias=attrs["epsilon"]))
    out = multiply(x, inverse)
    if weight is not None:
        sizes = [dim if isinstance(dim, int) else -1 for dim in x.dims[attrs["begin_norm_axis"] :]]
        out = multiply(out, reshape(weight, shape=sizes))
    return out, squeeze(inverse, axes=axes) if axes else inverse


def _divide(inputs: list[Any], attrs: dict[str, Any]) -> Any:
    """PaddlePaddle's op divides integers as C does."""
    x, y = inputs
    if not x.dtype.is_inexact:
        x, y = (cast(item, out_dtype=float32) for item in inputs)
    return divide(x, y, **attrs)


def _where(inputs: list[Any], attrs: dict[str, Any]) -> Any:
    """PaddlePaddle's op does not broadcast."""
    if len({tuple(item.dims) for item in inputs}) == 1:
        return where(*inputs)
    zero = fill_any_like(inputs[0], value=0.0, dtype=int32)
    for item in inputs[1:]:
        zero = add(zero, fill_any_like(item, value=0.0, dtype=int32))
    return where(*(_spread(item, zero) for item in inputs))


def _spread(item: Any, zero: Any) -> Any:
    """`item` in the shape of `zero`, which has only zeros."""
    same = cast(zero, out_dtype=item.dtype)
    return logical_or(item, same) if item.dtype.is_bool else add(item, same)


def _reshape(inputs: list[Any], attrs: dict[str, Any]) -> Any:
    """For 2.6.2 a shape without sizes is no shape at all."""
    x, *tensors = inputs
    if list(attrs["shape"]) or any(
        item is not None and item != [] for item in tensors if not hasattr(item, "dims")
    ):
        return reshape(*inputs, **attrs)
    if any(hasattr(item, "dims") for item in tensors) or not x.dims:
        return (
            reshape(*inputs, **attrs)
            if tensors and any(hasattr(item, "dims") for item in tensors)
            else assign(x)
        )
    if len(x.dims) > 1 or x.dims[0] != 1:
        x = reshape(x, shape=[1])
    return squeeze(x, axes=[0])


def _unique(inputs: list[Any], attrs: dict[str, Any]) -> Any:
    """Unless told to sort, PaddlePaddle's op gives the elements as they come, and of vectors only."""
    return unique(*inputs, **{**attrs, "is_sorted": True})


def _split(inputs: list[Any], attrs: dict[str, Any]) -> Any:
    """The axis as a number from the front: PaddlePaddle's op cuts wrongly for a negative one, without a word."""
    x, axis, sections = (*inputs, None, None)[:3]
    known = getattr(axis, "content", None)
    if known is None and getattr(axis, "_data", None) is not None:
        known = axis._data
    number = attrs["axis"] if axis is None else None if known is None else int(known.item())
    if number is None:
        return split(*inputs, **attrs)
    return split(x, None, sections, **{**attrs, "axis": number % max(len(x.dims), 1)})


def _interp(record: Any) -> Callable[[list[Any], dict[str, Any]], Any]:
    def form(inputs: list[Any], attrs: dict[str, Any]) -> Any:
        """One factor for all axes is written for each of them."""
        factors = list(attrs["scale"]) if isinstance(attrs["scale"], (list, tuple)) else [attrs["scale"]]
        if len(factors) == 1 and factors[0]:
            attrs = {**attrs, "scale": factors * (len(inputs[0].dims) - 2)}
        return record(*inputs, **attrs)

    return form


def _take_along_axis(inputs: list[Any], attrs: dict[str, Any]) -> Any:
    """A negative axis is checked against the wrong size."""
    return take_along_axis(*inputs, Axis=attrs["Axis"] % max(len(inputs[0].dims), 1))


def _assert(inputs: list[Any], attrs: dict[str, Any]) -> Any:
    """A file says that something must hold, not with which exception: that would be Python."""
    return OPS["assert"](*inputs, **{**attrs, "error": None})


def _erase(inputs: list[Any], attrs: dict[str, Any]) -> Any:
    """By a loop over the others."""
    array, index = inputs
    index = where(index < 0, index + array_length(array), index)
    return array_picked(array, array_length(array) - 1, lambda i: i + (i >= index).astype("int64"))


def _insert(inputs: list[Any], attrs: dict[str, Any]) -> Any:
    """By loops over what is before and behind."""
    array, item, index = inputs
    before = array_append(array_picked(array, index, lambda i: i), item)
    return array_picked(array, array_length(array) - index, lambda i: i + index, before)


def _scale(inputs: list[Any], attrs: dict[str, Any]) -> Any:
    """Its numbers are float32 in a file, where large integers would become others: then they are tensors."""
    number, bias = attrs["scale"], attrs["bias"]
    exact = all(float(np.float32(v)) == v or not float(v).is_integer() for v in (number, bias))
    if exact or inputs[0].dtype.is_inexact or any(item is not None for item in inputs[1:]):
        return scale(*inputs, **attrs)
    x, number, bias = inputs[0], _whole(inputs[0], number), _whole(inputs[0], bias)
    return add(multiply(x, number), bias) if attrs["bias_after_scale"] else multiply(add(x, bias), number)


def _whole(x: Any, number: float) -> Any:
    """A number as a tensor of the dtype of `x`."""
    return mode.capture.constant(to_tensor(int(number), dtype=x.dtype))  # type: ignore[union-attr]


FORMS: dict[str, Callable[[list[Any], dict[str, Any]], Any]] = {
    "array_erase": _erase,
    "array_insert": _insert,
    "assert": _assert,
    "elementwise_div": _divide,
    "reshape2": _reshape,
    "set_value": _set_value,
    "split": _split,
    "take_along_axis": _take_along_axis,
    "unique": _unique,
    "where": _where,
    "rms_norm": _rms_norm,
    "scale": _scale,
    "slice": _slice,
    "strided_slice": _strided_slice,
    "swish": _swish,
}


def _of_floats(record: Any) -> Callable[[list[Any], dict[str, Any]], Any]:
    """PaddlePaddle 2's functions of floats take no integers."""

    def form(inputs: list[Any], attrs: dict[str, Any]) -> Any:
        x, *rest = inputs
        return record(x if x.dtype.is_inexact else cast(x, out_dtype=float32), *rest, **attrs)

    return form


for _name in [name for name, record in OPS.items() if record.infer_rule is float_like and name not in FORMS]:
    FORMS[_name] = _of_floats(OPS[_name])
for _name in [name for name in OPS if name.endswith("_interp_v2")]:
    FORMS[_name] = _interp(OPS[_name])
