"""The gradients of a convolution in ONNX nodes, in the form that onnxruntime runs fastest for their shape.

Measured on two cores (ms; images, channels, size, filters, window). The filter gradient as one Conv with batch and
channels swapped is slow, with windows as large as the image on few channels:

    8×64×28×28, 64, 3×3     swapped 9.3   batched 3.9   flat 4.3
    8×64×28×28, 128, 3×3/2  swapped 4.2   batched 3.2   flat 1.9
    8×256×7×7, 256, 3×3     swapped 5.9   batched 4.5   flat 2.9
    8×512×4×4, 512, 3×3     swapped 9.6   batched 11.0  flat 4.7
    64×6×12×12, 16, 5×5     swapped 0.4   batched 0.85  flat 1.0   by rows 0.5
    8×3×112×112, 64, 7×7/2  swapped 5.1   batched 7.6   flat 16.9  by rows 6.2

The input gradient is ConvTranspose, which multiplies image by image; for few positions one product is faster:

    8×64×28×28, 64, 3×3     ConvTranspose 2.8   one product, Col2Im 4.0
    8×128×14×14, 256, 3×3/2 ConvTranspose 2.7   one product, Col2Im 1.4
    8×512×4×4, 512, 3×3     ConvTranspose 5.4   one product, Col2Im 2.9
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

from .window import offsets

__all__ = ["lower_filter_grad", "lower_input_grad"]

#: Channels from which one product over all positions of all images pays.
_MANY = 32
#: Positions per image up to which it is faster than one product per image.
_FEW_POSITIONS = 256
#: Window width from which cutting columns first and rows afterwards saves copies.
_WIDE = 5

#: Positions per image up to which the input gradient is one product, with stride 1 and with more.
_FEW_FOR_INPUT = {True: 16, False: 100}
#: Opset that has Col2Im.
_COL2IM = 18

Cut = Callable[..., Any]


def lower_filter_grad(
    b: Any,
    x: Any,
    g: Any,
    kernel: Sequence[int],
    groups: int,
    channels: int,
    filters: int,
    positions: Any,
    cut: Cut,
) -> Any:
    """ONNX nodes for the gradient [O, C/groups, ...] of the filters.

    ``x`` is padded and ``g`` is the output's gradient, both with channels first. ``positions`` is the number of outputs
    per image and channel, or None when it is not known; ``cut(x, at, axes, first)`` slices the elements of ``x`` that
    the windows see at offset ``at`` along ``axes`` of the window, whose axis 0 is axis ``first`` of ``x``.
    """
    if (
        prod(kernel) > 1
        and groups == 1
        and channels >= _MANY
        and (positions is None or positions <= _FEW_POSITIONS)
    ):
        return _flat(b, x, g, kernel, channels, filters, cut)
    if len(kernel) == 2 and groups == 1 and channels < _MANY and kernel[1] >= _WIDE:
        return _by_rows(b, x, g, kernel, channels, filters, cut)
    return _batched(b, x, g, kernel, groups, channels, filters, cut)


def _filters(b: Any, rows: Any, kernel: Sequence[int], channels: int, filters: int) -> Any:
    """[O, window positions × C] as [O, C, ...]."""
    shaped = b.Reshape(rows, b.const([filters, prod(kernel), channels], "int64"))
    return b.Reshape(b.Transpose(shaped, perm=[0, 2, 1]), b.const([filters, channels, *kernel], "int64"))


def _flat(b: Any, x: Any, g: Any, kernel: Sequence[int], channels: int, filters: int, cut: Cut) -> Any:
    """Channels last: one product [O, N·L] × [N·L, positions·C]."""
    rank = len(kernel)
    last = b.Transpose(x, perm=[0, *range(2, rank + 2), 1])
    taps = [cut(last, at, range(rank), 1) for at in offsets(kernel)]
    columns = b.Reshape(b.Concat(*taps, axis=rank + 1), b.const([-1, prod(kernel) * channels], "int64"))
    rows = b.Reshape(b.Transpose(g, perm=[1, 0, *range(2, rank + 2)]), b.const([filters, -1], "int64"))
    return _filters(b, b.MatMul(rows, columns), kernel, channels, filters)


def _by_rows(b: Any, x: Any, g: Any, kernel: Sequence[int], channels: int, filters: int, cut: Cut) -> Any:
    """The window's columns are cut and joined once; then one batched product per row of the window."""
    columns = b.Concat(*[cut(x, (0, i), (1,), 2) for i in range(kernel[1])], axis=1)
    flat = b.Reshape(g, b.const([0, filters, -1], "int64"))
    products = []
    for i in range(kernel[0]):
        row = b.Reshape(cut(columns, (i, 0), (0,), 2), b.const([0, kernel[1] * channels, -1], "int64"))
        products.append(b.MatMul(flat, b.Transpose(row, perm=[0, 2, 1])))
    joined = b.Concat(*products, axis=2)
    return _filters(b, b.ReduceSum(joined, b.const([0], "int64"), keepdims=0), kernel, channels, filters)


def _batched(
    b: Any, x: Any, g: Any, kernel: Sequence[int], groups: int, channels: int, filters: int, cut: Cut
) -> Any:
    """One product per image and group. The smaller of the two operands is the one that is transposed."""
    rank, ways, each = len(kernel), channels // groups, filters // groups
    shape = b.const([0, groups, ways, -1], "int64")
    taps = [b.Reshape(cut(x, at, range(rank), 2), shape) for at in offsets(kernel)]
    columns = b.Concat(*taps, axis=2)
    flat = b.Reshape(g, b.const([0, groups, each, -1], "int64"))
    zero = b.const([0], "int64")
    if each >= prod(kernel) * ways or channels >= _MANY:
        total = b.ReduceSum(b.MatMul(flat, b.Transpose(columns, perm=[0, 1, 3, 2])), zero, keepdims=0)
    else:
        product = b.MatMul(columns, b.Transpose(flat, perm=[0, 1, 3, 2]))
        total = b.Transpose(b.ReduceSum(product, zero, keepdims=0), perm=[0, 2, 1])
    return _filters(b, total, kernel, ways, filters)


def lower_input_grad(
    b: Any,
    g: Any,
    w: Any,
    sizes: Sequence[int],
    strides: Sequence[int],
    pads: Sequence[int],
    dilations: Sequence[int],
) -> Any:
    """ONNX nodes for the gradient of an image of ``sizes`` (2-D, one group, channels first), or None when
    ConvTranspose is the faster form. ``pads`` are in ONNX's order.
    """
    positions = prod(g.dims[2:])
    if b.opset < _COL2IM or positions > _FEW_FOR_INPUT[all(s == 1 for s in strides)]:
        return None
    filters, channels, *kernel = w.dims
    rows = b.Transpose(b.Reshape(w, b.const([filters, -1], "int64")), perm=[1, 0])
    flat = b.Reshape(b.Transpose(g, perm=[1, 0, 2, 3]), b.const([filters, -1], "int64"))
    product = b.Reshape(b.MatMul(rows, flat), b.const([channels * prod(kernel), -1, positions], "int64"))
    geometry = {"strides": list(strides), "pads": list(pads), "dilations": list(dilations)}
    columns = b.Transpose(product, perm=[1, 0, 2])
    return b.Col2Im(columns, b.const(list(sizes), "int64"), b.const(kernel, "int64"), **geometry)
