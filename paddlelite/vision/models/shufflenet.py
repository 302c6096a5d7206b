"""ShuffleNetV2 (Ma and others, 2018)."""

from __future__ import annotations

from typing import Any

from ... import nn
from ...errors import InvalidArgumentError, UnimplementedError
from ...nn import functional as F
from ...tensor.manipulation import concat, flatten, split
from ...tensor.tensor import Tensor
from .mobilenet import ConvNormActivation
from .weights import Urls, trained

__all__ = [
    "ShuffleNetV2", "shufflenet_v2_swish", "shufflenet_v2_x0_25", "shufflenet_v2_x0_33", "shufflenet_v2_x0_5",
    "shufflenet_v2_x1_0", "shufflenet_v2_x1_5", "shufflenet_v2_x2_0",
]  # fmt: skip

_MD5S = {
    "shufflenet_v2_x0_25": "1e509b4c140eeb096bb16e214796d03b",
    "shufflenet_v2_x0_33": "3d7b3ab0eaa5c0927ff1026d31b729bd",
    "shufflenet_v2_x0_5": "5e5cee182a7793c4e4c73949b1a71bd4",
    "shufflenet_v2_x1_0": "122d42478b9e81eb49f8a9ede327b1a4",
    "shufflenet_v2_x1_5": "faced5827380d73531d0ee027c67826d",
    "shufflenet_v2_x2_0": "cd3dddcd8305e7bcd8ad14d1c69a5784",
    "shufflenet_v2_swish": "adde0aa3b023e5b0c94a68be1c394b84",
}
model_urls: Urls = {
    name: (f"https://paddle-hapi.bj.bcebos.com/models/{name}.pdparams", md5) for name, md5 in _MD5S.items()
}

#: Channels of the three stages and of the last convolution, by scale.
_CHANNELS = {
    0.25: (24, 48, 96, 512),
    0.33: (32, 64, 128, 512),
    0.5: (48, 96, 192, 1024),
    1.0: (116, 232, 464, 1024),
    1.5: (176, 352, 704, 1024),
    2.0: (224, 488, 976, 2048),
}
_FIRST = 24
_REPEATS = (4, 8, 4)
_ACTIVATIONS = {"relu": nn.ReLU, "swish": nn.Swish, None: None}


def _depthwise(channels: int, stride: int) -> ConvNormActivation:
    return ConvNormActivation(channels, channels, stride=stride, groups=channels, activation_layer=None)


class InvertedResidual(nn.Layer):
    """Half of the channels stay, half go through three convolutions; then they are mixed."""

    def __init__(self, channels: int, activation: Any) -> None:
        super().__init__()
        half = channels // 2
        self._conv_pw = ConvNormActivation(half, half, 1, activation_layer=activation)
        self._conv_dw = _depthwise(half, 1)
        self._conv_linear = ConvNormActivation(half, half, 1, activation_layer=activation)

    def forward(self, inputs: Tensor) -> Tensor:
        kept, changed = split(inputs, 2, axis=1)
        changed = self._conv_linear(self._conv_dw(self._conv_pw(changed)))
        return F.channel_shuffle(concat([kept, changed], axis=1), 2)


class InvertedResidualDS(nn.Layer):
    """All channels go both ways, to half the size; then they are mixed."""

    def __init__(self, inputs: int, outputs: int, activation: Any) -> None:
        super().__init__()
        half = outputs // 2
        self._conv_dw_1 = _depthwise(inputs, 2)
        self._conv_linear_1 = ConvNormActivation(inputs, half, 1, activation_layer=activation)
        self._conv_pw_2 = ConvNormActivation(inputs, half, 1, activation_layer=activation)
        self._conv_dw_2 = _depthwise(half, 2)
        self._conv_linear_2 = ConvNormActivation(half, half, 1, activation_layer=activation)

    def forward(self, inputs: Tensor) -> Tensor:
        one = self._conv_linear_1(self._conv_dw_1(inputs))
        other = self._conv_linear_2(self._conv_dw_2(self._conv_pw_2(inputs)))
        return F.channel_shuffle(concat([one, other], axis=1), 2)


class ShuffleNetV2(nn.Layer):
    """Images [n, 3, h, w] become ``num_classes`` scores.

    ``scale``: 0.25, 0.33, 0.5, 1, 1.5 or 2; ``act``: ``"relu"``, ``"swish"`` or None.
    Raises NotImplementedError for another scale, InvalidArgumentError for another activation.
    """

    def __init__(
        self, scale: float = 1.0, act: str | None = "relu", num_classes: int = 1000, with_pool: bool = True
    ) -> None:
        super().__init__()
        if scale not in _CHANNELS:
            raise UnimplementedError(
                f"This scale size:[{scale}] is not implemented! It may be {list(_CHANNELS)}."
            )
        if act not in _ACTIVATIONS:
            raise InvalidArgumentError(f"The activation function is not supported: {act}")
        self.scale = scale
        self.num_classes = num_classes
        self.with_pool = with_pool
        activation = _ACTIVATIONS[act]
        *stages, last = _CHANNELS[scale]
        self._conv1 = ConvNormActivation(3, _FIRST, stride=2, activation_layer=activation)
        self._max_pool = nn.MaxPool2D(kernel_size=3, stride=2, padding=1)
        self._block_list: list[nn.Layer] = []
        before = _FIRST
        for stage, (channels, repeats) in enumerate(zip(stages, _REPEATS), 2):
            blocks: list[nn.Layer] = [InvertedResidualDS(before, channels, activation)]
            blocks += [InvertedResidual(channels, activation) for _ in range(repeats - 1)]
            for number, block in enumerate(blocks, 1):
                self.add_sublayer(f"{stage}_{number}", block)
            self._block_list += blocks
            before = channels
        self._last_conv = ConvNormActivation(before, last, 1, activation_layer=activation)
        if with_pool:
            self._pool2d_avg = nn.AdaptiveAvgPool2D(1)
        if num_classes > 0:
            self._fc = nn.Linear(last, num_classes)

    def forward(self, inputs: Tensor) -> Tensor:
        x = self._max_pool(self._conv1(inputs))
        for block in self._block_list:
            x = block(x)
        x = self._last_conv(x)
        if self.with_pool:
            x = self._pool2d_avg(x)
        return self._fc(flatten(x, 1)) if self.num_classes > 0 else x


def _shufflenet(
    name: str, scale: float, pretrained: bool, kwargs: dict[str, Any], act: str = "relu"
) -> ShuffleNetV2:
    return trained(ShuffleNetV2(scale, **{"act": act, **kwargs}), name, model_urls, pretrained)


def shufflenet_v2_x0_25(pretrained: bool = False, **kwargs: Any) -> ShuffleNetV2:
    """ShuffleNetV2 with a quarter of the channels; ``pretrained``: with PaddlePaddle's weights, which are fetched."""
    return _shufflenet("shufflenet_v2_x0_25", 0.25, pretrained, kwargs)


def shufflenet_v2_x0_33(pretrained: bool = False, **kwargs: Any) -> ShuffleNetV2:
    """ShuffleNetV2 with a third of the channels; as `shufflenet_v2_x0_25`."""
    return _shufflenet("shufflenet_v2_x0_33", 0.33, pretrained, kwargs)


def shufflenet_v2_x0_5(pretrained: bool = False, **kwargs: Any) -> ShuffleNetV2:
    """ShuffleNetV2 with half of the channels; as `shufflenet_v2_x0_25`."""
    return _shufflenet("shufflenet_v2_x0_5", 0.5, pretrained, kwargs)


def shufflenet_v2_x1_0(pretrained: bool = False, **kwargs: Any) -> ShuffleNetV2:
    """ShuffleNetV2; as `shufflenet_v2_x0_25`."""
    return _shufflenet("shufflenet_v2_x1_0", 1.0, pretrained, kwargs)


def shufflenet_v2_x1_5(pretrained: bool = False, **kwargs: Any) -> ShuffleNetV2:
    """ShuffleNetV2 with one and a half times the channels; as `shufflenet_v2_x0_25`."""
    return _shufflenet("shufflenet_v2_x1_5", 1.5, pretrained, kwargs)


def shufflenet_v2_x2_0(pretrained: bool = False, **kwargs: Any) -> ShuffleNetV2:
    """ShuffleNetV2 with twice the channels; as `shufflenet_v2_x0_25`."""
    return _shufflenet("shufflenet_v2_x2_0", 2.0, pretrained, kwargs)


def shufflenet_v2_swish(pretrained: bool = False, **kwargs: Any) -> ShuffleNetV2:
    """ShuffleNetV2 with swish for relu; as `shufflenet_v2_x0_25`."""
    return _shufflenet("shufflenet_v2_swish", 1.0, pretrained, kwargs, act="swish")
