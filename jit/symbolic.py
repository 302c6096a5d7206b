"""What counts as a tensor whose value is not known while the graph is built."""

from __future__ import annotations

from typing import Any

from paddlelite.errors import CaptureError, user_line
from paddlelite.mode import mode
from paddlelite.tensor.tensor import Tensor

__all__ = ["is_symbolic", "predicate", "refuse"]


def is_symbolic(x: Any) -> bool:
    """Whether `x` is a tensor that a graph computes or is given (a tensor made during the capture is known)."""
    return isinstance(x, Tensor) and mode.capture is not None and not mode.capture.is_constant(x)


def refuse(problem: str, instead: str = "") -> CaptureError:
    """The error for Python that cannot become a graph, at the user's line."""
    file, line = user_line()
    return CaptureError(f"{file}:{line}: {problem}.{' ' + instead if instead else ''}")


def predicate(x: Tensor) -> Tensor:
    """A tensor with one element as a 0-D bool tensor."""
    if x.dims != ():
        x = x.reshape([])
    return x if x.dtype.name == "bool" else x != 0
