"""`if` and the conditional expression at run time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ..state import StateClosure
from ..symbolic import is_symbolic, refuse

__all__ = ["if_", "ifexp", "truth"]

_BODY, _ORELSE = (True,), (False,)


def if_(test: Any, state: StateClosure, names: tuple[str, ...] | None) -> Iterable[bool]:
    """The branches to run: one for Python, both for a tensor."""
    if test is True:
        return _BODY
    if test is False:
        return _ORELSE
    if is_symbolic(test):
        from ..merge import branches

        return branches(test, state, names)
    return _BODY if test else _ORELSE


def ifexp(test: Any, then: Callable[[], Any], otherwise: Callable[[], Any]) -> Any:
    """`then() if test else otherwise()`."""
    if is_symbolic(test):
        from ..merge import choose

        return choose(test, then, otherwise)
    return then() if test else otherwise()


def truth(test: Any) -> Any:
    """A condition that must be Python's, because the code around it suspends the function."""
    if is_symbolic(test):
        raise refuse("this condition depends on a tensor, but an operand of it yields or awaits")
    return test
