"""Layers by the names PaddlePaddle 3.x has beside its own, and paddings with one way to fill."""

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite import nn

MODES = {"Circular": "wrap", "Reflection": "reflect", "Replication": "edge"}


@pytest.mark.parametrize("kind", MODES)
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_paddings(kind, rank):
    shape = (1, 2, 3, 4, 5)[: rank + 2]
    x = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    layer = getattr(nn, f"{kind}Pad{rank}D")
    sides = [1, 2] * rank
    widths = [(0, 0), (0, 0), *[(1, 2)] * rank]
    np.testing.assert_array_equal(layer(sides)(paddle.to_tensor(x)), np.pad(x, widths, mode=MODES[kind]))
    once = [(0, 0), (0, 0), *[(1, 1)] * rank]
    np.testing.assert_array_equal(layer(1)(paddle.to_tensor(x)), np.pad(x, once, mode=MODES[kind]))
    assert getattr(nn, f"{kind}Pad{rank}d") is layer and issubclass(layer, getattr(nn, f"Pad{rank}D"))


def test_constant_padding_needs_its_value():
    padded = nn.ConstantPad2D([1, 0, 0, 1], 7.0)(paddle.zeros([1, 1, 1, 1]))
    assert padded.tolist() == [[[[7, 0], [7, 7]]]]
    with pytest.raises(TypeError):
        nn.ConstantPad1D(1)
    assert "value=2.5" in repr(nn.ConstantPad3D(1, 2.5))


def test_other_names():
    assert nn.Module is nn.Layer and nn.ModuleList is nn.LayerList and nn.ModuleDict is nn.LayerDict
    for name in ("Conv1d", "Conv2d", "Conv3d", "AdaptiveAvgPool2d", "AdaptiveMaxPool3d", "ZeroPad2d"):
        assert getattr(nn, name) is getattr(nn, name[:-1] + "D")
    assert nn.MaxUnpool2d is nn.MaxUnPool2D
    assert (paddle.double, paddle.half, paddle.long) == (paddle.float64, paddle.float16, paddle.int64)
    paddle.manual_seed(3)
    one = paddle.rand([2])
    paddle.seed(3)
    assert one.tolist() == paddle.rand([2]).tolist()
