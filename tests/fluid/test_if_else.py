"""``fluid.layers.IfElse``; the numbers are those of PaddlePaddle 1.8.5 for the same program."""

import numpy as np
import pytest

import paddlelite.fluid as fluid
from paddlelite.errors import InvalidArgumentError, PreconditionNotMetError

X = np.arange(8, dtype="float32").reshape(4, 2) / 4
#: Of each kind of batch: the last rows of both results, the loss, and a row of both weights after a step each.
RECORDED = [
    ([0.1, 0.9, 0.2, 0.8], -0.8125, [3.0, 3.5], 1.3897, 0.4971, 0.2667),
    ([0.9, 0.8, 0.7, 0.6], -0.8906, [3.0, 3.5], 1.2625, 0.4971, 0.2917),
    ([0.1, 0.2, 0.1, 0.1], 0.9216, [1.5, 1.75], 1.4696, 0.4893, 0.2917),
]


def program():
    x, t = fluid.layers.data("x", [2], dtype="float32"), fluid.layers.data("t", [1], dtype="float32")
    limit = fluid.layers.fill_constant_batch_size_like(t, dtype="float32", shape=[-1, 1], value=0.5)
    way = fluid.layers.IfElse(fluid.layers.less_than(t, limit))
    weight = lambda name, value: fluid.ParamAttr(name, initializer=fluid.initializer.Constant(value))
    with way.true_block():
        rows = way.input(x)
        way.output(fluid.layers.fc(rows, 3, param_attr=weight("w1", 0.5), act="tanh"), rows)
    with way.false_block():
        rows = way.input(x)
        way.output(
            fluid.layers.scale(fluid.layers.fc(rows, 3, param_attr=weight("w2", 0.25)), -1.0), rows * 2.0
        )
    return way()


def test_rows_take_their_way_and_come_back_in_order():
    with fluid.program_guard(fluid.Program(), fluid.Program()), fluid.scope_guard(fluid.core.Scope()):
        first, second = program()
        loss = fluid.layers.mean(first) + fluid.layers.mean(second)
        fluid.optimizer.SGD(0.1).minimize(loss)
        exe = fluid.Executor(fluid.CPUPlace())
        exe.run(fluid.default_startup_program())
        for t, last, rows, value, w1, w2 in RECORDED:
            feed = {"x": X, "t": np.array(t, "float32").reshape(4, 1)}
            got = exe.run(feed=feed, fetch_list=[first, second, loss, "w1", "w2"])
            want = [[last] * 3, rows, [value], [w1] * 3, [w2] * 3]
            for g, w in zip((got[0][-1], got[1][-1], got[2], got[3][0], got[4][0]), want, strict=True):
                np.testing.assert_allclose(g, w, atol=6e-5)


def test_wrong_use():
    with fluid.program_guard(fluid.Program(), fluid.Program()):
        x, t = fluid.layers.data("x", [2], dtype="float32"), fluid.layers.data("t", [1], dtype="float32")
        with pytest.raises(InvalidArgumentError, match=r"shape \[N, 1\]"):
            fluid.layers.IfElse(x > 0)
        way = fluid.layers.IfElse(t > 0)
        with pytest.raises(PreconditionNotMetError, match="inside true_block"):
            way.input(x)
        with pytest.raises(PreconditionNotMetError, match="no block"):
            way()
        with way.true_block(), pytest.raises(PreconditionNotMetError, match="inside another"):
            way.false_block().__enter__()
        with way.true_block():
            way.output(way.input(x), way.input(x))
        with way.false_block():
            way.output(way.input(x))
        with pytest.raises(InvalidArgumentError, match="gives 2 and"):
            way()
