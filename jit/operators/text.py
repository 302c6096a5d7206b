"""Strings and printing at run time: what depends on tensors is put together when the graph runs."""

from __future__ import annotations

import builtins
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from paddlelite.mode import mode
from paddlelite.ops.check import print_op
from paddlelite.tensor.tensor import Tensor, _wrap_array
from paddlelite.weak import is_weak

from ..merge import Leaf, parts, rebuilt
from ..state import current
from ..symbolic import is_symbolic
from ..undecided import Text, Undecided, known_value

__all__ = [
    "Later",
    "ascii_",
    "depends",
    "format_",
    "later",
    "percent",
    "piece",
    "print_",
    "repr_",
    "str_",
    "text",
]

_CONVERSIONS: dict[int, Callable[[Any], str]] = {ord("s"): str, ord("r"): repr, ord("a"): ascii}


def depends(value: Any) -> bool:
    """Whether something inside a value is known only when the graph runs."""
    if type(value) in (Text, Undecided) or is_symbolic(value):
        return True
    return any(map(depends, parts(value) or ()))


def piece(value: Any, conversion: int, spec: Any) -> Any:
    """`{value!conversion:spec}` of an f-string."""
    return _made(_formatted, known_value(value), conversion, spec)


def _formatted(value: Any, conversion: int, spec: str) -> str:
    return format(value if conversion == -1 else _CONVERSIONS[conversion](value), spec)


def text(*pieces: Any) -> Any:
    """An f-string."""
    return _made(_joined, *pieces)


def _joined(*pieces: str) -> str:
    return "".join(pieces)


def percent(left: str, right: Any) -> Any:
    """`left % right`."""
    return _made(operator.mod, left, right)


def str_(*args: Any, **kwargs: Any) -> Any:
    """`str`."""
    return Text(str, *args) if len(args) == 1 and depends(args[0]) else str(*args, **kwargs)


def repr_(value: Any) -> Any:
    """`repr`."""
    return _made(repr, value)


def ascii_(value: Any) -> Any:
    """`ascii`."""
    return _made(ascii, value)


def format_(value: Any, spec: Any = "") -> Any:
    """`format`."""
    return _made(format, value, spec)


def _made(function: Callable[..., str], *args: Any) -> Any:
    return Text(function, *args) if any(map(depends, args)) else function(*args)


def method(target: Any) -> Callable[..., Any]:
    """The methods of strings that take any values: `format` and `join`."""

    def call(*args: Any, **kwargs: Any) -> Any:
        if target.__name__ == "join":
            args = (list(args[0]),)
        return _made(_called, target, args, kwargs)

    return call


def _called(target: Callable[..., str], args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    return target(*args, **kwargs)


def print_(*values: Any, sep: Any = " ", end: Any = "\n", file: Any = None, flush: bool = False) -> None:
    """`print`; what depends on tensors, or on a branch or loop on one, is printed when the graph runs."""
    options = {"sep": sep, "end": end, "file": file, "flush": flush}
    if current() is None and not depends([values, sep, end]):
        builtins.print(*values, **options)
        return
    message, data = later([list(values), options])
    print_op(data, message=message)


@dataclass(frozen=True)
class Later:
    """A Python value whose tensors come when the graph runs: `template`, and which of them are Python numbers.

    It is an attribute of ops in memory, and no part of a file.
    """

    template: Any
    numbers: tuple[bool, ...]
    stops: tuple[bool, ...]  # the tensors' stop_gradient, which shows when they are printed

    def __call__(self, arrays: Sequence[Any]) -> Any:
        """The value for the tensors' arrays."""
        return _evaluated(self.template, list(map(_value, arrays, self.numbers, self.stops)))


def _value(array: Any, number: bool, stop: bool) -> Any:
    if isinstance(array, list):
        return [_value(a, number, stop) for a in array]
    if number:
        return np.asarray(array).item()
    tensor = _wrap_array(np.asarray(array))
    tensor.stop_gradient = stop
    return tensor


def _evaluated(template: Any, values: Sequence[Any]) -> Any:
    if type(template) is Leaf:
        return values[template.index]
    inner = parts(template)
    if inner is None:
        return template
    if type(template) is Undecided:
        test, one, two = inner
        chosen = one if _evaluated(test, values) else two
        return _evaluated(chosen, values)
    made = [_evaluated(part, values) for part in inner]
    return template.function(*made) if type(template) is Text else rebuilt(template, made)


def later(value: Any) -> tuple[Later, list[Tensor]]:
    """A value as one for later, and the tensors it needs."""
    found: list[Tensor] = []

    def split(part: Any) -> Any:
        part = known_value(part)
        if type(part) is not Undecided and isinstance(part, list):
            part = part if getattr(part, "array", None) is None else part.array  # type: ignore[attr-defined]
        if type(part) is not Undecided and isinstance(part, Tensor):
            found.append(part)
            return Leaf(len(found) - 1)
        inner = parts(part)
        return part if inner is None else rebuilt(part, [split(each) for each in inner])

    template = split(value)
    # Inside control flow, what might carry a gradient is marked as if it did.
    trains = mode.capture is not None and any(not v.stop_gradient for v in mode.capture.program.block.params)
    return Later(
        template, tuple(map(is_weak, found)), tuple(t.stop_gradient or not trains for t in found)
    ), found
