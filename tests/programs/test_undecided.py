"""None, strings and objects that a tensor's condition chooses: asked for, printed, called, or refused when needed."""

from __future__ import annotations

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite.errors import CaptureError
from paddlelite.jit import to_static

from .harness import check, tensor

NUMBERS = [([float(n)],) for n in (0, 1, 2, 9)]
COUNTS = [([1.0, 2.0], paddle.to_tensor(n)) for n in (0, 1, 2, 5)]


def none_until_a_branch(x):
    y = None
    if x.sum() > 1:
        y = x + 1
    if y is None:
        y = x * 5
    return y


def none_and_early_return(x):
    y = None
    if x.sum() > 1:
        y = x + 1
    if y is not None:
        return y * 2
    return x


def none_of_an_expression(x):
    y = x + 1 if x.sum() > 1 else None
    return x if y is None else y


def none_beside_a_condition(x):
    y = None
    if x.sum() > 1:
        y = x
    if y is not None and y.sum() > 5:
        return y * 2
    if y is None or y.sum() < 1:
        return x - 1
    return y


def none_of_a_helper(x):
    def find(v):
        if v.sum() > 1:
            return v + 1

    found = find(x)
    if found is None:
        return x
    return found


def none_in_a_tuple(x):
    def find(v):
        if v.sum() > 1:
            return v, None
        return None, v + 1

    one, two = find(x)
    if one is None:
        return two
    return one * 2


def none_as_an_argument(x):
    def scaled(v, by=None):
        if by is None:
            by = v * 0 + 1
        return v * by

    return scaled(x, x if x.sum() > 1 else None)


def none_in_an_attribute(x):
    class State:
        h = None

    state = State()
    if x.sum() > 1:
        state.h = x + 1
    if state.h is None:
        state.h = x
    return state.h


def none_in_a_dict(x):
    d = {"a": None}
    if x.sum() > 1:
        d["a"] = x + 1
    return x if d["a"] is None else d["a"] * 2


def none_or_default(x):
    y = None
    if x.sum() > 1:
        y = x.sum()
    return y or x.mean()


def none_by_its_truth(x):
    y = x if x.sum() > 1 else None
    if y:
        return y + 1
    return x + 5 if not y else x


def none_by_its_type(x):
    y = x if x.sum() > 1 else None
    return y + 1 if isinstance(y, paddle.Tensor) else x


def none_in_three_ways(x):
    y = None
    if x.sum() > 5:
        y = x
    elif x.sum() > 1:
        y = x * 2
    z = y
    if z is not None:
        x = z + 1
    return x


@pytest.mark.parametrize(
    "function",
    [
        none_until_a_branch,
        none_and_early_return,
        none_of_an_expression,
        none_beside_a_condition,
        none_of_a_helper,
        none_in_a_tuple,
        none_as_an_argument,
        none_in_an_attribute,
        none_in_a_dict,
        none_or_default,
        none_by_its_truth,
        none_by_its_type,
        none_in_three_ways,
    ],
)
def test_none_or_a_tensor(function):
    check(function, *NUMBERS)


def test_none_that_a_python_loop_replaces():
    def f(x):
        best = None
        for i in range(3):
            v = x + i
            if v.sum() > 2 and (best is None or v.sum() > best.sum()):
                best = v
        return x * 0 if best is None else best

    check(f, *NUMBERS)


def test_none_that_a_graphs_loop_replaces():
    def f(x, n):
        previous = None
        for i in range(n):
            if previous is not None:
                x = x + previous
            previous = x * 0 + i
        if previous is None:
            return x
        return x + previous

    check(f, *COUNTS, loops=1)


def test_none_that_is_never_needed():
    def f(x):
        def note(v, out):
            out.append(v + 1)
            if v.sum() > 1:
                return v

        out = []
        note(x, out)
        return out[0]

    check(f, *NUMBERS)


def test_none_that_is_needed():
    @to_static
    def f(x):
        y = None
        if x.sum() > 1:
            y = x + 1
        return y + 1

    line = f.dygraph_function.__code__.co_firstlineno + 3
    with pytest.raises(CaptureError) as caught:
        f(tensor([1.0]))
    text = str(caught.value)
    assert f"test_undecided.py:{line}: `y` is a float32 tensor of shape [1] (line {line + 1})" in text
    assert "None if not: one is None. Give it a tensor on both paths." in text


def test_strings():
    def f(x):
        kind = "big" if x.sum() > 1 else "small"
        if kind == "big":
            x = x + 1
        if kind in ("small", "tiny"):
            x = x + 10
        match kind:
            case "tiny" | "big":
                x = x + 100
            case str():
                x = x + 1000
        if kind != "big":
            x = -x
        return x

    check(f, *NUMBERS)


def test_a_string_as_a_key():
    def f(x):
        ways = {"up": lambda v: v + 1, "down": lambda v: v - 1}
        return ways["up" if x.sum() > 1 else "down"](x)

    check(f, *NUMBERS)


def test_a_string_as_a_key_that_may_be_missing_is_refused():
    @to_static
    def f(x):
        ways = {"up": lambda v: v + 1}
        return ways["up" if x.sum() > 1 else "down"](x)

    with pytest.raises(CaptureError, match=r"test_undecided.py:\d+: .* 'up' .* and 'down' if not"):
        f(tensor([1.0]))


def test_functions():
    def f(x):
        if x.sum() > 1:

            def g(v, by=2):
                return v * by if v.sum() > 5 else -v
        else:
            g = lambda v, by=3: v * by
        h = abs if x.sum() > 1 else (lambda v: v - 1)
        return g(x), g(x, by=7), h(x)

    check(f, *NUMBERS)


def test_a_class_of_two_is_refused_by_name():
    @to_static
    def f(x):
        if x.sum() > 1:

            class Scale:
                by = 2
        else:

            class Scale:
                by = 3

        return x * Scale.by

    with pytest.raises(CaptureError, match="`Scale` is the class Scale .* different objects"):
        f(tensor([1.0]))


def test_a_function_bound_in_one_branch_only():
    def f(x):
        if x.sum() > 1:

            def g(v):
                return v + 1

        return g(x)

    check(f, ([2.0],), ([9.0],))
    with pytest.raises((CaptureError, UnboundLocalError), match="g"):
        to_static(f)(tensor([0.0]))


def test_numbers_of_two_kinds():
    def f(x):
        k = 1
        if x.sum() > 1:
            k = 2.5
        return x * k, x.astype("float64") + k, x / k

    check(f, *NUMBERS)

    @to_static
    def g(x):
        k = 1
        if x.sum() > 1:
            k = 2.5
        return x.astype("int64") * k  # int64 on one path, float32 on the other

    with pytest.raises(CaptureError, match="a Python int on one path and a float on another"):
        g(tensor([1.0]))


def test_bools_that_branches_set():
    def f(x):
        ok, n = False, 0
        if x.sum() > 1:
            ok = True
        if ok is True:
            x = x + 1
        if ok is not False:
            x = x + 10
        n += ok
        return x, x.astype("int64") + ok, not ok, n

    check(f, *NUMBERS)


def write_to_the_chosen(x):
    a, b = [x], [x * 2]
    c = a if x.sum() > 1 else b
    c.append(x)
    return a[0] + b[0]


def write_to_one_of_them(x):
    a, b = {"k": x}, {"k": x * 2}
    if x.sum() > 1:
        c = a
    else:
        c = b
    a["k"] = x + 1
    return c["k"]


@pytest.mark.parametrize("function", [write_to_the_chosen, write_to_one_of_them])
def test_containers_that_a_condition_chooses_are_not_written_to(function):
    with pytest.raises(
        CaptureError, match=r"test_undecided.py:\d+: (this dict is one of two|.* whether this is)"
    ):
        to_static(function)(tensor([1.0]))


def test_containers_that_a_condition_chooses_are_read():
    def f(x):
        a, b = [x, x + 1], [x * 2, x]
        c = a if x.sum() > 1 else b
        d = {"k": c[1]} if x.sum() > 5 else {"k": x}
        d["k"] = d["k"] + 1
        return c, d

    check(f, *NUMBERS)


# None before a loop, a tensor in it: in a variable, an attribute, an item, through functions and layers


def cell(x, h=None):
    if h is None:
        h = x * 0
    y = paddle.tanh(x + h)
    return y, h


def none_simple(x, n):
    h = None
    for i in range(n):
        if h is None:
            h = x * 0
        x, h = paddle.tanh(x + h), x
    return x


def none_helper(x, n):
    h = None
    for i in range(n):
        x, h = cell(x, h)
    return x


def none_assign(x, n):
    h = None
    for i in range(n):
        if h is None:
            h = x * 0
        else:
            h = h + 1
    return x if h is None else h


def none_list(x, n):
    hs = [None, None]
    for i in range(n):
        for k in range(2):
            x, hs[k] = cell(x, hs[k])
    return x


def none_attr(x, n):
    class Holder:
        h = None

    o = Holder()
    for i in range(n):
        if o.h is None:
            o.h = x
        x = x + o.h
    return x


def none_dict(x, n):
    d = {"h": None}
    for i in range(n):
        if d["h"] is None:
            d["h"] = x
        x = x + d["h"]
    return x


def none_while(x, n):
    prev = None
    while n > 0:
        if prev is not None and (x - prev).abs().max() < 0.1:
            break
        prev = x
        x = x * 0.5
        n = n - 1
    return x if prev is None else prev


class Cell(paddle.nn.Layer):
    def forward(self, x, h=None):
        if h is None:
            h = x * 0
        y = paddle.tanh(x + h)
        if y.sum() > 0.5:
            y = y * 0.5
        return y, h


CELLS = paddle.nn.LayerList([Cell(), Cell()])


def none_to_layers(x, n):
    hs = [None for _ in CELLS]
    for _ in range(n):
        for k, each in enumerate(CELLS):
            x, hs[k] = each(x, hs[k])
    return x


@pytest.mark.parametrize(
    "function",
    [none_simple, none_helper, none_assign, none_list, none_attr, none_dict, none_while, none_to_layers],
)
def test_none_until_the_first_round(function):
    rows = np.float32([[0.5, -1.0, 2.0], [1.0, 0.25, -0.75]])
    check(function, *((rows[:k], np.array(n)) for k in (2, 1) for n in (0, 1, 3)))


def ranks(x, n):
    y = x.sum() if n > 1 else x
    z = y * x + 1
    return (-y + z).mean() + paddle.nn.functional.relu(y).sum() + (2 - y).max()


def dtypes(x, n):
    k = x.astype("int64") if n > 1 else x
    return (k * 2).astype("float32") + 1, paddle.cast(x=k, dtype="float64")


def numbers_and_rows(x, n):
    out = 0
    if n > 1:
        out = out + x
    return x * 2 + out - out


def narrowed(x, n):
    y = x.sum() if n > 1 else x
    if n > 1:
        y = y + 1
    return y.mean(), (y == x).all() if n > 0 else (y > 0).any()


@pytest.mark.parametrize("function", [ranks, dtypes, numbers_and_rows, narrowed])
def test_tensors_of_different_kinds(function):
    check(function, *COUNTS, stops="it rounds" if function is dtypes else None)


def test_tensors_of_different_kinds_are_no_result():
    @to_static
    def f(x, n):
        y = x.sum() if n > 1 else x
        return y + 1

    with pytest.raises(CaptureError, match="different ranks"):
        f(tensor([1.0, 2.0]), paddle.to_tensor(1))


def test_one_of_three():
    def by_elif(x):
        if x.sum() > 1:
            kind = "large"
        elif x.sum() > 0:
            kind = "small"
        else:
            kind = "none"
        if kind == "large":
            return x
        return x + 1 if kind in ("small", "tiny") else x - 1

    def by_index(x):
        kinds, functions = ["p", "q", "r"], [paddle.tanh, paddle.sin, paddle.cos]
        i = x.sum().astype("int64").clip(0, 2)
        y = functions[i](x)
        return y * 2 if kinds[i] == "q" else y

    check(by_elif, *NUMBERS)
    check(by_index, *NUMBERS)


def test_a_dict_is_asked_for_one_of_three_keys():
    def f(x):
        sign = "neg" if x.sum() < 1 else "zero" if x.sum() < 2 else "pos"
        table = {"neg": x - 1, "zero": x, "pos": x * 2}
        return table[sign]

    check(f, *NUMBERS)
