"""`if` and the conditional expression at run time, and how two branches become one `cond`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from paddlelite.capture import Capture, Frame
from paddlelite.dtypes import bool_
from paddlelite.errors import CaptureError
from paddlelite.mode import mode
from paddlelite.ops.control import join_branches
from paddlelite.refusal import go_on, note_problem
from paddlelite.tensor.tensor import Tensor
from paddlelite.weak import is_weak, kinds_of, weaken

from ..blame import certainly_read, two_values
from ..merge import ONE_PATH, Mismatch, Pairing, fill, stand_in
from ..state import (
    UNBOUND,
    Cell,
    Contents,
    Journal,
    Place,
    StateClosure,
    align,
    freeze,
    journaled,
    note,
    places,
    reads_unknown,
)
from ..symbolic import (
    as_bool,
    choose_flag,
    decided,
    is_symbolic,
    mark_unsure,
    predicate,
    refuse,
    within,
)
from ..undecided import Undecided, known_value

__all__ = ["cells_of", "choose", "if_", "ifexp", "narrow", "read_of", "truth"]

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
            lambda taken: read_of(own, taken),
        )
    return _BODY if test else _ORELSE


def read_of(variables: list[Place], taken: bool = True) -> list[Place]:
    """Those of some variables that the branch (or the body of the loop) which begins now surely reads."""
    read = certainly_read(taken)
    return [place for place in variables if place.name in read]


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
        self.__dict__["value"] = known_value(value)


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
        with capture.inner() as frame, journaled([*watched, *undecided_places()]) as journal:
            journal.assume(test, taken)
            narrow(journal)
            journal.dead = reads_unknown(lambda taken=taken: read(taken))  # type: ignore[misc]
            if not journal.dead:
                yield taken
        done.append((frame, journal))
    _merge(capture, test, done, {place.key for place in merged})


def _merge(
    capture: Capture, test: Tensor, done: list[tuple[Frame, Journal]], merged: set[tuple[Any, ...]]
) -> None:
    (true_frame, true), (false_frame, false) = done
    align(true, false)
    merging = _Merging(test, true, false)
    templates: list[tuple[Place, Any]] = []
    for key in {**true.entries, **false.entries}:
        entry = true.entries.get(key) or false.entries[key]
        sides = [j.entries.get(key) for j in (true, false)]
        changed = any(side is not None and side.changed for side in sides)
        # A function that one side calls may have rebound what is else the analysis' own.
        place = next((s.place for s in sides if s is not None and not s.place.private), entry.place)
        if changed and (key in merged or not place.private):
            values = [entry.before if side is None else side.after for side in sides]
            _check_replaced(place, values, (true, false))
            templates.append((place, merging.template(place, entry.before, *values)))
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
            weaken(result, kinds_of(pair.one) | kinds_of(pair.two))
        if pair.bound is not None:
            mark_unsure(result, results[pair.bound])
    for container in merging.pairing.shared:
        freeze(container)
    for place, template in templates:
        note(place)
        value = fill(template, results)
        place.put(value)
        if merging.pairing.shared and type(value) is not Undecided:
            freeze(value)
        if type(value) is Undecided and not place.private:
            capture.__dict__.setdefault("undecided", []).append(place)


def undecided_places() -> list[Place]:
    """The attributes and items whose values are undecided."""
    return getattr(mode.capture, "undecided", [])


def narrow(journal: Journal) -> None:
    """Give undecided values the one they must be in the branch that begins."""
    for entry in journal.entries.values():
        value = known_value(entry.before)
        if value is not entry.before:
            entry.place.put(value)
            entry.narrowed = value


def _check_replaced(place: Place, values: list[Any], journals: tuple[Journal, Journal]) -> None:
    """Raises CaptureError where one branch changes a container and the other puts another one in its place."""
    if values[0] is values[1]:
        return
    for value, journal in zip(values, journals, strict=True):
        entry = journal.entries.get(("contents", id(value)))
        if entry is not None and entry.changed:
            raise refuse(
                f"one branch changes the elements of `{place.name}`, and the other puts another container in its place",
                "Change the elements in both (append, extend), or give it a new container in both.",
            )


class _Merging:
    """Pairs the values of two branches."""

    def __init__(self, test: Tensor, true: Journal, false: Journal) -> None:
        self.test, self.dead = test, (true.dead, false.dead)
        self.place: Place | None = None
        self.pairing = Pairing(test, self._blame, {**true.born, **false.born})

    def _blame(self, problem: Mismatch) -> CaptureError:
        assert self.place is not None
        return two_values(problem, self.place.name)

    def template(self, place: Place, before: Any, one: Any, two: Any) -> Any:
        """The template of one place."""
        if self.dead[0] != self.dead[1]:  # the branch that raises gives no values
            one, two = (UNBOUND, two) if self.dead[0] else (one, UNBOUND)
        if _is_flag(one, before) and _is_flag(two, before) and one is not two:
            flag = choose_flag(self.test, one, two)
            return as_bool(flag) if is_weak(one) and is_weak(two) else flag
        self.place = place
        sure = self.dead[0] != self.dead[1]
        half = one is UNBOUND or two is UNBOUND
        try:
            if half and not sure and place.owner is not None:
                raise Mismatch(place.name, one, two, ONE_PATH)
            if isinstance(place, Contents) and not half:
                return self.pairing.contents(one, two, place.name, place.grows)
        except Mismatch as problem:
            go_on(note_problem(self._blame(problem)))
            return stand_in(two if one is UNBOUND else one)
        return self.pairing.unify(one, two, place.name, unsure=not sure)


def _is_flag(value: Any, before: Any) -> bool:
    """Whether a branch leaves True, False, or the bool tensor that was there before."""
    if type(value) is Undecided:
        return False
    return isinstance(value, bool) or (value is before and isinstance(value, Tensor) and value.dtype is bool_)
