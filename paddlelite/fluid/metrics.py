"""``fluid.metrics``: metrics that count batches, in 1.x's form."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import metric as core
from ..errors import InvalidTypeError, PreconditionNotMetError
from .layers.door import refused

__all__ = [
    "Accuracy",
    "Auc",
    "ChunkEvaluator",
    "CompositeMetric",
    "DetectionMAP",
    "EditDistance",
    "MetricBase",
    "Precision",
    "Recall",
]


class MetricBase:
    """The base: ``update`` with every batch, ``eval`` for the result, ``reset`` to begin again."""

    def __init__(self, name: str | None = None) -> None:
        self._name = str(name) if name is not None else type(self).__name__

    def reset(self) -> None:
        """Forget what was counted."""
        raise NotImplementedError(f"{type(self).__name__} does not define reset()")

    def update(self, preds: Any, labels: Any) -> None:
        """Count a batch."""
        raise NotImplementedError(f"{type(self).__name__} does not define update()")

    def eval(self) -> Any:
        """The result so far."""
        raise NotImplementedError(f"{type(self).__name__} does not define eval()")

    def get_config(self) -> dict[str, Any]:
        """The metric's public attributes."""
        return {k: v for k, v in self.__dict__.items() if not k.startswith("_")}


class Accuracy(MetricBase):
    """The mean of batches' accuracies by their sizes.

    >>> import paddlelite.fluid as fluid
    >>> accuracy = fluid.metrics.Accuracy()
    >>> accuracy.update(value=0.5, weight=10)
    >>> accuracy.update(value=1.0, weight=10)
    >>> accuracy.eval()
    0.75
    """

    def __init__(self, name: str | None = None) -> None:
        super().__init__(name)
        self.reset()

    def reset(self) -> None:
        self.value = self.weight = 0.0

    def update(self, value: Any, weight: Any) -> None:  # type: ignore[override]
        for what, given in (("value", value), ("weight", weight)):
            if not isinstance(given, (int, float, np.ndarray, np.generic)):
                raise InvalidTypeError(f"The '{what}' must be a number(int, float) or a numpy ndarray.")
        if np.any(np.asarray(weight) < 0):
            raise ValueError("The 'weight' can not be negative")
        self.value += float(np.asarray(value).reshape(-1)[0]) * float(np.asarray(weight).reshape(-1)[0])
        self.weight += float(np.asarray(weight).reshape(-1)[0])

    def eval(self) -> float:
        if not self.weight:
            raise PreconditionNotMetError(
                "There is no data in Accuracy Metrics. Please check layers.accuracy output."
            )
        return self.value / self.weight


class _Wrapped(MetricBase):
    """One of ``paddle.metric`` under 1.x's names."""

    _kind: Any

    def __init__(self, name: str | None = None, **options: Any) -> None:
        super().__init__(name)
        self._metric = self._kind(**options)

    def reset(self) -> None:
        self._metric.reset()

    def update(self, preds: Any, labels: Any) -> None:
        self._metric.update(preds, labels)

    def eval(self) -> Any:
        return self._metric.accumulate()


class Precision(_Wrapped):
    """Of what was predicted positive, the share that is."""

    _kind = core.Precision


class Recall(_Wrapped):
    """Of what is positive, the share that was predicted."""

    _kind = core.Recall


class Auc(_Wrapped):
    """The area under the ROC curve."""

    _kind = core.Auc

    def __init__(self, name: str | None = None, curve: str = "ROC", num_thresholds: int = 4095) -> None:
        super().__init__(name, curve=curve, num_thresholds=num_thresholds)


class CompositeMetric(MetricBase):
    """Several metrics of the same batches."""

    def __init__(self, name: str | None = None) -> None:
        super().__init__(name)
        self._metrics: list[MetricBase] = []

    def add_metric(self, metric: MetricBase) -> None:
        """Add one."""
        if not isinstance(metric, MetricBase):
            raise InvalidTypeError("SubMetric should be inherit from MetricBase.")
        self._metrics.append(metric)

    def reset(self) -> None:
        for metric in self._metrics:
            metric.reset()

    def update(self, preds: Any, labels: Any) -> None:
        for metric in self._metrics:
            metric.update(preds, labels)

    def eval(self) -> list[Any]:
        return [metric.eval() for metric in self._metrics]


class ChunkEvaluator(MetricBase):
    """Precision, recall and F1 of counted chunks."""

    def __init__(self, name: str | None = None) -> None:
        super().__init__(name)
        self.reset()

    def reset(self) -> None:
        self.num_infer_chunks = self.num_label_chunks = self.num_correct_chunks = 0

    def update(self, num_infer_chunks: Any, num_label_chunks: Any, num_correct_chunks: Any) -> None:  # type: ignore[override]
        """Count how many chunks were found, how many there are, and how many were found rightly."""
        counts = (num_infer_chunks, num_label_chunks, num_correct_chunks)
        if not all(isinstance(count, (int, float, np.ndarray, np.generic)) for count in counts):
            raise InvalidTypeError("The numbers of chunks must be numbers or numpy ndarrays.")
        self.num_infer_chunks += int(np.sum(num_infer_chunks))
        self.num_label_chunks += int(np.sum(num_label_chunks))
        self.num_correct_chunks += int(np.sum(num_correct_chunks))

    def eval(self) -> tuple[float, float, float]:
        right = self.num_correct_chunks
        precision = right / self.num_infer_chunks if self.num_infer_chunks else 0.0
        recall = right / self.num_label_chunks if self.num_label_chunks else 0.0
        return precision, recall, 2 * precision * recall / (precision + recall) if right else 0.0


class EditDistance(MetricBase):
    """The mean distance, and the share of sequences that are not right."""

    def __init__(self, name: str | None = None) -> None:
        super().__init__(name)
        self.reset()

    def reset(self) -> None:
        self.total_distance, self.seq_num, self.instance_error = 0.0, 0, 0

    def update(self, distances: Any, seq_num: Any) -> None:  # type: ignore[override]
        """Count a batch: the distances of its sequences, and how many they are."""
        if not isinstance(distances, np.ndarray):
            raise InvalidTypeError("The 'distances' must be a numpy ndarray.")
        self.seq_num += int(np.sum(seq_num))
        self.instance_error += int(np.sum(seq_num)) - int(np.sum(distances == 0))
        self.total_distance += float(np.sum(distances))

    def eval(self) -> tuple[float, float]:
        if not self.seq_num:
            raise PreconditionNotMetError("There is no data in EditDistance Metric.")
        return self.total_distance / self.seq_num, self.instance_error / self.seq_num


DetectionMAP = refused("DetectionMAP", "detection ops are not part of this package", "fluid.metrics")
