"""Checklist E 63: structures of tensors that are arguments, results, and what branches and loops carry."""

from __future__ import annotations

import collections
import dataclasses

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite.errors import CaptureError
from paddlelite.jit import to_static

from .harness import check, tensor


@dataclasses.dataclass
class State:
    h: object
    steps: object = 0


def test_a_dataclass():
    def f(s, n):
        for i in range(n):
            s = State(s.h + i, s.steps + 1)
        if n > 1:
            t = State(s.h, s.h + 1)
        else:
            t = State(s.h * 2, s.h)
        return s.h, s.steps, t.h, t.steps

    static = to_static(f)
    for n in (0, 1, 3):
        args = lambda: (State(tensor([1.0, 2.0])), paddle.to_tensor(n))
        for got, want in zip(static(*args()), f(*args()), strict=True):
            np.testing.assert_allclose(np.asarray(got), np.asarray(want))

    @to_static
    def g(s):
        return State(s.h + 1, [s.h])

    result = g(State(tensor([1.0])))
    assert type(result) is State and result.h.numpy() == 2 and result.steps[0].numpy() == 1


def test_nested_arguments():
    def f(d, pair, flag):
        a, (b, c) = pair
        if d["x"].sum() > 0 and flag:
            return {"r": [d["x"] + a, b - c]}
        return {"r": [d["x"] - a, b + c]}

    static = to_static(f)
    for sign in (1.0, -1.0):
        args = ({"x": tensor([sign])}, (tensor([2.0]), [tensor([3.0]), tensor([4.0])]), True)
        got, want = static(*args), f(*args)
        assert [t.numpy().tolist() for t in got["r"]] == [t.numpy().tolist() for t in want["r"]]
    assert [v.name for v in static.main_program.inputs] == ["d_x", "pair_0", "pair_1_0", "pair_1_1"]


OUTSIDE = {"a": 1}


def test_what_holds_no_tensors_is_made_anew_by_every_call():
    def f(x, given):
        given["k"] = [1]
        return x, [1, 2], {"a": {"b": 1}}, {3}, OUTSIDE, given

    static = to_static(f)
    for function in (f, static, static):
        table = {}
        x, numbers, deep, some, outside, given = function(paddle.ones([1]), table)
        assert (numbers, deep, some, given, table) == ([1, 2], {"a": {"b": 1}}, {3}, {"k": [1]}, {"k": [1]})
        assert outside is OUTSIDE
        numbers.append(3), deep["a"].clear(), some.clear(), given["k"].append(2)


Point = collections.namedtuple("Point", "one two")
ONE, TWO = [[1.0, -2.0], [3.0, 0.5]], [[0.5, 4.0], [-1.0, 2.0]]


def scaled(value, by):
    """A structure of the same kind with every tensor scaled."""
    if isinstance(value, paddle.Tensor):
        return value * by
    if isinstance(value, dict):
        return {k: scaled(v, by) for k, v in value.items()}
    if isinstance(value, State):
        return State(scaled(value.h, by), scaled(value.steps, by))
    if isinstance(value, Point):
        return Point(scaled(value.one, by), scaled(value.two, by))
    return type(value)([scaled(v, by) for v in value]) if isinstance(value, (list, tuple)) else value


STRUCTURES = {
    "tuple": lambda a, b: (a, (b, 3)),
    "list": lambda a, b: ([a, [b, a]], None),
    "dict": lambda a, b: {"b": b, "a": {"c": a, "n": None}},
    "named tuple": lambda a, b: Point(a, Point(b, a)),
    "dataclass": lambda a, b: State(a, State(b, 2)),
    "all": lambda a, b: {"p": Point([a], (b, {"s": State(a, b)})), "none": None, "text": "t"},
}


@pytest.mark.parametrize("kind", STRUCTURES)
def test_structures_everywhere(kind):
    """As argument, result, and what branches and loops leave."""

    def f(s, x, n):
        made = scaled(s, 3)
        if x.sum() > 1:
            s = scaled(made, 2)
        else:
            s = scaled(s, -1)
        for i in range(n):
            s = scaled(s, i + x.mean())
        return s, made

    structure = STRUCTURES[kind]
    calls = [(a, b, n) for a, b in ((ONE, TWO), (TWO, ONE), (ONE[:1], TWO[:1])) for n in (0, 1, 2)]
    check(f, *[(structure(tensor(a), tensor(b)), tensor(a), tensor(n)) for a, b, n in calls])


def kept_or_made(x):
    s = State(x)
    if x.sum() > 0:
        s = State(s.h * 2, 1)
    return s.h, s.steps


def changed_or_chosen(x):
    s, t = State(x), State(x * 3, 2)
    if x.sum() > 0:
        s = t
    else:
        s.h = s.h + 1
    return s.h, s.steps, t.h


def changed_then_made(x):
    s = State(x)
    old = {"s": s}
    if x.sum() > 0:
        s.h = s.h + 5
        s = State(s.h * 2)
    return s.h, old["s"].h


@pytest.mark.parametrize("function", [kept_or_made, changed_or_chosen, changed_then_made])
def test_a_condition_chooses_between_objects(function):
    check(function, ([1.0],), ([-2.0],))


def test_which_of_two_objects_it_is_is_not_asked():
    def written(s):
        old = s = State(s)
        if s.h.sum() > 0:
            s = State(s.h)
        s.h = s.h + 1
        return s.h, old.h

    def compared(s):
        old = s = State(s)
        if s.h.sum() > 0:
            s = State(s.h)
        return s is old

    def tensors(x):
        old = x
        if x.sum() > 0:
            x = x * 1
        return x is old

    for function, text in ((written, "is one of two"), (compared, "one State"), (tensors, "one tensor")):
        with pytest.raises(CaptureError, match=text):
            to_static(function)(tensor([1.0]))
