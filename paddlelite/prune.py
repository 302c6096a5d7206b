"""Dead code: nodes, carried values, branch results and block parameters that nothing depends on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from .errors import InvalidArgumentError
from .ir import Block, Node, Program, Value
from .tensor.tensor import Tensor

__all__ = ["EFFECTS", "cut", "prune_block"]

#: Ops that are run for what they do, not for their results.
EFFECTS = {"assert", "print", "print_message", "py_func"}


def cut(
    program: Program,
    inputs: Sequence[Value],
    outputs: Sequence[Value],
    state: Sequence[tuple[Tensor, Value]] = (),
) -> Program:
    """The part of a program that computes ``outputs``, and the new values of ``state``, from ``inputs``.

    The program itself stays as it is.

    Raises InvalidArgumentError when an output is not in the program or needs another input.
    """
    known = set(program.block.params) | {v for node in program.block.nodes for v in node.outputs}
    for value in (*inputs, *outputs):
        if value not in known:
            raise InvalidArgumentError(f"the variable '{value.name}' is not in the program.")
    result = Program()
    result.block.nodes = list(map(_copied, program.block.nodes))
    result.block.outputs = list(outputs)
    result.inputs, result.captures, result.state = list(inputs), dict(program.captures), list(state)
    result.prune()
    available = {*result.block.params, *(v for node in result.block.nodes for v in node.outputs)}
    for value in (*(v for node in result.block.nodes for v in node.read()), *result.results):
        if value not in available:
            raise InvalidArgumentError(f"the variable '{value.name}' is needed and must be fed.")
    return result


def _copied(node: Node) -> Node:
    """A node that can be pruned without the original noticing: pruning changes control flow in place."""
    if not node.blocks:
        return node
    attrs = {name: v.copy() if isinstance(v, Block) else v for name, v in node.attrs.items()}
    return replace(node, attrs=attrs, outputs=list(node.outputs))


def prune_block(block: Block, results: Iterable[Value]) -> None:
    """Remove from ``block``, and the blocks inside it, what ``results`` do not depend on."""
    needed = {id(v) for v in results}
    kept = []
    for node in reversed(block.nodes):
        if not (has_effect(node) or any(id(o) in needed for o in node.outputs)):
            continue
        if node.blocks:
            _CONTROL[node.op.type](node, needed)
        kept.append(node)
        needed.update(id(v) for v in node.read())
    block.nodes[:] = kept[::-1]


def has_effect(node: Node) -> bool:
    """Whether the node is run for what it does."""
    return node.op.type in EFFECTS or any(has_effect(n) for block in node.blocks for n in block.nodes)


def _used(block: Block, results: Sequence[Value]) -> set[int]:
    """The ids of the parameters that ``results`` and the block's effects depend on."""
    needed = {id(v) for v in results}
    for node in reversed(block.nodes):
        if has_effect(node) or any(id(o) in needed for o in node.outputs):
            needed.update(id(v) for v in node.read())
    return {id(p) for p in block.params} & needed


def _prune_cond(node: Node, needed: set[int]) -> None:
    live = [i for i, o in enumerate(node.outputs) if id(o) in needed]
    node.outputs[:] = [node.outputs[i] for i in live]
    for block in node.blocks:
        block.outputs[:] = [block.outputs[i] for i in live]
        prune_block(block, block.outputs)
    pred, inputs = node.inputs
    node.inputs = (pred, _keep_params(node.blocks, inputs, 0))


def _prune_while(node: Node, needed: set[int]) -> None:
    body, test = node.attrs["body_block"], node.attrs["cond_block"]
    carried, invariant = node.inputs
    live = {i for i, o in enumerate(node.outputs) if id(o) in needed}
    # A carried value is also live when the test reads it, or when a live one is computed from it.
    while True:
        used = _used(test, test.outputs) | _used(body, [body.outputs[i] for i in sorted(live)])
        more = {i for i in range(len(carried)) if id(test.params[i]) in used or id(body.params[i]) in used}
        if more <= live:
            break
        live |= more
    order = sorted(live)
    if node.attrs["recorded"] and len(order) < len(carried):
        node.attrs = {**node.attrs, "recorded": 0}
    node.outputs[:] = [node.outputs[i] for i in order]
    body.outputs[:] = [body.outputs[i] for i in order]
    for block in (body, test):
        block.params[: len(carried)] = [block.params[i] for i in order]
        prune_block(block, block.outputs)
    node.inputs = (tuple(carried[i] for i in order), _keep_params((body, test), invariant, len(order)))


def _keep_params(blocks: Sequence[Block], inputs: Sequence[Value], first: int) -> tuple[Value, ...]:
    """Drop the parameters (from ``first`` on) that no block reads; returns the inputs that stay."""
    used = set().union(*(_used(block, block.outputs) for block in blocks))
    stay = [i for i in range(len(inputs)) if any(id(b.params[first + i]) in used for b in blocks)]
    for block in blocks:
        block.params[first:] = [block.params[first + i] for i in stay]
    return tuple(inputs[i] for i in stay)


_CONTROL: dict[str, Any] = {"cond": _prune_cond, "while_loop": _prune_while}
