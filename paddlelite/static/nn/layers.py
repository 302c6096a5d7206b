"""paddle.static.nn's normalizations, embedding and products."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ...errors import InvalidArgumentError
from ...framework import unique_name
from ...nn import functional as F
from ...nn.initializer import Constant
from ...nn.parameter import make_parameter
from ...param_attr import ParamAttr
from ...tensor.tensor import Tensor
from .common import activated, channels_of, known, require_variable

__all__ = [
    "batch_norm",
    "bilinear_tensor_product",
    "embedding",
    "group_norm",
    "instance_norm",
    "layer_norm",
    "prelu",
]


def batch_norm(
    input: Any,
    act: str | None = None,
    is_test: bool = False,
    momentum: float = 0.9,
    epsilon: float = 1e-5,
    param_attr: Any = None,
    bias_attr: Any = None,
    data_layout: str = "NCHW",
    in_place: bool = False,
    name: str | None = None,
    moving_mean_name: str | None = None,
    moving_variance_name: str | None = None,
    do_model_average_for_mean_and_var: bool = True,
    use_global_stats: bool = False,
) -> Tensor:
    """Normalize each channel by the batch's statistics, or in tests by the running ones; see F.batch_norm.

    The running statistics are variables of the program, which every training run moves. Raises InvalidTypeError when
    ``input`` is no static Variable, InvalidArgumentError when the number of channels is not known.
    """
    x = require_variable("batch_norm", input)
    rank = len(x.dims)
    channels = known("batch_norm", x.dims[1 if rank == 2 or data_layout.startswith("NC") else -1])
    owner = name or unique_name.generate("batch_norm")
    scale = make_parameter(owner, [channels], param_attr, x.dtype, default_initializer=Constant(1.0))
    shift = make_parameter(owner, [channels], bias_attr, x.dtype, is_bias=True)
    mean, variance = (
        make_parameter(
            owner,
            [channels],
            ParamAttr(
                name=given,
                initializer=Constant(start),
                trainable=False,
                do_model_average=do_model_average_for_mean_and_var,
            ),
            x.dtype,
        )
        for given, start in ((moving_mean_name, 0.0), (moving_variance_name, 1.0))
    )
    out = F.batch_norm(
        x,
        mean,
        variance,
        scale,
        shift,
        training=not is_test,
        momentum=momentum,
        epsilon=epsilon,
        data_format=data_layout,
        use_global_stats=use_global_stats or None,
    )
    return activated(out, act)


def layer_norm(
    input: Any,
    scale: bool = True,
    shift: bool = True,
    begin_norm_axis: int = 1,
    epsilon: float = 1e-5,
    param_attr: Any = None,
    bias_attr: Any = None,
    act: str | None = None,
    name: str | None = None,
) -> Tensor:
    """Normalize over the axes from ``begin_norm_axis`` on; see F.layer_norm."""
    x = require_variable("layer_norm", input)
    sizes = [known("layer_norm", d) for d in x.dims[begin_norm_axis:]]
    owner = name or unique_name.generate("layer_norm")
    count = [math.prod(sizes)]
    weight = (
        make_parameter(owner, count, param_attr, x.dtype, default_initializer=Constant(1.0))
        if scale
        else None
    )
    bias = make_parameter(owner, count, bias_attr, x.dtype, is_bias=True) if shift else None
    return activated(F.layer_norm(x, sizes, weight, bias, epsilon), act)


def group_norm(
    input: Any,
    groups: int,
    epsilon: float = 1e-5,
    param_attr: Any = None,
    bias_attr: Any = None,
    act: str | None = None,
    data_layout: str = "NCHW",
    name: str | None = None,
) -> Tensor:
    """Normalize each group of channels; see F.group_norm."""
    x = require_variable("group_norm", input)
    channels = channels_of("group_norm", x, data_layout)
    owner = name or unique_name.generate("group_norm")
    weight = make_parameter(owner, [channels], param_attr, x.dtype, default_initializer=Constant(1.0))
    bias = make_parameter(owner, [channels], bias_attr, x.dtype, is_bias=True)
    return activated(F.group_norm(x, groups, epsilon, weight, bias, data_layout), act)


def instance_norm(
    input: Any, epsilon: float = 1e-5, param_attr: Any = None, bias_attr: Any = None, name: str | None = None
) -> Tensor:
    """Normalize each channel of each example; see F.instance_norm."""
    x = require_variable("instance_norm", input)
    channels = channels_of("instance_norm", x, "NCHW")
    owner = name or unique_name.generate("instance_norm")
    scale = make_parameter(owner, [channels], param_attr, x.dtype, default_initializer=Constant(1.0))
    bias = make_parameter(owner, [channels], bias_attr, x.dtype, is_bias=True)
    return F.instance_norm(x, weight=scale, bias=bias, eps=epsilon)


def embedding(
    input: Any,
    size: Sequence[int],
    is_sparse: bool = False,
    is_distributed: bool = False,
    padding_idx: int | None = None,
    param_attr: Any = None,
    dtype: Any = "float32",
) -> Tensor:
    """Rows of a new table of ``size`` [rows, width]; ``is_sparse`` and ``is_distributed`` are accepted."""
    x = require_variable("embedding", input)
    weight = make_parameter(unique_name.generate("embedding"), list(size), param_attr, dtype)
    return F.embedding(x, weight, padding_idx)


def prelu(
    x: Any, mode: str, param_attr: Any = None, data_format: str = "NCHW", name: str | None = None
) -> Tensor:
    """``max(0, x) + slope * min(0, x)`` with new slopes: one for "all", one a "channel", or one an "element".

    Raises InvalidArgumentError for another mode.
    """
    x = require_variable("prelu", x)
    if mode not in ("all", "channel", "element"):
        raise InvalidArgumentError("mode should be one of all, channel, element.")
    shape = [1] if mode == "all" else [channels_of("prelu", x, data_format)]
    if mode == "element":
        shape = [1, *(known("prelu", d) for d in x.dims[1:])]
    owner = name or unique_name.generate("prelu")
    slope = make_parameter(owner, shape, param_attr, x.dtype, default_initializer=Constant(0.25))
    if mode == "element":
        return F.relu(x) - slope * F.relu(-x)
    return F.prelu(x, slope, data_format)


def bilinear_tensor_product(
    x: Any,
    y: Any,
    size: int,
    act: str | None = None,
    name: str | None = None,
    param_attr: Any = None,
    bias_attr: Any = None,
) -> Tensor:
    """``x @ weight[k] @ y + bias[k]`` for every k below ``size``."""
    x, y = (require_variable("bilinear_tensor_product", t) for t in (x, y))
    widths = [known("bilinear_tensor_product", t.dims[1]) for t in (x, y)]
    owner = name or unique_name.generate("bilinear_tensor_product")
    weight = make_parameter(owner, [size, *widths], param_attr, x.dtype)
    bias = make_parameter(owner, [1, size], bias_attr, x.dtype, is_bias=True)
    return activated(F.bilinear(x, y, weight, bias), act)
