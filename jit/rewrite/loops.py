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

from .build import STATE, Pass, at, constant, name, names_tuple, operator, target, thunk

__all__ = ["Loops"]

ROUND = "_round"


class Loops(Pass):
    """See the module. `node.state` and `node.stop` come from the analysis and from lowering the exits."""

    def visit_While(self, node: gast.While) -> gast.AST:
        self.generic_visit(node)
        rounds = at(node.test, operator("while_", thunk(node.test), *self._arguments(node)))
        return at(node.test, gast.For(target(ROUND), rounds, node.body, [], None))

    def visit_For(self, node: gast.For) -> gast.AST:
        self.generic_visit(node)
        node.iter = at(node.iter, operator("for_", node.iter, *self._arguments(node)))
        return gast.copy_location(
            node, node.iter
        )  # as from CPython 3.13 on, a round belongs to what is iterated

    def visit_AsyncFor(self, node: gast.AsyncFor) -> gast.AST:
        self.generic_visit(node)
        if node.stop:
            flags = (
                gast.BoolOp(gast.Or(), [name(flag) for flag in node.stop])
                if node.stop[1:]
                else name(node.stop[0])
            )
            node.body.append(at(node, gast.If(flags, [gast.Break()], [])))
        return node

    def _arguments(self, node: gast.For | gast.While) -> list[gast.AST]:
        names = constant(None) if node.state is None else names_tuple(node.state)
        return [name(STATE), names, names_tuple(node.stop)]
