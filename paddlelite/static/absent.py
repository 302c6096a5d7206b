"""What PaddlePaddle's static mode has and this package has not: each name says so, and what to do instead."""

from __future__ import annotations

from typing import Any, NoReturn

from ..errors import UnimplementedError

__all__ = ["refused"]


def refused(where: str, name: str, instead: str) -> Any:
    """A function (or class) of PaddlePaddle that raises UnimplementedError when it is called."""

    def function(*args: Any, **kwargs: Any) -> NoReturn:
        raise UnimplementedError(f"{where}.{name} is not supported: {instead}")

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"Refused: {instead}."
    return function
