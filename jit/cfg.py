"""The control-flow graph of a function body: one node per simple statement, test or loop head.

Each node knows what it reads (`uses`), certainly binds (`defs`), perhaps binds (`maybe`) and unbinds (`dels`).
Edges are of two kinds: `succ` is followed after the node, `exc` when it raises, so that an analysis can tell
whether the node's own effect has taken place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import gast

from .scopes import FUNCTIONS, binds, own_nodes, uses

__all__ = ["Graph", "Point", "build"]


@dataclass(eq=False)
class Point:
    """One node of the graph."""

    tree: gast.AST | None
    reads: list[gast.AST] = field(default_factory=list)  # the expressions evaluated here
    uses: set[str] = field(default_factory=set)
    defs: set[str] = field(default_factory=set)
    maybe: set[str] = field(default_factory=set)
    dels: set[str] = field(default_factory=set)
    succ: list[Point] = field(default_factory=list)
    exc: list[Point] = field(default_factory=list)


@dataclass
class Graph:
    """All points; `start` is that before an `if`, `join` that after a compound statement, `head` a loop's."""

    entry: Point
    exit: Point
    points: list[Point]
    start: dict[gast.AST, Point]
    join: dict[gast.AST, Point]
    head: dict[gast.AST, Point]


@dataclass
class _Targets:
    """Where jumps go, and who catches exceptions."""

    exit: Point
    break_: Point | None = None
    continue_: Point | None = None
    catch: tuple[Point, ...] = ()

    def but(self, **changes: object) -> _Targets:
        return _Targets(**{**self.__dict__, **changes})


def build(body: list[gast.AST]) -> Graph:
    """The graph of a function's statements."""
    builder = _Builder()
    entry, exit_ = builder.point(None), builder.point(None)
    ends = builder.block(body, [entry], _Targets(exit_))
    builder.link(ends, exit_)
    return Graph(entry, exit_, builder.points, builder.start, builder.join, builder.head)


class _Builder:
    def __init__(self) -> None:
        self.points: list[Point] = []
        self.start: dict[gast.AST, Point] = {}
        self.join: dict[gast.AST, Point] = {}
        self.head: dict[gast.AST, Point] = {}

    def point(
        self,
        tree: gast.AST | None,
        reads: Sequence[Any] = (),
        bound: Sequence[Any] = (),
        targets: _Targets | None = None,
    ) -> Point:
        """A new point that evaluates `reads` and then binds the targets in `binds`."""
        p = Point(tree, [r for r in (*reads, *bound) if r is not None])
        p.uses = uses(p.reads)
        p.defs = binds(b for b in bound if b is not None)
        p.maybe = binds(r for r in reads if r is not None)
        p.exc = list(targets.catch) if targets else []
        self.points.append(p)
        return p

    @staticmethod
    def link(sources: list[Point], target: Point) -> list[Point]:
        for source in sources:
            source.succ.append(target)
        return [target]

    def block(self, stmts: list[gast.AST], ends: list[Point], targets: _Targets) -> list[Point]:
        """Append `stmts` after `ends`; the new open ends (none where control never comes out)."""
        for stmt in stmts:
            ends = getattr(self, f"_{type(stmt).__name__}", self._simple)(stmt, ends, targets)
        return ends

    def _simple(self, stmt: gast.AST, ends: list[Point], targets: _Targets) -> list[Point]:
        p = self.point(stmt, [], [], targets)
        p.reads = [stmt]
        p.uses = uses([stmt])
        p.dels = {n.id for n in own_nodes([stmt]) if isinstance(n, gast.Name) and isinstance(n.ctx, gast.Del)}
        p.maybe = {n.target.id for n in own_nodes([stmt]) if isinstance(n, gast.NamedExpr)}
        p.maybe |= {name for name in binds([stmt]) if name not in p.dels} & _in_comprehension(stmt)
        p.defs = binds([stmt]) - p.dels - p.maybe
        if isinstance(stmt, gast.AnnAssign) and stmt.value is None:
            p.defs = set()
        return self.link(ends, p)

    def _joined(self, stmt: gast.AST, ends: list[Point]) -> list[Point]:
        join = self.join[stmt] = self.point(None)
        self.link(ends, join)
        return [join] if ends else []

    def _condition(
        self, test: gast.AST, ends: list[Point], stmt: gast.AST, targets: _Targets
    ) -> tuple[list[Point], list[Point]]:
        """The open ends where a condition holds and where it does not; `and`, `or`, `not` are followed."""
        if isinstance(test, gast.UnaryOp) and isinstance(test.op, gast.Not):
            true, false = self._condition(test.operand, ends, stmt, targets)
            return false, true
        if isinstance(test, gast.BoolOp):
            conjunction = isinstance(test.op, gast.And)
            out: list[Point] = []
            for value in test.values:
                true, false = self._condition(value, ends, stmt, targets)
                ends, left = (true, false) if conjunction else (false, true)
                out += left
            return (ends, out) if conjunction else (out, ends)
        point = self.point(stmt, [test], [], targets)
        if isinstance(test, gast.NamedExpr) and not binds([test.value]):
            point.defs, point.maybe = binds([test]), set()
        self.link(ends, point)
        if isinstance(test, gast.Constant):
            return ([point], []) if test.value else ([], [point])
        if (
            isinstance(test, gast.Compare)
            and isinstance(test.left, gast.NamedExpr)
            and not binds([test.left.value])
        ):
            point.defs |= {test.left.target.id}
        return [point], [point]

    def _If(self, stmt: gast.If, ends: list[Point], targets: _Targets) -> list[Point]:
        start = self.start[stmt] = self.point(None)
        true, false = self._condition(stmt.test, self.link(ends, start), stmt, targets)
        after = self.block(stmt.body, true, targets) + self.block(stmt.orelse, false, targets)
        return self._joined(stmt, after)

    def _While(self, stmt: gast.While, ends: list[Point], targets: _Targets) -> list[Point]:
        head = self.head[stmt] = self.point(stmt, [], [], targets)
        flags = getattr(stmt, "stop", ())  # the loop also ends, before its test, when one of these is set
        head.uses |= set(flags)
        self.link(ends, head)
        true, false = self._condition(stmt.test, [head], stmt, targets)
        broken = self.point(None)
        inner = targets.but(break_=broken, continue_=head)
        self.link(self.block(stmt.body, true, inner), head)
        after = self.block(stmt.orelse, false, targets)
        return self._joined(stmt, after + [broken] + ([head] if flags else []))

    def _For(self, stmt: gast.For, ends: list[Point], targets: _Targets) -> list[Point]:
        start = self.link(ends, self.point(stmt, [stmt.iter], [], targets))
        head = self.point(stmt, [], [], targets)
        head.uses |= set(getattr(stmt, "stop", ()))
        self.link(start, head)
        # The target is bound on the way into the body only, not on the way out.
        bind = self.point(stmt, [], [stmt.target], targets)
        self.link([head], bind)
        self.head[stmt] = head
        broken = self.point(None)
        inner = targets.but(break_=broken, continue_=head)
        self.link(self.block(stmt.body, [bind], inner), head)
        return self._joined(stmt, [*self.block(stmt.orelse, [head], targets), broken])

    _AsyncFor = _For

    def _With(self, stmt: gast.With, ends: list[Point], targets: _Targets) -> list[Point]:
        for item in stmt.items:
            ends = self.link(ends, self.point(stmt, [item.context_expr], [item.optional_vars], targets))
        # A context manager may swallow an exception: control then goes on after the statement.
        swallowed = self.point(None)
        after = self.block(stmt.body, ends, targets.but(catch=(*targets.catch, swallowed)))
        return self._joined(stmt, [*after, swallowed])

    _AsyncWith = _With

    def _Try(self, stmt: gast.Try, ends: list[Point], targets: _Targets) -> list[Point]:
        outer = targets
        final = self.point(None)
        if stmt.finalbody:  # every way out goes through it
            targets = targets.but(
                exit=final,
                break_=targets.break_ and final,
                continue_=targets.continue_ and final,
                catch=(final,),
            )
        entries = [self.point(None) for _ in stmt.handlers]
        # `final` too: no handler may fit.
        catch = (*entries, *targets.catch)
        after = self.block(stmt.orelse, self.block(stmt.body, ends, targets.but(catch=catch)), targets)
        for handler, entry in zip(stmt.handlers, entries, strict=True):
            start = self.link([entry], self.point(handler, [handler.type], [handler.name], targets))
            caught = self.block(handler.body, start, targets)
            if handler.name is not None:  # Python deletes the name at the end of the handler
                gone = self.point(None)
                gone.dels = binds([handler.name])
                caught = self.link(caught, gone) if caught else []
            after += caught
        if stmt.finalbody:
            self.link(after, final)
            after = self.block(stmt.finalbody, [final], outer)
            for way in (outer.exit, outer.break_, outer.continue_, *outer.catch):
                if way is not None and after:
                    self.link(after, way)
        return self._joined(stmt, after)

    _TryStar = _Try

    def _jump(self, stmt: gast.AST, ends: list[Point], targets: _Targets, to: Point | None) -> list[Point]:
        p = self._simple(stmt, ends, targets)
        if to is not None:
            self.link(p, to)
        return []

    def _Return(self, stmt: gast.AST, ends: list[Point], targets: _Targets) -> list[Point]:
        return self._jump(stmt, ends, targets, targets.exit)

    def _Break(self, stmt: gast.AST, ends: list[Point], targets: _Targets) -> list[Point]:
        return self._jump(stmt, ends, targets, targets.break_)

    def _Continue(self, stmt: gast.AST, ends: list[Point], targets: _Targets) -> list[Point]:
        return self._jump(stmt, ends, targets, targets.continue_)

    def _Raise(self, stmt: gast.AST, ends: list[Point], targets: _Targets) -> list[Point]:
        return self._jump(stmt, ends, targets, None)


def _in_comprehension(stmt: gast.AST) -> set[str]:
    """Names bound by walruses inside comprehensions: they may not run."""
    inside: set[str] = set()
    for node in gast.walk(stmt):
        if not isinstance(node, FUNCTIONS) and isinstance(node, gast.NamedExpr):
            inside.add(node.target.id)
    return inside
