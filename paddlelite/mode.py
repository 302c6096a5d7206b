"""What the running thread is doing: recording gradients or not, building a graph or not."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .capture import Capture

__all__ = ["mode"]


class _Mode(threading.local):
    #: Whether calls are recorded for backward.
    grad: bool = True
    #: The graph being built, when ops append nodes instead of computing.
    capture: Capture | None = None


#: This thread's mode.
mode = _Mode()
