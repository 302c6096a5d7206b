"""Random Python functions: nested ifs, loops, exits, exceptions, containers; every step is logged.

`source(seed)` gives the text of `def f(log, a, b, c): ...`. The function stops by itself: each loop is bounded.
"""

from __future__ import annotations

import random

VARIABLES = ("a", "b", "c", "d", "e", "o.x", "m['k']", "m[a % 3]")


class _Writer:
    def __init__(self, seed: int) -> None:
        self.r = random.Random(seed)
        self.lines: list[str] = []
        self.count = 0

    def put(self, depth: int, text: str) -> None:
        self.lines.append("    " * depth + text)

    def fresh(self) -> int:
        self.count += 1
        return self.count

    def expression(self, depth: int = 0) -> str:
        r = self.r
        kind = r.randrange(14) if depth < 2 else r.randrange(3)
        e = lambda: self.expression(depth + 1)
        if kind in (0, 1):
            return r.choice(VARIABLES)
        if kind == 2:
            return str(r.randrange(-2, 5))
        if kind == 3:
            return f"({e()} {r.choice(['+', '-', '*', '//', '%'])} {e()})"
        if kind == 4:
            return f"({e()} {r.choice(['<', '<=', '==', '!=', '>'])} {e()})"
        if kind == 5:
            return f"({e()} {r.choice(['<', '<=', '!='])} {e()} {r.choice(['<', '==', '>='])} {e()})"
        if kind == 6:
            return f"({e()} {r.choice(['and', 'or'])} {e()})"
        if kind == 7:
            return f"(not {e()})"
        if kind == 8:
            return f"({e()} if {e()} else {e()})"
        if kind == 9:
            return f"log.f({self.fresh()}, {e()})"
        if kind == 10:
            return f"({r.choice('abcde')} := {e()})"
        if kind == 11:
            return f"sum([q + {e()} for q in range({r.randrange(4)}) if log.f({self.fresh()}, q) != {e()}])"
        if kind == 12:
            return f"({e()} {r.choice(['in', 'not in'])} [{e()}, {e()}])"
        return f"(lambda u: u + {e()})({e()})"

    def block(self, depth: int, loop: bool) -> None:
        for _ in range(self.r.randrange(1, 4)):
            self.statement(depth, loop)

    def statement(self, depth: int, loop: bool) -> None:
        r, put = self.r, self.put
        deep = depth > 3
        kind = r.randrange(8 if deep else 19)
        if kind in (0, 1):
            put(depth, f"{r.choice(VARIABLES)} = {self.expression()}")
        elif kind == 2:
            put(depth, f"{r.choice(VARIABLES)} {r.choice(['+', '-', '*'])}= {self.expression()}")
        elif kind == 3:
            put(depth, f"log.f({self.fresh()}, {self.expression()})")
        elif kind == 4:
            exits = ["return " + self.expression(), f"raise ValueError({self.expression()})", "return"]
            exits += ["break", "continue"] * 2 if loop else []
            put(depth, f"if {self.expression()}: {r.choice(exits)}")
        elif kind == 5:
            put(
                depth,
                r.choice(
                    [
                        "a, o.x = o.x, a",
                        "b, *c = [b, 2]; c = len(c)",
                        "d = o.x = m['k'] = a",
                        "del d",
                        "e = d",
                    ]
                ),
            )
        elif kind == 6:
            put(depth, f"assert {self.expression()} != 3, log.f({self.fresh()}, 'no')")
        elif kind == 7 and (loop or r.random() < 0.3):
            put(depth, r.choice(["break", "continue"]) if loop else f"return {self.expression()}")
        elif kind in (8, 9, 10):
            put(depth, f"if {self.expression()}:")
            self.block(depth + 1, loop)
            for word in r.choice([[], ["else"], [f"elif {self.expression()}", "else"]]):
                put(depth, f"{word}:")
                self.block(depth + 1, loop)
        elif kind in (11, 12, 13):
            target = r.choice(["a", "b", "q, r", "o.x"])
            items = "enumerate([3, 1])" if "," in target else f"range({r.randrange(4)})"
            put(depth, f"for {target} in {items}:")
            self.block(depth + 1, True)
            self.perhaps_else(depth, loop)
        elif kind == 14:
            n = self.fresh()
            put(depth, f"i{n} = 0")
            walrus = r.random() < 0.3
            put(
                depth,
                f"while (i{n} := i{n} + 1) < 4:"
                if walrus
                else f"while i{n} < {r.randrange(4)} and log.f({n}, 1):",
            )
            if not walrus:
                put(depth + 1, f"i{n} += 1")
            self.block(depth + 1, True)
            self.perhaps_else(depth, loop)
        elif kind == 15:
            self.try_(depth, loop)
        elif kind == 16:
            put(depth, f"with log.ctx({self.fresh()}, {r.random() < 0.3}):")
            self.block(depth + 1, loop)
        elif kind == 17:
            n = self.fresh()
            put(depth, f"def g{n}(u):")
            if r.random() < 0.3:
                put(depth + 1, "nonlocal e")
                put(depth + 1, "e = u")
            put(depth + 1, f"if {self.expression()} > u: return u")
            put(depth + 1, f"return {self.expression()}")
            put(depth, f"{r.choice('abc')} = g{n}({self.expression()})")
        else:
            put(depth, f"match {self.expression()}:")
            for pattern in ("0 | 1", "int(d) if d > 2", "_"):
                put(depth + 1, f"case {pattern}:")
                self.block(depth + 2, loop)

    def perhaps_else(self, depth: int, loop: bool) -> None:
        if self.r.random() < 0.4:
            self.put(depth, "else:")
            self.block(depth + 1, loop)

    def try_(self, depth: int, loop: bool) -> None:
        put = self.put
        put(depth, "try:")
        self.block(depth + 1, loop)
        which = self.r.randrange(3)
        if which < 2:
            put(
                depth,
                f"except {self.r.choice(['ValueError', 'Exception', '(NameError, ZeroDivisionError)'])} as err:",
            )
            self.block(depth + 1, loop)
            if self.r.random() < 0.5:
                put(depth, "else:")
                self.block(depth + 1, loop)
        if which > 0:
            put(depth, "finally:")
            put(depth + 1, f"log.f({self.fresh()}, 'finally')")
            put(depth + 1, f"a = {self.expression()}")


def source(seed: int) -> str:
    """The text of a random function `f(log, a, b, c)`."""
    w = _Writer(seed)
    w.put(0, "def f(log, a, b, c):")
    w.put(1, "o = log")
    w.put(1, "m = {0: 1, 1: 2, 'k': 3}")
    w.put(1, "e = 1")
    for _ in range(4):
        w.statement(1, False)
    w.put(1, f"return {w.expression()}")
    return "\n".join(w.lines) + "\n"
