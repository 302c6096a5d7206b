"""Values that are one of two or more: what is known after a raise, three ways, and functions that take None."""

from __future__ import annotations

import traceback

import pytest

import paddlelite as paddle
from paddlelite.errors import InvalidArgumentError
from paddlelite.jit import to_static

from .harness import check, tensor

COUNTS = [([1.0, 2.0], paddle.to_tensor(n)) for n in (0, 1, 2, 5)]


def after_a_raise(x, n):
    y = None
    if n > 1:
        y = x
    if y is None:
        raise ValueError("no y")
    return y + 1, y


def after_an_assertion(x, n):
    y = None
    for i in range(n):
        y = x * i
    assert y is not None, "no round"
    return y


def three_strings(x, n):
    if n == 0:
        word, f = "none", paddle.tanh
    elif n == 1:
        word, f = "one", paddle.exp
    else:
        word, f = "some", lambda v: v * 2
    if word == "one":
        x = x + 1
    elif word != "none":
        x = x + 2
    return f(x), [lambda v: v, lambda v: v * 2, lambda v: v * 3][n % 3](x)


def two_strings_or_none(x, n):
    mode = None
    if n == 0:
        mode = "up"
    elif n > 1:
        mode = "down"
    if mode is None:
        return x
    return x + 1 if mode == "up" else x - 1


def an_argument_of_paddles(x, n):
    how = "sum" if n > 1 else "mean"
    y = None
    if n > 1:
        y = x
    return paddle.nn.functional.mse_loss(x, x * 2, reduction=how), paddle.is_tensor(y), x


@pytest.mark.parametrize(
    "function",
    [after_a_raise, after_an_assertion, three_strings, two_strings_or_none, an_argument_of_paddles],
)
def test_one_of_two_or_more(function):
    check(function, *COUNTS)


@pytest.mark.parametrize("kind", ["SimpleRNNCell", "GRUCell", "LSTMCell"])
def test_a_layer_begins_with_states_of_its_own(kind):
    paddle.seed(1)
    cell = getattr(paddle.nn, kind)(2, 3)

    def f(x, n):
        states, out = None, paddle.zeros([1, 3])
        for _ in range(n):
            out, states = cell(x, states)
        return out

    static = to_static(f)
    for n in (0, 1, 4):
        args = tensor([[1.0, 2.0]]), paddle.to_tensor(n)
        assert paddle.allclose(static(*args), f(*args))


def test_an_error_of_the_running_graph_shows_the_users_line():
    def f(x, n):
        for i in range(n):
            if i == 2:
                raise KeyError(i)
        return x[n]

    for n, line in ((3, "raise KeyError(i)"), (2, "return x[n]")):
        with pytest.raises((KeyError, IndexError)) as caught:
            to_static(f)(tensor([1.0, 2.0]), paddle.to_tensor(n))
        last = traceback.extract_tb(caught.value.__traceback__)[-1]
        assert (last.filename, last.line) == (__file__, line)
        assert caught.value.__cause__ is None


def test_what_returns_no_tensor_has_no_file(tmp_path):
    f = to_static(lambda x: 3)
    spec = [paddle.static.InputSpec([None])]
    for save in (paddle.jit.save, paddle.onnx.export):
        with pytest.raises(InvalidArgumentError, match="returns no tensor"):
            save(f, str(tmp_path / "m"), input_spec=spec)
