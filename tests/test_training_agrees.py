"""Training under to_static gives eager's losses: 50 steps from one seed, with dropout and batch norm."""

import numpy as np
import pytest

import paddlelite as paddle
import paddlelite.nn.functional as F
from paddlelite import nn

STEPS, BATCH, LAST = 50, 8, 5


class ConvNet(nn.Layer):
    """Convolution, batch norm and dropout, with a branch on a tensor's value."""

    def __init__(self):
        super().__init__()
        # No bias: before a batch norm its gradient is rounding alone, which Adam would blow up to whole steps.
        self.conv1, self.norm = nn.Conv2D(1, 4, 3, padding=1, bias_attr=False), nn.BatchNorm2D(4)
        self.conv2, self.drop = nn.Conv2D(4, 6, 3), nn.Dropout(0.3)
        self.out = nn.Linear(24, 3)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.norm(self.conv1(x))), 2)
        x = self.drop(F.relu(self.conv2(x)))
        if x.mean() > 0.2:
            x = x * 0.5
        return self.out(paddle.flatten(x, 1))


class Classifier(nn.Layer):
    """An LSTM over a sequence, with batch norm and dropout on its last state."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(8, 12)
        self.norm, self.drop, self.out = nn.BatchNorm1D(12), nn.Dropout(0.2), nn.Linear(12, 3)

    def forward(self, x):
        x, _ = self.lstm(x)
        return self.out(self.drop(self.norm(x[:, -1])))


def sgd(layer):
    """SGD with a decaying rate and gradients of limited norm."""
    scheduler = paddle.optimizer.lr.StepDecay(0.1, step_size=10, gamma=0.7)
    return scheduler, paddle.optimizer.SGD(
        scheduler, parameters=layer.parameters(), grad_clip=nn.ClipGradByGlobalNorm(0.8)
    )


def adam(layer):
    """Adam with a warm-up."""
    scheduler = paddle.optimizer.lr.LinearWarmup(0.01, warmup_steps=10, start_lr=0.001, end_lr=0.01)
    return scheduler, paddle.optimizer.Adam(
        scheduler, parameters=layer.parameters(), grad_clip=nn.ClipGradByNorm(0.5), weight_decay=0.01
    )


def batches(shape):
    """Batches that can be learned; every fifth is short, as the last one of an epoch is."""
    rng = np.random.default_rng(7)
    for step in range(STEPS):
        label = rng.integers(0, 3, LAST if step % 5 == 4 else BATCH)
        x = 0.5 * rng.standard_normal((len(label), *shape)) + label.reshape(-1, *[1] * len(shape)) - 1
        yield paddle.to_tensor(x.astype("float32")), paddle.to_tensor(label)


def train(model, shape, optimizer, static):
    """(losses, the layer) of 50 steps from one seed."""
    paddle.seed(2024)
    layer = model()
    if static:
        layer = paddle.jit.to_static(layer)
    scheduler, opt = optimizer(layer)
    losses = []
    for x, label in batches(shape):
        loss = F.cross_entropy(layer(x), label)
        loss.backward()
        opt.step()
        opt.clear_grad()
        scheduler.step()
        losses.append(float(loss))
    return losses, layer


@pytest.mark.parametrize("optimizer", [sgd, adam])
@pytest.mark.parametrize(("model", "shape"), [(ConvNet, (1, 8, 8)), (Classifier, (6, 8))])
def test_fifty_steps(model, shape, optimizer):
    eager, plain = train(model, shape, optimizer, static=False)
    static, compiled = train(model, shape, optimizer, static=True)
    np.testing.assert_allclose(static, eager, rtol=1e-4)
    assert np.mean(eager[-10:]) < 0.8 * np.mean(eager[:10]), "it learned nothing, so agreeing proves little"
    # Weights and running statistics went the same way. Rounding differs a little, and 50 steps add it up.
    for (name, ours), theirs in zip(compiled.state_dict().items(), plain.state_dict().values(), strict=True):
        np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=2e-3, atol=2e-4, err_msg=name)
    # One trace for the first size, one for any size when the short batch came; no third for what follows.
    assert len(compiled.forward.program_cache) <= 2


@pytest.mark.parametrize(("model", "shape"), [(ConvNet, (1, 8, 8)), (Classifier, (6, 8))])
def test_evaluation_after_training(model, shape):
    """The mode is part of what was traced: eval uses the running statistics and drops nothing."""
    _, plain = train(model, shape, sgd, static=False)
    _, compiled = train(model, shape, sgd, static=True)
    x = paddle.to_tensor(np.random.default_rng(1).standard_normal((4, *shape)).astype("float32"))
    plain.eval(), compiled.eval()
    np.testing.assert_allclose(compiled(x).numpy(), plain(x).numpy(), rtol=2e-3, atol=2e-3)
    np.testing.assert_array_equal(compiled(x).numpy(), compiled(x).numpy())


def test_a_whole_step_inside_to_static():
    """forward and loss compiled together, in one function that takes the label as well."""

    def losses(static):
        paddle.seed(3)
        layer = ConvNet()

        def loss_of(x, label):
            return F.cross_entropy(layer(x), label)

        call = paddle.jit.to_static(loss_of) if static else loss_of
        scheduler, opt = sgd(layer)
        found = []
        for x, label in batches((1, 8, 8)):
            loss = call(x, label)
            loss.backward()
            opt.step()
            opt.clear_grad()
            scheduler.step()
            found.append(float(loss))
        return found

    np.testing.assert_allclose(losses(True), losses(False), rtol=1e-4)
