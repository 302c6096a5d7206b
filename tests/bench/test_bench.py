"""The benchmark's own arithmetic, and that it runs: a table of wrong numbers is worse than none."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench import table
from tests.bench.__main__ import differences, measure
from tests.bench.task import Task

ROOT = Path(__file__).parent.parent.parent


class Scripted:
    """A worker that answers from a list of times."""

    def __init__(self, framework, rounds, asked):
        self.framework, self.rounds, self.asked = framework, rounds, asked

    def ask(self, verb, task, *rest):
        self.asked.append((verb, self.framework))
        if verb == "prepare":
            return {"check": [1.0]} if self.rounds else {"error": "ValueError: no"}
        return {"times": self.rounds.pop(0)} if verb == "run" else {}


def test_the_median_of_the_medians_and_the_alternation():
    asked = []
    workers = [
        Scripted("paddlelite", [[1.0, 1.0, 9.0], [2.0], [3.0]], asked),
        Scripted("paddle", [[6.0], [4.0, 4.0], [5.0]], asked),
        Scripted("torch", [], asked),
    ]
    times, checks, errors = measure(workers, "t", rounds=3, seconds=0.1)
    assert times == {"paddlelite": 2.0, "paddle": 5.0}
    assert checks.keys() == {"paddlelite", "paddle"} and errors == {"torch": "ValueError: no"}
    assert [name for verb, name in asked if verb == "run"] == ["paddlelite", "paddle"] + [
        "paddle",
        "paddlelite",
    ] + ["paddlelite", "paddle"]


@pytest.mark.parametrize(
    ("ours", "theirs", "alike"),
    [
        ([1.0, 2.0], [1.0, 2.001], True),
        ([1.0, 2.0], [1.0, 2.1], False),
        ([1.0], [1.0, 2.0], False),
        ([1.0, float("nan")], [1.0, 2.0], False),
        ([], [], True),
    ],
)
def test_different_results_are_told(ours, theirs, alike):
    told = differences("t", {"paddlelite": ours, "paddle": theirs})
    assert (told == []) is alike


def test_ratios_are_the_others_over_ours():
    times = {
        "mlp.train.eager": {"paddlelite": 0.002, "paddle": 0.008},
        "lenet.infer.eager": {"paddlelite": 1.0, "paddle": 1.0},
    }
    text = table.of_times(times, ["paddlelite", "paddle"])
    assert "| MLP 784-512-512-10, 64: training step, eager | 2.00 ms | 8.00 ms | 4.00 |" in text
    assert "| eager training and inference | PaddlePaddle eager | 2.00 | 1.00 | 4.00 |" in table.of_means(
        times
    )


def test_what_could_not_run_is_a_dash():
    assert table.row("x", {"paddle": 1.0}, ["paddlelite", "paddle"], str) == ["x", "–", "1.0", "–"]


def test_a_task_times_the_step_alone():
    prepared = []
    task = Task(lambda value: prepared.append(value), prepare=lambda: 7, count=2)
    assert 0 <= task.once() < 0.1 and prepared == [7]
    assert len(task.times(0.0)) == 1


@pytest.mark.slow
def test_it_runs():
    command = [
        sys.executable,
        "-m",
        "tests.bench",
        "--models",
        "mlp,lenet",
        "--rounds",
        "1",
        "--seconds",
        "0.01",
    ]
    answer = subprocess.run(
        [*command, "--only-models"], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert answer.stdout.count("| LeNet") == answer.stdout.count("| MLP") == 5
