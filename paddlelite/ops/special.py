"""Special functions that NumPy does not have, on arrays: erf, erfinv, lgamma, digamma, i0."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np

__all__ = ["digamma", "erf", "erfinv", "i0", "lgamma", "polygamma"]

# Elements a block: a block and its two temporaries stay in the cache between the passes.
_BLOCK = 32768

# erf(x) = tanh(x * P(x^2)), fitted on [0, 4.2] with an error of 6e-8. NumPy's float32 tanh is vectorised, so this
# takes half the passes of a rational approximation; beyond 4.2 the argument stays above 8, where tanh is 1.
_P = (1.5894089006252646e-07, -5.9853281361393485e-06, 8.971032346644618e-05, -0.000625713731529604,
      -0.0001843899904797673, 0.10276548392289085, 1.1283797052458846)  # fmt: skip


def in_blocks(function: Callable[[np.ndarray, np.ndarray], None], X: np.ndarray) -> np.ndarray:
    """``function(x, out)`` over consecutive pieces of ``X``; the result has X's shape and dtype."""
    x = np.ascontiguousarray(X).reshape(-1)
    out = np.empty_like(x)
    for start in range(0, x.size, _BLOCK):
        function(x[start : start + _BLOCK], out[start : start + _BLOCK])
    return out.reshape(X.shape)


def _horner(coefficients: tuple[float, ...], x: np.ndarray) -> np.ndarray:
    total = np.full_like(x, coefficients[0])
    for c in coefficients[1:]:
        total *= x
        total += c
    return total


@cache
def _coefficients(factor: float) -> tuple[np.ndarray, ...]:
    """The coefficients of P for erf(factor * x), as 0-D arrays: the fastest operands."""
    powers = (factor ** (2 * k + 1) for k in reversed(range(len(_P))))
    return tuple(np.array(c * f, np.float32) for c, f in zip(_P, powers, strict=True))


def erf_scaled(x: np.ndarray, out: np.ndarray, factor: float = 1.0) -> None:
    """``erf(factor * x)`` of one block of float32 into ``out``."""
    first, *rest = _coefficients(factor)
    square = x * x
    np.multiply(square, first, out=out)
    for c in rest[:-1]:
        out += c
        out *= square
    out += rest[-1]
    out *= x
    np.tanh(out, out=out)


def _each(function: Callable[[float], float], X: np.ndarray) -> np.ndarray:
    values = np.fromiter(map(function, X.astype(np.float64).reshape(-1).tolist()), np.float64, X.size)
    return values.reshape(X.shape).astype(X.dtype)


def erf(X: np.ndarray) -> np.ndarray:
    """The error function, in X's dtype."""
    if X.dtype == np.float32:
        return in_blocks(erf_scaled, X)
    return erf(X.astype(np.float32)).astype(X.dtype) if X.dtype.itemsize == 2 else _each(math.erf, X)


def _lgamma(x: float) -> float:
    if math.isnan(x):
        return x
    # Poles at 0, -1, -2, ...
    if x > 2.5e305 or (x <= 0 and (math.isinf(x) or x == math.floor(x))):
        return math.inf
    return math.lgamma(x)


def lgamma(X: np.ndarray) -> np.ndarray:
    """log |gamma(x)|."""
    return _each(_lgamma, X)


def digamma(X: np.ndarray) -> np.ndarray:
    """The derivative of lgamma: recurrence up to x >= 10, then the asymptotic series; reflection for x < 0."""
    x = X.astype(np.float64)
    with np.errstate(all="ignore"):
        reflected = x < 0
        y = np.where(reflected, 1 - x, x)
        total = np.zeros_like(y)
        for _ in range(10):
            small = y < 10
            total -= np.where(small, 1 / y, 0)
            y = np.where(small, y + 1, y)
        w = 1 / (y * y)
        series = _horner((-1 / 12, 691 / 32760, -1 / 132, 1 / 240, -1 / 252, 1 / 120, -1 / 12, 0.0), w)
        total += np.log(y) - 0.5 / y + series
        total -= np.where(reflected, np.pi / np.tan(np.pi * x), 0)
        total = np.where(
            (x == 0) | (reflected & (x == np.floor(x))), np.where(x == 0, -np.inf, np.nan), total
        )
    return total.astype(X.dtype)


def polygamma(X: np.ndarray, n: int) -> np.ndarray:
    """The n-th derivative of digamma: ``(-1)^(n + 1) n! zeta(n + 1, x)``, by Euler-Maclaurin summation."""
    if n == 0:
        return digamma(X)
    x, s, terms = X.astype(np.float64), n + 1, 12
    with np.errstate(all="ignore"):
        total = sum(((x + k) ** -s for k in range(terms)), np.zeros_like(x))
        y = x + terms
        total += y ** (1 - s) / (s - 1) + 0.5 * y**-s
        rising = float(s)
        for j, bernoulli in enumerate((1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730), 1):
            total += bernoulli / math.factorial(2 * j) * rising * y ** (1 - s - 2 * j)
            rising *= (s + 2 * j - 1) * (s + 2 * j)
        total *= (-1.0) ** (n + 1) * math.factorial(n)
    return np.asarray(total, dtype=X.dtype)


def erfinv(X: np.ndarray) -> np.ndarray:
    """The inverse of erf: Giles' single-precision polynomials, then two Newton steps in double precision."""
    x = X.astype(np.float64)
    with np.errstate(all="ignore"):
        w = -np.log((1 - x) * (1 + x))
        near = _horner(
            (2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087, -0.00125372503,
             -0.00417768164, 0.246640727, 1.50140941), w - 2.5)  # fmt: skip
        far = _horner(
            (-0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613,
             0.00943887047, 1.00167406, 2.83297682), np.sqrt(w) - 3)  # fmt: skip
        y = np.where(w < 5, near, far) * x
        for _ in range(2):
            y -= (_each(math.erf, y) - x) / (2 / math.sqrt(math.pi) * np.exp(-y * y))
        y = np.where(np.abs(x) == 1, np.copysign(np.inf, x), np.where(np.abs(x) > 1, np.nan, y))
    return np.asarray(y, dtype=X.dtype)


def i0(X: np.ndarray) -> np.ndarray:
    """The modified Bessel function of the first kind, order 0."""
    return np.asarray(np.i0(X.astype(np.float64)), dtype=X.dtype).reshape(X.shape)
