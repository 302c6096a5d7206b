"""The op record and the table of all ops.

An op is one :class:`Op`: its kernel, shape rule, gradient, ONNX lowering and samples stand together, and everything
else (eager, tracing, backward, files, export, execution, the sweep of tests) follows from the record.

    @op("matmul_v2")                                    # PaddlePaddle's op type
    def matmul(X, Y, *, trans_x=False, trans_y=False):  # its slots, then its attributes, on NumPy arrays
        ...

    @matmul.infer                                       # dims and dtype of the results, also for symbolic sizes
    def _(X, Y, *, trans_x=False, trans_y=False): ...

    @matmul.grad                                        # one gradient per slot, written with ops
    def _(c, g): ...

    @matmul.onnx                                        # ONNX nodes, through a builder handed in
    def _(b, X, Y, *, trans_x=False, trans_y=False): ...

    matmul.sample(f32(2, 3), f32(3, 4))                 # inputs that exercise it

Calling the record, ``matmul(x, y)``, is :func:`paddlelite.bind.bind`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from . import dims as _dims
from .dtypes import DType
from .errors import AlreadyExistsError, UnimplementedError

__all__ = ["OPS", "Many", "Op", "Sample", "Spec", "op"]

#: Annotation of a slot that takes a list of tensors.
Many = list

#: The slot by which a random op takes the generator's state. It exists in memory only, not in files.
RNG_SLOT = "RngState"


class Spec(NamedTuple):
    """What is known of a result before it is computed.

    ``content`` is the value itself as an object array of sizes, for small integer tensors made from shapes.
    ``array`` marks a TensorArray, "empty" or "full"; dims and dtype are then those of its elements.
    """

    dims: tuple[_dims.Size, ...]
    dtype: DType
    content: np.ndarray | None = None
    array: str = ""


@dataclass(frozen=True)
class Slot:
    """An input slot: its name, whether it may be absent, whether it takes a list."""

    name: str
    optional: bool
    many: bool


@dataclass(frozen=True)
class Sample:
    """One set of inputs (arrays, lists of arrays, or None) and attributes, with what may be expected of it.

    ``grad`` names the slots whose gradient is checked by finite differences (None: every floating input);
    ``fixed`` those whose sizes must be numbers when the graph is built.
    """

    inputs: tuple[Any, ...]
    attrs: dict[str, Any]
    tol: float = 1e-5
    grad: tuple[str, ...] | None = None
    fixed: tuple[str, ...] = ()


@dataclass(eq=False)
class Op:
    """The record of one op. See the module's docstring; the rules are set by the decorators of the same name."""

    type: str
    kernel: Callable[..., Any] | None
    slots: tuple[Slot, ...]
    outs: tuple[str, ...]
    attrs: dict[str, Any]
    infer_rule: Callable[..., Any] | None = None
    grad_rule: Callable[..., Any] | None = None
    onnx_rule: Callable[..., Any] | None = None
    decompose_rule: Callable[..., Any] | None = None
    #: What the gradient reads of the call: names of input and output slots. None keeps everything.
    saves: frozenset[str] | None = None
    #: Which results carry a gradient, for a node that asks its blocks; see :meth:`live` for the others.
    live_rule: Callable[..., Sequence[bool]] | None = None
    #: Results share memory with the first input (as in PaddlePaddle, a write to one would show in the other).
    view: bool = False
    #: Results are small integers computed from sizes whenever the inputs are: the kernel is run on sizes.
    on_sizes: bool = False
    #: Output slots that carry no gradient: running statistics, masks, what is kept for the gradient.
    detached: frozenset[str] = frozenset()
    #: It works on TensorArrays, which exist in graphs only: never computed while a graph is built.
    graph_only: bool = False
    #: Without its optional inputs it never fails on what its shape rule accepts, whatever the values: it may be
    #: computed where the program might not have come to it.
    total: bool = False
    #: Why its gradient can not be taken, where that is refused.
    refusal: str = ""
    #: The opset the lowering needs when it is above the base opset's minimum.
    min_opset: int = 11
    sample_list: list[Sample] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.many_out = tuple(o.startswith("*") for o in self.outs)
        self.outs = tuple(o.lstrip("*") for o in self.outs)
        self.single = len(self.outs) == 1 and not self.many_out[0]
        self.variadic = any(s.many for s in self.slots)
        # What ``saves`` means for the tape: whether all inputs are kept (else which), whether the outputs are.
        self.saves_inputs: bool | tuple[bool, ...] = True
        self.saves_outs = True
        #: What its gradient rule is handed, made at the first backward (see autograd.tape.context_class).
        self.context: Any = None
        self.slot_index = {s.name: i for i, s in enumerate(self.slots)}
        self.random = bool(self.slots) and self.slots[0].name == RNG_SLOT
        #: Which results carry a gradient, where their number is fixed.
        self._live = None if any(self.many_out) else tuple(o not in self.detached for o in self.outs)
        self.__name__ = self.type

    def live(self, count: int) -> Sequence[bool]:
        """Which of the ``count`` results, as one flat list, carry a gradient."""
        if self._live is not None:
            return self._live
        if not self.detached:
            return [True] * count
        rest = count - (len(self.outs) - 1)
        pairs = zip(self.outs, self.many_out, strict=True)
        return [name not in self.detached for name, many in pairs for _ in range(rest if many else 1)]

    @property
    def differentiable(self) -> bool:
        """Whether it has a gradient. Without one its results are constants, unless the gradient is refused."""
        return self.grad_rule is not None and not self.refusal

    def refuse_gradient(self, reason: str) -> Op:
        """Raise UnimplementedError in backward, for an op that has a gradient nobody wrote down."""

        def rule(c: Any, *grads: Any) -> Any:
            raise UnimplementedError(f"the gradient of op {self.type} is not supported: {reason}")

        self.grad(rule, saves="")
        self.refusal = reason
        return self

    def __repr__(self) -> str:
        return f"<op {self.type}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return OPS.__getitem__, (self.type,)

    def __call__(self, *inputs: Any, **attrs: Any) -> Any:
        from .bind import bind

        # The first call puts bind in the place of this method, so that later calls pay no import.
        Op.__call__ = bind  # type: ignore[method-assign, assignment]
        return bind(self, *inputs, **attrs)

    def infer(self, rule: Callable[..., Any]) -> Callable[..., Any]:
        """Set the shape rule: called with Specs (or Values) and attributes, returns a Spec or a tuple of them."""
        self.infer_rule = rule
        return rule

    def grad(self, rule: Callable[..., Any] | None = None, *, saves: str | None = None) -> Callable[..., Any]:
        """Set the gradient. ``rule(c, *out_grads)`` returns one gradient (or None) per input slot.

        ``saves``: the slots it reads from ``c``, for instance ``"X Out"``; what is not named is not kept alive.
        """

        def register(rule: Callable[..., Any]) -> Callable[..., Any]:
            self.grad_rule, self.refusal, self.context = rule, "", None
            if saves is not None:
                self.saves = frozenset(saves.split())
                kept = tuple(s.name in self.saves for s in self.slots)
                self.saves_inputs = all(kept) or (kept if any(kept) else False)
                self.saves_outs = not self.saves.isdisjoint(self.outs)
            return rule

        return register if rule is None else register(rule)

    def lives(self, rule: Callable[..., Sequence[bool]]) -> Callable[..., Sequence[bool]]:
        """Set which results carry a gradient: ``rule(node)`` asks the blocks of the node."""
        self.live_rule = rule
        return rule

    def onnx(self, rule: Callable[..., Any]) -> Callable[..., Any]:
        """Set the ONNX lowering: ``rule(b, *inputs, **attrs)`` returns a ref or a tuple of them."""
        self.onnx_rule = rule
        return rule

    def decompose(self, rule: Callable[..., Any]) -> Callable[..., Any]:
        """Set the op's meaning in smaller ops: ``rule(*tensors, **attrs)``."""
        self.decompose_rule = rule
        return rule

    def sample(
        self, *inputs: Any, tol: float = 1e-5, grad: str | None = None, fixed: str = "", **attrs: Any
    ) -> Op:
        """Add one set of inputs to the op's samples."""
        slots = None if grad is None else tuple(grad.split())
        self.sample_list.append(Sample(inputs, attrs, tol, slots, tuple(fixed.split())))
        return self

    def full_attrs(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """``attrs`` with the defaults filled in. Raises UnimplementedError for one the op does not have."""
        unknown = attrs.keys() - self.attrs.keys()
        if unknown:
            raise UnimplementedError(
                f"op {self.type} has no attribute {sorted(unknown)}; it has {list(self.attrs)}"
            )
        return {**self.attrs, **attrs}


#: Every op by its type.
OPS: dict[str, Op] = {}


def op(type: str, *, out: str | Sequence[str] = "Out", **fields: Any) -> Callable[[Callable[..., Any]], Op]:
    """Make the decorated kernel an op of the table.

    ``out`` names the output slots; a ``*`` before a name marks a list of tensors. A function decorated with
    ``op(..., composite=True)`` is the op's ``decompose`` instead of its kernel. ``detached="Mask"`` names output
    slots that carry no gradient.
    """
    composite = fields.pop("composite", False)
    fields["detached"] = frozenset(fields.get("detached", "").split())

    def register(function: Callable[..., Any]) -> Op:
        if type in OPS:
            raise AlreadyExistsError(f"op {type} is registered twice")
        slots, attrs = _signature(function)
        outs = (out,) if isinstance(out, str) else tuple(out)
        record = Op(type, None if composite else function, slots, outs, attrs, **fields)
        if composite:
            record.decompose_rule = function
        record.__doc__ = function.__doc__
        OPS[type] = record
        if type.endswith("_grad"):
            record.refuse_gradient("it is itself a gradient, and the second one is not written down")
        return record

    return register


def _signature(function: Callable[..., Any]) -> tuple[tuple[Slot, ...], dict[str, Any]]:
    slots: list[Slot] = []
    attrs: dict[str, Any] = {}
    for p in inspect.signature(function).parameters.values():
        if p.kind is p.KEYWORD_ONLY:
            attrs[p.name] = None if p.default is p.empty else p.default
        else:
            many = p.annotation is Many or p.annotation in ("Many", "list")
            slots.append(Slot(p.name, p.default is not p.empty, many))
    return tuple(slots), attrs
