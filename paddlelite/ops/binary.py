"""More functions of two tensors: maximum, minimum, remainder, floor division, power, atan2."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import NotFoundError
from ..op import Op, Spec, op
from . import rules
from .elementwise import (
    _aligned,
    add,
    align_onnx,
    cast,
    divide,
    equal,
    greater_equal,
    less_equal,
    multiply,
    negate,
    refuse_zero,
    scale,
)
from .quiet import quiet
from .rules import sum_to
from .samples import f32, f64, i32, i64
from .unary import floor, log

__all__ = [
    "atan2",
    "floor_divide",
    "fmax",
    "fmin",
    "heaviside",
    "maximum",
    "minimum",
    "nextafter",
    "pow_",
    "remainder",
]


def _binary(type: str, function: Any, **fields: Any) -> Op:
    """An op with the ``axis`` of 1.x."""

    @op(type, **fields)
    def call(X, Y, *, axis=-1):  # type: ignore[no-untyped-def]
        return function(X, Y if axis == -1 else _aligned(X, Y, axis))

    call.infer(rules.broadcast)
    return call


def mask(test: Any, dtype: Any) -> Any:
    """A comparison as numbers."""
    return cast(test, out_dtype=dtype)


def _both(c: Any, dx: Callable[[], Any], dy: Callable[[], Any]) -> tuple[Any, Any]:
    """The gradients that are wanted, summed over what was broadcast."""
    return (
        sum_to(dx(), c.like("X")) if c.needs("X") else None,
        sum_to(dy(), c.like("Y"), getattr(c, "axis", -1)) if c.needs("Y") else None,
    )


def _aligned_op(c: Any) -> Any:
    """Y, with its axes where the ``axis`` attribute puts them."""
    return c.Y if c.axis == -1 else _unsqueezed(c)


def _unsqueezed(c: Any) -> Any:
    from .shape import unsqueeze

    extra = len(rules.align(c.X.dims, c.Y.dims, c.axis)) - len(c.Y.dims)
    return unsqueeze(c.Y, axes=[len(c.Y.dims) + i for i in range(extra)]) if extra else c.Y


def _extremum(type: str, function: Any, onnx: str, wins: Any) -> Op:
    record = _binary(type, function, total=True)
    record.__doc__ = f"``{function.__name__}`` of two tensors, with broadcasting; nan wins. ONNX: {onnx}."
    record.onnx(lambda b, X, Y, *, axis=-1: getattr(b, onnx)(X, align_onnx(b, X, Y, axis)))

    @record.grad(saves="X Y")
    def grad(c: Any, g: Any) -> Any:
        # Where both are equal each gets a half, as in PaddlePaddle 3.x.
        y = _aligned_op(c)
        tie = scale(mask(equal(c.X, y), g.dtype), scale=-0.5)
        return _both(
            c,
            lambda: multiply(g, add(mask(wins(c.X, y), g.dtype), tie)),
            lambda: multiply(g, add(mask(wins(y, c.X), g.dtype), tie)),
        )

    record.sample(f32(2, 3), f32(2, 3)).sample(f32(2, 1, 3), f32(4, 1)).sample(i64(3), i64(3), grad="")
    return (
        record.sample(f32(), f32(2))
        .sample(f32(2, 3, 4), f32(3), axis=1)
        .sample(f32(0, 3), f32(3))
        .sample(f64(2), f64(2))
    )


maximum = _extremum("elementwise_max", np.maximum, "Max", greater_equal)
minimum = _extremum("elementwise_min", np.minimum, "Min", less_equal)


def _ignoring_nan(type: str, function: Any, onnx: str, wins: Any) -> Op:
    @op(type)
    def call(X, Y):  # type: ignore[no-untyped-def]
        return function(X, Y)

    call.__doc__ = (
        f"``{function.__name__}`` of two tensors; a number wins over nan. ONNX: IsNaN, Where, {onnx}."
    )
    call.infer(rules.broadcast)

    @call.onnx
    def lower(b: Any, X: Any, Y: Any) -> Any:
        if X.dtype.is_integer:
            return getattr(b, onnx)(X, Y)
        return b.Where(b.IsNaN(X), Y, b.Where(b.IsNaN(Y), X, getattr(b, onnx)(X, Y)))

    @call.grad(saves="X Y")
    def grad(c: Any, g: Any) -> Any:
        from .logic import logical_or
        from .unary import isnan, logical_not

        mine = mask(logical_or(wins(c.X, c.Y), isnan(c.Y)), g.dtype)
        other = mask(logical_not(logical_or(wins(c.X, c.Y), isnan(c.Y))), g.dtype)
        return _both(c, lambda: multiply(g, mine), lambda: multiply(g, other))

    nan = np.float32([1, np.nan, np.nan])
    return (
        call.sample(f32(2, 3), f32(3))
        .sample(i64(3), i64(3), grad="")
        .sample(nan, np.float32([np.nan, 2, np.nan]), grad="")
    )


fmax = _ignoring_nan("elementwise_fmax", np.fmax, "Max", greater_equal)
fmin = _ignoring_nan("elementwise_fmin", np.fmin, "Min", less_equal)


# Remainder and floor division: Python's rules of sign


def guarded(b: Any, Y: Any) -> Any:
    """An integer divisor in ONNX. onnxruntime would kill the process at a 0: look one up where there is none, first."""
    found = b.cast(b.Equal(Y, b.const(0, Y.dtype)), "int64")
    axes = len(Y.dims)
    at = b.ReduceMax(found, keepdims=0) if axes else found
    # Index 0 holds a 1; index 1 does not exist, which onnxruntime reports.
    one = b.Gather(b.const([1], Y.dtype), at, axis=0)
    return b.Mul(Y, one)


def _quotient_infer(type: str) -> Any:
    def infer(X: Any, Y: Any, *, axis: int = -1) -> Spec:
        if X.dtype.is_bool or X.dtype.is_complex:
            raise NotFoundError(f"the kernel `{type}` is not registered for {X.dtype.name}")
        return rules.broadcast(X, Y, axis=axis)

    return infer


def _remainder(X: np.ndarray, Y: np.ndarray) -> Any:
    refuse_zero(Y, "remainder")
    return quiet(np.remainder, X, Y)


remainder = _binary("elementwise_mod", _remainder)
remainder.__doc__ = (
    "``x - floor(x / y) * y``: the sign of y. Integers: raises OutOfRangeError for y = 0. ONNX: Mod, Where."
)
remainder.on_sizes = True
remainder.infer(_quotient_infer("remainder"))


@remainder.grad(saves="X Y")
def _(c: Any, g: Any) -> Any:
    y = _aligned_op(c)
    return _both(c, lambda: g, lambda: negate(multiply(g, floor(divide(c.X, y)))))


@remainder.onnx
def _(b: Any, X: Any, Y: Any, *, axis: int = -1) -> Any:
    Y = align_onnx(b, X, Y, axis)
    if X.dtype.is_integer:
        return b.Mod(X, guarded(b, Y))
    r = b.Mod(X, Y, fmod=1)
    zero = b.const(0, X.dtype)
    wrong = b.And(b.Not(b.Equal(r, zero)), b.Xor(b.Less(r, zero), b.Less(Y, zero)))
    return b.Where(wrong, b.Add(r, Y), r)


def _floor_divide(X: np.ndarray, Y: np.ndarray) -> Any:
    refuse_zero(Y, "floor_divide")
    return quiet(np.floor_divide, X, Y) if X.dtype.kind in "iuO" else quiet(_floor_quotient, X, Y)


def _floor_quotient(X: np.ndarray, Y: np.ndarray) -> Any:
    return np.floor(X / Y)


floor_divide = _binary("elementwise_floordiv", _floor_divide)
floor_divide.__doc__ = "``floor(x / y)``. Integers: raises OutOfRangeError for y = 0. ONNX: Div, Floor, Mod."
floor_divide.on_sizes = True
floor_divide.infer(_quotient_infer("floor_divide"))


@floor_divide.onnx
def _(b: Any, X: Any, Y: Any, *, axis: int = -1) -> Any:
    Y = align_onnx(b, X, Y, axis)
    if not X.dtype.is_integer:
        return b.Floor(b.Div(X, Y))
    Y = guarded(b, Y)
    # ONNX rounds towards zero: take the remainder (which has the sign of Y) off first, then the division is exact.
    return b.Div(b.Sub(X, b.Mod(X, Y)), Y)


for _record in (remainder, floor_divide):
    _record.sample(i64(6, low=-7, high=7), i64(6, low=1, high=3)).sample(
        np.int64([7, -7, 7, -7]), np.int64([3, 3, -3, -3])
    )
    _record.sample(np.float32([7.5, -7.5, 7.5, -7.5]), np.float32([2, 2, -2, -2]), grad="")
    _record.sample(i32(2, 3), i32(3, low=2), axis=-1).sample(f32(2, 3), f32(low=1.0), grad="X").sample(
        i64(0, 2), i64(2, low=1)
    )
    _record.sample(i64(3), i64(low=2, high=2))


# Powers


def _pow(X: np.ndarray, Y: np.ndarray) -> Any:
    if X.dtype.kind in "iu" and Y.size and Y.min() < 0:
        # NumPy refuses; as in C, what is not an integer is cut off.
        return quiet(lambda: np.power(X.astype(np.float64), Y).astype(X.dtype))
    return quiet(np.power, X, Y)


pow_ = _binary("elementwise_pow", _pow)
pow_.__doc__ = "``x ** y`` of two tensors, with broadcasting. ONNX: Pow."
pow_.onnx(lambda b, X, Y, *, axis=-1: b.Pow(X, align_onnx(b, X, Y, axis)))


@pow_.grad(saves="X Y Out")
@rules.holomorphic
def _(c: Any, g: Any) -> Any:
    y = _aligned_op(c)
    return _both(
        c,
        lambda: multiply(g, multiply(y, pow_(c.X, scale(y, bias=-1.0)))),
        lambda: multiply(g, multiply(c.Out, _safe_log(c.X))),
    )


def _safe_log(x: Any) -> Any:
    """``log(x)``, 0 where x is 0: the limit of ``x ** y * log(x)``."""
    from .activation import inside
    from .unary import abs_

    zero = scale(inside(abs_(x), low=0.0), scale=-1.0, bias=1.0)
    return log(add(x, zero))


pow_.sample(f32(2, 3, low=0.3), f32(2, 3)).sample(f32(3, low=0.3), f32(2, 1)).sample(
    i64(3, low=1), i64(3, low=0), grad=""
)
pow_.sample(f32(low=0.5), f32()).sample(f32(2, 3, low=0.5), f32(2), axis=0).sample(f32(0, 2), f32(2))


@op("pow")
def power(X, FactorTensor=None, *, factor=1.0):  # type: ignore[no-untyped-def]
    """``x ** factor`` with one number in the dtype of x. ONNX: Pow."""
    exponent = np.asarray(factor if FactorTensor is None else FactorTensor.reshape(())).astype(X.dtype)
    short = _SHORT.get(factor) if FactorTensor is None and X.dtype.kind == "f" else None
    return _pow(X, exponent) if short is None else quiet(short, X)


# np.power takes a hundred times as long as a product.
_SHORT: dict[float, Any] = {
    0.5: np.sqrt,
    1.0: np.positive,
    2.0: np.square,
    3.0: lambda x: x * x * x,
    4.0: lambda x: np.square(x * x),
    -1.0: np.reciprocal,
    -0.5: lambda x: np.reciprocal(np.sqrt(x)),
    -2.0: lambda x: np.reciprocal(x * x),
}


power.infer(lambda X, FactorTensor=None, *, factor=1.0: rules.like_first(X))


@power.grad(saves="X FactorTensor")
@rules.holomorphic
def _(c: Any, g: Any) -> Any:
    if c.FactorTensor is not None:
        factor = cast(c.FactorTensor, out_dtype=c.X.dtype)
        return multiply(g, multiply(pow_(c.X, scale(factor, bias=-1.0)), factor)), None
    if c.factor == 0:
        return scale(g, scale=0.0), None
    if c.factor == 1:
        return g, None
    return scale(multiply(g, power(c.X, factor=c.factor - 1)), scale=c.factor), None


@power.onnx
def _(b: Any, X: Any, FactorTensor: Any = None, *, factor: float = 1.0) -> Any:
    if FactorTensor is not None:
        return b.Pow(X, b.cast(b.Reshape(FactorTensor, b.const([], "int64")), X.dtype))
    return b.Pow(X, b.const(int(factor) if X.dtype.is_integer else factor, X.dtype))


power.sample(f32(2, 3), factor=2.0).sample(f32(2, 3, low=0.3), factor=0.5).sample(f32(2, 3), factor=3.0)
power.sample(i64(3), factor=2.0, grad="").sample(f32(3, low=0.5), np.float32([1.5]), grad="X").sample(
    f32(low=0.5), factor=-1.0
)
power.sample(f32(3), factor=1.0).sample(f32(3), factor=0.0)


# Others


@op("atan2")
def atan2(X1, X2):  # type: ignore[no-untyped-def]
    """The angle of the point (x2, x1). ONNX: Atan, Where."""
    if X1.dtype.kind in "iu":
        X1, X2 = X1.astype(np.float64), X2.astype(np.float64)
    return np.arctan2(X1, X2)


@atan2.infer
def _(X1: Any, X2: Any) -> Spec:
    from ..dtypes import float64

    spec = rules.broadcast(X1, X2)
    return spec._replace(dtype=float64) if spec.dtype.is_integer else spec


@atan2.grad(saves="X1 X2")
def _(c: Any, g: Any) -> Any:
    below = add(multiply(c.X1, c.X1), multiply(c.X2, c.X2))
    return (
        sum_to(divide(multiply(g, c.X2), below), c.like("X1")),
        sum_to(negate(divide(multiply(g, c.X1), below)), c.like("X2")),
    )


@atan2.onnx
def _(b: Any, X1: Any, X2: Any) -> Any:
    if X1.dtype.is_integer:
        X1, X2 = b.cast(X1, "float64"), b.cast(X2, "float64")
    zero, pi = b.const(0, X1.dtype), b.const(np.pi, X1.dtype)
    angle = b.Atan(b.Div(X1, X2))
    left = b.Where(b.Less(X1, zero), b.Sub(angle, pi), b.Add(angle, pi))
    angle = b.Where(b.Less(X2, zero), left, angle)
    half = b.const(np.pi / 2, X1.dtype)
    vertical = b.Mul(b.Sign(X1), half)
    return b.Where(b.Equal(X2, zero), vertical, angle)


atan2.sample(f32(2, 3), f32(2, 3)).sample(f32(4), f32(2, 1)).sample(
    np.float32([1, -1, 0, 2]), np.float32([0, 0, 2, -1])
)


@op("elementwise_heaviside")
def heaviside(X, Y):  # type: ignore[no-untyped-def]
    """0 where x < 0, 1 where x > 0, y where x = 0. ONNX: Where."""
    return np.where(X == 0, Y, (X > 0).astype(X.dtype))


heaviside.infer(rules.broadcast)


@heaviside.grad(saves="X")
def _(c: Any, g: Any) -> Any:
    zeros = scale(c.X, scale=0.0)
    dy = multiply(g, mask(equal(c.X, zeros), g.dtype)) if c.needs("Y") else None
    return sum_to(scale(g, scale=0.0), c.like("X")), None if dy is None else sum_to(dy, c.like("Y"))


@heaviside.onnx
def _(b: Any, X: Any, Y: Any) -> Any:
    zero = b.const(0, X.dtype)
    return b.Where(b.Equal(X, zero), Y, b.cast(b.Greater(X, zero), X.dtype))


heaviside.sample(f32(2, 3), f32(3)).sample(np.float32([0, 1, -1]), f32(3), grad="Y")


@op("nextafter", out="out")
def nextafter(x, y):  # type: ignore[no-untyped-def]
    """The next floating-point number after x towards y."""
    return np.nextafter(x, y)


nextafter.infer(rules.broadcast)
nextafter.sample(f32(2, 3), f32(3), grad="").sample(f64(2), f64(2), grad="")
