"""Choosing and finding elements: where, argmax, argsort, topk, nonzero and their relatives."""

from __future__ import annotations

from typing import Any

from ..dtypes import dtype_of
from ..errors import InvalidArgumentError, InvalidTypeError
from ..ops import search
from .arguments import axis_of
from .creation import to_tensor
from .operators import operands, require_tensor
from .tensor import Tensor, method

__all__ = ["argmax", "argmin", "where"]


def where(condition: Tensor, x: Any = None, y: Any = None, name: str | None = None) -> Any:
    """``x`` where the bool tensor ``condition`` holds, else ``y``, with broadcasting. Paddle op: where.

    ``x`` and ``y`` are tensors or numbers; without both it is ``nonzero(condition, as_tuple=True)``.

    >>> import paddlelite as paddle
    >>> x = paddle.to_tensor([-1.0, 2.0])
    >>> paddle.where(x > 0, x, 0.0).numpy()
    array([0., 2.], dtype=float32)
    """
    require_tensor(condition, "where", "condition")
    if x is None and y is None:
        return nonzero(condition, as_tuple=True)
    if x is None or y is None:
        raise InvalidArgumentError("either both or neither of x and y should be given")
    if not condition.dtype.is_bool:
        raise InvalidArgumentError(
            f"The condition of where should be a bool tensor, got {condition.dtype.name}"
        )
    if not isinstance(x, Tensor) and not isinstance(y, Tensor):
        x = to_tensor(x)
    x, y = operands(x, y, "where")
    return search.where(condition, x, y)


@method("where")
def _where(self: Tensor, x: Any, y: Any = None, name: str | None = None) -> Any:
    return where(self, x, y)


def _arg(op: Any, x: Tensor, axis: Any, keepdim: bool, dtype: Any) -> Tensor:
    require_tensor(x, op.type)
    if dtype is None:
        raise InvalidArgumentError("the value of 'dtype' in argmax could not be None, but received None")
    kind = dtype_of(dtype)
    if kind.name not in ("int32", "int64"):
        raise InvalidTypeError(f"dtype must be int32 or int64, got {kind.name}")
    if axis is None:
        return op(x, axis=0, keepdims=bool(keepdim), flatten=True, dtype=kind)
    return op(x, axis=axis_of(axis), keepdims=bool(keepdim), flatten=False, dtype=kind)


@method("argmax")
def argmax(
    x: Tensor, axis: Any = None, keepdim: bool = False, dtype: Any = "int64", name: str | None = None
) -> Tensor:
    """The index of the largest element along ``axis`` (of all, flattened, for None). Paddle op: arg_max.

    >>> import paddlelite as paddle
    >>> paddle.argmax(paddle.to_tensor([[1.0, 5.0], [7.0, 2.0]]), axis=1).numpy()
    array([1, 0])
    """
    return _arg(search.arg_max, x, axis, keepdim, dtype)


@method("argmin")
def argmin(
    x: Tensor, axis: Any = None, keepdim: bool = False, dtype: Any = "int64", name: str | None = None
) -> Tensor:
    """The index of the smallest element along ``axis`` (of all, flattened, for None). Paddle op: arg_min."""
    return _arg(search.arg_min, x, axis, keepdim, dtype)
