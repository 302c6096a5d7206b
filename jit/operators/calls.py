"""Calls at run time: which callable really runs."""

from __future__ import annotations

import builtins
import copy
import dataclasses
import functools
import itertools
import types
from collections.abc import Callable
from typing import Any

import numpy as np

import paddlelite as paddle
from paddlelite.staged.branches import choose, chosen
from paddlelite.staged.items import check_key
from paddlelite.staged.journal import born, current, note, note_rebound, recording
from paddlelite.staged.places import CONTAINERS, Contents, is_container
from paddlelite.staged.replaced import REPLACED
from paddlelite.staged.symbolic import is_symbolic, refuse, rewriting
from paddlelite.staged.undecided import Undecided

from ..convert import convert, is_twin
from . import text
from .reads import attr


def call(target: Callable[..., Any]) -> Callable[..., Any]:
    """What to call in place of `target`."""
    kind: Any = type(target)
    if kind is Undecided:
        return functools.partial(_call_undecided, target)
    if getattr(target, "__module__", "") in _NUMBERS_ONLY or kind is np.ufunc:
        return target if rewriting() is None else functools.partial(_on_numbers, target)
    if kind is types.BuiltinFunctionType or kind is type:
        owner = getattr(target, "__self__", None)
        known = REPLACED.get(target) if kind is type or owner is builtins else None
        if target in _CALLERS and rewriting() is not None:
            return functools.partial(_with_converted, known or target)
        if known is not None:
            return known
        if isinstance(owner, str) and target.__name__ in ("format", "join"):
            return text.method(target)
        return target if recording() is None else _followed(target)
    run = rewriting()
    if run is None:
        return convert(target)
    if kind is types.FunctionType and target in REPLACED:
        return REPLACED[target]
    note_rebound(target)
    converted = run.convert(target)
    if converted is target and run.forks:
        return functools.partial(chosen, target)
    own = getattr(target, "__func__", target) if kind is types.MethodType else target
    rewritten = converted is not target or (isinstance(own, types.FunctionType) and is_twin(own))
    return converted if rewritten or current() is None else _followed(target)


def _call_undecided(target: Any, *args: Any, **kwargs: Any) -> Any:
    """A call of one of two functions, which a tensor chooses."""
    one, two = lambda: call(target.one)(*args, **kwargs), lambda: call(target.two)(*args, **kwargs)
    return choose(target.test, one, two, inside=())


#: What calls a function that it is given.
_CALLERS = frozenset([
    map, filter, max, min, sorted, functools.reduce, itertools.accumulate, itertools.dropwhile, itertools.filterfalse,
    itertools.groupby, itertools.starmap, itertools.takewhile,
])  # fmt: skip


def _with_converted(target: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """A call of what calls the functions among its arguments."""
    return target(*map(_converted, args), **{name: _converted(arg) for name, arg in kwargs.items()})


def _converted(value: Any) -> Any:
    functions = (types.FunctionType, types.MethodType, functools.partial)
    return rewriting().convert(value) if isinstance(value, functions) else value


#: Modules whose functions compute with numbers, which a tensor of a graph is not.
_NUMBERS_ONLY = frozenset(["cmath", "math", "numpy", "random", "statistics"])


def _on_numbers(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """A function of NumPy or the standard library. Raises CaptureError for tensors among its arguments."""
    for arg in (*args, *kwargs.values()):
        if any(map(is_symbolic, arg if isinstance(arg, (list, tuple)) else (arg,))):
            module = getattr(function, "__module__", None) or "numpy"
            there = hasattr(paddle, function.__name__)
            raise refuse(
                f"{module}.{function.__name__}() called on a traced tensor, whose values are known only when the "
                "graph runs",
                f"Use paddle.{function.__name__}()." if there else "Use functions of paddle.",
            )
    return _noting(function, *args, **kwargs)


def method(target: Any, name: str) -> Callable[..., Any]:
    """`call(target.name)`."""
    return call(attr(target, name))


#: Methods that change their object.
_MUTATING = frozenset([
    "add", "append", "appendleft", "clear", "discard", "extend", "extendleft", "insert", "pop", "popitem", "popleft",
    "remove", "reverse", "rotate", "setdefault", "sort", "update",
])  # fmt: skip


#: Functions that make an object.
_COPIERS = (copy.copy, copy.deepcopy, dataclasses.replace)


def _followed(target: Callable[..., Any]) -> Callable[..., Any]:
    """A callable that is not rewritten, for code that is being recorded: lists, dicts and sets that it may change are
    journaled, and what a constructor makes is the recorded code's own. Raises CaptureError for other containers.
    """
    owner, module = getattr(target, "__self__", None), getattr(target, "__module__", None) or ""
    kind: Any = target
    if isinstance(kind, type):
        makes = issubclass(kind, CONTAINERS) or kind.__new__ is object.__new__
    else:
        makes = target in _COPIERS
    if makes or isinstance(kind, type):
        return (lambda *args, **kwargs: born(target(*args, **kwargs))) if makes else target
    if module.split(".")[0] == "paddlelite":
        return target
    if isinstance(owner, (types.ModuleType, type, types.NoneType, *CONTAINERS)):
        return functools.partial(_noting, target)
    if target.__name__ in _MUTATING and current() is not None:
        raise refuse(
            f"a {type(owner).__name__} is changed under a condition or loop on a tensor, which a graph cannot follow",
            "Use a list or dict.",
        )
    return target


def _noting(target: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    for key in args[:1]:
        check_key(getattr(target, "__self__", None), key)
    for arg in (getattr(target, "__self__", None), *args, *kwargs.values()):
        if is_container(arg):
            note(Contents(f"a {type(arg).__name__}", arg), surely=target.__name__ in _MUTATING)
    return target(*args, **kwargs)
