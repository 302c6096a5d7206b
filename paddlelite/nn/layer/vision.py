"""Layers that rearrange, pad and resize images."""

from __future__ import annotations

from typing import Any

from ...tensor.tensor import Tensor
from .. import functional as F
from .common import named
from .layers import Layer

__all__ = [
    "ChannelShuffle",
    "Fold",
    "Pad1D",
    "Pad2D",
    "Pad3D",
    "PixelShuffle",
    "PixelUnshuffle",
    "Unfold",
    "Upsample",
    "UpsamplingBilinear2D",
    "UpsamplingNearest2D",
    "ZeroPad1D",
    "ZeroPad2D",
    "ZeroPad3D",
]


class _Pad(Layer):
    _rank = 2
    _format = "NCHW"

    def __init__(
        self,
        padding: Any,
        mode: str = "constant",
        value: float = 0.0,
        data_format: str | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__()
        self._pad = [padding] * (2 * self._rank) if isinstance(padding, int) else padding
        self._mode, self._value, self._name = mode, value, name
        self._data_format = data_format or self._format

    def forward(self, x: Tensor) -> Tensor:
        return F.pad(x, self._pad, mode=self._mode, value=self._value, data_format=self._data_format)

    def extra_repr(self) -> str:
        text = f"padding={self._pad}, mode={self._mode}, value={self._value}, data_format={self._data_format}"
        return named(text, self._name)


class Pad1D(_Pad):
    """Pads [N, C, L] by [left, right]. See :func:`paddlelite.nn.functional.pad`."""

    _rank, _format = 1, "NCL"


class Pad2D(_Pad):
    """Pads [N, C, H, W] by [left, right, top, bottom]. See :func:`paddlelite.nn.functional.pad`."""


class Pad3D(_Pad):
    """Pads [N, C, D, H, W] by [left, right, top, bottom, front, back]. See :func:`paddlelite.nn.functional.pad`."""

    _rank, _format = 3, "NCDHW"


class ZeroPad1D(Pad1D):
    """Pads [N, C, L] with zeros."""

    def __init__(self, padding: Any, data_format: str = "NCL", name: str | None = None) -> None:
        super().__init__(padding, "constant", 0.0, data_format, name)


class ZeroPad2D(Pad2D):
    """Pads [N, C, H, W] with zeros."""

    def __init__(self, padding: Any, data_format: str = "NCHW", name: str | None = None) -> None:
        super().__init__(padding, "constant", 0.0, data_format, name)


class ZeroPad3D(Pad3D):
    """Pads [N, C, D, H, W] with zeros."""

    def __init__(self, padding: Any, data_format: str = "NCDHW", name: str | None = None) -> None:
        super().__init__(padding, "constant", 0.0, data_format, name)


class _Rearrange(Layer):
    """One number, a layout, and the functional."""

    _function, _argument = "", ""

    def __init__(self, number: int, data_format: str, name: str | None) -> None:
        super().__init__()
        self._number, self._data_format, self._name = number, data_format, name

    def forward(self, x: Tensor) -> Tensor:
        return getattr(F, self._function)(x, self._number, self._data_format)

    def extra_repr(self) -> str:
        text = f"{self._argument}={self._number}"
        return named(
            text if self._data_format == "NCHW" else f"{text}, data_format={self._data_format}", self._name
        )


class PixelShuffle(_Rearrange):
    """Channels into pixels. See :func:`paddlelite.nn.functional.pixel_shuffle`."""

    _function, _argument = "pixel_shuffle", "upscale_factor"

    def __init__(self, upscale_factor: int, data_format: str = "NCHW", name: str | None = None) -> None:
        super().__init__(upscale_factor, data_format, name)


class PixelUnshuffle(_Rearrange):
    """Pixels into channels. See :func:`paddlelite.nn.functional.pixel_unshuffle`."""

    _function, _argument = "pixel_unshuffle", "downscale_factor"

    def __init__(self, downscale_factor: int, data_format: str = "NCHW", name: str | None = None) -> None:
        super().__init__(downscale_factor, data_format, name)


class ChannelShuffle(_Rearrange):
    """Exchanges channels between groups. See :func:`paddlelite.nn.functional.channel_shuffle`."""

    _function, _argument = "channel_shuffle", "groups"

    def __init__(self, groups: int, data_format: str = "NCHW", name: str | None = None) -> None:
        super().__init__(groups, data_format, name)


class Upsample(Layer):
    """Resizes the spatial axes. See :func:`paddlelite.nn.functional.interpolate`."""

    def __init__(
        self,
        size: Any = None,
        scale_factor: Any = None,
        mode: str = "nearest",
        align_corners: bool = False,
        align_mode: int = 0,
        data_format: str | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__()
        self.size, self.scale_factor, self.mode, self.name = size, scale_factor, mode.lower(), name
        self.align_corners, self.align_mode, self.data_format = align_corners, align_mode, data_format

    def forward(self, x: Tensor) -> Tensor:
        return F.interpolate(
            x, self.size, self.scale_factor, self.mode, self.align_corners, self.align_mode, self.data_format
        )

    def extra_repr(self) -> str:
        target = f"scale_factor={self.scale_factor}" if self.scale_factor is not None else f"size={self.size}"
        return named(
            f"{target}, mode={self.mode}, align_corners={self.align_corners}, align_mode={self.align_mode}, "
            f"data_format={self.data_format}",
            self.name,
        )


class _Upsampling2D(Layer):
    _mode, _corners = "nearest", False

    def __init__(
        self, size: Any = None, scale_factor: Any = None, data_format: str = "NCHW", name: str | None = None
    ) -> None:
        super().__init__()
        self.size, self.scale_factor, self.data_format, self.name = size, scale_factor, data_format, name

    def forward(self, x: Tensor) -> Tensor:
        return F.interpolate(x, self.size, self.scale_factor, self._mode, self._corners, 0, self.data_format)

    def extra_repr(self) -> str:
        target = f"scale_factor={self.scale_factor}" if self.scale_factor is not None else f"size={self.size}"
        return named(f"{target}, data_format={self.data_format}", self.name)


class UpsamplingNearest2D(_Upsampling2D):
    """Resizes images by the nearest pixel."""


class UpsamplingBilinear2D(_Upsampling2D):
    """Resizes images bilinearly, corners on corners."""

    _mode, _corners = "bilinear", True


class Unfold(Layer):
    """Patches of an image as columns. See :func:`paddlelite.nn.functional.unfold`."""

    def __init__(
        self,
        kernel_sizes: Any,
        dilations: Any = 1,
        paddings: Any = 0,
        strides: Any = 1,
        name: str | None = None,
    ) -> None:
        super().__init__()
        self.kernel_sizes, self.strides, self.paddings, self.dilations, self.name = (
            kernel_sizes,
            strides,
            paddings,
            dilations,
            name,
        )

    def forward(self, input: Tensor) -> Tensor:
        return F.unfold(
            input,
            kernel_sizes=self.kernel_sizes,
            strides=self.strides,
            paddings=self.paddings,
            dilations=self.dilations,
        )

    def extra_repr(self) -> str:
        return named(
            f"kernel_size={self.kernel_sizes}, dilation={self.dilations}, padding={self.paddings}, "
            f"stride={self.strides}",
            self.name,
        )


class Fold(Layer):
    """Columns back to an image, overlapping patches added. See :func:`paddlelite.nn.functional.fold`."""

    def __init__(
        self,
        output_sizes: Any,
        kernel_sizes: Any,
        dilations: Any = 1,
        paddings: Any = 0,
        strides: Any = 1,
        name: str | None = None,
    ) -> None:
        super().__init__()
        self.output_sizes, self.kernel_sizes, self.dilations = output_sizes, kernel_sizes, dilations
        self.paddings, self.strides, self.name = paddings, strides, name

    def forward(self, input: Tensor) -> Tensor:
        return F.fold(
            input,
            output_sizes=self.output_sizes,
            kernel_sizes=self.kernel_sizes,
            strides=self.strides,
            paddings=self.paddings,
            dilations=self.dilations,
        )

    def extra_repr(self) -> str:
        return named(
            f"kernel_size={self.kernel_sizes}, dilation={self.dilations}, padding={self.paddings}, "
            f"stride={self.strides}",
            self.name,
        )
