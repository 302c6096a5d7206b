"""paddle.static.nn's convolutions, and weights of a bounded spectral norm."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from ...autograd import no_grad
from ...errors import InvalidArgumentError
from ...framework import unique_name
from ...ir import Value
from ...nn import functional as F
from ...nn.functional.conv import each_axis
from ...nn.initializer import Normal
from ...nn.parameter import make_parameter
from ...param_attr import ParamAttr
from ...tensor.linalg import matmul
from ...tensor.manipulation import reshape, transpose
from ...tensor.tensor import Tensor
from .common import activated, channels_of, known, require_variable

__all__ = ["conv2d", "conv2d_transpose", "conv3d", "conv3d_transpose", "row_conv", "spectral_norm"]


def _filtered(
    kind: str,
    x: Value,
    weight_shape: Sequence[int],
    outputs: int,
    attrs: tuple[Any, Any],
    name: str | None,
    act: str | None,
    function: Callable[[Any, Any], Tensor],
    initializer: Any = None,
) -> Tensor:
    """``act(function(weight, bias))`` of new parameters."""
    owner = name or unique_name.generate(kind)
    weight = make_parameter(owner, weight_shape, attrs[0], x.dtype, default_initializer=initializer)
    bias = make_parameter(owner, [outputs], attrs[1], x.dtype, is_bias=True)
    return activated(function(weight, bias), act)


def _convolution(kind: str, rank: int, function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    channel_first = "NCHW" if rank == 2 else "NCDHW"

    def conv(
        input: Any,
        num_filters: int,
        filter_size: int | Sequence[int],
        stride: int | Sequence[int] = 1,
        padding: Any = 0,
        dilation: int | Sequence[int] = 1,
        groups: int | None = None,
        param_attr: Any = None,
        bias_attr: Any = None,
        use_cudnn: bool = True,
        act: str | None = None,
        name: str | None = None,
        data_format: str = channel_first,
    ) -> Tensor:
        x = require_variable(kind, input)
        channels, parts = channels_of(kind, x, data_format), groups or 1
        if channels % parts:
            raise InvalidArgumentError(
                f"the channel of input must be divisible by groups, received: the channel of input is {channels}, "
                f"the shape of input is {list(x.shape)}, the groups is {groups}"
            )
        size = each_axis(filter_size, rank, "filter_size")
        return _filtered(
            kind,
            x,
            [num_filters, channels // parts, *size],
            num_filters,
            (param_attr, bias_attr),
            name,
            act,
            lambda weight, bias: function(x, weight, bias, stride, padding, dilation, parts, data_format),
            Normal(0.0, math.sqrt(2.0 / (math.prod(size) * channels))),
        )

    conv.__name__ = conv.__qualname__ = kind
    conv.__doc__ = f"""A {rank}-D convolution with ``num_filters`` new filters of ``filter_size``, then ``act``.

    The weight starts normally distributed with the deviation sqrt(2 / (filter's elements)). Raises InvalidTypeError
    when ``input`` is no static Variable, InvalidArgumentError when its channels are not known or not divisible by
    ``groups``.
    """
    return conv


conv2d = _convolution("conv2d", 2, F.conv2d)
conv3d = _convolution("conv3d", 3, F.conv3d)


def _transposed(kind: str, rank: int, function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    channel_first = "NCHW" if rank == 2 else "NCDHW"

    def conv(
        input: Any,
        num_filters: int,
        output_size: Any = None,
        filter_size: Any = None,
        padding: Any = 0,
        stride: int | Sequence[int] = 1,
        dilation: int | Sequence[int] = 1,
        groups: int | None = None,
        param_attr: Any = None,
        bias_attr: Any = None,
        use_cudnn: bool = True,
        act: str | None = None,
        name: str | None = None,
        data_format: str = channel_first,
    ) -> Tensor:
        x = require_variable(kind, input)
        channels, parts = channels_of(kind, x, data_format), groups or 1
        geometry = [
            each_axis(given, rank, what) for given, what in ((stride, "stride"), (dilation, "dilation"))
        ]
        wanted = None if output_size is None else each_axis(output_size, rank, "output_size")
        if filter_size is not None:
            size = each_axis(filter_size, rank, "filter_size")
        elif wanted is None:
            raise InvalidArgumentError("output_size must be set when filter_size is None")
        else:
            first = 2 if data_format.startswith("NC") else 1
            sizes = [known(kind, x.dims[first + i]) for i in range(rank)]
            size = _size(sizes, wanted, each_axis(padding, rank, "padding"), *geometry)
        return _filtered(
            kind,
            x,
            [channels, num_filters // parts, *size],
            num_filters,
            (param_attr, bias_attr),
            name,
            act,
            lambda weight, bias: function(
                x,
                weight,
                bias,
                stride=geometry[0],
                padding=padding,
                dilation=geometry[1],
                groups=parts,
                output_size=wanted,
                data_format=data_format,
            ),
        )

    conv.__name__ = conv.__qualname__ = kind
    conv.__doc__ = f"""A transposed {rank}-D convolution with ``num_filters`` new filters, then ``act``.

    ``filter_size`` follows from ``output_size`` when it is None. Raises InvalidTypeError when ``input`` is no static
    Variable, InvalidArgumentError when both sizes are None or the channels are not known.
    """
    return conv


def _size(
    inputs: Sequence[int],
    outputs: Sequence[int],
    pads: Sequence[int],
    strides: Sequence[int],
    dilations: Sequence[int],
) -> list[int]:
    """The size of the filters that make ``outputs`` of ``inputs``."""
    return [
        (out - (size - 1) * stride + 2 * pad - 1) // dilation + 1
        for size, out, pad, stride, dilation in zip(inputs, outputs, pads, strides, dilations, strict=True)
    ]


conv2d_transpose = _transposed("conv2d_transpose", 2, F.conv2d_transpose)
conv3d_transpose = _transposed("conv3d_transpose", 3, F.conv3d_transpose)


def row_conv(input: Any, future_context_size: int, param_attr: Any = None, act: str | None = None) -> Tensor:
    """Each step of sequences [rows, steps, width] becomes the weighted sum of it and the ``future_context_size`` steps
    after it, with a new weight for each of them and each of ``width``; then ``act``.

    Raises InvalidTypeError when ``input`` is no static Variable, InvalidArgumentError when it has no three axes, its
    width is not known or the context is negative.
    """
    x = require_variable("row_conv", input)
    if len(x.dims) != 3:
        raise InvalidArgumentError(
            f"row_conv takes sequences of one length [rows, steps, width], but received {list(x.shape)}: pad them"
        )
    if future_context_size < 0:
        raise InvalidArgumentError(f"future_context_size must not be negative, but is {future_context_size}")
    count = future_context_size + 1
    weight = make_parameter(
        unique_name.generate("row_conv"), [count, known("row_conv", x.dims[2])], param_attr, x.dtype
    )
    after = F.pad(x, [0, future_context_size], data_format="NLC") if future_context_size else x
    total = x * weight[0]
    for step in range(1, count):
        end = step - future_context_size or None
        total = total + after[:, step:end] * weight[step]
    return activated(total, act)


def spectral_norm(
    weight: Any, dim: int = 0, power_iters: int = 1, eps: float = 1e-12, name: str | None = None
) -> Tensor:
    """``weight`` divided by its largest singular value, as ``power_iters`` iterations from two new vectors find it.

    ``dim``: the axis that is the matrix's rows, 0 for a weight of fc and 1 for one of a transposed convolution. Raises
    InvalidTypeError when ``weight`` is no static Variable, InvalidArgumentError for another ``dim`` or an empty weight.
    """
    x = require_variable("spectral_norm", weight)
    sizes = [known("spectral_norm", size) for size in x.dims]
    if 0 in sizes:
        raise InvalidArgumentError("Any dimension of input cannot be equal to 0.")
    if dim not in (0, 1):
        raise InvalidArgumentError(
            f"The input `dim` must be 0 (if weight in fc) or 1 (if weight in conv), but received dim={dim}"
        )
    order = [dim, *(axis for axis in range(len(sizes)) if axis != dim)]
    matrix = reshape(transpose(x, order), [sizes[dim], -1])
    owner = name or unique_name.generate("spectral_norm")
    u, v = (
        make_parameter(
            owner, [size], ParamAttr(trainable=False), x.dtype, default_initializer=Normal(0.0, 1.0)
        )
        for size in (sizes[dim], math.prod(sizes) // sizes[dim])
    )
    with no_grad():
        for _ in range(power_iters):
            v = F.normalize(matmul(matrix, u, transpose_x=True), axis=0, epsilon=eps)
            u = F.normalize(matmul(matrix, v), axis=0, epsilon=eps)
    return x / matmul(matmul(u, matrix), v)
