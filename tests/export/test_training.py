"""Forward and backward Programs on onnxruntime give eager's gradients."""

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite.export.executor import Executor
from paddlelite.ops.control import cond, while_loop
from paddlelite.ops.reduce import reduce_mean, reduce_sum
from tests.export.programs import normal, trace


def loss_of(y):
    return reduce_mean(y * y, dim=[], reduce_all=True)


def net(parameters):
    w1, b1, w2 = parameters

    def forward(x):
        h = x @ w1 + b1
        return loss_of((h * h) @ w2)

    return forward


def parameters():
    return [normal(4, 8, grad=True), normal(8, seed=1, grad=True), normal(8, 3, seed=2, grad=True)]


def gradients(tensors):
    found = [None if t.grad is None else t.grad.numpy().copy() for t in tensors]
    for t in tensors:
        t._grad = None
    return found


def same(got, want):
    for g, w in zip(got, want, strict=True):
        assert (g is None) == (w is None)
        if g is not None:
            np.testing.assert_allclose(g, w, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("batch", [1, 5])
def test_gradients_are_eagers(batch):
    ps = parameters()
    executor = Executor(trace(net(ps), ("x", ("n", 4), "float32")))
    x = normal(batch, 4, seed=9, grad=True)
    static = executor([x])[0]
    assert not static.stop_gradient
    static.backward()
    got = gradients([*ps, x])
    eager = net(ps)(x)
    eager.backward()
    np.testing.assert_allclose(static.numpy(), eager.numpy(), rtol=1e-5)
    same(got, gradients([*ps, x]))


def test_everything_lowers_and_residuals_are_few():
    executor = Executor(trace(net(parameters()), ("x", ("n", 4), "float32")))
    executor([normal(2, 4)])[0].backward()
    (training,) = executor._training.values()
    for plan in (training.forward_plan, training.backward_plan):
        assert not plan.problems and len(plan.steps) == 1
    assert len(training.residuals) <= 4


def test_fifty_steps_from_one_start_are_eagers():
    losses = []
    for static in (False, True):
        ps = parameters()
        forward = net(ps)
        if static:
            executor = Executor(trace(forward, ("x", ("n", 4), "float32")))
            forward = lambda x: executor([x])[0]
        seen = []
        for step in range(50):
            value = forward(normal(6, 4, seed=step))
            value.backward()
            for p, g in zip(ps, gradients(ps)):
                p.set_value(p.numpy() - 0.01 * g)
            seen.append(float(value))
        losses.append(seen)
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-4)
    assert losses[0][-1] < losses[0][0]


def test_only_what_is_wanted_gets_a_gradient():
    ps = parameters()
    ps[1].stop_gradient = True
    executor = Executor(trace(net(ps), ("x", ("n", 4), "float32")))
    x = normal(2, 4)
    executor([x])[0].backward()
    assert ps[1].grad is None and x.grad is None and ps[0].grad is not None


def test_frozen_weights_that_change_are_noticed():
    ps = parameters()
    ps[0].stop_gradient = True
    executor = Executor(trace(net(ps), ("x", ("n", 4), "float32")))
    x = normal(2, 4)
    for k in range(3):
        ps[0].set_value(np.full((4, 8), 0.1 * k, np.float32))
        np.testing.assert_allclose(float(executor([x])[0]), float(net(ps)(x)), rtol=1e-5)


def test_several_outputs_some_unused_some_without_gradient():
    w = normal(3, 3, grad=True)

    def forward(x):
        y = x @ w
        return y * 2.0, y * y, x + 1.0

    executor = Executor(trace(forward, ("x", ("n", 3), "float32")))
    x = normal(2, 3)
    outs = executor([x])
    assert [o.stop_gradient for o in outs] == [False, False, True]
    reduce_sum(outs[1], dim=[], reduce_all=True).backward()
    got = gradients([w])
    reduce_sum(forward(x)[1], dim=[], reduce_all=True).backward()
    same(got, gradients([w]))


def test_without_grad_mode_nothing_is_recorded():
    executor = Executor(trace(net(parameters()), ("x", ("n", 4), "float32")))
    from paddlelite.mode import mode

    mode.grad = False
    try:
        assert executor([normal(2, 4)])[0].stop_gradient
    finally:
        mode.grad = True
    assert not executor._training


def test_second_order():
    ps = parameters()
    executor = Executor(trace(net(ps), ("x", ("n", 4), "float32")))
    found = []
    for forward in (net(ps), lambda x: executor([x])[0]):
        x = normal(3, 4, seed=4, grad=True)
        (dx,) = paddle.grad(forward(x), x, create_graph=True)
        reduce_sum(dx * dx, dim=[], reduce_all=True).backward()
        found.append(gradients([*ps, x]))
    same(found[1], found[0])


def test_a_second_backward_is_refused():
    executor = Executor(trace(net(parameters()), ("x", ("n", 4), "float32")))
    out = executor([normal(2, 4)])[0]
    out.backward()
    with pytest.raises(SystemError, match="backward twice"):
        out.backward()


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_gradients_through_branches_and_loops(sign):
    w = normal(3, 3, grad=True)

    def forward(x):
        s = reduce_sum(x, dim=[], reduce_all=True)
        y = cond(s > 0, lambda: [x @ w], lambda: [x * 0.5 @ w])[0]
        _, z = while_loop(lambda i, v: i < 3, lambda i, v: [i + 1, v * 0.5 + x @ w], [paddle.to_tensor(0), y])
        return loss_of(z)

    executor = Executor(trace(forward, ("x", ("n", 3), "float32")))
    x = paddle.to_tensor(sign * np.abs(normal(2, 3).numpy()))
    executor([x])[0].backward()
    got = gradients([w])
    forward(x).backward()
    same(got, gradients([w]))
    (training,) = executor._training.values()
    for plan in (training.forward_plan, training.backward_plan):
        assert not plan.problems and [type(s).__name__ for s in plan.steps] == ["SessionStep"]


def test_random_numbers_are_the_same_forward_and_backward():
    """A mask drawn in the forward is the one the backward uses, and eager's for one seed."""
    w = normal(4, 4, grad=True)

    def forward(x):
        return loss_of((x @ w) * paddle.rand([4]) @ w)

    executor = Executor(trace(forward, ("x", ("n", 4), "float32")))
    x = normal(2, 4)
    found = []
    for call in (forward, lambda x: executor([x])[0]):
        paddle.seed(3)
        call(x).backward()
        found.append(gradients([w]))
    same(found[1], found[0])


class ConvNet(paddle.nn.Layer):
    def __init__(self):
        from paddlelite import nn

        super().__init__()
        self.conv, self.norm = nn.Conv2D(1, 4, 3, padding=1), nn.BatchNorm2D(4)
        self.drop, self.head = nn.Dropout(0.3), nn.Linear(4 * 4 * 4, 3)

    def forward(self, x, label):
        import paddlelite.nn.functional as F

        h = F.max_pool2d(F.relu(self.norm(self.conv(x))), 2, 2)
        if h.mean() > 0.2:
            h = h * 0.9
        return F.cross_entropy(self.head(self.drop(paddle.flatten(h, 1))), label)


def test_fifty_steps_with_batch_norm_dropout_and_a_branch():
    from paddlelite import jit, optimizer

    losses, statistics = [], []
    for static in (False, True):
        paddle.seed(11)
        net = ConvNet()
        for i, p in enumerate(net.parameters()):
            p.set_value(normal(*p.shape, seed=i).numpy() * 0.3)
        if static:
            jit.to_static(net)
        sgd = optimizer.Momentum(0.02, parameters=net.parameters())
        paddle.seed(5)
        rng = np.random.default_rng(2)
        seen = []
        for step in range(50):
            size = 8 if step % 5 else 3  # a short batch now and then
            x = paddle.to_tensor(rng.standard_normal((size, 1, 8, 8)).astype(np.float32))
            loss = net(x, paddle.to_tensor(rng.integers(0, 3, (size, 1))))
            loss.backward()
            sgd.step()
            sgd.clear_grad()
            seen.append(float(loss))
        losses.append(seen)
        statistics.append([net.norm._mean.numpy(), net.norm._variance.numpy()])
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-4)
    for a, b in zip(*statistics):
        np.testing.assert_allclose(a, b, rtol=1e-4)


def test_a_model_that_only_serves_in_grad_mode_is_run_frozen_and_can_still_train():
    ps = parameters()
    executor = Executor(trace(net(ps), ("x", ("n", 4), "float32")), backend="onnxruntime")
    x = normal(2, 4)
    wanted = float(net(ps)(x))
    for _ in range(12):
        out = executor([x])[0]
        np.testing.assert_allclose(float(out), wanted, rtol=1e-5)
    assert executor._frozen is not None and not out.stop_gradient
    ps[0]._touch()
    with pytest.raises(SystemError, match="changed in place"):
        out.backward()
    out = executor([x])[0]
    out.backward()
    got = gradients(ps)
    net(ps)(x).backward()
    same(got, gradients(ps))
    (training,) = executor._training.values()
    assert not training._may_defer, "it trains after all"
    ps[0].set_value(ps[0].numpy() * 0.5)
    np.testing.assert_allclose(float(executor([x])[0]), float(net(ps)(x)), rtol=1e-5)
