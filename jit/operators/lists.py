"""Lists while a graph is built: Python lists that can turn into TensorArrays.

A list made in captured code is a `List`. As long as its length is known it is an ordinary list. When branches or the
rounds of a loop give it different lengths, its contents become one TensorArray of the graph; the object stays the
same, so that every name for it sees the change.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from typing import Any

from paddlelite.mode import mode
from paddlelite.ops import array as A
from paddlelite.tensor import manipulation
from paddlelite.tensor.creation import to_tensor
from paddlelite.tensor.tensor import Tensor
from paddlelite.weak import weaken

from ..state import Contents, note
from ..symbolic import is_symbolic, refuse
from .items import pick
from .iterables import Source

__all__ = ["List", "concat_", "list_", "new_list", "stack_"]


def list_(items: builtins.list[Any]) -> builtins.list[Any]:
    """The list that a display makes: `[a, b]`."""
    return List(items) if mode.capture is not None else items


def new_list(items: Iterable[Any] = ()) -> builtins.list[Any]:
    """`list(items)`."""
    if isinstance(items, List) and items.array is not None:
        return items.copy()
    return list_(builtins.list(items))


class List(builtins.list):  # type: ignore[type-arg]
    """A list whose contents may be a TensorArray (`array`); the list itself is empty then."""

    array: Any = None

    def _changing(self) -> None:
        note(Contents("the list", self))

    def append(self, item: Any) -> None:
        self._changing()
        if self.array is None:
            super().append(item)
        else:
            self.array = A.array_append(self.array, element(item))

    def extend(self, items: Iterable[Any]) -> None:
        self._changing()
        if isinstance(items, List) and items.array is not None:
            self._make_array()
            self.array = A.array_extend(self.array, items.array)
        else:
            for item in items:
                self.append(item)

    def __iadd__(self, items: Iterable[Any]) -> List:  # type: ignore[misc]
        self.extend(items)
        return self

    def _make_array(self) -> None:
        if self.array is None:
            self.array = make_array(self)
            super().clear()

    def pop(self, index: Any = -1) -> Any:
        self._changing()
        if self.array is None:
            return super().pop(index)
        last = self[index]
        if index != -1:
            raise self._refuse("pop() of an element that is not the last one")
        self.array = A.array_slice(self.array, _int(0), A.array_length(self.array) - 1)
        return last

    def clear(self) -> None:
        self._changing()
        super().clear()
        self.array = None

    def copy(self) -> List:
        made = List(self if self.array is None else ())
        made.array = self.array
        return made

    def length(self) -> Any:
        """The number of elements, perhaps as a tensor."""
        return builtins.len(self) if self.array is None else weaken(A.array_length(self.array))

    def __getitem__(self, index: Any) -> Any:
        if self.array is None:
            return pick(self, index) if is_symbolic(index) else super().__getitem__(index)
        if isinstance(index, slice):
            return self._slice(index)
        return A.array_read(self.array, _int(index))

    def _slice(self, index: slice) -> List:
        if index.step not in (None, 1) or any(
            isinstance(p, int) and p < 0 for p in (index.start, index.stop)
        ):
            raise self._refuse("a slice with a step or negative bounds")
        stop = A.array_length(self.array) if index.stop is None else _int(index.stop)
        made = List()
        made.array = A.array_slice(self.array, _int(index.start or 0), stop)
        return made

    def __setitem__(self, index: Any, item: Any) -> None:
        self._changing()
        if self.array is None and not is_symbolic(index):
            super().__setitem__(index, item)
        elif isinstance(index, slice):
            raise self._refuse("assignment to a slice")
        else:
            self._make_array()
            self.array = A.array_write(element(item), _int(index), self.array)

    def __len__(self) -> int:
        if self.array is not None:
            raise self._refuse("its length as a Python number")
        return super().__len__()

    def __iter__(self) -> Any:
        if self.array is not None:
            raise self._refuse("iteration outside a `for` statement")
        return super().__iter__()

    def __bool__(self) -> bool:
        return self.length() > 0 if self.array is None else self._raise("its truth value")

    def _raise(self, what: str) -> Any:
        raise self._refuse(what)

    def _refuse(self, what: str) -> Exception:
        return refuse(
            f"the length of this list is known only when the graph runs, and {what} is not possible then"
        )


def _not_possible(name: str) -> None:
    inner = getattr(builtins.list, name)

    def method(self: List, *args: Any, **kwargs: Any) -> Any:
        if self.array is not None:
            raise self._refuse(f"list.{name}()")
        self._changing()
        return inner(self, *args, **kwargs)

    setattr(List, name, method)


for _name in (
    "insert",
    "remove",
    "sort",
    "reverse",
    "index",
    "count",
    "__contains__",
    "__delitem__",
    "__add__",
    "__mul__",
):
    _not_possible(_name)


class Elements(Source):
    """The elements of a list that is a TensorArray, for a `for` statement."""

    def __init__(self, array: Any) -> None:
        self.array = array

    def more(self, position: Any) -> Any:
        return position < A.array_length(self.array)

    def item(self, position: Any) -> Any:
        return A.array_read(self.array, _int(position))


def element(item: Any) -> Tensor:
    """A list's item as an element of a TensorArray. Raises CaptureError for what is not a tensor or number."""
    if isinstance(item, Tensor):
        return item
    if isinstance(item, (bool, int, float)):
        return to_tensor(item)
    raise refuse(
        f"a list whose length is known only when the graph runs can hold tensors, not a {type(item).__name__}"
    )


def make_array(items: Iterable[Any]) -> Any:
    """The TensorArray of some items."""
    return A.array_make([element(item) for item in items])


def _int(index: Any) -> Tensor:
    return to_tensor(index, dtype="int64") if isinstance(index, int) else index


def stack_(x: Any, axis: int = 0, *args: Any, **kwargs: Any) -> Any:
    """`paddle.stack`, also of a list that is a TensorArray."""
    if isinstance(x, List) and x.array is not None:
        return A.array_stack(x.array, axis)
    return manipulation.stack(x, axis, *args, **kwargs)


def concat_(x: Any, axis: Any = 0, *args: Any, **kwargs: Any) -> Any:
    """`paddle.concat`, also of a list that is a TensorArray."""
    if isinstance(x, List) and x.array is not None:
        return A.array_concat(x.array, axis)
    return manipulation.concat(x, axis, *args, **kwargs)
