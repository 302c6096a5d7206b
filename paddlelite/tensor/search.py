"""Choosing and finding elements: where, argmax, argsort, topk, nonzero and their relatives."""

from __future__ import annotations

from typing import Any

from .. import dims as D
from ..dtypes import dtype_of, int32
from ..errors import InvalidArgumentError, InvalidTypeError
from ..mode import mode as running
from ..ops import search, select
from ..ops import sort as sort_ops
from ..ops.elementwise import add, cast, scale
from ..ops.index import slice_
from ..ops.repeat import expand
from ..ops.shape import shape
from .arguments import axis_of
from .creation import to_tensor
from .operators import operands, require_tensor
from .tensor import Tensor, method

__all__ = [
    "argmax",
    "argmin",
    "argsort",
    "bucketize",
    "kthvalue",
    "masked_select",
    "mode",
    "nonzero",
    "searchsorted",
]
__all__ += ["sort", "topk", "unique", "unique_consecutive", "where", "where_"]


def where(condition: Tensor, x: Any = None, y: Any = None, name: str | None = None) -> Any:
    """``x`` where the bool tensor ``condition`` holds, else ``y``, with broadcasting. Paddle op: where.

    ``x`` and ``y`` are tensors or numbers; without both it is ``nonzero(condition, as_tuple=True)``.

    >>> import paddlelite as paddle
    >>> x = paddle.to_tensor([-1.0, 2.0])
    >>> paddle.where(x > 0, x, 0.0).numpy()
    array([0., 2.], dtype=float32)
    """
    require_tensor(condition, "where", "condition")
    if x is None and y is None:
        return nonzero(condition, as_tuple=True)
    if x is None or y is None:
        raise InvalidArgumentError("either both or neither of x and y should be given")
    if not condition.dtype.is_bool:
        raise InvalidArgumentError(
            f"The condition of where should be a bool tensor, got {condition.dtype.name}"
        )
    if not isinstance(x, Tensor) and not isinstance(y, Tensor):
        x = to_tensor(x)
    x, y = operands(x, y, "where")
    if running.capture is not None:
        condition, x, y = _of_one_shape(condition, x, y)
    return search.where(condition, x, y)


def _of_one_shape(*operands: Tensor) -> list[Tensor]:
    """Operands expanded to their common shape: the op in PaddlePaddle's files does not broadcast."""
    dims = D.broadcast(*(t.dims for t in operands))
    if all(tuple(t.dims) == dims for t in operands):
        return list(operands)
    if D.is_static(dims):
        return [t if tuple(t.dims) == dims else expand(t, shape=list(dims)) for t in operands]
    whole = next((t for t in operands if tuple(t.dims) == dims), None)
    if whole is None:
        for t in operands:
            zero = scale(cast(t, out_dtype=int32), scale=0.0)
            whole = zero if whole is None else add(whole, zero)
    sizes = shape(whole)
    return [t if tuple(t.dims) == dims else expand(t, sizes) for t in operands]


@method("where")
def _where(self: Tensor, x: Any, y: Any = None, name: str | None = None) -> Any:
    return where(self, x, y)


def _arg(op: Any, x: Tensor, axis: Any, keepdim: bool, dtype: Any) -> Tensor:
    require_tensor(x, op.type)
    if dtype is None:
        raise InvalidArgumentError("the value of 'dtype' in argmax could not be None, but received None")
    kind = dtype_of(dtype)
    if kind.name not in ("int32", "int64"):
        raise InvalidTypeError(f"dtype must be int32 or int64, got {kind.name}")
    if axis is None:
        return op(x, axis=0, keepdims=bool(keepdim), flatten=True, dtype=kind)
    return op(x, axis=axis_of(axis), keepdims=bool(keepdim), flatten=False, dtype=kind)


@method("argmax")
def argmax(
    x: Tensor, axis: Any = None, keepdim: bool = False, dtype: Any = "int64", name: str | None = None
) -> Tensor:
    """The index of the largest element along ``axis`` (of all, flattened, for None). Paddle op: arg_max.

    >>> import paddlelite as paddle
    >>> paddle.argmax(paddle.to_tensor([[1.0, 5.0], [7.0, 2.0]]), axis=1).numpy()
    array([1, 0])
    """
    return _arg(search.arg_max, x, axis, keepdim, dtype)


@method("argmin")
def argmin(
    x: Tensor, axis: Any = None, keepdim: bool = False, dtype: Any = "int64", name: str | None = None
) -> Tensor:
    """The index of the smallest element along ``axis`` (of all, flattened, for None). Paddle op: arg_min."""
    return _arg(search.arg_min, x, axis, keepdim, dtype)


def where_(condition: Tensor, x: Tensor, y: Any, name: str | None = None) -> Tensor:
    """In-place :func:`where`: the result replaces the values of ``x``, which is returned."""
    return x._write(where(condition, x, y))


@method("argsort")
def argsort(
    x: Tensor, axis: int = -1, descending: bool = False, stable: bool = False, name: str | None = None
) -> Tensor:
    """The places of the elements in order along ``axis``; equal ones keep their order. Paddle op: argsort."""
    return sort_ops.argsort(require_tensor(x, "argsort"), axis=axis_of(axis), descending=bool(descending))[1]


@method("sort")
def sort(
    x: Tensor, axis: int = -1, descending: bool = False, stable: bool = False, name: str | None = None
) -> Tensor:
    """The elements in order along ``axis``. Paddle op: argsort.

    >>> import paddlelite as paddle
    >>> paddle.sort(paddle.to_tensor([3, 1, 2]), descending=True).numpy()
    array([3, 2, 1])
    """
    return sort_ops.argsort(require_tensor(x, "sort"), axis=axis_of(axis), descending=bool(descending))[0]


@method("topk")
def topk(
    x: Tensor,
    k: Any,
    axis: int | None = None,
    largest: bool = True,
    sorted: bool = True,
    name: str | None = None,
) -> tuple[Tensor, Tensor]:
    """The ``k`` largest (smallest) elements along ``axis`` in order, and their places. Paddle op: top_k_v2.

    ``k`` is an int or a one-element tensor. Raises InvalidArgumentError when it is below 1 or above the axis' size.
    """
    attrs = {"axis": -1 if axis is None else axis_of(axis), "largest": bool(largest), "sorted": bool(sorted)}
    if isinstance(k, Tensor) and k._data is None:
        return sort_ops.top_k(require_tensor(x, "topk"), k, **attrs)
    return sort_ops.top_k(require_tensor(x, "topk"), k=axis_of(k, "k"), **attrs)


@method("kthvalue")
def kthvalue(
    x: Tensor, k: int, axis: int | None = None, keepdim: bool = False, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """The k-th smallest element along ``axis`` and its place. Paddle op: kthvalue."""
    at = -1 if axis is None else axis_of(axis)
    return sort_ops.kthvalue(require_tensor(x, "kthvalue"), k=axis_of(k, "k"), axis=at, keepdim=bool(keepdim))


@method("mode")
def mode(x: Tensor, axis: int = -1, keepdim: bool = False, name: str | None = None) -> tuple[Tensor, Tensor]:
    """The value that occurs most along ``axis`` and where it was found last. Paddle op: mode."""
    return sort_ops.mode(require_tensor(x, "mode"), axis=axis_of(axis), keepdim=bool(keepdim))


@method("nonzero")
def nonzero(x: Tensor, as_tuple: bool = False) -> Any:
    """The places of the elements that are not 0, one row each (``as_tuple``: one vector an axis). Op: where_index.

    >>> import paddlelite as paddle
    >>> paddle.nonzero(paddle.to_tensor([0, 3, 0, 4])).numpy()
    array([[1],
           [3]])
    """
    found = select.where_index(require_tensor(x, "nonzero"))
    if not as_tuple:
        return found
    return tuple(
        slice_(found, axes=[1], starts=[i], ends=[i + 1], decrease_axis=[1]) for i in range(len(x.dims))
    )


@method("masked_select")
def masked_select(x: Tensor, mask: Tensor, name: str | None = None) -> Tensor:
    """The elements of ``x`` where the bool tensor ``mask`` holds, as a vector. Paddle op: masked_select."""
    if not require_tensor(mask, "masked_select", "mask").dtype.is_bool:
        raise InvalidTypeError(f"masked_select: the mask must be bool, got {mask.dtype.name}")
    return select.masked_select(require_tensor(x, "masked_select"), mask)


@method("searchsorted")
def searchsorted(
    sorted_sequence: Tensor,
    values: Tensor,
    out_int32: bool = False,
    right: bool = False,
    name: str | None = None,
) -> Tensor:
    """Where each value would be inserted to keep the last axis sorted. Paddle op: searchsorted."""
    (
        require_tensor(sorted_sequence, "searchsorted", "sorted_sequence"),
        require_tensor(values, "searchsorted", "values"),
    )
    return select.searchsorted(sorted_sequence, values, out_int32=bool(out_int32), right=bool(right))


@method("bucketize")
def bucketize(
    x: Tensor, sorted_sequence: Tensor, out_int32: bool = False, right: bool = False, name: str | None = None
) -> Tensor:
    """The bucket of each element, between the bounds of a sorted vector. Paddle op: searchsorted."""
    if len(require_tensor(sorted_sequence, "bucketize", "sorted_sequence").dims) != 1:
        raise InvalidArgumentError(
            f"sorted_sequence tensor must be 1 dimension, got shape {list(sorted_sequence.dims)}"
        )
    return searchsorted(sorted_sequence, x, out_int32, right)


@method("unique")
def unique(
    x: Tensor,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    dtype: Any = "int64",
    sorted: bool = True,
    name: str | None = None,
) -> Any:
    """The different elements in order; where each is first, the number of each, how often. Paddle op: unique.

    >>> import paddlelite as paddle
    >>> paddle.unique(paddle.to_tensor([3, 1, 3])).numpy()
    array([1, 3])
    """
    out, index, inverse, counts = select.unique(
        require_tensor(x, "unique"),
        return_index=bool(return_index),
        return_inverse=bool(return_inverse),
        return_counts=bool(return_counts),
        axis=[] if axis is None else [axis_of(axis)],
        dtype=dtype_of(dtype),
        is_sorted=True,
    )
    found = [out]
    found += [t for t, w in ((index, return_index), (inverse, return_inverse), (counts, return_counts)) if w]
    return found[0] if len(found) == 1 else tuple(found)


@method("unique_consecutive")
def unique_consecutive(
    x: Tensor,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    dtype: Any = "int64",
    name: str | None = None,
) -> Any:
    """Elements that differ from the one before, where each went, how long each run is. Op: unique_consecutive."""
    out, inverse, counts = select.unique_consecutive(
        require_tensor(x, "unique_consecutive"),
        return_inverse=bool(return_inverse),
        return_counts=bool(return_counts),
        axis=[] if axis is None else [axis_of(axis)],
        dtype=dtype_of(dtype),
    )
    found = [out] + [t for t, w in ((inverse, return_inverse), (counts, return_counts)) if w]
    return found[0] if len(found) == 1 else tuple(found)
