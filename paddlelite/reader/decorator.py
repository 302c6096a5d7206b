"""Readers made of readers. An exception of the reader inside is raised where the samples are asked for."""

from __future__ import annotations

import itertools
import queue
import random
import secrets
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from typing import Any

from ..errors import InvalidArgumentError, InvalidTypeError

__all__ = [
    "ComposeNotAligned", "batch", "buffered", "cache", "chain", "compose", "firstn", "map_readers",
    "multiprocess_reader", "shuffle", "xmap_readers",
]  # fmt: skip

Reader = Callable[[], Iterable[Any]]


class ComposeNotAligned(ValueError):
    """The readers of `compose` have different numbers of samples."""


def batch(reader: Reader, batch_size: int, drop_last: bool = False) -> Reader:
    """A reader of lists of ``batch_size`` samples; ``drop_last`` leaves out a last one that is shorter.

    Raises ValueError if ``batch_size`` is not positive.

    >>> import paddlelite as paddle
    >>> list(paddle.batch(lambda: range(5), 2)())
    [[0, 1], [2, 3], [4]]
    """
    size = int(batch_size)
    if size <= 0:
        raise InvalidArgumentError(
            f"batch_size should be a positive integer value, but got batch_size={size}"
        )

    def batch_reader() -> Iterator[list[Any]]:
        samples = iter(reader())
        while chosen := list(itertools.islice(samples, size)):
            if len(chosen) == size or not drop_last:
                yield chosen

    return batch_reader


def cache(reader: Reader) -> Reader:
    """A reader of the samples that ``reader`` gives now: it is read once."""
    samples = tuple(reader())
    return lambda: iter(samples)


def map_readers(func: Callable[..., Any], *readers: Reader) -> Reader:
    """A reader of ``func`` of one sample of each reader, until the first of them ends.

    >>> import paddlelite as paddle
    >>> list(paddle.reader.map_readers(lambda x, y: x * y, lambda: [2, 3], lambda: [5, 7])())
    [10, 21]
    """
    return lambda: map(func, *(reader() for reader in readers))


def shuffle(reader: Reader, buf_size: int) -> Reader:
    """A reader of the samples in random order, ``buf_size`` at a time; Python's `random` draws it, as there."""

    def data_reader() -> Iterator[Any]:
        samples = iter(reader())
        while chosen := list(itertools.islice(samples, max(1, buf_size))):
            random.shuffle(chosen)
            yield from chosen

    return data_reader


def chain(*readers: Reader) -> Reader:
    """A reader of the samples of all readers, one after the other."""
    return lambda: itertools.chain(*(reader() for reader in readers))


def compose(*readers: Reader, check_alignment: bool = True) -> Reader:
    """A reader of tuples: one sample of each reader, tuples among them opened.

    Raises ComposeNotAligned, a ValueError, at the end if a reader has more samples than another; without
    ``check_alignment`` those are left out.

    >>> import paddlelite as paddle
    >>> list(paddle.reader.compose(lambda: [(1, 2)], lambda: [3])())
    [(1, 2, 3)]
    """

    def reader() -> Iterator[tuple[Any, ...]]:
        end = object()
        for samples in itertools.zip_longest(*(each() for each in readers), fillvalue=end):
            if any(sample is end for sample in samples):
                if check_alignment:
                    raise ComposeNotAligned("outputs of readers are not aligned.")
                return
            yield tuple(itertools.chain(*(each if isinstance(each, tuple) else (each,) for each in samples)))

    return reader


def buffered(reader: Reader, size: int) -> Reader:
    """A reader that a thread reads ahead for, by ``size`` samples."""

    def data_reader() -> Iterator[Any]:
        ready: queue.Queue[tuple[str, Any]] = queue.Queue(max(1, size))
        enough = threading.Event()

        def read() -> None:
            try:
                for sample in reader():
                    ready.put(("sample", sample))
                    if enough.is_set():
                        return
                ready.put(("end", None))
            except BaseException as error:  # whatever it is, it belongs to the thread that asks
                ready.put(("error", error))

        threading.Thread(target=read, daemon=True).start()
        try:
            while True:
                kind, value = ready.get()
                if kind == "sample":
                    yield value
                elif kind == "error":
                    raise value
                else:
                    return
        finally:
            enough.set()
            with suppress(queue.Empty):  # make room, so that the thread can see it
                while True:
                    ready.get_nowait()

    return data_reader


def firstn(reader: Reader, n: int) -> Reader:
    """A reader of the first ``n`` samples.

    >>> import paddlelite as paddle
    >>> list(paddle.reader.firstn(lambda: range(100), 3)())
    [0, 1, 2]
    """
    return lambda: itertools.islice(reader(), n)


def xmap_readers(
    mapper: Callable[[Any], Any], reader: Reader, process_num: int, buffer_size: int, order: bool = False
) -> Reader:
    """A reader of ``mapper`` of every sample, computed by ``process_num`` threads, ``buffer_size`` ahead.

    ``order``: in the order of the samples; otherwise as they are ready.
    """

    def xreader() -> Iterator[Any]:
        pool = ThreadPoolExecutor(max(1, process_num))
        running: deque[Future[Any]] = deque()
        try:
            for sample in buffered(reader, buffer_size)():
                running.append(pool.submit(mapper, sample))
                if len(running) >= max(1, buffer_size):
                    yield _next(running, order)
            while running:
                yield _next(running, order)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    return xreader


def _next(running: deque[Future[Any]], order: bool) -> Any:
    if order:
        return running.popleft().result()
    done = next(iter(wait(running, return_when=FIRST_COMPLETED).done))
    running.remove(done)
    return done.result()


def multiprocess_reader(readers: Sequence[Reader], use_pipe: bool = True, queue_size: int = 1000) -> Reader:
    """A reader of the samples of all readers, each read by a process of its own, in turn.

    Samples keep their types, tuples too (PaddlePaddle's pipe makes lists of them). ``queue_size`` is how many samples
    are read ahead; ``use_pipe`` is accepted: it is always pipes.

    Raises TypeError for what is no list or tuple of readers. Reading raises a reader's exception, ValueError for a
    sample that is None, RuntimeError if a process is killed.
    """
    if not isinstance(readers, (list, tuple)) or not readers:
        raise InvalidTypeError("multiprocess_reader needs a list or tuple of readers, and not an empty one")

    def reader() -> Iterator[Any]:
        from ..io.pool import Pool

        ahead = max(1, queue_size // len(readers))
        pool = Pool(_job(readers), len(readers), timeout=0, prefetch=ahead)
        try:
            yield from pool.batches(itertools.repeat(True))
        finally:
            pool.stop()

    return reader


def _job(readers: Sequence[Reader]) -> Any:
    from ..io.dataset import IterableDataset
    from ..io.worker import Job, get_worker_info

    class Mine(IterableDataset):
        """In each process: the samples of its reader."""

        def __iter__(self) -> Iterator[Any]:
            info = get_worker_info()
            for sample in readers[info.id if info else 0]():
                if sample is None:
                    raise InvalidArgumentError("multiprocess_reader: a sample is None")
                yield sample

    return Job(
        dataset=Mine(),
        collate=None,
        batch_size=None,
        drop_last=False,
        init=None,
        worker=0,
        workers=len(readers),
        seed=secrets.randbits(31),
    )
