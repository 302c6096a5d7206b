"""``fluid.dygraph``'s learning-rate decays: objects that an optimizer asks for the rate and advances at every step."""

# mypy: disable-error-code="override"
# (step() gives the rate in 1.x; later it advances.)

from __future__ import annotations

import math
from typing import Any

from ...errors import InvalidArgumentError, InvalidTypeError
from ...optimizer.lr import LRScheduler
from ...optimizer.lr.base import number

__all__ = [
    "CosineDecay",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LambdaDecay",
    "LearningRateDecay",
    "LinearLrWarmup",
    "MultiStepDecay",
    "NaturalExpDecay",
    "NoamDecay",
    "PiecewiseDecay",
    "PolynomialDecay",
    "ReduceLROnPlateau",
    "StepDecay",
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

    #: What no state holds.
    _unsaved: tuple[str, ...] = ()

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
            key: described(v) if isinstance(v, LearningRateDecay) else v
            for key, v in self.__dict__.items()
            if key not in self._unsaved
        }

    def set_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from a saved state. Raises InvalidArgumentError when it is not one of this decay."""
        needed = self.__dict__.keys() - set(self._unsaved)
        if state_dict.keys() != needed:
            raise InvalidArgumentError(
                f"{type(self).__name__}: the state is of another decay: it has {sorted(state_dict)}, and this needs "
                f"{sorted(needed)}"
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


class _ByEpoch(LearningRateDecay):
    """Those whose rate changes with ``epoch()``, which the program calls, and not with every update (1.8)."""

    def __init__(self, learning_rate: float) -> None:
        super().__init__()
        self.base_lr, self.epoch_num = number("learning_rate", learning_rate), 0
        if self.base_lr < 0:
            raise InvalidArgumentError(f"Invalid learning rate: {learning_rate}")

    def advance(self) -> None:
        """An update changes nothing."""

    def epoch(self, epoch: int | None = None) -> None:
        """The next epoch begins, or the one of this number."""
        self.epoch_num = self.epoch_num + 1 if epoch is None else int(epoch)


class StepDecay(_ByEpoch):
    """``learning_rate * decay_rate ** (epoch // step_size)``."""

    def __init__(self, learning_rate: float, step_size: int, decay_rate: float = 0.1) -> None:
        super().__init__(learning_rate)
        if not isinstance(step_size, int):
            raise InvalidTypeError(f"The type of 'step_size' must be 'int', but received {type(step_size)}.")
        self.step_size, self.decay_rate = step_size, _shrinking(decay_rate)

    def step(self) -> float:
        return self.base_lr * self.decay_rate ** (self.epoch_num // self.step_size)


class MultiStepDecay(_ByEpoch):
    """``learning_rate * decay_rate ** (how many of the milestones have been reached)``."""

    def __init__(self, learning_rate: float, milestones: Any, decay_rate: float = 0.1) -> None:
        super().__init__(learning_rate)
        if not isinstance(milestones, (list, tuple)):
            raise InvalidTypeError(
                f"The type of 'milestones' must be 'tuple, list', but received {type(milestones)}."
            )
        self.milestones, self.decay_rate = list(milestones), _shrinking(decay_rate)
        if any(a >= b for a, b in zip(self.milestones, self.milestones[1:])):
            raise InvalidArgumentError("The elements of milestones must be incremented")

    def step(self) -> float:
        return self.base_lr * self.decay_rate ** sum(self.epoch_num >= m for m in self.milestones)


class LambdaDecay(_ByEpoch):
    """``learning_rate * lr_lambda(epoch)``."""

    _unsaved = ("lr_lambda",)

    def __init__(self, learning_rate: float, lr_lambda: Any) -> None:
        super().__init__(learning_rate)
        if not callable(lr_lambda):
            raise InvalidTypeError(
                f"The type of 'lr_lambda' must be 'function', but received {type(lr_lambda)}."
            )
        self.lr_lambda = lr_lambda

    def step(self) -> float:
        return self.base_lr * self.lr_lambda(self.epoch_num)


class ReduceLROnPlateau(LearningRateDecay):
    """Multiplies the rate by ``decay_rate`` when ``patience`` epochs, told by ``step(loss)``, were no better (1.8)."""

    def __init__(
        self,
        learning_rate: float,
        mode: str = "min",
        decay_rate: float = 0.1,
        patience: int = 10,
        verbose: bool = False,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float = 0,
        eps: float = 1e-8,
        dtype: Any = "float32",
    ) -> None:
        super().__init__(dtype=dtype)
        self.mode, self.threshold_mode = mode.lower(), threshold_mode.lower()
        if self.mode not in ("min", "max"):
            raise InvalidArgumentError(f"mode {mode} is unknown!")
        if self.threshold_mode not in ("rel", "abs"):
            raise InvalidArgumentError(f"threshold mode {threshold_mode} is unknown!")
        self.learning_rate, self.decay_rate = number("learning_rate", learning_rate), _shrinking(decay_rate)
        self.patience, self.verbose, self.threshold, self.cooldown = patience, verbose, threshold, cooldown
        self.min_lr, self.eps = float(min_lr), eps
        self.best_loss: float | None = None
        self.cooldown_counter = self.num_bad_epochs = self.epoch_num = 0

    def get_lr(self) -> float:
        """The present rate."""
        return self.learning_rate

    __call__ = get_lr

    def advance(self) -> None:
        """An update changes nothing."""

    def step(self, loss: Any) -> None:
        """An epoch has ended with this loss, a Variable of shape [1] or a number."""
        now = float(loss)
        self.epoch_num += 1
        if self.cooldown_counter:
            self.cooldown_counter -= 1
            return
        if self.best_loss is None or self._is_better(now, self.best_loss):
            self.best_loss, self.num_bad_epochs = now, 0
        else:
            self.num_bad_epochs += 1
        if self.num_bad_epochs > self.patience:
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0
            reduced = max(self.learning_rate * self.decay_rate, self.min_lr)
            if self.learning_rate - reduced > self.eps:
                if self.verbose:
                    said = f"reducing learning rate from {self.learning_rate} to {reduced}."
                    print(f"Epoch {self.epoch_num}: {said}")  # noqa: T201
                self.learning_rate = reduced

    def _is_better(self, now: float, best: float) -> bool:
        margin = best * self.threshold if self.threshold_mode == "rel" else self.threshold
        return now < best - margin if self.mode == "min" else now > best + margin


def _shrinking(decay_rate: float) -> float:
    if decay_rate >= 1.0:
        raise InvalidArgumentError("decay_rate should be < 1.0.")
    return float(decay_rate)


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
