"""Functions of two tensors, comparisons and reductions of ``fluid.layers``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import paddlelite as paddle

from . import forward
from .door import attribute, put, rows

__all__ = ["TABLE"]


def _elementwise(function: Callable[..., Any]) -> Any:
    return lambda x, y, axis=-1, act=None, name=None: function(*forward.aligned(x, y, axis))


def _comparison(function: Callable[..., Any]) -> Any:
    return lambda x, y, cond=None: put(function(x, y), cond)


def _logical(function: Callable[..., Any]) -> Any:
    return lambda x, y, out=None, name=None: put(function(x, y), out)


def _reduction(function: Callable[..., Any]) -> Any:
    return lambda input, dim=None, keep_dim=False, name=None: function(input, dim, keepdim=keep_dim)


def _sum(input: Any, dim: Any = None, keepdim: bool = False) -> Any:
    return paddle.sum(input, dim, keepdim=keepdim)


def _product(x: Any, y: Any, x_num_col_dims: int, y_num_col_dims: int) -> Any:
    """``mul``: both flattened to matrices."""
    flat_x = forward.flattened(x, x_num_col_dims)
    flat_y = forward.flattened(y, y_num_col_dims)
    out = paddle.matmul(flat_x, flat_y)
    shape = [
        *forward.sizes(x, x_num_col_dims),
        *(forward.known(y, i) for i in range(y_num_col_dims, len(y.dims))),
    ]
    return out if len(shape) == 2 and x_num_col_dims == 1 else paddle.reshape(out, shape)


def _matmul(x: Any, y: Any, transpose_x: bool, transpose_y: bool, alpha: float) -> Any:
    out = paddle.matmul(x, y, transpose_x, transpose_y)
    return out if alpha == 1.0 else paddle.scale(out, alpha)


# fmt: off
TABLE = rows(
    elementwise_add=_elementwise(paddle.add),
    elementwise_sub=_elementwise(paddle.subtract),
    elementwise_mul=_elementwise(paddle.multiply),
    elementwise_div=_elementwise(paddle.divide),
    elementwise_max=_elementwise(paddle.maximum),
    elementwise_min=_elementwise(paddle.minimum),
    elementwise_pow=_elementwise(paddle.pow),
    elementwise_mod=_elementwise(paddle.remainder),
    elementwise_floordiv=_elementwise(paddle.floor_divide),
    equal=_comparison(paddle.equal),
    not_equal=_comparison(paddle.not_equal),
    greater_than=_comparison(paddle.greater_than),
    greater_equal=_comparison(paddle.greater_equal),
    less_equal=_comparison(paddle.less_equal),
    less_than=lambda x, y, force_cpu=None, cond=None: put(paddle.less_than(x, y), cond),
    logical_and=_logical(paddle.logical_and),
    logical_or=_logical(paddle.logical_or),
    logical_xor=_logical(paddle.logical_xor),
    logical_not=lambda x, out=None, name=None: put(paddle.logical_not(x), out),
    reduce_sum=_reduction(_sum),
    reduce_mean=_reduction(paddle.mean),
    reduce_max=_reduction(paddle.max),
    reduce_min=_reduction(paddle.min),
    reduce_prod=_reduction(paddle.prod),
    reduce_all=_reduction(paddle.all),
    reduce_any=_reduction(paddle.any),
    mean=lambda x, name=None: paddle.mean(x),
    sum=lambda x: paddle.add_n(x if isinstance(x, (list, tuple)) else [x]),
    sums=lambda input, out=None: put(paddle.add_n(input if isinstance(input, (list, tuple)) else [input]), out),
    logsumexp=lambda x, dim=None, keepdim=False, out=None, name=None: put(paddle.logsumexp(x, dim, keepdim), out),
    mul=lambda x, y, x_num_col_dims=1, y_num_col_dims=1, name=None: _product(x, y, x_num_col_dims, y_num_col_dims),
    matmul=lambda x, y, transpose_x=False, transpose_y=False, alpha=1.0, name=None: _matmul(
        x, y, transpose_x, transpose_y, alpha
    ),
    bmm=lambda x, y, name=None: paddle.bmm(x, y),
    dot=lambda x, y, name=None: paddle.sum(x * y, -1, keepdim=True),
    cumsum=lambda x, axis=None, exclusive=None, reverse=None: _cumsum(x, axis, exclusive, reverse),
    clip=lambda x, min, max, name=None: paddle.clip(x, min, max),
    clip_by_norm=lambda x, max_norm, name=None: x * (
        max_norm / paddle.maximum(paddle.sqrt(paddle.sum(x * x)), paddle.full([], float(max_norm), x.dtype))
    ),
    l2_normalize=lambda x, axis, epsilon=1e-12, name=None: x * paddle.rsqrt(
        paddle.maximum(
            paddle.sum(x * x, axis, keepdim=True), paddle.full([1], float(epsilon), x.dtype)
        )
    ),
    cos_sim=lambda X, Y: paddle.sum(X * Y, 1, keepdim=True)
    / (paddle.sqrt(paddle.sum(X * X, 1, keepdim=True)) * paddle.sqrt(paddle.sum(Y * Y, 1, keepdim=True))),
    isfinite=lambda x: paddle.all(paddle.isfinite(x)),
    has_inf=lambda x: paddle.any(paddle.isinf(x)),
    has_nan=lambda x: paddle.any(paddle.isnan(x)),
)
# fmt: on


def _cumsum(x: Any, axis: Any, exclusive: Any, reverse: Any) -> Any:
    axis = -1 if axis is None else axis
    turned = paddle.flip(x, [axis]) if reverse else x
    out = paddle.cumsum(turned, axis)
    if exclusive:
        out = paddle.subtract(out, turned)
    return paddle.flip(out, [axis]) if reverse else out


__getattr__ = attribute(TABLE, __name__)
