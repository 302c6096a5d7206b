"""NumPy calls without floating-point warnings: PaddlePaddle gives inf and nan silently."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["quiet", "silenced"]


class _Quiet(threading.local):
    """A context in which NumPy's error state is silent, one a thread.

    NumPy keeps that state in a context variable, so running a ufunc inside a prepared context costs a tenth of a
    ``np.errstate`` block. A context can not be entered twice: only leaf calls may run in it.
    """

    def __init__(self) -> None:
        context = contextvars.Context()
        context.run(np.seterr, all="ignore")
        self.run: Callable[..., Any] = context.run


_local = _Quiet()


def silenced(function: Callable[..., Any]) -> Callable[..., Any]:
    """The kernel of a float function of one array: quiet, with integers going through float32."""

    def call(X):  # type: ignore[no-untyped-def]
        return _local.run(function, X if X.dtype.kind in "fcV" else X.astype(np.float32))

    return call


def quiet(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """``function(*args)`` (a ufunc, or a function that calls only NumPy) without warnings about inf and nan."""
    return _local.run(function, *args, **kwargs)
