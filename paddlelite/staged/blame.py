"""Errors about values that do not fit together: which variable, which lines, what to write instead."""

from __future__ import annotations

from ..errors import CaptureError
from ..mode import mode
from ..refusal import refusal
from .merge import ONE_PATH, Mismatch, describe

_HINTS = {
    "they have different dtypes": "Convert one with astype(), so that both have one dtype.",
    "they have different ranks": "Reshape one, so that both have equally many axes.",
    "they have different lengths or keys": "Give both branches containers of one structure.",
    ONE_PATH: "Set it before.",
    "one is None": "Give it a tensor on both paths.",
    "they are of different types": "Give it values of one type on both paths.",
    "they are different objects": "Use each in its own branch.",
}


def two_values(problem: Mismatch, name: str) -> CaptureError:
    """The error for a variable whose values in two branches do not fit together (not noted: it may not matter)."""
    body, orelse = _assignments(name)
    what = "the function's result" if name.startswith("_result") else _shown(problem.path)
    one = f"{describe(problem.one)}{_lines(body)} if the condition holds"
    two = f"{describe(problem.two)}{_lines(orelse)} if not"
    return refusal(f"{what} is {one} and {two}: {problem.why}", _HINTS[problem.why])


def loop_value(problem: Mismatch, name: str) -> CaptureError:
    """The error for a variable that a loop changes into something else (not noted: it may not matter)."""
    body, _ = _assignments(name)
    before = f"is {describe(problem.one)}"
    after = f"{describe(problem.two)}{_lines(body)}"
    hint = (
        _HINTS[problem.why]
        .replace("both branches", "it before and in the loop")
        .replace("on both paths", "before")
    )
    return refusal(
        f"{_shown(problem.path)} {before} before the loop and {after} after a round: {problem.why}", hint
    )


def _shown(path: str) -> str:
    """What a path leads to, as an error says it."""
    if path.startswith(("a ", "an ")):
        return f"{path} that is changed here"
    return path if path.startswith(("the ", "this ", "what ")) else f"`{path}`"


def _lines(lines: list[int]) -> str:
    if not lines:
        return ""
    return f" (line{'s' if lines[1:] else ''} {', '.join(map(str, lines))})"


def _assignments(name: str) -> tuple[list[int], list[int]]:
    """The lines that bind `name` in the two parts of the `if` (or the body of the loop) that is running now."""
    return mode.capture.assignments(name)  # type: ignore[union-attr]
