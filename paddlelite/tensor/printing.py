"""How tensors print, character for character as in PaddlePaddle 3.x."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import InvalidArgumentError, InvalidTypeError
from .tensor import Tensor

__all__ = ["set_printoptions", "tensor_repr"]


@dataclass
class _Options:
    precision: int = 8
    threshold: int = 1000
    edgeitems: int = 3
    sci_mode: bool = False
    linewidth: int = 80


_options = _Options()


def set_printoptions(
    precision: int | None = None,
    threshold: int | None = None,
    edgeitems: int | None = None,
    sci_mode: bool | None = None,
    linewidth: int | None = None,
) -> None:
    """How tensors print from now on; what is None stays.

    ``precision``: digits after the point (8). ``threshold``: tensors with more elements are summarised (1000), by
    ``edgeitems`` at each end of an axis (3). ``sci_mode``: always in scientific notation. ``linewidth``: characters
    to a line (80). Raises InvalidTypeError for what is not a number, InvalidArgumentError for a negative one.

    >>> import paddlelite as paddle
    >>> paddle.set_printoptions(precision=3)
    >>> paddle.to_tensor([0.5, 2.0])
    Tensor(shape=[2], dtype=float32, place=Place(cpu), stop_gradient=True,
           [0.500, 2.   ])
    >>> paddle.set_printoptions(precision=8)
    """
    given = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth}
    for name, value in given.items():
        if value is None:
            continue
        if not isinstance(value, int) or isinstance(value, bool):
            raise InvalidTypeError(f"set_printoptions: {name} must be an integer, got {value!r}")
        if value < 0:
            raise InvalidArgumentError(f"set_printoptions: {name} must not be negative, got {value}")
    for name, value in given.items():
        if value is not None:
            setattr(_options, name, value)
    if sci_mode is not None:
        _options.sci_mode = bool(sci_mode)


def tensor_repr(t: Tensor) -> str:
    """``Tensor(shape=..., dtype=..., place=..., stop_gradient=..., values)``."""
    head = f"Tensor(shape={list(t.dims)}, dtype={t.dtype.name}, place={t.place}, stop_gradient={t.stop_gradient},"
    indent = len("Tensor(")
    return f"{head}\n{' ' * indent}{_values(t._data, indent)})"


def _values(array: np.ndarray, indent: int) -> str:
    if array.dtype.kind == "V" or array.dtype.name == "bfloat16":
        array = array.astype(np.float32)
    cut = array.size > _options.threshold
    text = _formatter(array.dtype.kind)
    if array.ndim == 0:
        return text(array.item())
    # The ends of the axes say how wide a column is, also when all of them is shown.
    ends = _edges(array)
    width = max((len(text(v)) for v in ends.ravel().tolist()), default=0)
    signed = any(map(_negative, ends.ravel().tolist()))
    shown = ends if cut else array
    padded = np.empty(shown.size, dtype=object)
    for i, v in enumerate(shown.ravel().tolist()):
        s = text(v)
        lead = " " if signed and not _negative(v) and len(s) < width else ""
        padded[i] = (lead + s).ljust(width)
    return _nested(padded.reshape(shown.shape), array.shape, cut, indent, width)


def _negative(v: Any) -> bool:
    """Whether a number counts as negative; complex ones have no order, PaddlePaddle goes by the real part."""
    return (v.real if isinstance(v, complex) else v) < 0


def _edges(array: np.ndarray) -> np.ndarray:
    """Both ends of every axis that is too long to show."""
    e = _options.edgeitems
    for axis, n in enumerate(array.shape):
        if n > 2 * e:
            array = array.take([*range(e), *range(n - e, n)], axis=axis)
    return array


def _formatter(kind: str) -> Callable[[Any], str]:
    """How one element is written."""
    precision = _options.precision
    if kind == "c":
        return _complex
    if kind != "f":
        return str
    if _options.sci_mode:
        return lambda v: f"{v:.{precision}e}"
    return lambda v: f"{v:.0f}." if math.isinf(v) or v == v // 1 else f"{v:.{precision}f}"


def _complex(v: complex) -> str:
    form = f".{_options.precision}{'e' if _options.sci_mode else 'f'}"
    # A nan has no sign to show.
    return f"({v.real:{form}}{'+' if v.imag >= 0 else ''}{v.imag:{form}}j)"


def _nested(strings: np.ndarray, shape: tuple[int, ...], cut: bool, indent: int, width: int) -> str:
    """The bracketed, wrapped text of ``strings``, the shown part of an array of ``shape``."""
    e = _options.edgeitems
    if strings.ndim == 1:
        items = list(strings)
        if cut and shape[0] > 2 * e:
            items.insert(e, "...")
        per_line = max(1, (_options.linewidth - indent) // (width + 2))
        lines = [", ".join(items[i : i + per_line]) for i in range(0, len(items), per_line)]
        return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"
    parts = [_nested(row, shape[1:], cut, indent + 1, width) for row in strings]
    if cut and shape[0] > 2 * e:
        parts.insert(e, "...")
    return "[" + ("," + "\n" * (strings.ndim - 1) + " " * (indent + 1)).join(parts) + "]"
