"""cond and while_loop -> the file's control flow (the inverse of `control_reader.py`).

cond becomes two `conditional_block` ops, which assign variables of their own, and one `select_input` for each
result. while_loop becomes a `while` op over loop variables: copies of the start values, which the body assigns
anew at its end, the condition last.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from paddlelite.dtypes import bool_, int32
from paddlelite.ir import Block, Node, Value

from .array_files import replace, writable
from .program_writer import BlockWriter, Env

__all__ = ["HANDLERS"]


def _assign(writer: BlockWriter, source: str, target: str) -> None:
    writer.op("assign", {"X": [source]}, {"Out": [target]}, {})


def _give(writer: BlockWriter, value: Value, source: str, target: str) -> None:
    """Assigns `value`, which is in `source`, to a variable that has a value already."""
    (replace if value.array else _assign)(writer, source, target)


def _inputs(node: Node) -> tuple[Value, ...]:
    """The values of the node's last list slot: what its blocks read from outside."""
    item = node.inputs[-1]
    return item if isinstance(item, tuple) else ()


def _cond(writer: BlockWriter, node: Node) -> None:
    pred = writer.name(node.inputs[0])
    arrays = _arrays(writer, node)
    true_outs = _branch(writer, node, node.attrs["true_block"], pred, arrays)
    opposite = writer.declare(writer.writer.fresh("logical_not"), (), bool_)
    writer.op("logical_not", {"X": [pred]}, {"Out": [opposite]}, {}, node.source)
    false_outs = _branch(writer, node, node.attrs["false_block"], opposite, arrays)
    mask = writer.declare(writer.writer.fresh("cast"), (), int32)
    writer.op("cast", {"X": [pred]}, {"Out": [mask]}, {"in_dtype": bool_, "out_dtype": int32}, node.source)
    for value, when_true, when_false in zip(node.outputs, true_outs, false_outs, strict=True):
        if value.array:
            writer.env[value] = when_true
            continue
        writer.env[value] = out = writer.declare_like("select_input", value)
        writer.op(
            "select_input", {"X": [when_false, when_true], "Mask": [mask]}, {"Out": [out]}, {}, node.source
        )


def _arrays(writer: BlockWriter, node: Node) -> dict[int, tuple[str, int | None]]:
    """For each array among the results: its variable, which both branches write into (3.3.1 cannot choose between
    two), and the number of the input that it has in the beginning, if both branches only add to that."""
    found: dict[int, tuple[str, int | None]] = {}
    taken: set[int] = set()
    for at, value in enumerate(node.outputs):
        if not value.array:
            continue
        blocks = [node.attrs["true_block"], node.attrs["false_block"]]
        roots = {_root(block, block.outputs[at]) for block in blocks}
        root = roots.pop() if len(roots) == 1 else None
        if root is None or root in taken:
            found[at] = writer.declare_like("array", value), None
        else:
            taken.add(root)
            found[at] = writable(writer, node, _inputs(node)[root], value), root
        writer.owned.add(found[at][0])
    return found


def _root(block: Block, value: Value) -> int | None:
    """The number of the parameter that an array is made from by adding to it or writing into it."""
    made = {v: n for n in block.nodes for v in n.outputs}
    while value in made:
        node = made[value]
        if node.type in ("array_append", "write_to_array"):
            value = node.inputs[0 if node.type == "array_append" else 2]
        elif node.type == "cond":
            at = _position(node.outputs, value)
            roots = {
                _root(node.attrs[key], node.attrs[key].outputs[at]) for key in ("true_block", "false_block")
            }
            root = roots.pop() if len(roots) == 1 else None
            if root is None:
                return None
            value = _inputs(node)[root]
        else:
            return None
    return _position(block.params, value)


def _position(values: Sequence[Value], value: Value) -> int:
    return next(at for at, other in enumerate(values) if other is value)


def _branch(
    writer: BlockWriter, node: Node, block: Block, pred: str, arrays: dict[int, tuple[str, int | None]]
) -> list[str]:
    outs = [
        arrays[at][0] if at in arrays else writer.declare_like("branch", value)
        for at, value in enumerate(block.outputs)
    ]
    read = [writer.name(value) for value in _inputs(node)]
    for name, root in arrays.values():
        if root is not None:
            read[root] = name
    inner = BlockWriter(writer.writer, writer, dict(zip(block.params, read, strict=True)))
    inner.owned.update(name for name, root in arrays.values() if root is not None)
    inner.nodes(block.nodes, block.outputs)
    for value, out in zip(block.outputs, outs, strict=True):
        if inner.name(value) != out:
            _give(inner, value, inner.name(value), out)
    writer.op(
        "conditional_block",
        {"Cond": [pred], "Input": _outside(writer, inner, read)},
        {"Out": outs, "Scope": [writer.scopes()]},
        {"is_scalar_condition": True},
        node.source,
        block=inner.block.idx,
    )
    return outs


def _while(writer: BlockWriter, node: Node) -> None:
    carried, outside = node.inputs[0], [writer.name(value) for value in _inputs(node)]
    test, body = node.attrs["cond_block"], node.attrs["body_block"]
    variables: list[str] = []
    for start, result in zip(carried, node.outputs, strict=True):
        variables.append(_loop_variable(writer, node, start, result, {*variables, *outside}))
    condition = writer.declare(writer.writer.fresh("loop_condition"), (), bool_)
    _assign(writer, _inlined(writer, test, [*variables, *outside]), condition)
    inner = BlockWriter(writer.writer, writer, dict(zip(body.params, [*variables, *outside], strict=True)))
    inner.owned.update(variables)
    inner.nodes(body.nodes, body.outputs)
    after = _next_values(inner, body, variables)
    holds = _inlined(inner, test, [*after, *outside])
    for value, name, variable in zip(body.outputs, after, variables, strict=True):
        if name != variable:
            _give(inner, value, name, variable)
    _assign(inner, holds, condition)
    writer.op(
        "while",
        {"X": _outside(writer, inner, [*variables, *outside]), "Condition": [condition]},
        {"Out": [*variables, condition], "StepScopes": [writer.scopes()]},
        {"is_test": True},
        node.source,
        block=inner.block.idx,
    )


def _loop_variable(writer: BlockWriter, node: Node, start: Value, result: Value, taken: set[str]) -> str:
    """The variable that a loop assigns. An array that nothing else reads is filled where it is."""
    variable = writer.name(start)
    if not (result.array and writer.is_last_use(node, start) and variable not in taken):
        variable = writer.declare_like("loop", result)
        _assign(writer, writer.name(start), variable)
    if result.array:
        writer.holds(variable, result)
    else:
        writer.env[result] = variable
    return variable


def _outside(writer: BlockWriter, inner: BlockWriter, read: Sequence[str]) -> list[str]:
    """The variables from outside that an op with a block names. 3.3.1 makes those arrays that an op of the main block
    names."""
    writer.outer |= inner.outer
    return list(dict.fromkeys([*read, *sorted(inner.outer)]))


def _inlined(writer: BlockWriter, block: Block, arguments: Sequence[str]) -> str:
    """Writes a block's nodes into the block at hand; the variable of its one output."""
    outer: Env = writer.env
    writer.env = dict(zip(block.params, arguments, strict=True))
    writer.nodes(block.nodes, block.outputs)
    result = writer.name(block.outputs[0])
    writer.env = outer
    return result


def _next_values(inner: BlockWriter, body: Block, variables: Sequence[str]) -> list[str]:
    """The variables with the next iteration's values. A loop variable that goes to another one's place is copied
    first: the assignments at the end of the body happen one after the other."""
    found = []
    for value, variable in zip(body.outputs, variables, strict=True):
        name = inner.name(value)
        if name in variables and name != variable:
            copy = inner.declare_like("carried", value)
            _assign(inner, name, copy)
            name = copy
        found.append(name)
    return found


HANDLERS: dict[str, Callable[[BlockWriter, Node], None]] = {"cond": _cond, "while_loop": _while}
