"""What is done after epochs and batches: saving, and the steps of a learning rate's schedule."""

from __future__ import annotations

import os

from ...errors import InvalidArgumentError
from ...optimizer.lr import LRScheduler as Schedule
from .callback import Callback, Logs

__all__ = ["LRScheduler", "ModelCheckpoint"]


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
