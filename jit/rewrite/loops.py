"""`if` and loops ask an operator which branches to run, and for their rounds: so a graph can have all of them.

before                              after
    if t:                               for _arm in _jit.if_(t, _state, ('y',)):
        y = x + 1                           try:
    else:                                       if _arm:
        y = x - 1                                   y = x + 1
                                                else:
                                                    y = x - 1
                                            except:
                                                if _jit.fails(_arm):
                                                    raise
    while x.sum() < 10:                 for _round in _jit.while_(lambda: x.sum() < 10, _state, ('x',), ()):
        x = x * 2                           x = x * 2
    for v in xs:                        for v in _jit.for_(xs, _state, ('s',), ('_broke',)):
        s = s + v                           s = s + v
        _broke = ...                        _broke = ...

For Python values there is one branch, and the rounds are Python's own (`for_` hands the iterable back as it is). For
a tensor `if_` gives True and then False, records each branch into a block of its own, and merges the names that the
branches bind and that are read later; a loop's operator gives one round, records it as the body, and carries such
names. What fails in a branch on a tensor fails when the graph comes there (`fails`), unless a `try` or `with` around
it may handle that. The code stays in its function: no closures, no change of frame. None in place of the names says
that the code suspends the function (yield), which no graph can do. The last argument of a loop names the flags that
end it.
"""

from __future__ import annotations

import gast

from .build import STATE, Pass, at, name, operator, template, thunk
from .effects import Effects

#: Failures in the branches of ifs inside so many others are refused: each level is two more of a tree, which is
#: visited recursively.
_DEEPEST = 16


class Loops(Pass):
    """`node.state` and `node.stop` come from the analysis and from lowering the exits."""

    def visit_If(self, node: gast.If) -> gast.AST:
        self.owner.depth += 1
        self.generic_visit(node)
        self.owner.depth -= 1
        if isinstance(node.test, gast.Constant) or not hasattr(node, "state"):
            return node
        arm = self.names.fresh("_arm")
        test, node.test = node.test, at(node.test, name(arm))
        parts = {"ARM": arm, "ARMS": operator("if_", test, name(STATE), node.state)}
        parts["BRANCHES"] = [gast.copy_location(node, test)]
        if node.state is not None and not self.owner.handled and self.owner.depth < _DEEPEST:
            parts["BRANCHES"] = [attempt] = template(
                "try: BRANCHES\nexcept:\n    if _jit.fails(ARM): raise", **parts
            )
            attempt.whole = True  # (it stays in its loop)
        return at(test, template("for ARM in ARMS: BRANCHES", **parts)[0])

    visit_Try = visit_TryStar = Effects.visit_Try

    def visit_With(self, node: gast.With) -> gast.AST:
        around, self.owner.handled = self.owner.handled, True  # for all we know
        self.generic_visit(node)
        self.owner.handled = around
        return node

    visit_AsyncWith = visit_With

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
