"""The measurements as Markdown: times, ratios (how many times longer the others take), geometric means."""

import math

TITLES = {
    "cifar": "CIFAR net 20×3×32×32",
    "lenet": "LeNet 64×1×28×28",
    "mlp": "MLP 784-512-512-10, 64",
    "resnet18": "ResNet-18 8×3×112×112",
    "lstm": "LSTM 16×32×64→128",
    "transformer": "Transformer ×2 8×64×128",
    "mnist": "MNIST conv net 64×1×28×28",
    "op.add": "4×4 add",
    "op.multiply_backward": "4×4 multiply, forward + backward",
    "loop.eager": "a round of a loop with a branch in it, eager",
    "loop.static": "a round of a loop with a branch in it, to_static",
    "loop.checked": "a round of a loop with an assertion in it, to_static",
    "capture": "capture of 200 operations",
    "resnet18.save": "ResNet-18 to_static + save",
    "resnet18.onnx": "ResNet-18 ONNX export",
    "train.eager": "training step, eager",
    "train.static": "training step, to_static",
    "program.sgd": "training step, static mode, SGD",
    "program.adam": "training step, static mode, Adam",
    "program.test": "inference, static mode",
    "infer.eager": "inference, eager",
    "infer.static": "inference, to_static",
    "infer.loaded": "inference, saved and loaded",
}
NAMES = {"paddlelite": "paddlelite", "paddle": "PaddlePaddle", "torch": "PyTorch"}


def title(task):
    if task in TITLES:
        return TITLES[task]
    model, mode = task.split(".", 1)
    return f"{TITLES[model]}: {TITLES[mode]}"


def duration(seconds):
    return (
        f"{seconds * 1e6:.2f} µs" if seconds < 1e-4 else f"{seconds * 1e3:.{2 if seconds < 0.1 else 0}f} ms"
    )


def lines(rows):
    head, *body = rows
    return "\n".join(
        ["", "| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|"]
        + ["| " + " | ".join(row) + " |" for row in body]
    )


def header(first, frameworks):
    others = [name for name in frameworks if name != "paddlelite"]
    return [first, *(NAMES[name] for name in frameworks), *(f"{NAMES[name]} / ours" for name in others)]


def row(label, values, frameworks, text):
    ours = values.get("paddlelite")
    cells = [text(values[name]) if name in values else "–" for name in frameworks]
    for name in frameworks:
        if name != "paddlelite":
            cells.append(f"{values[name] / ours:.2f}" if ours and name in values else "–")
    return [label, *cells]


def of_times(times, frameworks):
    return lines(
        [header("median", frameworks)]
        + [row(title(task), values, frameworks, duration) for task, values in times.items()]
    )


def of_processes(imports, memory, frameworks):
    def megabytes(value):
        return f"{value:.0f} MB"

    return lines(
        [header("whole process", frameworks), row("import (CPU)", imports, frameworks, duration)]
        + [
            row(f"{title(task)}: peak memory", values, frameworks, megabytes)
            for task, values in memory.items()
        ]
    )


def ratios(times, modes, other):
    return [
        values[other] / values["paddlelite"]
        for task, values in times.items()
        if task.split(".", 1)[-1] in modes and other in values and "paddlelite" in values
    ]


def of_means(times):
    """Geometric means over the networks, and the least favourable one."""
    groups = [
        ("eager training and inference", ("train.eager", "infer.eager"), "paddle", "PaddlePaddle eager"),
        ("to_static training", ("train.static",), "paddle", "PaddlePaddle to_static"),
        ("loaded inference", ("infer.loaded",), "paddle", "PaddlePaddle loaded"),
        ("eager training and inference", ("train.eager", "infer.eager"), "torch", "PyTorch eager"),
        ("to_static training", ("train.static",), "torch", "torch.compile"),
        ("loaded inference", ("infer.loaded",), "torch", "torch.compile"),
    ]
    rows = [["how many times faster", "than", "geometric mean", "least", "most"]]
    for label, modes, other, other_label in groups:
        if found := ratios(times, modes, other):
            mean = math.exp(sum(map(math.log, found)) / len(found))
            rows.append([label, other_label, f"{mean:.2f}", f"{min(found):.2f}", f"{max(found):.2f}"])
    return lines(rows) if len(rows) > 1 else ""
