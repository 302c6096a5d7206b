"""Making trees: templates in Python syntax, and the walk that all passes share."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import gast

from ..scopes import FUNCTIONS, Scope, binds, children, inside

#: The name through which rewritten code reaches the operators; bound in a closure cell of its own.
OPERATORS = "_jit"
#: The function whose closure cells are the state of the running call.
STATE = "_jit_state"

Statements = list[gast.AST]


def template(source: str, **parts: Any) -> Statements:
    """The statements of a piece of Python in which names stand for parts.

    A part is an identifier (a str), an expression, or a list of statements in place of one. The name of a part in
    quotes stands for its value as a literal: `template("_jit.attr(X, 'KEY')", X=tree, KEY="scale")`.
    """
    return _filled(_parsed(source), parts)


def expression(source: str, **parts: Any) -> gast.AST:
    """A template of one expression."""
    return template(source, **parts)[0].value


@functools.lru_cache(maxsize=1000)
def _parsed(source: str) -> Statements:
    return gast.parse(source).body


def _filled(tree: Any, parts: dict[str, Any]) -> Any:
    """A copy of a template with its parts in place, without positions."""
    if isinstance(tree, list):
        made = [_filled(element, parts) for element in tree]
        return [new for each in made for new in (each if isinstance(each, list) else [each])]
    if isinstance(tree, str):
        return parts.get(tree, tree)
    if not isinstance(tree, gast.AST):
        return tree
    if isinstance(tree, gast.Constant) and isinstance(tree.value, str) and tree.value in parts:
        return _literal(parts[tree.value])
    inner = tree.value if isinstance(tree, gast.Expr) else tree
    part = parts.get(inner.id) if isinstance(inner, gast.Name) else None
    if isinstance(part, list) or (inner is tree and isinstance(part, gast.AST)):
        return part
    # (Before Python 3.12 there are no `type_params`.)
    made = type(tree)(*(_filled(getattr(tree, name, []), parts) for name in tree._fields))
    callee = made.func if isinstance(made, gast.Call) else None
    if isinstance(callee, gast.Attribute) and getattr(callee.value, "id", None) == OPERATORS:
        made.generated = callee.generated = True
    return made


def _literal(value: Any) -> gast.AST:
    if isinstance(value, (tuple, list)):
        return gast.Tuple(list(map(_literal, value)), gast.Load())
    return value if isinstance(value, gast.AST) else gast.Constant(value, None)


def name(identifier: str) -> gast.Name:
    """A read of a name."""
    return gast.Name(identifier, gast.Load(), None, None)


def target(identifier: str) -> gast.Name:
    """A binding of a name."""
    return gast.Name(identifier, gast.Store(), None, None)


def assign(identifier: str, value: gast.AST) -> gast.Assign:
    """`identifier = value`."""
    return template("NAME = VALUE", NAME=identifier, VALUE=value)[0]


def operator(function: str, *args: Any) -> gast.Call:
    """A call of a run-time operator: `_jit.function(*args)`. Arguments that are no trees become literals."""
    made = expression(f"{OPERATORS}.{function}()")
    made.args = list(map(_literal, args))
    return made


def is_operator(tree: gast.AST, function: str) -> bool:
    """Whether a tree is a call of this operator."""
    called = tree.func if isinstance(tree, gast.Call) else None
    return isinstance(called, gast.Attribute) and hasattr(called, "generated") and called.attr == function


def index(key: gast.AST) -> gast.AST:
    """An index as an ordinary expression: `1:2` is `slice(1, 2)`."""
    if isinstance(key, gast.Slice):
        return operator("slice", key.lower, key.upper, key.step)
    if isinstance(key, gast.Tuple):
        return gast.Tuple(list(map(index, key.elts)), gast.Load())
    return key


def thunk(body: gast.AST) -> gast.Lambda:
    """`lambda: body`."""
    return expression("lambda: BODY", BODY=body)


def function(identifier: str, body: Statements, params: Sequence[str] = ()) -> gast.FunctionDef:
    """`def identifier(*params): body`."""
    [made] = template("def NAME(): BODY", NAME=identifier, BODY=body)
    made.args.args = [gast.Name(p, gast.Param(), None, None) for p in params]
    return made


def at(place: gast.AST, made: Any) -> Any:
    """Give the new nodes of `made` (or of each in a list) the position of `place`: tracebacks show the user's line."""
    if isinstance(made, list):
        return [at(place, each) for each in made]
    if not hasattr(made, "lineno"):
        gast.copy_location(made, place)
        if hasattr(made, "lineno") and made.end_lineno != made.lineno:
            # CPython gives a method's call the last line of its attribute.
            made.end_lineno, made.end_col_offset = made.lineno, made.col_offset
        for node in children(made):
            at(place, node)
    return made


def begin(function: gast.AST, stmts: Statements) -> None:
    """Put statements at the beginning of a function, after its docstring."""
    first = function.body[0]  # (gast 0.6 has a get_docstring() that fails)
    text = (
        first.value.value if isinstance(first, gast.Expr) and isinstance(first.value, gast.Constant) else None
    )
    start = int(isinstance(text, str))
    function.body[start:start] = at(function.body[0], stmts)


def suspends(trees: Iterable[gast.AST]) -> bool:
    """Whether evaluating `trees` may leave the function in the middle (yield, await)."""
    kinds = (gast.Yield, gast.YieldFrom, gast.Await, gast.AsyncFor, gast.AsyncWith)
    return any(isinstance(n, kinds) or getattr(n, "is_async", 0) for n in inside(trees))


class Names:
    """Fresh identifiers for one top-level function: none clashes with any the user wrote."""

    def __init__(self, taken: set[str], class_name: str | None = None) -> None:
        self.taken = taken
        self.class_name = class_name  # the class whose code is being visited

    def private(self, identifier: str) -> str:
        """The attribute Python means by `identifier` here: `__x` in a class is `_Class__x`."""
        stripped = (self.class_name or "").lstrip("_")
        mangled = stripped and identifier.startswith("__") and not identifier.endswith("__")
        return f"_{stripped}{identifier}" if mangled else identifier

    def fresh(self, stem: str) -> str:
        """`stem`, or `stem_1`, `stem_2` … when it is taken."""
        candidate, number = stem, 0
        while candidate in self.taken:
            number += 1
            candidate = f"{stem}_{number}"
        self.taken.add(candidate)
        return candidate


@dataclass
class _Owner:
    """The function that a pass is in."""

    node: gast.AST
    handled: bool = False  # a `try` of its own is around what is visited
    depth: int = 0  # how many blocks are
    moved: set[str] = field(default_factory=set)  # what functions made by the pass bind now


#: Nodes without children.
_LEAVES = frozenset((gast.Name, gast.Constant, gast.Pass, gast.Global, gast.Nonlocal))


class Pass(gast.NodeTransformer):
    """A rewrite of all code of a function, nested functions included.

    Class bodies keep their statements (they run in a scope of their own kind); the methods in them are rewritten.
    What a `visit_…` makes gets the position of the node it was given.
    """

    def __init__(self, names: Names) -> None:
        self.names = names
        self.owner = _Owner(expression("lambda: None"))
        self._pending: list[Statements | None] = [None]

    def visit_FunctionDef(self, node: gast.FunctionDef) -> gast.AST:
        around, self.owner = self.owner, _Owner(node)
        node.body = self.block(node.body)
        if self.owner.moved and (lost := self.owner.moved - Scope.of(node).local):
            # They stay local although nothing binds them in the function itself.
            node.body += at(node.body[-1], template(f"if False: {' = '.join(sorted(lost))} = None"))
        self.owner = around
        node.decorator_list = list(map(self.visit, node.decorator_list))
        node.args = self.visit(node.args)
        return node

    visit_AsyncFunctionDef = visit_FunctionDef

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
        """Whether a definition can be put before the statement that is being visited."""
        return self._pending[-1] is not None

    def hoist(self, definition: gast.AST) -> gast.Name:
        """Rewrite a definition and put it there; the name to call it by."""
        self._pending[-1].append(self.visit(definition))  # type: ignore[union-attr]
        return name(definition.name)

    def outline(
        self, place: gast.AST, stem: str, body: Statements, params: Sequence[str] = ()
    ) -> gast.FunctionDef:
        """Hoist a function that does what `place` does: it binds the same names, where they are bound now."""
        if bound := binds([place]):
            scope = Scope.of(self.owner.node)
            self.owner.moved |= bound & scope.local
            for word, part in (("global", bound & scope.global_), ("nonlocal", bound - scope.global_)):
                if part:
                    body = [*template(f"{word} {', '.join(sorted(part))}"), *body]
        definition = at(place, function(self.names.fresh(stem), body, params))
        self.hoist(definition)
        return definition

    def block(self, stmts: Statements) -> Statements:
        """Visit statements one by one, each preceded by what it hoisted; what sets unread names is left out."""
        done: Statements = []
        for stmt in (s for s in stmts if not hasattr(s, "unread")):
            self._pending.append([])
            new = self.visit(stmt)
            done += self._pending.pop() or []
            done += new if isinstance(new, list) else [new]
        return done

    def visit(self, node: gast.AST) -> Any:
        handler = getattr(self, f"visit_{type(node).__name__}", None)
        if handler is None:
            return node if type(node) in _LEAVES else self.generic_visit(node)
        made = handler(node)
        return made if made is node else at(node, made)

    def generic_visit(self, node: gast.AST) -> gast.AST:
        own = node.__dict__
        for part in node._fields:
            value = own.get(part)
            if type(value) is not list:
                if part != "ctx" and isinstance(value, gast.AST):
                    own[part] = self.visit(value)
            elif value and isinstance(value[0], gast.stmt):
                own[part] = self.block(value) or ([at(value[0], gast.Pass())] if part == "body" else [])
            elif value:
                own[part] = [self.visit(v) if isinstance(v, gast.AST) else v for v in value]
        return node
