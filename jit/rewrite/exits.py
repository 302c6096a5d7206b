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

import gast

from ..scopes import own_nodes
from .build import Names, assign, at, binds_in_expression, constant, name, suspends

__all__ = ["CannotRewrite", "lower_exits"]

Statements = list[gast.AST]


class CannotRewrite(Exception):
    """The function holds a construct whose exits cannot be expressed by flags; it runs as it is."""


@dataclass
class _Out:
    """Statements after lowering: `may` are the flags they may set, `surely` says control never comes out."""

    stmts: Statements
    may: frozenset[str] = frozenset()
    surely: bool = False


@dataclass
class _Loop:
    broke: str
    skipped: str


@dataclass
class _Lowering:
    names: Names
    returned: str = "_returned"
    result: str = "_result"
    loops: list[_Loop] = field(default_factory=list)
    read: set[str] = field(default_factory=set)  # flags that somebody looks at

    def block(self, stmts: Statements) -> _Out:
        """Lower a list of statements."""
        done: Statements = []
        for i, stmt in enumerate(stmts):
            rest = stmts[i + 1 :]
            if isinstance(stmt, gast.If):
                if (out := self._if(stmt, rest)) is not None:
                    return _Out(done + out.stmts, out.may, out.surely)
                done.append(stmt)
                continue
            here = getattr(self, f"_{type(stmt).__name__}", _unchanged)(stmt)
            done += here.stmts
            if here.surely:
                return _Out(done + _unreached(rest, stmt), here.may, True)
            if here.may:
                after = self._guarded(here.may, rest, stmt)
                return _Out(done + after.stmts, here.may | after.may, after.surely)
        return _Out(done)

    def _if(self, stmt: gast.If, rest: Statements) -> _Out | None:
        """An `if` with what follows it; None when no exit is involved."""
        body, orelse = self.block(stmt.body), self.block(stmt.orelse)
        stmt.body, stmt.orelse = _some(body.stmts, stmt), orelse.stmts
        may = body.may | orelse.may
        if not may and not body.surely and not orelse.surely:
            return None
        if body.surely and orelse.surely:
            return _Out([stmt, *_unreached(rest, stmt)], may, True)
        if body.surely or orelse.surely:
            stays = orelse if body.surely else body
            after = self._guarded(stays.may, rest, stmt) if stays.may else self.block(rest)
            stays.stmts = stays.stmts + after.stmts
            stmt.body, stmt.orelse = _some(body.stmts, stmt), orelse.stmts
            return _Out([stmt], may | after.may, after.surely)
        after = self._guarded(may, rest, stmt)
        return _Out([stmt, *after.stmts], may | after.may, after.surely)

    def _guarded(self, flags: frozenset[str], rest: Statements, place: gast.AST) -> _Out:
        """`rest`, run only when none of `flags` is set."""
        if not rest:
            return _Out([])
        after = self.block(rest)
        self.read |= flags
        tests = [gast.UnaryOp(gast.Not(), name(flag)) for flag in sorted(flags)]
        test = tests[0] if len(tests) == 1 else gast.BoolOp(gast.And(), tests)
        return _Out([at(place, gast.If(test, after.stmts, []))], after.may, after.surely)

    def _Return(self, stmt: gast.Return) -> _Out:
        value = stmt.value if stmt.value is not None else constant(None)
        new = [assign(self.result, value), _set(self.returned, True)]
        return _Out([at(stmt, s) for s in new], frozenset([self.returned]), True)

    def _Break(self, stmt: gast.Break) -> _Out:
        return self._leave(stmt, self.loops[-1].broke)

    def _Continue(self, stmt: gast.Continue) -> _Out:
        return self._leave(stmt, self.loops[-1].skipped)

    def _leave(self, stmt: gast.AST, flag: str) -> _Out:
        return _Out([at(stmt, _set(flag, True))], frozenset([flag]), True)

    def _loop(self, stmt: gast.For | gast.While) -> _Out:
        loop = _Loop(self.names.fresh("_broke"), self.names.fresh("_skipped"))
        self.loops.append(loop)
        body = self.block(stmt.body)
        self.loops.pop()
        stop = body.may - {loop.skipped}
        self.read |= stop
        stmt.stop = sorted(stop)
        stmt.body = _some(body.stmts, stmt)
        if loop.skipped in body.may & self.read:
            stmt.body.insert(0, at(stmt, _set(loop.skipped, False)))
        before = [at(stmt, _set(loop.broke, False))] if loop.broke in stop else []
        orelse, stmt.orelse = stmt.orelse, []
        left = stop - {loop.broke}
        if stop and orelse:
            after = self._guarded(frozenset(stop), orelse, stmt)
        else:
            after = self.block(orelse)
        endless = (
            isinstance(stmt, gast.While) and isinstance(stmt.test, gast.Constant) and bool(stmt.test.value)
        )
        surely = (after.surely or endless) and loop.broke not in stop
        return _Out([*before, stmt, *after.stmts], left | after.may, surely)

    _For = _AsyncFor = _loop

    def _While(self, stmt: gast.While) -> _Out:
        if binds_in_expression(stmt.test) or suspends([stmt.test]):
            # A test that binds names must run where they live: at the start of the body.
            leave = gast.If(gast.UnaryOp(gast.Not(), stmt.test), [gast.Break()], [])
            if stmt.orelse:
                leave.body = [*stmt.orelse, gast.Break()]
                stmt.orelse = []
            at(stmt, leave)
            stmt.body, stmt.test = [leave, *stmt.body], at(stmt, constant(True))
        return self._loop(stmt)

    def _With(self, stmt: gast.With) -> _Out:
        body = self.block(stmt.body)
        stmt.body = _some(body.stmts, stmt)
        # The manager may swallow an exception that is raised before the exit, so it is never sure.
        return _Out([stmt], body.may)

    _AsyncWith = _With

    def _Try(self, stmt: gast.Try) -> _Out:
        if any(isinstance(n, (gast.Return, gast.Break, gast.Continue)) for n in own_nodes(stmt.finalbody)):
            raise CannotRewrite("it leaves a `finally` block by return, break or continue")
        body = self.block(stmt.body)
        orelse = self._guarded(body.may, stmt.orelse, stmt) if body.may else self.block(stmt.orelse)
        handlers = [self.block(handler.body) for handler in stmt.handlers]
        stmt.body, stmt.orelse = _some(body.stmts, stmt), orelse.stmts
        for handler, lowered in zip(stmt.handlers, handlers, strict=True):
            # An exception on the way out (from a `finally`, say) cancels the exit.
            undo = [at(handler, _set(flag, False)) for flag in sorted(body.may)]
            handler.body = _some(undo + lowered.stmts, handler)
        stmt.finalbody = self.block(stmt.finalbody).stmts
        may = reduce(frozenset.union, (h.may for h in handlers), body.may | orelse.may)
        surely = (body.surely or (bool(stmt.orelse) and orelse.surely)) and all(h.surely for h in handlers)
        return _Out([stmt], may, surely)

    _TryStar = _Try


def _unchanged(stmt: gast.AST) -> _Out:
    return _Out([stmt])


def _some(stmts: Statements, place: gast.AST) -> Statements:
    return stmts or [at(place, gast.Pass())]


def _unreached(rest: Statements, place: gast.AST) -> Statements:
    """Code nobody reaches still says which names are local and whether the function is a generator."""
    rest = [s for s in rest if not isinstance(s, gast.Pass)]
    return [at(place, gast.If(constant(False), rest, []))] if rest else []


def lower_exits(function: gast.FunctionDef | gast.AsyncFunctionDef, names: Names) -> None:
    """Lower all exits of one function (not of those nested in it), in place."""
    *front, last = function.body
    own = list(own_nodes(function.body))
    loops = any(isinstance(n, (gast.For, gast.While, gast.AsyncFor)) for n in own)
    returns = any(isinstance(n, gast.Return) for n in own_nodes(front)) or (
        not isinstance(last, gast.Return) and any(isinstance(n, gast.Return) for n in own)
    )
    if not returns and not loops:
        return
    lowering = _Lowering(names, names.fresh("_returned"), names.fresh("_result"))
    if not returns:  # the only return, if any, is the last statement: nothing to guard
        tail = [last] if isinstance(last, gast.Return) else []
        function.body = lowering.block(front if tail else function.body).stmts + tail
    else:
        body, documented = function.body, gast.get_docstring(function, clean=False) is not None
        if not isinstance(last, (gast.Return, gast.Raise)):
            body = [*body, at(last, gast.Return(None))]
        lowered = lowering.block(body).stmts
        if lowering.returned in lowering.read:
            start = at(function.body[0], _set(lowering.returned, False))
            lowered.insert(1 if documented else 0, start)
        if isinstance(function, gast.AsyncFunctionDef) and suspends_by_yield(own):
            function.body = lowered  # an asynchronous generator may not return a value
        else:
            function.body = [*lowered, at(last, gast.Return(name(lowering.result)))]
    _drop_unread(function, lowering.read)


def suspends_by_yield(nodes: list[gast.AST]) -> bool:
    """Whether a function with these nodes is a generator."""
    return any(isinstance(n, (gast.Yield, gast.YieldFrom)) for n in nodes)


def _set(flag: str, value: bool) -> gast.Assign:
    made = assign(flag, constant(value))
    made.flag = flag
    return made


def _drop_unread(tree: gast.AST, read: set[str]) -> None:
    """Take away the flags that nobody looks at."""
    for fieldname in ("body", "orelse", "finalbody"):
        block = getattr(tree, fieldname, None)
        if isinstance(block, list) and block:
            kept = [s for s in block if getattr(s, "flag", None) is None or s.flag in read]
            setattr(tree, fieldname, kept if fieldname != "body" else _some(kept, block[0]))
            for stmt in kept:
                if not isinstance(stmt, (gast.FunctionDef, gast.AsyncFunctionDef, gast.ClassDef)):
                    _drop_unread(stmt, read)
    for handler in getattr(tree, "handlers", ()):
        _drop_unread(handler, read)
