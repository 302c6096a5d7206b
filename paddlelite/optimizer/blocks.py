"""Run an elementwise update over arrays in blocks that stay in the cache.

NumPy makes one pass over memory per operation, and an update has about ten. On blocks of a quarter of a megabyte only
the first pass over each array comes from main memory: three times as fast for large parameters. (Threads were measured:
with two, Adam takes 40 % less on an idle machine and up to twice as long on a busy one, handing the interpreter's lock
over between operations this short.)
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

__all__ = ["BLOCK", "Job", "run"]

BLOCK = 1 << 16


class Job(NamedTuple):
    """`update(scratch, *parts)` for every part of the flat arrays, which are of one length; scratch: three arrays."""

    update: Callable[..., None]
    arrays: Sequence[np.ndarray]


def run(jobs: Sequence[Job]) -> None:
    """Do all jobs."""
    for update, arrays in jobs:
        first: Any = arrays[0]
        if type(first) is not np.ndarray:  # a register of a static program (see registers.py)
            update([type(first)() for _ in range(3)], *arrays)
            continue
        if first.size <= BLOCK:
            update(_scratch(first.dtype, first.size), *arrays)
            continue
        for start in range(0, first.size, BLOCK):
            parts = [array[start : start + BLOCK] for array in arrays]
            update(_scratch(first.dtype, parts[0].size), *parts)


_local = threading.local()


def _scratch(dtype: Any, size: int) -> list[np.ndarray]:
    """This thread's scratch arrays, cut to `size`."""
    held = _local.__dict__.setdefault("scratch", {})
    if dtype not in held:
        held[dtype] = [np.empty(BLOCK, dtype) for _ in range(3)]
    return [array[:size] for array in held[dtype]]
