"""Writes to attributes and items become operators, so that a graph can follow them; raise and assert too, which
inside a branch on a tensor must wait until the graph runs.

before                              after
    self.h = x + 1                      _jit.store_attr(x + 1, self, 'h')
    d[k] += v                           _to, _key = d, k
                                        _new = _jit.item(_to, _key)
                                        _new += v
                                        _jit.store_item(_new, _to, _key)
    o.a, b = pair                       _part, _part_1 = pair
                                        _jit.store_attr(_part, o, 'a')
                                        b = _part_1
    del d[k]                            _jit.del_item(d, k)
    raise E(x)                          _error = E(x)
                                        if _jit.raises(_error, None, False):
                                            raise _error
    assert t, message                   if __debug__:
                                            _jit.assert_(t, lambda: message)

The order of evaluation is Python's: value, object, key.
"""

from __future__ import annotations

from typing import Any

import gast

from .build import Pass, Statements, assign, at, index, name, operator, suspends, target, template, thunk


class Effects(Pass):
    def visit_Assign(self, node: gast.Assign) -> gast.AST | Statements:
        node.value = self.visit(node.value)
        if not any(map(_has_place, node.targets)):
            return node
        if len(node.targets) == 1:
            return self._bind(node.targets[0], node.value)
        whole = self.names.fresh("_value")
        return [assign(whole, node.value), *(s for to in node.targets for s in self._bind(to, name(whole)))]

    def visit_AnnAssign(self, node: gast.AnnAssign) -> gast.AST | Statements:
        self.generic_visit(node)
        return self._bind(node.target, node.value) if node.value and _has_place(node.target) else node

    def visit_AugAssign(self, node: gast.AugAssign) -> gast.AST | Statements:
        node.value = self.visit(node.value)
        if not _has_place(node.target):
            return node
        kind, whole, part = self._place(node.target)
        to, key, new = map(self.names.fresh, ("_to", "_key", "_new"))
        parts = {"TO": to, "KEY": key, "NEW": new, "WHOLE": whole, "PART": part}
        return [
            *template(f"TO, KEY = WHOLE, 'PART'\nNEW = _jit.{kind}(TO, KEY)", **parts),
            gast.AugAssign(target(new), node.op, node.value),
            *template(f"_jit.store_{kind}(NEW, TO, KEY)", **parts),
        ]

    def visit_Delete(self, node: gast.Delete) -> gast.AST | Statements:
        if not any(map(_has_place, node.targets)):
            return node
        done: Statements = []
        for to in node.targets:
            place = self._place(to)
            done.append(gast.Expr(operator(f"del_{place[0]}", *place[1:])) if place else gast.Delete([to]))
        return done

    def visit_For(self, node: gast.AST) -> gast.AST:
        self.generic_visit(node)
        # (An earlier target of a `with` is bound before the next manager is made.)
        owner, part = (node.items[-1], "optional_vars") if hasattr(node, "items") else (node, "target")
        to = getattr(owner, part)
        if _has_place(to):  # it is bound at the beginning of the block
            item = self.names.fresh("_item")
            node.body[:0] = at(node, self._bind(to, name(item)))
            setattr(owner, part, at(node, target(item)))
        return node

    visit_AsyncFor = visit_With = visit_AsyncWith = visit_For

    def visit_Try(self, node: gast.Try) -> gast.AST:
        owner, around = self.owner, self.owner.handled
        owner.handled = around or bool(node.handlers)
        node.body = self.block(node.body)
        owner.handled = around
        node.handlers = [self.visit(h) for h in node.handlers]
        node.orelse, node.finalbody = self.block(node.orelse), self.block(node.finalbody)
        return node

    visit_TryStar = visit_Try

    def visit_Raise(self, node: gast.Raise) -> gast.AST | Statements:
        self.generic_visit(node)
        if node.exc is None:
            return node
        cause = None if node.cause is None or suspends([node.cause]) else thunk(node.cause)
        error, handled = self.names.fresh("_error"), self.owner.handled
        parts = {"ERROR": error, "EXC": node.exc, "CAUSE": cause, "HANDLED": handled}
        parts["AGAIN"] = [gast.Raise(name(error), node.cause)]
        return template("ERROR = EXC\nif _jit.raises(ERROR, 'CAUSE', 'HANDLED'): AGAIN", **parts)

    def visit_ExceptHandler(self, node: gast.ExceptHandler) -> gast.AST:
        self.generic_visit(node)
        node.body = [at(node, gast.Expr(operator("caught"))), *node.body]
        return node

    def visit_Assert(self, node: gast.Assert) -> gast.AST:
        self.generic_visit(node)
        if node.msg is not None and suspends([node.msg]):
            node.test = at(node.test, operator("truth", node.test))
            return node
        check = operator("assert_", node.test, *([thunk(node.msg)] if node.msg else []))
        return template("if __debug__: CHECK", CHECK=[gast.Expr(check)])

    def _bind(self, to: gast.AST, value: gast.AST) -> Statements:
        """Statements that bind `to` (any assignment target) to `value`."""
        if place := self._place(to):
            kind, *where = place
            return [gast.Expr(operator(f"store_{kind}", value, *where))]
        if not _has_place(to):
            return [gast.Assign([to], value, None)]
        after: Statements = []
        for i, element in enumerate(to.elts):
            starred, part = isinstance(element, gast.Starred), self.names.fresh("_part")
            after += self._bind(element.value if starred else element, name(part))
            to.elts[i] = gast.Starred(target(part), gast.Store()) if starred else target(part)
        return [gast.Assign([to], value, None), *after]

    def _place(self, to: gast.AST) -> list[Any]:
        """Whether a target is an attribute or item, of which object, and which one; nothing if it is neither."""
        if isinstance(to, gast.Attribute):
            return ["attr", self.visit(to.value), self.names.private(to.attr)]
        if isinstance(to, gast.Subscript):
            return ["item", self.visit(to.value), index(self.visit(to.slice))]
        return []


def _has_place(to: gast.AST | None) -> bool:
    """Whether an assignment target writes to an attribute or item anywhere."""
    if isinstance(to, (gast.Tuple, gast.List)):
        return any(map(_has_place, to.elts))
    if isinstance(to, gast.Starred):
        return _has_place(to.value)
    return isinstance(to, (gast.Attribute, gast.Subscript))
