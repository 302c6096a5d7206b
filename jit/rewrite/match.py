"""`match` becomes a chain of `if`s, so that a tensor can decide it.

before                              after
    match f(x):                         _subject = f(x)
        case 1 | 2:                     _fits, _found = _jit.fits(_subject, _jit.one_of(_jit.equal(...), ...), ())
            a()                         if _fits:
        case [y, *_] if y > 0:              a()
            b(y)                        else:
        case _:                             _fits, _found = _jit.fits(_subject, _jit.sequence(...), ('y',))
            c()                             if _fits:
                                                y, = _found
                                                _fits = _jit.guard(y > 0)
                                            if _fits:
                                                y, = _found
                                                b(y)
                                            else:
                                                c()

A pattern becomes a tree of matchers (`operators/match.py`), which say whether it fits (a bool, or a tensor) and what
its names stand for. Names are bound as in Python: when the pattern fits, before its guard is asked.
"""

from __future__ import annotations

import copy
from typing import Any

import gast

from .build import Pass, Statements, assign, at, operator, target, template, thunk


class Matches(Pass):
    def visit_Match(self, node: gast.Match) -> Statements:
        self.generic_visit(node)
        subject, fits, found = map(self.names.fresh, ("_subject", "_fits", "_found"))
        chain: Statements = []
        for case in reversed(node.cases):
            parts = {"SUBJECT": subject, "FITS": fits, "FOUND": found, "BODY": case.body, "ELSE": chain}
            chain = at(case.pattern, _case(case, parts))
        return [assign(subject, node.subject), *chain]


def _case(case: gast.match_case, parts: dict[str, Any]) -> Statements:
    """The statements of one case: `parts` has its body, those of the cases after it, and the names to use."""
    bound = sorted({n for p in gast.walk(case.pattern) if (n := _captured(p))})
    if not bound and case.guard is None and isinstance(case.pattern, gast.MatchAs):
        return case.body
    stands_for = gast.Tuple(list(map(target, bound)), gast.Store())
    bind = template("NAMES = FOUND", NAMES=stands_for, **parts) if bound else []
    matcher = _matcher(case.pattern)
    done = template(
        "FITS, FOUND = _jit.fits(SUBJECT, MATCHER, 'NAMES')", MATCHER=matcher, NAMES=bound, **parts
    )
    if case.guard is not None:
        [guard] = template("FITS = _jit.guard(GUARD)", GUARD=case.guard, **parts)
        guarded = [*copy.deepcopy(bind), at(case.guard, guard)]
        done += template("if FITS: GUARDED", GUARDED=guarded, **parts)
    # (The names are bound again after a guard, so that they are bound for sure.)
    return [*done, *template("if FITS:\n BIND\n BODY\nelse: ELSE", BIND=bind, **parts)]


def _captured(pattern: gast.AST) -> str | None:
    """The name that this part of a pattern binds."""
    return getattr(pattern, "rest" if isinstance(pattern, gast.MatchMapping) else "name", None)


_MATCHERS = {
    "MatchValue": "equal", "MatchSingleton": "same", "MatchSequence": "sequence", "MatchMapping": "mapping",
    "MatchClass": "instance", "MatchStar": "star", "MatchAs": "capture", "MatchOr": "one_of",
}  # fmt: skip


def _matcher(part: Any) -> Any:
    """The expression that makes the matcher of a pattern, from all that the pattern consists of."""
    if isinstance(part, list):
        return list(map(_matcher, part))
    if isinstance(part, gast.pattern):
        return operator(_MATCHERS[type(part).__name__], *(_matcher(getattr(part, f)) for f in part._fields))
    return thunk(part) if isinstance(part, gast.AST) else part
