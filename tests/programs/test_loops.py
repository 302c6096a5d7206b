"""Checklist B: loops."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite.dims import matches
from paddlelite.errors import CaptureError
from paddlelite.interpret import run_node
from paddlelite.jit import InputSpec, to_static

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
        return x, i

    check(f, *COUNTS, loops=1)


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


@pytest.mark.parametrize(
    "bounds",
    [
        lambda n, k: range(n),
        lambda n, k: range(-1, n),
        lambda n, k: range(n, 0, -1),
        lambda n, k: range(n, 7, 2),
        lambda n, k: range(0, n, k),
        lambda n, k: range(n, 3, k),
    ],
)
def test_range(bounds):
    def f(x, n, k):
        total = x
        for i in bounds(n, k):
            total = total * 2 + i
        return total

    calls = itertools.product((-2, 0, 1, 4), (1, 2, -1))
    check(f, *[([1.0], paddle.to_tensor(n), paddle.to_tensor(k)) for n, k in calls], loops=1)


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


def test_rows_of_a_tensor():
    def f(t):
        s = paddle.zeros([3])
        for row in t:
            if row.sum() > 2:
                s = s + row
        return s

    check(f, (np.ones((2, 3), "float32"),), (np.zeros((4, 3), "float32"),))
    static = to_static(f, input_spec=[InputSpec(["n", 3])])
    for n in (0, 1, 5):
        t = paddle.to_tensor(np.arange(3 * n, dtype="float32").reshape(n, 3))
        np.testing.assert_allclose(static(t).numpy(), f(t).numpy())
    assert len(static.program_cache) == 1 and static.main_program.op_counts()["while_loop"] == 1


def test_enumerate_zip_reversed():
    def f(t, u, start):
        a = paddle.zeros([])
        for i, v in enumerate(t, start):
            a = a + v * i
        for v, w in zip(t, u):
            a = a + v * w
        for i, (v, w) in enumerate(zip(t, u)):
            a = a * 2 + v * i - w
        for v in reversed(t):
            a = a * 2 + v
        for i, v in zip(range(10), t):
            a = a + i * v
        for v, k in zip(t, [1.0, 2.0, 3.0]):
            a = a + k * v
        return a

    check(f, ([1.0, 2.0, 3.0], [4.0, 5.0], 1))
    static = to_static(f, input_spec=[InputSpec(["n"]), InputSpec(["m"]), InputSpec([], "int64")])
    for n, m in ((0, 0), (1, 3), (4, 2)):
        t, u = (paddle.to_tensor(np.arange(k, dtype="float32") + 1) for k in (n, m))
        start = paddle.to_tensor(2)
        np.testing.assert_allclose(static(t, u, start).numpy(), f(t, u, start).numpy(), rtol=1e-6)
    assert len(static.program_cache) == 1


def test_builtins_are_resolved_by_object():
    def range(n):
        return [n, n]

    def f(x, n):
        for i in range(n):
            x = x + i.astype("float32")
        return x

    check(f, *COUNTS, loops=0)


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
    @to_static
    def f(x, n):
        for i in range(n):
            x = x.astype("int64")
        return x

    with pytest.raises(
        CaptureError, match=r"test_loops.py:\d+: `x` is a float32 .* before the loop and an int64"
    ):
        f(tensor([1.0]), paddle.to_tensor(2))


def test_sizes_as_numbers():
    def f(x):
        n = x.shape[0]
        y = x * n
        for i in range(len(x)):
            y = y + i
        return y.reshape([n, 1]), y[: n - 1]

    static = to_static(f, input_spec=[InputSpec([None])])
    for k in (1, 2, 17):
        x = paddle.ones([k])
        for got, want in zip(static(x), f(x)):
            assert got.dtype == want.dtype
            np.testing.assert_allclose(got.numpy(), want.numpy())
    assert len(static.program_cache) == 1


def test_generators_stay_lazy():
    seen = []

    def numbers():
        for k in itertools.count():
            seen.append(k)
            yield k

    def f(x):
        for k in numbers():
            if k == 3:
                break
            x = x + k
        return x

    assert to_static(f)(tensor([1.0])).numpy() == 4 and seen == [0, 1, 2, 3]


def test_endless_iterator_with_tensor_break():
    def f(x):
        for k in itertools.count(2):
            x = x + k
            if x.sum() > 13:
                break
        return x, k

    check(f, ([1.0],), ([100.0],), ([-5.0],), loops=1)

    def endless():
        while True:
            yield 1.0

    @to_static
    def g(x):
        for k in endless():
            x = x + k
            if x.sum() > 3:
                break
        return x

    with pytest.raises(CaptureError, match=r"test_loops.py:\d+: .*still has items after 1000"):
        g(tensor([1.0]))


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


def test_rank_0_is_not_iterable():
    @to_static
    def f(x):
        for v in x:
            x = x + v
        return x

    with pytest.raises(TypeError, match="0-D"):
        f(paddle.to_tensor(1.0))


def returned_from_nested_loops(x, n):
    for i in range(3):
        for j in range(n):
            if i * j == 2:
                return x * i + j
    return x


def test_sizes_of_one_loop_after_the_other():
    check(returned_from_nested_loops, *COUNTS)


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
    program = to_static(bound_in_some_rounds).captured_for(*spec).traced.program
    for n in (0, 2):
        seen = dict(zip(program.inputs[0].dims, three.shape, strict=True))
        values = dict(zip(program.inputs, (three.numpy(), np.int64(n)), strict=True))
        values.update({v: t.numpy() for v, t in program.captures.items()})
        for node in program.block.nodes:
            results = run_node(node, values)
            values.update(zip(node.outputs, results, strict=True))
            for value, array in zip(node.outputs, results, strict=True):
                assert matches(value.dims, array.shape, seen), (node.type, value.dims, array.shape)
