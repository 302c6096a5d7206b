"""Patches and pixels: unfold, fold, pixel_shuffle, pixel_unshuffle, channel_shuffle, temporal_shift."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from ..errors import InvalidArgumentError
from ..op import Spec, op
from .index import slice_
from .join import concat
from .samples import f32
from .shape import reshape, transpose
from .window import Pads, is_channel_last, offsets, output_size, pad_array, strided, windows

__all__ = ["channel_shuffle", "fold", "pixel_shuffle", "pixel_unshuffle", "temporal_shift", "unfold"]


def _geometry(sizes: Sequence[Any], attrs: dict[str, Any]) -> tuple[list[Any], Pads]:
    """How many patches along each axis, and the padding (top, left, bottom, right in the attribute)."""
    p = attrs["paddings"]
    pads: Pads = [(p[0], p[2]), (p[1], p[3])] if len(p) == 4 else [(p[0], p[0]), (p[-1], p[-1])]
    counts = [
        output_size(n, k, s, pad, d)
        for n, k, s, pad, d in zip(
            sizes, attrs["kernel_sizes"], attrs["strides"], pads, attrs["dilations"], strict=True
        )
    ]
    return counts, pads


@op("unfold", out="Y")
def unfold(X, *, kernel_sizes, strides=(1, 1), paddings=(0, 0, 0, 0), dilations=(1, 1)):  # type: ignore[no-untyped-def]
    """Patches of [N, C, H, W] as columns [N, C*kH*kW, L]. ONNX: Slice, Concat."""
    attrs = {"kernel_sizes": kernel_sizes, "strides": strides, "paddings": paddings, "dilations": dilations}
    counts, pads = _geometry(X.shape[2:], attrs)
    view = windows(pad_array(X, pads), kernel_sizes, counts, strides, dilations)
    return np.ascontiguousarray(view).reshape(X.shape[0], X.shape[1] * prod(kernel_sizes), prod(counts))


@unfold.infer
def _(X: Any, **attrs: Any) -> Spec:
    if len(X.dims) != 4:
        raise InvalidArgumentError(f"unfold needs a 4-D tensor, but its shape is {list(X.dims)}")
    counts, _ = _geometry(X.dims[2:], attrs)
    return Spec((X.dims[0], X.dims[1] * prod(attrs["kernel_sizes"]), counts[0] * counts[1]), X.dtype)


_NAMES = ("kernel_sizes", "strides", "paddings", "dilations")


@unfold.grad(saves="")
def _(c: Any, g: Any) -> Any:
    sizes = c.like("X").dims[2:]
    if not all(isinstance(n, int) for n in sizes):
        raise InvalidArgumentError("the gradient of unfold needs an input of known size in a graph")
    return fold(g, output_sizes=list(sizes), **{name: getattr(c, name) for name in _NAMES})


@unfold.onnx
def _(b: Any, X: Any, **attrs: Any) -> Any:
    kernel = attrs["kernel_sizes"]
    counts, pads = _geometry(X.dims[2:], attrs)
    x = b.Pad(X, b.const([0, 0, pads[0][0], pads[1][0], 0, 0, pads[0][1], pads[1][1]], "int64"))
    if not all(isinstance(n, int) for n in counts):
        raise InvalidArgumentError("unfold needs an input of known size in ONNX")
    axes, steps = b.const([2, 3], "int64"), b.const(list(attrs["strides"]), "int64")
    taps = []
    for at in offsets(kernel):
        start = [a * d for a, d in zip(at, attrs["dilations"], strict=True)]
        end = [a + (n - 1) * s + 1 for a, n, s in zip(start, counts, attrs["strides"], strict=True)]
        cut = b.Slice(x, b.const(start, "int64"), b.const(end, "int64"), axes, steps)
        taps.append(b.Reshape(cut, b.const([0, 0, 1, prod(counts)], "int64")))
    columns = b.Concat(*taps, axis=2) if len(taps) > 1 else taps[0]
    return b.Reshape(columns, b.const([0, -1, prod(counts)], "int64"))


@op("fold", out="Y")
def fold(  # type: ignore[no-untyped-def]
    X, *, output_sizes, kernel_sizes, strides=(1, 1), paddings=(0, 0, 0, 0), dilations=(1, 1)
):
    """Columns [N, C*kH*kW, L] added back into an image [N, C, H, W]: the transpose of unfold. ONNX: Col2Im."""
    attrs = {"kernel_sizes": kernel_sizes, "strides": strides, "paddings": paddings, "dilations": dilations}
    counts, pads = _geometry(output_sizes, attrs)
    channels = X.shape[1] // prod(kernel_sizes)
    columns = X.reshape(X.shape[0], channels, *kernel_sizes, *counts)
    full = [n + lo + hi for n, (lo, hi) in zip(output_sizes, pads, strict=True)]
    out = np.zeros((X.shape[0], channels, *full), X.dtype)
    for at in offsets(kernel_sizes):
        start = [a * d for a, d in zip(at, dilations, strict=True)]
        out[strided(start, counts, strides)] += columns[(slice(None), slice(None), *at)]
    (top, _), (left, _) = pads
    return out[:, :, top : top + output_sizes[0], left : left + output_sizes[1]]


@fold.infer
def _(X: Any, *, output_sizes: Sequence[int], **attrs: Any) -> Spec:
    counts, _ = _geometry(output_sizes, attrs)
    area = prod(attrs["kernel_sizes"])
    if (isinstance(X.dims[1], int) and X.dims[1] % area) or (
        isinstance(X.dims[2], int) and X.dims[2] != prod(counts)
    ):
        raise InvalidArgumentError(
            f"fold of {list(X.dims)}: the second size should be a multiple of {area} and the third {prod(counts)}"
        )
    return Spec((X.dims[0], X.dims[1] // area, *output_sizes), X.dtype)


fold.grad(lambda c, g: unfold(g, **{name: getattr(c, name) for name in _NAMES}), saves="")


@fold.onnx
def _(b: Any, X: Any, *, output_sizes: Sequence[int], **attrs: Any) -> Any:
    _, pads = _geometry(output_sizes, attrs)
    (top, bottom), (left, right) = pads
    shapes = (b.const(list(output_sizes), "int64"), b.const(list(attrs["kernel_sizes"]), "int64"))
    geometry = {"dilations": list(attrs["dilations"]), "strides": list(attrs["strides"])}
    return b.Col2Im(X, *shapes, pads=[top, left, bottom, right], **geometry)


_PATCH = {"kernel_sizes": [2, 3], "strides": [2, 1], "paddings": [1, 0, 0, 1], "dilations": [1, 1]}
unfold.sample(f32(2, 3, 5, 4), **_PATCH).sample(f32(1, 2, 5, 5), kernel_sizes=[2, 2], dilations=[2, 2])
fold.sample(f32(2, 18, 9), output_sizes=[5, 4], **_PATCH)


# Composites. Sizes of the batch may be symbolic: -1 stands for it.


def _first(x: Any, data_format: str) -> Any:
    return transpose(x, axis=[0, 3, 1, 2]) if is_channel_last(data_format) else x


def _back(x: Any, data_format: str) -> Any:
    return transpose(x, axis=[0, 2, 3, 1]) if is_channel_last(data_format) else x


def _image(x: Any, what: str, divisor: int, axes: tuple[int, ...]) -> list[Any]:
    """The sizes of [N, C, H, W], checked to be divisible along ``axes``."""
    if len(x.dims) != 4:
        raise InvalidArgumentError(f"{what} needs a 4-D tensor, but its shape is {list(x.dims)}")
    for a in axes:
        if isinstance(x.dims[a], int) and x.dims[a] % divisor:
            raise InvalidArgumentError(
                f"{what}: the size {x.dims[a]} of axis {a} is not divisible by {divisor}"
            )
    from ..tensor.attribute import size_value

    return [size_value(x, i) for i in range(4)]


def _reshape(x: Any, sizes: Sequence[Any]) -> Any:
    from ..tensor.creation import shape_slots

    attrs, tensor, tensors = shape_slots(sizes)
    return reshape(x, tensor, tensors, **attrs)


@op("pixel_shuffle", composite=True)
def pixel_shuffle(X, *, upscale_factor=1, data_format="NCHW"):  # type: ignore[no-untyped-def]
    """Channels of [N, C*r*r, H, W] rearranged into pixels [N, C, H*r, W*r]."""
    r = upscale_factor
    x = _first(X, data_format)
    n, c, h, w = _image(x, "pixel_shuffle", r * r, (1,))
    x = transpose(_reshape(x, [n, c // (r * r), r, r, h, w]), axis=[0, 1, 4, 2, 5, 3])
    return _back(_reshape(x, [n, c // (r * r), h * r, w * r]), data_format)


@op("pixel_unshuffle", composite=True)
def pixel_unshuffle(X, *, downscale_factor=1, data_format="NCHW"):  # type: ignore[no-untyped-def]
    """The inverse of pixel_shuffle."""
    r = downscale_factor
    x = _first(X, data_format)
    n, c, h, w = _image(x, "pixel_unshuffle", r, (2, 3))
    x = transpose(_reshape(x, [n, c, h // r, r, w // r, r]), axis=[0, 1, 3, 5, 2, 4])
    return _back(_reshape(x, [n, c * r * r, h // r, w // r]), data_format)


@op("channel_shuffle", composite=True)
def channel_shuffle(X, *, groups, data_format="NCHW"):  # type: ignore[no-untyped-def]
    """Channels dealt out anew: [N, g*k, H, W] seen as [N, g, k, H, W] with g and k exchanged."""
    x = _first(X, data_format)
    n, c, h, w = _image(x, "channel_shuffle", groups, (1,))
    x = transpose(_reshape(x, [n, groups, c // groups, h, w]), axis=[0, 2, 1, 3, 4])
    return _back(_reshape(x, [n, c, h, w]), data_format)


@op("temporal_shift", composite=True)
def temporal_shift(X, *, seg_num, shift_ratio=0.25, data_format="NCHW"):  # type: ignore[no-untyped-def]
    """Part of the channels shifted one step along time, for [N*T, C, H, W]. Source: TSM, arXiv:1811.08383."""
    from ..tensor.creation import zeros_like

    x = _first(X, data_format)
    n, c, h, w = _image(x, "temporal_shift", seg_num, (0,))
    x = _reshape(x, [-1, seg_num, c, h, w])
    if not isinstance(c, int):
        raise InvalidArgumentError("temporal_shift needs a known number of channels")
    first, second = int(c * shift_ratio), int(c * 2 * shift_ratio)

    def cut(axis: int, start: int, end: int, of: Any) -> Any:
        return slice_(of, axes=[axis], starts=[start], ends=[end])

    back, ahead, rest = cut(2, 0, first, x), cut(2, first, second, x), cut(2, second, c, x)
    back = concat([zeros_like(cut(1, 0, 1, back)), cut(1, 0, seg_num - 1, back)], axis=1)
    ahead = concat([cut(1, 1, seg_num, ahead), zeros_like(cut(1, 0, 1, ahead))], axis=1)
    return _back(_reshape(concat([back, ahead, rest], axis=2), [n, c, h, w]), data_format)


pixel_shuffle.sample(f32(2, 8, 2, 3), upscale_factor=2).sample(
    f32(1, 2, 3, 4), upscale_factor=2, data_format="NHWC"
)
pixel_unshuffle.sample(f32(2, 2, 4, 6), downscale_factor=2)
channel_shuffle.sample(f32(2, 6, 2, 3), groups=3)
temporal_shift.sample(f32(4, 8, 2, 2), seg_num=2)
