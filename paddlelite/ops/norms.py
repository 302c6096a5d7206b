"""Norms of tensors: p_norm, frobenius_norm, dist and the squared and absolute sums of old files."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..op import Spec, op
from .elementwise import cast, divide, equal, multiply, scale, subtract
from .quiet import quiet
from .reduce import axes_of, reduce_sum, reduced, spread
from .rules import axis_in, require_float
from .samples import f32, f64
from .unary import abs_, reciprocal, sign, sqrt

__all__ = ["clip_by_norm", "dist", "frobenius_norm", "p_norm", "squared_l2_norm"]


def _norm_axes(rank: int, axis: int, asvector: bool) -> tuple[int, ...]:
    return tuple(range(rank)) if asvector or not rank else (axis_in(axis, rank),)


@op("p_norm")
def p_norm(X, *, porder=2.0, axis=-1, epsilon=1e-12, keepdim=False, asvector=False):  # type: ignore[no-untyped-def]
    """``sum(|x| ** p) ** (1 / p)`` along ``axis`` (all, for ``asvector``); p may be 0 or infinite. ONNX: Reduce*."""
    axes = _norm_axes(X.ndim, axis, asvector)
    size = np.absolute(X)
    if porder == 0:
        out = (X != 0).sum(axis=axes, keepdims=keepdim)
    elif math.isinf(porder):
        out = (size.max if porder > 0 else size.min)(axis=axes, keepdims=keepdim)
    elif porder == 1:
        out = size.sum(axis=axes, keepdims=keepdim)
    elif porder == 2:
        out = np.sqrt(np.multiply(X, X).sum(axis=axes, keepdims=keepdim))
    else:
        out = quiet(_general, size, porder, axes, keepdim)
    return np.asarray(out, dtype=X.dtype)


def _general(size: np.ndarray, p: float, axes: Any, keepdim: bool) -> Any:
    return np.power(
        np.power(size, size.dtype.type(p)).sum(axis=axes, keepdims=keepdim), size.dtype.type(1 / p)
    )


@p_norm.infer
def _(X: Any, *, porder: float, axis: int, epsilon: float, keepdim: bool, asvector: bool) -> Spec:
    require_float("p_norm", X)
    return Spec(reduced(X.dims, _norm_axes(len(X.dims), axis, asvector), keepdim), X.dtype)


@p_norm.grad(saves="X Out")
def _(c: Any, g: Any) -> Any:
    from .binary import power

    like = c.like("X")
    axes = _norm_axes(len(like.dims), c.axis, c.asvector)
    g, out, p = spread(g, like, axes), spread(c.Out, like, axes), c.porder
    if p == 0:
        return scale(multiply(g, c.X), scale=0.0)
    if p == 1:
        return multiply(g, sign(c.X))
    if math.isinf(p):
        hit = cast(equal(abs_(c.X), out), out_dtype=g.dtype)
        return multiply(multiply(g, sign(c.X)), hit)
    if p == 2:
        return multiply(c.X, divide(g, scale(out, bias=c.epsilon)))
    slope = multiply(sign(c.X), power(abs_(c.X), factor=p - 1))
    return multiply(slope, divide(g, power(scale(out, bias=c.epsilon), factor=p - 1)))


@p_norm.onnx
def _(b: Any, X: Any, *, porder: float, axis: int, epsilon: float, keepdim: bool, asvector: bool) -> Any:
    axes = _norm_axes(len(X.dims), axis, asvector)
    return _onnx_norm(b, X, porder, axes, keepdim)


def _onnx_norm(b: Any, X: Any, p: float, axes: Sequence[int], keepdim: bool) -> Any:
    size = b.Abs(X)
    if not axes:
        return size if p else b.cast(b.Not(b.Equal(X, b.const(0, X.dtype))), X.dtype)
    over, keep = b.const(list(axes), "int64"), int(keepdim)
    if p == 0:
        return b.ReduceSum(b.cast(b.Not(b.Equal(X, b.const(0, X.dtype))), X.dtype), over, keepdims=keep)
    if math.isinf(p):
        return (b.ReduceMax if p > 0 else b.ReduceMin)(size, over, keepdims=keep)
    if p == 1:
        return b.ReduceL1(X, over, keepdims=keep)
    if p == 2:
        return b.ReduceL2(X, over, keepdims=keep)
    total = b.ReduceSum(b.Pow(size, b.const(p, X.dtype)), over, keepdims=keep)
    return b.Pow(total, b.const(1 / p, X.dtype))


p_norm.sample(f32(2, 3)).sample(f32(2, 3), porder=1.0, axis=0, keepdim=True).sample(
    f32(2, 3), porder=3.0, asvector=True
)
p_norm.sample(f32(2, 3), porder=math.inf).sample(f32(2, 3), porder=-math.inf, axis=0).sample(
    f32(2, 3), porder=0.0
)
p_norm.sample(f64(4), porder=2.5, tol=1e-4).sample(f32(), asvector=True)


@op("frobenius_norm")
def frobenius_norm(X, *, dim=(0,), keep_dim=False, reduce_all=False, in_dtype=None, out_dtype=None):  # type: ignore[no-untyped-def]
    """The root of the sum of squares over ``dim``. ONNX: ReduceL2."""
    axes = axes_of(X.ndim, dim, reduce_all)
    return np.asarray(np.sqrt(np.multiply(X, X).sum(axis=axes, keepdims=keep_dim)), dtype=X.dtype)


@frobenius_norm.infer
def _(X: Any, *, dim: Any, keep_dim: bool, reduce_all: bool, in_dtype: Any, out_dtype: Any) -> Spec:
    require_float("frobenius_norm", X)
    return Spec(reduced(X.dims, axes_of(len(X.dims), dim, reduce_all), keep_dim), X.dtype)


@frobenius_norm.grad(saves="X Out")
def _(c: Any, g: Any) -> Any:
    like = c.like("X")
    axes = axes_of(len(like.dims), c.dim, c.reduce_all)
    return multiply(c.X, divide(spread(g, like, axes), scale(spread(c.Out, like, axes), bias=1e-12)))


@frobenius_norm.onnx
def _(b: Any, X: Any, *, dim: Any, keep_dim: bool, reduce_all: bool, in_dtype: Any, out_dtype: Any) -> Any:
    return _onnx_norm(b, X, 2, axes_of(len(X.dims), dim, reduce_all), keep_dim)


frobenius_norm.sample(f32(2, 3, 4), dim=[1, 2]).sample(f32(2, 3), dim=[], reduce_all=True).sample(
    f32(2, 3), dim=[0], keep_dim=True
)


@op("dist", composite=True)
def dist(X, Y, *, p=2.0):  # type: ignore[no-untyped-def]
    """The p-norm of the difference of two tensors, with broadcasting."""
    return p_norm(subtract(X, Y), porder=float(p), asvector=True, epsilon=1e-12)


dist.sample(f32(2, 3), f32(3)).sample(f32(2, 3), f32(2, 3), p=1.0).sample(f32(2, 3), f32(2, 3), p=math.inf)


def _all(x: Any, keep: bool) -> Any:
    return reduce_sum(x, dim=[], keep_dim=keep, reduce_all=True)


def _one(x: Any) -> Any:
    from .shape import reshape

    return reshape(x, shape=[1])


@op("squared_l2_norm", composite=True)
def squared_l2_norm(X):  # type: ignore[no-untyped-def]
    """The sum of squares, of shape [1]."""
    return _one(_all(multiply(X, X), False))


@op("l1_norm", composite=True)
def l1_norm(X):  # type: ignore[no-untyped-def]
    """The sum of absolute values, of shape [1]."""
    return _one(_all(abs_(X), False))


for _record in (squared_l2_norm, l1_norm):
    _record.sample(f32(2, 3)).sample(f32(4))


@op("clip_by_norm", composite=True)
def clip_by_norm(X, *, max_norm):  # type: ignore[no-untyped-def]
    """``x * max_norm / max(norm(x), max_norm)``."""
    from .arithmetic import clip

    norm = sqrt(_all(multiply(X, X), False))
    return multiply(X, scale(reciprocal(clip(norm, min=max_norm, max=math.inf)), scale=max_norm))


clip_by_norm.sample(f32(2, 3), max_norm=1.0).sample(f32(2, 3), max_norm=100.0)
