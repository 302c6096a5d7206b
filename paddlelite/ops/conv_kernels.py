"""The NumPy kernels of convolution: windows gathered into the columns of a matrix, and one matrix product.

The batch is kept as the *last* axis in memory, [C, H, W, N]: a row of a window is then ``W * N`` numbers in a row, so
that gathering is copying long runs. Results are returned as [N, C, H, W] views of such arrays, and elementwise ops keep
the layout, so a network stays in it from the first convolution on.

A strided convolution first takes its input apart into phases (every s-th row and column); each position of the window,
a *tap*, is then a contiguous piece of one phase. The gradient of the input puts phases together again: each is a
convolution of stride 1 with the taps that fall on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from .window import Pads, offsets, output_size

__all__ = ["filter_grad", "forward", "input_grad"]

#: Numbers in the block of columns that is multiplied at once: it should stay in the second-level cache.
_BLOCK = 1 << 18

Tap = tuple[np.ndarray, tuple[int, ...]]


def batch_last(x: np.ndarray, pads: Pads) -> np.ndarray:
    """``x`` [N, C, ...] as a contiguous [C, ..., N], padded with zeros."""
    moved = np.moveaxis(x, 0, -1)
    if not any(p for pair in pads for p in pair):
        return np.ascontiguousarray(moved)
    sizes = [n + lo + hi for n, (lo, hi) in zip(x.shape[2:], pads, strict=True)]
    out = np.zeros((x.shape[1], *sizes, x.shape[0]), x.dtype)
    inner = tuple(slice(lo, lo + n) for n, (lo, _) in zip(x.shape[2:], pads, strict=True))
    out[(slice(None), *inner)] = moved
    return out


def _batch_first(x: np.ndarray) -> np.ndarray:
    """The [N, C, ...] view of a [C, ..., N] array."""
    return np.moveaxis(x, -1, 0)


def _taps(
    x: np.ndarray, pads: Pads, kernel: Sequence[int], strides: Sequence[int], dilations: Sequence[int]
) -> list[Tap]:
    """For every position in the window: the phase it reads and where it starts in it."""
    padded = batch_last(x, pads)
    phases: dict[tuple[int, ...], np.ndarray] = {}
    taps = []
    for at in offsets(kernel):
        place = [a * d for a, d in zip(at, dilations, strict=True)]
        rest = tuple(p % s for p, s in zip(place, strides, strict=True))
        if rest not in phases:
            cut = (slice(None), *(slice(r, None, s) for r, s in zip(rest, strides, strict=True)))
            phases[rest] = np.ascontiguousarray(padded[cut])
        taps.append((phases[rest], tuple(p // s for p, s in zip(place, strides, strict=True))))
    return taps


def _piece(tap: Tap, sizes: Sequence[int], first: int, rows: int) -> np.ndarray:
    """What a tap contributes to ``rows`` rows of the output from ``first`` on."""
    phase, start = tap
    lines = slice(start[0] + first, start[0] + first + rows)
    return phase[(slice(None), lines, *(slice(a, a + n) for a, n in zip(start[1:], sizes[1:], strict=True)))]


class _Columns:
    """The matrix [C * taps, columns] of an unfolded batch, a block of output rows at a time."""

    def __init__(self, taps: list[Tap], sizes: Sequence[int]) -> None:
        self.taps, self.sizes = taps, sizes
        phase = taps[0][0]
        self.channels, self.batch = phase.shape[0], phase.shape[-1]
        self.line = prod(sizes[1:]) * self.batch
        height = self.channels * len(taps)
        self.rows = max(1, min(sizes[0], max(_BLOCK // max(height, 1), 512) // max(self.line, 1)))
        self.buffer: Any = None
        if len(taps) > 1:
            self.buffer = np.empty((self.channels, len(taps), self.rows, *sizes[1:], self.batch), phase.dtype)

    def blocks(self) -> Any:
        """Pairs of (rows, columns as a matrix)."""
        for first in range(0, self.sizes[0], self.rows):
            count = min(self.rows, self.sizes[0] - first)
            yield slice(first, first + count), self._gather(first, count).reshape(-1, count * self.line)

    def _gather(self, first: int, count: int) -> np.ndarray:
        if self.buffer is None:
            return _piece(self.taps[0], self.sizes, first, count)
        block = self.buffer[:, :, :count] if count == self.rows else np.empty_like(self.buffer[:, :, :count])
        for i, tap in enumerate(self.taps):
            block[:, i] = _piece(tap, self.sizes, first, count)
        return block


def _product(matrix: np.ndarray, columns: _Columns) -> np.ndarray:
    """``matrix`` [M, C * taps] times the columns, as [M, *sizes, N]."""
    out = np.empty(
        (matrix.shape[0], *columns.sizes, columns.batch), np.result_type(matrix, columns.taps[0][0])
    )
    for rows, block in columns.blocks():
        if rows.stop - rows.start == columns.sizes[0]:
            np.matmul(matrix, block, out=out.reshape(matrix.shape[0], -1))
        else:
            out[:, rows] = np.matmul(matrix, block).reshape(matrix.shape[0], -1, *out.shape[2:])
    return out


def _weighted(taps: list[Tap], weights: np.ndarray, sizes: Sequence[int]) -> np.ndarray:
    """The depthwise form: every channel's taps times ``weights`` [C, taps], summed."""
    factor = (slice(None), *(None,) * (len(sizes) + 1))
    out = _piece(taps[0], sizes, 0, sizes[0]) * weights[:, 0][factor]
    term = np.empty_like(out)
    for i, tap in enumerate(taps[1:], 1):
        np.multiply(_piece(tap, sizes, 0, sizes[0]), weights[:, i][factor], out=term)
        out += term
    return out


def _by_group(
    function: Any, groups: int, x: np.ndarray, w: np.ndarray, split_w: int, join: int
) -> np.ndarray:
    parts = zip(np.split(x, groups, 1), np.split(w, groups, split_w), strict=True)
    return np.concatenate([function(a, b) for a, b in parts], axis=join)


def _wide(function: Any, a: np.ndarray, b: np.ndarray, *rest: Any) -> np.ndarray:
    """Half precision is computed in float32."""
    return function(a.astype(np.float32), b.astype(np.float32), *rest).astype(a.dtype)


def forward(
    x: np.ndarray, w: np.ndarray, strides: Any, pads: Pads, dilations: Any, groups: int
) -> np.ndarray:
    """``[N, C, ...]`` with filters ``[O, C/groups, ...]`` to ``[N, O, ...]``."""
    if x.dtype.itemsize == 2:
        return _wide(forward, x, w, strides, pads, dilations, groups)
    depthwise = groups == x.shape[1] == w.shape[0]
    if groups > 1 and not depthwise:
        return _by_group(lambda a, b: forward(a, b, strides, pads, dilations, 1), groups, x, w, 0, 1)
    kernel = w.shape[2:]
    sizes = [output_size(*a) for a in zip(x.shape[2:], kernel, strides, pads, dilations, strict=True)]
    taps = _taps(x, pads, kernel, strides, dilations)
    if depthwise:
        return _batch_first(_weighted(taps, w.reshape(w.shape[0], -1), sizes))
    return _batch_first(_product(np.ascontiguousarray(w).reshape(w.shape[0], -1), _Columns(taps, sizes)))


def _axis_phases(
    n: int, o: int, lo: int, k: int, s: int, d: int
) -> list[tuple[int, int, int, list[tuple[int, int]]]]:
    """The phases of the input along one axis.

    Each is (position of its first element in the input, first index q, number of elements, taps), a tap being its place
    in the window and the distance m such that element q receives gradient q - m.
    """
    phases = []
    for r in range(s):
        first = -((r - lo) // s)  # the first q with q * s + r >= lo
        last = (lo + n - 1 - r) // s
        taps = [(t, (t * d - r) // s) for t in range(k) if (t * d) % s == r]
        if last >= first:
            phases.append((first * s + r - lo, first, last - first + 1, taps))
    return phases


def input_grad(
    g: np.ndarray, w: np.ndarray, sizes: Sequence[int], strides: Any, pads: Pads, dilations: Any, groups: int
) -> np.ndarray:
    """The gradient of the input, of spatial ``sizes``; also the forward pass of a transposed convolution."""
    if g.dtype.itemsize == 2:
        return _wide(input_grad, g, w, sizes, strides, pads, dilations, groups)
    depthwise = groups == g.shape[1] == w.shape[0] and w.shape[1] == 1
    if groups > 1 and not depthwise:
        return _by_group(
            lambda a, b: input_grad(a, b, sizes, strides, pads, dilations, 1), groups, g, w, 0, 1
        )
    kernel, out = w.shape[2:], g.shape[2:]
    # Numbers moved by scattering columns (read and written) and by gathering them.
    if groups == 1 and 2 * w.shape[1] * prod(out) < w.shape[0] * prod(sizes) // prod(strides):
        return _scatter(g, w, sizes, strides, pads, dilations)
    axes = [
        _axis_phases(n, o, lo, k, s, d)
        for n, o, (lo, _), k, s, d in zip(sizes, out, pads, kernel, strides, dilations, strict=True)
    ]
    reach = [_reach(phases, o) for phases, o in zip(axes, out, strict=True)]
    padded = batch_last(g, reach)
    dx = np.zeros((w.shape[1] * groups, *sizes, g.shape[0]), g.dtype)
    for choice in np.ndindex(*map(len, axes)):
        phases = [axis[i] for axis, i in zip(axes, choice, strict=True)]
        lists = [p[3] for p in phases]
        if not all(lists):
            continue  # no window reaches this phase
        counts = [p[2] for p in phases]
        combined = [
            [taps[i] for taps, i in zip(lists, at, strict=True)] for at in np.ndindex(*map(len, lists))
        ]
        taps: list[Tap] = [
            (padded, tuple(p[1] - m + pad[0] for p, (_, m), pad in zip(phases, tap, reach, strict=True)))
            for tap in combined
        ]
        weights = w[(slice(None), slice(None), *(_progression([t for t, _ in taps]) for taps in lists))]
        if depthwise:
            part = _weighted(taps, weights.reshape(w.shape[0], -1), counts)
        else:
            matrix = weights.swapaxes(0, 1).reshape(w.shape[1], -1)
            part = _product(matrix, _Columns(taps, counts))
        if all(s == 1 for s in strides):
            return _batch_first(part)
        dx[(slice(None), *(slice(p[0], None, s) for p, s in zip(phases, strides, strict=True)))] = part
    return _batch_first(dx)


def _scatter(
    g: np.ndarray, w: np.ndarray, sizes: Sequence[int], strides: Any, pads: Pads, dilations: Any
) -> np.ndarray:
    """The gradient of an input with few channels: one product, whose rows are added where their taps read."""
    kernel, out = w.shape[2:], g.shape[2:]
    full = [
        max(n + lo + hi, (o - 1) * s + d * (k - 1) + 1)
        for n, (lo, hi), o, s, d, k in zip(sizes, pads, out, strides, dilations, kernel, strict=True)
    ]
    gradient = batch_last(g, [(0, 0)] * len(kernel))
    columns = np.matmul(np.ascontiguousarray(w.reshape(w.shape[0], -1).T), gradient.reshape(w.shape[0], -1))
    columns = columns.reshape(w.shape[1], prod(kernel), *out, g.shape[0])
    padded = np.zeros((w.shape[1], *full, g.shape[0]), g.dtype)
    for i, at in enumerate(offsets(kernel)):
        start = [a * d for a, d in zip(at, dilations, strict=True)]
        cut = (slice(a, a + (o - 1) * s + 1, s) for a, o, s in zip(start, out, strides, strict=True))
        padded[(slice(None), *cut)] += columns[:, i]
    inner = (slice(lo, lo + n) for n, (lo, _) in zip(sizes, pads, strict=True))
    return _batch_first(padded[(slice(None), *inner)])


def _progression(places: Sequence[int]) -> slice:
    """The slice that picks the places of a phase's taps, which are evenly spaced."""
    step = places[1] - places[0] if len(places) > 1 else 1
    return slice(places[0], places[-1] + 1, step)


def _reach(phases: Any, o: int) -> tuple[int, int]:
    """How far the phases read before the first and after the last gradient along an axis."""
    low = high = 0
    for _, first, count, taps in phases:
        for _, m in taps:
            low = max(low, m - first)
            high = max(high, first + count - 1 - m - (o - 1))
    return low, high


def filter_grad(
    x: np.ndarray, g: np.ndarray, kernel: Sequence[int], strides: Any, pads: Pads, dilations: Any, groups: int
) -> np.ndarray:
    """The gradient of the filters, ``[O, C/groups, *kernel]``."""
    if x.dtype.itemsize == 2:
        return _wide(filter_grad, x, g, kernel, strides, pads, dilations, groups)
    c, o, sizes = x.shape[1], g.shape[1], g.shape[2:]
    depthwise = groups == c == o
    if groups > 1 and not depthwise:
        return _by_group(
            lambda a, b: filter_grad(a, b, kernel, strides, pads, dilations, 1), groups, x, g, 1, 0
        )
    taps = _taps(x, pads, kernel, strides, dilations)
    gradient = batch_last(g, [(0, 0)] * len(kernel))
    if depthwise:
        letters = "cxyzn"[: len(kernel) + 1] + "n"
        pieces = (_piece(tap, sizes, 0, sizes[0]) for tap in taps)
        sums = [np.einsum(f"{letters},{letters}->c", p, gradient) for p in pieces]
        return np.stack(sums, axis=1).reshape(c, 1, *kernel)
    columns = _Columns(taps, sizes)
    total = np.zeros((o, c * len(taps)), x.dtype)
    for rows, block in columns.blocks():
        total += np.matmul(gradient[:, rows].reshape(o, -1), block.T)
    return total.reshape(o, c, *kernel)
