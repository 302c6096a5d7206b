"""The NumPy interpreter: run a block of a program node by node. The oracle for every other executor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .bind import flatten_outs
from .errors import PaddleError, note_line, raise_at
from .ir import Block, Node, Program, Value
from .ops.check import is_users

__all__ = ["run_block", "run_program"]


def run_program(program: Program, feeds: Sequence[Any]) -> list[Any]:
    """The arrays of ``program.results`` for ``feeds``, one array per input."""
    captured = [t._data for t in program.captures.values()]
    env = dict(zip((*program.inputs, *program.captures), (*feeds, *captured), strict=True))
    return _run(program.block, env, program.results)


def run_block(block: Block, arguments: Sequence[Any]) -> list[Any]:
    """The arrays of a block's outputs for ``arguments``, one per parameter (a list of arrays for a TensorArray)."""
    return _run(block, dict(zip(block.params, arguments, strict=True)), block.outputs)


def _run(block: Block, env: dict[Value, Any], wanted: Sequence[Value]) -> list[Any]:
    last_use = _last_uses(block, wanted)
    for i, node in enumerate(block.nodes):
        env.update(zip(node.outputs, run_node(node, env), strict=True))
        for v in last_use.get(i, ()):
            env.pop(v, None)
    return [env[v] for v in wanted]


def run_node(node: Node, env: dict[Value, Any]) -> list[Any]:
    """The arrays of a node's outputs."""
    inputs = [
        None if x is None else [env[v] for v in x] if isinstance(x, tuple) else env[x] for x in node.inputs
    ]
    try:
        result = node.op.kernel(*inputs, **node.attrs)  # type: ignore[misc]
    except Exception as error:
        problem = _explained(error, node, inputs)
        if problem is error:
            note_line(error, node.source)
        raise_at(problem, node.source)
    return [_array(a) for a in flatten_outs(node.op, result) if a is not None]


def _explained(error: Exception, node: Node, inputs: list[Any]) -> Exception:
    """The error of a kernel in PaddlePaddle's words; one that says what it is already is itself."""
    if isinstance(error, PaddleError) or is_users(error):
        return error
    from .bind import explain
    from .tensor.tensor import _wrap_array

    tensors = [
        [_wrap_array(a) for a in x] if isinstance(x, list) else None if x is None else _wrap_array(x)
        for x in inputs
    ]
    problem = explain(node.op, tuple(tensors), node.attrs, error)
    problem.args = (f"{problem.args[0]}\n  at {node.source[0]}:{node.source[1]}",)
    problem.__cause__ = error
    return problem


def _array(a: Any) -> Any:
    return a if isinstance(a, (np.ndarray, list)) else np.asarray(a)


def _last_uses(block: Block, wanted: Sequence[Value]) -> dict[int, list[Value]]:
    """Which values are used for the last time by which node, so that their memory can go."""
    cached = getattr(block, "_last_uses", None)
    if cached is not None and cached[0] == (len(block.nodes), len(wanted)):
        return cached[1]
    keep = set(wanted)
    last: dict[Value, int] = {}
    for i, node in enumerate(block.nodes):
        for v in (*node.read(), *node.outputs):
            last[v] = i
    uses: dict[int, list[Value]] = {}
    for v, i in last.items():
        if v not in keep:
            uses.setdefault(i, []).append(v)
    block._last_uses = ((len(block.nodes), len(wanted)), uses)  # type: ignore[attr-defined]
    return uses
