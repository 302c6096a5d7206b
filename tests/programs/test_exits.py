"""Checklist C: exits."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite.errors import CaptureError
from paddlelite.jit import to_static

from .harness import check, tensor

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

    check(f, *NUMBERS, stops="no_grad")


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

    check(f, *NUMBERS, files="cannot be handled by the `try` or `with`")


@pytest.mark.parametrize("kind", ["tuple", "list", "dict"])
def test_structures(kind):
    def f(x):
        if x.sum() > 1:
            return (x, x + 1) if kind == "tuple" else [x, x + 1] if kind == "list" else {"a": x, "b": x + 1}
        return (x + 2, x) if kind == "tuple" else [x + 2, x] if kind == "list" else {"a": x + 2, "b": x}

    check(f, *NUMBERS, conds=1)


def test_returns_in_python_and_graph_loops_with_fall_through():
    def f(x, n):
        for i in range(n):
            if i > 2:
                return x * i
            if x.sum() > 5:
                return x - 1
            x = x + i
        return x * 10

    def g(x, n):
        for i in range(n):
            x = paddle.concat([x, x])
            if x.shape[0] > 6 and x.sum() > 4:
                return x
        return x

    check(f, *COUNTS, loops=1)
    check(g, *COUNTS, loops=1)


def test_return_of_a_row():
    def f(x):
        for v in x:
            if v > 4:
                return v
        return x.sum() - 1

    check(f, ([1.0, 5.0, 9.0],), ([1.0],), (np.zeros((0,), "float32"),))


class Entered:
    def __init__(self):
        self.entered = self.left = 0

    def __enter__(self):
        self.entered += 1

    def __exit__(self, *error):
        self.left += self.entered * 10
        return False


def test_three_returns_inside_with():
    def inside(x, manager):
        with manager:
            if x.sum() > 5:
                return x * 2
            if x.sum() > 1:
                return x * 3
            with manager:
                if x.sum() > 0:
                    return x * 4
            x = x + 1
        return x

    def f(x):
        manager = Entered()
        return inside(x, manager), manager.entered, manager.left

    check(f, *NUMBERS)


def test_finally_runs_after_three_returns():
    def f(x):
        k = [x * 0]
        try:
            if x.sum() > 5:
                return x * 2, k
            if x.sum() > 1:
                return x * 3, k
            x = x + 1
        finally:
            k[0] = k[0] + 1
        return x * 5, k

    check(f, *NUMBERS)


def test_break_and_continue_inside_with_and_try():
    def f(x, n):
        k = x * 0
        for i in range(n):
            try:
                with paddle.no_grad():
                    if x.sum() > 5:
                        break
                    if i == 1:
                        continue
                    x = x + i
            finally:
                k = k + 1
        else:
            k = k + 100
        return x, k

    check(f, *COUNTS, loops=1, stops="no_grad")


def test_a_return_in_finally_is_not_rewritten():
    def f(x):
        try:
            if x.sum() > 1:
                return x * 2
        finally:
            return x + 1  # noqa: B012

    with pytest.raises(CaptureError, match=r"test_exits.py:\d+"):
        to_static(f)(tensor([2.0]))


def one_path_gives_none(x):
    if x.sum() > 1:
        return x
    x = x + 1


def two_structures(x):
    if x.sum() > 1:
        return x, x
    return x


def two_lengths(x):
    if x.sum() > 1:
        return x, x
    return x, [x], x


def two_sets_of_keys(x):
    if x.sum() > 1:
        return {"a": x}
    return {"b": x}


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (one_path_gives_none, r"a float32 tensor of shape \[1\] \(line {0}\) .* None \(line {1}\) if not"),
        (
            two_structures,
            r"a tuple of 2, \(_, _\) \(line {0}\) .* a float32 tensor of shape \[1\] \(line {1}\)",
        ),
        (
            two_lengths,
            r"a tuple of 2, \(_, _\) \(line {0}\) .* a tuple of 3, \(_, \[_\], _\) \(line {1}\) if not: .* lengths",
        ),
        (
            two_sets_of_keys,
            r"a dict of 1, {{'a': _}} \(line {0}\) .* a dict of 1, {{'b': _}} \(line {1}\) if not: .* keys",
        ),
    ],
)
def test_returns_that_do_not_fit_together(function, said):
    first = function.__code__.co_firstlineno
    said = rf"test_exits.py:{first + 1}: the function's result is " + said.format(first + 2, first + 3)
    with pytest.raises(CaptureError, match=said):
        to_static(function)(tensor([1.0]))


def test_results_that_do_not_fit_but_nobody_reads():
    def f(x):
        def helper(v, out):
            out.append(v + 1)
            if v.sum() > 1:
                return v, v
            return 5

        out = []
        helper(x, out)
        return out[0]

    check(f, *NUMBERS)


def test_every_path_without_a_value():
    def f(x, out):
        if x.sum() > 1:
            return
        return None

    assert to_static(f)(tensor([2.0]), 1) is None
