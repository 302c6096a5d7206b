"""Reads of names that may be unbound there, of attributes and of items are looked at when they happen.

before                              after
    if t:                               if t:
        y = 1                               y = 1
    return y                            return _jit.read(lambda: y, 'y')
    return lambda: y                    return lambda: _jit.read_outer(y, 'y')
    self.cfg.scale, rows[i]             _jit.attr(self, 'cfg.scale'), _jit.item(rows, i)

The first two refuse a value that only one branch of a tensor condition has bound. The first also gives Python's own
error for a local name, wherever the read has been moved. Reads of names that are certain (nearly all) stay as they
are. The other two note what the program depends on, and find properties and `__getitem__` of the user's.
"""

from __future__ import annotations

import gast

from .build import Pass, index, is_operator, operator, thunk


class Reads(Pass):
    """`node.unsure` comes from the analysis."""

    def visit_Name(self, node: gast.Name) -> gast.AST:
        unsure = getattr(node, "unsure", None)
        if unsure is None or not isinstance(node.ctx, gast.Load):
            return node
        node.unsure = None
        return (
            operator("read", thunk(node), node.id)
            if unsure == "own"
            else operator("read_outer", node, node.id)
        )

    def visit_Attribute(self, node: gast.Attribute) -> gast.AST:
        if hasattr(node, "generated"):
            return node
        self.generic_visit(node)
        if not isinstance(node.ctx, gast.Load):
            return node
        whole, path = node.value, self.names.private(node.attr)
        if is_operator(whole, "attr"):  # a chain becomes one read
            whole, path = whole.args[0], f"{whole.args[1].value}.{path}"
        return operator("attr", whole, path)

    def visit_Subscript(self, node: gast.Subscript) -> gast.AST:
        self.generic_visit(node)
        return operator("item", node.value, index(node.slice)) if isinstance(node.ctx, gast.Load) else node

    def visit_MatchValue(self, node: gast.AST) -> gast.AST:
        return node  # a pattern: names and attributes in it are not expressions

    visit_MatchClass = visit_MatchValue
