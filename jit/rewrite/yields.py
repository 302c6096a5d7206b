"""A condition around equally many yields decides what is yielded, not whether: the generator is suspended outside it.

before                              after
    if t:                               _test = t
        a = x + 1                       if _test:
        yield a                             a = x + 1
    else:                                   _yielded = a
        yield x                         else:
        x = -x                              _yielded = x
                                        yield _yielded
                                        if _test:
                                            pass
                                        else:
                                            x = -x

Both branches must yield equally often, in statements of their own; any other yield under a condition stays, and a
tensor as that condition is refused.
"""

from __future__ import annotations

import gast

from .build import Pass, assign, at, name, suspends

__all__ = ["Yields"]


class Yields(Pass):
    """See the module."""

    def visit_If(self, node: gast.If) -> gast.AST | list[gast.AST]:
        self.generic_visit(node)
        sides = [_split(node.body), _split(node.orelse)]
        if sides[0] is None or sides[1] is None or len(sides[0]) != len(sides[1]) or len(sides[0]) == 1:
            return node
        test, item = self.names.fresh("_test"), self.names.fresh("_yielded")
        done: list[gast.AST] = [assign(test, node.test)]
        for steps in zip(*sides, strict=True):
            arms = [[*before, *([assign(item, value)] if value else [])] for before, value in steps]
            done.append(gast.If(name(test), arms[0] or [gast.Pass()], arms[1]))
            if steps[0][1] is not None:
                done.append(gast.Expr(gast.Yield(name(item))))
        return [at(node, stmt) for stmt in done]


def _split(stmts: list[gast.AST]) -> list[tuple[list[gast.AST], gast.AST | None]] | None:
    """The statements before each yield with what it yields, then the rest with None; None where another yield is."""
    parts: list[tuple[list[gast.AST], gast.AST | None]] = []
    before: list[gast.AST] = []
    for stmt in stmts:
        if isinstance(stmt, gast.Expr) and isinstance(stmt.value, gast.Yield):
            parts.append((before, stmt.value.value or gast.Constant(None, None)))
            before = []
        elif suspends([stmt]):
            return None
        else:
            before.append(stmt)
    return [*parts, (before, None)]
