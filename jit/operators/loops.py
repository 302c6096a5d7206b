"""`if`, while and for at run time."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from paddlelite.errors import user_line
from paddlelite.mode import mode
from paddlelite.staged.branches import Branch, both_branches
from paddlelite.staged.iterables import counter, source_of, taken
from paddlelite.staged.places import UNBOUND, Place, StateClosure, places
from paddlelite.staged.rounds import counted, rounds
from paddlelite.staged.symbolic import either, in_graph, is_symbolic, negate, predicate, refuse

from ..blame import certainly_read
from .logic import both_

_BODY, _ORELSE = (True,), (False,)


def if_(test: Any, state: StateClosure, names: tuple[str, ...] | None) -> Iterable[bool | Branch]:
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


#: A loop that Python runs may put so many operations into the graph without a word.
MOST_UNROLLED = 5000

Names = tuple[str, ...]


def while_(test: Callable[[], Any], state: StateClosure, names: Names | None, stop: Names) -> Iterator[None]:
    """One item per round, as long as no flag of `stop` is set and `test()` holds."""
    graph = _Growth()
    while True:
        start = len(graph.nodes)
        more = _goes_on(test, state, stop)
        if in_graph(more):
            del graph.nodes[start:]  # the test was tried to see what it is
            yield from rounds(lambda: _goes_on(test, state, stop), *_carried(state, names))
            return
        if not more:
            return
        yield
        graph.look()


def _goes_on(test: Callable[[], Any], state: StateClosure, stop: Names) -> Any:
    """Whether another round follows: no flag is set, and then the test holds."""
    stopped = flag_set(state, stop) if stop else False
    if stopped is False:
        holds = test()
        return predicate(holds) if isinstance(holds, list) and is_symbolic(holds) else holds
    return both_(negate(stopped), test)


def for_(iterable: Any, state: StateClosure, names: Names | None, stop: Names) -> Iterable[Any]:
    """The items of `iterable`, until a flag of `stop` is set. A Python iterable without flags is itself."""
    source = source_of(iterable)
    if source is not None:
        return counted(source, lambda: flag_set(state, stop), *_carried(state, names))
    if in_graph(iterable):
        iterable = [iterable[i] for i in range(iterable.dims[0])]
    if stop:
        return _until(iterable, state, names, stop)
    return iterable if mode.capture is None else _watched(iterable)


def _carried(state: StateClosure, names: Names | None) -> tuple[Any, ...]:
    """What a loop that becomes one of the graph carries, what else it may change, and what it surely reads."""
    if names is None:
        raise refuse("a loop on a tensor cannot suspend the function (yield, await) in its body")
    seen = places(state)
    return places(state, names), seen, lambda: read_of(seen)


def _until(iterable: Iterable[Any], state: StateClosure, names: Names | None, stop: Names) -> Iterator[Any]:
    """A Python iterable with flags. Once a flag is a tensor, each further round is a branch of its own."""
    items = iter(iterable)
    for item in _watched(items):
        yield item
        stopped = flag_set(state, stop)
        if stopped is True:
            return
        if stopped is not False:
            endless = counter(items)
            if endless is None:
                yield from _masked(taken(items), state, names, stop)
            else:
                yield from counted(endless, lambda: flag_set(state, stop), *_carried(state, names))
            return


def _masked(items: list[Any], state: StateClosure, names: Names | None, stop: Names) -> Iterator[Any]:
    for item in items:
        for goes_on in if_(negate(flag_set(state, stop)), state, names):
            if goes_on:
                yield item


def _watched(items: Iterable[Any]) -> Iterator[Any]:
    """The items, with one warning when going through them makes a large graph."""
    graph = _Growth()
    for item in items:
        yield item
        graph.look()


class _Growth:
    """How much a loop that Python runs adds to the graph."""

    def __init__(self) -> None:
        capture = mode.capture
        self.nodes: list[Any] = [] if capture is None else capture.frame.block.nodes
        self.start, self.rounds, self.warned = len(self.nodes), 0, False

    def look(self) -> None:
        """Call this after each round."""
        self.rounds += 1
        added = len(self.nodes) - self.start
        if added > MOST_UNROLLED and self.rounds > 1 and not self.warned:
            self.warned = True
            file, line = user_line()
            warnings.warn(
                f"{file}:{line}: this loop is run by Python and has put {added} operations into the graph in "
                f"{self.rounds} rounds. Make its bound a tensor to have a loop in the graph.",
                stacklevel=2,
            )


def flag_set(state: StateClosure, flags: tuple[str, ...]) -> Any:
    """Whether one of the loop's flags is set: a bool, or a tensor."""
    found: Any = False
    for place in places(state, flags):
        value = place.get()
        if value is True:
            return True
        if value is not UNBOUND:
            found = either(found, value)
    return found
