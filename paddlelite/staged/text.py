"""Strings and printing at run time: what depends on tensors is put together when the graph runs."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from ..mode import mode
from ..nested import parts, rebuilt
from ..ops.check import print_op
from ..tensor.tensor import Tensor, _wrap_array
from ..weak import is_weak
from .journal import current
from .lists import array_of
from .replaced import replaces
from .symbolic import is_symbolic, rewriting
from .undecided import Text, Undecided, known_value


def depends(value: Any) -> bool:
    """Whether something inside a value is known only when the graph runs."""
    if type(value) in (Text, Undecided) or is_symbolic(value):
        return True
    return any(map(depends, parts(value) or ()))


def made_text(function: Callable[..., str], *args: Any) -> Any:
    """The string `function(*args)`: made now, or when the graph runs if something in `args` is known only then."""
    args = tuple(map(_shown, args))
    return Text(function, *args) if any(map(depends, args)) else function(*args)


for _function in (str, repr, ascii, format):
    replaces(_function, lambda value: rewriting() is not None)(functools.partial(made_text, _function))


class _Shown:
    """What the own methods of a user's object make of it."""

    def __init__(self, *texts: Any) -> None:
        self.texts = texts

    def __parts__(self) -> list[Any]:
        return list(self.texts)

    def __rebuilt__(self, parts: list[Any]) -> _Shown:
        return _Shown(*parts)

    def __repr__(self) -> str:
        return self.texts[0]  # type: ignore[no-any-return]

    def __str__(self) -> str:
        return self.texts[1]  # type: ignore[no-any-return]


def _shown(value: Any) -> Any:
    """A value in which the objects whose own `__repr__` or `__str__` depends on tensors are such texts."""
    inner = parts(value)
    if inner is not None:
        return rebuilt(value, list(map(_shown, inner)))
    kind: Any = type(value)
    if kind in (Text, Undecided) or isinstance(value, Tensor) or rewriting() is None:
        return value
    as_repr = _own_text(value, kind.__repr__)
    as_str = as_repr if kind.__str__ is object.__str__ else _own_text(value, kind.__str__)
    return _Shown(as_repr, as_str) if depends([as_repr, as_str]) else value


def _own_text(value: Any, method: Any) -> Any:
    if type(method) is not types.FunctionType:
        return ""
    converted = rewriting().convert(method)
    if converted is method and is_dataclass(value):  # its method has no source
        shown = {field.name: getattr(value, field.name) for field in fields(value) if field.repr}
        return made_text(_of_fields, type(value).__qualname__, shown)
    return converted(value) if converted is not method else ""


def _of_fields(name: str, shown: dict[str, Any]) -> str:
    return f"{name}({', '.join(f'{key}={value!r}' for key, value in shown.items())})"


@replaces(print)
def print_(*values: Any, sep: Any = " ", end: Any = "\n", file: Any = None, flush: bool = False) -> None:
    """`print`; what depends on tensors, or on a branch or loop on one, is printed when the graph runs."""
    options = {"sep": sep, "end": end, "file": file, "flush": flush}
    values = _shown(values)
    if current() is None and not depends([values, sep, end]):
        print(*values, **options)
        return
    message, data = later((values, options))
    print_op(data, message=message)


def later(value: Any) -> tuple[Callable[[Sequence[Any]], Any], list[Tensor]]:
    """A function that gives `value` when the graph runs, of the arrays that its tensors are then; and these tensors.

    It is an attribute of ops in memory, and no part of a file.
    """
    found: list[Tensor] = []
    # Inside control flow, what might carry a gradient is marked as if it did.
    trains = mode.capture is not None and any(not v.stop_gradient for v in mode.capture.program.block.params)

    def split(part: Any) -> Callable[[Sequence[Any]], Any]:
        part = known_value(part)
        array = array_of(part)
        part = part if array is None else array
        if type(part) is not Undecided and isinstance(part, Tensor):
            found.append(part)
            index, number, stop = len(found) - 1, is_weak(part), part.stop_gradient or not trains
            return lambda arrays: _value(arrays[index], number, stop)
        its_parts = parts(part)
        if its_parts is None:
            return lambda arrays: part
        inner = list(map(split, its_parts))
        if type(part) is Undecided:
            test, one, two = inner
            return lambda arrays: (one if test(arrays) else two)(arrays)
        if type(part) is Text:
            return lambda arrays: part.function(*(each(arrays) for each in inner))
        return lambda arrays: rebuilt(part, [each(arrays) for each in inner])

    return split(value), found


def _value(array: Any, number: bool, stop: bool) -> Any:
    """A tensor (a Python number, or a list) as it shows when it is printed."""
    if isinstance(array, list):
        return [_value(a, number, stop) for a in array]
    if number:
        return np.asarray(array).item()
    tensor = _wrap_array(np.asarray(array))
    tensor.stop_gradient = stop
    return tensor
