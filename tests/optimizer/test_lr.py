"""Every scheduler against 30 steps of PaddlePaddle 3.3.1 (see tests/golden/make_lr.py), and bad input."""

import importlib.util
import json
import sys
import types
from pathlib import Path

import numpy as np
import pytest

from paddlelite.optimizer import lr

GOLDEN = Path(__file__).parents[1] / "golden"
RECORDED = json.loads((GOLDEN / "lr.json").read_text())["cases"]


@pytest.fixture(scope="module")
def maker():
    """The recording script, with a stand-in for the real PaddlePaddle that it imports."""
    saved = {name: sys.modules.get(name) for name in ("paddle", "paddle.optimizer")}
    sys.modules["paddle"] = types.ModuleType("paddle")
    sys.modules["paddle.optimizer"] = types.SimpleNamespace(lr=lr)
    try:
        spec = importlib.util.spec_from_file_location("make_lr", GOLDEN / "make_lr.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        for name, module_before in saved.items():
            if module_before is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = module_before
    return module


@pytest.mark.parametrize("case", RECORDED, ids=lambda case: case["class"])
def test_thirty_steps_state_resume_and_jumps(case, maker):
    scheduler = maker.build(case["class"], case["arguments"], lr)
    rates = maker.walk(scheduler, 20)
    state = maker.plain(scheduler.state_dict())
    assert state == _close(case["state"])
    rates += maker.walk(scheduler, 10, first=20)[1:]
    np.testing.assert_allclose(rates, case["lr"], rtol=1e-9, atol=1e-15)

    fresh = maker.build(case["class"], case["arguments"], lr)
    fresh.set_state_dict(state)
    resumed = maker.walk(fresh, 10, first=20)
    if case["class"] != "CosineAnnealingWarmRestarts":  # PaddlePaddle loses its place in the period here
        np.testing.assert_allclose(resumed, case["restored"], rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(resumed, case["lr"][20:], rtol=1e-9, atol=1e-15)

    if "jumps" in case:
        jumping = maker.build(case["class"], case["arguments"], lr)
        seen = []
        for epoch in maker.JUMPS:
            jumping.step(epoch)
            seen.append(jumping())
        np.testing.assert_allclose(seen, case["jumps"], rtol=1e-9, atol=1e-15)


def _close(state):
    return {k: _close(v) if isinstance(v, dict) else pytest.approx(v, rel=1e-9) for k, v in state.items()}


def test_every_scheduler_is_recorded():
    assert {case["class"] for case in RECORDED} == set(lr.__all__) - {"LRScheduler"}


def test_verbose_prints_as_paddle_does(capsys):
    steps = lr.StepDecay(0.1, 2, verbose=True)
    steps.step()
    plateau = lr.ReduceOnPlateau(0.1, patience=0, verbose=True)
    plateau.step(1.0)
    plateau.step(2.0)
    assert capsys.readouterr().out.splitlines() == [
        "Epoch 0: StepDecay set learning rate to 0.1.",
        "Epoch 1: StepDecay set learning rate to 0.1.",
        "Epoch 2: ReduceOnPlateau set learning rate to 0.010000000000000002.",
    ]


def test_a_subclass_defines_get_lr_and_may_save_more():
    class Own(lr.LRScheduler):
        def __init__(self):
            self.bonus = 2
            super().__init__(0.5)

        def get_lr(self):
            return np.float32(self.base_lr * self.bonus)

        def state_keys(self):
            self.keys = ["last_epoch", "last_lr", "bonus"]

    own = Own()
    assert own.state_dict() == {"last_epoch": 0, "last_lr": 1.0, "bonus": 2}
    assert type(own()) is float
    own.set_dict({"last_epoch": 3, "last_lr": 0.25, "bonus": 1})
    own.step()
    assert (own.last_epoch, own()) == (4, 0.5)


def test_state_dicts_that_do_not_fit():
    scheduler = lr.StepDecay(0.1, 2)
    with pytest.raises(RuntimeError, match="last_lr"):
        scheduler.set_state_dict({"last_epoch": 1})
    assert scheduler.last_epoch == 0, "a refused state must leave the scheduler as it was"
    with pytest.warns(UserWarning, match="other"):
        scheduler.set_state_dict({"other": 1, "last_epoch": 1, "last_lr": 1.0})
    warm = lr.LinearWarmup(lr.StepDecay(0.1, 2), 3, 0.0, 1.0)
    with pytest.raises(RuntimeError, match="LinearWarmup_LR"):
        warm.set_state_dict({"last_epoch": 1, "last_lr": 1.0})


def test_plateau_reads_one_number():
    plateau = lr.ReduceOnPlateau(0.1, factor=0.5, patience=0)
    for metric in (3, 2.0, np.float32(1), np.ones([1]), np.ones([])):
        plateau.step(metric)
    assert plateau() == 0.1 / 4 and plateau.last_epoch == 5
    plateau.step(9.0, epoch=40)
    assert plateau.last_epoch == 40
    with pytest.raises(TypeError, match="metrics must be"):
        plateau.step("1")
    with pytest.raises(AssertionError, match="size of metrics"):
        plateau.step(np.ones(2))
    assert plateau.last_epoch == 40


# the class of each error was recorded from PaddlePaddle 3.3.1
@pytest.mark.parametrize(
    ("error", "words", "make"),
    [
        (ValueError, "d_model", lambda: lr.NoamDecay(0, 3)),
        (TypeError, "learning_rate", lambda: lr.StepDecay("a", 3)),
        (ValueError, "Invalid learning rate", lambda: lr.StepDecay(-1.0, 3)),
        (ValueError, "Invalid learning rate", lambda: lr.StepDecay(float("nan"), 3)),
        (NotImplementedError, "get_lr", lambda: lr.LRScheduler(0.1)),
        (ValueError, "one more element", lambda: lr.PiecewiseDecay([1, 2], [0.1, 0.2])),
        (ValueError, "empty", lambda: lr.PiecewiseDecay([], [0.1])),
        (AssertionError, "decay_steps", lambda: lr.PolynomialDecay(0.1, 0)),
        (AssertionError, "decay_steps", lambda: lr.PolynomialDecay(0.1, 1.5)),
        (TypeError, "learning_rate", lambda: lr.LinearWarmup("a", 1, 0.0, 1.0)),
        (AssertionError, "end_lr", lambda: lr.LinearWarmup(1, 1, 2.0, 1.0)),
        (AssertionError, "warmup_steps", lambda: lr.LinearWarmup(1.0, 0, 0.0, 1.0)),
        (AssertionError, "gamma", lambda: lr.ExponentialDecay(0.1, 1.5)),
        (AssertionError, "gamma", lambda: lr.ExponentialDecay(0.1, 0)),
        (TypeError, "milestones", lambda: lr.MultiStepDecay(0.1, 3)),
        (ValueError, "incremented", lambda: lr.MultiStepDecay(0.1, [3, 2])),
        (ValueError, "gamma", lambda: lr.MultiStepDecay(0.1, [2, 3], 1.0)),
        (AssertionError, "step_size", lambda: lr.StepDecay(0.1, 0)),
        (TypeError, "step_size", lambda: lr.StepDecay(0.1, 2.0)),
        (ValueError, "gamma", lambda: lr.StepDecay(0.1, 2, 1.0)),
        (TypeError, "function", lambda: lr.LambdaDecay(0.1, 3)),
        (TypeError, "function", lambda: lr.MultiplicativeDecay(0.1, 3)),
        (ValueError, "mode", lambda: lr.ReduceOnPlateau(0.1, mode="x")),
        (ValueError, "factor", lambda: lr.ReduceOnPlateau(0.1, factor=1.0)),
        (ValueError, "threshold mode", lambda: lr.ReduceOnPlateau(0.1, threshold_mode="x")),
        (TypeError, "learning_rate", lambda: lr.ReduceOnPlateau("a")),
        (TypeError, "learning_rate", lambda: lr.CosineAnnealingDecay("a", 1)),
        (AssertionError, "T_max", lambda: lr.CosineAnnealingDecay(0.1, 0)),
        (TypeError, "T_max", lambda: lr.CosineAnnealingDecay(0.1, 2.0)),
        (TypeError, "eta_min", lambda: lr.CosineAnnealingDecay(0.1, 2, "a")),
        (ValueError, "total_step", lambda: lr.OneCycleLR(0.1, 0)),
        (TypeError, "total_step", lambda: lr.OneCycleLR(0.1, 1.0)),
        (ValueError, "max_learning_rate", lambda: lr.OneCycleLR(-1, 10)),
        (TypeError, "max_learning_rate", lambda: lr.OneCycleLR("a", 10)),
        (TypeError, "phase_pct", lambda: lr.OneCycleLR(1.0, 10, phase_pct=2)),
        (TypeError, "end_learning_rate", lambda: lr.OneCycleLR(1.0, 10, end_learning_rate="a")),
        (ValueError, "anneal_strategy", lambda: lr.OneCycleLR(1.0, 10, anneal_strategy="x")),
        (ValueError, "phase_pct", lambda: lr.OneCycleLR(1.0, 10, three_phase=True, phase_pct=0.6)),
        (ValueError, "Invalid learning rate", lambda: lr.OneCycleLR(1.0, 10, divide_factor=-1)),
        (ValueError, "3 times", lambda: [lr.OneCycleLR(1.0, 2).step(3)]),
        (TypeError, "base_learning_rate", lambda: lr.CyclicLR("a", 1, 1)),
        (TypeError, "max_learning_rate", lambda: lr.CyclicLR(1, "1", 1)),
        (ValueError, "step_size_up", lambda: lr.CyclicLR(1, 1, 0)),
        (ValueError, "step_size_down", lambda: lr.CyclicLR(1, 1, 1, 0)),
        (ValueError, "mode", lambda: lr.CyclicLR(1, 1, 2, mode="x")),
        (ValueError, "scale_mode", lambda: lr.CyclicLR(1, 1, 2, scale_mode="x")),
        (TypeError, "step_size_up", lambda: lr.CyclicLR(1, 1, 2.5)),
        (TypeError, "scale_fn", lambda: lr.CyclicLR(1, 1, 2, scale_fn=3)),
        (ValueError, "total_steps", lambda: lr.LinearLR(0.1, 0)),
        (ValueError, "start_factor", lambda: lr.LinearLR(0.1, 2, start_factor=0)),
        (ValueError, "end_factor", lambda: lr.LinearLR(0.1, 2, end_factor=2)),
        (ValueError, "T_0", lambda: lr.CosineAnnealingWarmRestarts(0.1, 0)),
        (ValueError, "T_mult", lambda: lr.CosineAnnealingWarmRestarts(0.1, 2, 1.5)),
        (ValueError, "non-negative", lambda: lr.CosineAnnealingWarmRestarts(0.1, 2).step(-1)),
    ],
)
def test_bad_arguments(error, words, make):
    with pytest.raises(error, match=words):
        make()
