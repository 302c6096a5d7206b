"""A rewritten function on plain Python values equals the original: results, exceptions, order of evaluation."""

from __future__ import annotations

import importlib.util
import itertools
import linecache
import os
from pathlib import Path

import pytest

from paddlelite.jit.convert import convert, twin_of

_spec = importlib.util.spec_from_file_location("random_python", Path(__file__).with_name("random_python.py"))
random_python = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(random_python)

SEEDS = int(os.environ.get("PADDLELITE_SEEDS", "60"))
_numbers = itertools.count()


def define(text, name="f"):
    """Execute `text` as if it were a file; its source can be found again."""
    filename = f"<random {next(_numbers)}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
    namespace = {"__name__": "user_code"}
    exec(compile(text, filename, "exec"), namespace)
    return namespace[name]


class Log:
    """Notes every call; the attribute x and the context manager have effects that show."""

    def __init__(self):
        self.entries, self.x = [], 1

    def f(self, n, value):
        self.entries.append((n, repr(value)))
        if len(self.entries) > 3000:
            raise KeyboardInterrupt("too long")
        return value

    def ctx(self, n, swallow):
        log = self

        class Manager:
            def __enter__(self):
                log.f(n, "enter")

            def __exit__(self, kind, error, trace):
                log.f(n, ("exit", kind and kind.__name__))
                return swallow

        return Manager()


def outcome(function, args):
    log = Log()
    try:
        result = ("value", repr(function(log, *args)))
    except KeyboardInterrupt:
        result = ("too long",)
    except BaseException as error:
        context = error.__context__
        result = ("error", type(error).__name__, str(error), type(context).__name__)
    return result, log.entries, repr(log.x)


@pytest.mark.parametrize("block", range(0, SEEDS, 50))
def test_random_programs(block):
    for seed in range(block, min(block + 50, SEEDS)):
        text = random_python.source(seed)
        try:
            original = define(text)
        except SyntaxError:
            continue
        twin = convert(original)
        assert twin is not original, twin_of(original).reason
        for args in [(0, 1, 2), (3, -1, 1), (1, 1, 1), (-2, 4, 0)]:
            assert outcome(twin, args) == outcome(original, args), f"seed {seed}, args {args}\n{text}"
