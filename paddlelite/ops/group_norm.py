"""Group and instance normalization with one fused gradient; lrn and norm, made of other ops."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import InvalidArgumentError
from ..mode import mode
from ..op import Spec, op
from .batch_norm import _stats_dtype, channel_axis
from .compose import call, vjp
from .elementwise import divide, multiply, scale
from .layer_norm import _centred_and_scaled, _inverse, _single, normalized, row_grad
from .reduce import reduce_sum
from .samples import f32, f64
from .shape import reshape, transpose

__all__ = ["group_norm", "instance_norm", "lrn", "response_norm"]


def _first(x: np.ndarray, axis: int) -> np.ndarray:
    """Channels on axis 1, contiguous."""
    return np.ascontiguousarray(np.moveaxis(x, axis, 1))


def _affine(y: np.ndarray, scale: np.ndarray | None, bias: np.ndarray | None) -> np.ndarray:
    """``y * scale + bias`` per channel, in place; y is [N, C, ...]."""
    flat = y.reshape(y.shape[0], y.shape[1], -1)
    if scale is not None:
        flat *= scale[:, None]
    if bias is not None:
        flat += bias[:, None]
    return y


def _forward(X: Any, Scale: Any, Bias: Any, groups: int, epsilon: float, axis: int) -> tuple[Any, Any, Any]:
    x = _first(_single(X), axis)
    rows = x.reshape(X.shape[0] * groups, -1) if x.size else x.reshape(X.shape[0] * groups, 0)
    y, mean, variance = normalized(rows, epsilon)
    y = _affine(y.reshape(x.shape), Scale, Bias)
    return np.moveaxis(y, 1, axis).astype(X.dtype, copy=False), mean, variance


@op("group_norm", out=("Y", "Mean", "Variance"), detached="Mean Variance")
def group_norm(X, Scale=None, Bias=None, *, epsilon=1e-5, groups=-1, data_layout="NCHW"):  # type: ignore[no-untyped-def]
    """Normalize each sample over groups of channels (Wu and He, 2018). ONNX: InstanceNormalization of the groups."""
    axis = channel_axis(X.ndim, data_layout)
    if X.shape[axis] % groups:
        raise ValueError("channels and groups")  # the shape rule says it in full
    y, mean, variance = _forward(X, Scale, Bias, groups, epsilon, axis)
    return y, mean.reshape(-1, groups), variance.reshape(-1, groups)


@group_norm.infer
def _(X: Any, Scale: Any = None, Bias: Any = None, *, epsilon: float, groups: int, data_layout: str) -> Any:
    if len(X.dims) < 2:
        raise InvalidArgumentError(
            f"The Input(X)'s dimension of group_norm must be at least 2, got {list(X.dims)}"
        )
    channels = X.dims[channel_axis(len(X.dims), data_layout)]
    if groups < 1 or (isinstance(channels, int) and channels % groups):
        raise InvalidArgumentError(
            f"The number of groups ({groups}) of group_norm must divide the number of channels ({channels})"
        )
    _check(channels, Scale, Bias)
    stats = Spec((X.dims[0], groups), _stats_dtype(X.dtype))
    return Spec(X.dims, X.dtype), stats, stats


def _check(channels: Any, *vectors: Any) -> None:
    for t in vectors:
        if (
            t is not None
            and isinstance(channels, int)
            and isinstance(t.dims[0], int)
            and t.dims[0] != channels
        ):
            raise InvalidArgumentError(
                f"scale and bias should have {channels} elements, one a channel, got {list(t.dims)}"
            )


def _gradients(c: Any, g: Any, groups: int, layout: str, mean: Any, variance: Any) -> Any:
    wanted = [c.needs(s) for s in ("X", "Scale", "Bias")]
    if mode.grad:

        def form(x: Any, scale: Any, bias: Any) -> Any:
            return _in_small_ops(x, scale, bias, groups, c.epsilon, channel_axis(len(x.dims), layout))

        return tuple(vjp(form, [c.X, c.Scale, c.Bias], wanted, [g]))
    found = group_norm_grad(
        c.X, g, c.Scale, mean, variance, epsilon=c.epsilon, groups=groups, data_layout=layout
    )
    return tuple(d if want else None for d, want in zip(found, wanted, strict=True))


def _in_small_ops(x: Any, scale: Any, bias: Any, groups: int, epsilon: float, axis: int) -> Any:
    rank = len(x.dims)
    order = [0, axis, *(i for i in range(1, rank) if i != axis)]
    x = transpose(x, axis=order)
    sizes = [d if isinstance(d, int) else -1 for d in x.dims]
    if sizes.count(-1) <= 1 and groups > 0:
        y = reshape(_centred_and_scaled(reshape(x, shape=[0, groups, -1]), [2], epsilon), shape=sizes)
    else:
        y = reshape(
            _centred_and_scaled(reshape(x, shape=[0, groups or x.dims[1], -1]), [2], epsilon),
            call("shape", x),
        )
    column = [-1] + [1] * (rank - 2)
    y = y if scale is None else y * reshape(scale, shape=column)
    y = y if bias is None else y + reshape(bias, shape=column)
    return transpose(y, axis=[int(i) for i in np.argsort(order)])


@group_norm.grad(saves="X Scale Bias Mean Variance")
def _(c: Any, g: Any, *rest: Any) -> Any:
    return _gradients(c, g, c.groups, c.data_layout, c.Mean, c.Variance)


@op("group_norm_grad", out=("X@GRAD", "Scale@GRAD", "Bias@GRAD"))
def group_norm_grad(X, G, Scale, Mean, Variance, *, epsilon=1e-5, groups=1, data_layout="NCHW"):  # type: ignore[no-untyped-def]
    """The gradient of ``group_norm``; ``groups`` 0 means one a channel. ONNX: ReduceMean, ReduceSum, Mul."""
    axis = channel_axis(X.ndim, data_layout)
    x, g = _first(_single(X), axis), _first(_single(G), axis)
    n, channels = x.shape[:2]
    inverse = _inverse(Variance, epsilon)
    hat = x.reshape(inverse.shape[0], -1) - Mean.reshape(-1, 1)
    hat *= inverse
    flat, flat_hat = g.reshape(n, channels, -1), hat.reshape(n, channels, -1)
    d_scale = np.einsum("ncl,ncl->nc", flat, flat_hat).sum(0)
    d_bias = np.einsum("ncl->nc", flat).sum(0)
    g = _affine(g.copy() if g is G or g.base is not None else g, Scale, None)
    dx = row_grad(hat, g.reshape(hat.shape), inverse).reshape(x.shape)
    return np.moveaxis(dx, 1, axis).astype(X.dtype, copy=False), d_scale, d_bias


@group_norm_grad.infer
def _(X: Any, G: Any, Scale: Any, Mean: Any, *rest: Any, data_layout: str, **attrs: Any) -> Any:
    channels = Spec((X.dims[channel_axis(len(X.dims), data_layout)],), Mean.dtype)
    return Spec(X.dims, X.dtype), channels, channels


@op("instance_norm", out=("Y", "SavedMean", "SavedVariance"), detached="SavedMean SavedVariance")
def instance_norm(X, Scale=None, Bias=None, *, epsilon=1e-5):  # type: ignore[no-untyped-def]
    """Normalize each channel of each sample (Ulyanov et al., 2016). ONNX: InstanceNormalization."""
    y, mean, variance = _forward(X, Scale, Bias, X.shape[1], epsilon, 1)
    return y, mean[:, 0], variance[:, 0]


@instance_norm.infer
def _(X: Any, Scale: Any = None, Bias: Any = None, *, epsilon: float) -> Any:
    if not 2 <= len(X.dims) <= 5:
        raise InvalidArgumentError(
            f"The dimension of input X of instance_norm must be in the range [2, 5], got the shape {list(X.dims)}"
        )
    _check(X.dims[1], Scale, Bias)
    stats = Spec((X.dims[0] * X.dims[1],), _stats_dtype(X.dtype))
    return Spec(X.dims, X.dtype), stats, stats


@instance_norm.grad(saves="X Scale Bias SavedMean SavedVariance")
def _(c: Any, g: Any, *rest: Any) -> Any:
    return _gradients(c, g, 0, "NCHW", c.SavedMean, c.SavedVariance)


# ONNX


def _groups_onnx(b: Any, X: Any, groups: int, dtype: Any, order: list[int]) -> Any:
    """X as [N, groups, rest] with channels first."""
    x = b.cast(X, dtype)
    if order != list(range(len(order))):
        x = b.Transpose(x, perm=order)
    return b.Reshape(x, b.const([0, groups, -1], "int64")), b.Shape(x)


def _finish_onnx(b: Any, y: Any, Scale: Any, Bias: Any, order: list[int], dtype: Any) -> Any:
    column = b.const([-1] + [1] * (len(order) - 2), "int64")
    y = y if Scale is None else b.Mul(y, b.Reshape(Scale, column))
    y = y if Bias is None else b.Add(y, b.Reshape(Bias, column))
    back = [int(i) for i in np.argsort(order)]
    return b.cast(b.Transpose(y, perm=back) if back != order or back != sorted(back) else y, dtype)


def _mean_onnx(b: Any, x: Any) -> Any:
    return b.ReduceMean(x, b.const([2], "int64"), keepdims=1)


def _lower(
    b: Any, X: Any, Scale: Any, Bias: Any, groups: int, epsilon: float, axis: int
) -> tuple[Any, Any, Any]:
    stats = _stats_dtype(X.dtype)
    rank = len(X.dims)
    order = [0, axis, *(i for i in range(1, rank) if i != axis)]
    rows, shape = _groups_onnx(b, X, groups, stats, order)
    mean = _mean_onnx(b, rows)
    centred = b.Sub(rows, mean)
    variance = _mean_onnx(b, b.Mul(centred, centred))
    if groups:
        one, zero = b.const(np.ones(groups, stats.np)), b.const(np.zeros(groups, stats.np))
        y = b.InstanceNormalization(rows, one, zero, epsilon=epsilon)
    else:
        y = b.Div(centred, b.Sqrt(b.Add(variance, b.const(epsilon, stats))))
    return _finish_onnx(b, b.Reshape(y, shape), Scale, Bias, order, X.dtype), mean, variance


@group_norm.onnx
def _(
    b: Any, X: Any, Scale: Any = None, Bias: Any = None, *, epsilon: float, groups: int, data_layout: str
) -> Any:
    axis = channel_axis(len(X.dims), data_layout)
    y, mean, variance = _lower(b, X, Scale, Bias, groups, epsilon, axis)
    flat = b.const([-1, groups], "int64")
    return y, b.Reshape(mean, flat), b.Reshape(variance, flat)


@instance_norm.onnx
def _(b: Any, X: Any, Scale: Any = None, Bias: Any = None, *, epsilon: float) -> Any:
    y, mean, variance = _lower(b, X, Scale, Bias, 0, epsilon, 1)
    if Scale is not None and Bias is not None and len(X.dims) > 2:
        y = b.cast(
            b.InstanceNormalization(b.cast(X, _stats_dtype(X.dtype)), Scale, Bias, epsilon=epsilon), X.dtype
        )
    flat = b.const([-1], "int64")
    return y, b.Reshape(mean, flat), b.Reshape(variance, flat)


@group_norm_grad.onnx
def _(
    b: Any,
    X: Any,
    G: Any,
    Scale: Any,
    Mean: Any,
    Variance: Any,
    *,
    epsilon: float,
    groups: int,
    data_layout: str,
) -> Any:
    stats, rank = Mean.dtype, len(X.dims)
    axis = channel_axis(rank, data_layout)
    order = [0, axis, *(i for i in range(1, rank) if i != axis)]
    rows, shape = _groups_onnx(b, X, groups, stats, order)
    g, _ = _groups_onnx(b, G, 0, stats, order)
    # Mean and Variance are [N, groups] or, one a channel, [N * C]: both in the order of the rows.
    like = b.Shape(_mean_onnx(b, rows))
    inverse = b.Reciprocal(b.Sqrt(b.Add(b.Reshape(Variance, like), b.const(epsilon, stats))))
    hat = b.Mul(b.Sub(rows, b.Reshape(Mean, like)), inverse)
    by_channel = b.Reshape(hat, b.Shape(g))
    others = b.const([0, 2], "int64")
    d_scale, d_bias = (
        b.ReduceSum(b.Mul(g, by_channel), others, keepdims=0),
        b.ReduceSum(g, others, keepdims=0),
    )
    g = g if Scale is None else b.Mul(g, b.Reshape(Scale, b.const([-1, 1], "int64")))
    g = b.Reshape(g, b.Shape(rows))
    dx = b.Mul(b.Sub(b.Sub(g, _mean_onnx(b, g)), b.Mul(hat, _mean_onnx(b, b.Mul(g, hat)))), inverse)
    return _finish_onnx(b, b.Reshape(dx, shape), None, None, order, X.dtype), d_scale, d_bias


group_norm.sample(f32(2, 4, 3), f32(4), f32(4), groups=2).sample(
    f32(2, 3, 2, 4), f32(4), f32(4), groups=2, data_layout="NHWC"
)
group_norm.sample(f32(2, 4, 2, 2), None, None, groups=4, epsilon=1e-3).sample(
    f64(2, 6), f64(6), f64(6), groups=2
)
group_norm_grad.sample(f32(2, 4, 3), f32(2, 4, 3), f32(4), f32(2, 2), f32(2, 2, low=0.5), groups=2)
group_norm_grad.sample(f32(2, 3, 4), f32(2, 3, 4), None, f32(6), f32(6, low=0.5), groups=0)
instance_norm.sample(f32(2, 3, 4), f32(3), f32(3)).sample(f32(2, 3, 2, 2), None, None, epsilon=1e-3)


# Made of other ops


@op("lrn", out=("Out", "MidOut"), composite=True)
def lrn(X, *, n=5, k=2.0, alpha=1e-4, beta=0.75, data_format="AnyLayout"):  # type: ignore[no-untyped-def]
    """``X / mid ** beta`` with ``mid = k + alpha * sum of squares over n channels`` (Krizhevsky et al., 2012)."""
    mid = response_norm(
        X, n, k, alpha * n, channel_axis(len(X.dims), data_format.replace("AnyLayout", "NCHW"))
    )
    return divide(X, call("pow", mid, factor=beta)), mid


def response_norm(x: Any, size: int, k: float, alpha: float, axis: int) -> Any:
    """``k + alpha * mean of squares over size channels``: an average pooling along the channels."""
    order = [0, axis, *(i for i in range(1, len(x.dims)) if i != axis)]
    squares = transpose(multiply(x, x), axis=order)
    sizes = [d if isinstance(d, int) else -1 for d in squares.dims]
    image = call("unsqueeze2", reshape(squares, shape=[0, 0, -1]), axes=[1])
    window = {
        "ksize": [size, 1],
        "strides": [1, 1],
        "paddings": [size // 2, (size - 1) // 2, 0, 0],
        "exclusive": False,
    }
    mean = call("squeeze2", call("pool2d", image, pooling_type="avg", **window), axes=[1])
    mean = reshape(mean, shape=sizes) if sizes.count(-1) <= 1 else reshape(mean, call("shape", squares))
    return transpose(scale(mean, scale=alpha, bias=k), axis=[int(i) for i in np.argsort(order)])


@op("norm", out=("Out", "Norm"), composite=True)
def norm(X, *, axis, epsilon=1e-10, is_test=False):  # type: ignore[no-untyped-def]
    """``X`` over its length along ``axis``, and the length."""
    length = call("sqrt", scale(reduce_sum(multiply(X, X), dim=[axis], keep_dim=True), bias=epsilon))
    return divide(X, length), length


lrn.sample(f32(2, 6, 3), alpha=0.5).sample(f32(1, 2, 2, 4), n=3, k=1.0, alpha=0.3, data_format="NHWC")
norm.sample(f32(2, 3), axis=1).sample(f32(2, 3, 2), axis=0)
