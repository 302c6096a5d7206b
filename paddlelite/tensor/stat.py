"""Statistics: mean, variance, standard deviation, number of elements."""

from __future__ import annotations

from typing import Any

from ..dtypes import default_dtype
from ..ops import elementwise, reduce, unary
from .arguments import axes_of, reduction
from .attribute import size_value
from .creation import to_tensor
from .operators import astype, require_tensor
from .tensor import Tensor, method

__all__ = ["mean", "nanmean", "std", "var"]


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
    """The number of elements that are reduced, minus ``less`` (but at least 1), as a float tensor."""
    count: Any = 1
    for a in axes_of(axis) or range(len(x.dims)):
        count = count * size_value(x, a)
    if isinstance(count, int):
        return to_tensor(float(max(count - less, 1) if less else count), dtype=x.dtype)
    return astype(count - less, x.dtype)


@method("std")
def std(
    x: Tensor, axis: Any = None, unbiased: bool = True, keepdim: bool = False, name: str | None = None
) -> Tensor:
    """The standard deviation over ``axis``: the root of :func:`var`."""
    return unary.sqrt(var(x, axis, unbiased, keepdim))
