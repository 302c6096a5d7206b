"""Writes sequences.npz: what PaddlePaddle 3.3.1 gives in the cases of tests/nn/sequence_cases.py.

Run from the root with PaddlePaddle's Python: `python -m tests.golden.make_sequences`.
"""

import pathlib

import numpy as np
import paddle

from tests.nn.sequence_cases import run

arrays = {f"{name}#{i}": array for name, found in run(paddle).items() for i, array in enumerate(found)}
np.savez_compressed(pathlib.Path(__file__).parent / "sequences.npz", **arrays)
