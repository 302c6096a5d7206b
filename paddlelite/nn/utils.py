"""`paddle.nn.utils`, by PaddlePaddle's name: clip gradients in place, and parameters as one vector."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from ..errors import InvalidArgumentError
from ..tensor.tensor import Tensor, _wrap_array
from .clip import squared_norm
from .reparametrized import remove_weight_norm, spectral_norm, weight_norm

__all__ = [
    "clip_grad_norm_", "clip_grad_value_", "parameters_to_vector", "remove_weight_norm", "spectral_norm",
    "vector_to_parameters", "weight_norm",
]  # fmt: skip


def clip_grad_norm_(
    parameters: Iterable[Tensor] | Tensor,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
) -> Tensor:
    """Scale the gradients of the parameters by one factor so that their common norm is at most `max_norm`.

    Args:
        norm_type: 2, 1, 0 (the number of elements that are not zero) or infinity.
        error_if_nonfinite: refuse a norm that is infinite or NaN.

    Returns:
        The norm before, 0-D.

    Raises:
        ValueError: another `norm_type`.
        RuntimeError: the norm is not finite and `error_if_nonfinite` is set.

    Examples:
        >>> import paddlelite as paddle
        >>> weight = paddle.create_parameter([2], "float32")
        >>> (weight * paddle.to_tensor([3.0, 4.0])).sum().backward()
        >>> paddle.nn.utils.clip_grad_norm_([weight], max_norm=1.0).item()
        5.0
        >>> [round(g, 4) for g in weight.grad.tolist()]
        [0.6, 0.8]
    """
    max_norm, norm_type = float(max_norm), norm_type if isinstance(norm_type, str) else float(norm_type)
    if norm_type not in (math.inf, 0.0, 1.0, 2.0):
        raise ValueError(f"norm_type only support [inf, 0, 1, 2], but received {norm_type}")
    params = _with_gradients(parameters)
    norm = _norm([p._grad._data for p in params], norm_type)
    if error_if_nonfinite and not math.isfinite(norm):
        raise RuntimeError(
            f"The total norm of {norm_type} order of the gradients from `parameters` is non-finite, so it cannot be "
            "clipped: leave error_if_nonfinite out to scale by it all the same."
        )
    # the small number is PaddlePaddle's; with a NaN the comparison fails and the gradients become NaN
    scale = max_norm / (norm + 1e-6)
    if not scale >= 1.0:
        for p in params:
            p._grad = _wrap_array(np.multiply(p._grad._data, scale))
    return _wrap_array(np.asarray(norm, params[0]._grad._data.dtype if params else np.float32))


def _norm(gradients: list[np.ndarray], norm_type: float) -> float:
    if norm_type == math.inf:
        return float(np.max([np.abs(g).max(initial=0) for g in gradients], initial=0))
    if norm_type == 2.0:
        return math.sqrt(sum(map(squared_norm, gradients)))
    return float(sum((np.abs(g) if norm_type else g != 0).sum() for g in gradients))


def clip_grad_value_(parameters: Iterable[Tensor] | Tensor, clip_value: float) -> None:
    """Limit every element of the parameters' gradients to ±`clip_value`.

    Raises:
        InvalidArgumentError: `clip_value` is negative.

    Examples:
        >>> import paddlelite as paddle
        >>> weight = paddle.create_parameter([2], "float32")
        >>> (weight * paddle.to_tensor([-3.0, 0.5])).sum().backward()
        >>> paddle.nn.utils.clip_grad_value_(weight, clip_value=1.0)
        >>> weight.grad.tolist()
        [-1.0, 0.5]
    """
    limit = float(clip_value)
    if not limit >= 0:
        raise InvalidArgumentError(f"clip_value should not be negative, but received {clip_value}")
    for p in _with_gradients(parameters):
        p._grad = _wrap_array(np.clip(p._grad._data, -limit, limit))


def _with_gradients(parameters: Iterable[Tensor] | Tensor) -> list[Any]:
    params = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    return [p for p in params if p._grad is not None]


def parameters_to_vector(parameters: Iterable[Tensor], name: str | None = None) -> Tensor:
    """All parameters' elements one after the other, as a 1-D tensor with a gradient.

    Examples:
        >>> import paddlelite as paddle
        >>> layer = paddle.nn.Linear(2, 3)
        >>> paddle.nn.utils.parameters_to_vector(layer.parameters()).shape
        paddle.Size([9])
    """
    from ..tensor.manipulation import concat, reshape

    return concat([reshape(p, [-1]) for p in parameters])


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor], name: str | None = None) -> None:
    """Set the parameters to the elements of `vec`, the reverse of `parameters_to_vector`.

    Raises:
        InvalidArgumentError: `vec` has too few elements. No parameter has changed then.

    Examples:
        >>> import paddlelite as paddle
        >>> layer = paddle.nn.Linear(1, 1)
        >>> paddle.nn.utils.vector_to_parameters(paddle.to_tensor([2.0, 3.0]), layer.parameters())
        >>> layer(paddle.ones([1, 1])).item()
        5.0
    """
    params = list(parameters)
    values = vec._data.reshape(-1)
    if values.size < sum(int(p.size) for p in params):
        raise InvalidArgumentError(
            "The total_elements of vec should be equal to or larger than the number of elements in parameters."
        )
    start = 0
    for p in params:
        p.set_value(values[start : start + int(p.size)].reshape(tuple(p.dims)))
        start += int(p.size)
