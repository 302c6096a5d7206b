"""Layers written with paddlelite, saved by jit.save, give the same outputs in real PaddlePaddle."""

from __future__ import annotations

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite import nn
from paddlelite.export.pdmodel import ModelToWrite, write_models
from paddlelite.interpret import run_program
from paddlelite.jit import InputSpec, save, to_static
from tests.formats.programs import PROGRAMS

from .paddles import WAYS, outputs

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


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Each layer saved once, and what it computes eagerly."""
    folder, done = tmp_path_factory.mktemp("layers"), {}

    def get(name):
        if name not in done:
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
            done[name] = prefix, wanted
        return done[name]

    return get


@pytest.mark.parametrize("release, how", WAYS)
@pytest.mark.parametrize("name", LAYERS)
def test_layers(name, release, how, saved, tmp_path):
    prefix, wanted = saved(name)
    found = outputs(release, how, prefix, LAYERS[name][2], tmp_path)
    for got, want in zip(found, wanted, strict=True):
        assert len(got) == len(want)
        for a, b in zip(got, want):
            assert a.shape == b.shape and a.dtype == b.dtype
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("release, how", WAYS)
@pytest.mark.parametrize("name", PROGRAMS)
def test_programs(name, release, how, tmp_path):
    """Loop variables that change places, branches in loops, lists of tensors."""
    make, cases = PROGRAMS[name]
    program, prefix = make(), str(tmp_path / name)
    write_models([ModelToWrite(program, prefix)], prefix + ".pdiparams.info", {}, {})
    for got, inputs in zip(outputs(release, how, prefix, cases, tmp_path), cases, strict=True):
        for a, b in zip(got, run_program(program, inputs), strict=True):
            assert a.shape == b.shape and a.dtype == b.dtype
            np.testing.assert_allclose(a, b, rtol=1e-6)
