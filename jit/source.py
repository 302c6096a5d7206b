"""The source of a function: which piece of which file made this code object, as a gast tree.

The whole file is parsed once and the function is found in it by its code object (first line, name, number of
arguments; where lambdas share a line, columns or instructions), never by searching text. So every node keeps its
original line number and the enclosing class is known.
"""

from __future__ import annotations

import ast
import linecache
import types
from dataclasses import dataclass
from typing import Any

import gast

__all__ = ["NoSource", "Source", "source_of"]

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass(frozen=True)
class Source:
    """A function's own tree (`node`, fresh and free to change) and where it stands."""

    node: gast.AST
    filename: str
    class_name: str | None  # the innermost enclosing class: private names (`__x`) are mangled with it


@dataclass(frozen=True)
class NoSource:
    """Why a function's source cannot be had; the function then runs as it is."""

    reason: str


@dataclass(frozen=True)
class _Place:
    node: ast.AST
    class_name: str | None


#: Parsed files: file name -> (its text, its functions by first line).
_files: dict[str, tuple[str, dict[int, list[_Place]]]] = {}


def source_of(function: types.FunctionType) -> Source | NoSource:
    """Find the tree of `function`. Decorators do not matter: a wrapper is a function of its own."""
    code = function.__code__
    linecache.checkcache(code.co_filename)
    lines = linecache.getlines(code.co_filename, function.__globals__)
    missing = NoSource(f"the source of {function.__qualname__}() is not available ({code.co_filename})")
    if not lines:
        return missing
    try:
        places = _index(code.co_filename, "".join(lines)).get(code.co_firstlineno, [])
    except SyntaxError as error:
        return NoSource(f"{code.co_filename} is no longer Python: {error}")
    found = [place for place in places if _fits(place.node, code)]
    if len(found) > 1:
        found = _at_columns(found, code) or _with_same_instructions(found, code)
    if not found and code.co_filename.startswith("<"):
        return missing  # a name such as <string> that other text goes by too
    if not found:
        return NoSource(f"{code.co_filename} was changed after {function.__qualname__}() was defined")
    return Source(gast.ast_to_gast(found[0].node), code.co_filename, found[0].class_name)


def _index(filename: str, text: str) -> dict[int, list[_Place]]:
    """Every function of a file by first line (a decorated function starts at its first decorator)."""
    known = _files.get(filename)
    if known is not None and known[0] == text:
        return known[1]
    index: dict[int, list[_Place]] = {}
    _collect(ast.parse(text), None, index)
    _files[filename] = (text, index)
    return index


def _collect(node: ast.AST, class_name: str | None, index: dict[int, list[_Place]]) -> None:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _FUNCTIONS):
            first = min([child.lineno, *(d.lineno for d in getattr(child, "decorator_list", []))])
            index.setdefault(first, []).append(_Place(child, class_name))
        _collect(child, child.name if isinstance(child, ast.ClassDef) else class_name, index)


def _fits(node: ast.AST, code: types.CodeType) -> bool:
    name = "<lambda>" if isinstance(node, ast.Lambda) else node.name  # type: ignore[attr-defined]
    a = node.args  # type: ignore[attr-defined]
    wanted = (
        len(a.posonlyargs) + len(a.args),
        len(a.posonlyargs),
        len(a.kwonlyargs),
        bool(a.vararg),
        bool(a.kwarg),
    )
    flags = code.co_flags
    given = (
        code.co_argcount,
        code.co_posonlyargcount,
        code.co_kwonlyargcount,
        bool(flags & 4),
        bool(flags & 8),
    )
    return name == code.co_name and wanted == given


def _at_columns(places: list[_Place], code: types.CodeType) -> list[_Place]:
    """The smallest one that holds every position of the code object (known from Python 3.11 on)."""
    if not hasattr(code, "co_positions"):
        return []
    known: list[Any] = [p for p in code.co_positions() if None not in p]
    # RESUME and the like stand at column 0 of the first line, with no width.
    spots = [(line, col, end, end_col) for line, end, col, end_col in known if (line, col) != (end, end_col)]
    fits = [place for place in places if spots and all(_inside(s, place.node) for s in spots)]
    return sorted(fits, key=lambda p: _extent(p.node))[:1]


def _inside(spot: tuple[int, int, int, int], node: ast.AST) -> bool:
    first = node.body if isinstance(node, ast.Lambda) else node.body[0]  # type: ignore[attr-defined]
    last = (node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]
    return (first.lineno, first.col_offset) <= spot[:2] and spot[2:] <= last


def _extent(node: ast.AST) -> tuple[int, int]:
    return (node.end_lineno - node.lineno, node.end_col_offset - node.col_offset)  # type: ignore[attr-defined]


def _with_same_instructions(places: list[_Place], code: types.CodeType) -> list[_Place]:
    """Without columns: one that compiles to the same instructions; if several do, they mean the same."""
    return [place for place in places if any(_alike(made, code) for made in _compiled(place.node))][:1]


def _compiled(node: ast.AST) -> list[types.CodeType]:
    statement = ast.Expr(node) if isinstance(node, ast.Lambda) else node
    module = ast.fix_missing_locations(ast.Module([statement], []))  # type: ignore[list-item]
    return [c for c in compile(module, "<source>", "exec").co_consts if isinstance(c, types.CodeType)]


def _alike(one: types.CodeType, two: types.CodeType) -> bool:
    """Equal but for how outer names are reached (a lone lambda sees closed-over names as globals)."""
    names = [set(c.co_names) | set(c.co_freevars) for c in (one, two)]
    consts = [[c for c in code.co_consts if not isinstance(c, types.CodeType)] for code in (one, two)]
    same_code = one.co_code == two.co_code or bool(two.co_freevars)
    return (
        one.co_varnames == two.co_varnames and names[0] == names[1] and consts[0] == consts[1] and same_code
    )
