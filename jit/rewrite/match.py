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

import gast

from .build import Pass, assign, at, constant, name, names_tuple, operator, target, thunk

__all__ = ["Matches"]


class Matches(Pass):
    """See the module."""

    def visit_Match(self, node: gast.Match) -> list[gast.AST]:
        self.generic_visit(node)
        subject, fits, found = (self.names.fresh(stem) for stem in ("_subject", "_fits", "_found"))
        chain: list[gast.AST] = []
        for case in reversed(node.cases):
            chain = [at(case.body[0], s) for s in self._case(case, chain, (subject, fits, found))]
        return [at(node, assign(subject, node.subject)), *chain]

    def _case(self, case: gast.match_case, rest: list[gast.AST], own: tuple[str, str, str]) -> list[gast.AST]:
        subject, fits, found = own
        bound = sorted({n for p in gast.walk(case.pattern) for n in _captured(p)})
        if not bound and case.guard is None and isinstance(case.pattern, gast.MatchAs):
            return case.body
        asked = operator("fits", name(subject), _matcher(case.pattern), names_tuple(bound))
        both = gast.Tuple([target(fits), target(found)], gast.Store())
        bind = [gast.Assign([gast.Tuple(list(map(target, bound)), gast.Store())], name(found), None)]
        done: list[gast.AST] = [at(case.pattern, gast.Assign([both], asked, None))]
        if case.guard is not None:
            guard = at(case.guard, assign(fits, operator("guard", case.guard)))
            done.append(gast.If(name(fits), [*(bind if bound else []), guard], []))
        if bound:  # (again after a guard, so that the names are bound for sure)
            case.body = [*map(copy.deepcopy, bind), *case.body]
        return [*done, gast.If(name(fits), case.body, rest)]


def _captured(pattern: gast.AST) -> list[str]:
    kept = (
        pattern.rest
        if isinstance(pattern, gast.MatchMapping)
        else isinstance(pattern, (gast.MatchAs, gast.MatchStar)) and pattern.name
    )
    return [kept] if kept else []


def _matcher(pattern: gast.AST) -> gast.AST:
    """The expression that makes the matcher of a pattern."""
    kind = type(pattern)
    if kind is gast.MatchValue:
        return operator("equal", thunk(pattern.value))
    if kind is gast.MatchSingleton:
        return operator("same", constant(pattern.value))
    if kind is gast.MatchOr:
        return operator("one_of", *map(_matcher, pattern.patterns))
    if kind is gast.MatchAs:
        inner = constant(None) if pattern.pattern is None else _matcher(pattern.pattern)
        return operator("capture", inner, constant(pattern.name))
    if kind is gast.MatchStar:
        return operator("star", constant(pattern.name))
    if kind is gast.MatchSequence:
        return operator("sequence", *map(_matcher, pattern.patterns))
    if kind is gast.MatchMapping:
        keys = [thunk(key) for key in pattern.keys]
        return operator("mapping", _tuple(keys), _matchers(pattern.patterns), constant(pattern.rest))
    cls, by_position = thunk(pattern.cls), _matchers(pattern.patterns)
    return operator(
        "instance", cls, by_position, names_tuple(pattern.kwd_attrs), _matchers(pattern.kwd_patterns)
    )


def _matchers(patterns: list[gast.AST]) -> gast.AST:
    return _tuple([_matcher(p) for p in patterns])


def _tuple(elements: list[gast.AST]) -> gast.AST:
    return gast.Tuple(elements, gast.Load())
