"""The source of a function: which piece of which file made this code object, as a gast tree.

The whole file is parsed once and the function is found in it by its code object (first line, name, number of
arguments; where lambdas share a line, by compiling them again), never by searching text. So every node keeps its
original line number and the enclosing class is known.
"""

from __future__ import annotations

import ast
import inspect
import linecache
import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gast


@dataclass(frozen=True)
class Source:
    """A function's own tree (`node`, fresh and free to change) and where it stands."""

    node: gast.AST
    filename: str
    class_name: str | None  # the innermost enclosing class: private names (`__x`) are mangled with it


class CannotRewrite(Exception):
    """Why a function runs as it is."""


#: The functions of a file by first line, each with the class around it.
_Index = dict[int, list[tuple[Any, str | None]]]
#: Parsed files: file name -> (its text, its functions).
_files: dict[str, tuple[str, _Index]] = {}


def source_of(function: types.FunctionType) -> Source:
    """Find the tree of `function`. Decorators do not matter: a wrapper is a function of its own.

    Raises CannotRewrite where there is no source, or one that is no longer that of the function.
    """
    code = function.__code__
    filename, line = code.co_filename, code.co_firstlineno
    linecache.checkcache(filename)
    text = "".join(linecache.getlines(filename, function.__globals__))
    try:
        if filename not in _files or _files[filename][0] != text:
            _files[filename] = text, _indexed(ast.parse(text))
    except SyntaxError as error:
        raise CannotRewrite(f"{filename} is no longer Python: {error}") from error
    found = [place for place in _files[filename][1].get(line, []) if _fits(place[0], code)]
    if len(found) > 1:
        made = _compiled(text, code)
        found = [place for place, other in zip(found, made) if _essence(other) == _essence(code)]
    if found:
        return Source(gast.ast_to_gast(found[0][0]), filename, found[0][1])
    if text and not filename.startswith("<"):  # a name such as <string>, which other text goes by too
        raise CannotRewrite(f"{filename} was changed after it was defined: import it again")
    how = "its text into linecache.cache under the name it is compiled with"
    raise CannotRewrite(
        f"its source is not available ({filename}): put it into a file that is imported, or {how}"
    )


def _indexed(tree: ast.AST, class_name: str | None = None, index: _Index | None = None) -> _Index:
    """Every function in a tree by first line (a decorated function starts at its first decorator)."""
    index = {} if index is None else index
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            first = min([child.lineno, *(d.lineno for d in getattr(child, "decorator_list", []))])
            index.setdefault(first, []).append((child, class_name))
        _indexed(child, child.name if isinstance(child, ast.ClassDef) else class_name, index)
    return index


def _fits(node: Any, code: types.CodeType) -> bool:
    a, flags = node.args, code.co_flags
    counts = (len(a.posonlyargs) + len(a.args), len(a.posonlyargs), len(a.kwonlyargs))
    return (
        getattr(node, "name", "<lambda>") == code.co_name
        and counts == (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount)
        and (a.vararg is not None, a.kwarg is not None)
        == (bool(flags & inspect.CO_VARARGS), bool(flags & inspect.CO_VARKEYWORDS))
    )


def _compiled(text: str, code: types.CodeType) -> list[types.CodeType]:
    """The code objects of the lambdas that fit, in the order of `_indexed`: each is compiled on a line of its own."""
    tree, far = ast.parse(text), 1_000_000
    nodes: list[Any] = [node for node, _ in _indexed(tree)[code.co_firstlineno] if _fits(node, code)]
    for i, node in enumerate(nodes):
        node.lineno = node.end_lineno = far + i
        node.col_offset = node.end_col_offset = 0
    module = compile(tree, code.co_filename, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    found = {made.co_firstlineno: made for made in code_objects(module)}
    return [found[far + i] for i in range(len(nodes))]


def code_objects(code: types.CodeType) -> Iterator[types.CodeType]:
    """A code object and those of all that is defined inside it, outer ones first."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from code_objects(constant)


def _essence(code: types.CodeType) -> list[Any]:
    """All but the line. (Python 3.10 knows no columns: lambdas that are equal there mean the same.)"""
    columns = [place[2:] for place in code.co_positions()] if hasattr(code, "co_positions") else []
    constants = [repr(c) for c in code.co_consts if not isinstance(c, types.CodeType)]
    names = [code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars]
    return [code.co_code, names, constants, columns]
