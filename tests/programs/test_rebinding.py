"""Checklist E 58: a list that a loop changes in place and binds anew, under one name and under another."""

from __future__ import annotations

import pytest

import paddlelite as paddle
from paddlelite.errors import CaptureError
from paddlelite.jit import to_static

from .harness import check, tensor


def window(x, n):
    a = [x, x * 2]
    for i in range(n):
        a.append(a[-1] + i)
        a = a[1:]
    return a[0], a[1], len(a)


def window_in_a_branch_and_a_loop(x, n):
    a = [x, x * 2]
    if n > 0:
        for j in range(n):
            for i in range(n):
                a.append(a[-1] + i)
                a = a[1:]
            x = x + a[0]
    return x, a[0], len(a)


def window_of_a_dict(x, n):
    d = {"a": [x, x * 2]}
    a = d["a"]
    for i in range(n):
        a.append(a[-1] + i)
        a = a[1:]
    d["a"] = a
    return d["a"][0], len(d["a"])


def other_name_of_what_stays(x, n):
    a = [x, x * 2]
    b = a
    for i in range(n):
        a = a[1:]
        a.append(x + i)
    return a[1], b[1], len(b)


@pytest.mark.parametrize(
    "function", [window, window_in_a_branch_and_a_loop, window_of_a_dict, other_name_of_what_stays]
)
def test_changed_in_place_and_bound_anew(function):
    check(function, *[(tensor([1.0, 3.0]), paddle.to_tensor(n)) for n in (0, 1, 3)])


def other_name_after(x, n):
    a = [x, x * 2]
    b = a
    for i in range(n):
        a.append(x + i)
        a = a[1:]
    return a[0], b[-1]


def other_name_inside(x, n):
    a = [x, x * 2]
    b = a
    for i in range(n):
        a.append(x + i)
        x = x + b[-1]
        a = a[1:]
    return x


def other_name_bound_too(x, n):
    a = [x, x * 2]
    b = a
    for i in range(n):
        a.append(x + i)
        x = x + b[-1]
        a = a[1:]
        b = [x]
    return x


def other_name_is_an_item(x, n):
    a = [x, x * 2]
    d = {"a": a}
    if n > 1:
        for i in range(n):
            a[0] = x + i
            a = a[1:] + [x]
    return a[0], d["a"][0]


def other_name_returned(x, n):
    a = []
    b = a
    for i in range(n):
        a.append(x + i)
        if i > 1:
            a = a[1:]
    return b


@pytest.mark.parametrize(
    "function",
    [other_name_after, other_name_inside, other_name_bound_too, other_name_is_an_item, other_name_returned],
)
def test_another_name_for_a_list_changed_in_place_and_bound_anew(function):
    """It shows the first round's change, and no other."""
    with pytest.raises(
        CaptureError, match=r"test_rebinding.py:\d+: a condition or loop on a tensor decides whether this"
    ):
        to_static(function)(tensor([1.0, 3.0]), paddle.to_tensor(3))


class Box:
    def __init__(self, h):
        self.h = h


def a_dict(x):
    d = {"a": x, "n": 2}
    if x.sum() < 2:
        d["a"] = x * 2
    else:
        d = {**d, "a": x * 3}
    return d["a"]


def an_object(x):
    o = Box(x)
    if x.sum() < 2:
        o.h = x * 2
    else:
        o = Box(x * 3)
    return o.h


def test_a_dict_changed_in_one_branch_and_replaced_in_the_other():
    """Found by random programs: the branch that sets a key lost it."""
    check(a_dict, ([3.0],), ([1.0],))


def test_an_object_changed_in_one_branch_and_replaced_in_the_other():
    check(an_object, ([3.0],), ([1.0],))


def test_elements_changed_in_one_branch_and_the_list_replaced_in_the_other():
    """Found by random programs: the branch that changes elements lost its change."""

    def f(x, n):
        items = [x]
        if x.sum() < 2:
            items += [x]
            for _ in range(n):
                items += [x * 2]
        else:
            items[-1] = x * 3
        return items[0]

    check(f, ([3.0], 0), ([1.0], 2), ([0.5], 0))
