"""Callbacks that watch a value of the evaluations."""

from __future__ import annotations

import math
import numbers
import os
import warnings

from ...errors import InvalidArgumentError
from ...optimizer.lr import LRScheduler as Schedule
from .callback import Callback, Logs

__all__ = ["EarlyStopping", "ReduceLROnPlateau"]


class _Monitor(Callback):
    """Watches a value of the evaluations."""

    def __init__(self, monitor: str, mode: str, patience: int, verbose: int, min_delta: float) -> None:
        super().__init__()
        if mode not in ("auto", "min", "max"):
            warnings.warn(
                f"{type(self).__name__} mode {mode} is unknown, fallback to auto mode.", stacklevel=3
            )
            mode = "auto"
        self.monitor = monitor
        self.patience = patience
        self.verbose = verbose
        self.min_delta = abs(min_delta)
        self._sign = 1 if mode == "max" or (mode == "auto" and "acc" in monitor) else -1

    def _worst(self) -> float:
        return -self._sign * math.inf

    def _is_better(self, value: float, best: float) -> bool:
        return self._sign * (value - best) > self.min_delta

    def _value(self, logs: Logs | None) -> float | None:
        """The watched value of an evaluation; None, with a warning, if there is none."""
        value = (logs or {}).get(self.monitor)
        value = value[0] if isinstance(value, (list, tuple)) and value else value
        if isinstance(value, numbers.Real):
            return float(value)
        warnings.warn(
            f"Monitor of {type(self).__name__} should be loss or metric name, and {self.monitor!r} is none of "
            f"{sorted(logs or {})}.",
            stacklevel=2,
        )
        return None


class EarlyStopping(_Monitor):
    """Ends the training when the watched value has not become better in ``patience`` evaluations.

    Args:
        monitor: ``"loss"`` or the name of a metric.
        mode: ``"max"`` if more is better, ``"min"``, or ``"auto"``: max for names with ``acc`` in them.
        min_delta: what counts as better.
        baseline: what it has to be better than at first.
        save_best_model: save to ``best_model`` in the ``save_dir`` of `Model.fit`.
    """

    def __init__(
        self,
        monitor: str = "loss",
        mode: str = "auto",
        patience: int = 0,
        verbose: int = 1,
        min_delta: float = 0,
        baseline: float | None = None,
        save_best_model: bool = True,
    ) -> None:
        super().__init__(monitor, mode, patience, verbose, min_delta)
        self.baseline = baseline
        self.save_best_model = save_best_model
        self.save_dir: str | None = None  # as `Model.fit` was told
        self._begin()

    def _begin(self) -> None:
        self.wait_epoch = self.stopped_epoch = 0
        self.best_value = self._worst() if self.baseline is None else self.baseline

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._begin()

    def on_eval_end(self, logs: Logs | None = None) -> None:
        value = self._value(logs)
        if value is None:
            return
        self.stopped_epoch += 1
        if self._is_better(value, self.best_value):
            self.best_value, self.wait_epoch = value, 0
            if self._path():
                self.model.save(self._path())
        else:
            self.wait_epoch += 1
        if self.wait_epoch >= self.patience:
            self.model.stop_training = True
            if self.verbose > 0:
                print(f"Epoch {self.stopped_epoch}: Early stopping.")  # noqa: T201
                if self._path():
                    print(f"Best checkpoint has been saved at {os.path.abspath(self._path())}")  # noqa: T201

    def _path(self) -> str:
        return os.path.join(self.save_dir, "best_model") if self.save_best_model and self.save_dir else ""


class ReduceLROnPlateau(_Monitor):
    """Multiplies the learning rate, which has to be a number, by ``factor`` when the watched value has not become
    better in ``patience`` evaluations; not again for ``cooldown`` evaluations, and not below ``min_lr``.

    ``monitor``, ``mode`` and ``min_delta`` as for `EarlyStopping`. (PaddlePaddle 3.3 says so, too, and goes on with the
    old rate.) Raises ValueError for a ``factor`` of 1 or more.
    """

    def __init__(
        self,
        monitor: str = "loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 1,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0,
    ) -> None:
        super().__init__(monitor, mode, patience, verbose, min_delta)
        if factor >= 1.0:
            raise InvalidArgumentError(
                f"ReduceLROnPlateau does not support a factor >= 1.0, such as {factor}."
            )
        self.factor = factor
        self.cooldown = cooldown
        self.min_lr = min_lr
        self.epoch = 0
        self._begin()

    def _begin(self) -> None:
        self.cooldown_counter = self.wait = 0
        self.best = self._worst()

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._begin()

    def in_cooldown(self) -> bool:
        """Whether the rate has just been reduced."""
        return self.cooldown_counter > 0

    def on_eval_end(self, logs: Logs | None = None) -> None:
        value = self._value(logs)
        if value is None:
            return
        optimizer = self.model._optimizer
        if optimizer is None or isinstance(optimizer._learning_rate, Schedule):
            warnings.warn(
                "ReduceLROnPlateau changes a learning rate that is a number; this optimizer has a schedule.",
                stacklevel=2,
            )
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self._is_better(value, self.best):
            self.best, self.wait = value, 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience and optimizer.get_lr() > self.min_lr:
                rate = max(optimizer.get_lr() * self.factor, self.min_lr)
                optimizer.set_lr(rate)
                if self.verbose > 0:
                    print(f"\nEpoch {self.epoch + 1}: ReduceLROnPlateau reducing learning rate to {rate}.")  # noqa: T201
                self.cooldown_counter, self.wait = self.cooldown, 0
        self.epoch += 1
