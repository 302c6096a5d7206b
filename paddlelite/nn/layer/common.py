"""Everyday layers: Linear, Dropout and its relatives, Embedding, Flatten, Bilinear, similarities, padding, resizing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...dtypes import get_default_dtype
from ...errors import InvalidArgumentError
from ...ops.compose import call
from ...tensor.tensor import Tensor
from .. import functional as F
from ..initializer import Uniform, XavierNormal
from .layers import Layer

__all__ = [
    "AlphaDropout",
    "Bilinear",
    "CosineSimilarity",
    "Dropout",
    "Dropout2D",
    "Dropout3D",
    "Embedding",
    "FeatureAlphaDropout",
    "Flatten",
    "Identity",
    "Linear",
    "Unflatten",
]


def named(text: str, name: str | None) -> str:
    """``text`` with the name a user gave the layer, for ``extra_repr``."""
    return text if name is None else f"{text}, name={name}" if text else f"name={name}"


class Identity(Layer):
    """Returns its input; all arguments are accepted and ignored."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        return input


class Linear(Layer):
    """``x @ weight + bias`` with ``weight`` [in_features, out_features] and ``bias`` [out_features].

    ``weight_attr``, ``bias_attr``: a ParamAttr, a name or an initializer; ``bias_attr=False`` for no bias.
    Raises InvalidArgumentError when the last size of the input is not ``in_features``.

    >>> import paddlelite as paddle
    >>> paddle.nn.Linear(2, 4)(paddle.ones([3, 2])).shape
    paddle.Size([3, 4])
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        weight_attr: Any = None,
        bias_attr: Any = None,
        name: str | None = None,
    ) -> None:
        super().__init__(dtype=get_default_dtype())
        self.weight = self.create_parameter([in_features, out_features], weight_attr)
        self.bias = self.create_parameter([out_features], bias_attr, is_bias=True)
        self.name = name

    def forward(self, input: Tensor) -> Tensor:
        weight = self._parameters.get(
            "weight"
        )  # quicker than the attribute, which it is but for a weight made of others
        return F.linear(input, self.weight if weight is None else weight, self.bias)

    def extra_repr(self) -> str:
        sizes = self.weight.dims
        return named(f"in_features={sizes[0]}, out_features={sizes[1]}, dtype={self._dtype}", self.name)


class Dropout(Layer):
    """Sets numbers to 0 with probability ``p`` while training. See :func:`paddlelite.nn.functional.dropout`.

    >>> import paddlelite as paddle
    >>> drop = paddle.nn.Dropout(0.5)
    >>> drop.eval()(paddle.ones([2])).numpy()
    array([1., 1.], dtype=float32)
    """

    def __init__(
        self,
        p: float = 0.5,
        inplace: bool = False,
        axis: int | Sequence[int] | None = None,
        mode: str = "upscale_in_train",
        name: str | None = None,
    ) -> None:
        super().__init__()
        if isinstance(inplace, (list, tuple)) or inplace is None:
            raise InvalidArgumentError(
                "Dropout(p, inplace, axis): inplace must be a bool; give the axis by its name"
            )
        self.p, self.axis, self.mode, self.inplace, self.name = p, axis, mode, inplace, name

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout(input, self.p, self.axis, self.training, self.inplace, self.mode)

    def extra_repr(self) -> str:
        return named(f"p={self.p}, axis={self.axis}, mode={self.mode}, inplace={self.inplace}", self.name)


class Dropout2D(Layer):
    """Sets whole channels of a 4-D tensor to 0 with probability ``p`` while training."""

    def __init__(self, p: float = 0.5, data_format: str = "NCHW", name: str | None = None) -> None:
        super().__init__()
        self.p, self.data_format, self.name = p, data_format, name

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout2d(input, self.p, self.training, self.data_format)

    def extra_repr(self) -> str:
        return named(f"p={self.p}, data_format={self.data_format}", self.name)


class Dropout3D(Layer):
    """Sets whole channels of a 5-D tensor to 0 with probability ``p`` while training."""

    def __init__(self, p: float = 0.5, data_format: str = "NCDHW", name: str | None = None) -> None:
        super().__init__()
        self.p, self.data_format, self.name = p, data_format, name

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout3d(input, self.p, self.training, self.data_format)

    def extra_repr(self) -> str:
        return named(f"p={self.p}, data_format={self.data_format}", self.name)


class AlphaDropout(Layer):
    """Dropout that keeps mean and variance after SELU. See :func:`paddlelite.nn.functional.alpha_dropout`."""

    def __init__(self, p: float = 0.5, name: str | None = None) -> None:
        super().__init__()
        self.p, self.name = p, name

    def forward(self, input: Tensor) -> Tensor:
        return F.alpha_dropout(input, self.p, self.training)

    def extra_repr(self) -> str:
        return named(f"p={self.p}", self.name)


class FeatureAlphaDropout(AlphaDropout):
    """:class:`AlphaDropout` of whole channels."""

    def forward(self, input: Tensor) -> Tensor:
        return F.feature_alpha_dropout(input, self.p, self.training)


class Embedding(Layer):
    """The rows of a table at integers. See :func:`paddlelite.nn.functional.embedding`.

    >>> import paddlelite as paddle
    >>> paddle.nn.Embedding(10, 3)(paddle.to_tensor([[1, 5]])).shape
    paddle.Size([1, 2, 3])
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        sparse: bool = False,
        weight_attr: Any = None,
        name: str | None = None,
        scale_grad_by_freq: bool = False,
    ) -> None:
        super().__init__(dtype=get_default_dtype())
        if num_embeddings <= 0:
            raise InvalidArgumentError("num_embeddings must be bigger than 0")
        if embedding_dim <= 0:
            raise InvalidArgumentError("embedding_dim must be bigger than 0")
        if padding_idx is not None and not -num_embeddings <= padding_idx < num_embeddings:
            raise InvalidArgumentError(f"padding_idx must be within [-{num_embeddings}, {num_embeddings})")
        self._num_embeddings, self._embedding_dim, self._padding_idx = (
            num_embeddings,
            embedding_dim,
            padding_idx,
        )
        self._max_norm, self._norm_type = max_norm, norm_type
        self._sparse, self._scale_grad_by_freq, self._name = sparse, scale_grad_by_freq, name
        self.weight = self.create_parameter(
            [num_embeddings, embedding_dim], weight_attr, default_initializer=XavierNormal()
        )
        if padding_idx is not None:
            array = self.weight.numpy()
            array[padding_idx] = 0.0
            self.weight.set_value(array)

    def forward(self, x: Tensor) -> Tensor:
        return F.embedding(
            x,
            self.weight,
            padding_idx=self._padding_idx,
            max_norm=self._max_norm,
            norm_type=self._norm_type,
            sparse=self._sparse,
            scale_grad_by_freq=self._scale_grad_by_freq,
        )

    def extra_repr(self) -> str:
        padding = "" if self._padding_idx is None else f", padding_idx={self._padding_idx}"
        text = f"{self._num_embeddings}, {self._embedding_dim}{padding}, sparse={self._sparse}"
        return named(f"{text}, scale_grad_by_freq={self._scale_grad_by_freq}", self._name)


class Flatten(Layer):
    """Joins the axes from ``start_axis`` to ``stop_axis`` into one. Paddle op: flatten_contiguous_range."""

    def __init__(self, start_axis: int = 1, stop_axis: int = -1) -> None:
        super().__init__()
        self.start_axis, self.stop_axis = start_axis, stop_axis

    def forward(self, input: Tensor) -> Tensor:
        from ...tensor.manipulation import flatten

        return flatten(input, self.start_axis, self.stop_axis)


class Unflatten(Layer):
    """Splits ``axis`` into axes of the sizes ``shape``."""

    def __init__(self, axis: int, shape: Any, name: str | None = None) -> None:
        super().__init__()
        self.axis, self.shape, self.name = axis, shape, name

    def forward(self, input: Tensor) -> Tensor:
        axis = self.axis % len(input.dims)
        sizes = [d if isinstance(d, int) else 0 for d in input.dims]
        return call("reshape2", input, None, None, shape=[*sizes[:axis], *self.shape, *sizes[axis + 1 :]])

    def extra_repr(self) -> str:
        return named(f"axis={self.axis}, shape={self.shape}", self.name)


class Bilinear(Layer):
    """``x1 @ weight[k] @ x2 + bias[k]`` for every k below ``out_features``."""

    def __init__(
        self,
        in1_features: int,
        in2_features: int,
        out_features: int,
        weight_attr: Any = None,
        bias_attr: Any = None,
        name: str | None = None,
    ) -> None:
        super().__init__(dtype=get_default_dtype())
        self._in1_features, self._in2_features, self._out_features = in1_features, in2_features, out_features
        self._name = name
        bound = 1.0 / np.sqrt(in1_features)
        weight_init, bias_init = Uniform(-bound, bound), Uniform(-bound, bound)
        self.weight = self.create_parameter(
            [out_features, in1_features, in2_features], weight_attr, default_initializer=weight_init
        )
        self.bias = self.create_parameter(
            [1, out_features], bias_attr, is_bias=True, default_initializer=bias_init
        )

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        return F.bilinear(x1, x2, self.weight, self.bias)

    def extra_repr(self) -> str:
        return named(
            f"in1_features={self._in1_features}, in2_features={self._in2_features}, "
            f"out_features={self._out_features}, dtype={self._dtype}",
            self._name,
        )


class CosineSimilarity(Layer):
    """The cosine of the angle between two tensors' vectors along ``axis``."""

    def __init__(self, axis: int = 1, eps: float = 1e-8) -> None:
        super().__init__()
        self._axis, self._eps = axis, eps

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        return F.cosine_similarity(x1, x2, axis=self._axis, eps=self._eps)

    def extra_repr(self) -> str:
        return f"axis={self._axis}, eps={self._eps}"
