"""``fluid.dygraph``'s learning-rate decays: objects that an optimizer asks for the rate and advances at every step."""

# mypy: disable-error-code="override"
# (step() gives the rate in 1.x; later it advances.)

from __future__ import annotations

import math
from typing import Any

from ...errors import InvalidArgumentError
from ...optimizer.lr import LRScheduler
from ...optimizer.lr.base import number

__all__ = [
    "CosineDecay",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LearningRateDecay",
    "LinearLrWarmup",
    "NaturalExpDecay",
    "NoamDecay",
    "PiecewiseDecay",
    "PolynomialDecay",
]


class LearningRateDecay(LRScheduler):
    """The base: counts steps from ``begin`` by ``step``. A subclass defines ``step()``, the rate at ``self.step_num``.

    >>> import paddlelite.fluid as fluid
    >>> halving = fluid.dygraph.ExponentialDecay(0.8, decay_steps=1, decay_rate=0.5)
    >>> halving()
    0.8
    >>> halving.advance()
    >>> halving()
    0.4
    """

    def __init__(self, begin: int = 0, step: int = 1, dtype: Any = "float32") -> None:
        self.step_num, self.step_size, self.dtype = begin, step, dtype

    def step(self) -> Any:
        """The rate at ``self.step_num``."""
        raise NotImplementedError(f"{type(self).__name__} does not define step(), which gives the rate")

    def get_lr(self) -> float:
        """The present rate."""
        return float(self.step())

    __call__ = get_lr

    def advance(self) -> None:
        """Go to the next step: what ``optimizer.minimize`` does after each update."""
        self.step_num += self.step_size

    def state_dict(self) -> dict[str, Any]:
        """What :meth:`set_state_dict` needs to go on from here."""
        return {
            key: described(v) if isinstance(v, LearningRateDecay) else v for key, v in self.__dict__.items()
        }

    def set_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from a saved state. Raises InvalidArgumentError when it is not one of this decay."""
        if state_dict.keys() != self.__dict__.keys():
            raise InvalidArgumentError(
                f"{type(self).__name__}: the state is of another decay: it has {sorted(state_dict)}, and this needs "
                f"{sorted(self.__dict__)}"
            )
        self.__dict__.update({key: revived(v) if isinstance(v, dict) else v for key, v in state_dict.items()})

    set_dict = set_state_dict


class PiecewiseDecay(LearningRateDecay):
    """``values[i]`` below ``boundaries[i]``, and the last value after them."""

    def __init__(
        self,
        boundaries: list[int],
        values: list[float],
        begin: int = 0,
        step: int = 1,
        dtype: Any = "float32",
    ) -> None:
        super().__init__(begin, step, dtype)
        if len(values) - len(boundaries) != 1:
            raise InvalidArgumentError("the length of values should be len(boundaries) + 1")
        self.boundaries, self.values = list(boundaries), [float(v) for v in values]

    def step(self) -> float:
        for boundary, value in zip(self.boundaries, self.values):
            if self.step_num < boundary:
                return value
        return self.values[-1]


class _Decay(LearningRateDecay):
    """Those with a rate to start from, the steps of one decay, and how much it is."""

    def __init__(
        self,
        learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        begin: int = 0,
        step: int = 1,
        dtype: Any = "float32",
    ) -> None:
        super().__init__(begin, step, dtype)
        self.learning_rate = number("learning_rate", learning_rate)
        self.decay_steps, self.decay_rate, self.staircase = decay_steps, decay_rate, staircase

    def _passed(self) -> float:
        passed = self.step_num / self.decay_steps
        return math.floor(passed) if self.staircase else passed


class NaturalExpDecay(_Decay):
    """``learning_rate * exp(-decay_rate * steps / decay_steps)``."""

    def step(self) -> float:
        return self.learning_rate * math.exp(-self.decay_rate * self._passed())


class ExponentialDecay(_Decay):
    """``learning_rate * decay_rate ** (steps / decay_steps)``."""

    def step(self) -> float:
        return self.learning_rate * self.decay_rate ** self._passed()


class InverseTimeDecay(_Decay):
    """``learning_rate / (1 + decay_rate * steps / decay_steps)``."""

    def step(self) -> float:
        return self.learning_rate / (1 + self.decay_rate * self._passed())


class PolynomialDecay(LearningRateDecay):
    """From ``learning_rate`` to ``end_learning_rate`` by a power of what is left of ``decay_steps``."""

    def __init__(
        self,
        learning_rate: float,
        decay_steps: int,
        end_learning_rate: float = 1e-4,
        power: float = 1.0,
        cycle: bool = False,
        begin: int = 0,
        step: int = 1,
        dtype: Any = "float32",
    ) -> None:
        super().__init__(begin, step, dtype)
        self.learning_rate, self.decay_steps = number("learning_rate", learning_rate), decay_steps
        self.end_learning_rate, self.power, self.cycle = end_learning_rate, power, cycle

    def step(self) -> float:
        steps, whole = self.step_num, self.decay_steps
        if self.cycle:
            whole *= max(math.ceil(steps / whole), 1)
        else:
            steps = min(steps, whole)
        span = self.learning_rate - self.end_learning_rate
        return span * (1 - steps / whole) ** self.power + self.end_learning_rate


class CosineDecay(LearningRateDecay):
    """Half a cosine over ``epochs``, changing with every epoch of ``step_each_epoch`` steps."""

    def __init__(
        self,
        learning_rate: float,
        step_each_epoch: int,
        epochs: int,
        begin: int = 0,
        step: int = 1,
        dtype: Any = "float32",
    ) -> None:
        super().__init__(begin, step, dtype)
        self.learning_rate = number("learning_rate", learning_rate)
        self.step_each_epoch, self.epochs = step_each_epoch, epochs

    def step(self) -> float:
        epoch = math.floor(self.step_num / self.step_each_epoch)
        return self.learning_rate * 0.5 * (math.cos(epoch * math.pi / self.epochs) + 1)


class NoamDecay(LearningRateDecay):
    """``learning_rate * d_model ** -0.5 * min(steps ** -0.5, steps * warmup_steps ** -1.5)``."""

    def __init__(
        self,
        d_model: float,
        warmup_steps: float,
        begin: int = 1,
        step: int = 1,
        dtype: Any = "float32",
        learning_rate: float = 1.0,
    ) -> None:
        super().__init__(begin, step, dtype)
        self.learning_rate = number("learning_rate", learning_rate)
        self.d_model, self.warmup_steps = d_model, warmup_steps

    def step(self) -> float:
        first = self.step_num**-0.5 if self.step_num else math.inf
        return self.learning_rate * self.d_model**-0.5 * min(first, self.warmup_steps**-1.5 * self.step_num)


class LinearLrWarmup(LearningRateDecay):
    """A line from ``start_lr`` to ``end_lr`` over the warmup, and ``learning_rate`` (a number or a decay) after it."""

    def __init__(
        self,
        learning_rate: Any,
        warmup_steps: int,
        start_lr: float,
        end_lr: float,
        begin: int = 1,
        step: int = 1,
        dtype: Any = "float32",
    ) -> None:
        super().__init__(begin, step, dtype)
        if not isinstance(learning_rate, LearningRateDecay):
            learning_rate = number("learning_rate", learning_rate)
        if start_lr > end_lr:
            raise AssertionError(f"start_lr {start_lr} must be lower than end_lr {end_lr}")
        self.learning_rate, self.warmup_steps = learning_rate, warmup_steps
        self.start_lr, self.end_lr = start_lr, end_lr

    def step(self) -> float:
        if self.step_num < self.warmup_steps:
            return self.start_lr + (self.end_lr - self.start_lr) * self.step_num / self.warmup_steps
        rate = self.learning_rate
        return rate() if isinstance(rate, LearningRateDecay) else rate

    def advance(self) -> None:
        super().advance()
        if isinstance(self.learning_rate, LearningRateDecay):
            self.learning_rate.advance()


def described(decay: LearningRateDecay) -> dict[str, Any]:
    """A decay as names and numbers, to be saved."""
    return {"decay": type(decay).__name__, "state": decay.state_dict()}


def revived(saved: Any) -> LearningRateDecay:
    """The decay that :func:`described` has described. Raises InvalidArgumentError for anything else."""
    kind = globals().get(str(saved.get("decay"))) if isinstance(saved, dict) else None
    if not (isinstance(kind, type) and issubclass(kind, LearningRateDecay)):
        raise InvalidArgumentError("it does not hold the state of a learning-rate decay")
    decay = kind.__new__(kind)
    decay.__dict__.update({k: revived(v) if isinstance(v, dict) else v for k, v in saved["state"].items()})
    return decay
