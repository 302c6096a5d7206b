"""Statistics: mean, variance, standard deviation, number of elements."""

from __future__ import annotations

from typing import Any

from ..dtypes import default_dtype, int64
from ..errors import InvalidArgumentError
from ..ops import elementwise, reduce, unary
from ..ops.along_axis import take_along_axis
from ..ops.index import slice_
from ..ops.rules import axes_in
from ..ops.sort import argsort
from .arguments import axes_of, reduction
from .attribute import size_value
from .creation import to_tensor
from .operators import astype, require_tensor
from .search import where
from .tensor import Tensor, method

__all__ = ["mean", "median", "nanmean", "nanmedian", "nanquantile", "quantile", "std", "var"]


@method("mean")
def mean(x: Tensor, axis: Any = None, keepdim: bool = False, name: str | None = None) -> Tensor:
    """The mean over ``axis`` (an int, several, or None for all), in the dtype of ``x``. Paddle op: reduce_mean.

    Raises InvalidArgumentError for an axis out of range.

    >>> import paddlelite as paddle
    >>> paddle.mean(paddle.to_tensor([[1.0, 2.0], [3.0, 4.0]]), axis=0).numpy()
    array([2., 3.], dtype=float32)
    """
    return reduce.reduce_mean(require_tensor(x, "mean"), **reduction(axis, keepdim))


@method("nanmean")
def nanmean(x: Tensor, axis: Any = None, keepdim: bool = False, name: str | None = None) -> Tensor:
    """The mean over ``axis`` of what is not nan."""
    from .reduction import nansum, sum

    known = astype(unary.logical_not(unary.isnan(require_tensor(x, "nanmean"))), x.dtype)
    return elementwise.divide(nansum(x, axis, keepdim=keepdim), sum(known, axis, keepdim=keepdim))


@method("var")
def var(
    x: Tensor, axis: Any = None, unbiased: bool = True, keepdim: bool = False, name: str | None = None
) -> Tensor:
    """The variance over ``axis``, divided by n - 1 (n when not ``unbiased``)."""
    x = require_tensor(x, "var")
    x = x if x.dtype.is_inexact else astype(x, default_dtype())
    distance = elementwise.subtract(x, mean(x, axis, True))
    total = reduce.reduce_sum(unary.square(distance), **reduction(axis, keepdim))
    return elementwise.divide(total, _count(x, axis, 1 if unbiased else 0))


def _count(x: Tensor, axis: Any, less: int) -> Tensor:
    """The number of elements that are reduced, minus ``less``, as a float tensor."""
    count: Any = 1
    for a in axes_of(axis) or range(len(x.dims)):
        count = count * size_value(x, a)
    if isinstance(count, int):
        return to_tensor(float(count - less), dtype=x.dtype)
    return astype(count - less, x.dtype)


@method("std")
def std(
    x: Tensor, axis: Any = None, unbiased: bool = True, keepdim: bool = False, name: str | None = None
) -> Tensor:
    """The standard deviation over ``axis``: the root of :func:`var`."""
    return unary.sqrt(var(x, axis, unbiased, keepdim))


def _along(x: Tensor, axis: Any) -> tuple[Tensor, list[int]]:
    """``x`` with the axes to reduce flattened into one at the end, and the axes."""
    rank = len(x.dims)
    axes = list(axes_in(axes_of(axis) or range(rank), rank)) if rank else []
    kept = [i for i in range(rank) if i not in axes]
    if axes != list(range(len(kept), rank)) or not rank:
        x = x.transpose([*kept, *axes]) if rank else x.reshape([1])
    return (x.flatten(len(kept), -1) if len(axes) > 1 else x), axes


def _keep(out: Tensor, axes: list[int], keepdim: bool, rank: int) -> Tensor:
    if not keepdim:
        return out
    return out.unsqueeze(sorted(axes)) if rank else out


@method("median")
def median(
    x: Tensor, axis: Any = None, keepdim: bool = False, mode: str = "avg", name: str | None = None
) -> Any:
    """The middle element along ``axis``; of two the mean (``mode="avg"``) or the smaller one ("min", with its place).

    nan anywhere gives nan. Raises InvalidArgumentError for another mode.

    >>> import paddlelite as paddle
    >>> paddle.median(paddle.to_tensor([1.0, 3.0, 2.0, 4.0])).item()
    2.5
    """
    if mode not in ("avg", "min"):
        raise InvalidArgumentError(f"Mode {mode} is not supported. Must be avg or min.")
    rank = len(require_tensor(x, "median").dims)
    row, axes = _along(x, axis)
    size = _known(row.dims[-1], "median")
    out, places = argsort(row, axis=-1)
    low, high = (size - 1) // 2, size // 2
    nan = unary.isnan(row).any(-1) if x.dtype.is_floating else None
    if mode == "min":
        value, place = _at(out, low), _at(places, low)
        if nan is not None:
            value = where(nan, to_tensor(float("nan"), dtype=x.dtype), value)
        value, place = _keep(value, axes, keepdim, rank), _keep(place, axes, keepdim, rank)
        return value if axis is None else (value, place)
    out = out if x.dtype.is_inexact else astype(out, default_dtype())
    value = elementwise.scale(elementwise.add(_at(out, low), _at(out, high)), scale=0.5)
    if nan is not None:
        value = where(nan, to_tensor(float("nan"), dtype=x.dtype), value)
    return _keep(value, axes, keepdim, rank)


def _known(size: Any, what: str) -> int:
    if not isinstance(size, int):
        raise InvalidArgumentError(f"{what} needs an axis of known size, got {size}")
    if size == 0:
        raise InvalidArgumentError(f"{what} of an empty axis")
    return size


def _at(x: Tensor, place: int) -> Tensor:
    last = len(x.dims) - 1
    return slice_(x, axes=[last], starts=[place], ends=[place + 1], decrease_axis=[last])


@method("nanmedian")
def nanmedian(
    x: Tensor, axis: Any = None, keepdim: bool = False, mode: str = "avg", name: str | None = None
) -> Tensor:
    """:func:`median` of what is not nan."""
    if mode not in ("avg", "min"):
        raise InvalidArgumentError(f"Mode {mode} is not supported. Must be avg or min.")
    return nanquantile(x, 0.5, axis, keepdim, interpolation="midpoint" if mode == "avg" else "lower")


_INTERPOLATIONS = ("linear", "lower", "higher", "nearest", "midpoint")


@method("quantile")
def quantile(
    x: Tensor,
    q: Any,
    axis: Any = None,
    keepdim: bool = False,
    interpolation: str = "linear",
    name: str | None = None,
) -> Tensor:
    """The q-quantile along ``axis``, for one ``q`` in [0, 1] or a list of them (a new first axis).

    >>> import paddlelite as paddle
    >>> paddle.quantile(paddle.to_tensor([1.0, 2.0, 3.0, 4.0]), 0.5).item()
    2.5
    """
    return _quantile(x, q, axis, keepdim, interpolation, False)


@method("nanquantile")
def nanquantile(
    x: Tensor,
    q: Any,
    axis: Any = None,
    keepdim: bool = False,
    interpolation: str = "linear",
    name: str | None = None,
) -> Tensor:
    """:func:`quantile` of what is not nan."""
    return _quantile(x, q, axis, keepdim, interpolation, True)


def _quantile(x: Tensor, q: Any, axis: Any, keepdim: bool, interpolation: str, skip_nan: bool) -> Tensor:
    if interpolation not in _INTERPOLATIONS:
        raise InvalidArgumentError(
            f"interpolation must be one of {', '.join(_INTERPOLATIONS)}, got {interpolation!r}"
        )
    wanted = q.tolist() if isinstance(q, Tensor) else q
    many = isinstance(wanted, (list, tuple))
    qs = [float(v) for v in (wanted if many else [wanted])]
    if not qs or any(not 0 <= v <= 1 for v in qs):
        raise InvalidArgumentError(f"q should be in range [0, 1] and not empty, got {q}")
    x = require_tensor(x, "quantile")
    rank = len(x.dims)
    x = x if x.dtype.is_inexact else astype(x, default_dtype())
    row, axes = _along(x, axis)
    size = _known(row.dims[-1], "quantile")
    nan = astype(unary.isnan(row), x.dtype)
    bad = reduce.reduce_sum(nan, dim=[-1], keep_dim=True)
    # nan is the largest in order, so the numbers come first.
    ordered = argsort(row, axis=-1)[0]
    last = elementwise.scale(bad, scale=-1.0, bias=float(size - 1))
    found = []
    for v in qs:
        position = elementwise.scale(
            last if skip_nan else elementwise.scale(bad, scale=0.0, bias=float(size - 1)), scale=v
        )
        out = _interpolated(ordered, position, interpolation)
        out = (
            out
            if skip_nan
            else where(elementwise.greater_than(bad, to_tensor(0.0, dtype=x.dtype)), _nan(x), out)
        )
        found.append(_keep(out.squeeze(-1), axes, keepdim, rank))
    if not many:
        return found[0]
    from ..ops.join import stack

    return stack(found, axis=0)


def _nan(x: Tensor) -> Tensor:
    return to_tensor(float("nan"), dtype=x.dtype)


def _interpolated(ordered: Tensor, position: Tensor, how: str) -> Tensor:
    """What stands at a fractional position of the last axis (negative where there is nothing: nan)."""
    nothing = elementwise.less_than(position, to_tensor(0.0, dtype=position.dtype))
    position = where(nothing, to_tensor(0.0, dtype=position.dtype), position)
    low, high = unary.floor(position), unary.ceil(position)
    if how == "nearest":
        low = high = unary.round_(position)
    elif how == "lower":
        high = low
    elif how == "higher":
        low = high
    a, b = (take_along_axis(ordered, astype(p, int64), Axis=len(ordered.dims) - 1) for p in (low, high))
    if how in ("nearest", "lower", "higher"):
        out = a
    elif how == "midpoint":
        out = elementwise.scale(elementwise.add(a, b), scale=0.5)
    else:
        out = elementwise.add(
            a, elementwise.multiply(elementwise.subtract(position, low), elementwise.subtract(b, a))
        )
    return where(nothing, _nan(out), out)
