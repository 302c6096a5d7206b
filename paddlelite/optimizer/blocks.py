"""Run an elementwise update over arrays in blocks that stay in the cache, on all cores when there is enough to do.

NumPy makes one pass over memory per operation; an update has about ten. On blocks of a quarter of a megabyte only the
first pass of each array comes from main memory. ufuncs of that size release the interpreter lock, so threads help.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np

__all__ = ["Job", "run"]

BLOCK = 1 << 16
#: below so many elements in all, handing out work costs more than it gains
PARALLEL = 1 << 20


class Job(NamedTuple):
    """`update(scratch, *parts)` for every part of the flat arrays, which are of one length; scratch: three arrays."""

    update: Callable[..., None]
    arrays: Sequence[np.ndarray]


_local = threading.local()
_pools: dict[int, ThreadPoolExecutor] = {}


def run(jobs: Sequence[Job]) -> None:
    """Do all jobs; they write to different arrays."""
    parts = deque((job, start) for job in jobs for start in range(0, job.arrays[0].size, BLOCK))
    helpers = _cores() - 1
    if helpers and sum(job.arrays[0].size for job in jobs) >= PARALLEL:
        pool = _pool(helpers)
        waiting = [pool.submit(_drain, parts) for _ in range(helpers)]
        _drain(parts)
        for future in waiting:
            future.result()
    else:
        _drain(parts)


def _drain(parts: deque[tuple[Job, int]]) -> None:
    while True:
        try:
            (update, arrays), start = parts.popleft()
        except IndexError:
            return
        first = arrays[0]
        if first.size <= BLOCK:
            update(_scratch(first.dtype, first.size), *arrays)
        else:
            cut = [array[start : start + BLOCK] for array in arrays]
            update(_scratch(first.dtype, cut[0].size), *cut)


def _scratch(dtype: Any, size: int) -> list[np.ndarray]:
    """This thread's scratch arrays, cut to `size`."""
    held = _local.__dict__.setdefault("scratch", {})
    if dtype not in held:
        held[dtype] = [np.empty(BLOCK, dtype) for _ in range(3)]
    return [array[:size] for array in held[dtype]]


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _pool(helpers: int) -> ThreadPoolExecutor:
    """The threads of this process (a forked child has none of its parent's)."""
    pid = os.getpid()
    if pid not in _pools:
        _pools.clear()
        _pools[pid] = ThreadPoolExecutor(helpers, thread_name_prefix="paddlelite-optimizer")
    return _pools[pid]
