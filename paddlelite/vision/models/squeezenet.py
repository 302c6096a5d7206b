"""SqueezeNet (Iandola and others, 2016)."""

from __future__ import annotations

from typing import Any

from ... import nn
from ...nn import functional as F
from ...tensor.manipulation import concat, squeeze
from ...tensor.tensor import Tensor
from ..image import BadArgument
from .weights import Urls, trained

__all__ = ["SqueezeNet", "squeezenet1_0", "squeezenet1_1"]

_PREFIX = "https://paddle-imagenet-models-name.bj.bcebos.com/dygraph/"
model_urls: Urls = {
    "squeezenet1_0": (_PREFIX + "SqueezeNet1_0_pretrained.pdparams", "30b95af60a2178f03cf9b66cd77e1db1"),
    "squeezenet1_1": (_PREFIX + "SqueezeNet1_1_pretrained.pdparams", "a11250d3a1f91d7131fd095ebbf09eee"),
}

#: Channels in, squeezed, and expanded by each of two convolutions.
_FIRES = (
    (96, 16, 64), (128, 16, 64), (128, 32, 128), (256, 32, 128), (256, 48, 192), (384, 48, 192), (384, 64, 256),
    (512, 64, 256),
)  # fmt: skip
#: After which fire modules it is pooled.
_POOLED = {"1.0": (3, 7), "1.1": (2, 4)}


class MakeFireConv(nn.Layer):
    """Convolution and relu."""

    def __init__(self, inputs: int, outputs: int, size: int, padding: int = 0) -> None:
        super().__init__()
        self._conv = nn.Conv2D(inputs, outputs, size, padding=padding)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self._conv(x))


class MakeFire(nn.Layer):
    """Fewer channels, then a convolution of 1×1 and one of 3×3 side by side."""

    def __init__(self, inputs: int, squeezed: int, expanded: int) -> None:
        super().__init__()
        self._conv = MakeFireConv(inputs, squeezed, 1)
        self._conv_path1 = MakeFireConv(squeezed, expanded, 1)
        self._conv_path2 = MakeFireConv(squeezed, expanded, 3, padding=1)

    def forward(self, inputs: Tensor) -> Tensor:
        x = self._conv(inputs)
        return concat([self._conv_path1(x), self._conv_path2(x)], axis=1)


class SqueezeNet(nn.Layer):
    """Images [n, 3, h, w] become ``num_classes`` scores.

    ``version``: ``"1.0"`` or ``"1.1"``; raises AssertionError for another.
    """

    def __init__(self, version: str, num_classes: int = 1000, with_pool: bool = True) -> None:
        super().__init__()
        if version not in _POOLED:
            raise BadArgument(f"supported versions are {list(_POOLED)} but input version is {version}")
        self.version = version
        self.num_classes = num_classes
        self.with_pool = with_pool
        first = (96, 7, 2, 0) if version == "1.0" else (64, 3, 2, 1)
        self._conv = nn.Conv2D(3, *first)
        self._pool = nn.MaxPool2D(kernel_size=3, stride=2, padding=0)
        for number, (inputs, squeezed, expanded) in enumerate(_FIRES, 1):
            fire = MakeFire(first[0] if number == 1 else inputs, squeezed, expanded)
            self.add_sublayer(f"_conv{number}", fire)
        self._drop = nn.Dropout(p=0.5, mode="downscale_in_infer")
        self._conv9 = nn.Conv2D(512, num_classes, 1)
        self._avg_pool = nn.AdaptiveAvgPool2D(1)

    def forward(self, inputs: Tensor) -> Tensor:
        x = self._pool(F.relu(self._conv(inputs)))
        for number in range(1, len(_FIRES) + 1):
            x = getattr(self, f"_conv{number}")(x)
            if number in _POOLED[self.version]:
                x = self._pool(x)
        if self.num_classes > 0:
            x = self._conv9(self._drop(x))
        if self.with_pool:
            x = squeeze(self._avg_pool(F.relu(x)), axis=[2, 3])
        return x


def squeezenet1_0(pretrained: bool = False, **kwargs: Any) -> SqueezeNet:
    """SqueezeNet 1.0; ``pretrained``: with PaddlePaddle's weights, which are fetched."""
    return trained(SqueezeNet("1.0", **kwargs), "squeezenet1_0", model_urls, pretrained)


def squeezenet1_1(pretrained: bool = False, **kwargs: Any) -> SqueezeNet:
    """SqueezeNet 1.1; as `squeezenet1_0`."""
    return trained(SqueezeNet("1.1", **kwargs), "squeezenet1_1", model_urls, pretrained)
