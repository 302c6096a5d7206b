"""``fluid.profiler``: accepted around code; what is measured here is measured by Python's own profilers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["cuda_profiler", "profiler", "reset_profiler", "start_profiler", "stop_profiler"]


@contextmanager
def profiler(*args: Any, **kwargs: Any) -> Iterator[None]:
    """Runs what is inside, and prints no table."""
    yield


cuda_profiler = profiler


def start_profiler(*args: Any, **kwargs: Any) -> None:
    """Accepted."""


def stop_profiler(*args: Any, **kwargs: Any) -> None:
    """Accepted."""


def reset_profiler() -> None:
    """Accepted."""
