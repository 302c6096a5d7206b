"""`row_conv` and `spectral_norm` as in PaddlePaddle 2.6.2; the latter's gradient is the true one (there it is not)."""

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite import static
from paddlelite.errors import InvalidArgumentError


def parameter(rng, *shape):
    return paddle.ParamAttr(initializer=paddle.nn.initializer.Assign(rng.randn(*shape).astype("float32")))


def length(w):
    return np.linalg.svd(w.transpose(1, 0, 2, 3).reshape(3, -1))[1][0]


def test_as_paddlepaddle(graph):
    rng = np.random.RandomState(0)
    x = static.data("x", [None, None, 5])
    out = static.nn.row_conv(x, 2, param_attr=parameter(rng, 3, 5), act="tanh")
    w = static.create_parameter([4, 3, 2, 2], "float32", attr=parameter(rng, 4, 3, 2, 2))
    normed = static.nn.spectral_norm(w, 1, 30)
    (dw,) = static.gradients((normed * normed * normed).sum(), [w])
    exe = static.Executor()
    exe.run(graph[1])
    feed = {"x": rng.randn(2, 4, 5).astype("float32")}
    out, normed, dw, w = exe.run(graph[0], feed, [out, normed, dw, w])
    np.testing.assert_allclose(out[1, :, 2], [0.9853435, 0.7313387, 0.3855152, 0.95109284], rtol=1e-5)
    assert np.abs(out).sum() == pytest.approx(27.502185821533203)
    assert np.abs(normed).sum() == pytest.approx(6.990095615386963)
    np.testing.assert_allclose(normed, w / length(w), rtol=1e-4)
    way = np.zeros_like(w, "float64")
    way[1, 2, 0, 1] = 1e-6
    first, second = (((v := w.astype("float64") + s * way) / length(v)) ** 3 for s in (-1, 1))
    assert dw[1, 2, 0, 1] == pytest.approx((second.sum() - first.sum()) / 2e-6, rel=1e-3)


def test_bad_input(graph):
    x = static.data("x", [None, None, 5])
    with pytest.raises(InvalidArgumentError, match=r"sequences of one length.*received \[-1, 5\]"):
        static.nn.row_conv(x[:, 0], 2)
    with pytest.raises(InvalidArgumentError, match="must not be negative, but is -1"):
        static.nn.row_conv(x, -1)
    with pytest.raises(InvalidArgumentError, match="received dim=2"):
        static.nn.spectral_norm(static.create_parameter([2, 3, 4], "float32"), 2)
    with pytest.raises(InvalidArgumentError, match="must be known"):
        static.nn.spectral_norm(x)
    with pytest.raises(InvalidArgumentError, match="can not be equal to 0|cannot be equal to 0"):
        static.nn.spectral_norm(static.data("y", [0, 3]))
