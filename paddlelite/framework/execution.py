"""What scripts ask about how they run, and wrappers that change nothing on one CPU."""

from __future__ import annotations

from typing import Any

from ..mode import mode
from ..place import warn_cpu_only

__all__ = ["DataParallel", "in_dynamic_mode"]


def in_dynamic_mode() -> bool:
    """Whether calls compute at once (True) or build a graph.

    >>> import paddlelite as paddle
    >>> paddle.in_dynamic_mode()
    True
    """
    return mode.capture is None


def DataParallel(layers: Any, *args: Any, **kwargs: Any) -> Any:
    """The layer itself: there is one process. Accepted, with one warning, for the sake of existing scripts."""
    warn_cpu_only("DataParallel")
    return layers
