"""How the C library hands out memory for arrays.

A training step allocates and frees the same megabytes again and again. By default glibc gives large blocks back to
the system at once and fetches fresh pages the next time, which the kernel has to clear: on small virtual machines that
costs more than the arithmetic. Frameworks with an allocator of their own keep the memory; here glibc is told to.
"""

from __future__ import annotations

import os
import sys

__all__ = ["keep_freed_memory"]

# Parameters of mallopt(3).
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
#: Blocks up to this size come from the heap (the most glibc accepts).
_FROM_HEAP = 32 << 20
#: Free memory that is kept for the next allocations.
_KEPT = 512 << 20


def keep_freed_memory() -> bool:
    """Let glibc keep freed blocks for reuse. Returns whether it could be told.

    ``PADDLELITE_KEEP_MEMORY=0`` in the environment leaves the C library as it is; settings of the user's own
    (``MALLOC_TRIM_THRESHOLD_`` and kin) are left alone too.
    """
    settings = ("MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_", "GLIBC_TUNABLES")
    if sys.platform != "linux" or os.environ.get("PADDLELITE_KEEP_MEMORY") == "0":
        return False
    if any(name in os.environ for name in settings):
        return False
    import ctypes

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:  # another C library
        return False
    return bool(mallopt(_MMAP_THRESHOLD, _FROM_HEAP)) and bool(mallopt(_TRIM_THRESHOLD, _KEPT))
