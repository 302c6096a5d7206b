"""Comparisons, logic and bits: paddle.equal, paddle.logical_and, paddle.allclose and their relatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..dtypes import bool_
from ..ops import complexes, elementwise, logic, unary
from .arguments import attach_in_place
from .creation import to_tensor
from .operators import operands, require_tensor, tensors
from .tensor import Tensor, method


def _comparison(name: str, op: Any, sign: str) -> Callable[..., Tensor]:
    def function(x: Tensor, y: Any, name: str | None = None) -> Tensor:
        require_tensor(x, op.type)
        return op(*operands(x, y, op.type))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""``x {sign} y``, elementwise with broadcasting, as a bool tensor. Paddle op: {op.type}.

    ``y`` is a tensor or a number. Raises InvalidTypeError for dtypes that do not mix.
    """
    return method(name)(function)


equal = _comparison("equal", elementwise.equal, "==")
not_equal = _comparison("not_equal", elementwise.not_equal, "!=")
less_than = _comparison("less_than", elementwise.less_than, "<")
less_equal = _comparison("less_equal", elementwise.less_equal, "<=")
greater_than = _comparison("greater_than", elementwise.greater_than, ">")
greater_equal = _comparison("greater_equal", elementwise.greater_equal, ">=")
less = method("less")(less_than)


def _into(out: Tensor | None, value: Tensor) -> Tensor:
    """``value``, written into ``out`` when that is given."""
    return value if out is None else out._write(value)


def _two(name: str, op: Any, text: str) -> Callable[..., Tensor]:
    def function(x: Tensor, y: Tensor, out: Tensor | None = None, name: str | None = None) -> Tensor:
        return _into(out, op(*tensors(x, y, op.type)))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""{text} of two tensors, elementwise with broadcasting. Paddle op: {op.type}.

    Raises InvalidTypeError for dtypes that do not mix{"" if "logical" in name else ", NotFoundError for floats"}.
    """
    return method(name)(function)


logical_and = _two("logical_and", logic.logical_and, "Logical and")
logical_or = _two("logical_or", logic.logical_or, "Logical or")
logical_xor = _two("logical_xor", logic.logical_xor, "Logical exclusive or")
bitwise_and = _two("bitwise_and", logic.bitwise_and, "Bitwise and")
bitwise_or = _two("bitwise_or", logic.bitwise_or, "Bitwise or")
bitwise_xor = _two("bitwise_xor", logic.bitwise_xor, "Bitwise exclusive or")


@method("logical_not")
def logical_not(x: Tensor, out: Tensor | None = None, name: str | None = None) -> Tensor:
    """``not x``, elementwise, as a bool tensor. Paddle op: logical_not."""
    return _into(out, unary.logical_not(require_tensor(x, "logical_not")))


@method("bitwise_not", "bitwise_invert")
def bitwise_not(x: Tensor, out: Tensor | None = None, name: str | None = None) -> Tensor:
    """``~x`` of integers or booleans. Paddle op: bitwise_not. Raises NotFoundError for floats."""
    return _into(out, unary.bitwise_not(require_tensor(x, "bitwise_not")))


bitwise_invert = bitwise_not


@method("bitwise_left_shift")
def bitwise_left_shift(
    x: Tensor, y: Tensor, is_arithmetic: bool = True, out: Tensor | None = None, name: str | None = None
) -> Tensor:
    """``x << y`` of integers. Paddle op: bitwise_left_shift."""
    return _into(out, logic.left_shift(*tensors(x, y, "bitwise_left_shift"), is_arithmetic=is_arithmetic))


@method("bitwise_right_shift")
def bitwise_right_shift(
    x: Tensor, y: Tensor, is_arithmetic: bool = True, out: Tensor | None = None, name: str | None = None
) -> Tensor:
    """``x >> y`` of integers, keeping the sign unless ``is_arithmetic`` is False. Paddle op: bitwise_right_shift."""
    return _into(out, logic.right_shift(*tensors(x, y, "bitwise_right_shift"), is_arithmetic=is_arithmetic))


@method("allclose")
def allclose(
    x: Tensor,
    y: Tensor,
    rtol: float = 1e-05,
    atol: float = 1e-08,
    equal_nan: bool = False,
    name: str | None = None,
) -> Tensor:
    """Whether ``|x - y| <= atol + rtol * |y|`` holds everywhere: one boolean. Paddle op: allclose.

    >>> import paddlelite as paddle
    >>> paddle.allclose(paddle.to_tensor([1.0]), paddle.to_tensor([1.0 + 1e-7])).item()
    True
    """
    return logic.allclose(
        *tensors(x, y, "allclose"), rtol=repr(float(rtol)), atol=repr(float(atol)), equal_nan=bool(equal_nan)
    )


@method("isclose")
def isclose(
    x: Tensor,
    y: Tensor,
    rtol: float = 1e-05,
    atol: float = 1e-08,
    equal_nan: bool = False,
    name: str | None = None,
) -> Tensor:
    """``|x - y| <= atol + rtol * |y|``, elementwise. Paddle op: isclose."""
    return logic.isclose(
        *tensors(x, y, "isclose"), rtol=repr(float(rtol)), atol=repr(float(atol)), equal_nan=bool(equal_nan)
    )


@method("equal_all")
def equal_all(x: Tensor, y: Tensor, name: str | None = None) -> Tensor:
    """Whether two tensors have the same shape and values: one boolean. Paddle op: equal_all."""
    return logic.equal_all(*tensors(x, y, "equal_all"))


@method("isreal")
def isreal(x: Tensor, name: str | None = None) -> Tensor:
    """Whether the imaginary part of each element is 0."""
    if require_tensor(x, "isreal").dtype.is_complex:
        part = complexes.imag(x)
        return elementwise.equal(part, to_tensor(0, dtype=part.dtype))
    from ..ops.creation import fill_any_like

    return fill_any_like(x, value=1.0, dtype=bool_)


def _infinite(x: Tensor, side: float, what: str) -> Tensor:
    if not require_tensor(x, what).dtype.is_floating:
        return unary.isinf(x)
    return elementwise.equal(x, to_tensor(side, dtype=x.dtype))


@method("isposinf")
def isposinf(x: Tensor, name: str | None = None) -> Tensor:
    """Whether each element is positive infinity."""
    return _infinite(x, np.inf, "isposinf")


@method("isneginf")
def isneginf(x: Tensor, name: str | None = None) -> Tensor:
    """Whether each element is negative infinity."""
    return _infinite(x, -np.inf, "isneginf")


@method("isin")
def isin(
    x: Tensor, test_x: Tensor, assume_unique: bool = False, invert: bool = False, name: str | None = None
) -> Tensor:
    """Whether each element of ``x`` occurs in ``test_x``."""
    from .reduction import any

    x, test = tensors(x, test_x, "isin")
    rank = len(x.dims)
    hit = elementwise.equal(x.unsqueeze(-1) if rank else x.reshape([1]), test.reshape([-1]))
    found = any(hit, axis=-1)
    return unary.logical_not(found) if invert else found


_IN_PLACE = """
equal not_equal less_than less_equal greater_than greater_equal logical_and logical_or logical_xor logical_not
bitwise_and bitwise_or bitwise_xor bitwise_not bitwise_left_shift bitwise_right_shift
"""
_in_place = attach_in_place(globals(), _IN_PLACE.split())

__all__ = [*_in_place]  # noqa: PLE0604
__all__ += ["allclose", "bitwise_and", "bitwise_invert", "bitwise_left_shift", "bitwise_not", "bitwise_or"]
__all__ += [
    "bitwise_right_shift",
    "bitwise_xor",
    "equal",
    "equal_all",
    "greater_equal",
    "greater_than",
]
__all__ += [
    "isclose",
    "isin",
    "isneginf",
    "isposinf",
    "isreal",
]
__all__ += [
    "less",
    "less_equal",
    "less_than",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "not_equal",
]
