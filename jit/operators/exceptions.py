"""raise and assert at run time."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from paddlelite.errors import CaptureError
from paddlelite.ops.check import assert_op
from paddlelite.tensor.creation import to_tensor

from ..state import current
from ..symbolic import is_symbolic, predicate, refuse

__all__ = ["assert_", "caught", "raises"]


def caught() -> None:
    """At the start of a handler: errors of the capture are not the user's to handle."""
    error = sys.exc_info()[1]
    if isinstance(error, CaptureError):
        raise error


def raises(error: Any, handled: bool = False) -> bool:
    """Whether to raise now. In a branch on a tensor the graph raises, when it comes there; then False."""
    journal = current()
    if journal is None or isinstance(error, CaptureError):
        return True
    if handled:
        raise refuse(
            "an exception raised under a condition on a tensor cannot be handled by the `try` around it",
            "Use the condition itself instead of the exception.",
        )
    if isinstance(error, type) and issubclass(error, BaseException):
        error = error()
    if not isinstance(error, Exception):
        return True
    assert_op(to_tensor(False), [], error=error)
    journal.dead = True
    return False


def assert_(test: Any, message: Callable[[], Any] | None = None) -> None:
    """`assert test, message()`. Of a tensor, the graph checks it when it runs."""
    if is_symbolic(test):
        assert_op(predicate(test), [], error=AssertionError(*([] if message is None else [message()])))
    elif not test:
        raise AssertionError(*([] if message is None else [message()]))
