"""What a `for` iterates over when its length is a tensor: range, enumerate, zip, map, reversed and tensors themselves.

The builtins are replaced by object (see `call`); on Python values they are the builtins.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any, cast

from ..dtypes import int64
from ..errors import InvalidTypeError
from ..mode import mode
from ..ops.check import assert_op
from ..tensor.tensor import Tensor
from ..weak import weaken
from .items import from_front, pick
from .journal import born, current, note
from .places import Attribute
from .replaced import replaces
from .symbolic import both, either, in_graph, is_symbolic, refuse

#: A tensor with at most so many rows is unrolled: its rows are then ordinary Python items.
UNROLL = 64
#: So many items of a Python iterable are looked at where a tensor decides how many are wanted.
MOST_ITEMS = 1000


@dataclass(eq=False)
class Source:
    """Something of unknown length: `more(i)` says whether there is an i-th item, `item(i)` gives it.

    To the user it is an object like `like`, of which only what `for` and some builtins ask is known.
    """

    item: Callable[[Any], Any]
    more: Callable[[Any], Any]
    length: Callable[[], Any] | None = None  # only what Python has a length of
    like: Any = ()
    shape: Any = None  # of an item: None for one tensor, a tuple of shapes for a tuple
    begun: Any = False

    def __post_init__(self) -> None:
        born(self)

    @classmethod
    def sized(
        cls, item: Callable[[Any], Any], length: Callable[[], Any], like: Any = (), shape: Any = None
    ) -> Source:
        """As many items as `length()`."""
        return cls(item, lambda position: position < length(), length, like, shape)

    def begin(self) -> Source:
        """Call this before going through it. Raises CaptureError for an iterator the second time."""
        if self.length is None:
            if self.begun is not False:
                raise self._refuse("going through it once more", "Make another one.")
            note(Attribute("the iterator", self, "begun"))
            self.begun = True
        return self

    def __getitem__(self, index: Any) -> Any:
        if self.length is None or isinstance(index, slice):
            raise self._refuse("an index" if self.length is None else "a slice")
        kind = "range object" if type(self.like) is range else "list"
        return self.item(from_front(index, self.length(), kind))

    def __bool__(self) -> bool:
        if self.length is None:
            return True  # an iterator
        raise self._refuse("its truth value", "Use len() > 0.")

    def __iter__(self) -> Iterator[Any]:
        raise self._refuse("iteration outside a `for` statement", "Write a `for` statement over it.")

    def __next__(self) -> Any:
        raise self._refuse("next()")

    def __eq__(self, other: object) -> bool:
        if self is other or self.length is None:
            return self is other
        raise self._refuse("a comparison")

    def __getattr__(self, name: str) -> Any:
        if hasattr(self.like, name):
            raise self._refuse(name)
        raise AttributeError(f"{type(self.like).__name__!r} object has no attribute {name!r}")

    def __repr__(self) -> str:
        return f"<a {type(self.like).__name__} whose length is known only when the graph runs>"

    def _refuse(self, what: str, instead: str = "") -> Exception:
        kind = type(self.like).__name__
        return refuse(
            f"the length of this {kind} is known only when the graph runs, and {what} is not possible then",
            instead,
        )


def _range(start: Any, stop: Any, step: Any) -> Source:
    """The source of a `range`, which never ends if `stop` is None."""

    def item(position: Any) -> Any:
        return _number(start + position * step)

    def more(position: Any) -> Any:
        if stop is None:
            return True
        value = item(position)
        if not is_symbolic(step):
            return value < stop if step > 0 else value > stop
        return either(both(step > 0, value < stop), both(step < 0, value > stop))

    def length() -> Any:
        # The quotient is rounded down, so this one up: also for a negative step.
        count = -((_number(start) - _number(stop)) // _number(step))
        return count * (count > 0)

    return Source(item, more, None if stop is None else length, range(0))


def source_of(iterable: Any, longest: int = UNROLL) -> Source | None:
    """The source behind an iterable, or None for one that Python iterates (a tensor of at most `longest` rows is)."""
    if isinstance(iterable, Source):
        return iterable
    if _is_spent(iterable):
        raise refuse(
            "a tensor decides how far this iterator has been gone through already",
            "Make another one: iter(items).",
        )
    if getattr(iterable, "array", None) is not None and isinstance(iterable, list):
        return Source.sized(iterable.__getitem__, iterable.length)  # type: ignore[attr-defined]
    if not in_graph(iterable):
        return None
    if not iterable.dims:
        raise InvalidTypeError("iteration over a 0-D tensor")
    length = iterable.dims[0]
    if isinstance(length, int) and length <= longest:
        return None
    return Source.sized(iterable.__getitem__, lambda: iterable.shape[0])


def _has_source(iterable: Any) -> bool:
    return source_of(iterable) is not None


def counter(items: Any) -> Source | None:
    """What is left of an `itertools.count`, as a source."""
    if type(items) is not itertools.count:
        return None
    _spend(items)
    start, step = (*cast(tuple[Any, ...], items.__reduce__()[1]), 1)[:2]
    return _range(start, None, step)


def _spend(items: Any) -> None:
    if mode.capture is not None and isinstance(items, Iterator):
        mode.capture.spent[id(items)] = items


def _is_spent(items: Any) -> bool:
    return mode.capture is not None and id(items) in mode.capture.spent


@replaces(next)
def next_(items: Any, *default: Any) -> Any:
    """`next`. Raises CaptureError where a tensor decides whether, or from where, an item is taken."""
    if _is_spent(items):
        source_of(items)
    if mode.capture is not None and current() is not None:
        raise refuse(
            "next() under a condition or in a loop on a tensor would take an item while the graph is built",
            "Take the item before.",
        )
    return next(items, *default)


@replaces(range, in_graph)
def range_(*args: Any) -> Any:
    """`range` of tensors. Raises TypeError for tensors of floats, ValueError (when it runs) for a step of 0."""
    for a in args:
        if isinstance(a, Tensor) and not (a.dtype.is_integer or a.dtype.is_bool):
            raise TypeError(f"range() takes integers, but got a {a.dtype.name} tensor")
    start, stop, step = map(_scalar, (0, args[0], 1) if len(args) == 1 else (*args, 1)[:3])
    if in_graph(step):
        assert_op(step != 0, [], error=ValueError("range() arg 3 must not be zero"))
    else:
        range(0, 0, step)  # checks it
    return _range(start, stop, step)


def _scalar(x: Any) -> Any:
    """A tensor of one element as a 0-D tensor."""
    return x.reshape([]) if isinstance(x, Tensor) and x.dims else x


def _number(x: Any) -> Any:
    """The result of an operation as Python's iterators would give it: a number."""
    return weaken(x if x.dtype is int64 else x.astype(int64)) if isinstance(x, Tensor) else x


@replaces(enumerate)
def enumerate_(iterable: Any, start: Any = 0) -> Any:
    """`enumerate`, also of tensors."""
    source = source_of(iterable)
    if source is None and not is_symbolic(start):
        return enumerate(iterable, start)
    start = _scalar(start)
    if source is None:
        return ((_number(start + i), item) for i, item in enumerate(iterable))
    source.begin()
    numbered = lambda position: (_number(position + start), source.item(position))
    return Source(numbered, source.more, None, enumerate(()), (None, source.shape))


@replaces(zip, _has_source)
def zip_(*iterables: Any, strict: bool = False) -> Any:
    """`zip` of tensors, perhaps beside Python iterables."""
    if strict:
        raise refuse("zip(strict=True) of something whose length is known only when the graph runs")
    parts = list(map(_indexed, iterables))
    if any(part.more(0) is False for part in parts):
        return iter(())
    more = lambda position: reduce(both, (part.more(position) for part in parts))
    item = lambda position: tuple(part.item(position) for part in parts)
    return Source(item, more, like=zip(), shape=tuple(part.shape for part in parts))


def _indexed(items: Any) -> Source:
    """What is beside sources of unknown length: the items of a Python iterable are found by a tensor."""
    source = source_of(items, longest=-1)
    if source is not None:
        return source.begin()
    if isinstance(items, range):
        return _range(items.start, items.stop, items.step)
    found = counter(items)
    if found is not None:
        return found
    listed = taken(items)
    found_by = lambda position: pick(listed, position)
    return Source.sized(found_by, lambda: len(listed), shape=_shape(listed[:1]))


def _shape(items: list[Any]) -> Any:
    """The shape of the first of some items."""
    return tuple(_shape([part]) for part in items[0]) if items and type(items[0]) is tuple else None


def taken(items: Iterable[Any]) -> list[Any]:
    """The items of a Python iterable, of which a tensor decides how many are wanted.

    Raises CaptureError for one that does not seem to end. An iterator may not be gone on with.
    """
    _spend(items)
    found = list(itertools.islice(items, MOST_ITEMS + 1))
    if len(found) > MOST_ITEMS:
        raise refuse(
            f"a tensor decides how far this iterable is gone through, and it still has items after {MOST_ITEMS}",
            "Iterate over a range, list or tensor, or use `while`.",
        )
    return found


@replaces(map, _has_source)
def map_(function: Callable[..., Any], *iterables: Any) -> Any:
    """`map` over tensors."""
    parts = zip_(*iterables)
    if not isinstance(parts, Source):
        return parts
    return Source(lambda position: function(*parts.item(position)), parts.more, like=map(id, ()))


@replaces(reversed, _has_source)
def reversed_(sequence: Any) -> Any:
    """`reversed` of tensors."""
    source = source_of(sequence)
    assert source is not None
    if source.length is None:
        raise TypeError("this object is not reversible")
    count = source.length
    backwards = lambda position: source.item(count() - 1 - position)
    return Source(backwards, lambda position: position < count(), None, reversed(()), source.shape)


@replaces(len)
def len_(sized: Any) -> Any:
    """`len`; the first size of a tensor may be symbolic."""
    source = source_of(sized, longest=-1) if isinstance(sized, (Source, list)) else None
    if source is not None and source.length is not None:
        return source.length()
    return sized.shape[0] if in_graph(sized) and sized.dims else len(sized)
