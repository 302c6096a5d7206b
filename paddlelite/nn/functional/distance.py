"""Distances, and losses that compare distances or signs."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ...errors import InvalidArgumentError
from ...ops.compose import call
from ...ops.elementwise import add, cast, divide, multiply, scale, subtract
from ...ops.reduce import reduce_mean, reduce_sum
from ...tensor.creation import to_tensor
from ...tensor.tensor import Tensor
from .common import cosine_similarity
from .loss import reduce

__all__ = [
    "cosine_embedding_loss",
    "dice_loss",
    "gaussian_nll_loss",
    "hinge_embedding_loss",
    "margin_ranking_loss",
    "multi_label_margin_loss",
    "multi_label_soft_margin_loss",
    "multi_margin_loss",
    "npair_loss",
    "pairwise_distance",
    "pdist",
    "poisson_nll_loss",
    "soft_margin_loss",
    "triplet_margin_loss",
    "triplet_margin_with_distance_loss",
]


def pairwise_distance(
    x: Tensor,
    y: Tensor,
    p: float = 2.0,
    epsilon: float = 1e-6,
    keepdim: bool = False,
    name: str | None = None,
) -> Tensor:
    """The p-norm of ``x - y + epsilon`` along the last axis. Paddle op: p_norm.

    >>> import paddlelite as paddle
    >>> x, y = paddle.to_tensor([[3.0, 4.0]]), paddle.to_tensor([[0.0, 0.0]])
    >>> paddle.nn.functional.pairwise_distance(x, y, epsilon=0.0).numpy()
    array([5.], dtype=float32)
    """
    difference = subtract(x, y)
    if epsilon != 0.0:
        difference = scale(difference, bias=float(epsilon))
    return call("p_norm", difference, porder=float(p), axis=-1, keepdim=keepdim, epsilon=0.0)


def pdist(x: Tensor, p: float = 2.0, name: str | None = None) -> Tensor:
    """The p-norms of the differences of all pairs of rows of ``x`` [n, m], the first with the others before the second:
    [n · (n - 1) / 2].

    Raises InvalidArgumentError for another number of axes, or of rows that are not known in a graph.

    >>> import paddlelite as paddle
    >>> paddle.pdist(paddle.to_tensor([[0.0, 0.0], [3.0, 4.0], [0.0, 1.0]])).tolist()[:2]
    [5.0, 1.0]
    """
    if len(x.dims) != 2 or not isinstance(x.dims[0], int):
        raise InvalidArgumentError(f"pdist needs a known number of rows [n, m], but got {list(x.shape)}")
    first, second = np.triu_indices(x.dims[0], 1)
    return pairwise_distance(x[to_tensor(first)], x[to_tensor(second)], p, epsilon=0.0)


def _relu(x: Tensor) -> Tensor:
    return call("relu", x)


def margin_ranking_loss(
    input: Tensor,
    other: Tensor,
    label: Tensor,
    margin: float = 0.0,
    reduction: str = "mean",
    name: str | None = None,
) -> Tensor:
    """``max(0, -label * (input - other) + margin)`` with labels 1 and -1."""
    gap = multiply(subtract(other, input), label)
    return reduce(_relu(scale(gap, bias=float(margin)) if margin else gap), reduction, "MarginRankingLoss")


def hinge_embedding_loss(
    input: Tensor, label: Tensor, margin: float = 1.0, reduction: str = "mean", name: str | None = None
) -> Tensor:
    """``input`` where the label is 1, ``max(0, margin - input)`` where it is -1."""
    one = call("fill_any_like", label, value=1.0)
    zero = call("fill_any_like", input, value=0.0)
    away = call(
        "where",
        call("equal", label, scale(one, scale=-1.0)),
        _relu(scale(input, scale=-1.0, bias=margin)),
        zero,
    )
    near = call("where", call("equal", label, one), input, zero)
    return reduce(add(near, away), reduction, "hinge_embedding_loss")


def cosine_embedding_loss(
    input1: Tensor,
    input2: Tensor,
    label: Tensor,
    margin: float = 0,
    reduction: str = "mean",
    name: str | None = None,
) -> Tensor:
    """``1 - cos`` where the label is 1, ``max(0, cos - margin)`` where it is -1. Raises for shapes that do not fit."""
    if len(label.dims) != 1:
        raise InvalidArgumentError(
            "1D target tensor expected, multi-target not supported. Please check the value of label"
        )
    if len(input1.dims) > 2:
        raise InvalidArgumentError(
            "1D target tensor expects 1D or 2D input tensors, but found inputs with different sizes"
        )
    cosine = cosine_similarity(input1, input2, axis=-1, eps=1e-8)
    sign = cast(label, out_dtype=cosine.dtype)
    one = call("fill_any_like", sign, value=1.0)
    near = scale(cosine, scale=-1.0, bias=1.0)
    away = _relu(scale(cosine, bias=-float(margin)))
    return reduce(call("where", call("equal", sign, one), near, away), reduction, "cosine_embedding_loss")


def triplet_margin_with_distance_loss(
    input: Tensor,
    positive: Tensor,
    negative: Tensor,
    distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
    name: str | None = None,
) -> Tensor:
    """``max(0, d(input, positive) - d(input, negative) + margin)``; ``swap`` takes the nearer of two negatives."""
    if margin < 0:
        raise InvalidArgumentError(
            f"The margin between positive samples and negative samples should be greater than 0, got {margin}"
        )
    distance = pairwise_distance if distance_function is None else distance_function
    near, far = distance(input, positive), distance(input, negative)
    if swap:
        far = call("elementwise_min", far, distance(positive, negative))
    return reduce(
        _relu(scale(subtract(near, far), bias=float(margin))), reduction, "triplet_margin_with_distance_loss"
    )


def triplet_margin_loss(
    input: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2.0,
    epsilon: float = 1e-6,
    swap: bool = False,
    reduction: str = "mean",
    name: str | None = None,
) -> Tensor:
    """:func:`triplet_margin_with_distance_loss` with the p-norm as the distance."""

    def distance(x: Tensor, y: Tensor) -> Tensor:
        return pairwise_distance(x, y, p, epsilon)

    return triplet_margin_with_distance_loss(input, positive, negative, distance, margin, swap, reduction)


def soft_margin_loss(
    input: Tensor, label: Tensor, reduction: str = "mean", name: str | None = None
) -> Tensor:
    """``log(1 + exp(-label * input))`` with labels 1 and -1."""
    label = cast(label, out_dtype=input.dtype) if label.dtype is not input.dtype else label
    return reduce(
        call("softplus", scale(multiply(label, input), scale=-1.0), beta=1.0, threshold=80.0),
        reduction,
        "soft_margin_loss",
    )


def multi_label_soft_margin_loss(
    input: Tensor,
    label: Tensor,
    weight: Tensor | None = None,
    reduction: str = "mean",
    name: str | None = None,
) -> Tensor:
    """The mean over the classes of the cross entropy of each class alone."""
    yes = multiply(label, call("logsigmoid", input))
    no = multiply(scale(label, scale=-1.0, bias=1.0), call("logsigmoid", scale(input, scale=-1.0)))
    loss = scale(add(yes, no), scale=-1.0)
    loss = loss if weight is None else multiply(loss, weight)
    return reduce(reduce_mean(loss, dim=[-1]), reduction, "multi_label_soft_margin_loss")


def multi_margin_loss(
    input: Tensor,
    label: Tensor,
    p: int = 1,
    margin: float = 1.0,
    weight: Tensor | None = None,
    reduction: str = "mean",
    name: str | None = None,
) -> Tensor:
    """The mean over the other classes of ``max(0, margin - x[label] + x[class]) ** p``.

    ``input`` [N, C], ``label`` [N] class numbers.
    """
    classes = input.dims[1]
    column = call("unsqueeze2", label, axes=[1])
    gap = _relu(scale(subtract(input, call("take_along_axis", input, column, Axis=1)), bias=float(margin)))
    gap = gap if p == 1 else call("pow", gap, factor=float(p))
    # The mean counts the label's own class too, whose gap is the margin: that is taken off again.
    loss = scale(reduce_mean(gap, dim=[1]), bias=-float(margin**p) / classes)
    if weight is not None:
        loss = multiply(loss, call("gather", weight, label))
    return reduce(loss, reduction, "multi_margin_loss")


def multi_label_margin_loss(
    input: Tensor, label: Tensor, reduction: str = "mean", name: str | None = None
) -> Tensor:
    """Hinge over all pairs of a target class and another class; ``label`` [N, C] lists classes up to the first -1."""
    from .input import one_hot

    classes = input.dims[1]
    counts = call(
        "cumprod",
        cast(call("greater_equal", label, call("fill_any_like", label, value=0.0)), out_dtype=label.dtype),
        dim=1,
    )
    hot = one_hot(multiply(label, counts), classes)
    is_target = reduce_sum(
        multiply(hot, call("unsqueeze2", cast(counts, out_dtype=hot.dtype), axes=[2])), dim=[1]
    )
    is_target = call("clip", is_target, min=0.0, max=1.0).astype(input.dtype)
    gaps = _relu(
        scale(subtract(call("unsqueeze2", input, axes=[1]), call("unsqueeze2", input, axes=[2])), bias=1.0)
    )
    pairs = multiply(
        call("unsqueeze2", is_target, axes=[2]),
        call("unsqueeze2", scale(is_target, scale=-1.0, bias=1.0), axes=[1]),
    )
    return reduce(
        scale(reduce_sum(multiply(gaps, pairs), dim=[1, 2]), scale=1.0 / classes),
        reduction,
        "multi_label_margin_loss",
    )


def poisson_nll_loss(
    input: Tensor,
    label: Tensor,
    log_input: bool = True,
    full: bool = False,
    epsilon: float = 1e-8,
    reduction: str = "mean",
    name: str | None = None,
) -> Tensor:
    """The negative log likelihood of counts ``label`` under a Poisson distribution (``full``: with Stirling's term)."""
    if epsilon <= 0:
        raise InvalidArgumentError(
            f"The value of `epsilon` in poisson_nll_loss should be positive, but received {epsilon}"
        )
    if log_input:
        loss = subtract(call("exp", input), multiply(label, input))
    else:
        loss = subtract(input, multiply(label, call("log", scale(input, bias=float(epsilon)))))
    if full:
        one = call("fill_any_like", label, value=1.0)
        many = call("greater_than", label, one)
        safe = call("where", many, label, one)
        half_log = scale(call("log", scale(safe, scale=2 * math.pi)), scale=0.5)
        stirling = add(subtract(multiply(safe, call("log", safe)), safe), half_log)
        loss = add(loss, call("where", many, stirling, call("fill_any_like", stirling, value=0.0)))
    return reduce(loss, reduction, "poisson_nll_loss")


def gaussian_nll_loss(
    input: Tensor,
    label: Tensor,
    variance: Tensor,
    full: bool = False,
    epsilon: float = 1e-6,
    reduction: str = "mean",
    name: str | None = None,
) -> Tensor:
    """``(log(variance) + (input - label) ** 2 / variance) / 2``, the variance at least ``epsilon``."""
    floor = call("fill_any_like", variance, value=float(epsilon))
    # The floor changes the value only; the gradient passes as if it were not there.
    lift = (
        call("elementwise_max", variance, floor).detach() - variance.detach()
        if variance._data is not None
        else None
    )
    variance = call("elementwise_max", variance, floor) if lift is None else add(variance, lift)
    if len(variance.dims) == len(input.dims) - 1:
        variance = call("unsqueeze2", variance, axes=[-1])
    loss = scale(
        add(call("log", variance), divide(call("square", subtract(input, label)), variance)), scale=0.5
    )
    if full:
        loss = scale(loss, bias=0.5 * math.log(2 * math.pi))
    return reduce(loss, reduction, "gaussian_nll_loss")


def dice_loss(input: Tensor, label: Tensor, epsilon: float = 1e-5, name: str | None = None) -> Tensor:
    """One minus twice the overlap over the areas: ``input`` [N, ..., C] probabilities, ``label`` [N, ..., 1]."""
    from .input import one_hot

    hot = one_hot(call("squeeze2", label, axes=[-1]), input.dims[-1])
    axes = list(range(1, len(input.dims)))
    overlap = reduce_sum(multiply(input, hot), dim=axes)
    areas = add(reduce_sum(input, dim=axes), reduce_sum(hot, dim=axes))
    score = scale(divide(scale(overlap, scale=2.0), scale(areas, bias=float(epsilon))), scale=-1.0, bias=1.0)
    return reduce_mean(score, dim=[], reduce_all=True)


def npair_loss(anchor: Tensor, positive: Tensor, labels: Tensor, l2_reg: float = 0.002) -> Tensor:
    """The N-pair loss (Sohn, 2016): cross entropy of the similarities plus an l2 term."""
    from .loss import cross_entropy

    column: Any = call("reshape2", labels, None, None, shape=[-1, 1])
    same = cast(call("equal", column, call("transpose2", column, axis=[1, 0])), out_dtype=anchor.dtype)
    target = divide(same, reduce_sum(same, dim=[1], keep_dim=True))
    lengths = [
        reduce_mean(reduce_sum(multiply(t, t), dim=[1]), dim=[], reduce_all=True) for t in (anchor, positive)
    ]
    penalty = scale(add(*lengths), scale=0.25 * l2_reg)
    similarity = call("matmul_v2", anchor, positive, trans_y=True)
    losses = cross_entropy(similarity, target, soft_label=True, reduction="none")
    if len(losses.dims) > 1:
        losses = call("squeeze2", losses, axes=[1])
    weighted = reduce_sum(multiply(target, call("unsqueeze2", losses, axes=[1])), dim=[0])
    return add(penalty, reduce_mean(weighted, dim=[], reduce_all=True))
