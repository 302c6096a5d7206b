"""Schedules that rise first, or that hand over to another one."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

from .base import LRScheduler, integer, number, rate


class LinearWarmup(LRScheduler):
    """From `start_lr` to `end_lr` in `warmup_steps`, then the given rate or schedule.

    Args:
        learning_rate: what follows the warm-up: a number or another scheduler (which starts then).
        warmup_steps: an int > 0.
        start_lr: first rate.
        end_lr: the rate the rise aims at, above `start_lr`.

    Raises:
        TypeError: `learning_rate` is neither a number nor a scheduler.
        AssertionError: `warmup_steps` or the two rates do not fit.

    Examples:
        >>> import paddlelite as paddle
        >>> warm = paddle.optimizer.lr.LinearWarmup(0.5, warmup_steps=4, start_lr=0.0, end_lr=0.4)
        >>> warm.step()
        >>> warm()
        0.1
    """

    def __init__(
        self,
        learning_rate: float | LRScheduler,
        warmup_steps: int,
        start_lr: float,
        end_lr: float,
        last_epoch: int = -1,
        verbose: bool = False,
    ) -> None:
        if not isinstance(learning_rate, (int, float, LRScheduler)):
            raise TypeError(
                f"the type of learning_rate should be [int, float or LRScheduler], not {learning_rate!r}"
            )
        if isinstance(warmup_steps, bool) or not isinstance(warmup_steps, int) or warmup_steps <= 0:
            raise AssertionError(f"'warmup_steps' must be a positive integer, but received {warmup_steps!r}")
        if not end_lr > start_lr:
            raise AssertionError(f"end_lr {end_lr} must be greater than start_lr {start_lr}")
        self.learning_rate = learning_rate
        self.warmup_steps = warmup_steps
        self.start_lr = start_lr
        self.end_lr = end_lr
        super().__init__(start_lr, last_epoch, verbose)

    def get_lr(self) -> float:
        if self.last_epoch < self.warmup_steps:
            return (self.end_lr - self.start_lr) * self.last_epoch / self.warmup_steps + self.start_lr
        if isinstance(self.learning_rate, LRScheduler):
            self.learning_rate.step(self.last_epoch - self.warmup_steps)
            return self.learning_rate()
        return self.learning_rate

    def state_dict(self) -> dict[str, Any]:
        """As `LRScheduler.state_dict`, with that of the schedule that follows as `LinearWarmup_LR`."""
        state = super().state_dict()
        if isinstance(self.learning_rate, LRScheduler):
            state["LinearWarmup_LR"] = self.learning_rate.state_dict()
        return state

    def set_state_dict(self, state_dict: dict[str, Any]) -> None:
        own = dict(state_dict)
        if isinstance(self.learning_rate, LRScheduler):
            inner = own.pop("LinearWarmup_LR", None)
            if inner is None:
                raise RuntimeError(
                    "LinearWarmup: can't find [ LinearWarmup_LR ] in state_dict, the schedule that follows"
                )
            self.learning_rate.set_state_dict(inner)
        super().set_state_dict(own)


class LinearLR(LRScheduler):
    """From `learning_rate * start_factor` to `learning_rate * end_factor` in `total_steps`, then constant.

    Raises:
        ValueError: `total_steps` is not positive, or a factor is outside (0, 1].

    Examples:
        >>> import paddlelite as paddle
        >>> linear = paddle.optimizer.lr.LinearLR(0.5, total_steps=4, start_factor=0.5)
        >>> linear()
        0.25
    """

    def __init__(
        self,
        learning_rate: float,
        total_steps: int,
        start_factor: float = 1.0 / 3,
        end_factor: float = 1.0,
        last_epoch: int = -1,
        verbose: bool = False,
    ) -> None:
        if not 0 < start_factor <= 1:
            raise ValueError(
                f"`start_factor` must be greater than 0 and less or equal to 1, but got {start_factor}"
            )
        if not 0 <= end_factor <= 1:
            raise ValueError(f"`end_factor` must be at least 0 and at most 1, but got {end_factor}")
        if total_steps <= 0:
            raise ValueError(f"`total_steps` must be greater than 0, but got {total_steps}")
        self.total_steps = total_steps
        self.start_factor = start_factor
        self.end_factor = end_factor
        super().__init__(learning_rate, last_epoch, verbose)

    def get_lr(self) -> float:
        # The recurrence, as in PaddlePaddle, and not the closed form: the two differ after a jump.
        if self.last_epoch == 0:
            return self.base_lr * self.start_factor
        if self.last_epoch > self.total_steps:
            return self.last_lr
        slope = self.end_factor - self.start_factor
        before = self.total_steps * self.start_factor + (self.last_epoch - 1) * slope
        return self.last_lr * (1.0 + slope / before)


class OneCycleLR(LRScheduler):
    """Up to `max_learning_rate` and down to `end_learning_rate` once, in `total_steps` ("Super-convergence").

    Args:
        total_steps: an int > 0; stepping beyond it raises ValueError.
        divide_factor: the first rate is `max_learning_rate / divide_factor`.
        phase_pct: the part of the steps that rises, a float in [0, 1].
        anneal_strategy: "cos" or "linear".
        three_phase: rise, fall back to the first rate in as many steps, then fall to the end.

    Raises:
        TypeError: an argument is of the wrong type.
        ValueError: an argument is out of its range.

    Examples:
        >>> import paddlelite as paddle
        >>> cycle = paddle.optimizer.lr.OneCycleLR(1.0, total_steps=10, divide_factor=4)
        >>> cycle()
        0.25
    """

    def __init__(
        self,
        max_learning_rate: float,
        total_steps: int,
        divide_factor: float = 25.0,
        end_learning_rate: float = 0.0001,
        phase_pct: float = 0.3,
        anneal_strategy: str = "cos",
        three_phase: bool = False,
        last_epoch: int = -1,
        verbose: bool = False,
    ) -> None:
        top, end = rate("max_learning_rate", max_learning_rate), rate("end_learning_rate", end_learning_rate)
        if integer("total_steps", total_steps) <= 0:
            raise ValueError(f"'total_steps' must be a positive integer, but received {total_steps}")
        if not isinstance(phase_pct, float):
            raise TypeError(f"'phase_pct' must be 'float', but received {type(phase_pct)}")
        if not 0 <= phase_pct <= 1:
            raise ValueError(f"'phase_pct' must be between 0 and 1, but received {phase_pct}")
        if three_phase and phase_pct >= 0.5:
            raise ValueError(
                f"When three_phase is True, 'phase_pct' must be less than 0.5, but received {phase_pct}"
            )
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(
                f"'anneal_strategy' must be one of 'cos' or 'linear', but received {anneal_strategy}"
            )
        if number("divide_factor", divide_factor) == 0:
            raise ValueError("'divide_factor' must not be zero")
        self.total_steps = total_steps
        self.anneal_strategy = anneal_strategy
        first = top / divide_factor
        peak, last = phase_pct * total_steps - 1, total_steps - 1
        # the corners of the curve: (step, rate)
        self._corners = [(0.0, first), (peak, top), (float(last), end)]
        if three_phase:
            self._corners.insert(2, (2 * peak, first))
        super().__init__(first, last_epoch, verbose)

    def get_lr(self) -> float:
        step = self.last_epoch
        if step > self.total_steps:
            raise ValueError(
                f"Tried to step {step} times. However the number of total steps is {self.total_steps}"
            )
        legs = list(pairwise(self._corners))
        (begin, low), (end, high) = next((leg for leg in legs if step <= leg[1][0]), legs[-1])
        part = (step - begin) / (end - begin)
        if self.anneal_strategy == "linear":
            return low + (high - low) * part
        return high + (low - high) / 2.0 * (1 + math.cos(math.pi * part))
