"""paddle.distribution: random numbers with their probabilities, entropies and divergences.

Parameters may be tensors with gradients; `rsample` and everything computed of them can be differentiated.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from .autograd import no_grad
from .dtypes import get_default_dtype
from .errors import InvalidArgumentError, InvalidTypeError, UnimplementedError
from .nn import functional as F
from .tensor.creation import to_tensor
from .tensor.manipulation import reshape, transpose
from .tensor.random import bernoulli, gaussian, multinomial, uniform
from .tensor.scattering import take_along_axis
from .tensor.search import where
from .tensor.tensor import Tensor

__all__ = [
    "Bernoulli", "Categorical", "Distribution", "Exponential", "Laplace", "Normal", "Uniform", "kl_divergence",
    "register_kl",
]  # fmt: skip

_TINY = float(np.finfo("float32").tiny)


class Distribution:
    """Base of the distributions.

    ``batch_shape``: one distribution for each element of the parameters; ``event_shape``: of a sample.
    """

    def __init__(self, batch_shape: Sequence[int] = (), event_shape: Sequence[int] = ()) -> None:
        self._batch_shape, self._event_shape = tuple(batch_shape), tuple(event_shape)

    @property
    def batch_shape(self) -> tuple[int, ...]:
        return self._batch_shape

    @property
    def event_shape(self) -> tuple[int, ...]:
        return self._event_shape

    @property
    def mean(self) -> Tensor:
        raise self._lacks("mean")

    @property
    def variance(self) -> Tensor:
        raise self._lacks("variance")

    def sample(self, shape: Sequence[int] = ()) -> Tensor:
        """Numbers of shape ``shape + batch_shape + event_shape``, without gradients."""
        with no_grad():
            return self.rsample(shape)

    def rsample(self, shape: Sequence[int] = ()) -> Tensor:
        """As `sample`, with gradients of the parameters."""
        raise self._lacks("rsample")

    def entropy(self) -> Tensor:
        """In nats."""
        raise self._lacks("entropy")

    def log_prob(self, value: Tensor) -> Tensor:
        """The logarithm of the probability, or of its density."""
        raise self._lacks("log_prob")

    def prob(self, value: Tensor) -> Tensor:
        """The probability, or its density."""
        return self.log_prob(value).exp()

    def probs(self, value: Tensor) -> Tensor:
        """As `prob`."""
        return self.prob(value)

    def kl_divergence(self, other: Distribution) -> Tensor:
        """How far ``other`` is from this one: `kl_divergence` of the two."""
        return kl_divergence(self, other)

    def _lacks(self, what: str) -> UnimplementedError:
        return UnimplementedError(f"{type(self).__name__} has no {what}")

    def _extend_shape(self, shape: Any) -> list[int]:
        if not isinstance(shape, Iterable):
            raise InvalidTypeError(f"sample shape must be Iterable object, but is {shape!r}")
        return [*(int(size) for size in shape), *self._batch_shape, *self._event_shape]


def _parameters(*given: Any) -> list[Tensor]:
    """Numbers, lists, arrays and tensors as floating tensors of one shape."""
    for each in given:
        if not isinstance(each, (numbers.Real, list, tuple, np.ndarray, Tensor)):
            raise InvalidTypeError(
                "Type of input args must be float, list, tuple, numpy.ndarray or Tensor, but received type "
                f"{type(each)}"
            )
    tensors = [each for each in given if isinstance(each, Tensor)]
    arrays = [
        each for each in given if isinstance(each, np.ndarray) and each.dtype in (np.float32, np.float64)
    ]
    dtype = tensors[0].dtype if tensors else arrays[0].dtype.name if arrays else get_default_dtype()
    made = [each if isinstance(each, Tensor) else to_tensor(each, dtype=dtype) for each in given]
    total: Any = sum(each * 0.0 for each in made)
    return [each if each.shape == total.shape else each + total for each in made]


def _positive(name: str, value: Tensor) -> None:
    if value._data is not None and not (value._data > 0).all():
        raise InvalidArgumentError(f"{name} should be positive, but is {value._data.ravel()[:5].tolist()}")


class Normal(Distribution):
    """The normal distribution with mean ``loc`` and standard deviation ``scale``.

    Raises TypeError for what is no number, ValueError for a scale that is not positive.

    >>> import paddlelite as paddle
    >>> normal = paddle.distribution.Normal(0.0, 2.0)
    >>> round(float(normal.log_prob(paddle.to_tensor(1.0))), 4), round(float(normal.entropy()), 4)
    (-1.7371, 2.1121)
    """

    def __init__(self, loc: Any, scale: Any, name: str | None = None) -> None:
        self.name = name or "Normal"
        self.loc, self.scale = _parameters(loc, scale)
        _positive("scale", self.scale)
        super().__init__(self.loc.shape)

    @property
    def mean(self) -> Tensor:
        return self.loc

    @property
    def stddev(self) -> Tensor:
        return self.scale

    @property
    def variance(self) -> Tensor:
        return self.scale**2

    def sample(self, shape: Sequence[int] = (), seed: int = 0) -> Tensor:
        """Numbers of shape ``shape + batch_shape``; a ``seed`` other than 0 fixes them."""
        with no_grad():
            return (
                self.loc + gaussian(self._extend_shape(shape), seed=seed, dtype=self.loc.dtype) * self.scale
            )

    def rsample(self, shape: Sequence[int] = ()) -> Tensor:
        return self.loc + gaussian(self._extend_shape(shape), dtype=self.loc.dtype) * self.scale

    def log_prob(self, value: Tensor) -> Tensor:
        apart = (value - self.loc) / self.scale
        return -0.5 * apart * apart - self.scale.log() - 0.5 * math.log(2 * math.pi)

    def entropy(self) -> Tensor:
        return self.scale.log() + 0.5 + 0.5 * math.log(2 * math.pi)

    def cdf(self, value: Tensor) -> Tensor:
        """The probability of less than ``value``."""
        return 0.5 * (1 + ((value - self.loc) / (self.scale * math.sqrt(2))).erf())


class Uniform(Distribution):
    """The uniform distribution from ``low`` to ``high``.

    >>> import paddlelite as paddle
    >>> round(float(paddle.distribution.Uniform(1.0, 3.0).entropy()), 4)
    0.6931
    """

    def __init__(self, low: Any, high: Any, name: str | None = None) -> None:
        self.name = name or "Uniform"
        self.low, self.high = _parameters(low, high)
        super().__init__(self.low.shape)

    @property
    def mean(self) -> Tensor:
        return (self.low + self.high) / 2

    @property
    def variance(self) -> Tensor:
        return (self.high - self.low) ** 2 / 12

    def sample(self, shape: Sequence[int] = (), seed: int = 0) -> Tensor:
        """Numbers of shape ``shape + batch_shape``; a ``seed`` other than 0 fixes them."""
        with no_grad():
            return self._drawn(shape, seed)

    def rsample(self, shape: Sequence[int] = ()) -> Tensor:
        return self._drawn(shape, 0)

    def _drawn(self, shape: Sequence[int], seed: int) -> Tensor:
        return self.low + uniform(self._extend_shape(shape), self.low.dtype, 0.0, 1.0, seed) * (
            self.high - self.low
        )

    def _inside(self, value: Tensor) -> Tensor:
        return ((self.low < value) & (value < self.high)).astype(self.low.dtype)

    def log_prob(self, value: Tensor) -> Tensor:
        return self._inside(value).log() - (self.high - self.low).log()

    def prob(self, value: Tensor) -> Tensor:
        return self._inside(value) / (self.high - self.low)

    def entropy(self) -> Tensor:
        return (self.high - self.low).log()


class Categorical(Distribution):
    """One of the places along the last axis of ``logits``.

    As in PaddlePaddle, `sample`, `entropy` and `kl_divergence` take the softmax of ``logits`` for the probabilities,
    and `probs` and `log_prob` take ``logits`` themselves, divided by their sum: give logarithms of probabilities to the
    first, probabilities to the second.

    >>> import paddlelite as paddle
    >>> category = paddle.distribution.Categorical(paddle.to_tensor([1.0, 3.0]))
    >>> category.probs(paddle.to_tensor([1])).tolist()
    [0.75]
    """

    def __init__(self, logits: Any, name: str | None = None) -> None:
        self.name = name or "Categorical"
        (self.logits,) = _parameters(logits)
        if not self.logits.ndim:
            raise InvalidArgumentError("logits of Categorical need an axis of categories, but are one number")
        self._prob = self.logits / self.logits.sum(axis=-1, keepdim=True)
        super().__init__(self.logits.shape[:-1])

    def sample(self, shape: Sequence[int] = ()) -> Tensor:
        """int64 of shape ``shape + batch_shape``."""
        target = self._extend_shape(shape)
        rows = reshape(self.logits, [-1, self.logits.shape[-1]])
        count = math.prod(int(size) for size in shape)
        with no_grad():
            drawn = multinomial(F.softmax(rows, axis=-1), count, True)
            return reshape(transpose(drawn, [1, 0]), target)

    def probs(self, value: Tensor) -> Tensor:
        if self._prob.ndim == 1:
            return reshape(take_along_axis(self._prob, reshape(value, [-1]), axis=0), value.shape)
        if value.ndim == 1:
            value = reshape(value, [1] * (self._prob.ndim - 1) + [-1])
        return take_along_axis(self._prob, value, axis=-1)

    prob = probs

    def log_prob(self, value: Tensor) -> Tensor:
        return self.probs(value).log()

    def entropy(self) -> Tensor:
        logs = F.log_softmax(self.logits, axis=-1)
        return -(logs.exp() * logs).sum(axis=-1)


class Bernoulli(Distribution):
    """1 with probability ``probs``, else 0. Raises ValueError for what is no probability.

    >>> import paddlelite as paddle
    >>> round(float(paddle.distribution.Bernoulli(0.25).entropy()), 4)
    0.5623
    """

    def __init__(self, probs: Any, name: str | None = None) -> None:
        self.name = name or "Bernoulli"
        (given,) = _parameters(probs)
        if given._data is not None and not ((given._data >= 0) & (given._data <= 1)).all():
            raise InvalidArgumentError(
                f"probs should be from 0 to 1, but are {given._data.ravel()[:5].tolist()}"
            )
        least = float(np.finfo(given.dtype.np).eps)
        self._p = given.clip(min=least, max=1 - least)
        self.logits = self._p.log() - (-self._p).log1p()
        super().__init__(self._p.shape)

    @property
    def probs(self) -> Tensor:  # type: ignore[override]
        return self._p

    @property
    def mean(self) -> Tensor:
        return self._p

    @property
    def variance(self) -> Tensor:
        return self._p * (1 - self._p)

    def sample(self, shape: Sequence[int] = ()) -> Tensor:
        with no_grad():
            return bernoulli(self._p.expand(self._extend_shape(shape)))

    def rsample(self, shape: Sequence[int] = (), temperature: float = 1.0) -> Tensor:
        """Logits of numbers near 0 and 1, the nearer the lower the temperature, with gradients."""
        drawn = uniform(self._extend_shape(shape), self._p.dtype, _TINY, 1.0)
        return (drawn.log() - (-drawn).log1p() + self.logits) / temperature

    def log_prob(self, value: Tensor) -> Tensor:
        logits, value = self.logits + value * 0.0, value + self.logits * 0.0
        return -F.binary_cross_entropy_with_logits(logits, value, reduction="none")

    def entropy(self) -> Tensor:
        return F.binary_cross_entropy_with_logits(self.logits, self._p, reduction="none")

    def cdf(self, value: Tensor) -> Tensor:
        """The probability of at most ``value``."""
        low, middle = value + self._p * 0.0, 1 - self._p + value * 0.0
        return where(low < 0, middle * 0.0, where(low < 1, middle, middle * 0.0 + 1))


class Exponential(Distribution):
    """The exponential distribution: how long until something happens that happens ``rate`` times in a unit of time.

    Raises ValueError for a rate that is not positive.
    """

    def __init__(self, rate: Any) -> None:
        (self.rate,) = _parameters(rate)
        _positive("rate", self.rate)
        super().__init__(self.rate.shape)

    @property
    def mean(self) -> Tensor:
        return 1 / self.rate

    @property
    def variance(self) -> Tensor:
        return self.rate**-2

    def rsample(self, shape: Sequence[int] = ()) -> Tensor:
        return -uniform(self._extend_shape(shape), self.rate.dtype, _TINY, 1.0).log() / self.rate

    def log_prob(self, value: Any) -> Tensor:
        return self.rate.log() - self.rate * value

    def entropy(self) -> Tensor:
        return 1.0 - self.rate.log()

    def cdf(self, value: Any) -> Tensor:
        """The probability of less than ``value``."""
        return 1.0 - (-self.rate * value).exp()


class Laplace(Distribution):
    """The Laplace distribution: two exponential ones of mean ``scale``, back to back at ``loc``.

    Raises ValueError for a scale that is not positive.
    """

    def __init__(self, loc: Any, scale: Any) -> None:
        self.loc, self.scale = _parameters(loc, scale)
        _positive("scale", self.scale)
        super().__init__(self.loc.shape)

    @property
    def mean(self) -> Tensor:
        return self.loc

    @property
    def stddev(self) -> Tensor:
        return 2**0.5 * self.scale

    @property
    def variance(self) -> Tensor:
        return 2 * self.scale**2

    def rsample(self, shape: Sequence[int] = ()) -> Tensor:
        least = float(np.finfo(self.loc.dtype.np).eps)
        drawn = uniform(self._extend_shape(shape), self.loc.dtype, -1 + least, 1 - least)
        return self.loc - self.scale * drawn.sign() * (-drawn.abs()).log1p()

    def log_prob(self, value: Any) -> Tensor:
        return -(2 * self.scale).log() - (self.loc - value).abs() / self.scale

    def entropy(self) -> Tensor:
        return 1 + (2 * self.scale).log()

    def cdf(self, value: Any) -> Tensor:
        """The probability of less than ``value``."""
        apart = value - self.loc
        return 0.5 - 0.5 * apart.sign() * (-apart.abs() / self.scale).expm1()


Divergence = Callable[[Any, Any], Tensor]
_divergences: dict[tuple[type, type], Divergence] = {}


def register_kl(cls_p: type[Distribution], cls_q: type[Distribution]) -> Callable[[Divergence], Divergence]:
    """A decorator: the function computes `kl_divergence` of these two kinds. Raises TypeError for other classes."""
    if not (isinstance(cls_p, type) and isinstance(cls_q, type)) or not (
        issubclass(cls_p, Distribution) and issubclass(cls_q, Distribution)
    ):
        raise InvalidTypeError("cls_p and cls_q must be subclass of Distribution")

    def register(function: Divergence) -> Divergence:
        _divergences[cls_p, cls_q] = function
        return function

    return register


def kl_divergence(p: Distribution, q: Distribution) -> Tensor:
    """The Kullback-Leibler divergence of two distributions. Raises NotImplementedError for kinds nobody has registered.

    >>> import paddlelite as paddle
    >>> D = paddle.distribution
    >>> round(float(D.kl_divergence(D.Normal(0.0, 1.0), D.Normal(1.0, 1.0))), 4)
    0.5
    """
    for kind in type(p).__mro__:
        for other in type(q).__mro__:
            if (kind, other) in _divergences:
                return _divergences[kind, other](p, q)
    raise UnimplementedError(
        f"kl_divergence of {type(p).__name__} and {type(q).__name__} is not known: register_kl it"
    )


@register_kl(Normal, Normal)
def _normals(p: Normal, q: Normal) -> Tensor:
    ratio, apart = (p.scale / q.scale) ** 2, ((p.loc - q.loc) / q.scale) ** 2
    return 0.5 * (ratio + apart - 1.0 - ratio.log())


@register_kl(Uniform, Uniform)
def _uniforms(p: Uniform, q: Uniform) -> Tensor:
    outside = (q.low > p.low) | (q.high < p.high)
    apart = ((q.high - q.low) / (p.high - p.low)).log()
    return where(outside, apart * 0.0 + math.inf, apart)


@register_kl(Categorical, Categorical)
def _categoricals(p: Categorical, q: Categorical) -> Tensor:
    mine, theirs = F.log_softmax(p.logits, axis=-1), F.log_softmax(q.logits, axis=-1)
    return (mine.exp() * (mine - theirs)).sum(axis=-1, keepdim=True)


@register_kl(Bernoulli, Bernoulli)
def _bernoullis(p: Bernoulli, q: Bernoulli) -> Tensor:
    apart = F.softplus(-q.logits) - F.softplus(-p.logits)
    return p.probs * apart + (1 - p.probs) * (F.softplus(q.logits) - F.softplus(p.logits))


@register_kl(Exponential, Exponential)
def _exponentials(p: Exponential, q: Exponential) -> Tensor:
    ratio = q.rate / p.rate
    return ratio - 1 - ratio.log()


@register_kl(Laplace, Laplace)
def _laplaces(p: Laplace, q: Laplace) -> Tensor:
    ratio, apart = q.scale / p.scale, (p.loc - q.loc).abs()
    return (p.scale * (-apart / p.scale).exp() + apart) / q.scale + ratio.log() - 1
