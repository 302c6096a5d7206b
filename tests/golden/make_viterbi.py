"""Records viterbi_decode of real PaddlePaddle (3.3.1): `python make_viterbi.py > viterbi.json`."""

import json
import sys

import numpy as np
import paddle

rng = np.random.RandomState(0)
found = []
for rows, steps, tags, bos in (
    (3, 5, 4, True),
    (3, 5, 4, False),
    (2, 1, 3, True),
    (4, 6, 5, False),
    (4, 6, 5, True),
):
    potentials = rng.randn(rows, steps, tags).astype("float32")
    transitions = rng.randn(tags, tags).astype("float32")
    lengths = rng.randint(1, steps + 1, rows).astype("int64")
    if rows == 4:
        lengths[:] = np.minimum(lengths, steps - 1)
    given = potentials, transitions, lengths
    results = paddle.text.viterbi_decode(*map(paddle.to_tensor, given), bos)
    found.append([*(x.tolist() for x in given), bos, *(x.numpy().tolist() for x in results)])
json.dump(found, sys.stdout)
