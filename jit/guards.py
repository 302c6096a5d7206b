"""Guards: Python values outside the arguments that a capture has read.

A captured program holds the values of globals, closure variables and attributes of layers as they were. When one of
them has changed, the program is not used, and the function is captured again.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

__all__ = ["Guards"]

_PLAIN = (bool, int, float, complex, str, bytes, type(None))
_MISSING = object()


class Guards:
    """What one capture depends on."""

    def __init__(self) -> None:
        self._seen: set[tuple[int, int]] = set()
        self._keep: list[Any] = []
        self.attributes: list[tuple[dict[str, Any], str, Any]] = []
        self.cells: list[tuple[types.CellType, str, Any]] = []

    def note(self, target: Callable[..., Any]) -> None:
        """Depend on the plain values that a function reads from its surroundings, and on its layer's attributes."""
        owner = getattr(target, "__self__", None)
        function = getattr(target, "__func__", target)
        if not isinstance(function, types.FunctionType) or not self._first(owner, function):
            return
        self._note_function(function)
        if hasattr(owner, "_sub_layers"):
            for name in ("training", *function.__code__.co_names):
                value = owner.__dict__.get(name, _MISSING)
                if type(value) in _PLAIN:
                    self.attributes.append((owner.__dict__, name, value))

    def _first(self, owner: Any, function: types.FunctionType) -> bool:
        key = (id(owner), id(function.__code__))
        if key in self._seen:
            return False
        self._seen.add(key)
        self._keep.append((owner, function))  # so that the ids stay theirs
        return True

    def _note_function(self, function: types.FunctionType) -> None:
        table = function.__globals__
        for name in function.__code__.co_names:
            value = table.get(name, _MISSING)
            if type(value) in _PLAIN or callable(value):
                self.attributes.append((table, name, value))
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
            value = _contents(cell)
            if type(value) in _PLAIN or callable(value):
                self.cells.append((cell, name, value))

    def changed(self) -> str | None:
        """The name of a value that is no longer what it was, or None."""
        for table, name, value in self.attributes:
            now = table.get(name, _MISSING)
            if now is not value and not _equal(now, value):
                return name
        for cell, name, value in self.cells:
            now = _contents(cell)
            if now is not value and not _equal(now, value):
                return name
        return None


def _contents(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return _MISSING


def _equal(one: Any, two: Any) -> bool:
    return type(one) is type(two) and type(one) in _PLAIN and (one == two or (one != one and two != two))
