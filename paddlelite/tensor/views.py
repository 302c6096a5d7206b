"""Which tensors share memory, and whether one may be written in place.

Views (``x[0]``, ``x.reshape(...)``, ``x.detach()``) share the array of their base, as in PaddlePaddle, where a write
to one shows in all. Here arrays that the tape or anybody else holds must not change. So a tensor is written in place
only when every reference to its memory is accounted for by the tensors that share it; then the write shows in all
of them. Otherwise it gets a new array, and if views are alive the write is refused.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from .tensor import Tensor

__all__ = ["family", "may_write"]


def family(t: Tensor) -> list[Tensor]:
    """The living tensors known to share memory with ``t``, itself included."""
    root = t._base() if t._base is not None else t
    if root is None:
        return [t]
    found = [root]
    for ref in root._views or ():
        view = ref()
        if view is not None:
            found.append(view)
    return found


def may_write(t: Tensor) -> bool:
    """Whether the memory of ``t`` is referred to by its family alone, none of which takes part in gradients."""
    owner = t._data if t._data.base is None else t._data.base
    if type(owner) is not np.ndarray or not t._data.flags.writeable:
        return False
    members = family(t)
    for m in members:
        if not m.stop_gradient or m._node is not None:
            return False
    return _unaccounted(members, owner) == _ALONE


def _unaccounted(members: list[Any], owner: Any) -> int:
    """References to the family's arrays beyond those of its tensors and of NumPy's views of the owner.

    A constant number of them are this function's own. -1 when a member does not share the owner's memory.
    """
    arrays: dict[int, Any] = {id(owner): owner}
    tensors: dict[int, int] = {}
    for m in members:
        array = m._data
        if array is not owner and array.base is not owner:
            return -1
        key = id(array)
        arrays[key] = array
        tensors[key] = tensors.get(key, 0) + 1
    array = None
    extra = sys.getrefcount(owner) - tensors.pop(id(owner), 0) - (len(arrays) - 1)
    del arrays[id(owner)]
    for key, count in tensors.items():
        if sys.getrefcount(arrays[key]) - count != _HELD:
            return -1
    return extra


class _Probe:
    """A stand-in for a tensor that nobody else refers to."""

    def __init__(self, data: Any) -> None:
        self._data = data


def _held() -> int:
    """What getrefcount says of an array that one tensor and one dictionary hold."""
    probe = _Probe(np.zeros(2)[:1])
    arrays = {0: probe._data}
    return sys.getrefcount(arrays[0]) - 1


def _alone() -> int:
    """What :func:`_unaccounted` says of a tensor that nobody else refers to, seen as :func:`may_write` sees it."""
    probe = _Probe(np.zeros(2))
    owner = probe._data if probe._data.base is None else probe._data.base
    return _unaccounted([probe], owner)


_HELD = _held()
_ALONE = _alone()
