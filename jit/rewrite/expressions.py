"""Reads, calls, displays and texts become operators, which see the objects at run time.

before                              after
    return y                            return _jit.read(lambda: y, 'y')                # perhaps unbound there
    return lambda: y                    return lambda: _jit.read_outer(y, 'y')
    self.cfg.scale, rows[i]             _jit.attr(self, 'cfg.scale'), _jit.item(rows, i)
    y = helper(x, k=2)                  y = _jit.call(helper)(x, k=2)
    paddle.nn.functional.relu(x)        _jit.method(paddle, 'nn.functional.relu')(x)
    super().forward(x)                  _jit.method(_jit.call(super)(__class__, self), 'forward')(x)
    ys = []                             ys = _jit.list_([])
    d = {'a': [x]}                      d = _jit.made({'a': _jit.list_([x])})
    a, *b = y                           a, *b = y; b = _jit.list_(b)
    f"n = {n:.2f}!"                     _jit.text('n = ', _jit.piece(n, -1, '.2f'), '!')
    "n = %s" % n                        _jit.percent("n = %s", n)

`read` refuses a value that only one branch of a tensor condition has bound, and gives Python's own error for a local
name, wherever the read has been moved; reads of names that are certain (nearly all) stay as they are. `attr` and
`item` note what the program depends on, and find properties and `__getitem__` of the user's. A callee is decided by
object, never by its spelling: a user's function is rewritten itself, `range` and `len` get versions that know
tensors, everything else is handed back as it is. Lists can grow inside a graph; those that are an argument, an index
or a loop's iterable are left alone unless they are empty: nothing appends to them.
"""

from __future__ import annotations

from typing import Any

import gast

from ..scopes import parameters
from .build import Pass, Statements, assign, at, index, is_operator, name, operator, thunk


class Expressions(Pass):
    """`node.unsure` comes from the analysis."""

    def visit_Name(self, node: gast.Name) -> gast.AST:
        unsure = getattr(node, "unsure", None)
        if unsure is None or not isinstance(node.ctx, gast.Load):
            return node
        return (
            operator("read", thunk(node), node.id)
            if unsure == "own"
            else operator("read_outer", node, node.id)
        )

    def visit_Attribute(self, node: gast.Attribute) -> gast.AST:
        if hasattr(node, "generated"):
            return node
        self.generic_visit(node)
        if not isinstance(node.ctx, gast.Load):
            return node
        whole, path = node.value, self.names.private(node.attr)
        if is_operator(whole, "attr"):  # a chain becomes one read
            whole, path = whole.args[0], f"{whole.args[1].value}.{path}"
        return operator("attr", whole, path)

    def visit_Subscript(self, node: gast.Subscript) -> gast.AST:
        self.generic_visit(node)
        return operator("item", node.value, index(node.slice)) if isinstance(node.ctx, gast.Load) else node

    def visit_Call(self, node: gast.Call) -> gast.AST:
        self.generic_visit(node)
        is_super = isinstance(node.func, gast.Name) and node.func.id == "super"
        if is_super and not node.args and not node.keywords and (own := parameters(self.owner.node)):
            # Written out, so that it also works inside the lambdas that later passes make.
            node.args = [at(node, name("__class__")), at(node, name(own[0]))]
        if is_operator(node.func, "attr"):
            node.func = at(node.func, operator("method", *node.func.args))
        elif not hasattr(node, "generated"):
            node.func = at(node.func, operator("call", node.func))
        return node

    def visit_List(self, node: gast.List) -> gast.AST:
        self.generic_visit(node)
        empty = isinstance(node.ctx, gast.Load) and not node.elts
        return operator("list_", node) if empty else node

    def visit_Dict(self, node: gast.Dict) -> gast.AST:
        return operator("made", self.generic_visit(node))

    visit_Set = visit_Dict

    def visit_Return(self, node: gast.Return) -> gast.AST:
        node.value = _kept(node.value)
        return self.generic_visit(node)

    visit_AnnAssign = visit_AugAssign = visit_Return

    def visit_Assign(self, node: gast.Assign) -> Statements:
        bound = [
            n for t in gast.walk(gast.Tuple(node.targets)) if isinstance(t, gast.Starred) for n in [t.value]
        ]
        lists = [n.id for n in bound if isinstance(n, gast.Name) and isinstance(n.ctx, gast.Store)]
        return [self.visit_Return(node), *(assign(n, at(node, operator("list_", name(n)))) for n in lists)]

    def visit_JoinedStr(self, node: gast.JoinedStr) -> gast.AST:
        self.generic_visit(node)
        return operator("text", *node.values)

    def visit_FormattedValue(self, node: gast.FormattedValue) -> gast.AST:
        self.generic_visit(node)
        return operator("piece", node.value, node.conversion, node.format_spec or "")

    def visit_BinOp(self, node: gast.BinOp) -> gast.AST:
        self.generic_visit(node)
        text = isinstance(node.left, gast.Constant) and isinstance(node.left.value, str)
        return operator("percent", node.left, node.right) if text and isinstance(node.op, gast.Mod) else node


def _kept(value: Any) -> Any:
    """The displays in a value that is bound to a name as a whole."""
    if isinstance(value, gast.List) and value.elts:
        value.elts = list(map(_kept, value.elts))
        return at(value, operator("list_", value))
    if isinstance(value, gast.Tuple):
        value.elts = list(map(_kept, value.elts))
    elif isinstance(value, gast.BinOp):
        value.left, value.right = _kept(value.left), _kept(value.right)
    elif isinstance(value, gast.IfExp):
        value.body, value.orelse = _kept(value.body), _kept(value.orelse)
    elif isinstance(value, gast.Subscript):
        value.value = _kept(value.value)
    elif isinstance(value, gast.Dict):
        value.values = list(map(_kept, value.values))
    return value
