"""A journal of what code changes while it is recorded into a block of its own: a branch, or the body of a loop.

Every write to a place that is seen meanwhile is journaled, so that it can be undone for the other branch and merged.
"""

from __future__ import annotations

import dis
import functools
import threading
import types
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ..errors import CaptureError, user_line
from ..mode import mode
from ..nested import Object, parts
from .places import STALE, UNBOUND, Contents, Item, Outer, Place, is_container
from .symbolic import refuse, rewriting
from .undecided import Undecided, known_value

#: Stands for no value at all, not even an unbound name.
_NOT = object()


@dataclass
class Entry:
    """One place with the value before the recorded code, and after it.

    `narrowed`: the one of two values that it must be in the recorded branch, if that is known.
    """

    place: Place
    before: Any
    after: Any = None
    narrowed: Any = _NOT

    @property
    def is_narrowed(self) -> bool:
        """Whether it was undecided, but not in this branch."""
        return self.narrowed is not _NOT

    @property
    def changed(self) -> bool:
        """Whether the recorded code has given the place another value."""
        return self.after is not self.narrowed and self.place.differs(self.after, self.before)


def _with(table: Any, key: Any, value: Any) -> Any:
    """A copy of a dict with a key set, or taken away."""
    if value is not UNBOUND:
        return {**table, key: value}
    return {k: v for k, v in table.items() if k != key}


def align(one: Journal, two: Journal) -> None:
    """Where one of two finished branches has changed a whole container, look at the whole in the other one too."""
    for this, other in ((one, two), (two, one)):
        for entry in list(this.entries.values()):
            if isinstance(entry.place, Contents) and entry.place.key not in other.entries:
                other.gather(entry.place, entry.before)


@dataclass
class Journal:
    """What code that is recorded into a block of its own (`frame`) changed.

    `dead`: it ended in a raise, so its values do not matter. `facts` says which bool tensors are true or false there.
    """

    frame: Any = None  # (that of the whole function is no inner one)
    entries: dict[tuple[Any, ...], Entry] = field(default_factory=dict)
    dead: bool = False
    facts: dict[int, bool] = field(default_factory=dict)
    #: Variables that have no value yet only because a loop's body is recorded for the first time.
    unknown: frozenset[tuple[Any, ...]] = frozenset()
    skipped: bool = False  # code that reads them was left out
    #: Objects that the recorded code has made: nobody outside knows them, so what happens to them needs no journal.
    born: dict[int, Any] = field(default_factory=dict)

    def note(self, place: Place) -> None:
        """Remember the value of `place`, once."""
        key = place.key
        if isinstance(place.owner, dict) and ("contents", id(place.owner), None) in self.entries:
            return
        if isinstance(place, Contents):
            self.gather(place)
        elif key not in self.entries:
            self.entries[key] = Entry(place, place.get())
        elif not place.private:
            # A variable that a function called here rebinds, which the analysis does not see.
            self.entries[key].place = place

    def gather(self, place: Contents, present: Any = None) -> None:
        """Follow all of a container from now on, instead of some of its keys. `present` is what it holds now."""
        if place.key in self.entries:
            return
        before = after = place.get() if present is None else present
        known = list(self.entries.values())
        for entry in (e for e in known if isinstance(e.place, Item) and e.place.owner is place.owner):
            del self.entries[entry.place.key]
            before = _with(before, entry.place.index, entry.before)
            after = _with(after, entry.place.index, entry.after)
        self.entries[place.key] = Entry(place, before, after)

    def assume(self, test: Any, truth: bool) -> None:
        """Give undecided values the one they must be where a bool tensor is `truth`."""
        self._learn(test, truth)
        for entry in self.entries.values():
            value = known_value(entry.before)
            if value is not entry.before:
                entry.place.put(value)
                entry.narrowed = value

    def _learn(self, test: Any, truth: bool) -> None:
        self.facts[id(test)] = truth
        for other, its_truth in getattr(test, "implies", {}).get(truth, ()):
            self._learn(other, its_truth)

    def as_before(self, container: Any) -> Any:
        """A container (or a copy) that holds what it did before the recorded code, which has just run."""
        return self._with_contents(container, lambda entry: entry.before)

    def as_after(self, container: Any) -> Any:
        """A container (or a copy) that holds what it did after the recorded code, which has been undone."""
        return self._with_contents(container, lambda entry: entry.after)

    def _with_contents(self, container: Any, value: Callable[[Entry], Any]) -> Any:
        entries = [entry for entry in self.entries.values() if entry.place.owner is container]
        if not entries:
            return container
        made = container.copy()
        for entry in entries:
            type(entry.place)(entry.place.name, made, entry.place.index).put(value(entry))
        return made

    def undo(self) -> None:
        """Read the values reached, then put everything back as it was."""
        for entry in self.entries.values():
            entry.after = known_value(entry.place.get())
        for entry in self.entries.values():
            entry.place.put(entry.before)


#: Blocks inside blocks; more than this is a recursion that a tensor should end.
_MOST_NESTED = 100
_ENDLESS = (
    "recursion on a tensor condition: both ways of the condition are recorded, so it never ends",
    "Use a loop, or a Python number as the bound.",
)


class _Stack(threading.local):
    def __init__(self) -> None:
        self.journals: list[Journal] = []


_stack = _Stack()


def current() -> Journal | None:
    """The journal of the innermost code that is being recorded into a block of its own."""
    return _stack.journals[-1] if _stack.journals else None


def reads_unknown(read: Callable[[], Iterable[Place]]) -> bool:
    """Whether a variable that `read` gives has no value yet only because a loop is recorded for the first time.

    Code that reads one cannot run in a first round; it is recorded when a later round's type is known.
    """
    if not any(journal.unknown for journal in _stack.journals):
        return False  # finding out what is read takes long
    missing = {place.key for place in read() if place.get() is UNBOUND}
    for journal in reversed(_stack.journals):
        if missing & journal.unknown:
            journal.skipped = True
            return True
    return False


def undecided_places() -> list[Place]:
    """Attributes and items that were left undecided: a branch may know which of the two they are."""
    return mode.capture.undecided  # type: ignore[union-attr]


def watch(place: Place, value: Any) -> None:
    """Have later branches look at a place, if what was put there is undecided."""
    if type(value) is Undecided and not place.private:
        undecided_places().append(place)


def known(test: Any) -> bool | None:
    """Whether a bool tensor is true or false in the code that is being recorded, if that is known."""
    for journal in (*_stack.journals, getattr(rewriting(), "effects", None)):
        if journal is not None and id(test) in journal.facts:
            return journal.facts[id(test)]
    return None


def learn(test: Any, truth: bool) -> None:
    """A bool tensor is `truth` in the code that follows: else an exception was raised."""
    journal = recording()
    if journal is not None:
        journal._learn(test, truth)


def recording() -> Journal | None:
    """The journal that writes go to: that of a block, or of all that the captured function changes around it."""
    return current() or getattr(rewriting(), "effects", None)


def note(place: Place, surely: bool = True) -> None:
    """Call this before a write, which is sure or none. What stands for a container that is written to is stale then."""
    if surely and mode.capture is not None and id(place.owner) in mode.capture.shared:
        _part(place.owner, mode.capture.shared.pop(id(place.owner)))
    journal = recording()
    if journal is not None and not place.private and id(place.owner) not in journal.born:
        journal.note(place)


@functools.cache
def _rebound(code: types.CodeType) -> tuple[str, ...]:
    """The variables that a function, or one inside it, rebinds of those around it and of its module."""
    names = {
        step.argval
        for step in dis.get_instructions(code)
        if step.opname in ("STORE_GLOBAL", "DELETE_GLOBAL")
        or (step.opname in ("STORE_DEREF", "DELETE_DEREF") and step.argval in code.co_freevars)
    }
    names.update(*(_rebound(inner) for inner in code.co_consts if isinstance(inner, types.CodeType)))
    return tuple(sorted(names))


def note_rebound(target: Any) -> None:
    """Journal the variables of surrounding functions and modules that a function rebinds."""
    function = getattr(target, "__func__", target)
    if not isinstance(function, types.FunctionType):
        return
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    for name in _rebound(function.__code__):
        if name in cells:
            note(Outer(name, cells[name]))
        note(Item(name, function.__globals__, name))


def share(*containers: Any) -> None:
    """Note that a tensor has chosen between some containers or objects, and that one of them, a copy, stands for all.

    Python would show a write to the one in the other. A graph cannot: after a write to a list that holds no containers,
    the others may not be read; to other containers one may not write at all.
    """
    shared = mode.capture.shared  # type: ignore[union-attr]
    group: dict[int, Any] = {}
    waiting = list(containers)
    while waiting:
        value = waiting.pop()
        if type(value) is not Undecided and Object.of(value) is not None:
            value = value.__dict__  # that is what attributes are written to
        if is_container(value) and id(value) not in group:
            group[id(value)] = value
            waiting += [*shared.get(id(value), ()), *(parts(value) or ())]
    shared.update(dict.fromkeys(group, tuple(group.values())))


def sharers(value: Any) -> list[Any]:
    """The containers (of an object: its and others' attributes) that a container may be the same as."""
    value = value.__dict__ if Object.of(value) is not None else value
    group = () if mode.capture is None else mode.capture.shared.get(id(value), ())
    return [other for other in group if other is not value]


def _part(container: Any, others: tuple[Any, ...]) -> None:
    """Before a write to one of some containers that share what they hold."""
    for other in others:
        if not hasattr(type(other), "array") or any(parts(part) is not None for part in parts(other) or ()):
            raise two_names(container)
    for place in (Contents("the list", other) for other in others if other is not container):
        note(place, surely=False)
        place.put(STALE)


def two_names(container: Any) -> CaptureError:
    """The error for a write to a container that may be the same as another."""
    return refuse(
        f"this {type(container).__name__.lower()} is one of two that a condition or loop on a tensor has chosen "
        "between, and a graph cannot write to it and to both",
        "Write in the branches, or copy it before: list(a), dict(a).",
    )


def born(made: Any) -> Any:
    """Note that the code being recorded has made an object."""
    journal = recording()
    if journal is not None:
        for each in (made, getattr(made, "__dict__", made)):
            journal.born[id(each)] = each
    return made


@contextmanager
def recorded(watched: Iterable[Place]) -> Iterator[Journal]:
    """Record the code in the `with` into a block; `watched` places are noted from the start. Undone at its end."""
    capture = mode.capture
    assert capture is not None
    depth = len(_stack.journals)
    if depth > _MOST_NESTED:
        raise refuse(*_ENDLESS)
    with capture.inner() as frame:
        journal = Journal(frame)
        for place in watched:
            journal.note(place)
        _stack.journals.append(journal)
        try:
            yield journal
        except RecursionError:
            raise refuse(*_ENDLESS) from None
        except GeneratorExit:  # an operator's loop ends before its time: only an exception does that
            capture.left = capture.left or user_line()
            raise
        finally:
            journal.undo()  # (while it is still known what holds in this branch)
            del _stack.journals[depth:]
            if _stack.journals:
                _stack.journals[-1].born.update(journal.born)
