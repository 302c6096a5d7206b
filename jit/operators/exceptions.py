"""raise and assert at run time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from paddlelite.errors import CaptureError
from paddlelite.ops.check import assert_op
from paddlelite.tensor.creation import to_tensor
from paddlelite.tensor.tensor import Tensor

from ..state import current
from ..symbolic import is_symbolic, predicate, refuse
from .text import Later, later

__all__ = ["assert_", "caught", "raises"]


def caught() -> None:
    """At the start of a handler: errors of the capture are not the user's to handle."""
    error = sys.exc_info()[1]
    if isinstance(error, CaptureError):
        raise error


def raises(error: Any, cause: Callable[[], Any] | None = None, handled: bool = False) -> bool:
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
    if cause is not None:
        error.__cause__ = cause()
    _check(to_tensor(False), error)
    journal.dead = True
    return False


@dataclass(frozen=True)
class _Again:
    """Makes an exception like one that was raised while the graph was built, with what the tensors are."""

    like: BaseException
    args: Later

    def __call__(self, arrays: Sequence[Any]) -> BaseException:
        kind = type(self.like)
        made = kind.__new__(kind)  # its __init__ may take other arguments than `args`
        made.args = tuple(self.args(arrays))
        made.__dict__.update(self.like.__dict__)
        made.__cause__, made.__suppress_context__ = self.like.__cause__, self.like.__suppress_context__
        return made


def _check(test: Tensor, error: BaseException) -> None:
    args, data = later(list(error.args))
    assert_op(test, data, error=_Again(error, args))


def assert_(test: Any, message: Callable[[], Any] | None = None) -> None:
    """`assert test, message()`. Of a tensor, the graph checks it when it runs."""
    if is_symbolic(test) or (not test and current() is not None):
        _check(predicate(to_tensor(test)), AssertionError(*([] if message is None else [message()])))
    elif not test:
        raise AssertionError(*([] if message is None else [message()]))
