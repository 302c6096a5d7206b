"""Gradients in a static program: ops appended to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..autograd import gradients_of
from ..dims import numel
from ..errors import InvalidArgumentError, InvalidTypeError, MismatchError
from ..ir import Value
from ..mode import mode
from ..nn.parameter import Parameter
from ..tensor.tensor import Tensor
from .building import Builder, building

__all__ = ["append_backward", "builder_of", "gradients"]


def append_backward(
    loss: Value,
    parameter_list: Sequence[Any] | None = None,
    no_grad_set: Iterable[Any] | None = None,
    callbacks: Any = None,
    checkpoints: Any = None,
) -> list[tuple[Any, Value]]:
    """Append the gradients of ``loss``; returns the pairs (parameter, gradient).

    Args:
        loss: a variable of one element.
        parameter_list: parameters, or their names; all trainable ones of the program when None.
        no_grad_set: variables, or their names, through which no gradient goes.
        callbacks, checkpoints: accepted.

    Raises InvalidTypeError when ``loss`` is no variable of a static program, MismatchError (an AssertionError) when it
    has not just one element, InvalidArgumentError when a name is unknown.
    """
    builder = builder_of(loss, "append_backward")
    if numel(loss.dims) != 1:
        raise MismatchError(
            f"The number of elements of loss should be 1, but the current loss.shape is {list(loss.shape)}, whose "
            "number of elements is not 1. Maybe that you should call paddle.mean to process the current loss."
        )
    with building(builder.program), builder.part("backward"):
        wanted = _parameters(builder, parameter_list)
        blocked = [_variable(builder, item) for item in no_grad_set or ()]
        stopped = {v.name for v in blocked}
        wanted = [p for p in wanted if p.name not in stopped]
        found = _gradients(builder, [loss], wanted, None, blocked)
    return [(p, g) for p, g in zip(wanted, found) if g is not None]


def gradients(
    targets: Any, inputs: Any, target_gradients: Any = None, no_grad_set: Iterable[Any] | None = None
) -> list[Value | None]:
    """Append the gradients of ``targets`` with respect to ``inputs``; None where there is none.

    They can be differentiated again. ``target_gradients``: the gradients that arrive at the targets, ones when None.
    Raises InvalidTypeError for something that is no variable.
    """
    targets, inputs = _listed(targets), _listed(inputs)
    builder = builder_of(targets[0], "gradients")
    seeds = None if target_gradients is None else _listed(target_gradients)
    with building(builder.program), builder.part("backward"):
        blocked = [_variable(builder, item) for item in no_grad_set or ()]
        return _gradients(builder, targets, inputs, seeds, blocked, again=True)


def _gradients(
    builder: Builder,
    targets: Sequence[Any],
    inputs: Sequence[Any],
    seeds: Any,
    blocked: Sequence[Any],
    again: bool = False,
) -> list[Value | None]:
    builder.retape()
    # Of what the variables were before an optimizer wrote to them: several losses may be minimized in one program.
    origins = [builder.origin(t) for t in inputs]
    arrived = [None] * len(targets) if seeds is None else seeds
    if len(arrived) != len(targets):
        raise InvalidArgumentError(f"there are {len(arrived)} target_gradients for {len(targets)} targets")
    outs = [builder.read(t) for t in targets]
    found: Any = gradients_of(outs, origins, arrived, True, again, blocked or None)
    for tensor, gradient in zip(inputs, found):
        if gradient is not None and isinstance(gradient, Value) and gradient.block is builder.frame.block:
            builder.rename(gradient, f"{tensor.name}@GRAD")
    return list(found)


def _listed(given: Any) -> list[Any]:
    items = list(given) if isinstance(given, (list, tuple)) else [given]
    for item in items:
        if item is not None and not isinstance(item, Tensor):
            raise InvalidTypeError(f"gradients() takes static Variables, but received {type(item).__name__}")
    return items


def builder_of(loss: Any, what: str) -> Builder:
    if not isinstance(loss, Value):
        raise InvalidTypeError(
            f"The type of 'loss' in {what} must be a static Variable, but received {type(loss).__name__}."
        )
    program = None if loss.block is None else loss.block.program
    if program is not None:
        return program.builder  # type: ignore[no-any-return]
    if isinstance(mode.capture, Builder):
        return mode.capture
    raise InvalidTypeError(f"{what}: {loss!r} is not a variable of a static program's outermost block")


def _parameters(builder: Builder, given: Sequence[Any] | None) -> list[Any]:
    if given is None:
        return [p for p in builder.program.all_parameters() if not p.stop_gradient]
    return [_variable(builder, item) for item in given]


def _variable(builder: Builder, item: Any) -> Any:
    """A variable, or the program's variable of a name; parameters as they were declared."""
    if isinstance(item, str):
        known = {t.name: t for t in builder.program.captures.values() if isinstance(t, Parameter)}
        return known[item] if item in known else builder.program.global_block().var(item)
    if not isinstance(item, Value):
        raise InvalidTypeError(
            f"a parameter is given as a static Variable or its name, but received {type(item).__name__}"
        )
    return item
