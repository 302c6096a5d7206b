"""`match` at run time: patterns as matchers, which follow PEP 634 and may depend on tensors.

A matcher takes the subject and a dict for what its names stand for, and returns whether the pattern fits: a bool, or
a tensor.
"""

from __future__ import annotations

import collections.abc
import sys
from collections.abc import Callable
from typing import Any

from ..symbolic import as_bool, both, either, refuse
from .builtins import isinstance_
from .logic import is_

__all__ = ["capture", "equal", "fits", "guard", "instance", "mapping", "one_of", "same", "sequence", "star"]

Matcher = Callable[[Any, dict[str, Any]], Any]
Thunk = Callable[[], Any]

_MISSING = object()
#: Classes whose one positional pattern stands for the whole subject.
_WHOLE = (bool, bytearray, bytes, dict, float, frozenset, int, list, set, str, tuple)


def fits(subject: Any, matcher: Matcher, names: tuple[str, ...]) -> tuple[Any, tuple[Any, ...] | None]:
    """Whether the pattern fits, and (if it may) what its names stand for, in the order of `names`."""
    found: dict[str, Any] = {}
    result = matcher(subject, found)
    return result, None if result is False else tuple(found[name] for name in names)


def guard(test: Any) -> Any:
    """The truth of a guard."""
    return as_bool(test)


def equal(value: Thunk) -> Matcher:
    """A value pattern: `case 1`, `case Colour.RED`."""
    return lambda subject, found: guard(subject == value())


def same(value: Any) -> Matcher:
    """A singleton pattern: None, True or False."""
    return lambda subject, found: is_(subject, value)


def capture(inner: Matcher | None, name: str | None) -> Matcher:
    """`case pattern as name`, `case name` and `case _`."""

    def match(subject: Any, found: dict[str, Any]) -> Any:
        result = True if inner is None else inner(subject, found)
        if name is not None and result is not False:
            found[name] = subject
        return result

    return match


def one_of(matchers: tuple[Matcher, ...]) -> Matcher:
    """`case a | b`."""

    def match(subject: Any, found: dict[str, Any]) -> Any:
        result: Any = False
        for matcher in matchers:
            mine: dict[str, Any] = {}
            fitted = matcher(subject, mine)
            if fitted is False:
                continue
            if result is not False and any(found[name] is not mine[name] for name in mine):
                raise refuse(
                    "a tensor decides which alternative of this pattern fits, and its names stand for different values",
                    "Write one `case` for each alternative.",
                )
            found.update(mine)
            result = either(result, fitted)
            if result is True:
                break
        return result

    return match


def _all(tests: collections.abc.Iterable[Any]) -> Any:
    """Whether all hold; as in Python, nothing is asked after the first that surely does not."""
    result: Any = True
    for test in tests:
        result = both(result, test)
        if result is False:
            break
    return result


def sequence(matchers: tuple[Any, ...]) -> Matcher:
    """`case [a, *b, c]`."""
    starred = next((i for i, m in enumerate(matchers) if isinstance(m, _Star)), None)

    def match(subject: Any, found: dict[str, Any]) -> Any:
        if isinstance(subject, (str, bytes, bytearray)) or not isinstance(subject, collections.abc.Sequence):
            return False
        count = len(subject)
        if count != len(matchers) if starred is None else count < len(matchers) - 1:
            return False
        parts = list(subject) if starred is None or matchers[starred].name else subject
        if starred is not None:
            after = count - (len(matchers) - starred - 1)
            middle = parts[starred:after] if matchers[starred].name else None
            parts = [*parts[:starred], middle, *parts[after:]]
        return _all(m(part, found) for m, part in zip(matchers, parts, strict=True))

    return match


class _Star:
    """`*name` inside a sequence pattern."""

    def __init__(self, name: str | None) -> None:
        self.name = name

    def __call__(self, subject: Any, found: dict[str, Any]) -> bool:
        if self.name is not None:
            found[self.name] = subject
        return True


star = _Star


def mapping(keys: tuple[Thunk, ...], matchers: tuple[Matcher, ...], rest: str | None) -> Matcher:
    """`case {'k': a, **rest}`."""

    def match(subject: Any, found: dict[str, Any]) -> Any:
        if not isinstance(subject, collections.abc.Mapping):
            return False
        wanted = [key() for key in keys]
        values = [subject.get(key, _MISSING) for key in wanted]
        if any(value is _MISSING for value in values):
            return False
        if rest is not None:
            found[rest] = {key: subject[key] for key in subject if key not in wanted}
        return _all(m(value, found) for m, value in zip(matchers, values, strict=True))

    return match


def instance(
    cls: Thunk, by_position: tuple[Matcher, ...], names: tuple[str, ...], by_name: tuple[Matcher, ...]
) -> Matcher:
    """`case Class(a, k=b)`."""

    def match(subject: Any, found: dict[str, Any]) -> Any:
        kind = cls()
        if not isinstance(kind, type):
            named = "class" if sys.version_info >= (3, 12) else "type"  # in Python's own words
            raise TypeError(f"called match pattern must be a {named}")
        if not isinstance_(subject, kind):
            return False
        whole = issubclass(kind, _WHOLE) and not hasattr(kind, "__match_args__")
        attributes = () if whole else getattr(kind, "__match_args__", ())
        most = 1 if whole else len(attributes)
        if len(by_position) > most:
            given = f"{kind.__name__}() accepts {most} positional sub-pattern{'' if most == 1 else 's'}"
            raise TypeError(f"{given} ({len(by_position)} given)")
        parts = [subject] if whole and by_position else []
        wanted = (*attributes[: len(by_position) - len(parts)], *names)
        parts += [getattr(subject, attribute, _MISSING) for attribute in wanted]
        if any(part is _MISSING for part in parts):
            return False
        return _all(m(part, found) for m, part in zip((*by_position, *by_name), parts, strict=True))

    return match
