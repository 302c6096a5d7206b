"""Checklist E, rows 54-57: lists whose length only the graph knows."""

from __future__ import annotations

import copy

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite.errors import CaptureError
from paddlelite.jit import to_static

from .harness import check, tensor

COUNTS = [([1.0, 2.0], paddle.to_tensor(n)) for n in (0, 1, 2, 5)]
SOME = COUNTS[1:]
NUMBERS = [([float(n)],) for n in (-9, 0, 1, 2)]


def grown(x, n, *first):
    items = list(first)
    for i in range(n):
        items.append(x * i)
    return items


def iterated(x, n):
    items = grown(x, n)
    total = x
    for v in items:
        total = total + v
    for i, v in enumerate(items):
        total = total * 2 + v * i
    for a, b in zip(items, reversed(items)):
        total = total + a * 3 - b
    return total, len(items), [v + 1 for v in items]


def of_numbers(x, n):
    items, count = [], 0
    for i in range(n):
        items.append(i)
    for k in items:
        count += k
    return x * count, count, items


def truth(x, n):
    items = grown(x, n)
    if items:
        x = x + 1
    while items:
        x = x * 2 + items.pop()
    return x if not items else -x


def insert(x, n):
    items = grown(x, n, x + 1)
    items.insert(0, x + 2)
    items.insert(-1, x + 3)
    items.insert(n, x + 4)
    items.insert(100, x + 5)
    return items


def insert_in_the_loop(x, n):
    items = []
    for i in range(n):
        items.insert(0, x * i)
    return items


def insert_scalars(x, n):
    items = []
    for i in range(n):
        items.insert(i // 2, x.sum() * i)
    return items


def insert_and_pop(x, n):
    items = []
    for i in range(n):
        items.insert(0, x * i)
        items.append(x + i)
        if i > 1:
            items.pop()
            items.insert(1, items[0])
    return items


def pop(x, n):
    items = grown(x, n, x + 1, x + 2, x + 3)
    return items.pop(), items.pop(0), items.pop(-1), items, len(items)


def delete(x, n):
    items = grown(x, n, x + 1, x + 2)
    del items[0]
    return items


def extend(x, n):
    items = []
    for i in range(n):
        items.extend([x, x * i])
    more = [x]
    more.extend(items)
    more += items
    return items, more


def add(x, n):
    items = []
    for i in range(n):
        items = items + [x + i]
    return items, [x] + items


def slices(x, n):
    items = grown(x, n, x + 1, x + 2)
    return items[1:], items[:2], items[-1:], items[:-1], items[1:n], items[::2], items[::-1], items[5:1:-2]


def assign(x, n):
    items = grown(x, n, x + 1, x + 2)
    items[0] = x + 100
    items[-1] = items[-1] * 2
    fixed = [x, x + 1, x + 2]
    for i in range(n):
        fixed[i % 3] = fixed[i % 3] * 2
    return items, fixed


def copies(x, n):
    items = grown(x, n)
    one, two = items.copy(), list(items)
    one.append(x)
    two.reverse()
    return items, one, two


def clear(x, n):
    items = []
    for i in range(n):
        if i == 2:
            items.clear()
        items.append(x + i)
    return items


def of_other_shapes(x, n):
    items, y = [x], x
    for _ in range(n):
        y = paddle.concat([y, x])
        items.append(y)
    return paddle.concat(items), len(items), items[-1]


def in_three_loops(x, n):
    items = []
    for i in range(n):
        for j in range(i):
            for k in range(j + 1):
                items.append(x * (i + 10 * j + 100 * k))
    items.append(x)
    return paddle.stack(items), len(items)


FUNCTIONS = [
    iterated, of_numbers, truth, insert, pop, delete, extend, add, slices, assign, copies, clear,
    of_other_shapes, in_three_loops, insert_in_the_loop, insert_scalars, insert_and_pop,
]  # fmt: skip


@pytest.mark.parametrize("function", FUNCTIONS)
def test_growing(function):
    check(function, *COUNTS)


def stacked(x, n):
    items = grown(x, n)
    return paddle.stack(items), paddle.concat(items), items[0], items[-1]


def beyond(x, n):
    return grown(x, n)[3]


def popped_when_empty(x, n):
    return grown(x, n).pop()


def assigned_beyond(x, n):
    items = grown(x, n)
    items[1] = x
    return items


@pytest.mark.parametrize("function", [stacked, beyond, popped_when_empty, assigned_beyond])
def test_too_short(function):
    check(function, *COUNTS)


def unequal(x):
    items = [x]
    if x.sum() > 1:
        items.append(x + 1)
        items.append(x + 2)
    elif x.sum() > 0:
        items.append(x * 2)
    return items, len(items), paddle.stack(items)


def from_none(x):
    items = []
    if x.sum() > 1:
        items.append(x + 1)
    return items, len(items)


def rebound(x):
    items = [x]
    if x.sum() > 1:
        items = [x, x + 1]
    elif x.sum() > 0:
        items = [*items, x + 3, x + 4]
    return items


def equal(x):
    items = [x]
    if x.sum() > 1:
        items.append(x + 1)
    else:
        items.append(x - 1)
    return items, paddle.stack(items)


@pytest.mark.parametrize("function", [unequal, from_none, rebound, equal])
def test_appended_in_branches(function):
    check(function, *NUMBERS)


def starred(x):
    items = [x]
    if x.sum() > 1:
        _, *items = x, x * 2, x * 3
    rest = items
    rest.append(x + 5)
    n = 0
    while n < x.sum():
        _, *items = x, x + n
        n = n + 1
    return items, rest


def test_starred_lists_are_lists():
    check(starred, *NUMBERS)


@pytest.mark.parametrize("positions", [(0, 1, 2, -1, -3), (0, 3, -4)])
def test_an_index_that_is_a_tensor(positions):
    def f(x, n):
        return (
            [x, x + 1, x * 5][n],
            (x, x + 1, x * 5)[n],
            [1, 2, 3][n] * x,
            [x, paddle.concat([x, x]), x[:1]][n],
            [(x, 1), (x + 1, 2), (x * 5, 3)][n],
        )

    check(f, *[([1.0, 2.0], paddle.to_tensor(n)) for n in positions])


def two_dtypes(x, n):
    items = [x]
    for _ in range(n):
        items.append(x.astype("int64"))
    return len(items)


def two_ranks(x, n):
    items = [x]
    for i in range(n):
        items.append(x[0] * i)
    return len(items)


def texts(x, n):
    items = []
    for _ in range(n):
        items.append("a")
    return len(items)


@pytest.mark.parametrize(
    "function, text",
    [(two_dtypes, "different dtypes"), (two_ranks, "different ranks"), (texts, "hold tensors, not 'a'")],
)
def test_items_of_one_kind(function, text):
    with pytest.raises(CaptureError, match=rf"test_lists.py:\d+: .*{text}"):
        to_static(function)(tensor([1.0, 2.0]), paddle.to_tensor(2))


# Lists that no display makes: rests, slices, sums, and what functions give


def star_append(x, n):
    a, *rest = [x, x + 1, x + 2]
    if n > 1:
        rest.append(a)
    return len(rest), rest[0]


def list_of_range(x, n):
    items = list(range(3))
    for i in range(n):
        items.append(i)
    return items, x


def sorted_append(x, n):
    items = sorted([3, 1, 2])
    if n > 1:
        items.append(7)
    return len(items)


def split_append(x, n):
    items = paddle.split(x, 3)
    for i in range(n):
        items.append(x[:1] * i)
    return paddle.concat(items)


def split_or_display(x, n):
    if n > 1:
        items = paddle.split(x, 3)
    else:
        items = [x[:1], x[:1] + 1, x[:1]]
    return items


def slice_append(x, n):
    items = [x, x + 1, x + 2][1:]
    for i in range(n):
        items.append(x * i)
    return items


def add_append(x, n):
    items = [x] + [x + 1]
    if n > 1:
        items.append(x)
    return items


def mul_append(x, n):
    items = [x] * 3
    for i in range(n):
        items[i % 3] = x * i
    return items


def copy_append(x, n):
    items = [x]
    m = items.copy()
    k = list(items)
    c = copy.copy(items)
    for i in range(n):
        m.append(x * i)
        if i > 1:
            k.append(x)
        c.append(x)
    return items, m, k, len(c)


def comp_append(x, n):
    items = [x * k for k in range(2)]
    while n > 0:
        items.append(x + n)
        n = n - 1
    return items


@pytest.mark.parametrize(
    "function",
    [
        star_append,
        list_of_range,
        sorted_append,
        split_append,
        split_or_display,
        slice_append,
        add_append,
        mul_append,
        copy_append,
        comp_append,
    ],
)
def test_lists_of_every_origin_grow(function):
    calls = [([1.0, 2.0, 3.0], np.array(n)) for n in (0, 1, 2, 5)]
    check(function, *calls, ([-1.0, -2.0, -3.0], np.array(-1)))


def ints_and_floats(x, n):
    items = []
    for i in range(n):
        items.append(i)
    items.append(1.5)
    return items


def test_a_number_of_another_kind_is_refused_with_its_line():
    with pytest.raises(
        CaptureError, match=r"test_lists.py:\d+: a list in a graph holds tensors of one dtype, but a float32"
    ):
        to_static(ints_and_floats)(tensor([1.0]), paddle.to_tensor(2))


PLACES = (0, 1)


def test_a_star_in_an_index_binds_nothing():
    def f(x):
        d = {}
        d[(*PLACES, 2)] = x * 2
        if x.sum() > 1:
            x = x + d[(*PLACES, 2)]
        return x

    check(f, ([1.0],), ([3.0],))


def numbers_of_two_kinds(x, n):
    grown, one, flags, set_ = [1], [1], [True], [1.5]
    for i in range(n):
        grown.append(2.5)
        flags.append(i)
        set_[0] = i
        set_.append(i)
    if n > 1:
        one.append(0.5)
    return grown, one, flags, set_, sum(grown)


def array_functions(x, n):
    array = paddle.tensor.create_array("float32")
    for i in range(n):
        for j in range(i):
            paddle.tensor.array_write(x * j, paddle.tensor.array_length(array), array)
    other = paddle.tensor.array_write(x, paddle.to_tensor(0))
    if n > 1:
        paddle.tensor.array_write(x * 3, paddle.to_tensor([0]), other)
    return paddle.tensor.array_length(array), paddle.tensor.array_read(other, paddle.to_tensor(0))


@pytest.mark.parametrize("function", [numbers_of_two_kinds, array_functions])
def test_what_a_list_holds(function):
    check(function, *COUNTS)


def test_lists_that_a_conditional_expression_chooses_grow():
    def f(x):
        rows = []
        for v in (x, -x):
            rows += [v] if v.sum() > 1 else [v, v]
        more = [x] if x.sum() > 0 else []
        more.append(x * 2)
        return len(rows), rows[0], len(more)

    check(f, ([2.0],), ([0.5],), ([-3.0],))
