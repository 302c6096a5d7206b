"""Ops whose calls mean something else in PaddlePaddle than here unless they are written in a certain way.

Each form takes the inputs (slot by slot) and attributes of a call and makes the calls that a file should hold.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from paddlelite.ops.activation import swish
from paddlelite.ops.creation import fill_constant
from paddlelite.ops.elementwise import add, cast, equal, multiply, scale
from paddlelite.ops.index import slice_, strided_slice
from paddlelite.ops.order import flip
from paddlelite.ops.reduce import reduce_mean
from paddlelite.ops.shape import reshape, squeeze
from paddlelite.ops.unary import rsqrt, sigmoid

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
    starts, ends, strides = [], [], []
    for start, end, step in zip(attrs["starts"], attrs["ends"], attrs["strides"], strict=True):
        if step < 0:
            start, end, step = _turned(start), (_END if end == -1 or end < -_FAR else _turned(end)), -step
        starts.append(start)
        ends.append(end)
        strides.append(step)
    turned = flip(inputs[0], axis=back)
    return strided_slice(
        turned, **{**attrs, "starts": starts, "ends": ends, "strides": strides, "infer_flags": flags}
    )


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


FORMS: dict[str, Callable[[list[Any], dict[str, Any]], Any]] = {
    "rms_norm": _rms_norm,
    "slice": _slice,
    "strided_slice": _strided_slice,
    "swish": _swish,
}
