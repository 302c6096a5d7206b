"""Inverses, decompositions and equations of matrices: what paddle.linalg has beside products and norms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import InvalidArgumentError, InvalidTypeError
from ..ops import decompose, elementwise, factor, products, reduce, unary
from ..ops import linalg as matrix
from ..ops.shape import transpose, unsqueeze
from .arguments import number
from .creation import to_tensor
from .linalg import matrix_norm, require_same_dtype
from .operators import astype, require_tensor, tensors
from .tensor import Tensor, method

__all__ = ["cholesky", "inverse"]


@method("inverse")
def inverse(x: Tensor, name: str | None = None) -> Tensor:
    """The inverse of square matrices. Paddle op: inverse. Raises InvalidArgumentError for a singular one."""
    return factor.inverse(require_tensor(x, "inverse"))


inv = inverse


def det(x: Tensor, name: str | None = None) -> Tensor:
    """The determinant of square matrices. Paddle op: determinant."""
    return factor.determinant(require_tensor(x, "det"))


def slogdet(x: Tensor, name: str | None = None) -> Tensor:
    """Sign and logarithm of the absolute determinant, stacked. Paddle op: slogdeterminant."""
    return factor.slogdeterminant(require_tensor(x, "slogdet"))


@method("matrix_power")
def matrix_power(x: Tensor, n: int, name: str | None = None) -> Tensor:
    """A square matrix times itself ``n`` times; of the inverse for a negative ``n``. Paddle op: matrix_power."""
    if isinstance(n, bool) or not isinstance(n, int):
        raise InvalidTypeError(f"n must be an int, got {type(n).__name__}")
    return factor.matrix_power(require_tensor(x, "matrix_power"), n=n)


@method("cholesky")
def cholesky(x: Tensor, upper: bool = False, name: str | None = None) -> Tensor:
    """The triangular root of symmetric positive matrices. Paddle op: cholesky."""
    return factor.cholesky(require_tensor(x, "cholesky"), upper=bool(upper))


@method("cholesky_solve")
def cholesky_solve(x: Tensor, y: Tensor, upper: bool = False, name: str | None = None) -> Tensor:
    """The solution of ``A @ out = x`` for the triangular root ``y`` of A. Paddle op: cholesky_solve."""
    return factor.cholesky_solve(*tensors(x, y, "cholesky_solve"), upper=bool(upper))


def solve(x: Tensor, y: Tensor, left: bool = True, name: str | None = None) -> Tensor:
    """The solution of ``x @ out = y`` (of ``out @ x = y`` when not ``left``). Paddle op: solve."""
    x, y = tensors(x, y, "solve")
    if left:
        return factor.solve(x, y)
    return factor.adjoint(factor.solve(factor.adjoint(x), factor.adjoint(y)))


def triangular_solve(
    x: Tensor,
    y: Tensor,
    upper: bool = True,
    transpose: bool = False,
    unitriangular: bool = False,
    name: str | None = None,
) -> Tensor:
    """The solution of ``x @ out = y`` reading one triangle of ``x``. Paddle op: triangular_solve."""
    x, y = tensors(x, y, "triangular_solve")
    return factor.triangular_solve(
        x, y, upper=bool(upper), transpose=bool(transpose), unitriangular=bool(unitriangular)
    )


def qr(x: Tensor, mode: str = "reduced", name: str | None = None) -> Any:
    """The QR decomposition: (Q, R), or only R for ``mode="r"``. Paddle op: qr."""
    q, r = decompose.qr(require_tensor(x, "qr"), mode=mode)
    return r if mode == "r" else (q, r)


def svd(x: Tensor, full_matrices: bool = False, name: str | None = None) -> tuple[Tensor, Tensor, Tensor]:
    """The singular value decomposition (U, S, VH). Paddle op: svd."""
    return decompose.svd(require_tensor(x, "svd"), full_matrices=bool(full_matrices))


def svdvals(x: Tensor, name: str | None = None) -> Tensor:
    """The singular values, in descending order."""
    return svd(x)[1]


def eigh(x: Tensor, UPLO: str = "L", name: str | None = None) -> tuple[Tensor, Tensor]:
    """Eigenvalues and eigenvectors of symmetric matrices. Paddle op: eigh."""
    if UPLO not in ("L", "U"):
        raise InvalidArgumentError(f"UPLO must be L or U. But received UPLO is: {UPLO}")
    return decompose.eigh(require_tensor(x, "eigh"), UPLO=UPLO)


def eigvalsh(x: Tensor, UPLO: str = "L", name: str | None = None) -> Tensor:
    """Eigenvalues of symmetric matrices. Paddle op: eigvalsh."""
    if UPLO not in ("L", "U"):
        raise InvalidArgumentError(f"UPLO must be L or U. But received UPLO is: {UPLO}")
    return decompose.eigvalsh(require_tensor(x, "eigvalsh"), UPLO=UPLO)[0]


def eig(x: Tensor, name: str | None = None) -> tuple[Tensor, Tensor]:
    """Eigenvalues and eigenvectors of square matrices, complex. Paddle op: eig."""
    return decompose.eig(require_tensor(x, "eig"))


def eigvals(x: Tensor, name: str | None = None) -> Tensor:
    """Eigenvalues of square matrices, complex. Paddle op: eigvals."""
    return decompose.eigvals(require_tensor(x, "eigvals"))


def lstsq(
    x: Tensor, y: Tensor, rcond: float | None = None, driver: str | None = None, name: str | None = None
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The least-squares solution of ``x @ out = y``, with residuals, ranks and singular values. Paddle op: lstsq."""
    return decompose.lstsq(*tensors(x, y, "lstsq"), rcond=float(rcond or 0.0), driver=driver or "gelsy")


def pinv(x: Tensor, rcond: Any = 1e-15, hermitian: bool = False, name: str | None = None) -> Tensor:
    """The pseudo-inverse, without singular values below ``rcond`` times the largest one."""
    from .search import where

    u, s, vh = decompose.svd(require_tensor(x, "pinv"), full_matrices=False)
    limit = elementwise.multiply(
        reduce.reduce_max(s, dim=[-1], keep_dim=True), to_tensor(float(number(rcond, "rcond")), dtype=s.dtype)
    )
    large = elementwise.greater_than(s, limit)
    ones = elementwise.scale(s, scale=0.0, bias=1.0)
    zeros = elementwise.scale(s, scale=0.0)
    inverted = where(large, unary.reciprocal(where(large, s, ones)), zeros)
    return matrix.matmul(
        elementwise.multiply(factor.adjoint(vh), unsqueeze(inverted, axes=[-2])), factor.adjoint(u)
    )


def matrix_rank(x: Tensor, tol: Any = None, hermitian: bool = False, name: str | None = None) -> Tensor:
    """The number of singular values above ``tol``, as int64. Paddle op: matrix_rank."""
    require_tensor(x, "matrix_rank")
    if isinstance(tol, Tensor):
        return decompose.matrix_rank(
            x, astype(tol, x.dtype), hermitian=bool(hermitian), use_default_tol=False
        )
    return decompose.matrix_rank(
        x, tol=0.0 if tol is None else float(tol), hermitian=bool(hermitian), use_default_tol=tol is None
    )


def multi_dot(x: Sequence[Tensor], name: str | None = None) -> Tensor:
    """The product of several matrices in the cheapest order. Paddle op: multi_dot."""
    require_same_dtype("multi_dot", *x)
    return products.multi_dot(list(x))


def cond(x: Tensor, p: Any = None, name: str | None = None) -> Tensor:
    """The condition number of matrices: the norm of ``x`` times that of its inverse (for 2: of singular values)."""
    if p in (None, 2, -2):
        s = svdvals(x)
        big = reduce.reduce_max(s, dim=[-1], keep_dim=False)
        small = reduce.reduce_min(s, dim=[-1], keep_dim=False)
        return elementwise.divide(small, big) if p == -2 else elementwise.divide(big, small)
    return elementwise.multiply(matrix_norm(x, p), matrix_norm(inverse(x), p))


def lu(x: Tensor, pivot: bool = True, get_infos: bool = False, name: str | None = None) -> Any:
    """The LU decomposition in one matrix, and the rows exchanged (from 1). Paddle op: lu."""
    out, pivots, infos = decompose.lu(require_tensor(x, "lu"), pivots=bool(pivot))
    return (out, pivots, infos) if get_infos else (out, pivots)


def cov(
    x: Tensor,
    rowvar: bool = True,
    ddof: bool = True,
    fweights: Tensor | None = None,
    aweights: Tensor | None = None,
    name: str | None = None,
) -> Tensor:
    """The covariance of the rows of ``x`` (of its columns when not ``rowvar``), with weights of the observations."""
    if len(require_tensor(x, "cov").dims) > 2 or not x.dims:
        raise InvalidArgumentError(
            f"Input(x) only support N-D (1<=N<=2) tensor in cov, but received shape {list(x.dims)}"
        )
    rows = unsqueeze(x, axes=[0]) if len(x.dims) == 1 else x if rowvar else transpose(x, axis=[1, 0])
    weights = None
    for w in (fweights, aweights):
        if w is not None:
            w = astype(w, rows.dtype)
            weights = w if weights is None else elementwise.multiply(weights, w)
    count = rows.dims[1]
    if not isinstance(count, int):
        raise InvalidArgumentError("cov needs a known number of observations")
    if weights is None:
        total: Any = to_tensor(float(count), dtype=rows.dtype)
        mean = reduce.reduce_mean(rows, dim=[1], keep_dim=True)
    else:
        total = weights.sum()
        mean = elementwise.divide((rows * weights).sum(axis=1, keepdim=True), total)
    if not ddof:
        degrees = total
    elif aweights is None:
        degrees = total - 1
    else:
        degrees = total - (weights * astype(aweights, rows.dtype)).sum() / total  # type: ignore[operator]
    centred = elementwise.subtract(rows, mean)
    weighted = centred if weights is None else centred * weights
    out = elementwise.divide(matrix.matmul(weighted, centred, trans_y=True), degrees)
    return out.squeeze([0, 1]) if len(x.dims) == 1 else out


def corrcoef(x: Tensor, rowvar: bool = True, name: str | None = None) -> Tensor:
    """The correlation coefficients of the rows of ``x`` (of its columns when not ``rowvar``)."""
    c = cov(x, rowvar)
    if not c.dims:
        return elementwise.divide(c, c)
    eye = factor.matrix_power(c, n=0)
    deviation = unary.sqrt((c * eye).sum(axis=1))
    return elementwise.divide(
        c, elementwise.multiply(unsqueeze(deviation, axes=[1]), unsqueeze(deviation, axes=[0]))
    )
