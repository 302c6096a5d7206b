"""Schedules that rise and fall again and again."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from .base import LRScheduler, integer, number, rate


class CosineAnnealingDecay(LRScheduler):
    """Half a cosine from `learning_rate` to `eta_min` in `T_max` epochs, and back (SGDR without restarts).

    Raises:
        TypeError: `T_max` is no int, or `eta_min` no number.
        AssertionError: `T_max` is not positive.

    Examples:
        >>> import paddlelite as paddle
        >>> cosine = paddle.optimizer.lr.CosineAnnealingDecay(0.5, T_max=10)
        >>> cosine.step(10)
        >>> cosine()
        0.0
    """

    def __init__(
        self,
        learning_rate: float,
        T_max: int,
        eta_min: float = 0,
        last_epoch: int = -1,
        verbose: bool = False,
    ) -> None:
        if integer("T_max", T_max) <= 0:
            raise AssertionError(f"'T_max' must be a positive integer, but received {T_max}")
        self.T_max = T_max
        self.eta_min = number("eta_min", eta_min)
        super().__init__(learning_rate, last_epoch, verbose)

    def get_lr(self) -> float:
        # A recurrence, so that a rate changed from outside is annealed from where it is.
        if self.last_epoch == 0:
            return self.base_lr
        if (self.last_epoch - 1 - self.T_max) % (2 * self.T_max) == 0:
            return self.last_lr + (self.base_lr - self.eta_min) * (1 - math.cos(math.pi / self.T_max)) / 2
        now, before = self._height(self.last_epoch), self._height(self.last_epoch - 1)
        return now / before * (self.last_lr - self.eta_min) + self.eta_min

    def _lr_of_jump(self) -> float:
        return self.eta_min + (self.base_lr - self.eta_min) * self._height(self.last_epoch) / 2

    def _height(self, epoch: int) -> float:
        return 1 + math.cos(math.pi * epoch / self.T_max)


class CosineAnnealingWarmRestarts(LRScheduler):
    """Half a cosine to `eta_min` in `T_0` epochs, then again from the top in `T_mult` times as many (SGDR).

    Raises:
        ValueError: `T_0` or `T_mult` is not a positive int, or `step` is given a negative epoch.

    Examples:
        >>> import paddlelite as paddle
        >>> restarts = paddle.optimizer.lr.CosineAnnealingWarmRestarts(0.5, T_0=2)
        >>> for _ in range(4):
        ...     restarts.step()
        >>> restarts()
        0.5
    """

    def __init__(
        self,
        learning_rate: float,
        T_0: int,
        T_mult: int = 1,
        eta_min: float = 0,
        last_epoch: int = -1,
        verbose: bool = False,
    ) -> None:
        if not isinstance(T_0, int) or T_0 <= 0:
            raise ValueError(f"Expected positive integer T_0, but got {T_0}")
        if not isinstance(T_mult, int) or T_mult < 1:
            raise ValueError(f"Expected integer T_mult >= 1, but got {T_mult}")
        self.T_0 = T_0
        self.T_mult = T_mult
        self.eta_min = number("eta_min", eta_min)
        super().__init__(learning_rate, last_epoch, verbose)

    def step(self, epoch: int | None = None) -> None:
        if epoch is not None and epoch < 0:
            raise ValueError(f"Expected non-negative epoch, but got {epoch}")
        super().step(epoch)

    def get_lr(self) -> float:
        # From last_epoch alone, so that it survives saving: PaddlePaddle forgets the place within the period.
        since, period = self._place()
        return self.eta_min + (self.base_lr - self.eta_min) * (1 + math.cos(math.pi * since / period)) / 2

    def _place(self) -> tuple[float, int]:
        """Epochs since the last restart, and the length of the present period."""
        since, period = self.last_epoch, self.T_0
        if self.T_mult == 1:
            return since % period, period
        while since >= period:
            since -= period
            period *= self.T_mult
        return since, period


class CyclicLR(LRScheduler):
    """Triangles between `base_learning_rate` and `max_learning_rate` (L. Smith, "Cyclical learning rates").

    Args:
        step_size_up: steps of the rise, an int > 0.
        step_size_down: steps of the fall; as many as the rise when None.
        mode: "triangular", "triangular2" (height halves each cycle), "exp_range" (`exp_gamma ** step`).
        scale_fn: the height instead of `mode`; its argument is the cycle (from 1) or the step.
        scale_mode: which of the two it gets, "cycle" or "iterations".

    Raises:
        TypeError, ValueError: an argument is of the wrong type or out of its range.

    Examples:
        >>> import paddlelite as paddle
        >>> cyclic = paddle.optimizer.lr.CyclicLR(0.0, 1.0, step_size_up=2)
        >>> cyclic.step()
        >>> cyclic()
        0.5
    """

    def __init__(
        self,
        base_learning_rate: float,
        max_learning_rate: float,
        step_size_up: int,
        step_size_down: int | None = None,
        mode: str = "triangular",
        exp_gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: str = "cycle",
        last_epoch: int = -1,
        verbose: bool = False,
    ) -> None:
        base, top = (
            rate("base_learning_rate", base_learning_rate),
            rate("max_learning_rate", max_learning_rate),
        )
        if integer("step_size_up", step_size_up) <= 0:
            raise ValueError(f"'step_size_up' must be a positive integer, but received {step_size_up}")
        down = step_size_up if step_size_down is None else integer("step_size_down", step_size_down)
        if down <= 0:
            raise ValueError(f"'step_size_down' must be a positive integer, but received {step_size_down}")
        if scale_fn is None and mode not in ("triangular", "triangular2", "exp_range"):
            raise ValueError(f"'mode' is invalid and 'scale_fn' is not specified: received mode {mode!r}")
        if scale_fn is not None and not callable(scale_fn):
            raise TypeError(f"'scale_fn' must be a function, but received {type(scale_fn)}")
        if scale_mode not in ("cycle", "iterations"):
            raise ValueError(
                f"'scale_mode' must be one of 'cycle' or 'iterations', but received {scale_mode!r}"
            )
        self.step_size_up = step_size_up
        self.step_size_down = down
        self.amplitude = top - base
        self.mode = mode
        self.exp_gamma = exp_gamma
        self._scale, self._scale_by = self._choose(scale_fn, scale_mode)
        super().__init__(base, last_epoch, verbose)

    def _choose(self, scale_fn: Any, scale_mode: str) -> tuple[Callable[[float], float], str]:
        if scale_fn is not None:
            return scale_fn, scale_mode
        if self.mode == "triangular":
            return (lambda cycle: 1.0), "cycle"
        if self.mode == "triangular2":
            return (lambda cycle: 0.5 ** (cycle - 1)), "cycle"
        return (lambda step: self.exp_gamma**step), "iterations"

    def get_lr(self) -> float:
        cycle, step = divmod(self.last_epoch, self.step_size_up + self.step_size_down)
        if step <= self.step_size_up:
            height = step / self.step_size_up
        else:
            height = (self.step_size_up + self.step_size_down - step) / self.step_size_down
        scale = self._scale(cycle + 1 if self._scale_by == "cycle" else self.last_epoch)
        return self.base_lr + self.amplitude * height * scale
