"""Writes datasets.json: what real PaddlePaddle's readers give for the files of tests/dataset/small.py.

Run from the root with PaddlePaddle's Python: `python -m tests.golden.make_datasets` (1.8, 2.6 and 3.3 agree).
"""

import json
import pathlib
import tempfile

import paddle

from tests.dataset import small

with tempfile.TemporaryDirectory() as home:
    paddle.dataset.common.DATA_HOME = home
    small.set_md5s(paddle.dataset, small.write(home))
    found = small.all_samples(paddle.dataset)
lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(samples)}" for name, samples in found.items())
(pathlib.Path(__file__).parent / "datasets.json").write_text("{\n" + lines + "\n}\n")
