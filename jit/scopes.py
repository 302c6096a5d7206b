"""Names: what a function binds, declares and reads, on gast trees in which `match` is rewritten already.

A *scope* is a function, lambda or comprehension. `Scope.of(node)` lists the names of a function's own scope;
`uses(tree)` and `binds(tree)` say what a piece of that function reads and binds in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import gast

FUNCTIONS = (gast.FunctionDef, gast.AsyncFunctionDef, gast.Lambda)
COMPREHENSIONS = (gast.ListComp, gast.SetComp, gast.DictComp, gast.GeneratorExp)


@dataclass(frozen=True)
class Scope:
    """The names of one function: `local` are bound in it, the last two declared."""

    parameters: frozenset[str]
    local: frozenset[str]
    global_: frozenset[str]
    nonlocal_: frozenset[str]

    @classmethod
    def of(cls, function: gast.AST) -> Scope:
        """The scope of a FunctionDef, AsyncFunctionDef or Lambda."""
        params, nodes = frozenset(parameters(function)), list(own_nodes(_body(function)))
        declared = [n for n in nodes if isinstance(n, (gast.Global, gast.Nonlocal))]
        glob = frozenset(name for n in declared if isinstance(n, gast.Global) for name in n.names)
        outer = frozenset(name for n in declared for name in n.names)
        return cls(params, params.union(*map(_binds_itself, nodes)) - outer, glob, outer - glob)


def _body(function: gast.AST) -> list[gast.AST]:
    return function.body if isinstance(function.body, list) else [function.body]


def parameters(function: gast.AST) -> list[str]:
    """The parameter names of a function, in order."""
    a = function.args
    return [p.id for p in (*a.posonlyargs, *a.args, a.vararg, *a.kwonlyargs, a.kwarg) if p is not None]


def own_nodes(trees: Iterable[gast.AST]) -> Iterator[gast.AST]:
    """All nodes of `trees` that are evaluated in this scope.

    Bodies of nested functions and classes are left out, their decorators, defaults and bases are not; of a
    comprehension only the first iterable and the targets of walruses (which bind here) are given.
    """
    return _walk(trees, _own_children)


def _walk(trees: Iterable[gast.AST], below: Callable[[gast.AST], list[gast.AST]]) -> Iterator[gast.AST]:
    stack = list(trees)
    while stack:
        tree = stack.pop()
        yield tree
        stack += below(tree)


def _own_children(tree: gast.AST) -> list[gast.AST]:
    if isinstance(tree, (gast.Name, gast.Constant)):
        return []
    if isinstance(tree, FUNCTIONS):
        a = tree.args
        return [*getattr(tree, "decorator_list", []), *a.defaults, *filter(None, a.kw_defaults)]
    if isinstance(tree, gast.ClassDef):
        return [*tree.decorator_list, *tree.bases, *(k.value for k in tree.keywords)]
    if isinstance(tree, COMPREHENSIONS):
        return [tree.generators[0].iter, *(n.target for n in inside([tree]) if isinstance(n, gast.NamedExpr))]
    return children(tree)


def children(tree: gast.AST) -> list[gast.AST]:
    """The direct children that say something (not Load and Store)."""
    found: list[gast.AST] = []
    own = tree.__dict__
    for field in tree._fields:
        value = own.get(field)
        if type(value) is list:
            found += [v for v in value if isinstance(v, gast.AST)]
        elif field != "ctx" and isinstance(value, gast.AST):
            found.append(value)
    return found


def inside(trees: Iterable[gast.AST]) -> Iterator[gast.AST]:
    """All nodes of `trees` but those in nested functions: comprehensions are looked into."""
    return _walk(trees, lambda tree: [] if isinstance(tree, FUNCTIONS) else children(tree))


def _binds_itself(node: gast.AST) -> set[str]:
    """The names that this one node (not its children) binds."""
    if isinstance(node, gast.Name):
        return {node.id} if isinstance(node.ctx, (gast.Store, gast.Del)) else set()
    if isinstance(node, (gast.FunctionDef, gast.AsyncFunctionDef, gast.ClassDef)):
        return {node.name}
    if isinstance(node, (gast.Import, gast.ImportFrom)):
        return {alias.asname or alias.name.split(".")[0] for alias in node.names if alias.name != "*"}
    return set()


def binds(trees: Iterable[gast.AST]) -> set[str]:
    """The names that `trees` bind (or delete) in their own scope."""
    return set().union(*(_binds_itself(node) for node in own_nodes(trees)))


def uses(trees: Iterable[gast.AST]) -> set[str]:
    """The names that `trees` read from their own scope, also through nested functions and comprehensions."""
    found: set[str] = set()
    for node in own_nodes(trees):
        if isinstance(node, gast.Name) and isinstance(node.ctx, gast.Load):
            found.add(node.id)
        elif isinstance(node, gast.AugAssign) and isinstance(node.target, gast.Name):
            found.add(node.target.id)
        elif isinstance(node, FUNCTIONS):
            scope = Scope.of(node)
            found |= (uses(_body(node)) | scope.nonlocal_) - scope.local - scope.global_
        elif isinstance(node, gast.ClassDef):
            found |= uses(node.body)
        elif isinstance(node, COMPREHENSIONS):
            found |= uses(children(node)) - binds(g.target for g in node.generators)
    return found


def all_names(tree: gast.AST) -> set[str]:
    """Every identifier anywhere in `tree`, to choose fresh ones that clash with none."""
    nodes = (n for n in gast.walk(tree) if not isinstance(n, (gast.Constant, gast.Attribute)))
    values = (value for node in nodes for value in vars(node).values())
    words = (word for value in values for word in (value if isinstance(value, list) else [value]))
    return {word.split(".")[0] for word in words if isinstance(word, str)}
