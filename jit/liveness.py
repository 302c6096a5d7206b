"""Two classical data-flow analyses on the control-flow graph.

`live(graph)`: the names whose present value may still be read. `assigned(graph)`: the names that are certainly
bound. The first decides what branches and loops hand on, the second which reads need a look at run time.
"""

from __future__ import annotations

import sys

import gast

from .cfg import Graph, Point
from .scopes import FUNCTIONS, Scope, own_nodes, uses

__all__ = ["assigned", "live", "mark_unsure_reads"]


def live(graph: Graph, at_exit: frozenset[str] = frozenset()) -> dict[Point, frozenset[str]]:
    """For each point the names that are live before it. `at_exit`: names others see (global, nonlocal).

    A name that a nested function reads is live from that function's definition on, wherever control goes: nobody
    knows when it is called.
    """
    before: dict[Point, frozenset[str]] = dict.fromkeys(graph.points, frozenset())
    held = _captured(graph)
    changed = True
    while changed:
        changed = False
        for point in reversed(graph.points):
            after = held[point] | at_exit if point is graph.exit else held[point]
            after = after.union(*(before[s] for s in point.succ))
            now = (after - point.defs - point.dels) | point.uses
            now = now.union(*(before[s] for s in point.exc))
            if now != before[point]:
                before[point], changed = now, True
    return before


def _captured(graph: Graph) -> dict[Point, frozenset[str]]:
    """For each point the names that a function made at or before it may read later."""
    held: dict[Point, frozenset[str]] = {}
    for point in graph.points:
        kinds = (*FUNCTIONS, gast.GeneratorExp)
        inner = [
            n for n in own_nodes(point.reads) if isinstance(n, kinds) and not getattr(n, "immediate", False)
        ]
        held[point] = frozenset(uses(inner))
    changed = any(held.values())
    while changed:
        changed = False
        for point in graph.points:
            for after in (*point.succ, *point.exc):
                if not held[point] <= held[after]:
                    held[after] |= held[point]
                    changed = True
    return held


def assigned(graph: Graph, scope: Scope) -> dict[Point, frozenset[str]]:
    """For each point the local names that are bound before it, however it is reached."""
    everything = scope.local
    before: dict[Point, frozenset[str]] = dict.fromkeys(graph.points, everything)
    before[graph.entry] = scope.parameters
    changed = True
    while changed:
        changed = False
        for point in graph.points:
            here = before[point]
            after = (here | point.defs) - point.dels
            # An exception may come before the bindings and after the deletions.
            for target, names in [
                *((s, after) for s in point.succ),
                *((e, here - point.dels) for e in point.exc),
            ]:
                if not before[target] <= names:
                    before[target] &= names
                    changed = True
    return before


def mark_unsure_reads(graph: Graph, scope: Scope) -> None:
    """Set `unsure` on every read of a local name that may be unbound there: "own", or "outer" in a nested function.

    Reads from inside nested functions count as happening where the function is made.
    """
    deleted = frozenset().union(*(p.dels for p in graph.points))
    bound = assigned(graph, scope)
    for point in graph.points:
        unsure = scope.local - bound[point]
        for tree in point.reads:
            for node in own_nodes([tree]):
                if isinstance(node, gast.Name) and isinstance(node.ctx, gast.Load) and node.id in unsure:
                    node.unsure = "own"
            nested = (unsure | deleted) & uses([tree])
            if nested:
                _mark_nested(tree, nested)


def _mark_nested(tree: gast.AST, names: frozenset[str] | set[str]) -> None:
    if _INLINED:
        _mark_comprehensions(tree, names)
    for node in gast.walk(tree):
        if isinstance(node, gast.Name) and isinstance(node.ctx, gast.Load) and node.id in names:
            node.unsure = getattr(node, "unsure", "outer")


#: From Python 3.12 on a comprehension reads the function's variables as the function itself does.
_INLINED = sys.version_info >= (3, 12)


def _mark_comprehensions(tree: gast.AST, names: frozenset[str] | set[str]) -> None:
    """Mark reads in comprehensions (functions made from them, by now) as the function's own."""
    if getattr(tree, "immediate", False):
        for node in own_nodes(tree.body):
            if isinstance(node, gast.Name) and isinstance(node.ctx, gast.Load) and node.id in names:
                node.unsure = "own"
            _mark_comprehensions(node, names)
