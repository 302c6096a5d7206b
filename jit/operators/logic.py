"""and, or, not, comparisons and membership at run time."""

from __future__ import annotations

import collections
import operator
import types
from collections.abc import Callable, Collection, Sequence
from typing import Any

from paddlelite.dtypes import bool_
from paddlelite.mode import mode
from paddlelite.nested import Object
from paddlelite.refusal import refuse
from paddlelite.staged.branches import cells_of, choose
from paddlelite.staged.journal import recorded, sharers
from paddlelite.staged.merge import may_grow
from paddlelite.staged.symbolic import as_bool, both, either, imply, is_symbolic, negate, predicate, truth_of
from paddlelite.staged.undecided import Undecided, spread
from paddlelite.tensor.tensor import Tensor
from paddlelite.weak import Number, weaken

Thunk = Callable[[], Any]

#: Containers that compare their elements one by one; others find them by hash, a tensor's being its identity.
_SEQUENCES = (list, tuple, range, collections.deque)


def and_(first: Any, *others: Thunk) -> Any:
    """`first and others[0]() and …`: the first operand that is false, else the last."""
    return _operand(first, others, goes_on=True, asked=False)


def or_(first: Any, *others: Thunk) -> Any:
    """`first or others[0]() or …`: the first operand that is true, else the last."""
    return _operand(first, others, goes_on=False, asked=False)


def both_(first: Any, *others: Thunk) -> Any:
    """`and` in a condition: only the truth of the operands matters, which need not fit together."""
    return _operand(first, others, goes_on=True, asked=True)


def either_(first: Any, *others: Thunk) -> Any:
    """`or` in a condition."""
    return _operand(first, others, goes_on=False, asked=True)


def _operand(value: Any, others: Sequence[Thunk], goes_on: bool, asked: bool) -> Any:
    """The operand that decides: each is looked at as long as those before are `goes_on`."""
    for i, other in enumerate(others):
        value = truth_of(value) if asked else value
        if is_symbolic(value):
            right = _cheap(value, other, goes_on)
            if right is None:
                return _lazy(value, others[i:], goes_on, asked)
            value = both(value, right) if goes_on else either(value, right)
        elif bool(value) is not goes_on:
            return value
        else:
            value = other()
    return truth_of(value) if asked else value


#: Of the ops that cannot fail (`Op.total`) those that cost next to nothing: such an operand need not be skipped.
_HARMLESS = frozenset([
    "cast", "equal", "greater_equal", "greater_than", "less_equal", "less_than", "logical_and", "logical_not",
    "logical_or", "not_equal", "scale", "shape",
])  # fmt: skip


def _cheap(value: Any, other: Thunk, truth: bool) -> Any:
    """The right operand of and/or, if it may run always: a bool computed by harmless ops. None otherwise.

    It is asked where the left one is `truth`.
    """
    if not _is_bool(value) or other.__code__.co_name != "<lambda>":
        return None
    with recorded(cells_of(other)) as journal:
        journal.assume(value, truth)
        right = other()
    frame: Any = journal.frame
    touched = any(entry.changed or entry.is_narrowed for entry in journal.entries.values())
    if not _is_bool(right) or touched or frame.state:
        return None
    return other() if all(node.type in _HARMLESS for node in frame.block.nodes) else None


def _is_bool(value: Any) -> bool:
    tensor = type(value) is not Undecided and isinstance(value, Tensor)
    return value.dtype is bool_ and not value.dims if tensor else type(value) is bool


def _lazy(value: Any, others: Sequence[Thunk], goes_on: bool, asked: bool) -> Any:
    """The operator where the left side is a tensor: the right side runs in a branch of its own."""
    test = predicate(value)
    rest = lambda: _operand(others[0](), others[1:], goes_on, asked)
    itself = lambda: value
    ways = (rest, itself) if goes_on else (itself, rest)
    result = choose(test, *ways, inside=others)
    imply(result, goes_on, (test, goes_on))
    return result


def not_(value: Any) -> Any:
    """`not value`."""
    return weaken(negate(value)) if is_symbolic(value) else not value


#: What the user calls the classes of ours.
_KINDS = {"List": "list", "Value": "tensor"}


def is_(one: Any, two: Any) -> Any:
    """`one is two`."""
    if type(one) is Number and isinstance(two, bool) and one.dtype is bool_:
        return one if two else not_(one)  # a bool that a branch or loop changed
    if type(one) is not Undecided and type(two) is not Undecided:
        if one is not two and _may_be_same(one, two):
            raise refuse(
                f"a tensor decides whether these two are one {_KINDS.get(type(one).__name__, type(one).__name__)}",
                "Compare what they hold.",
            )
        return one is two
    return spread(one, lambda left: spread(two, lambda right: left is right))


def _may_be_same(one: Any, two: Any) -> bool:
    """Whether a tensor decides if two different objects of the capture stand for one of the user's."""
    if isinstance(one, Tensor) and isinstance(two, Tensor):
        return mode.capture is not None and mode.capture.sharing.may_be_same(one, two)
    two = getattr(two, "__dict__", two) if Object.of(two) is not None else two
    return any(two is other for other in sharers(one))


def is_not(one: Any, two: Any) -> Any:
    """`one is not two`."""
    return not_(is_(one, two))


def eq(one: Any, two: Any) -> Any:
    """`one == two`; lists and tuples that hold tensors are compared element by element."""
    if not (_has_tensors(one) or _has_tensors(two)) or is_symbolic(one) or is_symbolic(two):
        return is_(one, two) if getattr(type(one), "__eq__", None) is object.__eq__ else one == two
    alike = any(isinstance(one, kind) and isinstance(two, kind) for kind in (list, tuple))
    if not alike or len(one) != len(two):
        return False
    found: Any = True
    for mine, its in zip(one, two, strict=True):
        found = both(found, mine is its or eq(mine, its))
    return as_bool(found)


def ne(one: Any, two: Any) -> Any:
    """`one != two`."""
    return not_(eq(one, two)) if _has_tensors(one) or _has_tensors(two) else one != two


def _has_tensors(value: Any) -> bool:
    if not issubclass(type(value), (list, tuple)) or is_symbolic(value):
        return False
    return any(is_symbolic(part) or _has_tensors(part) for part in value)


def in_(item: Any, container: Any) -> Any:
    """`item in container`."""
    if is_symbolic(container):
        return as_bool((container == item).any())
    own = getattr(type(container), "__contains__", None)
    if type(own) is types.FunctionType and not may_grow(container):
        return as_bool(own(container, item))
    compared = Collection if type(item) in (Undecided, Number) else _SEQUENCES
    if not isinstance(container, compared) or not (is_symbolic(item) or _has_tensors(container)):
        return item in container
    found: Any = False
    for element in container:
        found = either(found, element is item or eq(element, item))
    return as_bool(found)


def not_in(item: Any, container: Any) -> Any:
    """`item not in container`."""
    return not_(in_(item, container))


_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": eq, "!=": ne,
    "is": is_, "is not": is_not, "in": in_, "not in": not_in,
}  # fmt: skip


def chain(left: Any, *parts: Any) -> Any:
    """`left < a() < b() …`, given as `'<', a, '<', b`: each operand runs once, none after the first false result."""
    symbol, operand, *rest = parts
    right = operand()
    result = _COMPARE[symbol](left, right)
    return and_(result, lambda: chain(right, *rest)) if rest else result
