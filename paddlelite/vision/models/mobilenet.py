"""MobileNet (Howard and others, 2017) and MobileNetV2 (Sandler and others, 2018)."""

from __future__ import annotations

from typing import Any

from ... import nn
from ...tensor.manipulation import flatten
from ...tensor.tensor import Tensor
from .weights import Urls, trained

__all__ = ["ConvNormActivation", "MobileNetV1", "MobileNetV2", "mobilenet_v1", "mobilenet_v2"]

model_urls: Urls = {
    "mobilenetv1_1.0": (
        "https://paddle-hapi.bj.bcebos.com/models/mobilenetv1_1.0.pdparams",
        "3033ab1975b1670bef51545feb65fc45",
    ),
    "mobilenetv2_1.0": (
        "https://paddle-hapi.bj.bcebos.com/models/mobilenet_v2_x1.0.pdparams",
        "0340af0a901346c8d46f4529882fb63d",
    ),
}

#: MobileNet's blocks: name, channels in and out, stride.
_SEPARABLE = (
    ("conv2_1", 32, 64, 1),
    ("conv2_2", 64, 128, 2),
    ("conv3_1", 128, 128, 1),
    ("conv3_2", 128, 256, 2),
    ("conv4_1", 256, 256, 1),
    ("conv4_2", 256, 512, 2),
    *((f"conv5_{i}", 512, 512, 1) for i in range(1, 6)),
    ("conv5_6", 512, 1024, 2),
    ("conv6", 1024, 1024, 1),
)
#: MobileNetV2's blocks: how many times wider inside, channels, how many, stride of the first.
_INVERTED = (
    (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
)  # fmt: skip


class ConvNormActivation(nn.Sequential):
    """Convolution, normalization, activation; the size stays unless ``stride`` changes it.

    ``norm_layer`` or ``activation_layer`` None leaves it out; ``bias``: by default only without normalization.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int = 3,
        stride: int = 1,
        padding: int | None = None,
        groups: int = 1,
        norm_layer: Any = nn.BatchNorm2D,
        activation_layer: Any = nn.ReLU,
        dilation: int = 1,
        bias: bool | None = None,
    ) -> None:
        padding = (kernel_size - 1) // 2 * dilation if padding is None else padding
        bias = norm_layer is None if bias is None else bias
        layers: list[nn.Layer] = [
            nn.Conv2D(
                in_channels, out_channels, kernel_size, stride, padding, dilation=dilation, groups=groups,
                bias_attr=None if bias else False,
            )
        ]  # fmt: skip
        if norm_layer is not None:
            layers.append(norm_layer(out_channels))
        if activation_layer is not None:
            layers.append(activation_layer())
        super().__init__(*layers)


class DepthwiseSeparable(nn.Layer):
    """A convolution of 3×3 for each channel, then one of 1×1 across them."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self._depthwise_conv = ConvNormActivation(inputs, inputs, stride=stride, groups=inputs)
        self._pointwise_conv = ConvNormActivation(inputs, outputs, kernel_size=1)

    def forward(self, x: Tensor) -> Tensor:
        return self._pointwise_conv(self._depthwise_conv(x))


class MobileNetV1(nn.Layer):
    """Images [n, 3, h, w] become ``num_classes`` scores; ``scale`` multiplies the channels."""

    def __init__(self, scale: float = 1.0, num_classes: int = 1000, with_pool: bool = True) -> None:
        super().__init__()
        self.scale = scale
        self.num_classes = num_classes
        self.with_pool = with_pool
        self.conv1 = ConvNormActivation(3, int(32 * scale), stride=2)
        self.dwsl: list[nn.Layer] = []
        for name, inputs, outputs, stride in _SEPARABLE:
            block = DepthwiseSeparable(int(inputs * scale), int(outputs * scale), stride)
            self.add_sublayer(name, block)
            self.dwsl.append(block)
        if with_pool:
            self.pool2d_avg = nn.AdaptiveAvgPool2D(1)
        if num_classes > 0:
            self.fc = nn.Linear(int(1024 * scale), num_classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv1(x)
        for block in self.dwsl:
            x = block(x)
        if self.with_pool:
            x = self.pool2d_avg(x)
        return self.fc(flatten(x, 1)) if self.num_classes > 0 else x


class InvertedResidual(nn.Layer):
    """Wider, a convolution of 3×3 for each channel, narrower; around it where the shape stays."""

    def __init__(self, inputs: int, outputs: int, stride: int, expand_ratio: float) -> None:
        super().__init__()
        self.stride = stride
        hidden = round(inputs * expand_ratio)
        self.use_res_connect = stride == 1 and inputs == outputs
        wider = [ConvNormActivation(inputs, hidden, kernel_size=1, activation_layer=nn.ReLU6)]
        self.conv = nn.Sequential(
            *(wider if expand_ratio != 1 else []),
            ConvNormActivation(hidden, hidden, stride=stride, groups=hidden, activation_layer=nn.ReLU6),
            nn.Conv2D(hidden, outputs, 1, 1, 0, bias_attr=False),
            nn.BatchNorm2D(outputs),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv(x) if self.use_res_connect else self.conv(x)


class MobileNetV2(nn.Layer):
    """Images [n, 3, h, w] become ``num_classes`` scores; ``scale`` multiplies the channels."""

    def __init__(self, scale: float = 1.0, num_classes: int = 1000, with_pool: bool = True) -> None:
        super().__init__()
        self.num_classes = num_classes
        self.with_pool = with_pool
        channels = divisible(32 * scale)
        self.last_channel = divisible(1280 * max(1.0, scale))
        features: list[nn.Layer] = [ConvNormActivation(3, channels, stride=2, activation_layer=nn.ReLU6)]
        for expansion, width, count, stride in _INVERTED:
            outputs = divisible(width * scale)
            for i in range(count):
                features.append(InvertedResidual(channels, outputs, 1 if i else stride, expansion))
                channels = outputs
        features.append(
            ConvNormActivation(channels, self.last_channel, kernel_size=1, activation_layer=nn.ReLU6)
        )
        self.features = nn.Sequential(*features)
        if with_pool:
            self.pool2d_avg = nn.AdaptiveAvgPool2D(1)
        if num_classes > 0:
            self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(self.last_channel, num_classes))

    def forward(self, x: Tensor) -> Tensor:
        x = self.features(x)
        if self.with_pool:
            x = self.pool2d_avg(x)
        return self.classifier(flatten(x, 1)) if self.num_classes > 0 else x


def divisible(channels: float, by: int = 8) -> int:
    """The nearest multiple of ``by`` that is not more than a tenth less."""
    nearest = max(by, int(channels + by / 2) // by * by)
    return nearest + by if nearest < 0.9 * channels else nearest


def mobilenet_v1(pretrained: bool = False, scale: float = 1.0, **kwargs: Any) -> MobileNetV1:
    """MobileNet; ``pretrained``: with PaddlePaddle's weights for ``scale`` 1, which are fetched."""
    return trained(MobileNetV1(scale, **kwargs), f"mobilenetv1_{scale}", model_urls, pretrained)


def mobilenet_v2(pretrained: bool = False, scale: float = 1.0, **kwargs: Any) -> MobileNetV2:
    """MobileNetV2; as `mobilenet_v1`."""
    return trained(MobileNetV2(scale, **kwargs), f"mobilenetv2_{scale}", model_urls, pretrained)
