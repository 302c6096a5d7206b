"""Checklist C: exits."""

from __future__ import annotations

import contextlib

import pytest

import paddlelite as paddle

from .harness import check

NUMBERS = [([float(n)],) for n in (0, 1, 2, 9)]
COUNTS = [([1.0, 2.0], paddle.to_tensor(n)) for n in (0, 1, 2, 5)]


def test_early_returns():
    def f(x):
        n = x.sum()
        if n < 1:
            return x, {"k": x + 1}
        if n < 2:
            if n > 1.5:
                return x * 3, {"k": x}
            x = x + 5
        else:
            return -x, {"k": x * 2}
        return x * 7, {"k": x}

    check(f, *NUMBERS)


def test_return_in_a_loop():
    def f(x, n):
        for i in range(n):
            if i == 2:
                return x * 100
            x = x + i
        return x

    check(f, *COUNTS, loops=1)


def test_several_returns_in_a_while_loop():
    def f(x, n):
        i = 0
        while i < 10:
            i += 1
            if i > n:
                return x * i
            if x.sum() > 20:
                return x - 1
            x = x * 2
        return x

    check(f, *COUNTS, loops=1)


def test_return_in_nested_loops():
    def f(x, n):
        for i in range(n):
            for j in range(n):
                if i * j > 2:
                    return x * 10 + i
                x = x + 1
            x = x * 2
        return x

    check(f, *COUNTS, loops=2)


def test_return_in_while_true():
    def f(x, n):
        while True:
            if x.sum() > n * 1.0:
                return x
            x = x + 1

    check(f, *COUNTS, loops=1)


def test_return_inside_with():
    def f(x):
        with paddle.no_grad():
            if x.sum() > 1:
                return x * 2
            x = x + 1
        return x

    check(f, *NUMBERS)


def test_finally_runs_on_every_way_out():
    log = []

    def f(x, k):
        try:
            if k == 0:
                return x
            if k == 1:
                raise ValueError("one")
            x = x + 1
        except ValueError:
            return x * 2
        finally:
            log.append(k)
        return x * 3

    check(f, *[([1.0], k) for k in (0, 1, 2)])
    assert set(log) == {0, 1, 2}


def test_return_in_python_loop_on_tensor_condition():
    def f(x):
        for i in range(4):
            if x.sum() > 2:
                return x + i
            x = x * 2
        return -x

    check(f, *NUMBERS)


def test_suppressed_exception():
    def f(x):
        with contextlib.suppress(ZeroDivisionError):
            if x.shape[0] == 1:
                return x / (1 // 0)
        return x + 1

    check(f, *NUMBERS)


@pytest.mark.parametrize("kind", ["tuple", "list", "dict"])
def test_structures(kind):
    def f(x):
        if x.sum() > 1:
            return (x, x + 1) if kind == "tuple" else [x, x + 1] if kind == "list" else {"a": x, "b": x + 1}
        return (x + 2, x) if kind == "tuple" else [x + 2, x] if kind == "list" else {"a": x + 2, "b": x}

    check(f, *NUMBERS, conds=1)
