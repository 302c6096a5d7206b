"""Other names of the same mathematics, which PaddlePaddle 3.x has for users of other frameworks, and relatives."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import InvalidArgumentError, InvalidTypeError
from ..ops import complexes, elementwise, unary
from . import factor, linalg, logic, pairs, scan
from . import math as m
from .arguments import attach, attach_in_place, axis_of
from .creation import to_tensor
from .operators import astype, require_tensor, tensors
from .search import nonzero, sort, where
from .tensor import Tensor, method

eq, ne = logic.equal, logic.not_equal
lt, le, gt, ge = logic.less_than, logic.less_equal, logic.greater_than, logic.greater_equal
greater, clamp, mul, true_divide, ger = gt, m.clip, pairs.multiply, pairs.divide, linalg.outer
eigvalsh = factor.eigvalsh


@method("sub")
def sub(x: Tensor, y: Tensor, name: str | None = None, *, alpha: Any = 1) -> Tensor:
    """``x - alpha * y`` with broadcasting. Paddle op: elementwise_sub."""
    return pairs.subtract(x, y if alpha == 1 else elementwise.scale(y, scale=alpha))


@method("div")
def div(x: Tensor, y: Tensor, name: str | None = None, *, rounding_mode: str | None = None) -> Tensor:
    """``x / y``; rounded towards zero ("trunc") or down ("floor") when asked to."""
    if rounding_mode is None:
        return pairs.divide(x, y)
    if rounding_mode == "floor":
        return pairs.floor_divide(x, y)
    if rounding_mode != "trunc":
        raise InvalidArgumentError(f"rounding_mode must be None, 'trunc' or 'floor', got {rounding_mode!r}")
    x, y = tensors(x, y, "div")
    if not x.dtype.is_integer:
        return unary.trunc(elementwise.divide(x, y))
    # Exact for every integer: divide the sizes, then give the sign back.
    size = pairs.floor_divide(unary.abs_(x), unary.abs_(y))
    return elementwise.multiply(size, elementwise.multiply(unary.sign(x), unary.sign(y)))


def msort(input: Tensor) -> Tensor:
    """The elements in order along the first axis. Paddle op: argsort."""
    return sort(input, axis=0)


def argwhere(input: Tensor) -> Tensor:
    """The places of the elements that are not 0, one row each. Paddle op: where_index."""
    return nonzero(input)


def matrix_transpose(x: Tensor, name: str | None = None) -> Tensor:
    """``x`` with its last two axes exchanged. Raises InvalidArgumentError for fewer than two axes."""
    rank = len(require_tensor(x, "matrix_transpose").dims)
    if rank < 2:
        raise InvalidArgumentError(
            f"matrix_transpose needs a tensor of rank 2 or more, got shape {list(x.dims)}"
        )
    return x.transpose([*range(rank - 2), rank - 1, rank - 2])


def vecdot(x: Tensor, y: Tensor, axis: int = -1, name: str | None = None) -> Tensor:
    """The sum of ``x * y`` along ``axis`` (of the conjugate of ``x``)."""
    x, y = tensors(x, y, "vecdot")
    left = complexes.conj(x) if x.dtype.is_complex else x
    return elementwise.multiply(left, y).sum(axis=axis_of(axis))


def baddbmm(
    input: Tensor, x: Tensor, y: Tensor, beta: float = 1.0, alpha: float = 1.0, name: str | None = None
) -> Tensor:
    """``beta * input + alpha * x @ y`` for stacks of matrices."""
    product = linalg.bmm(x, y)
    scaled = product if alpha == 1 else elementwise.scale(product, scale=float(alpha))
    return pairs.add(input if beta == 1 else elementwise.scale(input, scale=float(beta)), scaled)


def reduce_as(x: Tensor, target: Tensor, name: str | None = None) -> Tensor:
    """``x`` summed to the shape of ``target``, undoing a broadcast."""
    from ..autograd import Like
    from ..ops.rules import sum_to

    require_tensor(x, "reduce_as"), require_tensor(target, "reduce_as", "target")
    return sum_to(x, Like(tuple(target.dims), target.dtype, target))


def combinations(x: Tensor, r: int = 2, with_replacement: bool = False, name: str | None = None) -> Tensor:
    """All ways to take ``r`` elements of a vector, one row each."""
    if len(require_tensor(x, "combinations").dims) != 1:
        raise InvalidArgumentError(f"Expect a 1-D vector, but got x shape {list(x.dims)}")
    if not isinstance(r, int) or r < 0:
        raise InvalidArgumentError(f"Expect a non-negative int, but got r={r}")
    size = x.dims[0]
    if not isinstance(size, int):
        raise InvalidArgumentError("combinations needs a vector of known size")
    pick = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    places = np.array(list(pick(range(size), r)), np.int64).reshape(-1, r)
    from ..ops.gather import gather

    return gather(x, to_tensor(places.reshape(-1))).reshape(list(places.shape))


def frexp(x: Tensor, name: str | None = None) -> tuple[Tensor, Tensor]:
    """Mantissa (in ±[0.5, 1)) and exponent, both in the dtype of ``x``. Other than floats raise InvalidTypeError."""
    if not require_tensor(x, "frexp").dtype.is_floating:
        raise InvalidTypeError(f"frexp takes floats, got {x.dtype.name}")
    one = to_tensor(1.0, dtype=x.dtype)
    zero = elementwise.equal(x, elementwise.scale(one, scale=0.0))
    exponent = unary.floor(unary.log2(unary.abs_(where(zero, one, x)))) + 1.0
    mantissa = elementwise.divide(x, _power_of_two(exponent))
    # log2 may round up to the next integer: one step back.
    small = elementwise.less_than(unary.abs_(mantissa), elementwise.scale(one, scale=0.5))
    mantissa = where(small, mantissa * 2.0, mantissa)
    exponent = where(small, exponent - 1.0, exponent)
    nothing = elementwise.scale(exponent, scale=0.0)
    return where(zero, x, mantissa), where(zero, nothing, exponent)


def _power_of_two(exponent: Tensor) -> Tensor:
    from ..ops.binary import pow_

    return pow_(to_tensor(2.0, dtype=exponent.dtype), exponent)


def broadcast_shapes(*shapes: Sequence[int]) -> list[int]:
    """The shape that several shapes broadcast to.

    >>> import paddlelite as paddle
    >>> paddle.broadcast_shapes([2, 1], [3], [1, 1, 1])
    [1, 2, 3]
    """
    from ..dims import broadcast

    return list(broadcast(*map(tuple, shapes)))  # type: ignore[arg-type]


def histogram_bin_edges(
    input: Tensor, bins: int = 100, min: float = 0.0, max: float = 0.0, name: str | None = None
) -> Tensor:
    """The ``bins + 1`` bounds that :func:`histogram` counts between."""
    low, high = float(min), float(max)
    if low == high:
        values = require_tensor(input, "histogram_bin_edges").numpy()
        low, high = float(values.min()), float(values.max())
    if low == high:
        low, high = low - 0.5, high + 0.5
    return to_tensor(np.linspace(low, high, bins + 1).astype(np.float32))


def multigammaln(x: Tensor, p: int, name: str | None = None) -> Tensor:
    """The logarithm of the gamma function of ``p`` dimensions."""
    if not isinstance(p, int) or p < 1:
        raise InvalidArgumentError(f"The p must be greater than or equal to 1, but received {p}")
    constant = 0.25 * math.log(math.pi) * p * (p - 1)
    total = None
    for j in range(p):
        term = unary.lgamma(elementwise.scale(require_tensor(x, "multigammaln"), bias=-0.5 * j))
        total = term if total is None else elementwise.add(total, term)
    return elementwise.scale(total, bias=constant)


@method("softmax")
def _softmax(self: Tensor, axis: int = -1, dtype: Any = None, name: str | None = None) -> Tensor:
    """:func:`paddlelite.nn.functional.softmax` of this tensor."""
    from ..ops.softmax import softmax

    return softmax(self if dtype is None else astype(self, dtype), axis=axis_of(axis))


bitwise_invert, less, addmm = logic.bitwise_invert, logic.less, linalg.addmm
renorm, sinc = m.renorm, m.sinc
_METHODS = """
eq ne lt le gt ge greater clamp mul true_divide ger argwhere msort matrix_transpose vecdot baddbmm reduce_as
combinations frexp histogram_bin_edges multigammaln eigvalsh
"""
attach(globals(), _METHODS.split())
_IN_PLACE = "clamp mul sub div addmm baddbmm renorm sinc bitwise_invert less multigammaln"
_in_place = attach_in_place(globals(), _IN_PLACE.split())
# Methods that PaddlePaddle has for functions of other modules.
_LINALG = "cond corrcoef cov eig eigvals lstsq lu multi_dot pinv qr slogdet solve svd"
for _name in _LINALG.split():
    setattr(Tensor, _name, getattr(factor, _name))
Tensor.vander, Tensor.trapezoid = m.vander, scan.trapezoid  # type: ignore[attr-defined]

__all__ = [*_in_place]  # noqa: PLE0604
__all__ += [
    "argwhere",
    "baddbmm",
    "broadcast_shapes",
    "clamp",
    "combinations",
    "div",
    "eigvalsh",
    "eq",
    "frexp",
    "ge",
    "ger",
]
__all__ += [
    "greater",
    "gt",
    "histogram_bin_edges",
    "le",
    "lt",
    "matrix_transpose",
    "msort",
    "mul",
    "multigammaln",
    "ne",
]
__all__ += ["reduce_as", "sub", "true_divide", "vecdot"]
