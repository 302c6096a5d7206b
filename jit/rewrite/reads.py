"""Reads of a name that may be unbound there are looked at when they happen.

before                              after
    if t:                               if t:
        y = 1                               y = 1
    return y                            return _jit.read(lambda: y, 'y')
    return lambda: y                    return lambda: _jit.read_outer(y, 'y')

The operators refuse a value that only one branch of a tensor condition has bound. The first also gives Python's own
error for a local name, wherever the read has been moved. Reads that are certain (nearly all) stay as they are.
"""

from __future__ import annotations

import gast

from .build import Pass, at, constant, operator, thunk

__all__ = ["Reads"]


class Reads(Pass):
    """See the module. `node.unsure` comes from the analysis."""

    def visit_Name(self, node: gast.Name) -> gast.AST:
        unsure = getattr(node, "unsure", None)
        if unsure is None or not isinstance(node.ctx, gast.Load):
            return node
        node.unsure = None
        if unsure == "own":
            return at(node, operator("read", thunk(node), constant(node.id)))
        return at(node, operator("read_outer", node, constant(node.id)))
