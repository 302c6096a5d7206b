"""What counts as a tensor whose value is not known while the graph is built."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..capture import Capture, Frame
from ..errors import user_line
from ..ir import Value
from ..mode import mode
from ..ops.check import assert_op
from ..ops.creation import assign
from ..ops.logic import logical_and, logical_or
from ..ops.unary import logical_not
from ..refusal import go_on, refuse
from ..tensor.creation import to_tensor
from ..tensor.tensor import Tensor
from ..weak import Number, weaken
from .undecided import Unbound, Undecided, known_value, spread


def is_symbolic(x: Any) -> bool:
    """Whether `x` is a tensor that the graph computes or is given, or a list whose length is such a tensor.

    So is a value that is one of two. A tensor made during the capture is known.
    """
    if type(x) is Undecided:
        return True
    if isinstance(x, list):
        return getattr(x, "array", None) is not None
    return isinstance(x, Tensor) and mode.capture is not None and not mode.capture.is_constant(x)


def in_graph(x: Any) -> bool:
    """Whether `x` is any tensor while a graph is built: a loop on it is to be a loop of the graph."""
    return type(x) is not Undecided and isinstance(x, Tensor) and mode.capture is not None


def rewriting() -> Any:
    """The capture that rewrites what is called, if one is running."""
    return mode.capture if mode.capture is not None and mode.capture.convert is not None else None


def predicate(x: Any) -> Tensor:
    """A tensor with one element, a list of unknown length, or a value that is one of two, as a 0-D bool tensor."""
    if type(x) is Undecided:
        truth = spread(x, lambda value: predicate(value) if is_symbolic(value) else bool(value))
        return truth if isinstance(truth, Tensor) else to_tensor(truth)
    if isinstance(x, list):
        x = x.length() > 0  # type: ignore[attr-defined]
    known = [d for d in x.dims if isinstance(d, int) and d != 1]
    if known:
        size = " × ".join(map(str, x.dims))
        go_on(refuse(f"the truth value of a tensor with {size} elements is ambiguous", "Use any() or all()."))
        x = x.astype("bool").any()
    if x.dims:
        x = x.reshape([])
    return x if x.dtype.name == "bool" else x.astype("bool")


@contextmanager
def within(capture: Capture, frame: Frame) -> Iterator[None]:
    """Append to the block of `frame` for a while."""
    around, capture.frame = capture.frame, frame
    try:
        yield
    finally:
        capture.frame = around


def mark_unsure(value: Any, bound: Any) -> None:
    """Note that `value` stands for a variable that has a value only where the bool tensor `bound` is true."""
    value.bound = bound


def bound_of(value: Any) -> Any:
    """Whether a variable has the value that stands for it: True, or the bool tensor that says so."""
    return getattr(value, "bound", True) if issubclass(type(value), Value) else True


def check_sure(value: Any, error: NameError) -> Any:
    """`value`, read where Python may find the variable unbound: then the graph raises `error` when it comes there."""
    value = known_value(value)
    missing = type(value) is Undecided and type(value.two) is Unbound
    parts = value if not is_symbolic(value) and isinstance(value, (list, tuple)) else (value,)
    bound = value.test if missing else next((b for b in map(bound_of, parts) if b is not True), True)
    if bound is not True:
        assert_op(bound, [], error=error)
    return value.one if missing else value


def negate(x: Any) -> Any:
    """`not x` of a bool or a tensor."""
    if not is_tensor(x):
        return not x
    test = predicate(x)
    result = logical_not(test)
    imply(result, True, (test, False))
    imply(result, False, (test, True))
    return result


def as_bool(x: Any) -> Any:
    """`bool(x)`: of a tensor, a Python bool that the graph computes."""
    if not is_tensor(x):
        return bool(x)
    test = predicate(x)
    if isinstance(test, Number):
        return test
    result = weaken(assign(test))
    for truth in (True, False):
        imply(result, truth, (test, truth))
    return result


def is_tensor(x: Any) -> bool:
    """Whether a truth is known only when the graph runs."""
    return type(x) is Undecided or isinstance(x, Tensor) or (isinstance(x, list) and is_symbolic(x))


def imply(result: Any, truth: bool, *facts: tuple[Any, bool]) -> None:
    """Note what is known of other bool tensors in a branch where `result` is `truth`."""
    if isinstance(result, Value):
        result.__dict__.setdefault("implies", {True: (), False: ()})[truth] += facts


def choose_flag(test: Any, one: Any, two: Any) -> Any:
    """`one if test else two` of bools and bool tensors, without a branch."""
    if isinstance(one, bool):
        return either(test, two) if one else both(negate(test), two)
    if isinstance(two, bool):
        return either(negate(test), one) if two else both(test, one)
    return either(both(test, one), both(negate(test), two))


def both(x: Any, y: Any) -> Any:
    """`x and y` of bools or tensors that are known already."""
    return _joined(logical_and, x, y, True)


def either(x: Any, y: Any) -> Any:
    """`x or y` of bools or tensors that are known already."""
    return _joined(logical_or, x, y, False)


def _joined(op: Any, x: Any, y: Any, neutral: bool) -> Any:
    """The `and` (whose `neutral` is True) or `or` of two truths."""
    if not is_tensor(x) or not is_tensor(y):
        known, other = (y, x) if is_tensor(x) else (x, y)
        return other if bool(known) is neutral else not neutral
    one, two = predicate(x), predicate(y)
    result = op(one, two)
    imply(result, neutral, (one, neutral), (two, neutral))
    return result


def decided(what: str) -> None:
    """Note for `explain()` what became of the construct at the user's line."""
    if mode.capture is not None:
        mode.capture.decisions[user_line()] = what


def truth_of(value: Any) -> Any:
    """The truth of a value: a bool, or a bool tensor."""
    return predicate(value) if is_symbolic(value) else bool(value)
