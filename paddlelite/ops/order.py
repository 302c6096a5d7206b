"""Ops that move elements along axes: flip, reverse, roll."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import InvalidArgumentError
from ..op import Spec, op
from .rules import axes_in, axis_in
from .samples import b, f32, i64
from .shape import content_or


@op("flip", on_sizes=True)
def flip(X, *, axis):  # type: ignore[no-untyped-def]
    """``X`` with the order of elements along each of ``axis`` reversed. ONNX: Slice."""
    return np.flip(X, tuple(axis))


@flip.infer
def _(X: Any, *, axis: Sequence[int]) -> Spec:
    axes_in(axis, len(X.dims))
    return Spec(X.dims, X.dtype)


flip.grad(lambda c, g: flip(g, axis=c.axis), saves="")


@flip.onnx
def _(b: Any, X: Any, *, axis: Sequence[int]) -> Any:
    axes = [a % len(X.dims) for a in axis]
    if not axes:
        return b.Identity(X)
    n = len(axes)
    begin, end, step = (b.const([v] * n, "int64") for v in (-1, -(2**62), -1))
    return b.Slice(X, begin, end, b.const(axes, "int64"), step)


flip.sample(f32(2, 3), axis=[0]).sample(f32(2, 3), axis=[-1, 0]).sample(i64(3), axis=[0]).sample(
    b(2, 2), axis=[1]
)
flip.sample(f32(0, 3), axis=[0]).sample(f32(2), axis=[])


@op("reverse", composite=True)
def reverse(X, *, axis):  # type: ignore[no-untyped-def]
    """:func:`flip` under its older name."""
    return flip(X, axis=axis)


reverse.sample(f32(2, 3), axis=[1])


def _shifts(ShiftsTensor: Any, shifts: Sequence[int]) -> list[Any] | None:
    if isinstance(ShiftsTensor, np.ndarray):
        return [int(s) for s in ShiftsTensor.reshape(-1)]
    return content_or(ShiftsTensor, None, shifts)


@op("roll")
def roll(X, ShiftsTensor=None, *, shifts=(), axis=()):  # type: ignore[no-untyped-def]
    """``X`` shifted along each of ``axis``, what leaves at one end entering at the other. ONNX: Slice, Concat.

    Without ``axis`` the flattened elements are shifted.
    """
    by = _shifts(ShiftsTensor, shifts)
    return np.roll(X, by if axis else by[0], tuple(axis) if axis else None)  # type: ignore[index, arg-type]


@roll.infer
def _(X: Any, ShiftsTensor: Any = None, *, shifts: Sequence[int] = (), axis: Sequence[int] = ()) -> Spec:
    for a in axis:
        axis_in(a, len(X.dims))
    by = _shifts(ShiftsTensor, shifts)
    if by is not None and len(by) != (len(axis) or 1):
        raise InvalidArgumentError(
            f"When dims.size() != 0, dims.size() should be equal to shifts.size(). But received dims.size() = "
            f"{len(axis)}, shifts.size() = {len(by)}"
        )
    return Spec(X.dims, X.dtype)


@roll.grad(saves="ShiftsTensor")
def _(c: Any, g: Any) -> Any:
    if c.ShiftsTensor is not None:
        return roll(g, c.ShiftsTensor * -1, axis=c.axis), None
    return roll(g, shifts=[-s for s in c.shifts], axis=c.axis), None


@roll.onnx
def _(
    b: Any, X: Any, ShiftsTensor: Any = None, *, shifts: Sequence[int] = (), axis: Sequence[int] = ()
) -> Any:
    by = (
        b.cast(ShiftsTensor, "int64")
        if ShiftsTensor is not None
        else b.const([int(s) for s in shifts], "int64")
    )
    if not axis:
        flat = _roll_axis(b, b.Reshape(X, b.const([-1], "int64")), _one(b, by, 0), 0)
        return b.Reshape(flat, b.Shape(X), allowzero=1)
    rank = len(X.dims)
    for i, a in enumerate(axis):
        X = _roll_axis(b, X, _one(b, by, i), a % rank)
    return X


def _one(b: Any, vector: Any, i: int) -> Any:
    return b.Slice(vector, b.const([i], "int64"), b.const([i + 1], "int64"), b.const([0], "int64"))


def _roll_axis(b: Any, x: Any, by: Any, axis: int) -> Any:
    """``x`` shifted along one axis: the last ``by`` elements come first."""
    n = b.Shape(x, start=axis, end=axis + 1)
    cut = b.Mod(b.Neg(by), b.Max(n, b.const([1], "int64")))
    at, zero = b.const([axis], "int64"), b.const([0], "int64")
    return b.Concat(b.Slice(x, cut, n, at), b.Slice(x, zero, cut, at), axis=axis)


roll.sample(f32(3, 4), shifts=[1]).sample(f32(3, 4), shifts=[-5, 2], axis=[0, 1]).sample(
    f32(0, 2), shifts=[1], axis=[0]
)
roll.sample(f32(3, 4), np.array([2], np.int64), axis=[-1]).sample(i64(4), shifts=[3], axis=[0])
