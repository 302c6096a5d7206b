"""paddle.device.cuda: there is no GPU, so there are none to count, wait for or free the memory of."""

from __future__ import annotations

__all__ = [
    "device_count", "empty_cache", "max_memory_allocated", "max_memory_reserved", "memory_allocated", "memory_reserved",
    "synchronize",
]  # fmt: skip


def device_count() -> int:
    """How many GPUs there are: 0."""
    return 0


def empty_cache() -> None:
    """Free what is kept for later: nothing is."""


def synchronize(device: object = None) -> None:
    """Wait for the GPU, of which there is none."""


def memory_allocated(device: object = None) -> int:
    """Bytes of GPU memory in use: 0."""
    return 0


def memory_reserved(device: object = None) -> int:
    """Bytes of GPU memory kept: 0."""
    return 0


def max_memory_allocated(device: object = None) -> int:
    """The most bytes of GPU memory that were in use: 0."""
    return 0


def max_memory_reserved(device: object = None) -> int:
    """The most bytes of GPU memory that were kept: 0."""
    return 0
