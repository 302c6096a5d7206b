"""Pooling layers."""

from __future__ import annotations

from typing import Any

from ...tensor.tensor import Tensor
from .. import functional as F
from .common import named
from .layers import Layer

__all__ = [
    "AdaptiveAvgPool1D",
    "AdaptiveAvgPool2D",
    "AdaptiveAvgPool3D",
    "AdaptiveMaxPool1D",
    "AdaptiveMaxPool2D",
    "AdaptiveMaxPool3D",
    "AvgPool1D",
    "AvgPool2D",
    "AvgPool3D",
    "MaxPool1D",
    "MaxPool2D",
    "MaxPool3D",
]


class _Pool(Layer):
    """A pooling layer: its functional called with the arguments it was made with."""

    _function = ""

    def _keep(self, kernel_size: Any, stride: Any, padding: Any, name: str | None, **rest: Any) -> None:
        self.ksize, self.stride, self.padding, self.name = kernel_size, stride, padding, name
        self._rest = rest

    def forward(self, x: Tensor) -> Any:
        return getattr(F, self._function)(x, self.ksize, self.stride, self.padding, **self._rest)

    def extra_repr(self) -> str:
        return named(f"kernel_size={self.ksize}, stride={self.stride}, padding={self.padding}", self.name)


class MaxPool1D(_Pool):
    """Max pooling of [N, C, L]. See :func:`paddlelite.nn.functional.max_pool1d`."""

    _function = "max_pool1d"

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        return_mask: bool = False,
        ceil_mode: bool = False,
        name: str | None = None,
    ) -> None:
        super().__init__()
        self._keep(kernel_size, stride, padding, name, return_mask=return_mask, ceil_mode=ceil_mode)


class _MaxPool(_Pool):
    _format = "NCHW"

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        return_mask: bool = False,
        ceil_mode: bool = False,
        data_format: str | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__()
        layout = data_format or self._format
        self._keep(
            kernel_size,
            stride,
            padding,
            name,
            return_mask=return_mask,
            ceil_mode=ceil_mode,
            data_format=layout,
        )


class MaxPool2D(_MaxPool):
    """Max pooling of [N, C, H, W]. See :func:`paddlelite.nn.functional.max_pool2d`."""

    _function = "max_pool2d"


class MaxPool3D(_MaxPool):
    """Max pooling of [N, C, D, H, W]. See :func:`paddlelite.nn.functional.max_pool3d`."""

    _function, _format = "max_pool3d", "NCDHW"


class AvgPool1D(_Pool):
    """Average pooling of [N, C, L]. See :func:`paddlelite.nn.functional.avg_pool1d`."""

    _function = "avg_pool1d"

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        exclusive: bool = True,
        ceil_mode: bool = False,
        name: str | None = None,
    ) -> None:
        super().__init__()
        self._keep(kernel_size, stride, padding, name, exclusive=exclusive, ceil_mode=ceil_mode)


class _AvgPool(_Pool):
    _format = "NCHW"

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        exclusive: bool = True,
        divisor_override: float | None = None,
        data_format: str | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__()
        self._keep(
            kernel_size,
            stride,
            padding,
            name,
            ceil_mode=ceil_mode,
            exclusive=exclusive,
            divisor_override=divisor_override,
            data_format=data_format or self._format,
        )


class AvgPool2D(_AvgPool):
    """Average pooling of [N, C, H, W]. See :func:`paddlelite.nn.functional.avg_pool2d`."""

    _function = "avg_pool2d"


class AvgPool3D(_AvgPool):
    """Average pooling of [N, C, D, H, W]. See :func:`paddlelite.nn.functional.avg_pool3d`."""

    _function, _format = "avg_pool3d", "NCDHW"


class _AdaptiveAvg(Layer):
    _function = ""
    _format: str | None = None

    def __init__(self, output_size: Any, data_format: str | None = None, name: str | None = None) -> None:
        super().__init__()
        layout = data_format or self._format
        self._output_size, self._name = output_size, name
        self._rest = {} if layout is None else {"data_format": layout}

    def forward(self, x: Tensor) -> Tensor:
        return getattr(F, self._function)(x, self._output_size, **self._rest)

    def extra_repr(self) -> str:
        return named(f"output_size={self._output_size}", self._name)


class AdaptiveAvgPool1D(_AdaptiveAvg):
    """Average pooling of [N, C, L] to a given size. See :func:`paddlelite.nn.functional.adaptive_avg_pool1d`."""

    _function = "adaptive_avg_pool1d"

    def __init__(self, output_size: int, name: str | None = None) -> None:
        super().__init__(output_size, None, name)


class AdaptiveAvgPool2D(_AdaptiveAvg):
    """Average pooling of [N, C, H, W] to a given size. See :func:`paddlelite.nn.functional.adaptive_avg_pool2d`."""

    _function, _format = "adaptive_avg_pool2d", "NCHW"


class AdaptiveAvgPool3D(_AdaptiveAvg):
    """Average pooling of [N, C, D, H, W] to a given size. See :func:`paddlelite.nn.functional.adaptive_avg_pool3d`."""

    _function, _format = "adaptive_avg_pool3d", "NCDHW"


class _AdaptiveMax(Layer):
    _function = ""

    def __init__(self, output_size: Any, return_mask: bool = False, name: str | None = None) -> None:
        super().__init__()
        self._output_size, self._return_mask, self._name = output_size, return_mask, name

    def forward(self, input: Tensor) -> Any:
        return getattr(F, self._function)(input, self._output_size, self._return_mask)

    def extra_repr(self) -> str:
        return named(f"output_size={self._output_size}, return_mask={self._return_mask}", self._name)


class AdaptiveMaxPool1D(_AdaptiveMax):
    """Max pooling of [N, C, L] to a given size. See :func:`paddlelite.nn.functional.adaptive_max_pool1d`."""

    _function = "adaptive_max_pool1d"


class AdaptiveMaxPool2D(_AdaptiveMax):
    """Max pooling of [N, C, H, W] to a given size. See :func:`paddlelite.nn.functional.adaptive_max_pool2d`."""

    _function = "adaptive_max_pool2d"


class AdaptiveMaxPool3D(_AdaptiveMax):
    """Max pooling of [N, C, D, H, W] to a given size. See :func:`paddlelite.nn.functional.adaptive_max_pool3d`."""

    _function = "adaptive_max_pool3d"
