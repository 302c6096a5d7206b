"""Making trees: small constructors, and the facts about one function that passes share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import gast

from ..scopes import FUNCTIONS, children, mangle, stores

#: The name through which rewritten code reaches the operators; bound in a closure cell of its own.
OPERATORS = "_jit"
#: The function whose closure cells are the state of the running call.
STATE = "_jit_state"


def name(identifier: str) -> gast.Name:
    """A read of a name."""
    return gast.Name(identifier, gast.Load(), None, None)


def target(identifier: str) -> gast.Name:
    """A binding of a name."""
    return gast.Name(identifier, gast.Store(), None, None)


def constant(value: object) -> gast.Constant:
    """A literal."""
    return gast.Constant(value, None)


def names_tuple(names: Iterable[str]) -> gast.Tuple:
    """A tuple of string literals."""
    return gast.Tuple([constant(n) for n in names], gast.Load())


def assign(identifier: str, value: gast.AST) -> gast.Assign:
    """`identifier = value`."""
    return gast.Assign([target(identifier)], value, None)


def operator(function: str, *args: gast.AST) -> gast.Call:
    """A call of a run-time operator: `_jit.function(*args)`."""
    callee = gast.Attribute(name(OPERATORS), function, gast.Load())
    made = gast.Call(callee, list(args), [])
    made.generated = callee.generated = True
    return made


def is_operator(tree: gast.AST, function: str) -> bool:
    """Whether a tree is a call of this operator."""
    callee = tree.func if isinstance(tree, gast.Call) else None
    return isinstance(callee, gast.Attribute) and hasattr(callee, "generated") and callee.attr == function


def index(key: gast.AST) -> gast.AST:
    """An index as an ordinary expression: `1:2` is `slice(1, 2)`."""
    if isinstance(key, gast.Slice):
        parts = [part if part is not None else constant(None) for part in (key.lower, key.upper, key.step)]
        return operator("slice", *parts)
    if isinstance(key, gast.Tuple):
        return gast.Tuple([index(e) for e in key.elts], gast.Load())
    return key


def no_arguments() -> gast.arguments:
    """The empty parameter list."""
    return gast.arguments([], [], None, [], [], None, [])


def thunk(expression: gast.AST) -> gast.Lambda:
    """`lambda: expression`."""
    return gast.Lambda(no_arguments(), expression)


def function(identifier: str, body: list[gast.AST], params: Iterable[str] = ()) -> gast.FunctionDef:
    """`def identifier(*params): body`."""
    args = gast.arguments(
        [gast.Name(p, gast.Param(), None, None) for p in params], [], None, [], [], None, []
    )
    made = gast.FunctionDef(identifier, args, body, [], None, None)
    if "type_params" in gast.FunctionDef._fields:
        made.type_params = []
    return made


def at(place: gast.AST, made: gast.AST) -> gast.AST:
    """Give the new nodes of `made` the position of `place`: tracebacks then show the user's line."""
    if not hasattr(made, "lineno"):
        gast.copy_location(made, place)
        if (
            hasattr(made, "lineno") and made.end_lineno != made.lineno
        ):  # CPython gives a method's call the last line of its attribute
            made.end_lineno, made.end_col_offset = made.lineno, made.col_offset
        for node in children(made):
            at(place, node)
    return made


def suspends(trees: Iterable[gast.AST]) -> bool:
    """Whether evaluating `trees` may leave the function in the middle (yield, await)."""
    kinds = (gast.Yield, gast.YieldFrom, gast.Await, gast.AsyncFor, gast.AsyncWith)
    return any(
        isinstance(node, kinds) or (isinstance(node, gast.comprehension) and node.is_async)
        for node in _deep(trees)
    )


def _deep(trees: Iterable[gast.AST]) -> Iterable[gast.AST]:
    stack = list(trees)
    while stack:
        tree = stack.pop()
        yield tree
        if not isinstance(tree, FUNCTIONS):
            stack += children(tree)


def binds_in_expression(tree: gast.AST) -> set[str]:
    """Names bound by walruses in an expression."""
    return stores([tree])


class Names:
    """Fresh identifiers for one top-level function: none clashes with any the user wrote."""

    def __init__(self, taken: set[str], class_name: str | None = None) -> None:
        self.taken = taken
        self.class_name = class_name  # the class whose code is being visited

    def keep_local(self, function: gast.AST, bound: set[str]) -> None:
        """Keep `bound` local to `function` although only functions inside it bind them now."""
        if bound:
            unreached = gast.If(constant(False), [assign(n, constant(None)) for n in sorted(bound)], [])
            function.body.append(at(function.body[-1], unreached))

    def private(self, identifier: str) -> str:
        """The attribute Python means by `identifier` here."""
        return mangle(identifier, self.class_name)

    def fresh(self, stem: str) -> str:
        """`stem`, or `stem_1`, `stem_2` … when it is taken."""
        candidate, number = stem, 0
        while candidate in self.taken:
            number += 1
            candidate = f"{stem}_{number}"
        self.taken.add(candidate)
        return candidate


#: Nodes without children.
_LEAVES = frozenset((gast.Name, gast.Constant, gast.Pass, gast.Global, gast.Nonlocal))


class Pass(gast.NodeTransformer):
    """A rewrite of all code of a function, nested functions included.

    Class bodies keep their statements (they run in a scope of their own kind); the methods in them are rewritten.
    `self.hoist(def)` puts a function definition before the statement that is being visited.
    """

    def __init__(self, names: Names) -> None:
        self.names = names
        self._pending: list[list[gast.AST] | None] = [None]

    def visit_ClassDef(self, node: gast.ClassDef) -> gast.AST:
        around, self.names.class_name = self.names.class_name, node.name
        node.body = [self.visit(s) if isinstance(s, (*FUNCTIONS, gast.ClassDef)) else s for s in node.body]
        self.names.class_name = around
        return node

    def visit_Lambda(self, node: gast.Lambda) -> gast.AST:
        self._pending.append(None)  # nothing can be put before an expression in here
        self.generic_visit(node)
        self._pending.pop()
        return node

    visit_GeneratorExp = visit_Lambda

    @property
    def can_hoist(self) -> bool:
        return self._pending[-1] is not None

    def hoist(self, definition: gast.AST) -> None:
        pending = self._pending[-1]
        assert pending is not None
        pending.append(definition)

    def block(self, stmts: list[gast.AST]) -> list[gast.AST]:
        """Visit statements one by one, each preceded by what it hoisted."""
        done: list[gast.AST] = []
        for stmt in stmts:
            self._pending.append([])
            new = self.visit(stmt)
            done += self._pending.pop() or []
            done += new if isinstance(new, list) else [new]
        return done

    def visit(self, node: gast.AST) -> Any:
        handler = getattr(self, f"visit_{type(node).__name__}", None)
        if handler is None:
            return node if type(node) in _LEAVES else self.generic_visit(node)
        return handler(node)

    def generic_visit(self, node: gast.AST) -> gast.AST:
        own = node.__dict__
        for field in node._fields:
            value = own.get(field)
            if type(value) is not list:
                if field != "ctx" and isinstance(value, gast.AST):
                    own[field] = self.visit(value)
            elif value and isinstance(value[0], gast.stmt):
                own[field] = self.block(value)
            elif value:
                own[field] = [self.visit(v) if isinstance(v, gast.AST) else v for v in value]
        return node
