"""Every optimizer against 10 steps recorded from PaddlePaddle 3.3.1 (tests/golden/make_optimizers.py)."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

import paddlelite as paddle

GOLDEN = Path(__file__).parents[1] / "golden"
RECORDED = json.loads((GOLDEN / "optimizers.json").read_text())["cases"]
_spec = importlib.util.spec_from_file_location("make_optimizers", GOLDEN / "make_optimizers.py")
maker = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(maker)

# PaddlePaddle clips float64 by norms of float32, and float32 powers of the betas lose digits in 1 - beta2 ** t,
# which RAdam divides by more than once.
LOOSE = {"RAdam": 1e-3, "NAdam": 2e-5}


def identify(recorded):
    name, arguments, extra = recorded["case"]
    return "-".join([name, *(f"{k}={v}" for k, v in arguments.items() if k != "learning_rate"), *extra])


@pytest.mark.parametrize("recorded", RECORDED, ids=identify)
def test_ten_steps_and_state(recorded):
    name, _, extra = recorded["case"]
    ours = maker.run_case(paddle, *recorded["case"])
    rtol = 1e-8 if extra.get("dtype") == "float64" else LOOSE.get(name, 5e-6)
    for step, (got, want) in enumerate(zip(ours["trace"], recorded["trace"], strict=True)):
        for g, w in zip(got, want, strict=True):
            np.testing.assert_allclose(g, w, rtol=rtol, atol=rtol, err_msg=f"step {step + 1}")
    assert list(ours["state"]) == list(recorded["state"])
    for key, want in recorded["state"].items():
        got = ours["state"][key]
        if key == "LR_Scheduler":
            assert got == pytest.approx(want)
            continue
        assert got["dtype"] == want["dtype"] and np.shape(got["value"]) == np.shape(want["value"]), key
        np.testing.assert_allclose(got["value"], want["value"], rtol=10 * rtol, atol=rtol, err_msg=key)


@pytest.mark.parametrize("recorded", RECORDED, ids=identify)
def test_a_resumed_run_is_the_same_to_the_last_bit(recorded):
    straight, params = maker.make(paddle, *recorded["case"])
    all_grads = maker.inputs()[1]
    for grads in all_grads[:4]:
        maker.advance(paddle, straight, params, grads)
    saved = straight.state_dict()
    values = [p.numpy() for p in params]
    resumed, fresh = maker.make(paddle, *recorded["case"])
    for p, value in zip(fresh, values, strict=True):
        p.set_value(value)
    resumed.set_state_dict(_renamed(saved, params, fresh))
    for grads in all_grads[4:]:
        maker.advance(paddle, straight, params, grads)
        maker.advance(paddle, resumed, fresh, grads)
    for p, q in zip(params, fresh, strict=True):
        np.testing.assert_array_equal(p.numpy(), q.numpy())


def _renamed(saved, params, fresh):
    """The state under the names of other parameters (names are unique within a process)."""
    out = {}
    for key, value in saved.items():
        for p, q in zip(params, fresh, strict=True):
            if key.startswith(p.name + "_"):
                key = q.name + key[len(p.name) :]
        out[key] = value
    return out


def test_every_optimizer_is_recorded():
    assert {r["case"][0] for r in RECORDED} == set(paddle.optimizer.__all__) - {"LBFGS", "Optimizer", "lr"}
