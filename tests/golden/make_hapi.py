"""Writes hapi.json: what PaddlePaddle prints and gives in the runs of tests/hapi/runs.py.

Run from the root: `python -m tests.golden.make_hapi` with PaddlePaddle 3.3.1, then `... make_hapi flops` and `...
make_hapi static` with 2.6.2: 3.3.1's flops does not work with NumPy 2.4, and its Model in static mode predicts only
where it was made without labels. Of the runs in static mode those are kept that differ from the ones in dynamic mode.
"""

import json
import pathlib
import re
import sys

import paddle

from tests.hapi.runs import operations, runs


def differs(one, other):
    """Whether two runs differ by more than rounding."""
    if isinstance(one, (list, tuple)):
        return len(one) != len(other) or any(map(differs, one, other))
    if isinstance(one, dict):
        return differs(list(one.items()), list(other.items()))
    if isinstance(one, str):
        return NUMBER.sub("N", one) != NUMBER.sub("N", other)
    return abs(one - other) > 1e-4 if isinstance(one, float) else one != other


NUMBER = re.compile(r"-?\d+\.\d+(?:e[+-]\d+)?")
path = pathlib.Path(__file__).parent / "hapi.json"
if sys.argv[1:] == ["flops"]:
    found = {**json.loads(path.read_text()), "flops": operations(paddle)}
elif sys.argv[1:] == ["static"]:
    found = json.loads(path.read_text())
    static = json.loads(json.dumps(runs(paddle, static=True)))
    found["static"] = {name: run for name, run in static.items() if differs(run, found[name])}
else:
    found = runs(paddle)
path.write_text("{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in found.items()) + "\n}\n")
