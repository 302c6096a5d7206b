"""What is done before and after the batches, epochs and runs of `paddle.Model`."""

from __future__ import annotations

import math
import numbers
import os
import time
import warnings
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..errors import InvalidArgumentError
from ..optimizer.lr import LRScheduler as Schedule
from .progressbar import ProgressBar

if TYPE_CHECKING:
    from .model import Model

__all__ = [
    "Callback", "EarlyStopping", "LRScheduler", "ModelCheckpoint", "ProgBarLogger", "ReduceLROnPlateau", "VisualDL",
]  # fmt: skip

Logs = dict[str, Any]


class Callback:
    """Base of the callbacks: define the methods of the moments you want to do something at.

    ``self.model`` is the `paddle.Model`, ``self.params`` has ``batch_size``, ``epochs``, ``steps``, ``verbose``,
    ``metrics``. ``logs`` has the loss (a list) and the metrics by name, ``step`` and ``batch_size``.

    >>> import paddlelite as paddle
    >>> class Tell(paddle.callbacks.Callback):
    ...     def on_epoch_end(self, epoch, logs=None):
    ...         print("epoch", epoch, sorted(logs))
    """

    def __init__(self) -> None:
        self.model: Any = None
        self.params: Logs = {}

    def set_params(self, params: Logs) -> None:
        """Called once before everything else."""
        self.params = params

    def set_model(self, model: Model) -> None:
        """Called once before everything else."""
        self.model = model

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Before the first epoch."""

    def on_train_end(self, logs: Logs | None = None) -> None:
        """After the last epoch."""

    def on_eval_begin(self, logs: Logs | None = None) -> None:
        """Before an evaluation; ``logs`` has its ``steps`` and ``metrics``."""

    def on_eval_end(self, logs: Logs | None = None) -> None:
        """After an evaluation."""

    def on_predict_begin(self, logs: Logs | None = None) -> None:
        """Before a prediction; ``logs`` has its ``steps``."""

    def on_predict_end(self, logs: Logs | None = None) -> None:
        """After a prediction."""

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Before an epoch, counted from 0."""

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """After an epoch, before the evaluation that may follow."""

    def on_train_batch_begin(self, step: int, logs: Logs | None = None) -> None:
        """Before a batch of training."""

    def on_train_batch_end(self, step: int, logs: Logs | None = None) -> None:
        """After a batch of training."""

    def on_eval_batch_begin(self, step: int, logs: Logs | None = None) -> None:
        """Before a batch of evaluation."""

    def on_eval_batch_end(self, step: int, logs: Logs | None = None) -> None:
        """After a batch of evaluation."""

    def on_predict_batch_begin(self, step: int, logs: Logs | None = None) -> None:
        """Before a batch of prediction."""

    def on_predict_batch_end(self, step: int, logs: Logs | None = None) -> None:
        """After a batch of prediction."""


class CallbackList:
    """The callbacks of a run, called in order."""

    def __init__(self, callbacks: Sequence[Callback], model: Model, params: Logs) -> None:
        self.callbacks = list(callbacks)
        for callback in self.callbacks:
            callback.set_model(model)
            callback.set_params(params)

    def __iter__(self) -> Iterator[Callback]:
        return iter(self.callbacks)

    def call(self, moment: str, *args: Any) -> None:
        """`on_<moment>` of each."""
        for callback in self.callbacks:
            getattr(callback, f"on_{moment}")(*args)


def config_callbacks(
    callbacks: Any,
    model: Model,
    *,
    epochs: int | None = None,
    steps: int | None = None,
    log_freq: int = 2,
    verbose: int = 2,
    save_freq: int = 1,
    save_dir: str | None = None,
    metrics: Sequence[str] = (),
    batch_size: Any = None,
) -> CallbackList:
    """The user's callbacks and those that always run: progress, checkpoints, the learning rate's schedule."""
    chosen = list(callbacks) if isinstance(callbacks, (list, tuple)) else [callbacks] if callbacks else []
    if verbose and not any(isinstance(each, ProgBarLogger) for each in chosen):
        chosen.insert(0, ProgBarLogger(log_freq, verbose))
    if not any(isinstance(each, ModelCheckpoint) for each in chosen):
        chosen.append(ModelCheckpoint(save_freq, save_dir))
    if not any(isinstance(each, LRScheduler) for each in chosen):
        chosen.append(LRScheduler())
    for each in chosen:
        if isinstance(each, EarlyStopping):
            each.save_dir = save_dir
    params = {
        "batch_size": batch_size,
        "epochs": epochs,
        "steps": steps,
        "verbose": verbose,
        "metrics": list(metrics),
    }
    return CallbackList(chosen, model, params)


class _Progress:
    """One pass over batches: its bar, what it has counted, and how long loading and computing took."""

    def __init__(self, steps: int | None, metrics: Sequence[str], verbose: int) -> None:
        self.steps = steps
        self.metrics = metrics
        self.bar = ProgressBar(num=steps, verbose=verbose)
        self.step = self.samples = 0
        self.costs = verbose == 3
        self._forget()
        self._since = time.time()

    def _forget(self) -> None:
        self._loading = self._computing = 0.0
        self._batches = self._batch_samples = 0

    def begin(self) -> None:
        self._loading += time.time() - self._since
        self._since = time.time()

    def end(self, logs: Logs) -> None:
        self._computing += time.time() - self._since
        self.step += 1
        self._batches += 1
        samples = logs.get("batch_size", 1)
        self.samples += samples
        self._batch_samples += samples
        self._since = time.time()

    def is_due(self, every: int) -> bool:
        """Whether a line is due that the end of the pass will not show anyway."""
        return self.step % every == 0 and (self.steps is None or self.step < self.steps)

    def show(self, logs: Logs) -> None:
        values = [(name, logs[name]) for name in self.metrics if name in logs]
        if self.costs:
            count, taken = max(1, self._batches), self._loading + self._computing
            values += [
                ("avg_reader_cost", f"{self._loading / count:.5f} sec"),
                ("avg_batch_cost", f"{self._computing / count:.5f} sec"),
                ("ips", f"{max(1, self._batch_samples) / taken if taken else 0:.5f} samples/sec"),
            ]
            self._forget()
        self.bar.update(self.step, values)


class ProgBarLogger(Callback):
    """Shows loss and metrics every ``log_freq`` batches.

    ``verbose``: 0 nothing, 1 a bar that is drawn over, 2 a line each time, 3 with what loading and computing cost.
    """

    def __init__(self, log_freq: int = 1, verbose: int = 2) -> None:
        super().__init__()
        if log_freq < 1:
            raise InvalidArgumentError(f"log_freq should be positive, but is {log_freq}")
        self.log_freq = log_freq
        self.verbose = verbose
        self._now: Any = None

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._say(
            "The loss value printed in the log is the current step, and the metric is the average value of previous "
            "steps."
        )

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        if self.params["epochs"]:
            self._say(f"Epoch {epoch + 1}/{self.params['epochs']}")
        self._now = _Progress(self.params["steps"], self.params["metrics"], self.verbose)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self._last(logs)

    def on_eval_begin(self, logs: Logs | None = None) -> None:
        self._begin(logs)
        self._say("Eval begin...")

    def on_eval_end(self, logs: Logs | None = None) -> None:
        if self._now.steps is not None:
            self._last(logs)
            self._say(f"Eval samples: {self._now.samples}")

    def on_predict_begin(self, logs: Logs | None = None) -> None:
        self._begin(logs)
        self._say("Predict begin...")

    def on_predict_end(self, logs: Logs | None = None) -> None:
        if self.verbose and (self._now.step % self.log_freq or self.verbose == 1):
            self._now.show(logs or {})
        self._say(f"Predict samples: {self._now.samples}")

    def on_train_batch_begin(self, step: int, logs: Logs | None = None) -> None:
        self._now.begin()

    on_eval_batch_begin = on_predict_batch_begin = on_train_batch_begin

    def on_train_batch_end(self, step: int, logs: Logs | None = None) -> None:
        self._now.end(logs or {})
        if self.verbose and self._now.is_due(self.log_freq):
            self._now.show(logs or {})

    on_eval_batch_end = on_predict_batch_end = on_train_batch_end

    def _begin(self, logs: Logs | None) -> None:
        logs = logs or {}
        self._now = _Progress(logs.get("steps"), logs.get("metrics", []), self.verbose)

    def _last(self, logs: Logs | None) -> None:
        if self.verbose and self._now.steps is not None:
            self._now.show(logs or {})

    def _say(self, line: str) -> None:
        if self.verbose:
            print(line)  # noqa: T201 (printing is what it is for)


class ModelCheckpoint(Callback):
    """Saves the model to ``save_dir/<epoch>`` every ``save_freq`` epochs and to ``save_dir/final`` at the end."""

    def __init__(self, save_freq: int = 1, save_dir: str | None = None) -> None:
        super().__init__()
        if save_freq < 1:
            raise InvalidArgumentError(f"save_freq should be positive, but is {save_freq}")
        self.save_freq = save_freq
        self.save_dir = save_dir

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if epoch % self.save_freq == 0:
            self._save(str(epoch))

    def on_train_end(self, logs: Logs | None = None) -> None:
        self._save("final")

    def _save(self, name: str) -> None:
        if self.save_dir:
            path = f"{self.save_dir}/{name}"
            print(f"save checkpoint at {os.path.abspath(path)}")  # noqa: T201
            self.model.save(path)


class LRScheduler(Callback):
    """A step of the optimizer's schedule after every batch (``by_step``), or after every epoch (``by_epoch``).

    Raises ValueError for both.
    """

    def __init__(self, by_step: bool = True, by_epoch: bool = False) -> None:
        super().__init__()
        if by_step and by_epoch:
            raise InvalidArgumentError("by_step option is mutually exclusive with by_epoch")
        self.by_step = by_step
        self.by_epoch = by_epoch

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if self.by_epoch:
            self._step()

    def on_train_batch_end(self, step: int, logs: Logs | None = None) -> None:
        if self.by_step:
            self._step()

    def _step(self) -> None:
        schedule = getattr(self.model._optimizer, "_learning_rate", None)
        if isinstance(schedule, Schedule):
            schedule.step()


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


class VisualDL(Callback):
    """Writes loss and metrics for VisualDL, after every batch of training and every evaluation.

    Raises ImportError, when the training begins, if VisualDL is not installed.
    """

    def __init__(self, log_dir: str) -> None:
        super().__init__()
        self.log_dir = log_dir
        self.epoch = 0
        self._steps = 0
        self._fitting = False
        self._writer: Any = None

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._fitting, self._steps = True, 0
        self._open()

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self.epoch = epoch

    def on_train_batch_end(self, step: int, logs: Logs | None = None) -> None:
        self._steps += 1
        self._write("train", self._steps, logs or {})

    def on_eval_begin(self, logs: Logs | None = None) -> None:
        self._open()

    def on_eval_end(self, logs: Logs | None = None) -> None:
        self._write("eval", self.epoch, logs or {})
        if not self._fitting:
            self._close()

    def on_train_end(self, logs: Logs | None = None) -> None:
        self._fitting = False
        self._close()

    def _open(self) -> None:
        if self._writer is None:
            try:
                module = import_module("visualdl")
            except ImportError as error:
                raise ImportError("the callback VisualDL needs it: pip install visualdl") from error
            self._writer = module.LogWriter(self.log_dir)

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _write(self, mode: str, step: int, logs: Logs) -> None:
        for name in self.params["metrics"]:
            value = logs.get(name)
            value = value[0] if isinstance(value, (list, tuple)) and value else value
            if isinstance(value, numbers.Real):
                self._writer.add_scalar(tag=f"{mode}/{name}", step=step, value=float(value))
