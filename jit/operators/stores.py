"""Writes to attributes and items at run time."""

from __future__ import annotations

from typing import Any

from ..state import Attribute, Contents, Item, Place, note, recording
from ..symbolic import rewriting
from .items import check_key, users_method, users_property
from .replaced import replaces


def store_attr(value: Any, target: Any, name: str) -> None:
    """`target.name = value`."""
    setter = users_property(target, name, "fset")
    if setter is not None:
        setter(value)
        return
    if recording() is not None:
        note(_attribute(target, name))
    run = rewriting()
    if run is not None:
        run.guards.wrote(target, name)
    setattr(target, name, value)


replaces(setattr)(lambda target, name, value: store_attr(value, target, name))


@replaces(delattr)
def del_attr(target: Any, name: str) -> None:
    """`del target.name`."""
    deleter = users_property(target, name, "fdel")
    if deleter is not None:
        deleter()
        return
    if recording() is not None:
        note(_attribute(target, name))
    delattr(target, name)


def store_item(value: Any, target: Any, key: Any) -> None:
    """`target[key] = value`."""
    check_key(target, key)
    if recording() is not None:
        _note_item(target, key)
    own = users_method(target, "__setitem__")
    if own is not None:
        own(key, value)
    else:
        target[key] = value


def del_item(target: Any, key: Any) -> None:
    """`del target[key]`."""
    check_key(target, key)
    if recording() is not None:
        _note_item(target, None)
    own = users_method(target, "__delitem__")
    if own is not None:
        own(key)
    else:
        del target[key]


def _attribute(target: Any, name: str) -> Place:
    """The place of an attribute: that in the object's own dict, if nothing else has a say."""
    called, kind = f"{_called(target)}.{name}", type(target)
    own = getattr(target, "__dict__", None)
    plain = kind.__setattr__ == object.__setattr__ and type(own) is dict and not hasattr(kind, name)  # type: ignore[comparison-overlap]
    return Item(called, own, name) if plain else Attribute(called, target, name)


def _called(target: Any) -> str:
    return "self" if hasattr(target, "_sub_layers") else type(target).__name__


def _note_item(target: Any, key: Any) -> None:
    """Journal one key of a dict or list, or all of it. (Tensors keep a journal of their own in the capture.)"""
    if not isinstance(target, (dict, list)):
        return
    if isinstance(key, (int, str)) and not isinstance(target, list):
        note(Item(f"{_called(target)}[{key!r}]", target, key))
    else:
        note(Contents(f"a {type(target).__name__}", target))
