"""and, or, not, chained comparisons, `in` and the conditional expression become operators.

before                              after
    a and f(b)                          _jit.and_(a, lambda: f(b))
    if a and f(b):                      if _jit.both_(a, lambda: f(b)):
    not a                               _jit.not_(a)
    0 < f(n) < 3                        _jit.chain(0, '<', lambda: f(n), '<', lambda: 3)
    k in d                              _jit.in_(k, d)
    x is None                           _jit.is_(x, None)
    p if t else q                       _jit.ifexp(t, lambda: p, lambda: q)
    t and (n := g()) > 0                def _then():
                                            nonlocal n
                                            return (n := g()) > 0
                                        _jit.and_(t, _then)

What may be skipped is a thunk, so that it is skipped. Where an operand suspends the function (yield, await) it
cannot be one: the construct stays Python's, and a tensor that decides it is refused.
"""

from __future__ import annotations

import gast

from ..scopes import Scope
from .build import Names, Pass, at, binds_in_expression, constant, function, operator, suspends, thunk

__all__ = ["Logic"]

_COMPARE = {
    gast.Lt: "<", gast.LtE: "<=", gast.Gt: ">", gast.GtE: ">=", gast.Eq: "==", gast.NotEq: "!=", gast.Is: "is",
    gast.IsNot: "is not", gast.In: "in", gast.NotIn: "not in",
}  # fmt: skip
_TESTS = {gast.In: "in_", gast.NotIn: "not_in", gast.Is: "is_", gast.IsNot: "is_not"}


#: The operators by whether only the truth is asked for.
_BOOLEAN = {
    (gast.And, False): "and_", (gast.Or, False): "or_", (gast.And, True): "both_", (gast.Or, True): "either_",
}  # fmt: skip


def _ask(test: gast.AST) -> None:
    """Note that of an expression (and of the operands that decide it) only the truth matters."""
    if isinstance(test, gast.BoolOp):
        test.asked = True
        for value in test.values:
            _ask(value)


class Logic(Pass):
    """See the module."""

    def __init__(self, names: Names) -> None:
        super().__init__(names)
        self.scopes: list[Scope] = []
        self.bare = False
        self.moved: list[set[str]] = []  # names that only functions made here bind now

    def visit_FunctionDef(self, node: gast.FunctionDef) -> gast.AST:
        self.scopes.append(Scope.of(node))
        self.moved.append(set())
        self.generic_visit(node)
        self.names.keep_local(node, self.moved.pop() & self.scopes.pop().local)
        return node

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_BoolOp(self, node: gast.BoolOp) -> gast.AST:
        first, *others = node.values
        if not self._can_thunk(others):
            self.generic_visit(node)
            node.values = [at(v, operator("truth", v)) for v in node.values[:-1]] + node.values[-1:]
            return node
        which = _BOOLEAN[type(node.op), getattr(node, "asked", False)]
        return at(node, operator(which, self.visit(first), *map(self._thunk, others)))

    def visit_If(self, node: gast.If) -> gast.AST:
        _ask(node.test)
        return self.generic_visit(node)

    visit_While = visit_Assert = visit_If

    def visit_UnaryOp(self, node: gast.UnaryOp) -> gast.AST:
        if isinstance(node.op, gast.Not):
            _ask(node.operand)
        self.generic_visit(node)
        return at(node, operator("not_", node.operand)) if isinstance(node.op, gast.Not) else node

    def visit_IfExp(self, node: gast.IfExp) -> gast.AST:
        _ask(node.test)
        if not self._can_thunk([node.body, node.orelse]):
            self.generic_visit(node)
            node.test = at(node.test, operator("truth", node.test))
            return node
        return at(
            node, operator("ifexp", self.visit(node.test), self._thunk(node.body), self._thunk(node.orelse))
        )

    def visit_Compare(self, node: gast.Compare) -> gast.AST:
        if len(node.ops) == 1:
            self.generic_visit(node)
            which = _TESTS.get(type(node.ops[0]))
            return node if which is None else at(node, operator(which, node.left, node.comparators[0]))
        if not self._can_thunk(node.comparators):
            return self.generic_visit(node)
        parts = [self.visit(node.left)]
        for op, right in zip(node.ops, node.comparators, strict=True):
            parts += [constant(_COMPARE[type(op)]), self._thunk(right)]
        return at(node, operator("chain", *parts))

    def visit_Lambda(self, node: gast.Lambda) -> gast.AST:
        # A walrus in a lambda binds a name of the lambda, which no function inside could bind.
        around, self.bare = self.bare, bool(binds_in_expression(node.body))
        super().visit_Lambda(node)
        self.bare = around
        return node

    def _can_thunk(self, trees: list[gast.AST]) -> bool:
        return (
            not self.bare
            and not suspends(trees)
            and (self.can_hoist or not any(map(binds_in_expression, trees)))
        )

    def _thunk(self, tree: gast.AST) -> gast.AST:
        bound = binds_in_expression(tree)
        if not bound:
            self._pending.append(None)
            inner = self.visit(tree)
            self._pending.pop()
            return at(tree, thunk(inner))
        scope = self.scopes[-1]
        self.moved[-1] |= bound
        declare = [
            kind(sorted(part))
            for kind, part in ((gast.Global, bound & scope.global_), (gast.Nonlocal, bound - scope.global_))
            if part
        ]
        self._pending.append([])
        inner = self.visit(tree)
        body = [*declare, *(self._pending.pop() or []), gast.Return(inner)]
        definition = at(tree, function(self.names.fresh("_then"), body))
        self.hoist(definition)
        return at(tree, gast.Name(definition.name, gast.Load(), None, None))
