"""``nce``: random by nature, so that what follows from the classes it draws is compared, and how it draws them.

PaddlePaddle 1.8.5's numbers are another generator's. Recorded are the classes it drew, with the cost and the gradients
that it got from them; the distributions are compared with the chances themselves.
"""

import pathlib

import numpy as np
import pytest

from paddlelite import fluid
from paddlelite.errors import InvalidArgumentError
from paddlelite.fluid.layers.classes import Classes, nce_cost
from tests.fluid import sampled

GOLDEN = dict(np.load(pathlib.Path(__file__).parent.parent / "golden" / "fluid" / "nce.npz"))


@pytest.mark.parametrize("kind", sampled.LABELS)
@pytest.mark.parametrize("sampler", sampled.SAMPLERS)
def test_cost_and_gradients_of_given_classes(sampler, kind):
    want = {name: GOLDEN[f"{sampler}|{kind}|{name}"] for name in ("drawn", "cost", "x", "w", "b")}
    with fluid.dygraph.guard():
        x, w, b = variables = [fluid.dygraph.to_variable(a) for a in (sampled.X, sampled.W, sampled.B)]
        label, weights = (fluid.dygraph.to_variable(a) for a in (sampled.LABELS[kind], sampled.ROW_WEIGHTS))
        drawn = fluid.dygraph.to_variable(want["drawn"][:, label.shape[1] :])
        cost = nce_cost(x, label, drawn, w, b, Classes(6, sampler, sampled.CHANCES), weights) / 4.0
        fluid.layers.reduce_sum(cost).backward()
        np.testing.assert_allclose(cost.numpy(), want["cost"], rtol=1e-5)
        for name, variable in zip("xwb", variables):
            np.testing.assert_allclose(variable.gradient(), want[name], rtol=1e-4, atol=1e-6, err_msg=name)


@pytest.mark.parametrize("sampler", sampled.SAMPLERS)
def test_classes_are_drawn_with_their_chances(sampler):
    classes = Classes(6, sampler, sampled.CHANCES)
    with fluid.dygraph.guard():
        rows = fluid.dygraph.to_variable(np.zeros((3000, 1), "float32"))
        drawn = classes.draw(rows, 10).numpy()
        again = [classes.draw(rows, 10, seed=7).numpy() for _ in range(2)]
    assert drawn.shape == (3000, 10) and drawn.dtype == np.int64
    assert np.array_equal(*again) and not np.array_equal(drawn, again[0])
    shares = np.bincount(drawn.reshape(-1), minlength=6) / drawn.size
    chances = np.array(sampled.CHANCES if sampler == "custom_dist" else classes.chances)
    if sampler == "log_uniform":  # PaddlePaddle gives the last class a chance, and never draws it
        assert shares[5] == 0
        chances[5] = 0
    np.testing.assert_allclose(shares, chances, atol=0.015)


def test_layer_and_program(static_mode):
    L = fluid.layers
    label = sampled.LABELS["one"]
    with fluid.dygraph.guard():
        x, y = fluid.dygraph.to_variable(sampled.X), fluid.dygraph.to_variable(label)
        layer = fluid.dygraph.NCE(6, 3, bias_attr=fluid.ParamAttr("b"), num_neg_samples=2, seed=3)
        assert layer(x, y).shape == [4, 1] and layer.bias.shape == [6, 1]
        assert fluid.dygraph.NCE(6, 3).bias is None  # as in 1.8.5
        old = fluid.dygraph.NCE("nce", 6, num_neg_samples=2)
        old(x, y)
        assert old.weight.shape == [6, 3]
        eager = layer(x, y, sample_weight=fluid.dygraph.to_variable(sampled.ROW_WEIGHTS)).numpy()
        assert eager[3, 0] == 0
        state = {name: p.numpy() for name, p in layer.state_dict().items()}
    x, y = L.data("x", [3]), L.data("y", [1], dtype="int64")
    cost = L.nce(x, y, 6, None, "w", "b", 2, seed=3)
    fluid.optimizer.SGD(0.5).minimize(L.mean(cost))
    exe = fluid.Executor()
    exe.run(fluid.default_startup_program())
    losses = [
        float(exe.run(feed={"x": sampled.X, "y": label}, fetch_list=[cost])[0].mean()) for _ in range(5)
    ]
    assert losses == sorted(losses, reverse=True), "a seed draws the same classes at every run"
    for rows in (1, 3):
        feed = {"x": sampled.X[:rows], "y": label[:rows]}
        assert exe.run(feed=feed, fetch_list=[cost])[0].shape == (rows, 1)
    assert sorted(state) == ["b", "nce_0.w_0"]


def test_what_is_no_distribution():
    with pytest.raises(InvalidArgumentError, match="Unsupported sampler type: 'zipf'"):
        Classes(5, "zipf")
    with pytest.raises(InvalidArgumentError, match="must hold the chances of 5 classes"):
        Classes(5, "custom_dist", [0.5, 0.5])
    with fluid.dygraph.guard():
        x, y = (fluid.dygraph.to_variable(a) for a in (sampled.X, sampled.LABELS["one"]))
        for given, problem in (
            ({"num_classes": 1}, "must not be less than 2"),
            ({"num_classes": 4, "path_table": y}, "only num_classes should be passed"),
            ({"num_classes": 4, "is_custom": True}, "needs num_classes, path_table and path_code"),
        ):
            with pytest.raises(ValueError, match=problem):
                fluid.layers.hsigmoid(x, y, **given)
