"""The .meta file of a layer saved with `combine_params=True`: the values of its `to_static(property=True)` methods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from paddlelite.errors import InvalidArgumentError

from .wire import Message, many, message, one

__all__ = ["encoded"]


@message
class Property(Message):
    name: str = one(1, "text", required=True)
    type: int = one(2, "enum", required=True)
    f: float | None = one(3, "float")
    i: int | None = one(4, "int64")
    s: str | None = one(5, "text")
    floats: list[float] = many(7, "float")
    ints: list[int] = many(8, "int64")
    strings: list[str] = many(9, "text")


@message
class Properties(Message):
    entries: list[Property] = many(1, Property)


#: Of the type of a value, or of the first of a list: the field that it is in, and the number of its type.
_SINGLE = {float: ("f", 1), int: ("i", 2), bool: ("i", 2), str: ("s", 3)}
_MANY = {float: ("floats", 6), int: ("ints", 7), bool: ("ints", 7), str: ("strings", 8)}


def encoded(values: Mapping[str, Any]) -> bytes:
    """The file's bytes. Raises InvalidArgumentError for what is no number, string or list of such of one type.

    >>> encoded({"Net.depth": 5}).hex()
    '0a0f0a094e65742e646570746810022005'
    """
    return Properties(entries=[_entry(name, value) for name, value in values.items()]).encode()


def _entry(name: str, value: Any) -> Property:
    several = isinstance(value, (list, tuple)) and value
    kinds = {type(item) for item in value} if several else {type(value)}
    found = (_MANY if several else _SINGLE).get(kinds.pop()) if len(kinds) == 1 else None
    if found is None:
        raise InvalidArgumentError(
            f"the property {name} is {value!r}; a file holds numbers, strings and lists of one kind of them."
        )
    field, number = found
    return Property(name=name, type=number, **{field: list(value) if several else value})
