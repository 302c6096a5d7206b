"""Loss and metrics for programs that draw them: VisualDL, and Weights & Biases."""

from __future__ import annotations

import abc
import numbers
import warnings
from importlib import import_module
from types import ModuleType
from typing import Any

from .callback import Callback, Logs

__all__ = ["VisualDL", "WandbCallback"]


class _Writer(Callback):
    """Writes after every batch of training and every evaluation, between `_open` and `_close`."""

    def __init__(self) -> None:
        super().__init__()
        self.epoch = 0
        self._steps = 0
        self._fitting = False

    @abc.abstractmethod
    def _open(self) -> None:
        """Be ready to write; called again while it is."""

    @abc.abstractmethod
    def _close(self) -> None:
        """Everything is written."""

    @abc.abstractmethod
    def _write(self, mode: str, step: int, values: dict[str, float]) -> None:
        """Write what was measured."""

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._fitting, self._steps = True, 0
        self._open()

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self.epoch = epoch

    def on_train_batch_end(self, step: int, logs: Logs | None = None) -> None:
        self._steps += 1
        self._write("train", self._steps, self._values("train", logs))

    def on_eval_begin(self, logs: Logs | None = None) -> None:
        self._open()

    def on_eval_end(self, logs: Logs | None = None) -> None:
        self._write("eval", self.epoch, self._values("eval", logs))
        if not self._fitting:
            self._close()

    def on_train_end(self, logs: Logs | None = None) -> None:
        self._fitting = False
        self._close()

    def _values(self, mode: str, logs: Logs | None) -> dict[str, float]:
        found = {}
        for name in self.params["metrics"]:
            value = (logs or {}).get(name)
            value = value[0] if isinstance(value, (list, tuple)) and value else value
            if isinstance(value, numbers.Real):
                found[f"{mode}/{name}"] = float(value)
        return found


class VisualDL(_Writer):
    """Writes loss and metrics for VisualDL into the folder ``log_dir``.

    Raises ImportError, when the training begins, if VisualDL is not installed.
    """

    def __init__(self, log_dir: str) -> None:
        super().__init__()
        self.log_dir = log_dir
        self._writer: Any = None

    def _open(self) -> None:
        if self._writer is None:
            self._writer = _module("VisualDL", "visualdl").LogWriter(self.log_dir)

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _write(self, mode: str, step: int, values: dict[str, float]) -> None:
        for tag, value in values.items():
            self._writer.add_scalar(tag=tag, step=step, value=value)


class WandbCallback(_Writer):
    """Logs loss and metrics to Weights & Biases. The arguments, and others, are those of ``wandb.init``.

    Raises ImportError if wandb is not installed.
    """

    def __init__(
        self,
        project: str | None = None,
        entity: str | None = None,
        name: str | None = None,
        dir: str | None = None,
        mode: str | None = None,
        job_type: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__()
        self.wandb = _module("WandbCallback", "wandb")
        self.wandb_args = {
            "project": project, "name": name, "entity": entity, "dir": dir, "mode": mode, "job_type": job_type,
            **kwargs,
        }  # fmt: skip
        self._run: Any = None
        self._open()

    @property
    def run(self) -> Any:
        """The wandb run: a new one, or the one in progress."""
        self._open()
        return self._run

    def _open(self) -> None:
        if self._run is not None:
            return
        self._run = self.wandb.run
        if self._run is None:
            self._run = self.wandb.init(**self.wandb_args)
        else:
            warnings.warn(
                "There is a wandb run already in progress and newly created instances of `WandbCallback` will reuse "
                "this run. If this is not desired, call `wandb.finish()` before instantiating `WandbCallback`.",
                stacklevel=3,
            )
        self._run.define_metric("train/step")
        self._run.define_metric("train/*", step_metric="train/step")
        self._run.define_metric("epoch")
        self._run.define_metric("eval/*", step_metric="epoch")

    def _close(self) -> None:
        if self._run is not None:
            self._run.finish()
            self._run = None

    def _write(self, mode: str, step: int, values: dict[str, float]) -> None:
        self._run.log({"train/step" if mode == "train" else "epoch": step, **values})


def _module(callback: str, name: str) -> ModuleType:
    try:
        return import_module(name)
    except ImportError as error:
        raise ImportError(f"the callback {callback} needs it: pip install {name}") from error
