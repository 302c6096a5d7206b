"""What runs in a worker process: receive indices, load and collate, send the batch."""

from __future__ import annotations

import pickle
import queue
import random
import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from .collate import to_arrays
from .dataset import IterableDataset

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

__all__ = ["Failure", "Job", "WorkerInfo", "fetch", "get_worker_info", "stream", "work"]


@dataclass(frozen=True)
class WorkerInfo:
    """What `get_worker_info()` gives inside a worker: `id`, `num_workers`, `dataset`, `seed`."""

    id: int
    num_workers: int
    dataset: Any
    seed: int


@dataclass
class Job:
    """What a worker needs to know once."""

    dataset: Any
    collate: Callable[[Any], Any] | None
    batch_size: int | None
    drop_last: bool
    init: Callable[[int], Any] | None
    worker: int
    workers: int
    seed: int
    #: the parent's ends of the pipes, which a forked child must not keep open
    inherited: list[Connection] = field(default_factory=list)


@dataclass(frozen=True)
class Failure:
    """An exception on its way to the user: its class, when that can be pickled, and its traceback."""

    kind: type[BaseException] | None
    text: str

    def error(self, worker: int) -> BaseException:
        """The exception to raise: of the same class if that takes a message, with the worker's traceback."""
        kind = self.kind if self.kind is not None and issubclass(self.kind, Exception) else RuntimeError
        message = f"DataLoader worker({worker}) caught an exception:\n{self.text}"
        if issubclass(kind, KeyError):
            return kind(_Plain(message))
        try:
            return kind(message)
        except Exception:  # a class with arguments of its own
            return RuntimeError(message)


class _Plain(str):
    """A message whose repr is itself: KeyError shows the repr, in which line breaks would be escaped."""

    def __repr__(self) -> str:
        return str(self)


_here: WorkerInfo | None = None


def get_worker_info() -> WorkerInfo | None:
    """In a worker process of a DataLoader: which one it is. None elsewhere.

    Examples:
        >>> import paddlelite as paddle
        >>> paddle.io.get_worker_info() is None
        True
    """
    return _here


def fetch(dataset: Any, indices: Any, collate: Callable[[Any], Any] | None) -> Any:
    """The batch of `indices`, or the one sample of an index when there is no batching."""
    if isinstance(indices, (list, tuple)):
        samples = [dataset[index] for index in indices]
        return samples if collate is None else collate(samples)
    sample = dataset[indices]
    return sample if collate is None else collate(sample)


def stream(
    dataset: Any, batch_size: int | None, drop_last: bool, collate: Callable[[Any], Any] | None
) -> Iterator[Any]:
    """The batches of an iterable dataset."""
    samples = iter(dataset)
    if batch_size is None:
        yield from samples if collate is None else map(collate, samples)
        return
    while batch := list(islice(samples, batch_size)):
        if len(batch) == batch_size or not drop_last:
            yield batch if collate is None else collate(batch)


def work(job: Job, pipe: Connection) -> None:
    """Answer requests until the parent says stop or is gone.

    A request is `(epoch, indices)`, a stream just gives its next batch; an answer is `(epoch, kind, value)`
    pickled, kind "batch", "end" or "error".
    """
    global _here
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's; it then stops the workers
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # and not what the parent does on it
    for other in job.inherited:
        other.close()
    _here = WorkerInfo(job.worker, job.workers, job.dataset, job.seed)
    requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
    answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    # Threads on both ends, so that neither process can wait for the other to empty a full pipe.
    threading.Thread(target=_receive, args=(pipe, requests), daemon=True).start()
    threading.Thread(target=_send, args=(pipe, answers), daemon=True).start()
    broken = _start(job)
    epoch, batches = -1, iter(())
    while (request := requests.get()) is not None:
        if isinstance(job.dataset, IterableDataset) and request[0] != epoch:
            epoch = request[0]
            batches = stream(job.dataset, job.batch_size, job.drop_last, job.collate)
        answers.put(_answer(job, request, batches, broken))


def _start(job: Job) -> Failure | None:
    """Seed this process's generators differently from its siblings' and call the user's worker_init_fn."""
    from .. import seed

    state = np.random.SeedSequence([job.seed, job.worker]).generate_state(3)
    random.seed(int(state[0]))
    np.random.seed(int(state[1]))
    seed(int(state[2]))
    try:
        if job.init is not None:
            job.init(job.worker)
    except Exception as error:
        return _failure(error)
    return None


def _answer(job: Job, request: tuple[int, Any], batches: Iterator[Any], broken: Failure | None) -> bytes:
    epoch, indices = request
    if broken is not None:
        return _pickled(epoch, "error", broken)
    try:
        if isinstance(job.dataset, IterableDataset):
            batch = next(batches, _END)
            if batch is _END:
                return _pickled(epoch, "end", None)
        else:
            batch = fetch(job.dataset, indices, job.collate)
        return _pickled(epoch, "batch", to_arrays(batch))
    except Exception as error:
        return _pickled(epoch, "error", _failure(error))


_END = object()


def _failure(error: Exception) -> Failure:
    kind: type[BaseException] | None = type(error)
    try:
        pickle.dumps(kind)
    except Exception:  # a class that only exists in the worker
        kind = None
    return Failure(kind, "".join(traceback.format_exception(error)))


def _pickled(epoch: int, kind: str, value: Any) -> bytes:
    return pickle.dumps((epoch, kind, value), protocol=pickle.HIGHEST_PROTOCOL)


def _receive(pipe: Connection, requests: queue.SimpleQueue[Any]) -> None:
    """Requests as they come; an end of the parent counts as stop."""
    try:
        while (request := pipe.recv()) is not None:
            requests.put(request)
    except (EOFError, OSError):
        pass  # the parent is gone: nothing to report to, stop as below
    requests.put(None)


def _send(pipe: Connection, answers: queue.SimpleQueue[bytes]) -> None:
    try:
        while True:
            pipe.send_bytes(answers.get())
    except OSError:
        return  # the parent has closed the pipe; _receive stops the process
