"""The control-flow graph of a function, and two classical analyses on it.

`live` gives the names whose present value may still be read: what branches and loops hand on. `mark_unsure_reads`
finds the reads of names that may be unbound there: they need a look at run time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import gast

from .scopes import FUNCTIONS, Scope, binds, inside, own_nodes, uses


@dataclass(eq=False)
class Point:
    """A simple statement, a test or a loop's head. It `uses` names, then certainly binds `defs` and unbinds `dels`.

    `pred` is what it may follow, `succ` what may follow it.
    """

    trees: list[gast.AST] = field(default_factory=list)  # what is evaluated here
    uses: set[str] = field(default_factory=set)
    defs: set[str] = field(default_factory=set)
    dels: set[str] = field(default_factory=set)
    pred: list[Point] = field(default_factory=list)
    succ: list[Point] = field(default_factory=list)


#: The points that a statement is appended to, or where control comes out of it (none if it never does).
_Ends = list[Point]


class Graph:
    """Of a function's statements.

    `start` is the point before an `if`, `join` that after a compound statement, `head` where a loop's rounds begin.
    """

    def __init__(self, body: list[gast.AST]) -> None:
        self.points: list[Point] = []
        self.start: dict[gast.AST, Point] = {}
        self.join: dict[gast.AST, Point] = {}
        self.head: dict[gast.AST, Point] = {}
        self.entry, self.exit = self._point(), self._point()
        self._jumps: dict[type[gast.AST], Point] = {gast.Return: self.exit}  # where they go
        self._catch: tuple[Point, ...] = ()  # who catches exceptions
        self._link(self._block(body, [self.entry]), self.exit)

    def _point(self) -> Point:
        self.points.append(Point())
        return self.points[-1]

    @staticmethod
    def _link(ends: _Ends, point: Point) -> _Ends:
        for end in ends:
            end.succ.append(point)
            point.pred.append(end)
        return [point]

    def _step(self, ends: _Ends, reads: Sequence[Any] = (), bound: Sequence[Any] = ()) -> _Ends:
        """A new point that evaluates `reads`, and then what is in `bound`, which binds names."""
        if self._catch:  # an exception may come before all that the point does
            ends = self._link(ends, self._point())
            self._raises(ends)
        point = self._point()
        bound = [tree for tree in bound if tree is not None]
        point.trees = [*(tree for tree in reads if tree is not None), *bound]
        point.uses = uses(point.trees)
        names = (n for n in own_nodes(bound) if isinstance(n, gast.Name))
        point.dels = {n.id for n in names if isinstance(n.ctx, gast.Del)}
        # A walrus may be behind an `and`, say.
        maybe = {n.target.id for n in inside(bound) if isinstance(n, gast.NamedExpr)}
        point.defs = binds(bound) - point.dels - maybe
        if point.dels:
            self._raises([point])
        return self._link(ends, point)

    def _raises(self, ends: _Ends) -> None:
        for handler in self._catch:
            self._link(ends, handler)

    @contextmanager
    def _inside(
        self, jumps: dict[type[gast.AST], Point], catch: tuple[Point, ...] | None = None
    ) -> Iterator[None]:
        """Statements that are added now jump and raise to other points."""
        around = self._jumps, self._catch
        self._jumps, self._catch = self._jumps | jumps, self._catch if catch is None else catch
        yield
        self._jumps, self._catch = around

    def _block(self, stmts: list[gast.AST], ends: _Ends) -> _Ends:
        for stmt in stmts:
            ends = getattr(self, f"_{type(stmt).__name__}", self._simple)(stmt, ends)
        return ends

    def _simple(self, stmt: gast.AST, ends: _Ends) -> _Ends:
        ends = self._step(ends, bound=[stmt])
        if not isinstance(stmt, (gast.Return, gast.Break, gast.Continue, gast.Raise)):
            return ends
        if type(stmt) in self._jumps:
            self._link(ends, self._jumps[type(stmt)])
        return []

    def _AnnAssign(self, stmt: gast.AnnAssign, ends: _Ends) -> _Ends:
        return self._step(ends, [stmt]) if stmt.value is None else self._simple(stmt, ends)

    def _joined(self, stmt: gast.AST, ends: _Ends) -> _Ends:
        join = self.join[stmt] = self._point()
        return self._link(ends, join) if ends else []

    def _condition(self, test: gast.AST, ends: _Ends) -> tuple[_Ends, _Ends]:
        """Where control comes out if a condition holds, and if not; `and`, `or`, `not` are followed."""
        if isinstance(test, gast.UnaryOp) and isinstance(test.op, gast.Not):
            true, false = self._condition(test.operand, ends)
            return false, true
        if isinstance(test, gast.BoolOp):
            conjunction, decided = isinstance(test.op, gast.And), []
            for value in test.values:
                true, false = self._condition(value, ends)
                ends, left = (true, false) if conjunction else (false, true)
                decided += left
            return (ends, decided) if conjunction else (decided, ends)
        ends = self._step(ends, [test])
        if isinstance(test, gast.Constant):
            return (ends, []) if test.value else ([], ends)
        first = test.left if isinstance(test, gast.Compare) else test
        if isinstance(first, gast.NamedExpr) and not binds([first.value]):
            ends[0].defs.add(first.target.id)
        return ends, ends

    def _If(self, stmt: gast.If, ends: _Ends) -> _Ends:
        start = self.start[stmt] = self._point()
        true, false = self._condition(stmt.test, self._link(ends, start))
        return self._joined(stmt, self._block(stmt.body, true) + self._block(stmt.orelse, false))

    def _loop(self, stmt: gast.For | gast.AsyncFor | gast.While, ends: _Ends) -> _Ends:
        test = stmt.test if isinstance(stmt, gast.While) else None
        if test is None:
            ends = self._step(ends, [stmt.iter])
        [head] = self._step(ends)
        self.head[stmt] = head
        head.uses |= (flags := set(getattr(stmt, "stop", ())))  # it also ends when one of these is set
        if test is None:  # the target is bound on the way into the body only
            into, out = self._step([head], bound=[stmt.target]), [head]
        else:
            into, out = self._condition(test, [head])
            out = [*out, head] if flags else out
        broken = self._point()
        with self._inside({gast.Break: broken, gast.Continue: head}):
            self._link(self._block(stmt.body, into), head)
        return self._joined(stmt, [*self._block(stmt.orelse, out), broken])

    _For = _AsyncFor = _While = _loop

    def _With(self, stmt: gast.With | gast.AsyncWith, ends: _Ends) -> _Ends:
        for item in stmt.items:
            ends = self._step(ends, [item.context_expr], [item.optional_vars])
        # A context manager may swallow an exception: control then goes on after the statement.
        swallowed = self._point()
        with self._inside({}, (*self._catch, swallowed)):
            ends = self._block(stmt.body, ends)
        return self._joined(stmt, [*ends, swallowed])

    _AsyncWith = _With

    def _Try(self, stmt: gast.Try, ends: _Ends) -> _Ends:
        final, ways = self._point(), (*self._jumps.values(), *self._catch)
        everything = (dict.fromkeys(self._jumps, final), (final,)) if stmt.finalbody else ({},)
        with self._inside(*everything):  # every way out goes through `finally`
            entries = [self._point() for _ in stmt.handlers]
            with self._inside({}, (*entries, *self._catch)):  # perhaps no handler fits
                ends = self._block(stmt.body, ends)
            ends = self._block(stmt.orelse, ends)
            for handler, entry in zip(stmt.handlers, entries, strict=True):
                caught = self._block(handler.body, self._step([entry], [handler.type], [handler.name]))
                if handler.name is not None and caught:  # Python deletes the name at the end of the handler
                    caught = self._link(caught, self._point())
                    caught[0].dels = binds([handler.name])
                ends = ends + caught
        if stmt.finalbody:
            ends = self._block(stmt.finalbody, self._link(ends, final))
            for way in ways:
                self._link(ends, way)
        return self._joined(stmt, ends)

    _TryStar = _Try


#: Names for each point.
_Names = dict[Point, frozenset[str]]


def _gathered(
    points: Iterable[Point], gained: _Names, lost: Callable[[Point], set[str]], backward: bool
) -> _Names:
    """For each point the names that are gained there or before it on some way to it, and not lost since."""
    order = [(p, gained[p], lost(p), p.succ if backward else p.pred) for p in points]
    found: _Names = dict.fromkeys(gained, frozenset())
    settled = False
    while not settled:
        settled = True
        for point, more, less, near in order:
            now = more.union(frozenset().union(*(found[p] for p in near)) - less)
            settled &= now == found[point]
            found[point] = now
    return found


def live(graph: Graph, at_exit: frozenset[str] = frozenset()) -> _Names:
    """For each point the names that are live before it. `at_exit`: names others see (global, nonlocal).

    A name that a nested function reads is live from that function's definition on, wherever control goes: nobody
    knows when it is called.
    """
    made: _Names = {}
    for point in graph.points:
        functions = [n for n in own_nodes(point.trees) if isinstance(n, (*FUNCTIONS, gast.GeneratorExp))]
        made[point] = frozenset(uses(n for n in functions if not hasattr(n, "immediate")))
    held = _gathered(graph.points, made, lambda point: set(), backward=False)
    held[graph.exit] |= at_exit
    read = {p: frozenset(held[p] - p.defs - p.dels | p.uses) for p in graph.points}
    return _gathered(reversed(graph.points), read, lambda point: point.defs | point.dels, backward=True)


def mark_unsure_reads(graph: Graph, scope: Scope) -> None:
    """Set `unsure` on every read of a local name that may be unbound there: "own", or "outer" in a nested function.

    Reads from inside nested functions count as happening where the function is made.
    """
    unbound = {p: frozenset(p.dels) for p in graph.points}
    deleted = frozenset().union(*unbound.values())
    unbound[graph.entry] = scope.local - scope.parameters
    after = _gathered(graph.points, unbound, lambda point: point.defs, backward=False)
    for point in graph.points:
        unsure = scope.local & frozenset().union(*(after[p] for p in point.pred))
        for tree in point.trees:
            own = list(own_nodes([tree]))
            _mark(own, unsure, "own")
            if nested := (unsure | deleted) & uses([tree]):
                if sys.version_info >= (3, 12):
                    _mark(_inlined(tree), nested, "own")
                _mark(set(gast.walk(tree)).difference(own), nested, "outer")


def _mark(nodes: Iterable[gast.AST], names: frozenset[str], whose: str) -> None:
    for node in nodes:
        if isinstance(node, gast.Name) and isinstance(node.ctx, gast.Load) and node.id in names:
            node.unsure = getattr(node, "unsure", whose)


def _inlined(tree: gast.AST) -> Iterator[gast.AST]:
    """The nodes in comprehensions (functions by now): from Python 3.12 on these read as the function itself does."""
    if hasattr(tree, "immediate"):
        for node in own_nodes(tree.body):
            yield node
            yield from _inlined(node)
