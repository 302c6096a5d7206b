"""`paddle.Model` in static mode: files that dynamic mode reads, networks of all kinds, and bad input."""

import os

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite import nn, static
from paddlelite.errors import (
    InvalidArgumentError,
    InvalidTypeError,
    MismatchError,
    NotFoundError,
    PreconditionNotMetError,
)
from paddlelite.framework import unique_name
from paddlelite.static import InputSpec
from tests.hapi.runs import X, Y, fresh_programs
from tests.hapi.test_model import Data

SPECS = {
    "inputs": [InputSpec([None, 6], "float32", "x")],
    "labels": [InputSpec([None, 1], "int64", "y")],
}


@pytest.fixture
def graph():
    with unique_name.guard(), fresh_programs(paddle):
        yield


def network():
    return nn.Sequential(nn.BatchNorm1D(6), nn.Linear(6, 5), nn.Dropout(0.2), nn.Linear(5, 3))


def model(optimizer=None, metrics=None, net=None, prepared=True, **specs):
    in_static_mode = not paddle.in_dynamic_mode()
    made = paddle.Model(net or network(), **{**(SPECS if in_static_mode else {}), **specs})
    optimizer = optimizer or (lambda p: paddle.optimizer.Momentum(0.1, parameters=p))
    if prepared:
        made.prepare(optimizer(made.parameters()), nn.CrossEntropyLoss(), metrics)
    return made


def values(made):
    return {name: np.array(v) for name, v in {**made._engine.parameters(), **made._engine.state()}.items()
            if name != "LR_Scheduler"}  # fmt: skip


def equal(one, other):
    assert one.keys() == other.keys() and one
    for name in one:
        np.testing.assert_allclose(one[name], other[name], rtol=1e-5, atol=1e-6)


OPTIMIZERS = {
    "Momentum": lambda p: paddle.optimizer.Momentum(0.1, parameters=p),
    "Adam": lambda p: paddle.optimizer.Adam(0.1, parameters=p),
    "a schedule": lambda p: paddle.optimizer.Adam(paddle.optimizer.lr.StepDecay(0.1, 1), parameters=p),
    "all of the program's": lambda p: paddle.optimizer.SGD(
        0.1, parameters=p, grad_clip=nn.ClipGradByGlobalNorm(0.1), weight_decay=0.1
    ),
}


@pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_as_in_dynamic_mode_and_from_the_files_of_either(tmp_path, make):
    """Trained a bit, saved, loaded by the other mode and trained on: the same numbers, dropout's draws included."""

    def train(name, goes_on_from=None):
        with unique_name.guard():
            paddle.seed(7)
            made = model(make)
            if goes_on_from:
                made.load(str(tmp_path / goes_on_from))
                paddle.seed(8)
            made.fit(Data(), batch_size=10, epochs=2, verbose=0, shuffle=False)
            made.save(str(tmp_path / name))
            scores = made.evaluate(Data(), batch_size=10, verbose=0)["loss"]
            return values(made), scores, made.predict_batch([X[:4]])[0], made._optimizer.get_lr()

    def in_static_mode(*args):
        with fresh_programs(paddle):
            return train(*args)

    for one, other in (
        (train("eager"), in_static_mode("static")),
        (train("a", "static"), in_static_mode("b", "eager")),
        (train("c", "eager"), in_static_mode("d", "static")),
    ):
        equal(one[0], other[0])
        np.testing.assert_allclose(one[1], other[1], rtol=1e-5)
        np.testing.assert_allclose(one[2], other[2], rtol=1e-4, atol=1e-6)
        assert one[3] == other[3]


def test_metrics_that_take_labels_as_they_are(graph):
    class Two(nn.Layer):
        def __init__(self):
            super().__init__()
            self.scores = nn.Linear(6, 1)

        def forward(self, x):
            return nn.functional.sigmoid(self.scores(x))

    made = paddle.Model(Two(), SPECS["inputs"], InputSpec([None, 1], "float32", "y"))
    metrics = [paddle.metric.Precision(), paddle.metric.Recall()]
    made.prepare(paddle.optimizer.SGD(0.5, parameters=made.parameters()), nn.BCELoss(), metrics)
    data = [(X, (X[:, :1] > 0).astype("float32"))] * 40
    made.fit(data, verbose=0)
    found = made.evaluate(data[:1], verbose=0)
    assert found["precision"] > 0.9 and found["recall"] > 0.9
    positive = made.predict_batch([X])[0] > 0.5
    assert found["recall"] == pytest.approx(np.mean(positive[X[:, 0] > 0]))


def test_several_inputs_and_control_flow(graph):
    class Two(nn.Layer):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Linear(2, 3), nn.Linear(4, 3)

        def forward(self, left, right):
            h = static.nn.cond(left.sum() > 0, lambda: self.a(left), lambda: self.a(-left))
            return h, F.dropout(self.b(right), 0.5)

    F = nn.functional
    specs = [
        InputSpec([None, n], "float32", name) for n, name in ((2, "l"), (4, "r"), (3, "label"), (3, "w"))
    ]
    made = paddle.Model(Two(), specs[:2], specs[2:])
    made.prepare(
        paddle.optimizer.Adam(0.1, parameters=made.parameters()),
        lambda a, b, label, w: [((a - label) ** 2).mean(), (b.abs() * w).mean()],
    )
    given = [np.ones((5, n), "float32") for n in (2, 4, 3, 3)]
    first = made.train_batch(given[:2], given[2:])
    made.fit([given] * 60, verbose=0)
    last = made.eval_batch(given[:2], given[2:])
    assert len(last) == 2 and all(b < a / 2 for a, b in zip(first, last))
    one, other = made.predict_batch(given[:2]), made.predict_batch([-given[0], given[1]])
    np.testing.assert_array_equal(one[0], other[0])  # the branch
    np.testing.assert_array_equal(one[1], other[1])  # without dropout


def test_two_models_share_a_network(graph):
    """Each has programs and an optimizer of its own; the weights are the scope's."""
    net = nn.Linear(6, 3)
    one, other = model(net=net), model(lambda p: paddle.optimizer.SGD(0.0, parameters=p), net=net)
    before = other.predict_batch([X[:4]])[0]
    one.train_batch([X], [Y])
    after = other.predict_batch([X[:4]])[0]
    assert not np.allclose(before, after)
    other.train_batch([X], [Y])
    np.testing.assert_array_equal(one.predict_batch([X[:4]])[0], after)


def test_saving_for_inference(tmp_path, graph):
    made = model()
    made.fit(Data(), batch_size=10, verbose=0)
    with pytest.raises(MismatchError, match="should be of 'dirname/filename' format"):
        made.save(f"{tmp_path}/", training=False)
    made.save(str(tmp_path / "sub" / "m"), training=False)
    expected = made.predict_batch([X[:7]])[0]
    assert sorted(os.listdir(tmp_path / "sub"))[:2] == ["m.pdiparams", "m.pdiparams.info"]
    exe = static.Executor()
    program, feeds, fetches = static.load_inference_model(str(tmp_path / "sub" / "m"), exe)
    np.testing.assert_allclose(exe.run(program, {feeds[0]: X[:7]}, fetches)[0], expected, rtol=1e-5)
    paddle.disable_static()
    loaded = paddle.jit.load(str(tmp_path / "sub" / "m"))
    np.testing.assert_allclose(loaded(paddle.to_tensor(X[:7])), expected, rtol=1e-5, atol=1e-6)


def test_loading_before_preparing_and_preparing_again(tmp_path, graph):
    one = model()
    one.fit(Data(), batch_size=10, verbose=0)
    one.save(str(tmp_path / "m"))
    expected = one.predict_batch([X[:4]])[0]
    with fresh_programs(paddle), unique_name.guard():
        paddle.seed(99)
        other = model(prepared=False)
        other.load(str(tmp_path / "m"))
        other.prepare()  # gives no variable another first value
        np.testing.assert_allclose(other.predict_batch([X[:4]])[0], expected, rtol=1e-5)
        with pytest.raises(PreconditionNotMetError, match="model not ready"):
            other.train_batch([X], [Y])
        other.prepare(paddle.optimizer.Adam(0.1, parameters=other.parameters()), nn.CrossEntropyLoss())
        np.testing.assert_allclose(other.predict_batch([X[:4]])[0], expected, rtol=1e-5)
        before = values(other)
        with pytest.raises(AssertionError, match=r"variable \[.*moment1_0\] is not in optimizer state file"):
            other.load(str(tmp_path / "m"))  # of Momentum
        equal(values(other), before)
        other.load(str(tmp_path / "m"), reset_optimizer=True)


def test_a_state_of_another_shape_changes_nothing(tmp_path):
    for surroundings in (unique_name.guard, lambda: fresh_programs(paddle)):
        with surroundings(), unique_name.guard():
            made = model()
            made.fit(Data(), batch_size=10, verbose=0)
            made.save(str(tmp_path / "m"))
            state = paddle.load(str(tmp_path / "m.pdopt"), return_numpy=True)
            name = next(n for n, v in state.items() if np.shape(v) == (6, 5))
            paddle.save({**state, name: np.zeros([6, 4], "float32")}, str(tmp_path / "m.pdopt"))
            made.fit(Data(), batch_size=10, verbose=0)
            before = values(made)
            with pytest.raises(ValueError, match=r"\[6, 5\]"):
                made.load(str(tmp_path / "m"))
            equal(values(made), before)


def test_summary(graph, capsys):
    made = model()
    count = len(static.default_main_program().global_block().ops)
    assert made.summary() == {"total_params": 77, "trainable_params": 65}
    assert len(static.default_main_program().global_block().ops) == count
    made.train_batch([X], [Y])


@pytest.mark.parametrize(
    "make, kind, match",
    [
        (lambda: paddle.Model(nn.Linear(6, 3)), TypeError, "'inputs' must be list or tuple or dict"),
        (lambda: model(labels=None), InvalidTypeError, r"network's outputs alone.*labels=\[InputSpec"),
        (lambda: model().train_batch([X, X], [Y]), InvalidArgumentError, r"2 inputs.*inputs \['x'\]"),
        (lambda: model().train_batch([X]), InvalidArgumentError, r"0 labels.*labels \['y'\]"),
        (
            lambda: model().train_batch([X[:, :4]], [Y]),
            InvalidArgumentError,
            r"input 'x' must have the shape \[-1, 6\], but received \[50, 4\]",
        ),
        (
            lambda: model().train_batch([X.astype("float64")], [Y]),
            InvalidArgumentError,
            "'x' must be float32, but received float64",
        ),
        (lambda: model().train_batch([X], [Y], update=False), AssertionError, "Does not support `update == False`"),
        (lambda: model().fit(Data(), accumulate_grad_batches=2), MismatchError, "accumulate_grad_batches=2"),
        (lambda: model(prepared=False).predict_batch([X]), PreconditionNotMetError, r"call `model.prepare\(\)` first"),
        (lambda: model(prepared=False).save("m"), NotFoundError, r"no value to save: call model.prepare\(\)"),
        (
            lambda: model(prepared=False).save("m", training=False),
            PreconditionNotMetError,
            r"call `model.prepare\(\)` first",
        ),
        (lambda: model(inputs=InputSpec([None, 6], "float32")), ValueError, r"Requires Input\[0\]\.name"),
        (lambda: model(inputs=InputSpec([None, 4], "float32", "x")), ValueError, "4|shape"),
    ],
)  # fmt: skip
def test_bad_input(graph, tmp_path, monkeypatch, make, kind, match):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(kind, match=match):
        make()
    assert not os.listdir(tmp_path)


def test_a_model_of_the_other_mode(graph):
    made = model(prepared=False)
    paddle.disable_static()
    with pytest.raises(PreconditionNotMetError, match=r"made in static mode: call paddle\.enable_static\(\)"):
        made.prepare()
    eager = model()
    paddle.enable_static()
    for call in (
        lambda: eager.train_batch([X], [Y]),
        lambda: eager.prepare(),
        lambda: eager.predict_batch([X]),
    ):
        with pytest.raises(
            PreconditionNotMetError, match=r"made in dynamic mode.*call paddle\.disable_static\(\)"
        ):
            call()
