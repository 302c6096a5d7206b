"""Ops that read the same bytes differently: as_real, as_complex, view_dtype; and overlapping windows, tensor_unfold."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..dtypes import DType, complex64, complex128, float32, float64
from ..errors import InvalidArgumentError
from ..op import Spec, op
from .rules import axis_in
from .samples import c64, f32, i32

_PARTS = {complex64: float32, complex128: float64}
_WHOLE = {v: k for k, v in _PARTS.items()}


@op("as_real", view=True)
def as_real(X):  # type: ignore[no-untyped-def]
    """Complex numbers as pairs of real ones, in a new last axis."""
    x = np.ascontiguousarray(X)  # a vector when X is 0-D
    return x.view(x.real.dtype).reshape(*X.shape, 2)


@as_real.infer
def _(X: Any) -> Spec:
    if X.dtype not in _PARTS:
        raise InvalidArgumentError(f"as_real needs complex64 or complex128, got {X.dtype.name}")
    return Spec((*X.dims, 2), _PARTS[X.dtype])


as_real.grad(lambda c, g: as_complex(g), saves="")
as_real.sample(c64(2, 3)).sample(c64())


@op("as_complex", view=True)
def as_complex(X):  # type: ignore[no-untyped-def]
    """Pairs of real numbers (the last axis) as complex ones."""
    x = np.ascontiguousarray(X)
    return x.view(np.complex64 if x.dtype == np.float32 else np.complex128).reshape(X.shape[:-1])


@as_complex.infer
def _(X: Any) -> Spec:
    if X.dtype not in _WHOLE:
        raise InvalidArgumentError(f"as_complex needs float32 or float64, got {X.dtype.name}")
    if not X.dims or (isinstance(X.dims[-1], int) and X.dims[-1] != 2):
        raise InvalidArgumentError(
            f"as_complex: the size of the last dimension must be 2, got shape {list(X.dims)}"
        )
    return Spec(tuple(X.dims[:-1]), _WHOLE[X.dtype])


as_complex.grad(lambda c, g: as_real(g), saves="")
as_complex.sample(f32(2, 3, 2), grad="").sample(f32(2), grad="")


@op("view_dtype", out="out", view=True)
def view_dtype(input, *, dtype):  # type: ignore[no-untyped-def]
    """The bytes of a tensor as numbers of another dtype; the last axis grows or shrinks with their width."""
    return np.ascontiguousarray(input).view(dtype.np)


@view_dtype.infer
def _(input: Any, *, dtype: DType) -> Spec:
    old, new = input.dtype.itemsize, dtype.itemsize
    if old == new:
        return Spec(input.dims, dtype)
    if not input.dims:
        raise InvalidArgumentError("a 0-D tensor can not be viewed as a dtype of another width")
    last = input.dims[-1]
    if new > old and isinstance(last, int) and last * old % new:
        raise InvalidArgumentError(
            f"{last} elements of {input.dtype.name} are not a whole number of {dtype.name}"
        )
    return Spec((*input.dims[:-1], last * old // new), dtype)


view_dtype.sample(i32(2, 4), dtype=float32).sample(i32(2, 4), dtype=float64).sample(
    f32(3), dtype=i32().dtype, grad=""
)


@op("tensor_unfold", out="out", view=True)
def tensor_unfold(input, *, axis, size, step):  # type: ignore[no-untyped-def]
    """Windows of ``size`` elements, ``step`` apart, along ``axis``; a window is a new last axis. ONNX: Gather."""
    windows = np.lib.stride_tricks.sliding_window_view(input, size, axis)
    return windows[(slice(None),) * (axis % input.ndim) + (slice(None, None, step),)]


@tensor_unfold.infer
def _(input: Any, *, axis: int, size: int, step: int) -> Spec:
    at = axis_in(axis, len(input.dims))
    n = input.dims[at]
    if size < 1 or step < 1 or (isinstance(n, int) and size > n):
        raise InvalidArgumentError(f"unfold: windows of {size}, {step} apart, do not fit an axis of size {n}")
    return Spec((*input.dims[:at], (n - size) // step + 1, *input.dims[at + 1 :], size), input.dtype)


@tensor_unfold.grad(saves="")
def _(c: Any, g: Any) -> Any:
    from .join import zeros_of
    from .scatter import index_add
    from .shape import flatten, transpose

    like = c.like("input")
    rank = len(like.dims)
    at = axis_in(c.axis, rank)
    n = like.dims[at]
    if not isinstance(n, int):
        raise InvalidArgumentError(
            "the gradient of unfold needs an axis whose size is known when the graph is built"
        )
    from ..tensor.creation import to_tensor

    # The window's axis beside the windows', both flattened, each element goes to the place it came from.
    order = [*range(at + 1), rank, *range(at + 1, rank)]
    flat = flatten(transpose(g, axis=order), start_axis=at, stop_axis=at + 1)
    places = np.arange(0, n - c.size + 1, c.step)[:, None] + np.arange(c.size)
    return index_add(zeros_of(like), to_tensor(places.reshape(-1)), flat, axis=at)


@tensor_unfold.onnx
def _(b: Any, input: Any, *, axis: int, size: int, step: int) -> Any:
    rank = len(input.dims)
    at = axis % rank
    zero, one, width = (b.const(v, "int64") for v in (0, 1, size))
    n = b.Squeeze(b.Shape(input, start=at, end=at + 1), b.const([0], "int64"))
    starts = b.Range(zero, b.Add(b.Sub(n, width), one), b.const(step, "int64"))
    places = b.Add(b.Unsqueeze(starts, b.const([1], "int64")), b.Range(zero, width, one))
    out = b.Gather(input, places, axis=at)  # the window right after its axis
    order = [*range(at + 1), *range(at + 2, rank + 1), at + 1]
    return b.Transpose(out, perm=order)


tensor_unfold.sample(f32(5), axis=0, size=2, step=1, fixed="input")
tensor_unfold.sample(f32(2, 5, 3), axis=1, size=3, step=2, fixed="input")
