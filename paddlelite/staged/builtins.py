"""Builtins that need the truth or the number of a tensor. On Python values they are the builtins."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ..dtypes import DType, complex64, default_dtype, int64
from ..ir import Value
from ..ops.check import assert_op
from ..tensor.creation import to_tensor
from ..tensor.tensor import Tensor
from ..weak import SAMPLES, Number, kinds_of, the_kind, weaken
from .branches import ifexp
from .iterables import Source, source_of
from .lists import List
from .lists import list_ as new_list
from .replaced import replaces
from .rounds import fold
from .symbolic import as_bool, both, either, is_symbolic, predicate, refuse, truth_of
from .undecided import Undecided, spread


def _number(kind: type, dtype: Callable[[], DType]) -> None:
    """Have `kind` give the Python number of a tensor: no gradient goes through it."""
    replaces(kind, is_symbolic)(lambda x: weaken(x.detach().reshape([]).astype(dtype())))


_number(int, lambda: int64)
_number(float, default_dtype)
_number(complex, lambda: complex64)
replaces(bool, is_symbolic)(as_bool)


def _stands_for_other(value: Any) -> bool:
    return type(value) in (Number, Undecided, Source)


def _to_the_user(value: Any) -> Any:
    """Something of the class that a value has to the user."""
    if type(value) is Number:
        return SAMPLES[the_kind(value)]
    return value.like if type(value) is Source else value


@replaces(isinstance, _stands_for_other)
def isinstance_(value: Any, kinds: Any) -> Any:
    """`isinstance`; a number of the graph is what it is to the user."""

    def is_one(v: Any) -> bool:
        answers = {isinstance(SAMPLES[k], kinds) for k in kinds_of(v)} if type(v) is Number else set()
        return answers.pop() if len(answers) == 1 else isinstance(_to_the_user(v), kinds)

    return spread(value, is_one)


@replaces(type, lambda value: _stands_for_other(value) or isinstance(value, Value))
def type_(value: Any, *args: Any) -> Any:
    """`type`: of a tensor of the graph `Tensor`, of a number of the graph the number's."""
    shown = _to_the_user(value)
    return Tensor if isinstance(shown, Value) else type(shown)


def _folded(items: Any, first: Any, step: Callable[[Any, Any], Any], last: Any = None) -> Any:
    """`first` and then, for each item, `step(total, item)`; Python's items until the total is `last`."""
    source = source_of(items)
    if source is not None:
        return fold(source, first, step)
    total = first
    for item in items:
        total = step(total, item)
        if total is last:
            break
    return total


@replaces(any)
def any_(items: Any) -> Any:
    """`any`: as Python's, until a tensor comes; from then on all items are looked at."""
    return _folded(items, False, lambda found, item: as_bool(either(found, truth_of(item))), True)


@replaces(all)
def all_(items: Any) -> Any:
    """`all`."""
    return _folded(items, True, lambda found, item: as_bool(both(found, truth_of(item))), False)


@replaces(sum)
def sum_(items: Any, start: Any = 0) -> Any:
    """`sum`, also of what a graph iterates over."""
    if source_of(items) is None:
        return sum(items, start)
    return _folded(items, start, lambda total, item: total + item)


@replaces(max)
def max_(*args: Any, **kwargs: Any) -> Any:
    """`max`; of numbers and tensors of one element, or of what a graph iterates over."""
    return _best(max, lambda new, best: new > best, args, kwargs)


@replaces(min)
def min_(*args: Any, **kwargs: Any) -> Any:
    """`min`."""
    return _best(min, lambda new, best: new < best, args, kwargs)


def _best(plain: Callable[..., Any], better: Callable[[Any, Any], Any], args: Any, kwargs: Any) -> Any:
    items, key = args[0] if len(args) == 1 else args, kwargs.get("key")
    ranked = lambda item: (item,) if key is None else (key(item), item)

    def step(best: tuple[Any, ...], item: Any) -> tuple[Any, ...]:
        new = ranked(item)
        return ifexp(better(new[0], best[0]), lambda: new, lambda: best)  # type: ignore[no-any-return]

    source = source_of(items)
    if source is not None and "default" not in kwargs:
        error = ValueError(f"{plain.__name__}() arg is an empty sequence")
        assert_op(predicate(to_tensor(source.more(0))), [], error=error)
        return fold(source, ranked(source.item(0)), step)[-1]
    items = list(items) if isinstance(items, Iterable) else []
    if not items or kwargs.keys() - {"key", "default"}:
        return plain(*args, **kwargs)
    return _folded(items[1:], ranked(items[0]), step)[-1]


@replaces(sorted)
def sorted_(items: Any, **kwargs: Any) -> Any:
    """`sorted`. Raises CaptureError for tensors."""
    items = list(items)
    if any(map(is_symbolic, items)) and kwargs.get("key") is None:
        raise refuse(
            "sorted() compares tensors, whose values are known only when the graph runs", "Use paddle.sort()."
        )
    return new_list(sorted(items, **kwargs))


@replaces(list)
def list_(items: Any = ()) -> Any:
    """`list`."""
    source = source_of(items)
    if isinstance(items, List) or source is None:
        return items.copy() if isinstance(items, List) else new_list(list(items))
    columns = _columns(source.shape)

    def append(count: Any, item: Any) -> Any:
        _append(columns, item)
        return count + 1

    count = fold(source, 0, append)
    if type(columns) is List:
        return columns
    return Source.sized(lambda position: _row(columns, position), lambda: count, [], source.shape)


# A list of tuples whose length is known only when the graph runs is a tuple of lists.


def _columns(shape: Any) -> Any:
    return List() if shape is None else tuple(map(_columns, shape))


def _append(columns: Any, item: Any) -> None:
    if type(columns) is List:
        columns.append(item)
    else:
        for column, part in zip(columns, item, strict=True):
            _append(column, part)


def _row(columns: Any, position: Any) -> Any:
    return columns[position] if type(columns) is List else tuple(_row(column, position) for column in columns)
