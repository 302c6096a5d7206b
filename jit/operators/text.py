"""f-strings and formatting at run time: what depends on tensors is put together when the graph runs."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from paddlelite.staged.text import depends
from paddlelite.staged.undecided import Text, known_value

_CONVERSIONS: dict[int, Callable[[Any], str]] = {ord("s"): str, ord("r"): repr, ord("a"): ascii}


def piece(value: Any, conversion: int, spec: Any) -> Any:
    """`{value!conversion:spec}` of an f-string."""
    return _made(_formatted, known_value(value), conversion, spec)


def _formatted(value: Any, conversion: int, spec: str) -> str:
    return format(value if conversion == -1 else _CONVERSIONS[conversion](value), spec)


_joined = "".join  # (one object: two texts are alike if their functions are the same)


def text(*pieces: Any) -> Any:
    """An f-string."""
    return _made(_joined, list(pieces))


def percent(left: str, right: Any) -> Any:
    """`left % right`."""
    return _made(operator.mod, left, right)


def _made(function: Callable[..., str], *args: Any) -> Any:
    return Text(function, *args) if any(map(depends, args)) else function(*args)


def method(target: Any) -> Callable[..., Any]:
    """The methods of strings that take any values: `format` and `join`."""

    def call(*args: Any, **kwargs: Any) -> Any:
        if target.__name__ == "join":
            args = (list(args[0]),)
        return _made(_called, target, args, kwargs)

    return call


def _called(target: Callable[..., str], args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    return target(*args, **kwargs)
