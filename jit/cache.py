"""Captured programs by what they were captured for.

A key is the structure of the arguments with their constants, and dtype, rank and stop_gradient of the tensors. Under
one key stand programs for different sizes: a dimension that is seen with a second size becomes symbolic, so that a
short last batch captures once more and then never again.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from paddlelite.dims import Dim, Dims, matches, symbol
from paddlelite.errors import InvalidArgumentError
from paddlelite.ir import Program, Value
from paddlelite.nested import fill
from paddlelite.staged.places import given_places
from paddlelite.tensor.tensor import Tensor

from .guards import Guards

#: Programs kept for one key, the newest first.
_KEPT = 8


@dataclass
class ConcreteProgram:
    """A captured function: its program, the structure of its result, and what it depends on besides arguments."""

    main_program: Program
    call: tuple[Any, Any, Sequence[Any]]  # what it was captured for, as `trace` is given it
    result: Any
    count: int  # how many outputs are the result's; the rest is put where the function wrote
    #: Places, by themselves or by their numbers among those of the arguments, and what they get after a run.
    effects: list[tuple[Any, Any]]
    places: int  # how many there are in the arguments
    guards: Guards
    decisions: dict[tuple[str, int], str]  # file and line -> what became of the construct there

    startup_program = Program()  # parameters have their values already

    def __call__(self, tensors: Sequence[Tensor], arguments: Any) -> Any:
        """The function's result. `arguments`, of which these are the tensors, are changed as the function does."""
        results = self.run(tensors)
        if self.effects:
            given = given_places(tensors, arguments)
            if len(given) != self.places:
                raise InvalidArgumentError(
                    "a list or dict is given twice, and the function changes one: a graph takes them for two"
                )
            for place, value in self.effects:
                (given[place] if isinstance(place, int) else place).put(
                    fill(value, results, self.guards.outside)
                )
        return fill(self.result, results, self.guards.outside)

    @functools.cached_property
    def run(self) -> Any:
        """What runs the program."""
        from paddlelite.export.executor import Executor  # onnx is loaded by its first use

        return Executor(self.main_program)

    @property
    def inputs(self) -> list[Value]:
        """The program's inputs."""
        return self.main_program.inputs

    @property
    def outputs(self) -> list[Value]:
        """The program's outputs."""
        return self.main_program.outputs

    @property
    def parameters(self) -> list[Tensor]:
        """The parameters and buffers that the program reads."""
        return [t for t in self.main_program.captures.values() if t.persistable]

    @property
    def holds(self) -> bool:
        """Whether everything that the capture has read is still as it was."""
        return self.guards.changed() is None

    def fits(self, given: Sequence[Any]) -> bool:
        """Whether the program may be run on tensors of these sizes. (InputSpecs are in the key: they fit.)"""
        seen: dict[Dim, int] = {}
        sizes = [(value.dims, t._data.shape) for value, t in zip(self.inputs, given) if isinstance(t, Tensor)]
        return all(dims == shape or matches(dims, shape, seen) for dims, shape in sizes)


class Cache:
    """The programs of one function."""

    def __init__(self) -> None:
        self.entries: dict[Any, list[ConcreteProgram]] = {}
        self.log: list[str] = []  # why each capture was made
        self._leaves: dict[str, str] = {}  # of the last capture

    def concrete_programs(self) -> list[ConcreteProgram]:
        """All programs."""
        return [entry for entries in self.entries.values() for entry in entries]

    def __len__(self) -> int:
        return len(self.concrete_programs())

    def find(self, key: Any, given: Sequence[Any]) -> ConcreteProgram | None:
        """The program for this call (tensors or InputSpecs), if there is one that still holds."""
        return next((entry for entry in self._fitting(key, given) if entry.holds), None)

    def _fitting(self, key: Any, given: Sequence[Any]) -> list[ConcreteProgram]:
        return [entry for entry in self.entries.get(key, ()) if entry.fits(given)]

    def add(self, key: Any, entry: ConcreteProgram) -> None:
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
            self.log.append(str(fitting[0].guards.changed()))
            return [value.dims for value in fitting[0].inputs]
        if not known:
            rest = {name: repr(value) for name, value in rest.items()}
            self.log.append(self._new_leaf({**dict(zip(names, key[1])), **rest}))
            return shapes
        widened, reasons = [], []
        for name, shape, value in zip(names, shapes, known[0].inputs, strict=True):
            sizes = enumerate(zip(shape, value.dims, strict=True))
            widened.append(tuple(a if a == b else symbol(f"{name}_{i}") for i, (a, b) in sizes))
            if widened[-1] != shape:
                reasons.append(f"`{name}` has shape {list(shape)}, and had {list(value.dims)} before")
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
