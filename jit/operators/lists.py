"""Lists while a graph is built: Python lists that can turn into TensorArrays.

A list made in captured code is a `List`. As long as its length is known it is an ordinary list. When branches or the
rounds of a loop give it different lengths, its contents become one TensorArray of the graph; the object stays the
same, so that every name for it sees the change.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable
from typing import Any

from paddlelite.mode import mode
from paddlelite.ops import array as A
from paddlelite.ops.check import assert_op
from paddlelite.tensor import manipulation
from paddlelite.tensor.creation import to_tensor
from paddlelite.tensor.pairs import maximum, minimum
from paddlelite.tensor.search import where
from paddlelite.tensor.tensor import Tensor
from paddlelite.weak import is_weak, weaken

from ..state import Contents, born, check_frozen, note
from ..symbolic import is_symbolic, refuse
from .items import pick
from .replaced import replaces


def list_(items: builtins.list[Any]) -> builtins.list[Any]:
    """The list that a display makes: `[a, b]`."""
    return List(items) if mode.capture is not None else items


def made(container: Any) -> Any:
    """The dict or set that a display makes."""
    return born(container)


class List(builtins.list):  # type: ignore[type-arg]
    """A list whose contents may be a TensorArray (`array`); the list itself is empty then."""

    array: Any = None

    def __init__(self, *items: Any) -> None:
        super().__init__(*items)
        born(self)

    def __parts__(self) -> builtins.list[Any] | None:
        return builtins.list(self) if self.array is None else None  # a TensorArray is one value

    def _changing(self, *index: Any) -> bool:
        """Note that the list changes; whether it is an array, or becomes one because a tensor is among `index`."""
        check_frozen(self)
        note(Contents("the list", self))
        if self.array is None and any(map(is_symbolic, index)):
            self.array = make_array(self)
            super().clear()
        return self.array is not None

    def append(self, item: Any) -> None:
        if self._changing():
            self.array = _like(kept(A.array_append, self.array, element(item)), self.array, item)
        else:
            super().append(item)

    def extend(self, items: Iterable[Any]) -> None:
        if not isinstance(items, List) or items.array is None:
            for item in builtins.list(items):
                self.append(item)
        else:
            before = self.array if self._changing() else make_array(self)
            super().clear()
            self.array = _like(kept(A.array_joined, before, items.array), before, items.array)

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
        if not isinstance(items, builtins.list):
            return NotImplemented
        return List(items) + self

    def insert(self, index: Any, item: Any) -> None:
        if self._changing(index):
            at = _bound(index, A.array_length(self.array))
            self.array = _like(kept(A.array_insert, self.array, element(item), at), self.array, item)
        else:
            super().insert(index, item)

    def pop(self, index: Any = -1) -> Any:
        if not self._changing(index):
            return super().pop(index)
        item = self[index]
        self.__delitem__(index)
        return item

    def __delitem__(self, index: Any) -> None:
        if not self._changing(index):
            super().__delitem__(index)
        elif isinstance(index, slice):
            raise self._refuse("deletion of a slice")
        else:
            self.array = _like(kept(A.array_erase, self.array, _int(index)), self.array)

    def clear(self) -> None:
        self._changing()
        super().clear()
        self.array = None

    def reverse(self) -> None:
        if self._changing():
            self.array = self[::-1].array
        else:
            super().reverse()

    def copy(self) -> List:
        return List.of(self.array) if self.array is not None else List(self)

    @classmethod
    def of(cls, array: Any) -> List:
        made = cls()
        made.array = array
        return made

    def length(self) -> Any:
        """The number of elements, perhaps as a tensor."""
        return builtins.len(self) if self.array is None else weaken(A.array_length(self.array))

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return self._slice(index)
        if self.array is None:
            return pick(self, index) if is_symbolic(index) else super().__getitem__(index)
        item = kept(A.array_read, self.array, _int(index))
        return weaken(item) if is_weak(self.array) else item

    def _slice(self, index: slice) -> List:
        parts = (index.start, index.stop, index.step)
        if self.array is None and not any(map(is_symbolic, parts)):
            return List(super().__getitem__(index))
        if is_symbolic(index.step):
            raise self._refuse("a slice whose step is a tensor")
        array = make_array(self) if self.array is None else self.array
        length, step = A.array_length(array), index.step or 1
        least, most = (_int(0), length) if step > 0 else (_int(-1), length - 1)
        start, stop = (
            end if part is None else _bound(part, length, least, most)
            for part, end in zip((index.start, index.stop), (least, most) if step > 0 else (most, least))
        )
        count = (stop - start + (step - 1)) // step if step > 0 else (start - stop + (-step - 1)) // -step
        return List.of(_like(kept(A.array_picked, array, count, lambda i: start + i * step), array))

    def __setitem__(self, index: Any, item: Any) -> None:
        if not self._changing(index):
            super().__setitem__(index, item)
        elif isinstance(index, slice):
            raise self._refuse("assignment to a slice")
        else:
            # An index that is the length would make the array longer.
            inside = _int(index) < A.array_length(self.array)
            assert_op(inside, [], error=IndexError("list assignment index out of range"))
            self.array = _like(kept(A.array_write, element(item), _int(index), self.array), self.array, item)

    def __len__(self) -> int:
        if self.array is not None:
            raise self._refuse("its length as a Python number")
        return super().__len__()

    def __iter__(self) -> Any:
        if self.array is not None:
            raise self._refuse("iteration outside a `for` statement")
        return super().__iter__()

    def __bool__(self) -> bool:
        if self.array is not None:
            raise self._refuse("its truth value")
        return super().__len__() > 0

    def _refuse(self, what: str) -> Exception:
        return refuse(
            f"the length of this list is known only when the graph runs, and {what} is not possible then"
        )


def _not_possible(name: str) -> None:
    inner = getattr(builtins.list, name)

    def method(self: List, *args: Any, **kwargs: Any) -> Any:
        if self.array is not None:
            raise self._refuse(f"list.{name}()")
        note(Contents("the list", self))
        return inner(self, *args, **kwargs)

    setattr(List, name, method)


for _name in (
    "remove", "sort", "index", "count", "__contains__", "__mul__", "__rmul__", "__imul__", "__reversed__", "__eq__",
    "__ne__", "__lt__", "__le__", "__gt__", "__ge__",
):  # fmt: skip
    _not_possible(_name)
List.__hash__ = None  # type: ignore[assignment]


def kept(op: Callable[..., Any], *args: Any) -> Any:
    """What a list's own op gives. In Python a list hands on the very tensors it holds, also under no_grad: so gradients
    flow through its ops everywhere.
    """
    was, mode.grad = mode.grad, True
    try:
        return op(*args)
    finally:
        mode.grad = was


def element(item: Any) -> Tensor:
    """A list's item as an element of a TensorArray. Raises CaptureError for what is not a tensor or number."""
    if isinstance(item, Tensor) and not getattr(item, "array", ""):
        return item
    if isinstance(item, (bool, int, float)):
        return to_tensor(item)
    raise refuse(
        f"a list whose length is known only when the graph runs can hold tensors, not a {type(item).__name__}"
    )


def make_array(items: builtins.list[Any]) -> Any:
    """The TensorArray of some items."""
    made = kept(A.array_make, [element(item) for item in items])
    return weaken(made) if all(map(is_weak, items)) else made


def _like(array: Any, *made_of: Any) -> Any:
    """An array, which holds Python numbers if all that it was made of does."""
    return weaken(array) if all(map(is_weak, made_of)) else array


def _int(index: Any) -> Tensor:
    return index if isinstance(index, Tensor) else to_tensor(index, dtype="int64")


def _bound(index: Any, length: Any, least: Any = None, most: Any = None) -> Any:
    """An index counted from the front and kept between two bounds, as Python does for slices and insert()."""
    index = _int(index).reshape([])
    least, most = _int(0) if least is None else least, length if most is None else most
    return minimum(maximum(where(index < 0, index + length, index), least), most)


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
