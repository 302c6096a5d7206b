"""The way back from max pooling, as layers."""

from __future__ import annotations

from typing import Any

from ...tensor.tensor import Tensor
from .. import functional as F
from .layers import Layer

__all__ = ["MaxUnPool1D", "MaxUnPool2D", "MaxUnPool3D"]


class _MaxUnPool(Layer):
    _function, _format = "", ""

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        data_format: str | None = None,
        output_size: Any = None,
        name: str | None = None,
    ) -> None:
        super().__init__()
        self.ksize, self.stride, self.padding = kernel_size, stride, padding
        self.data_format, self.output_size, self.name = data_format or self._format, output_size, name

    def forward(self, x: Tensor, indices: Tensor) -> Tensor:
        unpool = getattr(F, self._function)
        return unpool(x, indices, self.ksize, self.stride, self.padding, self.data_format, self.output_size)

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class MaxUnPool1D(_MaxUnPool):
    """Back from :class:`MaxPool1D`. See :func:`paddlelite.nn.functional.max_unpool1d`."""

    _function, _format = "max_unpool1d", "NCL"


class MaxUnPool2D(_MaxUnPool):
    """Back from :class:`MaxPool2D`. See :func:`paddlelite.nn.functional.max_unpool2d`."""

    _function, _format = "max_unpool2d", "NCHW"


class MaxUnPool3D(_MaxUnPool):
    """Back from :class:`MaxPool3D`. See :func:`paddlelite.nn.functional.max_unpool3d`."""

    _function, _format = "max_unpool3d", "NCDHW"
