"""Checklist B 16, 19-22, 33: what a loop iterates over."""

from __future__ import annotations

import builtins
import itertools

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite.errors import CaptureError, InvalidTypeError
from paddlelite.jit import InputSpec, to_static
from paddlelite.jit.operators import loops

from .harness import check, tensor

SIZES = ((0, 0, 0), (1, 3, 2), (4, 2, -1), (3, 3, 0))
CALLS = [
    (np.arange(k, dtype="float32"), np.arange(m, dtype="float32") + 1, paddle.to_tensor(s))
    for k, m, s in SIZES
]


@pytest.mark.parametrize(
    "iterable",
    [
        lambda x, u, s: enumerate(x, start=s),
        lambda x, u, s: zip(range(s + 1), x),
        lambda x, u, s: zip(itertools.count(3), x),
        lambda x, u, s: zip(x, [1.0, 2.0, 5.0]),
        lambda x, u, s: zip((v * 2 for v in (1.0, 2.0)), u),
        lambda x, u, s: enumerate(range(2, s + 3)),
        lambda x, u, s: enumerate(reversed(range(1, s + 7, 2))),
        lambda x, u, s: enumerate(reversed(u)),
        lambda x, u, s: enumerate(map(lambda a, b: a * b, x, u)),
        lambda x, u, s: [(v, w) for v, w, _ in zip(x, u, [])] or zip(x, u),
    ],
)
def test_pairs(iterable):
    def f(x, u, s):
        a = paddle.zeros([])
        for p, q in iterable(x, u, s):
            a = a * 2 + p * q
        return a

    check(f, *CALLS)


def test_lists_of_tuples():
    def f(x, u, s):
        numbered, together = list(enumerate(x, s)), list(zip(u, enumerate(x)))
        a = paddle.zeros([])
        for i, v in numbered:
            a = a * 2 + i * v
        for w, (i, v) in together:
            a = a * 2 + w * v + i
        if len(numbered) > 1:
            a = a + numbered[-1][1] + numbered[s][0]
        return a, len(together), [v + i for i, v in list(numbered)], isinstance(numbered, list)

    check(f, *CALLS)


@pytest.mark.parametrize(
    "use, what",
    [
        (lambda r: 1 if r else 2, "truth value is not possible"),
        (lambda r: r == range(3), "a comparison is not possible"),
        (lambda r: r.count(3), "count is not possible"),
        (lambda r: r[1:], "a slice is not possible"),
        (lambda r: next(enumerate(r)), r"next\(\) is not possible"),
        (lambda r: r, "result is no tensor"),
        (lambda r: enumerate(r)[0], "index is not possible"),
    ],
)
def test_what_a_range_of_unknown_length_cannot(use, what):
    with pytest.raises(CaptureError, match=what):
        to_static(lambda x: use(range(x.astype("int64"))))(tensor(2.0))


def test_an_iterator_is_gone_through_once():
    def twice(n):
        pairs, a = enumerate(range(n)), n * 0
        for i, k in pairs:
            a = a + i * k
        for i, k in pairs:
            a = a + 100
        return a

    def in_a_loop(n):
        pairs, a = zip(range(n), range(n)), n * 0
        for _ in range(n):
            for i, k in pairs:
                a = a + i * k
        return a

    def by_twos(n):
        pairs = enumerate(range(n))
        return [i * k for (i, k), (j, m) in zip(pairs, pairs)]

    for function in (twice, in_a_loop, by_twos):
        with pytest.raises(CaptureError, match="going through it once more is not possible"):
            to_static(function)(paddle.to_tensor(3))

    def once(n):
        pairs, a = enumerate(range(n)), n * 0
        if n > 2:
            for i, k in pairs:
                a = a + i * k
        else:
            for i, k in pairs:
                a = a - i * k - 1
        return a

    check(once, *[(paddle.to_tensor(n),) for n in (0, 1, 2, 3, 5)])


def test_a_range_of_unknown_length_is_a_range():
    def f(n):
        r = range(n)
        return n * 2, isinstance(r, range), type(r) is range, bool(enumerate(r)), r[n - 1], r[-n]

    check(f, *[(paddle.to_tensor(n),) for n in (1, 3, 7)])
    with pytest.raises(IndexError, match="range object index out of range"):
        to_static(lambda n: range(n)[n])(paddle.to_tensor(2))
    with pytest.raises(AttributeError, match="'range' object has no attribute 'append'"):
        to_static(lambda n: range(n).append(n))(paddle.to_tensor(2))


@pytest.mark.parametrize("bound, error", [(paddle.to_tensor(1.5), TypeError), (0, ValueError)])
def test_a_range_that_python_refuses(bound, error):
    @to_static
    def f(x, n, k):
        for i in range(0, n, k):
            x = x + i
        return x

    n = bound if isinstance(bound, paddle.Tensor) else paddle.to_tensor(3)
    with pytest.raises(error, match="range"):
        f(tensor([1.0]), n, paddle.to_tensor(bound) if error is ValueError else paddle.to_tensor(1))


def test_a_large_python_loop_warns_once(monkeypatch):
    monkeypatch.setattr(loops, "MOST_UNROLLED", 10)

    @to_static
    def f(x):
        for i in range(30):
            x = x + i
        return x

    with pytest.warns(
        UserWarning, match=r"test_iterables.py:\d+: .* run by Python .* 11 operations"
    ) as found:
        f(tensor([1.0]))
    assert len([w for w in found if "run by Python" in str(w.message)]) == 1


@pytest.mark.parametrize(
    "bounds",
    [
        lambda n, k: range(n),
        lambda n, k: range(-1, n),
        lambda n, k: range(n, 0, -1),
        lambda n, k: range(n, 7, 2),
        lambda n, k: range(0, n, k),
        lambda n, k: range(n, 3, k),
        lambda n, k: range(n + 2, n - 3, k),
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


def test_rows_of_a_tensor():
    def f(t):
        s = paddle.zeros([3])
        for row in t:
            if row.sum() > 2:
                s = s + row
        return s

    check(f, *((np.arange(3 * n, dtype="float32").reshape(n, 3),) for n in (2, 4, 1, 0)))
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


def of_another_range(x, n):
    def range(n):
        return [n, n]

    for i in range(n):
        x = x + i.astype("float32")
    return x


def of_another_enumerate_and_zip(x, n):
    def enumerate(v, start):
        return [(start, v), (1, v)]

    zip = lambda *rows: rows
    for i, v in enumerate(x, n):
        x = x + v * i
    for v in zip(x, x * 2):
        x = x + v.sum()
    return x


def of_another_len(x, n):
    class Items:
        def __len__(self):
            return 7

    len = lambda v: n
    for i in range(len(x)):
        x = x + i
    return x * len(Items())


def under_other_names(x, n):
    class Spelled:
        each, numbered = range, enumerate

    pairs, count = zip, builtins.len
    for i in Spelled.each(n):
        x = x + i
    for i, k in pairs(builtins.range(n), Spelled.each(3)):
        x = x * 2 + i * k
    for i, v in Spelled.numbered(x):
        x = x + i * v + count(x)
    return x


@pytest.mark.parametrize(
    "function, loops",
    [
        (of_another_range, 0),
        (of_another_enumerate_and_zip, 0),
        (of_another_len, 1),
        (under_other_names, None),
    ],
)
def test_builtins_are_resolved_by_object(function, loops):
    check(function, *[([1.0, 2.0], paddle.to_tensor(n)) for n in (0, 1, 2, 5)], loops=loops)


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


def test_an_iterator_goes_on_where_a_loop_has_left_it():
    def f(x):
        it, numbers = iter((1, 2, 3, 4, 5)), (k * 10 for k in itertools.count())
        for k in it:
            x = x + k
            if k == 2:
                break
        first = next(it)
        for k, m in zip(it, numbers):
            x = x * k + m
        for m in itertools.islice(numbers, 2):
            x = x - m
        return x, first, next(it, 7), next(numbers)

    check(f, ([1.0],), ([2.0, -3.0],), conds=0, loops=0)


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

    with pytest.raises(CaptureError, match=r"test_iterables.py:\d+: .*still has items after 1000"):
        g(tensor([1.0]))


def test_rank_0_is_not_iterable():
    def f(x):
        for v in x:
            x = x + v
        return x

    check(f, ([1.0, 2.0],))
    with pytest.raises(TypeError, match="0-D") as caught:
        to_static(f)(paddle.to_tensor(1.0))
    frames = [entry for entry in caught.traceback if str(entry.path) == __file__]
    assert frames[-1].lineno == f.__code__.co_firstlineno


def test_no_axis_is_the_same_error_in_a_graph():
    def f(x):
        return [w for v in x for w in v]

    for function in (f, to_static(f)):
        with pytest.raises(InvalidTypeError, match="iteration over a 0-D tensor"):
            function(tensor([1.0, 2.0]))


def goes_on_after_a_break(x):
    items = iter([x, x * 2, x * 3])
    for v in items:
        if v.sum() > 2:
            break
    return v, list(items)


def next_after_a_break(x):
    items = iter([x, x * 2, x * 3])
    for v in items:
        if v.sum() > 2:
            break
    return v, next(items, x)


def count_after_a_break(x):
    numbers = itertools.count(1)
    for i in numbers:
        if x.sum() * i > 2:
            break
    return next(numbers)


@pytest.mark.parametrize("function", [goes_on_after_a_break, next_after_a_break, count_after_a_break])
def test_an_iterator_is_not_gone_on_with_after_a_tensor_has_stopped_it(function):
    with pytest.raises(CaptureError, match=r"test_iterables.py:\d+: a tensor decides how far this iterator"):
        to_static(function)(tensor([1.0]))
