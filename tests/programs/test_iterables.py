"""Checklist B, rows 16, 20 and 33: what a loop iterates over; and E, row 63: objects that loops carry."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite.errors import CaptureError, InvalidTypeError
from paddlelite.jit import to_static
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


@dataclasses.dataclass
class State:
    h: object
    steps: object = 0


def test_a_dataclass():
    def f(s, n):
        for i in range(n):
            s = State(s.h + i, s.steps + 1)
        if n > 1:
            t = State(s.h, s.h + 1)
        else:
            t = State(s.h * 2, s.h)
        return s.h, s.steps, t.h, t.steps

    static = to_static(f)
    for n in (0, 1, 3):
        args = lambda: (State(tensor([1.0, 2.0])), paddle.to_tensor(n))
        for got, want in zip(static(*args()), f(*args()), strict=True):
            np.testing.assert_allclose(np.asarray(got), np.asarray(want))

    @to_static
    def g(s):
        return State(s.h + 1, [s.h])

    result = g(State(tensor([1.0])))
    assert type(result) is State and result.h.numpy() == 2 and result.steps[0].numpy() == 1


def test_no_axis_is_the_same_error_in_a_graph():
    def f(x):
        return [w for v in x for w in v]

    for function in (f, to_static(f)):
        with pytest.raises(InvalidTypeError, match="iteration over a 0-D tensor"):
            function(tensor([1.0, 2.0]))
