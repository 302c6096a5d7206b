"""Scopes: the values that persistable variables have between runs, by name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..errors import InvalidArgumentError, InvalidTypeError
from ..tensor.tensor import Tensor, _wrap_array

__all__ = ["LoDTensor", "Scope", "global_scope", "scope_guard"]


class LoDTensor:
    """What ``scope.find_var(name).get_tensor()`` returns: a handle on a variable's array.

    ``numpy.array(handle)`` copies it, ``handle.set(array, place)`` replaces it.
    """

    def __init__(self, tensor: Tensor) -> None:
        self._tensor = tensor

    def set(self, array: Any, place: Any = None) -> None:
        """Give the variable other values. Their shape and dtype become its own."""
        self._tensor._data = np.array(array, order="C")
        self._tensor._touch()

    def shape(self) -> list[int]:
        """The sizes."""
        return [] if self._tensor._data is None else list(self._tensor._data.shape)

    def _is_initialized(self) -> bool:
        return self._tensor._data is not None

    def lod(self) -> list[Any]:
        """Always empty: sequences are not supported."""
        return []

    def recursive_sequence_lengths(self) -> list[Any]:
        """Always empty: sequences are not supported."""
        return []

    def set_lod(self, lod: Any) -> None:
        """Accepts the empty LoD. Raises InvalidArgumentError for another one."""
        if lod:
            raise InvalidArgumentError("sequences of varying length (LoD) are not supported")

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        if self._tensor._data is None:
            raise InvalidArgumentError("the variable holds no value: run the startup program first")
        return np.array(self._tensor._data, dtype)

    numpy = __array__

    def __repr__(self) -> str:
        return f"LoDTensor({self._tensor._data!r})"


class ScopeVariable:
    """What ``scope.find_var(name)`` returns."""

    def __init__(self, name: str, tensor: Tensor) -> None:
        self._name, self._tensor = name, tensor

    def name(self) -> str:
        """The variable's name."""
        return self._name

    def get_tensor(self) -> LoDTensor:
        """A handle on its array."""
        return LoDTensor(self._tensor)


class Scope:
    """Variables by name. ``new_scope()`` makes one inside this one, in which these are seen too.

    >>> import paddlelite as paddle
    >>> scope = paddle.static.Scope()
    >>> scope.var("x").get_tensor().set(np.ones(2, "float32"), paddle.CPUPlace())
    >>> np.array(scope.find_var("x").get_tensor())
    array([1., 1.], dtype=float32)
    """

    def __init__(self, parent: Scope | None = None) -> None:
        self._parent = parent
        self._kids: list[Scope] = []
        self._tensors: dict[str, Tensor] = {}
        #: Grows when variables come or go: who looked tensors up compares it.
        self.version = 0

    def _find(self, name: str) -> Tensor | None:
        found = self._tensors.get(name)
        return found if found is not None or self._parent is None else self._parent._find(name)

    def held(self, name: str) -> Tensor | None:
        """The tensor of this name, if it has a value."""
        found = self._find(name)
        return None if found is None or found._data is None else found

    def tensor(self, name: str) -> Tensor:
        """The tensor of this name in this scope; a new one without a value if there is none."""
        found = self._tensors.get(name)
        if found is None:
            found = self._tensors[name] = _wrap_array(None)  # type: ignore[arg-type]
            found._name, found.persistable = name, True
            self.version += 1
        return found

    def put(self, name: str, array: np.ndarray) -> None:
        """Give the variable of this name a value."""
        found = self._find(name)
        found = self.tensor(name) if found is None else found
        found._data = array
        found._touch()

    def adopt(self, tensor: Tensor) -> None:
        """Hold ``tensor`` itself under its name."""
        self._tensors[tensor.name] = tensor
        self.version += 1

    def var(self, name: str) -> ScopeVariable:
        """The variable of this name, made if there is none."""
        return ScopeVariable(name, self.tensor(name))

    def find_var(self, name: str) -> ScopeVariable | None:
        """The variable of this name, or None."""
        found = self._find(name)
        return None if found is None else ScopeVariable(name, found)

    def local_var_names(self) -> list[str]:
        """The names of this scope's own variables."""
        return list(self._tensors)

    def erase(self, names: list[str]) -> None:
        """Forget variables."""
        for name in names:
            self._tensors.pop(name, None)
        self.version += 1

    def new_scope(self) -> Scope:
        """A scope inside this one."""
        self._kids.append(Scope(self))
        return self._kids[-1]

    def drop_kids(self) -> None:
        """Forget the scopes inside this one."""
        self._kids.clear()


_scopes = [Scope()]


def global_scope() -> Scope:
    """The scope that executors use unless they are told another one."""
    return _scopes[-1]


@contextmanager
def scope_guard(scope: Scope) -> Iterator[None]:
    """Inside, ``scope`` is the global one. Raises InvalidTypeError for something else.

    >>> import paddlelite as paddle
    >>> with paddle.static.scope_guard(paddle.static.Scope()):
    ...     paddle.static.global_scope().find_var("fc_0.w_0") is None
    True
    """
    if not isinstance(scope, Scope):
        raise InvalidTypeError(f"scope_guard needs a Scope, but received {type(scope).__name__}")
    _scopes.append(scope)
    try:
        yield
    finally:
        _scopes.pop()
