"""f-strings and formatting at run time: what depends on tensors is put together when the graph runs."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from paddlelite.staged.text import made_text
from paddlelite.staged.undecided import known_value

_CONVERSIONS: dict[int, Callable[[Any], str]] = {ord("s"): str, ord("r"): repr, ord("a"): ascii}


def piece(value: Any, conversion: int, spec: Any) -> Any:
    """`{value!conversion:spec}` of an f-string."""
    return made_text(_formatted, known_value(value), conversion, spec)


def _formatted(value: Any, conversion: int, spec: str) -> str:
    return format(value if conversion == -1 else _CONVERSIONS[conversion](value), spec)


_joined = "".join  # (one object: two texts are alike if their functions are the same)


def text(*pieces: Any) -> Any:
    """An f-string."""
    return made_text(_joined, list(pieces))


def percent(left: str, right: Any) -> Any:
    """`left % right`."""
    return made_text(operator.mod, left, right)


def method(target: Any) -> Callable[..., Any]:
    """The methods of strings that take any values: `format` and `join`."""

    def call(*args: Any, **kwargs: Any) -> Any:
        if target.__name__ == "join":
            args = (list(args[0]),)
        return made_text(_called, target, args, kwargs)

    return call


def _called(target: Callable[..., str], args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    return target(*args, **kwargs)
