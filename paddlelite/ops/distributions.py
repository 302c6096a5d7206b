"""Draws that depend on a tensor: bernoulli, binomial, poisson, exponential, gamma, dirichlet, multinomial."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import dims as D
from ..dtypes import float32, float64, int64
from ..errors import InvalidArgumentError
from ..op import Spec, op
from .creation import fill_any_like
from .random import STATE, stream
from .samples import f32


@op("bernoulli")
def bernoulli(RngState, X):  # type: ignore[no-untyped-def]
    """1 with probability ``X``, else 0. ONNX: Bernoulli (not the same numbers)."""
    if X.size and not (X.min() >= 0 and X.max() <= 1):
        raise InvalidArgumentError(f"bernoulli: probabilities must be in [0, 1], got {X.min()} .. {X.max()}")
    kind = np.float64 if X.dtype == np.float64 else np.float32
    return (stream(RngState).random(X.shape, dtype=kind) < X).astype(X.dtype)


bernoulli.infer(lambda RngState, X: Spec(X.dims, X.dtype))
bernoulli.onnx(lambda b, RngState, X: b.Bernoulli(X))
bernoulli.sample(STATE, f32(3, 4, low=0.1, high=0.9))


@op("poisson")
def poisson(RngState, X):  # type: ignore[no-untyped-def]
    """Poisson distributed counts with mean ``X``."""
    if X.size and not X.min() >= 0:
        raise InvalidArgumentError(f"poisson: rates must not be negative, got {X.min()}")
    return np.asarray(stream(RngState).poisson(X.astype(np.float64)), X.dtype)


poisson.infer(lambda RngState, X: Spec(X.dims, X.dtype))
# What is drawn does not depend smoothly on X: PaddlePaddle defines the gradient as zero.
poisson.grad(lambda c, g: (None, fill_any_like(g, value=0.0)), saves="")
poisson.sample(STATE, f32(3, 4, low=0.1, high=5.0), grad="")


@op("exponential")
def exponential(RngState, X, **attrs):  # type: ignore[no-untyped-def]
    """Exponentially distributed numbers of the shape of ``X`` with rate ``lambda``. ONNX: RandomUniformLike, Log."""
    kind = np.float64 if X.dtype == np.float64 else np.float32
    out = np.asarray(stream(RngState).standard_exponential(X.shape, dtype=kind), kind)
    out /= kind(attrs.get("lambda", 1.0))
    return out.astype(X.dtype, copy=False)


# Python has no parameter called lambda, so the attribute is named here.
exponential.attrs = {"lambda": 1.0}
exponential.infer(lambda RngState, X, **attrs: Spec(X.dims, X.dtype))


@exponential.onnx
def _(b: Any, RngState: Any, X: Any, **attrs: Any) -> Any:
    wide = X if X.dtype in (float32, float64) else b.cast(X, "float32")
    # 1 - u is in (0, 1], so that the logarithm is finite.
    u = b.RandomUniformLike(wide)
    return b.cast(b.Div(b.Neg(b.Log(b.Sub(1.0, u))), float(attrs["lambda"])), X.dtype)


exponential.sample(STATE, f32(3, 4)).sample(STATE, f32(2), **{"lambda": 2.5})


@op("multinomial")
def multinomial(RngState, X, *, num_samples=1, replacement=False):  # type: ignore[no-untyped-def]
    """``num_samples`` indices along the last axis, drawn with probabilities proportional to ``X``."""
    draw = stream(RngState)
    weights = X.astype(np.float64)
    total = weights.sum(-1, keepdims=True)
    if not (weights.size and weights.min() >= 0 and np.isfinite(total).all() and total.min() > 0):
        raise InvalidArgumentError(
            "multinomial: each row of probabilities must be non-negative and finite, and their sum positive"
        )
    if replacement:
        steps = (weights / total).cumsum(-1)
        steps[..., -1] = 1.0  # whatever the rounding of the sum
        u = draw.random((*X.shape[:-1], num_samples))
        rows = steps.reshape(-1, X.shape[-1])
        found = [
            np.searchsorted(row, v, side="right")
            for row, v in zip(rows, u.reshape(-1, num_samples), strict=True)
        ]
        return np.asarray(found, np.int64).reshape(u.shape)
    if num_samples > (weights > 0).sum(-1).min():
        raise InvalidArgumentError(
            f"multinomial without replacement: num_samples ({num_samples}) is more than the number of non-zero "
            "categories"
        )
    # The order of exponential arrival times with rates X is the order of drawing without replacement.
    with np.errstate(divide="ignore"):
        arrivals = draw.standard_exponential(X.shape) / weights
    return np.argsort(arrivals, -1, kind="stable")[..., :num_samples].astype(np.int64)


@multinomial.infer
def _(RngState: Any, X: Any, *, num_samples: int = 1, replacement: bool = False) -> Spec:
    if len(X.dims) not in (1, 2):
        raise InvalidArgumentError(
            "The number of dimensions of the input probability distribution should be > 0 and <= 2, but got "
            f"{len(X.dims)}."
        )
    if num_samples < 1:
        raise InvalidArgumentError(f"The number of samples should be > 0, but got {num_samples}.")
    if not replacement and isinstance(X.dims[-1], int) and num_samples > X.dims[-1]:
        raise InvalidArgumentError(
            f"When replacement is False, number of samples should be less than non-zero categories, got {num_samples} "
            f"of {X.dims[-1]}"
        )
    return Spec((*X.dims[:-1], num_samples), int64)


multinomial.sample(STATE, f32(4, low=0.1, high=1.0), num_samples=3)
multinomial.sample(STATE, f32(2, 4, low=0.1, high=1.0), num_samples=6, replacement=True)


@op("binomial", out="out")
def binomial(RngState, count, prob):  # type: ignore[no-untyped-def]
    """How many of ``count`` trials succeed, each with probability ``prob``. int64."""
    if prob.size and not (prob.min() >= 0 and prob.max() <= 1):
        raise InvalidArgumentError(
            f"binomial: probabilities must be in [0, 1], got {prob.min()} .. {prob.max()}"
        )
    if count.size and not count.min() >= 0:
        raise InvalidArgumentError(f"binomial: counts must not be negative, got {count.min()}")
    return np.asarray(stream(RngState).binomial(count.astype(np.int64), prob.astype(np.float64)), np.int64)


@binomial.infer
def _(RngState: Any, count: Any, prob: Any) -> Spec:
    return Spec(D.broadcast(count.dims, prob.dims), int64)


binomial.sample(STATE, np.array([3.0, 10.0], np.float32), f32(2, low=0.1, high=0.9))


@op("standard_gamma", out="out")
def standard_gamma(RngState, x):  # type: ignore[no-untyped-def]
    """Numbers of the gamma distribution with shape parameter ``x`` and scale 1."""
    if x.size and not x.min() >= 0:
        raise InvalidArgumentError(f"standard_gamma: shape parameters must not be negative, got {x.min()}")
    return np.asarray(stream(RngState).standard_gamma(x.astype(np.float64)), x.dtype)


standard_gamma.infer(lambda RngState, x: Spec(x.dims, x.dtype))
standard_gamma.sample(STATE, f32(2, 3, low=0.5, high=4.0), grad="")


@op("dirichlet")
def dirichlet(RngState, Alpha):  # type: ignore[no-untyped-def]
    """Vectors (the last axis) of positive numbers that sum to 1, with concentrations ``Alpha``."""
    if Alpha.size and not Alpha.min() > 0:
        raise InvalidArgumentError(f"dirichlet: concentrations must be positive, got {Alpha.min()}")
    parts = stream(RngState).standard_gamma(Alpha.astype(np.float64))
    return (parts / parts.sum(-1, keepdims=True)).astype(Alpha.dtype)


@dirichlet.infer
def _(RngState: Any, Alpha: Any) -> Spec:
    if not Alpha.dims:
        raise InvalidArgumentError("dirichlet needs at least one dimension")
    return Spec(Alpha.dims, Alpha.dtype)


dirichlet.sample(STATE, f32(2, 3, low=0.5, high=4.0), grad="")
