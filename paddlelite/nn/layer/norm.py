"""Normalization layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...dtypes import get_default_dtype
from ...errors import InvalidArgumentError
from ...mode import mode
from ...ops.compose import call
from ...ops.linalg import matmul
from ...ops.shape import reshape, transpose
from ...param_attr import ParamAttr
from ...tensor.tensor import Tensor
from .. import functional as F
from ..initializer import Constant, Normal
from .common import named
from .layers import Layer

__all__ = [
    "BatchNorm",
    "BatchNorm1D",
    "BatchNorm2D",
    "BatchNorm3D",
    "GroupNorm",
    "InstanceNorm1D",
    "InstanceNorm2D",
    "InstanceNorm3D",
    "LayerNorm",
    "LocalResponseNorm",
    "RMSNorm",
    "SpectralNorm",
    "SyncBatchNorm",
]


def _scale_and_bias(layer: Layer, shape: Sequence[int], weight_attr: Any, bias_attr: Any) -> None:
    """Parameters ``weight`` (ones) and ``bias`` (zeros), or None where the attribute is False."""
    layer.weight = layer.create_parameter(list(shape), weight_attr, default_initializer=Constant(1.0))
    layer.bias = layer.create_parameter(list(shape), bias_attr, is_bias=True)


def _statistics(
    layer: Layer, channels: int, mean_name: str | None, variance_name: str | None, average: bool
) -> None:
    """Running mean and variance: kept with the parameters, as in PaddlePaddle 3, but not trained."""
    for key, name, start in (("_mean", mean_name, 0.0), ("_variance", variance_name, 1.0)):
        attr = ParamAttr(name=name, initializer=Constant(start), trainable=False, do_model_average=average)
        parameter = layer.create_parameter([channels], attr)
        parameter.stop_gradient = True
        setattr(layer, key, parameter)


class _BatchNormBase(Layer):
    """What the batch normalizations share; subclasses say which ranks they take."""

    _ranks: tuple[int, ...] = (2, 3, 4, 5)
    _default_format = "NCHW"

    def __init__(
        self,
        num_features: int,
        momentum: float = 0.9,
        epsilon: float = 1e-5,
        weight_attr: Any = None,
        bias_attr: Any = None,
        data_format: str | None = None,
        use_global_stats: bool | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(dtype=get_default_dtype())
        self._num_features, self._momentum, self._epsilon = num_features, momentum, epsilon
        self._data_format = self._default_format if data_format is None else data_format
        self._use_global_stats, self._name = use_global_stats, name
        _scale_and_bias(self, [num_features], weight_attr, bias_attr)
        _statistics(
            self, num_features, f"{name}_mean" if name else None, f"{name}_variance" if name else None, True
        )

    def forward(self, x: Tensor) -> Tensor:
        if len(x.dims) not in self._ranks:
            wanted = " or ".join(f"{r}D" for r in self._ranks)
            raise InvalidArgumentError(f"expected {wanted} input (got {len(x.dims)}D input)")
        parameters = self._parameters
        return F.batch_norm(
            x,
            parameters["_mean"],
            parameters["_variance"],
            parameters.get("weight"),
            parameters.get("bias"),
            training=self.training,
            momentum=self._momentum,
            epsilon=self._epsilon,
            data_format=self._data_format,
            use_global_stats=self._use_global_stats,
        )

    def extra_repr(self) -> str:
        text = f"num_features={self._num_features}, momentum={self._momentum}, epsilon={self._epsilon}"
        if self._data_format != "NCHW":
            text += f", data_format={self._data_format}"
        return named(text, self._name)


class BatchNorm1D(_BatchNormBase):
    """Batch normalization of [N, C] or [N, C, L]. See :func:`paddlelite.nn.functional.batch_norm`."""

    _ranks, _default_format = (2, 3), "NCL"


class BatchNorm2D(_BatchNormBase):
    """Batch normalization of [N, C, H, W]. See :func:`paddlelite.nn.functional.batch_norm`.

    >>> import paddlelite as paddle
    >>> paddle.nn.BatchNorm2D(3)(paddle.ones([2, 3, 4, 4])).shape
    paddle.Size([2, 3, 4, 4])
    """

    _ranks = (4,)


class BatchNorm3D(_BatchNormBase):
    """Batch normalization of [N, C, D, H, W]. See :func:`paddlelite.nn.functional.batch_norm`."""

    _ranks, _default_format = (5,), "NCDHW"


class SyncBatchNorm(_BatchNormBase):
    """Batch normalization across devices; on the one CPU there is, the same as :class:`BatchNorm2D`."""

    @classmethod
    def convert_sync_batchnorm(cls, layer: Layer) -> Layer:
        """``layer`` as it is: there is nothing to synchronize with."""
        return layer


class BatchNorm(Layer):
    """Batch normalization of 1.x: any rank from 2, and an activation. Paddle op: batch_norm."""

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
    ) -> None:
        super().__init__(dtype=dtype)
        _scale_and_bias(self, [num_channels], param_attr, bias_attr)
        _statistics(
            self, num_channels, moving_mean_name, moving_variance_name, do_model_average_for_mean_and_var
        )
        self._act, self._is_test, self._momentum, self._epsilon = act, is_test, momentum, epsilon
        self._data_layout, self._use_global_stats = data_layout, use_global_stats
        self._trainable_statistics = trainable_statistics

    def forward(self, input: Tensor) -> Tensor:
        training = (self.training and not self._is_test) or self._trainable_statistics
        out = F.batch_norm(
            input,
            self._mean,
            self._variance,
            self.weight,
            self.bias,
            training=training,
            momentum=self._momentum,
            epsilon=self._epsilon,
            data_format=self._data_layout,
            use_global_stats=self._use_global_stats or None,
        )
        return out if self._act is None else getattr(F, self._act)(out)


class LayerNorm(Layer):
    """Normalizes over the last axes. See :func:`paddlelite.nn.functional.layer_norm`.

    >>> import paddlelite as paddle
    >>> paddle.nn.LayerNorm(4)(paddle.ones([2, 4])).shape
    paddle.Size([2, 4])
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        epsilon: float = 1e-5,
        weight_attr: Any = None,
        bias_attr: Any = None,
        name: str | None = None,
    ) -> None:
        super().__init__(dtype=get_default_dtype())
        self._normalized_shape = (
            [normalized_shape] if isinstance(normalized_shape, int) else list(normalized_shape)
        )
        self._epsilon, self._name = epsilon, name
        _scale_and_bias(self, [int(np.prod(self._normalized_shape))], weight_attr, bias_attr)

    def forward(self, input: Tensor) -> Tensor:
        return F.layer_norm(input, self._normalized_shape, self.weight, self.bias, self._epsilon)

    def extra_repr(self) -> str:
        return named(f"normalized_shape={self._normalized_shape}, epsilon={self._epsilon}", self._name)


class RMSNorm(Layer):
    """Divides by the root of the mean square of the last axes. See :func:`paddlelite.nn.functional.rms_norm`."""

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        epsilon: float = 1e-5,
        weight_attr: Any = None,
        name: str | None = None,
    ) -> None:
        super().__init__(dtype=get_default_dtype())
        self._normalized_shape = (
            [normalized_shape] if isinstance(normalized_shape, int) else list(normalized_shape)
        )
        self._epsilon, self._name = epsilon, name
        size = [int(np.prod(self._normalized_shape))]
        self.weight = self.create_parameter(size, weight_attr, default_initializer=Constant(1.0))

    def forward(self, input: Tensor) -> Tensor:
        return F.rms_norm(input, self._normalized_shape, self.weight, self._epsilon)[0]

    def extra_repr(self) -> str:
        return named(f"normalized_shape={self._normalized_shape}, epsilon={self._epsilon}", self._name)


class GroupNorm(Layer):
    """Normalizes each sample over groups of channels. See :func:`paddlelite.nn.functional.group_norm`."""

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        epsilon: float = 1e-5,
        weight_attr: Any = None,
        bias_attr: Any = None,
        data_format: str = "NCHW",
        name: str | None = None,
    ) -> None:
        super().__init__(dtype=get_default_dtype())
        self._num_groups, self._num_channels, self._epsilon = num_groups, num_channels, epsilon
        self._data_format, self._name = data_format, name
        _scale_and_bias(self, [num_channels], weight_attr, bias_attr)

    def forward(self, input: Tensor) -> Tensor:
        return F.group_norm(input, self._num_groups, self._epsilon, self.weight, self.bias, self._data_format)

    def extra_repr(self) -> str:
        return named(
            f"num_groups={self._num_groups}, num_channels={self._num_channels}, epsilon={self._epsilon}",
            self._name,
        )


class _InstanceNormBase(Layer):
    _ranks: tuple[int, ...] = (4,)

    def __init__(
        self,
        num_features: int,
        epsilon: float = 1e-5,
        momentum: float = 0.9,
        weight_attr: Any = None,
        bias_attr: Any = None,
        data_format: str = "NCHW",
        name: str | None = None,
    ) -> None:
        super().__init__(dtype=get_default_dtype())
        if (weight_attr is False) != (bias_attr is False):
            raise InvalidArgumentError(
                "weight_attr and bias_attr must be set to False at the same time in InstanceNorm"
            )
        self._num_features, self._epsilon, self._momentum, self._name = num_features, epsilon, momentum, name
        self.scale = self.create_parameter([num_features], weight_attr, default_initializer=Constant(1.0))
        self.bias = self.create_parameter([num_features], bias_attr, is_bias=True)

    def forward(self, input: Tensor) -> Tensor:
        if len(input.dims) not in self._ranks:
            wanted = " or ".join(f"{r}D" for r in self._ranks)
            raise InvalidArgumentError(f"expected {wanted} input (got {len(input.dims)}D input)")
        return F.instance_norm(input, weight=self.scale, bias=self.bias, eps=self._epsilon)

    def extra_repr(self) -> str:
        return named(f"num_features={self._num_features}, epsilon={self._epsilon}", self._name)


class InstanceNorm1D(_InstanceNormBase):
    """Instance normalization of [N, C] or [N, C, L]. See :func:`paddlelite.nn.functional.instance_norm`."""

    _ranks = (2, 3)


class InstanceNorm2D(_InstanceNormBase):
    """Instance normalization of [N, C, H, W]. See :func:`paddlelite.nn.functional.instance_norm`."""


class InstanceNorm3D(_InstanceNormBase):
    """Instance normalization of [N, C, D, H, W]. See :func:`paddlelite.nn.functional.instance_norm`."""

    _ranks = (5,)


class LocalResponseNorm(Layer):
    """Divides by neighbouring channels. See :func:`paddlelite.nn.functional.local_response_norm`."""

    def __init__(
        self,
        size: int,
        alpha: float = 0.0001,
        beta: float = 0.75,
        k: float = 1.0,
        data_format: str = "NCHW",
        name: str | None = None,
    ) -> None:
        super().__init__()
        self.size, self.alpha, self.beta, self.k, self.data_format, self.name = (
            size,
            alpha,
            beta,
            k,
            data_format,
            name,
        )

    def forward(self, input: Tensor) -> Tensor:
        return F.local_response_norm(input, self.size, self.alpha, self.beta, self.k, self.data_format)

    def extra_repr(self) -> str:
        text = f"size={self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"
        if self.data_format != "NCHW":
            text += f", data_format={self.data_format}"
        return named(text, self.name)


class SpectralNorm(Layer):
    """A weight divided by its largest singular value, found by power iterations (Miyato et al., 2018).

    The two vectors of the iteration are kept between calls. Raises InvalidArgumentError for a wrong ``dim``.
    """

    def __init__(
        self,
        weight_shape: Sequence[int],
        dim: int = 0,
        power_iters: int = 1,
        eps: float = 1e-12,
        dtype: Any = "float32",
    ) -> None:
        super().__init__(dtype=dtype)
        if not 0 <= dim < len(weight_shape):
            raise InvalidArgumentError(f"dim should be in [0, {len(weight_shape)}), got {dim}")
        self._dim, self._power_iters, self._eps, self._shape = dim, power_iters, eps, list(weight_shape)
        height = self._shape[dim]
        width = int(np.prod(self._shape)) // max(height, 1)
        for key, size in (("weight_u", height), ("weight_v", width)):
            p = self.create_parameter([size], default_initializer=Normal(0.0, 1.0))
            p.stop_gradient = True
            setattr(self, key, p)

    def forward(self, x: Tensor) -> Tensor:
        order = [self._dim, *(i for i in range(len(self._shape)) if i != self._dim)]
        matrix = reshape(transpose(x, axis=order), shape=[self._shape[self._dim], -1])
        u, v = self._iterate(matrix)
        length = matmul(matmul(u, matrix), v)
        return call("elementwise_div", x, length)

    def _iterate(self, matrix: Tensor) -> tuple[Tensor, Tensor]:
        was, mode.grad = mode.grad, False
        try:
            u: Any = self.weight_u
            v: Any = self.weight_v
            for _ in range(self._power_iters):
                v = F.normalize(matmul(u, matrix), axis=0, epsilon=self._eps)
                u = F.normalize(matmul(matrix, v), axis=0, epsilon=self._eps)
            for kept, new in ((self.weight_u, u), (self.weight_v, v)):
                if self._power_iters:
                    kept.set_value(new)
        finally:
            mode.grad = was
        return u, v
