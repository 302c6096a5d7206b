"""Operators, properties and managers of users' classes (`__add__`, `__enter__`, …), rewritten while a graph is built.

Python looks these up in the class, past every call that a rewritten function makes. So the classes that a capture
meets have the twins of these methods for its time. A twin does to eager tensors and Python values what its original
does, so that other threads may meanwhile use the classes, too.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable
from typing import Any

from paddlelite.staged.journal import born

from .convert import convert, is_users

_BINARY = (
    "add", "sub", "mul", "truediv", "floordiv", "mod", "divmod", "pow", "matmul", "and", "or", "xor", "lshift",
    "rshift",
)  # fmt: skip
_OTHERS = (
    "neg", "pos", "invert", "abs", "lt", "le", "gt", "ge", "eq", "ne", "getitem", "setitem", "delitem", "iter", "next",
    "enter", "exit", "init", "post_init", "contains",
)  # fmt: skip
#: Those that may return a tensor (for `__contains__`, the operator `in` sees to that) or nothing; `__bool__`, `__len__`
#: and their like must give Python a value at once.
METHODS = frozenset(f"__{side}{name}__" for name in _BINARY for side in ("", "r", "i")) | {
    f"__{name}__" for name in _OTHERS
}


def _making(init: Callable[..., Any]) -> Callable[..., Any]:
    """A twin of `__init__`: what it is called for is the recorded code's own."""

    @functools.wraps(init)
    def making(self: Any, *args: Any, **kwargs: Any) -> None:
        return init(born(self), *args, **kwargs)  # type: ignore[no-any-return]

    return making


class Overloads:
    """The classes whose operators are twins now."""

    def __init__(self) -> None:
        self._seen: set[type] = {object, type, int, float, str, list, tuple, dict, types.NoneType}
        self._originals: list[tuple[type, str, Any, Any]] = []

    def meet(self, value: Any) -> None:
        """Use the twins of the operators of `value`, a class or an object of one."""
        # By its true type: an undecided value has no other yet.
        kind = value if issubclass(type(value), type) else type(value)
        if kind in self._seen:
            return
        self._seen.add(kind)
        for base in kind.__mro__:
            if is_users(getattr(base, "__module__", None) or ""):
                self._use_twins(base)

    def _use_twins(self, kind: type) -> None:
        for name, own in list(vars(kind).items()):
            twin: Any = own
            if type(own) is property:
                parts: list[Any] = [own.fget, own.fset, own.fdel]
                twins = [convert(part) if part else None for part in parts]
                twin = own if twins == parts else property(*twins)  # type: ignore[arg-type]
            elif name in METHODS and type(own) is types.FunctionType:
                twin = convert(own)
                twin = _making(twin) if name == "__init__" and twin is not own else twin
            if twin is not own:
                self._originals.append((kind, name, own, twin))
                type.__setattr__(kind, name, twin)

    def restore(self) -> None:
        """Give the classes their own methods back."""
        for kind, name, own, twin in reversed(self._originals):
            if vars(kind).get(name) is twin:
                type.__setattr__(kind, name, own)
        self._originals.clear()
