"""Arrays for the samples of op records: small, reproducible, away from the points where gradients jump."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..dtypes import BY_NUMPY, DType

__all__ = ["b", "c64", "f32", "f64", "i32", "i64"]


class Lazy:
    """A sample array that is made when it is used, so that importing the ops costs nothing."""

    def __init__(self, shape: tuple[int, ...], np_dtype: Any, low: float, high: float) -> None:
        self.shape, self.np, self.low, self.high = shape, np.dtype(np_dtype), low, high

    @property
    def dtype(self) -> DType:
        return BY_NUMPY[self.np]

    def make(self, salt: int = 0) -> np.ndarray:
        """The array; ``salt`` tells apart the inputs of one sample."""
        rng = np.random.default_rng([len(self.shape), int(np.prod(self.shape)), salt])
        kind = self.np.kind
        if kind == "b":
            return np.asarray(rng.random(self.shape) < 0.5)
        if kind in "iu":
            return np.asarray(rng.integers(int(self.low), int(self.high) + 1, self.shape), dtype=self.np)
        real = rng.uniform(self.low, self.high, self.shape)
        if kind == "c":
            return np.asarray(real + 1j * rng.uniform(self.low, self.high, self.shape), dtype=self.np)
        return np.asarray(real, dtype=self.np)


def f32(*shape: int, low: float = -2.0, high: float = 2.0) -> Lazy:
    """float32 numbers in [low, high)."""
    return Lazy(shape, np.float32, low, high)


def f64(*shape: int, low: float = -2.0, high: float = 2.0) -> Lazy:
    """float64 numbers in [low, high)."""
    return Lazy(shape, np.float64, low, high)


def c64(*shape: int, low: float = -2.0, high: float = 2.0) -> Lazy:
    """complex64 numbers with parts in [low, high)."""
    return Lazy(shape, np.complex64, low, high)


def i64(*shape: int, low: int = -3, high: int = 4) -> Lazy:
    """int64 numbers in [low, high]."""
    return Lazy(shape, np.int64, low, high)


def i32(*shape: int, low: int = -3, high: int = 4) -> Lazy:
    """int32 numbers in [low, high]."""
    return Lazy(shape, np.int32, low, high)


def b(*shape: int) -> Lazy:
    """Booleans."""
    return Lazy(shape, np.bool_, 0, 1)
