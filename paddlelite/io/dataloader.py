"""DataLoader: batches of a dataset as tensors, loaded in this process or in workers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InvalidArgumentError
from ..mode import mode
from .collate import default_collate_fn, to_tensors
from .dataset import IterableDataset, NoLength
from .sampler import BatchSampler
from .worker import Job, fetch, stream

if TYPE_CHECKING:
    from .pool import Pool

__all__ = ["DataLoader"]


class DataLoader:
    """Iterate over a dataset in batches; arrays become tensors.

    Args:
        dataset: a Dataset, an IterableDataset, or anything with `__getitem__` and `__len__`.
        places: accepted; tensors are in the CPU's memory.
        return_list: a batch has the structure that `collate_fn` gives it. With False, in static mode, it is what
            `Executor.run` takes as `feed`: a list of one dict of tensors, by the names of `feed_list`.
        batch_sampler: lists of indices, instead of `batch_size`, `shuffle` and `drop_last`.
        batch_size: samples per batch; None gives the samples themselves.
        shuffle: random order.
        drop_last: leave out a last batch that is not full.
        collate_fn: makes a batch of a list of samples; `default_collate_fn` when None.
        num_workers: worker processes; 0 loads in this one. Their batches come in the same order.
        prefetch_factor: batches each worker loads ahead.
        timeout: seconds to wait for a worker's batch; 0 waits for ever.
        worker_init_fn: called in each worker with its number.
        persistent_workers: keep the workers for the next iteration.
        feed_list: the static variables that a batch's fields are fed to.
        use_buffer_reader, reader_buffer_size, use_shared_memory: accepted and not needed here: workers send their
            batches through pipes.

    Raises:
        ValueError: an argument that an IterableDataset can not have.
        AssertionError: arguments that do not fit together.
        RuntimeError: while iterating: a worker died or timed out. An exception in a worker is raised here as
            its own class, with the worker's traceback in its message.

    Examples:
        >>> import paddlelite as paddle
        >>> loader = paddle.io.DataLoader(list(range(5)), batch_size=2, drop_last=True)
        >>> [batch.tolist() for batch in loader]
        [[0, 1], [2, 3]]
    """

    def __init__(
        self,
        dataset: Any,
        feed_list: Sequence[Any] | None = None,
        places: Any = None,
        return_list: bool = True,
        batch_sampler: Any = None,
        batch_size: int | None = 1,
        shuffle: bool = False,
        drop_last: bool = False,
        collate_fn: Callable[[Any], Any] | None = None,
        num_workers: int = 0,
        use_buffer_reader: bool = True,
        reader_buffer_size: int = 2,
        prefetch_factor: int = 2,
        use_shared_memory: bool = True,
        timeout: float = 0,
        worker_init_fn: Callable[[int], Any] | None = None,
        persistent_workers: bool = False,
    ) -> None:
        _check(
            isinstance(num_workers, int) and num_workers >= 0, "num_workers should be a non-negative value"
        )
        _check(timeout >= 0, "timeout should be a non-negative value")
        _check(
            isinstance(prefetch_factor, int) and prefetch_factor > 0,
            "prefetch_factor should be a positive value",
        )
        _check(worker_init_fn is None or callable(worker_init_fn), "worker_init_fn should be a function")
        self.dataset = dataset
        self.feed_list = feed_list
        self.places = places
        self.return_list = return_list
        self._names: list[str] | None = None
        if not return_list and mode.capture is not None and mode.capture.static:
            _check(feed_list is not None, "feed_list should be set when return_list=False")
            self._names = [variable.name for variable in feed_list or ()]
        self.num_workers = num_workers
        self.prefetch_factor = prefetch_factor
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
        self._persistent_workers = persistent_workers
        self._pool: Pool | None = None
        self.drop_last = drop_last
        self._choose_batches(batch_sampler, batch_size, shuffle)
        if collate_fn is None and self.batch_size is not None:
            collate_fn = default_collate_fn
        self.collate_fn = collate_fn

    def _choose_batches(self, batch_sampler: Any, batch_size: int | None, shuffle: bool) -> None:
        """Set `batch_size` and `batch_sampler`; without batching both are None."""
        self.batch_sampler: Any = None
        self.batch_size = batch_size
        if isinstance(self.dataset, IterableDataset):
            if shuffle:
                raise ValueError(f"IterableDataset does not support shuffle, but got shuffle={shuffle}")
            if batch_sampler is not None:
                raise ValueError("IterableDataset expects unspecified batch_sampler")
        elif batch_sampler is not None:
            _check(
                batch_size == 1 and not shuffle and not self.drop_last,
                "batch_size/shuffle/drop_last should not be set when batch_sampler is given",
            )
            self.batch_sampler = batch_sampler
            self.batch_size = getattr(batch_sampler, "batch_size", batch_size)
        if batch_size is None:
            _check(not shuffle, "shuffle should not be set when batch_size is None: use a sampler")
            _check(not self.drop_last, "drop_last should not be set when batch_size is None")
        else:
            whole = isinstance(batch_size, int) and batch_size > 0
            _check(whole, "batch_size should be None or a positive value when batch_sampler is not given")
            if self.batch_sampler is None and not isinstance(self.dataset, IterableDataset):
                self.batch_sampler = BatchSampler(
                    dataset=self.dataset, batch_size=batch_size, shuffle=shuffle, drop_last=self.drop_last
                )

    def __len__(self) -> int:
        if isinstance(self.dataset, IterableDataset):
            raise NoLength("length of IterableDataset not supported")
        return len(self.dataset if self.batch_sampler is None else self.batch_sampler)

    def __iter__(self) -> Iterator[Any]:
        batches = map(to_tensors, self._loaded())
        return batches if self._names is None else map(self._feed, batches)

    def _feed(self, batch: Any) -> list[dict[str, Any]]:
        """A batch by the names of the variables that it is fed to."""
        fields = list(batch) if isinstance(batch, (list, tuple)) else [batch]
        names = self._names or []
        if len(fields) != len(names):
            raise InvalidArgumentError(
                f"a batch of the DataLoader has {len(fields)} fields, but feed_list names {len(names)}: {names}"
            )
        return [dict(zip(names, fields))]

    def __call__(self) -> Iterator[Any]:
        """The same as iterating."""
        return iter(self)

    def _loaded(self) -> Iterator[Any]:
        if self.num_workers:
            return self._from_workers()
        if isinstance(self.dataset, IterableDataset):
            return stream(self.dataset, self.batch_size, self.drop_last, self.collate_fn)
        return (fetch(self.dataset, indices, self.collate_fn) for indices in self._indices())

    def _indices(self) -> Iterator[Any]:
        """The lists of indices that make the batches; without batching the indices themselves."""
        return iter(range(len(self.dataset)) if self.batch_sampler is None else self.batch_sampler)

    def _from_workers(self) -> Iterator[Any]:
        pool = self._pool if self._pool is not None and self._pool.stop.alive else self._start()
        self._pool = pool if self._persistent_workers else None
        tasks = repeat(True) if isinstance(self.dataset, IterableDataset) else self._indices()
        try:
            yield from pool.batches(iter(tasks))
        finally:
            if not self._persistent_workers:
                pool.stop()

    def _start(self) -> Pool:
        from .pool import Pool  # multiprocessing takes longer to import than most scripts' other modules

        job = Job(
            dataset=self.dataset,
            collate=self.collate_fn,
            batch_size=self.batch_size,
            drop_last=self.drop_last,
            init=self.worker_init_fn,
            worker=0,
            workers=self.num_workers,
            # from NumPy and before the first index is drawn, so that the order is PaddlePaddle's under np.random.seed
            seed=int(np.random.randint(0, sys.maxsize, dtype=np.int64)),
        )
        return Pool(job, self.num_workers, self.timeout, self.prefetch_factor)


def _check(condition: bool, message: str) -> None:
    if not condition:
        raise AssertionError(message)
