"""Gradients of control flow: the blocks are run again, with the tape on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..capture import replay
from ..dtypes import int64
from ..ir import Block
from ..mode import mode
from .array import (
    array_add,
    array_append,
    array_extend,
    array_length,
    array_read,
    array_slice,
    array_zeros_like,
    create_array,
)  # fmt: skip
from .control import build_loop, cond, cond_op, wants_gradient, while_loop, while_op
from .creation import assign

__all__ = ["record_loop"]


def _zeros(t: Any) -> Any:
    """Zeros like a tensor or TensorArray."""
    from ..tensor.creation import zeros_like

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
        own = list(inputs)
        for i in wanted:
            # A value of its own, which still is on the tape: the gradient depends on it, which may be differentiated.
            own[i] = inputs[i] if getattr(inputs[i], "array", "") else assign(inputs[i])
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
    n = len(Carried)
    body, test = attrs["body_block"], attrs["cond_block"]
    lists = [i for i, p in enumerate(body.params[:n]) if p.array]

    def step(*values: Any) -> list[Any]:
        return [*replay(body, [*values[:n], *Input]), *_note(values[:n], values[n : 2 * n], values[2 * n :])]

    def go_on(*values: Any) -> Any:
        return replay(test, [*values[:n], *Input])[0]

    capture = mode.capture
    assert capture is not None  # TensorArrays exist in graphs only
    specs = [p.spec for p in body.params[:n]]
    return build_loop(capture, go_on, step, [*Carried, *_no_notes(Carried, lists)], n, specs)


def _no_notes(carried: Sequence[Any], lists: Sequence[int]) -> list[Any]:
    """What is noted before the first iteration: an array for each carried value, then one of lengths for each list."""
    return [create_array(t.dtype) for t in carried] + [create_array(int64) for _ in lists]


def _note(carried: Sequence[Any], notes: Sequence[Any], lengths: Sequence[Any]) -> list[Any]:
    """The notes with what one iteration starts from. Lists are noted one behind the other, and how long each was."""
    lists = [t for t in carried if t.array]
    noted = [
        (array_extend if t.array else array_append)(note, t) for note, t in zip(notes, carried, strict=True)
    ]
    return noted + [array_append(note, array_length(t)) for note, t in zip(lengths, lists, strict=True)]


class _Notes:
    """The notes of a loop, read from the last iteration to the first."""

    def __init__(self, notes: Sequence[Any], lengths: Sequence[Any], lists: Sequence[int]) -> None:
        self.notes, self.lengths, self.lists = notes, lengths, lists

    def ends(self) -> list[Any]:
        """Where the lists of the last iteration end."""
        return [array_length(self.notes[i]) for i in self.lists]

    def read(self, t: Any, ends: Sequence[Any]) -> tuple[list[Any], list[Any]]:
        """What iteration ``t`` started from, and where the lists of the one before it end."""
        starts = [end - array_read(length, t) for end, length in zip(ends, self.lengths, strict=True)]
        spans = dict(zip(self.lists, zip(starts, ends, strict=True), strict=True))
        values = [
            array_slice(note, *spans[i]) if i in spans else array_read(note, t)
            for i, note in enumerate(self.notes)
        ]
        return values, starts


@while_op.grad(saves="Carried Input Out")
def _(c: Any, gs: Any) -> Any:
    """Iterate backwards over what the iterations started from, running and differentiating the body each time."""
    recorded = c.recorded
    if any(g is not None for g in gs[recorded:]):
        recorded = 0  # the gradient of a gradient, which has read the notes: they are results like the others
    n = recorded or len(c.Carried)
    carried, invariant, noted = c.Carried[:n], c.Input, c.Out[n:]
    lists = [i for i, p in enumerate(c.body_block.params[:n]) if p.array]
    if not recorded:
        blocks = {"cond_block": c.cond_block, "body_block": c.body_block}
        noted = record_loop(carried, invariant, blocks)[n:]
    notes = _Notes(noted[:n], noted[n:], lists)
    moving = [i for i, t in enumerate(carried) if t.dtype.is_inexact]
    fixed = [i for i, t in enumerate(invariant) if wants_gradient(t)]
    # The recording body also notes; run again, it notes into arrays that nobody reads.
    own = len(c.body_block.outputs)
    inputs = [*moving, *(own + i for i in fixed)]
    k = len(moving) + len(fixed)

    def step(t: Any, *values: Any) -> list[Any]:
        grads, ends = values[:k], values[k:]
        t = t - 1
        start, starts = notes.read(t, ends)
        seeds: list[Any] = [None] * own
        for i, g in zip(moving, grads, strict=False):
            seeds[i] = g
        unread = _no_notes(carried, lists) if recorded else []
        found = _differentiated(c.body_block, [*start, *unread, *invariant], inputs, seeds)
        total = [_sum(g, h) for g, h in zip(grads[len(moving) :], found[len(moving) :], strict=True)]
        return [t, *found[: len(moving)], *total, *starts]

    from ..tensor.creation import to_tensor

    first = [_zeros(c.Out[i]) if gs[i] is None else gs[i] for i in moving]
    rounds = array_length((notes.lengths or notes.notes)[0])
    results = while_loop(
        lambda t, *_: t > to_tensor(0, dtype="int64"),
        step,
        [rounds, *first, *(_zeros(invariant[i]) for i in fixed), *notes.ends()],
    )
    to_carried: list[Any] = [None] * len(c.Carried)
    to_invariant: list[Any] = [None] * len(invariant)
    for i, g in zip(moving, results[1:], strict=False):
        to_carried[i] = g
    for i, g in zip(fixed, results[1 + len(moving) : 1 + k], strict=True):
        to_invariant[i] = g
    return to_carried, to_invariant


def _sum(a: Any, b: Any) -> Any:
    return array_add(a, b) if getattr(a, "array", "") else a + b
