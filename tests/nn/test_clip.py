"""Gradient clipping called by hand; what optimizers do with it is in tests/optimizer."""

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite import nn


def pair(values, **attr):
    p = paddle.create_parameter([len(values)], "float32", attr=paddle.ParamAttr(**attr))
    return p, paddle.to_tensor(np.array(values, "float32"))


def clipped(clip, *pairs):
    result = clip(list(pairs))
    assert [p for p, _ in result] == [p for p, g in pairs if g is not None]
    return [g.tolist() for _, g in result]


def test_by_value():
    assert clipped(nn.ClipGradByValue(1.0), pair([-3.0, 0.5, 2.0])) == [[-1, 0.5, 1]]
    assert clipped(nn.ClipGradByValue(1.0, -2.0), pair([-3.0, 0.5, 2.0])) == [[-2, 0.5, 1]]
    with pytest.raises(AssertionError, match="max"):
        nn.ClipGradByValue(-1)


def test_by_norm():
    np.testing.assert_allclose(clipped(nn.ClipGradByNorm(1.0), pair([3.0, 4.0])), [[0.6, 0.8]], rtol=1e-6)
    assert clipped(nn.ClipGradByNorm(10.0), pair([3.0, 4.0]), pair([0.0])) == [[3, 4], [0]]


def test_by_global_norm():
    clip = nn.ClipGradByGlobalNorm(1.0)
    np.testing.assert_allclose(clipped(clip, pair([3.0]), pair([4.0])), [[0.6], [0.8]], rtol=1e-6)
    assert clipped(clip, pair([0.3]), pair([0.4])) == [[pytest.approx(0.3)], [pytest.approx(0.4)]]
    free = pair([100.0], need_clip=False)
    got = clipped(clip, pair([3.0]), free, pair([4.0]))
    np.testing.assert_allclose(np.array(got), [[0.6], [100.0], [0.8]], rtol=1e-6)
    assert clipped(clip) == [] and clip([(free[0], None)]) == []


def test_the_gradients_given_are_not_changed():
    for clip in (nn.ClipGradByValue(1.0), nn.ClipGradByNorm(1.0), nn.ClipGradByGlobalNorm(1.0)):
        p, g = pair([3.0, 4.0])
        assert clip([(p, g)])[0][1] is not g and g.tolist() == [3, 4]


def test_how_they_print_and_what_they_refuse():
    assert str(nn.ClipGradByNorm(1)) == "Gradient Clip By Norm, clip_norm=1.000000"
    assert str(nn.ClipGradByValue(1)) == "Clip Gradient By Value, min = -1.000000, max=1.000000"
    assert str(nn.ClipGradByGlobalNorm(1)) == "Gradient Clip By GlobalNorm, global_norm=1.000000"
    assert str(paddle.regularizer.L2Decay(0.1)) == "L2Decay, coeff=0.100000"
    assert str(paddle.regularizer.L1Decay(0.1)) == "L1Decay, coeff=0.100000"
    for make in (nn.ClipGradByNorm, nn.ClipGradByGlobalNorm):
        with pytest.raises(ValueError, match="float"):
            make("a")
    with pytest.raises(TypeError):
        nn.ClipGradByNorm(1.0)(3)


def test_param_attr():
    A = paddle.ParamAttr
    assert A._to_attr(None).name is None and A._to_attr(True).trainable is True and A._to_attr(False) is False
    assert A._to_attr("w").name == "w" and [a.name for a in A._to_attr([None, "a"])] == [None, "a"]
    constant = nn.initializer.Constant(1.0)
    assert A._to_attr(constant).initializer is constant
    decay = paddle.regularizer.L2Decay(0.1)
    assert A._to_attr(decay).regularizer is decay
    attr = A(learning_rate=0.5, trainable=False, need_clip=False)
    assert A._to_attr(attr) is attr
    p = paddle.create_parameter([2], "float32", attr=attr)
    assert p.stop_gradient and not p.need_clip and p.optimize_attr == {"learning_rate": 0.5}
    for bad in (3, 1.5, object()):
        with pytest.raises(TypeError, match="ParamAttr"):
            A._to_attr(bad)
    for arguments in ({"name": 3}, {"learning_rate": "a"}, {"initializer": 3}):
        with pytest.raises(TypeError, match="ParamAttr"):
            A(**arguments)
