"""Checklist B 17-18, 27, 31: names that loops bind: their variable, what the last round left, what none may bind."""

from __future__ import annotations

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite.dims import matches
from paddlelite.interpret import run_node
from paddlelite.jit import InputSpec, to_static

from .harness import check, same_error, tensor

COUNTS = [([1.0, 2.0], paddle.to_tensor(n)) for n in (0, 1, 2, 5)]


def test_loop_variable_afterwards():
    def f(x, n):
        i = 100
        for i in range(n):
            x = x + i
            i = 50
        return x, i

    check(f, *COUNTS)


def test_reassigned_loop_variable():
    def f(x, n):
        for i in range(n):
            x = x + i
            i = i * 10
            x = x + i
        return x

    check(f, *COUNTS, loops=1)


def test_first_bound_in_the_loop():
    def f(x, n):
        for i in range(n):
            y = x + i
        return y, i

    static = check(f, *COUNTS, loops=1)
    with pytest.raises(UnboundLocalError, match="variable 'y'"):
        static(tensor([1.0]), paddle.to_tensor(-1))


def test_first_bound_in_a_loop_that_runs():
    def f(x, n):
        i = 0
        while True:
            y = x + i
            i += 1
            if i >= n:
                break
        return y

    check(f, *COUNTS, loops=1)


def test_read_in_one_loop_what_another_has_bound():
    def f(x, n):
        for i in range(n):
            y = x + i
        for j in range(n):
            x = x + y * j
        return x

    check(f, *COUNTS, loops=2)


def test_bound_and_deleted_in_the_loop():
    def f(x, n):
        for i in range(n):
            y = x + i
            x = y * 2
            del y
        return x

    check(f, *COUNTS, loops=1)


def previous_if(x, n):
    for i in range(n):
        if i > 0:
            x = x + prev  # noqa: F821
        prev = x * 2  # noqa: F841
    return x


def previous_expression(x, n):
    for i in range(n):
        x = x + prev if i > 0 else x  # noqa: F821
        prev = x * 2  # noqa: F841
    return x


def previous_in_an_inner_loop(x, n):
    for i in range(n):
        for _ in range(i):
            x = x + prev  # noqa: F821
        prev = x * 2  # noqa: F841
    return x


def previous_nested(x, n):
    for i in range(n):
        if x.sum() > 0:
            if i > 1:
                x = x - prev  # noqa: F821
            prev = x * 2  # noqa: F841
    return x, prev


def previous_too_early(x, n):
    i = 0
    while i < n:
        if i >= 2:
            x = x + prev  # noqa: F821
        i += 1
        if i > 2:
            prev = x * 2  # noqa: F841
    return x


@pytest.mark.parametrize(
    "function",
    [previous_if, previous_expression, previous_in_an_inner_loop, previous_nested, previous_too_early],
)
def test_the_previous_round(function):
    check(function, *COUNTS)


def bound_in_some_rounds(x, n):
    for i in range(n):
        z = x * 2
    if n > 0:
        return z + x
    return x


def test_what_no_round_may_bind_has_no_size_of_another():
    """A tensor of size 1 stands for it then; onnxruntime gives values of one named size one buffer."""
    check(bound_in_some_rounds, *COUNTS)
    three = paddle.to_tensor([1.0, 2.0, 3.0])
    spec = [InputSpec([None], "float32"), InputSpec([], "int64")]
    program = to_static(bound_in_some_rounds).get_concrete_program(*spec)[0].main_program
    for n in (0, 2):
        seen = dict(zip(program.inputs[0].dims, three.shape, strict=True))
        values = dict(zip(program.inputs, (three.numpy(), np.int64(n)), strict=True))
        values.update({v: t.numpy() for v, t in program.captures.items()})
        for node in program.block.nodes:
            results = run_node(node, values)
            values.update(zip(node.outputs, results, strict=True))
            for value, array in zip(node.outputs, results, strict=True):
                assert matches(value.dims, array.shape, seen), (node.type, value.dims, array.shape)


def after_the_loop(x, n):
    i = 100
    for i in range(n):
        x = x + i
    return x, i


def after_the_loop_or_unbound(x, n):
    for i in range(n):
        x = x + i
    return x, i


def after_rows(x, n):
    for v in x[: n + 1]:
        x = x + v
    return x, v


def after_pairs(x, n):
    i = k = -5
    for i, k in enumerate(range(3, n + 2)):  # noqa: B007
        x = x * 2
    return x, i, k


@pytest.mark.parametrize("function", [after_the_loop, after_the_loop_or_unbound, after_rows, after_pairs])
def test_the_variable_of_a_loop_is_its_last_value_or_what_it_was(function):
    check(function, *[([1.0, 2.0, 5.0], paddle.to_tensor(n)) for n in (-1, 0, 1, 2, 3, 4)])


def test_names_of_no_round_are_unbound_as_in_python():
    def f(x, n):
        for _ in range(n):
            y = x + 1
        return y

    same_error(UnboundLocalError, f, to_static(f), tensor([1.0]), paddle.to_tensor(0))


def test_a_chain_of_five():
    def f(x, n):
        a, b, c, d, e = x, x + 1, x * 2, x - 1, x * 0
        i = 0
        while i < n:
            a, b, c, d, e = b, c, d, e, a + b
            i += 1
        return a, b, c, d, e

    check(f, *COUNTS, loops=1)
