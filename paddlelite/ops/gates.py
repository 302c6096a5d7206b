"""Smooth activation functions and shrinkages: gelu, mish, softplus, hard_sigmoid, softshrink and their relatives."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..op import op
from . import rules, special
from .activation import _activation, _affine, clamp, inside
from .elementwise import add, divide, multiply
from .quiet import quiet
from .samples import f32
from .unary import abs_, exp, sigmoid, tanh

_INF = math.inf
_ROOT_HALF = math.sqrt(0.5)
_DENSITY = 1 / math.sqrt(2 * math.pi)
# The tanh approximation of gelu: tanh(K * (x + A * x^3)).
_K, _A = math.sqrt(2 / math.pi), 0.044715


def _cdf(x: np.ndarray, out: np.ndarray) -> None:
    """The standard normal distribution function of one block."""
    if x.dtype == np.float32:
        special.erf_scaled(x, out, _ROOT_HALF)
    else:
        out[...] = special.erf(x * x.dtype.type(_ROOT_HALF))
    out += 1
    out *= x.dtype.type(0.5)


def _gelu(x: np.ndarray, out: np.ndarray) -> None:
    _cdf(x, out)
    out *= x


def _tanh_inner(x: np.ndarray) -> np.ndarray:
    inner = x * x
    inner *= x.dtype.type(_K * _A)
    inner += x.dtype.type(_K)
    inner *= x
    return np.tanh(inner, out=inner)


def _gelu_tanh(x: np.ndarray, out: np.ndarray) -> None:
    np.add(_tanh_inner(x), 1, out=out)
    out *= x
    out *= x.dtype.type(0.5)


@_activation("gelu")
def gelu(X, *, approximate=False):  # type: ignore[no-untyped-def]
    """``x`` times the normal distribution function at ``x``, or its tanh approximation. Hendrycks and Gimpel 2016."""
    return quiet(special.in_blocks, _gelu_tanh if approximate else _gelu, X)


gelu.grad(lambda c, g: gelu_grad(c.X, g, approximate=c.approximate), saves="X")


@gelu.onnx
def _(b: Any, X: Any, *, approximate: bool = False) -> Any:
    half, one = b.const(0.5, X.dtype), b.const(1, X.dtype)
    if approximate:
        return b.Mul(b.Mul(half, X), b.Add(one, _onnx_tanh(b, X)))
    return b.Mul(b.Mul(X, b.Add(b.Erf(b.Div(X, b.const(math.sqrt(2), X.dtype))), one)), half)


def _onnx_tanh(b: Any, X: Any) -> Any:
    cube = b.Mul(b.const(_A, X.dtype), b.Mul(X, b.Mul(X, X)))
    return b.Tanh(b.Mul(b.const(_K, X.dtype), b.Add(X, cube)))


gelu.sample(f32(3, 4, low=-4, high=4)).sample(f32(3, 4), approximate=True)


def _gelu_slope(x: np.ndarray, out: np.ndarray) -> None:
    density = x * x
    density *= x.dtype.type(-0.5)
    np.exp(density, out=density)
    density *= x
    density *= x.dtype.type(_DENSITY)
    _cdf(x, out)
    out += density


def _gelu_tanh_slope(x: np.ndarray, out: np.ndarray) -> None:
    t = _tanh_inner(x)
    np.multiply(x, x, out=out)
    out *= x.dtype.type(3 * _K * _A)
    out += x.dtype.type(_K)
    out *= x
    out *= 1 - t * t
    out += t
    out += 1
    out *= x.dtype.type(0.5)


@op("gelu_grad", out="X@GRAD")
def gelu_grad(X, G, *, approximate=False):  # type: ignore[no-untyped-def]
    """The gradient of gelu. ONNX: Erf, Exp, Tanh, Mul, Add."""
    result = quiet(special.in_blocks, _gelu_tanh_slope if approximate else _gelu_slope, X)
    result *= G
    return result


gelu_grad.infer(rules.like_first)


@gelu_grad.grad(saves="X G")
def _(c: Any, g: Any) -> Any:
    x = c.X
    square = multiply(x, x)
    if not c.approximate:
        # d/dx (cdf + x * density) = density * (2 - x^2)
        bend = multiply(_affine(exp(_affine(square, -0.5)), _DENSITY), _affine(square, -1.0, 2.0))
    else:
        t = tanh(_affine(multiply(x, _affine(square, _A, 1.0)), _K))
        rest = _affine(multiply(t, t), -1.0, 1.0)
        slope = _affine(square, 3 * _K * _A, _K)
        curve = add(_affine(multiply(t, multiply(slope, slope)), -2.0), _affine(x, 6 * _K * _A))
        bend = multiply(rest, add(slope, _affine(multiply(x, curve), 0.5)))
    return multiply(multiply(g, c.G), bend), gelu_grad(x, g, approximate=c.approximate)


@gelu_grad.onnx
def _(b: Any, X: Any, G: Any, *, approximate: bool = False) -> Any:
    def c(value: float) -> Any:
        return b.const(value, X.dtype)

    square = b.Mul(X, X)
    if not approximate:
        cdf = b.Mul(c(0.5), b.Add(c(1), b.Erf(b.Mul(X, c(_ROOT_HALF)))))
        density = b.Mul(c(_DENSITY), b.Exp(b.Mul(square, c(-0.5))))
        return b.Mul(G, b.Add(cdf, b.Mul(X, density)))
    t = _onnx_tanh(b, X)
    slope = b.Add(c(_K), b.Mul(c(3 * _K * _A), square))
    inner = b.Mul(b.Mul(X, slope), b.Sub(c(1), b.Mul(t, t)))
    return b.Mul(b.Mul(c(0.5), G), b.Add(inner, b.Add(c(1), t)))


gelu_grad.sample(f32(2, 3), f32(2, 3)).sample(f32(2, 3), f32(2, 3), approximate=True).sample(f32(), f32())


@_activation("softplus")
def softplus(X, *, beta=1.0, threshold=20.0):  # type: ignore[no-untyped-def]
    """``log(1 + exp(beta * x)) / beta``, linear where ``beta * x`` exceeds ``threshold``. ONNX: Softplus."""
    scaled = np.asarray(X * X.dtype.type(beta))
    curved = _log_one_plus_exp(scaled) / X.dtype.type(beta)
    return np.where(scaled > threshold, X, curved)


def _log_one_plus_exp(x: np.ndarray) -> np.ndarray:
    """``log(1 + exp(x))`` without overflow."""
    tail = np.log1p(np.exp(-np.absolute(x)))
    return tail + np.maximum(x, x.dtype.type(0))


@softplus.grad(saves="X")
def _(c: Any, g: Any) -> Any:
    linear = inside(c.X, low=c.threshold / c.beta) if c.beta > 0 else inside(c.X, high=c.threshold / c.beta)
    curved = multiply(sigmoid(_affine(c.X, c.beta)), _affine(linear, -1.0, 1.0))
    return multiply(g, add(linear, curved))


@softplus.onnx
def _(b: Any, X: Any, *, beta: float = 1.0, threshold: float = 20.0) -> Any:
    scaled = b.Mul(X, b.const(beta, X.dtype)) if beta != 1 else X
    curved = _onnx_softplus(b, scaled)
    if beta != 1:
        curved = b.Div(curved, b.const(beta, X.dtype))
    return b.Where(b.Greater(scaled, b.const(threshold, X.dtype)), X, curved)


def _onnx_softplus(b: Any, x: Any) -> Any:
    """Written out: onnxruntime's Softplus loses digits for negative numbers."""
    return b.Add(b.Relu(x), b.Log(b.Add(b.const(1, x.dtype), b.Exp(b.Neg(b.Abs(x))))))


softplus.sample(f32(3, 4), beta=2.0, threshold=1.0)


@_activation("logsigmoid")
def logsigmoid(X):  # type: ignore[no-untyped-def]
    """``log(sigmoid(x))``. ONNX: Abs, Exp, Log."""
    return -_log_one_plus_exp(np.negative(X))


logsigmoid.grad(lambda c, g: multiply(g, sigmoid(_affine(c.X, -1.0))), saves="X")
logsigmoid.onnx(lambda b, X: b.Neg(_onnx_softplus(b, b.Neg(X))))


@_activation("mish")
def mish(X, *, threshold=20.0):  # type: ignore[no-untyped-def]
    """``x * tanh(softplus(x))``. Misra 2019. ONNX: Mish, written out."""
    return X * np.tanh(_log_one_plus_exp(X))


@mish.grad(saves="X")
def _(c: Any, g: Any) -> Any:
    t = tanh(softplus(c.X))
    curve = multiply(multiply(c.X, sigmoid(c.X)), _affine(multiply(t, t), -1.0, 1.0))
    return multiply(g, add(t, curve))


mish.onnx(lambda b, X, *, threshold=20.0: b.Mul(X, b.Tanh(_onnx_softplus(b, X))))


@_activation("softsign")
def softsign(X):  # type: ignore[no-untyped-def]
    """``x / (1 + |x|)``. ONNX: Softsign."""
    return X / (1 + np.absolute(X))


@softsign.grad(saves="X")
def _(c: Any, g: Any) -> Any:
    below = _affine(abs_(c.X), 1.0, 1.0)
    return divide(g, multiply(below, below))


softsign.onnx(lambda b, X: b.Div(X, b.Add(b.const(1, X.dtype), b.Abs(X))))


@_activation("tanh_shrink")
def tanh_shrink(X):  # type: ignore[no-untyped-def]
    """``x - tanh(x)``. ONNX: Tanh, Sub."""
    return X - np.tanh(X)


@tanh_shrink.grad(saves="X")
def _(c: Any, g: Any) -> Any:
    t = tanh(c.X)
    return multiply(g, multiply(t, t))


tanh_shrink.onnx(lambda b, X: b.Sub(X, b.Tanh(X)))


@_activation("stanh")
def stanh(X, *, scale_a=0.67, scale_b=1.7159):  # type: ignore[no-untyped-def]
    """``b * tanh(a * x)``. ONNX: Tanh, Mul."""
    return X.dtype.type(scale_b) * np.tanh(X * X.dtype.type(scale_a))


@stanh.grad(saves="Out")
def _(c: Any, g: Any) -> Any:
    return multiply(g, _affine(multiply(c.Out, c.Out), -c.scale_a / c.scale_b, c.scale_a * c.scale_b))


stanh.onnx(
    lambda b, X, *, scale_a, scale_b: b.Mul(
        b.const(scale_b, X.dtype), b.Tanh(b.Mul(X, b.const(scale_a, X.dtype)))
    )
)
stanh.sample(f32(3, 4), scale_a=1.5, scale_b=0.5)

# Piecewise linear


@_activation("hard_sigmoid")
def hard_sigmoid(X, *, slope=0.2, offset=0.5):  # type: ignore[no-untyped-def]
    """``slope * x + offset`` between 0 and 1. ONNX: HardSigmoid."""
    return clamp(np.asarray(X * X.dtype.type(slope) + X.dtype.type(offset)), 0, 1)


hard_sigmoid.grad(lambda c, g: multiply(_affine(g, c.slope), inside(c.Out, low=0.0, high=1.0)), saves="Out")


@hard_sigmoid.onnx
def _(b: Any, X: Any, *, slope: float = 0.2, offset: float = 0.5) -> Any:
    if X.dtype.name == "float32":
        return b.HardSigmoid(X, alpha=slope, beta=offset)
    line = b.Add(b.Mul(X, b.const(slope, X.dtype)), b.const(offset, X.dtype))
    return b.Clip(line, b.const(0, X.dtype), b.const(1, X.dtype))


hard_sigmoid.sample(f32(3, 4, low=-4, high=4))


@_activation("hard_swish")
def hard_swish(X, *, threshold=6.0, scale=6.0, offset=3.0):  # type: ignore[no-untyped-def]
    """``x * min(max(x + offset, 0), threshold) / scale``. Howard et al. 2019. ONNX: Clip, Mul."""
    gate = np.add(X, X.dtype.type(offset), out=np.empty_like(X))
    np.maximum(gate, X.dtype.type(0), out=gate)
    np.minimum(gate, X.dtype.type(threshold), out=gate)
    gate *= X
    gate /= X.dtype.type(scale)
    return gate


@hard_swish.grad(saves="X")
def _(c: Any, g: Any) -> Any:
    middle = inside(c.X, low=-c.offset, high=c.threshold - c.offset)
    above = inside(c.X, low=c.threshold - c.offset)
    bent = multiply(middle, _affine(c.X, 2 / c.scale, c.offset / c.scale))
    return multiply(g, add(bent, _affine(above, c.threshold / c.scale)))


@hard_swish.onnx
def _(b: Any, X: Any, *, threshold: float = 6.0, scale: float = 6.0, offset: float = 3.0) -> Any:
    gate = b.Clip(b.Add(X, b.const(offset, X.dtype)), b.const(0, X.dtype), b.const(threshold, X.dtype))
    return b.Div(b.Mul(X, gate), b.const(scale, X.dtype))


hard_swish.sample(f32(3, 4, low=-5, high=5))


@_activation("hard_shrink")
def hard_shrink(X, *, threshold=0.5):  # type: ignore[no-untyped-def]
    """``x`` where ``|x| > threshold``, else 0. ONNX: Where."""
    return np.where(np.absolute(X) > threshold, X, X.dtype.type(0))


hard_shrink.grad(lambda c, g: multiply(g, _outside(c.X, c.threshold)), saves="X")
hard_shrink.onnx(
    lambda b, X, *, threshold=0.5: b.Where(
        b.Greater(b.Abs(X), b.const(threshold, X.dtype)), X, b.const(0, X.dtype)
    )
)


def _outside(x: Any, bound: float) -> Any:
    return add(inside(x, low=bound), inside(x, high=-bound))


@_activation("softshrink")
def softshrink(X):  # type: ignore[no-untyped-def]
    return _softshrink(X)


def _softshrink(X, **attrs):  # type: ignore[no-untyped-def]
    """``x`` moved towards 0 by ``lambda``, 0 in between. ONNX: Sign, Abs, Relu."""
    bound = X.dtype.type(attrs.get("lambda", 0.5))
    return np.sign(X) * np.maximum(np.absolute(X) - bound, X.dtype.type(0))


# PaddlePaddle calls the attribute "lambda", which can not stand in a signature.
softshrink.kernel, softshrink.attrs, softshrink.__doc__ = _softshrink, {"lambda": 0.5}, _softshrink.__doc__
softshrink.grad(lambda c, g: multiply(g, _outside(c.X, getattr(c, "lambda"))), saves="X")
softshrink.onnx(
    lambda b, X, **attrs: b.Mul(
        b.Sign(X), b.Relu(b.Sub(b.Abs(X), b.const(attrs.get("lambda", 0.5), X.dtype)))
    )
)
softshrink.sample(f32(3, 4), **{"lambda": 0.9})


@_activation("logit")
def logit(X, *, eps=1e-6):  # type: ignore[no-untyped-def]
    """``log(x / (1 - x))`` with x kept inside ``[eps, 1 - eps]``. ONNX: Clip, Log."""
    x = clamp(X, eps, 1 - eps) if eps else X
    return quiet(lambda x: np.log(x / (1 - x)), x)


@logit.grad(saves="X")
def _(c: Any, g: Any) -> Any:
    kept = multiply(g, inside(c.X, low=c.eps, high=1 - c.eps)) if c.eps else g
    return divide(kept, multiply(c.X, _affine(c.X, -1.0, 1.0)))


@logit.onnx
def _(b: Any, X: Any, *, eps: float = 1e-6) -> Any:
    x = b.Clip(X, b.const(eps, X.dtype), b.const(1 - eps, X.dtype)) if eps else X
    return b.Log(b.Div(x, b.Sub(b.const(1, X.dtype), x)))


logit.sample_list.clear()
logit.sample(f32(2, 3, low=0.1, high=0.9)).sample(f32(2, 3, low=0.1, high=0.9), eps=0.3).sample(
    f32(low=0.2, high=0.8)
)
