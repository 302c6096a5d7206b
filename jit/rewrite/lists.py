"""Lists made by the function can grow inside a graph.

before                              after
    ys = []                             ys = _jit.list_([])
    d = {'a': [x]}                      d = _jit.made({'a': _jit.list_([x])})
    a, *b = y                           a, *b = y; b = _jit.list_(b)
    y = x.reshape([2, 3])               y = x.reshape([2, 3])

Displays that are an argument, an index or a loop's iterable are left alone unless they are empty: nothing appends to
them.
"""

from __future__ import annotations

from typing import Any

import gast

from .build import Pass, assign, at, is_operator, name, operator


class Lists(Pass):
    def visit_List(self, node: gast.List) -> gast.AST:
        self.generic_visit(node)
        empty = isinstance(node.ctx, gast.Load) and not node.elts
        return operator("list_", node) if empty else node

    def visit_Dict(self, node: gast.Dict) -> gast.AST:
        return operator("made", self.generic_visit(node))

    visit_Set = visit_Dict

    def visit_Return(self, node: gast.Return) -> gast.AST:
        self.generic_visit(node)
        node.value = _kept(node.value)
        return node

    visit_AnnAssign = visit_Return

    def visit_Assign(self, node: gast.Assign) -> list[gast.AST]:
        starred = [t.value for t in gast.walk(gast.Tuple(node.targets)) if isinstance(t, gast.Starred)]
        names = [t.id for t in starred if isinstance(t, gast.Name)]
        return [self.visit_Return(node), *(assign(n, at(node, operator("list_", name(n)))) for n in names)]


def _kept(value: Any) -> Any:
    """The displays in a value that is bound to a name as a whole."""
    if isinstance(value, gast.List) and value.elts:
        value.elts = list(map(_kept, value.elts))
        return at(value, operator("list_", value))
    if isinstance(value, gast.Tuple):
        value.elts = list(map(_kept, value.elts))
    elif isinstance(value, gast.BinOp):
        value.left, value.right = _kept(value.left), _kept(value.right)
    elif isinstance(value, gast.Subscript):
        value.value = _kept(value.value)
    elif is_operator(value, "made") and isinstance(value.args[0], gast.Dict):
        value.args[0].values = list(map(_kept, value.args[0].values))
    return value
