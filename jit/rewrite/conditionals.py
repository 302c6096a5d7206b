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

from .build import STATE, Pass, at, constant, name, names_tuple, operator, target

__all__ = ["Conditionals"]

ARM = "_arm"


class Conditionals(Pass):
    """See the module. `node.state` (from the analysis) holds the names to merge."""

    def visit_If(self, node: gast.If) -> gast.AST:
        self.generic_visit(node)
        if isinstance(node.test, gast.Constant) or not hasattr(node, "state"):
            return node
        names = constant(None) if node.state is None else names_tuple(node.state)
        arms = at(node.test, operator("if_", node.test, name(STATE), names))
        inner = gast.If(name(ARM), node.body, node.orelse)
        return at(node.test, gast.For(target(ARM), arms, [at(node, inner)], [], None))
