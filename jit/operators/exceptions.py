"""raise and assert at run time."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from paddlelite.errors import CaptureError

__all__ = ["assert_", "caught", "raises"]


def caught() -> None:
    """At the start of a handler: errors of the capture are not the user's to handle."""
    error = sys.exc_info()[1]
    if isinstance(error, CaptureError):
        raise error


def raises(error: Any) -> bool:
    """Whether to raise now (outside a branch on a tensor)."""
    return True


def assert_(test: Any, message: Callable[[], Any] | None = None) -> None:
    """`assert test, message()`."""
    if not test:
        raise AssertionError(*([] if message is None else [message()]))
