"""Metrics that are summed up batch by batch: Accuracy, Precision, Recall, Auc."""

from __future__ import annotations

import abc
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import UnimplementedError
from ..tensor.tensor import Tensor

__all__ = ["Accuracy", "Auc", "Metric", "Precision", "Recall", "accuracy"]


class Metric(abc.ABC):
    """Base of the metrics: `compute` turns a batch's outputs and labels into what `update` counts.

    Examples:
        >>> import paddlelite as paddle
        >>> class Count(paddle.metric.Metric):
        ...     def reset(self):
        ...         self.seen = 0
        ...
        ...     def update(self, values):
        ...         self.seen += len(values)
        ...
        ...     def accumulate(self):
        ...         return self.seen
        ...
        ...     def name(self):
        ...         return "count"
        >>> count = Count()
        >>> count.reset()
        >>> count.update([1, 2])
        >>> count.accumulate()
        2
    """

    @abc.abstractmethod
    def reset(self) -> None:
        """Start counting afresh."""

    @abc.abstractmethod
    def update(self, *args: Any) -> Any:
        """Count a batch."""

    @abc.abstractmethod
    def accumulate(self) -> Any:
        """The metric of all batches since the reset."""

    @abc.abstractmethod
    def name(self) -> Any:
        """Its name, or a list of names if `accumulate` gives a list."""

    def compute(self, *args: Any) -> Any:
        """What `update` needs of a batch's outputs and labels; they themselves unless a subclass says otherwise."""
        return args


def _array(name: str, value: Any) -> np.ndarray:
    if isinstance(value, Tensor):
        return value._data
    if not isinstance(value, np.ndarray):
        raise ValueError(
            f"The '{name}' must be a numpy ndarray or Tensor, but received {type(value).__name__}."
        )
    return value


class Accuracy(Metric):
    """The part of the samples whose label is among the `k` highest outputs.

    Args:
        topk: the `k`s, a tuple of ints; with several the results are lists.
        name: "acc" when None; several are numbered `acc_top1` ...

    Examples:
        >>> import paddlelite as paddle
        >>> metric = paddle.metric.Accuracy()
        >>> outputs = paddle.to_tensor([[0.1, 0.9], [0.6, 0.4]])
        >>> labels = paddle.to_tensor([[1], [1]])
        >>> float(metric.update(metric.compute(outputs, labels)))
        0.5
        >>> float(metric.accumulate())
        0.5
    """

    def __init__(
        self, topk: Sequence[int] = (1,), name: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        self.topk = (topk,) if isinstance(topk, int) else tuple(topk)
        if not self.topk or any(not isinstance(k, int) or k < 1 for k in self.topk):
            raise ValueError(f"topk should be positive ints, but received {topk}")
        self.maxk = max(self.topk)
        stem = name or "acc"
        self._name = (
            [stem] if len(self.topk) == 1 and self.maxk == 1 else [f"{stem}_top{k}" for k in self.topk]
        )
        self.reset()

    def compute(self, pred: Tensor, label: Tensor, *args: Any) -> Tensor:
        """Which of the highest outputs is the label.

        Args:
            pred: [..., classes].
            label: [...], [..., 1], or [..., classes] with a one for the class.

        Returns:
            float32 [..., greatest k], ones where they agree.
        """
        from ..tensor.manipulation import reshape
        from ..tensor.search import argmax, argsort

        best = argsort(pred, axis=-1, descending=True)[..., : self.maxk]
        if len(label.dims) == 1 or (len(label.dims) == 2 and label.dims[-1] == 1):
            label = reshape(label, [-1, 1])
        elif label.dims[-1] != 1:
            label = argmax(label, axis=-1, keepdim=True)
        return (best == label.astype("int64")).astype("float32")

    def update(self, correct: Any, *args: Any) -> Any:
        """Count what `compute` returned; gives the accuracy of this batch."""
        correct = _array("correct", correct)
        samples = int(np.prod(correct.shape[:-1]))
        hits = [float(correct[..., :k].sum()) for k in self.topk]
        for i, hit in enumerate(hits):
            self.total[i] += hit
            self.count[i] += samples
        return self._shown([hit / samples if samples else 0.0 for hit in hits])

    def reset(self) -> None:
        self.total = [0.0] * len(self.topk)
        self.count = [0] * len(self.topk)

    def accumulate(self) -> Any:
        return self._shown([t / c if c else 0.0 for t, c in zip(self.total, self.count)])

    def _shown(self, values: list[float]) -> Any:
        return values[0] if len(values) == 1 else values

    def name(self) -> list[str]:
        return self._name


class Precision(Metric):
    """Of the samples classified as positive, the part that is: true / (true + false positives).

    Examples:
        >>> import numpy as np
        >>> import paddlelite as paddle
        >>> metric = paddle.metric.Precision()
        >>> metric.update(np.array([0.1, 0.6, 0.9, 0.8]), np.array([0, 1, 1, 0]))
        >>> round(metric.accumulate(), 4)
        0.6667
    """

    def __init__(self, name: str = "precision", *args: Any, **kwargs: Any) -> None:
        self._name = name
        self.reset()

    def update(self, preds: Any, labels: Any, *args: Any) -> None:
        """Count a batch.

        Args:
            preds: probabilities; positive from 0.5 on.
            labels: 0 or 1, as many.

        Raises:
            ValueError: not arrays or tensors, or of different sizes.
        """
        positive, labels = _binary(preds, labels, lambda p: np.floor(p + 0.5))
        self.tp += int(np.count_nonzero(positive & (labels == 1)))
        self.fp += int(np.count_nonzero(positive & (labels != 1)))

    def reset(self) -> None:
        self.tp = 0
        self.fp = 0

    def accumulate(self) -> float:
        found = self.tp + self.fp
        return self.tp / found if found else 0.0

    def name(self) -> str:
        return self._name


class Recall(Metric):
    """Of the positive samples, the part classified so: true positives / (true positives + false negatives).

    Examples:
        >>> import numpy as np
        >>> import paddlelite as paddle
        >>> metric = paddle.metric.Recall()
        >>> metric.update(np.array([0.1, 0.6, 0.9, 0.8]), np.array([1, 1, 1, 0]))
        >>> round(metric.accumulate(), 4)
        0.6667
    """

    def __init__(self, name: str = "recall", *args: Any, **kwargs: Any) -> None:
        self._name = name
        self.reset()

    def update(self, preds: Any, labels: Any, *args: Any) -> None:
        """Count a batch; see `Precision.update`. Exactly 0.5 is negative here, as in PaddlePaddle."""
        positive, labels = _binary(preds, labels, np.rint)
        self.tp += int(np.count_nonzero(positive & (labels == 1)))
        self.fn += int(np.count_nonzero(~positive & (labels == 1)))

    def reset(self) -> None:
        self.tp = 0
        self.fn = 0

    def accumulate(self) -> float:
        relevant = self.tp + self.fn
        return self.tp / relevant if relevant else 0.0

    def name(self) -> str:
        return self._name


def _binary(preds: Any, labels: Any, rounded: Any) -> tuple[np.ndarray, np.ndarray]:
    preds, labels = _array("preds", preds).reshape(-1), _array("labels", labels).reshape(-1)
    if preds.size != labels.size:
        raise ValueError(f"as many preds as labels are needed, but there are {preds.size} and {labels.size}")
    return rounded(preds) == 1, labels


class Auc(Metric):
    """The area under the ROC curve, from a histogram of the probabilities.

    Args:
        curve: "ROC".
        num_thresholds: bins of the histogram.

    Raises:
        UnimplementedError: `curve` is "PR", for which PaddlePaddle silently computes the ROC curve.
        ValueError: it is another word.

    Examples:
        >>> import numpy as np
        >>> import paddlelite as paddle
        >>> auc = paddle.metric.Auc()
        >>> positive = np.array([0.1, 0.4, 0.35, 0.8])
        >>> auc.update(np.stack([1 - positive, positive], axis=1), np.array([[0], [0], [1], [1]]))
        >>> float(auc.accumulate())
        0.75
    """

    def __init__(
        self, curve: str = "ROC", num_thresholds: int = 4095, name: str = "auc", *args: Any, **kwargs: Any
    ) -> None:
        if curve == "PR":
            raise UnimplementedError("Auc(curve='PR'): only the ROC curve is computed; use curve='ROC'")
        if curve != "ROC":
            raise ValueError(f"curve should be 'ROC', but received {curve!r}")
        self._num_thresholds = num_thresholds
        self._name = name
        self.reset()

    def update(self, preds: Any, labels: Any) -> None:
        """Count a batch.

        Args:
            preds: [samples, 2], the second column the probability of the positive class.
            labels: 0 or 1, [samples] or [samples, 1].

        Raises:
            ValueError: not arrays or tensors, or of other shapes.
            AssertionError: a probability outside [0, 1].
        """
        labels, preds = _array("labels", labels).reshape(-1), _array("preds", preds)
        if preds.ndim != 2 or preds.shape[1] != 2 or len(preds) != len(labels):
            raise ValueError(
                f"preds should be [samples, 2] and labels [samples, 1], but are {preds.shape} and {labels.shape}"
            )
        probability = preds[:, 1].astype(np.float64)
        bins = np.floor(probability * self._num_thresholds)
        if not ((bins >= 0) & (bins <= self._num_thresholds)).all():
            raise AssertionError("Auc: the probabilities should be between 0 and 1")
        bins = bins.astype(np.int64)
        size = self._num_thresholds + 1
        positive = labels.astype(bool)
        self._stat_pos += np.bincount(bins[positive], minlength=size)
        self._stat_neg += np.bincount(bins[~positive], minlength=size)

    def accumulate(self) -> float:
        # from the highest threshold down, as many positives and negatives are found
        positives = np.concatenate([[0.0], np.cumsum(self._stat_pos[::-1])])
        negatives = np.concatenate([[0.0], np.cumsum(self._stat_neg[::-1])])
        if not positives[-1] or not negatives[-1]:
            return 0.0
        area = np.sum(np.diff(negatives) * (positives[1:] + positives[:-1]) / 2.0)
        return float(area / positives[-1] / negatives[-1])

    def reset(self) -> None:
        self._stat_pos = np.zeros(self._num_thresholds + 1)
        self._stat_neg = np.zeros(self._num_thresholds + 1)

    def name(self) -> str:
        return self._name


def accuracy(
    input: Tensor,
    label: Tensor,
    k: int = 1,
    correct: Tensor | None = None,
    total: Tensor | None = None,
    name: str | None = None,
) -> Tensor:
    """The part of the rows whose label is among the `k` highest (Paddle's ops `top_k_v2` and `accuracy`).

    Args:
        input: [rows, classes].
        label: [rows, 1], integers.
        correct, total: tensors that are set to the two counts.

    Returns:
        float32, 0-D.

    Raises:
        InvalidArgumentError: the shapes do not fit, or `k` is greater than the number of classes.

    Examples:
        >>> import paddlelite as paddle
        >>> outputs = paddle.to_tensor([[0.1, 0.9], [0.6, 0.4]])
        >>> float(paddle.metric.accuracy(outputs, paddle.to_tensor([[1], [1]])))
        0.5
    """
    from ..errors import InvalidArgumentError
    from ..tensor.search import topk

    if len(label.dims) != 2:
        raise InvalidArgumentError(
            f"ShapeError: label's dimensions of AccuracyOp must be 2, but its shape is {list(label.dims)}"
        )
    rows, given = input.dims[0], label.dims[0]
    if isinstance(rows, int) and isinstance(given, int) and rows != given:
        raise InvalidArgumentError(
            "ShapeError: the output's num_rows of AccuracyOp must be the same as label's num_rows, "
            f"but they are {rows} and {given}"
        )
    best = topk(input, k, axis=-1)[1]
    hits = (best == label.astype("int64")).astype("float32").sum(axis=-1)
    if correct is not None:
        correct.set_value(hits.sum().astype(correct.dtype))
    if total is not None:
        total.set_value(np.asarray(hits.size, total.dtype.np))
    return hits.mean()
