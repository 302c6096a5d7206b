"""Checks and conversions that the public functions share: axes, scalars, in-place variants."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..autograd import Like
from ..errors import InvalidArgumentError, InvalidTypeError
from ..mode import mode
from ..ops.check import assert_op
from ..ops.elementwise import cast, equal
from ..ops.shape import reshape_like, size
from .operators import require_tensor
from .tensor import Tensor

__all__ = ["axes_of", "axis_of", "functions_of_one", "in_place", "number"]


def number(value: Any, what: str) -> Any:
    """A Python number from a number, NumPy scalar or one-element eager tensor."""
    if isinstance(value, Tensor):
        if value._data is None:
            raise InvalidTypeError(f"{what} must be a number here: a tensor of a graph has no value yet")
        return value.item()
    return value.item() if isinstance(value, (np.generic, np.ndarray)) else value


def axis_of(axis: Any, what: str = "axis") -> int:
    """An axis as an int. Raises InvalidTypeError for anything that is not a whole number."""
    axis = number(axis, what)
    if isinstance(axis, bool) or not isinstance(axis, int):
        raise InvalidTypeError(f"{what} must be an int, got {type(axis).__name__}")
    return axis


def axes_of(axis: Any) -> list[int]:
    """The axes of a reduction as a list; None and () mean all, given as the empty list."""
    if axis is None:
        return []
    if isinstance(axis, Tensor) and axis.dims:
        axis = axis.tolist()
    if isinstance(axis, (list, tuple, range)):
        return [axis_of(a) for a in axis]
    return [axis_of(axis)]


def reduction(axis: Any, keepdim: bool) -> dict[str, Any]:
    """The attributes that reduction ops share."""
    if axis is None:
        return {"dim": [], "keep_dim": keepdim, "reduce_all": True}
    if type(axis) is int:
        return {"dim": [axis], "keep_dim": keepdim, "reduce_all": False}
    axes = axes_of(axis)
    return {"dim": axes, "keep_dim": bool(keepdim), "reduce_all": not axes}


def functions_of_one(names: dict[str, Any], module: str) -> dict[str, Callable[..., Any]]:
    """Public functions ``f(x, name=None)`` that call an op of one tensor."""

    def make(public: str, op: Any) -> Callable[..., Any]:
        def function(x: Tensor, name: str | None = None) -> Tensor:
            return op(require_tensor(x, public))

        function.__name__ = function.__qualname__ = public
        function.__module__ = module
        function.__doc__ = (
            f"``{public}`` of every element of ``x``, a tensor of any shape. Paddle op: {op.type}.\n\n"
            f"    Raises InvalidArgumentError when ``x`` is not a Tensor.\n\n    {op.__doc__}\n"
        )
        return function

    return {public: make(public, op) for public, op in names.items()}


def _may_fit(one: Sequence[Any], two: Sequence[Any]) -> bool:
    """Whether two shapes may be equal, of which some sizes are known only when the graph runs."""
    if mode.capture is None or mode.capture.static:
        return False
    known = [(a, b) for a, b in zip(one, two) if isinstance(a, int) and isinstance(b, int)]
    return len(one) == len(two) and len(known) < len(one) and all(a == b for a, b in known)


def in_place(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The variant of ``function`` that writes its result into its first argument and returns it."""

    def write(x: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        value = function(require_tensor(x, name), *args, **kwargs)
        if tuple(value.dims) != tuple(x.dims):
            problem = (
                f"The shape of broadcast output {list(value.dims)} is different from that of inplace tensor "
                f"{list(x.dims)} in the Inplace operation {name}."
            )
            if not _may_fit(value.dims, x.dims):
                raise InvalidArgumentError(problem)
            assert_op(equal(size(value), size(x)), [], error=lambda _: InvalidArgumentError(problem))
            value = reshape_like(value, Like(tuple(x.dims), value.dtype, x))
        return x._write(value if value.dtype is x.dtype else cast(value, out_dtype=x.dtype))

    write.__name__ = write.__qualname__ = name
    write.__module__ = function.__module__
    write.__doc__ = (
        f"In-place :func:`{function.__name__}`: the result replaces the values of ``x``, which is returned."
    )
    return write


def attach(namespace: dict[str, Any], names: Sequence[str]) -> None:
    """Make public functions methods of Tensor."""
    for name in names:
        setattr(Tensor, name, namespace[name])


def attach_in_place(namespace: dict[str, Any], names: Sequence[str]) -> list[str]:
    """Make the in-place variants of public functions, as functions and methods; returns their names."""
    made = []
    for name in names:
        namespace[f"{name}_"] = in_place(namespace[name], f"{name}_")
        setattr(Tensor, f"{name}_", namespace[f"{name}_"])
        made.append(f"{name}_")
    return made
