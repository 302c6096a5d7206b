"""Random tensors. All numbers come from the generator that :func:`paddlelite.seed` seeds."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..dtypes import DType, default_dtype, dtype_of, float32, int32, int64
from ..errors import InvalidArgumentError, InvalidTypeError
from ..framework.random import next_state
from ..ops import distributions as S
from ..ops import random as R
from .creation import shape_slots, to_tensor
from .operators import astype
from .tensor import Tensor, method
from .varargs import one_by_one

__all__ = [
    "bernoulli",
    "bernoulli_",
    "binomial",
    "cauchy_",
    "geometric_",
    "log_normal",
    "log_normal_",
    "multinomial",
    "normal",
    "normal_",
    "poisson",
    "rand",
    "rand_like",
    "randint",
    "randint_like",
    "randn",
    "randn_like",
    "randperm",
    "standard_gamma",
    "standard_normal",
    "uniform",
    "uniform_",
]


def _float_dtype(dtype: Any, what: str, complex_too: bool = False) -> DType:
    want = default_dtype() if dtype is None else dtype_of(dtype)
    if not (want.is_floating or (complex_too and want.is_complex)):
        raise InvalidTypeError(
            f"The dtype of {what} must be float16, bfloat16, float32 or float64, but received {want.name}"
        )
    return want


@one_by_one(0)
def rand(shape: Any, dtype: Any = None, name: str | None = None) -> Tensor:
    """Numbers uniform in [0, 1). Paddle op: uniform_random.

    ``shape``: sizes (a list, also of tensors, or an integer tensor). Raises InvalidTypeError unless ``dtype`` floats.

    >>> import paddlelite as paddle
    >>> paddle.rand([2, 3]).shape
    paddle.Size([2, 3])
    """
    return uniform(shape, dtype, 0.0, 1.0)


def uniform(
    shape: Any, dtype: Any = None, min: float = 0, max: float = 1.0, seed: int = 0, name: str | None = None
) -> Tensor:
    """Numbers uniform in [min, max); a ``seed`` other than 0 fixes them. Paddle op: uniform_random."""
    want = _float_dtype(dtype, "uniform")
    attrs, tensor, tensors = shape_slots(shape)
    _check_sizes(attrs, tensor, tensors, "uniform")
    return R.uniform_random(
        next_state(), tensor, tensors, **attrs, dtype=want, min=float(min), max=float(max), seed=int(seed)
    )


def _check_sizes(attrs: Any, tensor: Any, tensors: Any, what: str) -> None:
    if tensor is None and tensors is None and any(s < 0 for s in attrs["shape"]):
        raise InvalidArgumentError(f"{what}: the sizes of a tensor can not be negative, got {attrs['shape']}")


@one_by_one(0)
def randn(shape: Any, dtype: Any = None, name: str | None = None) -> Tensor:
    """Numbers of the standard normal distribution. Paddle op: gaussian_random."""
    return gaussian(shape, dtype=dtype)


standard_normal = randn


def gaussian(
    shape: Any, mean: Any = 0.0, std: Any = 1.0, seed: int = 0, dtype: Any = None, name: str | None = None
) -> Tensor:
    """Normally distributed numbers. Paddle op: gaussian_random."""
    want = _float_dtype(dtype, "gaussian", complex_too=True)
    attrs, tensor, tensors = shape_slots(shape)
    _check_sizes(attrs, tensor, tensors, "gaussian")
    return R.gaussian_random(
        next_state(), tensor, tensors, **attrs, dtype=want, mean=float(mean), std=float(std), seed=int(seed)
    )


def normal(mean: Any = 0.0, std: Any = 1.0, shape: Any = None, name: str | None = None) -> Tensor:
    """Normally distributed numbers; ``mean`` and ``std`` are numbers, or tensors that give the shape.

    Raises InvalidTypeError for means or deviations that are not numbers or floating tensors.
    """
    for what, v in (("mean", mean), ("std", std)):
        if isinstance(v, Tensor) and not v.dtype.is_floating:
            raise InvalidTypeError(f"normal: {what} must be a floating tensor, got {v.dtype.name}")
        if not isinstance(v, (Tensor, int, float, np.generic)):
            raise InvalidTypeError(f"normal: {what} must be a number or a Tensor, got {type(v).__name__}")
    if isinstance(mean, Tensor) or isinstance(std, Tensor):
        base = mean + std
        return standard_normal(_shape_of(base), base.dtype) * std + mean
    if shape is None:
        shape = [1]
    return gaussian(shape, mean, std)


def _shape_of(x: Tensor) -> Any:
    return list(x.dims) if all(isinstance(d, int) for d in x.dims) else x.shape


def randint(
    low: int = 0, high: int | None = None, shape: Any = (1,), dtype: Any = None, name: str | None = None
) -> Tensor:
    """Integers in [low, high), or in [0, low) when only ``low`` is given. Paddle op: randint.

    Raises InvalidArgumentError when the range is empty, InvalidTypeError for a dtype other than int32 and int64.
    """
    want = int64 if dtype is None else dtype_of(dtype)
    if want not in (int32, int64):
        raise InvalidTypeError(f"randint makes int32 or int64, but received dtype {want.name}")
    if high is None:
        if low <= 0:
            raise InvalidArgumentError(
                f"If high is None, low must be greater than 0, but received low = {low}."
            )
        low, high = 0, low
    if low >= high:
        raise InvalidArgumentError(
            f"randint's low must less then high, but received low = {low}, high = {high}"
        )
    attrs, tensor, tensors = shape_slots(shape)
    _check_sizes(attrs, tensor, tensors, "randint")
    return R.randint(next_state(), tensor, tensors, **attrs, low=int(low), high=int(high), dtype=want)


def randint_like(
    x: Tensor, low: int = 0, high: int | None = None, dtype: Any = None, name: str | None = None
) -> Tensor:
    """:func:`randint` in the shape (and dtype, also a floating one) of ``x``."""
    want = x.dtype if dtype is None else dtype_of(dtype)
    return astype(randint(low, high, _shape_of(x), int64), want)


def randperm(n: int, dtype: Any = "int64", name: str | None = None) -> Tensor:
    """The numbers 0 .. n - 1 in random order. Paddle op: randperm. Raises InvalidArgumentError when n < 0."""
    want = dtype_of(dtype)
    if want.is_bool or want.is_complex:
        raise InvalidTypeError(
            f"randperm makes int32, int64, float32 or float64, but received dtype {want.name}"
        )
    if n < 0:
        raise InvalidArgumentError(f"The input n should not be negative in randperm op, got {n}.")
    return R.randperm(next_state(), n=int(n), dtype=want)


def _probabilities(x: Any, what: str) -> Tensor:
    if not isinstance(x, Tensor):
        raise InvalidTypeError(f"{what}(): argument 'x' must be Tensor, but got {type(x).__name__}")
    if not x.dtype.is_floating:
        raise InvalidTypeError(f"{what}: x must be a floating tensor, got {x.dtype.name}")
    return x


def bernoulli(x: Tensor, p: float | None = None, name: str | None = None) -> Tensor:
    """1 with probability ``x`` (or ``p`` everywhere), else 0. Paddle op: bernoulli.

    Raises InvalidArgumentError for a probability outside [0, 1].
    """
    x = _probabilities(x, "bernoulli")
    if p is not None:
        from .creation import full_like

        if not 0 <= p <= 1:
            raise InvalidArgumentError(f"bernoulli: p must be in [0, 1], got {p}")
        x = full_like(x, p)
    return S.bernoulli(next_state(), x)


def poisson(x: Tensor, name: str | None = None) -> Tensor:
    """Poisson distributed counts with mean ``x``. Paddle op: poisson."""
    return S.poisson(next_state(), _probabilities(x, "poisson"))


@method()
def multinomial(
    x: Tensor, num_samples: int = 1, replacement: bool = False, name: str | None = None
) -> Tensor:
    """Indices along the last axis of ``x`` (rank 1 or 2), drawn with probabilities proportional to it.

    Raises InvalidArgumentError for negative weights, a row of zeros, or too many samples without replacement.
    """
    x = _probabilities(x, "multinomial")
    if len(x.dims) not in (1, 2):
        raise InvalidArgumentError(
            "The number of dimensions of the input probability distribution should be > 0 and <= 2, but got "
            f"{len(x.dims)}."
        )
    if num_samples < 1:
        raise InvalidArgumentError(f"The number of samples should be > 0, but got {num_samples}.")
    return S.multinomial(next_state(), x, num_samples=int(num_samples), replacement=bool(replacement))


def binomial(count: Tensor, prob: Tensor, name: str | None = None) -> Tensor:
    """How many of ``count`` trials succeed, each with probability ``prob``; int64."""
    return S.binomial(next_state(), count, _probabilities(prob, "binomial"))


def standard_gamma(x: Tensor, name: str | None = None) -> Tensor:
    """Numbers of the gamma distribution with shape parameter ``x`` and scale 1."""
    return S.standard_gamma(next_state(), _probabilities(x, "standard_gamma"))


def log_normal(mean: Any = 1.0, std: Any = 2.0, shape: Any = None, name: str | None = None) -> Tensor:
    """Numbers whose logarithm is normally distributed with ``mean`` and ``std``."""
    return normal(mean, std, shape).exp()


def rand_like(x: Tensor, name: str | None = None, *, dtype: Any = None) -> Tensor:
    """:func:`rand` in the shape (and dtype) of ``x``."""
    return rand(_shape_of(x), x.dtype if dtype is None else dtype)


def randn_like(x: Tensor, name: str | None = None, *, dtype: Any = None) -> Tensor:
    """:func:`randn` in the shape (and dtype) of ``x``."""
    return randn(_shape_of(x), x.dtype if dtype is None else dtype)


# In place


@method("uniform_")
def uniform_(
    x: Tensor, min: float = -1.0, max: float = 1.0, seed: int = 0, name: str | None = None
) -> Tensor:
    """Fill ``x`` with numbers uniform in [min, max)."""
    return x._write(uniform(_shape_of(x), x.dtype, min, max, seed))


@method("normal_")
def normal_(x: Tensor, mean: float = 0.0, std: float = 1.0, name: str | None = None) -> Tensor:
    """Fill ``x`` with normally distributed numbers."""
    return x._write(gaussian(_shape_of(x), mean, std, dtype=x.dtype))


@method("exponential_")
def exponential_(x: Tensor, lam: float = 1.0, name: str | None = None) -> Tensor:
    """Fill ``x`` with exponentially distributed numbers of rate ``lam``. Paddle op: exponential."""
    return x._write(S.exponential(next_state(), _probabilities(x, "exponential_"), **{"lambda": float(lam)}))


@method("bernoulli_")
def bernoulli_(x: Tensor, p: Any = 0.5, name: str | None = None) -> Tensor:
    """Fill ``x`` with 1 with probability ``p`` (a number or a tensor that broadcasts to it), else 0."""
    draw = uniform(_shape_of(x), float32, 0.0, 1.0)
    chance = p if isinstance(p, Tensor) else to_tensor(float(p), float32)
    return x._write(astype(draw < chance, x.dtype))


@method("log_normal_")
def log_normal_(x: Tensor, mean: float = 1.0, std: float = 2.0, name: str | None = None) -> Tensor:
    """Fill ``x`` with numbers whose logarithm is normally distributed."""
    return x._write(gaussian(_shape_of(x), mean, std, dtype=x.dtype).exp())


@method("cauchy_")
def cauchy_(x: Tensor, loc: float = 0, scale: float = 1, name: str | None = None) -> Tensor:
    """Fill ``x`` with numbers of the Cauchy distribution."""
    turn = uniform(_shape_of(x), x.dtype, -0.5, 0.5)
    return x._write((turn * np.pi).tan() * scale + loc)


@method("geometric_")
def geometric_(x: Tensor, probs: Any, name: str | None = None) -> Tensor:
    """Fill ``x`` with numbers of the geometric distribution, continuous as in PaddlePaddle: log(u) / log(1 - probs)."""
    chance = probs if isinstance(probs, Tensor) else to_tensor(float(probs), x.dtype)
    draw = 1.0 - uniform(_shape_of(x), x.dtype, 0.0, 1.0)
    return x._write(draw.log() / (1.0 - chance).log())
