"""Random programs on tensors, every way they can run: right or refused, never silently another value.

    python -m tests.programs.random_programs --seeds 10000 [--first 0] [--processes 2]

prints every seed that fails, with the smallest program that fails in the same way, and what was refused how often.
Every fourth program is held to second gradients as well.
"""

from __future__ import annotations

import argparse
import ast
import collections
import contextlib
import itertools
import linecache
import multiprocessing
import re
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

import paddlelite as paddle
from paddlelite.errors import CaptureError, UnimplementedError

from .files import check_files
from .gradients import check_gradients
from .harness import check_calls, same
from .random_source import source

__all__ = ["Failure", "apart", "define", "run", "shrink"]

#: What one program may take (seconds), and a smaller one, which may never end.
LIMIT, SHORT = 120, 1
#: What says that a program, or a part of it, cannot be.
REFUSALS = (CaptureError, UnimplementedError)
#: How many programs one process runs.
CHUNK = 25
_numbers = itertools.count()
_spawn = multiprocessing.get_context("spawn")


class Box:
    """An object with attributes, which its methods read and write on conditions."""

    def __init__(self, h: Any) -> None:
        self.h, self.c = h, 3

    def step(self, v: Any) -> Any:
        if v.sum() > self.c:
            self.h = self.h - v
            return v * 0.5
        self.c += 1
        return v + self.h

    def set(self, h: Any, c: Any) -> None:
        self.h, self.c = h, c

    @property
    def larger(self) -> Any:
        return self.h if self.c > 2 else self.h + 1

    def __enter__(self) -> Any:
        self.c += 1
        return self.h

    def __exit__(self, *error: Any) -> None:
        self.c = self.c - 2


class Late(BaseException):
    """A program took too long. No handler of the program's, or of what compares it, may catch this."""


class Failure(AssertionError):
    """A program that gives another value, fails where it should not, or does not end."""


def define(text: str, **names: Any) -> Any:
    """The function `f` of a text, executed as if it were a file."""
    filename = f"<random {next(_numbers)}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
    namespace = {"__name__": "user_code", **names}
    exec(compile(text, filename, "exec"), namespace)
    return namespace["f"]


def _inputs() -> list[tuple[Any, ...]]:
    """The arguments of the calls. Only the first call's size is there when the program is captured."""
    vectors = [((1.0, 2.0), (0.5, -1.0)), ((-3.0, 0.25, 1.5), (2.0, 2.0, -1.0))]
    calls = [(a, b, n) for (a, b), n in itertools.product(vectors, (0, 1, 3))]
    return [_tensors(*call) for call in (*calls, ((0.75,), (-0.5,), 2), ((), (), 2))]


def _tensors(a: tuple[float, ...], b: tuple[float, ...], n: int) -> tuple[Any, ...]:
    """A call's x, y, n and p."""
    p = np.arange(len(a), dtype="int64") * 3 - 2
    return tuple(map(paddle.to_tensor, (np.float32(a), np.float32(b), n, p)))


def run(
    text: str, everything: bool = True, limit: int = LIMIT, orders: tuple[int, ...] = (1, 2)
) -> list[str]:
    """Run one program. Returns why parts of it were refused.

    Raises Failure. Without `everything` files and gradients are left out; `orders` are those of the gradients.
    """
    function = define(text, Box=Box, paddle=paddle, nothing=contextlib.nullcontext)
    static = paddle.jit.to_static(function)
    calls = _inputs()
    try:
        with _at_most(limit):
            try:
                outcomes = check_calls(function, static, calls)
            except REFUSALS as error:
                return [_reason(error)]
            if all(isinstance(want, Exception) for _, want in outcomes):
                return ["it always raises"]
            if not everything:
                return []
            files = check_files(function, outcomes, "", same)
            # Leaves that want gradients cannot be written to, and conditions on integers have none.
            gradients = check_gradients(function, static, calls[1::2], "", orders)
            raised = {type(want) for _, want in outcomes if isinstance(want, Exception)}
            for error in (*files, *gradients):
                if not isinstance(error, (*REFUSALS, *raised)):
                    raise error
    except (Exception, Late) as error:
        raise Failure(f"{type(error).__name__}: {error}") from error
    return [f"file: {_reason(e)}" for e in files] + [f"gradient: {_reason(e)}" for e in gradients]


def _reason(error: Exception) -> str:
    """An error's text without what differs from program to program."""
    text = str(error).split("\n")[0]
    return re.sub(r"<random \d+>:\d+|`[^`]*`|'[^']*'|\d+", "…", text)[:160]


@contextlib.contextmanager
def _at_most(seconds: int) -> Iterator[None]:
    """Raises Late in the main thread when the `with` takes longer."""

    def late(number: int, frame: Any) -> None:
        raise Late(f"not done after {seconds} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


# Shrinking


def shrink(text: str, everything: bool = True) -> str:
    """The smallest program found by leaving statements out that still fails with an error of the same kind."""
    everything = everything and _kind(text, False) is None  # files and gradients take long
    kind = _kind(text, everything)
    before = None
    while before != text:
        before, spot = text, 0
        while spot < len(_spots(ast.parse(text))):
            smaller = next((new for new in _without(text, spot) if _kind(new, everything) == kind), None)
            text, spot = (smaller, spot) if smaller is not None else (text, spot + 1)
    return text


def _kind(text: str, everything: bool) -> str | None:
    """How a program fails: the type of the error and the beginning of its text; None when it does not."""
    try:
        run(text, everything, SHORT)
    except Failure as failure:
        return re.sub(r"[\d.]+", "…", str(failure).split("tmp_")[0])[:150]
    except (SyntaxError, KeyError):  # there is no function any more
        return None
    return None


def _spots(tree: ast.AST) -> list[tuple[list[Any], int]]:
    """Every statement, as a block and a place in it. (What counts a loop's rounds stays.)"""
    blocks = [
        block
        for node in ast.walk(tree)
        for _, block in ast.iter_fields(node)
        if isinstance(block, list) and block and isinstance(block[0], ast.stmt)
    ]
    return [
        (block, i)
        for block in blocks
        for i, statement in enumerate(block)
        if not re.match(r"i\d+ |def f|pass", ast.unparse(statement))
    ]


def _without(text: str, spot: int) -> Iterator[str]:
    """The program without a statement, or with the statement's blocks in its place."""
    block, at = _spots(ast.parse(text))[spot]
    parts = [name for name in ("body", "orelse") if getattr(block[at], name, None)]
    for name in ("", *parts):
        tree = ast.parse(text)
        block, at = _spots(tree)[spot]
        block[at : at + 1] = getattr(block[at], name) if name else [ast.Pass()] if len(block) == 1 else []
        yield ast.unparse(tree) + "\n"


# The command


def _one(seed: int) -> tuple[list[str], str]:
    """What became of a seed: the refusals, and the failure's text."""
    try:
        # Second gradients cost as much as all the rest.
        return run(source(seed), orders=(1, 2) if seed % 4 == 0 else (1,)), ""
    except Failure as failure:
        return [], str(failure)
    except SyntaxError:
        return ["not a program"], ""


def _answer(pipe: Connection, function: Callable[[Any], Any], items: list[Any]) -> None:
    """In a process of its own: send what the function gives for one item after another."""
    for item in items:
        pipe.send(function(item))


def apart(function: Callable[[Any], Any], items: list[Any], limit: int = 2 * LIMIT) -> list[Any]:
    """What a function gives for each item, or why it gives nothing: a process that crashes or hangs is begun anew."""
    results: list[Any] = []
    while len(results) < len(items):
        here, there = _spawn.Pipe()
        process = _spawn.Process(target=_answer, args=(there, function, items[len(results) :]))
        process.start()
        there.close()
        try:
            while len(results) < len(items):
                results.append(here.recv() if here.poll(limit) else Late(f"killed after {limit} s"))
                if isinstance(results[-1], Late):
                    break
        except (EOFError, OSError):
            process.join()
            results.append(Late(f"its process ended with {process.exitcode}"))
        process.kill()
        process.join()
    return results


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.programs.random_programs")
    parser.add_argument("--seeds", type=int, default=10000, help="how many programs")
    parser.add_argument("--first", type=int, default=0, help="the number of the first")
    parser.add_argument("--processes", type=int, default=multiprocessing.cpu_count())
    parser.add_argument("--whole", action="store_true", help="print failing programs as they are, not shrunk")
    options = parser.parse_args(arguments)
    reasons: collections.defaultdict[str, list[int]] = collections.defaultdict(list)
    right = failed = 0
    last = options.first + options.seeds
    chunks = [range(i, min(i + CHUNK, last)) for i in range(options.first, last, CHUNK)]
    with ThreadPoolExecutor(options.processes) as threads:
        waiting = {threads.submit(apart, _one, chunk): chunk for chunk in chunks}
        for done, future in enumerate(as_completed(waiting), 1):
            for seed, result in zip(waiting[future], future.result(), strict=True):
                refusals, failure = ([], str(result)) if isinstance(result, Late) else result
                for reason in refusals:
                    reasons[reason].append(seed)
                right += not refusals and not failure
                if failure:
                    failed += 1
                    smaller = [] if options.whole else apart(shrink, [source(seed)], 10 * LIMIT)
                    text = smaller[0] if smaller and isinstance(smaller[0], str) else source(seed)
                    print(f"--- seed {seed}: {failure[:600]}\n{text}", flush=True)
            print(f"{done} of {len(chunks)}: {waiting[future]}", file=sys.stderr, flush=True)
    print(f"{options.seeds} programs: {right} right every way, {failed} failed; refused, in part or whole:")
    for reason, seeds in sorted(reasons.items(), key=lambda pair: -len(pair[1])):
        print(f"{len(seeds):6} {reason} (seed {', '.join(map(str, seeds[:3]))})")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
