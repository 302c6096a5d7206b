"""Public functions on tensors, in files by PaddlePaddle's own names."""

from __future__ import annotations

from typing import Any

_ARRAYS = ("array_length", "array_read", "array_write", "create_array")


def __getattr__(name: str) -> Any:
    """``paddle.tensor``'s own functions; the others are ``paddle``'s."""
    if name in _ARRAYS:
        from . import array

        return getattr(array, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
