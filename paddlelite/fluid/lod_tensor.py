"""``fluid.lod_tensor``: arrays for programs of 1.x; sequences of varying length are refused."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import InvalidArgumentError, UnimplementedError
from ..static.scope import LoDTensor
from ..tensor.tensor import _wrap_array

__all__ = ["create_lod_tensor", "create_random_int_lodtensor"]


def create_lod_tensor(data: Any, recursive_seq_lens: Any, place: Any = None) -> LoDTensor:
    """``data`` (an array, a LoDTensor or a list of lists of numbers) to be fed, when every sequence has one element.

    Raises UnimplementedError for longer sequences, InvalidArgumentError when lengths and data do not fit.

    >>> import paddlelite.fluid as fluid
    >>> fluid.create_lod_tensor([[7], [8]], [[1, 1]], fluid.CPUPlace()).shape()
    [2, 1]
    """
    if isinstance(data, list):
        data = np.concatenate([np.asarray(row) for row in data]).reshape(-1, 1)
    array = np.asarray(data)
    if any(length != 1 for level in recursive_seq_lens for length in level):
        raise UnimplementedError(
            "create_lod_tensor: sequences of varying length (LoD) are not supported: feed them padded, with their "
            "lengths"
        )
    if recursive_seq_lens and len(recursive_seq_lens[-1]) != len(array):
        raise InvalidArgumentError(
            f"the provided lod info is invalid: {recursive_seq_lens} for {len(array)} rows"
        )
    return LoDTensor(_wrap_array(np.array(array, order="C")))


def create_random_int_lodtensor(
    recursive_seq_lens: Any, base_shape: Any, place: Any, low: int, high: int
) -> LoDTensor:
    """Random integers from ``low`` to ``high`` of the shape that the lengths and ``base_shape`` make."""
    rows = sum(recursive_seq_lens[-1])
    drawn = np.random.randint(low, high + 1, [rows, *base_shape], dtype=np.int64)
    return create_lod_tensor(drawn, recursive_seq_lens, place)
