"""`if` and the conditional expression at run time, and how two branches become one `cond`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from paddlelite.capture import Capture, Frame
from paddlelite.dtypes import bool_
from paddlelite.mode import mode
from paddlelite.ops.control import join_branches
from paddlelite.refusal import go_on
from paddlelite.tensor.tensor import Tensor
from paddlelite.weak import weaken

from ..blame import certainly_read, two_values
from ..merge import Mismatch, Pairing, fill, stand_in
from ..state import UNBOUND, Cell, Journal, Place, StateClosure, journaled, note, places, reads_unknown
from ..symbolic import (
    both,
    decided,
    either,
    is_symbolic,
    mark_unsure,
    negate,
    predicate,
    refuse,
    within,
)

__all__ = ["choose", "if_", "ifexp", "truth"]

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
        return _both(
            predicate(test),
            places(state, names),
            own,
            lambda taken: [place for place in own if place.name in certainly_read(taken)],
        )
    return _BODY if test else _ORELSE


def ifexp(test: Any, then: Callable[[], Any], otherwise: Callable[[], Any]) -> Any:
    """`then() if test else otherwise()`."""
    if is_symbolic(test):
        return choose(predicate(test), then, otherwise, inside=(then, otherwise))
    return then() if test else otherwise()


def truth(test: Any) -> Any:
    """A condition that must be Python's, because the code around it suspends the function."""
    if is_symbolic(test):
        raise refuse("this condition depends on a tensor, but an operand of it yields or awaits")
    return test


def choose(
    test: Tensor, then: Callable[[], Any], otherwise: Callable[[], Any], inside: Iterable[Callable[[], Any]]
) -> Any:
    """The value of one of two thunks, each run in a branch of its own. `inside` are the user's thunks they call."""
    value = _Value("the value")
    watched = [value, *(cell for thunk in inside for cell in cells_of(thunk))]
    for taken in _both(test, watched, watched, lambda taken: cells_of(then if taken else otherwise)):
        value.put(then() if taken else otherwise())
    return value.get()


def cells_of(thunk: Callable[..., Any]) -> list[Place]:
    """The variables of the running call that an expression reads or binds."""
    cells = zip(thunk.__code__.co_freevars, thunk.__closure__ or (), strict=True)
    return [Cell(name, cell) for name, cell in cells]


class _Value(Place):
    """The value of an expression."""

    private = True

    @property
    def key(self) -> tuple[Any, ...]:
        return ("value", id(self))

    def get(self) -> Any:
        return self.__dict__.get("value", UNBOUND)

    def put(self, value: Any) -> None:
        self.__dict__["value"] = value


def _both(
    test: Tensor, merged: list[Place], watched: list[Place], read: Callable[[bool], list[Place]]
) -> Iterator[bool]:
    """Give True and False, recording what runs in between into two blocks; then merge.

    Of the `watched` variables the first branch must not show in the second; the `merged` ones are read later, and
    `read` gives those that a branch surely reads.
    """
    capture = mode.capture
    assert capture is not None
    decided("became a cond")
    done: list[tuple[Frame, Journal]] = []
    for taken in (True, False):
        with capture.inner() as frame, journaled(watched) as journal:
            journal.dead = reads_unknown(read(taken))
            if not journal.dead:
                yield taken
        done.append((frame, journal))
    _merge(capture, test, done, {place.key for place in merged})


def _merge(
    capture: Capture, test: Tensor, done: list[tuple[Frame, Journal]], merged: set[tuple[Any, ...]]
) -> None:
    (true_frame, true), (false_frame, false) = done
    merging = _Merging(test, true.dead, false.dead)
    templates: list[tuple[Place, Any]] = []
    for key in {**true.entries, **false.entries}:
        entry = true.entries.get(key) or false.entries[key]
        values = [j.entries[key].after if key in j.entries else entry.before for j in (true, false)]
        changed = any(entry.place.differs(value, entry.before) for value in values)
        if changed and (key in merged or not entry.place.private):
            templates.append((entry.place, merging.template(entry.place, entry.before, *values)))
    outs = []
    for side, (frame, _) in enumerate(done):
        with within(capture, frame):
            tensors = [pair.side(side) for pair in merging.pairing.pairs]
            frame.block.outputs = [capture.read(t) for t in tensors]
        outs.append(tensors)
    if outs[0] or true_frame.state or false_frame.state or true_frame.block.nodes or false_frame.block.nodes:
        results = join_branches(capture, test, [(true_frame, outs[0]), (false_frame, outs[1])])
    else:
        results = []
    for pair, result in zip(merging.pairing.pairs, results, strict=True):
        if pair.weak:
            weaken(result)
        if pair.bound is not None:
            mark_unsure(result, results[pair.bound])
    for place, template in templates:
        note(place)
        place.put(fill(template, results))


class _Merging:
    """Pairs the values of two branches."""

    def __init__(self, test: Tensor, true_dead: bool, false_dead: bool) -> None:
        self.test, self.dead = test, (true_dead, false_dead)
        self.pairing = Pairing()

    def template(self, place: Place, before: Any, one: Any, two: Any) -> Any:
        """The template of one place."""
        if self.dead[0] != self.dead[1]:  # the branch that raises gives no values
            one, two = (UNBOUND, two) if self.dead[0] else (one, UNBOUND)
        if _is_flag(one, before) and _is_flag(two, before) and one is not two:
            return _choose_flag(self.test, one, two)
        try:
            sure = self.dead[0] != self.dead[1]
            return self.pairing.unify(one, two, place.name, unsure=not sure, growing=place.grows)
        except Mismatch as problem:
            go_on(two_values(problem, place.name))
            return stand_in(before if one is UNBOUND else one)


def _is_flag(value: Any, before: Any) -> bool:
    """Whether a branch leaves True, False, or the bool tensor that was there before."""
    return isinstance(value, bool) or (value is before and isinstance(value, Tensor) and value.dtype is bool_)


def _choose_flag(test: Tensor, one: Any, two: Any) -> Any:
    """`one if test else two` of flags, without a branch."""
    if isinstance(one, bool):
        return either(test, two) if one else both(negate(test), two)
    return either(negate(test), one) if two else both(test, one)
