"""Convolution layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...dtypes import get_default_dtype
from ...errors import InvalidArgumentError, InvalidTypeError
from ...tensor.tensor import Tensor
from .. import functional as F
from ..functional.conv import each_axis
from ..initializer import Normal
from .layers import Layer

__all__ = ["Conv1D", "Conv1DTranspose", "Conv2D", "Conv2DTranspose", "Conv3D", "Conv3DTranspose"]

_FORMATS = {1: ("NCL", "NLC"), 2: ("NCHW", "NHWC"), 3: ("NCDHW", "NDHWC")}


class _ConvBase(Layer):
    """Weights, checks and printing that all convolutions share."""

    _rank = 2
    _transposed = False

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any,
        padding: Any,
        output_padding: Any,
        dilation: Any,
        groups: int,
        padding_mode: str,
        weight_attr: Any,
        bias_attr: Any,
        data_format: str | None,
    ) -> None:
        super().__init__(dtype=get_default_dtype())
        rank = self._rank
        self._data_format = data_format = data_format or _FORMATS[rank][0]
        if data_format not in _FORMATS[rank]:
            raise InvalidArgumentError(
                f"data_format should be one of {_FORMATS[rank]}, but got {data_format!r}"
            )
        if padding_mode not in ("zeros", "reflect", "replicate", "circular"):
            raise InvalidArgumentError(
                "padding_mode must be one of ['zeros', 'reflect', 'replicate', 'circular'], but got "
                f"padding_mode='{padding_mode}'"
            )
        if padding_mode != "zeros" and not isinstance(padding, int):
            raise InvalidTypeError(
                "when padding_mode in ['reflect', 'replicate', 'circular'], type of padding must be int"
            )
        if in_channels % groups:
            raise InvalidArgumentError("in_channels must be divisible by groups.")
        if not self._transposed and out_channels % groups:
            raise InvalidArgumentError("out_channels must be divisible by groups.")
        self._in_channels, self._out_channels, self._groups = in_channels, out_channels, groups
        self._kernel_size = each_axis(kernel_size, rank, "kernel_size")
        self._stride, self._dilation = (
            each_axis(stride, rank, "stride"),
            each_axis(dilation, rank, "dilation"),
        )
        self._padding, self._output_padding, self._padding_mode = padding, output_padding, padding_mode
        if self._transposed:
            shape = [in_channels, out_channels // groups, *self._kernel_size]
            start = None
        else:
            shape = [out_channels, in_channels // groups, *self._kernel_size]
            start = Normal(0.0, float(np.sqrt(2.0 / (np.prod(self._kernel_size) * in_channels))))
        self.weight = self.create_parameter(shape, weight_attr, default_initializer=start)
        self.bias = self.create_parameter([out_channels], bias_attr, is_bias=True)

    def _padded(self, x: Tensor) -> tuple[Tensor, Any]:
        """The input padded as ``padding_mode`` says, and the padding that is left to the convolution."""
        if self._padding_mode == "zeros":
            return x, self._padding
        pads = [self._padding] * (2 * self._rank)
        return F.pad(x, pads, mode=self._padding_mode, data_format=self._data_format), 0

    def extra_repr(self) -> str:
        ones = [1] * self._rank
        text = f"{self._in_channels}, {self._out_channels}, kernel_size={self._kernel_size}"
        for name, value, usual in (
            ("stride", self._stride, ones),
            ("padding", self._padding, 0),
            ("padding_mode", self._padding_mode, "zeros"),
            ("output_padding", self._output_padding, 0),
            ("dilation", self._dilation, ones),
            ("groups", self._groups, 1),
        ):
            if value != usual:
                text += f", {name}={value}"
        return f"{text}, data_format={self._data_format}"


class _Conv(_ConvBase):
    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | Sequence[int],
        stride: int | Sequence[int] = 1,
        padding: Any = 0,
        dilation: int | Sequence[int] = 1,
        groups: int = 1,
        padding_mode: str = "zeros",
        weight_attr: Any = None,
        bias_attr: Any = None,
        data_format: str | None = None,
    ) -> None:
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            0,
            dilation,
            groups,
            padding_mode,
            weight_attr,
            bias_attr,
            data_format,
        )

    def forward(self, x: Tensor) -> Tensor:
        x, padding = self._padded(x)
        return self._convolve(x, padding)

    def _convolve(self, x: Tensor, padding: Any) -> Tensor:
        convolution = (F.conv1d, F.conv2d, F.conv3d)[self._rank - 1]
        return convolution(
            x, self.weight, self.bias, self._stride, padding, self._dilation, self._groups, self._data_format
        )


class Conv1D(_Conv):
    """1-D convolution of [N, C, L]. See :func:`paddlelite.nn.functional.conv1d`."""

    _rank = 1


class Conv2D(_Conv):
    """2-D convolution of [N, C, H, W]. See :func:`paddlelite.nn.functional.conv2d`.

    >>> import paddlelite as paddle
    >>> paddle.nn.Conv2D(3, 8, 3, padding=1)(paddle.ones([1, 3, 5, 5])).shape
    paddle.Size([1, 8, 5, 5])
    """


class Conv3D(_Conv):
    """3-D convolution of [N, C, D, H, W]. See :func:`paddlelite.nn.functional.conv3d`."""

    _rank = 3


class _ConvTranspose(_ConvBase):
    _transposed = True

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | Sequence[int],
        stride: int | Sequence[int] = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        dilation: int | Sequence[int] = 1,
        groups: int = 1,
        weight_attr: Any = None,
        bias_attr: Any = None,
        data_format: str | None = None,
    ) -> None:
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            output_padding,
            dilation,
            groups,
            "zeros",
            weight_attr,
            bias_attr,
            data_format,
        )

    def forward(self, x: Tensor, output_size: Any = None) -> Tensor:
        convolution = (F.conv1d_transpose, F.conv2d_transpose, F.conv3d_transpose)[self._rank - 1]
        return convolution(
            x,
            self.weight,
            self.bias,
            stride=self._stride,
            padding=self._padding,
            output_padding=0 if output_size is not None else self._output_padding,
            dilation=self._dilation,
            groups=self._groups,
            output_size=output_size,
            data_format=self._data_format,
        )


class Conv1DTranspose(_ConvTranspose):
    """1-D transposed convolution. See :func:`paddlelite.nn.functional.conv1d_transpose`."""

    _rank = 1

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | Sequence[int],
        stride: int | Sequence[int] = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: int = 1,
        dilation: int | Sequence[int] = 1,
        weight_attr: Any = None,
        bias_attr: Any = None,
        data_format: str | None = None,
    ) -> None:
        # In PaddlePaddle the 1-D layer alone takes groups before dilation.
        sizes = (kernel_size, stride, padding, output_padding, dilation, groups)
        super().__init__(in_channels, out_channels, *sizes, weight_attr, bias_attr, data_format)


class Conv2DTranspose(_ConvTranspose):
    """2-D transposed convolution. See :func:`paddlelite.nn.functional.conv2d_transpose`."""


class Conv3DTranspose(_ConvTranspose):
    """3-D transposed convolution. See :func:`paddlelite.nn.functional.conv3d_transpose`."""

    _rank = 3
