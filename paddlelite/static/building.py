"""The builder of a static graph: the capture that stays open, and to which every call in static mode appends.

It differs from a compiler's capture in four things. It has no end, so what it has written is read off whenever the
program is run, copied or saved. Nothing is computed while it is built: a constant is a variable too. Tensors from
outside are the variables of a scope (:class:`~paddlelite.ir.Persistable`); an eager tensor is refused. And every node
has a role, by which a copy for testing leaves backward and updates out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from ..autograd import GradNode
from ..bind import flatten_outs
from ..capture import Capture, Frame
from ..errors import InvalidArgumentError, user_line
from ..framework.random import default_generator
from ..ir import Node, Persistable, Program, Value
from ..mode import mode
from ..op import Op, Spec
from ..refusal import refuse
from ..tensor.tensor import Tensor

__all__ = ["Builder", "building"]


class Builder(Capture):
    """What appends to one static program."""

    static = True

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        program.block.program = program
        self.captured = {id(t): (t, v) for v, t in program.captures.items()}
        for tensor, value in program.state:
            self.frame.state[id(tensor)] = (tensor, value)
        self.role = "forward"
        #: Grows with everything that is appended or written: who compiled the program compares it.
        self.version = 0
        #: What tensors stood for before the optimizer's writes.
        self.forward: dict[int, tuple[Tensor, Value]] = dict(self.frame.state)
        #: Learning rates that are a scheduler's: the variable, and what gives its value before every run.
        self.schedules: list[tuple[Persistable, Any]] = []
        #: Learning rates, which the user may set at any time.
        self.rates: list[Persistable] = []
        #: Readers: each gives the next run its feed.
        self.feeds: list[Any] = []
        #: The results of each outermost call as one list, absent ones included: what the tape is made of again.
        self._calls: list[tuple[Node, list[Any]]] = [
            (n, _results(n)) for n in program.block.nodes if n.grad and n.op.grad_rule is not None
        ]
        #: The variables of the scope that it uses, and those that it writes, by name.
        self.variables = {t.name: t for t in program.captures.values() if isinstance(t, Persistable)}
        self.gives: set[str] = set()
        self._given: set[str] = set()  # names that values were renamed to
        self._names: Counter[str] = Counter()
        self._awaited: list[Value] = []

    # Appending

    @staticmethod
    def _foldable(op: Op, attrs: dict[str, Any]) -> bool:
        return False

    def append(self, op: Op, values: tuple[Any, ...], attrs: dict[str, Any], specs: list[Any]) -> Any:
        result = super().append(op, values, attrs, specs)
        node = self.frame.block.nodes[-1]
        node.role = self.role
        self.version += 1
        if self.frame.outer is None and op.grad_rule is not None and node.grad:
            self._calls.append((node, flatten_outs(op, result)))
        number = self._names[op.type]
        self._names[op.type] += 1
        for i, value in enumerate(node.outputs):
            if value._name is None:
                value.name = f"{op.type}_{number}.tmp_{i}"
        return result

    @contextmanager
    def into(self, variables: Iterable[Value]) -> Iterator[None]:
        """The results of the call inside are these variables, which the user has made."""
        self._awaited = list(variables)
        try:
            yield
        finally:
            self._awaited = []

    def _own(self, spec: Spec | None) -> Value | None:
        return self.frame.block.own(self._awaited.pop(0)) if self._awaited else super()._own(spec)

    def input(self, spec: Any, name: str, stop_gradient: bool = True) -> Value:
        value = super().input(spec, name, stop_gradient)
        value.is_data = True
        self.version += 1
        return value

    def assign(self, tensor: Tensor, value: Tensor) -> None:
        super().assign(tensor, value)
        self.version += 1
        if isinstance(tensor, Persistable):
            self.gives.add(tensor.name)
        if self.role == "forward" and self.frame.outer is None:
            self.forward[id(tensor)] = self.frame.state[id(tensor)]

    def retape(self) -> None:
        """Make the tape again, by what stops gradients now: that may be said any time before the backward."""
        for node, outs in self._calls:
            recorded = [v for v in outs if v is not None and type(v._node) is GradNode]
            stopped = [v for v in recorded if v.stop_gradient]
            for v in recorded:
                v.stop_gradient, v._node, v._index = True, None, 0
            if any(not v.stop_gradient for v in node.read()):
                self._record(node, outs)
            for v in stopped:
                v.stop_gradient = True

    @contextmanager
    def part(self, role: str) -> Iterator[None]:
        """Nodes appended inside are of this role: "backward" or "optimize"."""
        was, self.role = self.role, role
        try:
            yield
        finally:
            self.role = was

    def declare(self, variable: Persistable) -> Persistable:
        """Make ``variable`` one of this program's own."""
        block = self.program.block
        self.program.captures[block.own(variable)] = variable
        block.params.append(variable)
        self.captured[id(variable)] = (variable, variable)
        self.variables[variable.name] = variable
        self.version += 1
        return variable

    # What tensors stand for

    def _read(self, tensor: Tensor, frame: Frame) -> Value:
        if not isinstance(tensor, Value) or id(tensor) in frame.state or tensor.block is frame.block:
            return super()._read(tensor, frame)
        if frame.outer is not None:
            return self.lift(self._read(tensor, frame.outer), frame)
        return self._capture(tensor) if isinstance(tensor, Persistable) else self._of_name(tensor)

    def _of_name(self, value: Value) -> Value:
        """This program's own variable of the same name: a program and its clones have equal names."""
        found = self.program.block.vars.get(value.name)
        if found is None:
            raise refuse(
                f"{value!r} belongs to another program",
                "Use it under that program's program_guard, or feed its value to this one.",
            )
        return self._read(found, self.frame) if found.block is self.frame.block else found

    def _capture(self, tensor: Tensor) -> Value:
        entry = self.captured.get(id(tensor))
        if entry is not None:
            return entry[1]
        if isinstance(tensor, Persistable):
            value = self.program.block.own(Value(tensor.spec, tensor.name))
            value.stop_gradient, value.persistable = tensor.stop_gradient, True
            self.program.captures[value] = tensor
            self.program.block.params.append(value)
            self.captured[id(tensor)] = (tensor, value)
            self.variables.setdefault(tensor.name, tensor)
            return value
        if id(tensor) in self.constants or tensor is default_generator().state:
            return super()._capture(tensor)
        file, line = user_line()
        raise InvalidArgumentError(
            f"{file}:{line}: an eager Tensor (shape {list(tensor.dims)}, {tensor.dtype.name}) can not be used in a "
            "static program, whose variables have no values yet. Make it part of the program with "
            "paddle.assign(tensor.numpy()), feed it, or call paddle.disable_static(). (What was made in a "
            "fluid.dygraph.guard() computes inside one.)"
        )

    def origin(self, tensor: Tensor) -> Value:
        """What ``tensor`` stood for before anything was written to it: what gradients are taken of."""
        entry = self.captured.get(id(tensor))
        if entry is not None:
            return entry[1]
        own = isinstance(tensor, Value) and tensor.block is self.program.block
        return tensor if own else self.read(tensor)  # type: ignore[return-value]

    def rename(self, value: Value, name: str) -> None:
        """Name ``value``, unless another one was given that name."""
        if name not in self._given:
            self._given.add(name)
            value.name = name
            self.version += 1

    def settle(self) -> Program:
        """The program, with the state it has written so far."""
        self.program.state = self.written(self.frame.state)
        return self.program

    def written(self, state: dict[int, tuple[Tensor, Value]]) -> list[tuple[Tensor, Value]]:
        """Of ``state`` what outlives a run: variables of the scope, and the generator."""
        return [
            (t, v)
            for t, v in state.values()
            if (isinstance(t, Persistable) or not isinstance(t, Value)) and id(t) not in self.constants
        ]


def _results(node: Node) -> list[Any]:
    """The results of a node, with None for those that it does not have (they are the last ones)."""
    missing = 0 if any(node.op.many_out) else len(node.op.outs) - len(node.outputs)
    return [*node.outputs, *[None] * missing]


@contextmanager
def building(program: Program) -> Iterator[Builder]:
    """Calls inside append to ``program``."""
    builder: Builder = program.builder
    was, mode.capture = mode.capture, builder
    try:
        yield builder
    finally:
        mode.capture = was
