"""Checklist C 40-41, F 71: raise, assert and try around tensors; errors of the capture itself."""

from __future__ import annotations

import ast
import contextlib
import inspect
import sys
import traceback
from pathlib import Path

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite.errors import CaptureError
from paddlelite.export.executor import run_onnxruntime
from paddlelite.interpret import run_program
from paddlelite.jit import InputSpec, to_static

from .harness import check, tensor

NUMBERS = [([float(n)],) for n in (0, 1, 2, 9)]


def test_raise_under_a_tensor_condition():
    def f(x):
        if x.sum() > 5:
            raise ValueError("too large")
        y = x + 1
        if x.sum() < 1:
            y = y * 2
        else:
            if x.sum() > 1.5:
                raise KeyError("middle")
            y = y * 3
        return y

    static = check(f, *NUMBERS)
    with pytest.raises(ValueError, match="too large"):
        static(tensor([9.0]))
    with pytest.raises(KeyError, match="middle"):
        static(tensor([2.0]))


def test_raise_gives_no_value():
    def f(x):
        if x.sum() > 5:
            y = x
        else:
            raise ValueError("small")
        return y

    static = check(f, *NUMBERS)
    with pytest.raises(ValueError, match="small"):
        static(tensor([1.0]))


def test_assert_on_a_tensor():
    def f(x):
        assert x.sum() < 5, "not below 5"
        return x * 2

    static = check(f, *NUMBERS)
    with pytest.raises(AssertionError, match="not below 5"):
        static(tensor([9.0]))


def test_python_exceptions_stay_pythons():
    def f(x, d):
        try:
            y = x * d["k"]
        except KeyError as error:
            y = x - len(str(error))
        else:
            if x.sum() > 1:
                y = y + 1
        finally:
            x = x + 1
        return x, y

    check(f, ([1.0], {"k": 2}), ([2.0], {"k": 2}), ([2.0], {}))


def test_raise_that_is_handled_is_refused():
    @to_static
    def f(x):
        try:
            if x.sum() > 1:
                raise ValueError
        except ValueError:
            x = x + 1
        return x

    with pytest.raises(CaptureError, match="cannot be handled by the `try`"):
        f(tensor([1.0]))


def after_a_return(x, n):
    try:
        if x.sum() > 1:
            return x * 2
        {}["no"]
    except KeyError:
        x = x + 1
    return x


def in_a_loop(x, n):
    try:
        for _ in range(n):
            {}["no"]
    except KeyError:
        x = x + 1
    return x


def in_a_helper(x, n):
    def helper(x):
        return {}["no"] if x.sum() > 1 else x

    try:
        return helper(x)
    except KeyError:
        return x - 1


@pytest.mark.parametrize("function", [after_a_return, in_a_loop, in_a_helper])
def test_what_leaves_a_branch_or_a_loop_is_not_handled_around_it(function):
    """Found by random programs: the handler ran, whether the graph came there or not."""
    with pytest.raises(
        CaptureError, match=r"test_errors.py:\d+: an exception .* cannot be handled by the `try`"
    ):
        to_static(function)(tensor([1.0]), tensor(1))


def test_what_a_branch_or_loop_raises_and_handles():
    def f(x, n):
        for _ in range(n):
            try:
                if x.sum() > 10:
                    x = x - 1
                {}["no"]
            except KeyError:
                x = x * 5
        return x

    check(f, ([1.0], np.array(0)), ([1.0], np.array(3)))


def test_the_users_handler_does_not_see_errors_of_the_capture():
    @to_static
    def f(x):
        try:
            y = {1: x}[int(x.sum())]
        except Exception:
            y = x
        return y

    with pytest.raises(CaptureError, match=r"test_errors.py:\d+"):
        f(tensor([1.0]))


def test_yield_under_a_tensor_condition_is_refused():
    def numbers(x):
        if x.sum() > 0:
            yield x

    @to_static
    def f(x):
        return [v + 1 for v in numbers(x)]

    with pytest.raises(CaptureError, match="cannot suspend the function"):
        f(tensor([1.0]))


def test_errors_name_the_users_line_and_leave_nothing_behind():
    @to_static
    def f(x, n):
        while n > 0:
            if x.sum() > 0:
                y = [x, x]
            else:
                y = [x]
            n = n - 1
            x = y + 1
        return x

    line = test_errors_name_the_users_line_and_leave_nothing_behind.__code__.co_firstlineno + 4
    with pytest.raises((CaptureError, TypeError)) as caught:
        f(tensor([1.0]), paddle.to_tensor(2))
    assert f"test_errors.py:{line}" in str(caught.value) or "list" in str(caught.value)
    assert (paddle.ones([1]) + 1).numpy() == 2  # no capture is left open


def test_the_same_function_after_a_failed_capture():
    @to_static
    def f(x, flag):
        if x.sum() > 0:
            y = x if flag else None
        else:
            y = x + 1
        return y

    with pytest.raises(CaptureError, match="one is None"):
        f(tensor([1.0]), False)
    assert f(tensor([1.0]), True).numpy() == 1


def test_traceback_shows_the_users_line():
    @to_static(input_spec=[InputSpec([2], "float32")])
    def f(x):
        if x.sum() > 0:
            return x.reshape([3])
        return x

    with pytest.raises(ValueError) as caught:
        f(paddle.to_tensor(np.ones(2, "float32")))
    frames = [entry for entry in caught.traceback if str(entry.path).endswith("test_errors.py")]
    assert frames[-1].lineno + 1 == test_traceback_shows_the_users_line.__code__.co_firstlineno + 4


class Custom(Exception):
    def __init__(self, code, text):
        super().__init__(f"{code}: {text}")
        self.code = code


def raised(function, *args):
    """What the captured function raises, and the interpreter and onnxruntime when they run its program."""
    static = to_static(function)
    entry, tensors = static._entry(args, {})
    feeds = [t.numpy() for t in tensors]
    found = []
    runs = [lambda: static(*args)]
    runs += [lambda run=run: run(entry.main_program, feeds) for run in (run_program, run_onnxruntime)]
    for run in runs:
        with pytest.raises(Exception) as caught:
            run()
        found.append(caught.value)
    return found


@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        (lambda n: ValueError(f"too large: {n.item():.1f}"), ValueError, "too large: 9.0"),
        (lambda n: KeyError("n is %s" % n.item()), KeyError, "'n is 9.0'"),  # noqa: UP031
        (lambda n: RuntimeError("n", n.item(), [1]), RuntimeError, "('n', 9.0, [1])"),
        (lambda n: Custom(3, "far"), Custom, "3: far"),
        (lambda n: IndexError, IndexError, ""),
    ],
)
def test_messages_are_made_when_the_graph_raises(error, kind, text):
    def f(x):
        n = x.sum()
        if n > 5:
            raise error(n)
        return x + 1

    check(f, *NUMBERS)
    for found in raised(f, tensor([9.0])):
        assert type(found) is kind and str(found) == text
        if kind is Custom:
            assert found.code == 3


def test_the_cause_is_kept():
    def f(x):
        if x.sum() > 5:
            raise ValueError("large") from KeyError("k")
        return x

    for found in raised(f, tensor([9.0])):
        assert isinstance(found.__cause__, KeyError)


def test_raise_in_loops_and_helpers():
    def bounded(v):
        if v.sum() > 6:
            raise ValueError(f"{v.sum().item()} is too much")
        return v * 2

    def f(x, n):
        for i in range(n):
            if i > 3:
                raise IndexError(f"round {i}")
            x = bounded(x)
        return x

    check(f, *[([0.5], paddle.to_tensor(n)) for n in (0, 1, 3, 9)])
    assert str(raised(f, tensor([5.0]), paddle.to_tensor(3))[1]) == "10.0 is too much"
    assert str(raised(f, tensor([0.0]), paddle.to_tensor(9))[2]) == "round 4"


def test_assert_messages():
    def f(x, n):
        assert n < 5, f"n is {n.item()}"
        for i in range(n):
            assert x.sum() < 4, ("sum", i)
            x = x + 1
        return x

    check(f, *[([1.0], paddle.to_tensor(n)) for n in (0, 2, 4, 9)])
    assert {str(e) for e in raised(f, tensor([1.0]), paddle.to_tensor(9))} == {"n is 9"}
    assert {str(e) for e in raised(f, tensor([1.0]), paddle.to_tensor(4))} == {"('sum', 3)"}


def return_in_try(x):
    try:
        if x.sum() > 1:
            return x * 2
        x = x + 1
    except Exception:
        return x * 100
    return x


def return_in_try_in_a_loop(x):
    for _ in range(x.astype("int64").sum()):
        try:
            if x.sum() > 4:
                return x * 2
            x = x + 1
        except Exception:
            return x * 100
        finally:
            x = x + 0.5
    return x


def return_in_except_and_else(x, key):
    try:
        y = {"a": x}[key]
    except KeyError:
        if x.sum() > 1:
            return x - 1
        y = x
    else:
        if y.sum() > 1:
            return y + 1
    return y * 3


@pytest.mark.parametrize("function", [return_in_try, return_in_try_in_a_loop])
def test_return_in_try(function):
    check(function, *NUMBERS, ([-3.0],))


def test_return_in_except_and_else():
    check(return_in_except_and_else, *[(*args, key) for args in NUMBERS for key in ("a", "b")])


def test_no_handler_of_ours_catches_everything():
    """A bare `except` or one of BaseException would keep the user's KeyboardInterrupt."""
    for folder in ("paddlelite", "export", "jit"):
        for path in (Path(__file__).parents[2] / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ExceptHandler):
                    assert node.type is not None, f"{path}:{node.lineno}"


def unbound_name(x, n):
    if n < 3:
        y = x
    return y + 1  # here


def unbound_after_a_loop(x, n):
    for i in range(n - 9):
        y = x + i
    return y  # here


def raised_in_a_branch(x, n):
    if n > 1:
        if x.sum() > 0:
            raise KeyError("k")  # here
    return x


def asserted_in_a_loop(x, n):
    for i in range(n):
        x = x + 1
        assert i < 3  # here
    return x


def index_in_a_helper(x, n):
    def helper(v, k):
        return v[k] * 2  # here

    return helper(x, n) if n > 0 else x[0]


def divided_by_zero(x, n):
    k = n - n
    return x * (7 // k)  # here


def list_that_is_too_short(x, n):
    items = [x]
    for _ in range(n):
        items.append(x)
    return items[n + 1]  # here


@pytest.mark.skipif(sys.version_info < (3, 11), reason="exceptions have notes since Python 3.11")
@pytest.mark.parametrize(
    "function",
    [
        unbound_name, unbound_after_a_loop, raised_in_a_branch, asserted_in_a_loop, index_in_a_helper, divided_by_zero,
        list_that_is_too_short,
    ],
)  # fmt: skip
def test_errors_of_a_running_graph_name_the_users_line(function):
    lines, first = inspect.getsourcelines(function)
    (here,) = (first + i for i, line in enumerate(lines) if line.endswith("# here\n"))
    captured, interpreted, _ = raised(function, tensor([1.0, 2.0]), paddle.to_tensor(5))
    for error in (captured, interpreted):
        said = "".join(traceback.format_exception_only(error))
        assert f"at {__file__}:{here}\n" in said, said


def test_an_operation_that_fails_in_a_branch_fails_when_the_graph_comes_there():
    def write(x, n):
        y = x * 2
        if n > 2:
            y = y + 1
            x[0] = 3.0
            y = y - x
        return y

    def checked_before(x, n):
        if n > 1:
            assert n > 3, "small"
            if n > 2:
                return x + x[7]
        elif n < 0:
            return x + [1, 2][n]
        return x + 1

    def helper(x):
        return paddle.stack([x, x.sum()])

    def nested(x, n):
        for i in range(2):
            if n > i:
                if i == 1:
                    x = x + helper(x)
                x = x * 2
            else:
                x = x - 1 // i
        return x

    numbers = lambda *values: [np.array(n) for n in values]
    empty = np.zeros(0, "float32")
    check(write, *[(x, n) for n in numbers(1, 5) for x in (empty, [1.0, 2.0])])
    check(checked_before, *[([1.0, 2.0], n) for n in numbers(0, 1, 2, 3, 4, -1, -3)])
    check(nested, *[([1.0, 2.0], n) for n in numbers(0, 1, 2)])
    static = to_static(write)
    with pytest.raises(IndexError) as caught:
        static(tensor(empty), tensor(5))
    assert f"test_errors.py:{write.__code__.co_firstlineno + 4}" in caught.value.__notes__[0]


def test_an_operation_that_fails_in_the_body_of_a_loop_or_an_expression():
    def loop(x, n):
        while n > 2:
            x[7] = 3.0
            n = n - 1
        return x

    def loop_in_branch(x, n):
        if n > 0:
            x = loop(x, n)
        return x

    def expression(x, n):
        return x[7] if n > 2 else x

    for function in (loop, loop_in_branch, expression):
        with pytest.raises(
            CaptureError, match=r"test_errors.py:\d+: this fails in a part .* may not run: .*OutOf"
        ):
            to_static(function)(tensor([1.0]), tensor(1))


def test_a_manager_that_handles_what_fails_in_a_branch():
    def f(x):
        y = x
        with contextlib.suppress(ZeroDivisionError):
            if x.sum() > 1:
                y = x / (1 // 0)
            else:
                y = x * 2
        return y

    with pytest.raises(
        CaptureError, match=r"test_errors.py:\d+: .* cannot be handled by the `try` or `with`"
    ):
        to_static(f)(tensor([1.0]))
