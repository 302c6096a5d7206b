"""Functions of sequences of different lengths: masks, and connectionist temporal classification."""

from __future__ import annotations

from typing import Any

from ...dtypes import dtype_of
from ...errors import InvalidArgumentError, UnimplementedError
from ...ops import diagonal as D
from ...tensor.creation import arange, full_like, zeros, zeros_like
from ...tensor.manipulation import concat, stack, unsqueeze
from ...tensor.reduction import logsumexp
from ...tensor.scattering import take_along_axis
from ...tensor.search import where
from ...tensor.tensor import Tensor
from .activation import log_softmax

__all__ = ["ctc_loss", "diag_embed", "sequence_mask"]

#: The logarithm of what cannot be. Infinity itself would make the gradients NaN.
_NEVER = -1e30


def diag_embed(input: Tensor, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """Matrices with the last axis of ``input`` on a diagonal. Paddle op: diag_embed."""
    return D.diag_embed(input, offset=offset, dim1=dim1, dim2=dim2)


def sequence_mask(x: Tensor, maxlen: Any = None, dtype: Any = "int64", name: str | None = None) -> Tensor:
    """[..., maxlen] of ``dtype``: 1 at the first places of each row, as many as ``x`` [...] says, then 0.

    ``maxlen`` None is the greatest of ``x``, and has to be given in a graph.

    >>> import paddlelite as paddle
    >>> paddle.nn.functional.sequence_mask(paddle.to_tensor([1, 3])).tolist()
    [[1, 0, 0], [1, 1, 1]]
    """
    if maxlen is None:
        if x._data is None:
            raise InvalidArgumentError(
                "sequence_mask needs maxlen in a graph, where the greatest length is not known"
            )
        maxlen = int(x.max()) if x.size else 0
    places = arange(0, int(maxlen), dtype=x.dtype)
    mask = (places < unsqueeze(x, [-1])).astype(dtype_of(dtype))
    mask.stop_gradient = True
    return mask


def ctc_loss(
    log_probs: Tensor,
    labels: Tensor,
    input_lengths: Tensor,
    label_lengths: Tensor,
    blank: int = 0,
    reduction: str = "mean",
    norm_by_times: bool = False,
    zero_infinity: bool = False,
) -> Tensor:
    """How unlikely the labels are, whichever way they are spread over the steps (Graves and others, 2006).

    Args:
        log_probs: scores [steps, batch, classes] before the softmax, which is part of the loss.
        labels: [batch, longest], padded with anything.
        input_lengths, label_lengths: [batch], how many steps and labels count.
        blank: the class that means nothing.
        reduction: ``"mean"`` (of the losses by their labels), ``"sum"``, ``"none"``: [batch].
        norm_by_times: divide the gradients, not the losses, by the steps.
        zero_infinity: 0 in place of an infinite loss. Labels that are too many for the steps count 0 anyway, as in
            PaddlePaddle.

    Raises InvalidArgumentError for other shapes, classes or ``reduction``; UnimplementedError for an unknown number of
    steps in a graph.

    >>> import paddlelite as paddle
    >>> scores = paddle.zeros([3, 1, 2])  # three steps, two classes: label 1 in 6 of 8 ways
    >>> one = paddle.to_tensor([1])
    >>> round(float(paddle.nn.functional.ctc_loss(scores, one.reshape([1, 1]), one * 3, one)), 4)
    0.2877
    """
    if reduction not in ("mean", "sum", "none"):
        raise InvalidArgumentError(f"reduction should be 'mean', 'sum' or 'none', but is {reduction!r}")
    _check_shapes(log_probs, labels, input_lengths, label_lengths, blank)
    labels, input_lengths, label_lengths = (
        given.astype("int64") for given in (labels, input_lengths, label_lengths)
    )
    losses = -_likelihood(log_softmax(log_probs, axis=-1), labels, input_lengths, label_lengths, blank)
    without = losses > -_NEVER / 2
    if zero_infinity:
        without = without | (losses == float("inf"))
    losses = where(without, zeros_like(losses), losses)
    if norm_by_times:
        part = losses / input_lengths.astype(losses.dtype)
        losses = part + (losses - part).detach()
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else (losses / label_lengths.astype(losses.dtype)).mean()


def _check_shapes(scores: Tensor, labels: Tensor, steps: Tensor, counts: Tensor, blank: int) -> None:
    if len(scores.dims) != 3 or len(labels.dims) != 2:
        raise InvalidArgumentError(
            "ctc_loss needs scores [steps, batch, classes] and labels [batch, longest], but got "
            f"{list(scores.shape)} and {list(labels.shape)}"
        )
    for name, each in (("input_lengths", steps), ("label_lengths", counts)):
        if len(each.dims) != 1 or each.dims[0] != labels.dims[0] or each.dims[0] != scores.dims[1]:
            raise InvalidArgumentError(
                f"{name} should be one for each of {scores.dims[1]} rows, but is {each.shape}"
            )
    longest, classes = scores.dims[0], scores.dims[2]
    if not isinstance(longest, int):
        raise UnimplementedError(
            "ctc_loss in a graph needs a known number of steps: give it in the InputSpec"
        )
    if isinstance(classes, int) and not 0 <= blank < classes:
        raise InvalidArgumentError(f"blank should be one of {classes} classes, but is {blank}")
    if steps._data is not None and counts._data is not None:
        for name, each, most in (
            ("input_lengths", steps, longest),
            ("label_lengths", counts, labels.dims[1]),
        ):
            if each.size and not 0 <= int(each.min()) <= int(each.max()) <= most:
                raise InvalidArgumentError(f"{name} should be from 0 to {most}, but are {each.tolist()}")


def _likelihood(logs: Tensor, labels: Tensor, steps: Tensor, counts: Tensor, blank: int) -> Tensor:
    """The logarithm of the probability of the labels [batch].

    Between, before and after the labels there may be blanks: 2·longest + 1 places, and at each step a path stays, goes
    one on, or, between different labels, two.
    """
    rows, longest = labels.dims[0], labels.dims[1]
    blanks = full_like(labels, blank)
    beside = stack([blanks, labels], axis=-1).reshape([rows, 2 * longest])
    places = concat(
        [beside, full_like(labels[:, :1], blank) if longest else zeros([rows, 1], "int64") + blank], axis=1
    )
    count = 2 * longest + 1
    never = zeros([rows, 2], dtype=logs.dtype) + _NEVER
    may_skip = _may_skip(places, blank, count)
    heard = take_along_axis(logs, unsqueeze(places, [0]).expand([logs.dims[0], rows, count]), axis=2)
    numbers = arange(0, count, dtype="int64")
    # At first a blank, or the first label if there is one.
    begins = (numbers < 1) | ((numbers < 2) & (unsqueeze(counts, [1]) > 0))
    paths = where(begins, heard[0], full_like(heard[0], _NEVER))
    for step in range(1, logs.dims[0]):
        before = concat([never, paths], axis=1)
        skipped = where(may_skip, before[:, :count], full_like(paths, _NEVER))
        ways = stack([paths, before[:, 1 : count + 1], skipped], axis=0)
        paths = where(unsqueeze(steps, [1]) > step, logsumexp(ways, axis=0) + heard[step], paths)
    last = unsqueeze(2 * counts, [1])
    ends = concat([last, (last - 1).clip(min=0)], axis=1)
    found = take_along_axis(paths, ends, axis=1)
    both = where(unsqueeze(counts, [1]) > 0, found[:, 1:], full_like(found[:, 1:], _NEVER))
    return logsumexp(concat([found[:, :1], both], axis=1), axis=1)


def _may_skip(places: Tensor, blank: int, count: int) -> Tensor:
    """Where a path may come from two places before: at a label that is another one than the label before it."""
    if count < 3:
        return places < 0
    apart = (places[:, 2:] != places[:, :-2]) & (places[:, 2:] != blank)
    return concat([places[:, :2] < 0, apart], axis=1)
