"""raise and assert, which inside a branch on a tensor must wait until the graph runs.

before                              after
    raise E(x)                          _error = E(x)
                                        if _jit.raises(_error, None, False):
                                            raise _error
    assert t, message                   if __debug__:
                                            _jit.assert_(t, lambda: message)
"""

from __future__ import annotations

import gast

from .build import Pass, at, name, operator, suspends, template, thunk


class Exceptions(Pass):
    def visit_Try(self, node: gast.Try) -> gast.AST:
        owner, around = self.owner, self.owner.handled
        owner.handled = around or bool(node.handlers)
        node.body = self.block(node.body)
        owner.handled = around
        node.handlers = [self.visit(h) for h in node.handlers]
        node.orelse, node.finalbody = self.block(node.orelse), self.block(node.finalbody)
        return node

    visit_TryStar = visit_Try

    def visit_Raise(self, node: gast.Raise) -> gast.AST | list[gast.AST]:
        self.generic_visit(node)
        if node.exc is None:
            return node
        cause = None if node.cause is None or suspends([node.cause]) else thunk(node.cause)
        error, handled = self.names.fresh("_error"), self.owner.handled
        again = gast.Raise(name(error), node.cause)
        return template(_RAISE, ERROR=error, EXC=node.exc, CAUSE=cause, HANDLED=handled, AGAIN=[again])

    def visit_ExceptHandler(self, node: gast.ExceptHandler) -> gast.AST:
        self.generic_visit(node)
        node.body = [at(node, gast.Expr(operator("caught"))), *node.body]
        return node

    def visit_Assert(self, node: gast.Assert) -> gast.AST:
        self.generic_visit(node)
        if node.msg is not None and suspends([node.msg]):
            node.test = at(node.test, operator("truth", node.test))
            return node
        check = operator("assert_", node.test, *([thunk(node.msg)] if node.msg else []))
        return template("if __debug__: CHECK", CHECK=[gast.Expr(check)])


_RAISE = """
ERROR = EXC
if _jit.raises(ERROR, 'CAUSE', 'HANDLED'):
    AGAIN
"""
