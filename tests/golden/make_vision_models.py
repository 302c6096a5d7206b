"""Writes vision_models.json: PaddlePaddle's parameters and outputs of the networks of tests/vision/nets.py.

Run from the root with PaddlePaddle 3.3.1's Python: `python -m tests.golden.make_vision_models`.
"""

import json
import pathlib

import paddle

from tests.vision.nets import NETS, described

lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(described(paddle, name))}" for name in NETS)
(pathlib.Path(__file__).parent / "vision_models.json").write_text("{\n" + lines + "\n}\n")
