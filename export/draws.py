"""Random numbers drawn before the graph runs.

A draw reads the generator's state and sizes, never values. Where the sizes follow from those of the graph's inputs,
the draw can come first and the rest stays in one session; a dropout is a draw of its mask and a selection.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ..dims import Dim, evaluate
from ..ir import Node, Value
from ..op import RNG_SLOT, Op, Slot
from ..ops.dropout import dropout_grad
from ..ops.random import keep_mask

__all__ = ["hoist_draws", "is_draw"]

#: Where the value of a symbol is found: its name, the position of a source, the axis.
Place = tuple[str, int, int]


def _draw(
    RngState: np.ndarray, Like: list[Any], *, draw: Any, dims: Any, places: Sequence[Place]
) -> np.ndarray:
    sizes = {name: Like[i].shape[axis] for name, i, axis in places}
    result: np.ndarray = draw(RngState, [evaluate(d, sizes) for d in dims])
    return result


#: A draw whose sizes come from other tensors' sizes. Made here only, so it is not in the table of ops.
DRAW = Op(
    "draw",
    _draw,
    (Slot(RNG_SLOT, False, False), Slot("Like", False, True)),
    ("Out",),
    {"draw": None, "dims": None, "places": None},
)


def is_draw(node: Node) -> bool:
    """Whether a node, or one in its blocks, reads the generator's state: those run by kernels, first."""
    if node.blocks:
        return any(is_draw(inner) for block in node.blocks for inner in block.nodes)
    return bool(node.op.slots) and node.op.slots[0].name == RNG_SLOT and node.inputs[0] is not None


def hoist_draws(nodes: Sequence[Node], sources: Iterable[Value]) -> list[Node]:
    """``nodes`` with every draw that only needs sizes of ``sources`` made to read just those."""
    if not any(map(is_draw, nodes)):
        return list(nodes)
    known: dict[str, tuple[Value, int]] = {}
    for v in sources:
        for axis, d in enumerate(v.dims):
            if isinstance(d, Dim) and d.name is not None and not v.array:
                known.setdefault(d.name, (v, axis))
    return [new for node in nodes for new in _hoist(node, known)]


def _hoist(node: Node, known: dict[str, tuple[Value, int]]) -> list[Node]:
    if node.blocks or not is_draw(node) or len(list(node.read())) == 1:
        return [node]
    out = node.outputs[0]
    symbols = {s for d in out.dims if isinstance(d, Dim) for s in d.symbols()}
    if not symbols <= known.keys():
        return [node]
    attrs = node.attrs
    if node.type == "dropout":
        if attrs["is_test"] or node.inputs[2] is not None:
            return [node]
        return _split_dropout(node, known, sorted(symbols))
    if any(s.name not in (RNG_SLOT, "ShapeTensor", "ShapeTensorList") for s in node.op.slots):
        return [node]
    kernel, fixed = node.op.kernel, {k: v for k, v in attrs.items() if k != "shape"}
    draw = lambda state, shape: kernel(state, shape=shape, **fixed)  # type: ignore[misc]
    return [_node(node, draw, out.dims, known, sorted(symbols), [out])]


def _split_dropout(node: Node, known: dict[str, tuple[Value, int]], symbols: list[str]) -> list[Node]:
    attrs = node.attrs
    x, (out, mask) = node.inputs[1], node.outputs
    prob, seed = attrs["dropout_prob"], attrs["seed"] if attrs["fix_seed"] else 0
    upscale = attrs["dropout_implementation"] == "upscale_in_train"
    factor = 1.0 if not upscale else 0.0 if prob >= 1 else 1.0 / (1.0 - prob)
    draw = lambda state, shape: keep_mask(state, shape, prob, seed).view(np.uint8)
    select = Node(
        dropout_grad,
        (x, mask),
        dropout_grad.full_attrs({"factor": factor}),
        [out],
        node.source,
        node.scope,
        node.grad,
    )
    return [_node(node, draw, x.dims, known, symbols, [mask]), select]


def _node(
    node: Node,
    draw: Any,
    dims: Any,
    known: dict[str, tuple[Value, int]],
    symbols: list[str],
    outputs: list[Value],
) -> Node:
    like = tuple(known[s][0] for s in symbols)
    places = [(s, i, known[s][1]) for i, s in enumerate(symbols)]
    attrs = {"draw": draw, "dims": tuple(dims), "places": places}
    return Node(DRAW, (node.inputs[0], like), attrs, outputs, node.source, node.scope, node.grad)
