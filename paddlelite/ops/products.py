"""Products of vectors and matrices other than matmul_v2: dot, bmm, mul, addmm, cross, kron, trace."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import dims as D
from ..errors import InvalidArgumentError
from ..op import Many, Spec, op
from . import rules
from .elementwise import multiply, scale
from .linalg import matmul
from .rules import sum_to
from .samples import f32, f64, i64
from .shape import reshape, shape, unsqueeze

__all__ = ["addmm", "bmm", "cross", "dot", "kron", "mul", "multi_dot", "mv", "trace"]


def _agree(op: str, a: Any, b: Any, X: Any, Y: Any) -> None:
    """Raise InvalidArgumentError when two sizes that must agree are known to differ."""
    if isinstance(a, int) and isinstance(b, int) and a != b:
        raise InvalidArgumentError(
            f"{op}: the sizes {a} and {b} of X's shape {list(X.dims)} and Y's {list(Y.dims)} differ"
        )


def _rank(op: str, X: Any, *ranks: int) -> None:
    if len(X.dims) not in ranks:
        raise InvalidArgumentError(
            f"{op} takes a tensor of rank {' or '.join(map(str, ranks))}, got shape {list(X.dims)}"
        )


@op("dot")
def dot(X, Y):  # type: ignore[no-untyped-def]
    """The inner product of vectors, or of each row of two matrices. ONNX: Mul, ReduceSum."""
    wide = np.float32 if X.dtype.itemsize == 2 and X.dtype.kind in "fV" else X.dtype
    return np.asarray(np.multiply(X, Y).sum(axis=-1, dtype=wide)).astype(X.dtype)


@dot.infer
def _(X: Any, Y: Any) -> Spec:
    _rank("dot", X, 1, 2)
    rules.broadcast(X, Y)
    _rank("dot", Y, len(X.dims))
    for a, b in zip(X.dims, Y.dims, strict=True):
        _agree("dot", a, b, X, Y)
    return Spec(X.dims[:-1], X.dtype)


@dot.grad(saves="X Y")
def _(c: Any, g: Any) -> Any:
    rows = unsqueeze(g, axes=[-1])
    return multiply(rows, c.Y), multiply(rows, c.X)


dot.onnx(lambda b, X, Y: b.ReduceSum(b.Mul(X, Y), b.const([-1], "int64"), keepdims=0))
dot.sample(f32(3), f32(3)).sample(f32(2, 3), f32(2, 3)).sample(i64(3), i64(3), grad="").sample(f64(2), f64(2))


@op("bmm")
def bmm(X, Y):  # type: ignore[no-untyped-def]
    """The matrix products of two stacks of matrices. ONNX: MatMul."""
    return matmul.kernel(X, Y)  # type: ignore[misc]


@bmm.infer
def _(X: Any, Y: Any) -> Spec:
    _rank("bmm", X, 3)
    _rank("bmm", Y, 3)
    _agree("bmm", X.dims[0], Y.dims[0], X, Y)
    _agree("bmm", X.dims[2], Y.dims[1], X, Y)
    batch = X.dims[0] if isinstance(X.dims[0], int) else Y.dims[0]
    return Spec((batch, X.dims[1], Y.dims[2]), X.dtype)


@bmm.grad(saves="X Y")
def _(c: Any, g: Any) -> Any:
    return matmul(g, c.Y, trans_y=True) if c.needs("X") else None, matmul(c.X, g, trans_x=True) if c.needs(
        "Y"
    ) else None


bmm.onnx(lambda b, X, Y: b.MatMul(X, Y))
bmm.sample(f32(2, 3, 4), f32(2, 4, 5)).sample(f32(0, 3, 4), f32(0, 4, 5)).sample(f64(1, 2, 2), f64(1, 2, 2))


@op("mv", composite=True)
def mv(X, Vec):  # type: ignore[no-untyped-def]
    """A matrix times a vector."""
    _rank("mv", X, 2)
    _rank("mv", Vec, 1)
    return matmul(X, Vec)


mv.sample(f32(2, 3), f32(3))


@op("mul", composite=True)
def mul(X, Y, *, x_num_col_dims=1, y_num_col_dims=1):  # type: ignore[no-untyped-def]
    """Matrix product of two tensors seen as matrices: their first axes are the rows, the others the columns (1.x)."""
    rows, columns = list(X.dims[:x_num_col_dims]), list(Y.dims[y_num_col_dims:])
    out = matmul(_as_matrix(X, x_num_col_dims), _as_matrix(Y, y_num_col_dims))
    if len(rows) == 1 and len(columns) == 1:
        return out
    unknown = [d for d in (*rows, *columns) if not isinstance(d, int)]
    if len(unknown) <= 1:
        return reshape(out, shape=[d if isinstance(d, int) else -1 for d in (*rows, *columns)])
    from .index import slice_
    from .join import concat

    before = slice_(shape(X), axes=[0], starts=[0], ends=[x_num_col_dims])
    after = slice_(shape(Y), axes=[0], starts=[y_num_col_dims], ends=[len(Y.dims)])
    return reshape(out, concat([before, after]))


def _as_matrix(x: Any, rows: int) -> Any:
    if len(x.dims) == 2 and rows == 1:
        return x
    width = D.numel(x.dims[rows:])
    if isinstance(width, int):
        return reshape(x, shape=[-1, width])
    height = D.numel(x.dims[:rows])
    if isinstance(height, int):
        return reshape(x, shape=[height, -1])
    return _as_matrix_symbolic(x, rows)


def _as_matrix_symbolic(x: Any, rows: int) -> Any:
    """Both sizes unknown: flatten one side at a time, keeping the others by 0."""
    rank = len(x.dims)
    if rank - rows > 1:
        x = reshape(x, shape=[0] * rows + [-1])
    if rows > 1:
        from ..dtypes import int32
        from .creation import fill_constant
        from .index import slice_
        from .join import concat

        last = slice_(shape(x), axes=[0], starts=[rows], ends=[rows + 1])
        x = reshape(x, concat([fill_constant(shape=[1], dtype=int32, value=-1.0), last]))
    return x


mul.sample(f32(2, 3), f32(3, 4)).sample(f32(2, 3, 4), f32(12, 2)).sample(
    f32(2, 3, 4), f32(4, 5), x_num_col_dims=2
)
mul.sample(f32(2, 6), f32(2, 3, 5), y_num_col_dims=2)


@op("matmul", composite=True)
def matmul_1(X, Y, *, transpose_X=False, transpose_Y=False, alpha=1.0):  # type: ignore[no-untyped-def]
    """Matrix product times ``alpha`` (1.x)."""
    out = matmul(X, Y, trans_x=transpose_X, trans_y=transpose_Y)
    return out if alpha == 1 else scale(out, scale=alpha)


matmul_1.sample(f32(2, 3), f32(3, 4), alpha=2.0).sample(
    f32(3, 2), f32(4, 3), transpose_X=True, transpose_Y=True
)


@op("addmm")
def addmm(Input, X, Y, *, Alpha=1.0, Beta=1.0):  # type: ignore[no-untyped-def]
    """``Beta * Input + Alpha * X @ Y``. ONNX: Gemm."""
    out = matmul.kernel(X, Y)  # type: ignore[misc]
    if Alpha != 1:
        out *= X.dtype.type(Alpha)
    out += Input if Beta == 1 else Input * X.dtype.type(Beta)
    return out


@addmm.infer
def _(Input: Any, X: Any, Y: Any, *, Alpha: float = 1.0, Beta: float = 1.0) -> Spec:
    _rank("addmm", Input, 1, 2)
    _rank("addmm", X, 2)
    _rank("addmm", Y, 2)
    _agree("addmm", X.dims[1], Y.dims[0], X, Y)
    dims = (X.dims[0], Y.dims[1])
    if tuple(D.broadcast(dims, Input.dims)) != dims and D.is_static(Input.dims):
        raise InvalidArgumentError(
            f"addmm: the input of shape {list(Input.dims)} does not fit the product {list(dims)}"
        )
    return Spec(dims, X.dtype)


@addmm.grad(saves="X Y")
def _(c: Any, g: Any) -> Any:
    scaled = g if c.Alpha == 1 else scale(g, scale=c.Alpha)
    dinput = (
        sum_to(g if c.Beta == 1 else scale(g, scale=c.Beta), c.like("Input")) if c.needs("Input") else None
    )
    dx = matmul(scaled, c.Y, trans_y=True) if c.needs("X") else None
    return dinput, dx, matmul(c.X, scaled, trans_x=True) if c.needs("Y") else None


@addmm.onnx
def _(b: Any, Input: Any, X: Any, Y: Any, *, Alpha: float = 1.0, Beta: float = 1.0) -> Any:
    return b.Gemm(X, Y, Input, alpha=Alpha, beta=Beta)


addmm.sample(f32(2, 4), f32(2, 3), f32(3, 4)).sample(f32(4), f32(2, 3), f32(3, 4), Alpha=0.5, Beta=2.0)
addmm.sample(f32(2, 1), f32(2, 3), f32(3, 4), Beta=0.5)


@op("multi_dot", composite=True)
def multi_dot(X: Many):  # type: ignore[no-untyped-def]
    """The product of several matrices, in the cheapest order when the sizes are known."""
    if len(X) < 2:
        raise InvalidArgumentError(f"multi_dot needs at least two tensors, got {len(X)}")
    first, last = X[0], X[-1]
    mats = [unsqueeze(first, axes=[0]) if len(first.dims) == 1 else first, *X[1:-1]]
    mats.append(unsqueeze(last, axes=[1]) if len(last.dims) == 1 else last)
    out = _chain(mats)
    from .shape import squeeze

    gone = [i for i, t in ((0, first), (1, last)) if len(t.dims) == 1]
    return squeeze(out, axes=gone) if gone else out


def _chain(mats: list[Any]) -> Any:
    if len(mats) == 2:
        return matmul(*mats)
    sizes = [m.dims[0] for m in mats] + [mats[-1].dims[1]]
    if not D.is_static(sizes):
        return matmul(_chain(mats[:-1]), mats[-1])
    n = len(mats)
    cost = {(i, i): (0, i) for i in range(n)}
    for length in range(2, n + 1):
        for i in range(n - length + 1):
            j = i + length - 1
            cost[i, j] = min(
                (cost[i, k][0] + cost[k + 1, j][0] + sizes[i] * sizes[k + 1] * sizes[j + 1], k)
                for k in range(i, j)
            )

    def product(i: int, j: int) -> Any:
        if i == j:
            return mats[i]
        k = cost[i, j][1]
        return matmul(product(i, k), product(k + 1, j))

    return product(0, n - 1)


multi_dot.sample([f32(2, 3), f32(3, 4)]).sample([f32(3), f32(3, 4), f32(4, 2), f32(2)]).sample(
    [f32(2, 3), f32(3, 4), f32(4, 2)]
)


@op("cross")
def cross(X, Y, *, dim=9):  # type: ignore[no-untyped-def]
    """The cross product along the axis ``dim`` of size 3 (9: the first such axis). ONNX: Gather, Mul, Sub."""
    return np.ascontiguousarray(np.cross(X, Y, axis=_cross_axis(X.shape, dim)))


def _cross_axis(dims: Any, dim: int) -> int:
    if dim != 9:
        at = rules.axis_in(dim, len(dims), "dim")
        if isinstance(dims[at], int) and dims[at] != 3:
            raise InvalidArgumentError(f"Input(X/Y).dims[dim] must be equal to 3. But received {dims[at]}.")
        return at
    for i, d in enumerate(dims):
        if isinstance(d, int) and d == 3:
            return i
    raise InvalidArgumentError(f"There must be at least one axis of size 3, but the shape is {list(dims)}.")


@cross.infer
def _(X: Any, Y: Any, *, dim: int = 9) -> Spec:
    _cross_axis(X.dims, dim)
    spec = rules.broadcast(X, Y)
    for a, b in zip(X.dims, Y.dims, strict=True):
        _agree("cross", a, b, X, Y)
    return spec


@cross.grad(saves="X Y")
def _(c: Any, g: Any) -> Any:
    return cross(c.Y, g, dim=c.dim), cross(g, c.X, dim=c.dim)


@cross.onnx
def _(b: Any, X: Any, Y: Any, *, dim: int = 9) -> Any:
    axis = _cross_axis(X.dims, dim)

    def turned(t: Any, order: list[int]) -> Any:
        return b.Gather(t, b.const(order, "int64"), axis=axis)

    one, two = [1, 2, 0], [2, 0, 1]
    return b.Sub(b.Mul(turned(X, one), turned(Y, two)), b.Mul(turned(X, two), turned(Y, one)))


cross.sample(f32(2, 3), f32(2, 3), dim=1).sample(f32(3, 2), f32(3, 2), dim=0).sample(
    f32(0, 3), f32(0, 3), dim=-1
)


@op("kron", composite=True)
def kron(X, Y):  # type: ignore[no-untyped-def]
    """The Kronecker product: every element of X times all of Y, over axes aligned at the end."""
    rank = max(len(X.dims), len(Y.dims))
    x = unsqueeze(X, axes=list(range(rank - len(X.dims)))) if len(X.dims) < rank else X
    y = unsqueeze(Y, axes=list(range(rank - len(Y.dims)))) if len(Y.dims) < rank else Y
    if not rank:
        return multiply(x, y)
    product = multiply(
        unsqueeze(x, axes=list(range(1, 2 * rank, 2))), unsqueeze(y, axes=list(range(0, 2 * rank, 2)))
    )
    if D.is_static((*x.dims, *y.dims)):
        return reshape(product, shape=[a * b for a, b in zip(x.dims, y.dims, strict=True)])
    return reshape(product, multiply(shape(x), shape(y)))


kron.sample(f32(2, 3), f32(3, 2)).sample(f32(2), f32(3, 2)).sample(f32(), f32())


@op("trace")
def trace(Input, *, offset=0, axis1=0, axis2=1):  # type: ignore[no-untyped-def]
    """The sum of a diagonal of two axes. ONNX: EyeLike, Mul, ReduceSum."""
    return np.asarray(np.trace(Input, offset, axis1, axis2, dtype=Input.dtype))


@trace.infer
def _(Input: Any, *, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Spec:
    rank = len(Input.dims)
    if rank < 2:
        raise InvalidArgumentError(f"trace needs a tensor of rank 2 or more, got shape {list(Input.dims)}")
    a, b = (rules.axis_in(v, rank) for v in (axis1, axis2))
    if a == b:
        raise InvalidArgumentError(f"trace: axis1 and axis2 should not be the same, but both are {axis1}")
    dtype = Input.dtype
    return Spec(tuple(d for i, d in enumerate(Input.dims) if i not in (a, b)), dtype)


def _diagonal_onnx(b: Any, dims: tuple[Any, ...], sizes: Any, offset: int, a: int, c: int) -> Any:
    """1 on the diagonal of axes ``a`` and ``c``, 0 elsewhere, broadcasting over the other axes."""
    pair = b.Gather(sizes, b.const([min(a, c), max(a, c)], "int64"), axis=0)
    eye = b.EyeLike(b.ConstantOfShape(pair), k=offset if a < c else -offset)
    others = [i for i in range(len(dims)) if i not in (a, c)]
    return b.Unsqueeze(eye, b.const(others, "int64")) if others else eye


@trace.onnx
def _(b: Any, Input: Any, *, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    a, c = axis1 % len(Input.dims), axis2 % len(Input.dims)
    mask = b.cast(_diagonal_onnx(b, Input.dims, b.Shape(Input), offset, a, c), Input.dtype)
    return b.ReduceSum(b.Mul(Input, mask), b.const(sorted((a, c)), "int64"), keepdims=0)


@trace.grad(saves="Input")
def _(c: Any, g: Any) -> Any:
    return trace_grad(c.Input, g, offset=c.offset, axis1=c.axis1, axis2=c.axis2)


@op("trace_grad", out="Input@GRAD")
def trace_grad(Input, G, *, offset=0, axis1=0, axis2=1):  # type: ignore[no-untyped-def]
    """``G`` on the diagonal of two axes, 0 elsewhere. ONNX: EyeLike, Mul."""
    out = np.zeros(Input.shape, G.dtype)
    moved = np.moveaxis(out, (axis1, axis2), (-2, -1))
    n, m = moved.shape[-2:]
    k = max(min(n + min(offset, 0), m - max(offset, 0)), 0)
    at = np.arange(k)
    moved[..., at + max(-offset, 0), at + max(offset, 0)] = G[..., None]
    return out


trace_grad.infer(lambda Input, G, **attrs: Spec(Input.dims, G.dtype))
trace_grad.grad(lambda c, g: (None, trace(g, offset=c.offset, axis1=c.axis1, axis2=c.axis2)), saves="")


@trace_grad.onnx
def _(b: Any, Input: Any, G: Any, *, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    a, c = axis1 % len(Input.dims), axis2 % len(Input.dims)
    mask = b.cast(_diagonal_onnx(b, Input.dims, b.Shape(Input), offset, a, c), G.dtype)
    return b.Mul(b.Unsqueeze(G, b.const(sorted((a, c)), "int64")), mask)


trace.sample(f32(3, 3)).sample(f32(2, 3), offset=1).sample(f32(2, 3, 4), axis1=2, axis2=0, offset=-1).sample(
    i64(2, 2), grad=""
)
trace_grad.sample(f32(3, 3), f32(), grad="G").sample(
    f32(2, 3, 4), f32(3), axis1=2, axis2=0, offset=-1, grad="G"
)
