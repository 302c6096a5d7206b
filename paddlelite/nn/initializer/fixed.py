"""Initializers without chance: Constant, Assign, Dirac, Bilinear."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...errors import InvalidArgumentError
from ...tensor.creation import full
from ...tensor.tensor import Tensor
from .base import Initializer, number

__all__ = ["Assign", "Bilinear", "Constant", "Dirac"]


class Constant(Initializer):
    """One value everywhere.

    Raises:
        ValueError: the value is None.
        TypeError: it is no number.

    Examples:
        >>> import paddlelite as paddle
        >>> paddle.nn.Linear(1, 2, weight_attr=paddle.nn.initializer.Constant(0.5)).weight.tolist()
        [[0.5, 0.5]]
    """

    def __init__(self, value: float = 0.0) -> None:
        if value is None:
            raise ValueError("value must not be none.")
        self.value = number("value of Constant", value)

    def _values(self, shape: tuple[int, ...], dtype: Any) -> Tensor:
        return full(list(shape), self.value, dtype)


class Assign(Initializer):
    """The given values: an array, a tensor or nested lists.

    Raises:
        AssertionError: they are something else.
        InvalidArgumentError: their shape is not the parameter's.

    Examples:
        >>> import paddlelite as paddle
        >>> paddle.nn.Linear(1, 2, weight_attr=paddle.nn.initializer.Assign([[1.0, 2.0]])).weight.tolist()
        [[1.0, 2.0]]
    """

    def __init__(self, value: Any, name: str | None = None) -> None:
        if not isinstance(value, (np.ndarray, list, tuple, Tensor)):
            raise AssertionError(
                f"Assign: expected an array, a Tensor or a list, but received {type(value).__name__}"
            )
        self.value = value

    def _values(self, shape: tuple[int, ...], dtype: Any) -> np.ndarray:
        value = self.value._data if isinstance(self.value, Tensor) else np.asarray(self.value)
        if value.shape != shape:
            raise InvalidArgumentError(
                f"Assign: the values have shape {list(value.shape)}, but the parameter has {list(shape)}"
            )
        return value


class Dirac(Initializer):
    """A convolution that passes its input on: ones in the middle, output channel i from input channel i.

    Args:
        groups: do so for each of as many equal parts of the output channels.

    Raises:
        AssertionError: `groups` is not positive or does not divide the output channels, or the parameter has not 3,
            4 or 5 dimensions.

    Examples:
        >>> import paddlelite as paddle
        >>> paddle.nn.Conv1D(1, 1, 3, weight_attr=paddle.nn.initializer.Dirac()).weight.tolist()
        [[[0.0, 1.0, 0.0]]]
    """

    def __init__(self, groups: int = 1, name: str | None = None) -> None:
        if not isinstance(groups, int) or isinstance(groups, bool) or groups <= 0:
            raise AssertionError(f"'groups' must be a positive integer, but is {groups}")
        self.groups = groups

    def _values(self, shape: tuple[int, ...], dtype: Any) -> np.ndarray:
        if len(shape) not in (3, 4, 5):
            raise AssertionError(
                f"Only Tensor with 3/4/5 dimensions can be initialized by Dirac, not {list(shape)}"
            )
        if shape[0] % self.groups:
            raise AssertionError(
                f"Tensor 0-dimension ({shape[0]}) must be divisible by groups ({self.groups})"
            )
        values = np.zeros(shape, dtype.np)
        part = shape[0] // self.groups
        middle = tuple(size // 2 for size in shape[2:])
        for group in range(self.groups):
            for channel in range(min(part, shape[1])):
                values[(group * part + channel, channel, *middle)] = 1
        return values


class Bilinear(Initializer):
    """The kernel with which a transposed convolution enlarges images by interpolation.

    Raises:
        ValueError: the parameter is not 4-D with a square kernel.

    Examples:
        >>> import paddlelite as paddle
        >>> paddle.create_parameter(
        ...     [1, 1, 2, 2], "float32", default_initializer=paddle.nn.initializer.Bilinear()
        ... ).shape
        paddle.Size([1, 1, 2, 2])
    """

    def _values(self, shape: tuple[int, ...], dtype: Any) -> np.ndarray:
        if len(shape) != 4:
            raise ValueError(f"the length of shape must be 4, but the shape is {list(shape)}.")
        if shape[2] != shape[3]:
            raise ValueError(f"shape[2] must be equal to shape[3], but the shape is {list(shape)}.")
        size = shape[3]
        factor = math.ceil(size / 2.0)
        center = (2 * factor - 1 - factor % 2) / (2.0 * factor)
        place = np.arange(size * size)
        # The row is place / size without rounding down: what PaddlePaddle computes, though interpolation would round.
        column, row = place % size, (place / size) % size
        kernel = (1 - np.abs(column / factor - center)) * (1 - np.abs(row / factor - center))
        return np.broadcast_to(kernel.reshape(size, size), shape)
