"""Inverses, determinants and linear equations, by LAPACK through NumPy. ONNX has none: they run as kernel calls."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import dims as D
from ..errors import InvalidArgumentError, NotFoundError
from ..op import Op, Spec, op
from .elementwise import add, multiply, negate, scale, subtract
from .linalg import matmul
from .rules import require_float
from .samples import f32, f64
from .shape import transpose, unsqueeze

__all__ = [
    "cholesky",
    "cholesky_solve",
    "determinant",
    "inverse",
    "matrix_power",
    "slogdeterminant",
    "solve",
    "triangular_solve",
]


def require_lapack(what: str, X: Any) -> None:
    """Raise NotFoundError unless LAPACK has X's dtype: floats and complex numbers, but not halves."""
    require_float(what, X)
    if X.dtype.itemsize == 2:
        raise NotFoundError(
            f"the kernel `{what}` is not registered for {X.dtype.name}: cast the tensor to float32"
        )


def guard(*records: Op) -> None:
    """Let kernels refuse what LAPACK has not (NumPy makes float64 of bfloat16); the shape rule says what is wrong."""

    def guarded(kernel: Any) -> Any:
        def call(*arrays: Any, **attrs: Any) -> Any:
            if arrays[0].dtype.itemsize < 4 or arrays[0].dtype.kind not in "fc":
                raise TypeError(arrays[0].dtype)
            return kernel(*arrays, **attrs)

        return call

    for record in records:
        record.kernel = guarded(record.kernel)


def require_square(what: str, X: Any) -> None:
    """Raise InvalidArgumentError unless ``X`` holds square matrices of floats."""
    require_lapack(what, X)
    if len(X.dims) < 2:
        raise InvalidArgumentError(f"{what} needs a tensor of rank 2 or more, got shape {list(X.dims)}")
    a, b = X.dims[-2:]
    if isinstance(a, int) and isinstance(b, int) and a != b:
        raise InvalidArgumentError(
            f"{what} needs square matrices, but the last two sizes of {list(X.dims)} differ"
        )


def adjoint(x: Any) -> Any:
    """The matrices transposed (and conjugated)."""
    rank = len(x.dims)
    out = transpose(x, axis=[*range(rank - 2), rank - 1, rank - 2])
    if not x.dtype.is_complex:
        return out
    from .complexes import conj

    return conj(out)


def triangle(x: Any, lower: bool, diagonal: int = 0) -> Any:
    from ..op import OPS

    return OPS["tril_triu"](x, diagonal=diagonal, lower=lower)


# How far from singular the sample matrices are kept.
_SAMPLE = np.float32([[3, 1, 0.5], [0.2, 2, -1], [0.7, -0.4, 4]])
_POSITIVE = _SAMPLE @ _SAMPLE.T
_STACK = np.stack([_SAMPLE, _SAMPLE.T + np.eye(3, dtype=np.float32)])


@op("inverse", out="Output")
def inverse(Input):  # type: ignore[no-untyped-def]
    """The inverse of square matrices. Raises InvalidArgumentError for a singular one."""
    return np.linalg.inv(Input)


@inverse.infer
def _(Input: Any) -> Spec:
    require_square("inverse", Input)
    return Spec(Input.dims, Input.dtype)


@inverse.grad(saves="Output")
def _(c: Any, g: Any) -> Any:
    out = adjoint(c.Output)
    return negate(matmul(matmul(out, g), out))


inverse.sample(_SAMPLE, tol=1e-4).sample(_STACK, tol=1e-4).sample(f64(1, 1))


@op("determinant")
def determinant(Input):  # type: ignore[no-untyped-def]
    """The determinant of square matrices."""
    return np.asarray(np.linalg.det(Input), dtype=Input.dtype)


@determinant.infer
def _(Input: Any) -> Spec:
    require_square("determinant", Input)
    return Spec(Input.dims[:-2], Input.dtype)


@determinant.grad(saves="Input Out")
def _(c: Any, g: Any) -> Any:
    weight = unsqueeze(multiply(g, c.Out), axes=[len(c.Out.dims), len(c.Out.dims) + 1])
    return multiply(weight, adjoint(inverse(c.Input)))


determinant.sample(_SAMPLE, tol=1e-4).sample(_STACK, tol=1e-4)


@op("slogdeterminant")
def slogdeterminant(Input):  # type: ignore[no-untyped-def]
    """Sign and logarithm of the absolute determinant of square matrices, stacked."""
    return np.stack(np.linalg.slogdet(Input)).astype(Input.dtype)


@slogdeterminant.infer
def _(Input: Any) -> Spec:
    require_square("slogdeterminant", Input)
    return Spec((2, *Input.dims[:-2]), Input.dtype)


@slogdeterminant.grad(saves="Input")
def _(c: Any, g: Any) -> Any:
    from .index import slice_

    weight = slice_(g, axes=[0], starts=[1], ends=[2], decrease_axis=[0])
    weight = unsqueeze(weight, axes=[len(weight.dims), len(weight.dims) + 1])
    return multiply(weight, adjoint(inverse(c.Input)))


slogdeterminant.sample(_SAMPLE, tol=1e-4).sample(_STACK, tol=1e-4)


@op("cholesky")
def cholesky(X, *, upper=False):  # type: ignore[no-untyped-def]
    """The triangular root of symmetric positive matrices. Raises InvalidArgumentError for others."""
    lower = np.linalg.cholesky(X)
    return np.ascontiguousarray(lower.swapaxes(-1, -2).conj()) if upper else lower


@cholesky.infer
def _(X: Any, *, upper: bool = False) -> Spec:
    require_square("cholesky", X)
    return Spec(X.dims, X.dtype)


@cholesky.grad(saves="Out")
def _(c: Any, g: Any) -> Any:
    lower, g = (adjoint(c.Out), adjoint(g)) if c.upper else (c.Out, g)
    product = triangle(matmul(adjoint(lower), g), True)
    # Half of the diagonal: the lower triangle without it, plus half of what is missing.
    strict = triangle(product, True, -1)
    phi = scale(add(product, strict), scale=0.5)
    root = inverse(lower)
    dx = matmul(matmul(adjoint(root), phi), root)
    return scale(add(dx, adjoint(dx)), scale=0.5)


# Not by finite differences: those leave the symmetric matrices. tests/ops/test_factor.py checks along symmetric ones.
cholesky.sample(_POSITIVE, grad="", tol=1e-4).sample(
    np.stack([_POSITIVE, _POSITIVE * 2]), upper=True, grad="", tol=1e-4
)


@op("solve")
def solve(X, Y):  # type: ignore[no-untyped-def]
    """The solution of ``X @ out = Y``; a vector Y is one column."""
    if Y.ndim == 1:
        return np.linalg.solve(X, Y[:, None])[..., 0]
    return np.linalg.solve(X, Y)


@solve.infer
def _(X: Any, Y: Any) -> Spec:
    require_square("solve", X)
    if not Y.dims:
        raise InvalidArgumentError("solve: Y must have at least one axis")
    rows = Y.dims[-2] if len(Y.dims) > 1 else Y.dims[0]
    if isinstance(rows, int) and isinstance(X.dims[-1], int) and rows != X.dims[-1]:
        raise InvalidArgumentError(f"solve: X of shape {list(X.dims)} does not fit Y of shape {list(Y.dims)}")
    if len(Y.dims) == 1:
        return Spec((*X.dims[:-2], X.dims[-1]), X.dtype)
    return Spec((*D.broadcast(X.dims[:-2], Y.dims[:-2]), X.dims[-1], Y.dims[-1]), X.dtype)


@solve.grad(saves="X Y Out")
def _(c: Any, g: Any) -> Any:
    from .rules import sum_to
    from .shape import squeeze

    vector = len(c.Y.dims) == 1
    out, g = (unsqueeze(t, axes=[-1]) if vector else t for t in (c.Out, g))
    dy = solve(adjoint(c.X), g)
    dx = negate(matmul(dy, out, trans_y=True)) if c.needs("X") else None
    if vector:
        dy = squeeze(dy, axes=[-1])
    return dx if dx is None else sum_to(dx, c.like("X")), sum_to(dy, c.like("Y"))


solve.sample(_SAMPLE, f32(3, 2), tol=1e-4).sample(_STACK, f32(2, 3, 2), tol=1e-4).sample(
    _SAMPLE, f32(3), tol=1e-4
)
solve.sample(_SAMPLE, f32(2, 3, 2), tol=1e-4)


@op("triangular_solve")
def triangular_solve(X, Y, *, upper=True, transpose=False, unitriangular=False):  # type: ignore[no-untyped-def]
    """The solution of ``X @ out = Y`` reading one triangle of X only (transposed, with a diagonal of ones)."""
    return np.linalg.solve(_prepared(X, upper, transpose, unitriangular), Y)


def _prepared(X: np.ndarray, upper: bool, transposed: bool, unit: bool) -> np.ndarray:
    X = np.triu(X) if upper else np.tril(X)
    if unit:
        X = X.copy()
        at = np.arange(X.shape[-1])
        X[..., at, at] = 1
    return X.swapaxes(-1, -2) if transposed else X


@triangular_solve.infer
def _(X: Any, Y: Any, *, upper: bool = True, transpose: bool = False, unitriangular: bool = False) -> Spec:
    require_square("triangular_solve", X)
    if len(Y.dims) < 2:
        raise InvalidArgumentError(f"triangular_solve: Y must have rank 2 or more, got shape {list(Y.dims)}")
    return Spec((*D.broadcast(X.dims[:-2], Y.dims[:-2]), X.dims[-1], Y.dims[-1]), X.dtype)


@triangular_solve.grad(saves="X Out")
def _(c: Any, g: Any) -> Any:
    from .rules import sum_to

    attrs = {"upper": c.upper, "unitriangular": c.unitriangular}
    dy = triangular_solve(c.X, g, transpose=not c.transpose, **attrs)
    dx = None
    if c.needs("X"):
        whole = matmul(c.Out, dy, trans_y=True) if c.transpose else matmul(dy, c.Out, trans_y=True)
        part = triangle(whole, not c.upper, (1 if c.upper else -1) * bool(c.unitriangular))
        dx = sum_to(negate(part), c.like("X"))
    return dx, sum_to(dy, c.like("Y"))


triangular_solve.sample(_SAMPLE, f32(3, 2), tol=1e-4).sample(_STACK, f32(2, 3, 2), upper=False, tol=1e-4)
triangular_solve.sample(_SAMPLE, f32(3, 2), transpose=True, tol=1e-4).sample(
    _SAMPLE, f32(3, 2), unitriangular=True, tol=1e-4
)


@op("cholesky_solve", composite=True)
def cholesky_solve(X, Y, *, upper=False):  # type: ignore[no-untyped-def]
    """The solution of ``A @ out = X`` where ``Y`` is the triangular root of A."""
    half = triangular_solve(Y, X, upper=upper, transpose=upper)
    return triangular_solve(Y, half, upper=upper, transpose=not upper)


cholesky_solve.sample(f32(3, 2), np.tril(_SAMPLE), tol=1e-4).sample(
    f32(3, 2), np.triu(_SAMPLE), upper=True, tol=1e-4
)


@op("matrix_power", composite=True)
def matrix_power(X, *, n):  # type: ignore[no-untyped-def]
    """``X @ X @ ...`` n times; of the inverse for a negative n; the identity for 0."""
    require_square("matrix_power", X)
    if n < 0:
        return matrix_power(inverse(X), n=-n)
    if n == 0:
        from .creation import fill_any_like

        ones = fill_any_like(X, value=1.0)
        return subtract(triangle(ones, True), triangle(ones, True, -1))
    if n == 1:
        from .creation import assign

        return assign(X)
    result, square = None, X
    while n:
        if n & 1:
            result = square if result is None else matmul(result, square)
        n >>= 1
        if n:
            square = matmul(square, square)
    return result


matrix_power.sample(_SAMPLE, n=3, tol=1e-3).sample(_STACK, n=-2, tol=1e-3).sample(
    _SAMPLE, n=0, grad=""
).sample(_SAMPLE, n=1)

guard(inverse, determinant, slogdeterminant, cholesky, solve, triangular_solve)
