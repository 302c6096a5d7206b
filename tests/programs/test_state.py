"""Checklist E: containers, attributes and mutation."""

from __future__ import annotations

import pytest

import paddlelite as paddle
from paddlelite.errors import CaptureError
from paddlelite.jit import to_static

from .harness import check, tensor

NUMBERS = [([float(n)],) for n in (0, 1, 2, 9)]
COUNTS = [([1.0, 2.0], paddle.to_tensor(n)) for n in (1, 2, 5)]


class Box:
    def __init__(self, v):
        self.v = v

    def add(self, k):
        self.v = self.v + k


def test_attributes_and_items_in_branches():
    def f(x):
        o, d, items = Box(x), {"a": x, "b": [x]}, [x, x]
        e = d
        if x.sum() > 1:
            o.v = o.v + 1
            d["a"] = d["a"] * 2
            d["b"][0] = x + 7
            items[1] = x - 1
            d["new"] = x
        else:
            o.v += 5
            d["new"] = x + 1
        return o.v, d["a"], e["a"], d["b"], items, d["new"]

    check(f, *NUMBERS, conds=1)


def test_attributes_in_loops():
    def f(x, n):
        o, d = Box(x), {"a": x}
        for i in range(n):
            o.v = o.v + i
            d["a"] = d["a"] * 2
        return o.v, d["a"]

    check(f, *COUNTS, loops=1)


def test_mutation_by_a_method():
    def f(x, n):
        o = Box(x)
        if x.sum() > 4:
            o.add(1)
        for i in range(n):
            o.add(i)
        return o.v

    check(f, *COUNTS, loops=1)


def test_append_in_branches():
    def f(x):
        items = [x]
        if x.sum() > 1:
            items.append(x + 1)
        else:
            items.append(x - 1)
        return items

    check(f, *NUMBERS, conds=1)


def test_append_in_a_python_loop():
    def f(x):
        items = []
        for i in range(3):
            items.append(x * i if x.sum() > 1 else x)
        return paddle.stack(items)

    check(f, *NUMBERS)


def test_append_in_a_tensor_loop():
    def f(x, n):
        items = []
        i = 0
        while i < n:
            items.append(x * i)
            i += 1
        return paddle.stack(items), len(items), items[0], items[-1]

    check(f, *COUNTS, loops=1)


def test_read_and_append():
    def f(x, n):
        items = [x]
        for i in range(n):
            items.append(items[-1] + items[i])
        total = paddle.zeros([2])
        for v in items:
            total = total + v
        return total, paddle.concat(items)

    check(f, *COUNTS, loops=2)


def test_a_list_of_unknown_length_is_returned():
    def f(x, n):
        items, picked = [], [x]
        for i in range(n):
            items.append(x + i)
            if i % 2 == 0:
                picked.append(x * i)
        return items, picked

    static = check(f, *[([1.0], paddle.to_tensor(n)) for n in (0, 1, 4)])
    assert len(static.program_cache) == 1


def test_write_into_a_tensor():
    def f(x, n):
        y = x * 1
        if n > 1:
            y[0] = 5.0
        for i in range(n):
            y[i % 2] = y[i % 2] + i
        return y

    check(f, *COUNTS)


def test_list_of_outside_is_not_changed_by_a_graph():
    items = []

    @to_static
    def f(x, n):
        for i in range(n):
            items.append(x)
        return x

    with pytest.raises(Exception, match="items|list"):
        f(tensor([1.0]), paddle.to_tensor(2))


def test_other_containers_are_followed_or_refused():
    import collections

    def f(x):
        o, names = Box(x), {"a"}
        if x.sum() > 1:
            setattr(o, "v", x + 1)
            names.add("b")
        else:
            names.add("b")
        return o.v, len(names)

    check(f, *NUMBERS)

    @to_static
    def different(x):
        names = set()
        if x.sum() > 1:
            names.add("b")
        return x, len(names)

    @to_static
    def queue(x):
        d = collections.deque()
        if x.sum() > 1:
            d.append(1)
        return x, len(d)

    @to_static
    def items(x):
        it = iter([1, 2])
        if x.sum() > 1:
            x = x + next(it)
        return x

    for function, text in ((different, "a set"), (queue, "a deque is changed"), (items, r"next\(\)")):
        with pytest.raises(CaptureError, match=text):
            function(tensor([1.0]))
