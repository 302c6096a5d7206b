"""Checklist F 70: `with` around and in branches and loops."""

from __future__ import annotations

import contextlib

import pytest

import paddlelite as paddle
from paddlelite.errors import CaptureError
from paddlelite.jit import to_static

from .harness import check, tensor

NUMBERS = [([float(n)],) for n in (0, 1, 2, 9)]


def test_no_grad_around_a_branch():
    def f(x):
        y = x * 2
        with paddle.no_grad():
            if x.sum() > 1:
                y = y * 3
        return y * x

    check(f, *NUMBERS, stops="no_grad")


def test_no_grad_around_what_may_not_happen():
    """What no round and no branch has written keeps its gradient."""

    def f(x, n):
        y, z = x * 2, x * 3
        with paddle.no_grad():
            for i in range(n):
                y = y * 2
                for _ in range(i):
                    z = z - y
            if n == 2:
                z = z * y
        return y * x + z

    check(f, *(([1.0, -2.0], paddle.to_tensor(n)) for n in (0, 1, 2, 3)), stops="no_grad")
    x = tensor([1.0, -2.0])
    x.stop_gradient = False

    def g(x, n):
        with paddle.no_grad():
            y, z = x * 0, x
            for _ in range(n):
                y = y + z
            if y.sum() > 1:
                y = y * x
        return y, z

    for n in (0, 2):
        y, z = to_static(g)(x, paddle.to_tensor(n))
        assert y.stop_gradient and not z.stop_gradient


class Counting:
    """Counts in `__enter__` and `__exit__`, under conditions on tensors."""

    def __init__(self, x):
        self.x, self.depth = x, 0

    def __enter__(self):
        self.depth += 2 if self.x.sum() > 1 else 3
        return self.x * self.depth

    def __exit__(self, *error):
        self.depth = self.depth - 1


def test_what_context_managers_change():
    def in_branches_and_loops(x, n):
        counting = Counting(x)
        if n > 1:
            with counting as y:
                x = x + y
        for _ in range(n):
            with counting as y:
                x = x - y
        return x, counting.depth

    def of_a_generator(x, n):
        counting = Counting(x)

        @contextlib.contextmanager
        def once_more():
            counting.depth += 1
            yield x * counting.depth
            counting.depth = counting.depth * 2

        for _ in range(n):
            with once_more() as y:
                x = x + y
        return x, counting.depth

    for function in (in_branches_and_loops, of_a_generator):
        check(function, *(([1.0, -2.5], paddle.to_tensor(n)) for n in (0, 1, 2, 3)))


def test_context_managers_enter_and_exit_in_order():
    log = []

    class Manager:
        def __init__(self, name):
            self.name = name

        def __enter__(self):
            log.append("enter " + self.name)
            return 2

        def __exit__(self, *error):
            log.append("exit " + self.name)

    def f(x):
        with Manager("a") as k, Manager("b"):
            y = x * k if x.sum() > 1 else x
            if y.sum() > 5:
                return y
        return y + 1

    static = to_static(f)
    static(tensor([1.0]))
    assert log == ["enter a", "enter b", "exit b", "exit a"]
    check(f, *NUMBERS)

    def in_a_branch(x):
        if x.sum() > 1:
            with Manager("c"):
                x = x * 2
        return x

    with pytest.raises(CaptureError, match="is a list of .* if the condition holds and a list of .* if not"):
        to_static(in_a_branch)(tensor([1.0]))


W = [[0.5, -1.0], [2.0, 0.25]]


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_amp_around_and_in_branches_and_loops(dtype):
    def around(x, w, n):
        with paddle.amp.auto_cast(dtype=dtype):
            if n > 1:
                x = paddle.matmul(x, w)
            for _ in range(n):
                x = x + paddle.matmul(x, w)
        return x

    def inside(x, w, n):
        if n > 1:
            with paddle.amp.auto_cast(dtype=dtype):
                y = paddle.matmul(x, w)
        else:
            y = x
        for _ in range(n):
            with paddle.amp.auto_cast(enable=False):
                y = y + paddle.matmul(x, w)
        return y

    for function in (around, inside):
        check(function, *[(W, W, paddle.to_tensor(n)) for n in (0, 1, 2)])
