"""What both branches of a ``cond`` compute, and what a loop computes anew in every round, is computed once, outside.

    cond(c):                          →  y = tanh(x)
        true:  y = tanh(x)
        false: y = tanh(x)

    while …:  h = h @ (w * 2)         →  v = w * 2
                                         while …:  h = h @ v

Both move nodes out of a block, and their results become parameters of it. Only ops without effects move, and none that
draw numbers. Out of a loop, which may make no round, move only ops that cannot fail (:attr:`~.op.Op.total`), on sizes
that are known to fit. Gradients stay what they are: a loop sums those of a parameter over its rounds.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np

from .dims import evaluate
from .dtypes import DType
from .errors import PaddleError
from .ir import Block, Node, Program, Value, symbols_of
from .op import Spec
from .prune import has_effect

__all__ = ["simplify"]


def simplify(program: Program) -> Program:
    """Simplify the control flow of a pruned program, in place. The names of its results stay."""
    if not any(node.blocks for node in program.block.nodes):
        return program
    replaced = _simplify_block(program.block)
    if replaced:
        taken = {id(v) for v in program.block.params}
        block = program.block
        block.outputs[:] = [_instead(block, v, replaced.get(v, v), taken) for v in block.outputs]
        program.state = [(t, replaced.get(v, v)) for t, v in program.state]
    return program.prune()


def _instead(block: Block, was: Value, now: Value, taken: set[int]) -> Value:
    """The value to give for the result ``was``, for which ``now`` stands: a result's name may have been asked for."""
    from .ops.creation import assign

    if now is was or was._name is None:
        return now
    if now._name is None and id(now) not in taken:
        now._name = was._name
        taken.add(id(now))
        return now
    block.nodes.append(Node(assign, (now,), {}, [was]))
    return was


def _simplify_block(block: Block) -> dict[Value, Value]:
    """Simplify the control flow in ``block``. Returns the values for which others stand now."""
    replaced: dict[Value, Value] = {}
    nodes, block.nodes = block.nodes, []
    for node in nodes:
        node.inputs = _with(node.inputs, replaced)
        for inner in node.blocks:
            inside = _simplify_block(inner)
            inner.outputs = [inside.get(v, v) for v in inner.outputs]
        if node.type == "cond":
            replaced.update(_join(block, node))
        elif node.type == "while_loop":
            replaced.update(_settle(node))
            _hoist(block, node)
        if node.outputs or not node.blocks or has_effect(node):
            block.nodes.append(node)
    return replaced


def _with(inputs: tuple[Any, ...], values: dict[Value, Value]) -> tuple[Any, ...]:
    """A node's inputs, with ``values`` in place of some."""
    return tuple(
        tuple(values.get(v, v) for v in x)
        if isinstance(x, tuple)
        else None
        if x is None
        else values.get(x, x)
        for x in inputs
    )


class _Mover:
    """Moves nodes out of the blocks of ``node``. ``outside`` is what their values are in the block around it."""

    def __init__(self, outer: Block, node: Node) -> None:
        self.outer, self.node = outer, node
        inputs = node.inputs[1]
        self.outside: dict[Value, Value] = {
            p: v
            for b in node.blocks
            for p, v in zip(b.params[len(b.params) - len(inputs) :], inputs, strict=True)
        }

    def move(self, twins: Sequence[Node]) -> None:
        """Compute outside what ``twins``, one node or one of each block, compute alike from what is known there."""
        first = twins[0]
        first_inputs = _with(first.inputs, self.outside)
        made = [self._share(outs) for outs in zip(*(twin.outputs for twin in twins), strict=True)]
        for block in self.node.blocks:
            block.nodes = [n for n in block.nodes if all(n is not twin for twin in twins)]
        first.inputs, first.outputs = first_inputs, made
        self.outer.nodes.append(first)

    def _share(self, values: Sequence[Value]) -> Value:
        """A value outside that becomes an input of the node; ``values`` stand for it in their blocks."""
        made = self.outer.own(Value(values[0].spec))
        made.stop_gradient = values[0].stop_gradient
        first, inputs = self.node.inputs
        self.node.inputs = (first, (*inputs, made))
        for block in self.node.blocks:
            mine = [v for v in values if v.block is block] or [block.own(Value(made.spec))]
            block.params += mine
            self.outside[mine[0]] = made
        return made


# Branches that agree


def _join(outer: Block, node: Node) -> dict[Value, Value]:
    """Compute outside what both branches compute alike. Returns the results that others stand for now."""
    sides = [node.attrs["true_block"], node.attrs["false_block"]]
    # A check in a branch may come before what fails.
    may_fail = not has_effect(node)
    seen: dict[Hashable, int] = {}
    (numbers, twins), (others, other_twins) = (_number(block, node.inputs[1], seen) for block in sides)
    mover = _Mover(outer, node)

    def bring(value: Value) -> bool:
        """Compute a value of the true block outside, with what it is computed from."""
        if value in mover.outside:
            return True
        (first, mine), (_, its) = twins[numbers[value]], other_twins[numbers[value]]
        if first not in mover.outside:  # (else the branch computes it twice)
            if not (_is_pure(mine) and (may_fail or _cannot_fail(mine)) and all(map(bring, mine.read()))):
                return False
            mover.move([mine, its])
        mover.outside[value] = mover.outside[first]
        return True

    pairs = zip(*(block.outputs for block in sides), strict=True)
    alike = {i: a for i, (a, b) in enumerate(pairs) if numbers[a] == others[b] and bring(a)}
    found = {node.outputs[i]: mover.outside[a] for i, a in alike.items()}
    for values in (node.outputs, *(block.outputs for block in sides)):
        values[:] = [v for i, v in enumerate(values) if i not in alike]
    return found


def _number(
    block: Block, inputs: Sequence[Value], seen: dict[Hashable, int]
) -> tuple[dict[Value, int], dict[int, tuple[Value, Node]]]:
    """A number for each value of a block, equal for what is computed alike; and the first value of each number, with
    the node that computes it.
    """
    number = lambda key: seen.setdefault(key, len(seen))
    numbers = {p: number(("input", id(v))) for p, v in zip(block.params, inputs, strict=True)}
    made: dict[int, tuple[Value, Node]] = {}
    for node in block.nodes:
        read = tuple(
            tuple(numbers[v] for v in x) if isinstance(x, tuple) else None if x is None else numbers[x]
            for x in node.inputs
        )
        call = (node.type, node.grad, read, _frozen(node.attrs))
        for k, v in enumerate(node.outputs):
            numbers[v] = number((call, k))
            made.setdefault(numbers[v], (v, node))
    return numbers, made


def _frozen(attribute: Any) -> Hashable:
    """What two attributes have in common exactly when they are the same."""
    if isinstance(attribute, dict):
        return tuple((k, _frozen(v)) for k, v in attribute.items())
    if isinstance(attribute, (list, tuple)):
        return tuple(map(_frozen, attribute))
    if isinstance(attribute, np.ndarray):
        return attribute.dtype.str, attribute.shape, attribute.tobytes()
    if isinstance(attribute, (bool, int, float, str, DType, type(None))):
        return type(attribute), repr(attribute)  # 0.0 is equal to -0.0, and 1 to True
    return id(attribute)


# Loops


def _settle(node: Node) -> dict[Value, Value]:
    """Make inputs of the carried values that no round changes. Returns the results that others stand for now."""
    body, test = node.attrs["body_block"], node.attrs["cond_block"]
    carried, inputs = node.inputs
    if node.attrs["recorded"]:
        return {}  # what is noted of them would have no place
    still = [i for i in range(len(carried)) if body.outputs[i] is body.params[i]]
    found = {node.outputs[i]: carried[i] for i in still}
    kept = [i for i in range(len(carried)) if i not in set(still)]
    node.inputs = (tuple(carried[i] for i in kept), (*inputs, *(carried[i] for i in still)))
    for block in (body, test):
        params = block.params
        block.params = [params[i] for i in kept] + params[len(carried) :] + [params[i] for i in still]
    for values in (node.outputs, body.outputs):
        values[:] = [values[i] for i in kept]
    return found


def _hoist(outer: Block, node: Node) -> None:
    """Compute before a loop what is the same in every round."""
    mover = _Mover(outer, node)
    for block in node.blocks:
        for inner in block.nodes:
            read = list(inner.read())
            if read and all(v in mover.outside for v in read) and _is_pure(inner) and _cannot_fail(inner):
                mover.move([inner])


def _is_pure(node: Node) -> bool:
    """Whether a call depends on nothing but its inputs, and does nothing but give its results."""
    return not (node.blocks or node.op.random or node.op.graph_only or has_effect(node))


def _cannot_fail(node: Node) -> bool:
    """Whether a call gives its results whatever the sizes and values of its inputs turn out to be."""
    present = zip(node.op.slots, node.inputs, strict=False)
    if not node.op.total or any(slot.optional and (isinstance(x, Value) or x) for slot, x in present):
        return False
    symbols = sorted(symbols_of(node.read()))
    # Sizes that nothing connects, and none at all.
    trials = [{s: 1009 + i for i, s in enumerate(symbols)}, dict.fromkeys(symbols, 0)]
    return all(_fits(node, sizes) for sizes in (trials if symbols else [{}]))


def _fits(node: Node, sizes: dict[str, int]) -> bool:
    """Whether the shape rule takes the inputs when the symbols have given sizes."""

    def spec(v: Value) -> Spec:
        return v.spec._replace(dims=tuple(evaluate(d, sizes) for d in v.dims), content=None)

    inputs = [
        [spec(v) for v in x] if isinstance(x, tuple) else None if x is None else spec(x) for x in node.inputs
    ]
    if any(d < 0 for x in inputs if isinstance(x, Spec) for d in x.dims):  # type: ignore[operator]
        return False
    try:
        node.op.infer_rule(*inputs, **node.attrs)  # type: ignore[misc]
    except (PaddleError, ZeroDivisionError):
        return False
    return True
