"""Gradients of control flow: the blocks are run again, with the tape on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..capture import replay
from ..errors import CaptureError
from ..ir import Block
from ..mode import mode
from .control import build_loop, cond, cond_op, wants_gradient, while_loop, while_op

__all__ = ["record_loop"]


def _zeros(t: Any) -> Any:
    """Zeros like a tensor or TensorArray."""
    from ..tensor.creation import zeros_like
    from .array import array_zeros_like

    return array_zeros_like(t) if getattr(t, "array", "") else zeros_like(t)


def _differentiated(
    block: Block, inputs: Sequence[Any], wanted: Sequence[int], seeds: Sequence[Any]
) -> list[Any]:
    """Run ``block`` on ``inputs``; the gradients of inputs ``wanted`` for the outputs' gradients ``seeds``."""
    from ..autograd import grad

    was, mode.grad = mode.grad, True
    frame = mode.capture.frame if mode.capture is not None else None
    taped = frame.tape if frame is not None else True
    try:
        if frame is not None:
            frame.tape = True
        own = [x if getattr(x, "array", "") else x.detach() for x in inputs]
        for i in wanted:
            own[i].stop_gradient = False
        outs = replay(block, own)
        pairs = [(o, g) for o, g in zip(outs, seeds, strict=True) if g is not None and not o.stop_gradient]
        found: list[Any] = [None] * len(wanted)
        if pairs:
            live, gs = zip(*pairs, strict=True)
            # The block's own graph is recorded again only where its gradient is to be differentiated in turn.
            found = grad(list(live), [own[i] for i in wanted], list(gs), create_graph=was, allow_unused=True)
    finally:
        mode.grad = was
        if frame is not None:
            frame.tape = taped
    return [_zeros(inputs[i]) if g is None else g for i, g in zip(wanted, found, strict=True)]


@cond_op.grad(saves="Cond Input")
def _(c: Any, gs: Any) -> Any:
    """The branch that ran is run again and differentiated."""
    wanted = [i for i, x in enumerate(c.Input) if wants_gradient(x)]

    def branch(block: Block) -> Callable[[], list[Any]]:
        return lambda: _differentiated(block, c.Input, wanted, gs)

    out: list[Any] = [None] * len(c.Input)
    for i, g in zip(wanted, cond(c.Cond, branch(c.true_block), branch(c.false_block)), strict=True):
        out[i] = g
    return None, out


def record_loop(Carried: Sequence[Any], Input: Sequence[Any], attrs: dict[str, Any]) -> list[Any]:
    """The loop, noting what every iteration starts from. What a loop becomes when its gradient will be wanted."""
    from .array import array_append, create_array

    n = len(Carried)
    body, test = attrs["body_block"], attrs["cond_block"]
    arrays = [create_array(t.dtype) for t in Carried]

    def step(*values: Any) -> list[Any]:
        start = values[:n]
        notes = [array_append(a, v) for a, v in zip(values[n:], start, strict=True)]
        return [*replay(body, [*start, *Input]), *notes]

    def go_on(*values: Any) -> Any:
        return replay(test, [*values[:n], *Input])[0]

    capture = mode.capture
    assert capture is not None  # TensorArrays exist in graphs only
    return build_loop(capture, go_on, step, [*Carried, *arrays], n)


@while_op.grad(saves="Carried Input Out")
def _(c: Any, gs: Any) -> Any:
    """Iterate backwards over what the iterations started from, running and differentiating the body each time."""
    from .array import array_length, array_read, create_array

    n = c.recorded or len(c.Carried)
    carried, invariant, arrays = c.Carried[:n], c.Input, c.Out[n:]
    if any(getattr(t, "array", "") for t in carried):
        raise CaptureError(
            "the gradient of a loop that appends to a list of tensors is not supported; preallocate a tensor and write "
            "x[i] = ..., or wrap the loop in paddle.no_grad()"
        )
    if not c.recorded:
        was, mode.grad = mode.grad, False
        try:
            blocks = {"cond_block": c.cond_block, "body_block": c.body_block}
            arrays = record_loop(carried, invariant, blocks)[n:]
        finally:
            mode.grad = was
    moving = [i for i, t in enumerate(carried) if t.dtype.is_inexact]
    fixed = [i for i, t in enumerate(invariant) if wants_gradient(t)]
    # The recording body also appends to arrays; run again, it appends to empty ones that nobody reads.
    empty = len(carried) if c.recorded else 0
    inputs = [*moving, *(n + empty + i for i in fixed)]
    from ..tensor.creation import to_tensor

    def step(t: Any, *grads: Any) -> list[Any]:
        t = t - 1
        start = [array_read(a, t) for a in arrays]
        seeds: list[Any] = [None] * (n + empty)
        notes = [create_array(x.dtype) for x in start[:empty]]
        for i, g in zip(moving, grads, strict=False):
            seeds[i] = g
        found = _differentiated(c.body_block, [*start, *notes, *invariant], inputs, seeds)
        total = [_sum(g, h) for g, h in zip(grads[len(moving) :], found[len(moving) :], strict=True)]
        return [t, *found[: len(moving)], *total]

    first = [_zeros(c.Out[i]) if gs[i] is None else gs[i] for i in moving]
    results = while_loop(
        lambda t, *_: t > to_tensor(0, dtype="int64"),
        step,
        [array_length(arrays[0]), *first, *(_zeros(invariant[i]) for i in fixed)],
    )
    to_carried: list[Any] = [None] * len(c.Carried)
    to_invariant: list[Any] = [None] * len(invariant)
    for i, g in zip(moving, results[1:], strict=False):
        to_carried[i] = g
    for i, g in zip(fixed, results[1 + len(moving) :], strict=True):
        to_invariant[i] = g
    return to_carried, to_invariant


def _sum(a: Any, b: Any) -> Any:
    from .array import array_add

    return array_add(a, b) if getattr(a, "array", "") else a + b
