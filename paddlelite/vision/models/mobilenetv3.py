"""MobileNetV3, large and small (Howard and others, 2019)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from ... import nn
from ...tensor.manipulation import flatten
from ...tensor.tensor import Tensor
from .mobilenet import ConvNormActivation, divisible
from .weights import Urls, trained

__all__ = ["MobileNetV3Large", "MobileNetV3Small", "mobilenet_v3_large", "mobilenet_v3_small"]

model_urls: Urls = {
    "mobilenet_v3_small_x1.0": (
        "https://paddle-hapi.bj.bcebos.com/models/mobilenet_v3_small_x1.0.pdparams",
        "34fe0e7c1f8b00b2b056ad6788d0590c",
    ),
    "mobilenet_v3_large_x1.0": (
        "https://paddle-hapi.bj.bcebos.com/models/mobilenet_v3_large_x1.0.pdparams",
        "118db5792b4e183b925d8e8e334db3df",
    ),
}

#: A block: channels in, size of the filters, channels inside and out, whether channels are weighed, activation, stride.
Block = tuple[int, int, int, int, bool, str, int]
_SMALL: tuple[Block, ...] = (
    (16, 3, 16, 16, True, "ReLU", 2),
    (16, 3, 72, 24, False, "ReLU", 2),
    (24, 3, 88, 24, False, "ReLU", 1),
    (24, 5, 96, 40, True, "Hardswish", 2),
    (40, 5, 240, 40, True, "Hardswish", 1),
    (40, 5, 240, 40, True, "Hardswish", 1),
    (40, 5, 120, 48, True, "Hardswish", 1),
    (48, 5, 144, 48, True, "Hardswish", 1),
    (48, 5, 288, 96, True, "Hardswish", 2),
    (96, 5, 576, 96, True, "Hardswish", 1),
    (96, 5, 576, 96, True, "Hardswish", 1),
)
_LARGE: tuple[Block, ...] = (
    (16, 3, 16, 16, False, "ReLU", 1),
    (16, 3, 64, 24, False, "ReLU", 2),
    (24, 3, 72, 24, False, "ReLU", 1),
    (24, 5, 72, 40, True, "ReLU", 2),
    (40, 5, 120, 40, True, "ReLU", 1),
    (40, 5, 120, 40, True, "ReLU", 1),
    (40, 3, 240, 80, False, "Hardswish", 2),
    (80, 3, 200, 80, False, "Hardswish", 1),
    (80, 3, 184, 80, False, "Hardswish", 1),
    (80, 3, 184, 80, False, "Hardswish", 1),
    (80, 3, 480, 112, True, "Hardswish", 1),
    (112, 3, 672, 112, True, "Hardswish", 1),
    (112, 5, 672, 160, True, "Hardswish", 2),
    (160, 5, 960, 160, True, "Hardswish", 1),
    (160, 5, 960, 160, True, "Hardswish", 1),
)

_norm = partial(nn.BatchNorm2D, epsilon=0.001, momentum=0.99)


class SqueezeExcitation(nn.Layer):
    """Weighs the channels by what they hold on average."""

    def __init__(self, channels: int, squeezed: int) -> None:
        super().__init__()
        self.avgpool = nn.AdaptiveAvgPool2D(1)
        self.fc1 = nn.Conv2D(channels, squeezed, 1)
        self.fc2 = nn.Conv2D(squeezed, channels, 1)
        self.activation = nn.ReLU()
        self.scale_activation = nn.Hardsigmoid()

    def forward(self, input: Tensor) -> Tensor:
        weights = self.fc2(self.activation(self.fc1(self.avgpool(input))))
        return self.scale_activation(weights) * input


class InvertedResidual(nn.Layer):
    """Wider, a convolution for each channel, the channels weighed, narrower; around it where the shape stays."""

    def __init__(
        self, inputs: int, hidden: int, outputs: int, size: int, stride: int, use_se: bool, activation: Any
    ) -> None:
        super().__init__()
        make = partial(ConvNormActivation, norm_layer=_norm, activation_layer=activation)
        self.use_res_connect = stride == 1 and inputs == outputs
        self.use_se = use_se
        self.expand = inputs != hidden
        if self.expand:
            self.expand_conv = make(inputs, hidden, kernel_size=1)
        self.bottleneck_conv = make(hidden, hidden, kernel_size=size, stride=stride, groups=hidden)
        if use_se:
            self.mid_se = SqueezeExcitation(hidden, divisible(hidden // 4))
        self.linear_conv = ConvNormActivation(hidden, outputs, 1, norm_layer=_norm, activation_layer=None)

    def forward(self, x: Tensor) -> Tensor:
        out = self.expand_conv(x) if self.expand else x
        out = self.bottleneck_conv(out)
        if self.use_se:
            out = self.mid_se(out)
        out = self.linear_conv(out)
        return x + out if self.use_res_connect else out


class MobileNetV3(nn.Layer):
    """Images [n, 3, h, w] become ``num_classes`` scores; ``scale`` multiplies the channels of ``blocks``."""

    def __init__(
        self,
        blocks: Sequence[Block],
        last_channel: int,
        scale: float = 1.0,
        num_classes: int = 1000,
        with_pool: bool = True,
    ) -> None:
        super().__init__()
        self.scale = scale
        self.last_channel = last_channel
        self.num_classes = num_classes
        self.with_pool = with_pool
        wide = lambda channels: divisible(channels * scale)
        first, last = wide(blocks[0][0]), wide(blocks[-1][0])
        self.conv = ConvNormActivation(3, first, stride=2, norm_layer=_norm, activation_layer=nn.Hardswish)
        self.blocks = nn.Sequential(
            *(
                InvertedResidual(
                    wide(inputs), wide(hidden), wide(outputs), size, stride, use_se, getattr(nn, activation)
                )
                for inputs, size, hidden, outputs, use_se, activation, stride in blocks
            )
        )
        self.lastconv = ConvNormActivation(
            last, last * 6, kernel_size=1, norm_layer=_norm, activation_layer=nn.Hardswish
        )
        if with_pool:
            self.avgpool = nn.AdaptiveAvgPool2D(1)
        if num_classes > 0:
            self.classifier = nn.Sequential(
                nn.Linear(last * 6, last_channel),
                nn.Hardswish(),
                nn.Dropout(p=0.2),
                nn.Linear(last_channel, num_classes),
            )

    def forward(self, x: Tensor) -> Tensor:
        x = self.lastconv(self.blocks(self.conv(x)))
        if self.with_pool:
            x = self.avgpool(x)
        return self.classifier(flatten(x, 1)) if self.num_classes > 0 else x


class MobileNetV3Small(MobileNetV3):
    """The small one. See :class:`MobileNetV3`."""

    def __init__(self, scale: float = 1.0, num_classes: int = 1000, with_pool: bool = True) -> None:
        super().__init__(_SMALL, divisible(1024 * scale), scale, num_classes, with_pool)


class MobileNetV3Large(MobileNetV3):
    """The large one. See :class:`MobileNetV3`."""

    def __init__(self, scale: float = 1.0, num_classes: int = 1000, with_pool: bool = True) -> None:
        super().__init__(_LARGE, divisible(1280 * scale), scale, num_classes, with_pool)


def mobilenet_v3_small(pretrained: bool = False, scale: float = 1.0, **kwargs: Any) -> MobileNetV3Small:
    """The small MobileNetV3; ``pretrained``: with PaddlePaddle's weights for ``scale`` 1, which are fetched."""
    return trained(MobileNetV3Small(scale, **kwargs), f"mobilenet_v3_small_x{scale}", model_urls, pretrained)


def mobilenet_v3_large(pretrained: bool = False, scale: float = 1.0, **kwargs: Any) -> MobileNetV3Large:
    """The large MobileNetV3; as `mobilenet_v3_small`."""
    return trained(MobileNetV3Large(scale, **kwargs), f"mobilenet_v3_large_x{scale}", model_urls, pretrained)
