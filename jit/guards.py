"""Guards: Python values outside the arguments that a capture has read.

A captured program holds the values of globals, closure variables, attributes and containers as they were. When one of
them has changed, the program is not used, and the function is captured again. Each guard is a way to get a value, and
the value it had when it was first read.
"""

from __future__ import annotations

import dis
import functools
import types
import weakref
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from paddlelite.ir import Value
from paddlelite.staged.journal import note
from paddlelite.staged.places import Item, Outer

_PLAIN = (bool, int, float, complex, str, bytes, type(None))
_CONTAINERS = (list, dict, tuple, set, np.ndarray)
_MISSING = object()


class Guards:
    """What one capture depends on."""

    def __init__(self) -> None:
        self._seen: set[tuple[int, Any]] = set()
        self._keep: list[Any] = []  # what `_seen` has ids of
        #: How to get each value, its name, what it was, and the object that it is a part of.
        self._watched: list[tuple[Callable[[], Any], str, Any, Any]] = []
        #: The ids of objects that were there before the capture, of which a write outlives it.
        self.outside: set[int] = set()

    def _first(self, target: Any, part: Any) -> bool:
        key = (id(target), part)
        if key in self._seen:
            return False
        self._seen.add(key)
        self._keep.append(target)
        return True

    def called(self, target: Callable[..., Any], rewritten: bool, inner: bool) -> None:
        """Depend on what a function reads from its surroundings. The attributes that rewritten code reads are noted
        one by one; of other code those of its layer that have a name it mentions. `inner`: the capture made it.
        """
        owner = getattr(target, "__self__", None)
        function = getattr(target, "__func__", target)
        if not isinstance(function, types.FunctionType):
            return
        if not rewritten and hasattr(owner, "_sub_layers") and self._first(owner, function.__code__):
            for name in ("training", *function.__code__.co_names):
                if type(owner.__dict__.get(name, _MISSING)) in _PLAIN:
                    self._entry(owner.__dict__, name, owner)
        if not self._first(function, "called"):
            return
        self.outside.add(id(function.__globals__))
        for name in function.__code__.co_names:
            if name in function.__globals__:
                self._entry(function.__globals__, name)
        for value in (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()):
            self.depend(value, function.__name__)
        if inner:  # its variables are those of a call that is being captured
            return
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
            if self._first(cell, ""):
                self.outside.add(id(cell))
                self._watch(functools.partial(contents, cell), name)

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
        self._watched.append((get, name, get(), owner))
        self.depend(get(), name)

    def depend(self, value: Any, name: str) -> None:
        """Depend on what is inside a value from outside."""
        self.outside.update((id(value), id(getattr(value, "__dict__", None))))
        if type(value) in _CONTAINERS and self._first(value, "inside"):
            if type(value) is not tuple:
                before = value.copy()
                self._watched.append((functools.partial(_held, value, before), name, before, None))
            if not isinstance(value, np.ndarray):
                for part in value.values() if isinstance(value, dict) else value:
                    self.depend(part, name)

    def settle(self) -> None:
        """After the capture: forget the objects that it made itself."""
        owners = [_weak(owner) for *_, owner in self._watched]
        watched = [(get, name, value, None) for get, name, value, _ in self._watched]
        self._watched, self._seen, self._keep = [], set(), []
        self._watched = [each for each, owner in zip(watched, owners) if owner() is not None]

    def changed(self) -> str | None:
        """What is no longer as it was, in words; or None."""
        for get, name, value, _ in self._watched:
            now = get()
            if now is not value and not _equal(now, value):
                return _difference(name, value, now)
        return None


def _weak(owner: Any) -> Callable[[], Any]:
    try:
        return weakref.ref(owner)
    except TypeError:
        return lambda: owner if owner is not None else _MISSING


def contents(cell: types.CellType) -> Any:
    """What a closure cell holds; a marker for nothing."""
    try:
        return cell.cell_contents
    except ValueError:
        return _MISSING


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
    elif len(container) != len(before) or (isinstance(container, dict) and list(container) != list(before)):
        return container
    else:
        table = isinstance(container, dict)
        pairs: Iterator[Any] = zip(container.values(), before.values()) if table else zip(container, before)
        same = all(a is b or _equal(a, b) for a, b in pairs)
    return before if same else container


def _difference(name: str, before: Any, now: Any) -> str:
    if type(before) in _PLAIN and type(now) in _PLAIN:
        return f"`{name}` has changed from {before!r} to {now!r}"
    return f"`{name}` has changed"


@functools.cache
def rebound(code: types.CodeType) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The free variables and globals that a code object (or one inside it) stores to."""
    cells, table = set(), set()
    for step in dis.get_instructions(code):
        if step.opname in ("STORE_DEREF", "DELETE_DEREF") and step.argval in code.co_freevars:
            cells.add(step.argval)
        elif step.opname in ("STORE_GLOBAL", "DELETE_GLOBAL"):
            table.add(step.argval)
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            inner_cells, inner_table = rebound(inner)
            cells |= set(inner_cells) & set(code.co_freevars)
            table |= set(inner_table)
    return tuple(sorted(cells)), tuple(sorted(table))


def note_rebound(target: Any) -> None:
    """Journal the variables of surrounding functions and modules that a function rebinds."""
    function = getattr(target, "__func__", target)
    if not isinstance(function, types.FunctionType):
        return
    cells, table = rebound(function.__code__)
    closure = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    for name in cells:
        note(Outer(name, closure[name]))
    for name in table:
        note(Item(name, function.__globals__, name))
