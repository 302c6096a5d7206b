"""Layers at work: dropout, running statistics, captures, gradients through recurrent networks, summary, bad input."""

import numpy as np
import pytest

import paddlelite as paddle
import paddlelite.nn.functional as F
from paddlelite import nn
from paddlelite.capture import Capture
from paddlelite.framework import unique_name
from paddlelite.interpret import run_program
from paddlelite.op import Spec


def x_of(*shape, seed=0):
    return paddle.to_tensor(np.random.RandomState(seed).randn(*shape).astype("float32"))


def test_dropout():
    x = paddle.ones([200, 200])
    paddle.seed(3)
    y = F.dropout(x, 0.25).numpy()
    assert set(np.unique(y)) == {0.0, np.float32(1 / 0.75)} and abs((y == 0).mean() - 0.25) < 0.01
    paddle.seed(3)
    np.testing.assert_array_equal(F.dropout(x, 0.25).numpy(), y)
    assert F.dropout(x, 0.25, training=False) is x
    np.testing.assert_allclose(F.dropout(x, 0.25, training=False, mode="downscale_in_infer").numpy(), 0.75)
    assert set(np.unique(F.dropout(x, 0.25, mode="downscale_in_infer").numpy())) == {0.0, 1.0}
    rows = F.dropout(x, 0.5, axis=0).numpy()
    assert (rows.min(axis=1) == rows.max(axis=1)).all() and 0 < rows.mean() < 2
    channels = F.dropout2d(paddle.ones([4, 8, 3, 3]), 0.5).numpy().reshape(32, 9)
    assert (channels.min(1) == channels.max(1)).all() and len(np.unique(channels)) == 2
    noise = x_of(100, 100)
    kept = F.alpha_dropout(noise, 0.3).numpy()
    assert abs(kept.mean() - noise.numpy().mean()) < 0.05 and abs(kept.std() - 1) < 0.05


def test_dropout_gradient_uses_the_mask():
    x = x_of(50, 4)
    x.stop_gradient = False
    y = F.dropout(x, 0.5)
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), np.where(y.numpy() == 0, 0, 2))


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: F.dropout(x_of(2), 1.5), ValueError, "between 0 and 1"),
        (lambda: F.dropout(x_of(2), "p"), TypeError, "number"),
        (lambda: F.dropout(x_of(2), mode="x"), ValueError, "upscale_in_train"),
        (lambda: F.dropout2d(x_of(2, 3)), ValueError, "dimensions of x should be 4"),
        (lambda: F.linear(x_of(2, 3), x_of(4, 5), x_of(5)), ValueError, "inner dimension"),
        (
            lambda: F.linear(np.ones([2, 3]), x_of(3, 5), x_of(5)),
            ValueError,
            "must be Tensor, but got ndarray",
        ),
        (
            lambda: F.embedding(paddle.to_tensor([5]), x_of(5, 2)),
            ValueError,
            "expected >= 0 and < 5, but got 5",
        ),
        (lambda: F.embedding(paddle.to_tensor([-1]), x_of(5, 2)), ValueError, "but got -1"),
        (lambda: F.embedding(x_of(2), x_of(5, 2)), ValueError, "must be integers"),
        (lambda: F.one_hot(paddle.to_tensor([3]), 3), ValueError, "less than depth"),
        (
            lambda: F.cross_entropy(x_of(2, 3), paddle.to_tensor([0, 3])),
            (ValueError, IndexError),
            "out of bounds",
        ),
        (lambda: F.cross_entropy(x_of(2, 3), paddle.to_tensor([0, 1, 2])), ValueError, "dimension of Label"),
        (lambda: F.cross_entropy(x_of(2, 3), x_of(2, 3)), ValueError, "labels are integers"),
        (
            lambda: F.cross_entropy(x_of(2, 3), paddle.to_tensor([0, 1]), reduction="max"),
            ValueError,
            "'reduction'",
        ),
        (
            lambda: F.cross_entropy(x_of(6, 3), paddle.to_tensor([[1]])),
            ValueError,
            "dimension of Label should be 6",
        ),
        (lambda: F.nll_loss(x_of(6, 3), paddle.to_tensor([1])), ValueError, "do not fit"),
        (lambda: F.binary_cross_entropy(x_of(6, 3), x_of(1, 3)), ValueError, "shall have the same shape"),
        (lambda: F.binary_cross_entropy_with_logits(x_of(6, 3), x_of(3)), ValueError, "same shape"),
        (lambda: F.mse_loss(x_of(2), x_of(2), "max"), ValueError, "reduction"),
        (lambda: nn.L1Loss("max"), ValueError, "reduction"),
        (lambda: nn.MSELoss(size=3), TypeError, "takes the arguments"),
        (lambda: F.batch_norm(x_of(2, 3), x_of(4), x_of(4)), ValueError, "must equal to"),
        (lambda: F.batch_norm(x_of(2, 3), x_of(3), x_of(3), data_format="X"), ValueError, "data_format"),
        (lambda: nn.BatchNorm2D(3)(x_of(2, 3)), ValueError, "expected 4D input"),
        (lambda: F.layer_norm(x_of(2, 3), [4]), ValueError, "expected input with shape"),
        (lambda: F.group_norm(x_of(2, 3, 4), 2), ValueError, "must divide the number of channels"),
        (lambda: nn.Conv2D(3, 4, 3, groups=2), ValueError, "divisible by groups"),
        (lambda: nn.Conv2D(3, 4, 3, padding_mode="x"), ValueError, "padding_mode"),
        (lambda: nn.LSTM(2, 0), ValueError, "hidden_size of LSTMCell must be greater than 0"),
        (lambda: nn.LSTM(2, 3, direction="up"), ValueError, "direction should be forward or bidirect"),
        (lambda: nn.LSTM(2, 3)(x_of(2, 3, 4)), ValueError, "Input size in RNN is 2"),
        (lambda: nn.LSTM(2, 3)(x_of(2, 4)), ValueError, "3-D"),
        (lambda: nn.LSTM(2, 3)(x_of(1, 3, 2), (x_of(1, 1, 4),) * 2), ValueError, "initial states"),
        (lambda: nn.MultiHeadAttention(5, 2), ValueError, "divisible by num_heads"),
        (lambda: nn.Embedding(0, 2), ValueError, "num_embeddings must be bigger than 0"),
        (lambda: nn.Embedding(3, 2, padding_idx=3), ValueError, "padding_idx must be within"),
    ],
)
def test_bad_input(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_running_statistics_are_state_of_a_program():
    layer, x = nn.BatchNorm1D(3), np.random.RandomState(0).randn(6, 3).astype("float32")
    eager = nn.BatchNorm1D(3)
    want = eager(paddle.to_tensor(x)).numpy()
    with Capture() as c:
        value = c.input(Spec((6, 3), paddle.float32), "x")
        program = c.finish([layer(value)])
    assert [t is s for (t, _), s in zip(program.state, (layer._mean, layer._variance), strict=True)] == [
        True,
        True,
    ]
    got = run_program(program, [x])
    np.testing.assert_allclose(got[0], want, rtol=1e-6)
    np.testing.assert_allclose(got[1], eager._mean.numpy(), rtol=1e-6)
    assert not layer._mean.numpy().any()
    layer.eval()
    assert layer(paddle.to_tensor(x)).shape == [6, 3] and not layer._mean.numpy().any()


def test_captured_layers_know_their_path():
    net = nn.Sequential(nn.Sequential(nn.Linear(2, 3)), nn.ReLU())
    with Capture() as c:
        value = c.input(Spec((4, 2), paddle.float32), "x")
        program = c.finish([net(value)])
    assert program.block.nodes[0].scope.endswith("0/0") and program.block.nodes[-1].scope.endswith("1")


@pytest.mark.parametrize("kind", [nn.SimpleRNN, nn.LSTM, nn.GRU])
def test_fused_network_is_its_cell_step_by_step(kind):
    net, x = kind(4, 3), x_of(2, 5, 4)
    length = paddle.to_tensor([5, 3], dtype="int32")
    outputs, final = net(x, sequence_length=length)
    cell = net[0].cell
    loose, last = nn.RNN(cell)(x, sequence_length=length)
    np.testing.assert_allclose(outputs.numpy()[0], loose.numpy()[0], rtol=1e-5, atol=1e-6)
    assert not outputs.numpy()[1, 3:].any()
    one = final[0] if isinstance(final, tuple) else final
    np.testing.assert_allclose(
        one.numpy()[0], (last[0] if isinstance(last, tuple) else last).numpy(), rtol=1e-5, atol=1e-6
    )


def test_recurrent_dropout_and_states():
    net, x = nn.LSTM(4, 3, num_layers=2, dropout=0.5), x_of(2, 5, 4)
    paddle.seed(1)
    first = net(x)[0].numpy()
    assert (first != net(x)[0].numpy()).any()
    net.eval()
    np.testing.assert_array_equal(net(x)[0].numpy(), net(x)[0].numpy())
    outputs, (h, c) = net(x[:, :2])
    again, _ = net(x[:, 2:], (h, c))
    np.testing.assert_allclose(again.numpy(), net(x)[0].numpy()[:, 2:], rtol=1e-5, atol=1e-6)
    assert outputs.shape == [2, 2, 3] and h.shape == [2, 2, 3]
    # In evaluation, with gradients recorded, backward works too.
    net(x)[0].sum().backward()
    assert net.weight_ih_l0.grad is not None


def test_caches_continue_a_transformer():
    paddle.seed(0)
    layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0)
    x = x_of(2, 4, 8)
    cache = layer.gen_cache(x)
    causal = paddle.to_tensor(np.triu(np.full([4, 4], -np.inf, "float32"), 1))
    want = layer(x, causal).numpy()
    steps = []
    for i in range(4):
        y, cache = layer(x[:, i : i + 1], None, cache)
        steps.append(y.numpy())
    np.testing.assert_allclose(np.concatenate(steps, 1), want, rtol=1e-4, atol=1e-5)


def test_summary(capsys):
    class Net(nn.Layer):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2D(3, 32, (3, 3), stride=2)
            self.pool = nn.AdaptiveAvgPool2D((1, 1))
            self.fc1 = nn.Linear(32, 8)

        def forward(self, x):
            return self.fc1(paddle.squeeze(self.pool(F.relu(self.conv1(x))), axis=[2, 3]))

    with unique_name.guard():
        net = Net()
    net.train()
    assert paddle.summary(net, (None, 3, 32, 32)) == {"total_params": 1160, "trainable_params": 1160}
    # recorded from PaddlePaddle 3.3.1
    assert capsys.readouterr().out.splitlines() == [
        "-------------------------------------------------------------------------------",
        "   Layer (type)         Input Shape          Output Shape         Param #    ",
        "===============================================================================",
        "     Conv2D-1         [[1, 3, 32, 32]]     [1, 32, 15, 15]          896      ",
        "AdaptiveAvgPool2D-1  [[1, 32, 15, 15]]      [1, 32, 1, 1]            0       ",
        "     Linear-1            [[1, 32]]              [1, 8]              264      ",
        "===============================================================================",
        "Total params: 1,160",
        "Trainable params: 1,160",
        "Non-trainable params: 0",
        "-------------------------------------------------------------------------------",
        "Input size (MB): 0.01",
        "Forward/backward pass size (MB): 0.06",
        "Params size (MB): 0.00",
        "Estimated Total Size (MB): 0.07",
        "-------------------------------------------------------------------------------",
        "",
    ]
    assert net.conv1.training
    net.conv1.weight.stop_gradient = True
    assert paddle.summary(net, input=paddle.ones([2, 3, 32, 32]))["trainable_params"] == 1160 - 864
    for bad, words in (
        ({}, "cannot be None"),
        ({"input_size": (0, 3)}, "greater than zero"),
        ({"input_size": "a"}, "size"),
    ):
        with pytest.raises((ValueError, TypeError), match=words):
            paddle.summary(net, **bad)
    with pytest.raises(TypeError, match="needs a Layer"):
        paddle.summary(3, (1, 2))
