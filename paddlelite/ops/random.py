"""Ops that draw random numbers. Each takes the generator's state first; see :mod:`paddlelite.framework.random`."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from .. import dims as D
from ..dtypes import DType, bfloat16, float16, float32, float64, int64
from ..errors import InvalidArgumentError
from ..op import Many, Spec, op
from .rules import like_first
from .shape import content_or, numbers, sizes_onnx

__all__ = ["keep_mask", "rng_advance", "stream"]


class _Philox:
    """A bit generator whose state is set: that costs a tenth of making a new one."""

    def __init__(self) -> None:
        self.bits = np.random.Philox(0)
        self.draw = np.random.Generator(self.bits)
        self.state: dict[str, Any] = self.bits.state  # type: ignore[assignment]
        self.key = self.state["state"]["key"] = np.zeros(2, np.uint64)
        self.counter = self.state["state"]["counter"] = np.zeros(4, np.uint64)


class _Here(threading.local):
    #: This thread's generator, made when it first draws: importing numpy.random takes a while.
    philox: _Philox | None = None


_here = _Here()
_MASK = 2**64 - 1


def stream(state: np.ndarray, seed: int = 0) -> np.random.Generator:
    """The numbers that belong to a generator's state. A ``seed`` other than 0 fixes them, whatever the state.

    Use it at once: the next call on this thread sets the same object to other numbers.
    """
    p = _here.philox
    if p is None:
        p = _here.philox = _Philox()
    start, draws = (seed, 0) if seed else state.tolist()
    # Each draw owns 2**64 blocks of numbers, more than any tensor needs, so draws never overlap.
    p.key[0], p.counter[0], p.counter[1] = start & _MASK, 0, draws & _MASK
    p.state["buffer_pos"], p.state["has_uint32"] = 4, 0
    p.bits.state = p.state  # type: ignore[assignment]
    return p.draw


def keep_mask(state: np.ndarray, shape: Sequence[int], drop: float, seed: int = 0) -> np.ndarray:
    """A bool array that is False with probability ``drop`` (to 1 in 2**32): the mask of dropout."""
    bits = stream(state, seed).bit_generator
    count = prod(shape)
    exact = drop * 2**16 == int(drop * 2**16)
    width = np.uint16 if exact else np.uint32
    per_word = 8 // np.dtype(width).itemsize
    words = bits.random_raw(-(-count // per_word)).view(width)[:count]
    limit = round(drop * 2.0 ** (16 if exact else 32))
    if limit > np.iinfo(width).max:
        return np.zeros(tuple(shape), np.bool_)
    return (words >= width(limit)).reshape(tuple(shape))


@op("rng_advance")
def rng_advance(RngState):  # type: ignore[no-untyped-def]
    """The state after one draw. ONNX: Add."""
    return RngState + np.array([0, 1], np.int64)


rng_advance.infer(like_first)
# It reads the state but draws nothing, so it may be computed like any other op.
rng_advance.random = False
rng_advance.onnx(lambda b, RngState: b.Add(RngState, b.const([0, 1], "int64")))
rng_advance.sample(np.array([5, 3], np.int64))


def _dims(ShapeTensor: Any, ShapeTensorList: Any, shape: Sequence[int]) -> tuple[D.Size, ...]:
    """The sizes a draw has."""
    sizes = content_or(ShapeTensor, ShapeTensorList, shape)
    if sizes is None:
        sizes = [D.fresh() for _ in range(ShapeTensor.dims[0])]
    if any(isinstance(s, int) and s < 0 for s in sizes):
        raise InvalidArgumentError(f"the sizes of a tensor can not be negative, got {sizes}")
    return tuple(sizes)


def _working(dtype: DType) -> Any:
    """The dtype to draw in: NumPy draws float32 and float64 only."""
    return np.float64 if dtype is float64 else np.float32


@op("uniform_random")
def uniform_random(  # type: ignore[no-untyped-def]
    RngState,
    ShapeTensor=None,
    ShapeTensorList: Many = None,
    *,
    shape=(),
    dtype=float32,
    min=-1.0,
    max=1.0,
    seed=0,
    diag_num=0,
    diag_step=0,
    diag_val=1.0,
):
    """Numbers uniform in [min, max). ``diag_num`` flat places, ``diag_step`` apart plus one, get ``diag_val``.

    ONNX: RandomUniform (not the same numbers).
    """
    out = stream(RngState, seed).random(numbers(ShapeTensor, ShapeTensorList, shape), dtype=_working(dtype))
    out = np.asarray(out, _working(dtype))
    if max - min != 1:
        out *= out.dtype.type(max - min)
    if min != 0:
        out += out.dtype.type(min)
    if dtype is float16 or dtype is bfloat16:
        out = out.astype(dtype.np)
        out[out >= max] = np.nextafter(dtype.np.type(max), dtype.np.type(min))
    if diag_num:
        out.reshape(-1)[: diag_num * (diag_step + 1) : diag_step + 1] = diag_val
    return out


@uniform_random.infer
def _(
    RngState: Any,
    ShapeTensor: Any = None,
    ShapeTensorList: Any = None,
    *,
    shape: Any = (),
    dtype: Any,
    **_: Any,
) -> Spec:
    return Spec(_dims(ShapeTensor, ShapeTensorList, shape), dtype)


def _random_like(
    b: Any, kind: str, ShapeTensor: Any, ShapeTensorList: Any, shape: Any, dtype: DType, **how: Any
) -> Any:
    """A draw of a size known only when the graph runs, through the ...Like form."""
    wide = float32 if dtype is bfloat16 else dtype
    base = b.Expand(b.const(0, wide), sizes_onnx(b, ShapeTensor, ShapeTensorList, shape))
    return b.cast(getattr(b, f"Random{kind}Like")(base, **how), dtype)


@uniform_random.onnx
def _(
    b: Any,
    RngState: Any,
    ShapeTensor: Any = None,
    ShapeTensorList: Any = None,
    *,
    shape: Any = (),
    dtype: DType = float32,
    min: float = -1.0,
    max: float = 1.0,
    diag_num: int = 0,
    **_: Any,
) -> Any:
    if diag_num:
        from ..errors import UnimplementedError

        raise UnimplementedError("uniform_random with diag_num has no ONNX form")
    return _random_like(
        b, "Uniform", ShapeTensor, ShapeTensorList, shape, dtype, low=float(min), high=float(max)
    )


STATE = np.array([5, 3], np.int64)
uniform_random.sample(STATE, shape=[2, 3]).sample(STATE, shape=[], min=2.0, max=2.5, dtype=float64)
uniform_random.sample(STATE, np.array([3, 2], np.int64), dtype=float16).sample(
    STATE, shape=[0, 2], dtype=bfloat16
)
uniform_random.sample(STATE, shape=[3, 3], seed=4, diag_num=3, diag_step=3, diag_val=9.0)


@op("gaussian_random")
def gaussian_random(  # type: ignore[no-untyped-def]
    RngState,
    ShapeTensor=None,
    ShapeTensorList: Many = None,
    *,
    shape=(),
    mean=0.0,
    std=1.0,
    seed=0,
    dtype=float32,
):
    """Normally distributed numbers. ONNX: RandomNormal (not the same numbers)."""
    size = numbers(ShapeTensor, ShapeTensorList, shape)
    draw, kind = stream(RngState, seed), _working(dtype)
    if dtype.is_complex:
        # Half the variance to each part, so that the complex number has variance std**2.
        parts = draw.standard_normal((*size, 2)) * (std / np.sqrt(2))
        return (parts.view(np.complex128)[..., 0] + mean).astype(dtype.np)
    out = np.asarray(draw.standard_normal(size, dtype=kind), kind)
    if std != 1:
        out *= kind(std)
    if mean != 0:
        out += kind(mean)
    return out if out.dtype == dtype.np else out.astype(dtype.np)


@gaussian_random.infer
def _(
    RngState: Any,
    ShapeTensor: Any = None,
    ShapeTensorList: Any = None,
    *,
    shape: Any = (),
    dtype: Any,
    **_: Any,
) -> Spec:
    return Spec(_dims(ShapeTensor, ShapeTensorList, shape), dtype)


@gaussian_random.onnx
def _(
    b: Any,
    RngState: Any,
    ShapeTensor: Any = None,
    ShapeTensorList: Any = None,
    *,
    shape: Any = (),
    mean: float = 0.0,
    std: float = 1.0,
    seed: int = 0,
    dtype: DType = float32,
) -> Any:
    return _random_like(
        b, "Normal", ShapeTensor, ShapeTensorList, shape, dtype, mean=float(mean), scale=float(std)
    )


gaussian_random.sample(STATE, shape=[2, 3]).sample(STATE, shape=[], mean=2.0, std=0.5, dtype=float64)
gaussian_random.sample(STATE, np.array([3, 2], np.int64), dtype=float16).sample(
    STATE, shape=[0, 2], dtype=bfloat16
)


@op("randint")
def randint(  # type: ignore[no-untyped-def]
    RngState, ShapeTensor=None, ShapeTensorList: Many = None, *, low, high, shape=(), dtype=int64, seed=0
):
    """Integers in [low, high). ONNX: RandomUniformLike, Floor, Cast (not the same numbers)."""
    size = numbers(ShapeTensor, ShapeTensorList, shape)
    return np.asarray(stream(RngState, seed).integers(low, high, size), dtype.np)


@randint.infer
def _(
    RngState: Any,
    ShapeTensor: Any = None,
    ShapeTensorList: Any = None,
    *,
    shape: Any = (),
    dtype: Any,
    **_: Any,
) -> Spec:
    return Spec(_dims(ShapeTensor, ShapeTensorList, shape), dtype)


@randint.onnx
def _(
    b: Any,
    RngState: Any,
    ShapeTensor: Any = None,
    ShapeTensorList: Any = None,
    *,
    low: int,
    high: int,
    shape: Any = (),
    dtype: DType = int64,
    seed: int = 0,
) -> Any:
    draw = _random_like(
        b, "Uniform", ShapeTensor, ShapeTensorList, shape, float64, low=float(low), high=float(high)
    )
    return b.cast(b.Floor(draw), dtype)


randint.sample(STATE, low=-3, high=4, shape=[2, 3]).sample(STATE, low=0, high=2, shape=[])


@op("randperm")
def randperm(RngState, *, n, dtype=int64):  # type: ignore[no-untyped-def]
    """The numbers 0 .. n - 1 in random order. ONNX: RandomUniform, TopK (not the same numbers)."""
    return stream(RngState).permutation(n).astype(dtype.np)


randperm.infer(lambda RngState, *, n, dtype: Spec((n,), dtype))


@randperm.onnx
def _(b: Any, RngState: Any, *, n: int, dtype: DType = int64) -> Any:
    keys = b.RandomUniformLike(b.Expand(b.const(0.0, "float64"), b.const([n], "int64")))
    return b.cast(b.TopK(keys, b.const([n], "int64"))[1], dtype)


randperm.sample(STATE, n=5).sample(STATE, n=0)


@op("truncated_gaussian_random")
def truncated_gaussian_random(  # type: ignore[no-untyped-def]
    RngState, *, shape, mean=0.0, std=1.0, seed=0, dtype=float32, a=-2.0, b=2.0
):
    """Normally distributed numbers between ``mean + a * std`` and ``mean + b * std``, by rejection."""
    draw, kind = stream(RngState, seed), _working(dtype)
    count = prod(shape)
    out = np.empty(count, kind)
    filled = 0
    while filled < count:
        found = _propose(draw, max(2 * (count - filled), 16), a, b)[: count - filled]
        out[filled : filled + len(found)] = found
        filled += len(found)
    return (out.reshape(tuple(shape)) * kind(std) + kind(mean)).astype(dtype.np, copy=False)


def _propose(draw: np.random.Generator, count: int, a: float, b: float) -> np.ndarray:
    """Some standard normal numbers in [a, b], fewer than ``count``."""
    if a < 1 and b > -1 and b - a > 1:
        x = draw.standard_normal(count)
        return x[(x >= a) & (x <= b)]
    # A tail or a short stretch: uniform proposals, as far out as the density is above 1e-16 of its peak.
    peak = min(max(a, 0.0), b)
    low, high = max(a, peak - 9.0), min(b, peak + 9.0)
    x = draw.uniform(low, high, count)
    return x[draw.random(count) <= np.exp((peak * peak - x * x) / 2)]


@truncated_gaussian_random.infer
def _(
    RngState: Any, *, shape: Sequence[int], dtype: DType = float32, a: float = -2.0, b: float = 2.0, **_: Any
) -> Spec:
    if not a < b:
        raise InvalidArgumentError(
            f"truncated_gaussian_random: the lower bound {a} is not below the upper bound {b}"
        )
    return Spec(tuple(shape), dtype)


truncated_gaussian_random.sample(STATE, shape=[3, 4]).sample(STATE, shape=[2], a=5.0, b=9.0, dtype=float64)
truncated_gaussian_random.sample(STATE, shape=[5], a=0.1, b=0.2, mean=1.0, std=2.0)
