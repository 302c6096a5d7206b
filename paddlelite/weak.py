"""Python numbers inside a graph: 0-D values that take the dtype of the tensor they meet.

A Python number that a branch or loop changes, and a size known only when the graph runs, are tensors to the graph but
numbers to the user: ``x * n`` must keep the dtype of ``x``. :class:`Number` is a Value with a number's manners. It
overrides the reflected operators too, and being a subclass it is asked first by Python.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from .dtypes import DType, bool_, complex64, default_dtype, int64, of_scalar, rank
from .ir import Value
from .refusal import refuse
from .tensor.tensor import Tensor

__all__ = ["SAMPLES", "Number", "is_weak", "joined_dtype", "kinds_of", "leaf_dtype", "the_kind", "weaken"]

#: A Python number of each kind.
SAMPLES: tuple[Any, ...] = (True, 1, 1.0, 1j)


class Number(Value):
    """A 0-D value that stands for a Python number.

    ``mixed`` are the kinds (see :func:`rank`) that the number has on the ways that lead to it, where they differ: an
    int on one and a float on another. It computes as the widest of them, and is refused where that would show.
    """

    weak = True
    mixed: frozenset[int] = frozenset()

    def __repr__(self) -> str:
        return f"Number({self._dtype.name}, name={self.name})"

    def __round__(self, digits: int | None = None) -> Any:
        """The nearest int, the even one of two. Raises CaptureError for a number of digits."""
        if digits is not None:
            raise refuse(
                "this number is known only when the graph runs, and round() to digits is no op",
                "Use paddle.round().",
            )
        if the_kind(self) < 2:
            return self + 0
        up = (self + 0.5).floor()
        odd_half = (up - self == 0.5).logical_and(up % 2 == 1)
        return weaken((up - odd_half.astype(up.dtype)).astype(int64))


def is_weak(x: Any) -> bool:
    """Whether ``x`` stands for a Python number (or is one), or for a list of such."""
    return not isinstance(x, Tensor) or getattr(x, "weak", False)


def weaken(value: Any, kinds: frozenset[int] = frozenset()) -> Any:
    """``value`` itself, as a Number (of one of some kinds) when it is a 0-D value of a graph.

    A TensorArray then holds Numbers.
    """
    if type(value) is Value and value.array:
        value.weak = True  # type: ignore[attr-defined]
    elif type(value) is Value and not value.dims:
        value.__class__ = Number
        value.mixed = kinds if len(kinds) > 1 else frozenset()
    return value


def kinds_of(x: Any) -> frozenset[int]:
    """The kinds that a Python number, or what stands for one, may have."""
    if isinstance(x, Tensor):
        return getattr(x, "mixed", None) or frozenset([rank(x.dtype)])
    plain = x.item() if isinstance(x, np.generic) else x
    return frozenset(i for i, kind in enumerate((bool, int, float, complex)) if type(plain) is kind)


def leaf_dtype(x: Any) -> DType:
    """The dtype of a tensor; a Python number has that of its kind."""
    if isinstance(x, Tensor):
        return x.dtype
    number = x.item() if isinstance(x, np.generic) else x
    kind = next(i for i, kind in enumerate((bool, int, float, complex)) if isinstance(number, kind))
    return (bool_, int64, default_dtype(), complex64)[kind]


def joined_dtype(one: DType, one_weak: bool, two: DType, two_weak: bool) -> DType | None:
    """The dtype of what is ``one`` or ``two``: a number takes that of the tensor, unless it is of a higher kind.

    None where there is none.
    """
    if one_weak and two_weak:
        return max(one, two, key=rank)
    weak, strong = (one, two) if one_weak else (two, one)
    if one_weak != two_weak and rank(weak) <= rank(strong):
        return strong
    return one if one is two else None


def the_kind(number: Number) -> int:
    """The kind of a number. Raises CaptureError where it is not the same on all ways."""
    if not number.mixed:
        return rank(number.dtype)
    names = " on one path and a ".join(_NAMES[k] for k in sorted(number.mixed))
    raise refuse(
        f"this number is a {names} on another, and here it makes a difference which",
        "Give it one type on all paths.",
    )


_NAMES = ("bool", "Python int", "float", "complex")


def _meet(number: Number, other: Any) -> tuple[Any, Any]:
    """Both operands in the dtype of the operation."""
    if not issubclass(type(other), Tensor) or number.dtype is other.dtype:
        return number, other
    if isinstance(other, Number):
        strong = max(number.dtype, other.dtype, key=rank)
    else:
        kind = rank(number.dtype)
        if number.mixed and kind > rank(other.dtype):
            kind = the_kind(number)
        strong = of_scalar(SAMPLES[kind], other.dtype)
    return number.astype(strong), other.astype(strong)


def _arithmetic(name: str, mixes: bool) -> None:
    base: Callable[[Any, Any], Any] = getattr(Tensor, name)

    def operate(self: Number, other: Any) -> Any:
        left, right = _meet(self, other)
        result = base(left, right)
        if result is NotImplemented or not is_weak(other):
            return result
        pairs = {max(a, b) for a in kinds_of(self) for b in kinds_of(other)}
        return weaken(result, frozenset(pairs if mixes else ()))

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
            _arithmetic(f"__{_prefix}{_name}__", mixes=_name != "truediv")


def _comparison(name: str) -> None:
    compare = getattr(operator, name)
    _arithmetic(f"__{name}__", mixes=False)
    computed = getattr(Number, f"__{name}__")

    def decided(self: Number, other: Any) -> Any:
        """Sizes with a known difference are compared at once."""
        mine, its = _size(self), _size(other)
        difference = None if mine is None or its is None else mine - its
        return compare(difference, 0) if isinstance(difference, int) else computed(self, other)

    setattr(Number, f"__{name}__", decided)


def _size(x: Any) -> Any:
    """The size that a number is, if it is one."""
    if type(x) is int:
        return x
    content = x.content if issubclass(type(x), Value) else None
    return None if content is None or content.ndim else content.item()


for _name in ("lt", "le", "gt", "ge", "eq", "ne"):
    _comparison(_name)
Number.__hash__ = Value.__hash__  # type: ignore[method-assign]


def _unary(name: str) -> None:
    base: Callable[[Any], Any] = getattr(Tensor, name)
    setattr(Number, name, lambda self: weaken(base(self), self.mixed))


for _name in ("__neg__", "__pos__", "__abs__", "__invert__"):
    _unary(_name)
