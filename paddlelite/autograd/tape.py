"""The tape: what backward needs of every recorded call.

It is the same for eager tensors and for the symbolic values of a program being captured: gradient rules are written
with ops, so traversing the tape either computes gradients or appends the nodes that will.
"""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..dtypes import BY_NUMPY, DType
from ..errors import FatalError

if TYPE_CHECKING:
    from ..dims import Size
    from ..op import Op
    from ..tensor.tensor import Tensor

__all__ = ["Context", "GradNode", "LeafNode", "Like", "clock"]

#: One clock for recorded calls and in-place writes, so that "written after it was recorded" is a comparison.
clock = itertools.count(1)


class Like(NamedTuple):
    """Shape and dtype of a tensor that the tape does not keep alive (``value``: the symbolic one, in a capture)."""

    dims: tuple[Size, ...]
    dtype: DType
    value: Any


class LeafNode:
    """Where the gradients of a leaf tensor arrive."""

    __slots__ = ("hooks", "id", "modified_at", "ref")

    def __init__(self, tensor: Tensor) -> None:
        self.ref = weakref.ref(tensor)
        self.id = 0
        self.modified_at = 0
        self.hooks: dict[int, list[Callable[[Any], Any]]] | None = None


class GradNode:
    """One recorded call: what its gradient needs, and where the gradients of its inputs go.

    It keeps arrays, not tensors, so that a tensor written to in place afterwards does not change what was recorded,
    and keeps only what the op's gradient reads (``Op.saves``).
    """

    __slots__ = (
        "__weakref__",
        "attrs",
        "edges",
        "hooks",
        "id",
        "likes",
        "n_outs",
        "op",
        "out_likes",
        "retain",
        "saved",
    )

    def __init__(
        self, op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any], arrays: list[Any], outs: tuple[Any, ...]
    ) -> None:
        self.op = op
        self.attrs = attrs
        self.id = next(clock)
        self.n_outs = len(outs)
        self.hooks: dict[int, list[Callable[[Any], Any]]] | None = None
        self.retain: dict[int, weakref.ref[Any]] | None = None
        edges: list[Any] = []
        for x in inputs:
            if x is None:
                edges.append(None)
            elif type(x) is list or type(x) is tuple:
                edges.append([None if t.stop_gradient else (t._node or leaf_of(t), t._index) for t in x])
            else:
                edges.append(None if x.stop_gradient else (x._node or leaf_of(x), x._index))
        self.edges = edges
        kept = op.saves_inputs
        if kept is True:
            self.likes: Any = arrays
            self.saved: Any = (arrays, outs if op.saves_outs else None)
        elif kept is False:
            # Of what is not kept, the shape and dtype are.
            self.likes = [_shape_of(a) for a in arrays]
            self.saved = (None, outs if op.saves_outs else None)
        else:
            self.likes = [a if k else _shape_of(a) for a, k in zip(arrays, kept, strict=False)]
            self.saved = (
                [a if k else None for a, k in zip(arrays, kept, strict=False)],
                outs if op.saves_outs else None,
            )
        # A single result has the shape of its gradient.
        self.out_likes: Any = None if op.single else [_shape_of(a) for a in outs]

    def release(self) -> None:
        """Forget what was kept for backward."""
        self.saved = self.likes = self.out_likes = None


def _shape_of(a: Any) -> Any:
    if type(a) is np.ndarray:
        return (a.shape, a.dtype, None)
    if a is None:
        return None
    if type(a) is list:
        return [_shape_of(x) for x in a]
    return (a.dims, a.dtype, a)  # a symbolic value


def leaf_of(tensor: Tensor) -> LeafNode:
    node = tensor._node = LeafNode(tensor)
    return node


class Context:
    """What a gradient rule sees of the call: slots and attributes by name.

    ``c.X`` is a tensor (only what ``Op.saves`` names), ``c.axis`` an attribute, ``c.like("X")`` the shape and dtype
    of a slot whether kept or not, ``c.needs("X")`` whether its gradient is wanted.
    """

    def __init__(self, node: GradNode, grads: Sequence[Any], useful: set[Any] | None = None) -> None:
        values = self.__dict__
        values.update(node.op.attrs)
        if node.attrs:
            values.update(node.attrs)
        values["_node"] = node
        values["_grads"] = grads
        values["_useful"] = useful

    def __getattr__(self, name: str) -> Any:
        node: GradNode = self.__dict__["_node"]
        op = node.op
        if op.saves is None or name in op.saves:
            at = op.slot_index.get(name)
            if at is not None:
                arrays = node.saved[0]
                value = self._tensors(arrays[at], node.edges[at]) if at < len(arrays) else None
                self.__dict__[name] = value
                return value
            if name in op.outs:
                return self._outs(op.outs.index(name), node)
        raise AttributeError(f"the gradient of {op.type} reads {name}, which it does not save ({op.saves})")

    def _tensors(self, array: Any, edge: Any) -> Any:
        if array is None:
            return None
        if type(array) is list:
            return [self._tensors(a, e) for a, e in zip(array, edge, strict=True)]
        return _revive(array, edge, self._node)

    def _outs(self, at: int, node: GradNode) -> Any:
        start, count = self._span(at)
        outs = node.saved[1]
        if not node.op.many_out[at]:
            return None if outs[start] is None else _revive(outs[start], (node, start), node)
        return [_revive(a, (node, start + k), node) for k, a in enumerate(outs[start : start + count])]

    def _span(self, at: int) -> tuple[int, int]:
        """Where output slot ``at`` starts among the flat results, and how many there are."""
        op = self._node.op
        # At most one list among the outputs, so its length is what the others leave.
        rest = self._node.n_outs - (len(op.outs) - 1)
        return sum(rest if many else 1 for many in op.many_out[:at]), rest if op.many_out[at] else 1

    def like(self, name: str) -> Any:
        """Shape and dtype of an input or output slot (a list of them for a list slot)."""
        node = self._node
        at = node.op.slot_index.get(name)
        if at is not None:
            return _as_like(node.likes[at])
        at = node.op.outs.index(name)
        if node.out_likes is None:
            g = self._grads[at]
            return Like(tuple(g.dims), g.dtype, g if g._data is None else None)
        start, count = self._span(at)
        found = [_as_like(e) for e in node.out_likes[start : start + count]]
        return found if node.op.many_out[at] else found[0]

    def needs(self, name: str) -> bool:
        """Whether the gradient of input slot ``name`` is wanted."""
        edges, at = self._node.edges, self._node.op.slot_index[name]
        edge = edges[at] if at < len(edges) else None
        if type(edge) is list:
            return any(e is not None and (self._useful is None or e[0] in self._useful) for e in edge)
        return edge is not None and (self._useful is None or edge[0] in self._useful)


def _as_like(entry: Any) -> Any:
    if type(entry) is np.ndarray:
        return Like(entry.shape, BY_NUMPY[entry.dtype], None)
    if entry is None:
        return None
    if type(entry) is list:
        return [_as_like(e) for e in entry]
    if type(entry) is not tuple:
        return Like(entry.dims, entry.dtype, entry)
    dims, dtype, value = entry
    return Like(dims, dtype if value is not None else BY_NUMPY[dtype], value)


_tensor_class: Any = None


def use_tensor_class(cls: Any) -> None:
    """Tell the tape what a tensor is. Called by the module of Tensor, which imports this one."""
    global _tensor_class
    _tensor_class = cls


def tensor_of(array: Any) -> Any:
    """``array`` as a tensor."""
    t = _tensor_class.__new__(_tensor_class)
    t._data = array
    return t


def _revive(array: Any, edge: Any, node: GradNode) -> Any:
    """A kept array as the tensor it was."""
    if hasattr(array, "stop_gradient"):  # a symbolic value is itself
        return array
    t = tensor_of(array)
    if edge is not None:
        source, index = edge
        if type(source) is LeafNode and source.modified_at > node.id:
            raise FatalError(
                f"a tensor that the gradient of {node.op.type} needs was changed in place after the forward pass. "
                "Run the forward pass again before backward, or change a clone() of the tensor."
            )
        t.stop_gradient = False
        t._node, t._index = source, index
    return t
