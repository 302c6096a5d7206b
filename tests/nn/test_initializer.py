"""Initializers: fixed values recorded from PaddlePaddle 3.3.1, distributions by their moments and bounds."""

import math

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite.nn import initializer as I


def made(initializer, shape, dtype="float32"):
    return paddle.create_parameter(shape, dtype, default_initializer=initializer).numpy()


def test_constant_and_assign():
    assert made(I.Constant(2.5), [2, 2]).tolist() == [[2.5, 2.5], [2.5, 2.5]]
    assert made(I.Constant(), [2]).tolist() == [0, 0] and made(I.Constant(2), [2], "int64").tolist() == [2, 2]
    for value in ([1, 2], np.array([1.0, 2.0]), paddle.to_tensor([1.0, 2.0])):
        assert made(I.Assign(value), [2]).tolist() == [1, 2]
    assert made(I.Assign([1.5]), [1], "int32").tolist() == [1]
    source = np.ones(2, "float32")
    p = paddle.create_parameter([2], "float32", default_initializer=I.Assign(source))
    source[0] = 5
    assert p.tolist() == [1, 1], "a parameter owns its values"
    t = paddle.ones([2])
    I.Constant(7.0)(t)
    assert t.tolist() == [7, 7]


def test_dirac():
    assert made(I.Dirac(), [3, 2, 3]).tolist() == [
        [[0, 1, 0], [0, 0, 0]],
        [[0, 0, 0], [0, 1, 0]],
        [[0, 0, 0], [0, 0, 0]],
    ]
    assert made(I.Dirac(2), [4, 2, 3]).tolist() == [[[0, 1, 0], [0, 0, 0]], [[0, 0, 0], [0, 1, 0]]] * 2
    assert made(I.Dirac(), [2, 3, 2, 2])[:, :, 1, 1].tolist() == [[1, 0, 0], [0, 1, 0]]
    assert [axis.tolist() for axis in made(I.Dirac(), [2] * 5).nonzero()] == [
        [0, 1],
        [0, 1],
        [1, 1],
        [1, 1],
        [1, 1],
    ]


def test_bilinear():
    kernel = [[0.0625, 0.28125, 0.375, 0.15625], [0.1875, 0.65625, 0.75, 0.21875]]
    kernel += [[0.1875, 0.46875, 0.375, 0.09375], [0.0625, 0.09375, 0.0, -0.03125]]
    np.testing.assert_allclose(made(I.Bilinear(), [2, 1, 4, 4]), [[kernel], [kernel]], atol=1e-7)
    odd = [[0.0625, 0.3125, 0.4375], [0.1875, 0.6875, 0.6875], [0.1875, 0.4375, 0.3125]]
    np.testing.assert_allclose(made(I.Bilinear(), [2, 2, 3, 3]), [[odd, odd], [odd, odd]], atol=1e-6)


@pytest.mark.parametrize("shape", [[4, 3], [3, 2, 2], [5, 5]])
def test_orthogonal(shape):
    w = made(I.Orthogonal(2.0), shape, "float64").reshape(shape[0], -1)
    small = w @ w.T if w.shape[0] <= w.shape[1] else w.T @ w
    np.testing.assert_allclose(small, 4 * np.eye(len(small)), atol=1e-12)
    assert not np.allclose(w, made(I.Orthogonal(2.0), shape, "float64").reshape(shape[0], -1))


# the greatest of many numbers, recorded from PaddlePaddle 3.3.1, shows the fans of a shape
@pytest.mark.parametrize(
    ("shape", "limits"),
    [
        ([6], [0.707, 1.414, 1.0, 1.0, 0.894]),
        ([6, 4], [0.775, 1.549, 1.0, 1.225, 0.894]),
        ([8, 6, 4], [0.327, 0.655, 0.5, 0.433, 0.447]),
        ([8, 6, 3, 3], [0.218, 0.436, 0.333, 0.289, 0.298]),
        ([2, 3, 4, 5, 6], [0.1, 0.2, 0.129, 0.158, 0.1155]),
    ],
)
def test_limits_of_the_uniform_ones(shape, limits):
    paddle.seed(1)
    initializers = [
        I.XavierUniform(),
        I.XavierUniform(gain=2.0),
        I.KaimingUniform(),
        I.KaimingUniform(mode="fan_out"),
        I.KaimingUniform(nonlinearity="leaky_relu", negative_slope=0.5),
    ]
    for initializer, limit in zip(initializers, limits, strict=True):
        values = np.concatenate([made(initializer, shape).reshape(-1) for _ in range(60)])
        assert 0.97 * limit < values.max() <= 1.003 * limit and -1.003 * limit <= values.min() < -0.97 * limit


@pytest.mark.parametrize(
    ("initializer", "mean", "std"),
    [
        (I.Normal(1.0, 2.0), 1.0, 2.0),
        (I.Uniform(1.0, 4.0), 2.5, 3 / math.sqrt(12)),
        (I.XavierNormal(), 0.0, math.sqrt(2 / 400)),
        (I.XavierNormal(fan_in=50, fan_out=50), 0.0, math.sqrt(2 / 100)),
        (I.KaimingNormal(), 0.0, math.sqrt(2 / 100)),
        (I.KaimingNormal(fan_in=50), 0.0, 0.2),
        (I.KaimingNormal(mode="fan_out", nonlinearity="linear"), 0.0, math.sqrt(1 / 300)),
        (I.TruncatedNormal(0.0, 0.02), 0.0, 0.02),
        # recorded from PaddlePaddle 3.3.1: the bounds are values, not multiples of std
        (I.TruncatedNormal(1.0, 2.0, -1.0, 3.0), 1.0, 1.0766),
        (I.TruncatedNormal(0.0, 1.0, 2.0, 3.0), 2.3168, 0.24875),
        (I.TruncatedNormal(0.0, 1.0, -0.5, 0.5), 0.0, 0.284),
    ],
)
def test_moments(initializer, mean, std):
    paddle.seed(2)
    for dtype in ("float32", "float64"):
        values = made(initializer, [100, 300], dtype)
        assert values.dtype == dtype
        assert values.mean() == pytest.approx(mean, abs=0.03 * std) and values.std() == pytest.approx(
            std, rel=0.02
        )


@pytest.mark.parametrize(
    ("arguments", "low", "high"),
    [
        ((0.0, 1.0, 2.0, 3.0), 2, 3),
        ((0.0, 1.0, 9.0, 50.0), 9, 50),
        ((5.0, 0.1, -2.0, 2.0), -2, 2),
        ((3.0, 0.0), 2, 2),
    ],
)
def test_truncated_normal_keeps_its_bounds_far_from_the_mean(arguments, low, high):
    values = made(I.TruncatedNormal(*arguments), [2000])
    assert low <= values.min() and values.max() <= high


def test_the_seed_fixes_every_initializer():
    for initializer in (
        I.Normal(),
        I.Uniform(),
        I.TruncatedNormal(),
        I.XavierUniform(),
        I.KaimingNormal(),
        I.Orthogonal(),
    ):
        paddle.seed(3)
        first = made(initializer, [4, 4])
        assert not np.array_equal(first, made(initializer, [4, 4]))
        paddle.seed(3)
        assert np.array_equal(first, made(initializer, [4, 4]))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
def test_other_dtypes_and_odd_shapes(dtype):
    for initializer in (
        I.Normal(),
        I.Uniform(),
        I.TruncatedNormal(),
        I.XavierNormal(),
        I.KaimingUniform(),
        I.Constant(1.0),
    ):
        for shape in ([], [0, 2], [2, 3]):
            p = paddle.create_parameter(shape, dtype, default_initializer=initializer)
            assert p.shape == shape and str(p.dtype).endswith(dtype)


def test_calculate_gain():
    assert I.calculate_gain("tanh") == 5 / 3 and I.calculate_gain("relu") == math.sqrt(2)
    assert I.calculate_gain("leaky_relu") == pytest.approx(1.4141428569978354)
    assert I.calculate_gain("leaky_relu", 0.3) == pytest.approx(1.3545709229571927)
    assert I.calculate_gain("selu") == 0.75
    for name in ("sigmoid", "linear", "conv2d", "conv1d_transpose", "conv_transpose2d"):
        assert I.calculate_gain(name) == 1


def test_global_initializer():
    try:
        I.set_global_initializer(I.Constant(2.0), I.Constant(3.0))
        weight = paddle.create_parameter([2], "float32")
        bias = paddle.create_parameter([2], "float32", is_bias=True)
        layers_own = paddle.create_parameter([2], "float32", default_initializer=I.Constant(4.0))
        given = paddle.create_parameter([2], "float32", attr=I.Constant(5.0))
        assert [p.tolist()[0] for p in (weight, bias, layers_own, given)] == [2, 3, 2, 5]
    finally:
        I.set_global_initializer(None)
    assert paddle.create_parameter([2], "float32", is_bias=True).tolist() == [0, 0]
    with pytest.raises(TypeError, match="set_global_initializer"):
        I.set_global_initializer(3)


def test_an_initializer_of_the_users_own():
    class Counting(I.Initializer):
        def forward(self, var, block=None):
            var.set_value(np.arange(int(np.prod(var.shape)), dtype="float32").reshape(var.shape))

    assert made(Counting(), [2, 2]).tolist() == [[0, 1], [2, 3]]
    with pytest.raises(NotImplementedError, match="forward"):
        made(I.Initializer(), [2])


@pytest.mark.parametrize(
    ("error", "words", "make"),
    [
        (ValueError, "none", lambda: I.Constant(None)),
        (TypeError, "Constant", lambda: I.Constant("a")),
        (AssertionError, "Assign", lambda: I.Assign("a")),
        (AssertionError, "Assign", lambda: I.Assign(3)),
        (ValueError, r"\[1, 2\]", lambda: made(I.Assign([[1.0, 2.0]]), [2])),
        (AssertionError, "groups", lambda: I.Dirac(0)),
        (AssertionError, "groups", lambda: I.Dirac(1.5)),
        (AssertionError, "divisible", lambda: made(I.Dirac(3), [4, 2, 3])),
        (AssertionError, "3/4/5", lambda: made(I.Dirac(), [2, 3])),
        (ValueError, "must be 4", lambda: made(I.Bilinear(), [2, 4])),
        (ValueError, "equal", lambda: made(I.Bilinear(), [2, 1, 3, 4])),
        (AssertionError, "2 or more", lambda: made(I.Orthogonal(), [3])),
        (AssertionError, "mean", lambda: I.Normal(None)),
        (TypeError, "std", lambda: I.Normal(0, "a")),
        (AssertionError, "high", lambda: I.Uniform(2.0, 1.0)),
        (ValueError, "below b", lambda: I.TruncatedNormal(0, 1, 2, 1)),
        (ValueError, "std", lambda: I.TruncatedNormal(0, -1)),
        (TypeError, "fan_in", lambda: I.XavierNormal("a")),
        (ValueError, "mode", lambda: I.KaimingNormal(mode="x")),
        (ValueError, "nonlinearity", lambda: I.KaimingNormal(nonlinearity="x")),
        (ValueError, "nonlinearity", lambda: I.calculate_gain("foo")),
    ],
)
def test_bad_arguments(error, words, make):
    with pytest.raises(error, match=words):
        make()
