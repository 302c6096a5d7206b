"""Reads of names that may be unbound."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from ..symbolic import check_sure

__all__ = ["read", "read_outer"]

_TEXT = (
    "cannot access local variable '{}' where it is not associated with a value"
    if sys.version_info >= (3, 11)
    else "local variable '{}' referenced before assignment"
)


def read(value: Callable[[], Any], name: str) -> Any:
    """The local variable `name`, which `value()` reads. Raises UnboundLocalError as Python does."""
    with suppress(NameError):
        return read_outer(value(), name)
    # Raised outside the handler: Python's own error has no context either.
    raise UnboundLocalError(_TEXT.format(name))


def read_outer(value: Any, name: str) -> Any:
    """`value` of the variable `name` of a surrounding function."""
    return check_sure(value, name)
