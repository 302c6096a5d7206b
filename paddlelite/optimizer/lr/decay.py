"""Schedules that fall with the epoch: each is a formula of `last_epoch` alone."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence

from .base import LRScheduler, function, increasing, integer, number


class NoamDecay(LRScheduler):
    """Rise linearly for `warmup_steps`, then fall with the inverse square root ("Attention is all you need").

    Args:
        d_model: width of the model, > 0.
        warmup_steps: number of rising steps, > 0.
        learning_rate: factor on the whole.

    Raises:
        ValueError: `d_model` or `warmup_steps` is not positive.

    Examples:
        >>> import paddlelite as paddle
        >>> noam = paddle.optimizer.lr.NoamDecay(d_model=64, warmup_steps=4)
        >>> for _ in range(4):
        ...     noam.step()
        >>> noam()
        0.0625
    """

    def __init__(
        self,
        d_model: int,
        warmup_steps: int,
        learning_rate: float = 1.0,
        last_epoch: int = -1,
        verbose: bool = False,
    ) -> None:
        if not d_model > 0:
            raise ValueError(f"d_model should be greater than 0, but received {d_model}")
        if not warmup_steps > 0:
            raise ValueError(f"warmup_steps should be greater than 0, but received {warmup_steps}")
        self.d_model = d_model
        self.warmup_steps = warmup_steps
        super().__init__(learning_rate, last_epoch, verbose)

    def get_lr(self) -> float:
        falling = self.last_epoch**-0.5 if self.last_epoch else 1.0
        rising = self.warmup_steps**-1.5 * self.last_epoch
        return self.base_lr * self.d_model**-0.5 * min(falling, rising)


class PiecewiseDecay(LRScheduler):
    """A constant rate between each two boundaries: `values[i]` until epoch `boundaries[i]`.

    Args:
        boundaries: epochs at which the rate changes, not empty.
        values: the rates, one more than boundaries.

    Raises:
        ValueError: the two lengths do not fit.

    Examples:
        >>> import paddlelite as paddle
        >>> pieces = paddle.optimizer.lr.PiecewiseDecay(boundaries=[1], values=[0.5, 0.1])
        >>> pieces.step()
        >>> pieces()
        0.1
    """

    def __init__(
        self, boundaries: Sequence[int], values: Sequence[float], last_epoch: int = -1, verbose: bool = False
    ) -> None:
        if len(boundaries) == 0:
            raise ValueError("The boundaries cannot be empty.")
        if len(values) <= len(boundaries):
            raise ValueError(
                f"The values have one more element than boundaries, but received len(values) [{len(values)}] "
                f"< len(boundaries) + 1 [{len(boundaries) + 1}]."
            )
        self.boundaries = boundaries
        self.values = values
        # the base rate plays no part here, but must be one
        super().__init__(values[0], last_epoch, verbose)

    def get_lr(self) -> float:
        return self.values[bisect_right(list(self.boundaries), self.last_epoch)]


class NaturalExpDecay(LRScheduler):
    """`learning_rate * e ** (-gamma * epoch)`.

    Raises:
        AssertionError: `gamma` is not positive, so that nothing would decay.

    Examples:
        >>> import paddlelite as paddle
        >>> paddle.optimizer.lr.NaturalExpDecay(0.5, gamma=0.1)()
        0.5
    """

    def __init__(
        self, learning_rate: float, gamma: float, last_epoch: int = -1, verbose: bool = False
    ) -> None:
        if not gamma > 0:
            raise AssertionError(
                f"'gamma' must be a positive number so that the learning rate decays, not {gamma}"
            )
        self.gamma = gamma
        super().__init__(learning_rate, last_epoch, verbose)

    def get_lr(self) -> float:
        return self.base_lr * math.exp(-self.gamma * self.last_epoch)


class InverseTimeDecay(LRScheduler):
    """`learning_rate / (1 + gamma * epoch)`.

    Examples:
        >>> import paddlelite as paddle
        >>> inverse = paddle.optimizer.lr.InverseTimeDecay(0.5, gamma=1.0)
        >>> inverse.step()
        >>> inverse()
        0.25
    """

    def __init__(
        self, learning_rate: float, gamma: float, last_epoch: int = -1, verbose: bool = False
    ) -> None:
        self.gamma = gamma
        super().__init__(learning_rate, last_epoch, verbose)

    def get_lr(self) -> float:
        return self.base_lr / (1 + self.gamma * self.last_epoch)


class PolynomialDecay(LRScheduler):
    """From `learning_rate` to `end_lr` in `decay_steps`, along `(1 - epoch / decay_steps) ** power`.

    Args:
        decay_steps: length of the fall, an int > 0.
        cycle: after the end, start again over a period that grows by `decay_steps` each time.

    Raises:
        AssertionError: `decay_steps` is not a positive int.

    Examples:
        >>> import paddlelite as paddle
        >>> falling = paddle.optimizer.lr.PolynomialDecay(0.5, decay_steps=2, end_lr=0.1)
        >>> for _ in range(5):
        ...     falling.step()
        >>> falling()
        0.1
    """

    def __init__(
        self,
        learning_rate: float,
        decay_steps: int,
        end_lr: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        last_epoch: int = -1,
        verbose: bool = False,
    ) -> None:
        if isinstance(decay_steps, bool) or not isinstance(decay_steps, int) or decay_steps <= 0:
            raise AssertionError(f"'decay_steps' must be a positive integer, but received {decay_steps!r}")
        if not power > 0:
            raise AssertionError(
                f"'power' must be greater than 0.0 so that the learning rate decays, not {power}"
            )
        self.decay_steps = decay_steps
        self.end_lr = end_lr
        self.power = power
        self.cycle = cycle
        super().__init__(learning_rate, last_epoch, verbose)

    def get_lr(self) -> float:
        if self.cycle:
            step, period = (
                self.last_epoch,
                self.decay_steps * max(1, math.ceil(self.last_epoch / self.decay_steps)),
            )
        else:
            step, period = min(self.last_epoch, self.decay_steps), self.decay_steps
        return (self.base_lr - self.end_lr) * (1 - step / period) ** self.power + self.end_lr


class ExponentialDecay(LRScheduler):
    """`learning_rate * gamma ** epoch`.

    Raises:
        AssertionError: `gamma` is not between 0 and 1.

    Examples:
        >>> import paddlelite as paddle
        >>> falling = paddle.optimizer.lr.ExponentialDecay(0.5, gamma=0.5)
        >>> falling.step()
        >>> falling()
        0.25
    """

    def __init__(
        self, learning_rate: float, gamma: float, last_epoch: int = -1, verbose: bool = False
    ) -> None:
        if not 0 < gamma < 1:
            raise AssertionError(
                f"'gamma' must be in interval (0.0, 1.0) so that the learning rate decays, not {gamma}"
            )
        self.gamma = gamma
        super().__init__(learning_rate, last_epoch, verbose)

    def get_lr(self) -> float:
        return self.base_lr * self.gamma**self.last_epoch


class MultiStepDecay(LRScheduler):
    """Multiply by `gamma` at each epoch of `milestones`.

    Args:
        milestones: list or tuple of increasing epochs.
        gamma: factor, < 1.

    Raises:
        TypeError: `milestones` is no list or tuple.
        ValueError: `milestones` does not increase, or `gamma` >= 1.

    Examples:
        >>> import paddlelite as paddle
        >>> steps = paddle.optimizer.lr.MultiStepDecay(0.5, milestones=[1, 3], gamma=0.5)
        >>> for _ in range(3):
        ...     steps.step()
        >>> steps()
        0.125
    """

    def __init__(
        self,
        learning_rate: float,
        milestones: Sequence[int],
        gamma: float = 0.1,
        last_epoch: int = -1,
        verbose: bool = False,
    ) -> None:
        self.milestones = increasing("milestones", milestones)
        self.gamma = _below_one(gamma)
        super().__init__(learning_rate, last_epoch, verbose)

    def get_lr(self) -> float:
        return self.base_lr * self.gamma ** bisect_right(self.milestones, self.last_epoch)


class StepDecay(LRScheduler):
    """Multiply by `gamma` every `step_size` epochs.

    Raises:
        TypeError: `step_size` is no int.
        AssertionError: `step_size` is not positive.
        ValueError: `gamma` >= 1.

    Examples:
        >>> import paddlelite as paddle
        >>> steps = paddle.optimizer.lr.StepDecay(0.5, step_size=1, gamma=0.5)
        >>> steps.step()
        >>> steps()
        0.25
    """

    def __init__(
        self,
        learning_rate: float,
        step_size: int,
        gamma: float = 0.1,
        last_epoch: int = -1,
        verbose: bool = False,
    ) -> None:
        if integer("step_size", step_size) <= 0:
            raise AssertionError(f"'step_size' must be a positive integer, but received {step_size}")
        self.step_size = step_size
        self.gamma = _below_one(gamma)
        super().__init__(learning_rate, last_epoch, verbose)

    def get_lr(self) -> float:
        return self.base_lr * self.gamma ** (self.last_epoch // self.step_size)


class LambdaDecay(LRScheduler):
    """`learning_rate * lr_lambda(epoch)`.

    Raises:
        TypeError: `lr_lambda` cannot be called.

    Examples:
        >>> import paddlelite as paddle
        >>> paddle.optimizer.lr.LambdaDecay(0.5, lr_lambda=lambda epoch: 1 / (epoch + 1))()
        0.5
    """

    def __init__(
        self,
        learning_rate: float,
        lr_lambda: Callable[[int], float],
        last_epoch: int = -1,
        verbose: bool = False,
    ) -> None:
        self.lr_lambda = function("lr_lambda", lr_lambda, self)
        super().__init__(learning_rate, last_epoch, verbose)

    def get_lr(self) -> float:
        return self.base_lr * self.lr_lambda(self.last_epoch)


class MultiplicativeDecay(LRScheduler):
    """`learning_rate * lr_lambda(1) * ... * lr_lambda(epoch)`.

    Raises:
        TypeError: `lr_lambda` cannot be called.

    Examples:
        >>> import paddlelite as paddle
        >>> falling = paddle.optimizer.lr.MultiplicativeDecay(0.5, lr_lambda=lambda epoch: 0.5)
        >>> falling.step()
        >>> falling()
        0.25
    """

    def __init__(
        self,
        learning_rate: float,
        lr_lambda: Callable[[int], float],
        last_epoch: int = -1,
        verbose: bool = False,
    ) -> None:
        self.lr_lambda = function("lr_lambda", lr_lambda, self)
        super().__init__(learning_rate, last_epoch, verbose)

    def get_lr(self) -> float:
        return self.base_lr * math.prod(self.lr_lambda(epoch) for epoch in range(1, self.last_epoch + 1))


def _below_one(gamma: float) -> float:
    if number("gamma", gamma) >= 1.0:
        raise ValueError(f"gamma should be < 1.0 so that the learning rate decays, but received {gamma}")
    return gamma
