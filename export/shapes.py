"""What is known of the sizes of a node's first result: numbers, named sizes, None, or nothing (not even the rank).

The Program knows the sizes of its own values; these rules are for what lowerings make in between, so that they may ask
for a rank, and so that shape arithmetic folds. A rule that does not know says so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..dims import broadcast
from ..errors import InvalidArgumentError

if TYPE_CHECKING:
    from .builder import Node, Ref

__all__ = ["dims_of"]


def dims_of(node: Node) -> tuple[Any, ...] | None:
    """The sizes of the node's first result, as far as they are known."""
    first = node.inputs[0] if node.inputs else None
    if first is None or first.dims is None:
        return None
    rule = _RULES.get(node.op)
    return None if rule is None else rule(node, first.dims)


def _numbers(node: Node, i: int) -> list[int] | None:
    """A constant input as numbers; None when it is absent or computed."""
    ref = node.inputs[i] if i < len(node.inputs) else None
    return None if ref is None or ref.value is None else [int(v) for v in ref.value.reshape(-1)]


def _same(node: Node, dims: Any) -> Any:
    return dims


def _rank_only(node: Node, dims: Any) -> Any:
    return (None,) * len(dims)


def _broadcast(node: Node, dims: Any) -> Any:
    shapes = [r.dims for r in node.inputs if r is not None]
    if any(s is None for s in shapes):
        return None
    if any(None in s for s in shapes):  # type: ignore[operator]
        return (None,) * max(len(s) for s in shapes)  # type: ignore[arg-type]
    try:
        return broadcast(*shapes)  # type: ignore[arg-type]
    except InvalidArgumentError:
        return None


def _transpose(node: Node, dims: Any) -> Any:
    perm = node.attrs.get("perm")
    return tuple(dims[p] for p in perm) if perm else dims[::-1]


def _reshape(node: Node, dims: Any) -> Any:
    target = _numbers(node, 1)
    if target is None:
        length = node.inputs[1].dims  # type: ignore[union-attr]
        return (None,) * length[0] if length and isinstance(length[0], int) else None
    zero = bool(node.attrs.get("allowzero"))
    return tuple(
        None if t == -1 else dims[i] if t == 0 and not zero and i < len(dims) else t
        for i, t in enumerate(target)
    )


def _expand(node: Node, dims: Any) -> Any:
    target = _numbers(node, 1)
    if target is None:
        return None
    known = None in dims
    return (None,) * max(len(dims), len(target)) if known else broadcast(dims, target)


def _slice(node: Node, dims: Any) -> Any:
    axes = _numbers(node, 3)
    if axes is None:
        return (None,) * len(dims)
    cut = {a % len(dims) for a in axes}
    return tuple(None if i in cut else d for i, d in enumerate(dims))


def _concat(node: Node, dims: Any) -> Any:
    axis = node.attrs["axis"] % len(dims)
    sizes = [r.dims[axis] if r is not None and r.dims is not None else None for r in node.inputs]
    total = None if None in sizes else sum(sizes)  # type: ignore[arg-type]
    return tuple(total if i == axis else d for i, d in enumerate(dims))


def _unsqueeze(node: Node, dims: Any) -> Any:
    axes = _numbers(node, 1)
    if axes is None:
        return None
    rank = len(dims) + len(axes)
    at, rest = {a % rank for a in axes}, iter(dims)
    return tuple(1 if i in at else next(rest) for i in range(rank))


def _squeeze(node: Node, dims: Any) -> Any:
    axes = _numbers(node, 1)
    if axes is None:
        return None
    gone = {a % len(dims) for a in axes}
    return tuple(d for i, d in enumerate(dims) if i not in gone)


def _gather(node: Node, dims: Any) -> Any:
    index: Ref | None = node.inputs[1]
    if index is None or index.dims is None:
        return None
    axis = node.attrs.get("axis", 0) % len(dims)
    return (*dims[:axis], *index.dims, *dims[axis + 1 :])


def _like_indices(node: Node, dims: Any) -> Any:
    index = node.inputs[1]
    return None if index is None else index.dims


def _reduce(node: Node, dims: Any) -> Any:
    axes = _numbers(node, 1) if len(node.inputs) > 1 else list(node.attrs.get("axes", range(len(dims))))
    keep = node.attrs.get("keepdims", 1)
    if axes is None:
        return (None,) * len(dims) if keep else None
    gone = {a % len(dims) for a in axes} if dims else set()
    return tuple(1 if i in gone else d for i, d in enumerate(dims) if keep or i not in gone)


def _arg(node: Node, dims: Any) -> Any:
    axis, keep = node.attrs.get("axis", 0) % max(len(dims), 1), node.attrs.get("keepdims", 1)
    return tuple(1 if i == axis else d for i, d in enumerate(dims) if keep or i != axis)


def _matmul(node: Node, dims: Any) -> Any:
    other = node.inputs[1]
    if other is None or other.dims is None or len(dims) < 2 or len(other.dims) < 2:
        return None
    lead = max(len(dims), len(other.dims)) - 2
    batch = dims[:-2] if dims[:-2] == other.dims[:-2] or len(other.dims) == 2 else (None,) * lead
    return (*batch, dims[-2], other.dims[-1])


_SAME = """Cast Abs Neg Sign Exp Log Sqrt Reciprocal Relu Sigmoid Tanh Erf Floor Ceil Round Not Sin Cos Tan Asin Acos
Atan Sinh Cosh Asinh Acosh Atanh Softmax LogSoftmax Softplus Softsign Elu Selu LeakyRelu HardSigmoid HardSwish Clip
CumSum IsNaN IsInf ScatterElements ScatterND Trilu Mish ThresholdedRelu Identity BitwiseNot LayerNormalization
RandomUniformLike RandomNormalLike Bernoulli BatchNormalization InstanceNormalization"""
_BROADCASTS = """Add Sub Mul Div Pow Max Min Mod And Or Xor Equal Less Greater LessOrEqual GreaterOrEqual Where Sum
BitwiseAnd BitwiseOr BitwiseXor"""
_REDUCTIONS = """ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp
ReduceSumSquare"""
_RANKS = "Pad Tile Conv ConvTranspose MaxPool AveragePool GlobalAveragePool GlobalMaxPool Resize TopK Split"

_RULES: dict[str, Callable[[Any, Any], Any]] = {
    **dict.fromkeys(_SAME.split(), _same),
    **dict.fromkeys(_BROADCASTS.split(), _broadcast),
    **dict.fromkeys(_REDUCTIONS.split(), _reduce),
    **dict.fromkeys(_RANKS.split(), _rank_only),
    "Transpose": _transpose,
    "Reshape": _reshape,
    "Expand": _expand,
    "Slice": _slice,
    "Concat": _concat,
    "Unsqueeze": _unsqueeze,
    "Squeeze": _squeeze,
    "Gather": _gather,
    "GatherElements": _like_indices,
    "ArgMax": _arg,
    "ArgMin": _arg,
    "MatMul": _matmul,
    "Shape": lambda node, dims: (len(dims),) if not node.attrs else (None,),
    "Size": lambda node, dims: (),
    "NonZero": lambda node, dims: (len(dims), None),
}
