"""``fluid.layers.ops``: functions of one tensor."""

from __future__ import annotations

from typing import Any

import paddlelite as paddle

from ...nn import functional as F
from .door import attribute, rows

__all__ = ["TABLE"]


def _clipped(x: Any, low: float, high: float) -> Any:
    return paddle.clip(x, low, high)


#: Those that 2.x calls by the same name and that take the tensor only.
_SAME = {
    name: (lambda function: lambda x, name=None: function(x))(getattr(paddle, name))
    for name in [
        "abs",
        "acos",
        "asin",
        "atan",
        "ceil",
        "cos",
        "cosh",
        "exp",
        "floor",
        "log",
        "log1p",
        "reciprocal",
        "round",
        "rsqrt",
        "sigmoid",
        "sin",
        "sqrt",
        "square",
        "tanh",
    ]
}

# fmt: off
TABLE = rows(
    **_SAME,
    brelu=lambda x, t_min=0.0, t_max=24.0, name=None: _clipped(x, t_min, t_max),
    elu=lambda x, alpha=1.0, name=None: F.elu(x, alpha),
    erf=lambda x: paddle.erf(x),
    gelu=lambda x, approximate=False: F.gelu(x, approximate),
    hard_shrink=lambda x, threshold=None: F.hardshrink(x, 0.5 if threshold is None else threshold),
    hard_sigmoid=lambda x, slope=0.2, offset=0.5, name=None: F.hardsigmoid(x, slope, offset),
    hard_swish=lambda x, threshold=6.0, scale=6.0, offset=3.0, name=None: (
        x * _clipped(x + offset, 0.0, threshold) / scale
    ),
    leaky_relu=lambda x, alpha=0.02, name=None: F.leaky_relu(x, alpha),
    logsigmoid=lambda x, name=None: F.log_sigmoid(x),
    maxout=lambda x, groups, name=None, axis=1: F.maxout(x, groups, axis),
    mish=lambda x, threshold=20, name=None: F.mish(x),
    pow=lambda x, factor=1.0, name=None: paddle.pow(x, factor),
    relu=lambda x, name=None: F.relu(x),
    relu6=lambda x, threshold=6.0, name=None: _clipped(x, 0.0, threshold),
    scale=lambda x, scale=1.0, bias=0.0, bias_after_scale=True, act=None, name=None: paddle.scale(
        x, scale, bias, bias_after_scale
    ),
    selu=lambda x, scale=None, alpha=None, name=None: F.selu(
        x,
        1.0507009873554805 if scale is None else scale,
        1.6732632423543772 if alpha is None else alpha,
    ),
    sign=lambda x: paddle.sign(x),
    soft_relu=lambda x, threshold=40.0, name=None: paddle.log(1.0 + paddle.exp(_clipped(x, -threshold, threshold))),
    softplus=lambda x, name=None: F.softplus(x),
    softshrink=lambda x, alpha=None: F.softshrink(x, 0.5 if alpha is None else alpha),
    softsign=lambda x, name=None: F.softsign(x),
    stanh=lambda x, scale_a=0.67, scale_b=1.7159, name=None: paddle.stanh(x, scale_a, scale_b),
    swish=lambda x, beta=1.0, name=None: x * F.sigmoid(x * beta),
    tanh_shrink=lambda x, name=None: F.tanhshrink(x),
    thresholded_relu=lambda x, threshold=None: F.thresholded_relu(x, 1.0 if threshold is None else threshold),
    softmax=lambda input, use_cudnn=False, name=None, axis=-1: F.softmax(input, axis),
    log_softmax=lambda input, axis=None, dtype=None, name=None: F.log_softmax(
        input, -1 if axis is None else axis, dtype
    ),
)
# fmt: on

__getattr__ = attribute(TABLE, __name__)
