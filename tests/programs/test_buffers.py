"""Buffers that forward updates: every call goes on from what the last one left, also in a loaded file."""

from __future__ import annotations

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite.errors import CaptureError
from paddlelite.static import InputSpec

X = np.float32([1.0, 2.0])


class Net(paddle.nn.Layer):
    def __init__(self, update):
        super().__init__()
        self.register_buffer("count", paddle.zeros([1]))
        self.register_buffer("last", paddle.ones([1]))
        self.update = update

    def forward(self, x):
        return self.update(self, x)


def adds_in_place(net, x):
    net.count += 1
    return x + net.count


def binds(net, x):
    net.count = net.count + 1
    return x + net.count


def assigns(net, x):
    paddle.assign(net.count + 1, net.count)
    return x + net.count


def sets_an_item(net, x):
    net.count[0] = net.count[0] + 1
    return x + net.count


def sets_the_value(net, x):
    net.count.set_value(net.count + 1)
    return x + net.count


def keeps_the_old_one(net, x):
    old = net.count
    net.count = old + 1
    return x + old, old, net.count


def swaps(net, x):
    net.count, net.last = net.last, net.count + net.last
    return x + net.count


def binds_in_a_branch(net, x):
    old = net.count
    if x.sum() > 0:
        net.count = net.count + 1
    else:
        net.count, net.last = net.last, x.sum().reshape([1])
    return old + x, net.count, net.last


def binds_in_a_loop(net, x):
    before = net.last
    for i in range(x.shape[0]):
        net.last = net.last * 0.5 + x[i]
        net.count += 1
    return before, net.last


def binds_one_to_the_other(net, x):
    net.last = net.count
    net.count = net.count + x.sum()
    return net.last * x


UPDATES = [
    adds_in_place,
    binds,
    assigns,
    sets_an_item,
    sets_the_value,
    keeps_the_old_one,
    swaps,
    binds_in_a_branch,
    binds_in_a_loop,
    binds_one_to_the_other,
]


def arrays(result):
    return [t.numpy() for t in (result if isinstance(result, (tuple, list)) else [result])]


def calls(run):
    """The results of five calls, one after the other."""
    return [arrays(run(paddle.to_tensor(X * sign))) for sign in (1, -1, 1, 1, -1)]


def same(got, want):
    for g, w in zip(got, want, strict=True):
        for a, b in zip(g, w, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-6)


@pytest.mark.parametrize("update", UPDATES)
def test_every_call_goes_on_from_the_last(update, tmp_path):
    eager, net = Net(update), Net(update)
    first, second = calls(eager), calls(eager)
    static = paddle.jit.to_static(net, input_spec=[InputSpec([None], "float32")])
    buffers = dict(net.named_buffers())
    same(calls(static), first)
    assert all(t is buffers[name] for name, t in net.named_buffers())
    kept = [t.clone() for t in net.buffers()]
    paddle.jit.save(net, str(tmp_path / "m"))
    same([[t.numpy() for t in net.buffers()]], [[t.numpy() for t in kept]])
    loaded = paddle.jit.load(str(tmp_path / "m"))
    same(calls(loaded), second)
    same(calls(net), second)
    again = paddle.jit.load(str(tmp_path / "m"))
    paddle.jit.save(again, str(tmp_path / "again"), input_spec=[InputSpec([None], "float32", "x")])
    same(calls(paddle.jit.load(str(tmp_path / "again"))), second)


def changes_dtype(net, x):
    net.count = (net.count + x.sum()).astype("float64")
    return x


def changes_shape(net, x):
    net.count = x
    return x


@pytest.mark.parametrize("update", [changes_dtype, changes_shape])
def test_a_buffer_keeps_dtype_and_shape(update):
    net = Net(update)
    before = net.count
    with pytest.raises(CaptureError, match="the buffer `count` is a float32 tensor of shape") as error:
        paddle.jit.to_static(net)(paddle.to_tensor(X))
    assert "net.count = " in str(error.value)
    assert net.count is before


def fails(net, x):
    net.count = net.count + 1
    return x.numpy()


def test_a_capture_that_fails_leaves_the_buffers():
    net = Net(fails)
    before = net.count
    with pytest.raises(CaptureError):
        paddle.jit.to_static(net)(paddle.to_tensor(X))
    assert net.count is before and net.count.tolist() == [0.0]


class Trained(paddle.nn.Layer):
    def __init__(self):
        super().__init__()
        self.fc = paddle.nn.Linear(3, 3, weight_attr=paddle.nn.initializer.Constant(0.5))
        self.norm, self.drop = paddle.nn.BatchNorm1D(3), paddle.nn.Dropout(0.5)
        self.register_buffer("steps", paddle.zeros([1], "int64"))
        self.register_buffer("mean", paddle.zeros([3]), persistable=False)

    def forward(self, x):
        if self.training:
            self.steps += 1
            self.mean = 0.9 * self.mean + 0.1 * x.mean(0).detach()
        return self.drop(self.norm(self.fc(x))) + self.steps.astype("float32") + self.mean


@pytest.mark.parametrize("static", [False, True])
def test_what_training_updates_is_saved_as_it_is_and_stays(static, tmp_path):
    """As in PaddlePaddle 3.3.1: after training in train mode, the file is the layer in eval mode."""
    net = Trained()
    run = paddle.jit.to_static(net) if static else net
    x = paddle.to_tensor(np.arange(12, dtype="float32").reshape(4, 3) / 4)
    for _ in range(3):
        run(x)
    np.testing.assert_allclose(net.norm._mean.numpy(), [0.5589] * 3, atol=1e-4)
    np.testing.assert_allclose(net.mean.numpy(), [0.3049, 0.3726, 0.4404], atol=1e-4)
    state = {k: t.numpy().copy() for k, t in (*net.state_dict().items(), ("mean", net.mean))}
    paddle.jit.save(net, str(tmp_path / "m"), input_spec=[InputSpec([None, 3], "float32", "x")])
    assert net.training and net.norm.training
    loaded = paddle.jit.load(str(tmp_path / "m"))
    for _ in range(2):
        np.testing.assert_allclose(loaded(x).numpy()[0], [3.1339, 3.2017, 3.2694], atol=1e-4)
    for k, t in (*net.state_dict().items(), ("mean", net.mean)):
        np.testing.assert_array_equal(t.numpy(), state[k])
