"""`paddle.distribution` against PaddlePaddle 3.3.1 (tests/golden), its samples against its own moments, bad input."""

import pathlib

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite import distribution as D
from tests.distribution.cases import run

GOLDEN = np.load(pathlib.Path(__file__).parents[1] / "golden" / "distributions.npz")


@pytest.fixture(scope="module")
def found():
    return run(paddle)


@pytest.mark.parametrize("name", GOLDEN.files)
def test_as_paddlepaddle(found, name):
    assert found[name].shape == GOLDEN[name].shape
    np.testing.assert_allclose(found[name], GOLDEN[name], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    "made",
    [D.Normal(1.5, 0.5), D.Uniform(-1.0, 3.0), D.Bernoulli(0.3), D.Exponential(2.0), D.Laplace(0.5, 1.5)],
    ids=lambda made: type(made).__name__,
)
def test_samples_have_the_moments(made):
    paddle.seed(5)
    drawn = made.sample([40000]).numpy()
    assert drawn.shape == (40000,) and made.sample([2]).stop_gradient is not False
    spread = float(made.variance) ** 0.5
    assert abs(drawn.mean() - float(made.mean)) < 0.03 * spread
    assert abs(drawn.std() / spread - 1) < 0.03


def test_categories_are_as_likely_as_they_should_be():
    paddle.seed(5)
    logits = paddle.to_tensor([[0.0, 1.0, 2.0], [3.0, 0.0, 0.0]])
    drawn = D.Categorical(logits).sample([20000]).numpy()
    assert drawn.shape == (20000, 2) and drawn.dtype == np.int64
    for row in range(2):
        shares = np.bincount(drawn[:, row], minlength=3) / 20000
        np.testing.assert_allclose(shares, paddle.nn.functional.softmax(logits)[row], atol=0.015)


def test_gradients():
    loc, scale = (paddle.to_tensor(x, stop_gradient=False) for x in (0.5, 2.0))
    made = D.Normal(loc, scale)
    paddle.seed(1)
    x = made.rsample([3])
    x.sum().backward()
    assert float(loc.grad) == 3 and float(scale.grad) == pytest.approx(float(((x - 0.5) / 2).sum()), rel=1e-5)
    assert made.sample([3]).stop_gradient
    # Policy gradients: of the chosen actions' logarithms.
    weights = paddle.to_tensor([0.2, 0.8], stop_gradient=False)
    D.Categorical(weights).log_prob(paddle.to_tensor([1])).sum().backward()
    np.testing.assert_allclose(weights.grad, [-1, 1 / 0.8 - 1], rtol=1e-5)
    for made in (D.Exponential(scale), D.Laplace(loc, scale), D.Uniform(loc, scale)):
        assert not made.rsample([2]).stop_gradient


def test_in_a_program():
    @paddle.jit.to_static
    def both(x, scale):
        made = D.Normal(x * 0.5, scale)
        return made.log_prob(x), D.kl_divergence(made, D.Normal(x, scale + 1))

    x, scale = paddle.to_tensor([0.5, -1.0]), paddle.to_tensor([1.0, 2.0])
    made = D.Normal(x * 0.5, scale)
    for one, other in zip(both(x, scale), (made.log_prob(x), made.kl_divergence(D.Normal(x, scale + 1)))):
        np.testing.assert_allclose(one, other, rtol=1e-5)


def test_uniform_divergence():
    assert D.Uniform(0.0, 1.0).kl_divergence(D.Uniform(-1.0, 3.0)).item() == pytest.approx(
        np.log(4), rel=1e-6
    )
    assert D.Uniform(0.0, 1.0).kl_divergence(D.Uniform(0.5, 3.0)).item() == np.inf


def test_divergences_can_be_registered():
    class Mine(D.Normal):
        pass

    assert D.kl_divergence(Mine(0.0, 1.0), D.Normal(0.0, 1.0)).item() == 0

    @D.register_kl(Mine, D.Uniform)
    def divergence(p, q):
        return paddle.to_tensor(7.0)

    assert Mine(0.0, 1.0).kl_divergence(D.Uniform(0.0, 1.0)).item() == 7
    with pytest.raises(NotImplementedError, match="kl_divergence of Uniform and Mine is not known"):
        D.kl_divergence(D.Uniform(0.0, 1.0), Mine(0.0, 1.0))
    with pytest.raises(TypeError, match="must be subclass of Distribution"):
        D.register_kl(int, D.Normal)


@pytest.mark.parametrize(
    "make, kind, match",
    [
        (lambda: D.Normal("0", 1.0), TypeError, "Type of input args must be float"),
        (lambda: D.Normal(0.0, -1.0), ValueError, "scale should be positive"),
        (lambda: D.Exponential(0.0), ValueError, "rate should be positive"),
        (lambda: D.Bernoulli(1.5), ValueError, "probs should be from 0 to 1"),
        (lambda: D.Categorical(0.5), ValueError, "need an axis of categories"),
        (lambda: D.Normal(0.0, 1.0).sample(3), TypeError, "sample shape must be Iterable"),
        (lambda: D.Normal([0.0, 1.0], [1.0, 1.0, 1.0]), ValueError, "[Bb]roadcast|shape"),
        (lambda: D.Distribution().entropy(), NotImplementedError, "Distribution has no entropy"),
        (lambda: D.Categorical([1.0]).mean, NotImplementedError, "Categorical has no mean"),
    ],
)
def test_bad_input(make, kind, match):
    with pytest.raises(kind, match=match):
        make()
