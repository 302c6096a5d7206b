"""Mathematical functions of two tensors: paddle.add, paddle.maximum, paddle.pow, paddle.gcd and their relatives."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..dtypes import default_dtype
from ..errors import InvalidTypeError
from ..op import OPS
from ..ops import binary, elementwise, unary
from .arguments import attach_in_place, number
from .creation import to_tensor
from .operators import astype, operands, require_tensor, tensors
from .tensor import Tensor, method


@method("add")
def add(x: Tensor, y: Tensor, name: str | None = None) -> Tensor:
    """``x + y`` with broadcasting. Paddle op: elementwise_add.

    Raises InvalidTypeError for dtypes that do not mix, InvalidArgumentError for shapes that do not broadcast.

    >>> import paddlelite as paddle
    >>> paddle.add(paddle.to_tensor([1.0, 2.0]), paddle.to_tensor([10.0])).numpy()
    array([11., 12.], dtype=float32)
    """
    return elementwise.add(*tensors(x, y, "add"))


@method("subtract")
def subtract(x: Tensor, y: Tensor, name: str | None = None) -> Tensor:
    """``x - y`` with broadcasting. Paddle op: elementwise_sub."""
    return elementwise.subtract(*tensors(x, y, "subtract"))


@method("multiply")
def multiply(x: Tensor, y: Tensor, name: str | None = None) -> Tensor:
    """``x * y`` with broadcasting. Paddle op: elementwise_mul."""
    return elementwise.multiply(*tensors(x, y, "multiply"))


@method("divide")
def divide(x: Tensor, y: Tensor, name: str | None = None) -> Tensor:
    """``x / y`` with broadcasting; integers divide to float32. Paddle op: elementwise_div."""
    return elementwise.divide(*tensors(x, y, "divide"))


@method("floor_divide")
def floor_divide(x: Tensor, y: Tensor, name: str | None = None) -> Tensor:
    """``floor(x / y)`` with broadcasting. Paddle op: elementwise_floordiv.

    Raises OutOfRangeError for integers divided by zero.

    >>> import paddlelite as paddle
    >>> paddle.floor_divide(paddle.to_tensor([7, -7]), paddle.to_tensor([2, 2])).numpy()
    array([ 3, -4])
    """
    return binary.floor_divide(*tensors(x, y, "floor_divide"))


@method("remainder", "mod", "floor_mod")
def remainder(x: Tensor, y: Tensor, name: str | None = None) -> Tensor:
    """``x % y`` with the sign of ``y``, with broadcasting. Paddle op: elementwise_mod.

    Raises OutOfRangeError for integers modulo zero.
    """
    return binary.remainder(*tensors(x, y, "remainder"))


mod = floor_mod = remainder


@method("maximum")
def maximum(x: Tensor, y: Tensor, name: str | None = None) -> Tensor:
    """The larger of two elements; nan wins. Paddle op: elementwise_max."""
    return binary.maximum(*tensors(x, y, "maximum"))


@method("minimum")
def minimum(x: Tensor, y: Tensor, name: str | None = None) -> Tensor:
    """The smaller of two elements; nan wins. Paddle op: elementwise_min."""
    return binary.minimum(*tensors(x, y, "minimum"))


@method("fmax")
def fmax(x: Tensor, y: Tensor, name: str | None = None) -> Tensor:
    """The larger of two elements; a number wins over nan. Paddle op: elementwise_fmax."""
    return binary.fmax(*tensors(x, y, "fmax"))


@method("fmin")
def fmin(x: Tensor, y: Tensor, name: str | None = None) -> Tensor:
    """The smaller of two elements; a number wins over nan. Paddle op: elementwise_fmin."""
    return binary.fmin(*tensors(x, y, "fmin"))


@method("atan2")
def atan2(x: Tensor, y: Tensor, name: str | None = None) -> Tensor:
    """The angle of the points (y, x) with the first axis. Paddle op: atan2."""
    return binary.atan2(*tensors(x, y, "atan2"))


arctan2 = atan2


@method("heaviside")
def heaviside(x: Tensor, y: Tensor, name: str | None = None) -> Tensor:
    """0 where ``x < 0``, 1 where ``x > 0``, ``y`` where ``x`` is 0. Paddle op: elementwise_heaviside."""
    return binary.heaviside(*tensors(x, y, "heaviside"))


@method("nextafter")
def nextafter(x: Tensor, y: Tensor, name: str | None = None) -> Tensor:
    """The next floating-point number after ``x`` towards ``y``. Paddle op: nextafter."""
    return binary.nextafter(*tensors(x, y, "nextafter"))


@method("pow")
def pow(x: Tensor, y: Any, name: str | None = None) -> Tensor:
    """``x ** y`` for a tensor or a number ``y``; a number takes the dtype of ``x``. Paddle op: elementwise_pow, pow.

    >>> import paddlelite as paddle
    >>> paddle.pow(paddle.to_tensor([1.0, 2.0, 3.0]), 2).numpy()
    array([1., 4., 9.], dtype=float32)
    """
    require_tensor(x, "pow")
    if isinstance(y, Tensor):
        return binary.pow_(*tensors(x, y, "pow"))
    if not isinstance(y, (int, float, np.number)):
        raise InvalidTypeError(f"y must be a scalar or a Tensor, got {type(y).__name__}")
    return binary.power(x, factor=number(y, "y"))


@method("logaddexp")
def logaddexp(x: Tensor, y: Tensor, name: str | None = None) -> Tensor:
    """``log(exp(x) + exp(y))`` without overflow."""
    x, y = tensors(x, y, "logaddexp")
    from ..ops.gates import softplus

    return elementwise.add(binary.maximum(x, y), softplus(-unary.abs_(x - y), threshold=1e30))


@method("hypot")
def hypot(x: Tensor, y: Tensor, name: str | None = None) -> Tensor:
    """``sqrt(x * x + y * y)``."""
    x, y = tensors(x, y, "hypot")
    return unary.sqrt(elementwise.add(unary.square(x), unary.square(y)))


@method("copysign")
def copysign(x: Tensor, y: Any, name: str | None = None) -> Tensor:
    """The size of ``x`` with the sign of ``y`` (a tensor or a number)."""
    x, y = operands(x, y, "copysign")
    if not x.dtype.is_inexact:
        x, y = astype(x, default_dtype()), astype(y, default_dtype())
    return elementwise.multiply(
        unary.abs_(x), elementwise.scale(astype(_signbit(y), x.dtype), scale=-2.0, bias=1.0)
    )


@method("lerp")
def lerp(x: Tensor, y: Tensor, weight: Any, name: str | None = None) -> Tensor:
    """``x + weight * (y - x)``; ``weight`` is a number or a tensor. Paddle op: lerp."""
    x, y = tensors(x, y, "lerp")
    weight = weight if isinstance(weight, Tensor) else to_tensor(weight, dtype=x.dtype)
    return OPS["lerp"](x, y, weight)


@method("ldexp")
def ldexp(x: Tensor, y: Tensor, name: str | None = None) -> Tensor:
    """``x * 2 ** y``, floating."""
    require_tensor(x, "ldexp"), require_tensor(y, "ldexp", "y")
    x = x if x.dtype.is_inexact else astype(x, default_dtype())
    return elementwise.multiply(x, binary.pow_(to_tensor(2.0, dtype=x.dtype), astype(y, x.dtype)))


def _same_integers(x: Tensor, y: Tensor, what: str) -> tuple[Tensor, Tensor]:
    x, y = tensors(x, y, what)
    if not x.dtype.is_integer:
        raise InvalidTypeError(f"{what} takes integers, got {x.dtype.name}")
    return x, y


@method("gcd")
def gcd(x: Tensor, y: Tensor, name: str | None = None) -> Tensor:
    """The greatest common divisor of integers. Paddle computes it by a loop of ops; here it is one op."""
    return OPS["gcd"](*_same_integers(x, y, "gcd"))


@method("lcm")
def lcm(x: Tensor, y: Tensor, name: str | None = None) -> Tensor:
    """The least common multiple of integers."""
    x, y = _same_integers(x, y, "lcm")
    divisor = OPS["gcd"](x, y)
    whole = binary.maximum(divisor, to_tensor(1, dtype=x.dtype))
    return unary.abs_(elementwise.multiply(binary.floor_divide(x, whole), y))


def _signbit(x: Tensor) -> Tensor:
    from .math import signbit

    return signbit(x)


_IN_PLACE = (
    "add subtract multiply divide floor_divide remainder mod floor_mod pow hypot copysign lerp ldexp gcd lcm"
)
_in_place = attach_in_place(globals(), _IN_PLACE.split())

__all__ = [*_in_place]  # noqa: PLE0604
__all__ += [
    "add",
    "arctan2",
    "atan2",
    "copysign",
    "divide",
    "floor_divide",
    "floor_mod",
    "fmax",
    "fmin",
    "gcd",
]
__all__ += [
    "heaviside",
    "hypot",
    "lcm",
    "ldexp",
    "lerp",
    "logaddexp",
    "maximum",
    "minimum",
    "mod",
    "multiply",
]
__all__ += ["nextafter", "pow", "remainder", "subtract"]
