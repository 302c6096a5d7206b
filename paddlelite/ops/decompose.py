"""Matrix decompositions by LAPACK through NumPy: qr, svd, eigh, eig, lstsq, lu. ONNX has none of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import dims as D
from ..dtypes import DType, complex64, complex128, float32, float64, int32, int64
from ..errors import InvalidArgumentError
from ..op import Spec, op
from .elementwise import add, divide, multiply, negate, scale, subtract
from .factor import (
    _POSITIVE,
    _SAMPLE,
    _STACK,
    adjoint,
    guard,
    matrix_power,
    require_lapack,
    require_square,
    triangle,
    triangular_solve,
)
from .linalg import matmul
from .samples import f32
from .shape import unsqueeze

__all__ = ["eig", "eigh", "eigvals", "eigvalsh", "lstsq", "lu", "matrix_rank", "qr", "svd"]


def _min(a: Any, b: Any) -> Any:
    return D.apply("min", a, b)


@op("qr", out=("Q", "R"))
def qr(X, *, mode="reduced"):  # type: ignore[no-untyped-def]
    """The QR decomposition. ``mode``: "reduced", "complete" or "r" (Q is then empty)."""
    if mode == "r":
        return np.zeros((0,), X.dtype), np.linalg.qr(X, "r")
    return tuple(np.linalg.qr(X, mode))


@qr.infer
def _(X: Any, *, mode: str = "reduced") -> Any:
    require_lapack("qr", X)
    if mode not in ("reduced", "complete", "r"):
        raise InvalidArgumentError(f"QR doesn't support mode {mode}; it must be reduced, complete or r")
    *lead, m, n = X.dims
    k = _min(m, n) if mode != "complete" else m
    q = (0,) if mode == "r" else (*lead, m, k)
    return Spec(q, X.dtype), Spec((*lead, k, n), X.dtype)


@qr.grad(saves="Q R")
def _(c: Any, gq: Any, gr: Any) -> Any:
    m, n = c.like("X").dims[-2:]
    if c.mode != "reduced" or not (isinstance(m, int) and isinstance(n, int) and m >= n):
        raise InvalidArgumentError(
            "qr has a gradient only for mode='reduced' and matrices at least as high as wide"
        )
    q, r = c.Q, c.R
    inner = None
    if gr is not None:
        inner = matmul(r, adjoint(gr))
    if gq is not None:
        part = matmul(adjoint(gq), q)
        inner = negate(part) if inner is None else subtract(inner, part)
    strict = triangle(inner, True, -1)
    symmetric = add(triangle(inner, True), adjoint(strict))
    right = matmul(q, symmetric)
    total = right if gq is None else add(gq, right)
    return adjoint(triangular_solve(r, adjoint(total), upper=True))


qr.sample(_SAMPLE, tol=1e-4).sample(f32(4, 2), tol=1e-4).sample(f32(2, 3), mode="complete", grad="", tol=1e-4)
qr.sample(f32(3, 2), mode="r", grad="", tol=1e-4)


@op("svd", out=("U", "S", "VH"))
def svd(X, *, full_matrices=False):  # type: ignore[no-untyped-def]
    """The singular value decomposition ``U @ diag(S) @ VH``."""
    return tuple(np.ascontiguousarray(a) for a in np.linalg.svd(X, full_matrices))


@svd.infer
def _(X: Any, *, full_matrices: bool = False) -> Any:
    require_lapack("svd", X)
    if len(X.dims) < 2:
        raise InvalidArgumentError(f"svd needs a tensor of rank 2 or more, got shape {list(X.dims)}")
    *lead, m, n = X.dims
    k = _min(m, n)
    u, v = ((*lead, m, m), (*lead, n, n)) if full_matrices else ((*lead, m, k), (*lead, k, n))
    return Spec(u, X.dtype), Spec((*lead, k), X.dtype), Spec(v, X.dtype)


@svd.grad(saves="U S VH")
def _(c: Any, gu: Any, gs: Any, gv: Any) -> Any:
    u, s, vh = c.U, c.S, c.VH
    if gu is None and gv is None:
        return matmul(multiply(u, unsqueeze(gs, axes=[-2])), vh)
    if c.full_matrices:
        raise InvalidArgumentError("svd has a gradient through U and VH only for full_matrices=False")
    # Defined for singular values that differ from each other and from 0, as in PaddlePaddle.
    squares = multiply(s, s)
    row, column = unsqueeze(s, axes=[-2]), unsqueeze(s, axes=[-1])
    gaps = subtract(unsqueeze(squares, axes=[-2]), unsqueeze(squares, axes=[-1]))
    eye = matrix_power(gaps, n=0)
    weights = divide(subtract(scale(eye, scale=0.0, bias=1.0), eye), add(gaps, eye))
    inner = multiply(eye, unsqueeze(gs, axes=[-2])) if gs is not None else None
    outer = []
    if gu is not None:
        inner = _plus(inner, multiply(_both_ways(weights, matmul(adjoint(u), gu)), row))
        beside = divide(subtract(gu, matmul(u, matmul(adjoint(u), gu))), row)
        outer.append(matmul(beside, vh))
    if gv is not None:
        v, g = adjoint(vh), adjoint(gv)
        inner = _plus(inner, multiply(_both_ways(weights, matmul(vh, g)), column))
        beside = divide(subtract(g, matmul(v, matmul(vh, g))), row)
        outer.append(matmul(u, adjoint(beside)))
    dx = matmul(matmul(u, inner), vh)
    for part in outer:
        dx = add(dx, part)
    return dx


def _plus(a: Any, b: Any) -> Any:
    return b if a is None else add(a, b)


def _both_ways(weights: Any, x: Any) -> Any:
    part = multiply(weights, x)
    return add(part, adjoint(part))


svd.sample(f32(3, 2), grad="", tol=1e-4).sample(f32(2, 3, 3), grad="", tol=1e-4).sample(
    f32(2, 3), full_matrices=True, grad="", tol=1e-4
)


@op("eigh", out=("Eigenvalues", "Eigenvectors"))
def eigh(X, *, UPLO="L"):  # type: ignore[no-untyped-def]
    """Eigenvalues in ascending order, and eigenvectors, of symmetric matrices."""
    return tuple(np.linalg.eigh(X, UPLO))


def _real_of(dtype: DType) -> DType:
    return {complex64: float32, complex128: float64}.get(dtype, dtype)


@eigh.infer
def _(X: Any, *, UPLO: str = "L") -> Any:
    require_square("eigh", X)
    return Spec(X.dims[:-1], _real_of(X.dtype)), Spec(X.dims, X.dtype)


@eigh.grad(saves="Eigenvalues Eigenvectors")
def _(c: Any, gw: Any, gv: Any) -> Any:
    w, v = c.Eigenvalues, c.Eigenvectors
    dx = None
    if gv is not None:
        gaps = subtract(unsqueeze(w, axes=[-2]), unsqueeze(w, axes=[-1]))
        eye = matrix_power(v, n=0)
        # Off the diagonal 1 / gap, on it 0.
        weights = multiply(
            divide(subtract(scale(eye, scale=0.0, bias=1.0), eye), add(gaps, eye)), matmul(adjoint(v), gv)
        )
        dx = matmul(matmul(v, weights), adjoint(v))
    if gw is not None:
        part = matmul(multiply(v, unsqueeze(gw, axes=[-2])), adjoint(v))
        dx = part if dx is None else add(dx, part)
    return dx


eigh.sample(_POSITIVE, grad="", tol=1e-4).sample(
    np.stack([_POSITIVE, _POSITIVE * 2]), UPLO="U", grad="", tol=1e-4
)


@op("eigvalsh", out=("Eigenvalues", "Eigenvectors"))
def eigvalsh(X, *, UPLO="L", is_test=False):  # type: ignore[no-untyped-def]
    """Eigenvalues of symmetric matrices in ascending order (and the eigenvectors that their gradient needs)."""
    return tuple(np.linalg.eigh(X, UPLO))


@eigvalsh.infer
def _(X: Any, *, UPLO: str = "L", is_test: bool = False) -> Any:
    require_square("eigvalsh", X)
    return Spec(X.dims[:-1], _real_of(X.dtype)), Spec(X.dims, X.dtype)


@eigvalsh.grad(saves="Eigenvectors")
def _(c: Any, gw: Any, gv: Any) -> Any:
    v = c.Eigenvectors
    return matmul(multiply(v, unsqueeze(gw, axes=[-2])), adjoint(v))


eigvalsh.sample(_POSITIVE, grad="", tol=1e-4)


def _complex_of(dtype: DType) -> DType:
    return complex128 if dtype in (float64, complex128) else complex64


@op("eig", out=("Eigenvalues", "Eigenvectors"))
def eig(X):  # type: ignore[no-untyped-def]
    """Eigenvalues and eigenvectors of square matrices, complex. It has no gradient here."""
    kind = (
        np.complex128
        if (X.dtype.itemsize == 8 and X.dtype.kind == "f") or X.dtype.itemsize == 16
        else np.complex64
    )
    return tuple(a.astype(kind) for a in np.linalg.eig(X))


@eig.infer
def _(X: Any) -> Any:
    require_square("eig", X)
    return Spec(X.dims[:-1], _complex_of(X.dtype)), Spec(X.dims, _complex_of(X.dtype))


@op("eigvals")
def eigvals(X):  # type: ignore[no-untyped-def]
    """Eigenvalues of square matrices, complex. It has no gradient here."""
    return eig.kernel(X)[0]  # type: ignore[misc]


@eigvals.infer
def _(X: Any) -> Spec:
    require_square("eigvals", X)
    return Spec(X.dims[:-1], _complex_of(X.dtype))


eig.sample(_SAMPLE, grad="", tol=1e-4)
eigvals.sample(_SAMPLE, grad="", tol=1e-4).sample(_STACK, grad="", tol=1e-4)


@op("lstsq", out=("Solution", "Residuals", "Rank", "SingularValues"))
def lstsq(X, Y, *, rcond=0.0, driver="gels"):  # type: ignore[no-untyped-def]
    """The least-squares solution of ``X @ out = Y``, with residuals, ranks and singular values. No gradient here."""
    lead = np.broadcast_shapes(X.shape[:-2], Y.shape[:-2])
    m, n = X.shape[-2:]
    x, y = np.broadcast_to(X, (*lead, m, n)), np.broadcast_to(Y, (*lead, m, Y.shape[-1]))
    solution, rank = np.empty((*lead, n, Y.shape[-1]), X.dtype), np.empty(lead, np.int32)
    values = np.empty((*lead, min(m, n)), X.dtype)
    limit = rcond or None
    for at in np.ndindex(lead):
        solution[at], _, rank[at], values[at] = np.linalg.lstsq(x[at], y[at], limit)
    wanted = m > n and driver != "gelsy" and bool((rank == n).all())
    residuals = ((y - x @ solution) ** 2).sum(-2) if wanted else np.zeros((0,), X.dtype)
    return solution, residuals, rank, values if driver in ("gelss", "gelsd") else np.zeros((0,), X.dtype)


@lstsq.infer
def _(X: Any, Y: Any, *, rcond: float = 0.0, driver: str = "gels") -> Any:
    require_lapack("lstsq", X)
    if driver not in ("gels", "gelsy", "gelsd", "gelss"):
        raise InvalidArgumentError(f"driver must be gels, gelsy, gelsd or gelss, got {driver!r}")
    *lead, m, n = X.dims
    dims = D.broadcast(lead, Y.dims[:-2]) if lead or Y.dims[:-2] else ()
    known = isinstance(m, int) and isinstance(n, int)
    residuals = (
        (*dims, Y.dims[-1]) if driver != "gelsy" and known and m > n else (D.fresh(),) if not known else (0,)
    )
    values = (*dims, _min(m, n)) if driver in ("gelss", "gelsd") else (0,)
    return (
        Spec((*dims, n, Y.dims[-1]), X.dtype),
        Spec(residuals, X.dtype),
        Spec(dims, int32),
        Spec(values, X.dtype),
    )


lstsq.sample(f32(4, 2), f32(4, 3), grad="", tol=1e-4).sample(
    f32(3, 3), f32(3, 1), driver="gelsd", grad="", tol=1e-4
)


@op("matrix_rank")
def matrix_rank(X, TolTensor=None, *, tol=0.0, hermitian=False, use_default_tol=True):  # type: ignore[no-untyped-def]
    """The number of singular values (of absolute eigenvalues) above ``tol``."""
    limit = TolTensor if TolTensor is not None else None if use_default_tol else tol
    return np.asarray(np.linalg.matrix_rank(X, limit, hermitian)).astype(np.int64)


@matrix_rank.infer
def _(
    X: Any, TolTensor: Any = None, *, tol: float = 0.0, hermitian: bool = False, use_default_tol: bool = True
) -> Spec:
    require_lapack("matrix_rank", X)
    if hermitian:
        require_square("matrix_rank", X)
    return Spec(X.dims[:-2], int64)


matrix_rank.sample(_SAMPLE).sample(f32(2, 3, 2), tol=0.1, use_default_tol=False).sample(
    np.ones((3, 3), np.float32)
)


@op("lu", out=("Out", "Pivots", "Infos"))
def lu(X, *, pivots=True):  # type: ignore[no-untyped-def]
    """The LU decomposition with partial pivoting, in one matrix; the rows exchanged (from 1); the first zero pivot."""
    out = X.copy()
    m, n = X.shape[-2:]
    k = min(m, n)
    order, info = np.empty((*X.shape[:-2], k), np.int32), np.zeros(X.shape[:-2], np.int32)
    for at in np.ndindex(X.shape[:-2]):
        _lu_one(out[at], order[at], info, at, pivots)
    return out, order, info


def _lu_one(a: np.ndarray, order: np.ndarray, info: np.ndarray, at: Any, pivots: bool) -> None:
    for j in range(len(order)):
        best = j + int(np.argmax(np.abs(a[j:, j]))) if pivots else j
        order[j] = best + 1
        if best != j:
            a[[j, best]] = a[[best, j]]
        if a[j, j] == 0:
            info[at] = info[at] or j + 1
            continue
        a[j + 1 :, j] /= a[j, j]
        a[j + 1 :, j + 1 :] -= np.outer(a[j + 1 :, j], a[j, j + 1 :])


@lu.infer
def _(X: Any, *, pivots: bool = True) -> Any:
    require_lapack("lu", X)
    *lead, m, n = X.dims
    return Spec(X.dims, X.dtype), Spec((*lead, _min(m, n)), int32), Spec(tuple(lead), int32)


lu.sample(_SAMPLE, grad="", tol=1e-4).sample(f32(2, 3, 2), grad="", tol=1e-4)

guard(qr, svd, eigh, eigvalsh, eig, lstsq, matrix_rank, lu)
