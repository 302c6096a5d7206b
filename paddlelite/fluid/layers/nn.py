"""``fluid.layers.nn``: functions that make parameters, and those of images."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import paddlelite as paddle

from ...errors import InvalidArgumentError
from ...framework import unique_name
from ...nn import functional as F
from ...nn.initializer import Constant, Normal
from ...nn.parameter import make_parameter
from ...param_attr import ParamAttr
from . import forward
from .door import attribute, rows

__all__ = ["TABLE", "Helper", "embedding_of"]


class Helper:
    """What makes the parameters of one call, and names them: ``fc_0.w_0``."""

    def __init__(self, kind: str, name: str | None = None, dtype: Any = "float32") -> None:
        self.name = name or unique_name.generate(kind)
        self.dtype = dtype

    def create_parameter(
        self, shape: Any, attr: Any = None, is_bias: bool = False, default_initializer: Any = None
    ) -> Any:
        """A parameter, or None when ``attr`` is False."""
        return make_parameter(self.name, shape, attr, self.dtype, is_bias, default_initializer)


def _of(x: Any) -> Any:
    return x.dtype.name


def _fc(input: Any, size: int, axes: int, param_attr: Any, bias_attr: Any, name: Any) -> Any:
    inputs = input if isinstance(input, (list, tuple)) else [input]
    attrs = param_attr if isinstance(param_attr, (list, tuple)) else [param_attr] * len(inputs)
    helper = Helper("fc", name, _of(inputs[0]))
    weights = []
    for x, attr in zip(inputs, attrs, strict=True):
        columns = math.prod(forward.known(x, axis) for axis in range(axes, len(x.dims)))
        weights.append(helper.create_parameter([columns, int(size)], attr))
    bias = helper.create_parameter([int(size)], bias_attr, is_bias=True)
    return forward.dense(inputs, weights, bias, axes)


def _conv(
    x: Any, count: int, size: Any, stride: Any, padding: Any, dilation: Any, groups: Any, param_attr: Any,
    bias_attr: Any, name: Any, layout: str, rank: int,
) -> Any:  # fmt: skip
    kind = f"conv{rank}d"
    channels = forward.known(x, len(x.dims) - 1 if layout[-1] == "C" else 1)
    groups = int(groups or 1)
    if channels % groups:
        raise InvalidArgumentError(
            f"{kind}: the channels ({channels}) must be divisible by groups ({groups})"
        )
    helper = Helper(kind, name, _of(x))
    sizes = forward.listed(size, rank)
    std = math.sqrt(2.0 / (math.prod(sizes) * channels))
    weight = helper.create_parameter(
        [int(count), channels // groups, *sizes], param_attr, default_initializer=Normal(0.0, std)
    )
    bias = helper.create_parameter([int(count)], bias_attr, is_bias=True)
    convolve = F.conv2d if rank == 2 else F.conv3d
    return convolve(x, weight, bias, stride, padding, dilation, groups, data_format=layout)


def _transposed(
    x: Any, count: int, output: Any, size: Any, padding: Any, stride: Any, dilation: Any, groups: Any,
    param_attr: Any, bias_attr: Any, name: Any, layout: str, rank: int,
) -> Any:  # fmt: skip
    kind = f"conv{rank}d_transpose"
    last = layout[-1] == "C"
    channels, groups = forward.known(x, len(x.dims) - 1 if last else 1), int(groups or 1)
    if size is None:
        if output is None:
            raise InvalidArgumentError(f"{kind}: output_size must be set when filter_size is None")
        spatial = x.shape[1:-1] if last else x.shape[2:]
        size = forward.transposed_filter(spatial, output, stride, padding, dilation)
    helper = Helper(kind, name, _of(x))
    weight = helper.create_parameter(
        [channels, int(count) // groups, *forward.listed(size, rank)], param_attr
    )
    bias = helper.create_parameter([int(count)], bias_attr, is_bias=True)
    convolve = F.conv2d_transpose if rank == 2 else F.conv3d_transpose
    return convolve(
        x, weight, bias, stride=stride, padding=padding, dilation=dilation, groups=groups, output_size=output,
        data_format=layout,
    )  # fmt: skip


def _batch_norm(
    x: Any, is_test: bool, momentum: float, epsilon: float, param_attr: Any, bias_attr: Any, layout: str, name: Any,
    mean_name: Any, variance_name: Any, use_global: bool,
) -> Any:  # fmt: skip
    channels = forward.known(x, len(x.dims) - 1 if layout[-1] == "C" else 1)
    helper = Helper("batch_norm", name, _of(x))
    scale = helper.create_parameter([channels], param_attr, default_initializer=Constant(1.0))
    shift = helper.create_parameter([channels], bias_attr, is_bias=True)
    mean = forward.statistic(helper, mean_name, channels, 0.0)
    variance = forward.statistic(helper, variance_name, channels, 1.0)
    return F.batch_norm(
        x,
        mean,
        variance,
        scale,
        shift,
        forward.training(is_test),
        momentum,
        epsilon,
        layout,
        use_global or None,
    )


def embedding_of(
    input: Any, size: Any, padding_idx: Any, param_attr: Any, dtype: Any, squeezes: bool = True
) -> Any:
    weight = Helper("embedding", None, dtype).create_parameter(list(size), param_attr)
    return (forward.embed if squeezes else F.embedding)(input, weight, padding_idx)


def _layer_norm(
    x: Any, scale: bool, shift: bool, axis: int, epsilon: float, param_attr: Any, bias_attr: Any, name: Any
) -> Any:
    helper = Helper("layer_norm", name, _of(x))
    size = [math.prod(forward.known(x, i) for i in range(axis, len(x.dims)))]
    weight = helper.create_parameter(size, param_attr, default_initializer=Constant(1.0)) if scale else None
    bias = helper.create_parameter(size, bias_attr, is_bias=True) if shift else None
    return forward.layer_norm(x, weight, bias, axis, epsilon)


def _affine(kind: str, x: Any, param_attr: Any, bias_attr: Any, name: Any) -> tuple[Any, Any]:
    helper, channels = Helper(kind, name, _of(x)), [forward.known(x, 1)]
    return (
        helper.create_parameter(channels, param_attr, default_initializer=Constant(1.0)),
        helper.create_parameter(channels, bias_attr, is_bias=True),
    )


def _group_norm(
    x: Any, groups: int, epsilon: float, param_attr: Any, bias_attr: Any, layout: str, name: Any
) -> Any:
    if layout != "NCHW":
        raise InvalidArgumentError(f"group_norm: unsupported data layout: {layout}")
    # In 1.x it has a scale and a shift only where they are asked for.
    affine = _affine("group_norm", x, param_attr or False, bias_attr or False, name)
    return F.group_norm(x, groups, epsilon, *affine)


def _prelu(x: Any, kind: str, param_attr: Any, name: Any) -> Any:
    if kind not in ("all", "channel", "element"):
        raise InvalidArgumentError("prelu: mode should be one of all, channel, element.")
    shape = forward.prelu_shape(kind, [forward.known(x, i) if i else 0 for i in range(len(x.dims))])
    alpha = Helper("prelu", name, _of(x)).create_parameter(
        shape, param_attr, default_initializer=Constant(0.25)
    )
    return forward.prelu(x, alpha, kind)


def _adaptive(x: Any, size: Any, kind: str, index: bool, rank: int) -> Any:
    forward.check_pool(size, kind, True)
    if kind == "max":
        function = F.adaptive_max_pool2d if rank == 2 else F.adaptive_max_pool3d
        return function(x, size, return_mask=index)
    if index:
        raise InvalidArgumentError(
            "adaptive_pool: invalid setting 'require_index' true when 'pool_type' is 'avg'."
        )
    return (F.adaptive_avg_pool2d if rank == 2 else F.adaptive_avg_pool3d)(x, size)


def _resize(
    x: Any, size: Any, scale: Any, how: str, actual: Any, corners: bool, align_mode: int, layout: str
) -> Any:
    modes = {
        "BILINEAR": "bilinear",
        "NEAREST": "nearest",
        "TRILINEAR": "trilinear",
        "BICUBIC": "bicubic",
        "LINEAR": "linear",
    }
    if how not in modes:
        raise InvalidArgumentError(
            f"The 'resample' of image_resize can only be one of {list(modes)}, but is {how!r}"
        )
    size = actual if actual is not None else size
    if how == "NEAREST" and corners:
        return _nearest_corners(x, size, scale, layout)
    return F.interpolate(
        x, size, None if size is not None else scale, modes[how], corners, align_mode, layout
    )


def _nearest_corners(x: Any, size: Any, scale: Any, layout: str) -> Any:
    """Nearest neighbours between corners that stay in place, which 2.x no longer has: rows and columns by number."""
    first = 1 if layout[-1] == "C" else 2
    have = [forward.known(x, first + i) for i in range(2)]
    scales = scale if isinstance(scale, (list, tuple)) else [scale, scale]
    want = [int(s) for s in size] if size is not None else [int(h * s) for h, s in zip(have, scales)]
    for axis, (old, new) in enumerate(zip(have, want)):
        step = (old - 1) / (new - 1) if new > 1 else 0.0
        places = paddle.assign(np.array([int(step * i + 0.5) for i in range(new)], np.int64))
        x = paddle.index_select(x, places, first + axis)
    return x


def _gru_unit(
    x: Any, hidden: Any, size: int, param_attr: Any, bias_attr: Any, act: Any, gate: Any, origin: bool
) -> Any:
    helper, width = Helper("gru_unit", None, _of(x)), int(size) // 3
    weight = helper.create_parameter([width, 3 * width], param_attr)
    bias = helper.create_parameter([1, 3 * width], bias_attr, is_bias=True)
    return forward.gru_step(x, hidden, weight, bias, act, gate, origin)


def _lstm_unit(
    x: Any, hidden: Any, cell: Any, forget_bias: float, param_attr: Any, bias_attr: Any, name: Any
) -> Any:
    width = forward.known(cell, 1)
    joined = paddle.concat([x, hidden], axis=1)
    gates = _fc(joined, 4 * width, 1, param_attr, bias_attr, name)
    i, f, o, g = paddle.split(gates, 4, 1)
    new = F.sigmoid(f + forget_bias) * cell + F.sigmoid(i) * paddle.tanh(g)
    return F.sigmoid(o) * paddle.tanh(new), new


def _bilinear(x: Any, y: Any, size: int, name: Any, param_attr: Any, bias_attr: Any) -> Any:
    helper = Helper("bilinear_tensor_product", name, _of(x))
    weight = helper.create_parameter([size, forward.known(x, 1), forward.known(y, 1)], param_attr)
    return F.bilinear(x, y, weight, helper.create_parameter([1, size], bias_attr, is_bias=True))


def _lrn(x: Any, n: int, k: float, alpha: float, beta: float, layout: str) -> Any:
    """2.x divides alpha by the size of the window, 1.x does not."""
    return F.local_response_norm(x, n, alpha * n, beta, k, layout)


def _space_to_depth(x: Any, block: int) -> Any:
    """As PaddlePaddle computes it: channels spread over space, and the memory taken for the other shape."""
    c, h, w = (forward.known(x, axis) for axis in (1, 2, 3))
    if c % (block * block) or h % block or w % block:
        raise InvalidArgumentError(
            f"space_to_depth: channels {c} must be divisible by {block * block}, height {h} and width {w} by {block}"
        )
    parts = paddle.reshape(x, [x.shape[0], block, block, c // (block * block), h, w])
    spread = paddle.transpose(parts, [0, 3, 4, 1, 5, 2])
    return paddle.reshape(spread, [x.shape[0], c * block * block, h // block, w // block])


def _spectral_norm(weight: Any, dim: int, power_iters: int, eps: float) -> Any:
    from ...nn import SpectralNorm

    return SpectralNorm([forward.known(weight, i) for i in range(len(weight.dims))], dim, power_iters, eps)(
        weight
    )


def _parameter(shape: Any, dtype: Any, name: Any, attr: Any, is_bias: bool, initializer: Any) -> Any:
    if attr is None and name is not None:
        attr = ParamAttr(name=name)
    return Helper("create_parameter", name, dtype).create_parameter(list(shape), attr, is_bias, initializer)


def _py_func(func: Any, x: Any, out: Any, backward: Any, skipped: Any) -> Any:
    from ...static import py_func

    return py_func(func, x, out, backward, skipped)


# fmt: off
TABLE = rows(
    fc=lambda input, size, num_flatten_dims=1, param_attr=None, bias_attr=None, act=None, is_test=False, name=None: _fc(
        input, size, num_flatten_dims, param_attr, bias_attr, name
    ),
    conv2d=lambda input, num_filters, filter_size, stride=1, padding=0, dilation=1, groups=None, param_attr=None,
    bias_attr=None, use_cudnn=True, act=None, name=None, data_format="NCHW": _conv(
        input, num_filters, filter_size, stride, padding, dilation, groups, param_attr, bias_attr, name, data_format, 2
    ),
    conv3d=lambda input, num_filters, filter_size, stride=1, padding=0, dilation=1, groups=None, param_attr=None,
    bias_attr=None, use_cudnn=True, act=None, name=None, data_format="NCDHW": _conv(
        input, num_filters, filter_size, stride, padding, dilation, groups, param_attr, bias_attr, name, data_format, 3
    ),
    conv2d_transpose=lambda input, num_filters, output_size=None, filter_size=None, padding=0, stride=1, dilation=1,
    groups=None, param_attr=None, bias_attr=None, use_cudnn=True, act=None, name=None, data_format="NCHW": _transposed(
        input, num_filters, output_size, filter_size, padding, stride, dilation, groups, param_attr, bias_attr, name,
        data_format, 2,
    ),
    conv3d_transpose=lambda input, num_filters, output_size=None, filter_size=None, padding=0, stride=1, dilation=1,
    groups=None, param_attr=None, bias_attr=None, use_cudnn=True, act=None, name=None, data_format="NCDHW": _transposed(
        input, num_filters, output_size, filter_size, padding, stride, dilation, groups, param_attr, bias_attr, name,
        data_format, 3,
    ),
    pool2d=lambda input, pool_size=-1, pool_type="max", pool_stride=1, pool_padding=0, global_pooling=False,
    use_cudnn=True, ceil_mode=False, name=None, exclusive=True, data_format="NCHW": forward.pool(
        input, 2, pool_size, pool_type, pool_stride, pool_padding, global_pooling, ceil_mode, exclusive, data_format
    ),
    pool3d=lambda input, pool_size=-1, pool_type="max", pool_stride=1, pool_padding=0, global_pooling=False,
    use_cudnn=True, ceil_mode=False, name=None, exclusive=True, data_format="NCDHW": forward.pool(
        input, 3, pool_size, pool_type, pool_stride, pool_padding, global_pooling, ceil_mode, exclusive, data_format
    ),
    adaptive_pool2d=lambda input, pool_size, pool_type="max", require_index=False, name=None: _adaptive(
        input, pool_size, pool_type, require_index, 2
    ),
    adaptive_pool3d=lambda input, pool_size, pool_type="max", require_index=False, name=None: _adaptive(
        input, pool_size, pool_type, require_index, 3
    ),
    batch_norm=lambda input, act=None, is_test=False, momentum=0.9, epsilon=1e-05, param_attr=None, bias_attr=None,
    data_layout="NCHW", in_place=False, name=None, moving_mean_name=None, moving_variance_name=None,
    do_model_average_for_mean_and_var=True, use_global_stats=False, fuse_with_relu=False: _batch_norm(
        input, is_test, momentum, epsilon, param_attr, bias_attr, data_layout, name, moving_mean_name,
        moving_variance_name, use_global_stats,
    ),
    embedding=lambda input, size, is_sparse=False, is_distributed=False, padding_idx=None, param_attr=None,
    dtype="float32": embedding_of(input, size, padding_idx, param_attr, dtype),
    layer_norm=lambda input, scale=True, shift=True, begin_norm_axis=1, epsilon=1e-05, param_attr=None, bias_attr=None,
    act=None, name=None: _layer_norm(input, scale, shift, begin_norm_axis, epsilon, param_attr, bias_attr, name),
    group_norm=lambda input, groups, epsilon=1e-05, param_attr=None, bias_attr=None, act=None, data_layout="NCHW",
    name=None: _group_norm(input, groups, epsilon, param_attr, bias_attr, data_layout, name),
    instance_norm=lambda input, epsilon=1e-05, param_attr=None, bias_attr=None, name=None: F.instance_norm(
        input, None, None, *_affine("instance_norm", input, param_attr, bias_attr, name), eps=epsilon
    ),
    spectral_norm=lambda weight, dim=0, power_iters=1, eps=1e-12, name=None: _spectral_norm(
        weight, dim, power_iters, eps
    ),
    dropout=lambda x, dropout_prob, is_test=False, seed=None, name=None,
    dropout_implementation="downgrade_in_infer": forward.dropout(
        x, dropout_prob, is_test, seed, dropout_implementation
    ),
    prelu=lambda x, mode, param_attr=None, name=None: _prelu(x, mode, param_attr, name),
    bilinear_tensor_product=lambda x, y, size, act=None, name=None, param_attr=None, bias_attr=None: _bilinear(
        x, y, size, name, param_attr, bias_attr
    ),
    gru_unit=lambda input, hidden, size, param_attr=None, bias_attr=None, activation="tanh", gate_activation="sigmoid",
    origin_mode=False: _gru_unit(input, hidden, size, param_attr, bias_attr, activation, gate_activation, origin_mode),
    lstm_unit=lambda x_t, hidden_t_prev, cell_t_prev, forget_bias=0.0, param_attr=None, bias_attr=None,
    name=None: _lstm_unit(x_t, hidden_t_prev, cell_t_prev, forget_bias, param_attr, bias_attr, name),
    create_parameter=lambda shape, dtype, name=None, attr=None, is_bias=False, default_initializer=None: _parameter(
        shape, dtype, name, attr, is_bias, default_initializer
    ),
    image_resize=lambda input, out_shape=None, scale=None, name=None, resample="BILINEAR", actual_shape=None,
    align_corners=True, align_mode=1, data_format="NCHW": _resize(
        input, out_shape, scale, resample, actual_shape, align_corners, align_mode, data_format
    ),
    resize_bilinear=lambda input, out_shape=None, scale=None, name=None, actual_shape=None, align_corners=True,
    align_mode=1, data_format="NCHW": _resize(
        input, out_shape, scale, "BILINEAR", actual_shape, align_corners, align_mode, data_format
    ),
    resize_trilinear=lambda input, out_shape=None, scale=None, name=None, actual_shape=None, align_corners=True,
    align_mode=1, data_format="NCDHW": _resize(
        input, out_shape, scale, "TRILINEAR", actual_shape, align_corners, align_mode, data_format
    ),
    resize_nearest=lambda input, out_shape=None, scale=None, name=None, actual_shape=None, align_corners=True,
    data_format="NCHW": _resize(input, out_shape, scale, "NEAREST", actual_shape, align_corners, 1, data_format),
    grid_sampler=lambda x, grid, name=None: F.grid_sample(x, grid),
    affine_grid=lambda theta, out_shape, name=None: F.affine_grid(theta, out_shape),
    pixel_shuffle=lambda x, upscale_factor: F.pixel_shuffle(x, upscale_factor),
    shuffle_channel=lambda x, group, name=None: F.channel_shuffle(x, group),
    space_to_depth=lambda x, blocksize, name=None: _space_to_depth(x, blocksize),
    temporal_shift=lambda x, seg_num, shift_ratio=0.25, name=None: F.temporal_shift(x, seg_num, shift_ratio),
    unfold=lambda x, kernel_sizes, strides=1, paddings=0, dilations=1, name=None: F.unfold(
        x, kernel_sizes, strides, paddings, dilations
    ),
    py_func=lambda func, x, out, backward_func=None, skip_vars_in_backward_input=None: _py_func(
        func, x, out, backward_func, skip_vars_in_backward_input
    ),
    lrn=lambda input, n=5, k=1.0, alpha=1e-4, beta=0.75, name=None, data_format="NCHW": _lrn(
        input, n, k, alpha, beta, data_format
    ),
)
# fmt: on

__getattr__ = attribute(TABLE, __name__)
