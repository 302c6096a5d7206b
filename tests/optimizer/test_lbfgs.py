"""L-BFGS against PaddlePaddle 3.3.1: losses, parameters and numbers of evaluations of four steps."""

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite.optimizer import LBFGS

RECORDED = [
    (
        {"max_iter": 4},
        [
            (34.5625, [-0.70599461, 0.49986109], [1.02813411, 1.50359571, 2.97186589], 4),
            (4.75559282, [-0.45070046, 0.18279585], [1.68198228, 1.61472476, 2.31801796], 8),
            (2.18837357, [-0.16700771, 0.00142224], [2.24928188, 1.77222466, 1.75071955], 12),
            (1.44238412, [-0.04727104, -0.01562543], [2.37281322, 1.83316445, 1.62718856], 16),
        ],
    ),
    (
        {"max_iter": 4, "history_size": 2, "learning_rate": 0.01},
        [
            (34.5625, [-0.53118247, 0.78784597], [1.00161791, 1.50020719, 2.99838209], 4),
            (29.9663620, [-0.6285122, 0.79532176], [1.00711536, 1.50092494, 2.99288464], 8),
            (20.6813164, [-0.70803589, 0.82423097], [1.01216352, 1.50159299, 2.98783636], 12),
            (15.3110304, [-0.77812892, 0.86717778], [1.01732934, 1.50228452, 2.98267055], 16),
        ],
    ),
    (
        {"max_iter": 3, "line_search_fn": "strong_wolfe"},
        [
            (34.5625, [-0.73968446, 0.55359542], [1.00896013, 1.50111997, 2.99103975], 3),
            (5.02189636, [-0.72231585, 0.53567857], [1.057, 1.50724745, 2.943], 6),
            (4.626297, [-0.51603752, 0.26042157], [1.60198784, 1.58996379, 2.39801216], 9),
            (2.38027644, [-0.34498638, 0.10538593], [1.7843585, 1.63613129, 2.21564174], 12),
        ],
    ),
    (
        {"max_iter": 5, "max_eval": 7, "line_search_fn": "strong_wolfe"},
        [
            (34.5625, [-0.51603752, 0.26042157], [1.60198784, 1.58996379, 2.39801216], 7),
            (2.38027644, [-0.0598789, -0.02117522], [1.90992093, 1.69734371, 2.09007978], 14),
            (1.19317496, [0.39989060, 0.152300179], [1.68669987, 1.80164315, 2.3133003], 21),
            (0.38674361, [0.71580702, 0.49556306], [1.56944609, 1.91809928, 2.43055415], 29),
        ],
    ),
]


def problem():
    def made(values):
        assign = paddle.nn.initializer.Assign(np.array(values, "float32"))
        return paddle.create_parameter([len(values)], "float32", default_initializer=assign)

    return made([-0.5, 0.8]), made([1.0, 1.5, 3.0])


def closing(optimizer, x, y):
    """A closure for Rosenbrock's function of x and a flat one of y, and the count of its calls."""
    calls = []

    def closure():
        calls.append(1)
        loss = (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2 + ((y - 2) ** 4).sum()
        optimizer.clear_grad()
        loss.backward()
        return loss

    return closure, calls


@pytest.mark.parametrize(("arguments", "steps"), RECORDED, ids=lambda value: str(value)[:60])
def test_steps_as_recorded(arguments, steps):
    x, y = problem()
    optimizer = LBFGS(parameters=[x, y], **arguments)
    closure, calls = closing(optimizer, x, y)
    for loss, x_then, y_then, evaluations in steps:
        assert float(optimizer.step(closure)) == pytest.approx(loss, rel=1e-4)
        np.testing.assert_allclose(x.numpy(), x_then, rtol=1e-3, atol=2e-5)
        np.testing.assert_allclose(y.numpy(), y_then, rtol=1e-4)
        assert len(calls) == evaluations


def test_it_finds_the_minimum_and_stops():
    x, y = problem()
    optimizer = LBFGS(parameters=[x, y], line_search_fn="strong_wolfe")
    closure, calls = closing(optimizer, x, y)
    for _ in range(6):
        optimizer.step(closure)
    np.testing.assert_allclose(x.numpy(), [1, 1], atol=1e-4)
    np.testing.assert_allclose(y.numpy(), [2, 2, 2], atol=0.02)
    before = len(calls)
    optimizer.step(closure)
    assert len(calls) <= before + 2


def test_a_resumed_run_is_the_same():
    x, y = problem()
    optimizer = LBFGS(parameters=[x, y], max_iter=3, history_size=4)
    closure, _ = closing(optimizer, x, y)
    assert optimizer.state_dict() == {"state": {}}
    optimizer.step(closure)
    state = optimizer.state_dict()
    values = x.numpy(), y.numpy()
    optimizer.step(closure)
    u, v = problem()
    u.set_value(values[0])
    v.set_value(values[1])
    resumed = LBFGS(parameters=[u, v], max_iter=3, history_size=4)
    resumed.set_state_dict(state)
    resumed.step(closing(resumed, u, v)[0])
    assert u.tolist() == x.tolist() and v.tolist() == y.tolist()
    for key in ("n_iter", "func_evals", "alpha", "prev_loss"):
        assert resumed.state_dict()["state"][key] == optimizer.state_dict()["state"][key]
    with pytest.raises(ValueError, match="5 elements"):
        LBFGS(parameters=[u]).set_state_dict(state)
    with pytest.raises(TypeError, match="state"):
        resumed.set_state_dict({})


def test_a_start_at_the_minimum():
    p = paddle.create_parameter([2], "float32", default_initializer=paddle.nn.initializer.Constant(0.0))
    for search in (None, "strong_wolfe"):
        optimizer = LBFGS(parameters=[p], line_search_fn=search)

        def closure():
            optimizer.clear_grad()
            loss = (p * p).sum()
            loss.backward()
            return loss

        assert float(optimizer.step(closure)) == 0.0 and p.tolist() == [0, 0]


def test_bad_arguments():
    x, _ = problem()
    optimizer = LBFGS(parameters=[x])
    for error, words, make in [
        (ValueError, "strong_wolfe", lambda: LBFGS(parameters=[x], line_search_fn="a")),
        (NotImplementedError, "weight_decay", lambda: LBFGS(parameters=[x], weight_decay=0.1)),
        (NotImplementedError, "groups", lambda: LBFGS(parameters=[{"params": [x]}, {"params": []}])),
        (NotImplementedError, "float32", lambda: LBFGS(parameters=[paddle.create_parameter([1], "float16")])),
        (NotImplementedError, "closure", lambda: optimizer.minimize(1)),
        (AttributeError, "parameters", lambda: LBFGS()),
        (TypeError, "closure", lambda: optimizer.step()),
    ]:
        with pytest.raises(error, match=words):
            make()
