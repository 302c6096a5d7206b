"""Eager mode of 1.4 and 1.5: what their documents rely on, in code of ours."""

import os

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite import fluid
from paddlelite.fluid.dygraph import Layer
from paddlelite.fluid.dygraph.base import to_variable

ONES = np.ones([2, 2], np.float32)
RNG = np.random.RandomState(0)
IMAGES = RNG.rand(16, 1, 28, 28).astype("float32")
LABELS = RNG.randint(0, 10, (16, 1)).astype("int64")


class Block(Layer):
    def __init__(self, name_scope, channels, filters, release):
        super().__init__(name_scope)
        given = {"num_channels": channels} if release == "1.4" else {}
        self._conv2d = fluid.dygraph.Conv2D(
            self.full_name(), num_filters=filters, filter_size=5, act="relu", use_cudnn=False, **given
        )
        self._pool2d = fluid.dygraph.Pool2D(self.full_name(), pool_size=2, pool_type="max", pool_stride=2)

    def forward(self, x):
        return self._pool2d(self._conv2d(x))


class Digits(Layer):
    def __init__(self, name_scope, release="1.5"):
        super().__init__(name_scope)
        self._first = Block(self.full_name(), 1, 4, release)
        self._second = Block(self.full_name(), 4, 6, release)
        initial = fluid.initializer.NormalInitializer(loc=0.0, scale=0.05)
        self._fc = fluid.dygraph.FC(
            self.full_name(), 10, param_attr=fluid.param_attr.ParamAttr(initializer=initial), act="softmax"
        )

    def forward(self, inputs, label=None):
        x = self._fc(self._second(self._first(inputs)))
        return x if label is None else (x, fluid.layers.accuracy(input=x, label=label))


def step(model, optimizer):
    image, label = to_variable(IMAGES), to_variable(LABELS)
    label.stop_gradient = True
    cost, accuracy = model(image, label)
    loss = fluid.layers.mean(fluid.layers.cross_entropy(cost, label))
    loss.backward()
    optimizer.minimize(loss)
    model.clear_gradients()
    return loss.numpy(), accuracy.numpy()


def test_variables_and_their_gradients():
    with fluid.dygraph.guard(fluid.CPUPlace()):
        inputs = [to_variable(ONES) for _ in range(10)]
        total = fluid.layers.sums(inputs)
        loss = fluid.layers.reduce_sum(total)
        loss.backward()
        strategy = fluid.dygraph.BackwardStrategy()
        strategy.sort_sum_gradient = True
        fluid.layers.reduce_sum(inputs[1] * 2.0).backward(strategy)
        assert inputs[1].gradient().tolist() == (ONES * 3).tolist()
        assert total.numpy().tolist() == [[10.0, 10.0], [10.0, 10.0]]
        assert loss.gradient().tolist() == [1.0] and loss.shape == [1]
        assert (
            total.gradient().tolist() == inputs[0].gradient().tolist() == ONES.tolist()
        )  # intermediate, too
        inputs[0].clear_gradient()
        assert inputs[0].gradient() is None or not inputs[0].gradient().any()
        assert to_variable(ONES).name == "generated_var_10" and str(total.shape) == "[2, 2]"
        assert to_variable(3.0).shape == [1] and to_variable(LABELS).stop_gradient


def test_a_loss_prints_as_in_its_time():
    with fluid.dygraph.guard():
        loss = to_variable(np.array([2.3025851], "float32"))
        assert f"{loss.numpy():.7}" == "[2.3025" and f"{loss.numpy()}" == "[2.3025851]"
        assert float(loss.numpy()) == pytest.approx(2.3025851) and int(loss.numpy()) == 2
        assert repr(loss.numpy()) == "array([2.3025851], dtype=float32)"
        assert type(loss.numpy().mean()) is np.float32 and type(loss.numpy() + 1) is np.ndarray
        assert to_variable(ONES)[0, 1].shape == [1]
    paddle.disable_static()
    assert type(paddle.ones([1]).numpy()) is np.ndarray


def test_a_layer_keeps_intermediate_gradients():
    class MyLayer(fluid.Layer):
        def __init__(self, name_scope):
            super().__init__(name_scope)
            self.built_for = []

        def build_once(self, inputs):
            self.built_for.append(inputs.shape[0])

        def forward(self, inputs):
            x = fluid.layers.relu(inputs)
            self._x_for_debug = x
            return [fluid.layers.reduce_sum(fluid.layers.elementwise_mul(x, x))]

    with fluid.dygraph.guard():
        layer = MyLayer("my_layer")
        for _ in range(2):
            x = layer(to_variable(np.array([1.0, 2.0, -1.0], np.float32)))[0]
            x.backward()
        assert layer._x_for_debug.gradient().tolist() == [2.0, 4.0, 0.0]
        assert layer.built_for == [3] and layer.full_name() == "my_layer/MyLayer_0"


def test_a_py_layer_has_a_gradient_in_numpy():
    class Tanh(fluid.PyLayer):
        def __init__(self):
            super().__init__()

        @staticmethod
        def forward(inputs):
            return np.tanh(inputs[0])

        @staticmethod
        def backward(inputs):
            inp, out, dout = inputs
            return np.array(dout) * (1 - np.square(np.array(out)))

    with fluid.dygraph.guard():
        x = to_variable(ONES)
        outs = Tanh()(x)
        outs[0].backward()
        assert isinstance(outs, list)
        np.testing.assert_allclose(x.gradient(), 1 - np.tanh(ONES) ** 2, rtol=1e-6)


@pytest.mark.parametrize("release", ["1.4", "1.5"])
def test_digits_train_and_names_start_afresh(release):
    names, losses = [], []
    for _ in range(2):
        with fluid.dygraph.guard():
            fluid.default_startup_program().random_seed = 90
            fluid.default_main_program().random_seed = 90
            model = Digits("mnist", release)
            optimizer = fluid.optimizer.AdamOptimizer(learning_rate=0.01)
            losses.append([float(step(model, optimizer)[0]) for _ in range(8)])
            names.append([p.name for p in model.parameters()])
            assert model._first._conv2d._filter_param.shape == [4, 1, 5, 5]
            assert model._first._conv2d._bias_param.numpy().mean() != 0
    assert names[0] == names[1] and losses[0] == losses[1]
    assert names[0][0] == "mnist/Digits_0/Block_0/Conv2D_0.w_0" and names[0][-1] == "mnist/Digits_0/FC_0.b_0"
    assert losses[0][-1] < losses[0][0] - 0.2


def test_persistables_of_1_4(tmp_path):
    with fluid.dygraph.guard():
        model = Digits("mnist")
        optimizer = fluid.optimizer.SGDOptimizer(learning_rate=1e-3)
        step(model, optimizer)
        fluid.dygraph.save_persistables(model.state_dict(), str(tmp_path / "save_dir"))
        saved = {p.name: p.numpy() for p in model.parameters()}
        step(model, optimizer)
        loaded = fluid.dygraph.load_persistables(model.state_dict(), str(tmp_path / "save_dir"))
        assert list(loaded) == [p.name for p in model.parameters()]
        model.load_dict(loaded)
        assert all(np.array_equal(p.numpy(), saved[p.name]) for p in model.parameters())
        fluid.dygraph.save_persistables(model.state_dict(), str(tmp_path), "all")
        assert os.path.isfile(tmp_path / "all")
        again = fluid.dygraph.load_persistables(model.state_dict(), str(tmp_path), "all")
        assert all(np.array_equal(again[name].numpy(), saved[name]) for name in saved)


def test_persistables_of_1_5_wait_for_the_first_forward(tmp_path, capsys):
    where = str(tmp_path / "save_dir")
    with fluid.dygraph.guard():
        model = Digits("mnist")
        decay = fluid.dygraph.ExponentialDecay(0.01, decay_steps=1, decay_rate=0.5)
        optimizer = fluid.optimizer.SGD(learning_rate=decay, name="sgd")
        step(model, optimizer)
        step(model, optimizer)
        fluid.dygraph.save_persistables(model.state_dict(), where, optimizer)
        saved = {p.name: p.numpy() for p in model.parameters()}
        want = model(to_variable(IMAGES)).numpy()
    with fluid.dygraph.guard():
        model = Digits("mnist")
        parameters, optimizers = fluid.dygraph.load_persistables(where)
        assert not model.parameters()  # none is made yet
        model.load_dict(parameters)
        model.eval()
        out = model(to_variable(IMAGES))
        assert np.array_equal(out.numpy(), want) and out.stop_gradient
        assert all(np.array_equal(p.numpy(), saved[p.name]) for p in model.parameters())
        model.train()
        optimizer = fluid.optimizer.SGD(learning_rate=0.1, name="sgd")
        optimizer.load(optimizers)
        assert optimizer.current_step_lr() == 0.0025
    assert capsys.readouterr().out == ""
    with fluid.dygraph.guard():
        fluid.dygraph.save_persistables(Digits("x", "1.4").state_dict(), where)
        fluid.dygraph.load_persistables(str(tmp_path / "save_dir" / "x"))
    assert "No optimizer loaded" in capsys.readouterr().out


def test_save_dygraph(tmp_path):
    prefix = str(tmp_path / "model")
    with fluid.dygraph.guard():
        linear = fluid.dygraph.Linear(3, 2)
        adam = fluid.optimizer.Adam(0.1, parameter_list=linear.parameters())
        fluid.layers.mean(linear(to_variable(np.ones((4, 3), "float32")))).backward()
        adam.minimize(fluid.layers.mean(linear.weight))
        fluid.save_dygraph(linear.state_dict(), prefix)
        fluid.save_dygraph(adam.state_dict(), prefix)
        weight = linear.weight.numpy()
    assert sorted(os.listdir(tmp_path)) == ["model.pdopt", "model.pdparams"]
    with fluid.dygraph.guard():
        linear = fluid.dygraph.Linear(3, 2)
        adam = fluid.optimizer.Adam(0.1, parameter_list=linear.parameters())
        parameters, state = fluid.load_dygraph(prefix)
        linear.set_dict(parameters)
        adam.set_dict(state)
        assert np.array_equal(linear.weight.numpy(), weight)
        assert any("moment1" in name for name in adam.state_dict())


def test_eval_is_for_the_whole_guard():
    with fluid.dygraph.guard():
        layer = fluid.dygraph.Linear(2, 2)
        x = to_variable(ONES)
        layer.eval()
        assert layer(x).stop_gradient
        assert fluid.layers.dropout(x, 0.5).numpy().tolist() == (ONES * 0.5).tolist()
        layer.train()
        assert not layer(x).stop_gradient
        assert set(fluid.layers.dropout(to_variable(np.ones(100, "float32")), 0.5).numpy()) == {0.0, 1.0}


def test_layers_in_the_forms_of_both_releases():
    x = np.ones((2, 4, 6, 6), "float32")
    made = {
        "Conv2D": lambda L: (L.Conv2D("c", 3, 3), L.Conv2D(4, 3, 3)),
        "Conv2DTranspose": lambda L: (L.Conv2DTranspose("c", 3, None, 3), L.Conv2DTranspose(4, 3, 3)),
        "GroupNorm": lambda L: (L.GroupNorm("g", 2), L.GroupNorm(4, 2)),
        "LayerNorm": lambda L: (L.LayerNorm("l", begin_norm_axis=1), L.LayerNorm([4, 6, 6])),
        "BatchNorm": lambda L: (L.BatchNorm("b", 4), L.BatchNorm(4)),
        "PRelu": lambda L: (L.PRelu("p", "channel"), L.PRelu("channel", 4)),
        "Pool2D": lambda L: (L.Pool2D("p", 2), L.Pool2D(2)),
        "SpectralNorm": lambda L: (L.SpectralNorm("s", dim=1), L.SpectralNorm([2, 4, 6, 6], dim=1)),
    }
    for name, make in made.items():
        with fluid.dygraph.guard():
            old, new = make(fluid.dygraph)
            shapes = [layer(to_variable(x)).shape for layer in (old, new)]
            assert shapes[0] == shapes[1], name
            assert [p.shape for p in old.parameters()] == [p.shape for p in new.parameters()], name
    with fluid.dygraph.guard():
        table = fluid.dygraph.Embedding("e", [5, 3])
        assert table(to_variable(np.array([[1], [2]]))).shape == [2, 3]
        fc = fluid.dygraph.FC("fc", 3, num_flatten_dims=2)
        assert fc(to_variable(np.ones((2, 5, 4), "float32"))).shape == [2, 5, 3] and fc.weight.shape == [4, 3]


def test_declarative_compiles_a_layer():
    class Net(Layer):
        def __init__(self):
            super().__init__()
            self.fc = fluid.dygraph.Linear(4, 4, act="relu")

        @fluid.dygraph.declarative
        def forward(self, x):
            y = self.fc(x)
            if fluid.layers.reduce_sum(y) > 1e6:
                y = y * 0.0
            return fluid.layers.reduce_mean(y)

    with fluid.dygraph.guard():
        net = Net()
        x = to_variable(RNG.rand(3, 4).astype("float32"))
        loss = net(x)
        loss.backward()
        assert loss.shape == [1]
        np.testing.assert_allclose(
            loss.numpy(), np.maximum(x.numpy() @ net.fc.weight.numpy(), 0).mean(), rtol=1e-5
        )
        assert net.fc.weight.gradient() is not None


def test_who_leaves_a_guard_is_in_static_mode():
    before = paddle.nn.Linear(2, 2).weight.name
    with fluid.dygraph.guard():
        assert fluid.in_dygraph_mode() and paddle.nn.Linear(2, 2).weight.name == "linear_0.w_0"
    assert not fluid.in_dygraph_mode() and not paddle.in_dynamic_mode() and before.startswith("linear_")
    paddle.disable_static()
    assert paddle.ones([2, 2]).mean().shape == []
    fluid.enable_dygraph()
    assert fluid.in_dygraph_mode()
    fluid.disable_dygraph()
    assert not fluid.in_dygraph_mode()


def test_every_name_of_1_8_is_there_or_says_why_not():
    names = pathlib_names()
    assert len([n for n in names if n in fluid.layers.absent.TABLE]) + 180 < len(names)
    for name in names:
        assert callable(getattr(fluid.layers, name)), name


def pathlib_names():
    here = os.path.join(os.path.dirname(__file__), "..", "golden", "fluid", "names.txt")
    with open(here) as file:
        return file.read().split()


def test_a_traced_layer(tmp_path):
    D = fluid.dygraph

    class Net(fluid.Layer):
        def __init__(self):
            super().__init__()
            self.conv, self.norm = D.Conv2D(1, 4, 3), D.BatchNorm(4, act="relu")
            self.out = D.Linear(4 * 36, 5, act="softmax")

        def forward(self, x):
            y = fluid.layers.reshape(self.norm(self.conv(x)), [-1, 4 * 36])
            return self.out(y), fluid.layers.reduce_max(y, 1)

    images = np.random.RandomState(0).rand(3, 1, 8, 8).astype("float32")
    with D.guard():
        net = Net()
        net.eval()
        outs, traced = D.TracedLayer.trace(net, inputs=[to_variable(images[:2])])
        whole = [out.numpy() for out in net(to_variable(images))]
        np.testing.assert_allclose(outs[0].numpy(), whole[0][:2], rtol=1e-5)
        for found, want in zip(traced([to_variable(images)]), whole, strict=True):
            np.testing.assert_allclose(found, want, rtol=1e-5, atol=1e-6)
        traced.save_inference_model(str(tmp_path / "model"), feed=[0], fetch=[0])
        with pytest.raises(ValueError, match="takes 1 inputs, but got 2"):
            traced([images, images])
        with pytest.raises(TypeError, match="takes a fluid.dygraph.Layer and Variables"):
            D.TracedLayer.trace(net, [images])
    exe = fluid.Executor()
    program, feeds, fetches = fluid.io.load_inference_model(str(tmp_path / "model"), exe)
    (found,) = exe.run(program, feed={feeds[0]: images}, fetch_list=fetches)
    np.testing.assert_allclose(found, whole[0], rtol=1e-5, atol=1e-6)
    with pytest.raises(RuntimeError, match="We only support it in fluid.dygraph.guard"):
        D.TracedLayer.trace(net, [images])
