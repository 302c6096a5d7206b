"""Checklist E 61, F 67: layers, their hooks, buffers and modes."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite import nn
from paddlelite.jit import InputSpec, to_static

from .harness import check, tensor

NUMBERS = [([float(n)],) for n in (0, 1, 2, 9)]


class Net(nn.Layer):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(3, 4)
        self.blocks = nn.LayerList([nn.Linear(4, 4) for _ in range(2)])
        self.scale = 2.0
        self.__secret = 1.0

    def helper(self, h):
        if h.mean() > 0:
            return h * self.scale
        return h + self.__secret

    def forward(self, x):
        h = self.first(x)
        for block in self.blocks:
            h = block(h)
            if h.sum() > 0:
                h = self.helper(h)
        return h


class Child(Net):
    def forward(self, x):
        h = super().forward(x) if x.sum() > 0 else Net.forward(self, x) * 2
        return h + (super().forward(x) if x.sum() > 0 else h)


@pytest.mark.parametrize("kind", [Net, Child])
def test_layers(kind):
    paddle.seed(1)
    net = kind()
    xs = [paddle.to_tensor(np.random.RandomState(i).randn(2, 3).astype("float32")) for i in range(3)]
    want = [net(x).numpy() for x in xs]
    assert to_static(net) is net
    for x, w in zip(xs, want):
        np.testing.assert_allclose(net(x).numpy(), w, rtol=1e-5, atol=1e-6)
    assert net.forward.main_program.op_counts()["cond"] >= 2
    twin = copy.deepcopy(net)
    twin.first.weight.set_value(twin.first.weight * 0)
    np.testing.assert_allclose(net(xs[0]).numpy(), want[0], rtol=1e-5, atol=1e-6)
    assert twin.forward.class_instance is twin
    net.forward.rollback()
    assert "forward" not in net.__dict__
    np.testing.assert_allclose(net(xs[0]).numpy(), want[0], rtol=1e-5, atol=1e-6)


def test_attributes_are_guarded():
    net = to_static(Net())
    x = paddle.ones([2, 3])
    before = net(x).numpy()
    net.scale = 3.0
    after = net(x).numpy()
    net.forward.rollback()
    np.testing.assert_allclose(net(x).numpy(), after, rtol=1e-5)
    assert before.shape == after.shape


class Decorated(nn.Layer):
    def __init__(self):
        super().__init__()
        self.k = paddle.to_tensor(2.0)
        self.drop = nn.Dropout(0.5)

    @to_static
    def forward(self, x, flag=True):
        if flag and x.sum() > 0:
            x = x * self.k
        return self.drop(x)

    @to_static(input_spec=[InputSpec([None], "float32", "v")])
    def other(self, v):
        return v + 1 if v.sum() > 0 else v


def test_decorated_methods():
    one, two = Decorated(), Decorated()
    two.k = paddle.to_tensor(5.0)
    assert one.forward is one.forward and one.forward is not two.forward
    one.eval(), two.eval()
    x = tensor([1.0, 2.0])
    assert one(x).numpy().tolist() == [2, 4] and two(x).numpy().tolist() == [5, 10]
    assert one(x, False).numpy().tolist() == [1, 2] and one(x, flag=False).numpy().tolist() == [1, 2]
    assert len(one.forward.program_cache) == 2
    assert one.other(x).numpy().tolist() == [2, 3] and one.other(tensor([-1.0])).numpy().tolist() == [-1]
    assert len(one.other.program_cache) == 1
    one.train()
    assert (
        len({tuple(one(paddle.ones([64])).numpy()) for _ in range(3)}) == 3
    )  # dropout draws anew at each call
    again = pickle.loads(pickle.dumps(two))
    again.eval()
    assert again(x).numpy().tolist() == [5, 10]


def test_training_mode_is_part_of_the_key():
    net = to_static(nn.Sequential(nn.BatchNorm1D(3), nn.Linear(3, 2)))
    x = paddle.to_tensor(np.random.RandomState(0).randn(8, 3).astype("float32"))
    net.train()
    a = net(x).numpy()
    mean = net[0]._mean.numpy()
    assert np.abs(mean).max() > 0
    net.eval()
    b = net(x).numpy()
    assert np.abs(a - b).max() > 1e-3
    np.testing.assert_array_equal(net[0]._mean.numpy(), mean)


def test_hooks_are_rewritten():
    def before(layer, inputs):
        return (inputs[0] * 2,) if inputs[0].sum() > 1 else inputs

    def after(layer, inputs, output):
        if output.sum() > 0:
            return output + 1
        return output

    net = nn.Sequential(nn.Linear(1, 1))
    net[0].register_forward_pre_hook(before)
    net[0].register_forward_post_hook(after)
    xs = [paddle.to_tensor([[float(n)]]) for n in (-3, 0, 1, 2, 9)]
    want = [net(x).numpy() for x in xs]
    to_static(net)
    for x, w in zip(xs, want):
        np.testing.assert_allclose(net(x).numpy(), w, rtol=1e-6)
    assert net.forward.main_program.op_counts()["cond"] == 2


def test_gradients_are_eagers():
    paddle.seed(3)
    net = Net()
    x = paddle.to_tensor(np.random.RandomState(0).randn(5, 3).astype("float32"))
    net(x).sum().backward()
    want = [p.grad.numpy() for p in net.parameters()]
    net.clear_gradients()
    to_static(net)
    net(x).sum().backward()
    for p, w in zip(net.parameters(), want):
        np.testing.assert_allclose(p.grad.numpy(), w, rtol=1e-4, atol=1e-5)


def test_batch_norm_in_a_branch_and_a_loop():
    class Normed(nn.Layer):
        def __init__(self):
            super().__init__()
            self.bn = nn.BatchNorm1D(3)

        def forward(self, x, n):
            if x.sum() > 0:
                x = self.bn(x)
            for i in range(n):
                x = self.bn(x * 2) + i
            return x

    rng = np.random.RandomState(0)
    xs = [rng.randn(4, 3).astype("float32") + k for k in (-2, 2, 1)]
    states = []
    for capture in (False, True):
        net = Normed()
        if capture:
            to_static(net)
        outs = [net(paddle.to_tensor(x), paddle.to_tensor(n)).numpy() for x, n in zip(xs, (0, 2, 3))]
        states.append((outs, net.bn._mean.numpy(), net.bn._variance.numpy()))
    for a, b in zip(*states):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


class Scaled(nn.Layer):
    def __init__(self, **options):
        super().__init__(**options)
        self.__scale = 2.0

    def forward(self, x):
        return x * self.__scale if x.sum() > 0 else x


class Shifted(nn.Layer):
    def forward(self, x):
        return super().forward(x) + 1 if x.sum() > 1 else super(Shifted, self).forward(x)  # noqa: UP008


class Mixed(Shifted, Scaled):
    def __init__(self):
        super().__init__()
        self.__scale = 5.0
        self.parts = nn.LayerList([nn.Sequential(Scaled(), nn.Tanh()) for _ in range(2)])
        self.named = nn.LayerDict({"a": Scaled(), "b": nn.Sequential(Scaled())})

    def forward(self, x):
        for k, part in enumerate(self.parts):
            x = part(x) * (k + 1) if x.sum() > 0.5 else x - k
            for one in part:
                x = one(x)
        for name, part in self.named.items():
            x = part(x) + len(name)
        return super().forward(x) * self.__scale


def test_layers_of_several_bases_with_private_names():
    net = Mixed()
    check(lambda x: net(x), ([0.25],), ([-1.0],), ([2.0, 0.5],))
    static, x = to_static(Mixed()), tensor([0.5, 1.0])
    np.testing.assert_allclose(static(x).numpy(), net(x).numpy(), rtol=1e-6)
