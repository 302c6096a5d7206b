"""Bad input in static mode: one clear error each, of the type that PaddlePaddle raises, and nothing is lost."""

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite import nn, static
from paddlelite.errors import InvalidArgumentError, InvalidTypeError
from paddlelite.framework import atomic

F = nn.functional
X, Y = np.ones((2, 4), "float32"), np.zeros((2, 1), "int64")


@pytest.fixture
def training(graph):
    """``run(**options)`` makes a step; and the loss."""
    x, y = static.data("x", [None, 4]), static.data("y", [None, 1], "int64")
    loss = F.cross_entropy(static.nn.fc(x, 3), y).mean()
    paddle.optimizer.SGD(0.1).minimize(loss)
    exe = static.Executor()
    exe.run(graph[1])

    def run(feed=None, fetch=loss, **options):
        return exe.run(graph[0], {"x": X, "y": Y} if feed is None else feed, [fetch], **options)

    return run


@pytest.mark.parametrize(
    "feed, kind, match",
    [
        (
            {"xx": X, "y": Y},
            KeyError,
            r"feed has \['xx'\].*it has \['x', 'y'\], of which \['x'\] are missing",
        ),
        ({"y": Y}, KeyError, "'x' of the program is missing in feed"),
        ({"x": X, "y": Y, "z": Y}, ValueError, r"feed has \['z'\], which are no inputs"),
        ({"x": None, "y": Y}, KeyError, "'x' of the program is fed None"),
        ({0: X, "y": Y}, TypeError, r"has the key 0: write \{variable\.name"),
        ({"x": X.astype("float64"), "y": Y}, ValueError, "'x' must be float32, but received float64"),
        ({"x": X[0], "y": Y}, ValueError, r"must have the shape \[-1, 4\], but received \[4\]"),
        ({"x": X, "y": np.zeros((3, 1), "int64")}, ValueError, r"\[2, 3\].*\[3, 1\]"),
        ({"x": X, "y": Y + 7}, ValueError, r"Target 7 is out of bounds"),
        ({"x": "abc", "y": Y}, TypeError, "fed a str that is no array"),
        ({"x": [[1, 2], [3]], "y": Y}, TypeError, "fed a list that is no array"),
        (3, TypeError, "feed requires dict"),
    ],
)
def test_feeds(training, feed, kind, match):
    first = training()[0]
    with pytest.raises(kind, match=match):
        training(feed)
    assert training()[0] < first  # it trains on as if nothing had been


@pytest.mark.parametrize(
    "fetch, kind, match",
    [
        ("loss", ValueError, "fetch_list has 'loss', which is not in the program"),
        (3, TypeError, "shall be one of"),
    ],
)
def test_fetches(training, fetch, kind, match):
    with pytest.raises(kind, match=match):
        training(fetch=fetch)


def test_scopes(training):
    with pytest.raises(InvalidTypeError, match="scope must be a Scope, but is 'here'"):
        training(scope="here")


def test_losses_of_many_elements(graph):
    x = static.data("x", [None, 4])
    for loss in (static.nn.fc(x, 3), static.nn.fc(x, 1)):
        with pytest.raises(AssertionError, match=r"number of elements of loss should be 1.*\[-1, [13]\]"):
            paddle.optimizer.SGD(0.1).minimize(loss)


def test_eager_losses(graph):
    paddle.disable_static()
    loss = paddle.ones([1])
    paddle.enable_static()
    with pytest.raises(AssertionError, match=r"'minimize\(\)' of an eager Tensor in dynamic graph mode"):
        paddle.optimizer.SGD(0.1, parameters=[paddle.create_parameter([1], "float32")]).minimize(loss)


def test_conditions_of_loops(graph):
    for wrong, got in ((True, "bool"), (static.data("n", [1], "int64"), "int64")):
        with pytest.raises(TypeError, match=f"should return a boolean variable, but returned {got}"):
            static.nn.while_loop(lambda i: wrong, lambda i: i + 1, [paddle.zeros([], "int64")])


def test_sizes(graph):
    with pytest.raises(InvalidArgumentError, match="Only -1 can be used in shape.*received -3"):
        static.data("x", [2, -3])


def test_an_interrupted_save_loses_nothing(training, graph, tmp_path, monkeypatch):
    training()
    static.save(graph[0], str(tmp_path / "m"))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert sorted(before) == ["m.pdmodel", "m.pdopt", "m.pdparams"]
    training()
    calls = []

    def sync(handle):
        calls.append(handle)
        if len(calls) == 2:  # the second file
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic.os, "fsync", sync)
    with pytest.raises(OSError, match="No space left"):
        static.save(graph[0], str(tmp_path / "m"))
    monkeypatch.undo()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def losses(paddle, build):
    rng = np.random.RandomState
    static = paddle.static
    x = static.data("x", [None, 4])
    attr = lambda seed, *shape: paddle.ParamAttr(
        initializer=paddle.nn.initializer.Assign(rng(seed).randn(*shape).astype("float32"))
    )
    hidden = paddle.nn.Linear(4, 3, weight_attr=attr(0, 4, 3))(x)
    out = paddle.nn.Linear(3, 2, weight_attr=attr(1, 3, 2))(paddle.tanh(hidden))
    one, other = (hidden * hidden).mean(), (out * out).mean()
    build(one, other)
    exe = static.Executor()
    exe.run(static.default_startup_program())
    return [[float(v) for v in exe.run(feed={"x": X}, fetch_list=[one, other])] for _ in range(3)]


def test_two_losses_of_one_program(graph):
    """Each is minimized by what the variables were before either. Recorded with PaddlePaddle 3.3.1."""

    def build(one, other):
        paddle.optimizer.SGD(0.05).minimize(one)
        paddle.optimizer.SGD(0.05).minimize(other)

    expected = [
        [11.909576416015625, 8.489447593688965],
        [7.90309476852417, 3.053558349609375],
        [5.517160892486572, 0.11624941229820251],
    ]
    np.testing.assert_allclose(losses(paddle, build), expected, rtol=1e-5)


def test_one_loss_twice(graph):
    def build(one, other):
        optimizer = paddle.optimizer.SGD(0.01)
        optimizer.minimize(one), optimizer.minimize(one)

    expected = [11.909576416015625, 10.374561309814453, 9.037395477294922]
    np.testing.assert_allclose([a for a, _ in losses(paddle, build)], expected, rtol=1e-5)
