"""What a `for` iterates over when its length is a tensor: range, enumerate, zip, reversed and tensors themselves.

The builtins are replaced by object (see `call`); on Python values they are the builtins.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import Any

from paddlelite.dtypes import int64
from paddlelite.tensor.tensor import Tensor
from paddlelite.weak import weaken

from ..symbolic import both, either, in_graph, is_symbolic, refuse

__all__ = ["Source", "enumerate_", "len_", "range_", "reversed_", "source_of", "zip_"]

#: A tensor with at most so many rows is unrolled: its rows are then ordinary Python items.
UNROLL = 64


class Source:
    """Something of unknown length: `more(i)` says whether there is an i-th item, `item(i)` gives it."""

    def more(self, position: Any) -> Any:
        raise NotImplementedError

    def item(self, position: Any) -> Any:
        raise NotImplementedError

    def __iter__(self) -> Iterator[Any]:
        raise refuse(
            "the number of items is known only when the graph runs, and this is not a `for` statement",
            "Write a `for` statement over it.",
        )


class _Range(Source):
    def __init__(self, start: Any, stop: Any, step: Any) -> None:
        self.start, self.stop, self.step = start, stop, step

    def item(self, position: Any) -> Any:
        return _number(self.start + position * self.step)

    def more(self, position: Any) -> Any:
        value = self.item(position)
        if not is_symbolic(self.step):
            return value < self.stop if self.step > 0 else value > self.stop
        up = both(self.step > 0, value < self.stop)
        return either(up, both(self.step < 0, value > self.stop))


class _Rows(Source):
    def __init__(self, tensor: Tensor) -> None:
        if not tensor.dims:
            raise TypeError("iteration over a 0-D tensor")
        self.tensor = tensor

    def more(self, position: Any) -> Any:
        return position < self.tensor.shape[0]

    def item(self, position: Any) -> Any:
        return self.tensor[position]


class _List(Source):
    """A Python sequence beside sources of unknown length: its items are found by a tensor."""

    def __init__(self, items: Any) -> None:
        self.items = list(items)

    def more(self, position: Any) -> Any:
        return position < len(self.items)

    def item(self, position: Any) -> Any:
        from .items import pick

        return pick(self.items, position)


class _Zip(Source):
    def __init__(self, parts: list[Source]) -> None:
        self.parts = parts

    def more(self, position: Any) -> Any:
        found = self.parts[0].more(position)
        for part in self.parts[1:]:
            found = both(found, part.more(position))
        return found

    def item(self, position: Any) -> Any:
        return tuple(part.item(position) for part in self.parts)


class _Enumerate(Source):
    def __init__(self, part: Source, start: Any) -> None:
        self.part, self.start = part, start

    def more(self, position: Any) -> Any:
        return self.part.more(position)

    def item(self, position: Any) -> Any:
        return (_number(position + self.start), self.part.item(position))


class _Reversed(Source):
    def __init__(self, tensor: Tensor) -> None:
        self.rows = _Rows(tensor)

    def more(self, position: Any) -> Any:
        return self.rows.more(position)

    def item(self, position: Any) -> Any:
        return self.rows.item(self.rows.tensor.shape[0] - 1 - position)


def source_of(iterable: Any) -> Source | None:
    """The source behind an iterable, or None for one that Python iterates."""
    if isinstance(iterable, Source):
        return iterable
    if getattr(iterable, "array", None) is not None and isinstance(iterable, list):
        from .lists import Elements

        return Elements(iterable.array)  # type: ignore[attr-defined]
    if not in_graph(iterable):
        return None
    if not iterable.dims:
        raise TypeError("iteration over a 0-D tensor")
    length = iterable.dims[0]
    return None if isinstance(length, int) and length <= UNROLL else _Rows(iterable)


def range_(*args: Any) -> Any:
    """`range`, also of tensors."""
    if not any(in_graph(a) for a in args):
        return builtins.range(*args)
    start, stop, step = (0, args[0], 1) if len(args) == 1 else (*args, 1)[:3]
    return _Range(_scalar(start), _scalar(stop), _scalar(step))


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
    sources = [source_of(i) for i in iterables]
    if not any(sources):
        return builtins.zip(*iterables, **options)
    if options.get("strict"):
        raise refuse("zip(strict=True) of something whose length is known only when the graph runs")
    return _Zip([source or _indexed(items) for source, items in builtins.zip(sources, iterables)])


def _indexed(items: Any) -> Source:
    if isinstance(items, builtins.range):
        return _Range(items.start, items.stop, items.step)
    return _List(items)


def reversed_(sequence: Any) -> Any:
    """`reversed`, also of tensors."""
    return _Reversed(sequence) if source_of(sequence) is not None else builtins.reversed(sequence)


def len_(sized: Any) -> Any:
    """`len`; the first size of a tensor may be symbolic."""
    if isinstance(sized, list) and hasattr(sized, "length"):
        return sized.length()
    if in_graph(sized) and sized.dims:
        return sized.shape[0]
    return builtins.len(sized)
