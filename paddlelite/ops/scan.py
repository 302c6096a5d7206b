"""Running totals along an axis: cumsum, cumprod, logcumsumexp, cummax, cummin."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import dims as D
from ..dtypes import DType, int64
from ..op import Op, Spec, op
from .elementwise import divide, multiply, subtract
from .quiet import quiet
from .rules import axis_in
from .samples import f32, f64, i64
from .shape import reshape, reshape_like
from .unary import exp

__all__ = ["cummax", "cummin", "cumprod", "cumsum", "logcumsumexp"]


def _scan(
    X: np.ndarray, accumulate: Any, axis: int, flatten: bool, exclusive: bool, reverse: bool, first: float
) -> Any:
    """``accumulate(x, axis)`` with PaddlePaddle's variants: on all elements, without the own one, from the end."""
    if flatten or X.ndim == 0:
        X, axis = X.reshape(-1), 0
    if reverse:
        X = np.flip(X, axis)
    out = accumulate(X, axis)
    if exclusive:
        start = np.full_like(np.take(out, [0], axis) if out.shape[axis] else out, first)
        out = np.concatenate((start, np.delete(out, -1, axis)), axis) if out.shape[axis] else out
    return np.ascontiguousarray(np.flip(out, axis)) if reverse else out


def _scan_infer(
    X: Any, *, axis: int = -1, flatten: bool = False, exclusive: bool = False, reverse: bool = False
) -> Spec:
    if flatten:
        return Spec((D.numel(X.dims),), X.dtype)
    if not X.dims:
        return Spec((), X.dtype)
    axis_in(axis, len(X.dims))
    return Spec(X.dims, X.dtype)


@op("cumsum")
def cumsum(X, *, axis=-1, flatten=False, exclusive=False, reverse=False):  # type: ignore[no-untyped-def]
    """The running sum along ``axis``. ONNX: CumSum."""
    out = _scan(X, lambda x, a: np.add.accumulate(x, a), axis, flatten, exclusive, reverse, 0)
    return out if X.ndim or flatten else out.reshape(())


cumsum.infer(_scan_infer)


@cumsum.grad(saves="")
def _(c: Any, g: Any) -> Any:
    dx = cumsum(g, axis=0 if c.flatten else c.axis, exclusive=c.exclusive, reverse=not c.reverse)
    return reshape_like(dx, c.like("X")) if c.flatten else dx


@cumsum.onnx
def _(
    b: Any, X: Any, *, axis: int = -1, flatten: bool = False, exclusive: bool = False, reverse: bool = False
) -> Any:
    if not X.dims:
        x = b.Reshape(X, b.const([1], "int64"))
    else:
        x = b.Reshape(X, b.const([-1], "int64")) if flatten else X
    at = 0 if flatten or not X.dims else axis_in(axis, len(X.dims))
    out = b.CumSum(x, b.const(at, "int64"), exclusive=int(exclusive), reverse=int(reverse))
    return out if X.dims or flatten else b.Reshape(out, b.const([], "int64"))


cumsum.sample(f32(2, 3)).sample(f32(2, 3), axis=0).sample(f32(2, 3), flatten=True).sample(
    i64(4), axis=0, grad=""
)
cumsum.sample(f32(2, 3), exclusive=True).sample(f32(2, 3), axis=1, reverse=True).sample(f32(0, 3)).sample(
    f64(3)
)
cumsum.sample(f32(2, 3), exclusive=True, reverse=True).sample(f32())


@op("cumprod")
def cumprod(X, *, dim=0):  # type: ignore[no-untyped-def]
    """The running product along ``dim``. Its gradient divides by X. ONNX: Loop-free form for a known size."""
    return np.multiply.accumulate(X, dim) if X.ndim else X.copy()


@cumprod.infer
def _(X: Any, *, dim: int = 0) -> Spec:
    axis_in(dim, len(X.dims), "dim")
    return Spec(X.dims, X.dtype)


@cumprod.grad(saves="X Out")
def _(c: Any, g: Any) -> Any:
    if not c.X.dims:
        return g
    return divide(cumsum(multiply(g, c.Out), axis=c.dim, reverse=True), c.X)


@cumprod.onnx
def _(b: Any, X: Any, *, dim: int = 0) -> Any:
    if not X.dims:
        return b.Identity(X)
    axis = axis_in(dim, len(X.dims), "dim")
    # Square and shift: after step k every element holds the product of the 2^k elements up to it.
    size = X.dims[axis]
    if not isinstance(size, int):
        return _cumprod_loop(b, X, axis)
    out, shift = X, 1
    if size < 2:
        return b.Identity(X)
    axes = b.const([axis], "int64")
    while shift < size:
        head = b.Slice(out, b.const([0], "int64"), b.const([size - shift], "int64"), axes)
        first = b.Slice(X, b.const([0], "int64"), b.const([shift], "int64"), axes)
        ones = (
            b.Add(b.Mul(first, b.const(0, X.dtype)), b.const(1, X.dtype))
            if not X.dtype.is_floating
            else _ones_like(b, first)
        )
        out = b.Mul(out, b.Concat(ones, head, axis=axis))
        shift *= 2
    return out


def _ones_like(b: Any, x: Any) -> Any:
    return b.Expand(b.const(1, x.dtype), b.Shape(x))


def _cumprod_loop(b: Any, X: Any, axis: int) -> Any:
    """For an unknown size: a Scan over the axis."""
    state = b.Squeeze(
        _ones_like(b, b.Slice(X, *(b.const([v], "int64") for v in (0, 1, axis)))), b.const([axis], "int64")
    )
    body = b.inner()
    rest = tuple(d for i, d in enumerate(X.dims) if i != axis)
    carried, element = body.input("carried", X.dtype, rest), body.input("element", X.dtype, rest)
    product = body.Mul(carried, element)
    body.outputs([product, body.Identity(product)])
    _, out = b.Scan(
        state, X, body=body, num_scan_inputs=1, scan_input_axes=[axis], scan_output_axes=[axis], outputs=2
    )
    return out


cumprod.sample(f32(2, 5, low=0.5), dim=1).sample(f32(2, 3, low=0.5), dim=0).sample(
    i64(4), dim=0, grad=""
).sample(f32(), dim=0)
cumprod.sample(f32(0, 3), dim=0)


@op("logcumsumexp")
def logcumsumexp(X, *, axis=-1, flatten=False, exclusive=False, reverse=False):  # type: ignore[no-untyped-def]
    """``log(cumsum(exp(x)))`` along ``axis`` without overflow. It has no form in ONNX that keeps this."""
    out = _scan(
        X, lambda x, a: quiet(np.logaddexp.accumulate, x, a), axis, flatten, exclusive, reverse, -np.inf
    )
    return np.asarray(out if X.ndim or flatten else out.reshape(()), dtype=X.dtype)


logcumsumexp.infer(_scan_infer)


@logcumsumexp.grad(saves="X Out")
def _(c: Any, g: Any) -> Any:
    like = c.like("X")
    x = reshape(c.X, shape=[-1]) if c.flatten else c.X
    if not x.dims:
        return g
    # sum over i >= j of g_i exp(x_j - out_i), scaled by the largest value so that no exponential overflows.
    from .reduce import reduce_max

    axis = 0 if c.flatten else c.axis
    top = reduce_max(x, dim=[axis], keep_dim=True)
    weights = multiply(g, exp(subtract(top, c.Out)))
    total = cumsum(weights, axis=axis, exclusive=c.exclusive, reverse=not c.reverse)
    dx = multiply(total, exp(subtract(x, top)))
    return reshape_like(dx, like) if c.flatten else dx


logcumsumexp.sample(f32(2, 3)).sample(f32(2, 3), axis=0).sample(f32(2, 3), flatten=True).sample(
    f32(4), reverse=True
)
logcumsumexp.sample(f32(0, 3)).sample(f32())


def _running_extreme(type: str, function: Any, beats: Any) -> Op:
    @op(type, out=("out", "indices"))
    def call(x, *, axis=-1, dtype=int64):  # type: ignore[no-untyped-def]
        if not x.ndim:
            return x.copy(), np.zeros((), dtype.np)
        out = function.accumulate(x, axis)
        places = np.arange(x.shape[axis]).reshape([-1 if i == axis % x.ndim else 1 for i in range(x.ndim)])
        # The last place that reached the running value.
        at = np.where(beats(x, out), places, 0)
        return out, np.maximum.accumulate(at, axis).astype(dtype.np)

    call.__doc__ = (
        f"The running {'maximum' if type == 'cummax' else 'minimum'} along ``axis`` and where it was reached."
    )

    @call.infer
    def infer(x: Any, *, axis: int = -1, dtype: DType = int64) -> tuple[Spec, Spec]:
        axis_in(axis, len(x.dims))
        return Spec(x.dims, x.dtype), Spec(x.dims, dtype)

    @call.grad(saves="indices")
    def grad(c: Any, g: Any, gi: Any = None) -> Any:
        from .sort import scatter_along

        return scatter_along(c, g, c.indices, c.axis, "x")

    call.sample(f32(2, 4)).sample(f32(3, 2), axis=0).sample(f32()).sample(i64(5), grad="").sample(f32(0, 2))
    return call


cummax = _running_extreme("cummax", np.maximum, lambda x, out: (x == out) | np.isnan(x))
cummin = _running_extreme("cummin", np.minimum, lambda x, out: (x == out) | np.isnan(x))
