"""Writes oldest_datasets.json: what the readers that only PaddlePaddle 1.x has give for the files of small.py.

Run from the root with PaddlePaddle 1.8, nltk and rarfile: `python -m tests.golden.make_oldest_datasets`.
"""

import json
import os
import pathlib
import tempfile

import paddle

from tests.dataset import small

with tempfile.TemporaryDirectory() as home:
    paddle.dataset.common.DATA_HOME = home
    paddle.dataset.sentiment.MD5 = small.write_oldest(home)
    # (The archive would be unpacked there; it is.)
    paddle.dataset.mq2007.__initialize_meta_info__ = lambda: os.path.join(home, "MQ2007")
    found = small.oldest_samples(paddle.dataset)
lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(samples)}" for name, samples in found.items())
(pathlib.Path(__file__).parent / "oldest_datasets.json").write_text("{\n" + lines + "\n}\n")
