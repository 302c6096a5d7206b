"""Reads, calls and texts at run time."""

from __future__ import annotations

import builtins
import copy
import dataclasses
import functools
import itertools
import operator
import sys
import types
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np

import paddlelite as paddle
from paddlelite.staged.branches import choose, chosen
from paddlelite.staged.items import check_key, pick
from paddlelite.staged.journal import born, current, note, note_rebound, recording
from paddlelite.staged.places import CONTAINERS, Contents, is_container
from paddlelite.staged.replaced import REPLACED
from paddlelite.staged.symbolic import check_sure, is_symbolic, refuse, rewriting
from paddlelite.staged.text import made_text
from paddlelite.staged.undecided import Undecided, forked, known_value, spread
from paddlelite.tensor.tensor import Tensor

from ..convert import convert, is_twin, is_users

_NEW = sys.version_info >= (3, 11)
_TEXT = (
    "cannot access local variable '{}' where it is not associated with a value"
    if _NEW
    else "local variable '{}' referenced before assignment"
)
_OUTER = (
    "cannot access free variable '{}' where it is not associated with a value in enclosing scope"
    if _NEW
    else "free variable '{}' referenced before assignment in enclosing scope"
)
#: What has attributes that nobody changes.
_FIXED = (super, types.BuiltinFunctionType, str, int, float, list, dict, tuple, set)


def read(value: Callable[[], Any], name: str) -> Any:
    """The local variable `name`, which `value()` reads. Raises UnboundLocalError as Python does."""
    error = UnboundLocalError(_TEXT.format(name))
    with suppress(NameError):
        return check_sure(value(), error)
    raise error  # outside the handler: Python's own error has no context either


def read_outer(value: Any, name: str) -> Any:
    """`value` of the variable `name` of a surrounding function."""
    return check_sure(value, NameError(_OUTER.format(name)))


def attr(target: Any, path: str) -> Any:
    """`target.path`, for one or several attributes."""
    for name in path.split("."):
        target = _attribute(target, name)
    return target


def _attribute(target: Any, name: str) -> Any:
    """One attribute, on which the program depends."""
    run, target = rewriting(), known_value(target)
    if forked(target):
        return Undecided(target.test, attr(target.one, name), attr(target.two, name), target.problem)
    if run is None or isinstance(target, Tensor):
        return getattr(target, name)
    meet(target)
    value = getattr(target, name)
    module = isinstance(target, types.ModuleType)
    if is_users(target.__name__) if module else not isinstance(target, _FIXED):
        run.guards.read(target, name)
    meet(value)
    return value


def item(target: Any, key: Any) -> Any:
    """`target[key]`."""
    if isinstance(target, (list, tuple, range)) and not hasattr(target, "array") and is_symbolic(key):
        return pick(target, key)
    key = known_value(key)
    if type(key) is Undecided and type(target) is dict and spread(key, target.__contains__) is True:
        return choose(key.test, lambda: item(target, key.one), lambda: item(target, key.two), inside=())
    check_key(target, key)
    meet(target)
    return target[key]


def meet(target: Any) -> None:
    """Have the operators and properties that the class of an object defines rewritten."""
    run = rewriting()
    if run is not None:
        run.overloads.meet(target)


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
            return text_method(target)
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


_CONVERSIONS: dict[int, Callable[[Any], str]] = {ord("s"): str, ord("r"): repr, ord("a"): ascii}


def piece(value: Any, conversion: int, spec: Any) -> Any:
    """`{value!conversion:spec}` of an f-string."""
    return made_text(_formatted, known_value(value), conversion, spec)


def _formatted(value: Any, conversion: int, spec: str) -> str:
    return format(value if conversion == -1 else _CONVERSIONS[conversion](value), spec)


_joined = "".join  # (one object: two texts are alike if their functions are the same)


def text(*pieces: Any) -> Any:
    """An f-string."""
    return made_text(_joined, list(pieces))


def percent(left: str, right: Any) -> Any:
    """`left % right`."""
    return made_text(operator.mod, left, right)


def text_method(target: Any) -> Callable[..., Any]:
    """The methods of strings that take any values: `format` and `join`."""

    def call(*args: Any, **kwargs: Any) -> Any:
        if target.__name__ == "join":
            args = (list(args[0]),)
        return made_text(_called, target, args, kwargs)

    return call


def _called(target: Callable[..., str], args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    return target(*args, **kwargs)
