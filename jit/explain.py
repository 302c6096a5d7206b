"""Looking inside: the rewritten code as text, and what became of each construct."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import gast

from .cache import Cache, Entry
from .convert import twin_of
from .trace import bare

__all__ = ["code_of", "explain"]


def code_of(function: Callable[..., Any]) -> str:
    """The rewritten form of a function, printed. Raises ValueError with the reason when it is not rewritten."""
    plain = bare(function)
    if plain is None:
        raise ValueError(f"{function!r} is not a Python function")
    twin = twin_of(plain)
    if twin.tree is None:
        raise ValueError(twin.reason)
    return to_source(gast.gast_to_ast(twin.tree))


def to_source(tree: ast.AST) -> str:
    """Text of a tree: astor's, unless that cannot print it or prints something else (`match`, newer syntax)."""
    import astor

    exact = ast.unparse(tree) + "\n"
    try:
        text = astor.to_source(tree)
        same = ast.dump(ast.parse(text)) == ast.dump(ast.parse(exact))
    except (AttributeError, SyntaxError, ValueError):  # astor 0.8.1 predates match and what came after
        same = False
    return text if same else exact


def explain(function: Callable[..., Any], cache: Cache, last: Entry | None) -> str:
    """Each `if` and loop of the function with what it became in the last program, and the log of captures."""
    plain = bare(function)
    twin = None if plain is None else twin_of(plain)
    if plain is None or twin is None or twin.tree is None:
        return f"not rewritten: {twin.reason if twin else 'no Python function'}\n"
    decided = last.traced.decisions if last is not None else {}
    lines = [f"{plain.__qualname__} ({plain.__code__.co_filename})"]
    for line, kind in sorted(_sites(twin.tree)):
        became = decided.get(
            (plain.__code__.co_filename, line), "stays Python" if last else "not captured yet"
        )
        lines.append(f"  line {line}: {kind} {became}")
    lines += [f"  capture {i + 1}: {why}" for i, why in enumerate(cache.log)]
    return "\n".join(lines) + "\n"


_KINDS = {
    "if_": "if",
    "while_": "while",
    "for_": "for",
    "ifexp": "conditional expression",
    "and_": "and",
    "or_": "or",
}


def _sites(tree: gast.AST) -> set[tuple[int, str]]:
    found = set()
    for node in gast.walk(tree):
        if isinstance(node, gast.Call) and getattr(node, "generated", False):
            kind = _KINDS.get(getattr(node.func, "attr", ""))
            if kind is not None:
                found.add((node.lineno, kind))
    return found
