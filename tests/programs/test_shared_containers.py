"""Two names of which a tensor decides whether they are one container: changes in place, and what other names see."""

from __future__ import annotations

import pytest

import paddlelite as paddle
from paddlelite.errors import CaptureError
from paddlelite.jit import to_static

from .harness import check, tensor

COUNTS = [([1.0, 2.0], paddle.to_tensor(n)) for n in (0, 1, 2, 5)]
#: What reading a list says that another name may have changed.
CHANGED = r"containers.py:\d+: (a condition or loop on a tensor decides whether|this list is one of two)"


def chosen_and_changed(x, n):
    a, b = [x], [x * 2, x]
    c = a if n > 1 else b
    c.append(x)
    return a


def changed_and_read_where_chosen(x, n):
    a, b = [x], [x * 2, x]
    c = a if n > 1 else b
    a.append(x)
    return c


def bound_in_one_branch(x, n):
    a = [x]
    b = a
    if n > 1:
        a = [x * 2]
    a.append(x)
    return len(b)


def bound_in_some_rounds(x, n):
    a = [x]
    b = a
    for _ in range(n):
        a = a + [x]
    a.append(x)
    return len(b)


def second_name_in_a_round(x, n):
    a, b = [x], [x, x, x]
    for i in range(n):
        if i == 1:
            b = a
        a.append(x)
    return len(b)


def second_name_after_the_change(x, n):
    a, b = [x], [x, x, x]
    total = 0
    for _ in range(n):
        a.append(x)
        total = total + len(b)
        b = a
    return total


def second_name_after_a_loop(x, n):
    a, b = [x], [x, x]
    for _ in range(n):
        b = a
    a.append(x)
    return len(b)


SHARED = [
    chosen_and_changed,
    changed_and_read_where_chosen,
    bound_in_one_branch,
    bound_in_some_rounds,
    second_name_in_a_round,
    second_name_after_the_change,
    second_name_after_a_loop,
]


@pytest.mark.parametrize("function", SHARED)
def test_two_names_that_may_be_one_list(function):
    """A tensor decides whether they are: a change under one name is not seen under the other."""
    with pytest.raises(CaptureError, match=CHANGED):
        to_static(function)(tensor([1.0, 3.0]), paddle.to_tensor(3))


def shared_dict_in_a_loop(x, n):
    a, b = {"h": x}, {"h": x * 9}
    total = x
    for _ in range(n):
        a["h"] = a["h"] + 1
        total = total + b["h"]
        b = a
    return total


def shared_dict_after_a_loop(x, n):
    a, b = {"h": x}, {"h": x * 9}
    for _ in range(n):
        b = a
    a["h"] = x * 3
    return b["h"]


@pytest.mark.parametrize("function", [shared_dict_in_a_loop, shared_dict_after_a_loop])
def test_two_names_that_may_be_one_dict(function):
    with pytest.raises(CaptureError, match=r"test_shared_containers.py:\d+: this dict is one of two"):
        to_static(function)(tensor([1.0, 3.0]), paddle.to_tensor(3))


def test_identity_of_lists_that_a_condition_chooses():
    def f(x, n):
        a, b = [x], [x * 2]
        return (a if n > 1 else b) is a

    with pytest.raises(CaptureError, match="a tensor decides whether these two are one list"):
        to_static(f)(tensor([1.0]), paddle.to_tensor(3))


def changed_where_nobody_else_reads(x, n):
    a = [x]
    if n > 1:
        a = [x * 2, x]
    a.append(x)
    best, score = [], -1
    for i in range(n):
        other = [x * i]
        other.append(x)
        if i % 3 > score:
            best, score = other, i % 3
        a.append(x)
        if i == 2:
            a = [x]
    best.append(x * 7)
    return a, best, score


def second_name_first(x, n):
    a = [x]
    b = a
    for i in range(n):
        b = a
        a.append(x + i)
    return b


@pytest.mark.parametrize("function", [changed_where_nobody_else_reads, second_name_first])
def test_changes_that_only_one_name_sees(function):
    check(function, *COUNTS)


def two_names_made_in_both(x, n):
    if n > 1:
        a = [x]
        d = {"a": a, "b": a}
        o = State(d)
    else:
        a = [x * 2]
        d = {"a": a, "b": a}
        o = State(d)
    d["a"].append(x)
    return a, d["b"], o.h["b"][-1]


def test_two_names_for_what_both_branches_make():
    check(two_names_made_in_both, *COUNTS)


def two_names_on_one_path(x, n):
    d = {"a": x}
    e = d if n > 1 else {"a": x * 2}
    if n > 1:
        d = {"a": x}
        e = d
    else:
        d = {"a": x}
        e = {"a": x * 2}
    d["a"] = x * 3
    return e["a"]


def dict_bound_in_some_rounds(x, n):
    d = {"a": x}
    e = d
    for _ in range(n):
        d = {"a": d["a"] + 1}
    d["a"] = x * 3
    return e["a"]


def object_bound_in_some_rounds(x, n):
    o = State(x)
    e = o
    for _ in range(n):
        o = State(o.h + 1)
    o.h = x * 3
    return e.h


@pytest.mark.parametrize(
    "function", [two_names_on_one_path, dict_bound_in_some_rounds, object_bound_in_some_rounds]
)
def test_a_write_that_only_some_runs_show_under_another_name_is_refused(function):
    with pytest.raises(CaptureError, match=r"containers.py:\d+: this dict is one of two"):
        for x, n in COUNTS:
            to_static(function)(tensor(x), n)


class State:
    def __init__(self, h):
        self.h = h
