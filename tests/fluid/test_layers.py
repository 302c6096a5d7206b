"""``fluid.layers`` computes what PaddlePaddle 1.8.5 computes: recorded numbers, in a guard and in a program."""

import pathlib

import numpy as np
import pytest

from paddlelite import fluid
from tests.fluid import calls
from tests.fluid.cases import CASES

GOLDEN = np.load(pathlib.Path(__file__).parent.parent / "golden" / "fluid" / "layers.npz")
BY_CASE = {}
for _key in GOLDEN.files:
    BY_CASE.setdefault(_key.split("|")[0], []).append(_key.split("|")[1])

#: In a program these have no result whose shape is known.
EAGER_ONLY = {name for name, (_, options) in CASES.items() if not options.get("static", True)}


def compare(name, found, keys):
    assert keys <= set(found), (name, sorted(keys), sorted(found))
    for key in keys:
        want = GOLDEN[f"{name}|{key}"]
        assert found[key].shape == want.shape, (name, key, found[key].shape, want.shape)
        assert found[key].dtype.kind == want.dtype.kind, (name, key, found[key].dtype, want.dtype)
        np.testing.assert_allclose(found[key], want, rtol=2e-4, atol=2e-5, err_msg=f"{name} {key}")


@pytest.mark.parametrize("name", sorted(BY_CASE))
def test_in_a_guard(name):
    found = calls.eager(fluid, name, CASES[name][0])
    compare(name, found, set(BY_CASE[name]))


@pytest.mark.parametrize("name", sorted(set(BY_CASE) - EAGER_ONLY))
def test_in_a_program(name, static_mode):
    found = calls.static(fluid, name, CASES[name][0])
    compare(name, found, {key for key in BY_CASE[name] if key != "grad"})


def test_every_case_was_recorded():
    assert set(CASES) == set(BY_CASE)


def test_where_the_recorded_release_is_wrong():
    """1.8.5 leaves the result of a reduction over a full list of axes unset, and swish's beta unheeded."""
    x = np.arange(6, dtype="float32").reshape(2, 3)
    with fluid.dygraph.guard():
        v = fluid.dygraph.to_variable(x)
        assert fluid.layers.reduce_sum(v, dim=[0, 1]).numpy().tolist() == [15.0]
        assert fluid.layers.reduce_max(v, keep_dim=True).numpy().tolist() == [[5.0]]
        assert fluid.layers.rank(v).numpy().tolist() == [2]
        np.testing.assert_allclose(fluid.layers.swish(v, 0.5).numpy(), x / (1 + np.exp(-0.5 * x)), rtol=1e-6)
