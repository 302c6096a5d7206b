"""CPython compiles at most 20 nested blocks; deeper parts become a local function, called on the spot.

before (16 levels down)             after
    for _arm in _jit.if_(...):          def _deeper():
        ...                                 nonlocal y
                                            for _arm in _jit.if_(...):
                                                ...
                                        _deeper()

Long chains of `elif` nest that deep.
"""

from __future__ import annotations

import gast

from ..scopes import Scope, stores
from .build import Names, at, function, name, suspends

__all__ = ["limit_nesting"]

#: CPython's own limit is 20 (21 from 3.12 on); the rest is left to the function's own try and with blocks.
DEEPEST = 12

_BLOCKS = (gast.For, gast.While, gast.With, gast.Try, gast.AsyncFor, gast.AsyncWith)


def limit_nesting(owner: gast.FunctionDef | gast.AsyncFunctionDef, names: Names) -> None:
    """Outline what is nested too deep in one function, in place."""
    scope = Scope.of(owner)
    _limit(owner, 0, scope, names)
    names.keep_local(owner, set(scope.local) - Scope.of(owner).local)


def _limit(tree: gast.AST, depth: int, scope: Scope, names: Names) -> None:
    for part in (tree, *getattr(tree, "handlers", ())):
        for fieldname in ("body", "orelse", "finalbody"):
            stmts = getattr(part, fieldname, None)
            if isinstance(stmts, list):
                setattr(part, fieldname, [new for s in stmts for new in _statement(s, depth, scope, names)])


def _statement(stmt: gast.AST, depth: int, scope: Scope, names: Names) -> list[gast.AST]:
    if isinstance(stmt, (gast.FunctionDef, gast.AsyncFunctionDef, gast.ClassDef)):
        return [stmt]
    if isinstance(stmt, _BLOCKS) and depth >= DEEPEST and not suspends([stmt]):
        return _outlined(stmt, scope, names)
    _limit(stmt, depth + isinstance(stmt, _BLOCKS), scope, names)
    return [stmt]


def _outlined(stmt: gast.AST, scope: Scope, names: Names) -> list[gast.AST]:
    bound = stores([stmt])
    declare = [
        kind(sorted(part))
        for kind, part in ((gast.Global, bound & scope.global_), (gast.Nonlocal, bound - scope.global_))
        if part
    ]
    definition = at(stmt, function(names.fresh("_deeper"), [*declare, stmt]))
    inner = Scope(frozenset(), frozenset(), scope.global_, scope.nonlocal_ | bound)
    _limit(definition, 0, inner, names)
    return [definition, at(stmt, gast.Expr(gast.Call(name(definition.name), [], [])))]
