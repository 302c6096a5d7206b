"""and, or, not, chained comparisons, `in` and the conditional expression become operators.

before                              after
    a and f(b)                          _jit.and_(a, lambda: f(b))
    if a and f(b):                      if _jit.both_(a, lambda: f(b)):
    not a                               _jit.not_(a)
    0 < f(n) < 3                        _jit.chain(0, '<', lambda: f(n), '<', lambda: 3)
    k in d, sizes == [2, 3]             _jit.in_(k, d), _jit.eq(sizes, [2, 3])
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

from ..scopes import binds
from .build import Pass, at, name, operator, suspends, thunk

_COMPARE = {
    gast.Lt: "<", gast.LtE: "<=", gast.Gt: ">", gast.GtE: ">=", gast.Eq: "==", gast.NotEq: "!=", gast.Is: "is",
    gast.IsNot: "is not", gast.In: "in", gast.NotIn: "not in",
}  # fmt: skip
_TESTS = {
    gast.Eq: "eq", gast.NotEq: "ne", gast.In: "in_", gast.NotIn: "not_in", gast.Is: "is_", gast.IsNot: "is_not",
}  # fmt: skip

#: The second are those of which only the truth is asked for.
_BOOLEAN = {gast.And: ("and_", "both_"), gast.Or: ("or_", "either_")}


def _ask(test: gast.AST) -> None:
    """Note that of an expression (and of the operands that decide it) only the truth matters."""
    if isinstance(test, gast.BoolOp):
        test.asked = True
        for value in test.values:
            _ask(value)


class Logic(Pass):
    def visit_BoolOp(self, node: gast.BoolOp) -> gast.AST:
        first, *others = node.values
        if not self._can_wait(others):
            self.generic_visit(node)
            node.values[:-1] = [at(v, operator("truth", v)) for v in node.values[:-1]]
            return node
        which = _BOOLEAN[type(node.op)][hasattr(node, "asked")]
        return operator(which, self.visit(first), *map(self._waiting, others))

    def visit_If(self, node: gast.If) -> gast.AST:
        _ask(node.test)
        return self.generic_visit(node)

    visit_While = visit_Assert = visit_If

    def visit_UnaryOp(self, node: gast.UnaryOp) -> gast.AST:
        if not isinstance(node.op, gast.Not):
            return self.generic_visit(node)
        _ask(node.operand)
        return operator("not_", self.visit(node.operand))

    def visit_IfExp(self, node: gast.IfExp) -> gast.AST:
        _ask(node.test)
        if self._can_wait([node.body, node.orelse]):
            return operator("ifexp", self.visit(node.test), *map(self._waiting, (node.body, node.orelse)))
        self.generic_visit(node)
        node.test = at(node.test, operator("truth", node.test))
        return node

    def visit_Compare(self, node: gast.Compare) -> gast.AST:
        if len(node.ops) == 1:
            self.generic_visit(node)
            which = _TESTS.get(type(node.ops[0]))
            return operator(which, node.left, *node.comparators) if which else node
        if not self._can_wait(node.comparators):
            return self.generic_visit(node)
        parts = [self.visit(node.left)]
        for op, right in zip(node.ops, node.comparators, strict=True):
            parts += [_COMPARE[type(op)], self._waiting(right)]
        return operator("chain", *parts)

    def _can_wait(self, trees: list[gast.AST]) -> bool:
        """Whether expressions can be put into functions of their own."""
        return not suspends(trees) and (self.can_hoist or not binds(trees))

    def _waiting(self, tree: gast.AST) -> gast.AST:
        """An expression as a function that gives its value."""
        if binds([tree]):  # which takes a statement
            return at(tree, name(self.outline(tree, "_then", [gast.Return(tree)]).name))
        return at(tree, self.visit(thunk(tree)))
