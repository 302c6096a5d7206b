"""Gradients of gradients through branches and loops. First and second ones of all other programs: `harness.check`."""

from __future__ import annotations

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite.jit import to_static

from .harness import check, tensor


def branch(x, n):
    y = x
    if n > 1:
        y = y * y * y
    return y


def handed_on(x, n):
    y = x * 1
    for i in range(n):
        y = y * y if i == 0 else y
    return y


def branch_in_a_loop(x, n):
    y = x
    for i in range(n):
        if i > 0:
            y = y * y * 0.5
        else:
            y = y * x
    return y


def loop_in_a_loop(x, n):
    y, z = x * 1, x * 0
    for _ in range(n):
        for _ in range(n):
            y = y * x * 0.5
        z = z + y
    return z


def loop_in_a_branch(x, n):
    y = x * 1
    if n > 1:
        for _ in range(n):
            y = y * x
    return y


def with_break(x, n):
    y = x * 1
    for _ in range(n + 3):
        y = y * x
        if y.sum() > 3:
            break
    return y


def growing(x, n):
    y, items = x * 1, [x]
    for _ in range(n):
        items.append(items[-1] * x)
    for item in items:
        y = y * item
    return y


FUNCTIONS = [branch, handed_on, branch_in_a_loop, loop_in_a_loop, loop_in_a_branch, with_break, growing]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_first_and_second(function):
    check(function, *(([1.0, -1.5], paddle.to_tensor(n)) for n in (0, 1, 3)))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_taken_inside(function):
    """A loss that has a gradient in it, as a penalty on gradients has."""

    def loss(x, n):
        y = function(x, n)
        (slope,) = paddle.grad((y * y).sum(), x, create_graph=True)
        return (slope * slope).sum()

    static = to_static(loss)
    for n in (0, 1, 3):
        want, got = (_third(f, n) for f in (loss, static))
        np.testing.assert_allclose(got, want, rtol=1e-4)


def _third(loss, n):
    """The first and the second gradient of a loss with a gradient in it."""
    x = tensor([1.0, -1.5])
    x.stop_gradient = False
    (first,) = paddle.grad(loss(x, paddle.to_tensor(n)), x, create_graph=True)
    (second,) = paddle.grad((first * first).sum(), x)
    return np.stack([first.numpy(), second.numpy()])


def test_gradients_that_are_taken_inside_are_constants_unless_they_are_recorded():
    def f(x, n):
        y = x
        if n > 1:
            y = y * y * y
        (slope,) = paddle.grad(y.sum(), x)
        return x * slope, slope

    x = tensor([1.0, -1.5])
    x.stop_gradient = False
    for n in (0, 2):
        want, got = (g(x, paddle.to_tensor(n)) for g in (f, to_static(f)))
        assert want[1].stop_gradient and got[1].stop_gradient
        for a, b in zip(want, got, strict=True):
            np.testing.assert_allclose(b.numpy(), a.numpy(), rtol=1e-6)
        np.testing.assert_allclose(*(paddle.grad(each[0].sum(), x)[0].numpy() for each in (want, got)))


def test_a_program_in_another_keeps_what_only_it_needs(tmp_path):
    """The other program leaves out what it does not read; the blocks of the first stay as they are."""

    def f(x, n):
        y, z = x, x
        for _ in range(n):
            y, z = y * 2, z + 1
        return y, z

    paddle.jit.save(
        to_static(f),
        str(tmp_path / "f"),
        [paddle.static.InputSpec([None]), paddle.static.InputSpec([], "int64")],
    )
    loaded = paddle.jit.load(str(tmp_path / "f"))
    one = to_static(lambda x, n: loaded(x, n)[1])
    for layer in (one, loaded, one):
        found = layer(tensor([1.0, 2.0]), paddle.to_tensor(3))
        found = found[1] if isinstance(found, list) else found
        np.testing.assert_array_equal(found.numpy(), [4, 5])


def test_an_item_chosen_under_no_grad_is_the_tensor_itself():
    def f(x, n):
        items = [x * 2, x * 3]
        for _ in range(n):
            with paddle.no_grad():
                y = items[n % 2]
            x = x + y
        return x

    check(f, *(([1.0, -2.0], paddle.to_tensor(n)) for n in (0, 1, 2)))


def test_gradients_through_a_loop():
    def f(x, n):
        y = x
        for i in range(n):
            if y.sum() > 4:
                y = y * 0.5
            else:
                y = y * x + i
        return (y * y).sum()

    static = to_static(f)
    for n in (0, 1, 3):
        grads = []
        for function in (f, static):
            x = paddle.to_tensor([1.0, 2.0], stop_gradient=False)
            function(x, paddle.to_tensor(n)).backward()
            grads.append(x.grad.numpy())
        np.testing.assert_allclose(grads[1], grads[0], rtol=1e-5)
