"""and, or, not, comparisons and membership at run time."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from paddlelite.dtypes import bool_
from paddlelite.mode import mode
from paddlelite.tensor.tensor import Tensor

from ..state import journaled
from ..symbolic import both, either, is_symbolic, negate, predicate
from .conditionals import choose

__all__ = ["and_", "chain", "in_", "not_", "not_in", "or_"]

Thunk = Callable[[], Any]


def and_(first: Any, *others: Thunk) -> Any:
    """`first and others[0]() and …`: the first operand that is false, else the last."""
    value = first
    for i, other in enumerate(others):
        if is_symbolic(value):
            right = _cheap(value, other)
            if right is None:
                return _lazy(value, other, others[i + 1 :], and_)
            value = both(value, right)
            continue
        if not value:
            return value
        value = other()
    return value


def or_(first: Any, *others: Thunk) -> Any:
    """`first or others[0]() or …`: the first operand that is true, else the last."""
    value = first
    for i, other in enumerate(others):
        if is_symbolic(value):
            right = _cheap(value, other)
            if right is None:
                return _lazy(value, other, others[i + 1 :], or_)
            value = either(value, right)
            continue
        if value:
            return value
        value = other()
    return value


#: Ops that cost next to nothing and cannot fail: an operand made of them need not be skipped.
_HARMLESS = frozenset(
    {
        "cast",
        "equal",
        "greater_equal",
        "greater_than",
        "less_equal",
        "less_than",
        "logical_and",
        "logical_not",
        "logical_or",
        "not_equal",
        "scale",
        "shape",
    }
)


def _cheap(value: Any, other: Thunk) -> Any:
    """The right operand of and/or, if it may run always: a bool computed by harmless ops. None otherwise."""
    capture = mode.capture
    assert capture is not None
    if not _is_bool(value) or other.__code__.co_name != "<lambda>":
        return None
    with capture.inner() as frame, journaled([]) as journal:
        right = other()
    if not _is_bool(right) or journal.entries or frame.state:
        return None
    return other() if all(node.type in _HARMLESS for node in frame.block.nodes) else None


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool) or (
        isinstance(value, Tensor) and value.dtype is bool_ and value.dims == ()
    )


def _lazy(value: Any, other: Thunk, rest: tuple[Thunk, ...], which: Callable[..., Any]) -> Any:
    """The operator where the left side is a tensor: the right side runs in a branch of its own."""
    go_on = _after(other, rest, which)
    test = predicate(value)
    ways = (go_on, _itself(value)) if which is and_ else (_itself(value), go_on)
    return choose(test, *ways, inside=(other, *rest))


def _itself(value: Any) -> Thunk:
    return lambda: value


def _after(other: Thunk, rest: tuple[Thunk, ...], which: Callable[..., Any]) -> Thunk:
    """The remaining operands as one thunk."""
    return lambda: which(other(), *rest)


def not_(value: Any) -> Any:
    """`not value`."""
    return negate(value) if is_symbolic(value) else not value


_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
    "is": operator.is_, "is not": operator.is_not,
    "in": lambda a, b: in_(a, b), "not in": lambda a, b: not_in(a, b),
}  # fmt: skip


def chain(left: Any, *parts: Any) -> Any:
    """`left < a() < b() …`, given as `'<', a, '<', b`: each operand runs once, none after the first false result."""
    symbol, operand, *rest = parts
    right = operand()
    result = _COMPARE[symbol](left, right)
    if not rest:
        return result
    return and_(result, lambda: chain(right, *rest))


def in_(item: Any, container: Any) -> Any:
    """`item in container`."""
    if is_symbolic(container) or (is_symbolic(item) and isinstance(container, (list, tuple))):
        return _contains(item, container)
    return item in container


def not_in(item: Any, container: Any) -> Any:
    """`item not in container`."""
    found = in_(item, container)
    return not found if isinstance(found, bool) else not_(found)


def _contains(item: Any, container: Any) -> Any:
    if is_symbolic(container):
        return (container == item).any()
    found: Any = False
    for element in container:
        found = either(found, element is item or element == item)
    return found
