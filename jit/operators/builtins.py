"""Builtins that need the truth or the number of a tensor. On Python values they are the builtins."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

from paddlelite.dtypes import default_dtype, int64
from paddlelite.ir import Value
from paddlelite.tensor.tensor import Tensor
from paddlelite.weak import Number, kinds_of, the_kind, weaken

from ..symbolic import as_bool, both, either, is_symbolic, predicate
from ..undecided import spread
from .conditionals import ifexp
from .iterables import source_of
from .lists import List
from .lists import list_ as new_list
from .loops import fold

__all__ = ["all_", "any_", "bool_", "float_", "int_", "list_", "max_", "min_", "sum_"]


def int_(*args: Any, **kwargs: Any) -> Any:
    """`int`; of a tensor, a number of the graph."""
    if len(args) == 1 and not kwargs and is_symbolic(args[0]):
        return weaken(args[0].reshape([]).astype(int64) + 0)
    return builtins.int(*args, **kwargs)


def float_(*args: Any) -> Any:
    """`float`; of a tensor, a number of the graph in the default dtype."""
    if len(args) == 1 and is_symbolic(args[0]):
        return weaken(args[0].reshape([]).astype(default_dtype()) + 0)
    return builtins.float(*args)


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
    found: Any = False
    for item in items:
        if is_symbolic(item):
            found = either(found, predicate(item))
        elif item:
            return True
    return as_bool(found)


def all_(items: Any) -> Any:
    """`all`."""
    found: Any = True
    for item in items:
        if is_symbolic(item):
            found = both(found, predicate(item))
        elif not item:
            return False
    return as_bool(found)


def max_(*args: Any, **kwargs: Any) -> Any:
    """`max`; of numbers and tensors of one element."""
    return _best(builtins.max, lambda new, best: new > best, args, kwargs)


def min_(*args: Any, **kwargs: Any) -> Any:
    """`min`."""
    return _best(builtins.min, lambda new, best: new < best, args, kwargs)


def _best(plain: Callable[..., Any], better: Callable[[Any, Any], Any], args: Any, kwargs: Any) -> Any:
    if kwargs or not args:
        return plain(*args, **kwargs)
    if len(args) == 1:
        if not isinstance(args[0], (list, tuple)):
            return plain(*args)
        args = args[0]
    if not any(is_symbolic(a) for a in args):
        return plain(args)
    best = args[0]
    for new in args[1:]:
        best = ifexp(better(new, best), _constant(new), _constant(best))
    return best


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


def _constant(value: Any) -> Callable[[], Any]:
    return lambda: value
