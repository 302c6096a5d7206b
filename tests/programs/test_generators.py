"""COMPILER.md row 52: generator expressions over tensors, and Python's laziness where no tensor is involved."""

import itertools

import numpy as np

import paddlelite as paddle
from paddlelite.jit import to_static
from paddlelite.static import InputSpec

from .harness import check

ROWS = [([1.0],), ([1.0, 2.0, 3.0],), ([-1.0, 4.0],)]


def dynamic(function):
    """The function captured for any number of rows, compared with eager for several, none among them."""
    static = to_static(function, input_spec=[InputSpec([None], "float32", "x")])
    for n in (1, 2, 5, 0):
        x = paddle.to_tensor(np.arange(n, dtype="float32") - 1)
        want, got = function(x), static(x)
        np.testing.assert_allclose(np.asarray(got), np.asarray(want))


def test_sums_and_tests():
    def total(x):
        return sum(v * 2 for v in x) + 0.0

    def some(x):
        return any(v > 2 for v in x)

    def every(x):
        return all(v > -2 for v in x)

    for function in (total, some, every):
        dynamic(function)
        check(function, *ROWS)


def test_filters():
    def f(x):
        return sum((v for v in x if v > 0), paddle.zeros([]))

    dynamic(f)
    check(f, *ROWS)


def test_python_stays_lazy():
    seen = []

    def f(x):
        found = next(k for k in itertools.count() if seen.append(k) or k > 2)
        return x * found, any(k > 1 for k in itertools.count())

    scaled, found = to_static(f)(paddle.ones([1]))
    assert scaled.item() == 3.0 and found is True
    assert seen == [0, 1, 2, 3]


def test_the_first_iterable_is_evaluated_at_once_the_rest_later():
    def f(x):
        pairs = [(a, b) for a in range(2) for b in range(a)]
        k = 2
        scaled = (v * k for v in [x, x])
        k = 3
        return sum(scaled), len(pairs)

    check(f, *ROWS)


def test_lists_of_other_dtypes_that_begin_empty():
    def flags(x):
        found = []
        for v in x:
            found.append(v > 2)
        some = False
        for flag in found:
            some = some or flag
        return some

    def whole(x):
        return sum(k + 1 for k in [v.astype("int64") for v in x])

    for function in (flags, whole):
        dynamic(function)
        check(function, *ROWS)
