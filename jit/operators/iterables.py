"""What a `for` iterates over when its length is a tensor: range, enumerate, zip, reversed and tensors themselves.

The builtins are replaced by object (see `call`); on Python values they are the builtins.
"""

from __future__ import annotations

import builtins
import itertools
from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from typing import Any, cast

from paddlelite.dtypes import int64
from paddlelite.ops.check import assert_op
from paddlelite.tensor.tensor import Tensor
from paddlelite.weak import weaken

from ..symbolic import both, either, in_graph, is_symbolic, refuse
from .items import pick

__all__ = [
    "Source", "counter", "enumerate_", "generated", "len_", "map_", "range_", "reversed_", "source_of", "taken", "zip_",
]  # fmt: skip

#: A tensor with at most so many rows is unrolled: its rows are then ordinary Python items.
UNROLL = 64
#: So many items of a Python iterable are looked at where a tensor decides how many are wanted.
MOST_ITEMS = 1000


class Source:
    """Something of unknown length: `more(i)` says whether there is an i-th item, `item(i)` gives it."""

    def more(self, position: Any) -> Any:
        return position < self.length()

    def item(self, position: Any) -> Any:
        raise NotImplementedError

    def length(self) -> Any:
        raise TypeError(f"{type(self).__name__.strip('_').lower()} has no length")

    def __iter__(self) -> Iterator[Any]:
        raise refuse(
            "the number of items is known only when the graph runs, and this is not a `for` statement",
            "Write a `for` statement over it.",
        )

    def __next__(self) -> Any:
        raise refuse("next() of something whose length is known only when the graph runs")


class _Range(Source):
    """`stop` is None for one that never ends."""

    def __init__(self, start: Any, stop: Any, step: Any) -> None:
        self.start, self.stop, self.step = start, stop, step

    def item(self, position: Any) -> Any:
        return _number(self.start + position * self.step)

    def more(self, position: Any) -> Any:
        if self.stop is None:
            return True
        value = self.item(position)
        if not is_symbolic(self.step):
            return value < self.stop if self.step > 0 else value > self.stop
        up = both(self.step > 0, value < self.stop)
        return either(up, both(self.step < 0, value > self.stop))

    def length(self) -> Any:
        # The quotient is rounded down, so this one up: also for a negative step.
        count = -((_number(self.start) - _number(self.stop)) // _number(self.step))
        return count * (count > 0)


class _Rows(Source):
    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor

    def item(self, position: Any) -> Any:
        return self.tensor[position]

    def length(self) -> Any:
        return self.tensor.shape[0]


class _List(Source):
    """A Python sequence beside sources of unknown length: its items are found by a tensor."""

    def __init__(self, items: list[Any]) -> None:
        self.items = items

    def item(self, position: Any) -> Any:
        return pick(self.items, position)

    def length(self) -> Any:
        return len(self.items)


class _Zip(Source):
    def __init__(self, parts: list[Source]) -> None:
        self.parts = parts

    def more(self, position: Any) -> Any:
        return reduce(both, (part.more(position) for part in self.parts))

    def item(self, position: Any) -> Any:
        return tuple(part.item(position) for part in self.parts)


class _Map(Source):
    def __init__(self, function: Callable[..., Any], parts: _Zip) -> None:
        self.function, self.parts = function, parts

    def more(self, position: Any) -> Any:
        return self.parts.more(position)

    def item(self, position: Any) -> Any:
        return self.function(*self.parts.item(position))


class _Enumerate(Source):
    def __init__(self, part: Source, start: Any) -> None:
        self.part, self.start = part, start

    def more(self, position: Any) -> Any:
        return self.part.more(position)

    def item(self, position: Any) -> Any:
        return (_number(position + self.start), self.part.item(position))


class _Reversed(Source):
    def __init__(self, part: Source) -> None:
        self.part = part

    def item(self, position: Any) -> Any:
        return self.part.item(self.part.length() - 1 - position)

    def length(self) -> Any:
        return self.part.length()


def source_of(iterable: Any, longest: int = UNROLL) -> Source | None:
    """The source behind an iterable, or None for one that Python iterates (a tensor of at most `longest` rows is)."""
    if isinstance(iterable, Source):
        return iterable
    if getattr(iterable, "array", None) is not None and isinstance(iterable, list):
        from .lists import Elements

        return Elements(iterable)  # type: ignore[arg-type]
    if not in_graph(iterable):
        return None
    if not iterable.dims:
        raise TypeError("iteration over a 0-D tensor")
    length = iterable.dims[0]
    return None if isinstance(length, int) and length <= longest else _Rows(iterable)


def generated(items: Any, lazily: Callable[[Any], Any], listed: Callable[[Any], Any]) -> Any:
    """A generator expression over `items`: over what the graph computes, the items that it gives as a list."""
    return listed(items) if in_graph(items) or source_of(items) is not None else lazily(items)


def counter(items: Any) -> Source | None:
    """What is left of an `itertools.count`, as a source."""
    if type(items) is not itertools.count:
        return None
    start, step = (*cast(tuple[Any, ...], items.__reduce__()[1]), 1)[:2]
    return _Range(start, None, step)


def range_(*args: Any) -> Any:
    """`range`, also of tensors. Raises TypeError for tensors of floats, ValueError (when it runs) for a step of 0."""
    if not any(in_graph(a) for a in args):
        return builtins.range(*args)
    for a in args:
        if isinstance(a, Tensor) and not (a.dtype.is_integer or a.dtype.is_bool):
            raise TypeError(f"range() takes integers, but got a {a.dtype.name} tensor")
    start, stop, step = map(_scalar, (0, args[0], 1) if len(args) == 1 else (*args, 1)[:3])
    if not in_graph(step):
        builtins.range(0, 0, step)  # checks it
    else:
        assert_op(step != 0, [], error=ValueError("range() arg 3 must not be zero"))
    return _Range(start, stop, step)


def _scalar(x: Any) -> Any:
    """A tensor of one element as a 0-D tensor."""
    return x.reshape([]) if isinstance(x, Tensor) and x.dims else x


def _number(x: Any) -> Any:
    """The result of an operation as Python's iterators would give it: a number."""
    return weaken(x if x.dtype is int64 else x.astype(int64)) if isinstance(x, Tensor) else x


def enumerate_(iterable: Any, start: Any = 0) -> Any:
    """`enumerate`, also of tensors."""
    source = source_of(iterable)
    if source is None and not is_symbolic(start):
        return builtins.enumerate(iterable, start)
    return _Enumerate(source, _scalar(start)) if source else _shifted(iterable, start)


def _shifted(iterable: Any, start: Any) -> Iterator[Any]:
    return ((_number(start + i), item) for i, item in builtins.enumerate(iterable))


def zip_(*iterables: Any, **options: Any) -> Any:
    """`zip`, also of tensors."""
    if not any(source_of(i) for i in iterables):
        return builtins.zip(*iterables, **options)
    if options.get("strict"):
        raise refuse("zip(strict=True) of something whose length is known only when the graph runs")
    parts = [source_of(i, longest=-1) or _indexed(i) for i in iterables]
    empty = any(type(part) is _List and not part.items for part in parts)
    return builtins.iter(()) if empty else _Zip(parts)


def _indexed(items: Any) -> Source:
    if isinstance(items, builtins.range):
        return _Range(items.start, items.stop, items.step)
    return counter(items) or _List(taken(items))


def taken(items: Iterable[Any]) -> list[Any]:
    """The items of a Python iterable. Raises CaptureError for one that does not seem to end."""
    found = list(itertools.islice(items, MOST_ITEMS + 1))
    if len(found) > MOST_ITEMS:
        raise refuse(
            f"a tensor decides how far this iterable is gone through, and it still has items after {MOST_ITEMS}",
            "Iterate over a range, list or tensor, or use `while`.",
        )
    return found


def map_(function: Callable[..., Any], *iterables: Any) -> Any:
    """`map`, also of tensors."""
    if not any(source_of(i) for i in iterables):
        return builtins.map(function, *iterables)
    parts = zip_(*iterables)
    return _Map(function, parts) if isinstance(parts, _Zip) else parts


def reversed_(sequence: Any) -> Any:
    """`reversed`, also of tensors."""
    source = source_of(sequence)
    return builtins.reversed(sequence) if source is None else _Reversed(source)


def len_(sized: Any) -> Any:
    """`len`; the first size of a tensor may be symbolic."""
    if isinstance(sized, list) and hasattr(sized, "length"):
        return sized.length()
    if in_graph(sized) and sized.dims:
        return sized.shape[0]
    return builtins.len(sized)
