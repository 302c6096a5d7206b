"""``fluid.dygraph``'s normalizations."""

from __future__ import annotations

import math
from typing import Any

from ... import nn
from ...errors import InvalidArgumentError
from ...nn import functional as F
from ...nn.initializer import Constant
from ..layers import activations, forward
from .forms import scoped
from .layers import Layer

__all__ = ["BatchNorm", "GroupNorm", "InstanceNorm", "LayerNorm", "SpectralNorm"]


class _Normalization(Layer):
    """Layers with a scale and a shift for each channel."""

    def _make(self, shape: list[int], param_attr: Any, bias_attr: Any) -> None:
        self.weight = self.create_parameter(shape, param_attr, default_initializer=Constant(1.0))
        self.bias = self.create_parameter(shape, bias_attr, is_bias=True)


class BatchNorm(_Normalization):
    """Normalization over the batch; the running mean and variance are ``_mean`` and ``_variance``."""

    @scoped(
        "num_channels act is_test momentum epsilon param_attr bias_attr dtype data_layout in_place moving_mean_name "
        "moving_variance_name do_model_average_for_mean_and_var fuse_with_relu use_global_stats trainable_statistics"
    )
    def __init__(
        self,
        num_channels: int,
        act: str | None = None,
        is_test: bool = False,
        momentum: float = 0.9,
        epsilon: float = 1e-5,
        param_attr: Any = None,
        bias_attr: Any = None,
        dtype: Any = "float32",
        data_layout: str = "NCHW",
        in_place: bool = False,
        moving_mean_name: str | None = None,
        moving_variance_name: str | None = None,
        do_model_average_for_mean_and_var: bool = True,
        use_global_stats: bool = False,
        trainable_statistics: bool = False,
        fuse_with_relu: bool = False,
        *,
        name_scope: str | None = None,
    ) -> None:
        super().__init__(name_scope, dtype)
        self._act, self._is_test = "relu" if fuse_with_relu and act is None else act, is_test
        self._momentum, self._epsilon, self._layout = momentum, epsilon, data_layout
        self._use_global_stats, self._trainable_statistics = use_global_stats, trainable_statistics
        self._make([num_channels], param_attr, bias_attr)
        self._mean = forward.statistic(self, moving_mean_name, num_channels, 0.0)
        self._variance = forward.statistic(self, moving_variance_name, num_channels, 1.0)

    _scale = property(lambda self: self.weight)
    _bias = property(lambda self: self.bias)

    def forward(self, input: Any) -> Any:
        """The normalized input and its activation."""
        training = forward.training(self._is_test) and self.training
        out = F.batch_norm(
            input,
            self._mean,
            self._variance,
            self.weight,
            self.bias,
            training=training or self._trainable_statistics,
            momentum=self._momentum,
            epsilon=self._epsilon,
            data_format=self._layout,
            use_global_stats=self._use_global_stats or None,
        )
        return activations.apply(out, self._act)


class InstanceNorm(_Normalization):
    """Normalization over the axes after the channels."""

    @scoped("epsilon param_attr bias_attr dtype")
    def __init__(
        self,
        num_channels: int | None = None,
        epsilon: float = 1e-5,
        param_attr: Any = None,
        bias_attr: Any = None,
        dtype: Any = "float32",
        *,
        name_scope: str | None = None,
    ) -> None:
        super().__init__(name_scope, dtype)
        self._epsilon, self._attrs = epsilon, (param_attr, bias_attr)
        if num_channels is not None:
            self._make([num_channels], *self._attrs)

    def _build_once(self, input: Any) -> None:
        if "weight" not in self._parameters:
            self._make([int(input.shape[1])], *self._attrs)

    def forward(self, input: Any) -> Any:
        """The normalized input."""
        return F.instance_norm(input, weight=self.weight, bias=self.bias, eps=self._epsilon)


class LayerNorm(_Normalization):
    """Normalization over the last axes: ``normalized_shape`` in 1.7, those from ``begin_norm_axis`` in 1.4 and 1.5."""

    @scoped("scale shift begin_norm_axis epsilon param_attr bias_attr act")
    def __init__(
        self,
        normalized_shape: Any = None,
        scale: bool = True,
        shift: bool = True,
        epsilon: float = 1e-5,
        param_attr: Any = None,
        bias_attr: Any = None,
        act: str | None = None,
        dtype: Any = "float32",
        *,
        begin_norm_axis: int = 1,
        name_scope: str | None = None,
    ) -> None:
        super().__init__(name_scope, dtype)
        self._axis, self._epsilon, self._act = begin_norm_axis, epsilon, act
        self._attrs = (param_attr if scale else False), (bias_attr if shift else False)
        if normalized_shape is not None:
            shape = forward.listed(normalized_shape, 1)
            self._axis = -len(shape)
            self._make([math.prod(shape)], *self._attrs)

    def _build_once(self, input: Any) -> None:
        if "weight" not in self._parameters:
            self._make([math.prod(input.shape[self._axis :])], *self._attrs)

    _scale_w = property(lambda self: self.weight)
    _bias_w = property(lambda self: self.bias)

    def forward(self, input: Any) -> Any:
        """The normalized input and its activation."""
        return activations.apply(
            forward.layer_norm(input, self.weight, self.bias, self._axis, self._epsilon), self._act
        )


class GroupNorm(_Normalization):
    """Normalization over groups of channels, with a scale and a shift where their attributes are given."""

    @scoped("groups epsilon param_attr bias_attr act data_layout")
    def __init__(
        self,
        channels: int | None = None,
        groups: int = 1,
        epsilon: float = 1e-5,
        param_attr: Any = None,
        bias_attr: Any = None,
        act: str | None = None,
        data_layout: str = "NCHW",
        dtype: Any = "float32",
        *,
        name_scope: str | None = None,
    ) -> None:
        super().__init__(name_scope, dtype)
        if data_layout != "NCHW":
            raise InvalidArgumentError(f"GroupNorm: unsupported data layout: {data_layout}")
        self._groups, self._epsilon, self._act = groups, epsilon, act
        self._attrs = (param_attr or False), (bias_attr or False)
        if channels is not None:
            self._make([channels], *self._attrs)

    def _build_once(self, input: Any) -> None:
        if "weight" not in self._parameters:
            self._make([int(input.shape[1])], *self._attrs)

    def forward(self, input: Any) -> Any:
        """The normalized input and its activation."""
        out = F.group_norm(input, self._groups, self._epsilon, self.weight, self.bias)
        return activations.apply(out, self._act)


class SpectralNorm(Layer):
    """A weight divided by its largest singular value, which power iteration estimates."""

    @scoped("dim power_iters eps name")
    def __init__(
        self,
        weight_shape: Any = None,
        dim: int = 0,
        power_iters: int = 1,
        eps: float = 1e-12,
        dtype: Any = "float32",
        name: str | None = None,
        *,
        name_scope: str | None = None,
    ) -> None:
        super().__init__(name_scope, dtype)
        self._options = (dim, power_iters, eps)
        if weight_shape is not None:
            self._norm = nn.SpectralNorm(list(weight_shape), dim, power_iters, eps, dtype=dtype)

    def _build_once(self, weight: Any) -> None:
        if "_norm" not in self._sub_layers:
            self._norm = nn.SpectralNorm(list(weight.shape), *self._options)

    def forward(self, weight: Any) -> Any:
        """The normalized weight."""
        return self._norm(weight)
