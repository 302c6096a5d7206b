"""Reads of names that may be unbound, of attributes, and of items."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from paddlelite.staged.branches import choose
from paddlelite.staged.items import check_key, pick
from paddlelite.staged.symbolic import check_sure, is_symbolic, rewriting
from paddlelite.staged.undecided import Undecided, forked, known_value, spread
from paddlelite.tensor.tensor import Tensor

from ..convert import is_users

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
