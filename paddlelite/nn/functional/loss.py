"""Losses for classification and regression."""

from __future__ import annotations

from typing import Any

from ...errors import InvalidArgumentError
from ...ops.compose import call
from ...ops.cross_entropy import nll_loss as _nll_loss
from ...ops.cross_entropy import softmax_with_cross_entropy as _softmax_with_cross_entropy
from ...ops.elementwise import cast, divide, multiply, scale, subtract
from ...ops.loss import bce_loss, sigmoid_cross_entropy_with_logits
from ...ops.reduce import reduce_mean, reduce_sum
from ...ops.shape import squeeze, unsqueeze
from ...tensor.tensor import Tensor
from .common import label_smooth
from .input import one_hot

__all__ = [
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "kl_div",
    "l1_loss",
    "log_loss",
    "mse_loss",
    "nll_loss",
    "sigmoid_focal_loss",
    "smooth_l1_loss",
    "softmax_with_cross_entropy",
    "square_error_cost",
]


def reduce(
    loss: Tensor, reduction: str, what: str, allowed: tuple[str, ...] = ("sum", "mean", "none")
) -> Tensor:
    """``loss`` reduced as asked. Raises InvalidArgumentError for an unknown reduction."""
    if reduction not in allowed:
        names = ", ".join(f"'{a}'" for a in allowed)
        raise InvalidArgumentError(
            f"The value of 'reduction' in {what} should be one of {names}, but received {reduction}, "
            "which is not allowed."
        )
    if reduction == "none":
        return loss
    return (reduce_mean if reduction == "mean" else reduce_sum)(loss, dim=[], reduce_all=True)


def cross_entropy(
    input: Tensor,
    label: Tensor,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    soft_label: bool = False,
    axis: int = -1,
    use_softmax: bool = True,
    label_smoothing: float = 0.0,
    name: str | None = None,
) -> Tensor:
    """Cross entropy between the softmax of ``input`` and labels. Paddle op: softmax_with_cross_entropy.

    ``input`` [..., C] holds logits (or probabilities with ``use_softmax=False``), ``label`` class numbers of shape
    [...] or [..., 1], or with ``soft_label`` a distribution [..., C]. ``weight`` [C] weighs the classes; the mean is
    then over the weights. Labels of ``ignore_index`` count nothing. ``label_smoothing`` mixes in the uniform
    distribution.

    Raises InvalidArgumentError for labels that do not fit or lie outside the classes.

    >>> import paddlelite as paddle
    >>> logits = paddle.to_tensor([[2.0, 1.0, 0.0]])
    >>> float(paddle.nn.functional.cross_entropy(logits, paddle.to_tensor([0]))).__round__(4)
    0.4076
    """
    if reduction not in ("sum", "mean", "none"):
        reduce(input, reduction, "softmax_cross_entropy")
    if ignore_index > 0 and soft_label:
        raise InvalidArgumentError(
            "When soft_label == True, the value of 'ignore_index' in softmax_cross_entropy should be '-100'."
        )
    rank = len(input.dims)
    if rank == 0:
        raise InvalidArgumentError("The dimension of input should be larger than zero!")
    if label_smoothing > 0.0:
        if not soft_label:
            label = one_hot(
                squeeze(label, axes=[axis]) if len(label.dims) == rank else label, input.dims[axis]
            )
            label = cast(label, out_dtype=input.dtype)
        label, soft_label = label_smooth(label, epsilon=label_smoothing), True
    squeezed = rank - 1 == len(label.dims)
    if squeezed:
        label = unsqueeze(label, axes=[axis])
    elif rank != len(label.dims):
        raise InvalidArgumentError(
            "Expected input_dims - 1 == label_dims or input_dims == label_dims (got "
            f"input_dims{rank}, label_dims{len(label.dims)})"
        )
    attrs: dict[str, Any] = {"soft_label": soft_label, "use_softmax": use_softmax, "axis": axis}
    loss = _softmax_with_cross_entropy(input, label, ignore_index=ignore_index, **attrs)[1]
    counted = None
    if weight is not None:
        counted = _weight_of(label, weight, input, ignore_index, axis, soft_label)
        loss = multiply(loss, counted)
    elif ignore_index >= 0 and not soft_label and reduction == "mean":
        counted = _not_ignored(label, ignore_index, loss)
    if reduction == "mean" and counted is not None:
        return _mean_over(loss, counted, guarded=not soft_label and weight is None)
    if reduction == "none":
        return squeeze(loss, axes=[axis]) if squeezed else loss
    return reduce(loss, reduction, "softmax_cross_entropy")


def _not_ignored(label: Tensor, ignore_index: int, like: Tensor) -> Tensor:
    """1 where a label counts, in the dtype of ``like``."""
    ignored = call("fill_any_like", label, value=float(ignore_index))
    return cast(call("not_equal", label, ignored), out_dtype=like.dtype)


def _weight_of(
    label: Tensor, weight: Tensor, input: Tensor, ignore_index: int, axis: int, soft: bool
) -> Tensor:
    """The weight of every label, shaped as the loss: that of its class, 0 where it is ignored."""
    axis = axis % len(input.dims)
    classes = input.dims[axis]
    if isinstance(classes, int) and isinstance(weight.dims[-1], int) and weight.dims[-1] != classes:
        raise InvalidArgumentError(
            f"input's class_dimension({classes}) must equal to weight's "
            f"class_dimension({weight.dims[-1]}) when weight is provided"
        )
    column = [1] * len(input.dims)
    column[axis] = -1
    if soft:
        shaped = call("reshape2", weight, None, None, shape=column)
        return reduce_sum(multiply(label, shaped), dim=[axis], keep_dim=True)
    counts = _not_ignored(label, ignore_index, label)
    rows = call("gather", weight, call("reshape2", multiply(label, counts), None, None, shape=[-1]))
    shaped = (
        call("reshape2", rows, call("shape", label))
        if not _static(label)
        else call("reshape2", rows, None, None, shape=list(label.dims))
    )
    return multiply(shaped, cast(counts, out_dtype=shaped.dtype))


def _static(t: Tensor) -> bool:
    return all(isinstance(d, int) for d in t.dims)


def _mean_over(loss: Tensor, counted: Tensor, guarded: bool) -> Tensor:
    """The sum of ``loss`` over the sum of ``counted``; 0 rather than 0 / 0 when ``guarded``."""
    total, count = (reduce_sum(t, dim=[], reduce_all=True) for t in (loss, counted))
    if guarded:
        zero = call("fill_any_like", count, value=0.0)
        count = count + cast(call("equal", count, zero), out_dtype=count.dtype)
    return divide(total, count)


def softmax_with_cross_entropy(
    logits: Tensor,
    label: Tensor,
    soft_label: bool = False,
    ignore_index: int = -100,
    numeric_stable_mode: bool = True,
    return_softmax: bool = False,
    axis: int = -1,
) -> Tensor | tuple[Tensor, Tensor]:
    """The loss of every sample, [..., 1], and with ``return_softmax`` the softmax. See :func:`cross_entropy`."""
    if len(label.dims) == len(logits.dims) - 1:
        label = unsqueeze(label, axes=[axis])
    softmax, loss = _softmax_with_cross_entropy(
        logits, label, soft_label=soft_label, ignore_index=ignore_index, axis=axis
    )
    return (loss, softmax) if return_softmax else loss


def nll_loss(
    input: Tensor,
    label: Tensor,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    name: str | None = None,
) -> Tensor:
    """Minus the log-probabilities ``input`` [N, C, ...] at class numbers ``label`` [N, ...]. Paddle op: nll_loss."""
    if reduction not in ("sum", "mean", "none"):
        reduce(input, reduction, "nll_loss")
    if len(input.dims) < 2:
        raise InvalidArgumentError(f"Expected 2 or more dimensions (got {len(input.dims)})")
    return _nll_loss(input, label, weight, ignore_index=ignore_index, reduction=reduction)[0]


def square_error_cost(input: Tensor, label: Tensor) -> Tensor:
    """``(input - label) ** 2``. Paddle ops: elementwise_sub, square."""
    return call("square", subtract(input, label))


def mse_loss(input: Tensor, label: Tensor, reduction: str = "mean", name: str | None = None) -> Tensor:
    """The mean square error.

    >>> import paddlelite as paddle
    >>> float(paddle.nn.functional.mse_loss(paddle.to_tensor([1.5]), paddle.to_tensor([1.0])))
    0.25
    """
    return reduce(call("square", subtract(input, label)), reduction, "mse_loss")


def l1_loss(input: Tensor, label: Tensor, reduction: str = "mean", name: str | None = None) -> Tensor:
    """The mean absolute error."""
    return reduce(call("abs", subtract(input, label)), reduction, "L1Loss")


def smooth_l1_loss(
    input: Tensor,
    label: Tensor,
    reduction: str = "mean",
    delta: float = 1.0,
    is_huber: bool = True,
    name: str | None = None,
) -> Tensor:
    """The Huber loss: ``d * d / 2`` up to ``delta``, ``delta * (|d| - delta / 2)`` beyond.

    Without ``is_huber`` it is divided by ``delta``.

    Paddle op: huber_loss.
    """
    loss = call("huber_loss", input, label, delta=float(delta))[0]
    loss = loss if is_huber else scale(loss, scale=1.0 / delta)
    return reduce(loss, reduction, "smooth_l1_loss")


def kl_div(
    input: Tensor, label: Tensor, reduction: str = "mean", log_target: bool = False, name: str | None = None
) -> Tensor:
    """``label * (log(label) - input)``; with ``log_target`` the label is a logarithm too. Paddle op: kldiv_loss."""
    if reduction not in ("sum", "mean", "none", "batchmean"):
        reduce(input, reduction, "kl_div", ("none", "batchmean", "mean", "sum"))
    if label.dtype is not input.dtype:
        input, label = (cast(t, out_dtype=_wider(input, label)) for t in (input, label))
    return call("kldiv_loss", input, label, reduction=reduction, log_target=log_target)


def _wider(x: Tensor, y: Tensor) -> Any:
    return x.dtype if x.dtype.itemsize >= y.dtype.itemsize else y.dtype


def binary_cross_entropy(
    input: Tensor,
    label: Tensor,
    weight: Tensor | None = None,
    reduction: str = "mean",
    name: str | None = None,
) -> Tensor:
    """``-(label * log(input) + (1 - label) * log(1 - input))`` of probabilities. Paddle op: bce_loss."""
    loss = bce_loss(input, label)
    return reduce(loss if weight is None else multiply(loss, weight), reduction, "binary_cross_entropy")


def binary_cross_entropy_with_logits(
    logit: Tensor,
    label: Tensor,
    weight: Tensor | None = None,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
    name: str | None = None,
) -> Tensor:
    """:func:`binary_cross_entropy` of ``sigmoid(logit)``. Paddle op: sigmoid_cross_entropy_with_logits."""
    loss = sigmoid_cross_entropy_with_logits(logit, label, pos_weight)
    return reduce(
        loss if weight is None else multiply(loss, weight), reduction, "binary_cross_entropy_with_logits"
    )


def log_loss(input: Tensor, label: Tensor, epsilon: float = 1e-4, name: str | None = None) -> Tensor:
    """``-label * log(input + epsilon) - (1 - label) * log(1 - input + epsilon)``. Paddle op: log_loss."""
    return call("log_loss", input, label, epsilon=float(epsilon))


def sigmoid_focal_loss(
    logit: Tensor,
    label: Tensor,
    normalizer: Tensor | None = None,
    alpha: float = 0.25,
    gamma: float = 2.0,
    reduction: str = "sum",
    name: str | None = None,
) -> Tensor:
    """Cross entropy that counts easy samples less (Lin et al., 2017)."""
    loss = sigmoid_cross_entropy_with_logits(logit, label, None)
    chance = call("sigmoid", logit)
    other = scale(label, scale=-1.0, bias=1.0)
    hit = multiply(chance, label) + multiply(scale(chance, scale=-1.0, bias=1.0), other)
    loss = multiply(loss, scale(label, scale=alpha) + scale(other, scale=1.0 - alpha))
    loss = multiply(loss, call("pow", scale(hit, scale=-1.0, bias=1.0), factor=float(gamma)))
    return reduce(loss if normalizer is None else divide(loss, normalizer), reduction, "sigmoid_focal_loss")
