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

#: Programs kept for one key, the newest first.
_KEPT = 8


@dataclass
class Entry:
    """One program: the sizes of its inputs, and how it runs."""

    dims: list[Dims]
    traced: Traced
    run: Any  # the executor
    call: tuple[Any, ...]  # key, template, and (spec, name, stop_gradient) of each input

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

    @property
    def holds(self) -> bool:
        """Whether everything that the capture has read is still as it was."""
        return self.traced.guards.changed() is None

    def fits(self, given: Sequence[Any]) -> bool:
        """Whether the program may be run on tensors of these sizes. (InputSpecs are in the key: they fit.)"""
        seen: dict[Dim, int] = {}
        sizes = [(dims, t._data.shape) for dims, t in zip(self.dims, given) if isinstance(t, Tensor)]
        return all(dims == shape or matches(dims, shape, seen) for dims, shape in sizes)


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

    def find(self, key: Any, given: Sequence[Any]) -> Entry | None:
        """The program for this call (tensors or InputSpecs), if there is one that still holds."""
        return next((entry for entry in self._fitting(key, given) if entry.holds), None)

    def _fitting(self, key: Any, given: Sequence[Any]) -> list[Entry]:
        return [entry for entry in self.entries.get(key, ()) if entry.fits(given)]

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
        fitting, known = self._fitting(key, tensors), self.entries.get(key)
        if fitting:
            self.log.append(str(fitting[0].traced.guards.changed()))
            return fitting[0].dims
        if not known:
            rest = {name: repr(value) for name, value in rest.items()}
            self.log.append(self._new_leaf({**dict(zip(names, map(_kind, tensors))), **rest}))
            return shapes
        widened, reasons = [], []
        for name, shape, before in zip(names, shapes, known[0].dims, strict=True):
            sizes = enumerate(zip(shape, before, strict=True))
            widened.append(tuple(a if a == b else symbol(f"{name}_{i}") for i, (a, b) in sizes))
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
