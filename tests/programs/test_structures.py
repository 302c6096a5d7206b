"""Checklist E 63: structures of tensors that are arguments, results, and what branches and loops carry."""

from __future__ import annotations

import dataclasses

import numpy as np

import paddlelite as paddle
from paddlelite.jit import to_static

from .harness import tensor


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
