"""Results whose size depends on the values: nonzero, masked_select, unique; and counting: searchsorted, histogram."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import dims as D
from ..dtypes import DType, float32, int32, int64
from ..errors import InvalidArgumentError
from ..op import Spec, op
from .samples import b, f32, i64

__all__ = [
    "bincount",
    "histogram",
    "masked_select",
    "searchsorted",
    "unique",
    "unique_consecutive",
    "where_index",
]


@op("where_index")
def where_index(Condition):  # type: ignore[no-untyped-def]
    """The places of the elements that are not 0, one row each. ONNX: NonZero."""
    return np.argwhere(Condition) if Condition.ndim else np.zeros((int(bool(Condition)), 0), np.int64)


where_index.infer(lambda Condition: Spec((D.fresh(), len(Condition.dims)), int64))


@where_index.onnx
def _(b: Any, Condition: Any) -> Any:
    if not Condition.dims:
        # NonZero of a scalar is an (1, n) tensor in onnxruntime, where PaddlePaddle has (n, 0).
        found = b.cast(b.Reshape(b.cast(Condition, "bool"), b.const([1], "int64")), "int64")
        return b.Expand(b.const(np.zeros((1, 0), np.int64)), b.Concat(found, b.const([0], "int64"), axis=0))
    return b.Transpose(b.NonZero(Condition), perm=[1, 0])


where_index.sample(b(2, 3)).sample(f32(3)).sample(i64(4)).sample(b(0, 2)).sample(np.zeros((2, 2), bool))


@op("masked_select", out="Y")
def masked_select(X, Mask):  # type: ignore[no-untyped-def]
    """The elements of ``X`` where the mask (which broadcasts with it) holds, as a vector. ONNX: NonZero, GatherND."""
    if X.shape != Mask.shape:
        X, Mask = np.broadcast_arrays(X, Mask)
    return X[Mask].reshape(-1)


@masked_select.infer
def _(X: Any, Mask: Any) -> Spec:
    if not Mask.dtype.is_bool:
        raise InvalidArgumentError(f"masked_select: the mask must be bool, got {Mask.dtype.name}")
    D.broadcast(X.dims, Mask.dims)
    return Spec((D.fresh(),), X.dtype)


@masked_select.grad(saves="X Mask")
def _(c: Any, g: Any) -> Any:
    from .rules import sum_to

    mask = c.Mask
    dims = D.broadcast(c.X.dims, mask.dims)
    base = c.X if tuple(c.X.dims) == tuple(dims) else _expand_to(c.X, mask)
    mask = mask if tuple(mask.dims) == tuple(dims) else _expand_to(mask, base)
    return sum_to(masked_place(base, mask, g), c.like("X")), None


def _expand_to(x: Any, like: Any) -> Any:
    from .elementwise import add, cast
    from .logic import logical_and, logical_or
    from .unary import logical_not

    if x.dtype.is_bool:
        true = logical_or(cast(like, out_dtype=x.dtype), logical_not(cast(like, out_dtype=x.dtype)))
        return logical_and(x, true)
    return add(x, fill_zero(like, x.dtype))


def fill_zero(like: Any, dtype: DType) -> Any:
    """Zeros of another tensor's shape."""
    from .creation import fill_any_like

    return fill_any_like(like, value=0.0, dtype=dtype)


@masked_select.onnx
def _(b: Any, X: Any, Mask: Any) -> Any:
    dims = D.broadcast(X.dims, Mask.dims)
    if tuple(X.dims) != dims:
        X = b.Expand(X, b.Shape(Mask))
    if tuple(Mask.dims) != dims:
        Mask = b.Expand(Mask, b.Shape(X))
    flat = b.Reshape(X, b.const([-1], "int64"))
    return b.Compress(flat, b.Reshape(Mask, b.const([-1], "int64")), axis=0)


# The size of the result is not known before it runs, so the sweep has no weights for its gradient:
# tests/ops/test_select.py checks it.
for _x, _mask in (
    (f32(2, 3), b(2, 3)),
    (f32(3), b(2, 3)),
    (f32(2, 3), b(3)),
    (i64(4), b(4)),
    (f32(0, 3), b(0, 3)),
):
    masked_select.sample(_x, _mask, grad="")
masked_select.sample(f32(), b(), grad="")


@op("masked_select_grad", out="X@GRAD")
def masked_place(X, Mask, Value):  # type: ignore[no-untyped-def]
    """Zeros of X's shape with the elements of ``Value`` put, in order, where the mask holds. ONNX: ScatterND."""
    out = np.zeros(X.shape, Value.dtype)
    out[Mask] = Value
    return out


masked_place.infer(lambda X, Mask, Value: Spec(X.dims, Value.dtype))
masked_place.grad(lambda c, g: (None, None, masked_select(g, c.Mask)), saves="Mask")


@masked_place.onnx
def _(b: Any, X: Any, Mask: Any, Value: Any) -> Any:
    zeros = b.Expand(b.const(0, Value.dtype), b.Shape(X))
    if not X.dims:
        return b.Reshape(
            b.ReduceSum(b.Concat(Value, b.const([0], Value.dtype), axis=0), keepdims=0), b.const([], "int64")
        )
    return b.ScatterND(zeros, b.Transpose(b.NonZero(Mask), perm=[1, 0]), Value)


masked_place.sample(f32(2, 3), np.array([[True, False, True], [False, True, False]]), f32(3), grad="Value")


@op("unique", out=("Out", "Indices", "Index", "Counts"))
def unique(  # type: ignore[no-untyped-def]
    X, *, return_index=False, return_inverse=False, return_counts=False, axis=(), dtype=int64, is_sorted=False
):
    """The different elements (slices along ``axis``) in order, where each is first, its number, how often."""
    along = axis[0] if len(axis) else None
    out, index, inverse, counts = np.unique(X, True, True, True, axis=along)
    inverse = inverse.reshape(-1)
    return out, *(
        a.astype(dtype.np) if wanted or name == "Index" else None
        for a, wanted, name in (
            (index, return_index, "Indices"),
            (inverse, return_inverse, "Index"),
            (counts, return_counts, ""),
        )
    )


@unique.infer
def _(
    X: Any,
    *,
    return_index: bool,
    return_inverse: bool,
    return_counts: bool,
    axis: Any,
    dtype: DType,
    is_sorted: bool,
) -> Any:
    n = D.fresh()
    if len(axis):
        from .rules import axis_in

        at = axis_in(axis[0], len(X.dims))
        dims, size = tuple(n if i == at else d for i, d in enumerate(X.dims)), X.dims[at]
    else:
        dims, size = (n,), D.numel(X.dims)
    found = Spec((n,), dtype)
    return (
        Spec(dims, X.dtype),
        found if return_index else None,
        Spec((size,), dtype),
        found if return_counts else None,
    )


@unique.onnx
def _(
    b: Any,
    X: Any,
    *,
    return_index: bool,
    return_inverse: bool,
    return_counts: bool,
    axis: Any,
    dtype: DType,
    is_sorted: bool,
) -> Any:
    attrs = {"axis": axis[0] % len(X.dims)} if len(axis) else {}
    x = X if X.dims else b.Reshape(X, b.const([1], "int64"))
    out, index, inverse, counts = b.Unique(x, sorted=1, outputs=4, **attrs)
    return (
        out,
        b.cast(index, dtype) if return_index else None,
        b.cast(inverse, dtype),
        b.cast(counts, dtype) if return_counts else None,
    )


unique.sample(np.int64([3, 1, 3, 2])).sample(np.int64([[1, 2], [1, 2], [0, 5]]), axis=[0], return_index=True)
unique.sample(np.int64([3, 1, 3, 2]), return_index=True, return_inverse=True, return_counts=True, dtype=int32)


@op("unique_consecutive", out=("Out", "Index", "Counts"))
def unique_consecutive(X, *, return_inverse=False, return_counts=False, axis=(), dtype=int64):  # type: ignore[no-untyped-def]
    """Elements (slices along ``axis``) that differ from the one before; where each went; how long each run is."""
    along = axis[0] % X.ndim if len(axis) else 0
    x = X if len(axis) else X.reshape(-1)
    rows = np.moveaxis(x, along, 0).reshape(x.shape[along], -1)
    starts = np.ones(len(rows), bool)
    starts[1:] = (rows[1:] != rows[:-1]).any(axis=1)
    places = np.flatnonzero(starts)
    inverse = np.cumsum(starts) - 1
    counts = np.diff(np.append(places, len(rows)))
    return (
        np.take(x, places, along),
        inverse.astype(dtype.np) if return_inverse else None,
        counts.astype(dtype.np) if return_counts else None,
    )


@unique_consecutive.infer
def _(X: Any, *, return_inverse: bool, return_counts: bool, axis: Any, dtype: DType) -> Any:
    n = D.fresh()
    at = axis[0] % len(X.dims) if len(axis) else 0
    dims = tuple(n if i == at else d for i, d in enumerate(X.dims)) if len(axis) else (n,)
    size = X.dims[at] if len(axis) else D.numel(X.dims)
    return (
        Spec(dims, X.dtype),
        Spec((size,), dtype) if return_inverse else None,
        Spec((n,), dtype) if return_counts else None,
    )


unique_consecutive.sample(np.int64([1, 1, 2, 2, 1])).sample(
    np.int64([1, 1, 2]), return_inverse=True, return_counts=True
)
unique_consecutive.sample(np.int64([[1, 2], [1, 2], [0, 5]]), axis=[0], return_counts=True)


@op("searchsorted")
def searchsorted(SortedSequence, Values, *, out_int32=False, right=False):  # type: ignore[no-untyped-def]
    """Where each value would be inserted to keep the last axis of the sequence sorted. ONNX: Less, ReduceSum."""
    dtype, side = np.int32 if out_int32 else np.int64, "right" if right else "left"
    if SortedSequence.ndim == 1:
        return np.asarray(np.searchsorted(SortedSequence, Values, side)).astype(dtype)
    if SortedSequence.shape[:-1] != Values.shape[:-1]:
        raise ValueError("the leading sizes differ")
    out = np.empty(Values.shape, dtype)
    for at in np.ndindex(SortedSequence.shape[:-1]):
        out[at] = np.searchsorted(SortedSequence[at], Values[at], side)
    return out


@searchsorted.infer
def _(SortedSequence: Any, Values: Any, *, out_int32: bool = False, right: bool = False) -> Spec:
    s, v = SortedSequence.dims, Values.dims
    if not s:
        raise InvalidArgumentError("searchsorted: the sequence must have at least one axis")
    known = all(isinstance(d, int) for d in (*s, *v))
    if len(s) > 1 and (len(s) != len(v) or (known and s[:-1] != v[:-1])):
        raise InvalidArgumentError(
            f"The dimensions except the last of sorted_sequence {list(s)} and values {list(v)} should be the same."
        )
    return Spec(v, int32 if out_int32 else int64)


@searchsorted.onnx
def _(b: Any, SortedSequence: Any, Values: Any, *, out_int32: bool = False, right: bool = False) -> Any:
    last = b.const([-1], "int64")
    values = b.Unsqueeze(Values, last)
    sequence = b.Unsqueeze(SortedSequence, b.const([len(SortedSequence.dims) - 1], "int64"))
    below = b.LessOrEqual(sequence, values) if right else b.Less(sequence, values)
    total = b.ReduceSum(b.cast(below, "int64"), last, keepdims=0)
    return b.cast(total, "int32") if out_int32 else total


searchsorted.sample(np.float32([1, 3, 5]), np.float32([[0, 3], [4, 9]])).sample(
    np.int64([1, 3, 3]), np.int64([3]), right=True
)
searchsorted.sample(np.float32([[1, 3], [2, 4]]), np.float32([[2, 3, 9], [2, 2, 5]]), out_int32=True)


@op("histogram")
def histogram(X, Weight=None, *, bins=100, min=0, max=0, density=False):  # type: ignore[no-untyped-def]
    """How many elements fall into each of ``bins`` equal parts of [min, max]; of X's range when both are equal."""
    low, high = (
        (float(min), float(max)) if min != max else (float(X.min()), float(X.max())) if X.size else (0.0, 0.0)
    )
    if low == high:
        low, high = low - 1, high + 1
    weights = None if Weight is None else Weight.reshape(-1)
    counts = np.histogram(
        X.reshape(-1).astype(np.float64), bins, (low, high), weights=weights, density=density
    )[0]
    return counts.astype(np.float32 if density else np.int64 if Weight is None else Weight.dtype)


@histogram.infer
def _(
    X: Any, Weight: Any = None, *, bins: int = 100, min: float = 0, max: float = 0, density: bool = False
) -> Spec:
    if bins < 1:
        raise InvalidArgumentError(f"The bins should be greater than or equal to 1, but received {bins}")
    if max < min:
        raise InvalidArgumentError(f"max ({max}) should be larger than or equal to min ({min})")
    return Spec((bins,), float32 if density else int64 if Weight is None else Weight.dtype)


histogram.sample(f32(10), bins=4).sample(i64(10), bins=3, min=0, max=3).sample(
    f32(10), bins=4, min=-1, max=1, density=True
)


@op("bincount")
def bincount(X, Weights=None, *, minlength=0):  # type: ignore[no-untyped-def]
    """How often each number from 0 on occurs, or the total of its weights."""
    weights = None if Weights is None else Weights
    counts = np.bincount(X, weights, minlength)
    return counts.astype(
        np.int64 if Weights is None else Weights.dtype if Weights.dtype.kind in "fV" else np.float64
    )


@bincount.infer
def _(X: Any, Weights: Any = None, *, minlength: int = 0) -> Spec:
    from ..dtypes import float64

    if not X.dtype.is_integer or len(X.dims) != 1:
        raise InvalidArgumentError(f"bincount takes a vector of integers, got {X.dtype.name}{list(X.dims)}")
    if minlength < 0:
        raise InvalidArgumentError(f"The minlength should not be less than 0, but received {minlength}")
    dtype = int64 if Weights is None else Weights.dtype if Weights.dtype.is_floating else float64
    return Spec((D.fresh(),), dtype)


bincount.sample(np.int64([1, 2, 1, 4])).sample(np.int64([1, 2, 1]), f32(3), minlength=6, grad="")
