"""The most likely tags of sequences, of a CRF's scores."""

from __future__ import annotations

from ..nn import Layer
from ..ops import viterbi
from ..tensor.tensor import Tensor

__all__ = ["ViterbiDecoder", "viterbi_decode"]


def viterbi_decode(
    potentials: Tensor,
    transition_params: Tensor,
    lengths: Tensor,
    include_bos_eos_tag: bool = True,
    name: str | None = None,
) -> tuple[Tensor, Tensor]:
    """The highest scores [rows] and their tags, int64 [rows, longest length], zeros behind a row's length.

    Args:
        potentials: [rows, steps, tags], the score of each tag at each step.
        transition_params: [tags, tags], the score of going from one tag to another.
        lengths: int64 [rows], how many steps each row has.
        include_bos_eos_tag: the last tag stands for the begin, the one before it for the end of a sequence.

    Raises InvalidArgumentError for shapes or dtypes that do not fit, and for a length below 1 or above ``steps``.

    >>> import paddlelite as paddle
    >>> scores, path = paddle.text.viterbi_decode(
    ...     paddle.to_tensor([[[1.0, 0.0], [0.0, 0.5]]]),
    ...     paddle.to_tensor([[0.0, 1.0], [0.0, 0.0]]),
    ...     paddle.to_tensor([2]),
    ...     include_bos_eos_tag=False,
    ... )
    >>> scores.item(), path.tolist()
    (2.5, [[0, 1]])
    """
    return viterbi.viterbi_decode(  # type: ignore[no-any-return]
        potentials, transition_params, lengths, include_bos_eos_tag=include_bos_eos_tag
    )


class ViterbiDecoder(Layer):
    """`viterbi_decode` with these ``transitions``."""

    def __init__(
        self, transitions: Tensor, include_bos_eos_tag: bool = True, name: str | None = None
    ) -> None:
        super().__init__()
        self.transitions = transitions
        self.include_bos_eos_tag = include_bos_eos_tag
        self.name = name

    def forward(self, potentials: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        return viterbi_decode(potentials, self.transitions, lengths, self.include_bos_eos_tag, self.name)
