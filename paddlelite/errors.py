"""The exceptions of paddlelite: PaddlePaddle's error kinds, as Python classes.

PaddlePaddle raises a built-in exception whose text starts with the kind, ``(InvalidArgument) ...``. Users' code
catches the built-in and their tests look for the kind, so each class here is both.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import os
import sys
from pathlib import Path
from types import FrameType, TracebackType
from typing import NoReturn

__all__ = [
    "AlreadyExistsError",
    "CaptureError",
    "FatalError",
    "InvalidArgumentError",
    "InvalidTypeError",
    "MismatchError",
    "NotFoundError",
    "OutOfRangeError",
    "PaddleError",
    "PreconditionNotMetError",
    "UnimplementedError",
    "note_line",
    "user_line",
    "users_traceback",
]


class PaddleError(Exception):
    """Base of all errors raised by paddlelite. ``kind`` is PaddlePaddle's name of the error."""

    kind = "Fatal"

    def __init__(self, message: str) -> None:
        super().__init__(f"({self.kind}) {message}")


class InvalidArgumentError(PaddleError, ValueError):
    """A value, shape or attribute that the call does not accept."""

    kind = "InvalidArgument"


class MismatchError(InvalidArgumentError, AssertionError):
    """Two things that must agree and do not. PaddlePaddle raises AssertionError for them."""


class InvalidTypeError(PaddleError, TypeError):
    """A dtype or Python type that the call does not accept."""

    kind = "InvalidType"


class NotFoundError(PaddleError, RuntimeError):
    """Something named (an op, a kernel, a variable, a file) that does not exist."""

    kind = "NotFound"


class OutOfRangeError(PaddleError, IndexError):
    """An index outside its axis."""

    kind = "OutOfRange"


class AlreadyExistsError(PaddleError, RuntimeError):
    """A name that is taken."""

    kind = "AlreadyExists"


class PreconditionNotMetError(PaddleError, RuntimeError):
    """A call that needs something done first."""

    kind = "PreconditionNotMet"


class UnimplementedError(PaddleError, NotImplementedError):
    """Something PaddlePaddle can do and paddlelite can not (yet)."""

    kind = "Unimplemented"


class FatalError(PaddleError, SystemError):
    """A graph used in a way that it can not be, for one a second backward through freed nodes."""

    kind = "Fatal"


class CaptureError(PaddleError):
    """Python that can not become a graph. The message names the user's line and what to write instead.

    ``place`` is that file and line, ``text`` the message without its kind (see :mod:`paddlelite.refusal`).
    """

    kind = "Capture"
    place: tuple[str, int] = ("<unknown>", 0)

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.text = message


_LIBRARY = str(Path(__file__).resolve().parent)
_SIBLINGS = tuple(str(Path(_LIBRARY).parent / name) for name in ("jit", "export"))
_STDLIB = os.path.dirname(os.__file__)


@functools.cache
def is_library_file(filename: str) -> bool:
    """Whether ``filename`` is part of paddlelite or of Python (and so never the user's line)."""
    python = filename.startswith(_STDLIB) and "site-packages" not in filename
    return python or filename.startswith((_LIBRARY, *_SIBLINGS, "<frozen"))


def users_traceback(error: BaseException) -> BaseException:
    """``error`` with the user's own frames alone in its traceback, and in those of what led to it.

    All frames stay where the environment has ``PADDLELITE_TRACEBACK=full``.
    """
    if os.environ.get("PADDLELITE_TRACEBACK") == "full":
        return error
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        link.__traceback__ = _users(link.__traceback__)
        link = link.__cause__ or link.__context__
    return error


def note_line(error: BaseException, source: tuple[str, int]) -> None:
    """Note with an error of a running graph the user's line, the innermost one (Python 3.11 and newer show it)."""
    if not hasattr(error, "__notes__"):
        error.__notes__ = [f"  at {source[0]}:{source[1]}"]  # type: ignore[attr-defined]


def _users(traceback: TracebackType | None) -> TracebackType | None:
    entries = []
    while traceback is not None:
        file = traceback.tb_frame.f_code.co_filename
        if not is_library_file(file) and file != contextlib.__file__:
            entries.append(traceback)
        traceback = traceback.tb_next
    for entry in reversed(entries):
        traceback = TracebackType(traceback, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return traceback


#: What a traceback calls the part of a graph that failed.
_GRAPH = "<graph>"


def raise_at(error: Exception, source: tuple[str, int]) -> NoReturn:
    """Raise an error of a running graph: its traceback shows the user's line that the failing part was made at."""
    entry = error.__traceback__
    while entry is not None and entry.tb_frame.f_code.co_name != _GRAPH:
        entry = entry.tb_next
    if entry is None and not source[0].startswith("<unknown"):
        tree = ast.parse("raise error")
        for node in ast.walk(tree):
            if isinstance(node, (ast.stmt, ast.expr)):
                node.lineno = node.end_lineno = max(source[1], 1)
                node.col_offset = node.end_col_offset = -1  # (no carets under a part of the line)
        exec(compile(tree, source[0], "exec").replace(co_name=_GRAPH), {"error": error})
    raise error


def led_to(error: BaseException, cause: BaseException | None) -> BaseException | None:
    """The cause to show of an error: its own, or where all is shown, what our executor met."""
    return error.__cause__ or (cause if os.environ.get("PADDLELITE_TRACEBACK") == "full" else None)


def user_frame() -> FrameType | None:
    """The innermost frame that is not paddlelite's own."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and is_library_file(frame.f_code.co_filename):
        frame = frame.f_back
    return frame


def line_of(error: BaseException) -> tuple[str, int]:
    """File and line of the innermost of the user's frames that an error has come through."""
    entry, found = _users(error.__traceback__), ("<unknown>", 0)
    while entry is not None:
        found = entry.tb_frame.f_code.co_filename, entry.tb_lineno
        entry = entry.tb_next
    return found


def user_line() -> tuple[str, int]:
    """File and line of the user's code that is running now (``("<unknown>", 0)`` when there is none)."""
    frame = user_frame()
    return (frame.f_code.co_filename, frame.f_lineno) if frame is not None else ("<unknown>", 0)
