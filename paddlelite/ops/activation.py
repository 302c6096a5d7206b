"""Activation functions. Where a gradient is much faster in one pass, it is an op of its own."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import InvalidArgumentError
from ..op import Op, op
from . import rules
from .elementwise import add, multiply, scale
from .quiet import quiet
from .rules import sum_to
from .samples import f32, f64
from .unary import _sigmoid, exp, sigmoid

_INF = math.inf
_ZEROS = {dtype: np.zeros((), dtype) for dtype in (np.dtype(np.float32), np.dtype(np.float64))}


def _zero(X: np.ndarray) -> np.ndarray:
    """A 0-D zero of X's dtype: ufuncs take arrays faster than Python numbers."""
    found = _ZEROS.get(X.dtype)
    return np.zeros((), X.dtype) if found is None else found


def clamp(X: np.ndarray, low: Any, high: Any) -> np.ndarray:
    """``X`` between two numbers, in X's dtype. (np.clip would make float32 of bfloat16.)"""
    out = np.maximum(X, X.dtype.type(low), out=np.empty_like(X))
    return np.minimum(out, X.dtype.type(high), out=out)


def _activation(type: str, *, saves: str = "X") -> Callable[[Callable[..., Any]], Op]:
    """An op of floats with X's shape and dtype; ``saves`` is for the gradient rule that follows."""

    def register(kernel: Callable[..., Any]) -> Op:
        record = op(type, total=True)(kernel)
        record.infer(lambda X, **attrs: _float_infer(type, X))
        return record.sample(f32(2, 3)).sample(f32()).sample(f32(0, 2)).sample(f64(3))

    return register


def _float_infer(type: str, X: Any) -> Any:
    rules.require_float(type, X)
    return rules.like_first(X)


def _affine(x: Any, a: float, b: float = 0.0) -> Any:
    return scale(x, scale=a, bias=b)


@op("inside")
def inside(X, *, low=-_INF, high=_INF):  # type: ignore[no-untyped-def]
    """1 where ``low < X < high``, else 0, in X's dtype: the slope of piecewise linear functions. ONNX: Less, Cast."""
    if high == _INF:
        return np.greater(X, low).astype(X.dtype)
    if low == -_INF:
        return np.less(X, high).astype(X.dtype)
    return (np.greater(X, low) & np.less(X, high)).astype(X.dtype)


inside.infer(rules.like_first)


@inside.onnx
def _(b: Any, X: Any, *, low: float = -_INF, high: float = _INF) -> Any:
    tests = [b.Greater(X, b.const(low, X.dtype))] if low != -_INF else []
    tests += [b.Less(X, b.const(high, X.dtype))] if high != _INF else []
    return b.cast(b.And(*tests) if len(tests) == 2 else tests[0], X.dtype)


inside.sample(f32(2, 3), low=0.0).sample(f32(4), low=-1.0, high=1.0).sample(f32(), high=0.0)


# relu and its relatives


@op("relu", total=True)
def relu(X):  # type: ignore[no-untyped-def]
    """``max(x, 0)``. ONNX: Relu."""
    return np.maximum(X, _zero(X))


relu.infer(rules.like_first)
relu.grad(lambda c, g: relu_grad(c.Out, g), saves="Out")
relu.onnx(lambda b, X: b.Relu(X))
relu.sample(f32(2, 3)).sample(f32()).sample(f32(0, 2)).sample(f64(3))


@op("relu_grad", out="X@GRAD")
def relu_grad(Out, G):  # type: ignore[no-untyped-def]
    """``g`` where the result is positive. ONNX: Greater, Cast, Mul."""
    result = np.greater(Out, _zero(Out)).astype(G.dtype)
    result *= G
    return result


relu_grad.infer(rules.like_first)
relu_grad.grad(lambda c, g: (None, relu_grad(c.Out, g)), saves="Out")
relu_grad.onnx(lambda b, Out, G: b.Mul(b.cast(b.Greater(Out, b.const(0, Out.dtype)), G.dtype), G))
relu_grad.sample(f32(2, 3), f32(2, 3), grad="G").sample(f32(), f32(), grad="G").sample(f32(0, 2), f32(0, 2))


@_activation("relu6")
def relu6(X, *, threshold=6.0):  # type: ignore[no-untyped-def]
    """``min(max(x, 0), 6)``. ONNX: Clip."""
    return clamp(X, 0, threshold)


relu6.grad(lambda c, g: multiply(g, inside(c.Out, low=0.0, high=c.threshold)), saves="Out")
relu6.onnx(lambda b, X, *, threshold=6.0: b.Clip(X, b.const(0, X.dtype), b.const(threshold, X.dtype)))
relu6.sample(f32(3, 4, low=-3, high=9))


@_activation("leaky_relu")
def leaky_relu(X, *, alpha=0.02):  # type: ignore[no-untyped-def]
    """``x`` where positive, else ``alpha * x``. ONNX: LeakyRelu."""
    scaled = np.multiply(X, X.dtype.type(alpha), out=np.empty_like(X))
    return np.maximum(X, scaled, out=scaled) if 0 <= alpha <= 1 else np.where(X > 0, X, scaled)


leaky_relu.grad(lambda c, g: multiply(g, _affine(inside(c.X, low=0.0), 1 - c.alpha, c.alpha)), saves="X")
leaky_relu.onnx(lambda b, X, *, alpha=0.02: b.LeakyRelu(X, alpha=alpha))
leaky_relu.sample(f32(3, 4), alpha=0.1).sample(f32(4), alpha=2.0)


def _elu(X: np.ndarray, alpha: float) -> np.ndarray:
    curved = np.expm1(np.minimum(X, _zero(X)))
    curved *= X.dtype.type(alpha)
    return np.where(X > 0, X, curved)


def _elu_slope(x: Any, alpha: float) -> Any:
    """1 where positive, else ``alpha * exp(x)``, without overflow for large x."""
    positive = inside(x, low=0.0)
    curve = exp(multiply(x, _affine(positive, -1.0, 1.0)))
    return add(positive, _affine(add(curve, _affine(positive, -1.0)), alpha))


@_activation("elu")
def elu(X, *, alpha=1.0):  # type: ignore[no-untyped-def]
    """``x`` where positive, else ``alpha * (exp(x) - 1)``. Clevert et al. 2015. ONNX: Elu."""
    return _elu(np.asarray(X), alpha)


elu.grad(lambda c, g: multiply(g, _elu_slope(c.X, c.alpha)), saves="X")
elu.onnx(lambda b, X, *, alpha=1.0: b.Elu(X, alpha=alpha))
elu.sample(f32(3, 4), alpha=0.7)


@_activation("selu")
def selu(X, *, scale=1.0507009873554805, alpha=1.6732632423543772):  # type: ignore[no-untyped-def]
    """Scaled elu. Klambauer et al. 2017. ONNX: Selu."""
    return _elu(X, alpha) * X.dtype.type(scale)


selu.grad(lambda c, g: multiply(_affine(g, c.scale), _elu_slope(c.X, c.alpha)), saves="X")
selu.onnx(lambda b, X, *, scale, alpha: b.Selu(X, gamma=scale, alpha=alpha))


@_activation("celu")
def celu(X, *, alpha=1.0):  # type: ignore[no-untyped-def]
    """``x`` where positive, else ``alpha * (exp(x / alpha) - 1)``. Barron 2017. ONNX: Celu."""
    return np.where(X > 0, X, X.dtype.type(alpha) * np.expm1(np.minimum(X, _zero(X)) / X.dtype.type(alpha)))


celu.grad(lambda c, g: multiply(g, _elu_slope(_affine(c.X, 1 / c.alpha), 1.0)), saves="X")
celu.onnx(
    lambda b, X, *, alpha=1.0: (
        b.Celu(X, alpha=alpha)
        if X.dtype.itemsize < 8
        else b.Add(
            b.Relu(X),
            b.Mul(b.const(alpha, X.dtype), b.Elu(b.Neg(b.Relu(b.Div(b.Neg(X), b.const(alpha, X.dtype)))))),
        )
    )
)
celu.sample(f32(3, 4), alpha=0.7)


@_activation("thresholded_relu")
def thresholded_relu(X, *, threshold=1.0, value=0.0):  # type: ignore[no-untyped-def]
    """``x`` where above ``threshold``, else ``value``. ONNX: ThresholdedRelu."""
    return np.where(threshold < X, X, X.dtype.type(value))


thresholded_relu.grad(lambda c, g: multiply(g, inside(c.X, low=c.threshold)), saves="X")


@thresholded_relu.onnx
def _(b: Any, X: Any, *, threshold: float = 1.0, value: float = 0.0) -> Any:
    return b.Where(b.Greater(X, b.const(threshold, X.dtype)), X, b.const(value, X.dtype))


thresholded_relu.sample(f32(3, 4), threshold=0.3).sample(f32(3, 4), threshold=0.3, value=-1.0)


@_activation("brelu")
def brelu(X, *, t_min=0.0, t_max=24.0):  # type: ignore[no-untyped-def]
    """``x`` between two bounds (hardtanh). ONNX: Clip."""
    return clamp(X, t_min, t_max)


brelu.grad(lambda c, g: multiply(g, inside(c.X, low=c.t_min, high=c.t_max)), saves="X")
brelu.onnx(lambda b, X, *, t_min, t_max: b.Clip(X, b.const(t_min, X.dtype), b.const(t_max, X.dtype)))
brelu.sample(f32(3, 4), t_min=-1.0, t_max=1.0)


@op("prelu")
def prelu(X, Alpha, *, data_format="NCHW", mode="all"):  # type: ignore[no-untyped-def]
    """``x`` where positive, else ``alpha * x``, with a learned slope. He et al. 2015. ONNX: PRelu."""
    return np.where(X > 0, X, X * Alpha.reshape(_slope_dims(X.shape, Alpha.shape, data_format, mode)))


def _slope_dims(x: Any, alpha: Any, data_format: str, mode: str) -> list[Any]:
    """The shape in which the slopes broadcast against ``x``."""
    if mode == "all":
        return [1] * len(x)
    if mode == "channel":
        channel = 1 if data_format[1:2] == "C" else len(x) - 1
        return [-1 if i == channel else 1 for i in range(len(x))]
    if mode == "element":
        return [1, *x[1:]]
    raise InvalidArgumentError(f"the mode of prelu must be all, channel or element, got {mode!r}")


@prelu.infer
def _(X: Any, Alpha: Any, *, data_format: str = "NCHW", mode: str = "all") -> Any:
    rules.require_float("prelu", X)
    _slope_dims(X.dims, Alpha.dims, data_format, mode)
    return rules.like_first(X)


@prelu.grad(saves="X Alpha")
def _(c: Any, g: Any) -> Any:
    from .shape import reshape, reshape_like

    alpha = c.Alpha
    slopes = reshape(alpha, shape=_slope_dims(c.X.dims, alpha.dims, c.data_format, c.mode))
    positive = inside(c.X, low=0.0)
    negative = _affine(positive, -1.0, 1.0)
    dx = multiply(g, add(positive, multiply(negative, slopes))) if c.needs("X") else None
    if not c.needs("Alpha"):
        return dx, None
    like = c.like("Alpha")._replace(dims=slopes.dims, value=slopes)
    return dx, reshape_like(sum_to(multiply(multiply(g, c.X), negative), like), c.like("Alpha"))


@prelu.onnx
def _(b: Any, X: Any, Alpha: Any, *, data_format: str = "NCHW", mode: str = "all") -> Any:
    slope = b.Reshape(Alpha, b.const(_slope_dims(X.dims, Alpha.dims, data_format, mode), "int64"))
    return b.PRelu(X, slope)


prelu.sample(f32(2, 3, 4), f32(1)).sample(f32(2, 3, 4), f32(3), mode="channel")
prelu.sample(f32(2, 3, 4), f32(4), mode="channel", data_format="NLC").sample(
    f32(2, 3), f32(1, 3), mode="element"
)


# Smooth gates


@_activation("silu")
def silu(X):  # type: ignore[no-untyped-def]
    """``x * sigmoid(x)``. ONNX: Sigmoid, Mul."""
    out = quiet(_sigmoid, X)
    out *= X
    return out


silu.grad(lambda c, g: silu_grad(c.X, g), saves="X")
silu.onnx(lambda b, X: b.Mul(X, b.Sigmoid(X)))


@op("silu_grad", out="X@GRAD")
def silu_grad(X, G):  # type: ignore[no-untyped-def]
    """``g * s * (1 + x * (1 - s))`` with ``s = sigmoid(x)``. ONNX: Sigmoid, Sub, Mul, Add."""
    s = quiet(_sigmoid, X)
    result = np.subtract(1, s)
    result *= X
    result += 1
    result *= s
    result *= G
    return result


silu_grad.infer(rules.like_first)


@silu_grad.grad(saves="X G")
def _(c: Any, g: Any) -> Any:
    s = sigmoid(c.X)
    bend = multiply(
        multiply(s, _affine(s, -1.0, 1.0)), _affine(multiply(c.X, _affine(s, -2.0, 1.0)), 1.0, 2.0)
    )
    return multiply(multiply(g, c.G), bend), silu_grad(c.X, g)


@silu_grad.onnx
def _(b: Any, X: Any, G: Any) -> Any:
    s, one = b.Sigmoid(X), b.const(1, X.dtype)
    return b.Mul(G, b.Mul(s, b.Add(one, b.Mul(X, b.Sub(one, s)))))


silu_grad.sample(f32(2, 3), f32(2, 3)).sample(f32(), f32()).sample(f32(0, 2), f32(0, 2))


@_activation("swish")
def swish(X, *, beta=1.0):  # type: ignore[no-untyped-def]
    """``x * sigmoid(beta * x)``. Ramachandran et al. 2017. ONNX: Sigmoid, Mul."""
    return X * quiet(_sigmoid, X * X.dtype.type(beta))


@swish.grad(saves="X")
def _(c: Any, g: Any) -> Any:
    s = sigmoid(_affine(c.X, c.beta))
    return multiply(g, add(s, _affine(multiply(c.X, _slope(s)), c.beta)))


def _slope(s: Any) -> Any:
    """The derivative of sigmoid, from its value."""
    return multiply(s, _affine(s, -1.0, 1.0))


swish.onnx(lambda b, X, *, beta=1.0: b.Mul(X, b.Sigmoid(b.Mul(X, b.const(beta, X.dtype)))))
swish.sample(f32(3, 4), beta=1.5)


@op("maxout", composite=True)
def maxout(X, *, groups, axis=1):  # type: ignore[no-untyped-def]
    """The largest of each ``groups`` neighbours along ``axis``. Goodfellow et al. 2013."""
    from .reduce import reduce_max
    from .shape import reshape

    at = rules.axis_in(axis, len(X.dims))
    size = X.dims[at]
    if groups < 1 or (isinstance(size, int) and size % groups):
        raise InvalidArgumentError(f"maxout: groups ({groups}) must divide the size of axis {axis} ({size})")
    # Sizes that are not known stay as they are (0); one unknown axis after the split may be worked out (-1).
    before = [0] * at
    after = list(X.dims[at + 1 :])
    if any(not isinstance(d, int) for d in after):
        return _maxout_symbolic(X, groups, at)
    split = [*before, size // groups if isinstance(size, int) else -1, groups, *after]
    return reduce_max(reshape(X, shape=split), dim=[at + 1])


def _maxout_symbolic(X: Any, groups: int, at: int) -> Any:
    from .reduce import reduce_max
    from .shape import reshape, transpose

    rank = len(X.dims)
    order = [i for i in range(rank) if i != at] + [at]
    size = X.dims[at]
    last = transpose(X, axis=order)
    split = reshape(last, shape=[0] * (rank - 1) + [size // groups if isinstance(size, int) else -1, groups])
    top = reduce_max(split, dim=[rank])
    return transpose(top, axis=[order.index(i) for i in range(rank)])


maxout.sample(f32(2, 4, 3), groups=2).sample(f32(2, 3, 6), groups=3, axis=-1).sample(f32(6), groups=2, axis=0)
