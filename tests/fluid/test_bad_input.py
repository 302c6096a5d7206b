"""What goes wrong in programs of 1.x: one clear error each, and nothing lost."""

import os

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite import fluid
from paddlelite.errors import (
    InvalidArgumentError,
    InvalidTypeError,
    NotFoundError,
    PreconditionNotMetError,
    UnimplementedError,
)
from paddlelite.fluid.dygraph import to_variable

L = fluid.layers
X = np.ones((2, 3), "float32")


@pytest.fixture
def left_over():
    """A Variable and a layer whose guard has ended."""
    with fluid.dygraph.guard():
        return to_variable(X), fluid.dygraph.Linear(3, 2)


def test_outside_of_the_guard(left_over, static_mode):
    x, layer = left_over
    for call in (lambda: L.relu(x), lambda: layer(x), lambda: L.concat([x, x])):
        with pytest.raises(
            PreconditionNotMetError, match=r"eager Tensor .* outside of fluid.dygraph.guard\(\)"
        ):
            call()
    with pytest.raises(AssertionError, match="please use fluid.dygraph.guard"):
        to_variable(X)


def test_operators_outside_of_the_guard(left_over):
    """PaddlePaddle 1.8.5 ends with a segmentation fault."""
    x, layer = left_over
    for call in (
        lambda: x + 1,
        lambda: 1 - x,
        lambda: x[0],
        lambda: -x,
        lambda: x < 1,
        lambda: x.astype("int64"),
    ):
        with pytest.raises(
            InvalidArgumentError, match=r"made in a fluid.dygraph.guard\(\) computes inside one"
        ):
            call()
    with pytest.raises(PreconditionNotMetError, match=r"backward\(\) in static mode"):
        layer.weight.backward()
    assert x.numpy().sum() == 6 and "shape=[2, 3]" in str(x)
    layer.set_dict({name: p.numpy() * 0 for name, p in layer.state_dict().items()})
    layer.set_dict(layer.state_dict())
    with fluid.dygraph.guard():
        assert float(fluid.layers.reduce_sum(layer(x) + 1)) == 4.0
    paddle.disable_static()
    assert (x + 1).numpy().sum() == 12


def test_a_variable_of_a_graph_and_an_eager_one(left_over, static_mode):
    x, layer = left_over
    v = L.data("x", [3])
    with pytest.raises(PreconditionNotMetError, match="an eager Tensor"):
        L.elementwise_add(v, x)
    for call in (lambda: v + x, lambda: layer(v)):
        with pytest.raises(InvalidArgumentError, match=r"test_bad_input.py:\d+: an eager Tensor"):
            call()
    with fluid.dygraph.guard():
        with pytest.raises(PreconditionNotMetError, match="x is a Variable of a static graph"):
            L.relu(v)
        with pytest.raises(InvalidArgumentError, match="variable of a static graph, which has no value here"):
            v * 2
        with pytest.raises(
            PreconditionNotMetError, match=r"declares a variable .* use fluid.dygraph.to_variable"
        ):
            L.data("y", [3])
        with pytest.raises(UnimplementedError, match="write a loop of Python"):
            L.While(to_variable(np.array([True])))
    with pytest.raises(PreconditionNotMetError, match=r"optimizer.minimize\(loss\)"):
        L.mean(v).backward()


def run(feed, fetch=None, start=True):
    main, startup = fluid.Program(), fluid.Program()
    with fluid.program_guard(main, startup):
        y = L.fc(L.data("x", [3]), 2)
    exe = fluid.Executor(fluid.CPUPlace())
    with fluid.scope_guard(fluid.Scope()):
        if start:
            exe.run(startup)
        return exe.run(main, feed=feed, fetch_list=fetch or [y])


def test_feeding_and_fetching(static_mode):
    assert run({"x": X})[0].shape == (2, 2)
    with pytest.raises(KeyError, match=r"feed has \['z'\].*\['x'\] are missing in feed"):
        run({"z": X})
    with pytest.raises(InvalidArgumentError, match="'z'"):
        run({"x": X, "z": X})
    with pytest.raises(InvalidArgumentError, match=r"must have the shape \[-1, 3\], but received \[2, 4\]"):
        run({"x": np.ones((2, 4), "float32")})
    with pytest.raises(InvalidArgumentError, match="must be float32, but received float64"):
        run({"x": X.astype("float64")})
    with pytest.raises(InvalidArgumentError, match="'nope', which is not in the program"):
        run({"x": X}, ["nope"])
    with pytest.raises(NotFoundError, match="Run the startup program first"):
        run({"x": X}, start=False)


def test_arguments():
    with fluid.dygraph.guard():
        x = to_variable(X)
        with pytest.raises(InvalidArgumentError, match="act='reluu' is not supported"):
            L.fc(x, 2, act="reluu")
        with pytest.raises(
            TypeError, match=r"fluid.layers.relu\(\) got an unexpected keyword argument 'axis'"
        ):
            L.relu(x, axis=1)
        with pytest.raises(UnimplementedError, match="pad them to"):
            L.sequence_pool(x, "max")
        with pytest.raises(UnimplementedError, match="give input_length and label_length"):
            L.warpctc(x, x)
        with pytest.raises(ValueError, match="The rank of input must be 4"):
            L.image_resize_short(x, 2)
        with pytest.raises(PreconditionNotMetError, match=r"in a guard, use fluid.metrics.Auc"):
            L.auc(x, x)
        with pytest.raises(AttributeError, match="nosuch"):
            L.nosuch  # noqa: B018
        with pytest.raises(
            InvalidTypeError, match="1.4 reads this as num_channels, num_filters, filter_size"
        ):
            fluid.dygraph.Conv2D("conv", 1, 20, 5)
        with pytest.raises(UnimplementedError, match="fluid.dygraph.RowConv"):
            fluid.dygraph.RowConv("row", 2)
        with pytest.raises(ValueError, match="pool_size must be passed"):
            fluid.dygraph.Pool2D("pool")
        with pytest.raises(TypeError, match="can not hold object"):
            to_variable(np.array([{}]))
        with pytest.raises(TypeError, match="argument 'momentum' is not one of"):
            fluid.optimizer.SGD(0.1, momentum=0.9)
        with pytest.raises(ValueError, match="learning_rate is not set"):
            fluid.optimizer.SGD()
        with pytest.raises(
            UnimplementedError, match="DGCMomentumOptimizer is not supported: there is one device"
        ):
            fluid.optimizer.DGCMomentumOptimizer(0.1, 0.9, 0)
        with pytest.raises(ValueError, match="expect l1 >= 0"):
            fluid.optimizer.Ftrl(0.1, l1=-1.0)
        with pytest.raises(InvalidArgumentError, match="clip and batch_size must be greater than 0"):
            fluid.optimizer.Dpsgd(0.1, clip=0.0)
        for name in ("ModelAverage", "LookaheadOptimizer", "RecomputeOptimizer"):
            with pytest.raises(PreconditionNotMetError, match=f"In dygraph, don't support {name}"):
                getattr(fluid.optimizer, name)(fluid.optimizer.SGD(0.1))
        with pytest.raises(InvalidArgumentError, match=r"Call loss.backward\(\) before it"):
            fluid.optimizer.SGD(0.1).minimize(L.mean(fluid.dygraph.Linear(3, 2)(x)))


def test_optimizers_around_optimizers(static_mode):
    o, sgd = fluid.optimizer, fluid.optimizer.SGD(0.1)
    for given, problem in (
        ({"inner_optimizer": None}, "inner optimizer can not be None"),
        ({"inner_optimizer": sgd, "alpha": 2.0}, "alpha should be"),
        ({"inner_optimizer": sgd, "k": 0}, "k should be a positive integer"),
    ):
        with pytest.raises(AssertionError, match=problem):
            o.LookaheadOptimizer(**given)
    loss = L.mean(L.fc(L.data("x", [3]), 2))
    with pytest.raises(AssertionError, match="_set_checkpoints first"):
        o.RecomputeOptimizer(sgd).minimize(loss)
    sgd.minimize(loss)
    averages, exe = o.ModelAverage(0.5), fluid.Executor()
    exe.run(fluid.default_startup_program())
    with pytest.raises(PreconditionNotMetError, match="no averages yet"), averages.apply(exe):
        pass


def test_states_that_do_not_fit():
    with fluid.dygraph.guard():
        layer = fluid.dygraph.Linear(3, 2)
        before = [p.numpy() for p in layer.parameters()]
        good = {"linear_0.w_0": np.zeros((3, 2), "float32")}
        with pytest.raises(NotFoundError, match=r"Can't not find \[ linear_0.b_0 \]"):
            layer.load_dict(good)
        with pytest.raises(
            InvalidArgumentError, match=r"linear_0.b_0 has shape \[2\], but the state gives it \[3\]"
        ):
            layer.load_dict({**good, "linear_0.b_0": np.zeros(3, "float32")})
        with pytest.raises(InvalidTypeError, match="load_persistables of 1.5 returns"):
            layer.load_dict((good, {}))
        assert all(np.array_equal(a, p.numpy()) for a, p in zip(before, layer.parameters()))
        fc = fluid.dygraph.FC("fc", 2)
        fc.load_dict({"other": X})
        with pytest.raises(NotFoundError, match="Can't not find"):
            fc(to_variable(X))  # its parameters are made here, and were to be loaded


def test_damaged_and_interrupted_saves(tmp_path, monkeypatch):
    where = str(tmp_path / "saved")
    with fluid.dygraph.guard():
        layer = fluid.dygraph.Linear(3, 2)
        with pytest.raises(NotFoundError, match="there is no folder that save_persistables has written"):
            fluid.dygraph.load_persistables(where)
        with pytest.raises(InvalidTypeError, match="needs a dict of parameters"):
            fluid.dygraph.save_persistables([layer], where)
        fluid.dygraph.save_persistables(layer.state_dict(), where)
        weight = layer.weight.numpy()

        def full(array, *rest):
            raise OSError(28, "No space left on device")

        layer.weight.set_value(np.zeros((3, 2), "float32"))
        monkeypatch.setattr("paddlelite.export.pdiparams.write_record", full)
        with pytest.raises(OSError, match="No space left"):
            fluid.dygraph.save_persistables(layer.state_dict(), where)
        monkeypatch.undo()
        assert sorted(os.listdir(where)) == ["linear_0.b_0", "linear_0.w_0"]
        kept = fluid.dygraph.load_persistables(where)[0]
        assert np.array_equal(kept["linear_0.w_0"].numpy(), weight)
        path = os.path.join(where, "linear_0.w_0")
        with open(path, "rb+") as file:
            file.truncate(os.path.getsize(path) - 3)
        with pytest.raises(InvalidArgumentError, match="linear_0.w_0 is not a complete"):
            fluid.dygraph.load_persistables(where)
        (tmp_path / "saved" / "optimizers").mkdir()
        paddle.save({"decay": "os.system"}, os.path.join(where, "optimizers", "sgd"))
        os.remove(path)
        with pytest.raises(InvalidArgumentError, match="does not hold the state of a learning-rate decay"):
            fluid.dygraph.load_persistables(where)
        with pytest.raises(InvalidArgumentError, match="leads out of the folder"):
            fluid.dygraph.save_persistables({"../escaped": X}, where)
