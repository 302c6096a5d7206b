"""return, break, continue and a loop's else become flags and `if`s.

before                              after
    for x in xs:                        _broke = False
        if found(x):                    for x in xs:            # ends when _broke is set
            break                           if found(x):
        use(x)                                  _broke = True
    else:                                   else:
        missing()                               use(x)
    return x                            if not _broke:
                                            missing()
                                        return x

What follows a branch that surely leaves moves into the other branch; only where a branch *may* leave is the rest
guarded by the flag. A flag is initialised at the entry of the loop or function that owns it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import gast

from ..scopes import binds, own_nodes
from ..source import CannotRewrite
from .build import Names, Pass, Statements, at, begin, name, suspends, template


@dataclass
class _Out:
    """Statements after lowering: `may` are the flags they may set, `surely` says control never comes out.

    `stays` is a part of them: what follows them belongs at its end.
    """

    stmts: Statements
    may: frozenset[str] = frozenset()
    surely: bool = False
    stays: _Out | None = None


@dataclass
class _Lowering:
    """Of one function. `loops` has the flags for break and continue of the loops around."""

    names: Names
    returned: str = ""
    result: str = ""
    loops: list[tuple[str, str]] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)  # those of them that somebody looks at

    def flag(self, stem: str) -> str:
        made = self.names.fresh(stem)
        self.flags.add(made)
        return made

    def block(self, stmts: Statements) -> _Out:
        """Lower a list of statements."""
        done: Statements = []
        for i, stmt in enumerate(stmts):
            here = getattr(self, f"_{type(stmt).__name__}", lambda stmt: _Out([stmt]))(stmt)
            done += at(stmt, here.stmts)
            if here.surely:
                return _Out(done + _unreached(stmts[i + 1 :], stmt), here.may, True)
            if here.may or here.stays:
                end = here.stays or _Out(done, here.may)
                after = self._guarded(end.may, stmts[i + 1 :], stmt)
                end.stmts += after.stmts
                return _Out(done, here.may | after.may, after.surely)
        return _Out(done)

    def _If(self, stmt: gast.If) -> _Out:
        body, orelse = self.block(stmt.body), self.block(stmt.orelse)
        stmt.body, stmt.orelse = body.stmts, orelse.stmts
        stays = None if body.surely is orelse.surely else orelse if body.surely else body
        return _Out([stmt], body.may | orelse.may, body.surely and orelse.surely, stays)

    def _guarded(self, flags: frozenset[str], rest: Statements, place: gast.AST) -> _Out:
        """`rest`, run only when none of `flags` is set."""
        after = self.block(rest)
        if flags and rest:
            self.read |= flags
            test = " and ".join(f"not {flag}" for flag in sorted(flags))
            after.stmts = at(place, template(f"if {test}: REST", REST=after.stmts))
        return after

    def _Return(self, stmt: gast.Return) -> _Out:
        value = stmt.value or gast.Constant(None, None)
        parts = {"RESULT": self.result, "VALUE": value, "RETURNED": self.returned}
        return _Out(template("RESULT = VALUE\nRETURNED = True", **parts), frozenset([self.returned]), True)

    def _leave(self, stmt: gast.Break | gast.Continue) -> _Out:
        flag = self.loops[-1][isinstance(stmt, gast.Continue)]
        return _Out(template("FLAG = True", FLAG=flag), frozenset([flag]), True)

    _Break = _Continue = _leave

    def _loop(self, stmt: gast.For | gast.While | gast.AsyncFor) -> _Out:
        broke, skipped = self.flag("_broke"), self.flag("_skipped")
        self.loops.append((broke, skipped))
        body = self.block(stmt.body)
        self.loops.pop()
        stop = body.may - {skipped}
        self.read |= stop
        stmt.stop, stmt.body = sorted(stop), body.stmts
        if skipped in body.may & self.read:
            stmt.body[:0] = at(stmt, _unset(skipped))
        orelse, stmt.orelse = stmt.orelse, []
        after = self._guarded(stop, orelse, stmt)
        endless = isinstance(stmt, gast.While) and isinstance(stmt.test, gast.Constant) and stmt.test.value
        surely = bool(after.surely or endless) and broke not in stop
        before = _unset(broke) if broke in stop else []
        return _Out([*before, stmt, *after.stmts], (stop - {broke}) | after.may, surely)

    _For = _AsyncFor = _loop

    def _While(self, stmt: gast.While) -> _Out:
        if binds([stmt.test]) or suspends([stmt.test]):
            # A test that binds names must run where they live: at the start of the body.
            leave = template("if not TEST:\n ELSE\n break", TEST=stmt.test, ELSE=stmt.orelse)
            stmt.body[:0] = at(stmt, leave)
            stmt.test, stmt.orelse = at(stmt, gast.Constant(True, None)), []
        return self._loop(stmt)

    def _With(self, stmt: gast.With) -> _Out:
        body = self.block(stmt.body)
        stmt.body = body.stmts
        # The manager may swallow an exception that is raised before the exit, so it is never sure.
        return _Out([stmt], body.may)

    _AsyncWith = _With

    def _Try(self, stmt: gast.Try) -> _Out:
        if any(isinstance(n, (gast.Return, gast.Break, gast.Continue)) for n in own_nodes(stmt.finalbody)):
            raise CannotRewrite("it leaves a `finally` block by return, break or continue")
        body = self.block(stmt.body)
        orelse = self._guarded(body.may, stmt.orelse, stmt)
        handlers = [self.block(handler.body) for handler in stmt.handlers]
        stmt.body, stmt.orelse = body.stmts, orelse.stmts
        for handler, lowered in zip(stmt.handlers, handlers, strict=True):
            # An exception on the way out (from a `finally`, say) cancels the exit.
            undo = [stmt for flag in sorted(body.may) for stmt in _unset(flag)]
            handler.body = at(handler, undo) + lowered.stmts
        stmt.finalbody = self.block(stmt.finalbody).stmts
        may = reduce(frozenset.union, (h.may for h in handlers), body.may | orelse.may)
        surely = (body.surely or orelse.surely) and all(h.surely for h in handlers)
        return _Out([stmt], may, surely)

    _TryStar = _Try


def _unset(flag: str) -> Statements:
    return template("FLAG = False", FLAG=flag)


def _unreached(rest: Statements, place: gast.AST) -> Statements:
    """Code nobody reaches still says which names are local and whether the function is a generator."""
    rest = [s for s in rest if not isinstance(s, gast.Pass)]
    return at(place, template("if False: REST", REST=rest)) if rest else []


def lower_exits(function: gast.FunctionDef | gast.AsyncFunctionDef, names: Names) -> None:
    """Lower all exits of one function (not of those nested in it), in place."""
    own, last = list(own_nodes(function.body)), function.body[-1]
    lowering = _Lowering(names)
    if not any(isinstance(n, gast.Return) and n is not last for n in own):
        # The only return, if any, is the last statement: nothing to guard.
        end = len(function.body) - isinstance(last, gast.Return)
        function.body[:end] = lowering.block(function.body[:end]).stmts
    else:
        lowering.returned, lowering.result = lowering.flag("_returned"), names.fresh("_result")
        body = function.body
        if not isinstance(last, (gast.Return, gast.Raise)):
            body = [*body, at(last, gast.Return(None))]
        function.body = lowering.block(body).stmts
        if lowering.returned in lowering.read:
            begin(function, _unset(lowering.returned))
        yields = any(isinstance(n, (gast.Yield, gast.YieldFrom)) for n in own)
        if not (yields and isinstance(function, gast.AsyncFunctionDef)):  # which may not return a value
            function.body.append(at(last, gast.Return(name(lowering.result))))
    _Unread(names, lowering.flags - lowering.read).visit(function)


class _Unread(Pass):
    """Takes away the flags that nobody looks at."""

    def __init__(self, names: Names, flags: set[str]) -> None:
        super().__init__(names)
        self.flags = flags

    def visit(self, node: gast.AST) -> Any:
        return node if isinstance(node, gast.expr) else super().visit(node)

    def visit_Assign(self, node: gast.Assign) -> gast.AST | Statements:
        return [] if getattr(node.targets[0], "id", "") in self.flags else node
