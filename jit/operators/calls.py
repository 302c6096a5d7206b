"""Calls at run time: which callable really runs."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

from ..convert import convert

__all__ = ["call"]


def call(target: Callable[..., Any]) -> Callable[..., Any]:
    """What to call in place of `target`."""
    if type(target) is types.BuiltinFunctionType:
        return target
    return convert(target)
