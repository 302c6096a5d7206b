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
from paddlelite.ir import Program
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

    @property
    def main_program(self) -> Program:
        """The program."""
        return self.traced.program

    startup_program = Program()  # parameters have their values already

    @property
    def inputs(self) -> list[Any]:
        """The program's inputs."""
        return list(self.main_program.inputs)

    @property
    def outputs(self) -> list[Any]:
        """The program's outputs."""
        return list(self.main_program.outputs)

    @property
    def parameters(self) -> list[Tensor]:
        """The parameters and buffers that the program reads."""
        return [t for t in self.main_program.captures.values() if t.persistable]

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
        self._leaves: dict[str, str] = {}  # of the last capture

    def concrete_programs(self) -> list[Entry]:
        """All programs."""
        return [entry for entries in self.entries.values() for entry in entries]

    def __len__(self) -> int:
        return len(self.concrete_programs())

    def find(self, key: Any, tensors: Sequence[Tensor]) -> Entry | None:
        """The program for this call, if there is one that still holds."""
        return next((e for e in self._fitting(key, tensors) if e.traced.guards.changed() is None), None)

    def _fitting(self, key: Any, tensors: Sequence[Tensor]) -> list[Entry]:
        return [entry for entry in self.entries.get(key, ()) if entry.fits(tensors)]

    def add(self, key: Any, entry: Entry) -> None:
        """Keep a program; one for more sizes comes first."""
        entries = self.entries.setdefault(key, [])
        entries.insert(0, entry)
        # What does not hold now may hold again (a layer goes from train to eval and back), but not everything can be
        # kept: a counter that every call reads and changes would fill the memory.
        del entries[_KEPT:]

    def sizes_for(
        self, key: Any, tensors: Sequence[Tensor], names: Sequence[str], rest: dict[str, Any]
    ) -> list[Dims]:
        """The sizes to capture for: those of this call, symbolic where an earlier call had another size. Notes in
        `log` why the capture is made.
        """
        shapes = [tuple(t._data.shape) for t in tensors]
        fitting = self._fitting(key, tensors)
        if fitting:
            self.log.append(str(fitting[0].traced.guards.changed()))
            return fitting[0].dims
        known = self.entries.get(key)
        if not known:
            kinds = map(_kind, tensors)
            self.log.append(
                self._new_leaf({**dict(zip(names, kinds)), **{n: repr(v) for n, v in rest.items()}})
            )
            return list(shapes)
        widened, reasons = [], []
        for name, shape, before in zip(names, shapes, known[0].dims, strict=True):
            sizes = zip(shape, before, strict=True)
            widened.append(tuple(a if a == b else symbol(f"{name}_{i}") for i, (a, b) in enumerate(sizes)))
            if widened[-1] != shape:
                reasons.append(f"`{name}` has shape {list(shape)}, and had {list(before)} before")
        self.log.append("; ".join(reasons))
        return widened

    def _new_leaf(self, leaves: dict[str, str]) -> str:
        """In which leaf a call differs from that of the last capture."""
        before, self._leaves = self._leaves, leaves
        if not before:
            return "first call"
        for name in (*leaves, *before):
            now, was = leaves.get(name, "missing"), before.get(name, "missing")
            if now != was:
                return f"`{name}` is {now}, and was {was} before"
        return "another structure of arguments"


def _kind(t: Tensor) -> str:
    return f"{t.dtype.name} of {len(t.dims)} axes{'' if t.stop_gradient else ' with gradient'}"
