"""CPython compiles at most 20 nested blocks; deeper parts become a local function, called on the spot.

before (16 levels down)             after
    for _arm in _jit.if_(...):          def _deeper():
        ...                                 nonlocal y
                                            for _arm in _jit.if_(...):
                                                ...
                                        _deeper()

Long chains of `elif` nest that deep.
"""

from __future__ import annotations

import gast

from .build import Pass, suspends, template

#: CPython's own limit is 20 (21 from 3.12 on); the rest is left to the function's own try and with blocks.
_DEEPEST = 12


class Nesting(Pass):
    def visit_For(self, node: gast.AST) -> gast.AST:
        owner = self.owner
        if owner.depth >= _DEEPEST and not hasattr(node, "whole") and not suspends([node]):
            return template("DEEPER()", DEEPER=self.outline(node, "_deeper", [node]).name)[0]
        owner.depth += 1
        self.generic_visit(node)
        owner.depth -= 1
        return node

    visit_While = visit_With = visit_Try = visit_TryStar = visit_AsyncFor = visit_AsyncWith = visit_For
