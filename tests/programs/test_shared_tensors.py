"""Checklist E 60: in-place writes to tensors that a condition, a loop or an index chose show in both, or not at all."""

import copy

import pytest

import paddlelite as paddle
from paddlelite import nn
from paddlelite.errors import CaptureError
from paddlelite.jit import to_static

from .harness import check

CALLS = (([1.0], [7.0]), ([-2.0], [7.0]))


def written_under_the_new_name(x, y):
    a, b = x * 1, y * 1
    c = a if x.sum() > 0 else b
    c[0] = 9.0
    return a, b, c


def written_under_the_old_name(x, y):
    a, b = x * 1, y * 1
    if x.sum() > 0:
        c = a
    else:
        c = b
    a[0] = a[0] + 7
    return a, b, c


def exchanged(x, y):
    a, b = x * 1, y * 1
    c, d = (a, b) if x.sum() > 0 else (b, a)
    c[0], d[0] = 5.0, 6.0
    return a, b, c, d


def chosen_twice(x, y):
    a = [x * 1, y * 1]
    most = a[0]
    for v in a:
        if v.sum() > most.sum():
            most = v
    most[0] = 100.0
    return a


def found_by_index(x, y):
    a = [x * 1, y * 1]
    a[(x.sum() > 0).astype("int64")][0] = 77.0
    a[(x.sum() > 0).astype("int64") - 2][0] = 5.0
    return a


def in_a_helper(x, y):
    def increased(t):
        if t.sum() > 0:
            t[0] = t[0] + 1
        return t

    a = x * 1
    b = increased(a)
    b[0] = b[0] * 10
    return a, b


def a_view(x, y):
    a = paddle.concat([x, y])
    v = a[0:1]
    w = v if x.sum() > 0 else y * 1
    w[0] = 33.0
    return a, v, w


def after_a_loop(x, y):
    a = x * 1
    b = a
    for _ in range((x.sum() > 0).astype("int64")):
        b = b + 1
    b[0] = 9.0
    return a, b


def bound_by_the_loop(x, y):
    a, b = x * 1, y * 1
    for _ in range((x.sum() > 0).astype("int64")):
        a = b
    a[0] = 9.0
    return a, b


@pytest.mark.parametrize(
    "function",
    [
        written_under_the_new_name, written_under_the_old_name, exchanged, chosen_twice, found_by_index, in_a_helper,
        a_view, after_a_loop, bound_by_the_loop,
    ],
)  # fmt: skip
def test_a_write_shows_under_every_name(function):
    check(function, *CALLS)


def test_an_argument_that_may_be_written_to_is():
    @to_static
    def f(x):
        if x.sum() > 0:
            x = x * 2
        x[0] = 9.0
        return x

    @to_static
    def g(x, n):
        for _ in range(n):
            x = x + 1
        x[0] = 9.0
        return x

    for function, more in ((f, ()), (g, (paddle.to_tensor(0),))):
        x = paddle.to_tensor([-1.0, 0.5])
        assert function(x, *more).numpy().tolist() == x.numpy().tolist() == [9.0, 0.5]
    x = paddle.to_tensor([1.0])
    assert (f(x).item(), x.item()) == (9.0, 1.0)


def test_a_buffer_that_may_be_written_to_is():
    class Net(nn.Layer):
        def __init__(self):
            super().__init__()
            self.register_buffer("seen", paddle.zeros([1]))

        def forward(self, x):
            h = self.seen
            if x.sum() > 0:
                h = x * 1
            h[0] = 5.0
            return h

    net = to_static(Net())
    net(paddle.to_tensor([1.0]))
    assert net.seen.item() == 0.0
    net(paddle.to_tensor([-1.0]))
    assert net.seen.item() == 5.0


def name_from_before_the_loop(x, y):
    a = x * 1
    b = a
    for _ in range((y > 0).sum()):
        a[0] = 5.0
        a = a + 1
    return a, b


def variable_of_some_rounds(x, y):
    a, b = x * 1, y * 1
    for _ in range((y > 0).sum()):
        a[0] = a[0] + 1
        a = b
    return a, b


def view_from_a_branch(x, y):
    a, b = x * 1, y * 1
    if x.sum() > 0:
        b = a[0:1]
    b[0] = 33.0
    return a + b


def in_a_list_and_written_in_each_round(x, y):
    a, b = [], x * 1
    for i in range((y > 0).sum()):
        b[0] = i * 1.0
        a.append(b)
    return paddle.stack(a)


def in_a_list_and_written_after(x, y):
    a, b = [], x * 1
    for _ in range((y > 0).sum()):
        a.append(b)
    b[0] = 1.0
    return paddle.stack(a)


def from_a_list(x, y):
    a = []
    for i in range((y > 0).sum()):
        a.append(x * i)
    a[0][0] = 1.0
    return paddle.stack(a)


@pytest.mark.parametrize(
    "function, text",
    [
        (
            name_from_before_the_loop,
            "decides whether this is the tensor that was written to in place at .*py:",
        ),
        (variable_of_some_rounds, "another variable is, too, in some rounds"),
        (view_from_a_branch, "decides whether this is the tensor that was written to in place at .*py:"),
        (in_a_list_and_written_in_each_round, "an element of a list whose length is known only when"),
        (in_a_list_and_written_after, "an element of a list whose length is known only when"),
        (from_a_list, "an element of a list whose length is known only when"),
    ],
)
def test_what_would_show_only_under_one_name_is_refused(function, text):
    with pytest.raises(CaptureError, match=text):
        to_static(function)(*map(paddle.to_tensor, CALLS[0]))


def test_the_first_round_may_not_write_to_an_argument():
    def f(x, n):
        for _ in range(n):
            x[0] = 5.0
            x = x + 1
        return x

    with pytest.raises(CaptureError, match=r"test_shared_tensors.py:\d+: .* that the caller knows, too"):
        to_static(f)(paddle.to_tensor([1.0]), paddle.to_tensor(2))


def test_new_tensors_in_lists_may_be_written_to_before():
    def f(x, n):
        a = []
        for i in range(n):
            b = x * i
            b[0] = 5.0
            a.append(b)
        return paddle.stack(a).sum()

    check(f, ([1.0, 2.0], paddle.to_tensor(3)), ([1.0, 2.0], paddle.to_tensor(1)))


def test_a_write_to_a_view_of_what_was_chosen():
    def f(x, n):
        a, b = x * 1, x * 2
        c = a if n > 1 else b
        d = c[:1]
        d[0] = 9.0
        return a, b, c, d

    check(f, *[([1.0, 2.0], paddle.to_tensor(n)) for n in (0, 1, 2, 5)])


def test_single_elements_are_views():
    def f(x):
        y = x.clone()
        v = y[1]
        y[1] = 9.0
        for i in range(len(y) - 1):
            if y[i] > y[i + 1]:
                kept = y[i].clone()
                y[i] = y[i + 1]
                y[i + 1] = kept
        y[0], y[1] = y[1], y[0]  # (the first write shows in the second element read)
        return y, v

    check(f, ([3.0, 1.0, 2.0],), ([5.0, 4.0],))


def test_copies_are_tensors_of_their_own():
    def f(x, y):
        a = x * 1
        b, (c, d), e = copy.deepcopy(a), copy.deepcopy([a, {"k": a}]), copy.copy(a)
        b[0], c[0], e[0] = 5.0, 6.0, 7.0
        if y.sum() > 0:
            d["k"][0] = 8.0
        return a, b, c, d, e

    check(f, *CALLS)


def test_the_values_set_are_copied_and_carry_no_gradient():
    def f(x, y):
        a, b = x * 2, paddle.zeros([1])
        b.set_value(a)
        a[0] = 5.0
        return a, b

    check(f, *CALLS, stops="what is set is no gradient's")


def written_detached(x, y):
    a = x * 1
    b = a.detach()
    b[0] = 5.0
    return a + b


def test_what_is_written_to_detached_is_not_read():
    with pytest.raises(
        CaptureError, match="decides whether this is the tensor that was written to in place at .*py:"
    ):
        to_static(written_detached)(*map(paddle.to_tensor, CALLS[0]))


def test_what_is_written_after_an_early_return_is_not_what_was_returned():
    def f(x, y):
        u = x * 1
        if x.sum() > 0:
            if y.sum() > 0:
                return u, x
        else:
            if y.sum() > 0:
                return x, u
        u[0] = 5.0
        return u, u * 2

    check(f, *CALLS, ([1.0], [-1.0]), ([-1.0], [-1.0]))


def test_a_loop_returns_what_it_writes_to():
    def f(x, n):
        u = x * 1
        for i in range(n):
            u[0] = i * 1.0
            if x.sum() + i > 3:
                return u, u * 2
        u[0] = 9.0
        return u, x

    def g(x, n):
        u = x * 1
        for i in range(3):
            u[0] = u[0] + 1
            if x.sum() > 0:
                u = u + i
            elif n > i:
                break
        return u

    calls = [([a, 1.0], paddle.to_tensor(n)) for a in (1.0, -3.0) for n in (0, 1, 3)]
    check(f, *calls)
    check(g, *calls)


def test_a_write_in_finally_shows_in_what_is_returned():
    def f(x, y):
        u = x * 1
        try:
            if x.sum() > 0:
                return u
            return y
        finally:
            u[0] = u[0] + 1

    def g(x, y):
        u = x * 1
        for i in range(2):
            if x.sum() > i:
                if y.sum() > 0:
                    return u
                u[0] = 5.0
        return u * 2

    check(f, *CALLS)
    check(g, *CALLS, ([1.0], [-1.0]))
