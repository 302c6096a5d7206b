"""ResNet (He and others, 2015), ResNeXt and wide ResNet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ... import nn
from ...errors import InvalidArgumentError
from ...tensor.manipulation import flatten
from ...tensor.tensor import Tensor
from .weights import Urls, trained

__all__ = [
    "BasicBlock", "BottleneckBlock", "ResNet", "resnet101", "resnet152", "resnet18", "resnet34", "resnet50",
    "resnext101_32x4d", "resnext101_64x4d", "resnext152_32x4d", "resnext152_64x4d", "resnext50_32x4d",
    "resnext50_64x4d", "wide_resnet101_2", "wide_resnet50_2",
]  # fmt: skip

_MD5S = {
    "resnet18": "cf548f46534aa3560945be4b95cd11c4",
    "resnet34": "8d2275cf8706028345f78ac0e1d31969",
    "resnet50": "ca6f485ee1ab0492d38f323885b0ad80",
    "resnet101": "02f35f034ca3858e1e54d4036443c92d",
    "resnet152": "7ad16a2f1e7333859ff986138630fd7a",
    "resnext50_32x4d": "dc47483169be7d6f018fcbb7baf8775d",
    "resnext50_64x4d": "063d4b483e12b06388529450ad7576db",
    "resnext101_32x4d": "967b090039f9de2c8d06fe994fb9095f",
    "resnext101_64x4d": "98e04e7ca616a066699230d769d03008",
    "resnext152_32x4d": "18ff0beee21f2efc99c4b31786107121",
    "resnext152_64x4d": "77c4af00ca42c405fa7f841841959379",
    "wide_resnet50_2": "0282f804d73debdab289bd9fea3fa6dc",
    "wide_resnet101_2": "d4360a2d23657f059216f5d5a1a9ac93",
}
model_urls: Urls = {
    name: (f"https://paddle-hapi.bj.bcebos.com/models/{name}.pdparams", md5) for name, md5 in _MD5S.items()
}

_DEPTHS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}


class _Block(nn.Layer):
    """Convolutions (`body`) beside a way around them."""

    def _finish(self, stride: int, downsample: Any) -> None:
        """What every block has besides its convolutions."""
        self.downsample = downsample
        self.stride = stride

    def body(self, x: Tensor) -> Tensor:
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        out = self.body(x)
        around = x if self.downsample is None else self.downsample(x)
        return self.relu(out + around)


class BasicBlock(_Block):
    """Two convolutions of 3×3 beside a way around them."""

    expansion = 1

    def __init__(
        self,
        inplanes: int,
        planes: int,
        stride: int = 1,
        downsample: Any = None,
        groups: int = 1,
        base_width: int = 64,
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2D(inplanes, planes, 3, padding=1, stride=stride, bias_attr=False)
        self.bn1 = nn.BatchNorm2D(planes)
        self.relu = nn.ReLU()
        self.conv2 = nn.Conv2D(planes, planes, 3, padding=1, bias_attr=False)
        self.bn2 = nn.BatchNorm2D(planes)
        self._finish(stride, downsample)

    def body(self, x: Tensor) -> Tensor:
        return self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))


class BottleneckBlock(_Block):
    """Convolutions of 1×1, 3×3 (in ``groups``) and 1×1 beside a way around them."""

    expansion = 4

    def __init__(
        self,
        inplanes: int,
        planes: int,
        stride: int = 1,
        downsample: Any = None,
        groups: int = 1,
        base_width: int = 64,
    ) -> None:
        super().__init__()
        width = int(planes * (base_width / 64.0)) * groups
        self.conv1 = nn.Conv2D(inplanes, width, 1, bias_attr=False)
        self.bn1 = nn.BatchNorm2D(width)
        self.conv2 = nn.Conv2D(width, width, 3, padding=1, stride=stride, groups=groups, bias_attr=False)
        self.bn2 = nn.BatchNorm2D(width)
        self.conv3 = nn.Conv2D(width, planes * self.expansion, 1, bias_attr=False)
        self.bn3 = nn.BatchNorm2D(planes * self.expansion)
        self.relu = nn.ReLU()
        self._finish(stride, downsample)

    def body(self, x: Tensor) -> Tensor:
        out = self.relu(self.bn1(self.conv1(x)))
        return self.bn3(self.conv3(self.relu(self.bn2(self.conv2(out)))))


class ResNet(nn.Layer):
    """Images [n, 3, h, w] become ``num_classes`` scores.

    Args:
        block: `BasicBlock` or `BottleneckBlock`.
        depth: 18, 34, 50, 101 or 152 layers.
        width: channels of a group of the first blocks.
        num_classes: 0 for the features alone.
        with_pool: whether they are averaged.
        groups: of the convolutions of 3×3 in a `BottleneckBlock`.

    Raises InvalidArgumentError for another depth.

    >>> import paddlelite as paddle
    >>> net = paddle.vision.models.ResNet(paddle.vision.models.resnet.BasicBlock, 18, num_classes=10)
    >>> net.eval()(paddle.zeros([1, 3, 32, 32])).shape
    paddle.Size([1, 10])
    """

    def __init__(
        self,
        block: Any,
        depth: int = 50,
        width: int = 64,
        num_classes: int = 1000,
        with_pool: bool = True,
        groups: int = 1,
    ) -> None:
        super().__init__()
        if depth not in _DEPTHS:
            raise InvalidArgumentError(f"depth should be one of {sorted(_DEPTHS)}, but is {depth}")
        layers = _DEPTHS[depth]
        self.groups = groups
        self.base_width = width
        self.num_classes = num_classes
        self.with_pool = with_pool
        self.inplanes = 64
        self.conv1 = nn.Conv2D(3, 64, kernel_size=7, stride=2, padding=3, bias_attr=False)
        self.bn1 = nn.BatchNorm2D(64)
        self.relu = nn.ReLU()
        self.maxpool = nn.MaxPool2D(kernel_size=3, stride=2, padding=1)
        self.layer1 = self._make_layer(block, 64, layers[0])
        self.layer2 = self._make_layer(block, 128, layers[1], stride=2)
        self.layer3 = self._make_layer(block, 256, layers[2], stride=2)
        self.layer4 = self._make_layer(block, 512, layers[3], stride=2)
        if with_pool:
            self.avgpool = nn.AdaptiveAvgPool2D((1, 1))
        if num_classes > 0:
            self.fc = nn.Linear(512 * block.expansion, num_classes)

    def _make_layer(self, block: Any, planes: int, blocks: int, stride: int = 1) -> nn.Sequential:
        outputs = planes * block.expansion
        downsample = None
        if stride != 1 or self.inplanes != outputs:
            downsample = nn.Sequential(
                nn.Conv2D(self.inplanes, outputs, 1, stride=stride, bias_attr=False), nn.BatchNorm2D(outputs)
            )
        made = [block(self.inplanes, planes, stride, downsample, self.groups, self.base_width)]
        self.inplanes = outputs
        made += [
            block(outputs, planes, groups=self.groups, base_width=self.base_width) for _ in range(1, blocks)
        ]
        return nn.Sequential(*made)

    def forward(self, x: Tensor) -> Tensor:
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        if self.with_pool:
            x = self.avgpool(x)
        return self.fc(flatten(x, 1)) if self.num_classes > 0 else x


def _resnet(name: str, depth: int, what: str = "", **fixed: int) -> Callable[..., ResNet]:
    block = BasicBlock if depth < 50 else BottleneckBlock

    def make(pretrained: bool = False, **kwargs: Any) -> ResNet:
        return trained(ResNet(block, depth, **{**kwargs, **fixed}), name, model_urls, pretrained)

    make.__name__ = make.__qualname__ = name
    make.__doc__ = f"""ResNet with {depth} layers{what}.

    ``pretrained``: with PaddlePaddle's weights, which are fetched. Other arguments as for `ResNet`."""
    return make


def _resnext(name: str, depth: int, groups: int) -> Callable[..., ResNet]:
    return _resnet(name, depth, f" whose convolutions have {groups} groups", groups=groups, width=4)


resnet18 = _resnet("resnet18", 18)
resnet34 = _resnet("resnet34", 34)
resnet50 = _resnet("resnet50", 50)
resnet101 = _resnet("resnet101", 101)
resnet152 = _resnet("resnet152", 152)
resnext50_32x4d = _resnext("resnext50_32x4d", 50, 32)
resnext50_64x4d = _resnext("resnext50_64x4d", 50, 64)
resnext101_32x4d = _resnext("resnext101_32x4d", 101, 32)
resnext101_64x4d = _resnext("resnext101_64x4d", 101, 64)
resnext152_32x4d = _resnext("resnext152_32x4d", 152, 32)
resnext152_64x4d = _resnext("resnext152_64x4d", 152, 64)
wide_resnet50_2 = _resnet("wide_resnet50_2", 50, ", twice as wide", width=128)
wide_resnet101_2 = _resnet("wide_resnet101_2", 101, ", twice as wide", width=128)
