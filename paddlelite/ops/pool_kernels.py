"""The NumPy kernels of pooling.

Maximum and sum over a box are done one axis after the other. The gradient of max pooling goes to the first element of
the window that equals the maximum, as in PaddlePaddle.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from .. import dims as D
from .window import (
    Pads,
    filled_like,
    offsets,
    output_size,
    pad_array,
    pad_pairs,
    padded_shape,
    strided,
)

__all__ = ["Boxes", "Window", "avg_pool", "avg_pool_grad", "max_pool", "max_pool_grad", "max_taps"]

Window = tuple[int, int]


class Boxes:
    """Which box of the input each output of a pooling looks at.

    ``kernel, strides, pads`` when all boxes are alike; ``edges`` (per axis, a begin and end per output) when an
    adaptive pooling makes them uneven.
    """

    def __init__(self, sizes: Sequence[D.Size], attrs: dict[str, Any]) -> None:
        self.edges: list[list[Window]] | None = None
        self.pads: Pads = [(0, 0)] * len(sizes)
        self.counts_padding = not attrs["exclusive"]
        if attrs["global_pooling"] or (attrs["adaptive"] and all(k == 1 for k in attrs["ksize"])):
            self.kernel: list[Any] = list(sizes)
            self.strides = [1] * len(sizes)
            self.out: list[Any] = [1] * len(sizes)
        elif attrs["adaptive"]:
            self._adaptive(sizes, attrs["ksize"])
        else:
            self.kernel, self.strides = list(attrs["ksize"]), list(attrs["strides"])
            ones = [1] * len(sizes)
            pads = pad_pairs(
                attrs["paddings"], attrs["padding_algorithm"], sizes, self.kernel, self.strides, ones
            )
            ceil = attrs["ceil_mode"]
            self.out = [
                output_size(n, k, s, p, 1, ceil)
                for n, k, s, p in zip(sizes, self.kernel, self.strides, pads, strict=True)
            ]
            self.declared: Pads = pads
            self.pads = [self._reach(n, i, pads[i]) if ceil else pads[i] for i, n in enumerate(sizes)]
            return
        self.declared = self.pads

    def _reach(self, n: D.Size, i: int, pad: tuple[int, int]) -> tuple[int, int]:
        """Padding far enough for the last window of ceil_mode."""
        if not isinstance(n, int):
            return pad
        return pad[0], max(pad[1], (self.out[i] - 1) * self.strides[i] + self.kernel[i] - n - pad[0])

    def _adaptive(self, sizes: Sequence[D.Size], out: Sequence[int]) -> None:
        self.out = list(out)
        if not D.is_static(sizes):
            self.kernel, self.strides = [], []
        elif all(n % o == 0 for n, o in zip(sizes, out, strict=True)):  # type: ignore[operator]
            self.kernel = self.strides = [n // o for n, o in zip(sizes, out, strict=True)]  # type: ignore[operator]
        else:
            self.kernel, self.strides = [], []
            self.edges = [
                [(i * n // o, -(-(i + 1) * n // o)) for i in range(o)]  # type: ignore[operator]
                for n, o in zip(sizes, out, strict=True)
            ]

    def is_global(self, sizes: Sequence[D.Size]) -> bool:
        return (
            self.edges is None
            and self.kernel == list(sizes)
            and not any(p for pair in self.pads for p in pair)
        )

    def axis_windows(self, i: int, n: int) -> list[Window]:
        """Begin and end of every window along axis ``i``, cut to the input."""
        if self.edges is not None:
            return self.edges[i]
        first = [o * self.strides[i] - self.pads[i][0] for o in range(self.out[i])]
        return [(max(a, 0), min(a + self.kernel[i], n)) for a in first]

    def counts(self, sizes: Sequence[int], dtype: Any) -> Any:
        """By what the sum over each box is divided for an average."""
        if self.edges is None and not any(p for pair in self.pads for p in pair):
            return dtype.type(prod(self.kernel))
        total: Any = np.ones((), dtype)
        for i, n in enumerate(sizes):
            if self.counts_padding and self.edges is None:
                lo, hi = self.declared[i]
                starts = [o * self.strides[i] - lo for o in range(self.out[i])]
                lengths = [min(a + self.kernel[i], n + hi) - a for a in starts]
            else:
                lengths = [max(e - a, 1) for a, e in self.axis_windows(i, n)]
            total = total[..., None] * np.array(lengths, dtype)
        return total


def _fold(x: np.ndarray, boxes: Boxes, ufunc: Any, pad: float) -> np.ndarray:
    """``ufunc`` over every box, axis by axis."""
    if boxes.edges is not None:
        for i, windows in enumerate(boxes.edges):
            x = np.stack(
                [ufunc.reduce(np.take(x, range(a, e), i + 2), axis=i + 2) for a, e in windows], axis=i + 2
            )
        return x
    if boxes.is_global(x.shape[2:]):
        return ufunc.reduce(x, axis=tuple(range(2, x.ndim)), keepdims=True)
    x = pad_array(x, boxes.pads, pad)
    for i, (k, s, o) in enumerate(zip(boxes.kernel, boxes.strides, boxes.out, strict=True)):
        cut = [slice(None)] * x.ndim
        out: Any = None
        for a in range(k):
            cut[i + 2] = slice(a, a + (o - 1) * s + 1, s)
            part = x[tuple(cut)]
            out = part.copy() if out is None else ufunc(out, part, out=out)
        x = out
    return x


def max_pool(x: np.ndarray, boxes: Boxes) -> np.ndarray:
    """The maximum of every box."""
    lowest = -np.inf if x.dtype.kind in "fV" else np.iinfo(x.dtype).min
    return _fold(x, boxes, np.maximum, lowest)


def avg_pool(x: np.ndarray, boxes: Boxes) -> np.ndarray:
    """The mean of every box."""
    sizes = x.shape[2:]
    total = _fold(x, boxes, np.add, 0.0)
    return np.divide(total, boxes.counts(sizes, x.dtype), out=total) if total is not x else x / 1


def _taps(x: np.ndarray, boxes: Boxes) -> list[tuple[Any, Any]]:
    """Pairs of indices (into the padded input, into the output) that together visit every element of every box."""
    if boxes.edges is None:
        every = (slice(None),) * x.ndim
        return [(strided(at, boxes.out, boxes.strides), every) for at in offsets(boxes.kernel)]
    taps: list[tuple[Any, Any]] = []
    for out in offsets(boxes.out):
        boxes_at = [range(*boxes.edges[i][o]) for i, o in enumerate(out)]
        lead = (slice(None), slice(None))
        inside = np.array(np.meshgrid(*boxes_at, indexing="ij")).reshape(len(out), -1).T
        target = lead + tuple(slice(o, o + 1) for o in out)
        taps.extend((lead + tuple(slice(a, a + 1) for a in at), target) for at in inside)
    return taps


def _crop(padded: np.ndarray, sizes: Sequence[int], pads: Pads) -> np.ndarray:
    cut = (slice(lo, lo + n) for n, (lo, _) in zip(sizes, pads, strict=True))
    return padded[(slice(None), slice(None), *cut)]


def max_taps(x: np.ndarray, out: np.ndarray, boxes: Boxes) -> Any:
    """The taps of a max pooling with the mask of outputs whose (first) maximum is there."""
    padded = pad_array(x, boxes.pads, -np.inf)
    open_ = np.ones_like(out, np.bool_)
    for source, target in _taps(x, boxes):
        hit = padded[source] == out[target]
        hit &= open_[target]
        open_[target] ^= hit
        yield source, target, hit


def max_pool_grad(x: np.ndarray, out: np.ndarray, g: np.ndarray, boxes: Boxes) -> np.ndarray:
    """``g`` brought to where each maximum was."""
    dx = filled_like(g, padded_shape(x, boxes.pads))
    for source, target, hit in max_taps(x, out, boxes):
        dx[source] += g[target] * hit
    return _crop(dx, x.shape[2:], boxes.pads)


def avg_pool_grad(sizes: Sequence[int], g: np.ndarray, boxes: Boxes) -> np.ndarray:
    """``g`` spread evenly over each box."""
    share = g / boxes.counts(sizes, g.dtype)
    if boxes.is_global(sizes):
        return np.broadcast_to(share, (*g.shape[:2], *sizes)).copy()
    full = [n + lo + hi for n, (lo, hi) in zip(sizes, boxes.pads, strict=True)]
    dx = filled_like(g, [*g.shape[:2], *full])
    for source, target in _taps(dx, boxes):
        dx[source] += share[target]
    return _crop(dx, sizes, boxes.pads)
