"""Assertions of a program that onnxruntime runs: the graph says that one failed, the kernels say which and how."""

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite.export.executor import Executor


def doubled(x, n):
    for i in range(n):
        assert x.sum() < 100, f"too big in round {i}: {x.sum()}"
        x = x * 2
    return x


def bound_late(x, n):
    for i in range(n):
        if i > 1:
            y = x + i
        if i > n - 3:
            x = x + y
    return x


def in_a_test(x, n):
    items = [x, x + 1]
    for i in range(n):
        items.append(items[i] * 2)
    k = 0
    while items[k].sum() < 20:
        k = k + 1
    return items[k]


def in_branches(x, n):
    if n > 2:
        if x.sum() > 5:
            raise ValueError(f"{x.sum()} with {n}")
        x = x + 1
    return x * n


def never_ends(x, n):
    assert n > 0, "n is a step"
    i = n * 0
    while i < 5:
        i = i + n
    return x + i


def never_ends_in_a_round(x, n):
    for k in range(3):
        if n == k:
            raise ValueError(f"step {n - k}")
        i = n * 0
        while i * (n - k) < 10:
            i = i + (n - k)
        x = x + i
    return x


X = paddle.to_tensor([1.0, 2.0, 3.0])
FUNCTIONS = [doubled, bound_late, in_a_test, in_branches, never_ends, never_ends_in_a_round]


def outcome(function, *args):
    try:
        return function(*args).numpy().tolist()
    except Exception as error:
        return type(error), str(error).partition("\n")[0]  # pytest explains assertions in further lines


@pytest.mark.parametrize("function", FUNCTIONS)
def test_all_of_it_is_one_session_and_fails_as_eagerly(function):
    static = paddle.jit.to_static(function)
    failed = 0
    for n in (-2, -1, 0, 1, 2, 3, 4, 6, 9):
        want = outcome(function, X, paddle.to_tensor(n))
        got = outcome(static, X, paddle.to_tensor(n))
        failed += isinstance(want, tuple)
        if want[0] is IndexError:  # a list of the graph: its words are others
            assert isinstance(got, tuple), n
        else:
            assert got == want, n
    assert 0 < failed < 9
    program = static.concrete_program.main_program
    plan = Executor(program, backend="onnxruntime").plan
    assert not plan.problems and [type(step).__name__ for step in plan.steps] == ["SessionStep"]


def test_gradients_of_a_loop_with_a_check():
    static = paddle.jit.to_static(doubled)
    for n in (0, 2, 3):
        x = paddle.to_tensor([1.0, 2.0, 3.0], stop_gradient=False)
        static(x, paddle.to_tensor(n)).sum().backward()
        np.testing.assert_array_equal(x.grad.numpy(), [2.0**n] * 3)
    with pytest.raises(AssertionError, match="too big in round 5: 192"):
        static(x, paddle.to_tensor(7))


def test_a_print_waits_for_the_check_before_it(capfd):
    @paddle.jit.to_static
    def checked(x, n):
        assert n > 0
        print("after", n)
        for _ in range(n):
            assert x.sum() < 20, "too big"
            x = x + 1
        print("sum", x.sum())
        return x

    checked(X, paddle.to_tensor(2))
    assert "after" in capfd.readouterr().out
    with pytest.raises(AssertionError):
        checked(X, paddle.to_tensor(0))
    assert capfd.readouterr().out == ""
    with pytest.raises(AssertionError, match="too big"):
        checked(X, paddle.to_tensor(9))
    assert capfd.readouterr().out.count("after") == 1
