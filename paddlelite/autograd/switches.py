"""Turning the tape on and off."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from ..mode import mode

__all__ = ["enable_grad", "is_grad_enabled", "no_grad", "set_grad_enabled"]


class _Switch:
    """A context manager and decorator that sets whether calls are recorded."""

    def __init__(self, on: bool) -> None:
        self._on = on
        self._was: list[bool] = []

    def __enter__(self) -> _Switch:
        self._was.append(mode.grad)
        mode.grad = self._on
        return self

    def __exit__(self, *exc: Any) -> None:
        mode.grad = self._was.pop()

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        on = self._on
        if inspect.isgeneratorfunction(function):

            @functools.wraps(function)
            def generator(*args: Any, **kwargs: Any) -> Any:
                # The switch holds while the generator's own code runs, not while its user has the control.
                inner = function(*args, **kwargs)
                sent = None
                while True:
                    with _Switch(on):
                        try:
                            item = inner.send(sent)
                        except StopIteration as stop:
                            return stop.value
                    sent = yield item

            return generator

        @functools.wraps(function)
        def switched(*args: Any, **kwargs: Any) -> Any:
            with _Switch(on):
                return function(*args, **kwargs)

        return switched


def no_grad(func: Callable[..., Any] | None = None) -> Any:
    """Record nothing for backward: ``with no_grad():``, ``@no_grad()`` or ``@no_grad``.

    >>> import paddlelite as paddle
    >>> x = paddle.to_tensor([1.0], stop_gradient=False)
    >>> with paddle.no_grad():
    ...     (x * 2).stop_gradient
    True
    """
    return _Switch(False) if func is None else _Switch(False)(func)


def enable_grad(func: Callable[..., Any] | None = None) -> Any:
    """Record for backward, also inside :func:`no_grad`."""
    return _Switch(True) if func is None else _Switch(True)(func)


def is_grad_enabled() -> bool:
    """Whether calls are recorded for backward."""
    return mode.grad


class set_grad_enabled(_Switch):
    """Turn recording on or off, at once and until the end of the ``with`` (if it is used in one)."""

    def __init__(self, mode: bool) -> None:
        super().__init__(bool(mode))
        self._before = is_grad_enabled()
        _set(self._on)

    def __enter__(self) -> _Switch:
        self._was.append(self._before)
        _set(self._on)
        return self


def _set(on: bool) -> None:
    mode.grad = on
