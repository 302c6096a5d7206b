"""Python's operators on tensors: promotion, scalars, and the call of the op."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..dtypes import bool_, default_dtype, dtype_of, of_scalar, promote
from ..errors import InvalidTypeError
from ..ops import elementwise as E
from ..ops.linalg import matmul as _matmul
from .creation import to_tensor
from .tensor import Tensor, method

__all__ = ["astype", "cast"]

_SCALARS = (bool, int, float, complex, np.generic)


@method("astype", "cast")
def astype(x: Tensor, dtype: Any) -> Tensor:
    """``x`` in another dtype (itself when it has it already). Paddle op: cast.

    >>> import paddlelite as paddle
    >>> paddle.to_tensor([1.7]).astype("int32").numpy()
    array([1], dtype=int32)
    """
    target = dtype_of(dtype)
    return E.cast(x, in_dtype=x.dtype, out_dtype=target) if x.dtype is not target else x


cast = astype


def _other(x: Tensor, y: Any) -> Tensor | None:
    """The right operand as a tensor; scalars are weak. None for what Python should try elsewhere."""
    if isinstance(y, Tensor):
        return y
    if isinstance(y, np.generic):
        y = y.item()
    if isinstance(y, _SCALARS):
        return to_tensor(y, dtype=of_scalar(y, x.dtype))
    if isinstance(y, (np.ndarray, list, tuple)):
        return to_tensor(y)
    return None


def operands(x: Any, y: Any, what: str) -> tuple[Tensor, Tensor]:
    """Both operands as tensors of one dtype. Raises InvalidTypeError when they do not mix."""
    if not isinstance(x, Tensor):
        right, left = operands(y, x, what)
        return left, right
    other = _other(x, y)
    if other is None:
        raise InvalidTypeError(f"unsupported operand type(s) for {what}: 'Tensor' and '{type(y).__name__}'")
    if x.dtype is other.dtype:
        return x, other
    if not isinstance(y, Tensor):
        return astype(x, other.dtype), other
    common = promote(x.dtype, other.dtype)
    return astype(x, common), astype(other, common)


def _attach(name: str, op: Any, symbol: str, scalar: Callable[[Tensor, Any], Any] | None = None) -> None:
    """Give Tensor ``__name__`` and ``__rname__``. ``scalar`` is the short way for a Python number."""

    def forward(self: Tensor, other: Any) -> Any:
        a, b = self._data, getattr(other, "_data", None)
        if a is not None and b is not None and a.dtype is b.dtype:
            return op(self, other)
        if scalar is not None and type(other) in (int, float) and (self.dtype.is_inexact or type(other) is int):
            if not self.dtype.is_bool:
                return scalar(self, other)
        if _other_type(other):
            return op(*operands(self, other, symbol))
        return NotImplemented

    def backward(self: Tensor, other: Any) -> Any:
        return op(*reversed(operands(self, other, symbol))) if _other_type(other) else NotImplemented

    forward.__name__, backward.__name__ = f"__{name}__", f"__r{name}__"
    setattr(Tensor, forward.__name__, forward)
    setattr(Tensor, backward.__name__, backward)


def _other_type(other: Any) -> bool:
    return isinstance(other, (Tensor, *_SCALARS, np.ndarray, list, tuple))


_attach("add", E.add, "+", lambda x, k: E.scale(x, bias=float(k)))
_attach("sub", E.subtract, "-", lambda x, k: E.scale(x, bias=-float(k)))
_attach("mul", E.multiply, "*", lambda x, k: E.scale(x, scale=float(k)))
_attach("truediv", E.divide, "/")


@method("__radd__")
def _radd(self: Tensor, other: Any) -> Any:
    return self + other if _other_type(other) else NotImplemented


@method("__rmul__")
def _rmul(self: Tensor, other: Any) -> Any:
    return self * other if _other_type(other) else NotImplemented


@method("__neg__")
def _neg(self: Tensor) -> Tensor:
    return E.scale(self, scale=-1.0)


@method("__matmul__")
def _at(self: Tensor, other: Any) -> Any:
    return _matmul(self, other) if isinstance(other, Tensor) else NotImplemented


def _comparison(name: str, op: Any, symbol: str) -> None:
    def compare(self: Tensor, other: Any) -> Any:
        if not _other_type(other):
            return NotImplemented
        if type(other) is float and not self.dtype.is_inexact:
            return op(astype(self, default_dtype()), to_tensor(other))
        return op(*operands(self, other, symbol))

    compare.__name__ = f"__{name}__"
    setattr(Tensor, compare.__name__, compare)


for _name, _op, _symbol in (
    ("eq", E.equal, "=="),
    ("ne", E.not_equal, "!="),
    ("lt", E.less_than, "<"),
    ("le", E.less_equal, "<="),
    ("gt", E.greater_than, ">"),
    ("ge", E.greater_equal, ">="),
):
    _comparison(_name, _op, _symbol)

# Defining == takes the hash away; tensors are hashed by identity, as in PaddlePaddle.
Tensor.__hash__ = object.__hash__  # type: ignore[method-assign]
BOOL = bool_
