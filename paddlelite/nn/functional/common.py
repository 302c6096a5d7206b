"""Functionals of everyday layers: linear, dropout and its relatives, label_smooth, bilinear, cosine_similarity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...errors import InvalidArgumentError, InvalidTypeError
from ...framework.random import next_state
from ...mode import mode
from ...ops import dropout as _dropout
from ...ops.bilinear import bilinear_tensor_product
from ...ops.compose import call
from ...ops.creation import fill_any_like
from ...ops.elementwise import add, multiply, scale
from ...ops.index import slice_
from ...ops.linalg import matmul
from ...ops.linear import linear as _linear
from ...ops.reduce import reduce_sum
from ...tensor.tensor import Tensor

__all__ = [
    "alpha_dropout",
    "bilinear",
    "cosine_similarity",
    "dropout",
    "dropout1d",
    "dropout2d",
    "dropout3d",
    "feature_alpha_dropout",
    "label_smooth",
    "linear",
]


def linear(x: Tensor, weight: Tensor, bias: Tensor | None = None, name: str | None = None) -> Tensor:
    """``x @ weight + bias``: ``x`` [..., in], ``weight`` [in, out], ``bias`` [out].

    Paddle ops: matmul_v2, elementwise_add.

    Raises InvalidArgumentError when the sizes do not fit.

    >>> import paddlelite as paddle
    >>> paddle.nn.functional.linear(paddle.ones([1, 2]), paddle.ones([2, 3]), paddle.ones([3])).numpy()
    array([[3., 3., 3.]], dtype=float32)
    """
    if bias is None:
        return matmul(x, weight)
    if mode.capture is None:
        return _linear(x, weight, bias)
    return add(matmul(x, weight), bias)


def dropout(
    x: Tensor,
    p: float = 0.5,
    axis: int | Sequence[int] | None = None,
    training: bool = True,
    inplace: bool = False,
    mode: str = "upscale_in_train",
    name: str | None = None,
) -> Tensor:
    """Set numbers to 0 with probability ``p`` while ``training``; whole slices at once along ``axis``.

    Raises InvalidArgumentError for a probability outside [0, 1] or an unknown mode. Paddle op: dropout.

    >>> import paddlelite as paddle
    >>> paddle.nn.functional.dropout(paddle.ones([2]), 0.5, training=False).numpy()
    array([1., 1.], dtype=float32)
    """
    p = _probability(p)
    if mode not in ("downscale_in_infer", "upscale_in_train"):
        raise InvalidArgumentError("mode argument should be 'downscale_in_infer' or 'upscale_in_train'")
    if axis is not None and not isinstance(axis, (int, list, tuple)):
        raise InvalidTypeError("datatype of axis argument should be int or list")
    if p == 0:
        return x
    if not training:
        return x if mode == "upscale_in_train" else scale(x, scale=1.0 - p)
    attrs = {"dropout_prob": p, "dropout_implementation": _IMPLEMENTATION[mode]}
    if axis is None:
        return _dropout.dropout(next_state(), x, None, **attrs)[0]
    return multiply(x, _dropout.dropout(next_state(), _ones_along(x, axis), None, **attrs)[0])


_IMPLEMENTATION = {"downscale_in_infer": "downgrade_in_infer", "upscale_in_train": "upscale_in_train"}


def _probability(p: Any) -> float:
    if isinstance(p, Tensor):
        p = float(p)
    if not isinstance(p, (float, int, np.number)):
        raise InvalidTypeError("p argument should be a number or Variable")
    if p < 0 or p > 1:
        raise InvalidArgumentError("p argument should between 0 and 1")
    return float(p)


def _ones_along(x: Tensor, axis: int | Sequence[int]) -> Tensor:
    """Ones of the shape of ``x``, with size 1 where the axis is not among ``axis``."""
    rank = len(x.dims)
    axes = [axis] if isinstance(axis, int) else list(axis)
    if len(axes) > rank or any(not -rank <= a < rank for a in axes):
        raise InvalidArgumentError(
            f"axis value should be greater than or equal to 0 and less than dimensions of x:{rank}, "
            f"but get axis value:{max(axes)}"
        )
    kept = {a % rank for a in axes}
    others = [i for i in range(rank) if i not in kept]
    x = x.detach() if x._data is not None else x
    thin = slice_(x, axes=others, starts=[0] * len(others), ends=[1] * len(others)) if others else x
    return fill_any_like(thin, value=1.0)


def _channels(x: Tensor, rank: int, data_format: str, formats: tuple[str, ...], what: str) -> list[int]:
    if len(x.dims) != rank:
        raise InvalidArgumentError(
            f"dimensions of x should be {rank}, but received {len(x.dims)} != {rank} in {what}"
        )
    if data_format not in formats:
        raise InvalidArgumentError(
            f"Attr(data_format) should be one of {list(formats)}. Received Attr(data_format): {data_format}."
        )
    return [0, 1] if data_format.startswith("NC") else [0, rank - 1]


def dropout1d(x: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """:func:`dropout` of whole channels of a [N, C, L] tensor."""
    return dropout(x, p, [0, 1], training)


def dropout2d(
    x: Tensor, p: float = 0.5, training: bool = True, data_format: str = "NCHW", name: str | None = None
) -> Tensor:
    """:func:`dropout` of whole channels of a 4-D tensor."""
    return dropout(x, p, _channels(x, 4, data_format, ("NCHW", "NHWC"), "dropout2d"), training)


def dropout3d(
    x: Tensor, p: float = 0.5, training: bool = True, data_format: str = "NCDHW", name: str | None = None
) -> Tensor:
    """:func:`dropout` of whole channels of a 5-D tensor."""
    return dropout(x, p, _channels(x, 5, data_format, ("NCDHW", "NDHWC"), "dropout3d"), training)


# The value that SELU's negative side tends to, and what keeps mean and variance (Klambauer et al., 2017).
_ALPHA = -1.6732632423543772848170429916717 * 1.0507009873554804934193349852946


def alpha_dropout(x: Tensor, p: float = 0.5, training: bool = True, name: str | None = None) -> Tensor:
    """Dropout that keeps mean and variance of SELU's outputs (Klambauer et al., 2017).

    >>> import paddlelite as paddle
    >>> paddle.nn.functional.alpha_dropout(paddle.ones([2]), 0.5, training=False).numpy()
    array([1., 1.], dtype=float32)
    """
    return _alpha_dropout(x, p, training, None)


def feature_alpha_dropout(
    x: Tensor, p: float = 0.5, training: bool = True, name: str | None = None
) -> Tensor:
    """:func:`alpha_dropout` of whole channels."""
    return _alpha_dropout(x, p, training, [0, 1])


def _alpha_dropout(x: Tensor, p: Any, training: bool, axis: list[int] | None) -> Tensor:
    p = _probability(p)
    if not training or p == 0:
        return x
    if p == 1:
        return scale(x, scale=0.0)
    a = ((1 - p) * (1 + p * _ALPHA**2)) ** -0.5
    ones = _ones_along(x, list(range(len(x.dims))) if axis is None else axis)
    attrs = {"dropout_prob": p, "dropout_implementation": "downgrade_in_infer"}
    kept = _dropout.dropout(next_state(), ones, None, **attrs)[0]
    # kept is 1 or 0: x where 1, alpha where 0, then the affine map that restores the moments.
    mixed = add(multiply(x, kept), scale(kept, scale=-_ALPHA, bias=_ALPHA))
    return scale(mixed, scale=a, bias=-a * p * _ALPHA)


def label_smooth(
    label: Tensor, prior_dist: Tensor | None = None, epsilon: float = 0.1, name: str | None = None
) -> Tensor:
    """``(1 - epsilon) * label + epsilon * prior``, the prior being uniform over the last axis by default.

    >>> import paddlelite as paddle
    >>> paddle.nn.functional.label_smooth(paddle.to_tensor([[0.0, 1.0]]), epsilon=0.2).numpy().round(2)
    array([[0.1, 0.9]], dtype=float32)
    """
    if not 0.0 <= epsilon <= 1.0:
        raise InvalidArgumentError("The value of epsilon must be between 0 and 1.")
    return call("label_smooth", label, prior_dist, epsilon=float(epsilon))


def bilinear(
    x1: Tensor, x2: Tensor, weight: Tensor, bias: Tensor | None = None, name: str | None = None
) -> Tensor:
    """``x1 @ weight[k] @ x2`` for every k: [N, in1], [N, in2], [out, in1, in2] to [N, out].

    Paddle op: bilinear_tensor_product.
    """
    return bilinear_tensor_product(x1, x2, weight, bias)


def cosine_similarity(x1: Tensor, x2: Tensor, axis: int = 1, eps: float = 1e-8) -> Tensor:
    """The cosine of the angle between the vectors along ``axis``.

    >>> import paddlelite as paddle
    >>> x = paddle.to_tensor([[3.0, 4.0]])
    >>> paddle.nn.functional.cosine_similarity(x, x).numpy().round(5)
    array([1.], dtype=float32)
    """
    dot, square1, square2 = (
        reduce_sum(multiply(a, b), dim=[axis]) for a, b in ((x1, x2), (x1, x1), (x2, x2))
    )
    lengths = call(
        "sqrt", call("clip", multiply(square1, square2), min=eps * eps, max=float(np.finfo(np.float32).max))
    )
    return call("elementwise_div", dot, lengths)
