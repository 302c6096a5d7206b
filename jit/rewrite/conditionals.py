"""`if` becomes a loop over the branches to run, so that a graph can run both.

before                              after
    if t:                               for _arm in _jit.if_(t, _state, ('y',)):
        y = x + 1                           if _arm:
    else:                                       y = x + 1
        y = x - 1                           else:
                                                y = x - 1

For a Python condition the operator gives one branch; for a tensor it gives True and then False, records each into a
block of its own, and merges the names (here `y`) that the branches bind and that are read later. The code stays in
its function: no closures, no change of frame. `None` in place of the names says that the branch suspends the
function (yield), which no graph can do.
"""

from __future__ import annotations

import gast

from .build import STATE, Pass, at, template


class Conditionals(Pass):
    """`node.state` (from the analysis) holds the names to merge."""

    def visit_If(self, node: gast.If) -> gast.AST:
        self.generic_visit(node)
        if isinstance(node.test, gast.Constant) or not hasattr(node, "state"):
            return node
        parts = {
            "TEST": node.test,
            "STATE": STATE,
            "NAMES": node.state,
            "BODY": node.body,
            "ELSE": node.orelse,
        }
        [arms] = template(_ARMS, **parts)
        return at(node.test, arms)


_ARMS = """
for _arm in _jit.if_(TEST, STATE, 'NAMES'):
    if _arm:
        BODY
    else:
        ELSE
"""
