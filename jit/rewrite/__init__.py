"""Rewriting a function: Python's control flow becomes calls of operators. Never sees a tensor.

The order and its reasons:

1. `match`, `comprehensions`  become `if`s and loops: only one kind of branch and one kind of loop is left.
   `yields`          equal yields under a condition move behind it.
2. (analysis)        reads that may find a name unbound are marked while return, break and continue still say where
                     control really goes.
3. `exits`           return, break, continue, loop-else become flags and `if`s: every statement now has one way out.
4. (analysis)        liveness on that form: which names each `if` and loop must hand on.
5. `expressions`, `logic`, `effects`  each looks at its own kinds of node.
6. `loops`           uses the analysis of step 4 for `if`s and loops.
7. `nesting`         CPython's limit on nested blocks.
"""

from __future__ import annotations

import gast

from ..flow import Graph, live, mark_unsure_reads
from ..scopes import Scope, all_names, binds, own_nodes, uses
from ..source import CannotRewrite
from .build import OPERATORS, STATE, Names, assign, at, begin, name, suspends, thunk
from .comprehensions import Comprehensions
from .effects import Effects
from .exits import lower_exits
from .expressions import Expressions
from .logic import Logic
from .loops import Loops
from .match import Matches
from .nesting import Nesting
from .yields import Yields


def rewrite(tree: gast.AST, class_name: str | None = None) -> gast.AST:
    """Rewrite a FunctionDef, AsyncFunctionDef or Lambda (changed in place and returned).

    Raises CannotRewrite for the few functions whose exits have no such form.
    """
    names = Names(all_names(tree), class_name)
    for reserved in (OPERATORS, STATE):
        if reserved in names.taken:
            raise CannotRewrite(f"it uses the name {reserved}, which rewritten code needs")
        names.taken.add(reserved)
    _strip(tree)
    for each in (Matches, Comprehensions, Yields):
        tree = each(names).visit(tree)
    for function in _functions(tree):
        mark_unsure_reads(Graph(function.body), Scope.of(function))
        lower_exits(function, names)
        _find_state(function)
    for each in (Expressions, Logic, Effects, Loops):
        tree = each(names).visit(tree)
    for function in _functions(tree):
        _add_state(function)
    return gast.fix_missing_locations(Nesting(names).visit(tree))


def _strip(tree: gast.AST) -> None:
    """Take away what belongs to the definition, not to the body: it has run already."""
    args = tree.args
    args.defaults = [at(default, gast.Constant(None, None)) for default in args.defaults]
    args.kw_defaults = [default and at(default, gast.Constant(None, None)) for default in args.kw_defaults]
    for p in gast.walk(args):
        if isinstance(p, gast.Name):
            p.annotation = None
    if not isinstance(tree, gast.Lambda):
        tree.decorator_list, tree.returns = [], None
        if hasattr(tree, "type_params"):
            tree.type_params = []


def _functions(tree: gast.AST) -> list[gast.FunctionDef | gast.AsyncFunctionDef]:
    return [node for node in gast.walk(tree) if isinstance(node, (gast.FunctionDef, gast.AsyncFunctionDef))]


def _find_state(function: gast.FunctionDef | gast.AsyncFunctionDef) -> None:
    """Set `state` on every `if` and loop of the function: the names it binds whose values are read later.

    None says that it suspends the function. `held` are all names that operators may have to read or write.
    """
    scope = Scope.of(function)
    graph = Graph(function.body)
    alive = live(graph, scope.global_ | scope.nonlocal_)
    held: set[str] = set()
    for node in own_nodes(function.body):
        if isinstance(node, gast.If):
            needed, parts = alive[graph.join[node]], [*node.body, *node.orelse]
            # The first branch must not show in the second one.
            held |= binds(node.body) & alive[graph.start[node]]
            # What is tested may be known to be one of two values in a branch.
            held |= uses([node.test]) & scope.local
        elif isinstance(node, (gast.For, gast.While)):
            node.stop = getattr(node, "stop", [])  # unset in code that nobody reaches
            needed = alive[graph.head[node]] | set(node.stop)
            parts = [node.target if isinstance(node, gast.For) else node.test, *node.body]
            held |= set(node.stop) | binds(parts)
        else:
            continue
        node.state = None if suspends(parts) else sorted(binds(parts) & needed)
        held |= set(node.state or ())
    function.held = held


def _add_state(function: gast.FunctionDef | gast.AsyncFunctionDef) -> None:
    """Give the function its `_jit_state`: a closure over every name that an operator may have to read or write."""
    if any(isinstance(n, gast.Name) and n.id == STATE for n in own_nodes(function.body)):
        held = gast.Tuple(list(map(name, sorted(function.held))), gast.Load())
        begin(function, [assign(STATE, thunk(held))])
