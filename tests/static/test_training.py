"""Training in static mode: the same losses as eagerly, for every optimizer that a graph can hold."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite import nn, optimizer, static
from paddlelite.framework import unique_name
from tests.golden.make_static import run_case

RNG = np.random.RandomState(0)
X, Y = RNG.rand(5, 4).astype(np.float32), RNG.rand(5, 1).astype(np.float32)


def network():
    return nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 1))


def cost(net, x, y):
    return paddle.mean(nn.functional.square_error_cost(net(x), y))


def eager(make, steps=8):
    with unique_name.guard():
        paddle.seed(3)
        net = network()
        trainer, losses = make(net.parameters()), []
        for _ in range(steps):
            loss = cost(net, paddle.to_tensor(X), paddle.to_tensor(Y))
            loss.backward()
            trainer.step()
            trainer.clear_grad()
            losses.append(loss.item())
    return losses


def built(make):
    """The loss's variable, after minimize."""
    x, y = static.data("x", [None, 4]), static.data("y", [None, 1])
    loss = cost(network(), x, y)
    make(None).minimize(loss)
    return loss


CASES = {
    "sgd": lambda p: optimizer.SGD(0.1, p),
    "sgd with global norm and decay": lambda p: optimizer.SGD(
        0.1, p, weight_decay=0.01, grad_clip=nn.ClipGradByGlobalNorm(0.2)
    ),
    "momentum": lambda p: optimizer.Momentum(0.1, 0.9, p),
    "nesterov with norm and l1": lambda p: optimizer.Momentum(
        0.1,
        0.9,
        p,
        use_nesterov=True,
        weight_decay=paddle.regularizer.L1Decay(0.01),
        grad_clip=nn.ClipGradByNorm(0.1),
    ),
    "adam": lambda p: optimizer.Adam(0.1, parameters=p),
    "amsgrad with value": lambda p: optimizer.Adam(
        0.1, parameters=p, amsgrad=True, grad_clip=nn.ClipGradByValue(0.05)
    ),
    "adamw": lambda p: optimizer.AdamW(0.1, parameters=p, weight_decay=0.1),
    "adamax": lambda p: optimizer.Adamax(0.1, parameters=p),
    "adagrad": lambda p: optimizer.Adagrad(0.1, parameters=p),
    "adadelta": lambda p: optimizer.Adadelta(0.1, parameters=p),
    "rmsprop": lambda p: optimizer.RMSProp(0.1, parameters=p),
    "centered rmsprop": lambda p: optimizer.RMSProp(0.1, centered=True, momentum=0.5, parameters=p),
    "nadam": lambda p: optimizer.NAdam(0.1, parameters=p),
    "radam": lambda p: optimizer.RAdam(0.1, parameters=p),
    "rprop": lambda p: optimizer.Rprop(0.01, parameters=p),
    "asgd": lambda p: optimizer.ASGD(0.1, batch_num=3, parameters=p),
    "asgd of one batch": lambda p: optimizer.ASGD(0.1, parameters=p, weight_decay=0.1),
    "lamb": lambda p: optimizer.Lamb(0.1, parameters=p),
}


@pytest.mark.parametrize("make", CASES.values(), ids=CASES)
def test_the_losses_are_those_of_eager_training(graph, make):
    main, startup = graph
    loss = built(make)
    exe = static.Executor(paddle.CPUPlace())
    paddle.seed(3)
    assert exe.run(startup) == []
    losses = [exe.run(main, {"x": X, "y": Y}, [loss])[0].item() for _ in range(8)]
    paddle.disable_static()
    np.testing.assert_allclose(losses, eager(make), rtol=1e-5)
    assert len(set(losses)) == 8


def test_an_optimizer_that_decides_by_values_is_refused(graph):
    with pytest.raises(NotImplementedError, match="LBFGS in static mode.*use it in dynamic mode"):
        built(lambda p: optimizer.LBFGS(0.1, parameters=p))


GOLDEN = json.loads((Path(__file__).parent.parent / "golden" / "static.json").read_text())


@pytest.mark.parametrize(
    "case, expected", GOLDEN, ids=[f"{c[0]}-{c[1]}-{i}" for i, (c, _) in enumerate(GOLDEN)]
)
def test_the_losses_are_paddlepaddles(case, expected):
    with unique_name.guard():
        np.testing.assert_allclose(run_case(paddle, case), expected, rtol=2e-5)


def test_a_step_is_one_session(graph):
    main, startup = graph
    loss = built(CASES["adam"])
    exe = static.Executor()
    exe.run(startup)
    exe.run(main, {"x": X, "y": Y}, [loss])
    (run,) = main._runs.values()
    assert len(run.runner.plan.steps) == 1 and not run.runner.plan.problems


def test_a_scheduler_is_asked_before_every_run(graph):
    main, startup = graph

    def make(p):
        return optimizer.SGD(optimizer.lr.StepDecay(0.1, step_size=1, gamma=0.5), p)

    x, y = static.data("x", [None, 4]), static.data("y", [None, 1])
    loss = cost(network(), x, y)
    trainer = make(None)
    trainer.minimize(loss)
    exe = static.Executor()
    paddle.seed(3)
    exe.run(startup)
    losses = []
    for _ in range(4):
        losses.append(exe.run(main, {"x": X, "y": Y}, [loss])[0].item())
        trainer._learning_rate.step()
    paddle.disable_static()

    with unique_name.guard():
        paddle.seed(3)
        net = network()
        trainer, expected = make(net.parameters()), []
        for _ in range(4):
            loss = cost(net, paddle.to_tensor(X), paddle.to_tensor(Y))
            loss.backward()
            trainer.step()
            trainer.clear_grad()
            trainer._learning_rate.step()
            expected.append(loss.item())
    np.testing.assert_allclose(losses, expected, rtol=1e-5)


def test_set_lr_shows_in_the_next_run(graph):
    main, startup = graph
    x = static.data("x", [None, 4])
    out = static.nn.fc(x, 1, weight_attr=nn.initializer.Constant(0.5), bias_attr=False)
    trainer = optimizer.SGD(0.5)
    trainer.minimize(out.sum())
    exe = static.Executor()
    exe.run(startup)
    ones = np.ones((1, 4), np.float32)
    assert exe.run(main, {"x": ones}, ["fc_0.w_0"])[0].ravel().tolist() == [0.0] * 4
    trainer.set_lr(0.25)
    assert exe.run(main, {"x": ones}, ["fc_0.w_0"])[0].ravel().tolist() == [-0.25] * 4


def test_gradients_are_fetched_by_name(graph):
    main, startup = graph
    x = static.data("x", [None, 4])
    hidden = static.nn.fc(x, 2, bias_attr=False)
    ((p, g),) = static.append_backward(hidden.sum())
    assert (p.name, g.name) == ("fc_0.w_0", "fc_0.w_0@GRAD")
    x.stop_gradient = False
    (dx,) = static.gradients(hidden, x)
    exe = static.Executor()
    exe.run(startup)
    got = exe.run(main, {"x": X}, ["fc_0.w_0@GRAD", dx, p])
    np.testing.assert_allclose(got[0], np.repeat(X.sum(0)[:, None], 2, 1), rtol=1e-6)
    np.testing.assert_allclose(got[1], np.repeat(got[2].sum(1)[None], 5, 0), rtol=1e-6)


@pytest.mark.parametrize("workers", [0, 1])
def test_a_loader_feeds(graph, workers):
    x, y = static.data("x", [None, 4]), static.data("y", [None, 1])
    error = (x.sum(axis=1, keepdim=True) - y).sum()
    options = {"batch_size": 2, "num_workers": workers}
    rows = list(zip(X, Y))
    loader = paddle.io.DataLoader(rows, feed_list=[x, y], return_list=False, **options)
    exe = static.Executor()
    found = [exe.run(feed=batch, fetch_list=[error])[0] for batch in loader]
    assert [list(batch[0]) for batch in loader] == [["x", "y"]] * 3
    np.testing.assert_allclose(sum(found), X.sum() - Y.sum(), rtol=1e-5)
    with pytest.raises(AssertionError, match="feed_list should be set"):
        paddle.io.DataLoader(rows, return_list=False, **options)
    with pytest.raises(ValueError, match="has 2 fields, but feed_list names 1"):
        next(iter(paddle.io.DataLoader(rows, feed_list=[x], return_list=False, batch_size=2)))
