"""The base of the callbacks, and a run's list of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..model import Model

__all__ = ["Callback", "CallbackList", "Logs"]

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
