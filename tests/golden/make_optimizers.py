"""Record 10 steps of every optimizer of real PaddlePaddle (3.3.1): `python make_optimizers.py > optimizers.json`.

The tests run the same `run_case` with paddlelite in place of `paddle`.
"""

import itertools
import json
import re
import sys

import numpy as np

STEPS = 10
SERIALS = itertools.count()  # parameters of one process must have different names

# what the schedulers, clips, regularizers and functions of a case are called in JSON
OBJECTS = {
    "l1": lambda paddle: paddle.regularizer.L1Decay(0.05),
    "l2": lambda paddle: paddle.regularizer.L2Decay(0.05),
    "clip_value": lambda paddle: paddle.nn.ClipGradByValue(max=0.3, min=-0.5),
    "clip_norm": lambda paddle: paddle.nn.ClipGradByNorm(1.0),
    "clip_global": lambda paddle: paddle.nn.ClipGradByGlobalNorm(1.0),
    "step_lr": lambda paddle: paddle.optimizer.lr.StepDecay(0.1, step_size=3, gamma=0.5),
    "only_w": lambda paddle: lambda name: "w" in name,
    "not_w": lambda paddle: lambda p: "w" in p.name,
}

# optimizer, arguments ("@x" is OBJECTS["x"]), and what differs from two plain float32 parameters
CASES = [
    ["SGD", {"learning_rate": 0.1}, {}],
    ["SGD", {"learning_rate": 0.1, "weight_decay": 0.1}, {}],
    ["SGD", {"learning_rate": 0.1, "weight_decay": "@l1"}, {}],
    ["SGD", {"learning_rate": "@step_lr", "grad_clip": "@clip_value"}, {}],
    ["SGD", {"learning_rate": 0.1, "grad_clip": "@clip_norm"}, {}],
    ["SGD", {"learning_rate": 0.1, "grad_clip": "@clip_global", "weight_decay": "@l2"}, {}],
    ["SGD", {"learning_rate": 0.1, "grad_clip": "@clip_global"}, {"need_clip": False}],
    ["SGD", {"learning_rate": 0.1, "weight_decay": 0.3}, {"regularizer": "@l1", "learning_rate": 0.5}],
    ["SGD", {"learning_rate": 0.1}, {"dtype": "float64"}],
    ["Momentum", {"learning_rate": 0.1}, {}],
    ["Momentum", {"learning_rate": 0.1, "momentum": 0.8, "use_nesterov": True}, {}],
    ["Momentum", {"learning_rate": 0.1, "weight_decay": 0.1, "use_nesterov": True}, {}],
    ["Momentum", {"learning_rate": 0.1, "weight_decay": "@l1"}, {}],
    ["Momentum", {"learning_rate": "@step_lr", "grad_clip": "@clip_global", "weight_decay": "@l2"}, {}],
    ["Momentum", {"learning_rate": 0.1, "weight_decay": 0.3}, {"regularizer": "@l2", "learning_rate": 2.0}],
    ["Adam", {"learning_rate": 0.1}, {}],
    ["Adam", {"learning_rate": 0.1, "beta1": 0.5, "beta2": 0.6, "epsilon": 0.1}, {}],
    ["Adam", {"learning_rate": 0.1, "amsgrad": True}, {}],
    ["Adam", {"learning_rate": 0.1, "weight_decay": 0.1}, {}],
    [
        "Adam",
        {"learning_rate": 0.1, "weight_decay": "@l1", "grad_clip": "@clip_norm"},
        {"learning_rate": 0.5},
    ],
    ["Adam", {"learning_rate": "@step_lr"}, {"dtype": "float64"}],
    ["AdamW", {"learning_rate": 0.1}, {}],
    ["AdamW", {"learning_rate": "@step_lr", "weight_decay": 0.2, "amsgrad": True}, {}],
    ["AdamW", {"learning_rate": 0.1, "weight_decay": 0.2, "apply_decay_param_fun": "@only_w"}, {}],
    ["AdamW", {"learning_rate": 0.1, "weight_decay": 0.2}, {"learning_rate": 0.7}],
    ["AdamW", {"learning_rate": 0.1, "weight_decay": 0.2, "grad_clip": "@clip_global"}, {"dtype": "float64"}],
    ["Adamax", {"learning_rate": 0.1}, {}],
    [
        "Adamax",
        {"learning_rate": 0.1, "beta1": 0.8, "beta2": 0.7, "weight_decay": 0.1},
        {"learning_rate": 0.5},
    ],
    ["Adagrad", {"learning_rate": 0.1}, {}],
    ["Adagrad", {"learning_rate": 0.1, "initial_accumulator_value": 0.5, "weight_decay": "@l2"}, {}],
    ["Adadelta", {"learning_rate": 0.5}, {}],
    ["Adadelta", {"learning_rate": 0.5, "rho": 0.7, "epsilon": 0.001, "weight_decay": 0.1}, {}],
    ["RMSProp", {"learning_rate": 0.1}, {}],
    ["RMSProp", {"learning_rate": 0.1, "momentum": 0.5, "rho": 0.8, "epsilon": 0.01}, {}],
    ["RMSProp", {"learning_rate": 0.1, "centered": True, "weight_decay": 0.1}, {}],
    ["RMSProp", {"learning_rate": "@step_lr", "centered": True, "momentum": 0.9}, {}],
    ["Lamb", {"learning_rate": 0.1}, {}],
    ["Lamb", {"learning_rate": 0.1, "lamb_weight_decay": 0.1, "exclude_from_weight_decay_fn": "@not_w"}, {}],
    ["Lamb", {"learning_rate": 0.1, "lamb_weight_decay": 0.0, "always_adapt": True}, {}],
    ["NAdam", {"learning_rate": 0.1}, {}],
    ["NAdam", {"learning_rate": 0.1, "momentum_decay": 0.1, "weight_decay": 0.1}, {}],
    ["RAdam", {"learning_rate": 0.1}, {}],
    ["RAdam", {"learning_rate": 0.1, "beta2": 0.9, "weight_decay": 0.1}, {}],
    ["Rprop", {"learning_rate": 0.1}, {}],
    ["Rprop", {"learning_rate": 0.1, "learning_rate_range": [0.01, 0.15], "etas": [0.3, 1.5]}, {}],
    ["ASGD", {"learning_rate": 0.1}, {}],
    ["ASGD", {"learning_rate": 0.1, "batch_num": 3, "weight_decay": 0.1}, {}],
    [
        "SGD",
        {"learning_rate": 0.1, "weight_decay": 0.2},
        {"groups": {"learning_rate": 0.5, "weight_decay": 0.7}},
    ],
    ["Adam", {"learning_rate": 0.1}, {"groups": {"learning_rate": 0.5, "beta1": 0.5, "weight_decay": 0.1}}],
    [
        "AdamW",
        {"learning_rate": 0.1, "grad_clip": "@clip_global"},
        {"groups": {"learning_rate": 2.0, "weight_decay": 0.3, "grad_clip": "@clip_value"}},
    ],
    ["Momentum", {"learning_rate": "@step_lr"}, {"groups": {"learning_rate": 0.5}}],
]


def inputs():
    """The first values and the gradients of each step, for a [3, 4] and a [4] parameter."""
    rng = np.random.RandomState(7)
    first = {"w": rng.uniform(-1, 1, [3, 4]), "b": rng.uniform(-1, 1, [4])}
    grads = [{"w": rng.normal(0, 0.6, [3, 4]), "b": rng.normal(0, 0.6, [4])} for _ in range(STEPS)]
    return first, grads


def resolve(paddle, value):
    """A value of a case as the object it stands for."""
    if isinstance(value, str) and value.startswith("@"):
        return OBJECTS[value[1:]](paddle)
    return tuple(value) if isinstance(value, list) else value


def parameters(paddle, extra):
    """The two parameters; the extras apply to `w` alone, so that they are seen to."""
    first, _ = inputs()
    serial = next(SERIALS)
    dtype = extra.get("dtype", "float32")
    made = []
    for name, value in first.items():
        attributes = {"initializer": paddle.nn.initializer.Assign(value.astype(dtype))}
        if name == "w":
            for key in ("need_clip", "regularizer", "learning_rate"):
                if key in extra:
                    attributes[key] = resolve(paddle, extra[key])
        attr = paddle.ParamAttr(name=f"{name}.{serial}", **attributes)
        made.append(paddle.create_parameter(list(value.shape), dtype, attr=attr))
    return made


def make(paddle, name, arguments, extra):
    """The optimizer of a case and its parameters."""
    w, b = parameters(paddle, extra)
    given = [w, b]
    if "groups" in extra:
        group = {key: resolve(paddle, value) for key, value in extra["groups"].items()}
        given = [{"params": [w]}, {"params": [b], **group}]
    keywords = {key: resolve(paddle, value) for key, value in arguments.items()}
    return getattr(paddle.optimizer, name)(parameters=given, **keywords), [w, b]


def advance(paddle, optimizer, params, grads):
    """One step with the given gradients (those of a sum of products)."""
    loss = sum((p * paddle.to_tensor(grads[n].astype(p.numpy().dtype))).sum() for p, n in zip(params, "wb"))
    loss.backward()
    optimizer.step()
    optimizer.clear_grad()
    if not isinstance(optimizer._learning_rate, float):
        optimizer._learning_rate.step()


def plain(state):
    """A state dict as JSON can hold it, without the serial numbers."""
    out = {}
    for key, value in state.items():
        key = re.sub(r"\.\d+", "", key)
        out[key] = plain(value) if isinstance(value, dict) else value
        if hasattr(value, "numpy"):
            out[key] = {"dtype": str(value.numpy().dtype), "value": short(value.numpy())}
    return out


def short(array):
    """Nested lists with the digits that the dtype has."""
    if isinstance(array, np.ndarray) and array.ndim:
        return [short(row) for row in array]
    return float(f"{array:.8g}") if array.dtype == np.float32 else array.item()


def run_case(paddle, name, arguments, extra):
    """The parameters after each step, and the state at the end."""
    optimizer, params = make(paddle, name, arguments, extra)
    trace = []
    for grads in inputs()[1]:
        advance(paddle, optimizer, params, grads)
        trace.append([short(p.numpy()) for p in params])
    return {"trace": trace, "state": plain(optimizer.state_dict())}


if __name__ == "__main__":
    import paddle

    lines = []
    for case in CASES:
        lines.append(json.dumps({"case": case, **run_case(paddle, *case)}))
    sys.stdout.write(f'{{"paddle": "{paddle.__version__}", "cases": [\n' + ",\n".join(lines) + "\n]}\n")
