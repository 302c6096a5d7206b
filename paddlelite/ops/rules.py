"""Shape rules and gradient helpers that families of ops share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .. import dims as D
from ..autograd import Like
from ..dtypes import DType
from ..errors import InvalidArgumentError, InvalidTypeError
from ..op import Spec

__all__ = ["align", "axes_in", "axis_in", "holomorphic", "like_first", "require_float", "sum_to"]


def like_first(X: Any, *rest: Any, **attrs: Any) -> Spec:
    """Shape rule: the result has the first input's shape and dtype."""
    return Spec(X.dims, X.dtype)


def to_dtype(dtype: DType) -> Callable[..., Spec]:
    """Shape rule: the first input's shape, always ``dtype``."""
    return lambda X, *rest, **attrs: Spec(X.dims, dtype)


def float_like(X: Any, *rest: Any, **attrs: Any) -> Spec:
    """Shape rule of unary float functions: integers become float32."""
    from ..dtypes import float32

    return Spec(X.dims, X.dtype if X.dtype.is_inexact else float32)


def align(x: Sequence[D.Size], y: Sequence[D.Size], axis: int) -> tuple[D.Size, ...]:
    """``y`` with ones appended to line up with ``x`` from ``axis`` on (the ``axis`` of 1.x elementwise ops)."""
    if axis == -1 or axis + len(y) >= len(x):
        return tuple(y)
    return (*y, *(1,) * (len(x) - axis - len(y)))


def broadcast(X: Any, Y: Any, *, axis: int = -1, **attrs: Any) -> Spec:
    """Shape rule of binary ops: the shapes broadcast, the dtypes agree."""
    if X.dtype is not Y.dtype:
        raise InvalidTypeError(f"the dtypes of X ({X.dtype.name}) and Y ({Y.dtype.name}) must agree")
    return Spec(D.broadcast(X.dims, align(X.dims, Y.dims, axis)), X.dtype)


def axis_in(axis: int, rank: int, what: str = "axis") -> int:
    """``axis`` counted from the front. Raises InvalidArgumentError when it is out of range."""
    if not -max(rank, 1) <= axis < max(rank, 1):
        raise InvalidArgumentError(f"{what} should be in the range [ -{rank}, {rank} ), but received {axis}.")
    return axis % rank if rank else 0


def axes_in(axes: Sequence[int], rank: int, what: str = "axis") -> tuple[int, ...]:
    """Axes counted from the front, each once. Raises InvalidArgumentError for one out of range or repeated."""
    found = tuple(axis_in(int(a), rank, what) for a in axes)
    if len(set(found)) != len(found):
        raise InvalidArgumentError(f"{what} has duplicate dimensions: {list(axes)}")
    return found


def sum_to(g: Any, like: Like, axis: int = -1) -> Any:
    """``g`` summed over the axes along which an operand of shape ``like`` was broadcast."""
    if g.dims == like.dims:
        return g
    from .reduce import sum_to_shape
    from .shape import reshape, shape

    if D.is_static(like.dims) and D.is_static(g.dims):
        return _sum_to_static(g, like.dims, axis)
    aligned = align(g.dims, like.dims, axis)
    if not _ambiguous(g.dims[len(g.dims) - len(aligned) :], aligned):
        return _sum_to_static(g, like.dims, axis)
    if len(aligned) != len(like.dims):
        from .shape import unsqueeze

        padded = unsqueeze(like.value, axes=list(range(len(like.dims), len(aligned))))
        return reshape(sum_to_shape(g, shape(padded)), shape(like.value), shape=[-1] * len(like.dims))
    return sum_to_shape(g, shape(like.value))


def _ambiguous(g: Sequence[D.Size], like: Sequence[D.Size]) -> bool:
    return any(a != b and not isinstance(b, int) for a, b in zip(g, like, strict=True))


def _sum_to_static(g: Any, dims: Sequence[D.Size], axis: int) -> Any:
    from .reduce import reduce_sum
    from .shape import squeeze

    aligned = align(g.dims, dims, axis)
    lead = len(g.dims) - len(aligned)
    summed = [i for i in range(len(g.dims)) if i < lead or (aligned[i - lead] == 1 and g.dims[i] != 1)]
    out = reduce_sum(g, dim=summed, keep_dim=True) if summed else g
    extra = list(range(lead)) + list(range(lead + len(dims), len(g.dims)))
    return squeeze(out, axes=extra) if extra else out


def holomorphic(rule: Callable[..., Any]) -> Callable[..., Any]:
    """A gradient rule for functions of complex numbers too.

    PaddlePaddle has ``g * conj(f')`` for a holomorphic f. A rule is linear in ``g``, so that is the conjugate of
    the rule applied to the conjugate of ``g``.
    """

    def call(c: Any, g: Any) -> Any:
        if (g.dtype.category if g._data is None else g._data.dtype.kind) != "c":
            return rule(c, g)
        from .complexes import conj

        result = rule(c, conj(g))
        if type(result) is tuple:
            return tuple(None if d is None else conj(d) for d in result)
        return conj(result)

    return call


def require_float(op: str, x: Any) -> None:
    """Raise NotFoundError, as PaddlePaddle does for a kernel it does not have, unless ``x`` is floating."""
    from ..errors import NotFoundError

    if not x.dtype.is_inexact:
        raise NotFoundError(
            f"The kernel with key (CPU, Undefined(AnyLayout), {x.dtype.name}) of kernel `{op}` is not registered. "
            f"Selected wrong DataType `{x.dtype.name}`: cast the tensor to a floating dtype with astype()."
        )
