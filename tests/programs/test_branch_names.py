"""Checklist A 9-11: names that branches and conditions bind, define and delete."""

from __future__ import annotations

import pytest

import paddlelite as paddle
from paddlelite.jit import to_static

from .harness import check, same_error, tensor

NUMBERS = [([float(n)],) for n in (0, 1, 2, 9)]


def test_walrus():
    def f(x):
        if (y := x.sum()) > 1 and (z := y * 2) > 5:
            y = y + z
        return y

    check(f, *NUMBERS)


def test_definition_in_a_branch():
    def f(x):
        if x.sum() > 1:

            def g(v):
                return v + 1

            x = g(x)
        return x

    check(f, *NUMBERS, conds=1)


def test_bound_in_one_branch_only():
    def f(x):
        if x.sum() > 0:
            y = x
        return y

    static = check(f, *NUMBERS, ([-1.0],), conds=1)
    same_error(UnboundLocalError, f, static, tensor([-1.0]))


def test_bound_in_one_branch_and_not_read():
    def f(x):
        if x.sum() > 0:
            y = x
            x = y + 1
        return x

    check(f, *NUMBERS, conds=1)


def walrus_in_a_while(x):
    while (n := x.sum()) < 5:
        x = x + 1
    return x, n


def walrus_in_a_comprehension(x):
    made = [(last := v * 2) for v in (x, x + 1)]
    return made, last, [y for v in (x,) if (y := v + 1) is not None], y


def walrus_in_operands(x):
    k = x
    if x.sum() > 1 and (k := x.mean() + x) > 0 or (m := x.sum()) < 1:  # noqa: F841
        x = x + k
    return x, k


def walrus_in_a_lambda(x):
    f = lambda v: (q := v + 1) * q if v.sum() > 1 else v
    return f(x)


def walrus_in_a_ternary(x):
    y = (k := x + 1) if x.sum() > 1 else (k := x - 1)
    return paddle.add(z := x + 1, z), y, k, z


@pytest.mark.parametrize(
    "function",
    [
        walrus_in_a_while,
        walrus_in_a_comprehension,
        walrus_in_operands,
        walrus_in_a_lambda,
        walrus_in_a_ternary,
    ],
)
def test_every_place_of_a_walrus(function):
    check(function, *NUMBERS)


def test_definitions_in_branches():
    def f(x):
        if x.sum() > 1:

            class Scale:
                by = 3

                def of(self, v):
                    return v * self.by if v.sum() > 2 else v

            x = Scale().of(x)
        else:
            double = lambda v, by=2: v * by
            x = double(x)
        return x

    check(f, *NUMBERS)


def test_names_deleted_in_and_after_branches():
    def f(x):
        y = x + 1
        if x.sum() > 1:
            z = y * 2
            x = z
            del z
        if x.sum() > 5:
            x = x + y
            del y
        else:
            del y
        return x

    check(f, *NUMBERS)


def test_reading_a_deleted_name():
    def f(x):
        y = x + 1
        if x.sum() > 1:
            del y
        return y

    def g(x):
        y = x + 1
        del y
        return y  # noqa: F821

    check(f, ([0.0],), ([2.0],))
    same_error(UnboundLocalError, f, to_static(f), tensor([2.0]))
    same_error(UnboundLocalError, g, to_static(g), tensor([2.0]))


def test_what_a_branch_defines_and_the_other_does_not():
    def a_function(x):
        if x.sum() > 1:

            def g(v):
                return v + 1

        return g(x)

    def a_lambda(x):
        if x.sum() > 1:
            g = lambda v: v + 1
        return g(x)

    def a_class(x):
        if x.sum() > 1:

            class g:
                k = 1

        return x + g.k

    for function in (a_function, a_lambda, a_class):
        static = check(function, *NUMBERS)
        same_error(UnboundLocalError, function, static, tensor([0.0]))
