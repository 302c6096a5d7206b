"""Checklist A: conditionals."""

from __future__ import annotations

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite.errors import CaptureError
from paddlelite.interpret import run_program
from paddlelite.jit import InputSpec, to_static

from .harness import check, tensor

NUMBERS = [([float(n)],) for n in (0, 1, 2, 9)]


def test_elif_chain():
    def f(x):
        n = x.sum()
        if n < 1:
            y = x + 10
        elif n < 2:
            y = x * 3
        elif n < 5:
            y = -x
        else:
            y = x - 7
        return y

    check(f, *NUMBERS, conds=3)


def test_if_without_else():
    def f(x):
        y = x
        if x.sum() > 1:
            y = y * 2
        return y

    check(f, *NUMBERS, conds=1)


def test_python_conditions_leave_nothing():
    def f(x, flag):
        if flag:
            if x.sum() > 1:
                if len(x.shape) == 1:
                    x = x + 1
                else:
                    x = x + 2
        elif flag is None:
            x = x * 5
        return x

    check(f, ([3.0], True), conds=1)
    check(f, ([3.0], False), ([3.0], None), conds=0)

    def three_deep(x, a, b, c):
        if a:
            if b is not None:
                if len(c) > 1:
                    x = x + 1
                else:
                    x = x * b
            else:
                x = x - 1
        return x * 2 if c else x

    for a, b, c in ((True, 3, (1, 2)), (1, 3, (1,)), (1, None, ()), (False, None, ())):
        check(three_deep, ([3.0], a, b, c), ([1.0, 2.0], a, b, c), conds=0)


def test_ternaries():
    def f(x):
        y = x + 1 if x.sum() > 1 else x - 1
        z = paddle.abs(x if x.sum() > 5 else -y)
        w = [x, y, z][1 if len(x.shape) else 0]
        g = lambda a, k=(2 if x.ndim else 3): a * k if a.sum() > 0 else a
        return y, z, w, g(x)

    check(f, *NUMBERS)


@pytest.mark.parametrize("shape", [[1], [1, 1], []])
@pytest.mark.parametrize("dtype", ["float32", "int64", "bool", "int32"])
def test_predicate_shapes(shape, dtype):
    def f(x):
        y = paddle.zeros([2])
        if x:
            y = y + 1
        return y

    check(f, *((paddle.full(shape, value, dtype),) for value in (0, 1)), conds=1)


def of_an_if(x):
    if x > 0:
        x = x + 1
    return x


def of_a_while(x):
    while x > 0:
        x = x - 1
    return x


def of_a_ternary(x):
    return x + 1 if x > 0 else x


def of_an_operand(x):
    return x > 0 and x.sum() > 0


def of_not(x):
    return not x


def of_an_assertion(x):
    assert x > 0
    return x


@pytest.mark.parametrize(
    "function", [of_an_if, of_a_while, of_a_ternary, of_an_operand, of_not, of_an_assertion]
)
def test_predicate_of_two_elements_or_none(function):
    with pytest.raises(ValueError, match="truth value .* 2 elements"):
        function(tensor([1.0, 2.0]))
    for values, count in (([1.0, 2.0], 2), (np.zeros([0], "float32"), 0)):
        with pytest.raises(CaptureError, match=f"truth value .* {count} elements") as caught:
            to_static(function)(tensor(values))
        assert f"test_conditionals.py:{function.__code__.co_firstlineno + 1}: " in str(caught.value)


def test_empty_branches():
    def f(x):
        if x.sum() > 0:
            pass
        if x.sum() > 0:
            ...
        else:
            "only a docstring"
        if x.sum() > 0:
            # only a comment
            pass
        elif x.sum() > 1:
            """A docstring."""
        return x

    check(f, *NUMBERS, conds=0)


def test_constant_condition_is_folded():
    def f(x):
        if x.shape[0] == 1:
            x = x + 1
        k = paddle.to_tensor(3)
        if k > 2:
            x = x * 2
        return x

    check(f, ([1.0],), conds=0)
    check(f, ([1.0, 2.0],), conds=0)
    check(
        f, ([1.0],), ([1.0, 2.0],), ([1.0, 2.0, 3.0],), conds=1
    )  # the size is the graph's from the second on


def test_numbers_are_weak():
    def f(x):
        k = 1
        if x.sum() > 1:
            k = 2
        m = 1
        if x.sum() > 1:
            m = 2.5
        return x * k, x * m, x.astype("float64") + k

    check(f, *NUMBERS)


def test_structures():
    def f(x):
        if x.sum() > 1:
            d = {"a": x, "b": (x + 1, [x + 2])}
        else:
            d = {"a": x - 1, "b": (x, [x])}
        return d

    check(f, *NUMBERS, conds=1)


def test_different_dtypes_are_refused():
    @to_static
    def f(x):
        if x.sum() > 0:
            y = x
        else:
            y = x.astype("int64")
        return y

    with pytest.raises(CaptureError) as caught:
        f(tensor([1.0]))
    text = str(caught.value)
    assert (
        "`y` is a float32 tensor of shape [1] (line" in text
        and "int64" in text
        and "different dtypes" in text
    )


def test_none_is_refused():
    @to_static
    def f(x):
        if x.sum() > 0:
            return x

    with pytest.raises(CaptureError, match="the function's result is .* one is None"):
        f(tensor([1.0]))


def test_a_long_chain_is_not_too_deep():
    lines = ["def f(x, k):", "    if k == 0: return x"]
    lines += [f"    elif k == {i}: y = x + {i}" for i in range(1, 60)]
    lines += ["    else: y = -x", "    return y"]
    import linecache

    text = "\n".join(lines)
    linecache.cache["<long chain>"] = (len(text), None, text.splitlines(True), "<long chain>")
    space = {"__name__": "user"}
    exec(compile(text, "<long chain>", "exec"), space)
    check(space["f"], ([1.0], 0), ([1.0], 7), ([1.0], 99), conds=0)
    static = to_static(
        space["f"]
    )  # (onnxruntime's own work on nested Ifs grows exponentially with their depth)
    program = static.get_concrete_program(InputSpec([1], "float32"), InputSpec([], "int64"))[0].main_program
    assert run_program(program, [np.float32([1]), np.array(33)])[0] == 34


def test_nested_three_deep_with_python_conditions():
    def f(x, flag):
        if x.sum() > 0:
            if flag:
                if x.sum() > 1:
                    if x.sum() > 5:
                        y = x
                    else:
                        y = x + 1
                else:
                    y = x + 2
            else:
                y = x + 3
        else:
            y = x + 4
        return y

    check(f, *[(*args, True) for args in NUMBERS], conds=3)
    check(f, *[(*args, False) for args in NUMBERS], conds=1)


def ternary_in_a_subscript(x):
    rows = [x, x + 1, x * 2]
    table = paddle.stack(rows)
    return rows[1 if x.sum() > 1 else 0], table[2 if x.sum() > 1 else -2], (x, -x)[int(x.sum() > 0)]


def ternary_in_a_call(x):
    return paddle.add(x if x.sum() > 1 else -x, y=x * 2 if x.sum() > 5 else x)


def ternary_in_a_default(x):
    g = lambda v, by=(2 if x.sum() > 1 else 3): v * by

    def h(v, by=4 if x.sum() > 1 else 5):
        return v * by

    return g(x), h(x), (lambda v: v + 1 if v.sum() > 1 else v)(x)


def ternary_of_ternaries(x):
    n = x.sum()
    return x + (1 if n < 1 else 2 if n < 2 else 3 if n < 5 else 4) * (2.5 if n > 1 else 3)


@pytest.mark.parametrize(
    "function", [ternary_in_a_subscript, ternary_in_a_call, ternary_in_a_default, ternary_of_ternaries]
)
def test_every_place_of_a_ternary(function):
    check(function, *NUMBERS)


@pytest.mark.parametrize("dtype", ["float64", "float16", "uint8", "int8", "int16"])
def test_predicates_of_other_dtypes(dtype):
    def f(x):
        y = paddle.zeros([2])
        if x:
            y = y + 1
        if not x:
            y = y + 10
        while x:
            x, y = x * 0, y + 100
        return y + (1000 if x else 2000)

    for shape in ([], [1], [1, 1]):
        check(f, *[(paddle.full(shape, value, dtype),) for value in (0, 1)])


def test_values_equal_in_both_branches_need_no_branch():
    def f(x):
        if x.sum() > 1:
            k, name, y = 3, "a", x
        else:
            k, name, y = 3, "a", x
        return y * k + len(name)

    check(f, *NUMBERS, conds=0)


def test_a_branch_that_changes_nothing_is_no_branch():
    def f(x):
        y = x + 1
        if x.sum() > 1:
            z = y * 2  # noqa: F841
        return y

    check(f, *NUMBERS, conds=0)


def test_a_condition_that_simplifying_makes_constant_is_no_branch_in_onnx():
    # onnxruntime crashed: it inlined the two branches on what no round of the loop changes.
    def f(x, y, n, p):
        k, m = 1, 2
        for _ in range(n):
            x = x + 1
            if k < m <= 0:
                return x, y
        if not (k < 3 <= m or not k < k):
            for _ in p:
                return x, y
        if x.sum() > 3:
            return y, x
        return x, y

    check(f, *[([1.0, 2.0], [0.5, -1.0], tensor(n), tensor([1, 2])) for n in (0, 1, 3)])
