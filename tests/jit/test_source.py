"""Finding the source of a function."""

from __future__ import annotations

import functools
import importlib
import linecache
import marshal
import operator
import os
import pickle
import subprocess
import sys
import tempfile
import types
import zipfile

import pytest

import paddlelite as paddle
from paddlelite.errors import CaptureError, is_library_file
from paddlelite.jit import to_static
from paddlelite.jit.convert import convert, twin_of
from paddlelite.jit.source import CannotRewrite, Source, source_of
from tests.programs.harness import tensor

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
    with pytest.raises(CannotRewrite, match="<string>"):
        source_of(space["f"])
    assert convert(space["f"]) is space["f"] and "not available" in twin_of(space["f"]).reason


def captured(function):
    """What to_static makes of a function at two values that take different ways."""
    static = to_static(function)
    return [static(tensor([value])).tolist() for value in (1.0, 4.0)]


def test_without_source_it_is_traced():
    space = {}
    exec("def f(x):\n    y = x * 2\n    for i in range(3):\n        y = y + i\n    return y\n", space)
    assert captured(space["f"]) == [[5.0], [11.0]]


def decides(x):
    return x * 2 if x > 2 else x


@pytest.mark.parametrize(
    "text, line",
    [
        ("def f(x):\n    if x > 2:\n        x = x * 2\n    return x\n", 2),
        ("def f(x):\n    while x < 9:\n        x = x * 2\n    return x\n", 2),
        ("def f(x):\n    return [v for v in x.unbind()][int(x)]\n", 2),
        ("f = lambda x: x > 2 and x\n", 1),
        ("def f(x):\n    def inner():\n        return x if x > 2 else -x\n    return inner()\n", 3),
    ],
)
def test_without_source_a_branch_says_what_to_do(text, line):
    space = {}
    exec(text, space)
    inner = space["f"]
    for function in (inner, lambda x: inner(x)):
        with pytest.raises(CaptureError) as caught:
            captured(function)
        said = str(caught.value)
        assert f"<string>:{line}: " in said and "is not available (<string>): put it into a file" in said
        assert "linecache" in said


def test_rewritten_code_is_not_said_to_be_left_as_it_is():
    def f(x):
        return x.numpy() if x.sum() > 2 else x

    with pytest.raises(CaptureError) as caught:
        captured(f)
    assert "is not rewritten" not in str(caught.value)


def test_a_function_that_cannot_be_rewritten_says_why():
    def f(x):
        try:
            if x > 2:
                x = x * 2
        finally:
            return x  # noqa: B012

    with pytest.raises(CaptureError, match="is not rewritten: it leaves a `finally` block by return"):
        captured(f)


def test_a_function_by_its_code_alone():
    """As programs send functions to other processes: the code object is a copy, the file is there."""
    copy = types.FunctionType(marshal.loads(marshal.dumps(decides.__code__)), {"__name__": "elsewhere"})
    assert captured(copy) == captured(pickle.loads(pickle.dumps(decides))) == [[1.0], [8.0]]


def test_a_module_in_an_archive(tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "app.pyz", "w") as archive:
        archive.writestr("zipped_module.py", "def f(x):\n    if x > 2:\n        return x * 2\n    return x\n")
    monkeypatch.syspath_prepend(str(tmp_path / "app.pyz"))
    assert captured(importlib.import_module("zipped_module").f) == [[1.0], [8.0]]


def test_a_command_line():
    """`python -c` has its text from Python 3.13 on; before, the advice is given."""
    program = """
import paddlelite as paddle
@paddle.jit.to_static
def f(x):
    if x > 2:
        x = x * 2
    return x
print(f(paddle.to_tensor([4.0])).tolist())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout == "[8.0]\n" or "put it into a file that is imported" in done.stderr
    assert sys.version_info >= (3, 13) or "<string>:5: " in done.stderr


def test_a_cell_of_a_notebook():
    text = "def f(v):\n    return v if v else 1\n"
    linecache.cache["<ipython-input-1>"] = (len(text), None, text.splitlines(True), "<ipython-input-1>")
    space = {"__name__": "__main__"}
    exec(compile(text, "<ipython-input-1>", "exec"), space)
    assert convert(space["f"]) is not space["f"]
    text = "def f(x):\n    if x > 2:\n        x = x * 2\n    return x\n"
    linecache.cache["<ipython-input-2>"] = (len(text), None, text.splitlines(True), "<ipython-input-2>")
    exec(compile(text, "<ipython-input-2>", "exec"), space)
    assert captured(space["f"]) == [[1.0], [8.0]]


def test_what_is_written_in_c_is_traced():
    """As what Cython has compiled: there is no code to rewrite, and no line of it to name."""
    assert captured(operator.neg) == [[-1.0], [-4.0]]
    assert captured(functools.partial(operator.mul, 3)) == [[3.0], [12.0]]
    assert captured(lambda x: functools.reduce(operator.add, [x, x, x])) == [[3.0], [12.0]]
    with pytest.raises(CaptureError, match=r"test_source.py:\d+: "):
        captured(lambda x: operator.index(x.astype("int64")) + operator.truth(x))


def test_one_conversion_for_all_instances():
    class Layer(paddle.nn.Layer):
        def __init__(self, k):
            super().__init__()
            self.k = k

        def forward(self, x):
            return x * self.k if x.sum() > 0 else x

    layers = [to_static(Layer(k)) for k in range(3)]
    assert [float(layer(tensor(2.0))) for layer in layers] == [0.0, 2.0, 4.0]
    twins = [twin_of(Layer.forward), *(twin_of(layer.forward.dygraph_function.__func__) for layer in layers)]
    assert len({id(twin) for twin in twins}) == 1
    made = [to_static(lambda v, k=k: v * k if v > 1 else v) for k in range(3)]
    assert [float(f(tensor(2.0))) for f in made] == [0.0, 2.0, 4.0]
    assert len({id(twin_of(f.dygraph_function)) for f in made}) == 1


def test_nothing_is_written_to_disk(tmp_path, monkeypatch):
    for name in ("TMPDIR", "TEMP", "TMP", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.chdir(tmp_path)

    def f(x):
        for i in range(x.astype("int64")):
            x = x * i if x > 3 else x + 1
        return x

    assert float(to_static(f)(tensor(2.0))) == float(f(tensor(2.0)))
    assert os.listdir(tmp_path) == [] and tempfile.gettempdir() == str(tmp_path)


def test_a_file_that_was_changed(tmp_path):
    import importlib.util

    path = tmp_path / "changing.py"
    path.write_text("def f(v):\n    return v if v else 1\n")
    spec = importlib.util.spec_from_file_location("changing", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    path.write_text("\n\n\ndef g(v, w):\n    return 0\n")
    with pytest.raises(CannotRewrite, match="was changed"):
        source_of(module.f)


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


def test_dict_comprehensions_evaluate_the_key_first():
    seen = []

    def f(xs):
        return {seen.append(("key", v)): seen.append(("value", v)) for v in xs}

    convert(f)([1, 2])
    assert seen == [("key", 1), ("value", 1), ("key", 2), ("value", 2)]
