"""Initializers that draw from a distribution: Normal, TruncatedNormal, Uniform, Orthogonal.

The numbers come from the generator that `paddle.seed` seeds.
"""

from __future__ import annotations

import math
from typing import Any

from ...dtypes import float32, float64
from ...framework.random import next_state
from ...ops.random import truncated_gaussian_random
from ...ops.unary import sign
from ...tensor.creation import full
from ...tensor.factor import qr
from ...tensor.math import clip
from ...tensor.random import gaussian, uniform
from ...tensor.rearrange import diag
from ...tensor.tensor import Tensor
from .base import Initializer, number

__all__ = ["Normal", "Orthogonal", "TruncatedNormal", "Uniform", "draw_normal", "draw_uniform"]


def draw_uniform(shape: tuple[int, ...], dtype: Any, low: float, high: float) -> Tensor:
    """Numbers uniform in [low, high); low precisions are rounded from float32."""
    return uniform(list(shape), _drawn_as(dtype), low, high)


def draw_normal(shape: tuple[int, ...], dtype: Any, mean: float, std: float) -> Tensor:
    """Normally distributed numbers."""
    return gaussian(list(shape), mean, std, dtype=_drawn_as(dtype))


def _drawn_as(dtype: Any) -> Any:
    return dtype if dtype is float64 or dtype.is_complex else float32


class Normal(Initializer):
    """Normally distributed with the given mean and standard deviation.

    Examples:
        >>> import paddlelite as paddle
        >>> paddle.nn.Linear(2, 2, weight_attr=paddle.nn.initializer.Normal(5.0, std=0.0)).weight.tolist()
        [[5.0, 5.0], [5.0, 5.0]]
    """

    def __init__(self, mean: float = 0.0, std: float = 1.0, name: str | None = None) -> None:
        for what, value in (("mean", mean), ("std", std)):
            if value is None:
                raise AssertionError(f"{what} should not be None")
        self._mean, self._std_dev = number("mean", mean), number("std", std)

    def _values(self, shape: tuple[int, ...], dtype: Any) -> Tensor:
        return draw_normal(shape, dtype, self._mean, self._std_dev)


class TruncatedNormal(Initializer):
    """Normally distributed, with no value outside [a, b].

    Args:
        mean, std: of the distribution before it is cut.
        a, b: the bounds themselves (not in units of `std`).

    Raises:
        ValueError: `a` is not below `b`, or `std` is negative.

    Examples:
        >>> import paddlelite as paddle
        >>> init = paddle.nn.initializer.TruncatedNormal(std=1.0, a=-0.5, b=0.5)
        >>> float(paddle.nn.Linear(20, 20, weight_attr=init).weight.abs().max()) <= 0.5
        True
    """

    def __init__(
        self, mean: float = 0.0, std: float = 1.0, a: float = -2.0, b: float = 2.0, name: str | None = None
    ) -> None:
        self._mean, self._std_dev = number("mean", mean), number("std", std)
        self._a, self._b = number("a", a), number("b", b)
        if not self._a < self._b:
            raise ValueError(f"TruncatedNormal: a must be below b, but they are {a} and {b}")
        if not self._std_dev >= 0:
            raise ValueError(f"TruncatedNormal: std must not be negative, but is {std}")

    def _values(self, shape: tuple[int, ...], dtype: Any) -> Tensor:
        drawn = _drawn_as(dtype)
        if self._std_dev == 0:
            return full(list(shape), min(max(self._mean, self._a), self._b), drawn)
        bounds = [(bound - self._mean) / self._std_dev for bound in (self._a, self._b)]
        values = truncated_gaussian_random(
            next_state(),
            shape=list(shape),
            mean=self._mean,
            std=self._std_dev,
            a=bounds[0],
            b=bounds[1],
            dtype=drawn,
        )
        # rounding must not carry a value over a bound
        return clip(values, self._a, self._b)


class Uniform(Initializer):
    """Uniform in [low, high).

    Raises:
        AssertionError: `high` is below `low`, or None.

    Examples:
        >>> import paddlelite as paddle
        >>> init = paddle.nn.initializer.Uniform(2.0, 3.0)
        >>> 2.0 <= paddle.nn.Linear(1, 1, weight_attr=init).weight.item() < 3.0
        True
    """

    def __init__(self, low: float = -1.0, high: float = 1.0, name: str | None = None) -> None:
        if low is None or high is None:
            raise AssertionError("low and high should not be None")
        self._low, self._high = number("low", low), number("high", high)
        if not self._high >= self._low:
            raise AssertionError(f"high should greater or equal than low, but they are {high} and {low}")

    def _values(self, shape: tuple[int, ...], dtype: Any) -> Tensor:
        return draw_uniform(shape, dtype, self._low, self._high)


class Orthogonal(Initializer):
    """A random matrix with orthonormal rows or columns, times `gain` (Saxe et al.).

    A parameter of more dimensions is filled as the matrix of its first dimension by all others.

    Raises:
        AssertionError: the parameter has fewer than two dimensions.

    Examples:
        >>> import paddlelite as paddle
        >>> weight = paddle.nn.Linear(3, 3, weight_attr=paddle.nn.initializer.Orthogonal()).weight
        >>> bool(paddle.allclose(weight @ weight.t(), paddle.eye(3), atol=1e-5))
        True
    """

    def __init__(self, gain: float = 1.0, name: str | None = None) -> None:
        if gain is None:
            raise AssertionError("gain should not be None")
        self._gain = number("gain", gain)

    def _values(self, shape: tuple[int, ...], dtype: Any) -> Tensor:
        if len(shape) < 2:
            raise AssertionError(
                f"Only Tensor with 2 or more dimensions can be initialized by Orthogonal, not {list(shape)}"
            )
        rows, columns = shape[0], math.prod(shape[1:])
        tall = (max(rows, columns), min(rows, columns))
        q, r = qr(draw_normal(tall, float64, 0.0, 1.0))
        q = q * sign(diag(r))  # without this the distribution would depend on how QR chooses signs
        return (q if rows >= columns else q.t()).reshape(list(shape)) * self._gain
