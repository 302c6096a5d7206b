"""Writes hapi.json: what PaddlePaddle prints and gives in the runs of tests/hapi/runs.py.

Run from the root: `python -m tests.golden.make_hapi` with PaddlePaddle 3.3.1, then `... make_hapi flops` with 2.6.2
(3.3.1's flops does not work with NumPy 2.4).
"""

import json
import pathlib
import sys

import paddle

from tests.hapi.runs import operations, runs

path = pathlib.Path(__file__).parent / "hapi.json"
if sys.argv[1:] == ["flops"]:
    found = {**json.loads(path.read_text()), "flops": operations(paddle)}
else:
    found = runs(paddle)
path.write_text("{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in found.items()) + "\n}\n")
