"""What is done before and after the batches, epochs and runs of `paddle.Model`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ...errors import InvalidTypeError
from .callback import Callback, CallbackList
from .monitors import EarlyStopping, ReduceLROnPlateau
from .progress import ProgBarLogger
from .steps import LRScheduler, ModelCheckpoint
from .writers import VisualDL, WandbCallback

if TYPE_CHECKING:
    from ..model import Model

__all__ = [
    "Callback", "EarlyStopping", "LRScheduler", "ModelCheckpoint", "ProgBarLogger", "ReduceLROnPlateau", "VisualDL",
    "WandbCallback",
]  # fmt: skip


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
    for each in chosen:
        if not isinstance(each, Callback):
            raise InvalidTypeError(f"callbacks have to be paddle.callbacks.Callback, but one is {each!r}")
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
