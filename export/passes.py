"""What is simplified while a graph is built, and what is dropped when it is finished.

Small on purpose: onnxruntime fuses and lays out by itself. Ours are those that keep static models free of
shape arithmetic and doubled work: sharing of equal nodes, folding of small constants, identities, dead nodes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..dtypes import DType, bool_, float32, int64
from .shapes import dims_of
from .signatures import Signature, dtype_from_code

if TYPE_CHECKING:
    from .builder import Builder, Node, Ref

__all__ = ["describe", "fold", "identity", "live"]

# Numbers drawn at run time differ from call to call, and inner graphs are not compared.
_NEVER_SHARED = {
    "RandomNormal",
    "RandomNormalLike",
    "RandomUniform",
    "RandomUniformLike",
    "Multinomial",
    "Bernoulli",
    "If",
    "Loop",
    "Scan",
    "SequenceEmpty",
}
#: Constants up to this many elements are folded; larger ones would only be copied around.
_SMALL = 256


def identity(op: str, inputs: tuple[Ref | None, ...], attrs: dict[str, Any], count: int) -> Any:
    """What makes two nodes equal, or None when they may not be shared."""
    if op in _NEVER_SHARED:
        return None
    plain = tuple((k, v.tobytes() if isinstance(v, np.ndarray) else v) for k, v in sorted(attrs.items()))
    return op, tuple(map(id, inputs)), plain, count


def fold(b: Builder, op: str, refs: tuple[Ref | None, ...], attrs: dict[str, Any]) -> Ref | None:
    """The result of a call that needs no node, or None."""
    rule = _IDENTITIES.get(op)
    if rule is not None:
        found = rule(b, refs, attrs)
        if found is not None:
            return found
    evaluate = _FOLDED.get(op)
    if evaluate is None or any(r is not None and (r.value is None or r.value.size > _SMALL) for r in refs):
        return None
    values = [None if r is None else r.value for r in refs]
    result = evaluate(values, attrs)
    return None if result is None or result.size > _SMALL else b.const(result, result.dtype)


# ---------------------------------------------------------------------- calls that are one of their inputs


def _cast(b: Builder, refs: Any, attrs: dict[str, Any]) -> Ref | None:
    (x,) = refs
    if x.dtype is not None and dtype_from_code(attrs["to"]) is x.dtype:
        return x  # type: ignore[no-any-return]
    return None


def _shape(b: Builder, refs: Any, attrs: dict[str, Any]) -> Ref | None:
    dims = refs[0].dims
    if dims is None:
        return None
    part = dims[attrs.get("start", 0) : attrs.get("end", len(dims))]
    return b.const(np.array(part, np.int64)) if all(isinstance(d, int) for d in part) else None


def _gather_of_shape(b: Builder, refs: Any, attrs: dict[str, Any]) -> Ref | None:
    """One size of a tensor whose other sizes are symbolic."""
    data, index = refs
    node = data.node
    if index.value is None or node is None or node.op != "Shape" or node.attrs:
        return None
    dims = node.inputs[0].dims
    picked = [dims[int(i)] for i in np.atleast_1d(index.value)] if dims is not None else [None]
    if not all(isinstance(d, int) for d in picked):
        return None
    return b.const(np.array(picked, np.int64).reshape(index.value.shape))


def _reshape(b: Builder, refs: Any, attrs: dict[str, Any]) -> Ref | None:
    x, shape = refs
    if x.dims is not None and shape.value is not None and tuple(map(int, shape.value)) == x.dims:
        return x  # type: ignore[no-any-return]
    return None


def _transpose(b: Builder, refs: Any, attrs: dict[str, Any]) -> Ref | None:
    (x,) = refs
    perm = attrs.get("perm")
    if perm is None:
        return None
    if tuple(perm) == tuple(range(len(perm))):
        return x  # type: ignore[no-any-return]
    inner = x.node
    if inner is not None and inner.op == "Transpose" and "perm" in inner.attrs:
        done: Ref = b.Transpose(inner.inputs[0], perm=[inner.attrs["perm"][p] for p in perm])
        return done
    return None


def _only(b: Builder, refs: Any, attrs: dict[str, Any]) -> Ref | None:
    return refs[0] if len(refs) == 1 else None


_IDENTITIES: dict[str, Callable[..., Any]] = {
    "Identity": lambda b, refs, attrs: refs[0],
    "Cast": _cast,
    "Shape": _shape,
    "Gather": _gather_of_shape,
    "Reshape": _reshape,
    "Expand": _reshape,
    "Transpose": _transpose,
    "Concat": _only,
    "Sum": _only,
}


# ---------------------------------------------------------------------- constants


def _fold_slice(v: list[Any], attrs: dict[str, Any]) -> np.ndarray:
    x, starts, ends, *rest = v
    axes = rest[0] if rest and rest[0] is not None else np.arange(len(starts))
    steps = rest[1] if len(rest) > 1 and rest[1] is not None else np.ones(len(starts), np.int64)
    index = [slice(None)] * x.ndim
    for s, e, a, p in zip(starts, ends, axes, steps):
        # An end below -size means "through the first element" when walking backwards, as in ONNX.
        stop = None if p < 0 and e < -x.shape[a] else int(e)
        index[int(a)] = slice(int(s), stop, int(p))
    return x[tuple(index)]  # type: ignore[no-any-return]


def _fold_div(v: list[Any], attrs: dict[str, Any]) -> np.ndarray | None:
    a, b = v
    if a.dtype.kind == "f":
        return np.asarray(a / b)
    if (b == 0).any():
        return None
    # ONNX divides integers towards zero.
    return np.asarray((np.abs(a) // np.abs(b)) * np.sign(a) * np.sign(b)).astype(a.dtype)


def _fold_reshape(v: list[Any], attrs: dict[str, Any]) -> np.ndarray:
    x, shape = v
    return x.reshape(
        [x.shape[i] if s == 0 and not attrs.get("allowzero") else int(s) for i, s in enumerate(shape)]
    )  # type: ignore[no-any-return]


def _fold_unsqueeze(v: list[Any], attrs: dict[str, Any]) -> np.ndarray:
    return np.expand_dims(v[0], tuple(int(a) for a in v[1]))


def _fold_squeeze(v: list[Any], attrs: dict[str, Any]) -> np.ndarray:
    return np.squeeze(v[0], tuple(int(a) for a in v[1]) if len(v) > 1 else None)


def _fold_cast(v: list[Any], attrs: dict[str, Any]) -> np.ndarray:
    return v[0].astype(dtype_from_code(attrs["to"]).np)  # type: ignore[no-any-return]


_FOLDED: dict[str, Callable[[list[Any], dict[str, Any]], np.ndarray | None]] = {
    "Add": lambda v, a: np.asarray(v[0] + v[1]),
    "Sub": lambda v, a: np.asarray(v[0] - v[1]) if v[0].dtype.kind != "b" else None,
    "Mul": lambda v, a: np.asarray(v[0] * v[1]),
    "Div": _fold_div,
    "Neg": lambda v, a: np.asarray(-v[0]),
    "Equal": lambda v, a: np.asarray(v[0] == v[1]),
    "Less": lambda v, a: np.asarray(v[0] < v[1]),
    "LessOrEqual": lambda v, a: np.asarray(v[0] <= v[1]),
    "Greater": lambda v, a: np.asarray(v[0] > v[1]),
    "GreaterOrEqual": lambda v, a: np.asarray(v[0] >= v[1]),
    "Not": lambda v, a: np.asarray(~v[0]),
    "And": lambda v, a: np.asarray(v[0] & v[1]),
    "Or": lambda v, a: np.asarray(v[0] | v[1]),
    "Where": lambda v, a: np.where(v[0], v[1], v[2]),
    "Concat": lambda v, a: np.concatenate(v, a["axis"]),
    "Gather": lambda v, a: np.take(v[0], v[1], a.get("axis", 0)),
    "Slice": _fold_slice,
    "Reshape": _fold_reshape,
    "Unsqueeze": _fold_unsqueeze,
    "Squeeze": _fold_squeeze,
    "Transpose": lambda v, a: np.ascontiguousarray(np.transpose(v[0], a.get("perm"))),
    "Cast": _fold_cast,
}


# ---------------------------------------------------------------------- what is known of results

_SEQUENCES = {"SequenceEmpty", "SequenceInsert", "SequenceConstruct", "SplitToSequence", "SequenceErase"}


def describe(node: Node, sig: Signature, bound: dict[str, DType], i: int) -> Ref:
    """Result ``i`` of a node, with dtype, and dims where they cost nothing to know."""
    from .builder import Ref

    kind = sig.output_type(i)
    attrs = node.attrs
    if isinstance(kind, DType):
        dtype: DType | None = kind
    elif "to" in attrs or "dtype" in attrs:
        dtype = dtype_from_code(attrs["to"] if "to" in attrs else attrs["dtype"])
    elif node.op in ("If", "Loop"):
        graph = attrs["then_branch" if node.op == "If" else "body"]
        result = graph.results[i + (node.op == "Loop")]
        dims = _joined(result.dims, attrs["else_branch"].results[i].dims) if node.op == "If" else None
        return Ref(None, result.dtype, dims, node, sequence=result.sequence)
    elif node.op == "ConstantOfShape":
        dtype = float32 if "value" not in attrs else _dtype_of_array(attrs["value"])
    elif node.op in ("MaxPool", "Unique", "SequenceLength", "Shape", "Size", "NonZero"):
        dtype = bound.get(kind, int64) if i == 0 and kind in bound else int64
    elif node.op in ("IsNaN", "IsInf"):
        dtype = bool_
    else:
        first = next((r for r in node.inputs if r is not None), None)
        dtype = bound.get(kind) or (first.dtype if first is not None else None)
    # Results after the first have sizes of their own, but for those that are parts or positions of one tensor.
    dims = dims_of(node) if i == 0 or node.op in ("Split", "TopK", "MaxPool") else None
    return Ref(None, dtype, dims, node, sequence=node.op in _SEQUENCES)


def _joined(a: tuple[Any, ...] | None, b: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
    """What is known of a shape that is either of two: nothing when the ranks differ, as ``If`` allows."""
    if a is None or b is None or len(a) != len(b):
        return None
    return tuple(x if x == y else None for x, y in zip(a, b))


def _dtype_of_array(array: np.ndarray) -> DType:
    from ..dtypes import dtype_of

    return dtype_of(array.dtype)


# ---------------------------------------------------------------------- dead nodes


def live(b: Builder) -> tuple[list[Node], set[str]]:
    """The nodes of a graph that its results need, in order, and the names of the constants that are read.

    Inner graphs are searched too; their own dead nodes are dropped when they are written.
    """
    kept, needed = _needed(b)
    return kept, {name for name, ref in b.root.initializers.items() if id(ref) in needed}


def _needed(b: Builder) -> tuple[list[Node], set[int]]:
    """The nodes that a graph's results need, in order, and the ids of all that they and the results read."""
    needed: set[int] = {id(r) for r in b.results}
    kept: list[Node] = []
    for node in reversed(b.nodes):
        if any(id(o) in needed for o in node.outputs):
            kept.append(node)
            needed.update(id(r) for r in node.inputs if r is not None)
            for value in node.attrs.values():
                if hasattr(value, "results"):
                    needed |= _needed(value)[1]
    return kept[::-1], needed
