"""Optimizers in static programs: the update of every parameter as ops that write to it.

The rules are the optimizers' own, run on registers (:mod:`.registers`). Accumulators and the learning rate are
variables of the scope, under PaddlePaddle's names, which the startup program fills.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd import no_grad
from ..dtypes import BY_NUMPY, dtype_of, float32
from ..errors import InvalidArgumentError, PreconditionNotMetError, UnimplementedError
from ..framework import unique_name
from ..ir import Node, Value
from ..mode import mode
from ..nn.clip import ClipGradBase
from . import blocks
from .lr import LRScheduler
from .registers import Register

if TYPE_CHECKING:
    from .groups import Group
    from .optimizer import Optimizer

__all__ = [
    "GraphState",
    "apply",
    "apply_gradients",
    "backward",
    "dynamic_only",
    "is_static",
    "is_variable",
    "minimize",
    "rate_variable",
]


def is_static() -> bool:
    """Whether calls append to a static program."""
    return mode.capture is not None and mode.capture.static


def is_variable(x: Any) -> bool:
    """Whether ``x`` is a variable of a static program."""
    return isinstance(x, Value)


class _NotDynamic(PreconditionNotMetError, AssertionError):
    """PaddlePaddle raises AssertionError."""


def dynamic_only(method: str, what: str = "") -> None:
    """Refuse a method (of ``what``) that has no meaning in static mode."""
    if is_static():
        raise _NotDynamic(
            f"We only support '{method}()' {what}in dynamic graph mode, please call 'paddle.disable_static()' to enter "
            "dynamic graph mode. In a static program minimize(loss) appends the updates, and paddle.static.save keeps "
            "the state."
        )


class GraphState:
    """What one optimizer has made in static programs."""

    def __init__(self) -> None:
        #: the variable of the learning rate, by the id of the program
        self.rates: dict[int, Any] = {}
        #: accumulators by the name of the parameter and of the slot
        self.accumulators: dict[tuple[str, str], Any] = {}

    def set_rate(self, value: float) -> None:
        """Give the learning rate another value in the scope, where it has one."""
        from ..static.scope import global_scope

        for variable in self.rates.values():
            if global_scope().held(variable.name) is not None:
                variable.set_value(np.full(variable.dims, value))


def minimize(
    optimizer: Optimizer, loss: Any, startup: Any, parameters: Any, no_grad_set: Any
) -> tuple[list[Node], list[tuple[Any, Any]]]:
    """Append gradients and updates to the program of ``loss``."""
    from ..static.backward import builder_of
    from ..static.programs import default_startup_program, program_guard

    builder = builder_of(loss, "minimize")
    with program_guard(builder.program, startup or default_startup_program()), _within(builder):
        pairs = backward(optimizer, loss, parameters, no_grad_set)
        return apply_gradients(optimizer, pairs), pairs


class _within:
    """Static mode on a builder's program, whatever the mode was."""

    def __init__(self, builder: Any) -> None:
        self.builder = builder

    def __enter__(self) -> None:
        self.was, mode.capture = mode.capture, self.builder

    def __exit__(self, *exc: Any) -> None:
        mode.capture = self.was


def backward(
    optimizer: Optimizer, loss: Any, parameters: Any, no_grad_set: Iterable[Any] | None
) -> list[tuple[Any, Any]]:
    """Append the gradients: the first half of :func:`minimize`."""
    from ..static.backward import append_backward

    own = [p for group in optimizer._groups for p in group.params]
    for p in own:
        if not isinstance(p, Value):
            raise InvalidArgumentError(
                f"the optimizer's parameter {p.name} is an eager Tensor, but the loss is a static Variable: make the "
                "layers after paddle.enable_static()"
            )
    wanted = parameters if parameters is not None else own or None
    pairs = append_backward(loss, wanted, no_grad_set)
    if not pairs:
        raise InvalidArgumentError(
            "there is nothing to train: the loss depends on no parameter of the program that is trainable"
        )
    return [(p, g) for p, g in pairs if not p.stop_gradient]


def apply_gradients(optimizer: Optimizer, pairs: Sequence[tuple[Any, Any]]) -> list[Node]:
    """Append the updates; returns their ops."""
    block = mode.capture.frame.block  # type: ignore[union-attr]
    start = len(block.nodes)
    grads = {id(p): g for p, g in pairs}
    listed = {id(p) for group in optimizer._groups for p in group.params}
    for group in optimizer._groups:
        apply(optimizer, group, [(p, grads[id(p)]) for p in group.params if grads.get(id(p)) is not None])
    rest = [(p, g) for p, g in pairs if g is not None and id(p) not in listed]
    if rest:
        apply(optimizer, replace(optimizer._groups[0], params=[p for p, _ in rest]), rest)
    return block.nodes[start:]


def apply(optimizer: Optimizer, group: Group, pairs: Sequence[tuple[Any, Any]]) -> None:
    """Append one group's clipping, decay and updates."""
    if not pairs:
        return
    builder: Any = mode.capture
    if builder.frame.outer is not None:
        raise UnimplementedError("an optimizer's update inside a branch or a loop of a static program")
    with no_grad(), builder.part("optimize"), builder.scope(type(optimizer).__name__):
        clip = group.clip
        treatments: Sequence[Any] = [None] * len(pairs)
        if clip is not None and type(clip).__call__ is not ClipGradBase.__call__:
            pairs = [(p, g) for p, g in clip(pairs) if g is not None]
            treatments = [None] * len(pairs)
        elif clip is not None:
            registers: Any = [(p, Register(g)) for p, g in pairs]
            treatments = clip._treat(registers)
        rate = _rate(optimizer, builder)
        updates = [
            _begin(optimizer, p, g, group, rate, t) for (p, g), t in zip(pairs, treatments, strict=True)
        ]
        for update in updates:
            blocks.run(optimizer._jobs(update))
            builder.write(update.tensor, update.param.value)
        for variable, register in _accumulators(updates):
            builder.write(variable, register.value)


def _begin(optimizer: Optimizer, p: Any, grad: Any, group: Group, rate: Register, clip: Any) -> Any:
    from .update import Update

    factor = float((getattr(p, "optimize_attr", None) or {}).get("learning_rate", 1.0)) * group.rate
    update = Update(p, group, rate if factor == 1.0 else rate * factor)  # type: ignore[arg-type]
    update.clip = clip
    optimizer._set_decay(update)
    # Lower precisions are updated in float32, as eagerly.
    kind = float32 if p.dtype.itemsize == 2 else p.dtype
    update.param, update.grad = (Register(_cast(t, kind)) for t in (mode.capture.read(p), grad))  # type: ignore
    registers: Any = {slot.name: _accumulator(optimizer, p, slot, kind) for slot in optimizer._slots(update)}
    update.acc = registers
    return update


def _cast(tensor: Any, dtype: Any) -> Any:
    return tensor if tensor.dtype is dtype else tensor.astype(dtype)


class _Held(Register):
    """An accumulator's register, and the variable that its value is written to."""

    def __init__(self, value: Any = None, variable: Any = None) -> None:
        super().__init__(value)
        self.variable = variable


def _accumulator(optimizer: Optimizer, p: Any, slot: Any, kind: Any) -> _Held:
    from ..nn.initializer import Constant
    from ..static.variables import GlobalVariable, declare

    shape = (1,) if slot.filled else tuple(p.dims) if slot.shape is None else slot.shape
    dtype = kind if slot.dtype is None else BY_NUMPY[np.dtype(slot.dtype)]
    key = (p.name, slot.name)
    variable = optimizer._graph.accumulators.get(key)
    if variable is None:
        name = f"{p.name}_{slot.name}_0"
        variable = GlobalVariable(shape, dtype, name)
        optimizer._graph.accumulators[key] = variable
    variable = declare(mode.capture, variable, Constant(slot.fill))  # type: ignore[arg-type]
    return _Held(mode.capture.read(variable), variable)  # type: ignore[union-attr]


def _accumulators(updates: Sequence[Any]) -> list[tuple[Any, Any]]:
    return [(r.variable, r) for u in updates for r in u.acc.values() if isinstance(r, _Held)]


def _rate(optimizer: Optimizer, builder: Any) -> Register:
    """The learning rate as a number."""
    return Register(builder.read(rate_variable(optimizer, builder))).item()


def rate_variable(optimizer: Optimizer, builder: Any) -> Any:
    """The user's variable, or one of the scope that is set before every run."""
    rate = optimizer._learning_rate
    if is_variable(rate):
        return rate
    from ..nn.initializer import Constant
    from ..static.variables import GlobalVariable, declare

    variable = optimizer._graph.rates.get(id(builder))
    if variable is None:
        shape = [1] if builder.ranked else []
        variable = GlobalVariable(shape, dtype_of("float32"), unique_name.generate("learning_rate"))
        declare(builder, variable, Constant(optimizer.get_lr()))
        optimizer._graph.rates[id(builder)] = variable
        if isinstance(rate, LRScheduler):
            builder.schedules.append((variable, lambda: optimizer.get_lr()))
        builder.rates.append(variable)
    return variable
