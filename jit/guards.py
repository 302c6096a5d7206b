"""Guards: Python values outside the arguments that a capture has read.

A captured program holds the values of globals, closure variables, attributes and containers as they were. When one of
them has changed, the program is not used, and the function is captured again. Each guard is a way to get a value, and
the value it had when it was first read.
"""

from __future__ import annotations

import functools
import types
import weakref
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from paddlelite.ir import Value
from paddlelite.staged.places import Cell

_PLAIN = (bool, int, float, complex, str, bytes, type(None))
_CONTAINERS = (list, dict, tuple, set, np.ndarray)
_MISSING = object()


class Guards:
    """What one capture depends on."""

    def __init__(self) -> None:
        self._seen: dict[tuple[int, Any], Any] = {}
        #: How to get each value, its name, what it was, and a weak reference to the object that it is a part of.
        self._watched: list[tuple[Callable[[], Any], str, Any, Callable[[], Any]]] = []
        #: The ids of objects that were there before the capture, of which a write outlives it.
        self.outside: set[int] = set()

    def _first(self, target: Any, part: Any) -> bool:
        key = (id(target), part)
        first = key not in self._seen
        self._seen[key] = target  # whose id is not another's as long as it is there
        return first

    def called(self, target: Callable[..., Any], rewritten: bool, inner: bool) -> None:
        """Depend on what a function reads from its surroundings. The attributes that rewritten code reads are noted
        one by one; of other code those of its layer that have a name it mentions. `inner`: the capture made it.
        """
        owner, function = getattr(target, "__self__", None), bare(target)
        if function is None:
            return
        code, table = function.__code__, function.__globals__
        if not rewritten and hasattr(owner, "_sub_layers") and self._first(owner, code):
            for name in ("training", *code.co_names):
                if type(owner.__dict__.get(name, _MISSING)) in _PLAIN:
                    self._entry(owner.__dict__, name, owner)
        if not self._first(function, "called"):
            return
        self.outside.add(id(table))
        for name in filter(table.__contains__, code.co_names):
            self._entry(table, name)
        for value in (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()):
            self.depend(value, function.__name__)
        if inner:  # its variables are those of a call that is being captured
            return
        for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
            if self._first(cell, ""):
                self.outside.add(id(cell))
                self._watch(Cell(name, cell).get, name)

    def read(self, target: Any, name: str) -> None:
        """Depend on an attribute, wherever it is kept: in the object, a layer's tables, or a class."""
        if not self._first(target, name):
            return
        own = getattr(target, "__dict__", {})
        tables = [own, *(own[k] for k in ("_sub_layers", "_parameters", "_buffers") if k in own)]
        classes = target.__mro__ if isinstance(target, type) else type(target).__mro__
        table = next((table for table in (*tables, *map(vars, classes)) if name in table), own)
        self._entry(table, name, target)
        self._entry(own, name, target)  # if it is not there: it may get there later, and then comes first

    def wrote(self, target: Any, name: str) -> None:
        """Do not depend on an attribute that the function itself has set before reading it."""
        self._first(target, name)

    def _entry(self, table: Mapping[str, Any], name: str, owner: Any = None) -> None:
        if self._first(table, name) and not isinstance(table.get(name), (Value, property)):
            self._watch(functools.partial(table.get, name, _MISSING), name, owner)

    def _watch(self, get: Callable[[], Any], name: str, owner: Any = None) -> None:
        self._watched.append((get, name, get(), _weak(owner)))
        self.depend(get(), name)

    def depend(self, value: Any, name: str) -> None:
        """Depend on what is inside a value from outside."""
        self.outside.update((id(value), id(getattr(value, "__dict__", None))))
        if type(value) in _CONTAINERS and self._first(value, "inside"):
            if type(value) is not tuple:
                before = value.copy()
                self._watched.append((functools.partial(_held, value, before), name, before, _weak(None)))
            if not isinstance(value, np.ndarray):
                for part in value.values() if isinstance(value, dict) else value:
                    self.depend(part, name)

    def settle(self) -> None:
        """After the capture: forget the objects that it made itself."""
        self._seen = {}
        self._watched = [each for each in self._watched if each[-1]() is not None]

    def changed(self) -> str | None:
        """What is no longer as it was, in words; or None."""
        for get, name, value, _ in self._watched:
            now = get()
            if now is not value and not _equal(now, value):
                plain = type(value) in _PLAIN and type(now) in _PLAIN
                return f"`{name}` has changed" + (f" from {value!r} to {now!r}" if plain else "")
        return None


def _weak(owner: Any) -> Callable[[], Any]:
    try:
        return weakref.ref(owner)
    except TypeError:
        return lambda: owner if owner is not None else _MISSING


def _equal(one: Any, two: Any) -> bool:
    return type(one) is type(two) and type(one) in _PLAIN and (one == two or (one != one and two != two))


def _held(container: Any, before: Any) -> Any:
    """`before`, the copy of a container, while that holds the same; else the container. (What is inside it is watched
    by itself.)
    """
    if isinstance(container, np.ndarray):
        same = np.array_equal(container, before)
    elif isinstance(container, set):
        same = container == before
    else:
        table = isinstance(container, dict)
        one, two = (c.values() if table else c for c in (container, before))
        same = len(one) == len(two) and (not table or list(container) == list(before))
        same = same and all(a is b or _equal(a, b) for a, b in zip(one, two))
    return before if same else container


def bare(function: Callable[..., Any]) -> types.FunctionType | None:
    """The Python function behind a callable."""
    function = getattr(function, "__func__", function)
    return function if isinstance(function, types.FunctionType) else None
