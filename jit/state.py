"""The state of a running function: its variables as closure cells.

Rewritten code makes one closure over all names that branches and loops may bind (`_jit_state = lambda: (x, y)`).
The cells of that closure *are* the variables of the running call, so an operator can read, set and unbind them from
outside. Names declared `global` are found in the module's dictionary.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["UNBOUND", "StateClosure", "flag_set", "get", "put"]

StateClosure = Callable[[], Any]


class _Unbound:
    """Stands for a name without a value inside the operators only; user code never sees it."""

    def __repr__(self) -> str:
        return "<unbound>"


UNBOUND = _Unbound()


def get(state: StateClosure, name: str) -> Any:
    """The present value of a variable, or UNBOUND."""
    code = state.__code__
    if name not in code.co_freevars:
        return state.__globals__.get(name, UNBOUND)
    try:
        return state.__closure__[code.co_freevars.index(name)].cell_contents
    except ValueError:
        return UNBOUND


def put(state: StateClosure, name: str, value: Any) -> None:
    """Bind a variable, or unbind it with UNBOUND."""
    code = state.__code__
    if name not in code.co_freevars:
        state.__globals__.pop(name, None) if value is UNBOUND else state.__globals__.__setitem__(name, value)
        return
    cell = state.__closure__[code.co_freevars.index(name)]
    if value is not UNBOUND:
        cell.cell_contents = value
    elif get(state, name) is not UNBOUND:
        del cell.cell_contents


def flag_set(state: StateClosure, flags: tuple[str, ...]) -> Any:
    """Whether one of the loop's flags is set: a bool, or a tensor."""
    found: Any = False
    for flag in flags:
        value = get(state, flag)
        if value is True:
            return True
        if value is not False and value is not UNBOUND:
            found = value if found is False else found.logical_or(value)
    return found
