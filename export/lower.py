"""A Program's nodes as ONNX nodes: each record's ``onnx`` rule, or its ``decompose``; ``cond`` as If,
``while_loop`` as Loop.

What can not be lowered becomes a :class:`Problem` with the user's line. ``lower_nodes`` returns all of them
at once: the exporter refuses with the whole list, the executor runs those nodes by their kernels.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..capture import Capture
from ..dims import Dim
from ..errors import PaddleError
from ..ir import Block, Node, Value
from ..prune import EFFECTS, has_effect
from .builder import Builder, Ref
from .opsets import Unsupported

__all__ = ["Env", "Problem", "lower_nodes", "placeholder"]

#: What stands for each value of the program.
Env = dict[Value, Ref]


@dataclass(frozen=True)
class Problem:
    """One node that has no ONNX form. ``needs`` is the opset that would have it, 0 when none does."""

    node: Node
    reason: str
    needs: int = 0

    def __str__(self) -> str:
        file, line = self.node.source
        return f"{file}:{line}: {self.node.type}: {self.reason}"


class _Refused(Exception):
    """A node inside a block could not be lowered, so the node that has the block can not."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems[0].reason)
        self.problems = problems


def placeholder(value: Value, name: str | None = None) -> Ref:
    """A ref of a value's dtype and sizes."""
    ref = Ref(name, value.dtype, value.dims, sequence=bool(value.array))
    ref._content = value.content
    return ref


def lower_nodes(b: Builder, nodes: Iterable[Node], env: Env, *, labels: bool = True) -> list[Problem]:
    """Add ``nodes`` to ``b``; ``env`` gets their results. Values of failed nodes get placeholders, to go
    on.
    """
    problems: list[Problem] = []
    for node in nodes:
        if labels:
            b.path, b.source = node.scope, source_label(node.source)
        before = len(problems)
        try:
            lower_node(b, node, env)
        except _Refused as refused:
            problems += refused.problems
        except Unsupported as refused:
            problems.append(Problem(node, refused.reason, refused.needs))
        failed = len(problems) > before
        for v in node.outputs:
            if v not in env and failed:
                env[v] = placeholder(v)
    return problems


def source_label(source: tuple[str, int]) -> str:
    """``file:line``, relative to the working directory so that files do not depend on whose machine it is."""
    file, line = source
    try:
        file = Path(file).resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        file = Path(file).name
    return f"{file}:{line}"


def lower_node(b: Builder, node: Node, env: Env) -> None:
    """Add one node. Raises Unsupported (or _Refused for the nodes of its blocks)."""
    if node.type in EFFECTS and not node.outputs:
        # An exported file goes without prints and assertions, which its report says. The executor runs prints as
        # kernels, and has the graph tell whether an assertion failed.
        if node.type == "assert" and b.checks:
            _fails(b, b.Not(_scalar(b, _ref(node.inputs[0], env))))
        return
    if node.type == "cond":
        results = _lower_cond(b, node, env)
    elif node.type == "while_loop":
        results = _lower_while(b, node, env)
    elif node.op.onnx_rule is not None:
        inputs = [_refs(x, env) for x in node.inputs]
        try:
            results = _flat(node.op.onnx_rule(b, *inputs, **node.attrs))
        except PaddleError as error:
            raise Unsupported(node.type, str(error)) from error
    elif node.op.decompose_rule is not None:
        results = _lower_decomposed(b, node, env)
    else:
        raise Unsupported(node.type, f"op {node.type} has no ONNX form")
    if len(results) != len(node.outputs):
        results = [r for r in results if r is not None]
    if len(results) != len(node.outputs):
        raise Unsupported(node.type, f"its lowering gives {len(results)} results, not {len(node.outputs)}")
    for value, ref in zip(node.outputs, results, strict=True):
        if ref is None:
            continue
        if value.dtype.is_complex:
            raise Unsupported(node.type, f"onnxruntime has no {value.dtype.name} tensors")
        if ref.dtype is not value.dtype:
            raise Unsupported(node.type, f"its lowering gives {ref.dtype}, not {value.dtype}")
        if not value.array:
            ref.dims = _known(ref.dims, value.dims)
            if value.content is not None:
                ref._content = value.content
        env[value] = ref


def _refs(x: Any, env: Env) -> Any:
    if isinstance(x, tuple):
        return [_ref(v, env) for v in x]
    return None if x is None else _ref(x, env)


def _ref(v: Value, env: Env) -> Ref:
    """What stands for a value. Raises Unsupported for a result that its op's lowering leaves out."""
    try:
        return env[v]
    except KeyError:
        raise Unsupported("", f"it reads {v.name}, a result that has no ONNX form") from None


def _flat(result: Any) -> list[Any]:
    if isinstance(result, Ref):
        return [result]
    return [r for part in result for r in (part if isinstance(part, (list, tuple)) else (part,))]


def _known(found: tuple[Any, ...] | None, stated: tuple[Any, ...]) -> tuple[Any, ...]:
    """The sizes the program knows, or numbers where the graph knows better."""
    if found is None or len(found) != len(stated):
        return stated
    return tuple(a if isinstance(a, int) and isinstance(s, Dim) else s for a, s in zip(found, stated))


def _lower_decomposed(b: Builder, node: Node, env: Env) -> list[Ref]:
    """The node's meaning in smaller ops, traced and lowered in its place."""
    with Capture() as capture:
        arguments = [
            [capture.input(v.spec, v.name) for v in x]
            if isinstance(x, tuple)
            else None
            if x is None
            else capture.input(x.spec, x.name)
            for x in node.inputs
        ]
        result = node.op.decompose_rule(*arguments, **node.attrs)  # type: ignore[misc]
        parts = result if isinstance(result, (list, tuple)) else [result]
        program = capture.finish([t for t in _flatten(parts) if t is not None])
    inner: Env = dict(zip(program.inputs, (_ref(v, env) for v in node.read())))
    inner.update({v: b.const(t._data, t.dtype) for v, t in program.captures.items()})
    _inline(b, node, program.block, inner)
    return [_ref(v, inner) for v in program.outputs]


def _flatten(result: Any) -> list[Any]:
    return [t for part in result for t in (part if isinstance(part, (list, tuple)) else (part,))]


def _inline(b: Builder, node: Node, block: Block, env: Env) -> None:
    """Add a block's nodes. Raises _Refused with all of its problems."""
    problems = lower_nodes(b, block.nodes, env, labels=False)
    if problems:
        # Nodes made by the library have no line of their own: the user's is that of the call.
        library = [Problem(node, f"{p.node.type}: {p.reason}", p.needs) for p in problems]
        raise _Refused(library if node.op.decompose_rule is not None else problems)


def _block_outputs(b: Builder, node: Node, block: Block, arguments: Sequence[Ref]) -> list[Ref]:
    """The results of a block called on ``arguments``, added to ``b``."""
    env: Env = dict(zip(block.params, arguments, strict=True))
    _inline(b, node, block, env)
    return [_ref(v, env) for v in block.outputs]


# ---------------------------------------------------------------------- control flow


def _fails(b: Builder, flag: Ref) -> None:
    """Note that a check fails where ``flag`` is true."""
    b.failed = flag if b.failed is None else b.Or(b.failed, flag)


def _checked(b: Builder, node: Node) -> bool:
    """Whether the graph of ``node`` has to tell that a check inside it failed."""
    return b.checks and has_effect(node)


def _lower_cond(b: Builder, node: Node, env: Env) -> list[Ref]:
    pred, arguments = _refs(node.inputs[0], env), _refs(node.inputs[1], env)
    if pred.value is not None:
        # onnxruntime (1.31) crashes when it puts such a branch in its place by itself, and there is one more inside.
        taken = node.attrs["true_block" if pred.value.any() else "false_block"]
        return _block_outputs(b, node, taken, arguments)
    checked = _checked(b, node)
    branches, problems = {}, []
    for name, block in (("then_branch", "true_block"), ("else_branch", "false_block")):
        inner = branches[name] = b.inner()
        try:
            results = _block_outputs(inner, node, node.attrs[block], arguments)
            inner.outputs([*results, _failed(inner)] if checked else results)
        except _Refused as refused:
            problems += refused.problems
    if problems:
        raise _Refused(problems)
    if not node.outputs and not checked:
        return []
    given = b.If(_scalar(b, pred), **branches)
    results = [given] if isinstance(given, Ref) else list(given)
    if checked:
        b.failed = results.pop()
    return results


def _failed(b: Builder) -> Ref:
    return b.const(False) if b.failed is None else b.failed


def _scalar(b: Builder, pred: Ref) -> Ref:
    one: Ref = pred if pred.dims == () else b.Reshape(pred, b.const([], "int64"))
    return one


def _lower_while(b: Builder, node: Node, env: Env) -> list[Ref]:
    """``Loop`` tests at the end of a pass, so the condition is written twice: before the loop and in its
    body. After a failed check no loop goes on.
    """
    carried, invariants = _refs(node.inputs[0], env), _refs(node.inputs[1], env)
    test, body = node.attrs["cond_block"], node.attrs["body_block"]
    checked = _checked(b, node)
    (first,) = _block_outputs(b, node, test, [*carried, *invariants])
    inner = b.inner()
    inner.input(None, "int64", ())
    inner.input(None, "bool", ())
    state = [
        inner.input(None, p.dtype, None if p.array else p.dims, sequence=bool(p.array))
        for p in body.params[: len(carried)]
    ]
    inner.failed = inner.input(None, "bool", ()) if checked else None
    after = _block_outputs(inner, node, body, [*state, *invariants])
    (again,) = _block_outputs(inner, node, test, [*after, *invariants])
    ends = [_failed(inner)] if checked else []
    inner.outputs([_unless_failed(inner, again), *after, *ends])
    starts = [*carried, _failed(b)] if checked else carried
    given = b.Loop(None, _unless_failed(b, first), *starts, body=inner)
    results = [given] if isinstance(given, Ref) else list(given)
    if checked:
        b.failed = results.pop()
    return results


def _unless_failed(b: Builder, test: Ref) -> Ref:
    """``test``, and no check has failed."""
    one = _scalar(b, test)
    return one if b.failed is None else b.And(one, b.Not(b.failed))
