"""``fluid.dygraph``'s convolutions."""

from __future__ import annotations

import math
from typing import Any

from ...errors import InvalidArgumentError
from ...nn import functional as F
from ...nn.initializer import Normal
from ..layers import activations, forward
from .forms import scoped
from .layers import Layer

__all__ = ["Conv2D", "Conv2DTranspose", "Conv3D", "Conv3DTranspose"]

_FILTER = "filter_size stride padding dilation groups"
_IN_1_5 = f"num_filters {_FILTER} param_attr bias_attr use_cudnn act dtype"


class _Conv(Layer):
    """A convolution: the filter is made by ``__init__`` when ``num_channels`` is given, else at the first forward."""

    _rank = 2

    def __init__(
        self,
        num_channels: int | None = None,
        num_filters: int = 0,
        filter_size: Any = 0,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int | None = None,
        param_attr: Any = None,
        bias_attr: Any = None,
        use_cudnn: bool = True,
        act: str | None = None,
        dtype: Any = "float32",
        *,
        name_scope: str | None = None,
    ) -> None:
        _needed(type(self).__name__, num_filters=num_filters, filter_size=filter_size)
        super().__init__(name_scope, dtype)
        if param_attr is False:
            raise InvalidArgumentError(f"{type(self).__name__}: param_attr should not be False here.")
        self._num_filters, self._filter_size = int(num_filters), filter_size
        self._stride, self._padding, self._dilation = stride, padding, dilation
        self._groups = 1 if groups is None else int(groups)
        self._param_attr, self._bias_attr, self._act = param_attr, bias_attr, act
        if num_channels is not None:
            self._make(int(num_channels))

    def _make(self, channels: int) -> None:
        if channels % self._groups:
            raise InvalidArgumentError(
                f"{type(self).__name__}: num_channels must be divisible by groups, but they are {channels} and "
                f"{self._groups}"
            )
        size = forward.listed(self._filter_size, self._rank)
        self.weight = self.create_parameter(
            self._weight_shape(channels, size),
            self._param_attr,
            default_initializer=self._initial(channels, size),
        )
        self.bias = self.create_parameter([self._num_filters], self._bias_attr, is_bias=True)

    def _weight_shape(self, channels: int, size: list[int]) -> list[int]:
        return [self._num_filters, channels // self._groups, *size]

    def _initial(self, channels: int, size: list[int]) -> Any:
        return Normal(0.0, math.sqrt(2.0 / (math.prod(size) * channels)))

    def _build_once(self, input: Any) -> None:
        if "weight" not in self._parameters:
            self._make(int(input.shape[1]))

    _filter_param = property(lambda self: self.weight)
    _bias_param = property(lambda self: self.bias)

    def forward(self, input: Any) -> Any:
        """The convolution, its bias and its activation."""
        convolve = F.conv2d if self._rank == 2 else F.conv3d
        out = convolve(
            input, self.weight, self.bias, self._stride, self._padding, self._dilation, self._groups
        )
        return activations.apply(out, self._act)


class Conv2D(_Conv):
    """A convolution over two axes.

    1.7: ``Conv2D(num_channels, num_filters, filter_size, ...)``. 1.4: ``Conv2D(name_scope, num_channels, num_filters,
    filter_size, ...)``. 1.5: ``Conv2D(name_scope, num_filters, filter_size, ...)``, which makes its filter at the first
    forward.
    """

    __init__ = scoped(
        f"num_channels num_filters {_FILTER} use_cudnn act param_attr bias_attr dtype", _IN_1_5
    )(_Conv.__init__)


class Conv3D(_Conv):
    """:class:`Conv2D` over three axes; in 1.4 and 1.5 ``Conv3D(name_scope, num_filters, filter_size, ...)``."""

    _rank = 3
    __init__ = scoped(_IN_1_5)(_Conv.__init__)


class Conv2DTranspose(_Conv):
    """The gradient of a convolution; in 1.4 and 1.5 ``(name_scope, num_filters, output_size, filter_size, ...)``."""

    @scoped(
        "num_filters output_size filter_size padding stride dilation groups param_attr bias_attr use_cudnn act"
    )
    def __init__(
        self,
        num_channels: int | None = None,
        num_filters: int = 0,
        filter_size: Any = None,
        output_size: Any = None,
        padding: Any = 0,
        stride: Any = 1,
        dilation: Any = 1,
        groups: int | None = None,
        param_attr: Any = None,
        bias_attr: Any = None,
        use_cudnn: bool = True,
        act: str | None = None,
        dtype: Any = "float32",
        *,
        name_scope: str | None = None,
    ) -> None:
        self.__dict__["_output_size"] = output_size
        if filter_size is None:
            if output_size is None:
                raise InvalidArgumentError(
                    f"{type(self).__name__}: output_size must be set when filter_size is None"
                )
            num_channels = None  # the filter's size follows from the input's
        super().__init__(
            num_channels, num_filters, filter_size, stride, padding, dilation, groups, param_attr, bias_attr, use_cudnn,
            act, dtype, name_scope=name_scope,
        )  # fmt: skip

    def _weight_shape(self, channels: int, size: list[int]) -> list[int]:
        return [channels, self._num_filters // self._groups, *size]

    def _initial(self, channels: int, size: list[int]) -> Any:
        return None

    def _build_once(self, input: Any) -> None:
        if self._filter_size is None:
            self._filter_size = forward.transposed_filter(
                input.shape[2:], self._output_size, self._stride, self._padding, self._dilation
            )
        super()._build_once(input)

    def forward(self, input: Any) -> Any:
        """The transposed convolution, its bias and its activation."""
        convolve = F.conv2d_transpose if self._rank == 2 else F.conv3d_transpose
        out = convolve(
            input,
            self.weight,
            self.bias,
            stride=self._stride,
            padding=self._padding,
            groups=self._groups,
            dilation=self._dilation,
            output_size=self._output_size,
        )
        return activations.apply(out, self._act)


class Conv3DTranspose(Conv2DTranspose):
    """:class:`Conv2DTranspose` over three axes."""

    _rank = 3


def _needed(kind: str, **values: Any) -> None:
    for name, value in values.items():
        if not value and value is not None:
            raise TypeError(f"{kind}() missing the argument {name!r}")
