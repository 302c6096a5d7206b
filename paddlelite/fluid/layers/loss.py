"""``fluid.layers.loss`` and ``fluid.layers.metric_op``."""

from __future__ import annotations

from typing import Any

import paddlelite as paddle

from ...errors import PreconditionNotMetError, UnimplementedError
from ...mode import mode
from ...nn import functional as F
from .door import attribute, rows

__all__ = ["TABLE"]


def _column(label: Any) -> Any:
    """Class numbers with a last axis of size 1, as 1.x wants them."""
    return paddle.unsqueeze(label, -1) if label.dims[-1:] != (1,) else label


def _cross_entropy(input: Any, label: Any, soft: bool, ignored: int) -> Any:
    """``-log(p)`` of the labels' probabilities: one number a row, in a last axis of size 1. ``input`` is no logits."""
    if soft:
        return F.cross_entropy(input, label, reduction="none", soft_label=True, use_softmax=False)
    if len(label.dims) != len(input.dims):
        label = _column(label)
    return F.cross_entropy(input, label, ignore_index=ignored, reduction="none", use_softmax=False)


def _with_logits(logits: Any, label: Any, soft: bool, ignored: int, with_softmax: bool, axis: int) -> Any:
    return F.softmax_with_cross_entropy(
        logits, label, soft_label=soft, ignore_index=ignored, return_softmax=with_softmax, axis=axis
    )


def _sigmoid(x: Any, label: Any, ignored: float, normalize: bool) -> Any:
    """Elements whose label is ``ignored`` count nothing; ``normalize`` divides by the number of the others."""
    loss = paddle.add(
        paddle.subtract(F.relu(x), paddle.multiply(x, label)), F.softplus(paddle.scale(paddle.abs(x), -1.0))
    )
    counted = paddle.cast(paddle.not_equal(label, paddle.full([1], float(ignored), label.dtype)), x.dtype)
    loss = paddle.multiply(loss, counted)
    if not normalize:
        return loss
    return paddle.divide(loss, paddle.maximum(paddle.sum(counted), paddle.full([1], 1e-5, x.dtype)))


def _smooth_l1(x: Any, y: Any, inside: Any, outside: Any, sigma: Any) -> Any:
    squared = float(1.0 if sigma is None else sigma) ** 2
    difference = paddle.subtract(x, y)
    if inside is not None:
        difference = paddle.multiply(difference, inside)
    distance = paddle.abs(difference)
    near = paddle.cast(paddle.less_than(distance, paddle.full([1], 1.0 / squared, x.dtype)), x.dtype)
    loss = near * (0.5 * squared * difference * difference) + (1.0 - near) * (distance - 0.5 / squared)
    if outside is not None:
        loss = paddle.multiply(loss, outside)
    return paddle.sum(paddle.flatten(loss, 1), 1, keepdim=True)


def _huber(input: Any, label: Any, delta: float) -> Any:
    difference = paddle.subtract(label, input)
    distance = paddle.abs(difference)
    near = paddle.cast(paddle.less_equal(distance, paddle.full([1], float(delta), input.dtype)), input.dtype)
    return near * 0.5 * difference * difference + (1.0 - near) * delta * (distance - 0.5 * delta)


def _accuracy(input: Any, label: Any, k: int, correct: Any, total: Any) -> Any:
    from ...metric import accuracy

    return accuracy(input, _column(label), k, correct, total)


def _dice(input: Any, label: Any, epsilon: float) -> Any:
    return F.dice_loss(input, label, epsilon)


def _bpr(input: Any, label: Any) -> Any:
    """Bayesian personalized ranking: how far the label's score is above each of the others'."""
    classes = int(input.shape[-1])
    own = paddle.take_along_axis(input, _column(label), -1)
    others = 1.0 - F.one_hot(paddle.squeeze(_column(label), -1), classes)
    terms = F.softplus(paddle.subtract(input, own)) * others
    return paddle.sum(terms, -1, keepdim=True) / float(classes - 1)


def _auc(input: Any, label: Any, curve: str, thresholds: int, topk: int, steps: int) -> Any:
    from ...static.tools import auc

    if mode.tracer is not None:
        raise PreconditionNotMetError(
            "fluid.layers.auc counts in a program: in a guard, use fluid.metrics.Auc"
        )
    return auc(input, label, curve, thresholds, topk, steps)


def _warpctc(logits: Any, label: Any, blank: int, by_times: bool, times: Any, lengths: Any) -> Any:
    """One number a sequence, [batch, 1]. ``logits`` are padded, [time, batch, classes + 1], and so is ``label``."""
    if times is None or lengths is None:
        raise UnimplementedError(
            "fluid.layers.warpctc on sequences of varying length (LoD) is not supported: pad them to [time, batch, "
            "...], and give input_length and label_length"
        )
    found = F.ctc_loss(logits, label, times, lengths, blank, reduction="none", norm_by_times=by_times)
    return paddle.reshape(found, [-1, 1])


# fmt: off
TABLE = rows(
    cross_entropy=lambda input, label, soft_label=False, ignore_index=-100: _cross_entropy(
        input, label, soft_label, ignore_index
    ),
    softmax_with_cross_entropy=lambda logits, label, soft_label=False, ignore_index=-100, numeric_stable_mode=True,
    return_softmax=False, axis=-1: _with_logits(logits, label, soft_label, ignore_index, return_softmax, axis),
    sigmoid_cross_entropy_with_logits=lambda x, label, ignore_index=-100, name=None, normalize=False: _sigmoid(
        x, label, ignore_index, normalize
    ),
    square_error_cost=lambda input, label: F.square_error_cost(input, label),
    mse_loss=lambda input, label: F.mse_loss(input, label),
    smooth_l1=lambda x, y, inside_weight=None, outside_weight=None, sigma=None: _smooth_l1(
        x, y, inside_weight, outside_weight, sigma
    ),
    huber_loss=lambda input, label, delta: _huber(input, label, delta),
    log_loss=lambda input, label, epsilon=1e-4, name=None: F.log_loss(input, label, epsilon),
    kldiv_loss=lambda x, target, reduction="mean", name=None: F.kl_div(x, target, reduction),
    dice_loss=lambda input, label, epsilon=1e-05, name=None: _dice(input, label, epsilon),
    npair_loss=lambda anchor, positive, labels, l2_reg=0.002: F.npair_loss(anchor, positive, labels, l2_reg),
    bpr_loss=lambda input, label, name=None: _bpr(input, label),
    rank_loss=lambda label, left, right, name=None: F.softplus(left - right) - label * (left - right),
    margin_rank_loss=lambda label, left, right, margin=0.1, name=None: F.relu(margin - label * (left - right)),
    label_smooth=lambda label, prior_dist=None, epsilon=0.1, dtype="float32", name=None: F.label_smooth(
        label, prior_dist, epsilon
    ),
    auc=lambda input, label, curve="ROC", num_thresholds=2**12 - 1, topk=1, slide_steps=1: _auc(
        input, label, curve, num_thresholds, topk, slide_steps
    ),
    warpctc=lambda input, label, blank=0, norm_by_times=False, input_length=None, label_length=None: _warpctc(
        input, label, blank, norm_by_times, input_length, label_length
    ),
    accuracy=lambda input, label, k=1, correct=None, total=None: _accuracy(input, label, k, correct, total),
)
# fmt: on

__getattr__ = attribute(TABLE, __name__)
