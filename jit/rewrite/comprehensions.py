"""List, set and dict comprehensions become a local function with a loop, called on the spot.

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
Asynchronous ones stay.
"""

from __future__ import annotations

import copy

import gast

from ..scopes import Scope, own_nodes
from .build import Names, Pass, assign, at, binds_in_expression, function, name, operator, suspends

__all__ = ["Comprehensions"]


class Comprehensions(Pass):
    """See the module."""

    def __init__(self, names: Names) -> None:
        super().__init__(names)
        self.scopes: list[Scope] = []
        self.moved: list[set[str]] = []  # names that only functions made here bind now

    def visit_FunctionDef(self, node: gast.FunctionDef) -> gast.AST:
        self.scopes.append(Scope.of(node))
        self.moved.append(set())
        self.generic_visit(node)
        self.names.keep_local(node, self.moved.pop() & self.scopes.pop().local)
        return node

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: gast.Lambda) -> gast.AST:
        """A lambda with a comprehension or a walrus in it becomes a function too: it needs statements."""
        loops = any(isinstance(n, (gast.ListComp, gast.DictComp)) for n in own_nodes([node.body]))
        defaults = [d for d in (*node.args.defaults, *node.args.kw_defaults) if d is not None]
        if (
            not self.can_hoist
            or not (loops or binds_in_expression(node.body))
            or suspends([node.body])
            or not all(isinstance(d, gast.Constant) for d in defaults)
        ):
            return super().visit_Lambda(node)
        definition = at(node, function(self.names.fresh("_lambda"), [gast.Return(node.body)]))
        definition.args = node.args
        self.hoist(self.visit(definition))
        return at(node, name(definition.name))

    def visit_ListComp(self, node: gast.ListComp) -> gast.AST:
        return self._lower(node, gast.List([], gast.Load()), "append", node.elt)

    def visit_SetComp(self, node: gast.SetComp) -> gast.AST:
        return self._lower(node, gast.Call(name("set"), [], []), "add", node.elt)

    def visit_DictComp(self, node: gast.DictComp) -> gast.AST:
        return self._lower(node, gast.Dict([], []), None, node.value)

    def visit_GeneratorExp(self, node: gast.GeneratorExp) -> gast.AST:
        if not self.can_hoist or suspends([node]) or binds_in_expression(node):
            return self.generic_visit(node)
        listed = self.visit_ListComp(
            copy.deepcopy(gast.copy_location(gast.ListComp(node.elt, node.generators), node))
        )
        items = self.names.fresh("_items")
        node.generators[0].iter = name(items)
        lazily = gast.Lambda(function("_", [], [items]).args, self.generic_visit(node))
        return at(node, operator("generated", *listed.args, lazily, listed.func))

    def _lower(self, node: gast.AST, empty: gast.AST, method: str | None, element: gast.AST) -> gast.AST:
        bound = binds_in_expression(node)
        shadowed = isinstance(node, gast.SetComp)  # an empty set has no display; `set` may be the user's own
        if not self.can_hoist or suspends([node]) or shadowed:
            return self.generic_visit(node)
        stem = f"_{type(node).__name__.lower()}"
        made, items = self.names.fresh("_made"), self.names.fresh("_items")
        if method is None:
            slot = gast.Subscript(name(made), node.key, gast.Store())
            body: list[gast.AST] = [gast.Assign([slot], element, None)]
            if any(isinstance(n, gast.NamedExpr) for part in (node.key, element) for n in gast.walk(part)):
                return self.generic_visit(node)  # Python evaluates the key first, an assignment the value
        else:
            add = gast.Call(gast.Attribute(name(made), method, gast.Load()), [element], [])
            body = [gast.Expr(add)]
        for i, generator in reversed(list(enumerate(node.generators))):
            for test in reversed(generator.ifs):
                body = [gast.If(test, body, [])]
            body = [gast.For(generator.target, generator.iter if i else name(items), body, [], None)]
        body = [assign(made, empty), *body, gast.Return(name(made))]
        if bound:
            scope = self.scopes[-1]
            self.moved[-1] |= bound
            for kind, part in ((gast.Global, bound & scope.global_), (gast.Nonlocal, bound - scope.global_)):
                body = [kind(sorted(part)), *body] if part else body
        first = self.visit(node.generators[0].iter)
        definition = at(node, function(self.names.fresh(stem), body, [items]))
        definition.immediate = True
        self.hoist(self.visit(definition))
        call = gast.Call(name(definition.name), [first], [])
        call.generated = True
        return at(node, call)
