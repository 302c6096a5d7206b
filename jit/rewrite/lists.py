"""Lists made by the function can grow inside a graph.

before                              after
    ys = []                             ys = _jit.list_([])
    d = {'a': [x]}                      d = _jit.made({'a': _jit.list_([x])})
    y = x.reshape([2, 3])               y = x.reshape([2, 3])

Displays that are an argument, an index or a loop's iterable are left alone unless they are empty: nothing appends to
them.
"""

from __future__ import annotations

import gast

from .build import Pass, at, operator

__all__ = ["Lists"]


class Lists(Pass):
    """See the module."""

    def visit_List(self, node: gast.List) -> gast.AST:
        self.generic_visit(node)
        if isinstance(node.ctx, gast.Load) and not node.elts:
            return at(node, operator("list_", node))
        return node

    def visit_Dict(self, node: gast.Dict) -> gast.AST:
        self.generic_visit(node)
        return at(node, operator("made", node))

    visit_Set = visit_Dict

    def visit_Assign(self, node: gast.Assign) -> gast.AST:
        self.generic_visit(node)
        node.value = _kept(node.value)
        return node

    visit_AnnAssign = visit_Assign
    visit_Return = visit_Assign


def _kept(value: gast.AST | None) -> gast.AST | None:
    """The displays in a value that is bound to a name as a whole."""
    if isinstance(value, gast.List) and value.elts:
        value.elts = [_kept(e) for e in value.elts]
        return at(value, operator("list_", value))
    if isinstance(value, gast.Tuple):
        value.elts = [_kept(e) for e in value.elts]
    elif isinstance(value, gast.Call) and getattr(value.func, "attr", "") == "made":
        table = value.args[0]
        if isinstance(table, gast.Dict):
            table.values = [_kept(v) for v in table.values]
    return value
