"""Calls at run time: which callable really runs."""

from __future__ import annotations

import builtins
import types
from collections.abc import Callable
from typing import Any

from ..convert import convert
from . import iterables

__all__ = ["call"]

#: Builtins with a version that knows tensors, by object.
_BUILTINS: dict[Any, Callable[..., Any]] = {
    builtins.range: iterables.range_,
    builtins.enumerate: iterables.enumerate_,
    builtins.zip: iterables.zip_,
    builtins.reversed: iterables.reversed_,
    builtins.len: iterables.len_,
}


def call(target: Callable[..., Any]) -> Callable[..., Any]:
    """What to call in place of `target`."""
    kind = type(target)
    if kind is types.FunctionType or kind is types.MethodType:
        return convert(target)
    if kind is types.BuiltinFunctionType or kind is type:
        return _BUILTINS.get(target, target)
    return convert(target)
