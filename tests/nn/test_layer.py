"""Layer: registration, names, state, hooks, modes, copies."""

import copy
import pickle
import warnings

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite import nn
from paddlelite.framework import unique_name


class Net(nn.Layer):
    def __init__(self):
        super().__init__()
        self.weight = self.create_parameter([2, 3])
        self.bias = self.create_parameter([3], is_bias=True)
        self.register_buffer("kept", paddle.ones([2]))
        self.register_buffer("passing", paddle.ones([2]), persistable=False)
        self.plain = paddle.ones([3])
        self.items = nn.LayerList([nn.Linear(3, 3)])
        self.named = nn.LayerDict({"a": nn.Linear(3, 1)})
        self.shared = nn.ParameterList([self.weight])

    def forward(self, x):
        return self.named["a"](self.items[0](paddle.matmul(x, self.weight) + self.bias))


@pytest.fixture
def net():
    with unique_name.guard():
        return Net()


def test_names(net):
    assert net.full_name() == "net_0"
    assert (net.weight.name, net.bias.name) == ("net_0.w_0", "net_0.b_0")
    assert net.items[0].weight.name == "linear_0.w_0"
    assert [n for n, _ in net.named_sublayers()] == ["items", "items.0", "named", "named.a", "shared"]
    with unique_name.guard():
        assert [nn.BatchNorm2D(2).full_name(), nn.LSTMCell(2, 2).full_name()] == [
            "batch_norm2d_0",
            "lstm_cell_0",
        ]
        assert nn.Layer("scope").full_name() == "scope_0"


def test_parameters_buffers_and_state(net):
    names = ["weight", "bias", "items.0.weight", "items.0.bias", "named.a.weight", "named.a.bias"]
    assert [n for n, _ in net.named_parameters()] == names
    assert [n for n, _ in net.named_buffers()] == ["kept", "passing", "plain"]
    # recorded from PaddlePaddle 3.3.1: a tied parameter is listed under each of its names
    assert list(net.state_dict()) == [names[0], names[1], "kept", *names[2:], "shared.0"]
    assert list(net.to_static_state_dict()) == [
        names[0],
        names[1],
        "kept",
        "passing",
        "plain",
        *names[2:],
        "shared.0",
    ]
    assert net.state_dict()["weight"] is net.weight
    assert len(net.parameters(include_sublayers=False)) == 2


def test_set_state_dict(net):
    state = {k: v.numpy() + 1 for k, v in net.state_dict().items()}
    assert net.set_state_dict(state) == ([], [])
    np.testing.assert_array_equal(net.kept.numpy(), [2, 2])
    del state["bias"]
    state["weight"], state["unknown"] = np.zeros([5, 5], "float32"), np.zeros([1])
    before = net.bias.numpy()
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        missing, unexpected = net.set_state_dict(state)
    assert missing == ["weight", "bias"] and unexpected == ["unknown", "weight"]
    assert "bias is not found" in str(seen[1].message) and "expected shape is [2, 3]" in str(seen[0].message)
    np.testing.assert_array_equal(net.bias.numpy(), before)
    by_name = {p.name: p.numpy() * 0 for p in net.parameters()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        net.set_state_dict(by_name, use_structured_name=False)
    assert not net.weight.numpy().any()


def test_attributes(net):
    with pytest.raises(
        TypeError, match="assignment to parameter 'weight' should be of type Parameter or None"
    ):
        net.weight = 3
    with pytest.raises(TypeError, match="assignment to sublayer 'items' should be of type Layer or None"):
        net.items = 3
    with pytest.raises(TypeError, match="assignment to buffer 'kept'"):
        net.kept = 3
    with pytest.raises(AttributeError, match="'Net' object has no attribute 'nothing'"):
        net.nothing  # noqa: B018
    net.bias = None
    assert net.bias is None and "bias" not in net.state_dict()
    net.weight = nn.Linear(1, 1)
    assert "weight" in dict(net.named_sublayers()) and "weight" not in dict(
        net.named_parameters(include_sublayers=False)
    )
    del net.kept
    assert not hasattr(net, "kept")
    net.number = 5
    assert net.number == 5 and "weight" in dir(net)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda n: n.add_parameter("p", 3), TypeError, "should be a Parameter, but received int"),
        (lambda n: n.add_parameter("", None), KeyError, "can not be empty"),
        (lambda n: n.add_parameter("a.b", None), KeyError, "can not contain"),
        (lambda n: n.add_parameter("training", None), KeyError, "already exists"),
        (lambda n: n.register_buffer("b", 3), TypeError, "should be a Paddle.Tensor, but received int"),
        (lambda n: n.add_sublayer("s", 3), TypeError, "should be a Layer, but received int"),
        (lambda n: n.set_state_dict(3), TypeError, "needs a dict"),
        (lambda n: n.astype(), ValueError, "needs a dtype"),
        (lambda n: nn.Layer()(1), NotImplementedError, "has no forward"),
        (lambda n: n.create_parameter([-1]), ValueError, "greater than 0"),
        (lambda n: n.items[7], IndexError, "out of range"),
        (lambda n: n.get_sublayer("items.9"), AttributeError, "9"),
    ],
)
def test_refusals(net, call, error, words):
    with pytest.raises(error, match=words):
        call(net)


def test_super_first():
    class Late(nn.Layer):
        def __init__(self):
            self.fc = nn.Linear(1, 1)

    with pytest.raises(ValueError, match=r"super\(\).__init__\(\) should be called first"):
        Late()


def test_hooks(net):
    layer, seen = net.items[0], []
    x = paddle.ones([1, 3])
    want = layer(x).numpy()
    before = layer.register_forward_pre_hook(lambda _, inputs: seen.append("pre") or (inputs[0] * 0,))
    after = layer.register_forward_post_hook(lambda _, inputs, out: seen.append("post") or out * 2)
    np.testing.assert_allclose(layer(x).numpy(), 2 * layer.bias.numpy()[None], rtol=1e-6)
    before.remove()
    after.remove()
    after.remove()
    np.testing.assert_array_equal(layer(x).numpy(), want)
    assert seen == ["pre", "post"]
    with_kwargs = layer.register_forward_pre_hook(
        lambda _, args, kwargs: ((), {"input": args[0]}), with_kwargs=True
    )
    np.testing.assert_array_equal(layer(x).numpy(), want)
    with_kwargs.remove()
    layer.register_forward_post_hook(lambda *_: seen.append("always"), always_call=True)
    with pytest.raises(ValueError, match="matmul"):
        layer(paddle.ones([1, 5]))
    assert seen[-1] == "always"


def test_modes_apply_and_casts(net):
    net.eval()
    assert not any(layer.training for layer in net.sublayers(include_self=True))
    net.train()
    assert net.items[0].training
    order = []
    net.apply(lambda layer: order.append(type(layer).__name__))
    assert order[-1] == "Net" and order[0] == "Linear"
    net.to(dtype="float64")
    assert net.weight.dtype == paddle.float64 and net.kept.dtype == paddle.float64
    assert net(paddle.ones([1, 2], "float64")).dtype == paddle.float64
    assert net.float().weight.dtype == paddle.float32


def test_gradients_and_clear(net):
    net(paddle.ones([1, 2])).sum().backward()
    assert net.weight.grad is not None
    net.clear_gradients()
    assert not net.weight.grad.numpy().any()
    net.clear_gradients(set_to_zero=False)
    assert net.weight.grad is None


def test_copies(net):
    other = copy.deepcopy(net)
    assert other.weight.name.startswith("net_0.w_0_deepcopy_") and other.shared[0] is other.weight
    other.weight.set_value(np.zeros([2, 3]))
    assert net.weight.numpy().any() and not other.weight.stop_gradient
    back = pickle.loads(pickle.dumps(net))
    assert back.weight.name == net.weight.name and isinstance(back.weight, nn.Parameter)
    x = paddle.ones([1, 2])
    np.testing.assert_array_equal(back(x).numpy(), net(x).numpy())


def test_parameters_take_attributes():
    attr = paddle.ParamAttr(name="mine", learning_rate=0.1, trainable=False, need_clip=False)
    p = nn.Layer().create_parameter([2], attr=attr)
    assert (p.name, p.trainable, p.need_clip, p.optimize_attr) == (
        "mine",
        False,
        False,
        {"learning_rate": 0.1},
    )
    assert nn.Linear(2, 3, bias_attr=False).bias is None
    p = nn.Layer().create_parameter([2], attr=nn.initializer.Constant(2.0))
    np.testing.assert_array_equal(p.numpy(), [2, 2])
    p.trainable = True
    assert not p.stop_gradient
    with pytest.raises(ValueError, match="trainable MUST be bool"):
        p.trainable = 1


def test_repr():
    layer = nn.Sequential(nn.Conv2D(1, 6, 3, padding=1), nn.BatchNorm2D(6), nn.Dropout(0.3))
    # recorded from PaddlePaddle 3.3.1
    assert repr(layer) == (
        "Sequential(\n"
        "  (0): Conv2D(1, 6, kernel_size=[3, 3], padding=1, data_format=NCHW)\n"
        "  (1): BatchNorm2D(num_features=6, momentum=0.9, epsilon=1e-05)\n"
        "  (2): Dropout(p=0.3, axis=None, mode=upscale_in_train, inplace=False)\n"
        ")"
    )
    assert repr(nn.GRU(2, 3)) == "GRU(2, 3\n  (0): RNN(\n    (cell): GRUCell(2, 3)\n  )\n)"


def test_containers():
    layers = [nn.Linear(2, 2) for _ in range(3)]
    seq = nn.Sequential(("a", layers[0]), ("b", layers[1]))
    assert seq["a"] is layers[0] and seq[1] is layers[1] and len(seq[:1]) == 1
    seq.append(layers[2])
    assert list(seq) == layers
    many = nn.LayerList(layers)
    many.insert(1, nn.ReLU())
    assert [type(x).__name__ for x in many] == ["Linear", "ReLU", "Linear", "Linear"]
    assert many.pop(1) is not None and list(many) == layers and many[-1] is layers[2]
    del many[0]
    assert list(many) == layers[1:] and [n for n, _ in many.named_children()] == ["0", "1"]
    named = nn.LayerDict([("x", layers[0])])
    named["y"] = layers[1]
    assert (
        "y" in named and list(named.keys()) == ["x", "y"] and named.pop("x") is layers[0] and len(named) == 1
    )
    with pytest.raises(KeyError):
        nn.Sequential()["missing"]
