"""Reductions: sum, max, min, prod, all, any, logsumexp and their relatives. mean and the statistics are in stat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..dtypes import bool_, default_dtype, dtype_of, int32, int64
from ..errors import InvalidArgumentError
from ..ops import elementwise, reduce, unary
from .arguments import axes_of, reduction
from .creation import to_tensor
from .operators import astype, require_tensor
from .tensor import Tensor, method

__all__ = ["all", "amax", "amin", "any", "count_nonzero", "logsumexp", "max", "min", "nansum", "prod", "sum"]


@method("sum")
def sum(
    x: Tensor, axis: Any = None, dtype: Any = None, keepdim: bool = False, name: str | None = None
) -> Tensor:
    """The sum over ``axis`` (an int, several, None for all). bool and int32 add up to int64. Paddle op: reduce_sum.

    Raises InvalidArgumentError for an axis out of range.

    >>> import paddlelite as paddle
    >>> paddle.sum(paddle.to_tensor([[1.0, 2.0], [3.0, 4.0]]), axis=1).numpy()
    array([3., 7.], dtype=float32)
    """
    own = require_tensor(x, "sum").dtype
    if dtype is not None:
        target = dtype_of(dtype)
    else:
        target = int64 if own is bool_ or own is int32 else own
    if target is own:
        return reduce.reduce_sum(x, **reduction(axis, keepdim))
    return reduce.reduce_sum(x, **reduction(axis, keepdim), in_dtype=x.dtype, out_dtype=target)


@method("nansum")
def nansum(
    x: Tensor, axis: Any = None, dtype: Any = None, keepdim: bool = False, name: str | None = None
) -> Tensor:
    """The sum over ``axis``, nan counting as 0."""
    from .search import where

    return sum(where(unary.isnan(x), to_tensor(0, dtype=x.dtype), x), axis, dtype, keepdim)


@method("prod")
def prod(
    x: Tensor, axis: Any = None, keepdim: bool = False, dtype: Any = None, name: str | None = None
) -> Tensor:
    """The product over ``axis``. Paddle op: reduce_prod."""
    require_tensor(x, "prod")
    if dtype is not None:
        x = astype(x, dtype)
    return reduce.reduce_prod(x, **reduction(axis, keepdim))


def _extremum(name: str, op: Any, text: str) -> Callable[..., Tensor]:
    def function(x: Tensor, axis: Any = None, keepdim: bool = False, name: str | None = None) -> Tensor:
        _refuse_empty(require_tensor(x, op.type), axis)
        return op(x, **reduction(axis, keepdim))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""{text} over ``axis``. Paddle op: {op.type}.

    Raises InvalidArgumentError for an axis out of range or an empty axis.
    """
    return method(name)(function)


def _refuse_empty(x: Tensor, axis: Any) -> None:
    axes = axes_of(axis)
    for i, d in enumerate(x.dims):
        if isinstance(d, int) and d == 0 and (not axes or i in axes or i - len(x.dims) in axes):
            raise InvalidArgumentError(
                f"a reduction over an axis of size 0 has no extremum (shape {list(x.dims)})."
            )


max = _extremum("max", reduce.reduce_max, "The largest element")
min = _extremum("min", reduce.reduce_min, "The smallest element")
amax = _extremum("amax", reduce.reduce_amax, "The largest element (equal ones share the gradient)")
amin = _extremum("amin", reduce.reduce_amin, "The smallest element (equal ones share the gradient)")


def _truth(name: str, op: Any, text: str) -> Callable[..., Tensor]:
    def function(x: Tensor, axis: Any = None, keepdim: bool = False, name: str | None = None) -> Tensor:
        return op(astype(require_tensor(x, op.type), bool_), **reduction(axis, keepdim))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"{text} over ``axis``, as a bool tensor. Paddle op: {op.type}."
    return method(name)(function)


all = _truth("all", reduce.reduce_all, "Whether every element is true (not 0)")
any = _truth("any", reduce.reduce_any, "Whether some element is true (not 0)")


@method("logsumexp")
def logsumexp(x: Tensor, axis: Any = None, keepdim: bool = False, name: str | None = None) -> Tensor:
    """``log(sum(exp(x)))`` over ``axis`` without overflow. Paddle op: logsumexp.

    >>> import paddlelite as paddle
    >>> paddle.logsumexp(paddle.to_tensor([1000.0, 1000.0])).item()
    1000.693...
    """
    axes = axes_of(axis)
    x = require_tensor(x, "logsumexp")
    x = x if x.dtype.is_inexact else astype(x, default_dtype())
    return reduce.logsumexp(x, axis=axes, keepdim=bool(keepdim), reduce_all=not axes)


@method("count_nonzero")
def count_nonzero(x: Tensor, axis: Any = None, keepdim: bool = False, name: str | None = None) -> Tensor:
    """How many elements are not 0, as int64."""
    zero = to_tensor(0, dtype=require_tensor(x, "count_nonzero").dtype)
    return sum(elementwise.not_equal(x, zero), axis, int64, keepdim)
