"""A function that runs in train and in eval mode by turns, and is saved after training."""

import numpy as np

import paddlelite as paddle
from paddlelite import nn
from paddlelite.jit import to_static
from paddlelite.static import InputSpec


class Net(nn.Layer):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)
        self.drop = nn.Dropout(0.5)
        self.norm = nn.BatchNorm1D(4)

    def forward(self, x):
        x = self.drop(self.norm(self.fc(x)))
        if self.training:
            x = x + 100
        return x


def batch():
    return paddle.to_tensor(np.linspace(-1, 1, 12, dtype="float32").reshape(3, 4))


def test_both_modes_keep_their_program():
    net = to_static(Net())
    for _ in range(3):
        net.train()
        assert net(batch()).numpy().mean() > 50
        net.eval()
        assert net(batch()).numpy().mean() < 50
    assert len(net.forward.program_cache) == 2


def test_a_value_that_always_changes_does_not_fill_the_memory():
    class Counting(nn.Layer):
        def __init__(self):
            super().__init__()
            self.count = 0

        def forward(self, x):
            return x + self.count

    net = to_static(Counting())
    for number in range(20):
        net.count = number
        assert float(net(paddle.zeros([1]))) == number
    assert len(net.forward.program_cache) <= 8


def test_what_was_trained_is_saved_in_eval_mode(tmp_path):
    """With a spec, and without one (the last call, which was in train mode, gives the shapes)."""
    for spec in ([InputSpec([None, 4], "float32", "x")], None):
        net = to_static(Net(), input_spec=spec)
        net.train()
        net(batch()).sum().backward()
        paddle.jit.save(net, str(tmp_path / "net"))
        assert net.training
        net.eval()
        np.testing.assert_allclose(
            paddle.jit.load(str(tmp_path / "net"))(batch()).numpy(), net(batch()).numpy(), atol=1e-5
        )
