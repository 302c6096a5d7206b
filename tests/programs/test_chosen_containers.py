"""Checklist E 58: a condition chooses between containers that its branches, or others, also change."""

import pytest

import paddlelite as paddle
from paddlelite.errors import CaptureError
from paddlelite.jit import to_static

from .harness import check

CALLS = (([1.0], [7.0]), ([-2.0], [7.0]))


def appended_inside(x, y):
    a, b = [x], [y]
    if x.sum() > 0:
        a.append(x)
        c = [a]
    else:
        c = [b]
    return len(c[0]), len(a), paddle.stack(c[0]).sum()


def key_inside(x, y):
    a, b = {"k": x}, {"k": y}
    if x.sum() > 0:
        a["k"] = x * 2
        c = (a, 1)
    else:
        c = (b, 2)
    return c[0]["k"], c[1], a["k"]


def element_inside(x, y):
    a, b = [x], [y]
    if x.sum() > 0:
        a[0] = x * 5
        c = [a]
    else:
        c = [b]
    return c[0][0], a[0]


def changed_or_replaced(x, y):
    items = [x]
    if x.sum() > 0:
        items.append(y)
    else:
        items = [y, y, y]
    return len(items), paddle.stack(items).sum()


def changed_by_name_and_replaced(x, y):
    d = {"k": x}
    e = d
    if x.sum() > 0:
        d["k"] = y
        d = {**d, "m": y * 2}
    else:
        d = {"k": x * 3, "m": x}
    return d["k"], d["m"], e["k"]


def in_a_conditional_expression(x, y):
    a, b = [x], [y]
    c = (a.append(y) or a) if x.sum() > 0 else b
    return len(c), len(a), len(b)


def inside_before_a_loop_replaces(x, y):
    a = [x]
    c = [a]
    n = paddle.to_tensor(0)
    while n < (x.sum() > 0).astype("int64"):
        a[0] = a[0] * 2
        c = [[y]]
        n = n + 1
    return c[0][0], a[0]


@pytest.mark.parametrize(
    "function",
    [
        appended_inside, key_inside, element_inside, changed_or_replaced, changed_by_name_and_replaced,
        in_a_conditional_expression, inside_before_a_loop_replaces,
    ],
)  # fmt: skip
def test_what_a_branch_has_changed_is_in_what_it_leaves(function):
    check(function, *CALLS)


def written_by_the_new_name(x, y):
    a, b = [x], [y, y]
    if x.sum() > 0:
        c = a
    else:
        c = b
    c.append(x)
    return len(a), len(b), len(c)


def written_by_the_old_name(x, y):
    a, b = [x], [y, y]
    if x.sum() > 0:
        c = a
    else:
        c = b
    a.append(x)
    return len(a), len(b), len(c)


@pytest.mark.parametrize("function", [written_by_the_new_name, written_by_the_old_name])
def test_after_a_write_to_one_of_two_lists_the_other_cannot_be_read(function):
    with pytest.raises(
        CaptureError, match="decides whether this is the list that was changed under another name"
    ):
        to_static(function)(*map(paddle.to_tensor, CALLS[0]))


def list_that_nobody_else_holds(x, y):
    items = [x]
    if x.sum() > 0:
        items = [y, y]
    items.append(x * 2)
    items[0] = items[0] + 1
    return len(items), paddle.stack(items).sum()


def same_length(x, y):
    items = [x]
    if x.sum() > 0:
        items = [y]
    for i in range(2):
        items.append(x * i)
    return items


def test_a_list_that_was_chosen_grows_when_nobody_reads_the_others():
    check(list_that_nobody_else_holds, *CALLS)
    check(same_length, *CALLS)


def a_list_of_lists(x, y):
    rows = [[x]]
    if x.sum() > 0:
        rows = [[y]]
    rows[0].append(x)
    return rows[0]


def a_dict(x, y):
    d = {"k": x}
    if x.sum() > 0:
        d = {"k": y}
    d["k"] = x * 2
    return d["k"]


@pytest.mark.parametrize("function", [a_list_of_lists, a_dict])
def test_other_containers_cannot_be_written_to_once_one_of_two_is_chosen(function):
    with pytest.raises(CaptureError, match="this (list|dict) is one of two"):
        to_static(function)(*map(paddle.to_tensor, CALLS[0]))
