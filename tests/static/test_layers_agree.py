"""paddle.nn in static mode: results and gradients as recorded from real PaddlePaddle, with a first size not known."""

from __future__ import annotations

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite import static
from paddlelite.framework import unique_name
from tests.nn import cases
from tests.nn.test_golden import NAMES, recorded

#: Cases whose first size must be known: of a weight that is fed, and of steps where gradients of gradients may follow.
FIXED = {"bilinear", "embedding", "time_major"}


class InAProgram(cases.Cases):
    """Every case as calls in static mode; what is fed has a first size of -1. An error stands for a result."""

    def call(self, name, function, *arrays, **options):
        self.attempt(name, lambda inputs: function(*inputs, **options), arrays, [])

    def layer(self, name, layer, *arrays, **options):
        self.attempt(name, lambda inputs: layer(*inputs, **options), arrays, list(layer.parameters()))

    def value(self, tensor):
        return static.Executor().run(feed=self.feed, fetch_list=[tensor])[0]

    def attempt(self, name, function, arrays, parameters):
        number = len(self.results)
        inputs = []
        for i, array in enumerate(arrays):
            first = array.shape[0] if name in FIXED else None
            inputs.append(static.data(f"x{number}_{i}", [first, *array.shape[1:]], str(array.dtype)))
            inputs[-1].stop_gradient = array.dtype != np.float32
        self.feed = {x.name: a for x, a in zip(inputs, arrays)}
        try:
            self.results[name] = self.run(function(inputs), inputs, parameters)
        except (TypeError, paddle.errors.PaddleError) as error:
            self.results[name] = [error]

    def run(self, out, inputs, parameters):
        outs = cases.flat(out)
        total = 0
        for t in outs:
            total = total + (t * t).sum()
        wanted = [t for t in [*inputs, *parameters] if not t.stop_gradient]
        grads = [g for g in static.gradients(total, wanted) if g is not None]
        exe = static.Executor()
        exe.run(static.default_startup_program())
        for k, p in enumerate(parameters):
            p.set_value(np.random.RandomState(k).randn(*p.dims).astype("float32") * 0.4)
        return exe.run(feed=self.feed, fetch_list=[*outs, *grads])


@pytest.fixture(scope="module")
def results():
    with unique_name.guard(), static.scope_guard(static.Scope()):
        paddle.enable_static()
        try:
            with static.program_guard(static.Program(), static.Program()):
                return cases.run(paddle, InAProgram)
        finally:
            paddle.disable_static()


@pytest.mark.parametrize("name", NAMES)
def test_as_paddlepaddle(results, name):
    want, got = recorded(name), results[name]
    if isinstance(got[0], Exception):
        raise got[0]
    assert [a.shape for a in got] == [a.shape for a in want]
    for a, b in zip(got, want, strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-4, atol=3e-5)
