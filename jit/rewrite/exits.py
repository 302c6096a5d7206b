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
guarded by the flag. A flag is initialised at the entry of the loop or function that owns it; one that nobody looks
at is not set.
"""

from __future__ import annotations

import gast

from ..scopes import binds, own_nodes
from ..source import CannotRewrite
from .build import Names, Pass, Statements, assign, at, begin, name, suspends, template

#: One of the ways in which control leaves statements: it goes on behind them. The others are the flags it sets.
_ON = ""

_Lowered = tuple[Statements, set[str]]


class _Lowering:
    """Of one function: lowered statements come with the ways in which control may leave them."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.loops: list[tuple[str, str]] = []  # the flags for break and continue of the loops around
        self.set: list[tuple[str, gast.AST]] = []  # the statements that set a flag
        self.read: set[str] = set()  # the flags that somebody looks at
        self.returned = self.result = ""

    def _flag(self, flag: str, value: bool) -> Statements:
        made = template(f"FLAG = {value}", FLAG=flag)
        self.set.append((flag, made[0]))
        return made

    def block(self, stmts: Statements) -> _Lowered:
        """Lower a list of statements."""
        done, rest = [], list(reversed(stmts))
        while rest:
            stmt = rest.pop()
            lower = getattr(self, f"_{type(stmt).__name__}", None)
            here, ways = lower(stmt, rest) if lower else ([stmt], {_ON})
            done += at(stmt, here)
            if ways != {_ON}:
                return self._then(done, ways, rest[::-1], stmt)
        return done, {_ON}

    def _then(self, done: Statements, ways: set[str], rest: Statements, place: gast.AST) -> _Lowered:
        """Lowered statements, and `rest` where control goes on behind them."""
        if _ON not in ways:  # nobody reaches it, but it says which names are local and what is a generator
            rest = [s for s in rest if not isinstance(s, gast.Pass)]
            return done + (at(place, template("if False: REST", REST=rest)) if rest else []), ways
        after, more = self.block(rest)
        flags = ways - {_ON}
        if flags and rest:
            self.read |= flags
            test = " and ".join(f"not {flag}" for flag in sorted(flags))
            after = at(place, template(f"if {test}: REST", REST=after))
        return done + after, flags | more

    def _If(self, stmt: gast.If, rest: Statements) -> _Lowered:
        stmt.body, ways = self.block(stmt.body)
        if _ON not in ways:  # what follows belongs to the other branch
            stmt.orelse += rest[::-1]
            rest.clear()
        stmt.orelse, more = self.block(stmt.orelse)
        if _ON not in more:
            stmt.body, ways = self._then(stmt.body, ways, rest[::-1], stmt)
            rest.clear()
        return [stmt], ways | more

    def _Return(self, stmt: gast.Return, rest: Statements) -> _Lowered:
        value = stmt.value or gast.Constant(None, None)
        return [assign(self.result, value), *self._flag(self.returned, True)], {self.returned}

    def _leave(self, stmt: gast.Break | gast.Continue, rest: Statements) -> _Lowered:
        flag = self.loops[-1][isinstance(stmt, gast.Continue)]
        return self._flag(flag, True), {flag}

    _Break = _Continue = _leave

    def _loop(self, stmt: gast.For | gast.While | gast.AsyncFor, rest: Statements) -> _Lowered:
        broke, skipped = self.names.fresh("_broke"), self.names.fresh("_skipped")
        self.loops.append((broke, skipped))
        stmt.body, ways = self.block(stmt.body)
        self.loops.pop()
        stop = ways - {skipped, _ON}
        self.read |= stop
        stmt.stop = sorted(stop)
        if skipped in ways & self.read:
            stmt.body[:0] = at(stmt, self._flag(skipped, False))
        orelse, stmt.orelse = stmt.orelse, []
        endless = isinstance(stmt, gast.While) and isinstance(stmt.test, gast.Constant) and stmt.test.value
        done, ways = self._then([stmt], stop if endless else {*stop, _ON}, orelse, stmt)
        return (self._flag(broke, False) + done, ways - {broke} | {_ON}) if broke in stop else (done, ways)

    _For = _AsyncFor = _loop

    def _While(self, stmt: gast.While, rest: Statements) -> _Lowered:
        if binds([stmt.test]) or suspends([stmt.test]):
            # A test that binds names must run where they live: at the start of the body.
            leave = template("if not TEST:\n ELSE\n break", TEST=stmt.test, ELSE=stmt.orelse)
            stmt.body[:0] = at(stmt, leave)
            stmt.test, stmt.orelse = at(stmt, gast.Constant(True, None)), []
        return self._loop(stmt, rest)

    def _With(self, stmt: gast.With, rest: Statements) -> _Lowered:
        stmt.body, ways = self.block(stmt.body)
        # The manager may swallow an exception that is raised before the exit, so it is never sure.
        return [stmt], ways | {_ON}

    _AsyncWith = _With

    def _Try(self, stmt: gast.Try, rest: Statements) -> _Lowered:
        if any(isinstance(n, (gast.Return, gast.Break, gast.Continue)) for n in own_nodes(stmt.finalbody)):
            raise CannotRewrite("it leaves a `finally` block by return, break or continue")
        stmt.body, ways = self.block(stmt.body)
        flags = sorted(ways - {_ON})
        stmt.orelse, ways = self._then([], ways, stmt.orelse, stmt)
        for handler in stmt.handlers:
            # An exception on the way out (from a `finally`, say) cancels the exit.
            undo = [unset for flag in flags for unset in self._flag(flag, False)]
            handled, more = self.block(handler.body)
            handler.body = at(handler, undo) + handled
            ways |= more
        stmt.finalbody, _ = self.block(stmt.finalbody)
        return [stmt], ways

    _TryStar = _Try


def _writes_later(tree: gast.AST) -> bool:
    """Whether it is a `try` whose `finally` may write to what was returned: that shows in the result."""
    return isinstance(tree, gast.Try) and any(
        isinstance(n, gast.Call) or (isinstance(n, gast.Subscript) and isinstance(n.ctx, gast.Store))
        for stmt in tree.finalbody
        for n in gast.walk(stmt)
    )


def lower_exits(function: gast.FunctionDef | gast.AsyncFunctionDef, names: Names) -> None:
    """Lower all exits of one function (not of those nested in it), in place."""
    own, body = list(own_nodes(function.body)), function.body
    lowering, last = _Lowering(names), body[-1]
    if not any(isinstance(n, gast.Return) and n is not last for n in own):
        # The only return, if any, is the last statement: nothing to guard.
        end = len(body) - isinstance(last, gast.Return)
        body[:end], _ = lowering.block(body[:end])
    else:
        lowering.returned = names.fresh("_returned")
        lowering.result = names.fresh("_result_before_finally" if any(map(_writes_later, own)) else "_result")
        leaves = isinstance(last, (gast.Return, gast.Raise))
        function.body, _ = lowering.block(body if leaves else [*body, at(last, gast.Return(None))])
        if lowering.returned in lowering.read:
            begin(function, lowering._flag(lowering.returned, False))
        yields = any(isinstance(n, (gast.Yield, gast.YieldFrom)) for n in own)
        if not (yields and isinstance(function, gast.AsyncFunctionDef)):  # which may not return a value
            function.body.append(at(last, gast.Return(name(lowering.result))))
    for flag, stmt in lowering.set:
        if flag not in lowering.read:
            stmt.unread = True
    Pass(names).visit(function)  # which leaves these out
