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

from .build import Pass, assign, at, constant, name, operator, suspends, thunk

__all__ = ["Exceptions"]


class Exceptions(Pass):
    """See the module. `handled` says whether a `try` of the same function is around."""

    handled = False

    def visit_FunctionDef(self, node: gast.FunctionDef) -> gast.AST:
        around, self.handled = self.handled, False
        self.generic_visit(node)
        self.handled = around
        return node

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Try(self, node: gast.Try) -> gast.AST:
        around, self.handled = self.handled, self.handled or bool(node.handlers)
        node.body = self.block(node.body)
        self.handled = around
        node.handlers = [self.visit(h) for h in node.handlers]
        node.orelse, node.finalbody = self.block(node.orelse), self.block(node.finalbody)
        return node

    visit_TryStar = visit_Try

    def visit_Raise(self, node: gast.Raise) -> gast.AST | list[gast.AST]:
        self.generic_visit(node)
        if node.exc is None:
            return node
        error = self.names.fresh("_error")
        cause = constant(None) if node.cause is None or suspends([node.cause]) else thunk(node.cause)
        again = gast.If(
            operator("raises", name(error), cause, constant(self.handled)),
            [gast.Raise(name(error), node.cause)],
            [],
        )
        return [at(node, assign(error, node.exc)), at(node, again)]

    def visit_ExceptHandler(self, node: gast.ExceptHandler) -> gast.AST:
        self.generic_visit(node)
        node.body = [at(node, gast.Expr(operator("caught"))), *node.body]
        return node

    def visit_Assert(self, node: gast.Assert) -> gast.AST:
        self.generic_visit(node)
        if node.msg is not None and suspends([node.msg]):
            node.test = at(node.test, operator("truth", node.test))
            return node
        message = [] if node.msg is None else [thunk(node.msg)]
        check = gast.Expr(operator("assert_", node.test, *message))
        return at(node, gast.If(name("__debug__"), [check], []))
