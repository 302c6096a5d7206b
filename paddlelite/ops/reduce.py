"""Reductions: sum, mean, max, min, prod, all, any, and the sum that undoes a broadcast."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import dims as D
from ..dtypes import DType, bool_, int64
from ..op import Op, Spec, op
from .creation import fill_any_like
from .elementwise import cast, divide, equal, multiply, subtract
from .quiet import quiet
from .repeat import expand
from .rules import axes_in, holomorphic, require_float
from .samples import b, f32, f64, i32
from .shape import reshape, shape


def axes_of(rank: int, dim: Sequence[int] | int, reduce_all: bool) -> tuple[int, ...]:
    """The axes a reduction goes over. An empty ``dim`` means all of them."""
    dim = (dim,) if isinstance(dim, int) else tuple(dim)
    return tuple(range(rank)) if reduce_all or not dim else axes_in(dim, rank)


def reduced(dims: Sequence[D.Size], axes: Sequence[int], keep: bool) -> tuple[D.Size, ...]:
    """The shape after reducing over ``axes``."""
    return tuple(1 if i in axes else d for i, d in enumerate(dims) if keep or i not in axes)


def numpy_axis(dim: Sequence[int] | int) -> Any:
    """The ``dim`` of a reduction as NumPy's ``axis`` argument."""
    if type(dim) is int:
        return dim
    return None if not dim else dim[0] if len(dim) == 1 else tuple(dim)  # type: ignore[index,arg-type]


def _reduction(type: str, reduce: Any, onnx: str, result: DType | None = None, *, total: bool = False) -> Op:
    """A reduction with PaddlePaddle's attributes; ``reduce(X, axis, dtype, out, keepdims)`` on arrays."""

    def call(X, *, dim=(0,), keep_dim=False, reduce_all=False, in_dtype=None, out_dtype=None):  # type: ignore[no-untyped-def]
        out = reduce(X, None if reduce_all or not X.ndim else numpy_axis(dim), None, None, keep_dim)
        target = out_dtype.np if out_dtype is not None else X.dtype if result is None else result.np
        return out if out.dtype is target else np.asarray(out).astype(target)

    record = op(type, total=total)(call)
    record.__doc__ = f"``{type[7:]}`` over the axes ``dim``. ONNX: {onnx}."

    @record.infer
    def infer(X: Any, *, dim: Any, keep_dim: bool, reduce_all: bool, in_dtype: Any, out_dtype: Any) -> Spec:
        axes = axes_of(len(X.dims), dim, reduce_all)
        return Spec(reduced(X.dims, axes, keep_dim), out_dtype or result or X.dtype)

    @record.onnx
    def lower(
        b: Any, X: Any, *, dim: Any, keep_dim: bool, reduce_all: bool, in_dtype: Any, out_dtype: Any
    ) -> Any:
        axes = axes_of(len(X.dims), dim, reduce_all)
        x = b.cast(X, out_dtype) if out_dtype is not None else X
        if result is not None:
            x = b.cast(X, result)
        if x.dtype.is_bool:
            x = b.cast(x, "int32")
        over = b.const(list(axes), "int64")
        if not axes:
            out = b.Identity(x)
        elif onnx == "ReduceMean" and not all(
            isinstance(X.dims[axis], int) and X.dims[axis] for axis in axes
        ):
            # Over no elements the mean is NaN, but onnxruntime's ReduceMean 0.
            count = b.ReduceProd(b.Gather(b.Shape(x), over), b.const([0], "int64"), keepdims=0)
            out = b.Div(b.ReduceSum(x, over, keepdims=int(keep_dim)), b.cast(count, x.dtype))
        else:
            out = getattr(b, onnx)(x, over, keepdims=int(keep_dim))
        if result is not None:
            # Over no elements onnxruntime's ReduceMax is 0 or the smallest number, its ReduceMin 0 or the greatest.
            return b.Greater(out, b.const(0, "int32"))
        return b.cast(out, out_dtype or X.dtype) if X.dtype.is_bool else out

    record.sample(f32(2, 3, 4), dim=[1]).sample(f32(2, 3), dim=[], reduce_all=True).sample(
        f32(2, 3), dim=[-1], keep_dim=True
    )
    record.sample(f32(2, 3, 4), dim=[0, 2]).sample(f32(), dim=[], reduce_all=True).sample(f64(3), dim=[0])
    return record


def _like_input(c: Any, t: Any) -> Any:
    """A reduced tensor brought back to the input's shape."""
    like = c.like("X")
    return spread(t, like, axes_of(len(like.dims), c.dim, c.reduce_all))


def spread(t: Any, like: Any, axes: Sequence[int]) -> Any:
    """What was reduced over ``axes``, brought back to the shape of ``like``."""
    if D.is_static(like.dims):
        return (
            t
            if tuple(t.dims) == tuple(like.dims)
            else repeat_over(t, axes=tuple(axes), shape=tuple(like.dims))
        )
    kept = reduced(like.dims, axes, True)
    if tuple(t.dims) != kept:
        t = _insert(t, axes)
    return broadcast_like(t, like)


def _insert(t: Any, axes: Sequence[int]) -> Any:
    from .shape import unsqueeze

    return unsqueeze(t, axes=list(axes))


def broadcast_like(t: Any, like: Any) -> Any:
    """``t`` broadcast to the shape of ``like``."""
    if tuple(t.dims) == tuple(like.dims):
        return t
    if D.is_static(like.dims):
        return expand(t, shape=list(like.dims))
    return expand(t, shape(like.value))


@op("repeat_over")
def repeat_over(X, *, axes, shape):  # type: ignore[no-untyped-def]
    """``X`` repeated along ``axes`` to ``shape``: the gradient of a sum. ONNX: Unsqueeze, Expand."""
    if not X.flags.c_contiguous:
        X = np.ascontiguousarray(X)
    steps = iter(X.strides)
    if X.ndim == len(shape):
        strides = [0 if i in axes else s for i, s in enumerate(steps)]
    else:
        strides = [0 if i in axes else next(steps) for i in range(len(shape))]
    # The same elements again and again, without a copy (np.broadcast_to does this, ten times slower).
    out = np.ndarray(shape, X.dtype, X, 0, strides) if X.size else np.empty(shape, X.dtype)
    out.flags.writeable = False
    return out


repeat_over.infer(lambda X, *, axes, shape: Spec(tuple(shape), X.dtype))


@repeat_over.grad(saves="")
def _(c: Any, g: Any) -> Any:
    return reduce_sum(
        g, dim=list(c.axes), keep_dim=len(c.like("X").dims) == len(c.shape), reduce_all=not c.axes
    )


@repeat_over.onnx
def _(b: Any, X: Any, *, axes: Any, shape: Any) -> Any:
    if len(X.dims) != len(shape):
        X = b.Unsqueeze(X, b.const(list(axes), "int64"))
    return b.Expand(X, b.const(list(shape), "int64"))


reduce_sum = _reduction("reduce_sum", np.add.reduce, "ReduceSum", total=True)
repeat_over.sample(f32(2), axes=(1,), shape=(2, 3)).sample(f32(2, 1), axes=(1,), shape=(2, 3)).sample(
    f32(), axes=(0, 1), shape=(2, 3)
)
repeat_over.sample(f32(3), axes=(0, 2), shape=(2, 3, 4)).sample(f32(1, 0), axes=(0,), shape=(2, 0))
reduce_sum.sample(i32(3), dim=[0], out_dtype=int64, grad="").sample(b(3), dim=[0], out_dtype=int64, grad="")


@reduce_sum.grad(saves="")
def _(c: Any, g: Any) -> Any:
    dx = _like_input(c, g)
    return cast(dx, out_dtype=c.like("X").dtype) if dx.dtype is not c.like("X").dtype else dx


def _mean(X: np.ndarray, axis: Any, dtype: Any, out: Any, keepdims: bool) -> Any:
    # Halves add up in float32.
    total = np.add.reduce(X, axis, np.float32 if X.dtype.itemsize == 2 else None, None, keepdims)
    count = X.size // max(total.size, 1)
    if count == 0:
        return quiet(np.true_divide, total, total * 0)
    if X.dtype.kind in "iub":
        return np.trunc(np.true_divide(total, count))
    return total / count


reduce_mean = _reduction("reduce_mean", _mean, "ReduceMean", total=True)


@reduce_mean.grad(saves="")
def _(c: Any, g: Any) -> Any:
    like = c.like("X")
    count = D.numel(like.dims[a] for a in axes_of(len(like.dims), c.dim, c.reduce_all))
    if isinstance(count, int):
        from .elementwise import scale

        return _like_input(c, scale(g, scale=1.0 / count if count else 0.0))
    ones = fill_any_like(like.value, value=1.0)
    total = reduce_sum(ones, dim=c.dim, keep_dim=c.keep_dim, reduce_all=c.reduce_all)
    return _like_input(c, divide(g, total))


reduce_max = _reduction("reduce_max", np.maximum.reduce, "ReduceMax")
reduce_min = _reduction("reduce_min", np.minimum.reduce, "ReduceMin")


def _at_extremes(c: Any, g: Any) -> Any:
    """The gradient goes to every element that equals the result, as in PaddlePaddle."""
    hit = cast(equal(c.X, _like_input(c, c.Out)), out_dtype=g.dtype)
    return multiply(_like_input(c, g), hit)


reduce_max.grad(_at_extremes, saves="X Out")
reduce_min.grad(_at_extremes, saves="X Out")

reduce_amax = _reduction("reduce_amax", np.maximum.reduce, "ReduceMax")
reduce_amin = _reduction("reduce_amin", np.minimum.reduce, "ReduceMin")


def _shared_among_extremes(c: Any, g: Any) -> Any:
    """Elements that equal the result share the gradient evenly."""
    hit = cast(equal(c.X, _like_input(c, c.Out)), out_dtype=g.dtype)
    count = reduce_sum(hit, dim=c.dim, keep_dim=c.keep_dim, reduce_all=c.reduce_all)
    return multiply(_like_input(c, divide(g, count)), hit)


reduce_amax.grad(_shared_among_extremes, saves="X Out")
reduce_amin.grad(_shared_among_extremes, saves="X Out")


@op("logsumexp")
def logsumexp(X, *, axis=(0,), keepdim=False, reduce_all=False):  # type: ignore[no-untyped-def]
    """``log(sum(exp(x)))`` over ``axis`` without overflow. ONNX: ReduceLogSumExp."""
    axes = axes_of(X.ndim, axis, reduce_all)
    if not X.size:
        return np.full(reduced(X.shape, axes, keepdim), -np.inf, X.dtype)
    top = X.max(axis=axes, keepdims=True)
    top = np.where(np.isfinite(top), top, X.dtype.type(0))
    total = quiet(np.log, np.exp(X - top).sum(axis=axes, keepdims=True))
    total = total + top
    return np.asarray(total if keepdim else total.reshape(reduced(X.shape, axes, False)), dtype=X.dtype)


@logsumexp.infer
def _(X: Any, *, axis: Any, keepdim: bool, reduce_all: bool) -> Spec:
    require_float("logsumexp", X)
    return Spec(reduced(X.dims, axes_of(len(X.dims), axis, reduce_all), keepdim), X.dtype)


@logsumexp.grad(saves="X Out")
def _(c: Any, g: Any) -> Any:
    from .unary import exp

    like = c.like("X")
    axes = axes_of(len(like.dims), c.axis, c.reduce_all)
    return multiply(spread(g, like, axes), exp(subtract(c.X, spread(c.Out, like, axes))))


@logsumexp.onnx
def _(b: Any, X: Any, *, axis: Any, keepdim: bool, reduce_all: bool) -> Any:
    axes = axes_of(len(X.dims), axis, reduce_all)
    if not axes:
        return b.Identity(X)
    return b.ReduceLogSumExp(X, b.const(list(axes), "int64"), keepdims=int(keepdim))


logsumexp.sample(f32(2, 3, 4), axis=[1]).sample(f32(2, 3), axis=[], reduce_all=True).sample(
    f32(2, 3), keepdim=True
)
logsumexp.sample(f32(), axis=[], reduce_all=True).sample(
    np.float32([[1e4, 1e4], [-1e4, 0]]), axis=[1], grad=""
)

reduce_prod = _reduction("reduce_prod", np.multiply.reduce, "ReduceProd")


@reduce_prod.grad(saves="X Out")
@holomorphic
def _(c: Any, g: Any) -> Any:
    return divide(_like_input(c, multiply(g, c.Out)), c.X)


reduce_all = _reduction("reduce_all", np.logical_and.reduce, "ReduceProd", bool_)
reduce_any = _reduction("reduce_any", np.logical_or.reduce, "ReduceMax", bool_)
reduce_mean.sample(np.zeros((0, 2), np.float32), dim=[0])
for _record in (reduce_all, reduce_any):
    _record.sample_list.clear()
    _record.sample(b(2, 3), dim=[1]).sample(b(2, 3), dim=[], reduce_all=True).sample(
        b(3), dim=[0], keep_dim=True
    )
    _record.sample(b(0), dim=[0]).sample(b(2, 0), dim=[], reduce_all=True).sample(
        np.float32([-1, 0]), dim=[0]
    )


@op("sum_to_shape")
def sum_to_shape(X, Shape):  # type: ignore[no-untyped-def]
    """``X`` summed over the axes that a tensor of shape ``Shape`` was broadcast along. Undoes a broadcast."""
    target = [int(s) for s in Shape]
    lead = X.ndim - len(target)
    axes = tuple(i for i in range(X.ndim) if i < lead or (target[i - lead] == 1 and X.shape[i] != 1))
    return X.sum(axis=axes, keepdims=True).reshape(target) if axes else X


@sum_to_shape.infer
def _(X: Any, Shape: Any) -> Spec:
    if Shape.content is not None:
        return Spec(tuple(Shape.content), X.dtype)
    return Spec(tuple(D.fresh() for _ in range(Shape.dims[0])), X.dtype)


@sum_to_shape.grad(saves="")
def _(c: Any, g: Any) -> Any:
    return broadcast_like(g, c.like("X")), None


@sum_to_shape.onnx
def _(b: Any, X: Any, Shape: Any) -> Any:
    rank, target = len(X.dims), b.cast(Shape, "int64")
    lead = rank - Shape.dims[0]
    if lead:
        target = b.Concat(b.const([1] * lead, "int64"), target, axis=0)
    # The axes where the target is 1 and X is not, known only at run time.
    hit = b.And(b.Equal(target, b.const(1, "int64")), b.Not(b.Equal(b.Shape(X), b.const(1, "int64"))))
    axes = b.Squeeze(b.NonZero(hit), b.const([0], "int64"))
    summed = b.ReduceSum(X, axes, keepdims=1, noop_with_empty_axes=1)
    return b.Reshape(summed, b.cast(Shape, "int64"))


sum_to_shape.sample(f32(2, 3), np.array([3], np.int32)).sample(f32(2, 3), np.array([2, 1], np.int32))

__all__ = [
    "reduce_all",
    "reduce_any",
    "reduce_max",
    "reduce_mean",
    "reduce_min",
    "reduce_prod",
    "reduce_sum",
    "reshape",
]
