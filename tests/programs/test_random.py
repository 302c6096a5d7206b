"""Random programs: right or refused, never silently another value; on Python values exactly what Python does."""

from __future__ import annotations

import os
import signal

import pytest

from paddlelite.jit.convert import convert, twin_of

from .random_programs import define, run
from .random_source import source

SEEDS = int(os.environ.get("PADDLELITE_SEEDS", "100"))


@pytest.mark.parametrize("block", range(0, SEEDS, 20))
def test_on_tensors(block):
    """Every fifth also as files and with gradients; `python -m tests.programs.random_programs` does that with all."""
    refusals = [run(source(seed), everything=seed % 5 == 0) for seed in range(block, min(block + 20, SEEDS))]
    assert refusals.count([]) > len(refusals) // 3, refusals


def test_a_crash_is_the_failure_of_its_program_alone():
    # (Its processes import what runs there by a name they can find.)
    from tests.programs.random_programs import Late, apart

    one, crashed, two = apart(signal.raise_signal, [0, signal.SIGSEGV, 0])
    assert one is two is None and isinstance(crashed, Late) and "-11" in str(crashed)


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
def test_on_python_values(block):
    for seed in range(block, block + 50):
        text = source(seed, python=True)
        try:
            original = define(text)
        except SyntaxError:
            continue
        twin = convert(original)
        assert twin is not original, twin_of(original).reason
        for args in [(0, 1, 2), (3, -1, 1), (1, 1, 1), (-2, 4, 0)]:
            assert outcome(twin, args) == outcome(original, args), f"seed {seed}, args {args}\n{text}"
