"""`paddle.vision.models` have PaddlePaddle's parameters, by name, and its outputs (see tests/golden)."""

import json
import pathlib

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite.utils import download
from paddlelite.vision import models
from tests.dataset.folder import empty_home
from tests.vision.files import md5
from tests.vision.nets import NETS, described

GOLDEN = json.loads((pathlib.Path(__file__).parents[1] / "golden" / "vision_models.json").read_text())


@pytest.mark.parametrize("name", NETS)
def test_as_paddlepaddle(name):
    digest, *ran = described(paddle, name)
    assert digest == GOLDEN[name][0]
    if ran:
        shape, numbers = GOLDEN[name][1:]
        assert ran[0] == shape
        scale = max(1e-3, float(np.abs(numbers).max()))
        np.testing.assert_allclose(np.array(ran[1]) / scale, np.array(numbers) / scale, atol=2e-4)


def test_a_network_is_translated_and_trained():
    paddle.seed(0)
    net = paddle.jit.to_static(models.mobilenet_v2(scale=0.25, num_classes=3))
    trainer = paddle.optimizer.Adam(1e-3, parameters=net.parameters())
    images, labels = paddle.randn([6, 3, 32, 32]), paddle.to_tensor([0, 1, 2, 0, 1, 2])
    losses = []
    for _ in range(4):
        loss = paddle.nn.functional.cross_entropy(net(images), labels)
        loss.backward()
        trainer.step()
        trainer.clear_grad()
        losses.append(float(loss))
    assert losses[-1] < losses[0]


def test_trained_weights(tmp_path, monkeypatch):
    empty_home(monkeypatch, tmp_path / "data")
    monkeypatch.setattr(download, "WEIGHTS_HOME", str(tmp_path))
    source = models.squeezenet1_1()
    path = tmp_path / "SqueezeNet1_1_pretrained.pdparams"
    paddle.save(source.state_dict(), str(path))
    with pytest.raises(ValueError, match=r"The MD5 of .*SqueezeNet1_1_pretrained.pdparams is"):
        models.squeezenet1_1(pretrained=True)
    monkeypatch.setitem(models.squeezenet.model_urls, "squeezenet1_1", ("http://x/" + path.name, md5(path)))
    loaded = models.squeezenet1_1(pretrained=True)
    for name, value in source.state_dict().items():
        np.testing.assert_array_equal(value, loaded.state_dict()[name])
    with pytest.raises(FileNotFoundError, match=r"There is no file .*resnet18.pdparams"):
        models.resnet18(pretrained=True)
    with pytest.raises(AssertionError, match="vgg11_bn model do not have a pretrained model now"):
        models.vgg11(pretrained=True, batch_norm=True, num_classes=0)


def test_bad_input():
    with pytest.raises(ValueError, match="depth should be one of"):
        models.ResNet(models.resnet.BasicBlock, 20)
    with pytest.raises(AssertionError, match="supported versions are"):
        models.SqueezeNet("2.0")
    with pytest.raises(NotImplementedError, match=r"This scale size:\[0.7\] is not implemented"):
        models.ShuffleNetV2(0.7)
    with pytest.raises(ValueError, match="The activation function is not supported: gelu"):
        models.ShuffleNetV2(1.0, "gelu")
    with pytest.raises(AssertionError, match="supported layers are .* but input layer is 100"):
        models.DenseNet(100)
