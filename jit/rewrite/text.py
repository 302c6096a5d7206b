"""f-strings and `%` formatting become operators, so that a text may depend on tensors.

before                              after
    f"n = {n:.2f}!"                     _jit.text('n = ', _jit.piece(n, -1, '.2f'), '!')
    "n = %s" % n                        _jit.percent("n = %s", n)
"""

from __future__ import annotations

import gast

from .build import Pass, at, constant, operator

__all__ = ["Texts"]


class Texts(Pass):
    """See the module."""

    def visit_JoinedStr(self, node: gast.JoinedStr) -> gast.AST:
        self.generic_visit(node)
        return at(node, operator("text", *node.values))

    def visit_FormattedValue(self, node: gast.FormattedValue) -> gast.AST:
        self.generic_visit(node)
        spec = constant("") if node.format_spec is None else node.format_spec
        return at(node, operator("piece", node.value, constant(node.conversion), spec))

    def visit_BinOp(self, node: gast.BinOp) -> gast.AST:
        self.generic_visit(node)
        text = isinstance(node.left, gast.Constant) and isinstance(node.left.value, str)
        if not text or not isinstance(node.op, gast.Mod):
            return node
        return at(node, operator("percent", node.left, node.right))
