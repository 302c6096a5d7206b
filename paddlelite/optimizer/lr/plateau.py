"""The schedule that watches a metric."""

from __future__ import annotations

from typing import Any

from .base import LRScheduler, number


class ReduceOnPlateau(LRScheduler):
    """Multiply by `factor` when the metric given to `step` has not improved for `patience` steps.

    Args:
        mode: "min" (the metric should fall) or "max".
        factor: < 1.
        threshold: how much better counts as better, relative ("rel") or absolute ("abs") by `threshold_mode`.
        cooldown: steps after a reduction in which the metric is not looked at.
        min_lr: never below this.
        epsilon: a change smaller than this is not made.

    Raises:
        TypeError: `learning_rate` is not a number.
        ValueError: `mode`, `factor` or `threshold_mode` is not one of the above.

    Examples:
        >>> import paddlelite as paddle
        >>> plateau = paddle.optimizer.lr.ReduceOnPlateau(1.0, factor=0.5, patience=1)
        >>> for loss in (0.9, 0.9, 0.9):
        ...     plateau.step(loss)
        >>> plateau()
        0.5
    """

    def __init__(
        self,
        learning_rate: float,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float = 0,
        epsilon: float = 1e-8,
        verbose: bool = False,
    ) -> None:
        if mode.lower() not in ("min", "max"):
            raise ValueError(f"mode: {mode} is unknown! Give 'min' or 'max'")
        if factor >= 1.0:
            raise ValueError(
                f"new_lr = origin_lr * factor, and factor should be < 1.0, but received {factor}"
            )
        if threshold_mode.lower() not in ("rel", "abs"):
            raise ValueError(f"threshold mode: {threshold_mode} is unknown! Give 'rel' or 'abs'")
        self.mode = mode.lower()
        self.factor = factor
        self.patience = patience
        self.threshold = threshold
        self.threshold_mode = threshold_mode.lower()
        self.cooldown = cooldown
        self.min_lr = min_lr
        self.epsilon = epsilon
        self.cooldown_counter = 0
        self.best: float | None = None
        self.num_bad_epochs = 0
        # not the base's __init__: the first step needs a metric
        self.base_lr = self.last_lr = number("learning_rate", learning_rate)
        self.last_epoch = 0
        self.verbose = verbose
        self.state_keys()

    def state_keys(self) -> None:
        self.keys = ["cooldown_counter", "best", "num_bad_epochs", "last_epoch", "last_lr"]

    def step(self, metrics: Any, epoch: int | None = None) -> None:  # type: ignore[override]
        """Look at `metrics` (a number, array or tensor of one element) and reduce the rate if it is time.

        Raises:
            TypeError: `metrics` is not numeric.
            AssertionError: `metrics` has several elements.
        """
        metric = _single(metrics)
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            return
        if self.best is None or self._is_better(metric, self.best):
            self.best = metric
            self.num_bad_epochs = 0
        else:
            self.num_bad_epochs += 1
        if self.num_bad_epochs > self.patience:
            self.cooldown_counter = self.cooldown
            self.num_bad_epochs = 0
            self._reduce()

    def _reduce(self) -> None:
        reduced = max(self.last_lr * self.factor, self.min_lr)
        if self.last_lr - reduced > self.epsilon:
            self.last_lr = reduced
            self._report()

    def _is_better(self, metric: float, best: float) -> bool:
        margin = best * self.threshold if self.threshold_mode == "rel" else self.threshold
        return metric < best - margin if self.mode == "min" else metric > best + margin


def _single(metrics: Any) -> float:
    """The one number in `metrics`."""
    size = getattr(metrics, "size", 1)
    if callable(size) or isinstance(metrics, (str, bytes)) or not hasattr(metrics, "__float__"):
        raise TypeError(
            f"metrics must be 'int', 'float', 'numpy.ndarray' or 'paddle.Tensor', but receive {type(metrics)}"
        )
    if size != 1:
        raise AssertionError(f"the size of metrics must be 1, but it is {size}: take its mean first")
    return float(metrics.item() if hasattr(metrics, "item") else metrics)
