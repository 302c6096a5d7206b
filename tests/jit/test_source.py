"""Finding the source of a function."""

from __future__ import annotations

import functools
import linecache

import pytest

from paddlelite.errors import is_library_file
from paddlelite.jit.convert import convert, twin_of
from paddlelite.jit.source import NoSource, Source, source_of

one, two = lambda v: v + 1 if v else 0, lambda v: v + 2 if v else 0
pair = [lambda v: v * 3 if v else 0, lambda w: (
    w * 4 if w else 0
)]  # fmt: skip


def deco(f):
    @functools.wraps(f)
    def wrapper(*args):
        return f(*args) if args else None

    return wrapper


@deco
@deco
def decorated(v):
    return v


class C:
    def method(self, v):
        self.__hidden = v
        return self.__hidden if v else 0

    class Inner:
        def method(self, v):
            return v if v else self


def test_lines_are_the_originals():
    source = source_of(C.method)
    assert isinstance(source, Source) and source.class_name == "C"
    assert source.node.lineno == C.method.__code__.co_firstlineno
    assert source_of(C.Inner.method).class_name == "Inner"


@pytest.mark.parametrize(
    "function, factor", [(one, (0, 3)), (two, (0, 4)), (pair[0], (0, 6)), (pair[1], (0, 8))]
)
def test_lambdas_on_one_line(function, factor):
    twin = convert(function)
    assert twin is not function and (twin(0), twin(2)) == factor


def test_private_names_are_mangled():
    c = C()
    assert convert(C.method)(c, 5) == 5 and c._C__hidden == 5


def test_decorators_are_functions_of_their_own():
    inner = decorated.__wrapped__.__wrapped__
    assert source_of(inner).node.name == "decorated" and source_of(decorated).node.name == "wrapper"
    assert convert(decorated)(4) == 4


def test_without_source():
    space = {"__name__": "user"}
    exec("def f(v):\n    return v if v else 1\n", space)
    found = source_of(space["f"])
    assert isinstance(found, NoSource) and "<string>" in found.reason
    assert convert(space["f"]) is space["f"] and "not available" in twin_of(space["f"]).reason


def test_a_cell_of_a_notebook():
    text = "def f(v):\n    return v if v else 1\n"
    linecache.cache["<ipython-input-1>"] = (len(text), None, text.splitlines(True), "<ipython-input-1>")
    space = {"__name__": "__main__"}
    exec(compile(text, "<ipython-input-1>", "exec"), space)
    assert convert(space["f"]) is not space["f"]


def test_a_file_that_was_changed(tmp_path):
    import importlib.util

    path = tmp_path / "changing.py"
    path.write_text("def f(v):\n    return v if v else 1\n")
    spec = importlib.util.spec_from_file_location("changing", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    path.write_text("\n\n\ndef g(v, w):\n    return 0\n")
    found = source_of(module.f)
    assert isinstance(found, NoSource) and "was changed" in found.reason


def test_exits_in_finally_are_left_to_python():
    def f(v):
        try:
            return v
        finally:
            return 7  # noqa: B012

    assert convert(f)(1) == 7 and "finally" in twin_of(f).reason


def test_globals_and_closure_are_shared():
    k = 1

    def f():
        nonlocal k
        k += 1
        return k if k else 0

    before = set(globals())
    assert convert(f)() == 2 and k == 2 and set(globals()) == before


def test_code_runs_under_its_own_file_and_line():
    def f(v):
        if v:
            return 1 // v
        return [][0]  # noqa: PLE0643

    with pytest.raises(IndexError) as caught:
        convert(f)(0)
    last = [entry for entry in caught.traceback if not is_library_file(str(entry.path))][-1]
    assert str(last.path) == __file__ and last.lineno + 1 == f.__code__.co_firstlineno + 3
