"""Nested structures: lists, tuples, named tuples and dicts with tensors in them.

A *template* is a structure with a :class:`Hole` where a tensor (or what is made of tensors) goes; ``Leaf(i)`` is that
of the i-th tensor. Classes whose objects are structures too say what they are made of by ``__parts__()`` (None: of
nothing, just now) and ``__rebuilt__(parts)``.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, is_dataclass
from typing import Any

import numpy as np

__all__ = [
    "Flat",
    "Hole",
    "Leaf",
    "Object",
    "fill",
    "flatten",
    "key_of",
    "keys",
    "mapped",
    "parts",
    "rebuilt",
]


def parts(value: Any) -> list[Any] | None:
    """What a structure consists of; None for anything that is not one."""
    own = getattr(type(value), "__parts__", None)  # by its true type: some objects stand for others
    if own is not None:
        return own(value)  # type: ignore[no-any-return]
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, (list, tuple)) else None


def keys(value: Any) -> list[Any]:
    """What the parts of a structure are called: keys, fields or numbers."""
    if issubclass(type(value), Object):
        return list(value.attributes)
    if issubclass(type(value), dict):
        return list(value)
    return list(getattr(type(value), "_fields", None) or range(len(parts(value) or ())))


def rebuilt(like: Any, new: list[Any]) -> Any:
    """A structure like another with new parts; itself when they are the same.

    >>> rebuilt({"a": (1, 2)}, [3])
    {'a': 3}
    """
    if all(a is b for a, b in zip(parts(like) or (), new, strict=True)):
        return like
    kind: Any = type(like)
    if hasattr(kind, "__rebuilt__"):
        return like.__rebuilt__(new)
    if isinstance(like, dict):
        made = copy.copy(like)  # a defaultdict keeps its default
        made.update(zip(like, new, strict=True))
        return made
    return kind(*new) if hasattr(kind, "_fields") else kind(new)


def mapped(function: Callable[[Any], Any], value: Any) -> Any:
    """``function`` of everything in a structure that is none itself.

    >>> mapped(abs, [-1, (2, -3)])
    [1, (2, 3)]
    """
    inner = parts(value)
    return function(value) if inner is None else rebuilt(value, [mapped(function, part) for part in inner])


class Hole:
    """A place in a template."""

    def filled(self, values: Sequence[Any]) -> Any:
        """What goes there, of the template's tensors."""
        raise NotImplementedError


@dataclass(frozen=True)
class Leaf(Hole):
    """The place of the i-th tensor."""

    index: int

    def filled(self, values: Sequence[Any]) -> Any:
        return values[self.index]


@dataclass
class Object(Hole):
    """The place of an object of a user's class: made anew, like ``like``, with other attributes."""

    like: Any
    attributes: dict[str, Any]

    @classmethod
    def of(cls, value: Any) -> Object | None:
        """A user's object with its attributes; None for what is no plain object of Python's own making."""
        kind = type(value)
        of_ours = kind.__module__.split(".")[0] == "paddlelite"
        if of_ours or any("__new__" in vars(base) for base in kind.__mro__[:-1]):
            return None
        own = getattr(value, "__dict__", None)
        return cls(value, dict(own)) if type(own) is dict and "_sub_layers" not in own else None

    def filled(self, values: Sequence[Any]) -> Any:
        new = object.__new__(type(self.like))
        new.__dict__.update({name: fill(part, values) for name, part in self.attributes.items()})
        return new

    def __parts__(self) -> list[Any]:
        return list(self.attributes.values())

    def __rebuilt__(self, new: list[Any]) -> Object:
        return Object(self.like, dict(zip(self.attributes, new, strict=True)))


def fill(template: Any, values: Sequence[Any], outside: set[int] | None = None) -> Any:
    """The template with tensors in its places.

    Lists, dicts, sets and arrays without such places stay the same objects; if it is said which are from ``outside``
    (their ids), only those do, and the others are made anew.

    >>> fill({"y": Leaf(1), "n": 3}, ["a", "b"])
    {'y': 'b', 'n': 3}
    """
    if issubclass(type(template), Hole):
        return template.filled(values)
    inner = parts(template)
    new = template if inner is None else rebuilt(template, [fill(part, values, outside) for part in inner])
    if new is template and outside is not None and isinstance(new, (list, dict, set, np.ndarray)):
        return new if id(new) in outside else copy.copy(new)
    return new


@dataclass
class Flat:
    """A structure as its ``template``, the tensors in it, where each stands, and what else is in it by its place."""

    template: Any = None
    tensors: list[Any] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    rest: dict[str, Any] = field(default_factory=dict)


def flatten(value: Any, is_tensor: Callable[[Any], bool], others: Sequence[Any] = ()) -> Flat:
    """Split a structure of lists, tuples, dicts and dataclasses into what counts as a tensor, and the rest. ``others``
    are tensors of another structure that come first.

    >>> flat = flatten([1, {"a": 2.5}], lambda part: isinstance(part, float))
    >>> flat.template, flat.paths, flat.rest
    ([1, {'a': Leaf(index=0)}], ['1_a'], {'0': 1})
    """
    flat = Flat(tensors=list(others))
    flat.template = _flat(value, "", flat, is_tensor)
    return flat


def _flat(value: Any, path: str, flat: Flat, is_tensor: Callable[[Any], bool]) -> Any:
    if is_tensor(value):
        flat.tensors.append(value)
        flat.paths.append(path)
        return Leaf(len(flat.tensors) - 1)
    kind: Any = type(value)
    whole = Object.of(value) if is_dataclass(kind) else value
    table = issubclass(kind, dict) and kind.__name__ in ("dict", "OrderedDict")
    if table or issubclass(kind, (list, tuple)) or (is_dataclass(kind) and whole is not None):
        inner = zip(keys(whole), parts(whole) or (), strict=True)
        new = [_flat(part, f"{path}_{k}" if path else str(k), flat, is_tensor) for k, part in inner]
        return new if issubclass(kind, list) else rebuilt(whole, new)
    flat.rest[path] = value
    return value


def key_of(template: Any) -> Any:
    """A hashable key of a template: equal keys mean equal structure and equal constants.

    Objects that are not plain values count as themselves; the key keeps them alive.

    >>> key_of([1, Leaf(0)]) == key_of([1, Leaf(0)]), key_of([0.0]) == key_of([-0.0])
    (True, False)
    """
    kind: Any = type(template)
    if kind is Leaf:
        return template
    if kind is Object:
        return (type(template.like), key_of(template.attributes))
    if issubclass(kind, dict):
        return (kind, *((k, key_of(v)) for k, v in template.items()))
    if kind in (list, tuple) or hasattr(kind, "_fields"):
        return (kind, *map(key_of, template))
    if kind in (bool, int, float, complex, str, bytes, type(None)):
        # 0.0 and -0.0 differ, nan is itself.
        return (kind, repr(template) if kind in (float, complex) else template)
    return _Identity(template)


class _Identity:
    """An object as a key: equal only to itself."""

    def __init__(self, target: Any) -> None:
        self.target = target

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and other.target is self.target

    def __hash__(self) -> int:
        return id(self.target)
