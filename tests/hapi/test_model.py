"""`paddle.Model`, its callbacks and `paddle.flops` print and compute what PaddlePaddle does; and bad input."""

import contextlib
import json
import os
import pathlib
import re
import sys
import types

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite import callbacks as C
from paddlelite import nn
from paddlelite.errors import InvalidArgumentError, InvalidTypeError, NotFoundError, PreconditionNotMetError
from paddlelite.framework import atomic, unique_name
from paddlelite.static import InputSpec
from tests.hapi.runs import X, Y, fresh_programs, operations, plain, runs

GOLDEN = json.loads((pathlib.Path(__file__).parents[1] / "golden" / "hapi.json").read_text())
NUMBER = re.compile(r"-?\d+\.\d+(?:e[+-]\d+)?")


RUNS = {name: run for name, run in GOLDEN.items() if name not in ("flops", "static")}
IN_STATIC_MODE = {name: run for name, run in RUNS.items() if not name.startswith("gradients of")}


@pytest.fixture(scope="module")
def found():
    return json.loads(json.dumps(runs(paddle)))


@pytest.fixture(scope="module")
def found_in_static_mode():
    return json.loads(json.dumps(runs(paddle, static=True)))


@pytest.mark.parametrize("name", RUNS)
def test_as_paddlepaddle(found, name):
    compare(name, found[name], RUNS[name])


@pytest.mark.parametrize("name", IN_STATIC_MODE)
def test_in_static_mode_as_paddlepaddle(found_in_static_mode, name):
    compare(name, found_in_static_mode[name], GOLDEN["static"].get(name, RUNS[name]))


def compare(name, run, recorded):
    if name.startswith("saved"):
        assert run == recorded
        return
    (text, result), (expected_text, expected) = run, recorded
    assert NUMBER.sub("N", text) == NUMBER.sub("N", expected_text)
    shown, wanted = ([float(n) for n in NUMBER.findall(t)] for t in (text, expected_text))
    np.testing.assert_allclose(shown, wanted, atol=1.5e-4)
    same(result, expected)


def same(result, expected):
    if isinstance(expected, dict):
        assert result.keys() == expected.keys()
        result, expected = list(result.values()), list(expected.values())
    if isinstance(expected, list):
        assert len(result) == len(expected)
        for one, other in zip(result, expected):
            same(one, other)
    elif isinstance(expected, float):
        assert result == pytest.approx(expected, abs=2e-5)
    else:
        assert result == expected


def test_flops_as_paddlepaddle():
    with unique_name.guard():  # the numbers in the layers' names begin afresh
        text, total, custom = operations(paddle)
    assert text == GOLDEN["flops"][0]
    assert [total, custom] == GOLDEN["flops"][1:]


def test_flops_and_summary_of_a_translated_net_leave_it_as_it_was(capsys):
    class Net(nn.Layer):
        def __init__(self):
            super().__init__()
            self.body = nn.Sequential(nn.Linear(3, 4), nn.Dropout(0.5))

        @paddle.jit.to_static
        def forward(self, x):
            return self.body(x)

    net = Net()
    net(paddle.ones([2, 3])), net(paddle.ones([5, 3]))
    before = set(net.state_dict())
    net.body[0].eval()
    for _ in range(2):
        assert paddle.flops(net, [1, 3]) == 12
        assert paddle.summary(net, (1, 3)) == {"total_params": 16, "trainable_params": 16}
    assert "Linear-" in capsys.readouterr().out
    assert (net.body[0].training, net.body[1].training, net.training) == (False, True, True)
    assert set(net.state_dict()) == before and not net.body[0]._forward_post_hooks
    assert not hasattr(net.body[0], "total_ops")
    with pytest.raises(InvalidTypeError, match="must be an instance of paddle.nn.Layer"):
        paddle.flops("net", [1, 3])
    with pytest.raises(ValueError, match="expected 3|mul|shape"):
        paddle.flops(net, [1, 5])
    assert not hasattr(net.body[0], "total_ops") and net.training


class Data(paddle.io.Dataset):
    def __getitem__(self, index):
        return X[index], Y[index]

    def __len__(self):
        return 20


def model(rate=0.1, metrics=None, loss=True, inputs=None):
    made = paddle.Model(nn.Sequential(nn.Linear(6, 5), nn.BatchNorm1D(5), nn.Linear(5, 3)), inputs)
    made.prepare(
        paddle.optimizer.Momentum(rate, parameters=made.parameters()),
        nn.CrossEntropyLoss() if loss else None,
        metrics,
    )
    return made


def state(made):
    return {
        name: value.numpy().copy()
        for name, value in {**made.network.state_dict(), **made._optimizer.state_dict()}.items()
        if isinstance(value, paddle.Tensor)
    }


def equal(one, other):
    assert one.keys() == other.keys()
    for name in one:
        np.testing.assert_array_equal(one[name], other[name])


def test_reduce_lr_on_plateau_reduces_it():
    # PaddlePaddle 3.3.1 prints that it does, and trains on with the old rate.
    made = model(0.25)
    made.fit(
        Data(),
        Data(),
        batch_size=10,
        epochs=4,
        verbose=0,
        callbacks=C.ReduceLROnPlateau("loss", 0.5, 1, 0, min_delta=9, min_lr=0.1),
    )
    assert made._optimizer.get_lr() == 0.1
    cool = C.ReduceLROnPlateau("loss", 0.5, 1, 0, min_delta=9, cooldown=2)
    made = model(0.25)
    made.fit(Data(), Data(), batch_size=10, epochs=4, verbose=0, callbacks=cool)
    assert made._optimizer.get_lr() == 0.125 / 2 or made._optimizer.get_lr() == 0.125
    made = model(paddle.optimizer.lr.StepDecay(0.1, 3))
    with pytest.warns(UserWarning, match="changes a learning rate that is a number"):
        made.fit(Data(), Data(), batch_size=10, verbose=0, callbacks=C.ReduceLROnPlateau())
    with pytest.raises(ValueError, match="does not support a factor >= 1.0"):
        C.ReduceLROnPlateau(factor=1.5)


def test_early_stopping():
    stop = C.EarlyStopping("loss", patience=2, verbose=0, baseline=0.0, save_best_model=False)
    made = model()
    made.fit(Data(), Data(), batch_size=10, epochs=9, verbose=0, callbacks=stop)
    assert (made.stop_training, stop.stopped_epoch, stop.wait_epoch) == (True, 2, 2)
    made.fit(Data(), batch_size=10, epochs=2, verbose=0)  # again, as if nothing had been
    assert not made.stop_training
    with pytest.warns(UserWarning, match="Monitor of EarlyStopping should be loss or metric name, and 'f1'"):
        model().fit(Data(), Data(), batch_size=10, verbose=0, callbacks=C.EarlyStopping("f1"))
    with pytest.warns(UserWarning, match="EarlyStopping needs validation data"):
        model().fit(Data(), batch_size=10, verbose=0, callbacks=C.EarlyStopping())
    with pytest.warns(UserWarning, match="EarlyStopping mode best is unknown, fallback to auto mode"):
        C.EarlyStopping(mode="best")


def test_saving_and_loading(tmp_path):
    one, other = model(), model()
    one.fit(Data(), batch_size=10, verbose=0)
    one.save(str(tmp_path / "sub" / "m"))
    assert sorted(os.listdir(tmp_path / "sub")) == ["m.pdopt", "m.pdparams"]
    other.load(str(tmp_path / "sub" / "m"), reset_optimizer=True)
    for name, value in one.network.state_dict().items():
        np.testing.assert_array_equal(value, other.network.state_dict()[name])
    one.load(str(tmp_path / "sub" / "m.pdparams"))
    evaluated = one.evaluate(Data(), batch_size=10, verbose=0)
    assert evaluated == other.evaluate(Data(), batch_size=10, verbose=0)


def test_training_goes_on_where_it_was(tmp_path):
    """Saved, loaded into a new process's model (the same names) and continued, as without a break."""
    one = model()
    one.fit(Data(), batch_size=10, verbose=0, shuffle=False)
    one.save(str(tmp_path / "m"))
    one.fit(Data(), batch_size=10, verbose=0, shuffle=False)
    expected = state(one)
    one.load(str(tmp_path / "m"))
    one.fit(Data(), batch_size=10, verbose=0, shuffle=False)
    equal(state(one), expected)


def test_loading_what_does_not_fit(tmp_path):
    made = model()
    made.fit(Data(), batch_size=10, verbose=0)
    made.save(str(tmp_path / "m"))
    before = state(made)

    with pytest.raises(
        NotFoundError, match=r"Failed to load parameters, please check path.*nothing\.pdparams"
    ):
        made.load(str(tmp_path / "nothing"))
    with pytest.raises(AssertionError, match="Failed to load parameters"):
        made.load(str(tmp_path / "nothing"))
    with pytest.raises(AssertionError, match="Unknown postfix .zip"):
        made.load("m.zip")

    wide = paddle.Model(nn.Sequential(nn.Linear(6, 5), nn.BatchNorm1D(5), nn.Linear(5, 4)))
    kept = {name: value.numpy().copy() for name, value in wide.network.state_dict().items()}
    with pytest.raises(
        ValueError, match=r"2.weight receives a shape \[5, 3\], but the expected shape is \[5, 4\]"
    ):
        wide.load(str(tmp_path / "m"))
    equal({name: value.numpy() for name, value in wide.network.state_dict().items()}, kept)
    with pytest.warns(UserWarning, match=r"Skip loading for 2\.(weight|bias)"):
        wide.load(str(tmp_path / "m"), skip_mismatch=True)
    np.testing.assert_array_equal(wide.network[0].weight, made.network[0].weight)
    np.testing.assert_array_equal(wide.network[2].weight, kept["2.weight"])

    other = paddle.Model(nn.Sequential(nn.Linear(6, 5)))
    paddle.save({"weight": paddle.ones([6, 5])}, str(tmp_path / "w.pdparams"))
    with pytest.raises(ValueError, match=r"0\.weight is not found in the providing file"):
        other.load(str(tmp_path / "w"))

    # A damaged second file: nothing of the first is taken.
    (tmp_path / "m.pdopt").write_bytes((tmp_path / "m.pdopt").read_bytes()[:-20])
    made.train_batch([X[:8]], [Y[:8]])
    changed = state(made)
    with pytest.raises(Exception, match=r"m\.pdopt"):
        made.load(str(tmp_path / "m"))
    equal(state(made), changed)
    assert any(not np.array_equal(changed[name], before[name]) for name in before)


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_an_interrupted_save_loses_nothing(tmp_path, monkeypatch, error):
    """Parameters and optimizer belong together: either both files are new or both are as they were."""
    made = model()
    made.fit(Data(), batch_size=10, verbose=0)
    made.save(str(tmp_path / "m"))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    made.fit(Data(), batch_size=10, verbose=0)
    calls = []

    def sync(handle):
        calls.append(handle)
        if len(calls) == 2:  # the second file
            raise error

    monkeypatch.setattr(atomic.os, "fsync", sync)
    with pytest.raises(error if isinstance(error, type) else OSError):
        made.save(str(tmp_path / "m"))
    monkeypatch.undo()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    made.save(str(tmp_path / "m"))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} != before


def test_saving_for_inference(tmp_path):
    made = model(inputs=[InputSpec([None, 6], "float32", "x")])
    made.save(str(tmp_path / "m"), training=False)
    loaded = paddle.jit.load(str(tmp_path / "m"))
    np.testing.assert_allclose(
        loaded(paddle.to_tensor(X[:7])), made.predict_batch([X[:7]])[0], rtol=1e-5, atol=1e-6
    )
    with pytest.raises(
        PreconditionNotMetError, match="Saving inference model needs 'inputs' or running before"
    ):
        model().save(str(tmp_path / "n"), training=False)
    unspecified = model()
    unspecified.predict_batch([X[:4]])
    with pytest.warns(UserWarning, match=r"The input shape to be saved is \[\[4, 6\]\]"):
        unspecified.save(str(tmp_path / "n"), training=False)
    assert paddle.jit.load(str(tmp_path / "n"))(paddle.to_tensor(X[:4])).shape == [4, 3]


def test_summary(capsys):
    made = model(inputs=[InputSpec([None, 6], "float32", "x")])
    assert made.summary() == made.summary((1, 6)) == {"total_params": 73, "trainable_params": 63}
    with pytest.raises(AssertionError, match="'input_size' or 'self._input' must be set"):
        model().summary()


def test_several_inputs_labels_and_outputs():
    class Two(nn.Layer):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Linear(2, 3), nn.Linear(4, 3)

        def forward(self, left, right):
            return self.a(left), self.b(right)

    class Loss(nn.Layer):
        def forward(self, first, second, label, weight):
            return ((first - label) ** 2).mean(), (second.abs() * weight).mean()

    made = paddle.Model(Two())
    made.prepare(paddle.optimizer.SGD(0.1, parameters=made.parameters()), Loss())
    given = [np.ones((5, n), "float32") for n in (2, 4, 3, 3)]
    losses = made.train_batch(given[:2], given[2:])
    assert len(losses) == 2 and all(loss.shape == () for loss in losses)
    nested = [(given[:2], given[2:])]  # inputs and labels as lists of their own
    made.fit(nested, verbose=0), made.fit([given], verbose=0)
    assert len(made.evaluate(nested, verbose=0)["loss"]) == 2
    outputs = made.predict([given[:2]] * 3, verbose=0, stack_outputs=True)
    assert [output.shape for output in outputs] == [(15, 3), (15, 3)]
    assert [len(column) for column in made.predict([given[:2]] * 3, verbose=0)] == [3, 3]


def test_without_a_loss_or_metrics():
    made = model(metrics=paddle.metric.Accuracy(), loss=False)
    assert made.evaluate(Data(), batch_size=10, verbose=0).keys() == {"acc"}
    assert isinstance(made.eval_batch([X[:4]], [Y[:4]])[0], float)
    with pytest.raises(
        PreconditionNotMetError, match=r"model not ready, please call `model.prepare\(\)` first"
    ):
        made.train_batch([X[:4]], [Y[:4]])
    with pytest.raises(PreconditionNotMetError, match="model not ready"):
        paddle.Model(nn.Linear(6, 3)).fit(Data(), verbose=0)


@pytest.mark.filterwarnings("ignore:paddle.amp")
def test_mixed_precision(tmp_path):
    made = paddle.Model(nn.Linear(6, 3))
    configs = {"level": "O1", "init_loss_scaling": 128.0, "custom_white_list": {"conv2d"}}
    made.prepare(
        paddle.optimizer.SGD(0.1, parameters=made.parameters()), nn.CrossEntropyLoss(), amp_configs=configs
    )
    made.fit(Data(), batch_size=10, verbose=0)
    made.save(str(tmp_path / "m"))
    made.load(str(tmp_path / "m"))
    assert (tmp_path / "m.pdscaler").exists()
    for bad, match in (
        ("O3", "should be 'O0', 'O1' or 'O2'"),
        ({"use_pure_fp16": True}, "could not be recognized"),
    ):
        with pytest.raises(ValueError, match=match):
            made.prepare(amp_configs=bad)


def test_visualdl(monkeypatch, tmp_path):
    written = []

    class LogWriter:
        def __init__(self, folder):
            written.append(folder)

        def add_scalar(self, tag, step, value):
            written.append((tag, step, type(value)))

        def close(self):
            written.append("closed")

    monkeypatch.setitem(sys.modules, "visualdl", types.SimpleNamespace(LogWriter=LogWriter))
    made = model(metrics=paddle.metric.Accuracy())
    made.fit(Data(), Data(), batch_size=10, epochs=1, verbose=0, callbacks=C.VisualDL("logs"))
    made.evaluate(Data(), batch_size=10, verbose=0, callbacks=C.VisualDL("logs"))
    tags = [("loss", float), ("acc", float)]
    train = [(f"train/{tag}", step, kind) for step in (1, 2) for tag, kind in tags]
    evaluated = [(f"eval/{tag}", 0, kind) for tag, kind in tags]
    assert written == ["logs", *train, *evaluated, "closed", "logs", *evaluated, "closed"]
    monkeypatch.setitem(sys.modules, "visualdl", None)
    with pytest.raises(ImportError, match="pip install visualdl"):
        made.fit(Data(), verbose=0, callbacks=C.VisualDL("logs"))


def test_visualdl_itself(tmp_path):
    visualdl = pytest.importorskip("visualdl")
    made = model(metrics=paddle.metric.Accuracy())
    made.fit(Data(), Data(), batch_size=10, epochs=2, verbose=0, callbacks=C.VisualDL(str(tmp_path)))
    (written,) = tmp_path.iterdir()
    read = visualdl.LogReader(file_path=str(written))
    assert [record.id for record in read.get_data("scalar", "train/loss")] == [1, 2, 3, 4]
    (last,) = made.evaluate(Data(), batch_size=10, verbose=0)["loss"]
    assert read.get_data("scalar", "eval/loss")[-1].value == pytest.approx(last)


def test_wandb(monkeypatch):
    logged = []

    class Run:
        def define_metric(self, name, step_metric=None):
            logged.append((name, step_metric))

        def log(self, values):
            logged.append(list(values))

        def finish(self):
            logged.append("finished")

    module = types.SimpleNamespace(run=None, init=lambda **kwargs: logged.append(kwargs) or Run())
    monkeypatch.setitem(sys.modules, "wandb", module)
    made = model(metrics=paddle.metric.Accuracy())
    made.fit(Data(), Data(), batch_size=10, verbose=0, callbacks=C.WandbCallback("digits", tags=["a"]))
    assert (logged[0]["project"], logged[0]["tags"]) == ("digits", ["a"])
    assert logged[1:5] == [
        ("train/step", None),
        ("train/*", "train/step"),
        ("epoch", None),
        ("eval/*", "epoch"),
    ]
    train, evaluated = ["train/step", "train/loss", "train/acc"], ["epoch", "eval/loss", "eval/acc"]
    assert logged[5:] == [train, train, evaluated, "finished"]
    module.run = Run()
    with pytest.warns(UserWarning, match="a wandb run already in progress"):
        C.WandbCallback()
    monkeypatch.setitem(sys.modules, "wandb", None)
    with pytest.raises(ImportError, match="pip install wandb"):
        C.WandbCallback()


def test_errors_of_the_users_code_come_through():
    class Broken(Data):
        def __getitem__(self, index):
            if index == 13:
                raise OSError("no picture 13")
            return super().__getitem__(index)

    class Stop(C.Callback):
        def on_train_batch_end(self, step, logs=None):
            raise LookupError("enough")

    with pytest.raises(OSError, match="no picture 13"):
        model().fit(Broken(), batch_size=5, verbose=0, shuffle=False)
    with pytest.raises(LookupError, match="enough"):
        model().fit(Data(), batch_size=5, verbose=0, callbacks=Stop())
    with pytest.raises(ValueError, match=r"\[6, 5\]|shape|dimension"):
        model().predict_batch([X[:, :4]])


@pytest.mark.parametrize(
    "make, kind, match",
    [
        (lambda: paddle.Model(print), InvalidTypeError, "a Model needs a paddle.nn.Layer"),
        (
            lambda: paddle.Model(nn.ReLU(), ["x"]),
            InvalidTypeError,
            "should be InputSpecs, but number 0 is 'x'",
        ),
        (lambda: paddle.Model(nn.ReLU(), InputSpec([1])), ValueError, r"Requires Input\[0\]\.name != None"),
        (lambda: model().prepare(loss=3), TypeError, "'loss' must be sub classes"),
        (lambda: model().prepare(metrics=[print]), AssertionError, "is not sub class of Metric"),
        (lambda: model().fit(), AssertionError, "train_data must be given!"),
        (lambda: model().fit(Data(), batch_size=[1, 2, 3]), AssertionError, "batch_size length error"),
        (lambda: model().fit(Data(), num_iters=0), AssertionError, "num_iters must be greater than 0"),
        (lambda: model().fit(Data(), accumulate_grad_batches=0), InvalidArgumentError, "should be positive"),
        (lambda: model().fit(Data(), log_freq=0), InvalidArgumentError, "log_freq should be positive"),
        (lambda: model().fit(Data(), save_freq=0), InvalidArgumentError, "save_freq should be positive"),
        (
            lambda: model().fit(Data(), callbacks=["x"]),
            TypeError,
            r"have to be paddle\.callbacks\.Callback, but one is 'x'",
        ),
        (lambda: model().save("folder/"), AssertionError, "should be of 'dirname/filename' format"),
        (lambda: C.LRScheduler(True, True), ValueError, "by_step option is mutually exclusive with by_epoch"),
    ],
)
def test_bad_input(make, kind, match):
    with pytest.raises(kind, match=match):
        make()


class Silent(nn.Layer):
    def forward(self, x):
        self.out = x


class Twins(paddle.metric.Accuracy):
    def name(self):
        return ["one", "other"]


@pytest.mark.parametrize("static", [False, True])
@pytest.mark.parametrize(
    "loss, kind, match",
    [
        (lambda o, y: o, AssertionError, "number of elements of loss should be 1"),
        (lambda o, y: None, TypeError, "loss has to be a Tensor, or a list of them, but is NoneType"),
        (lambda o, y: [3.0], TypeError, "loss has to be a Tensor, or a list of them, but is float"),
        ("silent", TypeError, r"forward\(\) of Silent returned None"),
        ("metric", AssertionError, r"metric Twins gives 1 values, but has the names \['one', 'other'\]"),
    ],
)
def test_losses_outputs_and_metrics_that_are_none(static, loss, kind, match):
    with fresh_programs(paddle) if static else contextlib.nullcontext(), unique_name.guard():
        net = Silent() if loss == "silent" else nn.Linear(6, 3)
        specs = [InputSpec([None, 6], "float32", "x")], [InputSpec([None, 1], "int64", "y")]
        made = paddle.Model(net, *(specs if static else ()))
        optimizer = paddle.optimizer.SGD(
            0.1, parameters=made.parameters() or [paddle.create_parameter([1], "float32")]
        )
        weights = None if static or loss == "silent" else net.weight.numpy().copy()
        with pytest.raises(kind, match=match):
            made.prepare(
                optimizer,
                nn.CrossEntropyLoss() if isinstance(loss, str) else loss,
                Twins() if loss == "metric" else None,
            )
            made.fit(Data(), batch_size=10, verbose=0)
        if weights is not None and loss != "metric":
            np.testing.assert_array_equal(net.weight, weights)  # nothing was learned from it


def test_names():
    assert paddle.callbacks.Callback is paddle.hapi.callbacks.Callback
    assert paddle.hapi.Model is paddle.Model and paddle.hapi.model.Model is paddle.Model
    assert plain(np.ones(1)) == [1.0]
