"""List and dict comprehensions become a local function with a loop, called on the spot.

before                                  after
    y = [f(v) for v in xs if v > 0]         def _listcomp(_items):
                                                _made = []
                                                for v in _items:
                                                    if v > 0:
                                                        _made.append(f(v))
                                                return _made
                                            y = _listcomp(xs)

    any(f(v) for v in xs)                   any(_jit.generated(xs, lambda _items: (f(v) for v in _items), _listcomp))

That is what a comprehension means in Python: the first iterable is evaluated outside, the rest in a scope of its
own. A generator expression is lazy and stays so, except over a tensor of the graph: its items are those of the list.
Asynchronous ones stay, and sets, whose elements are found by hash.
"""

from __future__ import annotations

import copy
from typing import Any

import gast

from ..scopes import binds, own_nodes
from .build import Pass, at, expression, function, name, operator, suspends, template


class Comprehensions(Pass):
    def visit_Lambda(self, node: gast.Lambda) -> gast.AST:
        """A lambda with a comprehension or a walrus in it becomes a function too: it needs statements."""
        loops = any(isinstance(n, (gast.ListComp, gast.DictComp)) for n in own_nodes([node.body]))
        constant = all(
            isinstance(d, (gast.Constant, type(None))) for d in (*node.args.defaults, *node.args.kw_defaults)
        )
        if not self.can_hoist or not (loops or binds([node.body])) or suspends([node.body]) or not constant:
            return super().visit_Lambda(node)
        definition = at(node, function(self.names.fresh("_lambda"), [gast.Return(node.body)]))
        definition.args = node.args
        return self.hoist(definition)

    def visit_ListComp(self, node: gast.ListComp) -> gast.AST:
        return self._lower(node, "MADE = []\nLOOPS\nreturn MADE", "MADE.append(ELEMENT)", ELEMENT=node.elt)

    def visit_DictComp(self, node: gast.DictComp) -> gast.AST:
        # (An assignment by itself evaluates the value before the key.)
        add = "FIRST = KEY\nMADE[FIRST] = ELEMENT"
        parts = {"FIRST": self.names.fresh("_key"), "KEY": node.key, "ELEMENT": node.value}
        return self._lower(node, "MADE = {}\nLOOPS\nreturn MADE", add, **parts)

    def visit_GeneratorExp(self, node: gast.GeneratorExp) -> gast.AST:
        if not self.can_hoist or suspends([node]) or binds([node]):
            return self.generic_visit(node)
        listed = self.visit(copy.deepcopy(gast.copy_location(gast.ListComp(node.elt, node.generators), node)))
        items = self.names.fresh("_items")
        node.generators[0].iter = name(items)
        lazily = expression(f"lambda {items}: LAZY", LAZY=self.generic_visit(node))
        return operator("generated", *listed.args, lazily, listed.func)

    def _lower(self, node: gast.AST, whole: str, add: str, **parts: Any) -> gast.AST:
        if not self.can_hoist or suspends([node]):
            return self.generic_visit(node)
        made, items = self.names.fresh("_made"), self.names.fresh("_items")
        body = template(add, MADE=made, **parts)
        for generator in reversed(node.generators):
            for test in reversed(generator.ifs):
                body = [gast.If(test, body, [])]
            source = name(items) if generator is node.generators[0] else generator.iter
            body = [gast.For(generator.target, source, body, [], None)]
        first = self.visit(node.generators[0].iter)
        body = template(whole, MADE=made, LOOPS=body)
        definition = self.outline(node, f"_{type(node).__name__.lower()}", body, [items])
        definition.immediate = True
        call = gast.Call(name(definition.name), [first], [])
        call.generated = True
        return call
