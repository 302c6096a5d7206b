"""Samplers: in which order samples are taken, and which ones make a batch."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence, Sized
from itertools import islice
from typing import Any

import numpy as np

from .dataset import IterableDataset

__all__ = [
    "BatchSampler",
    "DistributedBatchSampler",
    "RandomSampler",
    "Sampler",
    "SequenceSampler",
    "SubsetRandomSampler",
    "WeightedRandomSampler",
]


class Sampler:
    """An order of indices: a subclass defines `__iter__`.

    Examples:
        >>> import paddlelite as paddle
        >>> class Backwards(paddle.io.Sampler):
        ...     def __iter__(self):
        ...         return iter(range(len(self.data_source) - 1, -1, -1))
        >>> list(Backwards([5, 6, 7]))
        [2, 1, 0]
    """

    def __init__(self, data_source: Sized | None = None) -> None:
        self.data_source: Any = data_source

    def __class_getitem__(cls, sample: Any) -> type:
        """`Sampler[Index]` in annotations and as a base class."""
        return cls

    def __iter__(self) -> Iterator[Any]:
        raise NotImplementedError(f"'__iter__' is not implemented in class {type(self).__name__}")


class SequenceSampler(Sampler):
    """0, 1, 2, ...

    Examples:
        >>> import paddlelite as paddle
        >>> list(paddle.io.SequenceSampler("abc"))
        [0, 1, 2]
    """

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.data_source)))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(Sampler):
    """Indices in random order, drawn from NumPy's global generator (`np.random.seed`), as PaddlePaddle does.

    Args:
        replacement: an index may come several times.
        num_samples: how many; as many as there are samples when None.
        generator: an iterable that gives the indices instead.

    Raises:
        TypeError: `replacement` is no bool.
        ValueError: `num_samples` is not positive, or too many for drawing without replacement.

    Examples:
        >>> import paddlelite as paddle
        >>> sorted(paddle.io.RandomSampler("abcd"))
        [0, 1, 2, 3]
    """

    def __init__(
        self,
        data_source: Sized,
        replacement: bool = False,
        num_samples: int | None = None,
        generator: Any = None,
    ) -> None:
        super().__init__(data_source)
        self.replacement = replacement
        self._num_samples = num_samples
        self.generator = generator
        if not isinstance(replacement, bool):
            raise TypeError(f"expect boolean value for replacement, but got replacement={replacement}")
        if num_samples is not None and (not isinstance(num_samples, int) or num_samples <= 0):
            raise ValueError(f"num_samples should be a positive integer, but got num_samples={num_samples}")

    @property
    def num_samples(self) -> int:
        """How many indices an iteration gives."""
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __iter__(self) -> Iterator[int]:
        size = len(self.data_source)
        if not self.replacement and self.num_samples > size:
            raise ValueError(
                "num_samples should be smaller than or equal to length of data_source when replacement is "
                f"False, but got num_samples: {self.num_samples} > data_source: {size}"
            )
        if self.generator is not None:
            return islice(iter(self.generator), self.num_samples)
        if self.replacement:
            return iter(np.random.choice(size, self.num_samples, replace=True).tolist())
        return iter(np.random.permutation(size)[: self.num_samples].tolist())

    def __len__(self) -> int:
        return self.num_samples


class SubsetRandomSampler(Sampler):
    """The given indices in random order, which follows `paddle.seed`.

    Raises:
        ValueError: no indices.

    Examples:
        >>> import paddlelite as paddle
        >>> sorted(paddle.io.SubsetRandomSampler([4, 7, 5]))
        [4, 5, 7]
    """

    def __init__(self, indices: Sequence[int]) -> None:
        if len(indices) == 0:
            raise ValueError("The length of `indices` in SubsetRandomSampler should be greater than 0.")
        super().__init__(None)
        self.indices = indices

    def __iter__(self) -> Iterator[int]:
        from ..tensor.random import randperm

        return iter([self.indices[place] for place in randperm(len(self.indices)).tolist()])

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(Sampler):
    """Indices drawn with the given weights from NumPy's global generator.

    Args:
        weights: 1-D, not negative.
        num_samples: how many, an int > 0.
        replacement: an index may come several times.

    Raises:
        ValueError: an argument is of the wrong type or shape, or not positive.
        AssertionError: a negative weight, or fewer positive ones than samples to draw without replacement.

    Examples:
        >>> import paddlelite as paddle
        >>> list(paddle.io.WeightedRandomSampler([0.0, 1.0], num_samples=3))
        [1, 1, 1]
    """

    def __init__(self, weights: Any, num_samples: int, replacement: bool = True) -> None:
        if isinstance(num_samples, bool) or not isinstance(num_samples, int) or num_samples <= 0:
            raise ValueError(f"num_samples should be a positive integer, but got {num_samples!r}")
        if not isinstance(replacement, bool):
            raise ValueError(f"replacement should be a boolean value, but got {replacement!r}")
        super().__init__(None)
        self.weights = np.asarray(weights.numpy() if hasattr(weights, "numpy") else weights, dtype=np.float64)
        if self.weights.ndim != 1:
            raise ValueError(f"weights should be 1-D, but their shape is {list(self.weights.shape)}")
        if not (self.weights >= 0).all() or not self.weights.sum() > 0:
            raise AssertionError("weights should have positive values, and none that is negative or NaN")
        if not replacement and np.count_nonzero(self.weights) < num_samples:
            raise AssertionError(
                "the number of positive weights should not be less than num_samples when replacement=False: "
                f"{np.count_nonzero(self.weights)} < {num_samples}"
            )
        self.num_samples = num_samples
        self.replacement = replacement

    def __iter__(self) -> Iterator[int]:
        weights = self.weights / self.weights.sum()
        drawn = np.random.choice(len(weights), self.num_samples, replace=self.replacement, p=weights)
        return iter(drawn.tolist())

    def __len__(self) -> int:
        return self.num_samples


class BatchSampler(Sampler):
    """Lists of `batch_size` indices.

    Args:
        dataset: whose indices; either this or `sampler`.
        sampler: the order of indices, any iterable.
        shuffle: random order (only with `dataset`).
        batch_size: an int > 0.
        drop_last: leave out a last batch that is not full.

    Raises:
        AssertionError: an argument is of the wrong type or does not go with the others.

    Examples:
        >>> import paddlelite as paddle
        >>> list(paddle.io.BatchSampler(sampler=[3, 2, 1], batch_size=2))
        [[3, 2], [1]]
    """

    def __init__(
        self,
        dataset: Any = None,
        sampler: Iterable[int] | None = None,
        shuffle: bool = False,
        batch_size: int = 1,
        drop_last: bool = False,
    ) -> None:
        super().__init__(dataset)
        _check(dataset is not None or sampler is not None, "either dataset or sampler should be set")
        _check(dataset is None or sampler is None, "should not set both dataset and sampler")
        _check(isinstance(shuffle, bool), f"shuffle should be a boolean value, but got {type(shuffle)}")
        _check_batching(batch_size, drop_last)
        if sampler is not None:
            _check(
                isinstance(sampler, (Sampler, Iterable)),
                f"sampler should be either paddle.io.Sampler or Iterable, but got {type(sampler)}",
            )
            _check(not shuffle, "shuffle should be False when sampler is set")
            self.sampler: Any = sampler
        else:
            _check(
                not isinstance(dataset, IterableDataset), "dataset should not be a paddle.io.IterableDataset"
            )
            self.sampler = (RandomSampler if shuffle else SequenceSampler)(dataset)  # type: ignore[arg-type]
        self.shuffle = shuffle
        self.batch_size = batch_size
        self.drop_last = drop_last

    def __iter__(self) -> Iterator[list[int]]:
        indices = iter(self.sampler)
        while batch := list(islice(indices, self.batch_size)):
            if len(batch) == self.batch_size or not self.drop_last:
                yield batch

    def __len__(self) -> int:
        size = len(self.sampler)
        return size // self.batch_size if self.drop_last else math.ceil(size / self.batch_size)


class DistributedBatchSampler(BatchSampler):
    """The batches of one of `num_replicas` processes: each gets as many, padded with the first samples.

    There is one process here, so the defaults are `num_replicas=1, rank=0`. The random order depends on the
    epoch alone, which every iteration advances and `set_epoch` sets.

    Raises:
        AssertionError: an argument is of the wrong type.
        ValueError: `rank` is not below `num_replicas`.

    Examples:
        >>> import paddlelite as paddle
        >>> list(paddle.io.DistributedBatchSampler("abcde", batch_size=2, num_replicas=2, rank=1))
        [[2, 3], [0]]
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int,
        num_replicas: int | None = None,
        rank: int | None = None,
        shuffle: bool = False,
        drop_last: bool = False,
    ) -> None:
        _check_batching(batch_size, drop_last)
        _check(isinstance(shuffle, bool), f"shuffle should be a boolean value, but got {type(shuffle)}")
        if num_replicas is not None and (not isinstance(num_replicas, int) or num_replicas <= 0):
            raise AssertionError(f"num_replicas should be a positive integer, but got {num_replicas}")
        self.nranks = 1 if num_replicas is None else num_replicas
        self.local_rank = 0 if rank is None else rank
        if not 0 <= self.local_rank < self.nranks:
            raise ValueError(f"rank should be in [0, {self.nranks}), but got {rank}")
        self.dataset = dataset
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.drop_last = drop_last
        self.epoch = 0
        self.num_samples = math.ceil(len(dataset) / self.nranks)
        self.total_size = self.num_samples * self.nranks

    def __iter__(self) -> Iterator[list[int]]:
        size = len(self.dataset)
        indices = [index % size for index in range(self.total_size)]
        if self.shuffle:
            np.random.RandomState(self.epoch).shuffle(indices)
            self.epoch += 1
        mine = iter(self._of_this_rank(indices))
        while batch := list(islice(mine, self.batch_size)):
            if len(batch) == self.batch_size or not self.drop_last:
                yield batch

    def _of_this_rank(self, indices: list[int]) -> list[int]:
        """Batch by batch in turn, and an equal share of the last incomplete round."""
        round_size = self.batch_size * self.nranks
        full = self.total_size // round_size * round_size
        begin = self.local_rank * self.batch_size
        mine = [
            i for start in range(begin, full, round_size) for i in indices[start : start + self.batch_size]
        ]
        share = (self.total_size - full) // self.nranks
        return mine + indices[full + self.local_rank * share : full + (self.local_rank + 1) * share]

    def __len__(self) -> int:
        if self.drop_last:
            return self.num_samples // self.batch_size
        return math.ceil(self.num_samples / self.batch_size)

    def set_epoch(self, epoch: int) -> None:
        """Choose the random order of the next iteration."""
        self.epoch = epoch


def _check(condition: bool, message: str) -> None:
    if not condition:
        raise AssertionError(message)


def _check_batching(batch_size: Any, drop_last: Any) -> None:
    whole = isinstance(batch_size, int) and not isinstance(batch_size, bool) and batch_size > 0
    _check(whole, f"batch_size should be a positive integer, but got {batch_size}")
    _check(isinstance(drop_last, bool), f"drop_last should be a boolean value, but got {type(drop_last)}")
