"""Checklist G 88: the syntax of every Python, rewritten and printed unharmed."""

from __future__ import annotations

import linecache

import numpy as np
import pytest

from paddlelite.jit import to_static
from tests.programs.harness import tensor

PROGRAMS = {
    "pep634": """
def f(x, c):
    match c:
        case [a, *rest]:
            y = x * a
        case {'k': v, **kw}:
            y = x * v
        case str() as s:
            y = x * len(s)
        case int(n) | float(n) if n > 2:
            y = x + n
        case _:
            y = x
    if y.sum() > 1:
        y = y * 2
    return y
""",
    "walrus": """
def f(x, c):
    if (n := x.sum()) > 1:
        return x * n
    return x - n
""",
    "posonly": """
def f(x, c, /, *, k=2):
    return x * k if x.sum() > 1 else x
""",
    "pep646": """
def g(*args):
    return args[0]

def f(x, c):
    t = (1, 2)
    d = {}
    d[*t,] = x
    for i in (*t, 3):
        x = x + i
    return g(*t) * x if x.sum() > 1 else x
""",
    "exceptstar": """
def f(x,c):
    try:
        if x.sum()>1: x=x*2
    except* ValueError:
        x=x-1
    return x
""",
    "fstr": """
def f(x,c):
    s=f"{c!r:>5}{3:0{2}d}{c=}"
    return x*len(s) if x.sum()>1 else x
""",
    "parenwith": """
import contextlib
def f(x,c):
    with (contextlib.nullcontext(2) as a, contextlib.nullcontext(3) as b):
        if x.sum()>1: x=x*a
    return x*b
""",
    "star_index": """
def f(x,c):
    i=(0,)
    return x[*i] if x.sum()>1 else x[*i]*2
""",
    "annot": """
def f(x: 'T', c: list[int]=None) -> int:
    y: int = 3
    z: float
    return x * y if x.sum() > 1 else x
""",
    "lambda_def": """
def f(x, c):
    g = lambda v, /, *a, k=1, **kw: v * k if v.sum() > 1 else v
    return g(x, k=3)
""",
    "decor_expr": """
def f(x, c):
    ds = [lambda h: h]

    @ds[0]
    def g(v):
        if v.sum() > 1:
            return v * 2
        return v
    return g(x)
""",
    "del": """
def f(x, c):
    y = x
    if x.sum() > 1:
        z = y
        x = z * 2
    del y
    return x
""",
    "bytes_etc": """
def f(x,c):
    k=b"ab"; e=...; n=1_000; j=0x1f; im=2j
    return x*(len(k)+n+j) if x.sum()>1 else x
""",
    "global_nested": """
G = 1

def f(x, c):

    def g():
        global G
        G = G + 1
        return G
    return x * 2 if x.sum() > 1 else x
""",
    "class_in": """
def f(x, c):

    class A:
        k = 3

        def m(self, v):
            if v.sum() > 1:
                return v * self.k
            return v
    return A().m(x)
""",
    "genexp_nested": """
def f(x, c):
    return sum((v * w for v in (x, x) for w in (1, 2) if w > 1))
""",
    "yieldfrom": """
def f(x, c):

    def g():
        yield from (x, x * 2)
    return sum(g())
""",
    "pep695": """
type X=int
def f[T](x:T,c)->T:
    type Y=list[T]
    def g[U](v:U): return v*2 if v.sum()>1 else v
    return g(x)
""",
    "pep701": """
def f(x,c):
    s=f"{"a" + f"{c}"}"
    return x*len(s) if x.sum()>1 else x
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_syntax(name):
    text = PROGRAMS[name].lstrip()
    filename = f"<syntax {name}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
    space = {"__name__": "user"}
    try:
        exec(compile(text, filename, "exec"), space)
    except SyntaxError:
        pytest.skip("newer than this Python")
    function = space["f"]
    static = to_static(function)
    for value in (-1.0, 0.0, 1.0, 3.0):
        for c in ([2, 3], {"k": 4, "z": 1}, "abc", 7, 1.5):
            want, got = function(tensor([value]), c), static(tensor([value]), c)
            assert got.shape == want.shape
            np.testing.assert_allclose(got.numpy(), want.numpy())
    compile(static.code, "<code>", "exec")
