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

from .build import Pass, Statements, assign, name, suspends, template


class Yields(Pass):
    def visit_If(self, node: gast.If) -> gast.AST | Statements:
        self.generic_visit(node)
        body, orelse = _split(node.body), _split(node.orelse)
        if body is None or orelse is None or not len(body) == len(orelse) > 1:
            return node
        test, item = self.names.fresh("_test"), self.names.fresh("_yielded")
        done: Statements = [assign(test, node.test)]
        for steps in zip(body, orelse, strict=True):
            arms = [[*before, *([assign(item, value)] if value else [])] for before, value in steps]
            done.append(gast.If(name(test), arms[0] or [gast.Pass()], arms[1]))
            done += template("yield ITEM", ITEM=item)
        return done[:-1]


def _split(stmts: Statements) -> list[tuple[Statements, gast.AST | None]] | None:
    """The statements before each yield with what it yields, then the rest with None; None where another yield is."""
    parts: list[tuple[Statements, gast.AST | None]] = [([], None)]
    for stmt in stmts:
        if isinstance(stmt, gast.Expr) and isinstance(stmt.value, gast.Yield):
            parts[-1:] = [(parts[-1][0], stmt.value.value or gast.Constant(None, None)), ([], None)]
        elif suspends([stmt]):
            return None
        else:
            parts[-1][0].append(stmt)
    return parts
