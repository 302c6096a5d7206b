"""Checklist E: containers, attributes and mutation."""

from __future__ import annotations

import heapq
import operator

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


class Config:
    pass


def a_key_in_one_branch(x):
    d = {}
    if x.sum() > 1:
        d["k"] = x
    return d["k"]


def a_key_that_is_asked_for(x):
    d = {}
    if x.sum() > 1:
        d["k"] = x
    return x + 1 if "k" in d else x


def an_attribute_in_one_branch(x):
    o = Config()
    if x.sum() > 1:
        o.k = x
    return o.k


def a_key_in_a_loop(x):
    d = {}
    while x.sum() < 9:
        d["k"] = x
        x = x + 1
    return d.get("k", x)


@pytest.mark.parametrize(
    "function", [a_key_in_one_branch, a_key_that_is_asked_for, an_attribute_in_one_branch, a_key_in_a_loop]
)
def test_what_one_path_adds_is_refused(function):
    with pytest.raises(
        CaptureError, match=r"test_state.py:\d+: `(dict\['k'\]|Config\.k)` is .* only one path sets it"
    ):
        to_static(function)(tensor([1.0]))


def test_objects_made_in_a_branch_are_its_own():
    def f(x):
        if x.sum() > 1:
            o, d, items = Config(), {}, []
            o.k, d["k"] = x, x + 1
            items.append(o.k + d["k"])
            x = items[0] + len(items)
        else:
            x = [v for v in {"a": x - 1}.values()][0]
        return x

    check(f, *NUMBERS, conds=1)


def through_a_heap(x):
    items = [1, 3]
    if x.sum() > 1:
        heapq.heappush(items, 0)
    return x * items[0]


def through_setitem(x):
    d = {"a": x}
    if x.sum() > 1:
        operator.setitem(d, "a", x + 1)
    return d


def through_a_dunder(x):
    d, items = {"a": x}, [x]
    if x.sum() > 1:
        d.__setitem__("a", x + 1)
        items.__iadd__([x])
    return d, len(items)


def through_map(x):
    items = []
    if x.sum() > 1:
        list(map(items.append, [x, x + 1]))
    return items


def through_the_namespace(x):
    o = Box(x)
    if x.sum() > 1:
        vars(o)["v"] = x + 1
    else:
        o.__dict__.update(v=x - 1)
    return o.v


def through_a_class(x):
    d = {"a": x}
    if x.sum() > 1:
        dict.update(d, a=x + 1)
    return d


def through_a_helper(x):
    d, items = {"a": x}, []
    push = items.append
    if x.sum() > 1:
        put(d, "a", x + 1)
        push(x)
    (lambda v: items.append(v))(d["a"])
    return d, items


def put(d, k, v):
    d[k] = v


def some_keys_or_all(x):
    d, e = {"a": x, "b": x, "c": 1}, {"a": x, "b": x}
    if x.sum() > 1:
        d["a"] = x + 1
        e["a"] = x + 5
        e.update(b=x + 6)
    else:
        d.update(b=x - 1, c=2)
        e.update(b=x + 7)
        e["b"] = e["b"] + 1
    while x.sum() < 5:
        d["a"] = d["a"] + x
        d.update(c=d["c"] + 1)
        x = x + 1
    return d, e


def through_a_closure(x):
    count = 0

    def add(k):
        nonlocal count
        count = count + k

    if x.sum() > 1:
        add(10)
    return x * count


@pytest.mark.parametrize(
    "function",
    [
        through_a_heap, through_setitem, through_a_dunder, through_map, through_the_namespace, through_a_class,
        through_a_helper, some_keys_or_all, through_a_closure,
    ],
)  # fmt: skip
def test_mutation_that_no_statement_shows(function):
    check(function, *NUMBERS)


def test_a_list_hands_on_gradients_under_no_grad():
    def f(x, n):
        items = [x]
        for i in range(n):
            items.append(x * 2)
        with paddle.no_grad():
            items.append(x)
            items[0] = x * 3
            last = items[-1]
        total = last * 1
        for v in items:
            total = total + v * v
        return total

    check(f, *[([1.0, 2.0], paddle.to_tensor(n)) for n in (0, 1, 3)], stops="no_grad")


def nested_in_a_branch(x, n):
    config, other = Config(), {"a": {"b": [x, (x, [x])]}}
    config.x, config.inner = [x, x + 1], Config()
    config.inner.rows = {"k": [x]}
    inner, rows, alias = config.inner, config.inner.rows, other["a"]
    if n > 1:
        config.x[0] = config.x[1] * 2
        inner.rows["k"][0] = x + 5
        other["a"]["b"][1][1][0] = x * 3
    else:
        config.inner.rows["k"][0] = x - 5
    return config.x, rows, alias, other["a"]["b"][0]


def nested_in_a_loop(x, n):
    config, other = Config(), {"a": {"b": [x, (x, [x])]}}
    config.x = [x, x + 1]
    first, alias = config.x, other["a"]["b"]
    for i in range(n):
        config.x[0] = config.x[0] + i
        alias[1][1][0] = first[0] * 2
        if i > 1:
            first[1] = alias[0] - i
    return config.x, other, alias[1]


def nested_through_helpers(x, n):
    def put(d, value):
        d["a"]["b"] = value
        return d["a"]

    d = {"a": {"b": x}}
    for i in range(n):
        if x.sum() > 2:
            put(d, d["a"]["b"] + i)["b"] *= 2
        x = x + d["a"]["b"]
    return d, x


@pytest.mark.parametrize("function", [nested_in_a_branch, nested_in_a_loop, nested_through_helpers])
def test_paths_into_nested_containers(function):
    check(function, *[([1.0, 2.0], paddle.to_tensor(n)) for n in (0, 1, 2, 3)])
