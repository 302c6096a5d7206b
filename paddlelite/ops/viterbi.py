"""The most likely tags of sequences: the Viterbi algorithm."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import dims as D
from ..dtypes import BY_NUMPY, DType, int64
from ..errors import InvalidArgumentError
from ..op import Spec, op
from .samples import f32

__all__ = ["viterbi_decode"]


@op("viterbi_decode", out=("Scores", "Path"), detached="Path")
def viterbi_decode(Input, Transition, Length, *, include_bos_eos_tag=True):  # type: ignore[no-untyped-def]
    """The highest sum of ``Input`` [rows, steps, tags] and ``Transition`` [from, to] over the first ``Length`` steps of
    each row, and the tags it goes through, with zeros behind them: as many as the longest row has.

    With ``include_bos_eos_tag`` the last tag is the one before the first step, the one before it that after the last.
    """
    _check_dtypes(*(BY_NUMPY[array.dtype] for array in (Input, Transition, Length)))
    if Length.size and not 1 <= Length.min() <= Length.max() <= Input.shape[1]:
        raise InvalidArgumentError(
            f"viterbi_decode: lengths must be from 1 to {Input.shape[1]}, the steps, but are {Length.tolist()}"
        )
    steps = int(Length.max(initial=0))
    rows = len(Input)
    best = Input[:, 0] + Transition[-1] if include_bos_eos_tag else Input[:, 0].copy()
    came = np.zeros((rows, steps, Input.shape[2]), np.int64)
    for step in range(1, steps + 1):
        if include_bos_eos_tag:
            best[Length == step] += Transition[-2]
        if step < steps:
            ways = best[:, :, None] + Transition
            came[:, step] = ways.argmax(1)
            going = step < Length
            best[going] = (ways.max(1) + Input[:, step])[going]
    path, tags = np.zeros((rows, steps), np.int64), best.argmax(1)
    for step in range(steps - 1, -1, -1):
        going = step < Length
        path[going, step] = tags[going]
        tags = np.where(going, came[np.arange(rows), step, tags], tags)
    return best.max(1), path


def _check_dtypes(potentials: DType, transitions: DType, lengths: DType) -> None:
    if transitions is not potentials or not lengths.is_integer:
        raise InvalidArgumentError(
            f"viterbi_decode: potentials are {potentials.name}, transitions {transitions.name} and lengths "
            f"{lengths.name}; transitions must be as potentials, lengths int64"
        )


@viterbi_decode.infer
def _(Input: Any, Transition: Any, Length: Any, *, include_bos_eos_tag: bool = True) -> tuple[Spec, Spec]:
    if len(Input.dims) != 3 or len(Transition.dims) != 2 or len(Length.dims) != 1:
        raise InvalidArgumentError(
            "viterbi_decode takes potentials [rows, steps, tags], transitions [tags, tags] and lengths [rows], but "
            f"received {list(Input.dims)}, {list(Transition.dims)} and {list(Length.dims)}"
        )
    rows, _, tags = Input.dims
    for have, want in zip((*Transition.dims, *Length.dims), (tags, tags, rows), strict=True):
        if isinstance(have, int) and isinstance(want, int) and have != want:
            raise InvalidArgumentError(
                f"viterbi_decode: transitions {list(Transition.dims)} and lengths {list(Length.dims)} do not fit "
                f"potentials {list(Input.dims)}"
            )
    _check_dtypes(Input.dtype, Transition.dtype, Length.dtype)
    return Spec((rows,), Input.dtype), Spec((rows, D.fresh("longest")), int64)


for _bos in (True, False):
    viterbi_decode.sample(f32(3, 5, 4), f32(4, 4), np.array([5, 1, 3]), include_bos_eos_tag=_bos)
viterbi_decode.refuse_gradient("PaddlePaddle has none; a CRF is trained by the sum over all paths")
