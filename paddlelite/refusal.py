"""Refusing Python that cannot become a graph: the user's line, the problem, what to write instead.

A problem that leaves something to go on with is *noted* (:func:`go_on`) and the capture continues with a stand-in, so
that one report tells all problems of a function. Whatever is noted makes the capture fail in the end, also where the
user's own ``except`` met the error on the way.
"""

from __future__ import annotations

import itertools
import linecache
from collections.abc import Sequence
from types import FrameType
from typing import Any

from .errors import CaptureError, user_frame
from .mode import mode

__all__ = ["describe", "go_on", "needs_values", "note_problem", "refusal", "refuse", "report"]

#: A report tells this many problems; a capture that has met them ends.
MOST_PROBLEMS = 20


def refuse(problem: str, instead: str = "") -> CaptureError:
    """The error for what the user's running line does. ``problem`` has no full stop, ``instead`` is a sentence.

    It counts as a problem of the capture from now on, whether or not it reaches the caller.
    """
    return note_problem(refusal(problem, instead))


def note_problem(error: CaptureError) -> CaptureError:
    """Count an error among the problems of the capture; returns it."""
    problems = _problems()
    if problems is not None:
        problems.append(error)
    return error


def refusal(problem: str, instead: str = "") -> CaptureError:
    """What :func:`refuse` returns, for a problem that counts only if the program comes to it."""
    frame = user_frame()
    file, line = ("<unknown>", 0) if frame is None else (frame.f_code.co_filename, frame.f_lineno)
    text = f"{file}:{line}: {problem}.{' ' + instead if instead else ''}"
    error = CaptureError(text + ("" if frame is None else _excerpt(frame)))
    error.place = (file, line)
    return error


def go_on(error: CaptureError) -> None:
    """Let the capture continue after a problem that was refused; raise it where that leads nowhere.

    That is where there will be no report, and at a line that has been here before: a loop of Python's own that waits
    for the value of a tensor would never end.
    """
    problems = _problems()
    if problems is None or len(problems) >= MOST_PROBLEMS:
        raise error
    if sum(other.place == error.place for other in problems) > 1:
        raise error


def report(problems: Sequence[CaptureError], name: str) -> CaptureError:
    """One error for all ``problems`` of the function ``name``; the only one itself."""
    told: dict[str, CaptureError] = {}
    for problem in problems:  # a loop's body is captured more than once
        told.setdefault(problem.text, problem)
    if len(told) == 1:
        return next(iter(told.values()))
    listed = "\n\n".join(f"{number}. {text}" for number, text in enumerate(told, 1))
    return CaptureError(f"{len(told)} problems keep {name}() from becoming a graph:\n\n{listed}")


def needs_values(tensor: Any, what: str, instead: str) -> CaptureError:
    """The error for Python that needs the values of a symbolic tensor."""
    if mode.capture is None or mode.capture.static:
        flow = (
            "paddle.static.nn.cond or while_loop, " if what.startswith(("the truth", "a Python loop")) else ""
        )
        instead = f"{flow}Executor.run(fetch_list=[...]), or {instead},"
    why = _why_as_it_is()
    return refuse(
        f"{what} needs the values of {_named(tensor)}, which are only known when the graph runs",
        f"Use {instead} instead." + (f" ({why}.)" if why else ""),
    )


def _why_as_it_is() -> str:
    """Why the user's running code is not rewritten, in a capture that rewrites what is called."""
    if mode.capture is None or mode.capture.convert is None:
        return ""
    from .jit.convert import why_as_it_is

    return why_as_it_is(user_frame())


def describe(tensor: Any) -> str:
    """A tensor as an error message shows it."""
    what = "list of tensors" if getattr(tensor, "array", "") else "tensor"
    article = "an" if tensor.dtype.name.startswith("int") else "a"
    return f"{article} {tensor.dtype.name} {what} of shape [{', '.join(map(str, tensor.dims))}]"


def _problems() -> list[CaptureError] | None:
    """The list of the capture that is running, if it makes a report."""
    return None if mode.capture is None else mode.capture.problems


def _named(tensor: Any) -> str:
    """The tensor by the user's variable, where one holds it, and what it is."""
    frame = user_frame()
    held = [] if frame is None else [k for k, v in frame.f_locals.items() if v is tensor and k.isidentifier()]
    held = [name for name in held if not name.startswith("_")]
    return f"`{held[0]}`, {describe(tensor)}" if held else describe(tensor)


def _excerpt(frame: FrameType) -> str:
    """The running line with carets under what is running of it; nothing where there is no source."""
    line = linecache.getline(frame.f_code.co_filename, frame.f_lineno, frame.f_globals).rstrip()
    code = line.strip()
    if not code:
        return ""
    start, end = _columns(frame, line)
    indent = len(line) - len(line.lstrip())
    return f"\n    {code}\n    {' ' * (start - indent)}{'^' * (end - start)}"


def _columns(frame: FrameType, line: str) -> tuple[int, int]:
    """Where in its line the running expression is: all of the line where Python (before 3.11) does not know."""
    whole = len(line) - len(line.lstrip()), len(line)
    if not hasattr(frame.f_code, "co_positions"):
        return whole
    first, last, start, end = next(itertools.islice(frame.f_code.co_positions(), frame.f_lasti // 2, None))
    if first != frame.f_lineno or start is None or end is None:
        return whole
    encoded = line.encode()
    columns = len(encoded[:start].decode()), len(encoded[:end].decode()) if last == first else len(line)
    return columns if whole[0] <= columns[0] < columns[1] else whole
