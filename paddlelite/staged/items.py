"""Items of Python sequences found by a tensor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..autograd import enable_grad
from ..mode import mode
from ..ops.array import as_index
from ..ops.check import assert_op
from ..tensor.creation import to_tensor
from ..tensor.manipulation import stack
from ..tensor.search import where
from ..tensor.tensor import Tensor
from ..weak import Number, is_weak, weaken
from .branches import ifexp
from .symbolic import refuse


def check_key(table: Any, key: Any) -> None:
    """Raises CaptureError when a dict or set would have to find a number that is known only when the graph runs."""
    if type(key) is Number and isinstance(table, (dict, set, frozenset)):
        raise refuse(
            f"a {type(table).__name__} is asked for a number that is known only when the graph runs",
            "Use a list, or `if`s on the number.",
        )


def pick(items: Sequence[Any], position: Any) -> Any:
    """`items[position]` where the position may be a tensor."""
    if not isinstance(position, Tensor):
        return items[position]
    first = items[0] if items else None
    if isinstance(first, tuple) and all(type(i) is type(first) and len(i) == len(first) for i in items):
        parts = [pick(column, position) for column in zip(*items)]
        return type(first)(*parts) if hasattr(first, "_fields") else tuple(parts)
    if all(isinstance(item, (Tensor, bool, int, float)) for item in items):
        tensors = [item if isinstance(item, Tensor) else to_tensor(item) for item in items]
        if len({(t.dtype, tuple(t.dims)) for t in tensors}) == 1:
            with enable_grad():  # in Python a list gives the very tensor that it holds, also under no_grad
                found = stack(tensors)[position]
            for i, item in enumerate(items):
                same = lambda i=i: (position == i).logical_or(position == i - len(items))  # type: ignore[misc]
                mode.capture.sharing.may_be(found, item, same)  # type: ignore[union-attr]
            return weaken(found) if all(map(is_weak, items)) else found
    return _chosen(items, position)


def _chosen(items: Sequence[Any], position: Tensor) -> Any:
    """By comparing: for items that do not fit into one tensor."""
    position = from_front(position, len(items), "list")
    found = items[-1]
    for i in range(len(items) - 2, -1, -1):
        found = ifexp(position == i, _constant(items[i]), _constant(found))
    return found


def from_front(position: Any, count: Any, kind: str) -> Any:
    """An index counted from the front. Raises IndexError (when the graph runs) for one outside."""
    position, count = as_index(position), as_index(count)
    inside = (position >= -count).logical_and(position < count)
    assert_op(inside, [], error=IndexError(f"{kind} index out of range"))
    return where(position < 0, position + count, position)


def _constant(value: Any) -> Callable[[], Any]:
    return lambda: value
