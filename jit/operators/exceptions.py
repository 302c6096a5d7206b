"""raise and assert at run time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["assert_", "raises"]


def raises(error: Any) -> bool:
    """Whether to raise now (outside a branch on a tensor)."""
    return True


def assert_(test: Any, message: Callable[[], Any] | None = None) -> None:
    """`assert test, message()`."""
    if not test:
        raise AssertionError(*([] if message is None else [message()]))
