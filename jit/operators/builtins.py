"""Builtins that need the truth or the number of a tensor. On Python values they are the builtins."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable
from typing import Any

from paddlelite.dtypes import DType, complex64, default_dtype, int64
from paddlelite.ir import Value
from paddlelite.ops.check import assert_op
from paddlelite.tensor.creation import to_tensor
from paddlelite.tensor.tensor import Tensor
from paddlelite.weak import Number, kinds_of, the_kind, weaken

from ..symbolic import as_bool, both, either, is_symbolic, predicate, refuse, rewriting
from ..undecided import spread
from .conditionals import ifexp
from .iterables import source_of
from .lists import List
from .lists import list_ as new_list
from .loops import fold

__all__ = ["all_", "any_", "bool_", "float_", "int_", "list_", "max_", "min_", "sum_"]


def _number(x: Any, dtype: DType) -> Any:
    """The Python number of a tensor: no gradient goes through it."""
    return weaken(x.detach().reshape([]).astype(dtype))


def int_(*args: Any, **kwargs: Any) -> Any:
    """`int`; of a tensor, a number of the graph."""
    if len(args) == 1 and not kwargs and is_symbolic(args[0]):
        return _number(args[0], int64)
    return builtins.int(*args, **kwargs)


def float_(*args: Any) -> Any:
    """`float`; of a tensor, a number of the graph in the default dtype."""
    if len(args) == 1 and is_symbolic(args[0]):
        return _number(args[0], default_dtype())
    return builtins.float(*args)


def complex_(*args: Any, **kwargs: Any) -> Any:
    """`complex`; of a tensor, a number of the graph."""
    if len(args) == 1 and not kwargs and is_symbolic(args[0]):
        return _number(args[0], complex64)
    return builtins.complex(*args, **kwargs)


def round_(value: Any, digits: Any = None) -> Any:
    """`round`; of a number of the graph to an int, half to even."""
    if not is_number(value) or digits is not None:
        return builtins.round(value) if digits is None else builtins.round(value, digits)
    if the_kind(value) < 2:
        return value + 0
    up = (value + 0.5).floor()
    odd_half = both(up - value == 0.5, up % 2 == 1)
    return weaken((up - odd_half.astype(up.dtype)).astype(int64))


def bool_(*args: Any) -> Any:
    """`bool`."""
    return as_bool(args[0]) if len(args) == 1 and is_symbolic(args[0]) else builtins.bool(*args)


def isinstance_(value: Any, kinds: Any) -> Any:
    """`isinstance`; a number of the graph is what it is to the user."""
    return spread(value, lambda v: _number_is(v, kinds) if is_number(v) else builtins.isinstance(v, kinds))


def _number_is(number: Number, kinds: Any) -> bool:
    answers = {builtins.isinstance(_SAMPLES[kind], kinds) for kind in kinds_of(number)}
    return answers.pop() if len(answers) == 1 else builtins.isinstance(_SAMPLES[the_kind(number)], kinds)


def type_(*args: Any, **kwargs: Any) -> Any:
    """`type`: of a tensor of the graph `Tensor`, of a number of the graph the number's."""
    if len(args) != 1 or kwargs:
        return builtins.type(*args, **kwargs)
    if is_number(args[0]):
        return builtins.type(_SAMPLES[the_kind(args[0])])
    return Tensor if builtins.isinstance(args[0], Value) else builtins.type(args[0])


_SAMPLES: tuple[Any, ...] = (True, 1, 1.0, 1j)


def is_number(value: Any) -> bool:
    """Whether a value is a Python number to the user, and a tensor to the graph."""
    return builtins.type(value) is Number


def any_(items: Any) -> Any:
    """`any`: as Python's, until a tensor comes; from then on all items are looked at."""
    return as_bool(_until(items, False, either))


def all_(items: Any) -> Any:
    """`all`."""
    return as_bool(_until(items, True, both))


def _until(items: Any, found: bool, joined: Callable[[Any, Any], Any]) -> Any:
    source = source_of(items)
    if source is not None:
        return fold(source, found, lambda so_far, item: as_bool(joined(so_far, predicate(item))))
    so_far: Any = found
    for item in items:
        if is_symbolic(item):
            so_far = joined(so_far, predicate(item))
        elif bool(item) is not found:
            return not found
    return so_far


def max_(*args: Any, **kwargs: Any) -> Any:
    """`max`; of numbers and tensors of one element, or of what a graph iterates over."""
    return _best(builtins.max, lambda new, best: new > best, args, kwargs)


def min_(*args: Any, **kwargs: Any) -> Any:
    """`min`."""
    return _best(builtins.min, lambda new, best: new < best, args, kwargs)


def _best(plain: Callable[..., Any], better: Callable[[Any, Any], Any], args: Any, kwargs: Any) -> Any:
    source = source_of(args[0]) if len(args) == 1 else None
    if source is not None and not kwargs:
        error = ValueError(f"{plain.__name__}() arg is an empty sequence")
        assert_op(predicate(to_tensor(source.more(0))), [], error=error)
        return fold(source, source.item(0), lambda best, new: _where(better(new, best), new, best))
    if not args or (len(args) == 1 and not isinstance(args[0], Iterable)):
        return plain(*args, **kwargs)
    items = builtins.list(args[0] if len(args) == 1 else args)
    run, key = rewriting(), kwargs.get("key")
    key = run.convert(key) if run is not None and key is not None else key
    ranks = items if key is None else [key(item) for item in items]
    if not any(map(is_symbolic, ranks)):
        chosen = plain(range(len(items)), key=ranks.__getitem__, default=None)
        return plain((), **{**kwargs, "key": None}) if chosen is None else items[chosen]
    best, rank = items[0], ranks[0]
    for item, its_rank in builtins.zip(items[1:], ranks[1:]):
        test = better(its_rank, rank)
        best, rank = _where(test, item, best), _where(test, its_rank, rank)
    return best


def _where(test: Any, one: Any, two: Any) -> Any:
    return ifexp(test, lambda: one, lambda: two)


def sorted_(items: Any, **kwargs: Any) -> Any:
    """`sorted`. Raises CaptureError for tensors."""
    items = builtins.list(items)
    if any(map(is_symbolic, items)) and kwargs.get("key") is None:
        raise refuse(
            "sorted() compares tensors, whose values are known only when the graph runs", "Use paddle.sort()."
        )
    return builtins.sorted(items, **kwargs)


def sum_(items: Any, start: Any = 0) -> Any:
    """`sum`, also of what a graph iterates over."""
    source = source_of(items)
    return (
        builtins.sum(items, start)
        if source is None
        else fold(source, start, lambda total, item: total + item)
    )


def list_(items: Any = ()) -> Any:
    """`list`."""
    source = source_of(items)
    if isinstance(items, List) or source is None:
        return items.copy() if isinstance(items, List) else new_list(builtins.list(items))
    made = List()

    def append(count: Any, item: Any) -> Any:
        made.append(item)
        return count

    fold(source, 0, append)
    return made
