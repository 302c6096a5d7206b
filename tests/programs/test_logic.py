"""Checklist D: logic and builtins."""

from __future__ import annotations

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite.errors import CaptureError
from paddlelite.jit import InputSpec, to_static
from paddlelite.jit.operators.logic import _HARMLESS
from paddlelite.op import OPS

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


VECTOR = [1.0, 2.0, 3.0]
POSITIONS = [(VECTOR, paddle.to_tensor(n)) for n in (-4, -3, -1, 0, 2, 3, 5)]


def test_the_right_side_is_really_skipped():
    def f(x, n):
        if n < 3 and n >= -3 and x[n] > 1:
            return x + 1
        if n < -3 or n > 2 or x[n] < 2:
            return x - 1
        return x if not (n > 2 or x[n] > 5) else -x

    check(f, *POSITIONS)


def test_an_operand_is_returned():
    def f(n):
        x = paddle.ones([2], "int64")
        return x * (n or 7), x * (n and 3), n or n + 1, (n and n - 1) or 5

    check(f, *INTS)


def test_operands_of_a_condition_need_not_fit_together():
    def f(x):
        if x.sum() > 5 or x or x.shape[0] > 3:
            x = x + 1
        if x and (x.sum() > 2 and [x]) and not (x.mean() > 8 and x):
            x = x * 2
        return x

    check(f, *NUMBERS, conds=None)


def test_chains_ask_each_operand_once():
    class Counter:
        n = 0

        def of(self, v):
            self.n = self.n + 1
            return v

    def f(n):
        c = Counter()
        a = 0 < c.of(n) < 3
        b = -2 < c.of(n) <= c.of(n + 1) != 3
        return a, b, 1 if 3 < 2 < c.of(n) else 2, n == n == n

    check(f, *INTS)
    check(lambda n: 1 if 0 < n < 5 > 3 else 2, *INTS)


@pytest.mark.parametrize(
    "function",
    [
        lambda x, n: x[n],
        lambda x, n: [x, x + 1, x * 2][n],
        lambda x, n: (x, x + 1, x * 2)[n],
        lambda x, n: paddle.stack([x[i] for i in (0, n)]),
        lambda x, n: x[int(n)] * 2,
    ],
)
def test_an_index_out_of_range_raises_everywhere(function):
    check(function, *POSITIONS)


def test_writing_out_of_range_raises_everywhere():
    def f(x, n):
        y = x * 1
        for i in range(n):
            y[i] = y[i] + 1
        return y

    check(f, *POSITIONS)


def test_every_kind_of_index():
    def f(x):
        y = x * 1
        y[y > 2] = 0.0
        rows = paddle.to_tensor([1, 0])
        return (
            x[x > 1],
            x[[0, 1], [1, 0]],
            x[rows],
            x[:, -1],
            x[1:, None, ::-1],
            x[..., 0],
            x[rows, 1],
            x[-1],
            y,
        )

    check(f, ([[1.0, 2.0], [3.0, 4.0]],), ([[1.0, -2.0], [-3.0, 4.0]],))


def test_comprehensions_with_ternaries():
    def f(x):
        rows = [v if v.sum() > 1 else -v for v in (x, x + 1)]
        table = {k: (x if x.sum() > k else -x) for k in (0, 1)}
        pair = tuple(v * 2 if v.sum() > 1 else v for v in (x, x + 1))
        return rows, table, pair, x * len({k for k in (1, 2, 2)})

    check(f, *NUMBERS)


def test_a_filter_on_tensors():
    def f(x):
        return paddle.stack([v * 2 for v in x if v > 1])

    check(f, ([1.0, 5.0, 3.0],), ([2.0, -5.0, 3.0],))


def test_lambdas():
    def apply(g, *values):
        return g(*values)

    def f(x):
        g = lambda v: v + 1 if v.sum() > 1 else v - 1
        h = lambda v, k=2: [a * k if a > 1 else -a for a in v]
        return (
            g(x),
            apply(lambda v, w: v if v.sum() > w.sum() else w, x, x * 2 - 1),
            h(x),
            list(map(g, [x, -x])),
        )

    check(f, *NUMBERS)


def sizes_equal(x, y):
    if x.shape == [2, 3]:
        x = x * 2
    if list(y.shape) != [2, 3] and (x.shape, 1) != (y.shape, 2):
        x = x * 5
    return x if 3 in x.shape else -x


def sizes_of_other_kinds(x, y):
    return x if x.shape == (2, 3) or tuple(x.shape) == None or y.shape == [2] else -x  # noqa: E711


@pytest.mark.parametrize("function", [sizes_equal, sizes_of_other_kinds])
def test_sizes_compared(function):
    shapes = [((2, 3), (2, 3)), ((2, 3), (3, 2)), ((1, 2), (1, 2)), ((3, 1), (2, 3))]
    check(function, *((paddle.ones(a), paddle.ones(b)) for a, b in shapes))


def test_sizes_that_are_surely_equal_need_no_branch():
    @to_static(input_spec=[InputSpec([None, None])])
    def f(x):
        y = x + 1
        return y if y.shape == x.shape and y.shape[0] < x.shape[0] + 1 else -x

    assert [node.type for node in f.main_program.block.nodes] == ["scale"]


def test_operands_that_are_not_skipped_cannot_fail():
    assert [name for name in _HARMLESS if not OPS[name].total] == []


def ops_of(function):
    return to_static(function, [InputSpec([], "float32"), InputSpec([], "float32")]).main_program.op_counts()


def test_operands_of_a_condition_cost_no_op_of_their_own():
    """As a predicate, `and` is one logical_and; nothing chooses or converts an operand."""

    def nested(a, b):
        if a > 1:
            if b > 2:
                a = a + 1
        return a

    def both(a, b):
        if a > 1 and b > 2:
            a = a + 1
        return a

    def neither(a, b):
        if not a > 1 or b > 2:
            a = a + 1
        return a

    assert set(ops_of(both)) <= {"greater_than", "logical_and", "cond", "scale"}
    assert ops_of(both)["cond"] == 1 and ops_of(nested)["cond"] == 2
    assert set(ops_of(neither)) <= {"greater_than", "logical_not", "logical_or", "cond", "scale"}


def set_of_tensors(x):
    chosen = {v if v.sum() > 1 else -v for v in (x, x + 1)}
    return x * len(chosen), x * len({k for k in (1, 2, 2)})


def dict_of_dicts(x):
    return {k: {j: v * j if v.sum() > k else v for j in (1, 2)} for k, v in enumerate((x, x + 1))}


def over_rows_with_indices(x):
    return [v * i if v > i else -v for i, v in enumerate(x)], [a + b for a, b in zip(x, reversed(x))]


def nested_over_rows(x):
    return [[v + w for w in x] for v in (x.sum(), x.mean())], [v for v in x if v > 1 if v < 5]


@pytest.mark.parametrize("function", [set_of_tensors, dict_of_dicts])
def test_comprehensions_of_other_kinds(function):
    check(function, *NUMBERS)


@pytest.mark.parametrize("function", [over_rows_with_indices, nested_over_rows])
def test_comprehensions_over_rows(function):
    check(function, *[(np.arange(k, dtype="float32"),) for k in (3, 1, 7)])


def test_comprehensions_over_unknown_rows_that_are_no_lists():
    for function in (lambda x: {i: v for i, v in enumerate(x)}, lambda x: {v * 2 for v in x}):
        with pytest.raises(CaptureError, match=rf"test_logic.py:{function.__code__.co_firstlineno}: "):
            to_static(function, [InputSpec([None])])(paddle.ones([3]))


def test_a_number_of_the_graph_in_a_list_that_may_grow():
    def f(x):
        numbers, k = [1, 2], int(x.sum())
        if k in numbers:
            numbers.append(k + 7)
            return x * 2
        return x + (3 if k not in numbers + [0] else 1)

    check(f, ([1.0],), ([0.0],), ([9.0],))
