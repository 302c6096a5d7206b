"""DenseNet (Huang and others, 2016)."""

from __future__ import annotations

import math
from typing import Any

from ... import nn
from ...param_attr import ParamAttr
from ...tensor.manipulation import concat, flatten
from ...tensor.tensor import Tensor
from ..image import BadArgument
from .weights import Urls, trained

__all__ = ["DenseNet", "densenet121", "densenet161", "densenet169", "densenet201", "densenet264"]

_MD5S = {
    121: "db1b239ed80a905290fd8b01d3af08e4",
    161: "62158869cb315098bd25ddbfd308a853",
    169: "82cc7c635c3f19098c748850efb2d796",
    201: "16ca29565a7712329cf9e36e02caaf58",
    264: "3270ce516b85370bba88cfdd9f60bff4",
}
_PREFIX = "https://paddle-imagenet-models-name.bj.bcebos.com/dygraph/"
model_urls: Urls = {
    f"densenet{layers}": (f"{_PREFIX}DenseNet{layers}_pretrained.pdparams", md5)
    for layers, md5 in _MD5S.items()
}

#: Channels at first, channels each layer adds, layers of the four blocks.
_SPECS = {
    121: (64, 32, (6, 12, 24, 16)),
    161: (96, 48, (6, 12, 36, 24)),
    169: (64, 32, (6, 12, 32, 32)),
    201: (64, 32, (6, 12, 48, 32)),
    264: (64, 32, (6, 12, 64, 48)),
}


class BNACConvLayer(nn.Layer):
    """Normalization, relu, convolution."""

    def __init__(self, inputs: int, outputs: int, size: int, padding: int = 0) -> None:
        super().__init__()
        self._batch_norm = nn.BatchNorm(inputs, act="relu")
        self._conv = nn.Conv2D(inputs, outputs, size, padding=padding, bias_attr=False)

    def forward(self, input: Tensor) -> Tensor:
        return self._conv(self._batch_norm(input))


class DenseLayer(nn.Layer):
    """Adds ``growth`` channels to those it is given."""

    def __init__(self, inputs: int, growth: int, bn_size: int, dropout: float) -> None:
        super().__init__()
        self.dropout = dropout
        self.bn_ac_func1 = BNACConvLayer(inputs, bn_size * growth, 1)
        self.bn_ac_func2 = BNACConvLayer(bn_size * growth, growth, 3, 1)
        if dropout:
            self.dropout_func = nn.Dropout(p=dropout, mode="downscale_in_infer")

    def forward(self, input: Tensor) -> Tensor:
        more = self.bn_ac_func2(self.bn_ac_func1(input))
        if self.dropout:
            more = self.dropout_func(more)
        return concat([input, more], axis=1)


class TransitionLayer(nn.Layer):
    """Half the channels and half the size."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv_ac_func = BNACConvLayer(channels, channels // 2, 1)
        self.pool2d_avg = nn.AvgPool2D(kernel_size=2, stride=2, padding=0)

    def forward(self, input: Tensor) -> Tensor:
        return self.pool2d_avg(self.conv_ac_func(input))


class ConvBNLayer(nn.Layer):
    """Convolution, normalization, relu."""

    def __init__(self, inputs: int, outputs: int, size: int, stride: int, padding: int) -> None:
        super().__init__()
        self._conv = nn.Conv2D(inputs, outputs, size, stride, padding, bias_attr=False)
        self._batch_norm = nn.BatchNorm(outputs, act="relu")

    def forward(self, input: Tensor) -> Tensor:
        return self._batch_norm(self._conv(input))


class DenseNet(nn.Layer):
    """Images [n, 3, h, w] become ``num_classes`` scores.

    ``layers``: 121, 161, 169, 201 or 264; ``bn_size``: how many times wider a layer is inside than what it adds.
    Raises AssertionError for another number of layers.
    """

    def __init__(
        self,
        layers: int = 121,
        bn_size: int = 4,
        dropout: float = 0.0,
        num_classes: int = 1000,
        with_pool: bool = True,
    ) -> None:
        super().__init__()
        if layers not in _SPECS:
            raise BadArgument(f"supported layers are {list(_SPECS)} but input layer is {layers}")
        channels, growth, blocks = _SPECS[layers]
        self.num_classes = num_classes
        self.with_pool = with_pool
        self.conv1_func = ConvBNLayer(3, channels, 7, 2, 3)
        self.pool2d_max = nn.MaxPool2D(kernel_size=3, stride=2, padding=1)
        self._steps: list[nn.Layer] = []
        for number, count in enumerate(blocks, 2):
            block = nn.Sequential(
                *(
                    (f"conv{number}_{i + 1}", DenseLayer(channels + i * growth, growth, bn_size, dropout))
                    for i in range(count)
                )
            )
            self._add(f"db_conv_{number}", block)
            channels += count * growth
            if number < len(blocks) + 1:
                self._add(f"tr_conv{number}_blk", TransitionLayer(channels))
                channels //= 2
        self.batch_norm = nn.BatchNorm(channels, act="relu")
        if with_pool:
            self.pool2d_avg = nn.AdaptiveAvgPool2D(1)
        if num_classes > 0:
            limit = 1.0 / math.sqrt(channels)
            drawn = ParamAttr(initializer=nn.initializer.Uniform(-limit, limit))
            self.out = nn.Linear(channels, num_classes, weight_attr=drawn)

    def _add(self, name: str, layer: nn.Layer) -> None:
        self.add_sublayer(name, layer)
        self._steps.append(layer)

    def forward(self, input: Tensor) -> Tensor:
        x = self.pool2d_max(self.conv1_func(input))
        for step in self._steps:
            x = step(x)
        x = self.batch_norm(x)
        if self.with_pool:
            x = self.pool2d_avg(x)
        return self.out(flatten(x, 1)) if self.num_classes > 0 else x


def _densenet(layers: int, pretrained: bool, kwargs: dict[str, Any]) -> DenseNet:
    return trained(DenseNet(layers, **kwargs), f"densenet{layers}", model_urls, pretrained)


def densenet121(pretrained: bool = False, **kwargs: Any) -> DenseNet:
    """DenseNet with 121 layers; ``pretrained``: with PaddlePaddle's weights, which are fetched."""
    return _densenet(121, pretrained, kwargs)


def densenet161(pretrained: bool = False, **kwargs: Any) -> DenseNet:
    """DenseNet with 161 layers; as `densenet121`."""
    return _densenet(161, pretrained, kwargs)


def densenet169(pretrained: bool = False, **kwargs: Any) -> DenseNet:
    """DenseNet with 169 layers; as `densenet121`."""
    return _densenet(169, pretrained, kwargs)


def densenet201(pretrained: bool = False, **kwargs: Any) -> DenseNet:
    """DenseNet with 201 layers; as `densenet121`."""
    return _densenet(201, pretrained, kwargs)


def densenet264(pretrained: bool = False, **kwargs: Any) -> DenseNet:
    """DenseNet with 264 layers; as `densenet121`."""
    return _densenet(264, pretrained, kwargs)
