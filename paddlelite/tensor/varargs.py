"""Lists of integers given one by one: ``x.reshape(2, 3)`` for ``x.reshape([2, 3])``, as PaddlePaddle 3 takes them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

__all__ = ["one_by_one"]


def one_by_one(place: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let the positional argument ``place`` of a function, a list of integers, be given as several arguments."""

    def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
        after = place + 1

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            if len(args) > after and type(args[after]) is int and type(args[place]) is int:
                end = after + 1
                while end < len(args) and type(args[end]) is int:
                    end += 1
                args = (*args[:place], list(args[place:end]), *args[end:])
            return function(*args, **kwargs)

        return call

    return wrap
