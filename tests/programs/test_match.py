"""Checklist A 8: `match`, on tensors and on Python values."""

from __future__ import annotations

import collections.abc
import dataclasses
from collections import namedtuple

import pytest

import paddlelite as paddle
from paddlelite.errors import CaptureError
from paddlelite.jit import to_static
from paddlelite.jit.convert import convert

from .harness import check, tensor

INTS = [(paddle.to_tensor(n),) for n in (0, 1, 2, 9)]
NUMBERS = [([float(n)],) for n in (0, 1, 2, 9)]


def test_literals_or_patterns_and_wildcard():
    def f(n):
        match n:
            case 0:
                return n + 100
            case 1 | 2:
                y = n * 2
            case _:
                y = n * 3
        return y

    check(f, *INTS, conds=2)


def test_no_case_fits():
    def f(x):
        match x.sum():
            case 0.0:
                return x + 1
            case 2 | -2:
                x = -x
        return x * 9

    check(f, *NUMBERS)


def test_guards_and_captures():
    def f(n):
        y = n
        match n:
            case 1 if n > 5:
                y = n + 7
            case k if k > 5:
                y = k * 2
            case 2 as two if two < 1 or n == 2:
                y = two - 1
        return y

    check(f, *INTS)


class Colour:
    RED = 1
    BLUE = 9


def test_values_by_name_and_a_capture_read_afterwards():
    def f(n):
        match n:
            case Colour.RED:
                other = n - 5
            case Colour.BLUE:
                other = n
            case other:
                other = other + 1
        return other

    check(f, *INTS)


def test_a_python_subject_with_a_tensor_guard():
    def f(t, k):
        match k:
            case 1 | 2 if t > 0:
                return t + 1
            case 1:
                return t + 2
            case "a":
                return t + 3
            case None:
                return t + 4
            case _:
                return t + 5

    check(f, *[(paddle.to_tensor(n), k) for n in (0, 1, 9) for k in (1, 2, 3, "a", None)])


def test_in_a_loop_with_break_and_continue():
    def f(n):
        s = n * 0
        for i in range(5):
            match n + i:
                case 2:
                    continue
                case 4:
                    break
                case _:
                    s = s + i
        return s

    check(f, *INTS)


Point = namedtuple("Point", "x y")


@dataclasses.dataclass
class Box:
    width: object
    height: int = 3


def test_structures_that_hold_tensors():
    def f(t):
        out = []
        for v in [(1, t), (t, 1), {"k": t}, Point(t, 2), [t, t, 3], "s", 5, Box(t), Box(2, 4)]:
            match v:
                case Point(x=a, y=2):
                    out.append(a + 100)
                case (1, 0):
                    out.append(t + 1)
                case (1, b):
                    out.append(b + 2)
                case (0 | 1, c):
                    out.append(c + 30)
                case (d, 1):
                    out.append(d + 4)
                case {"k": e, **rest}:
                    out.append(e + 5 + len(rest))
                case [f, *more]:
                    out.append(f + len(more))
                case str() as s:
                    out.append(t + len(s))
                case int(i):
                    out.append(t + i)
                case Box(1 | 9, h):
                    out.append(t + h)
                case Box(w, height=h):
                    out.append(w + t + h)
        return out

    check(f, *INTS)


def test_a_number_that_a_branch_changes():
    def f(n):
        k, flag = 1.5, False
        if n > 1:
            k, flag = 2.5, True
        match flag:
            case True:
                n = n + 1
        match k:
            case str():
                n = n + 100
            case float(v):
                n = n + int(v)
        return n

    check(f, *INTS)


SUBJECTS = [
    None, True, False, 0, 1, 2, 7, -3, 1.0, 2.5, "a", "abc", b"ab", bytearray(b"x"), (), (1,), (1, 2), [1, 2, 3],
    [1, [2, 3]], (1, 2, 3, 4), {}, {"a": 1}, {"a": 1, "b": 2}, {"b": (1, 2)}, {1, 2}, range(3), Point(1, 2),
    Point(0, 0), Box(1), Box("w", 2), Colour, int, 3j,
]  # fmt: skip


def classified(v):
    match v:
        case None | True:
            return "none or true"
        case False:
            return "false"
        case 0 | -3 | 3j:
            return "number"
        case Colour.RED | 2:
            return "value"
        case float() | bytes() as u:
            return "self", u
        case str("a" as s) | [s]:
            return "one", s
        case Point(0, y) | Point(y=2, x=y):
            return "point", y
        case {"a": a, "b": b}:
            return "both", a, b
        case {"a": int(a), **rest}:
            return "rest", a, rest
        case {"b": [first, _]}:
            return "inner", first
        case [1, [*inner]]:
            return "nested", inner
        case [first, *_, last] if first != 0:
            return "ends", first, last
        case [_, *middle, _]:
            return "middle", middle
        case []:
            return "empty"
        case {}:
            return "mapping"
        case Box("w", height=h) | Box(height=h):
            return "box", h
        case int(n):
            return "int", n
        case type() as t:
            return t
        case other if isinstance(other, set):
            return "guard", other
    return "nothing"


@pytest.mark.parametrize("subject", SUBJECTS, ids=repr)
def test_python_values_match_as_in_python(subject):
    twin = convert(classified)
    assert twin is not classified
    assert twin(subject) == classified(subject)


def test_errors_of_patterns_are_pythons():
    def too_many(v):
        match v:
            case Colour(1):
                pass

    def no_class(v):
        match v:
            case INTS():
                pass

    for function, subject in ((too_many, Colour()), (no_class, 1)):
        with pytest.raises(TypeError) as want:
            function(subject)
        with pytest.raises(TypeError) as got:
            convert(function)(subject)
        assert str(got.value) == str(want.value)


def test_a_number_of_two_kinds_matches_no_class():
    @to_static
    def f(n):
        k = 1
        if n > 1:
            k = 2.5
        match k:
            case float():
                n = n + 1
        return n

    with pytest.raises(CaptureError, match="a Python int on one path and a float on another"):
        f(tensor(1))


def test_names_of_alternatives_that_a_tensor_chooses_are_refused():
    @to_static
    def f(t, u):
        match (t, u):
            case (1, a) | (a, 1):
                return a
        return t

    with pytest.raises(CaptureError, match=r"test_match.py:\d+: a tensor decides which alternative"):
        f(tensor(1), tensor(2))


class Both(collections.UserList, collections.abc.Hashable):
    pass


class Late:
    def __len__(self):
        return 1

    def __getitem__(self, i):
        return [5][i]


collections.abc.Sequence.register(Late)


class Odd:
    __match_args__ = ("x",)
    x = 3


class Listed:
    __match_args__ = ["x"]  # noqa: RUF012
    x = 3


def kinds_of_subjects(x, subject):
    match subject:
        case {}:
            return x
        case [a]:
            return x * a
        case Odd(y, x=z):
            return x + y + z
        case Listed(y):
            return x - y
    return -x


@pytest.mark.parametrize("subject", [Both([1]), Late(), "a", Odd(), Listed(), 4])
def test_subjects_are_taken_apart_as_python_does(subject):
    x, results = paddle.ones([1]), []
    for function in (kinds_of_subjects, paddle.jit.to_static(kinds_of_subjects)):
        try:
            results.append(function(x, subject).tolist())
        except TypeError as error:
            results.append(str(error))
    assert results[0] == results[1]


def test_a_key_that_is_looked_for_twice():
    one = {"key": 1}

    class Keys:
        a = b = "key"

    @paddle.jit.to_static
    def f(x):
        match one:
            case {Keys.a: _, Keys.b: _}:
                return x
        return -x

    with pytest.raises(ValueError, match="duplicate key"):
        f(paddle.ones([1]))
