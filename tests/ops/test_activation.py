"""Activations at their extremes, with bad arguments and in place; random ones; error-free silence."""

from __future__ import annotations

import math
import threading
import warnings

import numpy as np
import pytest

import paddlelite as paddle
import paddlelite.nn.functional.activation as F

ALL = [
    F.celu, F.elu, F.gelu, F.hardshrink, F.hardsigmoid, F.hardswish, F.hardtanh, F.leaky_relu, F.log_sigmoid,
    F.mish, F.relu, F.relu6, F.selu, F.sigmoid, F.silu, F.softplus, F.softshrink, F.softsign, F.swish, F.tanh,
    F.tanhshrink, F.thresholded_relu, F.softmax, F.log_softmax,
]  # fmt: skip


@pytest.mark.parametrize("function", ALL, ids=lambda f: f.__name__)
def test_large_numbers_stay_finite_and_silent(function):
    x = paddle.to_tensor([-1e4, -90.0, -1e-6, 0.0, 1e-6, 90.0, 1e4], stop_gradient=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        out = function(x)
        out.sum().backward()
    assert np.isfinite(out.numpy()).all()
    assert np.isfinite(x.grad.numpy()).all()


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
@pytest.mark.parametrize("function", ALL, ids=lambda f: f.__name__)
def test_dtypes_are_kept(function, dtype):
    x = paddle.to_tensor([[-1.5, 0.25, 2.0]], dtype=dtype)
    out = function(x)
    assert out.dtype is x.dtype
    want = function(paddle.to_tensor([[-1.5, 0.25, 2.0]])).numpy()
    np.testing.assert_allclose(out.astype("float32").numpy(), want, rtol=2e-2, atol=2e-2)


@pytest.mark.parametrize("function", ALL, ids=lambda f: f.__name__)
def test_what_is_not_a_tensor_is_refused(function):
    with pytest.raises((ValueError, TypeError)):
        function([1.0, 2.0])


def test_gelu_and_erf_are_exact_to_float32():
    x = np.linspace(-7, 7, 5001).astype(np.float32)
    want = np.array([math.erf(v) for v in x.astype(np.float64)])
    np.testing.assert_allclose(paddle.erf(paddle.to_tensor(x)).numpy(), want, rtol=1e-6, atol=2e-7)
    cdf = np.array([0.5 * math.erfc(-v / math.sqrt(2)) for v in x.astype(np.float64)])
    np.testing.assert_allclose(F.gelu(paddle.to_tensor(x)).numpy(), x * cdf, atol=6e-7)


def test_bad_arguments():
    x = paddle.to_tensor([[1.0, 2.0, 3.0]])
    with pytest.raises(ValueError, match="axis"):
        F.softmax(x, axis=2)
    with pytest.raises(RuntimeError, match="int64"):
        F.softmax(paddle.to_tensor([1, 2]))
    with pytest.raises(ValueError, match="groups"):
        F.maxout(x, 2, axis=1)
    with pytest.raises(ValueError, match="even"):
        F.glu(x)
    with pytest.raises(ValueError, match="channel"):
        F.prelu(x, paddle.to_tensor([0.1, 0.2]))
    with pytest.raises(ValueError, match="scale"):
        F.selu(x, scale=0.5)
    with pytest.raises(ZeroDivisionError):
        F.celu(x, alpha=0)
    with pytest.raises(ValueError, match="lower"):
        F.rrelu(x, 0.5, 0.1)
    with pytest.raises(ValueError, match="temperature"):
        F.gumbel_softmax(x, temperature=0)


def test_gumbel_softmax_draws_one_hot_vectors_with_gradients():
    paddle.seed(7)
    x = paddle.to_tensor(np.log([[0.7, 0.2, 0.1]] * 4000).astype(np.float32), stop_gradient=False)
    out = F.gumbel_softmax(x, hard=True)
    np.testing.assert_allclose(out.numpy().sum(axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(out.numpy().mean(axis=0), [0.7, 0.2, 0.1], atol=0.03)
    (out * paddle.to_tensor([1.0, 2.0, 3.0])).sum().backward()
    assert np.abs(x.grad.numpy()).max() > 0.1


def test_rrelu_draws_slopes_between_its_bounds():
    paddle.seed(3)
    x = paddle.to_tensor(np.full((500,), -1.0, np.float32))
    slopes = -F.rrelu(x, 0.1, 0.4).numpy()
    assert 0.1 <= slopes.min() < 0.13 and 0.37 < slopes.max() <= 0.4
    np.testing.assert_allclose(F.rrelu(x, 0.1, 0.4, training=False).numpy(), -0.25)


def test_in_place_variants_write_and_record():
    x = paddle.to_tensor([-1.0, 4.0], stop_gradient=False)
    y = x * 2.0
    z = y.clip_(0.0, 5.0)
    assert z is y and y.tolist() == [0.0, 5.0]
    y.scale_(3.0).sum().backward()
    assert x.grad.tolist() == [0.0, 0.0]
    with pytest.raises(ValueError, match="inplace"):
        x.add_(paddle.to_tensor([1.0, 1.0]))
    with pytest.raises(ValueError, match="Inplace"):
        paddle.to_tensor([1.0]).add_(paddle.to_tensor([[1.0], [2.0]]))
    assert paddle.to_tensor([1, 2]).multiply_(paddle.to_tensor([3, 4])).tolist() == [3, 8]
    assert F.relu_(paddle.to_tensor([-1.0, 1.0])).tolist() == [0.0, 1.0]


def test_silence_is_per_thread_and_leaves_numpy_alone():
    found = []

    def work():
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            paddle.log(paddle.to_tensor([0.0, -1.0]))
            found.append(len(caught))

    before = np.geterr()
    threads = [threading.Thread(target=work) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert found == [0, 0, 0, 0] and np.geterr() == before
