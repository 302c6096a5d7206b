"""Checklist D: logic and builtins."""

from __future__ import annotations

import paddlelite as paddle

from .harness import check

NUMBERS = [([float(n)],) for n in (0, 1, 2, 9)]
INTS = [(paddle.to_tensor(n),) for n in (0, 1, 2, 9)]


def test_and_or_not():
    def f(x):
        n = x.sum()
        y = x
        if n > 0 and n < 5 or not n > -1:
            y = y + 1
        if not (n > 1 and x.mean() < 3):
            y = y * 2
        return y

    check(f, *NUMBERS)


def test_short_circuit():
    def f(x, n):
        if n < 3 and x[n] > 0:
            return x + 1
        return x

    check(f, *[([1.0, -1.0, 2.0], paddle.to_tensor(n)) for n in (0, 1, 2, 3, 9)])


def test_value_semantics():
    def f(n):
        return n or 7, n and 3, 0 or n, 1 and n

    check(f, *INTS)


def test_chained_comparison():
    calls = []

    def middle(n):
        calls.append(1)
        return n

    def f(n):
        a = 0
        if 0 < middle(n) < 3:
            a = 1
        b = 1 if 5 > n >= 1 != 7 else 2
        return a, b

    check(f, *INTS)


def test_membership_and_identity():
    def f(x, d):
        y = x
        if "k" in d and x is not None and 2.0 in x:
            y = y + 1
        if isinstance(x, paddle.Tensor) and 5 not in [1, 2]:
            y = y * 2
        return y

    check(f, ([1.0, 2.0], {"k": 1}), ([1.0, 3.0], {"k": 1}), ([2.0], {}))


def test_comprehensions():
    def f(x):
        rows = [v * 2 if v.sum() > 1 else v for v in x]
        d = {k: x + k for k in range(3) if k != 1}
        return rows, d, sum([v for v in x], paddle.zeros([])), [a + b for a in x for b in x if a is not b]

    check(f, ([0.0, 1.0, 2.0],), ([3.0, 1.0, -2.0],))


def test_lambda_as_a_callback():
    def apply(g, v):
        return g(v)

    def f(x):
        return apply(lambda v: v + 1 if v.sum() > 1 else v - 1, x), (lambda a, b=2: a * b)(x)

    check(f, *NUMBERS)


def test_builtins():
    def f(n):
        k = max(n, 3) + min(n, 1, 7)
        a = any([n > 1, False]) and all([n < 5, True])
        return int(n), float(n), bool(n), k, a, sum([n, n]), abs(-n)

    check(f, *INTS)
