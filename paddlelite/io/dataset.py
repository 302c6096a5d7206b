"""Datasets: where samples come from."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any

__all__ = [
    "ChainDataset",
    "ComposeDataset",
    "ConcatDataset",
    "Dataset",
    "IterableDataset",
    "Subset",
    "TensorDataset",
    "random_split",
]


class NoLength(RuntimeError, ValueError, TypeError):
    """A stream has no length: what PaddlePaddle raises, and TypeError, so that `list(stream)` works."""


class Dataset:
    """Samples that can be asked for by index: a subclass defines `__getitem__` and `__len__`.

    Examples:
        >>> import paddlelite as paddle
        >>> class Squares(paddle.io.Dataset):
        ...     def __getitem__(self, index):
        ...         return index * index
        ...
        ...     def __len__(self):
        ...         return 4
        >>> [batch.tolist() for batch in paddle.io.DataLoader(Squares(), batch_size=2)]
        [[0, 1], [4, 9]]
    """

    def __class_getitem__(cls, sample: Any) -> type:
        """`Dataset[Sample]` in annotations and as a base class."""
        return cls

    def __getitem__(self, idx: Any) -> Any:
        raise NotImplementedError(f"'__getitem__' is not implemented in class {type(self).__name__}")

    def __len__(self) -> int:
        raise NotImplementedError(f"'__len__' is not implemented in class {type(self).__name__}")


class IterableDataset(Dataset):
    """Samples that come as a stream: a subclass defines `__iter__`.

    With several workers each iterates its own copy; `get_worker_info()` tells `__iter__` which part to give.

    Examples:
        >>> import paddlelite as paddle
        >>> class Stream(paddle.io.IterableDataset):
        ...     def __iter__(self):
        ...         return iter(range(3))
        >>> [batch.tolist() for batch in paddle.io.DataLoader(Stream(), batch_size=2)]
        [[0, 1], [2]]
    """

    def __iter__(self) -> Iterator[Any]:
        raise NotImplementedError(f"'__iter__' is not implemented in class {type(self).__name__}")

    def __getitem__(self, idx: Any) -> Any:
        raise RuntimeError(f"'__getitem__' should not be called for IterableDataset {type(self).__name__}")

    def __len__(self) -> int:
        raise NoLength(f"'__len__' should not be called for IterableDataset {type(self).__name__}")


class TensorDataset(Dataset):
    """Sample `i` is the tuple of the tensors' rows `i`.

    Args:
        tensors: a sequence of tensors (or arrays) with the same first dimension.

    Raises:
        AssertionError: their first dimensions differ.

    Examples:
        >>> import paddlelite as paddle
        >>> rows = paddle.io.TensorDataset([paddle.ones([3, 2]), paddle.arange(3)])
        >>> len(rows), rows[2][1].item()
        (3, 2)
    """

    def __init__(self, tensors: Sequence[Any]) -> None:
        tensors = list(tensors)
        if any(len(tensor.shape) == 0 for tensor in tensors):
            raise AssertionError(
                "TensorDataset needs tensors with at least one dimension, but received a 0-D one"
            )
        if len({int(tensor.shape[0]) for tensor in tensors}) > 1:
            sizes = [int(tensor.shape[0]) for tensor in tensors]
            raise AssertionError(f"tensors do not have the same shape of the 1st dimension: {sizes}")
        self.tensors = tensors

    def __getitem__(self, index: Any) -> tuple[Any, ...]:
        return tuple(tensor[index] for tensor in self.tensors)

    def __len__(self) -> int:
        return int(self.tensors[0].shape[0]) if self.tensors else 0


class ComposeDataset(Dataset):
    """Sample `i` has the fields of sample `i` of every dataset, one after the other.

    Raises:
        AssertionError: no datasets, an iterable one, or different lengths.

    Examples:
        >>> import paddlelite as paddle
        >>> paddle.io.ComposeDataset(
        ...     [paddle.io.Subset([(1,), (2,)], [0, 1]), paddle.io.Subset([3, 4], [0, 1])]
        ... )[1]
        (2, 4)
    """

    def __init__(self, datasets: Sequence[Dataset]) -> None:
        self.datasets = list(datasets)
        if not self.datasets:
            raise AssertionError("input datasets should not be empty")
        if any(isinstance(dataset, IterableDataset) for dataset in self.datasets):
            raise AssertionError(
                "ComposeDataset: paddle.io.IterableDataset is not supported, use ChainDataset"
            )
        lengths = [len(dataset) for dataset in self.datasets]
        if len(set(lengths)) > 1:
            raise AssertionError(f"lengths of datasets should be the same, but they are {lengths}")

    def __len__(self) -> int:
        return len(self.datasets[0])

    def __getitem__(self, idx: Any) -> tuple[Any, ...]:
        fields: list[Any] = []
        for dataset in self.datasets:
            sample = dataset[idx]
            fields.extend(sample if isinstance(sample, (list, tuple)) else [sample])
        return tuple(fields)


class ChainDataset(IterableDataset):
    """The streams of several iterable datasets, one after the other.

    Raises:
        AssertionError: no datasets, or one that is not iterable.

    Examples:
        >>> import paddlelite as paddle
        >>> class Stream(paddle.io.IterableDataset):
        ...     def __iter__(self):
        ...         return iter("ab")
        >>> list(paddle.io.ChainDataset([Stream(), Stream()]))
        ['a', 'b', 'a', 'b']
    """

    def __init__(self, datasets: Sequence[IterableDataset]) -> None:
        self.datasets = list(datasets)
        if not self.datasets:
            raise AssertionError("input datasets should not be empty")
        if not all(isinstance(dataset, IterableDataset) for dataset in self.datasets):
            raise AssertionError("ChainDataset only supports paddle.io.IterableDataset, use ConcatDataset")

    def __iter__(self) -> Iterator[Any]:
        for dataset in self.datasets:
            yield from dataset


class ConcatDataset(Dataset):
    """The samples of several datasets, one dataset after the other.

    Raises:
        AssertionError: no datasets, or an iterable one.
        ValueError: a negative index beyond the beginning.
        IndexError: an index beyond the end.

    Examples:
        >>> import paddlelite as paddle
        >>> joined = paddle.io.ConcatDataset([[1, 2], [3]])
        >>> len(joined), joined[2], joined[-3]
        (3, 3, 1)
    """

    def __init__(self, datasets: Iterable[Dataset]) -> None:
        self.datasets = list(datasets)
        if not self.datasets:
            raise AssertionError("datasets should not be an empty iterable")
        if any(isinstance(dataset, IterableDataset) for dataset in self.datasets):
            raise AssertionError("ConcatDataset does not support IterableDataset, use ChainDataset")
        self.cumulative_sizes = self.cumsum(self.datasets)

    @staticmethod
    def cumsum(sequence: Iterable[Any]) -> list[int]:
        """The lengths summed up to each dataset."""
        return list(accumulate(len(dataset) for dataset in sequence))

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]

    def __getitem__(self, idx: int) -> Any:
        if idx < -len(self):
            raise ValueError(f"absolute value of index {idx} should not exceed dataset length {len(self)}")
        if idx >= len(self):
            raise IndexError(f"index {idx} is out of range for {len(self)} samples")
        idx = idx + len(self) if idx < 0 else idx
        which = bisect_right(self.cumulative_sizes, idx)
        return self.datasets[which][idx - (self.cumulative_sizes[which - 1] if which else 0)]


class Subset(Dataset):
    """The samples of `dataset` at `indices`.

    Examples:
        >>> import paddlelite as paddle
        >>> paddle.io.Subset(["a", "b", "c"], [2, 0])[0]
        'c'
    """

    def __init__(self, dataset: Any, indices: Sequence[int]) -> None:
        self.dataset = dataset
        self.indices = indices

    def __getitem__(self, idx: Any) -> Any:
        return self.dataset[self.indices[idx]]

    def __len__(self) -> int:
        return len(self.indices)


def random_split(dataset: Any, lengths: Sequence[float], generator: Any = None) -> list[Subset]:
    """Split into random disjoint subsets; the order follows `paddle.seed`.

    Args:
        lengths: sizes that sum to `len(dataset)`, or fractions that sum to 1 (what rounding leaves goes to
            the first parts, one sample each).
        generator: accepted and not used, as in PaddlePaddle.

    Raises:
        ValueError: the lengths do not sum up, or a fraction is outside [0, 1].

    Examples:
        >>> import paddlelite as paddle
        >>> [len(part) for part in paddle.io.random_split(list(range(10)), [0.75, 0.25])]
        [8, 2]
    """
    from ..tensor.random import randperm

    size = len(dataset)
    lengths = list(lengths)
    if math.isclose(sum(lengths), 1) and sum(lengths) <= 1:
        lengths = _sizes_of_fractions(lengths, size)
    if sum(lengths) != size:
        raise ValueError(
            "Sum of input lengths does not equal the length of the input dataset! "
            f"{lengths} does not sum to {size}"
        )
    order = randperm(size).tolist()
    ends = list(accumulate(int(length) for length in lengths))
    return [Subset(dataset, order[end - int(length) : end]) for length, end in zip(lengths, ends)]


def _sizes_of_fractions(fractions: Sequence[float], size: int) -> list[int]:
    for index, fraction in enumerate(fractions):
        if not 0 <= fraction <= 1:
            raise ValueError(f"Fraction at index {index} is not between 0 and 1: {fraction}")
    sizes = [math.floor(size * fraction) for fraction in fractions]
    for index in range(size - sum(sizes)):
        sizes[index % len(sizes)] += 1
    return sizes
