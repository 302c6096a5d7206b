"""A whole small training, with losses and accuracies recorded from PaddlePaddle 3.3.1 running the same script."""

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite import io, nn

RECORDED = [(0.39043861627578735, 0.6875), (0.17950057983398438, 0.9375), (0.06245320290327072, 0.96875)]


class Signs(io.Dataset):
    def __init__(self):
        self.x = np.random.RandomState(0).randn(64, 8).astype("float32")
        self.y = (self.x.sum(1) > 0).astype("int64")

    def __getitem__(self, index):
        return self.x[index], self.y[index]

    def __len__(self):
        return 64


def weights(*shape):
    return nn.initializer.Assign(np.random.RandomState(sum(shape)).randn(*shape).astype("float32") * 0.3)


def test_the_same_script_gives_paddles_losses():
    net = nn.Sequential(
        nn.Linear(8, 16, weight_attr=weights(8, 16)),
        nn.ReLU(),
        nn.Linear(16, 2, weight_attr=weights(16, 2), bias_attr=paddle.ParamAttr(learning_rate=2.0)),
    )
    schedule = paddle.optimizer.lr.CosineAnnealingDecay(0.05, T_max=20)
    optimizer = paddle.optimizer.AdamW(
        schedule, parameters=net.parameters(), weight_decay=0.05, grad_clip=nn.ClipGradByGlobalNorm(0.5)
    )
    np.random.seed(1)
    for epoch, (last_loss, accuracy) in enumerate(RECORDED):
        metric = paddle.metric.Accuracy()
        for x, y in io.DataLoader(Signs(), batch_size=16, shuffle=True, num_workers=epoch % 2 * 2):
            out = net(x)
            loss = nn.functional.cross_entropy(out, y)
            loss.backward()
            optimizer.step()
            optimizer.clear_grad()
            schedule.step()
            metric.update(metric.compute(out, y))
        assert float(loss) == pytest.approx(last_loss, rel=1e-4) and metric.accumulate() == accuracy
