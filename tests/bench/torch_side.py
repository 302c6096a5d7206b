"""PyTorch's twins of `paddle_models` and their tasks: "static" and "loaded" are torch.compile."""

import os
import tempfile

import torch
import torch.nn.functional as F
from data import batch
from task import Task, inference, training
from torch import nn

DIRECTORY = tempfile.TemporaryDirectory(prefix="bench-")


class CifarNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 32, 3, stride=2)
        self.conv2 = nn.Conv2d(32, 64, 3, stride=2)
        self.conv3 = nn.Conv2d(64, 128, 3, stride=2)
        self.pool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc1 = nn.Linear(128, 8)

    def forward(self, x):
        x = F.relu(self.conv1(x))
        x = F.relu(self.conv2(x))
        x = F.relu(self.conv3(x))
        x = self.fc1(self.pool(x).squeeze(3).squeeze(2))
        return x / torch.linalg.vector_norm(x, dim=1, keepdim=True)


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 6, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2, 2),
            nn.Conv2d(6, 16, 5),
            nn.ReLU(),
            nn.MaxPool2d(2, 2),
        )
        self.fc = nn.Sequential(nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10))

    def forward(self, x):
        return self.fc(torch.flatten(self.features(x), 1))


class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10)
        )

    def forward(self, x):
        return self.layers(x)


class BasicBlock(nn.Module):
    def __init__(self, channels_in, channels, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.shortcut = None
        if stride != 1 or channels_in != channels:
            self.shortcut = nn.Sequential(
                nn.Conv2d(channels_in, channels, 1, stride=stride, bias=False), nn.BatchNorm2d(channels)
            )

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return F.relu(y + (x if self.shortcut is None else self.shortcut(x)))


class ResNet18(nn.Module):
    def __init__(self, classes=1000):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.pool = nn.MaxPool2d(3, 2, 1)
        widths = [(64, 64, 1), (64, 128, 2), (128, 256, 2), (256, 512, 2)]
        self.stages = nn.Sequential(
            *[nn.Sequential(BasicBlock(i, o, s), BasicBlock(o, o, 1)) for i, o, s in widths]
        )
        self.average = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(512, classes)

    def forward(self, x):
        x = self.pool(F.relu(self.bn1(self.conv1(x))))
        return self.fc(torch.flatten(self.average(self.stages(x)), 1))


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(64, 128, batch_first=True)
        self.fc = nn.Linear(128, 10)

    def forward(self, x):
        return self.fc(self.lstm(x)[0][:, -1])


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        layer = nn.TransformerEncoderLayer(128, 4, 512, dropout=0.0, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2)
        self.fc = nn.Linear(128, 10)

    def forward(self, x):
        return self.fc(self.encoder(x).mean(1))


def classification_loss(net, x, y):
    return F.cross_entropy(net(x), y)


def pair_loss(net, x, y):
    half = x.shape[0] // 2
    return F.cross_entropy(net(x[:half]) @ net(x[half:]).T * 5.0, y)


def adam(parameters):
    return torch.optim.Adam(parameters, lr=1e-4)


def sgd(parameters):
    return torch.optim.SGD(parameters, lr=1e-2)


def momentum(parameters):
    return torch.optim.SGD(parameters, lr=1e-2, momentum=0.9)


MODELS = {
    "cifar": (CifarNet, (20, 3, 32, 32), (10, None), pair_loss, adam),
    "lenet": (LeNet, (64, 1, 28, 28), (64, 10), classification_loss, adam),
    "mlp": (MLP, (64, 784), (64, 10), classification_loss, sgd),
    "resnet18": (ResNet18, (8, 3, 112, 112), (8, 1000), classification_loss, momentum),
    "lstm": (Recurrent, (16, 32, 64), (16, 10), classification_loss, adam),
    "transformer": (Transformer, (8, 64, 128), (8, 10), classification_loss, adam),
}


def train(name, static):
    layer, shape, labels, loss_of, optimizer = MODELS[name]
    x, y = map(torch.from_numpy, batch(shape, labels))
    net = layer().train()
    update = optimizer(net.parameters())
    model = torch.compile(net) if static else net

    def step(read):
        loss = loss_of(model, x, y)
        loss.backward()
        update.step()
        update.zero_grad()
        return float(loss.detach()) if read else None

    return training(step)


def infer(name, how):
    layer, shape, labels, _, _ = MODELS[name]
    x = torch.from_numpy(batch(shape, labels)[0])
    net = layer().eval()
    if how != "eager":
        net = torch.compile(net)

    def run():
        with torch.no_grad():
            return net(x)

    return inference(run, lambda out: out.reshape(-1)[:8].tolist())


def save():
    x = torch.zeros(2, 3, 112, 112)
    path = os.path.join(DIRECTORY.name, "saved.pt2")
    sizes = {"x": {0: torch.export.Dim("batch")}}
    return Task(
        lambda net: torch.export.save(torch.export.export(net, (x,), dynamic_shapes=sizes), path),
        prepare=lambda: ResNet18().eval(),
    )


def onnx():
    import onnxscript  # noqa: F401 - torch.onnx needs it; without it the task is refused at once

    x = torch.zeros(2, 3, 112, 112)
    path = os.path.join(DIRECTORY.name, "exported.onnx")
    return Task(
        lambda net: torch.onnx.export(net, (x,), path, dynamo=True), prepare=lambda: ResNet18().eval()
    )


def add():
    a, b = torch.ones(4, 4), torch.ones(4, 4)

    def step():
        for _ in range(1000):
            a + b

    return Task(step, count=1000)


def multiply_backward():
    a, b = torch.ones(4, 4, requires_grad=True), torch.ones(4, 4)
    seed = torch.ones(4, 4)

    def step():
        for _ in range(300):
            (a * b).backward(seed)
        a.grad = None

    return Task(step, count=300)


TASKS = {
    **{f"{name}.train.eager": (lambda name=name: train(name, False)) for name in MODELS},
    **{f"{name}.train.static": (lambda name=name: train(name, True)) for name in MODELS},
    **{
        f"{name}.infer.{how}": (lambda name=name, how=how: infer(name, how))
        for name in MODELS
        for how in ("eager", "static", "loaded")
    },
    "op.add": add,
    "op.multiply_backward": multiply_backward,
    "resnet18.save": save,
    "resnet18.onnx": onnx,
}
