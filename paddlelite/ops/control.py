"""Functional control flow: ``cond`` and ``while_loop`` as ops, and how they are built from Python functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .. import dims as D
from ..autograd import enable_grad
from ..capture import Capture, Frame
from ..dtypes import bool_
from ..errors import CaptureError, InvalidArgumentError, PaddleError
from ..interpret import run_block
from ..ir import Block, Node, Persistable, Value
from ..mode import mode
from ..op import Many, Spec, op
from ..tensor.tensor import Tensor

__all__ = ["EndlessError", "TypeChange", "cond", "cond_op", "is_local", "while_loop", "while_op"]


class TypeChange(CaptureError):
    """A value that branches or iterations disagree on: ``index`` in the list, the two specs, and ``what`` differs."""

    def __init__(self, index: int, before: Spec, after: Spec, what: str) -> None:
        self.index, self.before, self.after, self.what = index, before, after, what
        super().__init__(
            f"value {index} has {what} {_shown(before, what)} on one path and {_shown(after, what)} on another"
        )


class EndlessError(PaddleError):
    """A loop makes more rounds than ``mode.rounds`` allows."""


def _shown(spec: Spec, what: str) -> str:
    return spec.dtype.name if what == "dtype" else str(list(spec.dims))


def join_specs(a: Spec, b: Spec, index: int = 0) -> Spec:
    """What is known of a value that has spec ``a`` on one path and ``b`` on another. Raises TypeChange."""
    if a.dtype is not b.dtype:
        raise TypeChange(index, a, b, "dtype")
    if a.array != b.array:
        if not (a.array and b.array):
            raise TypeChange(index, a, b, "kind")
        return a if a.array == "full" else b
    if len(a.dims) != len(b.dims):
        raise TypeChange(index, a, b, "rank")
    return Spec(D.join_dims(a.dims, b.dims), a.dtype, None, a.array)


@op("cond", out="*Out")
def cond_op(Cond, Input: Many, *, true_block, false_block):  # type: ignore[no-untyped-def]
    """Runs one of two blocks on ``Input``. ONNX: If. Files: conditional_block and select_input."""
    return run_block(true_block if bool(Cond.reshape(())) else false_block, Input)


@cond_op.infer
def _(Cond: Any, Input: Any, *, true_block: Block, false_block: Block) -> list[Spec]:
    pairs = zip(true_block.outputs, false_block.outputs, strict=True)
    return [join_specs(a.spec, b.spec, i) for i, (a, b) in enumerate(pairs)]


@op("while_loop", out="*Out")
def while_op(Carried: Many, Input: Many, *, cond_block, body_block, recorded=0):  # type: ignore[no-untyped-def]
    """Runs ``body_block`` on the carried values while ``cond_block`` gives True. ONNX: Loop. Files: while.

    With ``recorded`` = n the carried values after the first n are one array per carried value, in which every iteration
    notes what it started from; the gradient reads them.
    """
    values = list(Carried)
    while bool(run_block(cond_block, [*values, *Input])[0].reshape(())):
        mode.rounds -= 1
        if mode.rounds < 0:
            raise EndlessError("a loop has not come to its end")
        values = run_block(body_block, [*values, *Input])
    return values


@while_op.infer
def _(Carried: Any, Input: Any, *, cond_block: Block, body_block: Block, recorded: int = 0) -> list[Spec]:
    return [v._replace(content=None) for v in (p.spec for p in body_block.params[: len(Carried)])]


# Which results carry gradients: a block may hand a value on that its own calls, made under no_grad, take none of


def _carrying(block: Block, params: Sequence[bool]) -> list[bool]:
    """Which of a block's outputs carry a gradient when ``params`` says which of its parameters do."""
    carrying = {v for v, yes in zip(block.params, params, strict=True) if yes}
    for node in block.nodes:
        if node.grad and node.op.grad_rule is not None and any(v in carrying for v in node.read()):
            rule = node.op.live_rule
            marks = [True] * len(node.outputs) if rule is None else rule(node, carrying.__contains__)
            carrying.update(v for v, yes in zip(node.outputs, marks, strict=True) if yes)
    return [v in carrying and v.dtype.is_inexact for v in block.outputs]


def _carries(v: Value) -> bool:
    return not v.stop_gradient


@cond_op.lives
def _(node: Node, carries: Callable[[Value], bool] = _carries) -> list[bool]:
    params = [carries(v) for v in node.inputs[1]]
    return [any(pair) for pair in zip(*(_carrying(block, params) for block in node.blocks), strict=True)]


@while_op.lives
def _(node: Node, carries: Callable[[Value], bool] = _carries) -> list[bool]:
    carried, fixed = ([carries(v) for v in slot] for slot in node.inputs)
    while True:
        after = _carrying(node.attrs["body_block"], [*carried, *fixed])
        if not any(new and not old for old, new in zip(carried, after, strict=True)):
            return carried
        carried = [old or new for old, new in zip(carried, after, strict=True)]


# Building


def cond(
    pred: Tensor, true_fn: Callable[[], Sequence[Tensor]], false_fn: Callable[[], Sequence[Tensor]]
) -> list[Tensor]:
    """The results of ``true_fn()`` where ``pred`` holds, of ``false_fn()`` otherwise.

    Both return equally many tensors (or TensorArray values) of equal dtypes; sizes may differ. Tensors written to in
    a branch carry the write out of it. With a ``pred`` that has a value, the function is simply called.

    Raises TypeChange when the branches' dtypes, kinds or ranks differ.
    """
    capture = mode.capture
    if capture is None or (not isinstance(pred, Value) and capture.is_constant(pred)):
        return list(true_fn() if bool(pred) else false_fn())
    return join_branches(capture, pred, [_trace(capture, fn) for fn in (true_fn, false_fn)])


def join_branches(
    capture: Capture, pred: Tensor, frames: Sequence[tuple[Frame, Sequence[Tensor]]]
) -> list[Tensor]:
    """Append the cond whose branches are two finished frames with their results (true first)."""
    predicate = _scalar_bool(pred)
    (true_frame, true_outs), (false_frame, false_outs) = frames
    if len(true_outs) != len(false_outs):
        raise InvalidArgumentError(f"the branches return {len(true_outs)} and {len(false_outs)} values")
    written = {k: t for frame, _ in frames for k, (t, _) in frame.state.items() if not is_local(t, frame)}
    for frame, _ in frames:
        _give_written(capture, frame, list(written.values()))
    inputs = _common_params(capture, (true_frame, false_frame), 0)
    specs = cond_op.infer_rule(None, None, true_block=true_frame.block, false_block=false_frame.block)  # type: ignore[misc]
    values = (capture.read(predicate), tuple(inputs))
    attrs = {"true_block": true_frame.block, "false_block": false_frame.block}
    with enable_grad():  # what a branch hands on unchanged keeps its gradient under no_grad too
        results = capture.append(cond_op, values, attrs, [specs])
    return _after(capture, results, len(true_outs), list(written.values()))


def _scalar_bool(pred: Tensor) -> Tensor:
    size = D.numel(pred.dims)
    if isinstance(size, int) and size != 1:
        raise InvalidArgumentError(
            f"the truth value of a tensor with {size} elements is ambiguous; use any() or all()"
        )
    if pred.dims:
        from .shape import reshape

        pred = reshape(pred, shape=[])
    return pred if pred.dtype is bool_ else pred.astype("bool")


def _trace(capture: Capture, fn: Callable[[], Sequence[Tensor]]) -> tuple[Frame, list[Tensor]]:
    with capture.inner() as frame:
        outs = list(fn())
        frame.block.outputs = [capture.read(t) for t in outs]
    return frame, outs


def _share_inputs(*frames: Frame) -> list[Value]:
    """The outer values that any of the blocks reads."""
    return list({v: None for frame in frames for v in frame.lifted})


def _give_written(capture: Capture, frame: Frame, written: Sequence[Tensor]) -> None:
    """Give a branch's block the written tensors as further outputs."""
    capture.frame = frame
    try:
        with capture.sharing.unchecked():
            frame.block.outputs += [capture.read(t) for t in written]
    finally:
        assert frame.outer is not None
        capture.frame = frame.outer


def _after(capture: Capture, results: list[Tensor], count: int, written: Sequence[Tensor]) -> list[Tensor]:
    """Make the written tensors stand for their new values; return the function's own results."""
    for t, v in zip(written, results[count:], strict=True):
        capture.assign(t, v)
    return results[:count]


def while_loop(
    cond_fn: Callable[..., Tensor], body_fn: Callable[..., Sequence[Tensor]], carried: Sequence[Tensor]
) -> list[Tensor]:
    """Repeat ``carried = body_fn(*carried)`` while ``cond_fn(*carried)`` holds.

    A size that changes from one iteration to the next becomes symbolic. Tensors written to in the body are carried
    along. Without a capture the functions are simply called.

    Raises TypeChange when an iteration changes a dtype or rank.
    """
    capture = mode.capture
    if capture is None:
        values = list(carried)
        while bool(cond_fn(*values)):
            values = list(body_fn(*values))
        return values
    return build_loop(capture, cond_fn, body_fn, carried, 0)


def build_loop(
    capture: Capture,
    cond_fn: Callable[..., Any],
    body_fn: Callable[..., Any],
    carried: Sequence[Tensor],
    recorded: int,
    known: Sequence[Spec] = (),
) -> list[Any]:
    """Append the while_loop of two functions. ``known`` are types that the first carried values have in all rounds."""
    start = [capture.read(t) for t in carried]
    specs = [*known, *(v.spec._replace(content=None) for v in start[len(known) :])]
    written: list[Tensor] = []
    symbols: set[D.Size] = set()
    # Types and the set of written tensors only grow, so this ends: each round joins sizes or adds a tensor.
    while True:
        body, fresh_written = _trace_loop(capture, body_fn, specs, written, None)
        if fresh_written:
            written += fresh_written
            continue
        outs = [v.spec for v in body.block.outputs[: len(specs)]]
        if len(outs) != len(specs):
            raise InvalidArgumentError(
                f"the loop's body returns {len(outs)} values for {len(specs)} carried ones"
            )
        joined = [join_specs(a, b, i) for i, (a, b) in enumerate(zip(specs, outs, strict=True))]
        wider = [_widen(a, j, b, symbols) for a, j, b in zip(specs, joined, outs, strict=True)]
        if wider == specs:
            break
        specs = wider
    test, test_written = _trace_loop(capture, lambda *v: [_scalar_bool(cond_fn(*v))], specs, written, True)
    if test_written:
        raise CaptureError(
            "the condition of a loop writes to a tensor in place; write to it in the loop's body"
        )
    return close_while(capture, start, written, test, body, recorded)


def close_while(
    capture: Capture,
    start: Sequence[Tensor],
    written: Sequence[Tensor],
    test: Frame,
    body: Frame,
    recorded: int = 0,
) -> list[Tensor]:
    """Append the while_loop whose blocks are two finished frames."""
    invariants = _common_params(capture, (body, test), len(start) + len(written))
    now = [capture.read(t) for t in (*start, *written)]
    attrs = {"cond_block": test.block, "body_block": body.block, "recorded": recorded}
    if not recorded and capture.frame.tape and mode.grad and any(map(wants_gradient, (*now, *invariants))):
        from .control_grad import record_loop

        results = record_loop(now, invariants, attrs)[: len(now)]
    else:
        all_specs = [p.spec for p in body.block.params[: len(now)]]
        with (
            enable_grad()
        ):  # as for a branch; and a loop may make no round. If it matters, the gradient makes the notes
            results = capture.append(while_op, (tuple(now), tuple(invariants)), attrs, [all_specs])
    return _after(capture, results, len(start), written)


def _widen(before: Spec, joined: Spec, after: Spec, symbols: set[D.Size]) -> Spec:
    """What a carried value is in all rounds, if one begins with ``before`` and ends with ``after``.

    A size that changes becomes one of ``symbols``, which stand for any size.
    """
    if len(before.dims) != len(after.dims):
        return joined  # of a TensorArray that was empty
    dims = list(before.dims)
    for i, (a, b) in enumerate(zip(before.dims, after.dims, strict=True)):
        if a != b and a not in symbols:
            symbols.add(fresh := D.fresh("carried"))
            dims[i] = fresh
    return joined._replace(dims=tuple(dims))


def _trace_loop(
    capture: Capture, fn: Callable[..., Sequence[Tensor]], specs: list[Spec], written: list[Tensor], test: Any
) -> tuple[Frame, list[Tensor]]:
    """Build the block of a loop's body or test; also returns tensors written to that were not yet carried."""
    with capture.inner() as frame:
        params = open_loop(capture, frame, specs, written)
        new = close_loop(capture, frame, list(fn(*params)), written, test)
    return frame, new


def open_loop(
    capture: Capture, frame: Frame, specs: Sequence[Spec], written: Sequence[Tensor]
) -> list[Value]:
    """Give a loop's block, just begun, its parameters: the carried values (returned) and the written tensors."""
    block, frame.loop = frame.block, True
    params = [block.own(Value(s)) for s in specs]
    block.params += params
    for p, s in zip(params, specs, strict=True):
        p.stop_gradient = not (s.dtype.is_inexact or s.array)
    for t in written:
        outer = capture._read(t, frame.outer)  # type: ignore[arg-type]
        param = block.own(Value(outer.spec._replace(content=None)))
        block.params.append(param)
        frame.state[id(t)] = (t, param)
    frame.initial = dict(frame.state)
    return params


def close_loop(
    capture: Capture, frame: Frame, outs: Sequence[Tensor], written: Sequence[Tensor], test: Any = None
) -> list[Tensor]:
    """Set the block's outputs; returns the tensors written to in it that are not carried yet."""
    block, initial = frame.block, frame.initial
    block.outputs = [capture.read(t) for t in outs]
    new = [t for k, (t, _) in frame.state.items() if k not in initial and not is_local(t, frame)]
    if test is None:
        block.outputs += [frame.state[id(t)][1] for t in written]
    elif any(frame.state[k][1] is not v for k, (_, v) in initial.items()):
        new = list(written)
    return new


def is_local(t: Tensor, frame: Frame) -> bool:
    """Whether ``t`` was made in ``frame`` (or in a block inside it), so that nobody outside can read it."""
    if isinstance(t, Persistable):
        return False
    outer = frame.outer
    while outer is not None and not (isinstance(t, Value) and t.block is outer.block):
        outer = outer.outer
    return isinstance(t, Value) and outer is None


def _common_params(capture: Capture, frames: Sequence[Frame], carried: int) -> list[Value]:
    """Give the blocks one common list of invariant parameters after the carried ones; returns their outer values."""
    invariants = _share_inputs(*frames)
    for frame in frames:
        for v in invariants:
            capture.lift(v, frame)
        frame.block.params[carried:] = [frame.lifted[v] for v in invariants]
    return invariants


def wants_gradient(t: Any) -> bool:
    """Whether gradients flow through a value."""
    return not t.stop_gradient and (bool(getattr(t, "array", "")) or t.dtype.is_inexact)
