"""softmax and log_softmax: kernels with few passes over memory, and their gradients as ops."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..op import op
from . import rules
from .elementwise import multiply, scale, subtract
from .reduce import reduce_sum
from .rules import axis_in
from .samples import f32, f64
from .unary import exp

_max, _add = np.maximum.reduce, np.add.reduce


def _shifted(X: np.ndarray, axis: int) -> np.ndarray:
    return np.subtract(X, _max(X, axis, None, None, True))


def _refuse(X: np.ndarray) -> None:
    """NumPy would take integers, as float64; the shape rule says what is wrong."""
    if X.dtype.kind not in "fV":
        raise TypeError(X.dtype)


def _axis(X: Any, axis: int) -> int:
    return axis_in(axis, len(X.dims))


@op("softmax")
def softmax(X, *, axis=-1):  # type: ignore[no-untyped-def]
    """``exp(x) / sum(exp(x))`` along ``axis``. ONNX: Softmax."""
    _refuse(X)
    if X.ndim == 0:
        return np.ones_like(X)
    if not X.size:
        return X.copy()
    out = _shifted(X, axis)
    np.exp(out, out=out)
    out /= _add(out, axis, None, None, True)
    return out


@softmax.infer
def _(X: Any, *, axis: int = -1) -> Any:
    rules.require_float("softmax", X)
    _axis(X, axis)
    return rules.like_first(X)


softmax.grad(lambda c, g: softmax_grad(c.Out, g, axis=c.axis), saves="Out")


@softmax.onnx
def _(b: Any, X: Any, *, axis: int = -1) -> Any:
    return b.Softmax(X, axis=_axis(X, axis)) if X.dims else b.Exp(b.Sub(X, X))


@op("softmax_grad", out="X@GRAD")
def softmax_grad(Out, G, *, axis=-1):  # type: ignore[no-untyped-def]
    """``out * (g - sum(out * g))``. ONNX: Mul, ReduceSum, Sub."""
    if Out.ndim == 0:
        return np.zeros_like(Out)
    result = Out * G
    total = _add(result, axis, None, None, True)
    result -= Out * total
    return result


softmax_grad.infer(rules.like_first)


@softmax_grad.grad(saves="Out G")
def _(c: Any, g: Any) -> Any:
    if not c.Out.dims:
        return _nothing(g)
    total = _sum(multiply(c.Out, c.G), c.axis)
    along = _sum(multiply(c.Out, g), c.axis)
    dout = subtract(multiply(g, subtract(c.G, total)), multiply(c.G, along))
    return dout, softmax_grad(c.Out, g, axis=c.axis)


def _nothing(g: Any) -> Any:
    """The gradients of what is zero whatever it is given: the slope of a softmax of one number."""
    zero = scale(g, scale=0.0)
    return zero, zero


def _sum(x: Any, axis: int) -> Any:
    return reduce_sum(x, dim=[axis], keep_dim=True) if x.dims else x


@softmax_grad.onnx
def _(b: Any, Out: Any, G: Any, *, axis: int = -1) -> Any:
    if not Out.dims:
        return b.const(0, G.dtype)  # a softmax of one number is 1, whatever the number
    product = b.Mul(Out, G)
    return b.Sub(product, b.Mul(Out, _onnx_sum(b, product, axis)))


def _onnx_sum(b: Any, x: Any, axis: int) -> Any:
    return b.ReduceSum(x, b.const([_axis(x, axis)], "int64"), keepdims=1) if x.dims else x


@op("log_softmax")
def log_softmax(X, *, axis=-1):  # type: ignore[no-untyped-def]
    """``x - log(sum(exp(x)))`` along ``axis``. ONNX: LogSoftmax."""
    _refuse(X)
    if X.ndim == 0:
        return np.zeros_like(X)
    if not X.size:
        return X.copy()
    out = _shifted(X, axis)
    total = _add(np.exp(out), axis, None, None, True)
    out -= np.log(total, out=total)
    return out


@log_softmax.infer
def _(X: Any, *, axis: int = -1) -> Any:
    rules.require_float("log_softmax", X)
    _axis(X, axis)
    return rules.like_first(X)


log_softmax.grad(lambda c, g: log_softmax_grad(c.Out, g, axis=c.axis), saves="Out")


@log_softmax.onnx
def _(b: Any, X: Any, *, axis: int = -1) -> Any:
    return b.LogSoftmax(X, axis=_axis(X, axis)) if X.dims else b.Sub(X, X)


@op("log_softmax_grad", out="X@GRAD")
def log_softmax_grad(Out, G, *, axis=-1):  # type: ignore[no-untyped-def]
    """``g - exp(out) * sum(g)``. ONNX: Exp, ReduceSum, Mul, Sub."""
    if Out.ndim == 0:
        return np.zeros_like(Out)
    result = np.exp(Out)
    result *= _add(G, axis, None, None, True)
    return np.subtract(G, result, out=result)


log_softmax_grad.infer(rules.like_first)


@log_softmax_grad.grad(saves="Out G")
def _(c: Any, g: Any) -> Any:
    if not c.Out.dims:
        return _nothing(g)
    p = exp(c.Out)
    dout = scale(multiply(multiply(g, p), _sum(c.G, c.axis)), scale=-1.0)
    return dout, subtract(g, _sum(multiply(g, p), c.axis))


@log_softmax_grad.onnx
def _(b: Any, Out: Any, G: Any, *, axis: int = -1) -> Any:
    if not Out.dims:
        return b.const(0, G.dtype)
    return b.Sub(G, b.Mul(b.Exp(Out), _onnx_sum(b, G, axis)))


for _record in (softmax, log_softmax):
    _record.sample(f32(2, 3)).sample(f32(2, 3, 4), axis=1).sample(f32(2, 0)).sample(f32(0, 3)).sample(
        f64(3), axis=0
    )
    _record.sample(f32()).sample(np.float32([[1e4, 0, -1e4], [-1e4, -1e4, -1e4]]), grad="")
for _record in (softmax_grad, log_softmax_grad):
    _record.sample(f32(2, 3), f32(2, 3)).sample(f32(2, 3, 4), f32(2, 3, 4), axis=1).sample(f32(), f32())
