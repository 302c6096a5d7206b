"""Which functions have a version that knows tensors (or lists in graphs), by object."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

#: What rewritten code calls in place of a function or class.
REPLACED: dict[Any, Callable[..., Any]] = {}


def replaces(target: Any, when: Callable[[Any], Any] | None = None) -> Callable[[Any], Any]:
    """Have rewritten code call the decorated function in place of `target`, where `when` holds of an argument."""

    def decorate(ours: Any) -> Any:
        def chosen(*args: Any, **kwargs: Any) -> Any:
            known = when is None or any(map(when, (*args, *kwargs.values())))
            return (ours if known else target)(*args, **kwargs)

        REPLACED[target] = ours if when is None else chosen
        return ours

    return decorate
