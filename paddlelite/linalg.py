"""paddle.linalg: the names of linear algebra in one place."""

from .tensor.factor import (
    cholesky,
    cholesky_solve,
    cond,
    corrcoef,
    cov,
    det,
    eig,
    eigh,
    eigvals,
    eigvalsh,
    inv,
    lstsq,
    lu,
    matrix_power,
    matrix_rank,
    multi_dot,
    pinv,
    qr,
    slogdet,
    solve,
    svd,
    svdvals,
    triangular_solve,
)
from .tensor.linalg import cross, matmul, matrix_norm, norm, vector_norm

__all__ = [
    "cholesky",
    "cholesky_solve",
    "cond",
    "corrcoef",
    "cov",
    "cross",
    "det",
    "eig",
    "eigh",
    "eigvals",
    "eigvalsh",
]
__all__ += [
    "inv",
    "lstsq",
    "lu",
    "matmul",
    "matrix_norm",
    "matrix_power",
    "matrix_rank",
    "multi_dot",
    "norm",
    "pinv",
]
__all__ += ["qr", "slogdet", "solve", "svd", "svdvals", "triangular_solve", "vector_norm"]
