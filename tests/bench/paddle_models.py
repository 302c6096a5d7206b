"""The measured networks, written once against the `paddle` API: PaddlePaddle and paddlelite run this file."""

import zlib

import numpy as np
import paddle
import paddle.nn.functional as F
from paddle import nn


class CifarNet(nn.Layer):
    """The image-embedding network of PaddlePaddle's dynamic-to-static tutorial: a unit 8-vector an image."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2D(3, 32, (3, 3), stride=2)
        self.conv2 = nn.Conv2D(32, 64, (3, 3), stride=2)
        self.conv3 = nn.Conv2D(64, 128, (3, 3), stride=2)
        self.pool = nn.AdaptiveAvgPool2D((1, 1))
        self.fc1 = nn.Linear(128, 8)

    def forward(self, x):
        x = F.relu(self.conv1(x))
        x = F.relu(self.conv2(x))
        x = F.relu(self.conv3(x))
        x = paddle.squeeze(self.pool(x), axis=[2, 3])
        x = self.fc1(x)
        return x / paddle.norm(x, axis=1, keepdim=True)


class LeNet(nn.Layer):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2D(1, 6, 3, stride=1, padding=1),
            nn.ReLU(),
            nn.MaxPool2D(2, 2),
            nn.Conv2D(6, 16, 5, stride=1, padding=0),
            nn.ReLU(),
            nn.MaxPool2D(2, 2),
        )
        self.fc = nn.Sequential(nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10))

    def forward(self, x):
        return self.fc(paddle.flatten(self.features(x), 1))


class MLP(nn.Layer):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10)
        )

    def forward(self, x):
        return self.layers(x)


class BasicBlock(nn.Layer):
    def __init__(self, channels_in, channels, stride):
        super().__init__()
        self.conv1 = nn.Conv2D(channels_in, channels, 3, stride=stride, padding=1, bias_attr=False)
        self.bn1 = nn.BatchNorm2D(channels)
        self.conv2 = nn.Conv2D(channels, channels, 3, padding=1, bias_attr=False)
        self.bn2 = nn.BatchNorm2D(channels)
        self.shortcut = None
        if stride != 1 or channels_in != channels:
            self.shortcut = nn.Sequential(
                nn.Conv2D(channels_in, channels, 1, stride=stride, bias_attr=False), nn.BatchNorm2D(channels)
            )

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return F.relu(y + (x if self.shortcut is None else self.shortcut(x)))


class ResNet18(nn.Layer):
    def __init__(self, classes=1000):
        super().__init__()
        self.conv1 = nn.Conv2D(3, 64, 7, stride=2, padding=3, bias_attr=False)
        self.bn1 = nn.BatchNorm2D(64)
        self.pool = nn.MaxPool2D(3, 2, 1)
        widths = [(64, 64, 1), (64, 128, 2), (128, 256, 2), (256, 512, 2)]
        self.stages = nn.Sequential(
            *[nn.Sequential(BasicBlock(i, o, s), BasicBlock(o, o, 1)) for i, o, s in widths]
        )
        self.average = nn.AdaptiveAvgPool2D((1, 1))
        self.fc = nn.Linear(512, classes)

    def forward(self, x):
        x = self.pool(F.relu(self.bn1(self.conv1(x))))
        return self.fc(paddle.flatten(self.average(self.stages(x)), 1))


class Recurrent(nn.Layer):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(64, 128)
        self.fc = nn.Linear(128, 10)

    def forward(self, x):
        sequence, _ = self.lstm(x)
        return self.fc(sequence[:, -1])


class Transformer(nn.Layer):
    """Dropout is 0 so that every framework must come to the same losses."""

    def __init__(self):
        super().__init__()
        layer = nn.TransformerEncoderLayer(128, 4, 512, dropout=0.0)
        self.encoder = nn.TransformerEncoder(layer, 2)
        self.fc = nn.Linear(128, 10)

    def forward(self, x):
        return self.fc(paddle.mean(self.encoder(x), axis=1))


def fill(net):
    """Give `net` weights that depend on their names alone, so that frameworks start from the same ones."""
    for name, value in net.state_dict().items():
        shape = [int(size) for size in value.shape]
        if len(shape) < 2:
            if "bias" in name:
                value.set_value(np.zeros(shape, "float32"))
            continue
        fan_in = int(np.prod(shape[1:])) if len(shape) == 4 else shape[0]
        random = np.random.RandomState(zlib.crc32(name.encode()) % 2**31)
        value.set_value((random.standard_normal(shape) * np.sqrt(1.0 / fan_in)).astype("float32"))
    return net


def classification_loss(net, x, y):
    return F.cross_entropy(net(x), y)


def pair_loss(net, x, y):
    """The tutorial's step: ten anchors against ten positives, each pair's own class the right answer."""
    half = x.shape[0] // 2
    similarities = paddle.matmul(net(x[:half]), net(x[half:]), transpose_y=True) * 5.0
    return F.cross_entropy(similarities, y)


def adam(parameters):
    return paddle.optimizer.Adam(learning_rate=1e-4, parameters=parameters)


def sgd(parameters):
    return paddle.optimizer.SGD(learning_rate=1e-2, parameters=parameters)


def momentum(parameters):
    return paddle.optimizer.Momentum(learning_rate=1e-2, momentum=0.9, parameters=parameters)


# name: network, input shape, number of labels and classes, loss, optimizer
MODELS = {
    "cifar": (CifarNet, (20, 3, 32, 32), (10, None), pair_loss, adam),
    "lenet": (LeNet, (64, 1, 28, 28), (64, 10), classification_loss, adam),
    "mlp": (MLP, (64, 784), (64, 10), classification_loss, sgd),
    "resnet18": (ResNet18, (8, 3, 112, 112), (8, 1000), classification_loss, momentum),
    "lstm": (Recurrent, (16, 32, 64), (16, 10), classification_loss, adam),
    "transformer": (Transformer, (8, 64, 128), (8, 10), classification_loss, adam),
}
