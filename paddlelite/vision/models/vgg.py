"""VGG (Simonyan and Zisserman, 2014)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ... import nn
from ...tensor.manipulation import flatten
from ...tensor.tensor import Tensor
from .weights import Urls, trained

__all__ = ["VGG", "vgg11", "vgg13", "vgg16", "vgg19"]

model_urls: Urls = {
    "vgg16": ("https://paddle-hapi.bj.bcebos.com/models/vgg16.pdparams", "89bbffc0f87d260be9b8cdc169c991c4"),
    "vgg19": ("https://paddle-hapi.bj.bcebos.com/models/vgg19.pdparams", "23b18bb13d8894f60f54e642be79a0dd"),
}

_FILTERS = (64, 128, 256, 512, 512)
#: How many convolutions there are between two poolings.
_DEPTHS = {
    "vgg11": (1, 1, 2, 2, 2),
    "vgg13": (2, 2, 2, 2, 2),
    "vgg16": (2, 2, 3, 3, 3),
    "vgg19": (2, 2, 4, 4, 4),
}


class VGG(nn.Layer):
    """``features``, then a pooling to 7×7 (``with_pool``), then ``num_classes`` scores."""

    def __init__(self, features: nn.Layer, num_classes: int = 1000, with_pool: bool = True) -> None:
        super().__init__()
        self.features = features
        self.num_classes = num_classes
        self.with_pool = with_pool
        if with_pool:
            self.avgpool = nn.AdaptiveAvgPool2D((7, 7))
        if num_classes > 0:
            self.classifier = nn.Sequential(
                nn.Linear(512 * 7 * 7, 4096),
                nn.ReLU(),
                nn.Dropout(),
                nn.Linear(4096, 4096),
                nn.ReLU(),
                nn.Dropout(),
                nn.Linear(4096, num_classes),
            )

    def forward(self, x: Tensor) -> Tensor:
        x = self.features(x)
        if self.with_pool:
            x = self.avgpool(x)
        return self.classifier(flatten(x, 1)) if self.num_classes > 0 else x


def make_layers(depths: Sequence[int], batch_norm: bool = False) -> nn.Sequential:
    """Convolutions of 3×3, ``depths`` of each width, each width ended by a pooling."""
    layers: list[nn.Layer] = []
    channels = 3
    for filters, depth in zip(_FILTERS, depths):
        for _ in range(depth):
            layers.append(nn.Conv2D(channels, filters, kernel_size=3, padding=1))
            layers += [nn.BatchNorm2D(filters), nn.ReLU()] if batch_norm else [nn.ReLU()]
            channels = filters
        layers.append(nn.MaxPool2D(kernel_size=2, stride=2))
    return nn.Sequential(*layers)


def _vgg(name: str, batch_norm: bool, pretrained: bool, kwargs: dict[str, Any]) -> VGG:
    model = VGG(make_layers(_DEPTHS[name], batch_norm), **kwargs)
    return trained(model, name + ("_bn" if batch_norm else ""), model_urls, pretrained)


def vgg11(pretrained: bool = False, batch_norm: bool = False, **kwargs: Any) -> VGG:
    """VGG with 8 convolutions; ``batch_norm`` after each. There are no trained weights."""
    return _vgg("vgg11", batch_norm, pretrained, kwargs)


def vgg13(pretrained: bool = False, batch_norm: bool = False, **kwargs: Any) -> VGG:
    """VGG with 10 convolutions; as `vgg11`."""
    return _vgg("vgg13", batch_norm, pretrained, kwargs)


def vgg16(pretrained: bool = False, batch_norm: bool = False, **kwargs: Any) -> VGG:
    """VGG with 13 convolutions; ``pretrained``: with PaddlePaddle's weights, which are fetched."""
    return _vgg("vgg16", batch_norm, pretrained, kwargs)


def vgg19(pretrained: bool = False, batch_norm: bool = False, **kwargs: Any) -> VGG:
    """VGG with 16 convolutions; as `vgg16`."""
    return _vgg("vgg19", batch_norm, pretrained, kwargs)
