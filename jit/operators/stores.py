"""Writes to attributes and items at run time."""

from __future__ import annotations

from typing import Any

from paddlelite.nn.layer.layers import Layer
from paddlelite.staged.items import check_key
from paddlelite.staged.journal import note, recording
from paddlelite.staged.places import Attribute, Contents, Item, Place
from paddlelite.staged.replaced import replaces
from paddlelite.staged.symbolic import rewriting

from ..convert import class_attribute
from .reads import meet


def store_attr(value: Any, target: Any, name: str) -> None:
    """`target.name = value`."""
    _note_attribute(target, name)
    run = rewriting()
    if run is not None:
        run.guards.wrote(target, name)
    setattr(target, name, value)


replaces(setattr)(lambda target, name, value: store_attr(value, target, name))


@replaces(delattr)
def del_attr(target: Any, name: str) -> None:
    """`del target.name`."""
    _note_attribute(target, name)
    delattr(target, name)


def store_item(value: Any, target: Any, key: Any) -> None:
    """`target[key] = value`."""
    _note_item(target, key)
    target[key] = value


def del_item(target: Any, key: Any) -> None:
    """`del target[key]`."""
    _note_item(target, key, whole=True)
    del target[key]


def _note_attribute(target: Any, name: str) -> None:
    """Journal an attribute. (A property journals what it writes to itself.)"""
    meet(target)
    if recording() is not None and type(class_attribute(type(target), name)) is not property:
        note(_attribute(target, name))


def _attribute(target: Any, name: str) -> Place:
    """The place of an attribute: that in the object's own dict, if nothing else has a say."""
    called, kind = f"{_called(target)}.{name}", type(target)
    own = getattr(target, "__dict__", None)
    plain = kind.__setattr__ == object.__setattr__ and type(own) is dict and not hasattr(kind, name)  # type: ignore[comparison-overlap]
    return Item(called, own, name) if plain else Attribute(called, target, name)


def _called(target: Any) -> str:
    return "self" if isinstance(target, Layer) else type(target).__name__


def _note_item(target: Any, key: Any, whole: bool = False) -> None:
    """Journal one key of a dict, or all of it or of a list. (Tensors keep a journal of their own in the capture.)"""
    meet(target)
    check_key(target, key)
    if recording() is None or not isinstance(target, (dict, list)):
        return
    if isinstance(key, (int, str)) and not whole and not isinstance(target, list):
        note(Item(f"{_called(target)}[{key!r}]", target, key))
    else:
        note(Contents(f"a {type(target).__name__}", target))
