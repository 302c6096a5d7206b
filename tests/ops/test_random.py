"""Random tensors: reproducible, the right distributions, the same eager and captured, bad arguments."""

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite import dims as D
from paddlelite.capture import Capture
from paddlelite.errors import InvalidArgumentError, InvalidTypeError
from paddlelite.framework.random import Generator, default_generator
from paddlelite.interpret import run_program
from paddlelite.ir import verify
from paddlelite.op import Spec
from paddlelite.ops.control import cond, while_loop
from paddlelite.ops.random import keep_mask

N = 40_000

DRAWS = {
    "rand": lambda: paddle.rand([N]),
    "randn": lambda: paddle.randn([N]),
    "uniform": lambda: paddle.uniform([N], min=-3.0, max=1.0),
    "normal": lambda: paddle.normal(2.0, 3.0, [N]),
    "normal of tensors": lambda: paddle.normal(paddle.full([N], 2.0), paddle.full([N], 3.0)),
    "randint": lambda: paddle.randint(-2, 5, [N]).astype("float64"),
    "randint_like": lambda: paddle.randint_like(paddle.zeros([N]), 0, 4),
    "bernoulli": lambda: paddle.bernoulli(paddle.full([N], 0.3)),
    "poisson": lambda: paddle.poisson(paddle.full([N], 4.0)),
    "exponential_": lambda: paddle.zeros([N]).exponential_(2.0),
    "uniform_": lambda: paddle.zeros([N]).uniform_(1.0, 3.0),
    "normal_": lambda: paddle.zeros([N]).normal_(1.0, 2.0),
    "multinomial": lambda: paddle.multinomial(paddle.to_tensor([1.0, 0.0, 3.0]), N, True).astype("float64"),
    "randn float16": lambda: paddle.randn([N], "float16").astype("float64"),
    "rand bfloat16": lambda: paddle.rand([N], "bfloat16").astype("float64"),
}
#: Mean and variance.
MOMENTS = {
    "rand": (0.5, 1 / 12),
    "randn": (0, 1),
    "uniform": (-1, 16 / 12),
    "normal": (2, 9),
    "normal of tensors": (2, 9),
    "randint": (1, 4),
    "randint_like": (1.5, 1.25),
    "bernoulli": (0.3, 0.21),
    "poisson": (4, 4),
    "exponential_": (0.5, 0.25),
    "uniform_": (2, 4 / 12),
    "normal_": (1, 4),
    "multinomial": (1.5, 0.75),
    "randn float16": (0, 1),
    "rand bfloat16": (0.5, 1 / 12),
}


@pytest.mark.parametrize("name", list(DRAWS))
def test_distribution_and_seed(name):
    paddle.seed(11)
    first, second = DRAWS[name]().numpy(), DRAWS[name]().numpy()
    mean, variance = MOMENTS[name]
    assert abs(first.mean() - mean) < 5 * (variance / N) ** 0.5
    assert abs(first.var() - variance) < 0.06 * variance + 0.005
    assert not np.array_equal(first, second), "two draws differ"
    paddle.seed(11)
    np.testing.assert_array_equal(DRAWS[name]().numpy(), first)


def test_ranges():
    x = paddle.uniform([N], min=-3.0, max=1.0).numpy()
    assert -3 <= x.min() and x.max() < 1
    half = paddle.rand([N], "bfloat16").astype("float32").numpy()
    assert 0 <= half.min() and half.max() < 1
    assert set(paddle.randint(-2, 5, [N]).tolist()) == set(range(-2, 5))
    assert set(paddle.multinomial(paddle.to_tensor([1.0, 0.0, 3.0]), N, True).tolist()) == {0, 2}
    assert sorted(paddle.randperm(100).tolist()) == list(range(100))
    rows = paddle.multinomial(paddle.rand([5, 4]) + 0.1, 4).numpy()
    np.testing.assert_array_equal(np.sort(rows, 1), np.tile(np.arange(4), (5, 1)))


@pytest.mark.parametrize("drop", [0.0, 0.1, 0.5, 0.999, 1.0])
def test_keep_mask(drop):
    mask = keep_mask(np.array([3, 4], np.int64), (100, 301), drop)
    assert mask.shape == (100, 301) and mask.dtype == np.bool_
    assert abs((~mask).mean() - drop) < 5 * (drop * (1 - drop) / mask.size) ** 0.5 + 1e-12


def test_state():
    paddle.seed(5)
    paddle.rand([3])
    state = paddle.get_rng_state()
    a = paddle.randn([4]).numpy()
    paddle.set_rng_state(state)
    np.testing.assert_array_equal(paddle.randn([4]).numpy(), a)
    with pytest.raises(InvalidArgumentError):
        paddle.set_rng_state([])
    with pytest.raises(InvalidTypeError):
        paddle.set_rng_state([3])
    assert Generator(3).get_state() == Generator(3).get_state() != Generator(4).get_state()


@pytest.mark.parametrize("seed", ["a", 1.5, None])
def test_seed_must_be_an_integer(seed):
    with pytest.raises(InvalidTypeError):
        paddle.seed(seed)


def test_unseeded_generators_differ():
    assert Generator().get_state() != Generator().get_state()


def test_op_seed_fixes_the_numbers():
    a, b = (paddle.uniform([3], seed=7).numpy() for _ in range(2))
    np.testing.assert_array_equal(a, b)


def run(function, *shapes):
    """What a captured function gives, and the generator's state after it."""
    with Capture() as c:
        inputs = [c.input(Spec(s, paddle.float32), f"x{i}") for i, s in enumerate(shapes)]
        outs = function(*inputs)
        program = c.finish(outs)
    verify(program)
    assert [t for t, _ in program.state] == [default_generator().state]
    return program


def test_captured_agrees_with_eager():
    def f(x):
        return [
            paddle.rand([2]),
            x + paddle.randn(x.shape),
            paddle.randperm(4),
            paddle.bernoulli(x * 0 + 0.5),
        ]

    program = run(f, (D.symbol("n"), 3))
    x = np.ones((5, 3), np.float32)
    paddle.seed(21)
    start = default_generator().state._data
    want = f(paddle.to_tensor(x))
    after = default_generator().state._data
    paddle.seed(21)
    assert np.array_equal(default_generator().state._data, start)
    *got, state = run_program(program, [x])
    for g, w in zip(got, want, strict=True):
        np.testing.assert_array_equal(g, w.numpy())
    np.testing.assert_array_equal(state, after)


def test_draws_in_branches_and_loops():
    def f(x):
        (a,) = cond(x.sum() > 0, lambda: [paddle.rand([2]) + paddle.rand([2])], lambda: [paddle.zeros([2])])
        _, total = while_loop(
            lambda i, t: i < 3,
            lambda i, t: [i + 1, t + paddle.rand([])],
            [paddle.to_tensor(0), paddle.to_tensor(0.0)],
        )
        return [a, total, paddle.rand([1])]

    program = run(f, (2,))
    for sign in (1, -1):
        paddle.seed(4)
        a = paddle.rand([2]) + paddle.rand([2]) if sign > 0 else paddle.zeros([2])
        total = sum((paddle.rand([]) for _ in range(3)), start=paddle.to_tensor(0.0))
        want = [a, total, paddle.rand([1])]
        after = default_generator().state.numpy()
        paddle.seed(4)
        *got, state = run_program(program, [np.full(2, sign, np.float32)])
        for g, w in zip(got, want, strict=True):
            np.testing.assert_allclose(g, w.numpy(), rtol=1e-6)
        np.testing.assert_array_equal(state, after)


@pytest.mark.parametrize(
    "call, error",
    [
        (lambda: paddle.rand([2], "int32"), TypeError),
        (lambda: paddle.rand([-2]), ValueError),
        (lambda: paddle.randint(0), ValueError),
        (lambda: paddle.randint(5, 5), ValueError),
        (lambda: paddle.randint(0, 5, dtype="float32"), TypeError),
        (lambda: paddle.randperm(-1), ValueError),
        (lambda: paddle.bernoulli(paddle.to_tensor([1.5])), ValueError),
        (lambda: paddle.bernoulli([0.5]), TypeError),
        (lambda: paddle.poisson(paddle.to_tensor([-1.0])), ValueError),
        (lambda: paddle.multinomial(paddle.to_tensor([0.0, 0.0])), ValueError),
        (lambda: paddle.multinomial(paddle.to_tensor([1.0, -1.0])), ValueError),
        (lambda: paddle.multinomial(paddle.to_tensor([1.0, 0.0]), 2), ValueError),
        (lambda: paddle.multinomial(paddle.to_tensor([1.0, 1.0]), 0), ValueError),
        (lambda: paddle.multinomial(paddle.ones([1, 1, 1])), ValueError),
        (lambda: paddle.normal("a"), TypeError),
    ],
)
def test_bad_arguments(call, error):
    with pytest.raises(error):
        call()
