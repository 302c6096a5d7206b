"""From a list of samples to one batch."""

from __future__ import annotations

import numbers
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..nested import mapped

__all__ = ["default_collate_fn", "to_arrays", "to_tensors"]


def default_collate_fn(batch: Sequence[Any]) -> Any:
    """Stack samples of one structure along a new first axis.

    Arrays and tensors are stacked, numbers become a 1-D array, strings stay a list; lists, tuples and dicts
    of these are collated field by field.

    Raises:
        TypeError: a field is of another type.
        ValueError: arrays of different shapes.
        RuntimeError: samples with different numbers of fields.

    Examples:
        >>> import numpy as np
        >>> import paddlelite as paddle
        >>> images, labels = paddle.io.default_collate_fn([(np.zeros(3), 1), (np.ones(3), 0)])
        >>> images.shape, labels
        ((2, 3), array([1, 0]))
    """
    from ..tensor.tensor import Tensor

    sample = batch[0]
    if isinstance(sample, np.ndarray):
        return _stack(batch)
    if isinstance(sample, Tensor):
        from ..tensor.manipulation import stack

        return stack(list(batch), axis=0)
    if isinstance(sample, (numbers.Number, np.generic)):
        return np.array(batch)
    if isinstance(sample, (str, bytes)):
        return list(batch)
    if isinstance(sample, Mapping):
        lacking = sorted({str(key) for key in sample for fields in batch if key not in fields})
        if lacking:
            raise KeyError(f"some samples of a batch lack the keys {lacking}, which its first sample has")
        return {key: default_collate_fn([fields[key] for fields in batch]) for key in sample}
    if isinstance(sample, Sequence):
        counts = {len(fields) for fields in batch}
        if len(counts) > 1:
            raise RuntimeError(f"the samples of a batch have different numbers of fields: {sorted(counts)}")
        return [default_collate_fn(fields) for fields in zip(*batch)]
    raise TypeError(
        "batch data can only contain: tensor, numpy.ndarray, dict, list, number, str, "
        f"but got {type(sample)}; give DataLoader a collate_fn for it"
    )


def _stack(arrays: Sequence[np.ndarray]) -> np.ndarray:
    shapes = {array.shape for array in arrays}
    if len(shapes) > 1:
        raise ValueError(
            f"the arrays of a batch have different shapes, such as {sorted(shapes)[:3]}: pad them, or give "
            "DataLoader a collate_fn"
        )
    return np.stack(arrays, axis=0)


def to_tensors(batch: Any) -> Any:
    """The batch with its numeric arrays as tensors; other leaves stay as they are."""
    from ..dtypes import BY_NUMPY
    from ..tensor.tensor import _wrap_array

    def leaf(value: Any) -> Any:
        if isinstance(value, np.ndarray) and value.dtype in BY_NUMPY:
            return _wrap_array(np.ascontiguousarray(value).reshape(value.shape))
        return value

    return mapped(leaf, batch)


def to_arrays(batch: Any) -> Any:
    """The batch with its tensors as arrays, as they travel between processes."""
    from ..tensor.tensor import Tensor

    return mapped(lambda value: value.numpy() if isinstance(value, Tensor) else value, batch)
