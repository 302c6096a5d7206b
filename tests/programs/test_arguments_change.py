"""Containers and objects that a function is given, and those of its defaults: a change reaches the caller."""

from __future__ import annotations

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite.errors import CaptureError
from paddlelite.jit import to_static

from .harness import plain, same, tensor


class Bag:
    def __init__(self):
        self.items, self.last, self.n = [], None, 0


def appends(x, items):
    items.append(x * 2)
    items.append(3)
    return x


def sets_a_key(x, table):
    table["k"] = x * 2
    table["n"] = table.get("n", 0) + 1
    return x


def sets_attributes(x, bag):
    bag.last, bag.n = x * 3, bag.n + 1
    bag.items.append(x)
    return bag.last


def sets_an_item(x, items):
    items[0], items[-1] = items[-1], x
    return items


def removes(x, items):
    del items[0]
    return x * len(items)


def deep(x, table):
    table["a"]["b"].append(x)
    table["a"]["c"] = x.sum()
    return table["a"]["c"]


def in_a_branch(x, table):
    if x.sum() > 0:
        table["k"] = x
    else:
        table["k"] = x * 2
    return x


def in_a_loop(x, table):
    for i in range(x.shape[0]):
        table["k"] = table["k"] + i
    return x


def by_keyword(x, *, items):
    items.append(x)
    return x


@pytest.mark.parametrize(
    "function, make",
    [
        (appends, list),
        (sets_a_key, dict),
        (sets_a_key, lambda: {"n": 4, "k": tensor([0.0])}),
        (sets_attributes, Bag),
        (sets_an_item, lambda: [tensor([1.0]), tensor([2.0])]),
        (removes, lambda: [tensor([1.0]), tensor([2.0])]),
        (deep, lambda: {"a": {"b": [tensor([5.0])], "c": None}}),
        (in_a_branch, lambda: {"k": tensor([5.0, 1.0])}),
        (in_a_loop, lambda: {"k": tensor(0)}),
    ],
)
def test_a_change_of_an_argument_reaches_the_caller(function, make):
    static = to_static(function)
    for values in ([1.0, 2.0], [-1.0, -2.0], [1.0, 2.0]):
        mine, theirs = make(), make()
        for _ in range(2):
            got, want = static(tensor(values), mine), function(tensor(values), theirs)
            same(plain(got), plain(want), function.__name__)
            one, two = (c.__dict__ if isinstance(c, Bag) else c for c in (mine, theirs))
            same(plain(one), plain(two), function.__name__)


def test_by_keyword():
    static, items = to_static(by_keyword), []
    for k in range(3):
        static(tensor([float(k)]), items=items)
    assert [float(t) for t in items] == [0.0, 1.0, 2.0]


def test_a_default_keeps_what_calls_put_there():
    def f(x, seen=[], *, table={}):  # noqa: B006
        seen.append(x * 2)
        table["last"] = x
        return len(seen), seen[-1]

    def g(x, seen=[], *, table={}):  # noqa: B006
        seen.append(x * 2)
        table["last"] = x
        return len(seen), seen[-1]

    static = to_static(f)
    for values in ([1.0], [2.0], [3.0]):
        same(plain(static(tensor(values))), plain(g(tensor(values))), values)
        same(plain(f.__defaults__[0]), plain(g.__defaults__[0]), values)
        same(plain(f.__kwdefaults__), plain(g.__kwdefaults__), values)


def test_a_capture_that_fails_leaves_everything_as_it_was():
    outside, bag = [], Bag()

    def f(x, items):
        items.append(x)
        outside.append(x)
        bag.n += 1
        if x.sum() > 0:
            bag.last = x
            outside.append(x)
        return np.sqrt(x)

    items = [tensor([1.0])]
    static = to_static(f)
    for _ in range(2):
        with pytest.raises(CaptureError, match="numpy.sqrt"):
            static(tensor([1.0]), items)
        assert len(items) == 1 and not outside and bag.n == 0 and bag.last is None


@pytest.mark.parametrize("made", ["(v for v in [x, x])", "lambda: x", "{x}"])
def test_no_tensor_of_the_graph_gets_out(made, tmp_path):
    path = tmp_path / "gets_out.py"
    path.write_text(f"def f(x):\n    return {made}\n")
    namespace = {"paddle": paddle}
    exec(compile(path.read_text(), str(path), "exec"), namespace)
    with pytest.raises(CaptureError, match="the function returns a (generator|function|set) with tensors"):
        to_static(namespace["f"])(tensor([1.0]))


def test_a_list_that_is_given_twice_is_not_changed():
    static, items = to_static(lambda x, one, two: one.append(x) or two), [tensor([1.0])]
    assert len(static(tensor([2.0]), items, [])) == 0 and len(items) == 2
    with pytest.raises(ValueError, match="is given twice, and the function changes one"):
        static(tensor([2.0]), items, items)
    assert len(items) == 2
