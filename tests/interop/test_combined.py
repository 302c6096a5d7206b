"""A layer saved with combine_params=True runs in PaddlePaddle's C++ loader, which has no other form for methods."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import paddlelite as paddle
from tests.jit.test_saving import Coded

from .paddles import call, python

pytestmark = pytest.mark.interop


@pytest.mark.parametrize("release", ["26", "33"])
def test_combined_parameters(release, tmp_path):
    python(release)
    layer = Coded()
    paddle.jit.save(layer, tmp_path / "net", combine_params=True)
    code, stdout, stderr = call(release, Path(__file__).with_name("combined.py"), str(tmp_path / "net"))
    assert code == 0, stderr[-2000:]
    found = json.loads(stdout.splitlines()[-1])
    for got, want in zip(found, (layer(paddle.ones([2, 3])), layer.decode(paddle.ones([2, 2]))), strict=True):
        np.testing.assert_allclose(got, want.numpy(), rtol=1e-5)
