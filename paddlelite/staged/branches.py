"""Two branches of which a tensor decides: each is recorded into a block, what they leave is merged into a `cond`."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ..dtypes import bool_
from ..errors import CaptureError, PaddleError
from ..mode import mode
from ..nested import fill
from ..ops.control import join_branches
from ..refusal import note_problem
from ..tensor.tensor import Tensor
from ..weak import is_weak
from .blame import two_values
from .journal import Journal, align, learn, note, reads_unknown, recorded, share, undecided_places, watch
from .merge import Pairing
from .places import UNBOUND, Cell, Own, Place
from .symbolic import as_bool, choose_flag, decided, is_symbolic, negate, predicate, rewriting, within
from .undecided import Undecided, forked, known_value


def ifexp(test: Any, then: Callable[[], Any], otherwise: Callable[[], Any]) -> Any:
    """`then() if test else otherwise()`."""
    if is_symbolic(test):
        return choose(predicate(test), then, otherwise, inside=(then, otherwise))
    return then() if test else otherwise()


def choose(
    test: Tensor, then: Callable[[], Any], otherwise: Callable[[], Any], inside: Iterable[Callable[[], Any]]
) -> Any:
    """The value of one of two thunks, each run in a branch of its own. `inside` are the user's thunks they call."""
    value = Own("this expression")
    watched = [value, *(cell for thunk in inside for cell in cells_of(thunk))]
    for taken in both_branches(test, watched, watched, lambda taken: cells_of(then if taken else otherwise)):
        value.put(then() if taken else otherwise())
    return value.get()


def either_of(test: Tensor, true: Callable[[], Any], false: Callable[[], Any]) -> Any:
    """What one of two functions of the user's returns. What else they do is done in their branches only."""
    yes, no = lambda: rewriting().convert(true)(), lambda: rewriting().convert(false)()
    return choose(test, yes, no, inside=users_functions(true, false))


def users_functions(*functions: Callable[..., Any]) -> list[Callable[..., Any]]:
    """Those of some callables whose variables a call may change."""
    return [function for function in functions if isinstance(function, types.FunctionType)]


def chosen(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """A call with arguments that are one of two tensors, which have no one dtype and rank: in a branch for each.

    Functions and layers of paddle take anything that is one of two: None or a tensor, say.
    """
    apart = _is_undecided if _is_ours(function) else forked
    key: Any = next((k for k, arg in (*enumerate(args), *kwargs.items()) if apart(arg)), None)
    if key is None:
        return function(*args, **kwargs)
    fork = known_value(kwargs[key] if isinstance(key, str) else args[key])

    def with_(value: Any) -> Any:
        if isinstance(key, str):
            return chosen(function, *args, **{**kwargs, key: value})
        return chosen(function, *args[:key], value, *args[key + 1 :], **kwargs)

    try:
        value = choose(fork.test, lambda: with_(fork.one), lambda: with_(fork.two), inside=())
    except (PaddleError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, CaptureError) or forked(fork):
            raise
        raise note_problem(fork.problem) from error
    if forked(value):
        value.problem = fork.problem  # which tells of the user's own `if`
    return value


def _is_undecided(value: Any) -> bool:
    return type(known_value(value)) is Undecided


def _is_ours(function: Callable[..., Any]) -> bool:
    """Whether a function or layer is one of paddle's."""
    module = getattr(function, "__module__", None) or type(function).__module__
    return module.split(".")[0] == "paddlelite"


def cells_of(thunk: Callable[..., Any]) -> list[Place]:
    """The variables of the running call that an expression reads or binds."""
    cells = zip(thunk.__code__.co_freevars, thunk.__closure__ or (), strict=True)
    return [Cell(name, cell) for name, cell in cells]


@dataclass
class Branch:
    """One of an `if`'s two while it is being recorded: true for the first."""

    journal: Journal
    taken: bool

    def __bool__(self) -> bool:
        return self.taken


def both_branches(
    test: Tensor, merged: list[Place], watched: list[Place], read: Callable[[bool], list[Place]]
) -> Iterator[Branch]:
    """Give a true and a false Branch, recording what runs in between into two blocks; then merge.

    Of the `watched` variables the first branch must not show in the second; the `merged` ones are read later, and
    `read` gives those that a branch surely reads.
    """
    decided("became a cond")
    done: list[Journal] = []
    for taken in (True, False):
        with recorded([*watched, *undecided_places()]) as journal:
            journal.frame.fork = done
            journal.assume(test, taken)
            journal.dead = reads_unknown(lambda taken=taken: read(taken))  # type: ignore[misc]
            if not journal.dead:
                yield Branch(journal, taken)
        done.append(journal)
    _merge(test, done, {place.key for place in merged})


def _merge(test: Tensor, done: list[Journal], merged: set[tuple[Any, ...]]) -> None:
    capture: Any = mode.capture
    true, false = done
    align(true, false)
    pairing = Pairing(test, two_values, {**true.born, **false.born}, (true.as_after, false.as_after))
    sure = true.dead != false.dead  # a branch that raises gives no values
    templates: list[tuple[Place, Any, list[Any]]] = []
    for key in {**true.entries, **false.entries}:
        entry = true.entries.get(key) or false.entries[key]
        sides = [journal.entries.get(key) for journal in done]
        changed = any(side is not None and side.changed for side in sides)
        # A function that one side calls may have rebound what is else the analysis' own.
        place = next((s.place for s in sides if s is not None and not s.place.private), entry.place)
        if changed and (key in merged or not place.private):
            one, two = [entry.before if side is None else side.after for side in sides]
            if sure:
                one, two = (UNBOUND, two) if true.dead else (one, UNBOUND)
            if one is not two and _is_flag(one, entry.before) and _is_flag(two, entry.before):
                flag = choose_flag(test, one, two)
                templates.append((place, as_bool(flag) if is_weak(one) and is_weak(two) else flag, []))
            else:
                templates.append((place, pairing.at(place, one, two, sure), pairing.taken()))
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
    for pair, result in zip(pairing.pairs, results, strict=True):
        for side, condition in zip(pair.sides, (lambda: test, lambda: negate(test)), strict=True):
            if not pair.final:
                capture.sharing.may_be(result, side, condition)
    for place, template, shared in templates:
        note(place, surely=False)
        value = fill(template, results)
        place.put(value)
        if shared:
            share(*shared, value)
        watch(place, value)
    if sure:
        learn(test, false.dead)
    for one, two in pairing.partly:
        share(one.filled(results), two.filled(results))


def _is_flag(value: Any, before: Any) -> bool:
    """Whether a branch leaves True, False, or the bool tensor that was there before."""
    if type(value) is Undecided:
        return False
    return isinstance(value, bool) or (value is before and isinstance(value, Tensor) and value.dtype is bool_)
