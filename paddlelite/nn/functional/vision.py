"""Images: interpolation, patches, pixel rearrangement, sampling at points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...errors import InvalidArgumentError
from ...ops import grid as G
from ...ops import patches as P
from ...ops.resize import RESIZE
from ...tensor.tensor import Tensor
from .conv import each_axis

__all__ = [
    "affine_grid", "channel_shuffle", "fold", "grid_sample", "interpolate", "pixel_shuffle", "pixel_unshuffle",
    "temporal_shift", "unfold", "upsample",
]  # fmt: skip

_METHODS = {3: ("linear",), 4: ("bilinear", "nearest", "bicubic", "area"), 5: ("trilinear", "area")}
_LAYOUTS = {3: "NCW", 4: "NCHW", 5: "NCDHW"}


def interpolate(
    x: Tensor,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool = False,
    align_mode: int = 0,
    data_format: str | None = None,
    name: str | None = None,
) -> Tensor:
    """Resize the spatial axes of ``x`` to ``size`` or by ``scale_factor``.

    ``mode``: linear (3-D), nearest, bilinear, bicubic (4-D), trilinear (5-D), area. ``align_mode`` 0 looks at pixel
    centres, 1 at their corners. Paddle ops: nearest_interp_v2 and kin.

    >>> import paddlelite as paddle
    >>> import paddlelite.nn.functional as F
    >>> F.interpolate(paddle.ones([1, 3, 4, 4]), scale_factor=2, mode="bilinear").shape
    paddle.Size([1, 3, 8, 8])
    """
    rank = len(x.dims)
    method = mode.lower()
    if method not in _METHODS.get(rank, ()):
        raise InvalidArgumentError(
            f"interpolate of a {rank}-D tensor can be {_METHODS.get(rank, ())}, but got {mode!r}"
        )
    if (size is None) == (scale_factor is None):
        raise InvalidArgumentError("interpolate needs either size or scale_factor, and not both")
    if align_corners and method == "nearest":
        raise InvalidArgumentError(
            "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear"
        )
    layout = data_format or _LAYOUTS[rank]
    if method == "area":
        from .pooling import adaptive_avg_pool2d, adaptive_avg_pool3d

        if size is None:
            raise InvalidArgumentError("interpolate with mode 'area' needs a size")
        pool = adaptive_avg_pool2d if rank == 4 else adaptive_avg_pool3d
        return pool(x, [int(s) for s in np.asarray(size).reshape(-1)], data_format=layout)
    attrs: dict[str, Any] = {
        "data_layout": "NCHW" if layout in ("NCW", "NCHW", "NCDHW") else "NHWC" if rank == 4 else layout
    }
    if rank == 5:
        attrs["data_layout"] = layout
    attrs |= {"align_corners": align_corners, "align_mode": align_mode, "interp_method": method}
    record = RESIZE[method, rank - 2]
    if size is not None or scale_factor is None:
        return _to_size(record, x, size, rank - 2, attrs)
    if isinstance(scale_factor, Tensor) and scale_factor._data is None:
        return record(x, None, None, scale_factor, **attrs)
    if isinstance(scale_factor, Tensor):
        scale_factor = scale_factor._data.reshape(-1).tolist()
    scales = [float(s) for s in scale_factor] if isinstance(scale_factor, Sequence) else [float(scale_factor)]
    return record(x, scale=scales * (rank - 2) if len(scales) == 1 else scales, **attrs)


def _to_size(record: Any, x: Tensor, size: Any, rank: int, attrs: dict[str, Any]) -> Tensor:
    if isinstance(size, Tensor):
        if size._data is None:
            return record(x, size, **attrs)
        size = [int(s) for s in size._data.reshape(-1)]
    sizes = list(size) if isinstance(size, (list, tuple)) else [size] * rank
    if len(sizes) != rank:
        raise InvalidArgumentError(f"size should have {rank} numbers, but got {size!r}")
    if any(isinstance(s, Tensor) and s._data is None for s in sizes):
        from ...tensor.creation import to_tensor

        parts = [s if isinstance(s, Tensor) else to_tensor(int(s), dtype="int64") for s in sizes]
        return record(x, None, [p.reshape([1]) if not p.dims else p for p in parts], **attrs)
    names = ("out_d", "out_h", "out_w")[3 - rank :]
    return record(x, **dict(zip(names, map(int, sizes), strict=True)), **attrs)


def upsample(
    x: Tensor,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool = False,
    align_mode: int = 0,
    data_format: str = "NCHW",
    name: str | None = None,
) -> Tensor:
    """The same as :func:`interpolate`."""
    return interpolate(x, size, scale_factor, mode, align_corners, align_mode, data_format, name)


def _pads4(paddings: Any) -> list[int]:
    """top, left, bottom, right."""
    p = (
        each_axis(paddings, 2, "paddings")
        if not isinstance(paddings, Sequence) or len(paddings) < 4
        else list(paddings)
    )
    return [*p, *p] if len(p) == 2 else p


def unfold(
    x: Tensor,
    kernel_sizes: Any,
    strides: Any = 1,
    paddings: Any = 0,
    dilations: Any = 1,
    name: str | None = None,
) -> Tensor:
    """Patches of [N, C, H, W] as columns [N, C*kH*kW, L]. Paddle op: unfold."""
    geometry = {
        "strides": each_axis(strides, 2, "strides"),
        "dilations": each_axis(dilations, 2, "dilations"),
    }
    return P.unfold(
        x, kernel_sizes=each_axis(kernel_sizes, 2, "kernel_sizes"), paddings=_pads4(paddings), **geometry
    )


def fold(
    x: Tensor,
    output_sizes: Any,
    kernel_sizes: Any,
    strides: Any = 1,
    paddings: Any = 0,
    dilations: Any = 1,
    name: str | None = None,
) -> Tensor:
    """Columns [N, C*kH*kW, L] added back into an image [N, C, H, W]. Paddle op: fold."""
    geometry = {
        "strides": each_axis(strides, 2, "strides"),
        "dilations": each_axis(dilations, 2, "dilations"),
    }
    sizes = {"output_sizes": each_axis(output_sizes, 2, "output_sizes")}
    sizes["kernel_sizes"] = each_axis(kernel_sizes, 2, "kernel_sizes")
    return P.fold(x, paddings=_pads4(paddings), **sizes, **geometry)


def pixel_shuffle(
    x: Tensor, upscale_factor: int, data_format: str = "NCHW", name: str | None = None
) -> Tensor:
    """Channels of [N, C*r*r, H, W] rearranged into pixels [N, C, H*r, W*r]. Paddle op: pixel_shuffle."""
    return P.pixel_shuffle(x, upscale_factor=upscale_factor, data_format=data_format)


def pixel_unshuffle(
    x: Tensor, downscale_factor: int, data_format: str = "NCHW", name: str | None = None
) -> Tensor:
    """The inverse of :func:`pixel_shuffle`. Paddle op: pixel_unshuffle."""
    return P.pixel_unshuffle(x, downscale_factor=downscale_factor, data_format=data_format)


def channel_shuffle(x: Tensor, groups: int, data_format: str = "NCHW", name: str | None = None) -> Tensor:
    """Channels of [N, g*k, H, W] dealt out anew. Paddle op: channel_shuffle."""
    return P.channel_shuffle(x, groups=groups, data_format=data_format)


def temporal_shift(
    x: Tensor, seg_num: int, shift_ratio: float = 0.25, name: str | None = None, data_format: str = "NCHW"
) -> Tensor:
    """Part of the channels of [N*T, C, H, W] shifted along time. Paddle op: temporal_shift."""
    return P.temporal_shift(x, seg_num=seg_num, shift_ratio=shift_ratio, data_format=data_format)


def grid_sample(
    x: Tensor,
    grid: Tensor,
    mode: str = "bilinear",
    padding_mode: str = "zeros",
    align_corners: bool = True,
    name: str | None = None,
) -> Tensor:
    """``x`` [N, C, H, W] at the points ``grid`` [N, oH, oW, 2], x and y in [-1, 1]. Paddle op: grid_sampler."""
    return G.grid_sampler(x, grid, mode=mode, padding_mode=padding_mode, align_corners=align_corners)


def affine_grid(theta: Tensor, out_shape: Any, align_corners: bool = True, name: str | None = None) -> Tensor:
    """The points [N, H, W, 2] to sample for the affine maps ``theta`` [N, 2, 3]. Paddle op: affine_grid."""
    if isinstance(out_shape, Tensor):
        return G.affine_grid(theta, out_shape, align_corners=align_corners)
    return G.affine_grid(theta, output_shape=[int(s) for s in out_shape], align_corners=align_corners)
