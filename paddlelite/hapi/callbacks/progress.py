"""What is shown while a Model trains."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from ...errors import InvalidArgumentError
from ..progressbar import ProgressBar
from .callback import Callback, Logs

__all__ = ["ProgBarLogger"]


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
