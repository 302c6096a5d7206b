"""`if` at run time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from paddlelite.staged.branches import both_branches
from paddlelite.staged.places import Place, StateClosure, places
from paddlelite.staged.symbolic import is_symbolic, predicate, refuse

from ..blame import certainly_read

_BODY, _ORELSE = (True,), (False,)


def if_(test: Any, state: StateClosure, names: tuple[str, ...] | None) -> Iterable[bool]:
    """The branches to run: one for Python, both for a tensor."""
    if test is True:
        return _BODY
    if test is False:
        return _ORELSE
    if is_symbolic(test):
        if names is None:
            raise refuse(
                "a branch on a tensor cannot suspend the function (yield, await)",
                "Compute the value in the branch, and yield it after.",
            )
        own = places(state)
        return both_branches(predicate(test), places(state, names), own, lambda taken: read_of(own, taken))
    return _BODY if test else _ORELSE


def read_of(variables: list[Place], taken: bool = True) -> list[Place]:
    """Those of some variables that the branch (or the body of the loop) which begins now surely reads."""
    read = certainly_read(taken)
    return [place for place in variables if place.name in read]


def truth(test: Any) -> Any:
    """A condition that must be Python's, because the code around it suspends the function."""
    if is_symbolic(test):
        raise refuse("this condition depends on a tensor, but an operand of it yields or awaits")
    return test
