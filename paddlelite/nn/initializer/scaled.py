"""Initializers scaled by the fans of a weight: Xavier's (Glorot's) and Kaiming's (He's)."""

from __future__ import annotations

import math
from typing import Any

from ...tensor.tensor import Tensor
from .base import Initializer, calculate_gain, fans, number
from .drawn import draw_normal, draw_uniform

__all__ = ["KaimingNormal", "KaimingUniform", "XavierNormal", "XavierUniform"]


class _Xavier(Initializer):
    def __init__(
        self,
        fan_in: float | None = None,
        fan_out: float | None = None,
        gain: float = 1.0,
        name: str | None = None,
    ) -> None:
        self._fan_in = None if fan_in is None else number("fan_in", fan_in)
        self._fan_out = None if fan_out is None else number("fan_out", fan_out)
        self._gain = number("gain", gain)

    def _std(self, shape: tuple[int, ...]) -> float:
        fan_in, fan_out = fans(shape)
        total = (fan_in if self._fan_in is None else self._fan_in) + (
            fan_out if self._fan_out is None else self._fan_out
        )
        return self._gain * math.sqrt(2.0 / total) if total else 0.0


class XavierNormal(_Xavier):
    """Normal with `std = gain * sqrt(2 / (fan_in + fan_out))` (Glorot and Bengio).

    Args:
        fan_in, fan_out: instead of those of the parameter's shape.
        gain: see `calculate_gain`.

    Examples:
        >>> import paddlelite as paddle
        >>> layer = paddle.nn.Linear(2, 2, weight_attr=paddle.nn.initializer.XavierNormal())
    """

    def _values(self, shape: tuple[int, ...], dtype: Any) -> Tensor:
        return draw_normal(shape, dtype, 0.0, self._std(shape))


class XavierUniform(_Xavier):
    """Uniform in ±`gain * sqrt(6 / (fan_in + fan_out))` (Glorot and Bengio): a layer's default.

    Args: see `XavierNormal`.

    Examples:
        >>> import paddlelite as paddle
        >>> layer = paddle.nn.Linear(2, 2, weight_attr=paddle.nn.initializer.XavierUniform())
    """

    def _values(self, shape: tuple[int, ...], dtype: Any) -> Tensor:
        limit = math.sqrt(3.0) * self._std(shape)
        return draw_uniform(shape, dtype, -limit, limit)


class _Kaiming(Initializer):
    def __init__(
        self,
        fan_in: float | None = None,
        negative_slope: float = 0.0,
        nonlinearity: str = "relu",
        mode: str = "fan_in",
    ) -> None:
        if mode not in ("fan_in", "fan_out"):
            raise ValueError(
                f"The mode of KaimingNormal/KaimingUniform should be 'fan_in' or 'fan_out', but received {mode}."
            )
        self._fan_in = None if fan_in is None else number("fan_in", fan_in)
        self._gain = calculate_gain(nonlinearity, negative_slope)
        self._mode = mode

    def _std(self, shape: tuple[int, ...]) -> float:
        fan_in, fan_out = fans(shape)
        fan = fan_out if self._mode == "fan_out" else fan_in if self._fan_in is None else self._fan_in
        return self._gain / math.sqrt(fan) if fan else 0.0


class KaimingNormal(_Kaiming):
    """Normal with `std = gain / sqrt(fan_in)` (He et al.).

    Args:
        fan_in: instead of that of the parameter's shape.
        negative_slope: of "leaky_relu".
        nonlinearity: what gives the gain, see `calculate_gain`.
        mode: "fan_in", or "fan_out" to use that instead.

    Raises:
        ValueError: another mode or nonlinearity.

    Examples:
        >>> import paddlelite as paddle
        >>> layer = paddle.nn.Conv2D(3, 8, 3, weight_attr=paddle.nn.initializer.KaimingNormal())
    """

    def _values(self, shape: tuple[int, ...], dtype: Any) -> Tensor:
        return draw_normal(shape, dtype, 0.0, self._std(shape))


class KaimingUniform(_Kaiming):
    """Uniform in ±`gain * sqrt(3 / fan_in)` (He et al.).

    Args: see `KaimingNormal`.

    Examples:
        >>> import paddlelite as paddle
        >>> layer = paddle.nn.Conv2D(3, 8, 3, weight_attr=paddle.nn.initializer.KaimingUniform())
    """

    def _values(self, shape: tuple[int, ...], dtype: Any) -> Tensor:
        limit = math.sqrt(3.0) * self._std(shape)
        return draw_uniform(shape, dtype, -limit, limit)
