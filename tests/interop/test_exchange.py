"""paddle.save and paddle.load are exchangeable with both releases, both ways."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite.framework.io import load, save
from paddlelite.tensor.tensor import Tensor

from .paddles import call

pytestmark = pytest.mark.interop
EXCHANGE = Path(__file__).with_name("exchange.py")


def numbers(tree):
    """The same summary that exchange.py makes."""
    if isinstance(tree, Tensor):
        values = tree._data.real.astype(np.float64)
        return [tree.name, tree.dtype.name, [int(d) for d in tree.dims], float(values.sum())]
    if isinstance(tree, dict):
        return {str(key): numbers(value) for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        return [numbers(value) for value in tree]
    return tree


def run(release, *arguments):
    code, stdout, stderr = call(release, EXCHANGE, *arguments)
    assert code == 0, stderr
    return stdout


def named(name, array):
    tensor = paddle.to_tensor(np.asarray(array))
    tensor.name = name
    return tensor


@pytest.mark.parametrize("release", ["26", "33"])
def test_real_paddlepaddle_reads_ours(release, tmp_path):
    state = {
        "fc.weight": named("linear_0.w_0", np.ones((3, 2), np.float32)),
        "fc.bias": named("linear_0.b_0", [1.0]),
    }
    optimizer = {
        "linear_0.w_0_moment1_0": named("linear_0.w_0_moment1_0", np.full((3, 2), 2.0)),
        "LR_Scheduler": {"last_epoch": 3, "last_lr": 0.01},
    }
    for protocol in (2, 3, 4):
        save(state, tmp_path / f"net{protocol}.pdparams", protocol=protocol)
        save(optimizer, tmp_path / f"net{protocol}.pdopt", protocol=protocol)
    types = "bool uint8 int8 int16 int32 int64 float16 bfloat16 float32 float64 complex64".split()
    save({name: named(name, np.ones((2, 2))).astype(name) for name in types}, tmp_path / "types.pd")
    save(
        [named("a", [1, 2]), (named("b", 3.5), "text", None, {"k": named("c", [True])})], tmp_path / "tree.pd"
    )
    save(named("one", np.arange(6.0).reshape(2, 3)), tmp_path / "one.pd")
    save(named("bin", np.arange(6.0).reshape(2, 3)), tmp_path / "one.bin", use_binary_format=True)
    found = json.loads(run(release, "read", str(tmp_path)).splitlines()[-1])
    for name, theirs in found.items():
        ours = json.loads(json.dumps(numbers(load(tmp_path / name))))
        if name in ("types.pd", "one.bin"):  # names that no table keeps are made up by each side
            theirs, ours = (json.dumps(_without_names(x)) for x in (theirs, ours))
        assert theirs == ours, name
    assert len(found) == 10


def _without_names(tree):
    if isinstance(tree, dict):
        return {key: _without_names(value) for key, value in tree.items()}
    return tree[1:]


@pytest.mark.parametrize("release", ["26", "33"])
def test_we_read_real_paddlepaddles(release, tmp_path):
    run(release, "write", str(tmp_path))
    theirs = json.loads(run(release, "read", str(tmp_path)).splitlines()[-1])
    assert len(theirs) == 8
    for name, want in theirs.items():
        got = json.loads(json.dumps(numbers(load(tmp_path / name))))
        if name == "one.bin":  # has no place for a name
            got, want = got[1:], want[1:]
        assert got == want, name
    assert load(tmp_path / "tree.pd")["list"][0].dtype is paddle.bfloat16
    assert load(tmp_path / "one.bin")._data.tolist() == [[0, 1, 2], [3, 4, 5]]
