"""Capture: while one is active, op calls append nodes to a program instead of computing.

Tensors that exist before the capture become the program's captures, by reference. What is computed from constants
made during the capture is computed at once and stays a constant. Writes (``x[0] = v``, running statistics, the
generator's state) change what a tensor *stands for* from then on; those to tensors from outside become the program's
state.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from .autograd import GradNode
from .bind import flatten_outs
from .dims import Dim, numel
from .dtypes import int32, int64
from .errors import CaptureError, InvalidArgumentError, PaddleError, UnimplementedError, user_line
from .ir import Block, Node, Program, Value
from .mode import mode
from .op import Op, Spec
from .refusal import describe, refuse
from .sharing import Sharing
from .tensor.tensor import Tensor

__all__ = ["LOCK", "Capture", "Frame"]

#: One capture at a time in a process: the user's objects that it reads and writes are shared.
LOCK = threading.RLock()

#: Integer constants up to this size are followed as sizes.
_CONTENT_LIMIT = 64


class Frame:
    """One block being built: what it took from the block around it, and what tensors stand for in it."""

    def __init__(self, block: Block, outer: Frame | None) -> None:
        self.block, self.outer = block, outer
        self.lifted: dict[Value, Value] = {}  # value of the outer block -> parameter of this one
        self.state: dict[int, tuple[Tensor, Value]] = {}
        self.initial: dict[int, tuple[Tensor, Value]] = {}  # a loop's block: the state it was begun with
        #: Whether calls go on the tape. Inside control flow they need not: the gradient of a branch or a loop runs its
        #: blocks again, with the tape on.
        self.tape = outer is None
        self.loop = False  # whether it is a loop's body, which runs again
        self.fork: Any = None  # the same for the two branches of a condition, of which only one runs


class Capture:
    """A program being built. Use it as a context: ``with Capture() as c: ...; program = c.finish(outputs)``."""

    #: Whether it is a static graph's: sizes that are not known show as -1, and nothing is computed while it is built.
    static = False
    #: Whether ``paddle.fluid`` builds it: 1.x knows no 0-D tensor.
    ranked = False
    #: The type of the lists of tensors that calls give.
    lists: type[list[Any]] = list

    def __init__(self, program: Program | None = None) -> None:
        self.program = Program() if program is None else program
        self.frame = Frame(self.program.block, None)
        self.captured: dict[int, tuple[Tensor, Value]] = {}
        self.constants: dict[int, Tensor] = {}
        self.scopes: list[str] = []
        self.sharing = Sharing(self)
        #: The problems met so far, where a report of all of them is made in the end.
        self.problems: list[CaptureError] | None = None
        #: What a layer's forward is passed through before it is called: the compiler's rewriting, when that runs.
        self.convert: Callable[[Any], Any] | None = None
        #: The lines that bind a name in the two parts of the `if` that is running, for errors: the compiler knows.
        self.assignments: Callable[[str], tuple[list[int], list[int]]] = lambda name: ([], [])
        #: What became of the `if` or loop at a file and line.
        self.decisions: dict[tuple[str, int], str] = {}
        # What control flow on tensors leaves behind (`paddlelite.staged`):
        self.undecided: list[Any] = []  # places that hold one of two values
        self.shared: dict[int, tuple[Any, ...]] = {}  # containers that one stands for, or that stand for one
        self.spent: dict[int, Any] = {}  # iterators that have gone nobody knows how far
        self.forks = False  # whether a tensor has chosen between tensors that fit no one type
        #: The line at which an exception has left a branch or a loop's body.
        self.left: tuple[str, int] | None = None
        #: Tables and names where another tensor than the one of before stands for the rest of the capture.
        self._rebound: dict[tuple[int, str], tuple[dict[str, Any], str, Tensor]] = {}
        self._outer: Any = None

    def __enter__(self) -> Capture:
        self._outer, mode.capture = mode.capture, self
        return self

    def __exit__(self, *exc: Any) -> None:
        mode.capture = self._outer
        for table, name, tensor in self._rebound.values():
            table[name] = tensor

    def input(self, spec: Spec, name: str, stop_gradient: bool = True) -> Value:
        """A new input of the program."""
        value = self.program.block.own(Value(spec, name))
        value.stop_gradient = stop_gradient
        self.program.inputs.append(value)
        self.program.block.params.append(value)
        return value

    def constant(self, tensor: Tensor) -> Tensor:
        """Note that ``tensor`` was made during the capture and so is the same at every run."""
        self.constants[id(tensor)] = tensor
        return tensor

    def is_constant(self, tensor: Tensor) -> bool:
        return id(tensor) in self.constants and not self._written(tensor)

    def finish(self, outputs: Sequence[Any], read: bool = True) -> Program:
        """The program that computes ``outputs``, pruned and simplified. Without ``read`` they have been read."""
        from .simplify import simplify

        program = self.program
        program.block.outputs = [self.read(t) for t in outputs] if read else list(outputs)
        program.state = [
            (t, v)
            for t, v in self.frame.state.values()
            if not isinstance(t, Value) and id(t) not in self.constants
        ]
        return simplify(program.prune())

    # Calls

    def call(self, op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
        """Append a node (or compute, when everything is constant). What :func:`bind` does while capturing."""
        if op.kernel is None:
            return op.decompose_rule(*inputs, **attrs)  # type: ignore[misc]
        if self._foldable(op, attrs) and self._all_constant(inputs):
            result = self._fold(op, inputs, attrs)
        else:
            values = tuple(self._read_slot(op, x) for x in inputs)
            attrs = op.full_attrs(attrs)
            result = self.append(op, values, attrs, self._infer(op, values, attrs))
        if op.view:
            self.sharing.note(op, inputs, attrs, flatten_outs(op, result))
        return result

    def append(self, op: Op, values: tuple[Any, ...], attrs: dict[str, Any], specs: list[Any]) -> Any:
        """Append a node whose results have ``specs`` (nested as the op's outputs are)."""
        outs: list[Any] = [
            self.lists(self._own(s) for s in part) if many else self._own(part)
            for part, many in zip(specs, op.many_out, strict=True)
        ]
        result = outs[0] if len(outs) == 1 else tuple(outs)
        flat = flatten_outs(op, result)
        kept = [v for v in flat if v is not None]
        node = Node(op, values, attrs, kept, user_line(), "/".join(self.scopes), mode.grad)
        self.frame.block.nodes.append(node)
        if mode.grad and op.grad_rule is not None and any(not v.stop_gradient for v in node.read()):
            self._record(node, flat)
        return result

    def _record(self, node: Node, outs: list[Any]) -> None:
        """Mark the results as requiring gradients, and put the call on the tape."""
        tape = None
        if self.frame.tape:
            lists = [list(x) if isinstance(x, tuple) else x for x in node.inputs]
            tape = GradNode(node.op, tuple(lists), node.attrs, lists, tuple(outs))
        rule = node.op.live_rule
        lives = node.op.live(len(outs)) if rule is None else rule(node)
        for index, (v, live) in enumerate(zip(outs, lives, strict=True)):
            if live and v is not None and v.dtype.is_inexact:
                v.stop_gradient, v._node, v._index = False, tape, index

    def _own(self, spec: Spec | None) -> Value | None:
        return None if spec is None else self.frame.block.own(Value(spec))

    @staticmethod
    def _foldable(op: Op, attrs: dict[str, Any]) -> bool:
        return not (op.random or op.graph_only or any(isinstance(v, Block) for v in attrs.values()))

    def _all_constant(self, inputs: tuple[Any, ...]) -> bool:
        for x in inputs:
            for t in x if isinstance(x, (list, tuple)) else (x,):
                if t is not None and (isinstance(t, Value) or not t.stop_gradient or not self.is_constant(t)):
                    return False
        return True

    def _fold(self, op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
        mode.capture = None
        try:
            result = op(*inputs, **attrs)
        finally:
            mode.capture = self
        for t in flatten_outs(op, result):
            if t is not None:
                self.constant(t)
        return result

    def _infer(self, op: Op, values: tuple[Any, ...], attrs: dict[str, Any]) -> list[Any]:
        if op.infer_rule is None:
            raise UnimplementedError(f"op {op.type} has no shape rule, so it can not be part of a graph")
        try:
            specs = op.infer_rule(*values, **attrs)
        except PaddleError:
            raise
        except (TypeError, ValueError, IndexError, AttributeError) as error:
            shown = ", ".join(map(repr, values))
            raise InvalidArgumentError(f"op {op.type} can not be applied to {shown}: {error}") from error
        parts = [specs] if len(op.outs) == 1 else list(specs)
        if op.on_sizes and op.single:
            parts = [self._with_content(op, values, attrs, parts[0])]
        return parts

    def _with_content(self, op: Op, values: tuple[Any, ...], attrs: dict[str, Any], spec: Spec) -> Spec:
        """Run the kernel on the sizes themselves, when all inputs are known as sizes."""
        if spec.content is not None or not (
            spec.dtype.is_integer and all(v is None or _known(v) for v in values)
        ):
            return spec
        count = numel(spec.dims)
        if isinstance(count, Dim) or count > _CONTENT_LIMIT:
            return spec  # a shape is short; running the kernel could take any amount of memory
        contents = [
            None if v is None else [t.content for t in v] if isinstance(v, tuple) else v.content
            for v in values
        ]
        result = np.asarray(op.kernel(*contents, **attrs), dtype=object)  # type: ignore[misc, type-var]
        if all(isinstance(s, (int, np.integer, Dim)) for s in result.flat):
            return spec._replace(content=result)
        return spec

    # What tensors stand for

    def _read_slot(self, op: Op, x: Any) -> Any:
        if x is None:
            return None
        if isinstance(x, (list, tuple)):
            return tuple(self._read_slot(op, t) for t in x)
        if not isinstance(x, Tensor):
            raise InvalidArgumentError(f"{op.type}(): an input must be Tensor, but got {type(x).__name__}")
        return self.read(x)

    def read(self, tensor: Tensor) -> Value:
        """The value that ``tensor`` stands for here, as a value of the current block."""
        self.sharing.check(tensor)
        return self._read(tensor, self.frame)

    def _read(self, tensor: Tensor, frame: Frame) -> Value:
        entry = frame.state.get(id(tensor))
        if entry is not None:
            return entry[1]
        if isinstance(tensor, Value) and tensor.block is frame.block:
            return tensor
        if frame.outer is None:
            if isinstance(tensor, Value):
                raise refuse(
                    f"{describe(tensor)} belongs to another graph: it was kept from an earlier call of a to_static "
                    "function (in an attribute or a global)",
                    "Return it from the function instead.",
                )
            return self._capture(tensor)
        return self.lift(self._read(tensor, frame.outer), frame)

    @staticmethod
    def lift(outer: Value, frame: Frame) -> Value:
        """The parameter by which a block reads a value of the block around it."""
        inner = frame.lifted.get(outer)
        if inner is None:
            inner = frame.lifted[outer] = frame.block.own(Value(outer.spec))
            inner.stop_gradient = outer.stop_gradient
            frame.block.params.append(inner)
        return inner

    def _capture(self, tensor: Tensor) -> Value:
        entry = self.captured.get(id(tensor))
        if entry is None:
            content = None
            small_int = tensor.dtype in (int32, int64) and tensor._data.size <= _CONTENT_LIMIT
            if small_int and id(tensor) in self.constants:
                content = np.array(tensor._data.tolist(), dtype=object).reshape(tensor._data.shape)
            name = tensor._name or None
            value = self.program.block.own(Value(Spec(tensor.dims, tensor.dtype, content), name))
            value.stop_gradient = tensor.stop_gradient
            value.persistable = tensor.persistable
            self.program.captures[value] = tensor
            self.program.block.params.append(value)
            entry = self.captured[id(tensor)] = (tensor, value)
        return entry[1]

    def write(self, tensor: Tensor, value: Any) -> None:
        """From now on ``tensor`` stands for ``value``, which must have its shape; it is cast to its dtype."""
        from .tensor.creation import to_tensor

        new = value if isinstance(value, Tensor) else to_tensor(value)
        now = self.read(tensor)
        if len(new.dims) != len(now.dims) or any(
            isinstance(a, int) and isinstance(b, int) and a != b
            for a, b in zip(new.dims, now.dims, strict=True)
        ):
            raise InvalidArgumentError(
                f"in-place write of a tensor of shape {list(new.dims)} to {tensor.name}, which has shape "
                f"{list(now.dims)}"
            )
        if new.dtype is not now.dtype:
            new = new.astype(now.dtype)
        self.assign(tensor, new)
        self.sharing.written(tensor)

    def rebind(self, table: dict[str, Any], name: str, value: Tensor) -> None:
        """``table[name] = value`` for the rest of the capture; in the end what was there stands for the new value.

        Whoever has taken the old tensor from there keeps it as it is. Raises CaptureError for another dtype or shape.
        """
        now = table[name]
        pairs = zip(now.dims, value.dims, strict=False)
        known = all(a == b or isinstance(a, Dim) or isinstance(b, Dim) for a, b in pairs)
        if value.dtype is not now.dtype or len(value.dims) != len(now.dims) or not known:
            raise refuse(
                f"the buffer `{name}` is a {now.dtype.name} tensor of shape {list(now.dims)}, and a {value.dtype.name} "
                f"tensor of shape {list(value.dims)} is assigned to it",
                "Assign one of its dtype and shape: a program keeps both.",
            )
        self._rebound.setdefault((id(table), name), (table, name, now))
        table[name] = value

    def settle_rebound(self) -> None:
        """Make what was rebound state of the program."""
        for table, name, tensor in self._rebound.values():
            value, table[name] = table[name], tensor
            if value is not tensor:
                with self.sharing.unchecked():  # it is another tensor in the same place
                    self.write(tensor, value)
        self._rebound.clear()

    def assign(self, tensor: Tensor, value: Tensor) -> None:
        """From now on ``tensor`` stands for ``value``."""
        self.frame.state[id(tensor)] = (tensor, self.read(value))

    def _written(self, tensor: Tensor) -> bool:
        frame: Frame | None = self.frame
        while frame is not None:
            if id(tensor) in frame.state:
                return True
            frame = frame.outer
        return False

    # Inner blocks

    @contextmanager
    def inner(self) -> Iterator[Frame]:
        """Build an inner block: ops inside the ``with`` append to it."""
        frame = self.frame = Frame(Block(), self.frame)
        try:
            yield frame
        finally:
            assert frame.outer is not None
            self.frame = frame.outer

    @contextmanager
    def scope(self, name: str) -> Iterator[None]:
        """Nodes appended inside are marked as belonging to layer ``name``."""
        self.scopes.append(name)
        try:
            yield
        finally:
            self.scopes.pop()


def _known(v: Any) -> bool:
    return all(t.content is not None for t in v) if isinstance(v, tuple) else v.content is not None


def replay(block: Block, arguments: Sequence[Tensor]) -> list[Tensor]:
    """Call a block's ops again on ``arguments`` (one per parameter): at once, or into the capture that is active."""
    env: dict[Value, Any] = dict(zip(block.params, arguments, strict=True))
    new = [] if mode.capture is None else mode.capture.frame.block.nodes
    for node in block.nodes:
        inputs = [_replace(x, env) for x in node.inputs]
        attrs, start = node.attrs, len(new)
        if mode.capture is not None:  # pruning changes blocks in place: two programs may not have one
            attrs = {k: v.copy() if isinstance(v, Block) else v for k, v in attrs.items()}
        was, mode.grad = mode.grad, mode.grad and node.grad
        try:
            result = node.op(*inputs, **attrs)
        finally:
            mode.grad = was
        for made in new[start:]:
            made.source, made.scope = node.source, node.scope
        outs = [t for t in flatten_outs(node.op, result) if t is not None]
        env.update(zip(node.outputs, outs, strict=True))
    return [env[v] for v in block.outputs]


def _replace(x: Any, env: dict[Value, Any]) -> Any:
    if isinstance(x, tuple):
        return [env[v] for v in x]
    return None if x is None else env[x]
