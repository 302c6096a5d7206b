"""Normalization of rows: layer, RMS, group and instance normalization, with fused gradients."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from .. import dims as D
from ..errors import InvalidArgumentError
from ..mode import mode
from ..op import Spec, op
from .compose import call, vjp
from .reduce import reduce_mean
from .samples import f32, f64
from .shape import reshape

__all__ = ["layer_norm", "rms_norm"]


def _single(x: np.ndarray) -> np.ndarray:
    """Half precision is computed in float32."""
    return x.astype(np.float32) if x.dtype.itemsize == 2 else x


def row_mean(rows: np.ndarray) -> np.ndarray:
    """The mean of each row, [rows, 1]."""
    width = rows.shape[1]
    if width > 2048 or rows.size < 1024:
        return np.add.reduce(rows, axis=1, keepdims=True) / rows.dtype.type(max(width, 1))
    return np.matmul(rows, np.full((width, 1), 1.0 / max(width, 1), rows.dtype))


def row_dot(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The mean of the products in each row, [rows, 1]."""
    return (np.einsum("ij,ij->i", x, y) / x.dtype.type(max(x.shape[1], 1)))[:, None]


def normalized(rows: np.ndarray, epsilon: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows minus their mean over their deviation; the means and variances, [rows, 1]."""
    mean = row_mean(rows)
    out = rows - mean
    variance = row_dot(out, out)
    out *= 1 / np.sqrt(variance + rows.dtype.type(epsilon))
    return out, mean, variance


def row_grad(hat: np.ndarray, g: np.ndarray, inverse: np.ndarray) -> np.ndarray:
    """The gradient of the rows, from normalized rows and the gradient of those. Overwrites ``hat`` and ``g``."""
    along, level = row_dot(g, hat), row_mean(g)
    hat *= along
    hat += level
    g -= hat
    g *= inverse
    return g


def _inverse(variance: np.ndarray, epsilon: float) -> np.ndarray:
    return (1 / np.sqrt(variance + variance.dtype.type(epsilon))).reshape(-1, 1)


# Layer normalization


@op("layer_norm", out=("Y", "Mean", "Variance"), detached="Mean Variance")
def layer_norm(X, Scale=None, Bias=None, *, epsilon=1e-5, begin_norm_axis=1):  # type: ignore[no-untyped-def]
    """Normalize over the axes from ``begin_norm_axis`` on (Ba, Kiros and Hinton, 2016). ONNX: LayerNormalization."""
    x = _single(X)
    rows = x.reshape(prod(X.shape[:begin_norm_axis]), prod(X.shape[begin_norm_axis:]))
    y, mean, variance = normalized(rows, epsilon)
    if Scale is not None:
        y *= Scale
    if Bias is not None:
        y += Bias
    return y.reshape(X.shape).astype(X.dtype, copy=False), mean[:, 0], variance[:, 0]


@layer_norm.infer
def _(X: Any, Scale: Any = None, Bias: Any = None, *, epsilon: float, begin_norm_axis: int) -> Any:
    from .batch_norm import _stats_dtype

    if not 0 < begin_norm_axis < max(len(X.dims), 1) + 1 or not X.dtype.is_floating:
        raise InvalidArgumentError(
            f"layer_norm: begin_norm_axis {begin_norm_axis} does not fit a {X.dtype.name} tensor of "
            f"shape {list(X.dims)}"
        )
    width = D.numel(X.dims[begin_norm_axis:])
    for name, t in (("Scale", Scale), ("Bias", Bias)):
        if t is not None and isinstance(width, int) and isinstance(t.dims[0], int) and t.dims != (width,):
            raise InvalidArgumentError(
                f"The dimension of Input({name}) should be [{width}], the product of the normalized sizes of "
                f"{list(X.dims)}, but received {list(t.dims)}"
            )
    stats = Spec((D.numel(X.dims[:begin_norm_axis]),), _stats_dtype(X.dtype))
    return Spec(X.dims, X.dtype), stats, stats


@layer_norm.grad(saves="X Scale Bias Mean Variance")
def _(c: Any, g: Any, *rest: Any) -> Any:
    wanted = [c.needs(s) for s in ("X", "Scale", "Bias")]
    attrs = {"epsilon": c.epsilon, "begin_norm_axis": c.begin_norm_axis}
    if mode.grad:
        return tuple(
            vjp(lambda *t: _layer_norm_in_small_ops(*t, **attrs), [c.X, c.Scale, c.Bias], wanted, [g])
        )
    found = layer_norm_grad(c.X, g, c.Scale, c.Mean, c.Variance, **attrs)
    return tuple(d if want else None for d, want in zip(found, wanted, strict=True))


def _layer_norm_in_small_ops(x: Any, scale: Any, bias: Any, *, epsilon: float, begin_norm_axis: int) -> Any:
    y = _centred_and_scaled(x, list(range(begin_norm_axis, len(x.dims))), epsilon)
    shape = [d if isinstance(d, int) else -1 for d in x.dims[begin_norm_axis:]]
    y = y if scale is None else y * reshape(scale, shape=shape)
    return y if bias is None else y + reshape(bias, shape=shape)


def _centred_and_scaled(x: Any, axes: list[int], epsilon: float) -> Any:
    centred = x - reduce_mean(x, dim=axes, keep_dim=True)
    return centred * call("rsqrt", reduce_mean(centred * centred, dim=axes, keep_dim=True) + epsilon)


@op("layer_norm_grad", out=("X@GRAD", "Scale@GRAD", "Bias@GRAD"))
def layer_norm_grad(X, G, Scale, Mean, Variance, *, epsilon=1e-5, begin_norm_axis=1):  # type: ignore[no-untyped-def]
    """The gradient of ``layer_norm``. ONNX: ReduceMean, ReduceSum, Mul, Sub."""
    height, width = prod(X.shape[:begin_norm_axis]), prod(X.shape[begin_norm_axis:])
    g = _single(G).reshape(height, width)
    hat = _single(X).reshape(height, width) - Mean[:, None]
    inverse = _inverse(Variance, epsilon)
    hat *= inverse
    d_scale = np.einsum("ij,ij->j", g, hat)
    d_bias = np.matmul(np.ones(height, g.dtype), g)
    g = g * Scale if Scale is not None else g.copy()
    return row_grad(hat, g, inverse).reshape(X.shape).astype(X.dtype, copy=False), d_scale, d_bias


@layer_norm_grad.infer
def _(X: Any, G: Any, Scale: Any, Mean: Any, *rest: Any, begin_norm_axis: int, **attrs: Any) -> Any:
    width = Spec((D.numel(X.dims[begin_norm_axis:]),), Mean.dtype)
    return Spec(X.dims, X.dtype), width, width


def _split_onnx(b: Any, X: Any, begin: int, dtype: Any) -> Any:
    """X as [rows, width]."""
    sizes = b.Shape(X)
    width = b.ReduceProd(b.Slice(sizes, b.const([begin], "int64"), b.const([99], "int64")), keepdims=1)
    return b.Reshape(b.cast(X, dtype), b.Concat(b.const([-1], "int64"), width, axis=0))


def _row_mean_onnx(b: Any, rows: Any) -> Any:
    return b.ReduceMean(rows, b.const([1], "int64"), keepdims=1)


@layer_norm.onnx
def _(b: Any, X: Any, Scale: Any = None, Bias: Any = None, *, epsilon: float, begin_norm_axis: int) -> Any:
    from .batch_norm import _stats_dtype

    stats = _stats_dtype(X.dtype)
    rows = _split_onnx(b, X, begin_norm_axis, stats)
    mean = _row_mean_onnx(b, rows)
    centred = b.Sub(rows, mean)
    variance = _row_mean_onnx(b, b.Mul(centred, centred))
    if Scale is not None and begin_norm_axis == len(X.dims) - 1:
        y = b.LayerNormalization(b.cast(X, stats), Scale, Bias, axis=-1, epsilon=epsilon, outputs=1)
    else:
        y = b.Div(centred, b.Sqrt(b.Add(variance, b.const(epsilon, stats))))
        y = y if Scale is None else b.Mul(y, Scale)
        y = b.Reshape(y if Bias is None else b.Add(y, Bias), b.Shape(X))
    flat = b.const([-1], "int64")
    return b.cast(y, X.dtype), b.Reshape(mean, flat), b.Reshape(variance, flat)


@layer_norm_grad.onnx
def _(
    b: Any, X: Any, G: Any, Scale: Any, Mean: Any, Variance: Any, *, epsilon: float, begin_norm_axis: int
) -> Any:
    stats = Mean.dtype
    x, g = (_split_onnx(b, t, begin_norm_axis, stats) for t in (X, G))
    column = b.const([-1, 1], "int64")
    inverse = b.Reciprocal(b.Sqrt(b.Add(b.Reshape(Variance, column), b.const(epsilon, stats))))
    hat = b.Mul(b.Sub(x, b.Reshape(Mean, column)), inverse)
    first = b.const([0], "int64")
    d_scale, d_bias = b.ReduceSum(b.Mul(g, hat), first, keepdims=0), b.ReduceSum(g, first, keepdims=0)
    g = g if Scale is None else b.Mul(g, Scale)
    along = _row_mean_onnx(b, b.Mul(g, hat))
    dx = b.Mul(b.Sub(b.Sub(g, _row_mean_onnx(b, g)), b.Mul(hat, along)), inverse)
    return b.cast(b.Reshape(dx, b.Shape(X)), X.dtype), d_scale, d_bias


layer_norm.sample(f32(3, 4), f32(4), f32(4)).sample(f32(2, 3, 4), f32(12), f32(12)).sample(
    f32(2, 3), None, None
)
layer_norm.sample(f32(2, 3, 4), f32(4), None, begin_norm_axis=2, epsilon=1e-3).sample(
    f64(2, 5), f64(5), f64(5)
)
layer_norm_grad.sample(f32(3, 4), f32(3, 4), f32(4), f32(3), f32(3, low=0.5))
layer_norm_grad.sample(f32(2, 3, 2), f32(2, 3, 2), None, f32(6), f32(6, low=0.5), begin_norm_axis=2)


# RMS normalization


@op("rms_norm", out=("Out", "InvVar"), detached="InvVar")
def rms_norm(X, Scale=None, *, epsilon=1e-5, begin_norm_axis=1):  # type: ignore[no-untyped-def]
    """Divide by the root of the mean square of the last axes (Zhang and Sennrich, 2019). ONNX: ReduceMean, Div."""
    rows = _single(X).reshape(prod(X.shape[:begin_norm_axis]), prod(X.shape[begin_norm_axis:]))
    inverse = _inverse(row_dot(rows, rows), epsilon)
    y = rows * inverse
    if Scale is not None:
        y *= Scale
    return y.reshape(X.shape).astype(X.dtype, copy=False), inverse.reshape(X.shape[:begin_norm_axis])


@rms_norm.infer
def _(X: Any, Scale: Any = None, *, epsilon: float, begin_norm_axis: int) -> Any:
    from .batch_norm import _stats_dtype

    return Spec(X.dims, X.dtype), Spec(tuple(X.dims[:begin_norm_axis]), _stats_dtype(X.dtype))


def _rms_norm_in_small_ops(x: Any, scale: Any, *, epsilon: float, begin_norm_axis: int) -> Any:
    axes = list(range(begin_norm_axis, len(x.dims)))
    y = x * call("rsqrt", reduce_mean(x * x, dim=axes, keep_dim=True) + epsilon)
    shape = [d if isinstance(d, int) else -1 for d in x.dims[begin_norm_axis:]]
    return y if scale is None else y * reshape(scale, shape=shape)


@rms_norm.grad(saves="X Scale")
def _(c: Any, g: Any, _g: Any) -> Any:
    attrs = {"epsilon": c.epsilon, "begin_norm_axis": c.begin_norm_axis}
    return tuple(
        vjp(
            lambda x, s: _rms_norm_in_small_ops(x, s, **attrs),
            [c.X, c.Scale],
            [c.needs("X"), c.needs("Scale")],
            [g],
        )
    )


@rms_norm.onnx
def _(b: Any, X: Any, Scale: Any = None, *, epsilon: float, begin_norm_axis: int) -> Any:
    from .batch_norm import _stats_dtype

    stats = _stats_dtype(X.dtype)
    rows = _split_onnx(b, X, begin_norm_axis, stats)
    square = _row_mean_onnx(b, b.Mul(rows, rows))
    inverse = b.Reciprocal(b.Sqrt(b.Add(square, b.const(epsilon, stats))))
    y = b.Mul(rows, inverse)
    y = b.Reshape(y if Scale is None else b.Mul(y, Scale), b.Shape(X))
    lead = b.Slice(b.Shape(X), b.const([0], "int64"), b.const([begin_norm_axis], "int64"))
    return b.cast(y, X.dtype), b.Reshape(inverse, lead)


rms_norm.sample(f32(3, 4), f32(4)).sample(f32(2, 3, 4), None, begin_norm_axis=2)
