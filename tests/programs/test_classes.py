"""Checklist F 66-67: classes of the user, their operators, properties and iterators."""

from __future__ import annotations

import copy
import dataclasses

import pytest

import paddlelite as paddle
from paddlelite.errors import CaptureError
from paddlelite.jit import to_static

from .harness import check, tensor

NUMBERS = [([float(n)],) for n in (0, 1, 2, 9)]


def test_properties_items_and_calls_of_the_users_classes():
    class Signed:
        def __init__(self, t):
            self.t = t

        @property
        def size(self):
            if self.t.sum() > 1:
                return self.t
            return -self.t

        @size.setter
        def size(self, value):
            if value.sum() > 1:
                self.t = value
            else:
                self.t = value * 2

        def __getitem__(self, i):
            return self.t + i if self.t.sum() > 1 else self.t - i

        @size.deleter
        def size(self):
            if self.t.sum() > 4:
                self.t = self.t - 1

        def __setitem__(self, i, value):
            if value.sum() > i:
                self.t = value

        def __delitem__(self, i):
            if self.t.sum() > i:
                self.t = self.t - i

        def __call__(self, k):
            return self.t * k if self.t.sum() > 2 else self.t

        def __add__(self, other):
            return Signed(self.t + other.t)

        def __len__(self):
            return 3

    def f(x):
        v = Signed(x)
        found = [v.size, v[2], v[0], v(5), (v + Signed(x * 2)).t, len(v)]
        v.size = x + 0.5
        v[1] = v.t * 2
        del v.size, v[3]
        return found, v.t

    check(f, *NUMBERS)


class Doubling:
    """Gives three tensors."""

    def __init__(self, x):
        self.x, self.given = x, 0

    def __iter__(self):
        return self

    def __next__(self):
        self.given += 1
        if self.given > 3:
            raise StopIteration
        if self.x.sum() > 1:
            self.x = self.x * 2
        else:
            self.x = self.x + 1
        return self.x


def test_iterators_of_the_users():
    def f(x):
        it = Doubling(x * 3)
        return [v + 1 for v in Doubling(x)], next(it), next(it)

    check(f, *NUMBERS)


@dataclasses.dataclass
class Pair:
    one: object
    two: object = 2


def test_copies_of_objects_in_a_loop():
    def f(x):
        p, q, i = Pair(x), Pair(x), 0
        while i < x.sum():
            p = dataclasses.replace(p, one=p.one * 2)
            q = copy.copy(q)
            q.one = q.one + 1
            i += 1
        return p.one, q.one

    check(f, *NUMBERS)


def test_operators_of_users_classes():
    class Money:
        def __init__(self, t):
            self.t = t

        def __add__(self, other):
            if other.sum() > 1:
                return self.t + other
            return self.t - other

        def __radd__(self, other):
            return Money(self.t * 3) + other

        def __neg__(self):
            return self.t * 2 if self.t.sum() > 2 else self.t

        def __lt__(self, other):
            if self.t.sum() > 1:
                return other.t > self.t
            return other.t < self.t

    class Purse:
        def __init__(self, t):
            self.money = Money(t)

    own = dict(vars(Money))

    def f(x):
        purse = Purse(x + 1)
        return Money(x) + x, x + Money(x), -purse.money, Money(x) < purse.money

    check(f, *NUMBERS)
    assert dict(vars(Money)) == own  # the class has its own methods again


def test_operators_are_put_back_after_a_refusal():
    class Wrong:
        def __add__(self, other):
            return other.numpy()

    own = Wrong.__add__

    @to_static
    def f(x):
        return Wrong() + x

    with pytest.raises(CaptureError, match="numpy"):
        f(tensor([1.0]))
    assert Wrong.__add__ is own


class Base:
    k = 2

    def __init__(self, by):
        self.__by = by

    def of(self, v):
        return v * self.__by if v.sum() > 1 else v

    @classmethod
    def made(cls, v):
        return v + cls.k if v.sum() > 0 else v

    @property
    def by(self):
        return self.__by


class Left(Base):
    def of(self, v):
        return super().of(v) + 1 if v.sum() > 2 else super().of(v)


class Right(Base):
    k = 5

    def of(self, v):
        if v.sum() > 0:
            return super(Right, self).of(v) * 3  # noqa: UP008
        return v

    @classmethod
    def made(cls, v):
        return super().made(v) * 2


class Both(Left, Right):
    def __init__(self, by):
        super().__init__(by)
        self.__by = -by

    def of(self, v):
        own = Base.of(self, v) if v.sum() > 5 else v
        return super().of(v) + own * self.__by + self.by


def test_methods_of_base_classes():
    def f(x):
        one, of = Both(3), Left(2.5).of
        return one.of(x), Both.made(x), of(x), super(Both, one).of(x), list(map(Right(2).of, [x, -x]))

    check(f, *NUMBERS)


class Scaled:
    def __init__(self, x, n, by=2):
        if n > 1:
            self.value = x * by
        else:
            self.value = x
        for i in range(n):
            self.value = self.value + i

    def __contains__(self, item):
        if item > 1:
            return True
        return False


class Shifted(Scaled):
    def __init__(self, x, n):
        super().__init__(x, n, by=3)
        if n > 2:
            self.value = self.value + 1


@dataclasses.dataclass
class Counted:
    first: object
    count: object

    def __post_init__(self):
        if self.count > 1:
            self.first = self.first * 2


def test_constructors_and_membership():
    def f(x, n):
        if n > 0:
            one = Scaled(x, n)
        else:
            one = Scaled(x * 5, n)
        many = [Shifted(x * i, n) for i in range(2)]
        if n in one and 0 not in one:
            x = x + 1
        return one.value, many[1].value, Counted(x, n).first, n in one

    check(f, *[([1.0, 2.0], paddle.to_tensor(n)) for n in (0, 1, 2, 5)])
