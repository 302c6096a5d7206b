"""Lists while a graph is built: Python lists that can turn into TensorArrays.

A list made in captured code is a `List`. As long as its length is known it is an ordinary list. When branches or the
rounds of a loop give it different lengths, its contents become one TensorArray of the graph; the object stays the
same, so that every name for it sees the change.
"""

from __future__ import annotations

import builtins
import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..dtypes import rank
from ..mode import mode
from ..nested import Leaf
from ..op import Spec
from ..ops import array as A
from ..ops.control import cond
from ..tensor import manipulation
from ..tensor.creation import to_tensor
from ..tensor.tensor import Tensor
from ..weak import is_weak, weaken
from .items import pick
from .journal import born, note
from .merge import dummy
from .places import STALE, Contents
from .replaced import replaces
from .symbolic import is_symbolic, refuse


def list_(items: builtins.list[Any]) -> builtins.list[Any]:
    """The list that a display makes: `[a, b]`."""
    return List(items) if mode.capture is not None else items


def _changing(own: Callable[..., Any]) -> Callable[..., Any]:
    """A method that changes the list: Python's as long as it is a list, `own` when it is an array. An `index` that is
    a tensor makes it one.
    """
    plain, by_index = getattr(builtins.list, own.__name__), "index" in own.__code__.co_varnames

    @functools.wraps(own)
    def method(self: List, *args: Any, **kwargs: Any) -> Any:
        note(Contents("the list", self))
        if by_index and args and is_symbolic(args[0]):
            self._become_array()
        return (plain if self.array is None else own)(self, *args, **kwargs)

    return method


class List(builtins.list):  # type: ignore[type-arg]
    """A list whose contents may be a TensorArray (`array`); the list itself is empty then."""

    _array: Any = None

    def __init__(self, *items: Any) -> None:
        super().__init__(*items)
        born(self)

    def __parts__(self) -> builtins.list[Any] | None:
        return builtins.list(self) if self.array is None else None  # a TensorArray is one value

    @property
    def array(self) -> Any:
        """The TensorArray, or None. Raises CaptureError when the contents are STALE."""
        if self._array is STALE:
            raise refuse(
                "a condition or loop on a tensor decides whether this is the list that was changed under another name, "
                "and a graph does not keep what is left here",
                "Copy it before: list(a).",
            )
        return self._array

    @array.setter
    def array(self, value: Any) -> None:
        self._array = value

    @classmethod
    def of(cls, array: Any) -> List:
        """The list that a TensorArray stands for."""
        made = cls()
        made.array = array
        return made

    def _become_array(self) -> None:
        if self.array is None:
            self.array = make_array(self)
            super().clear()

    @_changing
    def append(self, item: Any) -> None:
        self.array = _like([self.array, item], A.array_append, self.array, element(item, self.array))

    @_changing
    def insert(self, index: Any, item: Any) -> None:
        self.array = _like([self.array, item], A.list_insert, self.array, element(item, self.array), index)

    @_changing
    def pop(self, index: Any = -1) -> Any:
        item = self[index]
        del self[index]
        return item

    @_changing
    def __delitem__(self, index: Any) -> None:
        if isinstance(index, slice):
            raise self._refuse("deletion of a slice")
        self.array = _like([self.array], A.array_erase, self.array, A.as_index(index))

    @_changing
    def __setitem__(self, index: Any, item: Any) -> None:
        if isinstance(index, slice):
            raise self._refuse("assignment to a slice")
        self.array = _like([self.array, item], A.list_write, self.array, element(item, self.array), index)

    @_changing
    def clear(self) -> None:
        self.array = None

    @_changing
    def reverse(self) -> None:
        self.array = self[::-1].array

    def extend(self, items: Iterable[Any]) -> None:
        other = array_of(items)
        if other is None:
            for item in builtins.list(items):
                self.append(item)
        else:
            note(Contents("the list", self))
            self._become_array()
            self.array = _like([self.array, other], A.array_joined, self.array, other)

    def __iadd__(self, items: Iterable[Any]) -> List:  # type: ignore[misc]
        self.extend(items)
        return self

    def __add__(self, items: builtins.list[Any]) -> List:  # type: ignore[override]
        if not isinstance(items, builtins.list):
            return super().__add__(items)
        made = self.copy()
        made.extend(items)
        return made

    def __radd__(self, items: Any) -> Any:
        return List(items) + self if isinstance(items, builtins.list) else NotImplemented

    def copy(self) -> List:
        return List(self) if self.array is None else List.of(self.array)

    def length(self) -> Any:
        """The number of elements, perhaps as a tensor."""
        return builtins.len(self) if self.array is None else weaken(A.array_length(self.array))

    def __getitem__(self, index: Any) -> Any:
        parts = (index.start, index.stop, index.step) if isinstance(index, slice) else (index,)
        if self.array is None and not any(map(is_symbolic, parts)):
            found = super().__getitem__(index)
            return List(found) if isinstance(index, slice) else found
        if isinstance(index, slice):
            if is_symbolic(index.step):
                raise self._refuse("a slice whose step is a tensor")
            array = make_array(self) if self.array is None else self.array
            return List.of(_like([array], A.list_slice, array, *parts))
        if self.array is None:
            return pick(self, index)
        found = _like([self.array], A.array_read, self.array, A.as_index(index))
        mode.capture.sharing.hold(found)  # type: ignore[union-attr]
        return found

    def _refuse(self, what: str) -> Exception:
        return refuse(
            f"the length of this list is known only when the graph runs, and {what} is not possible then"
        )


def _not_possible(name: str, what: str) -> None:
    """Have an array refuse the method `name` of lists."""
    plain = getattr(builtins.list, name)

    def method(self: List, *args: Any, **kwargs: Any) -> Any:
        if self.array is not None:
            raise self._refuse(what)
        found = plain(self, *args, **kwargs)
        return List(found) if type(found) is builtins.list else found

    method.__name__ = name
    setattr(List, name, _changing(method) if name in ("remove", "sort", "__imul__") else method)


for _name in (
    "remove", "sort", "index", "count", "__contains__", "__mul__", "__rmul__", "__imul__", "__reversed__", "__eq__",
    "__ne__", "__lt__", "__le__", "__gt__", "__ge__",
):  # fmt: skip
    _not_possible(_name, f"list.{_name}()")
_not_possible("__len__", "its length as a Python number")
_not_possible("__iter__", "iteration outside a `for` statement")
List.__hash__ = None  # type: ignore[assignment]
List.__name__ = List.__qualname__ = "list"  # as programs and errors show it


def _like(made_of: Sequence[Any], op: Callable[..., Any], *args: Any) -> Any:
    """What a list's own op gives; it stands for Python numbers if all that it is made of does.

    In Python a list hands on the very tensors it holds, also under no_grad: so gradients flow through its ops
    everywhere.
    """
    was, mode.grad = mode.grad, True
    try:
        result = op(*args)
    finally:
        mode.grad = was
    return weaken(result) if all(map(is_weak, made_of)) else result


def element(item: Any, beside: Any = None) -> Tensor:
    """A list's item as an element of a TensorArray. Raises CaptureError for what is not a tensor or number.

    A number takes the dtype of the numbers `beside` it, if theirs is of a higher kind.
    """
    if (isinstance(item, Tensor) and not getattr(item, "array", "")) or isinstance(item, (bool, int, float)):
        made = item if isinstance(item, Tensor) else to_tensor(item)
        if made is item:
            mode.capture.sharing.hold(item)  # type: ignore[union-attr]
        if beside is None or not is_weak(item) or not is_weak(beside):
            return made
        return made.astype(beside.dtype) if rank(made.dtype) < rank(beside.dtype) else made
    raise refuse(
        f"a list whose length is known only when the graph runs can hold tensors, not a {type(item).__name__}"
    )


def write_or_append(items: builtins.list[Any], index: Tensor, item: Tensor) -> builtins.list[Any]:
    """`items[index] = item`, where the index may be the length. Returns the list."""
    if not is_symbolic(items) and not is_symbolic(index):
        at = int(index)
        note(Contents("the list", items))
        builtins.list.__setitem__(items, slice(at, at + 1), [item])
    elif isinstance(items, List):
        note(Contents("the list", items))
        items._become_array()
        items.array = _like([items.array, item], A.array_write, element(item), A.as_index(index), items.array)
    else:
        raise refuse(
            "a list from outside of the function is written to where only the run knows", "Make a new one."
        )
    return items


def make_array(items: builtins.list[Any], least: Any = None) -> Any:
    """The TensorArray of some items; numbers take the highest dtype of theirs and `least`."""
    made = [element(item) for item in items]
    if made and all(map(is_weak, items)):
        dtype = max([t.dtype for t in made] + ([least] if least else []), key=rank)
        made = [t.astype(dtype) for t in made]
    return _like(items, A.array_make, made)


def array_of(x: Any) -> Any:
    """The TensorArray that a list has become; None for anything else."""
    return x.array if type(x) is List else None


def _is_array(x: Any) -> bool:
    return array_of(x) is not None


@replaces(manipulation.stack, _is_array)
def stack_(x: List, axis: int = 0, name: str | None = None) -> Any:
    """`paddle.stack` of a list that is a TensorArray."""
    return A.array_stack(x.array, axis)


@replaces(manipulation.concat, _is_array)
def concat_(x: List, axis: int = 0, name: str | None = None) -> Any:
    """`paddle.concat` of a list that is a TensorArray."""
    return A.array_concat(x.array, axis)


@dataclass(frozen=True)
class Rows(Leaf):
    """The place of a list of unknown length: the rows of the i-th tensor."""

    def filled(self, values: Sequence[Any]) -> Any:
        rows = values[self.index]
        return [rows[i, ...] for i in range(rows.shape[0])]


def stacked(array: Any) -> Any:
    """A list of unknown length as one tensor, which has no rows when the list is empty."""
    none = dummy(Spec((0, *array.dims), array.dtype))
    if array.array == "empty":
        return none
    return cond(A.array_length(array) > 0, lambda: [A.array_stack(array)], lambda: [none])[0]
