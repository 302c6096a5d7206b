"""Writes to attributes and items at run time."""

from __future__ import annotations

import builtins
from operator import (
    iadd,
    iand,
    ifloordiv,
    ilshift,
    imatmul,
    imod,
    imul,
    ior,
    ipow,
    irshift,
    isub,
    itruediv,
    ixor,
)
from typing import Any

__all__ = [
    "del_attr", "del_item", "iadd", "iand", "ifloordiv", "ilshift", "imatmul", "imod", "imul", "ior", "ipow", "irshift",
    "isub", "itruediv", "ixor", "slice", "store_attr", "store_item",
]  # fmt: skip

slice = builtins.slice


def store_attr(value: Any, target: Any, name: str) -> None:
    """`target.name = value`."""
    setattr(target, name, value)


def store_item(value: Any, target: Any, key: Any) -> None:
    """`target[key] = value`."""
    target[key] = value


def del_attr(target: Any, name: str) -> None:
    """`del target.name`."""
    delattr(target, name)


def del_item(target: Any, key: Any) -> None:
    """`del target[key]`."""
    del target[key]
