"""Record 30 steps of every scheduler of real PaddlePaddle (3.3.1): `python make_lr.py > lr.json`."""

import json
import sys

import paddle
from paddle.optimizer import lr

METRICS = [
    1.0,
    0.9,
    0.9,
    0.9,
    0.95,
    0.91,
    0.8,
    0.8,
    0.8,
    0.8,
    0.85,
    0.79,
    0.79,
    0.8,
    0.8,
    0.8,
    0.8,
    0.7,
    0.71,
    0.72,
]
METRICS += [0.73, 0.7, 0.7, 0.69999, 0.7, 0.7, 0.7, 0.6, 0.6, 0.6]

# name of the class, arguments; a string "f:..." is evaluated to a function, a nested list is a scheduler
CASES = [
    ["NoamDecay", {"d_model": 64, "warmup_steps": 8, "learning_rate": 0.5}],
    ["NoamDecay", {"d_model": 512, "warmup_steps": 100, "last_epoch": 3}],
    ["ExponentialDecay", {"learning_rate": 0.5, "gamma": 0.9}],
    ["NaturalExpDecay", {"learning_rate": 0.5, "gamma": 0.1}],
    ["InverseTimeDecay", {"learning_rate": 0.5, "gamma": 0.1}],
    ["PolynomialDecay", {"learning_rate": 0.5, "decay_steps": 12}],
    [
        "PolynomialDecay",
        {"learning_rate": 0.5, "decay_steps": 12, "end_lr": 0.01, "power": 2.0, "cycle": True},
    ],
    ["LinearWarmup", {"learning_rate": 0.5, "warmup_steps": 10, "start_lr": 0.0, "end_lr": 0.4}],
    [
        "LinearWarmup",
        {
            "learning_rate": ["StepDecay", {"learning_rate": 0.5, "step_size": 4, "gamma": 0.7}],
            "warmup_steps": 10,
            "start_lr": 0.1,
            "end_lr": 0.5,
        },
    ],
    ["PiecewiseDecay", {"boundaries": [3, 10, 20], "values": [0.1, 0.6, 0.3, 0.05]}],
    ["CosineAnnealingDecay", {"learning_rate": 0.5, "T_max": 10}],
    ["CosineAnnealingDecay", {"learning_rate": 0.5, "T_max": 7, "eta_min": 0.05}],
    ["MultiStepDecay", {"learning_rate": 0.5, "milestones": [3, 9, 20], "gamma": 0.8}],
    ["StepDecay", {"learning_rate": 0.5, "step_size": 5, "gamma": 0.8}],
    ["LambdaDecay", {"learning_rate": 0.5, "lr_lambda": "f:lambda x: 0.95**x"}],
    ["MultiplicativeDecay", {"learning_rate": 0.5, "lr_lambda": "f:lambda x: 0.9 + 0.01 * (x % 3)"}],
    ["MultiplicativeDecay", {"learning_rate": 0.5, "lr_lambda": "f:lambda x: 0.95", "last_epoch": 4}],
    ["OneCycleLR", {"max_learning_rate": 1.0, "total_steps": 40}],
    [
        "OneCycleLR",
        {
            "max_learning_rate": 1.0,
            "total_steps": 31,
            "divide_factor": 5,
            "phase_pct": 0.2,
            "anneal_strategy": "linear",
        },
    ],
    ["OneCycleLR", {"max_learning_rate": 2.0, "total_steps": 35, "three_phase": True}],
    [
        "OneCycleLR",
        {"max_learning_rate": 2.0, "total_steps": 35, "three_phase": True, "anneal_strategy": "linear"},
    ],
    ["CyclicLR", {"base_learning_rate": 0.1, "max_learning_rate": 1.0, "step_size_up": 4}],
    [
        "CyclicLR",
        {
            "base_learning_rate": 0.1,
            "max_learning_rate": 1.0,
            "step_size_up": 4,
            "step_size_down": 3,
            "mode": "triangular2",
        },
    ],
    [
        "CyclicLR",
        {
            "base_learning_rate": 0.1,
            "max_learning_rate": 1.0,
            "step_size_up": 5,
            "mode": "exp_range",
            "exp_gamma": 0.9,
        },
    ],
    [
        "CyclicLR",
        {
            "base_learning_rate": 0.1,
            "max_learning_rate": 1.0,
            "step_size_up": 5,
            "scale_fn": "f:lambda x: 1 / (1 + x)",
            "scale_mode": "iterations",
        },
    ],
    ["LinearLR", {"learning_rate": 0.5, "total_steps": 10}],
    ["LinearLR", {"learning_rate": 0.5, "total_steps": 10, "start_factor": 0.5, "end_factor": 0.9}],
    ["CosineAnnealingWarmRestarts", {"learning_rate": 0.5, "T_0": 5}],
    ["CosineAnnealingWarmRestarts", {"learning_rate": 0.5, "T_0": 3, "T_mult": 2, "eta_min": 0.01}],
    ["ReduceOnPlateau", {"learning_rate": 1.0, "factor": 0.5, "patience": 2, "cooldown": 1}],
    ["ReduceOnPlateau", {"learning_rate": 1.0, "mode": "max", "patience": 3, "min_lr": 0.05}],
    [
        "ReduceOnPlateau",
        {"learning_rate": 1.0, "factor": 0.5, "patience": 1, "threshold": 0.05, "threshold_mode": "abs"},
    ],
    [
        "ReduceOnPlateau",
        {
            "learning_rate": 1.0,
            "mode": "max",
            "factor": 0.5,
            "patience": 1,
            "threshold": 0.05,
            "threshold_mode": "abs",
        },
    ],
]

# schedulers whose step() takes the epoch to jump to
JUMPS = [0, 7, 2, 30, 11]


def build(name, arguments, module):
    """The scheduler of one case, from `module` (real or ours)."""
    made = {}
    for key, value in arguments.items():
        if isinstance(value, str) and value.startswith("f:"):
            value = eval(value[2:])
        elif isinstance(value, list) and value and isinstance(value[0], str):
            value = build(*value, module)
        made[key] = value
    return getattr(module, name)(**made)


def walk(scheduler, steps, first=0):
    """The learning rates of `steps` steps, the present one first."""
    seen = [float(scheduler())]
    for index in range(first, first + steps):
        if type(scheduler).__name__ == "ReduceOnPlateau":
            scheduler.step(METRICS[index])
        else:
            scheduler.step()
        seen.append(float(scheduler()))
    return seen


def plain(state):
    """A state dict as JSON can hold it."""
    return {k: plain(v) if isinstance(v, dict) else v for k, v in state.items() if not callable(v)}


def record(module):
    """Everything the test compares, for every case."""
    recorded = []
    for name, arguments in CASES:
        scheduler = build(name, arguments, module)
        entry = {
            "class": name,
            "arguments": arguments,
            "lr": walk(scheduler, 20),
            "state": plain(scheduler.state_dict()),
        }
        entry["lr"] += walk(scheduler, 10, first=20)[1:]
        fresh = build(name, arguments, module)
        fresh.set_state_dict(dict(entry["state"]))
        entry["restored"] = walk(fresh, 10, first=20)
        if name != "ReduceOnPlateau":
            jumping = build(name, arguments, module)
            entry["jumps"] = []
            for epoch in JUMPS:
                jumping.step(epoch)
                entry["jumps"].append(float(jumping()))
        recorded.append(entry)
    return recorded


if __name__ == "__main__":
    cases = ",\n".join(json.dumps(case) for case in record(lr))
    sys.stdout.write(f'{{"paddle": "{paddle.__version__}", "cases": [\n{cases}\n]}}\n')
