"""Elementwise functions of one tensor."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..dtypes import bool_
from ..op import Op, Spec, op
from . import rules, special
from .complexes import complex_of, real_of
from .elementwise import divide, multiply, scale
from .quiet import silenced
from .samples import b, c64, f32, f64, i32, i64

_F32 = np.dtype(np.float32)


def _same_call(function: Any) -> Callable[[np.ndarray], Any]:
    def call(X):  # type: ignore[no-untyped-def]
        return function(X) if X.dtype.kind in "fcV" else X

    return call


def _register(type: str, call: Any, onnx: Any, grad: Any, saves: str, integers: str, doc: str) -> Op:
    record = op(type, total=True)(call)
    record.__doc__ = doc
    record.infer(rules.float_like if integers == "float32" else rules.like_first)
    record.grad(rules.holomorphic(grad), saves=saves)

    @record.onnx
    def lower(b: Any, X: Any) -> Any:
        if X.dtype.is_integer:
            if integers == "keep":
                return b.Identity(X)
            if integers == "float32":
                X = b.cast(X, "float32")
        return onnx(b, X) if callable(onnx) else getattr(b, onnx)(X)

    return record


def float_op(
    type: str,
    function: Any,
    onnx: Any,
    grad: Any,
    saves: str = "X",
    *,
    low: float = -2.0,
    high: float = 2.0,
    tol: float = 1e-5,
) -> Op:
    """A float function: integers become float32. ``low`` and ``high`` bound its samples."""
    name = onnx if isinstance(onnx, str) else "a few nodes"
    record = _register(
        type, silenced(function), onnx, grad, saves, "float32", f"``{type}(x)``. ONNX: {name}."
    )
    record.sample(f32(2, 3, low=low, high=high), tol=tol).sample(f32(low=low, high=high), tol=tol)
    return (
        record.sample(f32(0, 2), tol=tol)
        .sample(f64(3, low=low, high=high), tol=tol)
        .sample(i32(2, low=1, high=1), grad="")
    )


def step_op(type: str, function: Any, onnx: Any, *, integers: str = "keep") -> Op:
    """A function of zero gradient; integers keep their dtype (and value, for ``integers="keep"``)."""
    call = _same_call(function) if integers == "keep" else lambda X: function(X)
    record = _register(type, call, onnx, _zero, "", integers, f"``{type}(x)``. ONNX: {onnx}.")
    record.sample(f32(2, 3)).sample(f32()).sample(f32(0, 2)).sample(f64(3)).sample(i64(4), grad="")
    return record


def _zero(c: Any, g: Any) -> Any:
    from .creation import fill_any_like

    return fill_any_like(g, value=0.0)


def power(x: Any, k: int) -> Any:
    """``x * x`` or ``x * x * x``."""
    return multiply(x, x) if k == 2 else multiply(multiply(x, x), x)


def _affine(x: Any, a: float, b: float = 0.0) -> Any:
    return scale(x, scale=a, bias=b)


def _times(f: Callable[[Any], Any], of: str = "X") -> Callable[[Any, Any], Any]:
    """The gradient ``g * f(x)`` (or of the result)."""
    return lambda c, g: multiply(g, f(getattr(c, of)))


def _over(f: Callable[[Any], Any], k: float = 1.0) -> Callable[[Any, Any], Any]:
    """The gradient ``k * g / f(x)``."""
    return lambda c, g: divide(g if k == 1.0 else _affine(g, k), f(c.X))


# Exponentials and logarithms

exp = float_op("exp", np.exp, "Exp", _times(lambda y: y, "Out"), "Out")
expm1 = float_op(
    "expm1",
    np.expm1,
    lambda b, X: b.Sub(b.Exp(X), b.const(1, X.dtype)),
    _times(lambda y: _affine(y, 1.0, 1.0), "Out"),
    "Out",
)
log = float_op("log", np.log, "Log", _over(lambda x: x), low=0.2)


def _log_base(base: float) -> Callable[[Any, Any], Any]:
    return lambda b, X: b.Mul(b.Log(X), b.const(1 / math.log(base), X.dtype))


log2 = float_op("log2", np.log2, _log_base(2), _over(lambda x: x, 1 / math.log(2)), low=0.2)
log10 = float_op("log10", np.log10, _log_base(10), _over(lambda x: x, 1 / math.log(10)), low=0.2)
log1p = float_op(
    "log1p",
    np.log1p,
    lambda b, X: b.Log(b.Add(X, b.const(1, X.dtype))),
    _over(lambda x: _affine(x, 1.0, 1.0)),
    low=-0.7,
)

# Powers


def _rsqrt(X: np.ndarray) -> Any:
    return np.reciprocal(np.sqrt(X))


square = _register(
    "square",
    lambda X: np.multiply(X, X),
    lambda b, X: b.Mul(X, X),
    lambda c, g: multiply(_affine(g, 2.0), c.X),
    "X",
    "same",
    "``x * x``. ONNX: Mul.",
)
square.sample(f32(2, 3)).sample(f32()).sample(f32(0, 2)).sample(i64(3), grad="")
sqrt = float_op("sqrt", np.sqrt, "Sqrt", lambda c, g: divide(_affine(g, 0.5), c.Out), "Out", low=0.2)
rsqrt = float_op(
    "rsqrt",
    _rsqrt,
    lambda b, X: b.Reciprocal(b.Sqrt(X)),
    lambda c, g: multiply(_affine(g, -0.5), power(c.Out, 3)),
    "Out",
    low=0.2,
)
reciprocal = float_op(
    "reciprocal",
    np.reciprocal,
    "Reciprocal",
    lambda c, g: _affine(multiply(g, power(c.Out, 2)), -1.0),
    "Out",
    low=0.3,
)

# Trigonometry

sin = float_op("sin", np.sin, "Sin", lambda c, g: multiply(g, cos(c.X)))
cos = float_op("cos", np.cos, "Cos", lambda c, g: _affine(multiply(g, sin(c.X)), -1.0))
tan = float_op(
    "tan", np.tan, "Tan", _times(lambda y: _affine(power(y, 2), 1.0, 1.0), "Out"), "Out", low=-1, high=1
)
sinh = float_op("sinh", np.sinh, "Sinh", lambda c, g: multiply(g, cosh(c.X)))
cosh = float_op("cosh", np.cosh, "Cosh", lambda c, g: multiply(g, sinh(c.X)))
asin = float_op(
    "asin", np.arcsin, "Asin", _over(lambda x: sqrt(_affine(power(x, 2), -1.0, 1.0))), low=-0.8, high=0.8
)
acos = float_op(
    "acos",
    np.arccos,
    "Acos",
    _over(lambda x: sqrt(_affine(power(x, 2), -1.0, 1.0)), -1.0),
    low=-0.8,
    high=0.8,
)
atan = float_op("atan", np.arctan, "Atan", _over(lambda x: _affine(power(x, 2), 1.0, 1.0)))
asinh = float_op("asinh", np.arcsinh, "Asinh", _over(lambda x: sqrt(_affine(power(x, 2), 1.0, 1.0))))
acosh = float_op(
    "acosh", np.arccosh, "Acosh", _over(lambda x: sqrt(_affine(power(x, 2), 1.0, -1.0))), low=1.3, high=3
)
atanh = float_op(
    "atanh", np.arctanh, "Atanh", _over(lambda x: _affine(power(x, 2), -1.0, 1.0)), low=-0.8, high=0.8
)

# Error function and gamma

erf = float_op(
    "erf",
    special.erf,
    "Erf",
    lambda c, g: multiply(_affine(g, 2 / math.sqrt(math.pi)), exp(_affine(power(c.X, 2), -1.0))),
)
erfinv = float_op(
    "erfinv",
    special.erfinv,
    None,
    lambda c, g: multiply(_affine(g, math.sqrt(math.pi) / 2), exp(power(c.Out, 2))),
    "Out",
    low=-0.8,
    high=0.8,
)
erfinv.onnx_rule = None
lgamma = float_op("lgamma", special.lgamma, None, lambda c, g: multiply(g, digamma(c.X)), low=0.3, high=4)
lgamma.onnx_rule = None
digamma = float_op(
    "digamma", special.digamma, None, lambda c, g: multiply(g, polygamma(c.X, n=1)), low=0.3, high=4
)
digamma.onnx_rule = None


@op("polygamma", out="out")
def polygamma(x, *, n):  # type: ignore[no-untyped-def]
    """The n-th derivative of digamma."""
    return special.polygamma(x if x.dtype.kind in "fcV" else x.astype(_F32), n)


polygamma.infer(lambda x, *, n: rules.float_like(x))
polygamma.grad(lambda c, g: multiply(g, polygamma(c.x, n=c.n + 1)), saves="x")
polygamma.sample(f32(2, 3, low=0.5, high=4), n=1).sample(f32(3, low=0.8, high=4), n=2).sample(f32(0, 2), n=1)
polygamma.sample(f32(2, low=0.5, high=4), n=0)

# Steps: no gradient

ceil = step_op("ceil", np.ceil, "Ceil")
floor = step_op("floor", np.floor, "Floor")
trunc = step_op("trunc", np.trunc, lambda b, X: b.Mul(b.Sign(X), b.Floor(b.Abs(X))))
sign = step_op("sign", np.sign, "Sign", integers="same")


@op("round")
def round_(X, *, decimals=0):  # type: ignore[no-untyped-def]
    """The nearest integer, halves to the even one. ONNX: Round."""
    if decimals == 0:
        return np.rint(X) if X.dtype.kind not in "iu" else X
    factor = X.dtype.type(10.0 ** abs(decimals))
    return np.rint(X * factor) / factor if decimals > 0 else np.rint(X / factor) * factor


round_.infer(rules.like_first)
round_.grad(_zero, saves="")


@round_.onnx
def _(b: Any, X: Any, *, decimals: int = 0) -> Any:
    if X.dtype.is_integer:
        return b.Identity(X)
    if decimals == 0:
        return b.Round(X)
    factor = b.const(10.0 ** abs(decimals), X.dtype)
    return (
        b.Div(b.Round(b.Mul(X, factor)), factor) if decimals > 0 else b.Mul(b.Round(b.Div(X, factor)), factor)
    )


round_.sample(f32(2, 3)).sample(np.float32([0.5, 1.5, 2.5, -0.5]), grad="").sample(i64(3), grad="").sample(
    f32(3), decimals=1
)


# Absolute value


@op("abs", total=True)
def abs_(X):  # type: ignore[no-untyped-def]
    """``|x|``; of a complex number its modulus. ONNX: Abs."""
    return np.absolute(X)


abs_.infer(lambda X: Spec(X.dims, real_of(X.dtype)))
abs_.grad(lambda c, g: multiply(complex_of(g, c.like("X").dtype), sign(c.X)), saves="X")
abs_.onnx(lambda b, X: b.Abs(X))
abs_.sample(f32(2, 3)).sample(f32()).sample(f32(0, 2)).sample(i64(3), grad="").sample(c64(3), grad="")


# Questions about values


def _test(type: str, function: Any, onnx: Any) -> Op:
    @op(type, total=True)
    def test(X):  # type: ignore[no-untyped-def]
        return function(X)

    test.__doc__ = f"Whether each element is {type[2:-3]}."
    test.infer(rules.to_dtype(bool_))

    @test.onnx
    def lower(b: Any, X: Any) -> Any:
        if not X.dtype.is_floating:
            constant = b.const(np.full((), type == "isfinite_v2"))
            return b.Expand(constant, b.Shape(X))
        return onnx(b, X)

    test.sample(np.float32([1, np.inf, -np.inf, np.nan])).sample(f32()).sample(f32(0, 2)).sample(
        i64(3)
    ).sample(f64(2))
    return test


isnan = _test("isnan_v2", np.isnan, lambda b, X: b.IsNaN(X))
isinf = _test("isinf_v2", np.isinf, lambda b, X: b.IsInf(X))
isfinite = _test("isfinite_v2", np.isfinite, lambda b, X: b.Not(b.Or(b.IsNaN(X), b.IsInf(X))))


@op("logical_not", total=True)
def logical_not(X):  # type: ignore[no-untyped-def]
    """``not x``, elementwise. ONNX: Not."""
    return np.logical_not(X)


logical_not.infer(rules.to_dtype(bool_))
logical_not.onnx(lambda b, X: b.Not(X if X.dtype.is_bool else b.cast(X, "bool")))
logical_not.sample(b(2, 3)).sample(b()).sample(f32(3)).sample(i64(3))


@op("bitwise_not")
def bitwise_not(X):  # type: ignore[no-untyped-def]
    """``~x`` of integers, ``not x`` of booleans. ONNX: BitwiseNot, Not."""
    return np.invert(X)


bitwise_not.infer(rules.like_first)
bitwise_not.onnx(lambda b, X: b.Not(X) if X.dtype.is_bool else b.BitwiseNot(X))
bitwise_not.sample(b(2, 3)).sample(i64(4)).sample(i32(2, 2))

# sigmoid and tanh: their gradients are ops of their own, a third of the passes over memory


def _sigmoid(X: np.ndarray) -> np.ndarray:
    out = np.empty_like(X)
    np.negative(X, out=out)
    np.exp(out, out=out)
    out += 1
    return np.reciprocal(out, out=out)


sigmoid = float_op("sigmoid", _sigmoid, "Sigmoid", lambda c, g: sigmoid_grad(c.Out, g), "Out")
tanh = float_op("tanh", np.tanh, "Tanh", lambda c, g: tanh_grad(c.Out, g), "Out")


@op("sigmoid_grad", out="X@GRAD")
def sigmoid_grad(Out, G):  # type: ignore[no-untyped-def]
    """``g * out * (1 - out)``. ONNX: Sub, Mul."""
    result = np.empty_like(Out)
    np.subtract(1, Out, out=result)
    result *= Out
    result *= G
    return result


@sigmoid_grad.grad(saves="Out G")
def _(c: Any, g: Any) -> Any:
    return multiply(multiply(g, c.G), _affine(c.Out, -2.0, 1.0)), sigmoid_grad(c.Out, g)


sigmoid_grad.onnx(lambda b, Out, G: b.Mul(G, b.Mul(Out, b.Sub(b.const(1, Out.dtype), Out))))


@op("tanh_grad", out="X@GRAD")
def tanh_grad(Out, G):  # type: ignore[no-untyped-def]
    """``g * (1 - out * out)``. ONNX: Sub, Mul."""
    result = np.empty_like(Out)
    np.multiply(Out, Out, out=result)
    np.subtract(1, result, out=result)
    result *= G
    return result


@tanh_grad.grad(saves="Out G")
def _(c: Any, g: Any) -> Any:
    return _affine(multiply(multiply(g, c.G), c.Out), -2.0), tanh_grad(c.Out, g)


tanh_grad.onnx(lambda b, Out, G: b.Mul(G, b.Sub(b.const(1, Out.dtype), b.Mul(Out, Out))))
for _record in (sigmoid_grad, tanh_grad):
    _record.infer(rules.like_first)
    _record.sample(f32(2, 3), f32(2, 3)).sample(f32(), f32()).sample(f32(0, 2), f32(0, 2))
