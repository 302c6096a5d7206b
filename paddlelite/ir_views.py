"""What users see of a Program: the questions of PaddlePaddle's Program, Block, Operator and Variable.

Mixins of the classes of :mod:`paddlelite.ir`, which *are* ``paddle.static.Program`` and so on. They read; what appends
to a program is its builder (:mod:`paddlelite.static.building`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from .errors import InvalidArgumentError, InvalidTypeError, UnimplementedError

if TYPE_CHECKING:
    from .ir import Block, Node, Program, Value

__all__ = ["BlockView", "NodeView", "ProgramView", "VariableView"]


class VariableView:
    """``paddle.static.Variable``: what is asked of a value of a static graph."""

    #: Sequences (LoD) are not part of this package: every variable has level 0.
    lod_level = 0
    is_data = False

    @property
    def op(self: Any) -> Node | None:
        """The node that makes it; None for inputs and parameters."""
        if self.block is None:
            return None
        return next((n for n in self.block.nodes if any(o is self for o in n.outputs)), None)

    @property
    def grad_name(self: Any) -> str:
        """The name of its gradient: its own and ``@GRAD``."""
        return f"{self.name}@GRAD"

    def to_string(self: Any, throw_on_error: bool = True, with_details: bool = False) -> str:
        """Name, dtype and sizes in one line."""
        return f"var {self.name} : {self.dtype.name}{self.shape!r}.stop_gradient({self.stop_gradient})"


class NodeView:
    """``paddle.static.Operator``: slots and attributes by PaddlePaddle's names."""

    def _slots(self: Any) -> dict[str, list[Value]]:
        slots = zip(self.op.slots, self.inputs, strict=False)
        return {s.name: list(x) if isinstance(x, tuple) else [] if x is None else [x] for s, x in slots}

    def _results(self: Any) -> dict[str, list[Value]]:
        op, values = self.op, list(self.outputs)
        if len(op.outs) == len(values) and not any(op.many_out):
            return {name: [v] for name, v in zip(op.outs, values)}
        rest = len(values) - (len(op.outs) - 1)
        found: dict[str, list[Value]] = {}
        for name, many in zip(op.outs, op.many_out, strict=True):
            count = max(rest, 0) if many else 1
            found[name], values = values[:count], values[count:]
        return found

    @property
    def input_names(self) -> list[str]:
        """The input slots."""
        return list(self._slots())

    @property
    def output_names(self) -> list[str]:
        """The output slots."""
        return list(self._results())

    @property
    def input_arg_names(self: Any) -> list[str]:
        """The names of all variables it reads."""
        return [v.name for v in self.read()]

    @property
    def output_arg_names(self: Any) -> list[str]:
        """The names of all variables it makes."""
        return [v.name for v in self.outputs]

    def input(self, name: str) -> list[str]:
        """The names of the variables in an input slot. Raises InvalidArgumentError for one it does not have."""
        return _of(self, "input slot", name, self._slots())

    def output(self, name: str) -> list[str]:
        """The names of the variables in an output slot. Raises InvalidArgumentError for one it does not have."""
        return _of(self, "output slot", name, self._results())

    @property
    def attr_names(self: Any) -> list[str]:
        """The names of its attributes."""
        return list(self.attrs)

    def has_attr(self: Any, name: str) -> bool:
        """Whether it has an attribute."""
        return name in self.attrs

    def attr(self: Any, name: str) -> Any:
        """The value of an attribute. Raises InvalidArgumentError for one it does not have."""
        if name not in self.attrs:
            raise InvalidArgumentError(
                f"the op {self.type} has no attribute {name!r}; it has {list(self.attrs)}"
            )
        return self.attrs[name]

    def all_attrs(self: Any) -> dict[str, Any]:
        """All attributes."""
        return dict(self.attrs)

    def to_string(self: Any, throw_on_error: bool = True) -> str:
        """The op in one line."""
        ins = ", ".join(f"{k}={[v.name for v in vs]}" for k, vs in self._slots().items())
        outs = ", ".join(f"{k}={[v.name for v in vs]}" for k, vs in self._results().items())
        return f"{{{outs}}} = {self.type}(inputs={{{ins}}}, {self.attrs})"


def _of(node: Any, what: str, name: str, slots: dict[str, list[Value]]) -> list[str]:
    if name not in slots:
        raise InvalidArgumentError(f"the op {node.type} has no {what} {name!r}; it has {list(slots)}")
    return [v.name for v in slots[name]]


class BlockView:
    """``paddle.static.Block``."""

    def __call__(self: Any, index: int) -> Block:
        """A program's block of this number: what ``program.block(index)`` asks, where ``program.block`` is block 0.

        Raises InvalidArgumentError when there is none.
        """
        found = [self] if self.program is None else self.program.blocks
        if not 0 <= index < len(found):
            raise InvalidArgumentError(f"the program has {len(found)} blocks, no block {index}")
        return found[index]  # type: ignore[no-any-return]

    @property
    def idx(self: Any) -> int:
        """Its number among its program's blocks."""
        return 0 if self.program is None else next(i for i, b in enumerate(self.program.blocks) if b is self)

    @property
    def ops(self: Any) -> list[Node]:
        """Its nodes, in the order they run."""
        return self.nodes  # type: ignore[no-any-return]

    @property
    def vars(self: Any) -> dict[str, Value]:
        """Its variables by name."""
        found = {v.name: v for v in self.params}
        if self.program is not None:
            found.update((v.name, v) for v in self.program.inputs)
        found.update((v.name, v) for n in self.nodes for v in n.outputs)
        return found

    def has_var(self, name: str) -> bool:
        """Whether it has a variable of this name."""
        return name in self.vars

    def var(self, name: str) -> Value:
        """The variable of this name. Raises InvalidArgumentError when there is none."""
        if not isinstance(name, str):
            raise InvalidTypeError(f"var require string as parameter, but get {type(name).__name__} instead.")
        found = self.vars.get(name)
        if found is None:
            raise InvalidArgumentError(f"var {name} not in this block")
        return found

    def all_parameters(self: Any) -> list[Any]:
        """The parameters its program uses."""
        return [] if self.program is None else self.program.all_parameters()

    def iter_parameters(self) -> Iterator[Any]:
        """The parameters its program uses."""
        return iter(self.all_parameters())

    def create_var(
        self: Any,
        name: str | None = None,
        shape: Sequence[Any] | None = None,
        dtype: Any = "float32",
        persistable: bool = False,
        **options: Any,
    ) -> Value:
        """A variable for the result of a call that needs one, as ``paddle.static.py_func`` does.

        None or -1 is a size that is not known. Raises InvalidArgumentError without a shape or for a name that there is
        already, UnimplementedError for a persistable one.
        """
        from . import dims as D
        from .dtypes import dtype_of
        from .framework import unique_name
        from .ir import Value
        from .op import Spec

        if persistable:
            raise UnimplementedError(
                "Block.create_var(persistable=True): use paddle.static.create_global_var, which also says how it begins"
            )
        if shape is None:
            raise InvalidArgumentError("Block.create_var: the variable's shape must be given")
        name = name or unique_name.generate("_generated_var")
        if self.has_var(name):
            raise InvalidArgumentError(f"the block has another variable named {name!r}")
        dims = tuple(D.fresh(name) if s is None or int(s) < 0 else int(s) for s in shape)
        return self.own(Value(Spec(dims, dtype_of(dtype)), name))  # type: ignore[no-any-return]

    def append_op(self: Any, type: str, inputs: Any = None, outputs: Any = None, attrs: Any = None) -> Node:
        """Refused: variables are made by the functions that compute them."""
        raise UnimplementedError(
            f"Block.append_op({type!r}): a program is built by calling functions (paddle.*, paddle.static.nn.*); give "
            "the function's result its name with paddle.assign(result, output=variable)"
        )


class ProgramView:
    """``paddle.static.Program``."""

    @property
    def builder(self: Any) -> Any:
        """What appends to this program in static mode."""
        if self._builder is None:
            from .static.building import Builder

            self._builder = Builder(self)
        return self._builder

    def global_block(self: Any) -> Block:
        """The outermost block."""
        self.block.program = self
        return self.block  # type: ignore[no-any-return]

    def current_block(self: Any) -> Block:
        """The block that is being appended to."""
        return self.global_block() if self._builder is None else self._builder.frame.block

    @property
    def blocks(self: Any) -> list[Block]:
        """The outermost block, then those of control flow in the order of their nodes."""
        return [self.global_block(), *(b for n in self.block.walk() for b in n.blocks)]

    @property
    def num_blocks(self) -> int:
        """How many blocks it has."""
        return len(self.blocks)

    def list_vars(self) -> Iterator[Value]:
        """All variables of all blocks."""
        return (v for b in self.blocks for v in b.vars.values())

    def all_parameters(self: Any) -> list[Any]:
        """The parameters it uses, in the order it first did."""
        from .nn.parameter import Parameter

        return [t for t in self.captures.values() if isinstance(t, Parameter)]

    def to_string(self, throw_on_error: bool = True, with_details: bool = False) -> str:
        """The program as text, one line an op."""
        return str(self)

    def clone(self: Any, for_test: bool = False) -> Program:
        """A copy. With ``for_test`` without backward and updates, and with layers in their test behaviour."""
        from .static.cloning import clone

        return clone(self, for_test)

    def state_dict(self: Any, mode: str = "all", scope: Any = None) -> dict[str, Any]:
        """Parameters and other persistable variables by name, with their values in ``scope``.

        ``mode``: "all", "param" (parameters) or "opt" (the others). Raises InvalidArgumentError for another one.
        """
        from .static.variables import program_state

        return program_state(self, mode, scope)

    def set_state_dict(self: Any, state_dict: dict[str, Any], scope: Any = None) -> None:
        """Set the values of persistable variables in ``scope``. Raises InvalidArgumentError for a wrong shape."""
        from .static.variables import set_program_state

        set_program_state(self, state_dict, scope)
