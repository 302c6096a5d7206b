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

    # No __slots__: these are set on few nodes, and a node is made for every recorded call.
    hooks: dict[int, list[Callable[[Any], Any]]] | None = None
    retain: dict[int, weakref.ref[Any]] | None = None
    #: Shapes and dtypes of several results; a single one has those of its gradient.
    out_likes: Any = None
    n_outs = 1

    def __init__(
        self, op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any], arrays: list[Any], outs: tuple[Any, ...]
    ) -> None:
        self.op = op
        self.attrs = attrs
        self.id = next(clock)
        edges: list[Any] = []
        for x in inputs:
            if x is None:
                edges.append(None)
            elif type(x) is list or type(x) is tuple:
                edges.append([None if t.stop_gradient else (t._node or leaf_of(t), t._index) for t in x])
            elif x.stop_gradient:
                edges.append(None)
            else:
                edges.append((x._node or leaf_of(x), x._index))
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
        if not op.single:
            self.n_outs = len(outs)
            self.out_likes = [_shape_of(a) for a in outs]


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
        if node.attrs:
            self.__dict__.update(node.attrs)
        self._node = node
        self._grads = grads
        self._useful = useful

    if TYPE_CHECKING:
        # What context_class adds. Not at run time: a class that has __getattr__ has no fast attributes at all.
        def __getattr__(self, name: str) -> Any: ...

    def _input(self, at: int) -> Any:
        node = self._node
        arrays = node.saved[0]
        if at >= len(arrays):
            return None
        array, edge = arrays[at], node.edges[at]
        if edge is None and type(array) is np.ndarray:
            t = _new(_tensor_class)
            t._data = array
            return t
        return _revived(array, edge, node)

    def _output(self, at: int) -> Any:
        node = self._node
        start, count = self._span(at)
        outs = node.saved[1]
        if not node.op.many_out[at]:
            return _revived(outs[start], (node, start), node)
        return [_revived(a, (node, start + k), node) for k, a in enumerate(outs[start : start + count])]

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

    def summed(self, g: Any, name: str, axis: int = -1) -> Any:
        """``g`` summed over the axes along which input slot ``name`` was broadcast."""
        like = self._node.likes[self._node.op.slot_index[name]]
        # Nearly always nothing was broadcast: that is seen without making anything.
        if g._data is not None and g._data.shape == (like[0] if type(like) is tuple else like.shape):
            return g
        from ..ops.rules import sum_to

        return sum_to(g, self.like(name), axis)

    def needs(self, name: str) -> bool:
        """Whether the gradient of input slot ``name`` is wanted."""
        node = self._node
        at = node.op.slot_index[name]
        edge = node.edges[at] if at < len(node.edges) else None
        if edge is None or (self._useful is None and type(edge) is tuple):
            return edge is not None
        edges = edge if type(edge) is list else (edge,)
        return any(e is not None and (self._useful is None or e[0] in self._useful) for e in edges)


class _Slot:
    """A slot of a context: its tensor is made when a rule first reads it, and kept."""

    def __init__(self, name: str, read: Callable[[Any, int], Any], at: int) -> None:
        self.name, self.read, self.at = name, read, at

    def __get__(self, context: Any, owner: Any = None) -> Any:
        value = self.read(context, self.at)
        setattr(context, self.name, value)
        return value


class _NotSaved:
    """A slot that the op's gradient said it does not read."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, context: Any, owner: Any = None) -> Any:
        op = context._node.op
        raise AttributeError(
            f"the gradient of {op.type} reads {self.name}, which it does not save ({op.saves})"
        )


def context_class(op: Op) -> type[Context]:
    """The contexts of one op: its attributes' defaults and its slots, as class attributes."""

    def slot(name: str, read: Callable[[Any, int], Any], at: int) -> Any:
        return _Slot(name, read, at) if op.saves is None or name in op.saves else _NotSaved(name)

    body: dict[str, Any] = dict(op.attrs)
    body.update({o: slot(o, Context._output, i) for i, o in enumerate(op.outs)})
    body.update({s.name: slot(s.name, Context._input, i) for i, s in enumerate(op.slots)})
    return type("Context", (Context,), body)


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
_new = object.__new__


def use_tensor_class(cls: Any) -> None:
    """Tell the tape what a tensor is. Called by the module of Tensor, which imports this one."""
    global _tensor_class
    _tensor_class = cls


def is_tensor(x: Any) -> bool:
    """Whether ``x`` is a tensor, eager or symbolic."""
    return isinstance(x, _tensor_class)


def tensor_of(array: Any) -> Any:
    """``array`` as a tensor."""
    t = _new(_tensor_class)
    t._data = array
    return t


def _revived(array: Any, edge: Any, node: GradNode) -> Any:
    """A kept array (or a list of them) as the tensor it was."""
    if type(array) is not np.ndarray:
        if array is None:
            return None
        if type(array) is list:
            return [_revived(a, e, node) for a, e in zip(array, edge, strict=True)]
        return array  # a symbolic value is itself
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
