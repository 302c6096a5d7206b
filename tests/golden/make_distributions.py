"""Writes distributions.npz: PaddlePaddle 3.3.1's numbers of the cases of tests/distribution/cases.py.

Run from the root with PaddlePaddle's Python: `python -m tests.golden.make_distributions`.
"""

import pathlib

import numpy as np
import paddle

from tests.distribution.cases import run

np.savez_compressed(pathlib.Path(__file__).parent / "distributions.npz", **run(paddle))
