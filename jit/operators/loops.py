"""while and for at run time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..state import StateClosure, flag_set
from ..symbolic import is_symbolic
from .logic import not_

__all__ = ["for_", "while_"]


def while_(
    test: Callable[[], Any], state: StateClosure, names: tuple[str, ...] | None, stop: tuple[str, ...]
) -> Iterator[None]:
    """One item per round, as long as `test()` holds and no flag of `stop` is set."""
    while True:
        more = _goes_on(test, state, stop)
        if is_symbolic(more):
            from ..merge import rounds

            yield from rounds(test, state, names, stop)
            return
        if not more:
            return
        yield


def _goes_on(test: Callable[[], Any], state: StateClosure, stop: tuple[str, ...]) -> Any:
    """Whether another round follows: no flag is set, and the test holds."""
    stopped = flag_set(state, stop) if stop else False
    return not_(stopped) if stopped is not False else test()


def for_(
    iterable: Any, state: StateClosure, names: tuple[str, ...] | None, stop: tuple[str, ...]
) -> Iterable[Any]:
    """The items of `iterable`, until a flag of `stop` is set. A Python iterable without flags is itself."""
    return _until(iterable, state, stop) if stop else iterable


def _until(iterable: Any, state: StateClosure, stop: tuple[str, ...]) -> Iterator[Any]:
    for item in iterable:
        yield item
        if flag_set(state, stop):
            return
