"""f-strings and `%` formatting become operators, so that a text may depend on tensors.

before                              after
    f"n = {n:.2f}!"                     _jit.text('n = ', _jit.piece(n, -1, '.2f'), '!')
    "n = %s" % n                        _jit.percent("n = %s", n)
"""

from __future__ import annotations

import gast

from .build import Pass, operator


class Texts(Pass):
    def visit_JoinedStr(self, node: gast.JoinedStr) -> gast.AST:
        self.generic_visit(node)
        return operator("text", *node.values)

    def visit_FormattedValue(self, node: gast.FormattedValue) -> gast.AST:
        self.generic_visit(node)
        return operator("piece", node.value, node.conversion, node.format_spec or "")

    def visit_BinOp(self, node: gast.BinOp) -> gast.AST:
        self.generic_visit(node)
        text = isinstance(node.left, gast.Constant) and isinstance(node.left.value, str)
        return operator("percent", node.left, node.right) if text and isinstance(node.op, gast.Mod) else node
