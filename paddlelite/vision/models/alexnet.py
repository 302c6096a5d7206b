"""AlexNet (Krizhevsky and others, 2012)."""

from __future__ import annotations

import math
from typing import Any

from ... import nn
from ...nn import functional as F
from ...param_attr import ParamAttr
from ...tensor.manipulation import flatten
from ...tensor.tensor import Tensor
from .weights import Urls, trained

__all__ = ["AlexNet", "alexnet"]

model_urls: Urls = {
    "alexnet": (
        "https://paddle-imagenet-models-name.bj.bcebos.com/dygraph/AlexNet_pretrained.pdparams",
        "7f0f9f737132e02732d75a1459d98a43",
    )
}


def _uniform(inputs: int) -> dict[str, Any]:
    """Weights and biases drawn as fits so many inputs."""
    limit = 1.0 / math.sqrt(inputs)
    attr = lambda: ParamAttr(initializer=nn.initializer.Uniform(-limit, limit))
    return {"weight_attr": attr(), "bias_attr": attr()}


def _linear(inputs: int, outputs: int, drawn_for: int) -> nn.Linear:
    return nn.Linear(inputs, outputs, **_uniform(drawn_for))


class ConvPoolLayer(nn.Layer):
    """Convolution, relu, pooling."""

    def __init__(
        self, channels: int, filters: int, size: int, stride: int, padding: int, drawn_for: int
    ) -> None:
        super().__init__()
        self.relu = nn.ReLU()
        self._conv = nn.Conv2D(channels, filters, size, stride, padding, **_uniform(drawn_for))
        self._pool = nn.MaxPool2D(kernel_size=3, stride=2, padding=0)

    def forward(self, inputs: Tensor) -> Tensor:
        return self._pool(self.relu(self._conv(inputs)))


class AlexNet(nn.Layer):
    """Images [n, 3, 224, 224] become ``num_classes`` scores; without classes features [n, 256, 6, 6]."""

    def __init__(self, num_classes: int = 1000) -> None:
        super().__init__()
        self.num_classes = num_classes
        self._conv1 = ConvPoolLayer(3, 64, 11, 4, 2, 3 * 11 * 11)
        self._conv2 = ConvPoolLayer(64, 192, 5, 1, 2, 64 * 5 * 5)
        self._conv3 = nn.Conv2D(192, 384, 3, stride=1, padding=1, **_uniform(192 * 3 * 3))
        self._conv4 = nn.Conv2D(384, 256, 3, stride=1, padding=1, **_uniform(384 * 3 * 3))
        self._conv5 = ConvPoolLayer(256, 256, 3, 1, 1, 256 * 3 * 3)
        if num_classes > 0:
            size = 256 * 6 * 6
            self._drop1 = nn.Dropout(p=0.5, mode="downscale_in_infer")
            self._fc6 = _linear(size, 4096, size)
            self._drop2 = nn.Dropout(p=0.5, mode="downscale_in_infer")
            self._fc7 = _linear(4096, 4096, size)
            self._fc8 = _linear(4096, num_classes, size)

    def forward(self, inputs: Tensor) -> Tensor:
        x = self._conv2(self._conv1(inputs))
        x = F.relu(self._conv4(F.relu(self._conv3(x))))
        x = self._conv5(x)
        if self.num_classes > 0:
            x = flatten(x, 1)
            x = F.relu(self._fc6(self._drop1(x)))
            x = F.relu(self._fc7(self._drop2(x)))
            x = self._fc8(x)
        return x


def alexnet(pretrained: bool = False, **kwargs: Any) -> AlexNet:
    """AlexNet; ``pretrained``: with PaddlePaddle's weights, which are fetched."""
    return trained(AlexNet(**kwargs), "alexnet", model_urls, pretrained)
