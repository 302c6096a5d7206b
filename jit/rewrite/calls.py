"""Every call goes through an operator that may know a graph's version of the callee.

before                              after
    y = helper(x, k=2)                  y = _jit.call(helper)(x, k=2)
    paddle.nn.functional.relu(x)        _jit.method(paddle, 'nn.functional.relu')(x)
    super().forward(x)                  _jit.method(_jit.call(super)(__class__, self), 'forward')(x)

The callee is decided by object at run time, never by its spelling: a user's function is rewritten itself, `range`
and `len` get versions that know tensors, everything else is handed back as it is.
"""

from __future__ import annotations

import gast

from ..scopes import parameters
from .build import Pass, at, is_operator, name, operator


class Calls(Pass):
    def visit_Call(self, node: gast.Call) -> gast.AST:
        self.generic_visit(node)
        is_super = isinstance(node.func, gast.Name) and node.func.id == "super"
        if is_super and not node.args and not node.keywords and (own := parameters(self.owner.node)):
            # Written out, so that it also works inside the lambdas that later passes make.
            node.args = [at(node, name("__class__")), at(node, name(own[0]))]
        if is_operator(node.func, "attr"):
            node.func = at(node.func, operator("method", *node.func.args))
        elif not hasattr(node, "generated"):
            node.func = at(node.func, operator("call", node.func))
        return node
