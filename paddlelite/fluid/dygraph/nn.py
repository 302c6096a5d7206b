"""``fluid.dygraph.nn``: the layers of 1.4 to 1.8, on the functions of :mod:`paddlelite.nn.functional`."""

from __future__ import annotations

import math
from typing import Any

from ...errors import InvalidArgumentError
from ...nn import BCELoss, L1Loss, MSELoss, NLLLoss
from ...nn import functional as F
from ...nn.initializer import Constant, XavierUniform
from ..layers import activations, classes, forward, trees
from ..layers.door import refused
from .conv import Conv2D, Conv2DTranspose, Conv3D, Conv3DTranspose
from .forms import scoped
from .layers import Layer
from .norm import BatchNorm, GroupNorm, InstanceNorm, LayerNorm, SpectralNorm

__all__ = [
    "FC",
    "NCE",
    "BCELoss",
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
    "L1Loss",
    "LayerNorm",
    "Linear",
    "MSELoss",
    "NLLLoss",
    "PRelu",
    "Pool2D",
    "RowConv",
    "SequenceConv",
    "SpectralNorm",
    "TreeConv",
]


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


class NCE(Layer):
    """Noise-contrastive estimation: the cost of a class against ``num_neg_samples`` drawn ones.

    ``NCE(num_total_classes, dim, ...)``, with a name scope and without ``dim`` in 1.4 and 1.5. The bias is made where
    ``bias_attr`` is given, as in 1.8.5. A seed draws the same classes at every call.
    """

    @scoped(
        "num_total_classes sample_weight param_attr bias_attr num_neg_samples sampler custom_dist seed is_sparse"
    )
    def __init__(
        self,
        num_total_classes: int,
        dim: int | None = None,
        sample_weight: Any = None,
        param_attr: Any = None,
        bias_attr: Any = None,
        num_neg_samples: int | None = None,
        sampler: str = "uniform",
        custom_dist: Any = None,
        seed: int = 0,
        is_sparse: bool = False,
        dtype: Any = "float32",
        *,
        name_scope: str | None = None,
    ) -> None:
        super().__init__(name_scope, dtype)
        self._classes = classes.Classes(num_total_classes, sampler, custom_dist)
        self._attrs, self._sample_weight = (param_attr, bias_attr), sample_weight
        self._number, self._seed = 10 if num_neg_samples is None else int(num_neg_samples), seed
        if dim is not None:
            self._make(int(dim))

    def _make(self, width: int) -> None:
        count = self._classes.count
        self.weight = self.create_parameter([count, width], self._attrs[0])
        self.bias = self.create_parameter([count, 1], self._attrs[1] or False, is_bias=True)

    def _build_once(self, input: Any, *args: Any, **kwargs: Any) -> None:
        if "weight" not in self._parameters:
            self._make(int(input.shape[1]))

    def forward(self, input: Any, label: Any, sample_weight: Any = None) -> Any:
        """The cost of every row, [batch, 1]."""
        weights = self._sample_weight if sample_weight is None else sample_weight
        drawn = self._classes.draw(input, self._number, self._seed)
        cost = classes.nce_cost(input, label, drawn, self.weight, self.bias, self._classes, weights)
        return cost / float(self._number + 1)


class TreeConv(Layer):
    """A convolution over trees: nodes ``[batch, count, width]`` and edges ``[batch, edges, 2]``, numbered from 1.

    The bias, one number a filter, is made where ``bias_attr`` is given. (1.8.5 adds it along the nodes, and fails
    unless there are as many of these. It leaves what was there before for nodes that are in no edge: they are 0.)
    """

    @scoped("output_size num_filters max_depth act param_attr bias_attr name")
    def __init__(
        self,
        feature_size: int | None = None,
        output_size: int = 0,
        num_filters: int = 1,
        max_depth: int = 2,
        act: str | None = "tanh",
        param_attr: Any = None,
        bias_attr: Any = None,
        name: str | None = None,
        dtype: Any = "float32",
        *,
        name_scope: str | None = None,
    ) -> None:
        super().__init__(name_scope, dtype)
        self._shape, self._attrs = [3, int(output_size), int(num_filters)], (param_attr, bias_attr)
        self._depth, self._act = int(max_depth), act
        if feature_size is not None:
            self._make(int(feature_size))

    def _make(self, width: int) -> None:
        self.weight = self.create_parameter([width, *self._shape], self._attrs[0])
        self.bias = self.create_parameter([self._shape[-1]], self._attrs[1] or False, is_bias=True)

    def _build_once(self, nodes_vector: Any, edge_set: Any) -> None:
        if "weight" not in self._parameters:
            self._make(int(nodes_vector.shape[2]))

    def forward(self, nodes_vector: Any, edge_set: Any) -> Any:
        """The convolution, its bias and its activation: ``[batch, count, output_size, num_filters]``."""
        out = trees.tree_conv(nodes_vector, edge_set, self.weight, self._depth)
        return activations.apply(out if self.bias is None else out + self.bias, self._act)


_PADDED = "it works on sequences of varying length (LoD): use Conv2D on padded ones"
RowConv = refused("RowConv", _PADDED, "fluid.dygraph")
SequenceConv = refused("SequenceConv", _PADDED, "fluid.dygraph")
