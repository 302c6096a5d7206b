"""while and for at run time, and how a loop on a tensor becomes one `while_loop`."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from paddlelite.errors import user_line
from paddlelite.mode import mode
from paddlelite.ops.control import close_loop, close_while, open_loop
from paddlelite.tensor.creation import to_tensor
from paddlelite.tensor.tensor import Tensor

from ..carry import Carried
from ..state import UNBOUND, Journal, Own, Place, StateClosure, note, places, reads_unknown, recorded
from ..symbolic import both, decided, either, in_graph, is_symbolic, negate, predicate, refuse
from .conditionals import if_, read_of
from .iterables import Source, counter, source_of, taken
from .logic import and_

__all__ = ["fold", "for_", "while_"]

#: How often a body is recorded before giving up: each attempt widens what is carried.
MOST_ATTEMPTS = 30
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
            yield from _rounds(lambda: _goes_on(test, state, stop), state, names, [])
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
    return and_(negate(stopped), test)


def for_(iterable: Any, state: StateClosure, names: Names | None, stop: Names) -> Iterable[Any]:
    """The items of `iterable`, until a flag of `stop` is set. A Python iterable without flags is itself."""
    source = source_of(iterable)
    if source is not None:
        return _counted(source, state, names, stop)
    if in_graph(iterable):
        iterable = [iterable[i] for i in range(iterable.dims[0])]
    if stop:
        return _until(iterable, state, names, stop)
    return iterable if mode.capture is None else _watched(iterable)


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
            rest = _masked(taken(items), state, names, stop) if endless is None else None
            yield from rest or _counted(endless, state, names, stop)  # type: ignore[arg-type]
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


def _counted(
    source: Source, state: StateClosure, names: Names | None, stop: Names, *kept: Place
) -> Iterator[Any]:
    """A loop over something whose length is known only when the graph runs."""
    source.begin()
    position = Own("the loop's position", 0)

    def more() -> Any:
        stopped = flag_set(state, stop) if stop else False
        return both(negate(stopped), source.more(position.get()))

    for _ in _rounds(more, state, names, [position, *kept]):
        item = source.item(position.get())
        position.put(position.get() + 1)
        yield item


def fold(source: Source, first: Any, step: Callable[[Any, Any], Any]) -> Any:
    """`first` and then, for each item of the source, `step(total, item)`."""
    total = Own("the total", first)
    for item in _counted(source, lambda: None, (), (), total):
        total.put(step(total.get(), item))
    return total.get()


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


def _rounds(
    more: Callable[[], Any], state: StateClosure, names: Names | None, extra: list[Place]
) -> Iterator[None]:
    """Let the body run once (or until the carried types no longer change) and record it as a loop."""
    if names is None:
        raise refuse("a loop on a tensor cannot suspend the function (yield, await) in its body")
    capture: Any = mode.capture
    decided("became a while_loop")
    carried = Carried([*places(state, names), *extra])
    written: list[Tensor] = []
    if reads_unknown(lambda: read_of(places(state))):
        return
    guess = True
    for attempt in itertools.count():
        if attempt > MOST_ATTEMPTS:
            raise refuse("the types that this loop carries keep changing from round to round")
        with recorded([*carried.places, *places(state)]) as body:
            carried.place(open_loop(capture, body.frame, carried.specs, written))
            body.unknown = carried.unknown if guess else frozenset()
            yield
            settled = _settle(capture, carried, body, written)
        if settled and not body.skipped:
            break
        guess = not settled
    test = _test_block(capture, carried, more, written)
    results = close_while(capture, carried.start(), written, test, body.frame)
    for place, value in carried.values(results):
        note(place, surely=False)
        place.put(value)
    carried.forget()


def _settle(capture: Any, carried: Carried, body: Journal, written: list[Tensor]) -> bool:
    """Look at what the body did. True when it fits what was carried; else `carried` was widened for another try."""
    if body.dead:
        raise refuse("the body of a loop on a tensor always raises")
    outs = carried.after(body)
    if outs is None:
        return False
    new = close_loop(capture, body.frame, outs, written)
    written += new
    return not new


def _test_block(capture: Any, carried: Carried, more: Callable[[], Any], written: list[Tensor]) -> Any:
    with recorded(carried.places) as test:
        carried.place(open_loop(capture, test.frame, carried.specs, written))
        placed = {key: entry.place.get() for key, entry in test.entries.items()}
        result = more()
        holds = predicate(result if isinstance(result, Tensor) else to_tensor(bool(result)))
        changed = close_loop(capture, test.frame, [holds], written, True)
        if changed or any(e.place.differs(e.place.get(), placed.get(k)) for k, e in test.entries.items()):
            what = "the condition of a loop on a tensor changes something"
            raise refuse(what, "Change it in the loop's body.")
    return test.frame
