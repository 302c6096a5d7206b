"""What the rewritten trees say of the `if` or loop that is running now: for errors, and for what it surely reads."""

from __future__ import annotations

import gast

from paddlelite.errors import user_frame

from .scopes import FUNCTIONS


def assignments(name: str) -> tuple[list[int], list[int]]:
    """The lines that bind `name` in the two parts of the `if` (or the body of the loop) that is running now."""
    binds = lambda node: isinstance(node, gast.Name) and node.id == name and isinstance(node.ctx, gast.Store)
    nodes = ([node for stmt in part for node in gast.walk(stmt)] for part in _parts())
    one, two = (sorted({node.lineno for node in part if binds(node)}) for part in nodes)
    return one, two


def _parts() -> tuple[list[gast.AST], list[gast.AST]]:
    """The two parts of the `if`, or the body of the loop, that is running now."""
    from .convert import twin_by_code

    frame = user_frame()
    twin = twin_by_code(frame.f_code) if frame is not None else None
    if frame is None or twin is None or twin.tree is None:
        return [], []
    for node in gast.walk(twin.tree):
        if isinstance(node, gast.For) and frame.f_lineno in (node.lineno, node.iter.lineno):
            inner = node.body[0].body[0] if isinstance(node.body[0], gast.Try) else node.body[0]
            if isinstance(inner, gast.If) and getattr(inner.test, "id", None) == getattr(
                node.target, "id", ""
            ):
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
