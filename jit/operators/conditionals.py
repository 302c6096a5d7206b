"""`if` and the conditional expression at run time, and how two branches become one `cond`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from paddlelite.dtypes import bool_
from paddlelite.mode import mode
from paddlelite.nested import fill
from paddlelite.ops.control import join_branches
from paddlelite.tensor.tensor import Tensor
from paddlelite.weak import is_weak

from ..blame import certainly_read, two_values
from ..merge import Pairing
from ..state import (
    UNBOUND,
    Cell,
    Journal,
    Own,
    Place,
    StateClosure,
    align,
    freeze,
    note,
    places,
    reads_unknown,
    recorded,
    undecided_places,
    watch,
)
from ..symbolic import as_bool, choose_flag, decided, is_symbolic, predicate, refuse, within
from ..undecided import Undecided, forked, known_value

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
        return _both(predicate(test), places(state, names), own, lambda taken: read_of(own, taken))
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
    value = Own("the value")
    watched = [value, *(cell for thunk in inside for cell in cells_of(thunk))]
    for taken in _both(test, watched, watched, lambda taken: cells_of(then if taken else otherwise)):
        value.put(then() if taken else otherwise())
    return value.get()


def chosen(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """A call with arguments that are one of two tensors, which have no one dtype and rank: in a branch for each."""
    key: Any = next((k for k, arg in (*enumerate(args), *kwargs.items()) if forked(arg)), None)
    if key is None:
        return function(*args, **kwargs)
    fork = known_value(kwargs[key] if isinstance(key, str) else args[key])

    def with_(value: Any) -> Any:
        if isinstance(key, str):
            return chosen(function, *args, **{**kwargs, key: value})
        return chosen(function, *args[:key], value, *args[key + 1 :], **kwargs)

    value = choose(fork.test, lambda: with_(fork.one), lambda: with_(fork.two), inside=())
    if forked(value):
        value.problem = fork.problem  # which tells of the user's own `if`
    return value


def cells_of(thunk: Callable[..., Any]) -> list[Place]:
    """The variables of the running call that an expression reads or binds."""
    cells = zip(thunk.__code__.co_freevars, thunk.__closure__ or (), strict=True)
    return [Cell(name, cell) for name, cell in cells]


def _both(
    test: Tensor, merged: list[Place], watched: list[Place], read: Callable[[bool], list[Place]]
) -> Iterator[bool]:
    """Give True and False, recording what runs in between into two blocks; then merge.

    Of the `watched` variables the first branch must not show in the second; the `merged` ones are read later, and
    `read` gives those that a branch surely reads.
    """
    decided("became a cond")
    done: list[Journal] = []
    for taken in (True, False):
        with recorded([*watched, *undecided_places()]) as journal:
            journal.assume(test, taken)
            journal.dead = reads_unknown(lambda taken=taken: read(taken))  # type: ignore[misc]
            if not journal.dead:
                yield taken
        done.append(journal)
    _merge(test, done, {place.key for place in merged})


def _merge(test: Tensor, done: list[Journal], merged: set[tuple[Any, ...]]) -> None:
    capture: Any = mode.capture
    true, false = done
    align(true, false)
    pairing = Pairing(test, two_values, {**true.born, **false.born})
    sure = true.dead != false.dead  # a branch that raises gives no values
    templates: list[tuple[Place, Any]] = []
    for key in {**true.entries, **false.entries}:
        entry = true.entries.get(key) or false.entries[key]
        sides = [journal.entries.get(key) for journal in done]
        changed = any(side is not None and side.changed for side in sides)
        # A function that one side calls may have rebound what is else the analysis' own.
        place = next((s.place for s in sides if s is not None and not s.place.private), entry.place)
        if changed and (key in merged or not place.private):
            one, two = values = [entry.before if side is None else side.after for side in sides]
            _check_replaced(place, values, done)
            if sure:
                one, two = (UNBOUND, two) if true.dead else (one, UNBOUND)
            if one is not two and _is_flag(one, entry.before) and _is_flag(two, entry.before):
                flag = choose_flag(test, one, two)
                templates.append((place, as_bool(flag) if is_weak(one) and is_weak(two) else flag))
            else:
                templates.append((place, pairing.at(place, one, two, sure)))
    frames: list[Any] = [journal.frame for journal in done]
    outs = []
    for side, frame in enumerate(frames):
        with within(capture, frame):
            outs.append([pair.side(side) for pair in pairing.pairs])
            frame.block.outputs = [capture.read(t) for t in outs[-1]]
    results: list[Tensor] = []
    if outs[0] or any(frame.state or frame.block.nodes for frame in frames):
        results = join_branches(capture, test, list(zip(frames, outs)))
    pairing.stand_for(results)
    for container in pairing.shared:
        freeze(container)
    for place, template in templates:
        note(place, surely=False)
        value = fill(template, results)
        place.put(value)
        if pairing.shared:
            freeze(value)
        watch(place, value)


def _check_replaced(place: Place, values: list[Any], journals: list[Journal]) -> None:
    """Raises CaptureError where one branch changes a container or object and the other puts another in its place."""
    if values[0] is values[1]:
        return
    for value, journal in zip(values, journals, strict=True):
        changes = [e.place for e in journal.entries.values() if e.place.owner is value and e.changed]
        if value is not None and changes:
            raise refuse(
                f"one branch changes the elements of `{place.name}`, and the other puts another container in its place",
                "Change the elements in both (append, extend), or give it a new container in both.",
            )


def _is_flag(value: Any, before: Any) -> bool:
    """Whether a branch leaves True, False, or the bool tensor that was there before."""
    if type(value) is Undecided:
        return False
    return isinstance(value, bool) or (value is before and isinstance(value, Tensor) and value.dtype is bool_)
