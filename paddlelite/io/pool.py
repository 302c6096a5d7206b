"""The parent's side of the workers: start them, give work in turn, take batches in order, stop them."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import sys
import time
import warnings
import weakref
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from typing import Any

from .dataset import IterableDataset
from .worker import Job, work

__all__ = ["Pool"]

_GRACE = 0.5  # seconds for idle workers to end by themselves before they are terminated

# The parent's ends of every live pipe. A forked worker closes the ones it inherits; otherwise a killed parent
# would leave each worker's pipe open in its siblings, and none would notice.
_open_pipes: weakref.WeakSet[Connection] = weakref.WeakSet()


class Pool:
    """Worker processes of one DataLoader, each with a pipe of its own: a killed one harms no other."""

    def __init__(self, job: Job, count: int, timeout: float, prefetch: int) -> None:
        self._timeout = timeout
        self._prefetch = prefetch
        self._stream = isinstance(job.dataset, IterableDataset)
        self._epoch = 0
        self._pipes: list[Connection] = []
        self._processes: list[Any] = []
        #: stops the workers when called, when the pool is forgotten, and at exit; only once
        self.stop = weakref.finalize(self, _stop, os.getpid(), self._processes, self._pipes)
        for worker in range(count):
            self._start(job, worker, count)

    def _start(self, job: Job, worker: int, count: int) -> None:
        # fork shares the dataset as it is, lambdas included; where there is no fork, it has to be picklable
        context: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
        ours, theirs = context.Pipe(duplex=True)
        _open_pipes.add(ours)
        inherited = list(_open_pipes) if context.get_start_method() == "fork" else []
        one = replace(job, worker=worker, workers=count, inherited=inherited)
        process = context.Process(target=work, args=(one, theirs), daemon=True)
        with warnings.catch_warnings():
            # Python 3.12 warns of forking beside threads; a worker uses none of the parent's threads or locks
            warnings.simplefilter("ignore", DeprecationWarning)
            process.start()
        theirs.close()
        self._pipes.append(ours)
        self._processes.append(process)

    def batches(self, tasks: Iterator[Any]) -> Iterator[Any]:
        """The batch of every task in order (a stream does not look at the tasks: each worker has its own)."""
        self._epoch += 1
        epoch = self._epoch
        asked: deque[int] = deque()

        def ask(worker: int) -> None:
            task = next(tasks, None)
            if task is not None:
                self._request(worker, (epoch, task))
                asked.append(worker)

        for _ in range(self._prefetch):
            for worker in range(len(self._pipes)):
                ask(worker)
        while asked:
            worker = asked.popleft()
            kind, value = self._answer(worker, epoch)
            if kind == "error":
                raise value.error(worker)
            if kind == "batch":
                ask(worker)
                yield value
                if self._epoch != epoch:
                    raise RuntimeError(
                        "another iteration over this DataLoader with persistent_workers has begun"
                    )

    def _request(self, worker: int, request: Any) -> None:
        try:
            self._pipes[worker].send(request)
        except OSError:
            raise self._dead(worker) from None

    def _answer(self, worker: int, epoch: int) -> tuple[str, Any]:
        """The next answer of a worker to `epoch`; those to an abandoned iteration are thrown away."""
        pipe, process = self._pipes[worker], self._processes[worker]
        deadline = time.monotonic() + self._timeout if self._timeout else None
        while True:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            ready = wait([pipe, process.sentinel], left)
            if not ready:
                self.stop()
                raise RuntimeError(
                    f"DataLoader timed out: worker({worker}) gave no batch in {self._timeout:g} seconds"
                )
            if pipe not in ready:
                raise self._dead(worker)
            try:
                answered, kind, value = pickle.loads(pipe.recv_bytes())
            except (EOFError, OSError):
                raise self._dead(worker) from None
            if answered == epoch:
                return kind, value

    def _dead(self, worker: int) -> RuntimeError:
        """What to tell of a worker that ended by itself."""
        process = self._processes[worker]
        process.join(1)
        pid, code = process.pid, process.exitcode
        self.stop()
        how = f"killed by signal {-code}" if code is not None and code < 0 else f"with exit code {code}"
        return RuntimeError(f"DataLoader worker({worker}) (pid {pid}) exited unexpectedly, {how}")


def _stop(owner: int, processes: list[Any], pipes: list[Connection]) -> None:
    """End all workers: those that wait end at once, those still busy after a moment are terminated."""
    if os.getpid() != owner:
        return  # a forked copy of the parent's object
    for pipe in pipes:
        with suppress(OSError):  # of a worker that has already gone
            pipe.send(None)
    deadline = time.monotonic() + _GRACE
    for process in processes:
        process.join(max(0.0, deadline - time.monotonic()))
    for process in processes:
        if process.is_alive():
            process.terminate()
            process.join(_GRACE)
        if process.is_alive():  # it ignores SIGTERM
            process.kill()
            process.join()
    for pipe in pipes:
        pipe.close()
    processes.clear()
    pipes.clear()
