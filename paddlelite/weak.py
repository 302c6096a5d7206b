"""Python numbers inside a graph: 0-D values that take the dtype of the tensor they meet.

A Python number that a branch or loop changes, and a size known only when the graph runs, are tensors to the graph but
numbers to the user: ``x * n`` must keep the dtype of ``x``. :class:`Number` is a Value with a number's manners. It
overrides the reflected operators too, and being a subclass it is asked first by Python.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .dtypes import DType, of_scalar
from .ir import Value
from .tensor.tensor import Tensor

__all__ = ["Number", "is_weak", "weaken"]

_SAMPLES: tuple[Any, ...] = (True, 1, 1.0, 1j)


class Number(Value):
    """A 0-D value that stands for a Python number."""

    weak = True

    def __repr__(self) -> str:
        return f"Number({self._dtype.name}, name={self.name})"


def is_weak(x: Any) -> bool:
    """Whether ``x`` stands for a Python number (or is one), or for a list of such."""
    return not isinstance(x, Tensor) or getattr(x, "weak", False)


def weaken(value: Any) -> Any:
    """``value`` itself, as a Number when it is a 0-D value of a graph; a TensorArray then holds Numbers."""
    if type(value) is Value and value.array:
        value.weak = True  # type: ignore[attr-defined]
    elif type(value) is Value and not value.dims:
        value.__class__ = Number
    return value


def rank(dtype: DType) -> int:
    """0 for bool, 1 for integers, 2 for floats, 3 for complex: the kind of Python number."""
    return 0 if dtype.is_bool else 1 if dtype.is_integer else 3 if dtype.is_complex else 2


def _meet(number: Number, other: Any) -> tuple[Any, Any]:
    """Both operands in the dtype of the operation."""
    if not isinstance(other, Tensor) or number.dtype is other.dtype:
        return number, other
    if isinstance(other, Number):
        strong = max(number.dtype, other.dtype, key=rank)
    else:
        strong = of_scalar(_SAMPLES[rank(number.dtype)], other.dtype)
    return number.astype(strong), other.astype(strong)


def _arithmetic(name: str, weak_result: bool = True) -> None:
    base: Callable[[Any, Any], Any] = getattr(Tensor, name)

    def operate(self: Number, other: Any) -> Any:
        left, right = _meet(self, other)
        result = base(left, right)
        return weaken(result) if weak_result and is_weak(other) and result is not NotImplemented else result

    operate.__name__ = name
    setattr(Number, name, operate)


for _name in (
    "add",
    "sub",
    "mul",
    "truediv",
    "floordiv",
    "mod",
    "pow",
    "and",
    "or",
    "xor",
    "lshift",
    "rshift",
):
    for _prefix in ("", "r"):
        if hasattr(Tensor, f"__{_prefix}{_name}__"):
            _arithmetic(f"__{_prefix}{_name}__")
for _name in ("lt", "le", "gt", "ge", "eq", "ne"):
    _arithmetic(f"__{_name}__", weak_result=False)
Number.__hash__ = Value.__hash__  # type: ignore[method-assign]


def _unary(name: str) -> None:
    base: Callable[[Any], Any] = getattr(Tensor, name)
    setattr(Number, name, lambda self: weaken(base(self)))


for _name in ("__neg__", "__pos__", "__abs__", "__invert__"):
    _unary(_name)
