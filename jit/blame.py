"""Errors about the user's code: which lines, which variable, what to write instead."""

from __future__ import annotations

import gast

from paddlelite.errors import CaptureError, user_frame
from paddlelite.refusal import refusal

from .merge import ONE_PATH, Mismatch, describe
from .scopes import FUNCTIONS

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
    what = "the function's result" if name.startswith("_result") else f"`{problem.path}`"
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
        f"`{problem.path}` {before} before the loop and {after} after a round: {problem.why}", hint
    )


def _lines(lines: list[int]) -> str:
    if not lines:
        return ""
    return f" (line{'s' if lines[1:] else ''} {', '.join(map(str, lines))})"


def _assignments(name: str) -> tuple[list[int], list[int]]:
    """The lines that bind `name` in the two parts of the `if` (or the body of the loop) that is running now."""
    body, orelse = _parts()
    return _binding(body, name), _binding(orelse, name)


def _parts() -> tuple[list[gast.AST], list[gast.AST]]:
    """The two parts of the `if`, or the body of the loop, that is running now."""
    from .convert import twin_by_code

    frame = user_frame()
    twin = twin_by_code(frame.f_code) if frame is not None else None
    if frame is None or twin is None or twin.tree is None:
        return [], []
    for node in gast.walk(twin.tree):
        if isinstance(node, gast.For) and frame.f_lineno in (node.lineno, node.iter.lineno):
            inner = node.body[0]
            if isinstance(inner, gast.If) and getattr(inner.test, "id", "") == "_arm":
                return inner.body, inner.orelse
            return node.body, []
    return [], []


def certainly_read(body: bool = True) -> set[str]:
    """The names, unbound perhaps, that one part of the `if` (or the body of the loop) that begins now surely reads."""
    found: set[str] = set()
    stack: list[gast.AST] = list(_parts()[0 if body else 1])
    while stack:
        node = stack.pop()
        if isinstance(node, gast.Call) and getattr(node.func, "attr", "") == "read":
            found.add(node.args[1].value)
        elif isinstance(node, gast.For):
            stack.append(node.iter)
        elif not isinstance(node, (*FUNCTIONS, gast.ClassDef)):
            stack += gast.iter_child_nodes(node)
    return found


def _binding(stmts: list[gast.AST], name: str) -> list[int]:
    found = {
        node.lineno
        for stmt in stmts
        for node in gast.walk(stmt)
        if isinstance(node, gast.Name) and node.id == name and isinstance(node.ctx, gast.Store)
    }
    return sorted(found)
