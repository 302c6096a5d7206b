"""Checklist F: functions, scopes, classes; and layers."""

from __future__ import annotations

import functools
import importlib
import time

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite.errors import CaptureError
from paddlelite.jit import enable_to_static, not_to_static, to_static

from .harness import check, tensor

NUMBERS = [([float(n)],) for n in (0, 1, 2, 9)]


def helper(x, k=2):
    if x.sum() > 1:
        return x * k
    return x - k


def test_helpers_closures_and_defaults():
    bias = 3

    def inner(v, *rest, scale=1, **more):
        if v.sum() > 2:
            v = v + bias
        return v * scale + sum(rest) + more.get("z", 0)

    def f(x):
        total = 0

        def bump(v):
            nonlocal total
            if v.sum() > 1:
                total = total + 1
            else:
                total = total + 2
            return v

        bump(x)
        return helper(x) + inner(x, 1, 2, scale=2, z=1), helper(x, k=5), total

    check(f, *NUMBERS)


def test_nonlocal_written_by_a_function_called_in_a_branch():
    def f(x):
        n = 0

        def bump():
            nonlocal n
            n = n + 1

        if x.sum() > 1:
            bump()
        return x * n

    check(f, *NUMBERS)


def test_decorators_partials_and_callables():
    def twice(g):
        @functools.wraps(g)
        def wrapper(*args):
            return g(*args) * 2

        return wrapper

    @twice
    def decorated(v):
        if v.sum() > 1:
            v = v + 1
        return v

    class Caller:
        def __init__(self, k):
            self.k = k

        def __call__(self, v):
            return v + self.k if v.sum() > 1 else v - self.k

        @staticmethod
        def fixed(v):
            return v if v.sum() > 1 else -v

        @classmethod
        def made(cls, v):
            return cls(1)(v) if v.sum() > 0 else v

    def f(x):
        c = Caller(3)
        return decorated(x), functools.partial(helper, k=7)(x), c(x), c.fixed(x), Caller.made(x)

    check(f, *NUMBERS)


def _halved(v):
    if v.sum() > 2:
        return v / 2
    return v


def _more(a, b):
    return a + b if b.sum() > 1 else a - b


def test_functions_that_a_builtin_calls():
    def f(x):
        rows = [x, x + 1, x * 3]
        kept = filter(lambda v: v is not x, rows)
        return list(map(_halved, rows)), functools.reduce(_more, rows), list(kept)

    check(f, *NUMBERS)


def test_recursion_with_a_python_bound():
    def power(v, n):
        return v if n == 0 else power(v * 2, n - 1) if v.sum() > 0 else v

    def f(x):
        return power(x, 4)

    check(f, *NUMBERS)


def test_switch_and_not_to_static():
    calls = []

    @not_to_static
    def plain(v):
        calls.append(1)
        return v + 1

    @to_static
    def f(x):
        return plain(x) if x.sum() > 0 else x

    enable_to_static(False)
    try:
        f(tensor([1.0]))
        assert len(f.program_cache) == 0
    finally:
        enable_to_static(True)
    assert f(tensor([1.0])).numpy() == 2 and len(f.program_cache) == 1

    @not_to_static
    def branches(v):
        if v.sum() > 0:
            v = v + 1
        return v

    with pytest.raises(CaptureError):
        to_static(lambda x: branches(x))(tensor([1.0]))


def countdown(n):
    return 0 if n <= 0 else 1 + countdown(n - 1)


def test_recursion_through_a_global_name():
    def f(x):
        return x * countdown(3)

    assert to_static(f)(tensor([2.0])).numpy() == 6

    @to_static
    def g(x, n):
        return x * countdown(n)

    with pytest.raises(CaptureError, match="recursion on a tensor condition"):
        g(tensor([1.0]), paddle.to_tensor(3))


def test_generators():
    def numbers(x, n):
        for i in range(n):
            yield x * i

    def equal(x):
        if x.sum() > 1:
            a = x + 1
            yield a
            yield x
        else:
            yield x
            x = -x
            yield x * 2
            x = x - 5
        yield x

    def f(x):
        s = x
        for v in numbers(x, 3):
            if v.sum() > 1:
                s = s + v
        return s, list(equal(x)), [v + 1 for v in numbers(x, 2)], sum(numbers(x, 3))

    check(f, *NUMBERS)


@pytest.mark.parametrize("kind", ["generator", "asynchronous"])
def test_functions_that_are_suspended_are_refused(kind):
    def generator(x):
        yield x

    async def asynchronous(x):
        return x

    function = {"generator": generator, "asynchronous": asynchronous}[kind]
    line = function.__code__.co_firstlineno
    with pytest.raises(CaptureError, match=rf"test_functions.py:{line}: .*{kind}\(\) is .*{kind}"):
        to_static(function)(tensor([1.0]))


def test_recursion_on_a_tensor_ends():
    def expression(n):
        return n if n <= 1 else n * expression(n - 1)

    def twice(n):
        if n < 2:
            return n
        return twice(n - 1) + twice(n - 2)

    def loop(n):
        while n > 0:
            n = loop(n - 1)
        return n

    def one(n):
        return n if n.sum() < 0 else two(n - 1)

    def two(n):
        if n.sum() < 0:
            return n
        return one(n - 2)

    for f in (expression, twice, loop, one):
        start = time.process_time()
        with pytest.raises(CaptureError, match=r"test_functions.py:\d+: recursion on a tensor condition"):
            to_static(f)(tensor([3.0]))
        assert time.process_time() - start < 1


def test_functions_of_numbers_are_refused():
    import math
    import random

    for f, text in (
        (lambda x: math.sqrt(x), r"math.sqrt\(\) called on a traced tensor.*Use paddle.sqrt\(\)"),
        (lambda x: np.sin(x), r"numpy.sin\(\) called on a traced tensor.*Use paddle.sin\(\)"),
        (lambda x: np.array([x, x]), r"numpy.array\(\) called on a traced tensor.*Use functions of paddle"),
        (lambda x: random.randint(0, x), r"random.randint\(\) called on a traced tensor"),
    ):
        with pytest.raises(CaptureError, match=r"test_functions.py:\d+: " + text):
            to_static(f)(tensor([1.0]))
    assert to_static(lambda x: x * math.sqrt(4) * float(np.float32(2)))(tensor([1.0])).numpy() == 4


def test_nonlocal_written_by_a_function_called_in_a_loop():
    def f(x, n):
        z, k = x, 1

        def outside(v):
            nonlocal z
            z = z + v
            return z * 2

        for i in range(n):

            def inside(v):
                nonlocal k, z
                k, z = k + i, z - v
                return z + k

            x = outside(x) - inside(x)
        for v in [x, x]:
            z = z + v  # it is a name that an operator sees, too
            k = k + 1
        return x, z, k

    check(f, *[([1.0, 2.0], paddle.to_tensor(n)) for n in (0, 1, 3)])


def test_variables_of_the_call_itself_are_not_watched():
    outer = 1

    def f(x):
        k = 1

        def h(v):
            return v * k + outer

        y = h(x)
        k = 2
        return h(y)

    static = to_static(f)
    for _ in range(3):
        static(tensor([1.0]))
    assert len(static.program_cache) == 1
    outer = 5
    assert static(tensor([1.0])).numpy() == 17


GLOBAL, TENSOR = 1, None


def global_in_a_branch(x, n):
    global GLOBAL, TENSOR
    GLOBAL, TENSOR = 1, x
    if n > 1:
        GLOBAL = 5
        TENSOR = x * 2
    return x * GLOBAL + TENSOR


def global_in_a_loop(x, n):
    global GLOBAL, TENSOR
    GLOBAL, TENSOR = 0, x
    for i in range(n):
        GLOBAL += i
        TENSOR = TENSOR + GLOBAL
    return TENSOR, GLOBAL


def global_of_a_helper(x, n):
    global GLOBAL, TENSOR
    GLOBAL, TENSOR = 2, x

    def note(v):
        global GLOBAL, TENSOR
        if v.sum() > 2:
            GLOBAL, TENSOR = GLOBAL + 1, v
        return GLOBAL

    for _ in range(n):
        x = x * note(x)
    return x, TENSOR


@pytest.mark.parametrize("function", [global_in_a_branch, global_in_a_loop, global_of_a_helper])
def test_globals_are_written(function):
    check(function, *[([1.0, 0.5], paddle.to_tensor(n)) for n in (0, 1, 2, 3)])
    for n in (3, 0, 2):
        arguments = tensor([1.0, 0.5]), paddle.to_tensor(n)
        function(*arguments)
        want = float(GLOBAL), TENSOR.numpy()
        to_static(function)(*arguments)
        assert float(GLOBAL) == want[0]
        np.testing.assert_array_equal(TENSOR.numpy(), want[1])


def repeated(times):
    def decorate(g):
        @functools.wraps(g)
        def wrapper(v, *args, **kwargs):
            for _ in range(times):
                v = g(v, *args, **kwargs)
            return v if v.sum() > 20 else v + 0.25

        return wrapper

    return decorate


class Counted:
    """A decorator that is a class, and its objects are the functions."""

    def __init__(self, g):
        functools.update_wrapper(self, g)
        self.g = g

    def __call__(self, v, k=2):
        return self.g(v, k) * 10 if v.sum() > 1 else -self.g(v, k)


def without_wraps(g):
    return lambda v, *args: g(v, *args) + 100


def bare(v, k=2):
    if v.sum() > 1:
        v = v * k
    return v - 1


@pytest.mark.parametrize(
    "decorate",
    [
        repeated(2),
        Counted,
        without_wraps,
        lambda g: repeated(3)(Counted(without_wraps(g))),
        lambda g: without_wraps(repeated(1)(Counted(g))),
        functools.partial(lambda by, g: lambda v: g(v) * by, 7),
    ],
)
def test_decorators_are_kept(decorate):
    decorated = decorate(bare)

    def f(x):
        @decorate
        def inner(v, k=3):
            return v + k if v.sum() > 1 else v * k

        return decorated(x), inner(x)

    check(f, *NUMBERS)
    for x in (tensor([0.5]), tensor([2.0])):
        want = decorated(x).numpy()
        np.testing.assert_allclose(to_static(decorated)(x).numpy(), want)
        assert (want != bare(x).numpy()).all()


def test_a_library_of_pythons_is_rewritten_and_what_is_left_alone_is_not(tmp_path, monkeypatch):
    package = tmp_path / "site-packages" / "somebodys_lib"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("from .deep import clipped\n")
    (package / "deep.py").write_text(
        "from functools import reduce\n\ndef _one(v, k):\n    if v.sum() > k:\n        return v - k\n    return v\n\n"
        "def clipped(v, bounds=(1, 2)):\n    return reduce(_one, bounds, v)\n"
    )
    monkeypatch.syspath_prepend(str(package.parent))
    lib = importlib.import_module("somebodys_lib")

    def f(x):
        return lib.clipped(x) * 2

    check(f, *NUMBERS, conds=2)
    alone = not_to_static(lib.deep._one)
    with pytest.raises(CaptureError, match=r"deep.py:4: the truth of a tensor"):
        to_static(lambda x: alone(x, 1))(tensor([1.0]))
    paddle.jit.ignore_module([lib.deep])
    with pytest.raises(CaptureError, match=r"deep.py:4: the truth of a tensor"):
        to_static(lambda x: lib.clipped(x))(tensor([1.0]))
