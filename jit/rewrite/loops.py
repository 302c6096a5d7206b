"""Loops ask an operator for their rounds.

before                              after
    while x.sum() < 10:                 for _round in _jit.while_(lambda: x.sum() < 10, _state, ('x',), ()):
        x = x * 2                           x = x * 2
    for v in xs:                        for v in _jit.for_(xs, _state, ('s',), ('_broke',)):
        s = s + v                           s = s + v
        _broke = ...                        _broke = ...

For Python values the rounds are Python's own (`for_` hands the iterable back as it is). For a tensor the operator
gives one round, records it as the body of a loop, and carries the names that change and are read later. The last
argument names the flags that end the loop.
"""

from __future__ import annotations

import gast

from .build import STATE, Pass, at, name, operator, template, thunk


class Loops(Pass):
    """`node.state` and `node.stop` come from the analysis and from lowering the exits."""

    def visit_While(self, node: gast.While) -> gast.AST:
        self.generic_visit(node)
        rounds = operator("while_", thunk(node.test), name(STATE), node.state, node.stop)
        return at(node.test, template("for _round in ROUNDS: BODY", ROUNDS=rounds, BODY=node.body)[0])

    def visit_For(self, node: gast.For) -> gast.AST:
        self.generic_visit(node)
        node.iter = at(node.iter, operator("for_", node.iter, name(STATE), node.state, node.stop))
        # As from CPython 3.13 on, a round belongs to what is iterated.
        return gast.copy_location(node, node.iter)

    def visit_AsyncFor(self, node: gast.AsyncFor) -> gast.AST:
        self.generic_visit(node)
        if node.stop:
            node.body += at(node, template(f"if {' or '.join(node.stop)}: break"))
        return node
