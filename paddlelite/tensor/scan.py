"""Running totals and differences along an axis: cumsum, cumprod, cummax, diff and their relatives."""

from __future__ import annotations

from typing import Any

from ..dtypes import DType, bool_, dtype_of, int64
from ..errors import InvalidArgumentError, InvalidTypeError
from ..ops import elementwise, scan
from ..ops.index import slice_
from ..ops.join import concat
from ..ops.logic import logical_xor
from ..ops.rules import axis_in
from ..ops.shape import reshape
from .arguments import attach_in_place, axis_of
from .operators import astype, require_tensor, tensors
from .tensor import Tensor, method


def _prepared(x: Tensor, axis: Any, dtype: Any, what: str) -> tuple[Tensor, int]:
    """``x`` in the dtype of the result, flattened when there is no axis, and the axis."""
    require_tensor(x, what)
    if dtype is not None:
        x = astype(x, dtype)
    if axis is None:
        return (x if len(x.dims) == 1 else reshape(x, shape=[-1])), 0
    return x, axis_of(axis)


@method("cumsum")
def cumsum(x: Tensor, axis: Any = None, dtype: Any = None, name: str | None = None) -> Tensor:
    """The running sum along ``axis`` (of all elements, flattened, for None). int32 adds up to int64. Paddle op: cumsum.

    >>> import paddlelite as paddle
    >>> paddle.cumsum(paddle.to_tensor([1.0, 2.0, 3.0])).numpy()
    array([1., 3., 6.], dtype=float32)
    """
    if dtype is None and require_tensor(x, "cumsum").dtype.name == "int32":
        dtype = int64
    if axis is None:
        x = x if dtype is None else astype(x, dtype)
        return scan.cumsum(require_tensor(x, "cumsum"), axis=-1, flatten=True)
    x, at = _prepared(x, axis, dtype, "cumsum")
    return scan.cumsum(x, axis=at)


@method("cumprod")
def cumprod(x: Tensor, dim: Any = None, dtype: Any = None, name: str | None = None) -> Tensor:
    """The running product along ``dim`` (of all elements, flattened, for None). Paddle op: cumprod."""
    x, at = _prepared(x, dim, dtype, "cumprod")
    return scan.cumprod(x, dim=at)


@method("logcumsumexp")
def logcumsumexp(x: Tensor, axis: Any = None, dtype: Any = None, name: str | None = None) -> Tensor:
    """``log(cumsum(exp(x)))`` along ``axis`` without overflow. Paddle op: logcumsumexp."""
    x, at = _prepared(x, axis, dtype, "logcumsumexp")
    return scan.logcumsumexp(x, axis=at)


def _index_dtype(dtype: Any) -> DType:
    kind = dtype_of(dtype)
    if kind.name not in ("int32", "int64"):
        raise InvalidTypeError(f"dtype must be int32 or int64, got {kind.name}")
    return kind


@method("cummax")
def cummax(
    x: Tensor, axis: Any = None, dtype: Any = "int64", name: str | None = None
) -> tuple[Tensor, Tensor]:
    """The running maximum along ``axis`` and where it was last reached. Paddle op: cummax."""
    x, at = _prepared(x, axis, None, "cummax")
    return scan.cummax(x, axis=at, dtype=_index_dtype(dtype))


@method("cummin")
def cummin(
    x: Tensor, axis: Any = None, dtype: Any = "int64", name: str | None = None
) -> tuple[Tensor, Tensor]:
    """The running minimum along ``axis`` and where it was last reached. Paddle op: cummin."""
    x, at = _prepared(x, axis, None, "cummin")
    return scan.cummin(x, axis=at, dtype=_index_dtype(dtype))


@method("diff")
def diff(
    x: Tensor,
    n: int = 1,
    axis: int = -1,
    prepend: Tensor | None = None,
    append: Tensor | None = None,
    name: str | None = None,
) -> Tensor:
    """The differences of neighbours along ``axis``, ``n`` times; of booleans whether they differ.

    >>> import paddlelite as paddle
    >>> paddle.diff(paddle.to_tensor([1, 4, 9])).numpy()
    array([3, 5])
    """
    if n < 1:
        raise InvalidArgumentError(
            f"Diff expects input to be at least one-dimensional and n >= 1, got n = {n}"
        )
    at = axis_in(axis_of(axis), len(require_tensor(x, "diff").dims))
    parts = [t for t in (prepend, x, append) if t is not None]
    if len(parts) > 1:
        x = concat(parts, axis=at)
    for _ in range(n):
        after = slice_(x, axes=[at], starts=[1], ends=[2**31 - 1])
        before = slice_(x, axes=[at], starts=[0], ends=[-1])
        x = logical_xor(after, before) if x.dtype is bool_ else elementwise.subtract(after, before)
    return x


def _trapezoids(y: Tensor, x: Any, dx: Any, axis: int, what: str) -> tuple[Tensor, int]:
    """The areas between neighbours along ``axis``."""
    if x is not None and dx is not None:
        raise InvalidArgumentError(f"{what}: not permitted to specify both x and dx")
    at = axis_in(axis, len(require_tensor(y, what).dims))
    after = slice_(y, axes=[at], starts=[1], ends=[2**31 - 1])
    before = slice_(y, axes=[at], starts=[0], ends=[-1])
    heights = elementwise.scale(elementwise.add(after, before), scale=0.5)
    if x is None:
        return (heights if dx is None else heights * dx), at
    widths = diff(x, axis=at if len(x.dims) == len(y.dims) else -1)
    if len(x.dims) == 1 and at != len(y.dims) - 1:
        widths = reshape(widths, shape=[-1] + [1] * (len(y.dims) - 1 - at))
    return elementwise.multiply(*tensors(heights, widths, what)), at


def trapezoid(
    y: Tensor, x: Tensor | None = None, dx: float | None = None, axis: int = -1, name: str | None = None
) -> Tensor:
    """The integral of ``y`` along ``axis`` by the trapezoidal rule, at the places ``x`` or in steps of ``dx`` (1)."""
    areas, at = _trapezoids(y, x, dx, axis, "trapezoid")
    return areas.sum(axis=at)


def cumulative_trapezoid(
    y: Tensor, x: Tensor | None = None, dx: float | None = None, axis: int = -1, name: str | None = None
) -> Tensor:
    """The running integral of ``y`` along ``axis`` by the trapezoidal rule."""
    areas, at = _trapezoids(y, x, dx, axis, "cumulative_trapezoid")
    return scan.cumsum(areas, axis=at)


_in_place = attach_in_place(globals(), ["cumsum", "cumprod", "logcumsumexp"])

__all__ = [*_in_place]  # noqa: PLE0604
__all__ += [
    "cummax",
    "cummin",
    "cumprod",
    "cumsum",
    "cumulative_trapezoid",
    "diff",
    "logcumsumexp",
    "trapezoid",
]
