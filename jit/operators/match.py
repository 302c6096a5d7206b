"""`match` at run time: patterns as matchers, which follow PEP 634 and may depend on tensors.

A matcher takes the subject and a dict for what its names stand for, and returns whether the pattern fits: a bool, or
a tensor.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from paddlelite.staged.builtins import isinstance_
from paddlelite.staged.symbolic import as_bool, both, either, refuse

from .logic import is_

Matcher = Callable[[Any, dict[str, Any]], Any]
Thunk = Callable[[], Any]

_MISSING = object()
#: How CPython marks the classes whose objects are sequences and mappings to patterns (`Py_TPFLAGS_SEQUENCE`).
_SEQUENCE, _MAPPING = 1 << 5, 1 << 6
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


class star:
    """`*name` inside a sequence pattern."""

    def __init__(self, name: str | None) -> None:
        self.name = name


def sequence(matchers: list[Any]) -> Matcher:
    """`case [a, *b, c]`."""
    at = next((i for i, m in enumerate(matchers) if isinstance(m, star)), None)
    inner = [capture(None, m.name) if isinstance(m, star) else m for m in matchers]

    def parts(subject: Any) -> list[Any] | None:
        if not subject.__class__.__flags__ & _SEQUENCE:
            return None
        more = len(subject) - len(matchers)
        if more != 0 if at is None else more < -1:
            return None
        if at is None:
            return list(subject)
        behind, wanted = at + more + 1, matchers[at].name is not None
        items = list(subject) if wanted else subject  # (what `*_` stands for is not read)
        return [*items[:at], items[at:behind] if wanted else None, *items[behind:]]

    return _of_parts(inner, parts)


def mapping(keys: list[Thunk], matchers: list[Matcher], rest: str | None) -> Matcher:
    """`case {'k': a, **rest}`."""

    def parts(subject: Any) -> list[Any] | None:
        if not subject.__class__.__flags__ & _MAPPING:
            return None
        wanted = [key() for key in keys]
        twice = [key for i, key in enumerate(wanted) if key in wanted[:i]]
        if twice:
            raise ValueError(f"mapping pattern checks duplicate key ({twice[0]!r})")
        values = [subject.get(key, _MISSING) for key in wanted]
        left = {} if rest is None else {key: subject[key] for key in subject if key not in wanted}
        return [*values, left]

    return _of_parts([*matchers, capture(None, rest)], parts)


def instance(cls: Thunk, by_position: list[Matcher], names: list[str], by_name: list[Matcher]) -> Matcher:
    """`case Class(a, k=b)`."""

    def parts(subject: Any) -> list[Any] | None:
        kind = cls()
        if not isinstance(kind, type):
            named = "class" if sys.version_info >= (3, 12) else "type"  # in Python's own words
            raise TypeError(f"called match pattern must be a {named}")
        if not isinstance_(subject, kind):
            return None
        whole = issubclass(kind, _WHOLE) and not hasattr(kind, "__match_args__")
        attributes = () if whole else getattr(kind, "__match_args__", ())
        if not isinstance(attributes, tuple):
            given = f"(got {type(attributes).__name__})"
            raise TypeError(f"{kind.__name__}.__match_args__ must be a tuple {given}")
        most = 1 if whole else len(attributes)
        if len(by_position) > most:
            given = f"{kind.__name__}() accepts {most} positional sub-pattern{'' if most == 1 else 's'}"
            raise TypeError(f"{given} ({len(by_position)} given)")
        itself = [subject] if whole and by_position else []
        wanted = (*attributes[: len(by_position) - len(itself)], *names)
        twice = [name for i, name in enumerate(wanted) if name in wanted[:i]]
        if twice:
            raise TypeError(f"{kind.__name__}() got multiple sub-patterns for attribute {twice[0]!r}")
        return [*itself, *(getattr(subject, attribute, _MISSING) for attribute in wanted)]

    return _of_parts([*by_position, *by_name], parts)


def _of_parts(matchers: list[Matcher], parts: Callable[[Any], list[Any] | None]) -> Matcher:
    """The pattern of a subject that is taken apart: one matcher for each part, of which none may be missing."""

    def match(subject: Any, found: dict[str, Any]) -> Any:
        taken = parts(subject)
        if taken is None or any(part is _MISSING for part in taken):
            return False
        result: Any = True
        for matcher, part in zip(matchers, taken, strict=True):
            result = both(result, matcher(part, found))
            if result is False:  # as in Python, nothing is asked after the first that surely does not fit
                break
        return result

    return match
