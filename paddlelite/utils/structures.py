"""Nested lists, tuples and dicts: as flat lists and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ..errors import InvalidArgumentError

__all__ = ["flatten", "map_structure", "pack_sequence_as"]


def _is_nested(value: Any) -> bool:
    return isinstance(value, (list, tuple, dict))


def _parts(value: Any) -> list[Any]:
    """What a structure is made of; dicts in the order of their sorted keys."""
    return [value[key] for key in sorted(value)] if isinstance(value, dict) else list(value)


def _rebuilt(like: Any, parts: list[Any]) -> Any:
    if isinstance(like, dict):
        by_key = dict(zip(sorted(like), parts))
        return type(like)((key, by_key[key]) for key in like)
    if isinstance(like, tuple) and hasattr(like, "_fields"):
        return type(like)(*parts)
    return type(like)(parts)


def flatten(nest: Any) -> list[Any]:
    """The leaves of a structure; of a dict in the order of its sorted keys.

    >>> import paddlelite as paddle
    >>> paddle.utils.flatten({"b": [1, (2, 3)], "a": 0})
    [0, 1, 2, 3]
    """
    return [leaf for part in _parts(nest) for leaf in flatten(part)] if _is_nested(nest) else [nest]


def pack_sequence_as(structure: Any, flat_sequence: Any) -> Any:
    """The leaves ``flat_sequence`` in the form of ``structure``.

    Raises ValueError if they are not as many.

    >>> import paddlelite as paddle
    >>> paddle.utils.pack_sequence_as({"b": [0, (0, 0)], "a": 0}, [1, 2, 3, 4])
    {'b': [2, (3, 4)], 'a': 1}
    """
    leaves = list(flat_sequence)
    wanted = len(flatten(structure))
    if wanted != len(leaves):
        raise InvalidArgumentError(f"the structure has {wanted} leaves, but the sequence has {len(leaves)}")
    return _filled(structure, iter(leaves))


def _filled(structure: Any, leaves: Iterator[Any]) -> Any:
    if not _is_nested(structure):
        return next(leaves)
    return _rebuilt(structure, [_filled(part, leaves) for part in _parts(structure)])


def map_structure(func: Callable[..., Any], *structures: Any) -> Any:
    """``func`` of the leaves of structures of one form, in that form.

    Raises ValueError if they have different forms.

    >>> import paddlelite as paddle
    >>> paddle.utils.map_structure(lambda x, y: x + y, [1, {"a": 2}], [3, {"a": 4}])
    [4, {'a': 6}]
    """
    first = structures[0]
    for other in structures[1:]:
        _check_same(first, other)
    return pack_sequence_as(first, [func(*leaves) for leaves in zip(*map(flatten, structures))])


def _check_same(one: Any, other: Any) -> None:
    keys = lambda value: sorted(value) if isinstance(value, dict) else len(value)
    if _is_nested(one) != _is_nested(other) or (
        _is_nested(one) and (isinstance(one, dict) != isinstance(other, dict) or keys(one) != keys(other))
    ):
        raise InvalidArgumentError(f"the structures have different forms: {one!r} and {other!r}")
    if _is_nested(one):
        for mine, theirs in zip(_parts(one), _parts(other)):
            _check_same(mine, theirs)
