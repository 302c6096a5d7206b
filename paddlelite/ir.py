"""The Program: an SSA graph with functional control flow.

A :class:`Program` has one :class:`Block`; a block has parameters, nodes in order and outputs; a :class:`Node` is one
call of an op; a :class:`Value` is one result. Control flow is an op with blocks among its attributes
(``cond``: ``true_block``, ``false_block``; ``while_loop``: ``cond_block``, ``body_block``). Blocks are closed: what a
block reads from outside is a parameter of the block and an input of its node, so that a block can be run, copied,
differentiated or lowered knowing nothing of its surroundings.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .dims import Dim, Size
from .dtypes import DType
from .errors import InvalidTypeError
from .ir_views import BlockView, NodeView, ProgramView, VariableView
from .mode import mode
from .op import Op, Spec
from .refusal import go_on, needs_values
from .tensor.tensor import Size as ShapeList
from .tensor.tensor import Tensor, Unknown

if TYPE_CHECKING:
    pass

__all__ = ["Block", "Node", "Persistable", "Program", "Value", "verify"]

_numbers = itertools.count()


class Value(VariableView, Tensor):
    """One result in a program: a tensor whose sizes may be symbolic and whose values are not known yet.

    ``content`` holds the values themselves, as sizes, for small integer tensors computed from shapes. ``array``
    marks a TensorArray, a list of tensors of one dtype.
    """

    def __init__(self, spec: Spec, name: str | None = None) -> None:
        self._dims = tuple(spec.dims)
        self._dtype = spec.dtype
        self.content: np.ndarray | None = spec.content
        self.array: str = spec.array
        self.block: Block | None = None
        self._name = name

    @property
    def dims(self) -> tuple[Size, ...]:
        return self._dims

    @property
    def dtype(self) -> DType:
        return self._dtype

    @property
    def spec(self) -> Spec:
        return Spec(self._dims, self._dtype, self.content, self.array)

    @property
    def shape(self) -> list[Any]:
        """The sizes: numbers, and 0-D int64 values for those only known when the program runs.

        In static mode, as in PaddlePaddle, those are -1 (:class:`~.tensor.tensor.Unknown`).
        """
        from .tensor.attribute import size_value

        capture = mode.capture
        if capture is None or (capture.static and capture.convert is None):
            return ShapeList(d if isinstance(d, int) else Unknown(self, i) for i, d in enumerate(self._dims))
        return ShapeList(
            d if isinstance(d, int) else size_value(self, axis) for axis, d in enumerate(self._dims)
        )

    @property
    def size(self) -> Any:
        from .tensor.attribute import numel

        known = [d for d in self._dims if isinstance(d, int)]
        return int(np.prod(known)) if len(known) == len(self._dims) else numel(self)

    @property
    def name(self) -> str:
        if self._name is None:
            self._name = f"tmp_{next(_numbers)}"
        return self._name

    @name.setter
    def name(self, name: str) -> None:
        self._name = name

    # What needs values is refused. Where that is only noted, for a report of all problems, each gives a stand-in.

    def _refuse(self, what: str, instead: str) -> None:
        go_on(needs_values(self, what, instead))

    def _stand_in(self) -> np.ndarray:
        return np.full([d if isinstance(d, int) else 1 for d in self._dims], 1, self._dtype.np)

    def __len__(self) -> int:
        if self._dims and isinstance(self._dims[0], int):
            return self._dims[0]
        self._refuse("len()", "x.shape[0], which may be symbolic")
        return 1

    def __iter__(self) -> Iterator[Tensor]:
        if not self._dims or not isinstance(self._dims[0], int):
            self._refuse("a Python loop", "a `for` statement in a function decorated with to_static")
        return (self[i] for i in range(len(self._stand_in()) if self._dims else 0))

    def numpy(self, blocking: bool = True) -> np.ndarray:
        self._refuse("numpy()", "paddle functions, which become part of the graph")
        return self._stand_in()

    def item(self, *index: int) -> Any:
        if self.content is not None and self.content.size == 1 and isinstance(self.content.item(), int):
            return self.content.item()
        if mode.capture is None or mode.capture.convert is None:
            self._refuse("item()", "the 0-D tensor itself")
            return np.ones((), self._dtype.np).item()
        from .weak import weaken

        one = self.detach()
        return weaken(
            one.flatten()[index[0]] if len(index) == 1 else one[index] if index else one.reshape([])
        )

    def tolist(self) -> Any:
        self._refuse("tolist()", "indexing, or a `for` statement in a to_static function")
        return self._stand_in().tolist()

    def _scalar(self, what: str) -> Any:
        self._refuse(f"{what}()", f"astype() (a Python {what} must be known when the graph is built)")
        return 1

    def __bool__(self) -> bool:
        self._refuse(
            "the truth of a tensor", "if/while/and/or in the source of a to_static function, or paddle.where"
        )
        return True

    def __index__(self) -> int:
        content = self.content
        if content is not None and content.size == 1 and isinstance(content.item(), int):
            return content.item()
        self._refuse(
            "an index", "slicing or paddle.gather with the tensor, or range() in a to_static function"
        )
        return 0

    def __format__(self, spec: str) -> str:
        if spec:
            self._refuse("formatting", "paddle.static.Print")
        return str(self)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        self._refuse("NumPy called on a traced tensor", "the paddle function of the same meaning")
        return self._stand_in()

    def __repr__(self) -> str:
        kind = "array of " if self.array else ""
        return f"Value({kind}{self._dtype.name}{_show_dims(self._dims)}, name={self.name})"

    __str__ = __repr__

    def detach(self) -> Tensor:
        from .ops.creation import assign

        # Recorded as outside the tape, so that a later backward through this program stops here too.
        was, mode.grad = mode.grad, False
        try:
            made = assign(self)
        finally:
            mode.grad = was
        if mode.capture is not None:  # it shares memory, but not the tape: no op does that
            mode.capture.sharing.may_be(made, self)
        return made

    def __copy__(self) -> Tensor:
        return self if mode.capture is None or mode.capture.convert is None else self.clone()

    def __deepcopy__(self, memo: Any) -> Tensor:
        return self.__copy__()


class Persistable(Value):
    """A variable of a static graph that lives in a scope from one run to the next: it is declared here, by name.

    Every program that uses it has it among its captures; an executor finds the array in its scope.
    """

    def __init__(self, dims: Iterable[int], dtype: DType, name: str) -> None:
        super().__init__(Spec(tuple(int(d) for d in dims), dtype), name)
        self.persistable = True

    def detach(self) -> Tensor:
        return self if self.block is None else super().detach()


def _show_dims(dims: Iterable[Size]) -> str:
    return "[" + ", ".join(map(str, dims)) + "]"


Inputs = tuple[Any, ...]


@dataclass(eq=False)
class Node(NodeView):
    """One call of an op. ``inputs`` in slot order: a Value, None, or a tuple of Values for a list slot.

    ``outputs`` is flat. ``source`` is the user's (file, line), ``scope`` the path of layers, ``grad`` whether the
    call was recorded for backward (False under no_grad). ``role`` is what a static graph has it for: "forward",
    "backward" or "optimize".
    """

    op: Op
    inputs: Inputs
    attrs: dict[str, Any]
    outputs: list[Value]
    source: tuple[str, int] = ("<unknown>", 0)
    scope: str = ""
    grad: bool = True
    role: str = "forward"

    def read(self) -> Iterator[Value]:
        """All values it takes."""
        for x in self.inputs:
            if isinstance(x, tuple):
                yield from x
            elif x is not None:
                yield x

    @property
    def blocks(self) -> list[Block]:
        """The blocks among its attributes."""
        return [v for v in self.attrs.values() if isinstance(v, Block)]

    @property
    def type(self) -> str:
        return self.op.type


@dataclass(eq=False)
class Block(BlockView):
    """Parameters, nodes in the order they run, outputs."""

    params: list[Value] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    outputs: list[Value] = field(default_factory=list)
    program: Program | None = None

    def own(self, value: Value) -> Value:
        """Note that ``value`` is made in this block."""
        value.block = self
        return value

    def copy(self) -> Block:
        """The same block with values of its own, also inside."""
        made = Block()
        own: dict[Value, Value] = {v: _twin(v, made) for v in self.params}

        def taken(x: Any) -> Any:
            return tuple(own[v] for v in x) if isinstance(x, tuple) else None if x is None else own[x]

        for node in self.nodes:
            own.update((v, _twin(v, made)) for v in node.outputs)
            attrs = {k: v.copy() if isinstance(v, Block) else v for k, v in node.attrs.items()}
            outputs = [own[v] for v in node.outputs]
            made.nodes.append(
                replace(node, inputs=tuple(map(taken, node.inputs)), attrs=attrs, outputs=outputs)
            )
        made.params, made.outputs = [own[v] for v in self.params], [own[v] for v in self.outputs]
        return made

    def walk(self) -> Iterator[Node]:
        """All nodes, those of inner blocks after the node that has them."""
        for node in self.nodes:
            yield node
            for block in node.blocks:
                yield from block.walk()


def _twin(value: Value, block: Block) -> Value:
    """Another value of the same kind, for a copy of its block."""
    made = block.own(Value(value.spec, value._name))
    made.stop_gradient, made.persistable = value.stop_gradient, value.persistable
    return made


class Program(ProgramView):
    """A graph that can be run, saved, exported and differentiated.

    ``inputs`` are fed by name at each run; ``captures`` are the tensors (parameters, buffers, constants) it uses, by
    reference; ``state`` are tensors with the values they take after a run (running statistics, the generator).
    ``builder`` is what appends to it in static mode.
    """

    def __init__(self) -> None:
        self.block = Block()
        self.inputs: list[Value] = []
        self.captures: dict[Value, Tensor] = {}
        self.state: list[tuple[Tensor, Value]] = []
        self._builder: Any = None
        #: What executors have compiled of it, by what is fetched and the scope.
        self._runs: dict[Any, Any] = {}
        self.random_seed = 0

    @property
    def outputs(self) -> list[Value]:
        return self.block.outputs

    @property
    def results(self) -> list[Value]:
        """The outputs followed by the new values of the state."""
        return [*self.block.outputs, *(value for _, value in self.state)]

    def prune(self) -> Program:
        """Remove what neither the outputs nor the state depend on; inputs stay."""
        from .prune import prune_block

        prune_block(self.block, self.results)
        used = {id(v) for node in self.block.nodes for v in node.read()}
        used.update(id(v) for v in self.results)
        self.captures = {v: t for v, t in self.captures.items() if id(v) in used}
        self.block.params = [*self.inputs, *self.captures]
        return self

    def op_counts(self) -> dict[str, int]:
        """How often each op type occurs, inner blocks included."""
        counts: dict[str, int] = {}
        for node in self.block.walk():
            counts[node.op.type] = counts.get(node.op.type, 0) + 1
        return counts

    def __str__(self) -> str:
        if self._builder is not None:
            self._builder.settle()
        lines = [f"input   {_show(v)}" for v in self.inputs]
        lines += [f"capture {_show(v)}" for v in self.captures]
        lines += _print_block(self.block, "")
        lines += [f"state   {tensor.name} = {value.name}" for tensor, value in self.state]
        return "\n".join(lines)


def _show(v: Value) -> str:
    return f"{v.name}: {'array of ' if v.array else ''}{v.dtype.name}{_show_dims(v.dims)}"


def _print_block(block: Block, indent: str) -> list[str]:
    lines = []
    for node in block.nodes:
        ins = ", ".join(_show_input(x) for x in node.inputs)
        attrs = ", ".join(f"{k}={v}" for k, v in node.attrs.items() if not isinstance(v, Block))
        outs = ", ".join(map(_show, node.outputs))
        lines.append(
            f"{indent}{outs} = {node.op.type}({ins}{'; ' if attrs else ''}{attrs})  # line {node.source[1]}"
        )
        for name, inner in node.attrs.items():
            if isinstance(inner, Block):
                lines.append(f"{indent}  {name}({', '.join(map(_show, inner.params))}):")
                lines += _print_block(inner, indent + "    ")
    lines.append(f"{indent}return {', '.join(v.name for v in block.outputs)}")
    return lines


def _show_input(x: Any) -> str:
    if isinstance(x, tuple):
        return f"[{', '.join(v.name for v in x)}]"
    return "_" if x is None else x.name


def verify(program: Program) -> None:
    """Check the rules every program keeps. Raises InvalidTypeError naming the first one broken."""
    params = program.block.params
    if {id(v) for v in params} != {id(v) for v in (*program.inputs, *program.captures)}:
        raise InvalidTypeError("the block's parameters are not the program's inputs and captures")
    for value, tensor in program.captures.items():
        if tuple(value.dims) != tuple(tensor.dims) or value.dtype is not tensor.dtype:
            raise InvalidTypeError(f"capture {_show(value)} does not have its tensor's shape and dtype")
    _verify_block(program.block, [v for _, v in program.state])


def _verify_block(block: Block, also: list[Value]) -> None:
    known = {id(v) for v in block.params}
    if len(known) != len(block.params):
        raise InvalidTypeError("a block has one parameter twice")
    for node in block.nodes:
        for v in node.read():
            if id(v) not in known:
                raise InvalidTypeError(
                    f"{node.op.type} at line {node.source[1]} reads {v.name} before it is defined"
                )
        if len(node.inputs) > len(node.op.slots):
            raise InvalidTypeError(
                f"{node.op.type} has {len(node.inputs)} inputs for {len(node.op.slots)} slots"
            )
        if node.attrs.keys() != node.op.attrs.keys():
            raise InvalidTypeError(
                f"{node.op.type} has attributes {list(node.attrs)}, not {list(node.op.attrs)}"
            )
        for inner in node.blocks:
            _verify_block(inner, [])
        for v in node.outputs:
            if id(v) in known:
                raise InvalidTypeError(f"{v.name} is defined twice")
            if v.block is not block:
                raise InvalidTypeError(f"{v.name} does not belong to the block that defines it")
            known.add(id(v))
    for v in (*block.outputs, *also):
        if id(v) not in known:
            raise InvalidTypeError(f"output {v.name} is not defined in its block")


def symbols_of(values: Iterable[Value]) -> set[str]:
    """Names of the symbols in the values' sizes."""
    return {s for v in values for d in v.dims if isinstance(d, Dim) for s in d.symbols()}
