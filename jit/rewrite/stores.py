"""Writes to attributes and items become operators, so that a graph can follow them.

before                              after
    self.h = x + 1                      _jit.store_attr(x + 1, self, 'h')
    d[k] += v                           _to, _key = d, k
                                        _jit.store_item(_jit.iadd(_jit.item(_to, _key), v), _to, _key)
    o.a, b = pair                       _part, _part_1 = pair
                                        _jit.store_attr(_part, o, 'a')
                                        b = _part_1
    del d[k]                            _jit.del_item(d, k)

The order of evaluation is Python's: value, object, key.
"""

from __future__ import annotations

import gast

from .build import Pass, assign, at, constant, index, name, operator, target

__all__ = ["Stores"]

_AUGMENTED = {
    gast.Add: "iadd", gast.Sub: "isub", gast.Mult: "imul", gast.MatMult: "imatmul", gast.Div: "itruediv",
    gast.FloorDiv: "ifloordiv", gast.Mod: "imod", gast.Pow: "ipow", gast.LShift: "ilshift", gast.RShift: "irshift",
    gast.BitAnd: "iand", gast.BitOr: "ior", gast.BitXor: "ixor",
}  # fmt: skip


class Stores(Pass):
    """See the module."""

    def visit_Assign(self, node: gast.Assign) -> gast.AST | list[gast.AST]:
        node.value = self.visit(node.value)
        if not any(_has_place(t) for t in node.targets):
            return node
        if len(node.targets) == 1:
            return self._bind(node.targets[0], node.value, node)
        whole = self.names.fresh("_value")
        done: list[gast.AST] = [at(node, assign(whole, node.value))]
        for each in node.targets:
            done += self._bind(each, at(node, name(whole)), node)
        return done

    def visit_AnnAssign(self, node: gast.AnnAssign) -> gast.AST | list[gast.AST]:
        self.generic_visit(node)
        if node.value is None or not _has_place(node.target):
            return node
        return self._bind(node.target, node.value, node)

    def visit_AugAssign(self, node: gast.AugAssign) -> gast.AST | list[gast.AST]:
        node.value = self.visit(node.value)
        if not _has_place(node.target):
            return node
        to = self.names.fresh("_to")
        before = [assign(to, self.visit(node.target.value))]
        if isinstance(node.target, gast.Attribute):
            place: list[gast.AST] = [name(to), constant(self.names.private(node.target.attr))]
            now = operator("attr", *place)
        else:
            key = self.names.fresh("_key")
            before.append(assign(key, index(self.visit(node.target.slice))))
            place = [name(to), name(key)]
            now = operator("item", *place)
        value = operator(_AUGMENTED[type(node.op)], now, node.value)
        store = operator(
            "store_attr" if isinstance(node.target, gast.Attribute) else "store_item", value, *place
        )
        return [at(node, s) for s in (*before, gast.Expr(store))]

    def visit_Delete(self, node: gast.Delete) -> gast.AST | list[gast.AST]:
        if not any(_has_place(t) for t in node.targets):
            return node
        return [at(node, self._delete(t)) for t in node.targets]

    def _delete(self, place: gast.AST) -> gast.AST:
        if isinstance(place, gast.Attribute):
            return gast.Expr(
                operator("del_attr", self.visit(place.value), constant(self.names.private(place.attr)))
            )
        if isinstance(place, gast.Subscript):
            return gast.Expr(operator("del_item", self.visit(place.value), index(self.visit(place.slice))))
        return gast.Delete([place])

    def visit_For(self, node: gast.For) -> gast.AST:
        self.generic_visit(node)
        if _has_place(node.target):
            item = self.names.fresh("_item")
            node.body = [*self._bind(node.target, at(node, name(item)), node), *node.body]
            node.target = at(node, target(item))
        return node

    visit_AsyncFor = visit_For

    def visit_With(self, node: gast.With) -> gast.AST:
        self.generic_visit(node)
        for i, item in enumerate(node.items):
            if item.optional_vars is not None and _has_place(item.optional_vars) and i == len(node.items) - 1:
                entered = self.names.fresh("_entered")
                node.body = [*self._bind(item.optional_vars, at(node, name(entered)), node), *node.body]
                item.optional_vars = at(node, target(entered))
        return node

    visit_AsyncWith = visit_With

    def _bind(self, to: gast.AST, value: gast.AST, place: gast.AST) -> list[gast.AST]:
        """Statements that bind `to` (any assignment target) to `value`."""
        if isinstance(to, gast.Attribute):
            stores = operator(
                "store_attr", value, self.visit(to.value), constant(self.names.private(to.attr))
            )
            return [at(place, gast.Expr(stores))]
        if isinstance(to, gast.Subscript):
            stores = operator("store_item", value, self.visit(to.value), index(self.visit(to.slice)))
            return [at(place, gast.Expr(stores))]
        if not _has_place(to):
            return [at(place, gast.Assign([to], value, None))]
        parts: list[gast.AST] = []
        after: list[gast.AST] = []
        for element in to.elts:
            starred = isinstance(element, gast.Starred)
            inner = element.value if starred else element
            part = self.names.fresh("_part")
            parts.append(gast.Starred(target(part), gast.Store()) if starred else target(part))
            after += self._bind(inner, at(place, name(part)), place)
        unpack = gast.Assign([type(to)(parts, gast.Store())], value, None)
        return [at(place, unpack), *after]


def _has_place(to: gast.AST) -> bool:
    """Whether an assignment target writes to an attribute or item anywhere."""
    if isinstance(to, gast.Starred):
        return _has_place(to.value)
    if isinstance(to, (gast.Tuple, gast.List)):
        return any(map(_has_place, to.elts))
    return isinstance(to, (gast.Attribute, gast.Subscript))
