"""Places: where a value lives, of which code that is recorded into a block may leave another there.

Variables (cells, globals), attributes, items and the contents of containers are places of one kind: they can be read,
set and unbound from outside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ..nested import Object, parts
from .undecided import Unbound, Undecided, known_value

UNBOUND = Unbound()


#: The containers whose contents are followed.
CONTAINERS = (list, dict, set)


StateClosure = Callable[[], Any]


def is_container(value: Any) -> bool:
    """Whether a value is a container whose contents are followed."""
    return type(value) is not Undecided and isinstance(value, CONTAINERS)


#: In place of the contents of a list that may have changed under another name: nobody may read them.
STALE = object()


class Place:
    """Somewhere a value lives: in `target`, under `index`. `name` is how the user calls it."""

    #: Whether the analysis of the function, or nobody else, looks after it: a variable, an operator's own value.
    private = False
    kind = "own"

    target: Any
    index: Any

    def __init__(self, name: str, target: Any = None, index: Any = None) -> None:
        self.name, self.target, self.index = name, target, index
        self.key = (self.kind, id(self if target is None else target), index)

    @property
    def owner(self) -> Any:
        """The object it is a part of, for which others may have names, too."""
        return self.target

    @property
    def grows(self) -> bool:
        """Whether this is the contents of a list that may become a TensorArray."""
        return False

    def get(self) -> Any:
        """The present value, or UNBOUND."""
        raise NotImplementedError

    def put(self, value: Any) -> None:
        """Set it; UNBOUND removes it."""
        raise NotImplementedError

    def differs(self, value: Any, before: Any) -> bool:
        """Whether `value` is another than `before`."""
        return value is not before


class Own(Place):
    """A value of an operator's own."""

    private = True
    owner = None

    def __init__(self, name: str, value: Any = UNBOUND) -> None:
        super().__init__(name)
        self.put(value)

    def get(self) -> Any:
        return self.value

    def put(self, value: Any) -> None:
        self.value = known_value(value)


class Cell(Place):
    """A variable of a function."""

    private = True
    owner = None
    kind = "cell"

    def get(self) -> Any:
        try:
            return self.target.cell_contents
        except ValueError:
            return UNBOUND

    def put(self, value: Any) -> None:
        if value is not UNBOUND:
            self.target.cell_contents = value
        elif self.get() is not UNBOUND:
            del self.target.cell_contents


class Outer(Cell):
    """A variable of a surrounding function, which a function that is called rebinds."""

    private = False


class Item(Place):
    """A key of a dict, or an index of a list."""

    kind = "item"

    def get(self) -> Any:
        try:
            return self.target[self.index]
        except (KeyError, IndexError):
            return UNBOUND

    def put(self, value: Any) -> None:
        if value is not UNBOUND:
            self.target[self.index] = value
        elif self.get() is not UNBOUND:
            del self.target[self.index]


class Variable(Item):
    """A variable that a function declares global."""

    private = True


class Attribute(Place):
    """An attribute of an object."""

    kind = "attribute"

    def get(self) -> Any:
        try:
            return getattr(self.target, self.index, UNBOUND)
        except RecursionError:  # a `__getattr__` that reads what is not there yet
            return UNBOUND

    def put(self, value: Any) -> None:
        if value is not UNBOUND:
            setattr(self.target, self.index, value)
        elif hasattr(self.target, self.index):
            delattr(self.target, self.index)


class Contents(Place):
    """All elements of a list, dict or set. The value is a copy, or the TensorArray that a list has become."""

    kind = "contents"

    @property
    def grows(self) -> bool:
        return hasattr(type(self.target), "array")

    def get(self) -> Any:
        array = getattr(self.target, "_array", None)
        if array is not None:
            return array
        return next(kind for kind in CONTAINERS if isinstance(self.target, kind))(self.target)

    def put(self, value: Any) -> None:
        if isinstance(self.target, list):
            is_array = not isinstance(value, list)
            if self.grows:
                self.target.array = value if is_array else None  # type: ignore[attr-defined]
            list.__setitem__(self.target, slice(None), [] if is_array else value)
        else:
            self.target.clear()
            self.target.update(value)

    def differs(self, value: Any, before: Any) -> bool:
        if not is_container(value) or not is_container(before):
            return value is not before
        if isinstance(value, set):
            return set(map(id, value)) != set(map(id, before))
        if isinstance(value, dict) and list(value) != list(before):
            return True
        mine, its = (list(c.values()) if isinstance(c, dict) else list(c) for c in (value, before))
        return len(mine) != len(its) or any(a is not b for a, b in zip(mine, its, strict=True))


class Elements(Place):
    """What is in a tensor that is an argument."""

    def put(self, value: Any) -> None:
        self.target._write(value)


def places(state: StateClosure, names: Iterable[str] | None = None) -> list[Place]:
    """The places of some variables of a running call; without `names`, of all that its closure holds."""
    code = state.__code__
    cells = dict(zip(code.co_freevars, state.__closure__ or (), strict=True))
    table = state.__globals__
    wanted = (*code.co_freevars, *code.co_names) if names is None else names
    return [Cell(name, cells[name]) if name in cells else Variable(name, table, name) for name in wanted]


def given_places(tensors: Sequence[Any], arguments: Any) -> list[Place]:
    """What a function may write to in its arguments: the tensors, then the lists, dicts, sets and users' objects, in an
    order that their structure gives.
    """
    found: dict[int, Place] = {}

    def walk(value: Any) -> None:
        own = Object.of(value)
        if own is not None or isinstance(value, CONTAINERS):
            if id(value) in found:
                return
            found[id(value)] = Contents("an argument", value if own is None else value.__dict__)
        for part in parts(own or value) or ():
            walk(part)

    walk(arguments)
    return [*(Elements("an argument", t) for t in tensors), *found.values()]
