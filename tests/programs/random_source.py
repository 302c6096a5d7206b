"""The text of random functions: nested ifs and loops with every kind of exit, and state in names, items and attributes.

`source(seed)` is a function of tensors, `source(seed, python=True)` one of Python numbers that also logs each step,
raises, handles, suspends nothing and always ends: every loop is bounded.
"""

from __future__ import annotations

import random
from collections.abc import Callable

__all__ = ["source"]


def source(seed: int, python: bool = False) -> str:
    """The text of the function `f` with number `seed`."""
    return (_OnPython if python else _OnTensors)(random.Random(seed)).text()


class _Writer:
    """What both have in common: statements and the blocks in them. A subclass knows the values."""

    #: How deep statements with blocks may be nested.
    deepest = 3
    #: Statements without and with blocks, by method, and how often each is chosen.
    simple: dict[str, int]
    nested: dict[str, int]

    def __init__(self, r: random.Random) -> None:
        self.r = r
        self.lines: list[str] = []
        self.count = 0

    def put(self, depth: int, text: str) -> None:
        self.lines.append("    " * depth + text)

    def fresh(self) -> int:
        self.count += 1
        return self.count

    def chance(self, probability: float) -> bool:
        return self.r.random() < probability

    def one(self, *choices: str | Callable[[], str]) -> str:
        """One of some texts, or what one of some functions gives."""
        choice = self.r.choice(choices)
        return choice if isinstance(choice, str) else choice()

    def text(self) -> str:
        raise NotImplementedError

    def condition(self, depth: int = 0) -> str:
        raise NotImplementedError

    def result(self) -> str:
        raise NotImplementedError

    # Statements

    def block(self, depth: int, loop: bool) -> None:
        for _ in range(self.r.randrange(1, 4)):
            self.statement(depth, loop)

    def statement(self, depth: int, loop: bool) -> None:
        choices = dict(self.simple) if depth > self.deepest else {**self.simple, **self.nested}
        name = self.r.choices(list(choices), list(choices.values()))[0]
        getattr(self, name)(depth, loop)

    def leave(self, depth: int, loop: bool) -> None:
        exits = [f"return {self.result()}"] + (["break", "continue"] * 2 if loop else [])
        self.put(depth, f"if {self.condition()}:")
        if self.chance(0.2):
            self.statement(depth + 1, loop)
        self.put(depth + 1, self.r.choice(exits))

    def if_(self, depth: int, loop: bool) -> None:
        self.put(depth, f"if {self.condition()}:")
        self.block(depth + 1, loop)
        for word in self.r.choice([[], ["else"], ["else"], [f"elif {self.condition()}", "else"]]):
            self.put(depth, f"{word}:")
            self.block(depth + 1, loop)

    def loop_body(self, depth: int, loop: bool) -> None:
        self.block(depth + 1, True)
        if self.chance(0.3):
            self.put(depth, "else:")
            self.block(depth + 1, loop)


class _OnTensors(_Writer):
    """x, y, z, o.h, d['a'] and the elements of `items` are float32 vectors of one size; p is an int64 vector, t a 0-D
    float32 tensor, n a 0-D int64 one; k, m, o.c, d['n'] and the elements of `nums` are integers, w is a vector or None,
    q a truth.

    What is assigned keeps its kind, so that nearly all programs can be captured.
    """

    simple = {
        "assign": 4, "assign_integer": 3, "assign_other": 2, "augment": 3, "several": 2, "grow": 3, "write": 1,
        "leave": 3, "walrus": 1, "in_dict": 1, "in_object": 1, "fails": 0.15,
    }  # fmt: skip
    nested = {
        "if_": 6, "while_": 3, "for_": 3, "over": 3, "guarded": 2, "helper": 1, "match_": 1, "optional": 1,
        "handled": 0.5, "suspended": 0.3,
    }  # fmt: skip

    def text(self) -> str:
        for line in (
            "def g(v, i):",
            "    if v.sum() > i:",
            "        return v - 1",
            "    return v * 0.5",
            "def f(x, y, n, p):",
            "    o, d, items, u = Box(x), {'a': y, 'n': 2}, [x], x * 1",
            "    z, k, m, t, nums, w, q = x + y, 1, 2, y.sum() * 0.5, [1, 2], None, True",
        ):
            self.put(0, line)
        for _ in range(4):
            self.statement(1, False)
        self.put(1, "for v in items:")
        self.put(2, "z = z + v")
        self.put(1, f"return {self.result()}")
        return "\n".join(self.lines) + "\n"

    def result(self) -> str:
        return "x, y, z, o.h, d['a'], u, k, m, o.c, d['n'], len(items), p, t, sum(nums)"

    def name(self) -> str:
        return self.r.choice(("x", "y", "z", "o.h", "d['a']"))

    def number(self) -> str:
        return self.r.choice(("k", "m", "k", "m", "o.c", "d['n']"))

    def vector(self, depth: int = 0) -> str:
        if depth >= 2:
            return self.name()
        inner = lambda: self.vector(depth + 1)
        return self.one(
            self.name,
            self.name,
            self.name,
            lambda: f"({inner()} {self.one('+', '-')} {inner()})",
            lambda: f"({inner()} * {self.one('0.5', '2', 'k')})",
            lambda: f"({inner()} if {self.condition(1)} else {inner()})",
            lambda: f"g({inner()}, {self.integer(2)})",
            lambda: f"({inner()} + {self.integer(1)})",
            lambda: f"paddle.where({self.name()} > {self.name()}, {inner()}, {inner()})",
            "items[-1]",
            "items[0]",
            lambda: f"items[{self.number()} % len(items)]",
            lambda: f"{inner()} * t",
            lambda: f"paddle.tanh({inner()})",
            lambda: f"({inner()} + p.astype('float32'))",
            lambda: f"paddle.stack([{inner()}, {inner()}]).{self.one('max', 'sum')}(0)",
            lambda: f"sum([v * 0.5 for v in items{self.one('', ' if v.sum() > 0')}], {inner()})",
            lambda: f"(lambda v: v - {self.name()})({inner()})",
        )

    def integer(self, depth: int = 0) -> str:
        if depth >= 2:
            return self.one(self.number, str(self.r.randrange(4)))
        inner = lambda: self.integer(depth + 1)
        return self.one(
            str(self.r.randrange(4)),
            self.number,
            self.number,
            lambda: f"({inner()} {self.one('+', '-')} {inner()})",
            lambda: f"({inner()} if {self.condition(2)} else {inner()})",
            lambda: f"{self.one('min', 'max')}({inner()}, {inner()})",
            lambda: f"({inner()} {self.one('%', '//')} 3)",
            lambda: (
                f"{self.one('int(n)', 'nums[-1]', 'nums[0]', 'sum(nums)', 'len(nums)', 'abs(k)', 'x.shape[0]')}"
            ),
            "len(items)",
        )

    def condition(self, depth: int = 0) -> str:
        inner = lambda: self.condition(depth + 1)
        number = lambda: self.integer(2)
        kinds: list[str | Callable[[], str]] = [
            lambda: f"{self.name()}.sum() {self.one('<', '>')} {self.r.randrange(-1, 4)}",
            lambda: f"{self.one(number, 'n')} {self.one('<', '>', '==', '!=', '>=')} {number()}",
            lambda: f"{self.one(number, 'n')} {self.one('<', '>', '==', '!=')} {number()}",
            lambda: f"{number()} < {self.one(number, 'n')} <= {number()}",
            lambda: self.one(
                "t > 0.5", "p.sum() > k", "(p > 0).any()", "(x > y).all()", "q", "k in nums", "w is None"
            ),
        ]
        if depth < 2:
            kinds += [
                lambda: f"({inner()} {self.one('and', 'or')} {inner()})",
                lambda: f"({inner()} {self.one('and', 'or')} {inner()})",
                lambda: f"(not {inner()})",
                lambda: self.one("True", "len(x.shape) == 1", "False", "n", "k"),
            ]
        return self.one(*kinds)

    # Statements

    def assign(self, depth: int, loop: bool) -> None:
        self.put(depth, f"{self.name()} = {self.vector()}")

    def assign_integer(self, depth: int, loop: bool) -> None:
        self.put(depth, f"{self.number()} = {self.integer()}")

    def assign_other(self, depth: int, loop: bool) -> None:
        self.put(
            depth,
            self.one(
                lambda: f"t = {self.vector(1)}.{self.one('sum', 'mean')}()",
                lambda: f"t = (t {self.one('+', '*')} 0.5 if {self.condition(1)} else t)",
                lambda: f"t {self.one('+', '-')}= {self.integer(1)}",
                lambda: f"p = p {self.one('+', '-', '*')} {self.integer(1)}",
                lambda: f"p = {self.one('p // 2', 'p % 3', '-p', 'paddle.where(p > k, p, p - 1)', 'p * n')}",
                lambda: f"p = (p + 1 if {self.condition(1)} else p * 2)",
                lambda: f"q = {self.condition(1)}",
                lambda: f"w = {self.one('None', 'None', self.vector)}",
            ),
        )

    def in_dict(self, depth: int, loop: bool) -> None:
        self.put(
            depth,
            self.one(
                lambda: f"d.update(a={self.vector()})",
                lambda: f"d = {{**d, 'a': {self.vector()}}}",
                lambda: f"d['a'], d['n'] = {self.vector()}, {self.integer()}",
                lambda: f"e = d; e['n'] = {self.integer()}",
                lambda: f"y = d.get('a') - {self.vector(1)}",
            ),
        )

    def in_object(self, depth: int, loop: bool) -> None:
        self.put(
            depth,
            self.one(
                lambda: f"{self.name()} = o.step({self.vector(1)})",
                lambda: f"o.c = {self.integer()}",
                lambda: f"e = o; e.h = {self.vector()}",
                lambda: f"o.set({self.vector(1)}, {self.integer(1)})",
                lambda: f"{self.name()} = o.larger * 0.5",
            ),
        )

    def fails(self, depth: int, loop: bool) -> None:
        if self.chance(0.5):
            self.put(depth, f"assert {self.condition()}, 'no'")
        else:
            self.put(depth, f"if {self.condition()}:")
            self.put(depth + 1, "raise ValueError('no')")

    def optional(self, depth: int, loop: bool) -> None:
        self.put(depth, self.one("if w is None:", "if w is not None and w.sum() > 0:"))
        if self.lines[-1].endswith("is None:"):
            self.put(depth + 1, f"w = {self.vector(1)}")
            self.block(depth + 1, loop)
            self.put(depth, "else:")
        self.put(depth + 1, f"{self.name()} = w * 0.5")
        self.block(depth + 1, loop)

    def handled(self, depth: int, loop: bool) -> None:
        self.put(depth, "try:")
        self.block(depth + 1, loop)
        if self.chance(0.3):
            self.put(depth + 1, "{}['no']")
        self.put(depth, "except KeyError:")
        self.block(depth + 1, loop)

    def suspended(self, depth: int, loop: bool) -> None:
        gen = f"gen{self.fresh()}"
        self.put(depth, f"def {gen}(v):")
        self.put(depth + 1, "yield v")
        self.put(depth + 1, f"v = {self.vector(1)} - v")
        self.put(depth + 1, "yield v")
        self.put(depth, f"for v in {gen}({self.vector(1)}):")
        self.put(depth + 1, "z = z + v")
        self.loop_body(depth, loop)

    def augment(self, depth: int, loop: bool) -> None:
        self.put(
            depth,
            self.one(
                lambda: f"{self.name()} {self.one('+', '-')}= {self.vector()}",
                lambda: f"{self.number()} {self.one('+', '-')}= {self.integer(1)}",
            ),
        )

    def several(self, depth: int, loop: bool) -> None:
        swap = lambda: "x, z = z, x"
        self.put(
            depth,
            self.one(
                swap,
                "k, m = m, k",
                "o.h = d['a']",
                "o.h, o.c = y, k",
                "x = y = z",
                lambda: f"z, m = {self.vector()}, {self.integer()}",
            ),
        )

    def grow(self, depth: int, loop: bool) -> None:
        self.put(
            depth,
            self.one(
                lambda: f"items.append({self.vector()})",
                lambda: f"items.append({self.vector()})",
                lambda: f"items[0] = {self.vector()}",
                lambda: f"items[-1] = {self.vector()}",
                lambda: f"items += [{self.name()}]",
                lambda: f"items.extend([{self.name()}, {self.vector(1)}])",
                lambda: f"items[{self.number()} % len(items)] = {self.vector(1)}",
                lambda: f"items = [v * 0.5 if {self.condition(1)} else v for v in items]",
                "items = items[-2:]",
                "if len(items) > 1: items.pop()",
                lambda: f"nums.append({self.integer()})",
                lambda: f"nums[{self.one('0', '-1', 'k % 2')}] = {self.integer()}",
                lambda: (
                    "items[0] = x" if loop else f"items.insert({self.one('0', '1', '-1')}, {self.name()})"
                ),
                lambda: f"{self.name()} = sum([{self.name()} * j for j in range(2)], {self.name()})",
            ),
        )

    def write(self, depth: int, loop: bool) -> None:
        self.put(
            depth,
            self.one(
                lambda: f"u[0] = {self.integer()} * 1.0",
                lambda: f"u[k % 2] = {self.name()}.sum()",
                lambda: f"u[1:] = {self.name()}[1:]",
            ),
        )

    def walrus(self, depth: int, loop: bool) -> None:
        number = self.r.choice("km")
        self.put(depth, f"if ({number} := {self.integer(1)}) > {self.integer(2)}:")
        self.put(depth + 1, f"{self.name()} = {self.vector(1)}")

    def while_(self, depth: int, loop: bool) -> None:
        i = f"i{self.fresh()}"
        bound = self.one("n", "3", "n + 1")
        if self.chance(0.2):
            self.put(depth, f"{i} = 0")
            self.put(depth, "while True:")
            self.put(depth + 1, f"{i} += 1")
            self.put(depth + 1, f"if {i} > {bound}:")
            self.put(depth + 2, "break")
        else:
            also = f" and {self.condition(1)}" if self.chance(0.2) else ""
            self.put(depth, f"{i} = 0")
            self.put(depth, f"while {i} < {bound}{also}:")
            self.put(depth + 1, f"{i} += 1")
        self.loop_body(depth, loop)

    def for_(self, depth: int, loop: bool) -> None:
        j = f"j{self.fresh()}"
        self.put(
            depth,
            f"for {j} in range({self.one('n', '2', 'n + 1', '1, n', 'n, 0, -1', '0, 4, n + 1', 'k % 3')}):",
        )
        self.put(depth + 1, self.one("pass", f"m = {j}", f"k = k + {j}", f"z = z * 0.5 + {j}"))
        self.loop_body(depth, loop)

    def over(self, depth: int, loop: bool) -> None:
        j = f"j{self.fresh()}"
        head, first = self.r.choice(
            [
                ("row in x", "y = y + row"),
                (f"{j}, row in enumerate(y)", f"z = z + row * {j}"),
                ("v, w in zip(x, y)", "u = u + v - w"),
                ("v in items", "z = z + v"),
                (f"{j}, v in enumerate(items)", f"z = z - v * {j}"),
                ("v in (x, y)", "z = z + v"),
                ("v, w in zip(items, [x, y, z])", "z = z + v * w"),
                ("key in ('a', 'n')", "d[key] = d[key] + 1"),
                ("v in reversed(items)", "z = z * 0.5 + v"),
                ("v in paddle.stack([x, y])", "z = z + v"),
                ("j in nums", "k = k + j"),
                ("r in p", "m = m + r"),
                ("k in [3, 1]", "z = z + k"),
            ]
        )
        # What is appended to a list while it is iterated over is iterated over too: that might never end.
        growing, self.simple = self.simple, {**self.simple, "grow": 0}
        self.put(depth, f"for {head}:")
        self.put(depth + 1, first)
        self.loop_body(depth, loop)
        self.simple = growing

    def guarded(self, depth: int, loop: bool) -> None:
        if self.chance(0.5):
            self.put(depth, self.one("with paddle.no_grad():", "with nothing():", "with o:", "with o as v:"))
            self.block(depth + 1, loop)
        else:
            self.put(depth, "try:")
            self.block(depth + 1, loop)
            self.put(depth, "finally:")
            self.assign(depth + 1, False)

    def helper(self, depth: int, loop: bool) -> None:
        h = f"h{self.fresh()}"
        self.put(depth, f"def {h}(v, i=1):")
        if self.chance(0.4):
            self.put(depth + 1, "nonlocal k, z")
            self.put(depth + 1, "k, z = k + i, z + v")
        self.put(depth + 1, f"if {self.condition(1)}:")
        self.put(depth + 2, f"return v - {self.name()}")
        self.put(depth + 1, f"return {self.vector(1)} + v")
        call = self.one(
            lambda: f"{self.vector(1)}, {self.integer(2)}",
            lambda: f"*[{self.vector(1)}]",
            lambda: f"i={self.integer(2)}, **{{'v': {self.name()}}}",
        )
        self.put(depth, f"{self.name()} = {h}({call})")

    def match_(self, depth: int, loop: bool) -> None:
        self.put(depth, f"match {self.one('n', 'k', 'm', 'o.c')}:")
        for pattern in ("0 | 1", f"j if {self.condition(2)}".replace("j", "_"), "_"):
            self.put(depth + 1, f"case {pattern}:")
            self.block(depth + 2, loop)


class _OnPython(_Writer):
    """Numbers, logged: `log.f(n, value)` notes and returns the value, `log.ctx` is a context manager."""

    deepest = 3
    simple = {"assign": 2, "augment": 1, "note": 1, "leave": 1, "several": 1, "check": 1, "jump": 1}
    nested = {"if_": 3, "for_": 3, "while_": 1, "try_": 1, "with_": 1, "helper": 1, "match_": 1}
    names = ("a", "b", "c", "d", "e", "o.x", "m['k']", "m[a % 3]")

    def text(self) -> str:
        for depth, line in (
            (0, "def f(log, a, b, c):"),
            (1, "o = log"),
            (1, "m = {0: 1, 1: 2, 'k': 3}"),
            (1, "e = 1"),
        ):
            self.put(depth, line)
        for _ in range(4):
            self.statement(1, False)
        self.put(1, f"return {self.expression()}")
        return "\n".join(self.lines) + "\n"

    def result(self) -> str:
        return self.expression()

    def condition(self, depth: int = 0) -> str:
        return self.expression(depth)

    def expression(self, depth: int = 0) -> str:
        simple: tuple[str | Callable[[], str], ...] = (
            lambda: self.one(*self.names),
            lambda: self.one(*self.names),
            lambda: str(self.r.randrange(-2, 5)),
        )
        if depth >= 2:
            return self.one(*simple)
        e = lambda: self.expression(depth + 1)
        return self.one(
            *simple,
            lambda: f"({e()} {self.one('+', '-', '*', '//', '%')} {e()})",
            lambda: f"({e()} {self.one('<', '<=', '==', '!=', '>')} {e()})",
            lambda: f"({e()} {self.one('<', '<=', '!=')} {e()} {self.one('<', '==', '>=')} {e()})",
            lambda: f"({e()} {self.one('and', 'or')} {e()})",
            lambda: f"(not {e()})",
            lambda: f"({e()} if {e()} else {e()})",
            lambda: f"log.f({self.fresh()}, {e()})",
            lambda: f"({self.one(*'abcde')} := {e()})",
            lambda: (
                f"sum([q + {e()} for q in range({self.r.randrange(4)}) if log.f({self.fresh()}, q) != {e()}])"
            ),
            lambda: f"({e()} {self.one('in', 'not in')} [{e()}, {e()}])",
            lambda: f"(lambda u: u + {e()})({e()})",
        )

    # Statements

    def assign(self, depth: int, loop: bool) -> None:
        self.put(depth, f"{self.one(*self.names)} = {self.expression()}")

    def augment(self, depth: int, loop: bool) -> None:
        self.put(depth, f"{self.one(*self.names)} {self.one('+', '-', '*')}= {self.expression()}")

    def note(self, depth: int, loop: bool) -> None:
        self.put(depth, f"log.f({self.fresh()}, {self.expression()})")

    def several(self, depth: int, loop: bool) -> None:
        self.put(
            depth,
            self.one(
                "a, o.x = o.x, a", "b, *c = [b, 2]; c = len(c)", "d = o.x = m['k'] = a", "del d", "e = d"
            ),
        )

    def check(self, depth: int, loop: bool) -> None:
        self.put(
            depth,
            self.one(
                lambda: f"assert {self.expression()} != 3, log.f({self.fresh()}, 'no')",
                lambda: f"if {self.expression()}: raise ValueError({self.expression()})",
            ),
        )

    def jump(self, depth: int, loop: bool) -> None:
        if loop or self.chance(0.3):
            self.put(depth, self.one("break", "continue") if loop else f"return {self.expression()}")
        else:
            self.put(depth, "pass")

    def for_(self, depth: int, loop: bool) -> None:
        target = self.one("a", "b", "q, r", "o.x")
        items = "enumerate([3, 1])" if "," in target else f"range({self.r.randrange(4)})"
        self.put(depth, f"for {target} in {items}:")
        self.loop_body(depth, loop)

    def while_(self, depth: int, loop: bool) -> None:
        n = self.fresh()
        self.put(depth, f"i{n} = 0")
        if self.chance(0.3):
            self.put(depth, f"while (i{n} := i{n} + 1) < 4:")
        else:
            self.put(depth, f"while i{n} < {self.r.randrange(4)} and log.f({n}, 1):")
            self.put(depth + 1, f"i{n} += 1")
        self.loop_body(depth, loop)

    def try_(self, depth: int, loop: bool) -> None:
        self.put(depth, "try:")
        self.block(depth + 1, loop)
        which = self.r.randrange(3)
        if which < 2:
            kinds = self.one("ValueError", "Exception", "(NameError, ZeroDivisionError)")
            self.put(depth, f"except {kinds} as err:")
            self.block(depth + 1, loop)
            if self.chance(0.5):
                self.put(depth, "else:")
                self.block(depth + 1, loop)
        if which > 0:
            self.put(depth, "finally:")
            self.put(depth + 1, f"log.f({self.fresh()}, 'finally')")
            self.put(depth + 1, f"a = {self.expression()}")

    def with_(self, depth: int, loop: bool) -> None:
        self.put(depth, f"with log.ctx({self.fresh()}, {self.chance(0.3)}):")
        self.block(depth + 1, loop)

    def helper(self, depth: int, loop: bool) -> None:
        n = self.fresh()
        self.put(depth, f"def g{n}(u):")
        if self.chance(0.3):
            self.put(depth + 1, "nonlocal e")
            self.put(depth + 1, "e = u")
        self.put(depth + 1, f"if {self.expression()} > u: return u")
        self.put(depth + 1, f"return {self.expression()}")
        self.put(depth, f"{self.one(*'abc')} = g{n}({self.expression()})")

    def match_(self, depth: int, loop: bool) -> None:
        self.put(depth, f"match {self.expression()}:")
        for pattern in ("0 | 1", "int(d) if d > 2", "_"):
            self.put(depth + 1, f"case {pattern}:")
            self.block(depth + 2, loop)
