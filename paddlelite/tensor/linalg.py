"""Matrix products, norms and factorisations: paddle.matmul, paddle.norm, paddle.linalg.*."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import InvalidArgumentError, InvalidTypeError
from ..ops import decompose, elementwise, norms, products, reduce, unary
from ..ops import linalg as matrix
from ..ops.einsum import einsum as _einsum
from ..ops.rules import axes_in, require_float
from ..ops.select import bincount as _bincount
from ..ops.select import histogram as _histogram
from ..ops.shape import reshape, transpose, unsqueeze
from .arguments import axes_of, axis_of, number
from .operators import require_tensor, tensors
from .tensor import Tensor, method

__all__ = [
    "addmm",
    "bincount",
    "bmm",
    "cross",
    "dist",
    "dot",
    "einsum",
    "histogram",
    "inner",
    "kron",
]
__all__ += ["cdist", "matmul", "mm", "mv", "norm", "outer", "tensordot", "trace"]


@method("matmul")
def matmul(
    x: Tensor, y: Tensor, transpose_x: bool = False, transpose_y: bool = False, name: str | None = None
) -> Tensor:
    """The matrix product, with broadcasting over leading axes; vectors as in NumPy. Paddle op: matmul_v2.

    Raises InvalidArgumentError when the inner sizes or the dtypes differ: dtypes are not promoted here.

    >>> import paddlelite as paddle
    >>> paddle.matmul(paddle.to_tensor([[1.0, 2.0]]), paddle.to_tensor([[3.0], [4.0]])).numpy()
    array([[11.]], dtype=float32)
    """
    require_same_dtype("matmul", x, y)
    return matrix.matmul(x, y, trans_x=bool(transpose_x), trans_y=bool(transpose_y))


def require_same_dtype(what: str, *operands: Any) -> None:
    """Raise InvalidArgumentError unless all operands are tensors of one dtype."""
    first = require_tensor(operands[0], what)
    for t in operands[1:]:
        if require_tensor(t, what, "y").dtype is not first.dtype:
            raise InvalidArgumentError(
                f"{what}: the dtypes of x ({first.dtype.name}) and y ({t.dtype.name}) must agree: cast one."
            )


@method("mm")
def mm(input: Tensor, mat2: Tensor, name: str | None = None) -> Tensor:
    """The matrix product of two tensors, without broadcasting. Paddle op: matmul_v2."""
    return matmul(input, mat2)


@method("bmm")
def bmm(x: Tensor, y: Tensor, name: str | None = None) -> Tensor:
    """The matrix products of two stacks of matrices. Paddle op: bmm. Other ranks than 3 raise InvalidArgumentError."""
    require_same_dtype("bmm", x, y)
    for t in (x, y):
        if len(t.dims) != 3:
            raise InvalidArgumentError(f"x and y should be 3-dimensional, but received shape {list(t.dims)}")
    for a, b in ((x.dims[2], y.dims[1]), (x.dims[0], y.dims[0])):
        if isinstance(a, int) and isinstance(b, int) and a != b:
            raise InvalidArgumentError(
                f"bmm: the shapes {list(x.dims)} and {list(y.dims)} do not fit: {a} and {b} differ"
            )
    return products.bmm(x, y)


@method("mv")
def mv(x: Tensor, vec: Tensor, name: str | None = None) -> Tensor:
    """A matrix times a vector. Paddle op: mv."""
    require_same_dtype("mv", x, vec)
    return products.mv(x, vec)


@method("dot")
def dot(x: Tensor, y: Tensor, name: str | None = None) -> Tensor:
    """The inner product of vectors, or of each row of two matrices. Paddle op: dot."""
    x, y = tensors(x, y, "dot")
    if len(x.dims) != len(y.dims) or len(x.dims) not in (1, 2):
        raise InvalidArgumentError(
            f"dot takes two vectors or two matrices, got shapes {list(x.dims)} and {list(y.dims)}"
        )
    if x.dims != y.dims and all(isinstance(d, int) for d in (*x.dims, *y.dims)):
        raise InvalidArgumentError(f"dot: the shapes {list(x.dims)} and {list(y.dims)} differ")
    return products.dot(x, y)


@method("inner")
def inner(x: Tensor, y: Tensor, name: str | None = None) -> Tensor:
    """The sum of products over the last axes of both; the product for 0-D tensors."""
    x, y = tensors(x, y, "inner")
    if not x.dims or not y.dims:
        return elementwise.multiply(x, y)
    if len(x.dims) == 1 and len(y.dims) == 1:
        return products.dot(x, y)
    left, right = (reshape(t, shape=[-1, t.dims[-1] if isinstance(t.dims[-1], int) else 0]) for t in (x, y))
    out = matrix.matmul(left, right, trans_y=True)
    dims = [*x.dims[:-1], *y.dims[:-1]]
    return reshape(out, shape=[d if isinstance(d, int) else -1 for d in dims])


@method("outer")
def outer(x: Tensor, y: Tensor, name: str | None = None) -> Tensor:
    """Every element of ``x`` times every element of ``y``, both flattened."""
    x, y = tensors(x, y, "outer")
    return elementwise.multiply(reshape(x, shape=[-1, 1]), reshape(y, shape=[1, -1]))


@method("addmm")
def addmm(
    input: Tensor, x: Tensor, y: Tensor, beta: float = 1.0, alpha: float = 1.0, name: str | None = None
) -> Tensor:
    """``beta * input + alpha * x @ y`` for matrices. Paddle op: addmm."""
    require_same_dtype("addmm", input, x, y)
    return products.addmm(input, x, y, Alpha=float(alpha), Beta=float(beta))


@method("cross")
def cross(x: Tensor, y: Tensor, axis: int = 9, name: str | None = None) -> Tensor:
    """The cross product along an axis of size 3 (9: the first such axis). Paddle op: cross."""
    x, y = tensors(x, y, "cross")
    if x.dims != y.dims and all(isinstance(d, int) for d in (*x.dims, *y.dims)):
        raise InvalidArgumentError(f"cross: the shapes {list(x.dims)} and {list(y.dims)} differ")
    return products.cross(x, y, dim=axis_of(axis))


@method("kron")
def kron(x: Tensor, y: Tensor, name: str | None = None) -> Tensor:
    """The Kronecker product. Paddle op: kron."""
    return products.kron(*tensors(x, y, "kron"))


@method("trace")
def trace(x: Tensor, offset: int = 0, axis1: int = 0, axis2: int = 1, name: str | None = None) -> Tensor:
    """The sum of a diagonal of two axes. Paddle op: trace."""
    return products.trace(
        require_tensor(x, "trace"), offset=int(offset), axis1=axis_of(axis1), axis2=axis_of(axis2)
    )


def einsum(equation: str, *operands: Tensor) -> Tensor:
    """Sums of products of tensors by Einstein's convention. Paddle op: einsum.

    Raises InvalidArgumentError for an equation that does not fit the operands.

    >>> import paddlelite as paddle
    >>> paddle.einsum("i,i->", paddle.to_tensor([1.0, 2.0]), paddle.to_tensor([3.0, 4.0])).item()
    11.0
    """
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = tuple(operands[0])
    if not operands:
        raise InvalidArgumentError("At least one operand is expected in Einsum API, but received none.")
    require_same_dtype("einsum", *operands)
    return _einsum(list(operands), equation=equation)


# Norms


@method("norm")
def norm(
    x: Tensor, p: Any = None, axis: Any = None, keepdim: bool = False, name: str | None = None
) -> Tensor:
    """The norm of vectors (``axis`` an int), of matrices (two axes), or of all elements. Ops: p_norm, frobenius_norm.

    ``p`` is a number, inf, "fro" (also the default) or, for matrices, "nuc". Raises NotFoundError for integers.

    >>> import paddlelite as paddle
    >>> paddle.norm(paddle.to_tensor([3.0, 4.0])).item()
    5.0
    """
    require_float("norm", require_tensor(x, "norm"))
    axes = axes_of(axis)
    if p == "nuc" and len(axes) != 2:
        raise InvalidArgumentError("The nuclear norm needs two axes")
    if isinstance(p, str) and p not in ("fro", "nuc"):
        raise InvalidArgumentError(f"only valid string values are 'fro' or 'nuc', found {p}")
    if len(axes) == 2:
        return matrix_norm(x, "fro" if p is None else p, axes, keepdim)
    if not axes and p in (None, "fro"):
        return norms.frobenius_norm(x, dim=[], keep_dim=bool(keepdim), reduce_all=True)
    return vector_norm(x, 2.0 if p in (None, "fro") else p, axes or None, keepdim)


def vector_norm(
    x: Tensor, p: Any = 2.0, axis: Any = None, keepdim: bool = False, name: str | None = None
) -> Tensor:
    """``sum(|x| ** p) ** (1 / p)`` over ``axis`` (all for None). Paddle op: p_norm."""
    order = float(number(p, "p"))
    axes = axes_of(axis)
    if len(axes) <= 1:
        at = axes[0] if axes else -1
        return norms.p_norm(
            require_tensor(x, "vector_norm"), porder=order, axis=at, keepdim=bool(keepdim), asvector=not axes
        )
    rank = len(x.dims)
    kept = [i for i in range(rank) if i not in axes_in(axes, rank)]
    row = transpose(x, axis=[*kept, *axes_in(axes, rank)]).flatten(len(kept), -1)
    out = norms.p_norm(row, porder=order, axis=-1, keepdim=False, asvector=False)
    return unsqueeze(out, axes=sorted(axes_in(axes, rank))) if keepdim else out


def matrix_norm(
    x: Tensor, p: Any = "fro", axis: Sequence[int] = (-2, -1), keepdim: bool = False, name: str | None = None
) -> Tensor:
    """The norm of matrices: "fro", "nuc", 1 or -1 (columns), inf or -inf (rows), 2 or -2 (singular values)."""
    rank = len(require_tensor(x, "matrix_norm").dims)
    rows, columns = axes_in(axes_of(axis), rank)
    if p == "fro":
        return norms.frobenius_norm(x, dim=[rows, columns], keep_dim=bool(keepdim), reduce_all=False)
    if p in ("nuc", 2, -2):
        kept = [i for i in range(rank) if i not in (rows, columns)]
        values = decompose.svd(transpose(x, axis=[*kept, rows, columns]), full_matrices=False)[1]
        how = {"nuc": reduce.reduce_sum, 2: reduce.reduce_max, -2: reduce.reduce_min}[p]
        out = how(values, dim=[-1], keep_dim=False, reduce_all=False)
        return unsqueeze(out, axes=sorted((rows, columns))) if keepdim else out
    if p not in (1, -1, np.inf, -np.inf):
        raise InvalidArgumentError(
            f"the order of a matrix norm must be fro, nuc, 1, -1, 2, -2, inf or -inf, got {p}"
        )
    first, second = (rows, columns) if abs(p) == 1 else (columns, rows)
    total = reduce.reduce_sum(unary.abs_(x), dim=[first], keep_dim=True, reduce_all=False)
    extreme = reduce.reduce_max if p > 0 else reduce.reduce_min
    out = extreme(total, dim=[second], keep_dim=True, reduce_all=False)
    from ..ops.shape import squeeze

    return out if keepdim else squeeze(out, axes=[rows, columns])


@method("dist")
def dist(x: Tensor, y: Tensor, p: float = 2, name: str | None = None) -> Tensor:
    """The p-norm of ``x - y``, with broadcasting. Paddle op: dist."""
    return norms.dist(*tensors(x, y, "dist"), p=float(p))


@method("cdist")
def cdist(
    x: Tensor,
    y: Tensor,
    p: float = 2.0,
    compute_mode: str = "use_mm_for_euclid_dist_if_necessary",
    name: str | None = None,
) -> Tensor:
    """The p-norm of the difference of every row of ``x`` to every row of ``y``, with broadcasting over leading axes."""
    x, y = tensors(x, y, "cdist")
    for t in (x, y):
        if len(t.dims) < 2:
            raise InvalidArgumentError(f"cdist needs tensors of rank 2 or more, got shape {list(t.dims)}")
    difference = elementwise.subtract(unsqueeze(x, axes=[-2]), unsqueeze(y, axes=[len(y.dims) - 2]))
    return norms.p_norm(difference, porder=float(p), axis=-1, keepdim=False, asvector=False)


@method("tensordot")
def tensordot(x: Tensor, y: Tensor, axes: Any = 2, name: str | None = None) -> Tensor:
    """The sum of products over ``axes``: a number of last and first axes, or the axes of both.

    >>> import paddlelite as paddle
    >>> paddle.tensordot(paddle.ones([2, 3]), paddle.ones([3, 4]), axes=1).shape
    paddle.Size([2, 4])
    """
    x, y = tensors(x, y, "tensordot")
    if isinstance(axes, int):
        left, right = list(range(len(x.dims) - axes, len(x.dims))), list(range(axes))
    else:
        pair = axes.tolist() if isinstance(axes, Tensor) else list(axes)
        if not pair or not isinstance(pair[0], (list, tuple, Tensor)):
            pair = [pair, pair]
        left, right = axes_of(pair[0]), axes_of(pair[-1] if len(pair) > 1 else pair[0])
    left, right = list(axes_in(left, len(x.dims))), list(axes_in(right, len(y.dims)))
    if len(left) != len(right):
        raise InvalidArgumentError(f"tensordot: {len(left)} axes of x against {len(right)} of y")
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    first = letters[: len(x.dims)]
    second = list(letters[len(x.dims) : len(x.dims) + len(y.dims)])
    for a, b in zip(left, right, strict=True):
        second[b] = first[a]
    kept = [c for i, c in enumerate(first) if i not in left] + [
        c for i, c in enumerate(second) if i not in right
    ]
    return _einsum([x, y], equation=f"{first},{''.join(second)}->{''.join(kept)}")


# Counting


@method("bincount")
def bincount(x: Tensor, weights: Tensor | None = None, minlength: int = 0, name: str | None = None) -> Tensor:
    """How often each number from 0 on occurs in a vector of integers, or the total of its weights. Op: bincount."""
    require_tensor(x, "bincount")
    if not x.dtype.is_integer or len(x.dims) != 1:
        raise InvalidTypeError(
            f"Elements in Input(x) should all be integers of a vector, got {x.dtype.name}{list(x.dims)}"
        )
    if x._data is not None and x._data.size and x._data.min() < 0:
        raise InvalidArgumentError("The elements in input tensor must be non-negative ints")
    return _bincount(x, weights, minlength=int(number(minlength, "minlength")))


@method("histogram")
def histogram(
    input: Tensor,
    bins: int = 100,
    min: float = 0,
    max: float = 0,
    weight: Tensor | None = None,
    density: bool = False,
    name: str | None = None,
) -> Tensor:
    """How many elements fall into each of ``bins`` equal parts of [min, max] (of the data's range when both are 0).

    Paddle op: histogram. Raises InvalidArgumentError for ``bins < 1`` or ``max < min``.
    """
    if bins < 1:
        raise InvalidArgumentError(f"The bins should be greater than or equal to 1, but received {bins}")
    if max < min:
        raise InvalidArgumentError(f"max should be larger or equal to min, but received {min} and {max}")
    return _histogram(
        require_tensor(input, "histogram"), weight, bins=bins, min=min, max=max, density=bool(density)
    )
