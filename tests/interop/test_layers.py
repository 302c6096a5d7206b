"""Layers written with paddlelite, saved by jit.save, give the same outputs in real PaddlePaddle."""

from __future__ import annotations

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite import nn
from paddlelite.export.pdmodel import ModelToWrite, write_models
from paddlelite.export.proto import ProgramDesc
from paddlelite.interpret import run_program
from paddlelite.jit import InputSpec, save, to_static
from tests.formats.programs import PROGRAMS

from .paddles import WAYS, outputs, python

pytestmark = pytest.mark.interop


class Convolutional(nn.Layer):
    """Saved in train mode: dropout and the running statistics must be those of serving."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2D(1, 4, 3, padding=1)
        self.norm = nn.BatchNorm2D(4)
        self.pool = nn.MaxPool2D(2)
        self.drop = nn.Dropout(0.5)
        self.out = nn.Linear(4 * 4 * 4, 3)

    def forward(self, x):
        x = self.pool(nn.functional.relu(self.norm(self.conv(x))))
        return nn.functional.softmax(self.out(self.drop(x.flatten(1))))


class Gate(nn.Layer):
    """A branch with a return in it, a while loop with break and continue, a loop over rows."""

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 3)

    def forward(self, x, n):
        y = self.fc(x)
        if y.mean() > 100:
            return y, n
        i = paddle.zeros([], "int64")
        while i < n:
            i = i + 1
            if i == 2:
                continue
            if i > 4:
                break
            y = y * 1.5 + i.astype("float32")
        total = paddle.zeros([3])
        for row in x:
            total = total + row * y.sum()
        return y + total, i


class Indexing(nn.Layer):
    """Shapes and places that are only known at run time, slices in both directions, writes."""

    def forward(self, x, i):
        n = x.shape[0]
        y = x.reshape([n * 2, -1])
        z = paddle.concat([y, y[:, :1]], axis=1)
        z[0] = 5.0
        z[:, 1] = z[:, 0] * 2
        picked = [x[i], x[i, 1], x[0, i], x[-1], x.transpose([1, 0])[1:, ::2]]
        turned = [x[::-1], x[:, ::-2], x[3:0:-1], x[-2::-1, :-1], x[:, -1:-3:-1]]
        return z, *picked, *turned


def _train(layer):
    """Running statistics that are not those of the start."""
    layer.train()
    for _ in range(3):
        layer(paddle.to_tensor(np.random.RandomState(0).randn(4, 1, 8, 8).astype(np.float32) * 3 + 1))
    return layer


RNG = np.random.RandomState(1)
ROWS = RNG.randn(4, 3).astype(np.float32)

LAYERS = {
    "convolutional": (
        lambda: _train(Convolutional()),
        [InputSpec([None, 1, 8, 8], "float32", "image")],
        [[RNG.randn(n, 1, 8, 8).astype(np.float32)] for n in (1, 3)],
    ),
    "gate": (
        Gate,
        [InputSpec([None, 3], "float32", "x"), InputSpec([], "int64", "n")],
        [[ROWS[:k], np.array(n)] for k, n in ((4, 0), (2, 1), (3, 3), (1, 9))] + [[ROWS * 1e6, np.array(2)]],
    ),
    "indexing": (
        Indexing,
        [InputSpec([None, 4], "float32", "x"), InputSpec([], "int64", "i")],
        [[RNG.randn(n, 4).astype(np.float32), np.array(i)] for n, i in ((4, 0), (5, -1), (5, 3), (4, -2))],
    ),
}


def saved(name, folder):
    """A layer saved by jit.save: the prefix, and what it computes eagerly for each case."""
    make, spec, cases = LAYERS[name]
    paddle.seed(3)
    layer = to_static(make())
    prefix = str(folder / name)
    save(layer, prefix, spec)
    layer.eval()
    layer.forward = layer.forward.dygraph_function
    wanted = []
    for case in cases:
        results = layer(*map(paddle.to_tensor, case))
        wanted.append([t.numpy() for t in (results if isinstance(results, tuple) else [results])])
    return prefix, wanted


def written(name, folder):
    """A program written as files: the prefix, and what the interpreter computes."""
    make, cases = PROGRAMS[name]
    program, prefix = make(), str(folder / name)
    write_models([ModelToWrite(program, prefix)], prefix + ".pdiparams.info", {}, {})
    return prefix, [run_program(program, inputs) for inputs in cases]


@pytest.mark.parametrize("release, how", WAYS)
def test_layers_and_programs(release, how, tmp_path):
    python(release)
    made = {name: saved(name, tmp_path) for name in LAYERS}
    made.update({name: written(name, tmp_path) for name in PROGRAMS})
    cases = {**{name: LAYERS[name][2] for name in LAYERS}, **{name: PROGRAMS[name][1] for name in PROGRAMS}}
    models = {name: (prefix, cases[name]) for name, (prefix, _) in made.items()}
    problems = []
    for name, found in outputs(release, how, models, tmp_path).items():
        try:
            assert not isinstance(found, str), found
            for got, want in zip(found, made[name][1], strict=True):
                assert len(got) == len(want)
                for a, b in zip(got, want):
                    assert a.shape == b.shape and a.dtype == b.dtype
                    np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)
        except AssertionError as error:
            problems.append(f"{name}: {error}")
    assert not problems, "\n\n".join(problems)


def test_a_crash_is_told_and_the_rest_go_on(tmp_path):
    """A feed variable that is not persistable makes PaddlePaddle's static executor crash."""
    python("26")
    good, wanted = written("swapped", tmp_path)
    desc = ProgramDesc.decode((tmp_path / "swapped.pdmodel").read_bytes())
    for var in desc.blocks[0].vars:
        var.persistable = None
    (tmp_path / "bad.pdmodel").write_bytes(desc.encode())
    cases = PROGRAMS["swapped"][1]
    models = {"bad": (str(tmp_path / "bad"), cases), "good": (good, cases)}
    found = outputs("26", "static", models, tmp_path)
    assert "PaddlePaddle 26 static died" in found["bad"] and not isinstance(found["good"], str)
    np.testing.assert_array_equal(found["good"][2][0], wanted[2][0])
