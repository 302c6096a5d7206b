"""Random functions on tensors: nested ifs, loops, exits, lists and attributes.

`source(seed)` gives the text of `def f(x, y, n): ...` with x, y float32 vectors of 2 and n a 0-D int64 tensor. Loops
are bounded. Variables keep their kind (v: vectors, k: integers), so that nearly all programs can be captured.
"""

from __future__ import annotations

import random

VECTORS = ("x", "y", "z", "o.h", "d['a']")
INTEGERS = ("k", "m")


class _Writer:
    def __init__(self, seed: int) -> None:
        self.r = random.Random(seed)
        self.lines: list[str] = []
        self.count = 0

    def put(self, depth: int, text: str) -> None:
        self.lines.append("    " * depth + text)

    def vector(self, depth: int = 0) -> str:
        r = self.r
        kind = r.randrange(9) if depth < 2 else 0
        v = lambda: self.vector(depth + 1)
        if kind < 3:
            return r.choice(VECTORS)
        if kind < 5:
            return f"({v()} {r.choice('+-')} {v()})"
        if kind == 5:
            return f"({v()} * {r.choice(['0.5', '2', self.integer(2)])})"
        if kind == 6:
            return f"({v()} if {self.condition(1)} else {v()})"
        if kind == 7:
            return f"g({v()}, {self.integer(2)})"
        return f"({v()} + {self.integer(2)})"

    def integer(self, depth: int = 0) -> str:
        r = self.r
        kind = r.randrange(5) if depth < 2 else r.randrange(2)
        if kind == 0:
            return str(r.randrange(4))
        if kind in (1, 2):
            return r.choice(INTEGERS)
        if kind == 3:
            return f"({self.integer(depth + 1)} {r.choice('+-')} {self.integer(depth + 1)})"
        return f"({self.integer(depth + 1)} if {self.condition(2)} else {self.integer(depth + 1)})"

    def condition(self, depth: int = 0) -> str:
        r = self.r
        kind = r.randrange(8) if depth < 2 else r.randrange(4)
        if kind == 0:
            return f"{r.choice(VECTORS)}.sum() {r.choice('<>')} {r.randrange(-1, 4)}"
        if kind in (1, 2):
            return f"{r.choice([self.integer(2), 'n'])} {r.choice(['<', '>', '==', '!='])} {self.integer(2)}"
        if kind == 3:
            return f"{self.integer(2)} < {self.integer(2)} <= {self.integer(2)}"
        if kind in (4, 5):
            return f"({self.condition(depth + 1)} {r.choice(['and', 'or'])} {self.condition(depth + 1)})"
        if kind == 6:
            return f"(not {self.condition(depth + 1)})"
        return r.choice(["True", "len(x.shape) == 1", "False"])

    def block(self, depth: int, loop: bool) -> None:
        for _ in range(self.r.randrange(1, 4)):
            self.statement(depth, loop)

    def statement(self, depth: int, loop: bool) -> None:
        r, put = self.r, self.put
        kind = r.randrange(7 if depth > 3 else 16)
        if kind < 2:
            put(depth, f"{r.choice(VECTORS)} = {self.vector()}")
        elif kind == 2:
            put(depth, f"{r.choice(['k', 'm'])} = {self.integer()}")
        elif kind == 3:
            put(depth, f"{r.choice(VECTORS)} {r.choice('+-')}= {self.vector()}")
        elif kind == 4:
            put(depth, r.choice(["x, z = z, x", f"z, m = {self.vector()}, {self.integer()}", "o.h = d['a']"]))
        elif kind == 5:
            exits = [f"return {self.result()}"] + (["break", "continue"] * 2 if loop else [])
            put(depth, f"if {self.condition()}:")
            put(depth + 1, r.choice(exits))
        elif kind == 6:
            put(
                depth,
                r.choice(["items.append(" + self.vector() + ")", f"u[0] = {self.integer()} * 1.0", "k += 1"]),
            )
        elif kind < 11:
            put(depth, f"if {self.condition()}:")
            self.block(depth + 1, loop)
            if r.random() < 0.6:
                put(depth, "else:")
                self.block(depth + 1, loop)
        elif kind < 13:
            self.count += 1
            put(depth, f"i{self.count} = 0")
            put(depth, f"while i{self.count} < {r.choice(['n', '3', 'n + 1'])}:")
            put(depth + 1, f"i{self.count} += 1")
            self.block(depth + 1, True)
            self.perhaps_else(depth, loop)
        elif kind < 15:
            self.count += 1
            put(depth, f"for j{self.count} in range({r.choice(['n', '2', 'n + 1', '1, n'])}):")
            put(depth + 1, r.choice(["pass", f"m = j{self.count}"]))
            self.block(depth + 1, True)
            self.perhaps_else(depth, loop)
        else:
            put(depth, "for row in x:")
            put(depth + 1, "y = y + row")
            self.block(depth + 1, True)

    def perhaps_else(self, depth: int, loop: bool) -> None:
        if self.r.random() < 0.25:
            self.put(depth, "else:")
            self.block(depth + 1, loop)

    def result(self) -> str:
        return "x, y, z, o.h, d['a'], u, k, m"


def source(seed: int) -> str:
    """The text of a random function `f(x, y, n)`."""
    w = _Writer(seed)
    for line in (
        "def g(v, i):",
        "    if v.sum() > i:",
        "        return v - 1",
        "    return v * 0.5",
        "def f(x, y, n):",
        "    o, d, items, u = Box(x), {'a': y}, [x], x * 1",
        "    z, k, m = x + y, 1, 2",
    ):
        w.put(0, line)
    for _ in range(4):
        w.statement(1, False)
    w.put(1, "for v in items:")
    w.put(2, "z = z + v")
    w.put(1, f"return {w.result()}")
    return "\n".join(w.lines) + "\n"
