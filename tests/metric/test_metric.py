"""Metrics; numbers recorded from PaddlePaddle 3.3.1."""

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite.metric import Accuracy, Auc, Metric, Precision, Recall, accuracy

PRED = [[0.1, 0.5, 0.4], [0.6, 0.2, 0.2], [0.2, 0.3, 0.5], [0.3, 0.3, 0.4]]
LABELS = [
    [[1], [0], [1], [0]],
    [1, 0, 1, 0],
    [[0, 1, 0], [1, 0, 0], [0, 1, 0], [1.0, 0, 0]],
]


@pytest.mark.parametrize("label", LABELS)
def test_accuracy_with_every_form_of_label(label):
    pred, label = paddle.to_tensor(PRED), paddle.to_tensor(label)
    one = Accuracy()
    correct = one.compute(pred, label)
    assert correct.shape == [4, 1] and correct.dtype == paddle.float32
    assert correct.tolist() == [[1.0], [1.0], [0.0], [0.0]]
    assert one.update(correct) == 0.5 and one.update(correct.numpy()) == 0.5 and one.accumulate() == 0.5
    assert (one.total, one.count, one.name()) == ([4.0], [8], ["acc"])

    two = Accuracy(topk=(1, 2))
    correct = two.compute(pred, label)
    assert correct.tolist() == [[1, 0], [1, 0], [0, 1], [0, 1]]
    assert two.update(correct) == [0.5, 1.0] and two.accumulate() == [0.5, 1.0]
    assert two.name() == ["acc_top1", "acc_top2"]

    second = Accuracy(topk=(2,), name="x")
    assert second.update(second.compute(pred, label)) == 1.0 and second.name() == ["x_top2"]
    second.reset()
    assert second.accumulate() == 0.0 and (second.total, second.count) == ([0.0], [0])


def test_accuracy_of_sequences():
    pred = paddle.to_tensor(np.eye(5, dtype="float32")[[[1, 2, 0], [3, 4, 1]]])
    metric = Accuracy()
    assert metric.compute(pred, paddle.to_tensor([[[1], [2], [0]], [[3], [0], [0]]])).shape == [2, 3, 1]
    assert metric.update(
        metric.compute(pred, paddle.to_tensor([[[1], [2], [0]], [[3], [0], [0]]]))
    ) == pytest.approx(2 / 3)


def test_functional_accuracy():
    pred, label = paddle.to_tensor(PRED), paddle.to_tensor(LABELS[0])
    result = accuracy(pred, label)
    assert result.shape == [] and result.item() == 0.5 and accuracy(pred, label, k=2).item() == 1.0
    correct, total = paddle.to_tensor(0, dtype="int32"), paddle.to_tensor(0, dtype="int32")
    accuracy(pred, label.astype("int32"), correct=correct, total=total)
    assert (correct.item(), total.item()) == (2, 4)
    for bad, k in [(LABELS[1], 1), (LABELS[0][:3], 1), (LABELS[0], 5)]:
        with pytest.raises(ValueError, match="InvalidArgument"):
            accuracy(pred, paddle.to_tensor(bad), k=k)


def test_precision_and_recall():
    precision, recall = Precision(), Recall("found")
    assert precision.accumulate() == recall.accumulate() == 0.0
    precision.update(np.array([0.1, 0.5, 0.6, 0.7]), np.array([0, 1, 1, 0]))
    assert (precision.tp, precision.fp) == (2, 1) and precision.accumulate() == pytest.approx(2 / 3)
    precision.update(paddle.to_tensor([[0.1], [0.9]]), paddle.to_tensor([[1], [1]]))
    assert precision.accumulate() == 0.75
    precision.update(np.array([0.6]), np.array([2]))
    assert precision.accumulate() == 0.6 and precision.name() == "precision"

    recall.update(np.array([0.1, 0.5, 0.6, 0.7]), np.array([1, 1, 1, 0]))
    assert (recall.tp, recall.fn) == (1, 2) and recall.accumulate() == pytest.approx(1 / 3)
    assert recall.name() == "found"
    recall.reset()
    assert recall.accumulate() == 0.0
    for metric in (precision, recall):
        with pytest.raises(ValueError, match="'preds' must be"):
            metric.update([1], [1])
        with pytest.raises(ValueError, match="as many"):
            metric.update(np.ones(2), np.ones(3))


def test_auc():
    scores, labels = np.array([0.1, 0.4, 0.35, 0.8, 0.7, 0.05]), np.array([[0], [0], [1], [1], [1], [0]])
    preds = np.stack([1 - scores, scores], axis=1)
    auc = Auc(num_thresholds=20)
    auc.update(preds, labels)
    assert auc.accumulate() == pytest.approx(0.8888888888888888)
    auc.update(paddle.to_tensor(preds), paddle.to_tensor(1 - labels))
    assert auc.accumulate() == pytest.approx(0.5) and auc.name() == "auc"
    auc.reset()
    assert auc.accumulate() == 0.0

    rng = np.random.RandomState(0)
    scores = rng.rand(200)
    labels = (rng.rand(200) < scores).astype("int64")
    fine = Auc()
    fine.update(np.stack([1 - scores, scores], axis=1), labels[:, None])
    assert fine.accumulate() == pytest.approx(0.8427840224809314, rel=1e-12)
    with pytest.raises(AssertionError, match="between 0 and 1"):
        fine.update(np.array([[0.5, 1.5]]), np.array([[1]]))
    with pytest.raises(AssertionError, match="between 0 and 1"):
        fine.update(np.array([[0.5, np.nan]]), np.array([[1]]))
    with pytest.raises(ValueError, match="'labels' must be"):
        fine.update([1], [2])
    with pytest.raises(ValueError, match="samples, 2"):
        fine.update(scores, labels)
    with pytest.raises(NotImplementedError, match="PR"):
        Auc(curve="PR")
    with pytest.raises(ValueError, match="curve"):
        Auc(curve="x")


def test_what_a_subclass_must_define():
    with pytest.raises(TypeError, match="abstract"):
        Metric()
    with pytest.raises(ValueError, match="topk"):
        Accuracy(topk=())
    with pytest.raises(ValueError, match="topk"):
        Accuracy(topk=(0,))
