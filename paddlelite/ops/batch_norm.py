"""Batch normalization and its fused gradient."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..dtypes import DType, bfloat16, float16, float32
from ..errors import InvalidArgumentError
from ..mode import mode
from ..op import Spec, op
from .compose import call, vjp
from .samples import f32, f64

__all__ = ["batch_norm", "batch_norm_grad", "frozen_statistics"]

#: Bytes of a piece of a tensor that several passes go over while it is in the cache.
_PIECE = 1 << 19
_HALF = (float16.np, bfloat16.np)


def channel_axis(rank: int, layout: str) -> int:
    """The axis of the channels."""
    return 1 if layout.startswith("NC") or layout == "AnyLayout" or rank <= 2 else rank - 1


def pieces(X: np.ndarray) -> Iterator[slice]:
    """Slices along axis 0 that cut ``X`` into pieces that fit the cache."""
    step = max(1, _PIECE // max(X[:1].nbytes, 1))
    return (slice(i, i + step) for i in range(0, X.shape[0], step))


def by_channel(X: np.ndarray, axis: int) -> np.ndarray:
    """``X`` as (outer, channels, inner)."""
    if axis == X.ndim - 1:
        return X.reshape(-1, X.shape[axis], 1)
    return X.reshape(X.shape[0], X.shape[axis], -1)


def _sum(X: np.ndarray) -> np.ndarray:
    """Sums over all but axis 1 of (outer, channels, inner)."""
    n, c, inner = X.shape
    if inner == 1:
        return np.matmul(np.ones(n, X.dtype), X.reshape(n, c))
    return np.einsum("ij->i", X.reshape(n * c, inner)).reshape(n, c).sum(0)


def _dot(X: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """Sums of ``X * Y`` over all but axis 1."""
    n, c, inner = X.shape
    if inner == 1:
        return np.einsum("nc,nc->c", X.reshape(n, c), Y.reshape(n, c))
    return np.einsum("ij,ij->i", X.reshape(n * c, inner), Y.reshape(n * c, inner)).reshape(n, c).sum(0)


def _moments(X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of each channel. Two passes: the squares of the deviations do not cancel."""
    count = max(X.shape[0] * X.shape[2], 1)
    mean = _sum(X) / X.dtype.type(count)
    column = mean[:, None]
    if X.nbytes <= _PIECE:
        deviation = X - column
        return mean, _dot(deviation, deviation) / X.dtype.type(count)
    total = np.zeros_like(mean)
    for part in pieces(X):
        deviation = X[part] - column
        total += _dot(deviation, deviation)
    return mean, total / X.dtype.type(count)


def affine(X: np.ndarray, factor: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """``X * factor + offset`` with one factor and offset per channel."""
    a, b = factor[:, None], offset[:, None]
    if X.nbytes <= _PIECE:
        out = X * a
        out += b
        return out
    out = np.empty_like(X)
    for part in pieces(X):
        np.multiply(X[part], a, out=out[part])
        out[part] += b
    return out


@op(
    "batch_norm",
    out=("Y", "MeanOut", "VarianceOut", "SavedMean", "SavedVariance", "ReserveSpace"),
    detached="MeanOut VarianceOut SavedMean SavedVariance ReserveSpace",
)
def batch_norm(  # type: ignore[no-untyped-def]
    X,
    Scale=None,
    Bias=None,
    Mean=None,
    Variance=None,
    MomentumTensor=None,
    *,
    is_test=False,
    momentum=0.9,
    epsilon=1e-5,
    data_layout="NCHW",
    use_global_stats=False,
    trainable_statistics=False,
):
    """Normalize each channel over batch and space (Ioffe and Szegedy, 2015) and update the running statistics.

    SavedMean and SavedVariance (the inverse deviation) are what the gradient needs; with running statistics they are
    those. ONNX: BatchNormalization.
    """
    x = X.astype(np.float32) if X.dtype in _HALF else X
    x3 = by_channel(np.ascontiguousarray(x), channel_axis(X.ndim, data_layout))
    kind = x.dtype.type
    if frozen_statistics(is_test, use_global_stats, trainable_statistics):
        mean, inverse = Mean, kind(1) / np.sqrt(Variance + kind(epsilon))
        new_mean, new_variance = Mean, Variance
    else:
        keep = kind(momentum if MomentumTensor is None else MomentumTensor.reshape(()))
        mean, variance = _moments(x3)
        inverse = kind(1) / np.sqrt(variance + kind(epsilon))
        new_mean = Mean * keep + mean * (kind(1) - keep)
        new_variance = Variance * keep + variance * (kind(1) - keep)
    factor = inverse if Scale is None else inverse * Scale
    offset = -mean * factor if Bias is None else Bias - mean * factor
    y = affine(x3, factor, offset).reshape(X.shape)
    return y.astype(X.dtype, copy=False), new_mean, new_variance, mean, inverse, None


def frozen_statistics(is_test: bool, use_global_stats: bool, trainable_statistics: bool) -> bool:
    """Whether the running statistics are used and left alone."""
    return use_global_stats or (is_test and not trainable_statistics)


@batch_norm.infer
def _(
    X: Any, Scale: Any = None, Bias: Any = None, Mean: Any = None, Variance: Any = None, *rest: Any, **a: Any
) -> Any:
    rank = len(X.dims)
    if not 2 <= rank <= 5:
        raise InvalidArgumentError(
            f"ShapeError: the dimension of input X must be in the range [2, 5], but received the shape {list(X.dims)}"
        )
    if not X.dtype.is_floating:
        raise InvalidArgumentError(f"batch_norm needs a floating tensor, got {X.dtype.name}")
    channels = X.dims[channel_axis(rank, a["data_layout"])]
    for name, t in (("scale", Scale), ("bias", Bias), ("mean", Mean), ("variance", Variance)):
        if t is None:
            continue
        if len(t.dims) != 1 or (
            isinstance(channels, int) and isinstance(t.dims[0], int) and t.dims[0] != channels
        ):
            raise InvalidArgumentError(
                f"ShapeError: the shape of {name} must equal to [{channels}], but received {list(t.dims)} "
                f"(the input has shape {list(X.dims)}, layout {a['data_layout']})"
            )
    stats = Spec((channels,), _stats_dtype(X.dtype))
    return Spec(X.dims, X.dtype), stats, stats, stats, stats, None


def _stats_dtype(dtype: DType) -> DType:
    return float32 if dtype in (float16, bfloat16) else dtype


@batch_norm.grad(saves="X Scale Bias Mean Variance SavedMean SavedVariance")
def _(c: Any, g: Any, *rest: Any) -> Any:
    frozen = frozen_statistics(c.is_test, c.use_global_stats, c.trainable_statistics)
    if mode.grad:
        wanted = [c.needs(s) for s in ("X", "Scale", "Bias")]

        def form(x: Any, scale: Any, bias: Any) -> Any:
            return _in_small_ops(
                x, scale, bias, c.Mean if frozen else None, c.Variance, c.epsilon, c.data_layout
            )

        return *vjp(form, [c.X, c.Scale, c.Bias], wanted, [g]), None, None, None
    dx, ds, db = batch_norm_grad(
        c.X,
        g,
        c.Scale,
        c.SavedMean,
        c.SavedVariance,
        data_layout=c.data_layout,
        frozen=frozen,
        need_x=c.needs("X"),
    )
    return dx, ds if c.needs("Scale") else None, db if c.needs("Bias") else None, None, None, None


def _in_small_ops(
    x: Any, scale: Any, bias: Any, mean: Any, variance: Any, epsilon: float, layout: str
) -> Any:
    """The normalization by elementwise ops; ``mean`` None: by the batch's own statistics."""
    rank = len(x.dims)
    axis = channel_axis(rank, layout)
    shape = [-1 if i == axis else 1 for i in range(rank)]
    column = lambda t: call("reshape2", t, shape=shape)
    if mean is None:
        others = [i for i in range(rank) if i != axis]
        x = x - call("reduce_mean", x, dim=others, keep_dim=True)
        spread = call("reduce_mean", x * x, dim=others, keep_dim=True)
    else:
        x, spread = x - column(mean), column(variance)
    y = x * call("rsqrt", spread + epsilon)
    y = y if scale is None else y * column(scale)
    return y if bias is None else y + column(bias)


@op("batch_norm_grad", out=("X@GRAD", "Scale@GRAD", "Bias@GRAD"))
def batch_norm_grad(X, G, Scale, Mean, Inverse, *, data_layout="NCHW", frozen=False, need_x=True):  # type: ignore[no-untyped-def]
    """The gradient of ``batch_norm`` from the mean and inverse deviation it used.

    ONNX: ReduceSum, Mul, Add.
    """
    axis = channel_axis(X.ndim, data_layout)
    half = X.dtype in _HALF
    x, g = (np.ascontiguousarray(t.astype(np.float32) if half else t) for t in (X, G))
    x3, g3 = by_channel(x, axis), by_channel(g, axis)
    total = _sum(g3)
    along = (_dot(g3, x3) - Mean * total) * Inverse
    if not need_x:
        return np.zeros((0,), X.dtype), along, total
    factor = Inverse if Scale is None else Inverse * Scale
    if frozen:
        dx = g3 * factor[:, None]
    else:
        count = x.dtype.type(max(x3.shape[0] * x3.shape[2], 1))
        by_x = -factor * Inverse * along / count
        rest = -factor * total / count - by_x * Mean
        dx = _two_terms(g3, factor[:, None], x3, by_x[:, None], rest[:, None])
    return dx.reshape(X.shape).astype(X.dtype, copy=False), along, total


def _two_terms(g: np.ndarray, a: np.ndarray, x: np.ndarray, b: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """``g * a + x * b + rest``, piece by piece."""
    out = np.empty_like(g)
    other: Any = None
    for part in pieces(g):
        piece = x[part]
        if other is None or other.shape != piece.shape:
            other = np.empty_like(piece)
        np.multiply(piece, b, out=other)
        other += rest
        np.multiply(g[part], a, out=out[part])
        out[part] += other
    return out


@batch_norm_grad.infer
def _(X: Any, G: Any, Scale: Any, Mean: Any, Inverse: Any, *, need_x: bool = True, **attrs: Any) -> Any:
    stats = Spec(Mean.dims, Mean.dtype)
    return Spec(X.dims if need_x else (0,), X.dtype), stats, stats


def _columns(b: Any, rank: int, axis: int, *vectors: Any) -> list[Any]:
    """Vectors of one number per channel, shaped to broadcast over the tensor."""
    shape = b.const([-1 if i == axis else 1 for i in range(rank)], "int64")
    return [b.Reshape(v, shape) for v in vectors]


@batch_norm.onnx
def _(
    b: Any,
    X: Any,
    Scale: Any = None,
    Bias: Any = None,
    Mean: Any = None,
    Variance: Any = None,
    MomentumTensor: Any = None,
    **a: Any,
) -> Any:
    rank = len(X.dims)
    axis = channel_axis(rank, a["data_layout"])
    stats = Mean.dtype
    x = b.cast(X, stats)
    if frozen_statistics(a["is_test"], a["use_global_stats"], a["trainable_statistics"]):
        mean, variance = Mean, Variance
        new_mean, new_variance = b.Identity(Mean), b.Identity(Variance)
    else:
        others = b.const([i for i in range(rank) if i != axis], "int64")
        kept = b.ReduceMean(x, others, keepdims=1)
        centred = b.Sub(x, kept)
        mean = b.Reshape(kept, b.const([-1], "int64"))
        variance = b.ReduceMean(b.Mul(centred, centred), others, keepdims=0)
        keep = b.const(a["momentum"], stats)
        if MomentumTensor is not None:
            keep = b.Reshape(b.cast(MomentumTensor, stats), b.const([], "int64"))
        rest = b.Sub(b.const(1.0, stats), keep)
        new_mean = b.Add(b.Mul(Mean, keep), b.Mul(mean, rest))
        new_variance = b.Add(b.Mul(Variance, keep), b.Mul(variance, rest))
    inverse = b.Reciprocal(b.Sqrt(b.Add(variance, b.const(a["epsilon"], stats))))
    if axis == 1 and Scale is not None and Bias is not None:
        y = b.BatchNormalization(x, Scale, Bias, mean, variance, epsilon=a["epsilon"], outputs=1)
    else:
        factor = inverse if Scale is None else b.Mul(inverse, Scale)
        m, f = _columns(b, rank, axis, mean, factor)
        y = b.Mul(b.Sub(x, m), f)
        y = y if Bias is None else b.Add(y, *_columns(b, rank, axis, Bias))
    return b.cast(y, X.dtype), new_mean, new_variance, b.Identity(mean), inverse


@batch_norm_grad.onnx
def _(
    b: Any,
    X: Any,
    G: Any,
    Scale: Any,
    Mean: Any,
    Inverse: Any,
    *,
    data_layout: str,
    frozen: bool,
    need_x: bool,
) -> Any:
    rank, stats = len(X.dims), Mean.dtype
    axis = channel_axis(rank, data_layout)
    others = b.const([i for i in range(rank) if i != axis], "int64")
    x, g = b.cast(X, stats), b.cast(G, stats)
    total = b.ReduceSum(g, others, keepdims=0)
    along = b.Mul(b.Sub(b.ReduceSum(b.Mul(g, x), others, keepdims=0), b.Mul(Mean, total)), Inverse)
    if not need_x:
        return b.const(np.zeros((0,), X.dtype.np)), along, total
    factor = Inverse if Scale is None else b.Mul(Inverse, Scale)
    if frozen:
        dx = b.Mul(g, *_columns(b, rank, axis, factor))
    else:
        shape = b.Shape(X)
        sizes = b.Gather(shape, b.const([i for i in range(rank) if i != axis], "int64"), axis=0)
        count = b.cast(b.ReduceProd(sizes, keepdims=0), stats)
        by_x = b.Neg(b.Div(b.Mul(b.Mul(factor, Inverse), along), count))
        rest = b.Sub(b.Neg(b.Div(b.Mul(factor, total), count)), b.Mul(by_x, Mean))
        f, s, r = _columns(b, rank, axis, factor, by_x, rest)
        dx = b.Add(b.Mul(g, f), b.Add(b.Mul(x, s), r))
    return b.cast(dx, X.dtype), along, total


_stats = (f32(3), f32(3), f32(3), f32(3, low=0.5))
batch_norm.sample(f32(4, 3), *_stats, grad="X Scale Bias").sample(
    f32(2, 3, 4, 2), *_stats, momentum=0.7, grad="X Scale Bias"
)
batch_norm.sample(f32(2, 3, 4), *_stats, is_test=True, epsilon=1e-3, grad="X Scale Bias")
batch_norm.sample(f32(2, 4, 3), *_stats, data_layout="NHWC", grad="X Scale Bias")
batch_norm.sample(f32(2, 4, 2, 3), *_stats, data_layout="NHWC", use_global_stats=True, grad="X Scale Bias")
batch_norm.sample(f64(2, 3, 4), None, None, f64(3), f64(3, low=0.5), np.array([0.8]), grad="X")
batch_norm_grad.sample(f32(2, 3, 4), f32(2, 3, 4), f32(3), f32(3), f32(3, low=0.5))
batch_norm_grad.sample(f32(5, 3), f32(5, 3), None, f32(3), f32(3, low=0.5), frozen=True)
