"""``fluid.dygraph.nn``: the layers of 1.4 to 1.8, on the functions of :mod:`paddlelite.nn.functional`."""

from __future__ import annotations

import math
from typing import Any

from ... import nn
from ...errors import InvalidArgumentError
from ...nn import functional as F
from ...nn.initializer import Constant, Normal, XavierUniform
from ..layers import activations, forward
from ..layers.door import refused
from .forms import scoped
from .layers import Layer

__all__ = [
    "FC",
    "NCE",
    "BatchNorm",
    "BilinearTensorProduct",
    "Conv2D",
    "Conv2DTranspose",
    "Conv3D",
    "Conv3DTranspose",
    "Dropout",
    "Embedding",
    "GRUUnit",
    "GroupNorm",
    "InstanceNorm",
    "LayerNorm",
    "Linear",
    "PRelu",
    "Pool2D",
    "RowConv",
    "SequenceConv",
    "SpectralNorm",
    "TreeConv",
]


class _Conv(Layer):
    """Convolutions: the filter is made by ``__init__`` when ``num_channels`` is given, else at the first forward."""

    _rank = 2

    def __init__(
        self,
        num_channels: int | None,
        num_filters: int,
        filter_size: Any,
        stride: Any,
        padding: Any,
        dilation: Any,
        groups: int | None,
        param_attr: Any,
        bias_attr: Any,
        act: str | None,
        dtype: Any,
        name_scope: str | None,
    ) -> None:
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


_CONV = "filter_size stride padding dilation groups"


class Conv2D(_Conv):
    """A convolution over two axes.

    1.7: ``Conv2D(num_channels, num_filters, filter_size, ...)``. 1.4: ``Conv2D(name_scope, num_channels, num_filters,
    filter_size, ...)``. 1.5: ``Conv2D(name_scope, num_filters, filter_size, ...)``, which makes its filter at the first
    forward.
    """

    @scoped(
        f"num_channels num_filters {_CONV} use_cudnn act param_attr bias_attr dtype",
        f"num_filters {_CONV} param_attr bias_attr use_cudnn act dtype",
    )
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
        super().__init__(
            num_channels, num_filters, filter_size, stride, padding, dilation, groups, param_attr, bias_attr, act,
            dtype, name_scope,
        )  # fmt: skip


class Conv3D(_Conv):
    """:class:`Conv2D` over three axes; in 1.4 and 1.5 ``Conv3D(name_scope, num_filters, filter_size, ...)``."""

    _rank = 3

    @scoped(f"num_filters {_CONV} param_attr bias_attr use_cudnn act")
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
        super().__init__(
            num_channels, num_filters, filter_size, stride, padding, dilation, groups, param_attr, bias_attr, act,
            dtype, name_scope,
        )  # fmt: skip


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
        _needed(type(self).__name__, num_filters=num_filters)
        self.__dict__["_output_size"] = output_size
        if filter_size is None:
            if output_size is None:
                raise InvalidArgumentError(
                    f"{type(self).__name__}: output_size must be set when filter_size is None"
                )
            num_channels = None  # the filter's size follows from the input's
        super().__init__(
            num_channels, num_filters, filter_size, stride, padding, dilation, groups, param_attr, bias_attr, act,
            dtype, name_scope,
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


class Pool2D(Layer):
    """``Pool2D(pool_size, pool_type, pool_stride, ...)``, with a name scope in front in 1.4 and 1.5."""

    @scoped("pool_size pool_type pool_stride pool_padding global_pooling use_cudnn ceil_mode exclusive dtype")
    def __init__(
        self,
        pool_size: Any = -1,
        pool_type: str = "max",
        pool_stride: Any = 1,
        pool_padding: Any = 0,
        global_pooling: bool = False,
        use_cudnn: bool = True,
        ceil_mode: bool = False,
        exclusive: bool = True,
        dtype: Any = "float32",
        *,
        name_scope: str | None = None,
    ) -> None:
        super().__init__(name_scope, dtype)
        self._options = (
            pool_size,
            pool_type,
            pool_stride,
            pool_padding,
            global_pooling,
            ceil_mode,
            exclusive,
        )
        forward.check_pool(*self._options[:2], global_pooling)

    def forward(self, input: Any) -> Any:
        """The pooled input."""
        return forward.pool(input, 2, *self._options)


class Linear(Layer):
    """``input @ weight + bias`` over the last axis (1.7)."""

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        param_attr: Any = None,
        bias_attr: Any = None,
        act: str | None = None,
        dtype: Any = "float32",
    ) -> None:
        super().__init__(None, dtype)
        self._act = act
        self.weight = self.create_parameter([input_dim, output_dim], param_attr)
        self.bias = self.create_parameter([output_dim], bias_attr, is_bias=True)

    def forward(self, input: Any) -> Any:
        """The product, its bias and its activation."""
        return activations.apply(F.linear(input, self.weight, self.bias), self._act)


class FC(Layer):
    """A fully connected layer on one input or a list of them, whose weights are made at the first forward.

    1.5: ``FC(name_scope, size, num_flatten_dims, param_attr, bias_attr, act)``. 1.4 put ``num_flatten_dims`` after
    the attributes: what is no number in its place is an attribute.
    """

    def __init__(self, name_scope: str, size: int, *args: Any, **kwargs: Any) -> None:
        old = bool(args) and not isinstance(args[0], int)
        order = (
            "param_attr bias_attr num_flatten_dims dtype act"
            if old
            else "num_flatten_dims param_attr bias_attr act is_test dtype"
        )
        options: dict[str, Any] = {"num_flatten_dims": 1, "param_attr": None, "bias_attr": None, "act": None}
        options |= {"is_test": False, "dtype": "float32"}
        given = dict(zip(order.split(), args), **kwargs)
        if len(args) > len(order.split()) or not given.keys() <= options.keys():
            raise TypeError(f"FC(name_scope, size, {', '.join(options)}): got {[*args, *kwargs]}")
        options.update(given)
        super().__init__(name_scope, options["dtype"])
        self._size, self._num_flatten_dims = int(size), options["num_flatten_dims"]
        self._param_attr, self._bias_attr = options["param_attr"], options["bias_attr"]
        self._act = options["act"]
        self.__dict__["_names"] = []

    def _build_once(self, input: Any) -> None:
        inputs = input if isinstance(input, (list, tuple)) else [input]
        for i, x in enumerate(inputs):
            name = f"_w{i or ''}"
            attr = self._param_attr[i] if isinstance(self._param_attr, (list, tuple)) else self._param_attr
            shape = [math.prod(x.shape[self._num_flatten_dims :]), self._size]
            setattr(self, name, self.create_parameter(shape, attr))
            self._names.append(name)
        self._b = self.create_parameter([self._size], self._bias_attr, is_bias=True)

    @property
    def weight(self) -> Any:
        """The weight; a list where there are several inputs."""
        found = [getattr(self, name) for name in self._names]
        return found[0] if len(found) == 1 else found

    @property
    def bias(self) -> Any:
        """The bias, or None."""
        return self._b

    def forward(self, input: Any) -> Any:
        """The sum of the products, the bias and the activation."""
        inputs = input if isinstance(input, (list, tuple)) else [input]
        weights = [getattr(self, name) for name in self._names]
        return activations.apply(forward.dense(inputs, weights, self._b, self._num_flatten_dims), self._act)


class Embedding(Layer):
    """Rows of a table by their numbers. With a name scope (1.4, 1.5), a last axis of ids of size 1 is dropped."""

    @scoped("size is_sparse is_distributed padding_idx param_attr dtype")
    def __init__(
        self,
        size: Any,
        is_sparse: bool = False,
        is_distributed: bool = False,
        padding_idx: int | None = None,
        param_attr: Any = None,
        dtype: Any = "float32",
        *,
        name_scope: str | None = None,
    ) -> None:
        super().__init__(name_scope, dtype)
        self._padding_idx = padding_idx
        self._lookup = F.embedding if name_scope is None else forward.embed
        self.weight = self.create_parameter(list(size), param_attr)

    _w = property(lambda self: self.weight)

    def forward(self, input: Any) -> Any:
        """One row of the table for every id."""
        return self._lookup(input, self.weight, self._padding_idx)


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
    """Normalization over groups of channels."""

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
        self._groups, self._epsilon, self._act, self._attrs = groups, epsilon, act, (param_attr, bias_attr)
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


class PRelu(Layer):
    """``max(0, x) + alpha * min(0, x)``; ``mode`` says whether there is one alpha, one a channel or one an element."""

    @scoped("mode param_attr")
    def __init__(
        self,
        mode: str,
        channel: int | None = None,
        input_shape: Any = None,
        param_attr: Any = None,
        dtype: Any = "float32",
        *,
        name_scope: str | None = None,
    ) -> None:
        super().__init__(name_scope, dtype)
        if mode not in ("all", "channel", "element"):
            raise InvalidArgumentError("PRelu: mode should be one of all, channel, element.")
        self._mode, self._param_attr = mode, param_attr
        if mode == "all" or channel is not None or input_shape is not None:
            self._make([1, channel or 0, *(input_shape or [])[1:]] if mode == "channel" else input_shape)

    def _make(self, shape: Any) -> None:
        sizes = forward.prelu_shape(self._mode, shape)
        self.weight = self.create_parameter(sizes, self._param_attr, default_initializer=Constant(1.0))

    def _build_once(self, input: Any) -> None:
        if "weight" not in self._parameters:
            self._make(input.shape)

    _alpha_param = property(lambda self: self.weight)

    def forward(self, input: Any) -> Any:
        """The activated input."""
        return forward.prelu(input, self.weight, self._mode)


class Dropout(Layer):
    """Drops elements while training; by default 1.x scales the others at test time instead of training."""

    def __init__(
        self,
        p: float = 0.5,
        seed: int | None = None,
        dropout_implementation: str = "downgrade_in_infer",
        is_test: bool = False,
    ) -> None:
        super().__init__()
        self._options = (p, is_test, seed, dropout_implementation)

    def forward(self, input: Any) -> Any:
        """The input with elements dropped."""
        p, is_test, seed, how = self._options
        return forward.dropout(input, p, is_test or not self.training, seed, how)


class GRUUnit(Layer):
    """One step of a GRU: ``(input projected to 3 * d, hidden)`` to ``(hidden, reset hidden, gates)``; size is 3 * d."""

    @scoped("size param_attr bias_attr activation gate_activation origin_mode dtype")
    def __init__(
        self,
        size: int,
        param_attr: Any = None,
        bias_attr: Any = None,
        activation: str = "tanh",
        gate_activation: str = "sigmoid",
        origin_mode: bool = False,
        dtype: Any = "float32",
        *,
        name_scope: str | None = None,
    ) -> None:
        super().__init__(name_scope, dtype)
        self._options = (activation, gate_activation, origin_mode)
        width = size // 3
        self.weight = self.create_parameter(
            [width, 3 * width], param_attr, default_initializer=XavierUniform()
        )
        self.bias = self.create_parameter([1, 3 * width], bias_attr, is_bias=True)

    _weight = property(lambda self: self.weight)
    _bias = property(lambda self: self.bias)

    def forward(self, input: Any, hidden: Any) -> Any:
        """The new hidden state, the reset one, and the gates."""
        return forward.gru_step(input, hidden, self.weight, self.bias, *self._options)


class BilinearTensorProduct(Layer):
    """``x^T W_i y`` for every i of the output."""

    @scoped("size name act param_attr bias_attr")
    def __init__(
        self,
        input1_dim: int | None = None,
        input2_dim: int | None = None,
        output_dim: int = 0,
        name: str | None = None,
        act: str | None = None,
        param_attr: Any = None,
        bias_attr: Any = None,
        dtype: Any = "float32",
        *,
        size: int | None = None,
        name_scope: str | None = None,
    ) -> None:
        super().__init__(name_scope, dtype)
        self._size, self._act = size or output_dim, act
        self._attrs = (param_attr, bias_attr)
        if input1_dim is not None and input2_dim is not None:
            self._make(input1_dim, input2_dim)

    def _make(self, first: int, second: int) -> None:
        self.weight = self.create_parameter([self._size, first, second], self._attrs[0])
        self.bias = self.create_parameter([1, self._size], self._attrs[1], is_bias=True)

    def _build_once(self, x: Any, y: Any) -> None:
        if "weight" not in self._parameters:
            self._make(int(x.shape[1]), int(y.shape[1]))

    def forward(self, x: Any, y: Any) -> Any:
        """The products, the bias and the activation."""
        return activations.apply(F.bilinear(x, y, self.weight, self.bias), self._act)


def _needed(kind: str, **values: Any) -> None:
    for name, value in values.items():
        if not value:
            raise TypeError(f"{kind}() missing the argument {name!r}")


_PADDED = "it works on sequences of varying length (LoD): use Conv2D on padded ones"
NCE = refused("NCE", "use softmax_with_cross_entropy over all classes", "fluid.dygraph")
RowConv = refused("RowConv", _PADDED, "fluid.dygraph")
SequenceConv = refused("SequenceConv", _PADDED, "fluid.dygraph")
TreeConv = refused("TreeConv", "write it with gather and matmul", "fluid.dygraph")
