"""Checklist B: loops."""

from __future__ import annotations

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite.errors import CaptureError
from paddlelite.jit import InputSpec, not_to_static, to_static

from .harness import check, tensor

COUNTS = [([1.0, 2.0], paddle.to_tensor(n)) for n in (0, 1, 2, 5)]


def test_while_with_tensor_counter():
    def f(x, n):
        i = paddle.zeros([], "int64")
        while i < n:
            x = x * 2
            i = i + 1
        return x, i

    check(f, *COUNTS, loops=1)


def test_while_with_python_counter():
    def f(x, n):
        i = 0
        while i < n:
            x = x + i
            i += 1
        return x, i, x.astype("int32") * i

    static = check(f, *COUNTS, loops=1)
    assert static(tensor([1.0]), paddle.to_tensor(3))[1].dtype == paddle.int64


def test_while_true_with_break():
    def f(x, n):
        i = 0
        while True:
            x = x + 1
            i += 1
            if i >= n:
                break
        return x, i

    check(f, *COUNTS, loops=1)


def test_nested_loops():
    def f(x, n):
        for i in range(n):
            for j in range(i):
                x = x + i * j
                k = j
                while k > 0:
                    x = x - 1
                    k -= 1
        return x

    check(f, *COUNTS, loops=3)


def test_break_and_continue():
    def f(x, n):
        for i in range(n):
            if i == 1:
                continue
            x = x + i
            if x.sum() > 9:
                break
            x = x * 2
        return x, n

    check(f, *COUNTS, loops=1)


def test_flags_are_reset_at_each_entry():
    def f(n):
        count = 0
        i = 0
        while i < n:
            j = 0
            while j < 10:
                j += 1
                if j > i:
                    break
                if j == 1:
                    continue
                count += 1
            i += 1
        return count

    check(f, *[(paddle.to_tensor(n),) for n in range(7)], loops=2)


def test_flags_of_for_loops_are_reset_at_each_entry():
    def f(n):
        count = 0
        for i in range(n):
            if i == 4:
                continue
            for j in range(10):
                if j > i:
                    break
                for k in range(n):
                    if k == j:
                        continue
                    if k > 3:
                        break
                    count += 1
                else:
                    count += 100
            if count > 900:
                break
        return count

    check(f, *[(paddle.to_tensor(n),) for n in range(7)])


def test_tensor_break_in_a_python_loop():
    def f(x):
        for i in range(5):
            x = x + i
            if x.sum() > 4:
                break
        else:
            x = -x
        return x, i

    check(f, ([0.0],), ([1.0],), ([-90.0],), ([9.0],), loops=0)


def for_else(x, n):
    for i in range(n):
        x = x + i
    else:
        x = x * 10
    return x


def for_else_with_break(x, n):
    for i in range(n):
        if i == 2:
            break
        x = x + i
    else:
        x = x * 10
    return x


def for_else_with_break_on_a_tensor(x, n):
    for i in range(n):
        x = x + i
        if x.sum() > 4:
            break
    else:
        x = x * 10
    return x


def while_else(x, n):
    i = 0
    while i < n:
        i += 1
        x = x + i
    else:
        x = x * 10
    return x, i


def while_else_with_break(x, n):
    i = 0
    while i < n:
        i += 1
        if i == 2:
            continue
        if i == 3:
            break
        x = x + i
    else:
        x = x * 10
    return x, i


def while_else_with_break_on_a_tensor(x, n):
    i = 0
    while i < n:
        x = x + i
        if x.sum() > 4:
            break
        i += 1
    else:
        x = x * 10
    return x, i


@pytest.mark.parametrize("bound", ["python", "tensor"])
@pytest.mark.parametrize(
    "function",
    [
        for_else, for_else_with_break, for_else_with_break_on_a_tensor,
        while_else, while_else_with_break, while_else_with_break_on_a_tensor,
    ],
)  # fmt: skip
def test_every_kind_of_loop_else(function, bound):
    counts = (0, 1, 2, 3, 7)
    check(function, *[([0.0, 1.0], n if bound == "python" else paddle.to_tensor(n)) for n in counts])


@pytest.mark.parametrize("bound", ["python", "tensor"])
def test_loop_else(bound):
    def f(x, n):
        for i in range(n):
            if i == 2:
                break
            x = x + 1
        else:
            x = x * 10
        while x.sum() < 5:
            x = x + 1
            if x.sum() > 4:
                break
        else:
            x = -x
        return x

    calls = [([0.0], n if bound == "python" else paddle.to_tensor(n)) for n in (0, 1, 2, 3, 7)]
    check(f, *calls)


def test_swap_and_previous():
    def f(x, n):
        a, b = x, x + 1
        for _ in range(n):
            a, b = b, a + b
        return a, b

    check(f, *COUNTS, loops=1)


def test_temporaries_are_not_carried():
    def f(x, n):
        i = 0
        while i < n:
            t = x * 2
            u = t + 1
            x = u - t + x
            i += 1
        return x

    static = check(f, *COUNTS, loops=1)
    (loop,) = [node for node in static.main_program.block.walk() if node.type == "while_loop"]
    assert len(loop.inputs[0]) == 2


def test_growing_shape():
    def f(x, n):
        for _ in range(n):
            x = paddle.concat([x, x])
        return x

    check(f, *COUNTS, loops=1)


def test_number_becomes_float():
    def f(x, n):
        s = 0
        for i in range(n):
            s = s + 1.5
        return x * s, s

    check(f, *COUNTS, loops=1)


def test_dtype_change_is_refused():
    def f(x, n):
        for i in range(n):
            x = x.astype("int64")
        return x

    line = f.__code__.co_firstlineno
    said = (
        rf"test_loops.py:{line + 1}: `x` is a float32 .* before the loop and an int64 .* \(line {line + 2}\)"
    )
    with pytest.raises(CaptureError, match=said + " .* different dtypes. Convert one with astype"):
        to_static(f)(tensor([1.0]), paddle.to_tensor(2))


def test_a_rank_change_is_refused():
    def f(x, n):
        while n > 0:
            x = paddle.stack([x, x])
            n = n - 1
        return x

    line = f.__code__.co_firstlineno
    said = rf"test_loops.py:{line + 1}: `x` is .* \[2\] before the loop and .* \[2, 2\] \(line {line + 2}\)"
    with pytest.raises(CaptureError, match=said + ".* different ranks"):
        to_static(f)(tensor([1.0, 2.0]), paddle.to_tensor(2))


def test_a_body_is_captured_twice_at_most():
    rounds = []

    @not_to_static
    def note():
        rounds.append(1)

    def floats(x, n):
        s = 0
        for _ in range(n):
            note()
            s = s + 1.5
        return x * s

    def grows(x, n):
        for _ in range(n):
            note()
            x = paddle.concat([x, x])
        return x

    for function in (floats, grows):
        rounds.clear()
        to_static(function)(tensor([1.0]), paddle.to_tensor(2))
        assert 1 <= len(rounds) <= 2, function.__name__


def test_sizes_as_numbers():
    def f(x):
        n = x.shape[0]
        y = x * n
        for i in range(len(x)):
            y = y + i
        return y.reshape([n, 1]), y[: n - 1]

    check(f, *[(np.ones(k, "float32"),) for k in (2, 1, 17, 0)])
    static = to_static(f, input_spec=[InputSpec([None])])
    for k in (1, 2, 17, 0):
        x = paddle.ones([k])
        for got, want in zip(static(x), f(x)):
            assert got.dtype == want.dtype
            np.testing.assert_allclose(got.numpy(), want.numpy())
    assert len(static.program_cache) == 1


def test_sizes_in_every_place():
    def f(x):
        n, m = x.shape
        whole = x * n + len(x) - m / 2
        total = paddle.zeros([m])
        for i in range(n - 1):
            total = total + x[i] * (n - i)
        k = 0
        while k < len(x) * 2:
            k += m
        halves = x[: n // 2], x[n // 2 :], x[-n:]
        shaped = x.reshape([n * m]), paddle.reshape(x, [m, -1]), paddle.full([n + 1, m], n, "float32")
        return whole, total, k, halves, shaped, n, x.shape[1] + 1, (n, m) == (2, 3), paddle.arange(n)

    check(f, *[(np.arange(3.0 * k, dtype="float32").reshape(k, 3),) for k in (2, 1, 17)])


def returned_from_nested_loops(x, n):
    for i in range(3):
        for j in range(n):
            if i * j == 2:
                return x * i + j
    return x


def test_sizes_of_one_loop_after_the_other():
    check(returned_from_nested_loops, *COUNTS)


def test_while_one():
    """The condition is a number, and the way out is a tensor's."""

    def f(x):
        while 1:
            x = x + 1
            if x.sum() > 5:
                return x

    check(f, ([1.0, 2.0],), ([9.0],))
