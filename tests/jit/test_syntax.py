"""Checklist G 88: the syntax of every Python, rewritten and printed unharmed."""

from __future__ import annotations

import linecache
import sys

import numpy as np
import pytest

import paddlelite as paddle
from paddlelite.errors import CaptureError
from paddlelite.jit import operators, to_static
from paddlelite.jit.convert import convert
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
    "pep654": """
def f(x, c):
    told = []
    try:
        if x.sum() > 1:
            x = x * 2
        raise ExceptionGroup('g', [ValueError(1), TypeError(2), KeyError(3)])
    except* (ValueError, KeyError) as group:
        told = told + [type(e).__name__ for e in group.exceptions]
        x = x - 1
    except* TypeError:
        told = told + ['type']
        if x.sum() < 0:
            x = x * 3
    else:
        x = x * 100
    finally:
        x = x + len(told)
    return x
""",
    "pep654_return": """
def f(x, c):
    def g(v):
        try:
            if v.sum() > 1:
                v = v * 2
        except* ValueError:
            v = v - 1
        return v
    return g(x) + 1
""",
    "pep758": """
def f(x, c):
    try:
        if x.sum() > 1:
            x = x * 2
        raise KeyError
    except ValueError, KeyError:
        x = x - 1
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
    "pep646_annotation": """
def g(v, *rest: *tuple[int, ...]):
    return v * len(rest) if v.sum() > 1 else v

def f(x, c):
    return g(x, 1, *(2, 3))
""",
    "pep695": """
type X=int
def f[T](x:T,c)->T:
    type Y=list[T]
    def g[U](v:U): return v*2 if v.sum()>1 else v
    return g(x)
""",
    "pep695_classes": """
type Pair[A, *B, **C] = tuple[A, A]

class Scale[T: float]:
    type Own = list[T]

    def __init__(self, by: T):
        self.__by = by

    def of[V, *Vs, **P](self, v: V, *rest: *Vs) -> V:
        type Inner[K] = dict[K, V]
        if v.sum() > 1:
            return v * self.__by
        return v + len(rest)

def f(x, c):
    class Local[T]:
        def half(self, v: T) -> T:
            return v / 2 if v.sum() > 1 else v
    return Local[int]().half(Scale[float](3.0).of(x, 1, 2)) * len(Pair.__type_params__)
""",
    "pep696": """
def f[T = int, *U = *tuple[int, str]](x: T, c) -> T:
    def g[V = T](v: V): return v * 2 if v.sum() > 1 else v
    return g(x)
""",
    "pep701": """
def f(x,c):
    s=f"{"a" + f"{c}"}"
    return x*len(s) if x.sum()>1 else x
""",
    "pep701_lines": r"""
def f(x, c):
    s = f'''{
        'a'  # a comment
        + f"{'\n'.join(str(k) for k in [c, f"{c!r:>{3 * 2}}"])}"
    }{{}}{c = !s}'''
    return x * len(s) if x.sum() > 1 else x
""",
    "pep709": """
def f(x, c):
    k = 2
    rows = [[v * k + w for w in (1, 2)] for v in (x, x + 1) if k]
    return rows[1][0] if x.sum() > 1 else {j: r for j, r in enumerate(rows)}[0][1]
""",
    "pep634_classes": """
class P:
    __match_args__ = ('a', 'b')

    def __init__(self, a, b):
        self.a, self.b = a, b

class K:
    two = 2

def f(x, c):
    match P(c, [x, K.two]):
        case P([_, 3] | {'z': 1}, [v, K.two]) if v.sum() > 1:
            y = v * 2
        case P(int() | str() as n, b=[v, *rest]):
            y = v + len(rest) * len(str(n))
        case P(a=None | True | -1.5 | 'x' | b'x'):
            y = x
        case _:
            y = x - 1
    return y
""",
}

#: The release that brought the syntax.
SINCE = {
    "pep646": (3, 11), "pep654": (3, 11), "pep654_return": (3, 11), "star_index": (3, 11), "pep646_annotation": (3, 11),
    "pep695": (3, 12), "pep695_classes": (3, 12), "pep701": (3, 12), "pep701_lines": (3, 12), "pep696": (3, 13),
    "pep758": (3, 14),
}  # fmt: skip


@pytest.mark.parametrize("name", PROGRAMS)
def test_syntax(name):
    text = PROGRAMS[name].lstrip()
    filename = f"<syntax {name}>"
    if sys.version_info < SINCE.get(name, (3, 10)):
        with pytest.raises(SyntaxError):
            compile(text, filename, "exec")
        pytest.skip("newer than this Python")
    linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
    space = {"__name__": "user"}
    exec(compile(text, filename, "exec"), space)
    function = space["f"]
    static = to_static(function)
    printed = {**space, "_jit": operators}
    exec(compile(static.code, "<code>", "exec"), printed)
    # Defaults belong to the definition, which has run already.
    printed["f"].__defaults__, printed["f"].__kwdefaults__ = function.__defaults__, function.__kwdefaults__
    versions = [static, convert(function), printed["f"]]
    assert versions[1] is not function
    for value in (-1.0, 0.0, 1.0, 3.0):
        for c in ([2, 3], {"k": 4, "z": 1}, "abc", 7, 1.5):
            want = function(tensor([value]), c)
            for version in versions:
                got = version(tensor([value]), c)
                assert got.shape == want.shape
                np.testing.assert_allclose(got.numpy(), want.numpy())


@pytest.mark.skipif(sys.version_info < (3, 11), reason="except* came with Python 3.11")
def test_a_refusal_passes_through_exception_groups():
    text = """
def f(x):
    try:
        x = paddle.to_tensor(x.numpy())
    except* Exception:
        x = x + 1
    return x
""".lstrip()
    filename = "<syntax refused>"
    linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
    space = {"__name__": "user", "paddle": paddle}
    exec(compile(text, filename, "exec"), space)
    with pytest.raises(CaptureError, match="<syntax refused>:3: "):
        to_static(space["f"])(tensor([1.0]))
