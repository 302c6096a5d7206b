"""Captured programs by what they were captured for.

A key is the structure of the arguments with their constants, and dtype, rank and stop_gradient of the tensors. Under
one key stand programs for different sizes: a dimension that is seen with a second size becomes symbolic, so that a
short last batch captures once more and then never again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from paddlelite.dims import Dim, Dims, matches, symbol
from paddlelite.tensor.tensor import Tensor

from .trace import Traced

__all__ = ["Cache", "Entry"]

#: Programs kept for one key, the newest first.
_KEPT = 8


@dataclass
class Entry:
    """One program: the sizes of its inputs, and how it runs."""

    dims: list[Dims]
    traced: Traced
    run: Any  # the executor
    call: tuple[
        Any, Any, list[tuple[Any, str, bool]]
    ]  # key, template, (spec, name, stop_gradient) of each input

    def fits(self, tensors: Sequence[Tensor]) -> bool:
        """Whether the program may be run on tensors of these sizes."""
        seen: dict[Dim, int] = {}
        for dims, tensor in zip(self.dims, tensors, strict=True):
            shape = tensor._data.shape
            if dims != shape and not matches(dims, shape, seen):
                return False
        return True


class Cache:
    """The programs of one function."""

    def __init__(self) -> None:
        self.entries: dict[Any, list[Entry]] = {}
        self.log: list[str] = []  # why each capture was made

    def __len__(self) -> int:
        return sum(map(len, self.entries.values()))

    def find(self, key: Any, tensors: Sequence[Tensor]) -> Entry | None:
        """The program for this call, if there is one that still holds."""
        entries = self.entries.get(key, [])
        changed = None
        for entry in entries:
            if entry.fits(tensors):
                name = entry.traced.guards.changed()
                if name is None:
                    return entry
                changed = changed or name
        if changed is not None:
            self.log.append(f"`{changed}` has changed")
            # What does not hold now may hold again (a layer goes from train to eval and back), but not everything can
            # be kept: a counter that every call reads and changes would fill the memory.
            del entries[_KEPT - 1 :]
        return None

    def add(self, key: Any, entry: Entry) -> None:
        """Keep a program; one for more sizes comes first."""
        self.entries.setdefault(key, []).insert(0, entry)

    def sizes_for(self, key: Any, tensors: Sequence[Tensor], names: Sequence[str]) -> list[Dims]:
        """The sizes to capture for: those of this call, symbolic where an earlier call had another size."""
        known = self.entries.get(key)
        shapes = [tuple(t._data.shape) for t in tensors]
        if not known:
            self.log.append("first call with these types")
            return list(shapes)
        widened = []
        for name, shape, before in zip(names, shapes, known[0].dims, strict=True):
            sizes = zip(shape, before, strict=True)
            dims = tuple(a if a == b else symbol(f"{name}_{i}") for i, (a, b) in enumerate(sizes))
            if dims != shape:
                self.log.append(f"`{name}` has shape {list(shape)}, and had {list(before)} before")
            widened.append(dims)
        return widened
