"""The geometry that convolution and pooling share: paddings, output sizes, windows of an array."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from .. import dims as D
from ..errors import InvalidArgumentError

__all__ = [
    "is_channel_last",
    "output_size",
    "pad_array",
    "pad_pairs",
    "spatial",
    "to_channel_first",
    "windows",
]

Pads = list[tuple[Any, Any]]


def is_channel_last(data_format: str) -> bool:
    """Whether ``data_format`` is NHWC, NDHWC or NLC. Raises InvalidArgumentError for an unknown one."""
    if data_format in ("NHWC", "NDHWC", "NLC"):
        return True
    if data_format in ("NCHW", "NCDHW", "NCL", "AnyLayout"):
        return False
    raise InvalidArgumentError(
        f"data_format should be one of NCHW, NHWC, NCDHW, NDHWC, NCL, NLC, but got {data_format}"
    )


def spatial(dims: Sequence[Any], data_format: str) -> tuple[Any, ...]:
    """The sizes of the spatial axes."""
    return tuple(dims[1:-1] if is_channel_last(data_format) else dims[2:])


def to_channel_first(x: np.ndarray, data_format: str) -> np.ndarray:
    """``x`` with its channels at axis 1 (a view)."""
    return np.moveaxis(x, -1, 1) if is_channel_last(data_format) else x


def from_channel_first(x: np.ndarray, data_format: str) -> np.ndarray:
    """Undo :func:`to_channel_first`."""
    return np.moveaxis(x, 1, -1) if is_channel_last(data_format) else x


def full_dims(dims: Sequence[Any], channels: Any, sizes: Sequence[Any], data_format: str) -> tuple[Any, ...]:
    """The shape of an output with ``channels`` and spatial ``sizes``."""
    return (dims[0], *sizes, channels) if is_channel_last(data_format) else (dims[0], channels, *sizes)


def pad_pairs(
    paddings: Sequence[int],
    algorithm: str,
    sizes: Sequence[D.Size],
    kernel: Sequence[int],
    strides: Sequence[int],
    dilations: Sequence[int],
) -> Pads:
    """Padding before and after each spatial axis, from PaddlePaddle's ``paddings`` and ``padding_algorithm``."""
    rank = len(kernel)
    if algorithm == "VALID":
        return [(0, 0)] * rank
    if algorithm == "SAME":
        return [_same(n, k, s) for n, k, s in zip(sizes, kernel, strides, strict=True)]
    if len(paddings) == rank:
        return [(p, p) for p in paddings]
    if len(paddings) == 2 * rank:
        return [(paddings[2 * i], paddings[2 * i + 1]) for i in range(rank)]
    raise InvalidArgumentError(f"paddings should have {rank} or {2 * rank} numbers, but got {list(paddings)}")


def _same(n: D.Size, k: int, s: int) -> tuple[Any, Any]:
    if s == 1:
        total: Any = k - 1
    elif isinstance(n, int):
        total = max((-(-n // s) - 1) * s + k - n, 0)
    else:
        raise InvalidArgumentError(f"padding SAME with stride {s} needs a size that is known, got {n!r}")
    return total // 2, total - total // 2


def output_size(n: D.Size, k: int, s: int, pads: tuple[Any, Any], d: int = 1, ceil: bool = False) -> D.Size:
    """How often a window of size ``k`` fits. Raises InvalidArgumentError when it does not fit once."""
    span = n + pads[0] + pads[1] - (d * (k - 1) + 1)
    out = (span + s - 1) // s + 1 if ceil else span // s + 1
    if isinstance(out, int) and out <= 0:
        raise InvalidArgumentError(
            f"the output's size should be greater than 0, but an input of size {n} with a kernel of {k}, stride {s}, "
            f"padding {list(pads)} and dilation {d} gives {out}"
        )
    return out


def pad_array(x: np.ndarray, pads: Pads, value: float = 0.0) -> np.ndarray:
    """``x`` with its spatial axes padded (``x`` itself when there is nothing to pad)."""
    if not any(p for pair in pads for p in pair):
        return x
    out = filled_like(x, padded_shape(x, pads), value)
    inner = tuple(slice(lo, lo + n) for n, (lo, _) in zip(x.shape[2:], pads, strict=True))
    out[(slice(None), slice(None), *inner)] = x
    return out


def padded_shape(x: np.ndarray, pads: Pads) -> list[int]:
    """The shape of ``x`` [N, C, ...] with its spatial axes padded."""
    return [*x.shape[:2], *(n + lo + hi for n, (lo, hi) in zip(x.shape[2:], pads, strict=True))]


def filled_like(x: np.ndarray, shape: Sequence[int], value: float = 0.0) -> np.ndarray:
    """An array of ``shape`` filled with one number, with the batch where ``x`` has it in memory: first or last."""
    batch_last = x.shape[0] > 1 and x.strides[0] < x.strides[-1]
    order = [*shape[1:], shape[0]] if batch_last else list(shape)
    out = np.full(order, value, x.dtype) if value else np.zeros(order, x.dtype)
    return np.moveaxis(out, -1, 0) if batch_last else out


def windows(
    x: np.ndarray,
    kernel: Sequence[int],
    sizes: Sequence[int],
    strides: Sequence[int],
    dilations: Sequence[int],
) -> np.ndarray:
    """A view ``[N, C, *kernel, *sizes]`` of the windows of a padded array."""
    step = x.strides
    inner = [s * d for s, d in zip(step[2:], dilations, strict=True)]
    outer = [s * t for s, t in zip(step[2:], strides, strict=True)]
    return as_strided(x, (*x.shape[:2], *kernel, *sizes), (*step[:2], *inner, *outer), writeable=False)


def offsets(kernel: Sequence[int]) -> list[tuple[int, ...]]:
    """All positions in a window."""
    return list(np.ndindex(*kernel))


def strided(start: Sequence[int], sizes: Sequence[int], strides: Sequence[int]) -> tuple[Any, ...]:
    """The index of every ``stride``-th element from ``start``, ``sizes`` of them, along the spatial axes."""
    cut = (slice(a, a + (n - 1) * s + 1, s) for a, n, s in zip(start, sizes, strides, strict=True))
    return (slice(None), slice(None), *cut)
