"""``py_func``: a Python function on arrays as part of a program."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...errors import InvalidArgumentError, InvalidTypeError, PreconditionNotMetError
from ...ir import Value
from ...mode import mode
from ...op import Spec
from ...ops.py_func import py_func as call_python
from ...tensor.tensor import Tensor, _wrap_array
from ..building import Builder
from ..scope import LoDTensor

__all__ = ["py_func"]

Arrays = list[np.ndarray]


def py_func(
    func: Callable[..., Any],
    x: Any,
    out: Any,
    backward_func: Callable[..., Any] | None = None,
    skip_vars_in_backward_input: Any = None,
) -> Any:
    """Call ``func`` on the values of ``x`` whenever the program runs; its results are the values of ``out``.

    Args:
        func: takes what ``np.array(...)`` makes an array of, and gives arrays; None where ``out`` is None.
        x: a variable, or a list or tuple of them.
        out: variables made for it, ``program.current_block().create_var(name, shape, dtype)``; None for a function
            that only looks.
        backward_func: takes the values of ``x`` and ``out`` and the gradients of ``out``, and gives the gradients of
            ``x``; None where there is none. Without it the results carry no gradient.
        skip_vars_in_backward_input: those of ``x`` and ``out`` that ``backward_func`` does not take.

    Returns ``out``. A program with it runs in this process only: no file can hold Python.

    Raises PreconditionNotMetError outside static mode, InvalidTypeError for what is no function or variable,
    InvalidArgumentError for variables to skip that are neither of ``x`` nor ``out``. When the program runs,
    InvalidArgumentError for results of another number, dtype or shape than ``out``'s.
    """
    builder = mode.capture
    if not isinstance(builder, Builder):
        raise PreconditionNotMetError("py_func() is for static mode: call paddle.enable_static() first")
    for what, function in (("func", func), ("backward_func", backward_func)):
        if not callable(function) and not (function is None and what == "backward_func"):
            raise InvalidTypeError(f"{what} must be a Python function")
    inputs, outs = _variables("x", x), _variables("out", out)
    specs = tuple(v.spec._replace(content=None) for v in outs)
    read = [builder.read(v) for v in inputs]
    backward = None
    if backward_func is not None:
        kept = _kept(inputs, outs, skip_vars_in_backward_input)
        backward = _backward(backward_func, [v.spec._replace(content=None) for v in read], kept)
    with builder.into(outs):
        call_python(read, function=_Forward(func, specs), specs=specs, backward=backward)
    return out


def _variables(what: str, given: Any) -> list[Any]:
    items = [] if given is None else list(given) if isinstance(given, (list, tuple)) else [given]
    for item in items:
        if not isinstance(item, Tensor) or (what == "out" and not isinstance(item, Value)):
            raise InvalidTypeError(
                f"The type of '{what}' in py_func must be Variable or a list of them, but received "
                f"{type(item).__name__}"
            )
    return items


def _kept(inputs: Sequence[Any], outs: Sequence[Any], skipped: Any) -> list[bool]:
    """Which of the inputs and results the backward function takes."""
    names = [v.name for v in (*inputs, *outs)]
    skip = {v.name for v in _variables("skip_vars_in_backward_input", skipped)}
    for name in skip - set(names):
        raise InvalidArgumentError(f"Tensor {name} is not found in forward inputs and outputs")
    return [name not in skip for name in names]


class _Forward:
    """The user's function on arrays."""

    def __init__(self, function: Callable[..., Any], specs: Sequence[Spec]) -> None:
        self.function, self.specs = function, specs

    def __call__(self, arrays: Arrays) -> Arrays:
        results = _results(self.function, [_handle(a) for a in arrays], len(self.specs))
        return [_checked(self.function, i, r, s) for i, (r, s) in enumerate(zip(results, self.specs))]


class _Backward:
    """The user's backward function on the arrays of inputs, results and those gradients that there are."""

    def __init__(
        self,
        function: Callable[..., Any],
        specs: Sequence[Spec],
        kept: Sequence[bool],
        arrived: Sequence[bool],
    ) -> None:
        self.function, self.specs, self.kept, self.arrived = function, specs, kept, arrived

    def __call__(self, arrays: Arrays) -> Arrays:
        count = len(self.kept)
        known = [_handle(a) for a, keep in zip(arrays, self.kept) if keep]
        gradients = iter(arrays[count:])
        given = [*known, *(_handle(next(gradients)) if there else None for there in self.arrived)]
        results = _results(self.function, given, len(self.specs))
        found = []
        for i, (result, spec, like) in enumerate(zip(results, self.specs, arrays)):
            if not spec.dtype.is_inexact:
                continue
            if result is None:
                found.append(np.zeros_like(like))
                continue
            array = _checked(self.function, i, result, spec)
            if array.shape != like.shape:
                raise InvalidArgumentError(
                    f"{_name(self.function)} gave a gradient of shape {list(array.shape)} for an input of "
                    f"{list(like.shape)}"
                )
            found.append(array)
        return found


def _backward(function: Callable[..., Any], specs: Sequence[Spec], kept: Sequence[bool]) -> tuple[Any, ...]:
    """What the op has as ``backward``."""
    wanted = tuple(spec.dtype.is_inexact for spec in specs)
    return (
        lambda arrived: _Backward(function, specs, kept, arrived),
        tuple(spec for spec, want in zip(specs, wanted) if want),
        wanted,
    )


def _handle(array: np.ndarray) -> LoDTensor:
    return LoDTensor(_wrap_array(array))


def _results(function: Callable[..., Any], given: list[Any], count: int) -> list[Any]:
    found = function(*given) if _takes_arguments(function) else function()
    results = list(found) if isinstance(found, (list, tuple)) else [found]
    if count == 0 and results == [None]:
        return []
    if len(results) != count:
        raise InvalidArgumentError(f"{_name(function)} gave {len(results)} results, but {count} are needed")
    return results


def _takes_arguments(function: Callable[..., Any]) -> bool:
    try:
        return bool(inspect.signature(function).parameters)
    except ValueError:  # of a builtin, which does not tell
        return True


def _checked(function: Callable[..., Any], at: int, result: Any, spec: Spec) -> np.ndarray:
    array = np.array(result)
    fits = len(array.shape) == len(spec.dims) and all(
        not isinstance(want, int) or want == have for want, have in zip(spec.dims, array.shape)
    )
    if array.dtype != spec.dtype.np or not fits:
        declared = [d if isinstance(d, int) else -1 for d in spec.dims]
        raise InvalidArgumentError(
            f"result {at} of {_name(function)} is {array.dtype}{list(array.shape)}, but its variable was made as "
            f"{spec.dtype.name}{declared}"
        )
    return array


def _name(function: Any) -> str:
    return f"py_func's {getattr(function, '__name__', function)!r}"
