"""The rounds of a loop that a tensor ends: its body is recorded, once or until what it carries has one type."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..capture import Frame, replay
from ..mode import mode
from ..ops.control import close_loop, close_while, open_loop
from ..tensor.creation import to_tensor
from ..tensor.tensor import Tensor
from .branches import cells_of, users_functions
from .carry import Carried
from .iterables import Source
from .journal import Journal, note, reads_unknown, recorded
from .merge import Pair
from .places import Own, Place
from .symbolic import both, decided, negate, predicate, refuse

#: How often a body is recorded before giving up: each attempt widens what is carried.
MOST_ATTEMPTS = 30


def rounds(
    more: Callable[[], Any], kept: list[Place], seen: Sequence[Place], read: Callable[[], list[Place]]
) -> Iterator[None]:
    """Let the body run once (or until the carried types no longer change) and record it as a loop.

    The places that are `kept` are carried; what else of those `seen` the body changes is undone. `read` gives the
    places that it surely reads.
    """
    capture: Any = mode.capture
    decided("became a while_loop")
    carried = Carried(kept)
    written: list[Tensor] = []
    if reads_unknown(read):
        return
    guess = True
    for attempt in itertools.count():
        if attempt > MOST_ATTEMPTS:
            raise refuse("the types that this loop carries keep changing from round to round")
        with recorded([*carried.places, *seen]) as body:
            params = open_loop(capture, body.frame, carried.specs, written)
            for pair, param in zip(carried.pairing.pairs, params, strict=True):
                capture.sharing.may_be(param, pair.sides[0])  # in the first round
            carried.place(params)
            body.unknown = carried.unknown if guess else frozenset()
            yield
            settled = _settle(capture, carried, body, written)
        if settled and not body.skipped:
            break
        guess = not settled
    test = _test_block(capture, carried, more, written)
    with capture.sharing.unchecked():
        results = close_while(capture, carried.start(), written, test, body.frame)
    _share(capture, carried.pairing.pairs, params, results, body.frame)
    for place, value in carried.values(results):
        note(place, surely=False)
        place.put(value)
    carried.forget()
    carried.share()


def _share(capture: Any, pairs: list[Pair], params: list[Any], results: list[Tensor], body: Frame) -> None:
    """Note which tensors the results of the loop that was just appended may be."""
    loop = capture.frame.block.nodes[-1]
    some = lambda: replay(loop.attrs["cond_block"], [*loop.inputs[0], *loop.inputs[1]])[0]
    wrote = lambda tensor: (
        id(tensor) in body.state and body.state[id(tensor)] is not body.initial.get(id(tensor))
    )
    for pair, param, result in zip(pairs, params, results, strict=True):
        if pair.final:
            continue
        start, after = pair.sides
        others = capture.sharing.roots(after) if isinstance(after, Tensor) else []
        before = capture.sharing.kin(start) if isinstance(start, Tensor) else []
        for other in others:
            new = not any(other is each for each in before)
            if wrote(other) or (wrote(param) and new):
                raise refuse(
                    "a loop on a tensor writes in place to a tensor that another variable is, too, in some rounds",
                    "Write to a clone() of it.",
                )
            capture.sharing.may_be(result, other, some if other is after else None)
        fresh = not others or others[0] is after
        capture.sharing.may_be(result, start, (lambda: negate(some())) if fresh else None)


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


def counted(
    source: Source,
    stopped: Callable[[], Any],
    kept: list[Place],
    seen: Sequence[Place] = (),
    read: Callable[[], list[Place]] = list,
) -> Iterator[Any]:
    """The items of something whose length is known only when the graph runs, until it is `stopped`; see `rounds`."""
    source.begin()
    position = Own("the loop's position", 0)
    more = lambda: both(negate(stopped()), source.more(position.get()))
    for _ in rounds(more, [*kept, position], seen, read):
        item = source.item(position.get())
        position.put(position.get() + 1)
        yield item


def repeated(
    test: Callable[..., Any],
    body: Callable[..., Any],
    start: list[Tensor],
    inside: Sequence[Callable[..., Any]],
) -> list[Tensor]:
    """`values = body(*values)`, from `start`, while `test(*values)` holds. `inside`: the user's functions they call."""
    values = Own("loop_vars", start)
    seen = [cell for function in users_functions(*inside) for cell in cells_of(function)]
    for _ in rounds(lambda: test(*values.get()), [values, *seen], seen, list):
        values.put(body(*values.get()))
    return values.get()


def fold(source: Source, first: Any, step: Callable[[Any, Any], Any]) -> Any:
    """`first` and then, for each item of the source, `step(total, item)`."""
    total = Own("what this call adds up", first)
    for item in counted(source, lambda: False, [total]):
        total.put(step(total.get(), item))
    return total.get()
