"""A Program as an inference file can hold it: ops PaddlePaddle does not have in terms of those it has, for testing.

Saving is for inference, as in PaddlePaddle: dropout and batch norm are written with `is_test`, and the new values
of running statistics are left out. The program itself is not changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from paddlelite.bind import flatten_outs
from paddlelite.capture import Capture
from paddlelite.ir import Block, Node, Program, Value
from paddlelite.op import OPS
from paddlelite.ops.control import cond, while_loop
from paddlelite.tensor.tensor import Tensor

from .schema import op_schema

__all__ = ["file_form", "has_file_form"]

_CONTROL = {"cond", "while_loop"}


def has_file_form(type: str) -> bool:
    """Whether an op can be in a file as it is."""
    return type in _CONTROL or op_schema(type) is not None


def file_form(program: Program) -> Program:
    """The inference program with only ops that have a file form, as far as they decompose into such.

    What has neither stays, for the writer to report together with everything else.
    """
    with Capture() as capture:
        env: dict[Value, Any] = {}
        for value in program.inputs:
            env[value] = capture.input(value.spec, value.name, value.stop_gradient)
        env.update(program.captures)
        _replay(capture, program.block.nodes, env)
        return capture.finish([env[value] for value in program.outputs])


def _replay(capture: Capture, nodes: Sequence[Node], env: dict[Value, Any]) -> None:
    for node in nodes:
        inputs = [_replaced(item, env) for item in node.inputs]
        start = len(capture.frame.block.nodes)
        results = _call(capture, node, inputs)
        for made in capture.frame.block.nodes[start:]:
            made.source, made.scope = node.source, node.scope
        env.update(zip(node.outputs, results, strict=True))


def _replaced(item: Any, env: dict[Value, Any]) -> Any:
    if isinstance(item, tuple):
        return [env[value] for value in item]
    return None if item is None else env[item]


def _call(capture: Capture, node: Node, inputs: list[Any]) -> list[Tensor]:
    if node.type == "cond":
        pred, outside = inputs
        branches = [node.attrs["true_block"], node.attrs["false_block"]]
        return cond(pred, *(lambda block=block: _block(capture, block, outside) for block in branches))
    if node.type == "while_loop":
        carried, outside = inputs
        test, body = node.attrs["cond_block"], node.attrs["body_block"]
        return while_loop(
            lambda *values: _block(capture, test, [*values, *outside])[0],
            lambda *values: _block(capture, body, [*values, *outside]),
            carried,
        )
    attrs = dict(node.attrs)
    if "is_test" in attrs:
        attrs["is_test"] = True
    record = OPS[node.type]
    if not has_file_form(node.type) and record.decompose_rule is not None:
        result = record.decompose_rule(*inputs, **attrs)
    else:
        result = node.op(*inputs, **attrs)
    return [t for t in flatten_outs(node.op, result) if t is not None]


def _block(capture: Capture, block: Block, arguments: Sequence[Tensor]) -> list[Tensor]:
    env: dict[Value, Any] = dict(zip(block.params, arguments, strict=True))
    _replay(capture, block.nodes, env)
    return [env[value] for value in block.outputs]
