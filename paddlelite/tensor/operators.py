"""Python's operators on tensors: promotion, scalars, and the call of the op."""

from __future__ import annotations

from collections.abc import Callable
from math import frexp
from typing import Any

import numpy as np

from ..bind import bind
from ..dtypes import DType, default_dtype, dtype_of, of_scalar, promote, promote_scalars, rank
from ..errors import InvalidArgumentError, InvalidTypeError
from ..mode import mode
from ..ops import binary as B
from ..ops import elementwise as E
from ..ops import logic as L
from ..ops import unary as U
from ..ops.linalg import matmul as _matmul
from .creation import to_tensor
from .tensor import Tensor, _wrap_array, method

__all__ = ["astype", "cast"]

_SCALARS = (bool, int, float, complex, np.generic)
_RIGHT = (Tensor, *_SCALARS, np.ndarray)


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
        kind = of_scalar(y, x.dtype)  # type: ignore[arg-type]
        return _wrap_array(np.array(y, kind.np)) if mode.capture is None else to_tensor(y, dtype=kind)
    return to_tensor(y) if isinstance(y, np.ndarray) else None


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
    if not isinstance(y, (Tensor, np.ndarray)):
        return astype(x, other.dtype), other
    common = _common(x, other)
    return astype(x, common), astype(other, common)


def _common(x: Tensor, y: Tensor) -> DType:
    """The dtype of an operation on two tensors: a 0-D one is a scalar, which only changes the kind of the other."""
    if not x.dims and not y.dims:
        return promote_scalars(x.dtype, y.dtype)
    if not x.dims or not y.dims:
        tensor, number = (y, x) if not x.dims else (x, y)
        return number.dtype if rank(number.dtype) > rank(tensor.dtype) else tensor.dtype
    return promote(x.dtype, y.dtype)


def tensors(x: Any, y: Any, what: str) -> tuple[Tensor, Tensor]:
    """Two arguments that must be tensors, in one dtype. Raises InvalidArgumentError for anything else."""
    for name, value in (("x", x), ("y", y)):
        require_tensor(value, what, name)
    if x.dtype is y.dtype:
        return x, y
    common = _common(x, y)
    return astype(x, common), astype(y, common)


def require_tensor(x: Any, what: str, name: str = "x") -> Tensor:
    """``x`` itself. Raises InvalidArgumentError when it is not a Tensor."""
    if not isinstance(x, Tensor):
        raise InvalidArgumentError(f"{what}(): argument '{name}' must be Tensor, but got {type(x).__name__}")
    return x


def _attach(name: str, op: Any, symbol: str, scalar: Callable[[Tensor, Any], Any] | None = None) -> None:
    """Give Tensor ``__name__`` and ``__rname__``. ``scalar`` is the short way for a Python number."""

    def forward(self: Tensor, other: Any) -> Any:
        # The order of the tests is that of a hot path: equal dtypes, then Python numbers.
        kind = type(other)
        if kind is float or kind is int:
            if scalar is not None:
                dtype = self.dtype
                if dtype.category == "f" or (kind is int and dtype.category == "i"):
                    return scalar(self, other)
        elif issubclass(kind, Tensor):  # by its true type: what stands for a tensor has operators of its own
            a, b = self._data, other._data
            if a is not None and b is not None and a.dtype is b.dtype:
                return bind(op, self, other)
        if issubclass(kind, _RIGHT):
            return op(*operands(self, other, symbol))
        return NotImplemented

    def backward(self: Tensor, other: Any) -> Any:
        known = issubclass(type(other), _RIGHT)
        return op(*reversed(operands(self, other, symbol))) if known else NotImplemented

    forward.__name__, backward.__name__ = f"__{name}__", f"__r{name}__"
    setattr(Tensor, forward.__name__, forward)
    setattr(Tensor, backward.__name__, backward)


def _divided_by(x: Tensor, k: Any) -> Tensor:
    """``x / k``: a multiplication where that is as exact, that is for powers of 2."""
    if abs(frexp(k)[0]) == 0.5 and x.dtype.category == "f":
        return E.scale(x, scale=1.0 / k)
    return E.divide(*operands(x, float(k), "/"))


_attach("add", E.add, "+", lambda x, k: E.scale(x, bias=k))
_attach("sub", E.subtract, "-", lambda x, k: E.scale(x, bias=-k))
_attach("mul", E.multiply, "*", lambda x, k: E.scale(x, scale=k))
_attach("truediv", E.divide, "/", _divided_by)
_attach("floordiv", B.floor_divide, "//")
_attach("mod", B.remainder, "%")
_attach("and", L.bitwise_and, "&")
_attach("or", L.bitwise_or, "|")
_attach("xor", L.bitwise_xor, "^")
_attach("lshift", L.left_shift, "<<")
_attach("rshift", L.right_shift, ">>")
_attach("pow", B.pow_, "**", lambda x, k: B.power(x, factor=k))


@method("__radd__")
def _radd(self: Tensor, other: Any) -> Any:
    return self + other if isinstance(other, _RIGHT) else NotImplemented


@method("__rmul__")
def _rmul(self: Tensor, other: Any) -> Any:
    return self * other if isinstance(other, _RIGHT) else NotImplemented


@method("__neg__")
def _neg(self: Tensor) -> Tensor:
    return E.scale(self, scale=-1.0)


@method("__pos__")
def _pos(self: Tensor) -> Tensor:
    return self


@method("__abs__")
def _abs(self: Tensor) -> Tensor:
    return U.abs_(self)


@method("__invert__")
def _invert(self: Tensor) -> Tensor:
    return U.bitwise_not(self)


@method("__divmod__")
def _divmod(self: Tensor, other: Any) -> Any:
    return (self // other, self % other) if isinstance(other, _RIGHT) else NotImplemented


@method("__rdivmod__")
def _rdivmod(self: Tensor, other: Any) -> Any:
    return (other // self, other % self) if isinstance(other, _RIGHT) else NotImplemented


@method("__matmul__")
def _at(self: Tensor, other: Any) -> Any:
    if isinstance(other, np.ndarray):
        other = to_tensor(other)
    return _matmul(self, other) if issubclass(type(other), Tensor) else NotImplemented


@method("__rmatmul__")
def _rat(self: Tensor, other: Any) -> Any:
    return _matmul(to_tensor(other), self) if isinstance(other, np.ndarray) else NotImplemented


def _comparison(name: str, op: Any, symbol: str) -> None:
    def compare(self: Tensor, other: Any) -> Any:
        if not issubclass(type(other), _RIGHT):
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
Tensor.__hash__ = object.__hash__  # type: ignore[assignment,method-assign]
