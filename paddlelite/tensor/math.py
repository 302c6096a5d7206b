"""Mathematical functions of tensors, elementwise: paddle.exp, paddle.add, paddle.clip and their relatives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..dtypes import default_dtype, promote
from ..errors import InvalidArgumentError, InvalidTypeError
from ..op import OPS
from ..ops import binary, complexes, elementwise, unary
from .arguments import attach, attach_in_place, functions_of_one, number
from .creation import to_tensor
from .operators import astype, require_tensor, tensors
from .tensor import Tensor, method

_PLAIN = """
abs acos acosh asin asinh atan atanh ceil conj cos cosh digamma erf erfinv exp expm1 floor imag lgamma log log10 log1p
log2 real reciprocal rsqrt sigmoid sign sin sinh sqrt square tan tanh trunc
"""
#: Public name -> op type, for functions of one tensor.
_UNARY = {name: name for name in _PLAIN.split()}
_UNARY |= {"isfinite": "isfinite_v2", "isinf": "isinf_v2", "isnan": "isnan_v2", "gammaln": "lgamma"}
_functions = functions_of_one({public: OPS[type] for public, type in _UNARY.items()}, __name__)
globals().update(_functions)
#: Other names of the same functions.
_ALIASES = {
    "arccos": "acos",
    "arccosh": "acosh",
    "arcsin": "asin",
    "arcsinh": "asinh",
    "arctan": "atan",
    "arctanh": "atanh",
}
_ALIASES |= {"absolute": "abs", "fix": "trunc"}
globals().update({alias: _functions[name] for alias, name in _ALIASES.items()})


@method("round")
def round(x: Tensor, decimals: int = 0, name: str | None = None) -> Tensor:
    """The nearest integer (halves to the even one), or the nearest number of ``decimals`` digits. Paddle op: round."""
    return (
        unary.round_(require_tensor(x, "round"), decimals=int(decimals))
        if decimals
        else unary.round_(require_tensor(x, "round"))
    )


@method("neg", "negative")
def neg(x: Tensor, name: str | None = None) -> Tensor:
    """``-x``. Paddle op: scale."""
    return elementwise.scale(require_tensor(x, "neg"), scale=-1.0)


negative = neg


@method("positive")
def positive(x: Tensor, name: str | None = None) -> Tensor:
    """``x`` itself. Raises InvalidTypeError for booleans."""
    if require_tensor(x, "positive").dtype.is_bool:
        raise InvalidTypeError("The `+` operator, on a bool tensor is not supported.")
    return x


# One tensor and numbers


@method("scale")
def scale(
    x: Tensor,
    scale: Any = 1.0,
    bias: float = 0.0,
    bias_after_scale: bool = True,
    act: str | None = None,
    name: str | None = None,
) -> Tensor:
    """``scale * x + bias``, or ``scale * (x + bias)``, in the dtype of ``x``. Paddle op: scale.

    ``scale`` may be a one-element tensor.
    """
    require_tensor(x, "scale")
    if isinstance(scale, Tensor):
        out = elementwise.scale(x, scale, bias=float(bias), bias_after_scale=bias_after_scale)
    else:
        out = elementwise.scale(
            x, scale=number(scale, "scale"), bias=number(bias, "bias"), bias_after_scale=bias_after_scale
        )
    if act is None:
        return out
    if act not in OPS:
        raise InvalidArgumentError(f"act must be the name of an activation, got {act!r}")
    return OPS[act](out)


@method("clip")
def clip(x: Tensor, min: Any = None, max: Any = None, name: str | None = None) -> Tensor:
    """``x`` kept between ``min`` and ``max`` (numbers, one-element tensors, or None). Paddle op: clip.

    >>> import paddlelite as paddle
    >>> paddle.clip(paddle.to_tensor([-1.0, 0.5, 9.0]), 0, 1).numpy()
    array([0. , 0.5, 1. ], dtype=float32)
    """
    require_tensor(x, "clip")
    bounds = [
        b if isinstance(b, Tensor) and b._data is None else None if b is None else number(b, "min")
        for b in (min, max)
    ]
    if x.dtype.is_integer and any(isinstance(b, float) and not b.is_integer() for b in bounds):
        x = astype(x, default_dtype())
    slots = [astype(b, x.dtype) if isinstance(b, Tensor) else None for b in bounds]
    low, high = (None if isinstance(b, Tensor) else b for b in bounds)
    return OPS["clip"](x, *slots, min=_limit(x, low, -1), max=_limit(x, high, 1))


def _limit(x: Tensor, bound: Any, side: int) -> Any:
    if bound is not None:
        return bound
    info = np.iinfo(x.dtype.np) if x.dtype.is_integer else None
    return side * float(np.inf) if info is None else info.max if side > 0 else info.min


@method("frac")
def frac(x: Tensor, name: str | None = None) -> Tensor:
    """What is left of ``x`` after :func:`trunc`."""
    return elementwise.subtract(x, unary.trunc(require_tensor(x, "frac")))


@method("rad2deg")
def rad2deg(x: Tensor, name: str | None = None) -> Tensor:
    """Radians to degrees."""
    return elementwise.scale(_floating(x, "rad2deg"), scale=180 / np.pi)


@method("deg2rad")
def deg2rad(x: Tensor, name: str | None = None) -> Tensor:
    """Degrees to radians."""
    return elementwise.scale(_floating(x, "deg2rad"), scale=np.pi / 180)


def _floating(x: Tensor, what: str) -> Tensor:
    return x if require_tensor(x, what).dtype.is_inexact else astype(x, default_dtype())


@method("logit")
def logit(x: Tensor, eps: float | None = None, name: str | None = None) -> Tensor:
    """``log(x / (1 - x))``, with ``x`` kept inside ``[eps, 1 - eps]`` when ``eps`` is given. Paddle op: logit."""
    return OPS["logit"](_floating(x, "logit"), eps=0.0 if eps is None else float(eps))


@method("stanh")
def stanh(x: Tensor, scale_a: float = 0.67, scale_b: float = 1.7159, name: str | None = None) -> Tensor:
    """``scale_b * tanh(scale_a * x)``. Paddle op: stanh."""
    return OPS["stanh"](_floating(x, "stanh"), scale_a=scale_a, scale_b=scale_b)


@method("sgn")
def sgn(x: Tensor, name: str | None = None) -> Tensor:
    """The sign; of a complex number ``x / |x|``. Raises InvalidTypeError for integers."""
    if not require_tensor(x, "sgn").dtype.is_inexact:
        raise InvalidTypeError(f"The data type of input must be a float or complex dtype, but got {x.dtype}")
    return unary.sign(x)


@method("signbit")
def signbit(x: Tensor, name: str | None = None) -> Tensor:
    """Whether the sign is negative (of -0.0 too)."""
    require_tensor(x, "signbit")
    zero = to_tensor(0, dtype=x.dtype)
    if not x.dtype.is_floating:
        return elementwise.less_than(x, zero)
    return elementwise.less_than(binary.atan2(x, to_tensor(-1.0, dtype=x.dtype)), zero)


@method("polygamma")
def polygamma(x: Tensor, n: int, name: str | None = None) -> Tensor:
    """The n-th derivative of :func:`digamma`. Paddle op: polygamma."""
    if not isinstance(n, int) or n < 0:
        raise InvalidArgumentError(f"n must be an int that is not negative, got {n!r}")
    return unary.polygamma(require_tensor(x, "polygamma"), n=n)


@method("angle")
def angle(x: Tensor, name: str | None = None) -> Tensor:
    """The angle of complex numbers (0 or pi of real ones). Paddle op: angle."""
    if require_tensor(x, "angle").dtype.is_complex:
        return binary.atan2(complexes.imag(x), complexes.real(x))
    return binary.atan2(unary.abs_(elementwise.scale(x, scale=0.0)), x)


def complex(real: Tensor, imag: Tensor, name: str | None = None) -> Tensor:
    """The complex tensor of its two parts. Paddle op: complex."""
    return complexes.complex_(*tensors(real, imag, "complex"))


@method("nan_to_num")
def nan_to_num(
    x: Tensor,
    nan: float = 0.0,
    posinf: float | None = None,
    neginf: float | None = None,
    name: str | None = None,
) -> Tensor:
    """``x`` with nan, inf and -inf replaced (infinities by the largest numbers of the dtype, unless given)."""
    from .search import where

    require_tensor(x, "nan_to_num")
    if not x.dtype.is_floating:
        return x
    from ..dtypes import finfo

    info = finfo(x.dtype)
    out = where(unary.isnan(x), to_tensor(nan, dtype=x.dtype), x)
    for at, value in (
        (np.inf, info.max if posinf is None else posinf),
        (-np.inf, info.min if neginf is None else neginf),
    ):
        out = where(elementwise.equal(x, to_tensor(at, dtype=x.dtype)), to_tensor(value, dtype=x.dtype), out)
    return out


@method("increment")
def increment(x: Tensor, value: float = 1.0, name: str | None = None) -> Tensor:
    """Add ``value`` to a one-element tensor in place. Paddle op: increment."""
    if require_tensor(x, "increment").dims and any(d != 1 for d in x.dims):
        raise InvalidArgumentError(f"increment needs a tensor of one element, got shape {list(x.dims)}")
    return x._write(elementwise.scale(x, bias=number(value, "value")))


@method("sinc")
def sinc(x: Tensor, name: str | None = None) -> Tensor:
    """``sin(pi * x) / (pi * x)``, 1 at 0."""
    from .search import where

    x = _floating(x, "sinc")
    angle = elementwise.scale(x, scale=np.pi)
    zero = elementwise.equal(x, to_tensor(0.0, dtype=x.dtype))
    one = to_tensor(1.0, dtype=x.dtype)
    return where(zero, one, elementwise.divide(unary.sin(angle), where(zero, one, angle)))


@method("renorm")
def renorm(x: Tensor, p: float, axis: int, max_norm: float) -> Tensor:
    """``x`` with every slice along ``axis`` whose p-norm exceeds ``max_norm`` scaled down to it."""
    from ..ops.norms import p_norm
    from ..ops.rules import axis_in
    from .search import where

    rank = len(require_tensor(x, "renorm").dims)
    at = axis_in(axis, rank)
    rows = x.transpose([at, *(i for i in range(rank) if i != at)]).flatten(1, -1)
    norm = p_norm(rows, porder=float(p), axis=1, keepdim=False, asvector=False)
    limit = to_tensor(float(max_norm), dtype=x.dtype)
    factor = where(
        elementwise.greater_than(norm, limit), elementwise.divide(limit, norm), to_tensor(1.0, dtype=x.dtype)
    )
    return elementwise.multiply(x, factor.reshape([-1 if i == at else 1 for i in range(rank)]))


def vander(x: Tensor, n: int | None = None, increasing: bool = False, name: str | None = None) -> Tensor:
    """The powers of a vector, one row an element: ``x ** (n - 1) ... x ** 0``, or from 0 up when ``increasing``."""
    if len(require_tensor(x, "vander").dims) != 1:
        raise InvalidArgumentError(
            f"The input of x is expected to be a 1-D Tensor. But now the dims is {len(x.dims)}."
        )
    count = x.dims[0] if n is None else n
    if not isinstance(count, int) or count < 0:
        raise InvalidArgumentError(f"N must be non-negative, got {count}")
    powers = np.arange(count) if increasing else np.arange(count)[::-1]
    return binary.pow_(x.unsqueeze(-1), to_tensor(powers, dtype=x.dtype))


def _common(inputs: Sequence[Tensor]) -> list[Tensor]:
    dtype = inputs[0].dtype
    for t in inputs[1:]:
        dtype = promote(dtype, t.dtype)
    return [astype(t, dtype) for t in inputs]


@method("add_n")
def add_n(inputs: Any, name: str | None = None) -> Tensor:
    """The sum of a list of tensors of one shape. Paddle op: sum.

    Raises InvalidArgumentError when the shapes differ or the list is empty.
    """
    inputs = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    if not inputs:
        raise InvalidArgumentError("add_n needs at least one tensor")
    return OPS["sum"](_common([require_tensor(t, "add_n", "inputs") for t in inputs]))


_METHODS = [*_functions, *_ALIASES]
attach(globals(), _METHODS)
_IN_PLACE = """
abs acos acosh asin asinh atan atanh ceil clip cos cosh digamma erf erfinv exp expm1 floor frac lgamma log
log10 log1p log2 logit nan_to_num neg polygamma reciprocal round rsqrt scale sigmoid sin sinh sqrt square
tan tanh trunc gammaln
"""
_in_place = attach_in_place(globals(), _IN_PLACE.split())

__all__ = [*_functions, *_ALIASES, *_in_place]  # noqa: PLE0604
__all__ += ["add_n", "angle", "clip", "complex", "deg2rad", "frac", "increment", "logit"]
__all__ += ["nan_to_num", "neg", "negative", "polygamma", "positive", "rad2deg", "renorm"]
__all__ += ["round", "scale", "sgn", "signbit", "sinc", "stanh", "vander"]
