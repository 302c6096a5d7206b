"""Ops on diagonals and triangles: tril_triu, diag_v2, diagonal, diag_embed, fill_diagonal_tensor."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import dims as D
from ..errors import InvalidArgumentError
from ..op import Spec, op
from .rules import axis_in
from .samples import b, f32, i64


@op("tril_triu")
def tril_triu(X, *, diagonal=0, lower=False):  # type: ignore[no-untyped-def]
    """The lower (or upper) triangle of each matrix, zeros elsewhere. ONNX: Trilu."""
    return np.tril(X, diagonal) if lower else np.triu(X, diagonal)


@tril_triu.infer
def _(X: Any, *, diagonal: int = 0, lower: bool = False) -> Spec:
    if len(X.dims) < 2:
        raise InvalidArgumentError(f"x shape in tril and triu must be at least 2-D, got {list(X.dims)}")
    return Spec(X.dims, X.dtype)


tril_triu.grad(lambda c, g: tril_triu(g, diagonal=c.diagonal, lower=c.lower), saves="")
tril_triu.onnx(
    lambda b, X, *, diagonal=0, lower=False: b.Trilu(X, b.const(diagonal, "int64"), upper=int(not lower))
)
tril_triu.sample(f32(3, 4)).sample(f32(2, 3, 3), lower=True, diagonal=-1).sample(
    i64(3, 3), lower=True
).sample(b(2, 2))


def _pair(rank: int, axis1: int, axis2: int, what: str) -> tuple[int, int]:
    """Two different axes, counted from the front."""
    first, second = axis_in(axis1, rank, "axis1"), axis_in(axis2, rank, "axis2")
    if first == second:
        raise InvalidArgumentError(
            f"The dimensions should not be identical in {what}, got {axis1} vs {axis2}."
        )
    return first, second


def _length(n: D.Size, m: D.Size, offset: int) -> D.Size:
    """The number of elements on a diagonal of an ``n`` x ``m`` matrix."""
    rows, cols = (n, m - offset) if offset >= 0 else (n + offset, m)
    size = D.apply("min", rows, cols)
    return max(size, 0) if isinstance(size, int) else D.apply("max", size, 0)


@op("diagonal", view=True)
def diagonal(Input, *, offset=0, axis1=0, axis2=1):  # type: ignore[no-untyped-def]
    """A diagonal of each matrix that ``axis1`` and ``axis2`` span, as the last axis. ONNX: Gather."""
    return np.diagonal(Input, offset, axis1, axis2)


@diagonal.infer
def _(Input: Any, *, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Spec:
    if len(Input.dims) < 2:
        raise InvalidArgumentError(
            f"diagonal needs a tensor of at least 2 dimensions, got {list(Input.dims)}"
        )
    first, second = _pair(len(Input.dims), axis1, axis2, "diagonal")
    rest = [d for i, d in enumerate(Input.dims) if i not in (first, second)]
    return Spec((*rest, _length(Input.dims[first], Input.dims[second], offset)), Input.dtype)


@diagonal.grad(saves="")
def _(c: Any, g: Any) -> Any:
    from .join import zeros_of

    return fill_diagonal_tensor(zeros_of(c.like("Input")), g, offset=c.offset, dim1=c.axis1, dim2=c.axis2)


def _matrices_last(b: Any, x: Any, rank: int, first: int, second: int) -> tuple[Any, list[int]]:
    """``x`` with two axes moved to the end, and the order that moves them back."""
    order = [a for a in range(rank) if a not in (first, second)] + [first, second]
    back = [order.index(a) for a in range(rank)]
    return (x if order == list(range(rank)) else b.Transpose(x, perm=order)), back


def _scalar_size(b: Any, x: Any, axis: int) -> Any:
    return b.Squeeze(b.Shape(x, start=axis, end=axis + 1), b.const([0], "int64"))


@diagonal.onnx
def _(b: Any, Input: Any, *, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    rank = len(Input.dims)
    first, second = axis1 % rank, axis2 % rank
    x, _ = _matrices_last(b, Input, rank, first, second)
    n, m = _scalar_size(b, x, rank - 2), _scalar_size(b, x, rank - 1)
    down, right = b.const(max(-offset, 0), "int64"), b.const(max(offset, 0), "int64")
    zero, one = b.const(0, "int64"), b.const(1, "int64")
    count = b.Max(b.Min(b.Sub(n, down), b.Sub(m, right)), zero)
    # Flattened, the diagonal starts at (down, right) and goes on one row and one column at a time.
    where = b.Add(b.Mul(b.Range(zero, count, one), b.Add(m, one)), b.Add(b.Mul(down, m), right))
    lead = b.Shape(x, end=rank - 2)
    flat = b.Reshape(b.Mul(n, m), b.const([1], "int64"))
    rows = b.Reshape(x, b.Concat(lead, flat, axis=0) if rank > 2 else flat, allowzero=1)
    return b.Gather(rows, where, axis=rank - 2)


diagonal.sample(f32(3, 4)).sample(f32(2, 3, 4), offset=1, axis1=0, axis2=2).sample(
    f32(2, 3, 3), offset=-1, axis1=-1, axis2=1
)
diagonal.sample(f32(2, 2), offset=5)


@op("fill_diagonal_tensor")
def fill_diagonal_tensor(X, Y, *, offset=0, dim1=0, dim2=1):  # type: ignore[no-untyped-def]
    """``X`` with ``Y`` (the diagonal last) written to a diagonal of each of its matrices. ONNX: Where."""
    out = X.copy()
    part = np.diagonal(out, offset, dim1, dim2)
    part.flags.writeable = True  # a view of the fresh copy, which NumPy marks read-only as a precaution
    part[...] = Y
    return out


@fill_diagonal_tensor.infer
def _(X: Any, Y: Any, *, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Spec:
    if len(X.dims) < 2:
        raise InvalidArgumentError(f"fill_diagonal_tensor needs at least 2 dimensions, got {list(X.dims)}")
    first, second = _pair(len(X.dims), dim1, dim2, "fill_diagonal_tensor")
    rest = [d for i, d in enumerate(X.dims) if i not in (first, second)]
    want = (*rest, _length(X.dims[first], X.dims[second], offset))
    if len(Y.dims) != len(want) or any(
        isinstance(p, int) and isinstance(q, int) and p != q for p, q in zip(Y.dims, want, strict=True)
    ):
        raise InvalidArgumentError(
            f"the values of the diagonal should have shape {list(want)}, got {list(Y.dims)}"
        )
    return Spec(X.dims, X.dtype)


@fill_diagonal_tensor.grad(saves="")
def _(c: Any, g: Any) -> Any:
    from .join import zeros_of

    where = {"offset": c.offset, "dim1": c.dim1, "dim2": c.dim2}
    dx = fill_diagonal_tensor(g, zeros_of(c.like("Y")), **where) if c.needs("X") else None
    dy = diagonal(g, offset=c.offset, axis1=c.dim1, axis2=c.dim2) if c.needs("Y") else None
    return dx, dy


def _on_diagonal(b: Any, n: Any, m: Any, offset: int) -> Any:
    """An ``n`` x ``m`` mask of a diagonal."""
    zero, one = b.const(0, "int64"), b.const(1, "int64")
    rows, cols = b.Range(zero, n, one), b.Range(zero, m, one)
    moved = b.Add(b.Unsqueeze(rows, b.const([1], "int64")), b.const(offset, "int64"))
    return b.Equal(moved, b.Unsqueeze(cols, b.const([0], "int64")))


def _placed(b: Any, values: Any, rank: int, n: Any, m: Any, offset: int) -> Any:
    """Diagonals (the last of ``rank - 1`` axes) spread over matrices: right on the diagonal, anything elsewhere."""
    size = _scalar_size(b, values, rank - 2)
    longer = b.Sub(n if offset >= 0 else m, size)
    zeros = b.const([0] * (rank - 1), "int64")
    after = b.Reshape(longer, b.const([1], "int64"))
    after = b.Concat(b.const([0] * (rank - 2), "int64"), after, axis=0) if rank > 2 else after
    padded = b.Pad(values, b.Concat(zeros, after, axis=0))
    return b.Unsqueeze(padded, b.const([rank - 1 if offset >= 0 else rank - 2], "int64"))


@fill_diagonal_tensor.onnx
def _(b: Any, X: Any, Y: Any, *, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Any:
    rank = len(X.dims)
    x, back = _matrices_last(b, X, rank, dim1 % rank, dim2 % rank)
    n, m = _scalar_size(b, x, rank - 2), _scalar_size(b, x, rank - 1)
    out = b.Where(_on_diagonal(b, n, m, offset), _placed(b, Y, rank, n, m, offset), x)
    return out if back == list(range(rank)) else b.Transpose(out, perm=back)


fill_diagonal_tensor.sample(f32(3, 4), f32(3), offset=1).sample(f32(3, 4), f32(2), offset=-1)
fill_diagonal_tensor.sample(f32(2, 3, 3), f32(3, 2), dim1=0, dim2=2).sample(f32(4, 2), f32(2))


@op("diag_v2")
def diag(X, *, offset=0, padding_value=0.0):  # type: ignore[no-untyped-def]
    """A matrix with the vector ``X`` on a diagonal, or the diagonal of the matrix ``X``. ONNX: Where, Gather."""
    if X.ndim == 2:
        return np.diagonal(X, offset).copy()
    vector = X.reshape(-1)
    n = len(vector) + abs(offset)
    out = np.full((n, n), padding_value, X.dtype)
    rows = np.arange(len(vector))
    out[rows + max(-offset, 0), rows + max(offset, 0)] = vector
    return out


@diag.infer
def _(X: Any, *, offset: int = 0, padding_value: float = 0.0) -> Spec:
    if len(X.dims) > 2:
        raise InvalidArgumentError(
            f"The input tensor X's shape of DiagV2Op should be 0-D, 1-D or 2-D, got {list(X.dims)}"
        )
    if len(X.dims) == 2:
        return Spec((_length(X.dims[0], X.dims[1], offset),), X.dtype)
    n = D.numel(X.dims) + abs(offset)
    return Spec((n, n), X.dtype)


@diag.grad(saves="")
def _(c: Any, g: Any) -> Any:
    from .join import zeros_of
    from .shape import reshape

    like = c.like("X")
    if len(like.dims) == 2:
        return fill_diagonal_tensor(zeros_of(like), g, offset=c.offset)
    out = diagonal(g, offset=c.offset)
    return out if like.dims else reshape(out, shape=[])


@diag.onnx
def _(b: Any, X: Any, *, offset: int = 0, padding_value: float = 0.0) -> Any:
    if len(X.dims) == 2:
        return diagonal.onnx_rule(b, X, offset=offset)  # type: ignore[misc]
    vector = X if X.dims else b.Reshape(X, b.const([1], "int64"))
    n = b.Add(_scalar_size(b, vector, 0), b.const(abs(offset), "int64"))
    mask = _on_diagonal(b, n, n, offset)
    return b.Where(mask, _placed(b, vector, 2, n, n, offset), b.const(padding_value, X.dtype))


diag.sample(f32(3)).sample(f32(3), offset=1, padding_value=2.0).sample(f32(2), offset=-2).sample(
    f32(3, 4), offset=1
)
diag.sample(f32()).sample(f32(3, 2), offset=-1).sample(i64(2))


@op("diag_embed")
def diag_embed(Input, *, offset=0, dim1=-2, dim2=-1):  # type: ignore[no-untyped-def]
    """Matrices, in the axes ``dim1`` and ``dim2``, with the last axis of ``Input`` on a diagonal. ONNX: Where."""
    n = Input.shape[-1] + abs(offset)
    out = np.zeros((*Input.shape[:-1], n, n), Input.dtype)
    rows = np.arange(Input.shape[-1])
    out[..., rows + max(-offset, 0), rows + max(offset, 0)] = Input
    return np.moveaxis(out, (-2, -1), (dim1, dim2))


@diag_embed.infer
def _(Input: Any, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Spec:
    if not Input.dims:
        raise InvalidArgumentError("diag_embed needs a tensor of at least one dimension")
    rank = len(Input.dims) + 1
    first, second = _pair(rank, dim1, dim2, "diag_embed")
    n = Input.dims[-1] + abs(offset)
    rest = iter(Input.dims[:-1])
    return Spec(tuple(n if i in (first, second) else next(rest) for i in range(rank)), Input.dtype)


diag_embed.grad(lambda c, g: diagonal(g, offset=c.offset, axis1=c.dim1, axis2=c.dim2), saves="")


@diag_embed.onnx
def _(b: Any, Input: Any, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Any:
    rank = len(Input.dims) + 1
    n = b.Add(_scalar_size(b, Input, rank - 2), b.const(abs(offset), "int64"))
    mask = _on_diagonal(b, n, n, offset)
    out = b.Where(mask, _placed(b, Input, rank, n, n, offset), b.const(0, Input.dtype))
    first, second = dim1 % rank, dim2 % rank
    order = [a for a in range(rank) if a not in (first, second)] + [first, second]
    back = [order.index(a) for a in range(rank)]
    return out if back == list(range(rank)) else b.Transpose(out, perm=back)


diag_embed.sample(f32(2, 3)).sample(f32(3), offset=1).sample(f32(2, 3), offset=-1, dim1=0, dim2=2)
