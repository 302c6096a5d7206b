"""``tree_conv``: a convolution over trees, whose windows are a node and what is below it (Mou et al.)."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

import paddlelite as paddle

from ...dtypes import float32
from ...errors import InvalidArgumentError
from ...op import Spec
from ...ops.py_func import py_func
from . import forward
from .door import attribute, rows
from .nn import Helper

__all__ = ["TABLE", "tree_conv"]


class _Windows:
    """For every node, how much the others weigh in its window: left, right and on top, ``[batch, nodes, nodes, 3]``."""

    def __init__(self, nodes: int, depth: int) -> None:
        self.nodes, self.depth = nodes, depth

    def __call__(self, arrays: Any) -> list[np.ndarray]:
        found = np.zeros((len(arrays[0]), self.nodes, self.nodes, 3), np.float32)
        for weights, edges in zip(found, arrays[0]):
            children = self._children(edges)
            present = {1, *children, *(child for below in children.values() for child in below)}
            for root in present:
                for node, place, siblings, level in self._below(root, children):
                    top = (self.depth - level) / self.depth
                    left = (1 - top) * (0.5 if siblings == 1 else place / (siblings - 1))
                    weights[root - 1, node - 1] += left, (1 - top) * (1 - left), top
        return [found]

    def _children(self, edges: np.ndarray) -> dict[int, list[int]]:
        """Nodes are numbered from 1; the edges end with the first 0."""
        children: dict[int, list[int]] = defaultdict(list)
        for parent, child in edges.astype(np.int64).tolist():
            if not parent or not child:
                break
            if not (0 < parent <= self.nodes and 0 < child <= self.nodes):
                raise InvalidArgumentError(
                    f"tree_conv: an edge from {parent} to {child}, but the nodes are 1 to {self.nodes}"
                )
            children[parent].append(child)
        return dict(children)

    def _below(self, root: int, children: dict[int, list[int]]) -> list[tuple[int, int, int, int]]:
        """The nodes of a window, each with its place among its siblings and its level."""
        level = [(root, 0, 1, 0)]
        found = list(level)
        for depth in range(1, self.depth):
            families = [children.get(node, []) for node, *_ in level]
            level = [
                (child, place, len(family), depth)
                for family in families
                for place, child in enumerate(family)
            ]
            found += level
        return found


def tree_conv(nodes: Any, edges: Any, weight: Any, depth: int) -> Any:
    """``nodes`` [batch, count, width] and the filter [width, 3, outputs, filters] to [batch, count, outputs, filters].

    Raises InvalidArgumentError for a window that is no deeper than its root.
    """
    if depth < 2:
        raise InvalidArgumentError(f"tree_conv: max_depth must be greater than 1, but is {depth}")
    count, (width, _, outputs, filters) = forward.known(nodes, 1), weight.dims
    spec = Spec((nodes.dims[0], count, count, 3), float32)
    (weights,) = py_func([edges], function=_Windows(count, depth), specs=(spec,))
    weights = paddle.reshape(paddle.transpose(weights, [0, 1, 3, 2]), [-1, count * 3, count])
    windows = paddle.reshape(paddle.matmul(paddle.cast(weights, nodes.dtype), nodes), [-1, count, 3, width])
    windows = paddle.reshape(paddle.transpose(windows, [0, 1, 3, 2]), [-1, count, width * 3])
    out = paddle.matmul(windows, paddle.reshape(weight, [width * 3, outputs * filters]))
    return paddle.reshape(out, [-1, count, outputs, filters])


def _tree_conv(
    nodes: Any, edges: Any, size: int, filters: int, depth: int, param_attr: Any, bias_attr: Any, name: Any
) -> Any:
    helper = Helper("tree_conv", name, nodes.dtype.name)
    weight = helper.create_parameter([forward.known(nodes, 2), 3, int(size), int(filters)], param_attr)
    out = tree_conv(nodes, edges, weight, int(depth))
    bias = helper.create_parameter(
        [forward.known(nodes, 1), int(size), int(filters)], bias_attr, is_bias=True
    )
    return out if bias is None else out + bias


TABLE = rows(
    tree_conv=lambda nodes_vector, edge_set, output_size, num_filters=1, max_depth=2, act="tanh", param_attr=None,
    bias_attr=None, name=None: _tree_conv(
        nodes_vector, edge_set, output_size, num_filters, max_depth, param_attr, bias_attr, name
    ),
)  # fmt: skip

__getattr__ = attribute(TABLE, __name__)
