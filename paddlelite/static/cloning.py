"""Copies of a static program: all of it, or what testing needs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..bind import flatten_outs
from ..framework.random import default_generator
from ..ir import Block, Node, Persistable, Program, Value
from ..mode import mode
from .building import Builder, building

__all__ = ["clone"]


def clone(program: Program, for_test: bool) -> Program:
    """A program of its own that computes the same, under the same names and on the same variables of the scope.

    ``for_test``: without backward and updates, and with every op that behaves differently in tests (dropout, the
    normalizations) doing so; running statistics are read and not written.
    """
    copy = Program()
    copy.random_seed = program.random_seed
    source: Builder = program.builder
    with building(copy) as target:
        env = _sources(program, target)
        changed = _nodes(program, target, env, for_test)
        _state(source, target, env, changed, for_test)
        if for_test:
            _drop_unread(copy, target)
        target._names.update(source._names)
        target._given.update(source._given)
        target.schedules, target.rates = list(source.schedules), list(source.rates)
        target.feeds = [] if for_test else list(source.feeds)
    return copy


def _sources(program: Program, target: Builder) -> dict[Value, Value]:
    """Inputs and captured variables, as the copy's own."""
    env = {v: target.input(v.spec, v.name, v.stop_gradient) for v in program.inputs}
    for value, tensor in program.captures.items():
        if not isinstance(tensor, Persistable) and tensor is not default_generator().state:
            target.constant(tensor)  # of a file, or made while the program was built
        env[value] = target.read(tensor)
    return env


def _nodes(program: Program, target: Builder, env: dict[Value, Value], for_test: bool) -> set[Value]:
    """Append the nodes; returns results of those that were changed for tests."""
    changed: set[Value] = set()
    for node in program.block.nodes:
        if for_test and (node.role != "forward" or any(v not in env for v in node.read())):
            continue
        attrs = _for_test(node.attrs, changed, node) if for_test else node.attrs
        inputs = [
            [env[v] for v in x] if isinstance(x, tuple) else None if x is None else env[x]
            for x in node.inputs
        ]
        if node.op.random and attrs.get("is_test"):
            inputs[0] = None  # nothing is drawn in tests
        was, mode.grad = mode.grad, node.grad
        try:
            with target.part(node.role):
                result = node.op(*inputs, **attrs)
        finally:
            mode.grad = was
        made = target.frame.block.nodes[-1]
        made.source, made.scope = node.source, node.scope
        # Results that testing does not have (a mask, what is kept for the gradient) are the last ones.
        for old, new in zip(node.outputs, flatten_outs(node.op, result)):
            if new is None:
                continue
            new.name, new.persistable = old.name, old.persistable
            new.stop_gradient = old.stop_gradient or new.stop_gradient
            env[old] = new
    return changed


def _for_test(attrs: dict[str, Any], changed: set[Value], node: Node) -> dict[str, Any]:
    found = {name: _block_for_test(v) if isinstance(v, Block) else v for name, v in attrs.items()}
    if found.get("is_test") is False:
        found["is_test"] = True
        changed.update(node.outputs)
    return found


def _block_for_test(block: Block) -> Block:
    nodes = [replace(n, attrs=_for_test(n.attrs, set(), n)) for n in block.nodes]
    return Block(list(block.params), nodes, list(block.outputs))


def _state(
    source: Builder, target: Builder, env: dict[Value, Value], changed: set[Value], for_test: bool
) -> None:
    """What tensors stand for at the end, in terms of the copy."""
    state = source.forward if for_test else source.frame.state
    for tensor, value in state.values():
        if value not in env or value in changed:
            continue
        own = (
            env.get(tensor, tensor)
            if isinstance(tensor, Value) and tensor.block is source.program.block
            else tensor
        )
        if isinstance(own, Value) and own.persistable and own in target.program.captures:
            own = target.program.captures[own]  # type: ignore[assignment]
        target.frame.state[id(own)] = (own, env[value])
    target.forward = dict(target.frame.state)
    target.gives.update(t.name for t, _ in target.forward.values() if isinstance(t, Persistable))
    target.version += 1


def _drop_unread(copy: Program, target: Builder) -> None:
    """Remove captured variables that no node reads, and the generator when nothing is drawn."""
    nodes = copy.block.nodes
    if not any(n.op.random and n.op.type != "rng_advance" and n.inputs[0] is not None for n in nodes):
        nodes[:] = [n for n in nodes if n.op.type != "rng_advance"]
        target.frame.state.pop(id(default_generator().state), None)
        target.forward.pop(id(default_generator().state), None)
    used = {v for n in nodes for v in n.read()} | {v for _, v in target.frame.state.values()}
    for value in [v for v in copy.captures if v not in used]:
        target.captured.pop(id(copy.captures.pop(value)))
    copy.block.params[:] = [*copy.inputs, *copy.captures]
