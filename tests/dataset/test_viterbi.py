"""`paddle.text.viterbi_decode` finds what PaddlePaddle does."""

import json
from pathlib import Path

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite.errors import InvalidArgumentError

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "viterbi.json").read_text())


def tensors(potentials, transitions, lengths):
    return (
        paddle.to_tensor(np.array(potentials, "float32")),
        paddle.to_tensor(np.array(transitions, "float32")),
        paddle.to_tensor(np.array(lengths, "int64")),
    )


@pytest.mark.parametrize("case", GOLDEN)
def test_as_paddlepaddle(case):
    *given, bos, scores, path = case
    potentials, transitions, lengths = tensors(*given)
    found = paddle.text.ViterbiDecoder(transitions, bos)(potentials, lengths)
    np.testing.assert_allclose(found[0], scores, rtol=1e-5)
    assert found[1].tolist() == path and found[1].dtype == paddle.int64
    again = paddle.jit.to_static(paddle.text.viterbi_decode)(potentials, transitions, lengths, bos)
    np.testing.assert_array_equal(again[1], found[1])


def test_bad_input():
    potentials, transitions, lengths = tensors(np.ones([2, 3, 4]), np.ones([4, 4]), [3, 1])
    decode = paddle.text.viterbi_decode
    for bad in ([4, 1], [0, 1]):
        with pytest.raises(InvalidArgumentError, match="lengths must be from 1 to 3"):
            decode(potentials, transitions, paddle.to_tensor(bad))
    with pytest.raises(
        InvalidArgumentError, match=r"transitions \[3, 3\].*do not fit potentials \[2, 3, 4\]"
    ):
        decode(potentials, paddle.ones([3, 3]), lengths)
    with pytest.raises(InvalidArgumentError, match=r"takes potentials \[rows, steps, tags\]"):
        decode(potentials[0], transitions, lengths)
    with pytest.raises(InvalidArgumentError, match="lengths float32"):
        decode(potentials, transitions, lengths.astype("float32"))
