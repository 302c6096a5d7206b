"""COMPILER.md rows 80 and 82: what is refused is told with line, variable, both sides and a hint; all of it at once."""

import re
import sys
import traceback

import pytest

import paddlelite as paddle
from paddlelite.errors import CaptureError, is_library_file
from paddlelite.jit import to_static

from . import refused

X, N = paddle.to_tensor(refused.X), paddle.to_tensor(refused.N)


def told(text):
    """A text without its carets, which Python before 3.11 cannot place."""
    return re.sub(r"^ *\^+$", "", text, flags=re.M)


def test_the_page_says_what_is_said():
    written, now = refused.PAGE.read_text(encoding="utf-8"), refused.page()
    if sys.version_info < (3, 11):
        written, now = told(written), told(now)
    assert now == written, "run `python -m tests.programs.refused`"


@pytest.mark.parametrize("program", refused.PROGRAMS, ids=lambda p: p.__name__)
def test_every_refusal_names_a_line_of_the_program_and_says_what_to_do(program):
    text = refused.refusal(program)
    first = program.__code__.co_firstlineno
    lines = [int(n) for n in re.findall(r"refused\.py:(\d+): ", text)]
    assert lines and all(first <= n < first + 12 for n in lines), text
    for problem in re.findall(r"refused\.py:\d+: (.*)", text):
        assert problem.endswith(".") and len(re.findall(r"[.:] [A-Z]", problem)) >= 1, problem


def failing(function, *args):
    with pytest.raises(CaptureError) as caught:
        function(*args)
    return caught.value


def library_frames(error):
    return [e for e in traceback.extract_tb(error.__traceback__) if is_library_file(e.filename)]


def test_no_frames_of_the_library(monkeypatch):
    static = to_static(refused.recursion_on_a_tensor)
    # The call itself is where the error is raised again, so its one frame stays.
    assert [e.name for e in library_frames(failing(static, X, N))] == ["__call__"]
    monkeypatch.setenv("PADDLELITE_TRACEBACK", "full")
    assert len(library_frames(failing(to_static(refused.recursion_on_a_tensor), X, N))) > 5


def test_the_users_error_keeps_its_frames_and_its_cause():
    def inner(x):
        try:
            return {}[x.shape[0]]
        except KeyError as error:
            raise RuntimeError("no such size") from error

    with pytest.raises(RuntimeError, match="no such size") as caught:
        to_static(inner)(X)
    assert isinstance(caught.value.__cause__, KeyError)
    names = [e.name for e in traceback.extract_tb(caught.value.__traceback__)]
    assert names[-1] == "inner" and len(library_frames(caught.value)) == 1
    assert not library_frames(caught.value.__cause__)


def test_a_problem_that_was_caught_still_ends_the_capture():
    class Careless:
        """Not rewritten: its handler knows nothing of captures."""

        def value(self, x):
            try:
                return x.reshape([float(x[0])])
            except Exception:
                return x

    careless = paddle.jit.not_to_static(Careless.value)

    def program(x):
        return careless(None, x) * 2

    assert "float()" in str(failing(to_static(program), X))


def test_a_loop_of_pythons_that_waits_for_a_tensor_ends():
    def wait(x):
        while float(x.sum()) > 0:
            pass
        return x

    waiting = paddle.jit.not_to_static(wait)
    assert "float()" in str(failing(to_static(lambda x: waiting(x)), X))


def test_problems_of_helpers_are_in_the_same_report():
    def helper(x):
        return x.numpy()

    def program(x, n):
        helper(x)
        if x > 1:
            n = n + 1
        return x * n

    text = str(failing(to_static(program), X, N))
    assert "2 problems keep program()" in text and "numpy()" in text and "2 elements is ambiguous" in text


def test_nothing_is_left_behind():
    failing(to_static(refused.several_problems), X, N)
    assert (paddle.ones([1]) + 1).item() == 2
    assert to_static(lambda x: x + 1)(X).numpy().tolist() == [2.0, 2.0]
