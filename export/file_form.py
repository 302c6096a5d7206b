"""A Program as an inference file can hold it: ops PaddlePaddle does not have in terms of those it has, for testing.

Saving is for inference, as in PaddlePaddle: dropout and batch norm are written with `is_test`, and the new values
of running statistics are left out. The program itself is not changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from paddlelite.bind import flatten_outs
from paddlelite.capture import Capture
from paddlelite.framework.random import default_generator
from paddlelite.ir import Block, Node, Program, Value
from paddlelite.ops.control import build_loop, cond
from paddlelite.tensor.creation import to_tensor
from paddlelite.tensor.tensor import Tensor

from .op_forms import FORMS
from .schema import op_schema

__all__ = ["file_form", "has_file_form"]

_CONTROL = {"cond", "while_loop", "array_make", "array_append", "array_slice"}


def has_file_form(type: str) -> bool:
    """Whether an op can be in a file as it is."""
    return type in _CONTROL or op_schema(type) is not None


def file_form(program: Program) -> Program:
    """The inference program with only ops that have a file form, as far as they decompose into such.

    What has neither stays, for the writer to report together with everything else.
    """
    generator = default_generator().state
    with Capture() as capture:
        env: Env = {}
        for value in program.inputs:
            env[value] = capture.input(value.spec, value.name, value.stop_gradient)
        for value, tensor in program.captures.items():
            env[value] = _RNG if tensor is generator else tensor
            if value.content is not None:  # a constant of the program, which ops may need to know
                capture.constant(tensor)
        _replay(capture, program.block.nodes, env)
        outputs = [capture.read(env[value]) for value in program.outputs]
        kept = [(t, env[v]) for t, v in program.state if isinstance(env[v], Tensor) and env[v] is not t]
        for tensor, value in [(t, capture.read(v)) for t, v in kept]:
            capture.assign(tensor, value)
        return capture.finish(outputs)


class _RngState:
    """Stands for the generator's state. Files have none: there each random op draws from the loader's generator."""


_RNG = _RngState()
Env = dict[Value, Any]


def _replay(capture: Capture, nodes: Sequence[Node], env: Env) -> None:
    for node in nodes:
        inputs = [_replaced(item, env) for item in node.inputs]
        start = len(capture.frame.block.nodes)
        results = _call(capture, node, inputs)
        for made in capture.frame.block.nodes[start:]:
            made.source, made.scope = node.source, node.scope
        env.update(zip(node.outputs, _aligned(node, results), strict=True))


def _replaced(item: Any, env: Env) -> Any:
    if isinstance(item, tuple):
        return [env[value] for value in item]
    return None if item is None else env[item]


def _call(capture: Capture, node: Node, inputs: list[Any]) -> list[Any]:
    if node.type == "rng_advance":
        return [_RNG]
    if node.type == "cond":
        return _cond(capture, node, *inputs)
    if node.type == "while_loop":
        return _while(capture, node, *inputs)
    if node.op.random:
        inputs[0] = capture.constant(to_tensor([0, 0], "int64"))
    attrs = dict(node.attrs)
    if "is_test" in attrs:
        attrs["is_test"] = True
    if node.type in FORMS:
        result = FORMS[node.type](inputs, attrs)
    elif not has_file_form(node.type) and node.op.decompose_rule is not None:
        result = node.op.decompose_rule(*inputs, **attrs)
    else:
        result = node.op(*inputs, **attrs)
    return list(flatten_outs(node.op, result))


def _aligned(node: Node, results: list[Any]) -> list[Any]:
    """The results that stand for the node's outputs. An output that a program captured in train mode has (a dropout's
    mask) may be absent for testing: None stands for it."""
    if len(results) == len(node.outputs):
        return results
    specs = node.op.infer_rule(*node.inputs, **node.attrs)  # type: ignore[misc]
    parts = [specs] if len(node.op.outs) == 1 else list(specs)
    flat = [
        spec
        for part, many in zip(parts, node.op.many_out, strict=True)
        for spec in (part if many else [part])
    ]
    return [result for result, spec in zip(results, flat, strict=True) if spec is not None]


def _cond(capture: Capture, node: Node, pred: Tensor, outside: list[Any]) -> list[Any]:
    kinds: list[bool] = []

    def branch(block: Block) -> Callable[[], list[Tensor]]:
        def run() -> list[Tensor]:
            results = _block(capture, block, outside)
            kinds[:] = [item is _RNG for item in results]
            return [item for item in results if item is not _RNG]

        return run

    results = iter(cond(pred, branch(node.attrs["true_block"]), branch(node.attrs["false_block"])))
    return [_RNG if is_rng else next(results) for is_rng in kinds]


def _while(capture: Capture, node: Node, carried: list[Any], outside: list[Any]) -> list[Any]:
    test, body = node.attrs["cond_block"], node.attrs["body_block"]

    def filled(values: Sequence[Tensor]) -> list[Any]:
        rest = iter(values)
        return [_RNG if item is _RNG else next(rest) for item in carried]

    def run(block: Block, values: Sequence[Tensor]) -> list[Tensor]:
        results = _block(capture, block, [*filled(values), *outside])
        return [item for item in results if item is not _RNG]

    kept = [i for i, item in enumerate(carried) if item is not _RNG]
    results = build_loop(
        capture,
        lambda *values: run(test, values)[0],
        lambda *values: run(body, values),
        [carried[i] for i in kept],
        0,
        [body.params[i].spec for i in kept],
    )
    return filled(results)


def _block(capture: Capture, block: Block, arguments: Sequence[Any]) -> list[Any]:
    env: Env = dict(zip(block.params, arguments, strict=True))
    _replay(capture, block.nodes, env)
    return [env[value] for value in block.outputs]
