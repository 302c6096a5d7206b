"""Checklist D 46-47, 49-50: builtins, operators and numbers of tensors."""

from __future__ import annotations

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite.errors import CaptureError
from paddlelite.interpret import run_program
from paddlelite.jit import to_static

from .harness import check, same, tensor

INTS = [(paddle.to_tensor(n),) for n in (-7, -2, -1, 0, 1, 2, 9)]
FLOATS = [(paddle.to_tensor(float(n)),) for n in (-2.5, 0, 1, 2.5, 9)]
VECTORS = [([1.0, 5.0, 3.0],), ([2.0, -5.0, 3.0],), ([4.0],)]
NUMBERS = [([float(n)],) for n in (0, 1, 2, 9)]


def test_numbers_of_tensors():
    def f(n):
        return n * 2, int(n), bool(n), int(n) + 1, int(n) / 2, int(n) // 2, n.item() - 1

    def g(n):
        x = paddle.ones([2])
        return x * int(n), x.astype("int32") + int(n), n.item() * x, x * float(n)

    check(f, *INTS)
    check(g, *INTS)
    check(g, *FLOATS, stops="numbers of tensors have no gradient")
    static = to_static(lambda n: int(n))
    assert static(paddle.to_tensor(2.9)).dtype == paddle.int64


def test_numbers_carry_no_gradient():
    def f(n):
        x = n * 3
        return x * n.item() + x * float(n), x / int(n)

    check(f, *FLOATS[2:], stops="numbers of tensors have no gradient")


def test_item_of_larger_tensors():
    def f(x):
        return x * x.item(1), x * x.reshape([3, 1]).item(2, 0), x * x[0].item()

    check(f, *VECTORS[:2], stops="numbers of tensors have no gradient")
    with pytest.raises(ValueError):
        to_static(lambda x: x.item())(tensor([1.0, 2.0]))


def test_complex(tmp_path):
    """onnxruntime has no complex tensors."""

    def f(n):
        return complex(n) * paddle.ones([2], "complex64"), complex(int(n)) + n

    static = to_static(f)
    paddle.jit.save(static, str(tmp_path / "m"), [paddle.static.InputSpec([], "float32")])
    loaded = paddle.jit.load(str(tmp_path / "m"))
    for n in (2.5, -1.0, 0.0):
        want = [t.numpy() for t in f(paddle.to_tensor(n))]
        programs = static(paddle.to_tensor(n)), loaded(paddle.to_tensor(n))
        for found in (*programs, run_program(static.main_program, [np.float32(n)])):
            same([np.asarray(t) for t in found], want, n)


def test_tolist_is_refused():
    with pytest.raises(CaptureError, match=r"test_builtins.py:\d+: tolist\(\) needs the values"):
        to_static(lambda x: x.tolist())(tensor([1.0]))

    def f(x):
        k, (one, two) = paddle.to_tensor([1, 2]), paddle.full([2], 3.0).tolist()
        return x * sum(k.tolist()) + one - two * k[0].item(), k.tolist(), float(k[1]) + int(k[0])

    check(f, *NUMBERS, conds=0)


def test_arithmetic_builtins():
    def f(n):
        return abs(n), divmod(n, 3), pow(n, 2), divmod(7, n + 100), abs(int(n)), divmod(int(n), 4)

    check(f, *INTS)


def test_round_of_numbers():
    def f(n):
        return n * 1, round(float(n)), round(int(n)), round(float(n) * 3)

    check(f, *FLOATS, *[(paddle.to_tensor(n),) for n in (0.5, 1.5, -0.5, -1.5, 3.5)])


def test_round_to_digits_is_refused():
    with pytest.raises(CaptureError, match=r"test_builtins.py:\d+: .*round\(\) to digits"):
        to_static(lambda n: round(float(n), 2))(tensor(1.234))


def test_max_and_min():
    def f(x, n):
        m = n.item()
        return max(n, n + 1), min((n, n * 2)), max([n - 1, n, -n]), x * max(m, 3), x * min(m, 1, 7)

    check(f, *[([1.0, 2.0], n) for (n,) in FLOATS], stops="numbers of tensors have no gradient")


def test_max_min_sum_any_all_over_a_tensor():
    def f(x):
        return max(x), min(x), sum(x), sum(x, 5.0), any(x > 4), all(x > 0)

    check(f, *VECTORS)
    static = to_static(lambda x: max(x), input_spec=[paddle.static.InputSpec([None], "float32")])
    with pytest.raises(ValueError, match="empty"):
        static(paddle.zeros([0]))


def test_max_by_a_key():
    def f(x):
        rows = [x, x * 2, x - 1]
        best = max(rows, key=lambda v: (v * v).sum())
        return best, min(rows, key=lambda v: v.sum()), max([], default=x), max([3, 1], key=lambda k: -k) * x

    check(f, *VECTORS)


def test_max_by_a_key_over_a_tensor():
    def f(x):
        return max(x, key=lambda v: -v), min(x, key=lambda v: v * v)

    check(f, *VECTORS)
    dynamic = to_static(f, input_spec=[paddle.static.InputSpec([None], "float32")])
    assert [float(v) for v in dynamic(tensor([2.0, -5.0, 1.0]))] == [-5.0, 1.0]


def test_the_length_of_a_range():
    def f(n):
        return n * 2, len(range(n)), len(range(n, 9, 2)), len(range(3, -n, -2))

    check(f, *INTS)


def test_any_and_all_of_lists():
    def f(x):
        n = x.sum()
        return x, any([n > 100, x[0] > 1]), all([n > 1, True]), any([False, 0]), all([])

    check(f, *VECTORS)


def test_sorted_is_refused():
    with pytest.raises(
        CaptureError, match=r"test_builtins.py:\d+: sorted\(\) compares tensors.* paddle.sort"
    ):
        to_static(lambda x: sorted([x, x + 1]))(tensor([1.0]))

    def f(x):
        return x * sorted([3, 1, 2], key=lambda k: -k)[0]

    check(f, *NUMBERS)


class Thing:
    pass


def test_what_is_decided_while_the_graph_is_built():
    def f(x, thing):
        k = 0
        if isinstance(x, paddle.Tensor) and x is not None and type(x) is paddle.Tensor:
            k += 1
        if hasattr(x, "shape") and not hasattr(x, "nothing") and callable(x.sum) and not callable(x):
            k += 10
        if isinstance(x, (int, float, str)) or thing is None or type(thing) is not Thing:
            k += 100
        return x * k

    check(f, *[(*args, Thing()) for args in NUMBERS], conds=0)


def test_types_of_numbers():
    def f(x):
        n, k = x.sum().item(), 0
        if x.sum() > 1:
            k = 1
        whole, real = isinstance(k, int), isinstance(n, float)
        if whole and real and not isinstance(n, int) and not isinstance(k, paddle.Tensor) and type(k) is int:
            x = x + 1
        return x

    check(f, *NUMBERS, conds=0)


def test_floor_division_and_modulo():
    def f(n):
        return n // 2, n % 2, n // -2, n % -2, -n // 3, 7 // (n * 2 + 1), n / 4, n // 4 * 4 + n % 4

    check(f, *INTS)
    check(f, *FLOATS)


@pytest.mark.parametrize(
    "function",
    [
        lambda n: 10 // n,
        lambda n: 10 % n,
        lambda n: n // (n - n),
        lambda n: divmod(10, n)[0],
        lambda n: n // n if n < 5 else n,
    ],
)
def test_integer_division_by_zero(function):
    check(function, *INTS)
    with pytest.raises(Exception, match="divide|division"):
        to_static(function)(paddle.to_tensor(0))


def test_division_of_floats_by_zero():
    def f(n):
        return 10 / n, n / 0, n % 2

    check(f, *FLOATS)


def test_integers_wrap_around():
    def f(n):
        return (n + 2**62) * 4 + n, n.astype("int32") * 2147483647 + 1, n.astype("int32") + 2147483647

    check(f, *INTS[3:])


def test_a_0d_tensor_is_a_scalar_to_others():
    def f(n):
        x, i = paddle.ones([2]), paddle.ones([2], "int32")
        return x * n, x - n, i + n, i * 1.5 + n, x > n, n * 1.5, n / 2, i == n, x * (n > 1)

    check(f, *INTS)


def test_numbers_take_the_dtype_they_meet():
    def f(x, n):
        k, s, t = 1, 0, 0
        if n > 1:
            k = 2
        for i in range(n):
            s = s + i
            t = t + 0.5
        h, d, i = x.astype("float16"), x.astype("float64"), x.astype("int32")
        return x * k, h * k, d + k, i + k, x * s, i - s, h * t, d * t

    check(
        f,
        *[([1.0, 2.0], paddle.to_tensor(n)) for n in (0, 1, 3)],
        stops="numbers of tensors have no gradient",
    )


def test_membership():
    def f(x, n):
        k = 0
        if 2.0 in x:
            k += 1
        if n not in x:
            k += 10
        if n in [1, 2] and n not in (0, 9):
            k += 100
        if n in range(2) or 5 in [1, 2] or "a" in {"a": 1}:
            k += 1000
        if int(n) in {1, 9}:
            k += 10000
        return x * k

    check(f, *[([1.0, 2.0], paddle.to_tensor(n)) for n in (0, 1, 2, 9)])


def test_a_number_as_a_key_is_refused():
    with pytest.raises(
        CaptureError, match=r"a dict is asked for a number that is known only when the graph runs"
    ):
        to_static(lambda n: {1: n}[int(n)])(paddle.to_tensor(1))
    with pytest.raises(CaptureError, match="a dict is asked for a number"):
        to_static(lambda n: {1: n}.get(int(n), 0))(paddle.to_tensor(1))
