"""Pooling."""

from __future__ import annotations

from typing import Any

from ...errors import InvalidArgumentError, UnimplementedError
from ...ops import pool as P
from ...ops.shape import squeeze, unsqueeze
from ...ops.window import is_channel_last
from ...tensor.tensor import Tensor
from .conv import each_axis, padding_attrs

__all__ = [
    "adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d", "adaptive_max_pool1d", "adaptive_max_pool2d",
    "adaptive_max_pool3d", "avg_pool1d", "avg_pool2d", "avg_pool3d", "max_pool1d", "max_pool2d", "max_pool3d",
]  # fmt: skip


def _window(kernel_size: Any, stride: Any, padding: Any, rank: int, layout: str) -> dict[str, Any]:
    kernel = each_axis(kernel_size, rank, "kernel_size")
    attrs = padding_attrs(padding, rank, is_channel_last(layout))
    return {
        "ksize": kernel,
        "strides": kernel if stride is None else each_axis(stride, rank, "stride"),
        **attrs,
    }


def max_pool2d(
    x: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    return_mask: bool = False,
    ceil_mode: bool = False,
    data_format: str = "NCHW",
    name: str | None = None,
) -> Any:
    """Max pooling of [N, C, H, W]; with ``return_mask`` also the flat position of each maximum. Paddle op: pool2d.

    >>> import paddlelite as paddle
    >>> import paddlelite.nn.functional as F
    >>> F.max_pool2d(paddle.arange(4, dtype="float32").reshape([1, 1, 2, 2]), 2).item()
    3.0
    """
    attrs = _window(kernel_size, stride, padding, 2, data_format)
    if not return_mask:
        return P.pool2d(x, pooling_type="max", ceil_mode=ceil_mode, data_format=data_format, **attrs)
    if data_format != "NCHW":
        raise InvalidArgumentError(
            "When setting return_mask to true, data_format must be set to NCHW in API:max_pool2d"
        )
    if attrs.pop("padding_algorithm") == "SAME" or len(attrs["paddings"]) != 2:
        raise UnimplementedError(
            "max_pool2d with return_mask needs the same padding on both sides, as numbers"
        )
    return P.max_pool2d_with_index(x, ceil_mode=ceil_mode, **attrs)


def avg_pool2d(
    x: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    exclusive: bool = True,
    divisor_override: float | None = None,
    data_format: str = "NCHW",
    name: str | None = None,
) -> Tensor:
    """Average pooling of [N, C, H, W]; padding does not count while ``exclusive``. Paddle op: pool2d."""
    attrs = _window(kernel_size, stride, padding, 2, data_format)
    common = {"pooling_type": "avg", "ceil_mode": ceil_mode, "data_format": data_format}
    if divisor_override is None:
        return P.pool2d(x, exclusive=exclusive, **common, **attrs)
    # The sum over the kernel's area divided by another number. Full windows only differ by that factor.
    kernel = attrs["ksize"]
    return P.pool2d(x, exclusive=False, **common, **attrs) * (kernel[0] * kernel[1] / divisor_override)


def max_pool3d(
    x: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    return_mask: bool = False,
    ceil_mode: bool = False,
    data_format: str = "NCDHW",
    name: str | None = None,
) -> Tensor:
    """Max pooling of [N, C, D, H, W]. Paddle op: pool3d."""
    _no_mask(return_mask, "max_pool3d")
    attrs = _window(kernel_size, stride, padding, 3, data_format)
    return P.pool3d(x, pooling_type="max", ceil_mode=ceil_mode, data_format=data_format, **attrs)


def avg_pool3d(
    x: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    exclusive: bool = True,
    divisor_override: float | None = None,
    data_format: str = "NCDHW",
    name: str | None = None,
) -> Tensor:
    """Average pooling of [N, C, D, H, W]. Paddle op: pool3d."""
    attrs = _window(kernel_size, stride, padding, 3, data_format)
    common = {"pooling_type": "avg", "ceil_mode": ceil_mode, "data_format": data_format}
    if divisor_override is None:
        return P.pool3d(x, exclusive=exclusive, **common, **attrs)
    k = attrs["ksize"]
    return P.pool3d(x, exclusive=False, **common, **attrs) * (k[0] * k[1] * k[2] / divisor_override)


def _no_mask(return_mask: bool, what: str) -> None:
    if return_mask:
        raise UnimplementedError(
            f"{what} with return_mask=True is not supported; it is for max_pool1d and max_pool2d"
        )


def _pad_1d(padding: Any, layout: str) -> Any:
    pads = padding_attrs(padding, 1, is_channel_last(layout))
    if pads["padding_algorithm"] != "EXPLICIT":
        return pads["padding_algorithm"]
    lo, hi = (pads["paddings"] * 2)[:2]
    return [0, 0, lo, hi]


def _as_2d(kernel_size: Any, stride: Any, padding: Any) -> dict[str, Any]:
    k = each_axis(kernel_size, 1, "kernel_size")
    s = k if stride is None else each_axis(stride, 1, "stride")
    return {"kernel_size": [1, *k], "stride": [1, *s], "padding": _pad_1d(padding, "NCL")}


def max_pool1d(
    x: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    return_mask: bool = False,
    ceil_mode: bool = False,
    name: str | None = None,
) -> Any:
    """Max pooling of [N, C, L], as one of height 1."""
    window = _as_2d(kernel_size, stride, padding)
    out = max_pool2d(unsqueeze(x, axes=[2]), return_mask=return_mask, ceil_mode=ceil_mode, **window)
    return tuple(squeeze(t, axes=[2]) for t in out) if return_mask else squeeze(out, axes=[2])


def avg_pool1d(
    x: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    exclusive: bool = True,
    ceil_mode: bool = False,
    name: str | None = None,
) -> Tensor:
    """Average pooling of [N, C, L], as one of height 1."""
    window = _as_2d(kernel_size, stride, padding)
    return squeeze(
        avg_pool2d(unsqueeze(x, axes=[2]), exclusive=exclusive, ceil_mode=ceil_mode, **window), axes=[2]
    )


def _adaptive(x: Any, output_size: Any, rank: int, layout: str, kind: str) -> Any:
    sizes = list(output_size) if isinstance(output_size, (list, tuple)) else [output_size] * rank
    if len(sizes) != rank:
        raise InvalidArgumentError(
            f"output_size should be a number or {rank} numbers, but got {output_size!r}"
        )
    own = x.dims[1:-1] if is_channel_last(layout) else x.dims[2:]
    for size, n in zip(sizes, own, strict=True):
        if size is None and not isinstance(n, int):
            raise InvalidArgumentError(
                "output_size None (keep the size) needs an input of known size in a graph"
            )
    target = [int(n) if size is None else int(size) for size, n in zip(sizes, own, strict=True)]
    record = P.pool2d if rank == 2 else P.pool3d
    return record(x, pooling_type=kind, ksize=target, adaptive=True, data_format=layout)


def adaptive_avg_pool2d(
    x: Tensor, output_size: Any, data_format: str = "NCHW", name: str | None = None
) -> Tensor:
    """The mean over as many boxes as ``output_size`` asks for. Paddle op: pool2d (adaptive)."""
    return _adaptive(x, output_size, 2, data_format, "avg")


def adaptive_avg_pool3d(
    x: Tensor, output_size: Any, data_format: str = "NCDHW", name: str | None = None
) -> Tensor:
    """The 3-D form of :func:`adaptive_avg_pool2d`."""
    return _adaptive(x, output_size, 3, data_format, "avg")


def adaptive_avg_pool1d(x: Tensor, output_size: Any, name: str | None = None) -> Tensor:
    """The 1-D form of :func:`adaptive_avg_pool2d`."""
    size = each_axis(output_size, 1, "output_size")
    return squeeze(_adaptive(unsqueeze(x, axes=[2]), [1, *size], 2, "NCHW", "avg"), axes=[2])


def adaptive_max_pool2d(
    x: Tensor, output_size: Any, return_mask: bool = False, name: str | None = None
) -> Any:
    """The maximum over as many boxes as ``output_size`` asks for. Paddle op: pool2d (adaptive)."""
    if return_mask:
        sizes = list(output_size) if isinstance(output_size, (list, tuple)) else [output_size] * 2
        return P.max_pool2d_with_index(x, ksize=[int(s) for s in sizes], adaptive=True)
    return _adaptive(x, output_size, 2, "NCHW", "max")


def adaptive_max_pool3d(
    x: Tensor, output_size: Any, return_mask: bool = False, name: str | None = None
) -> Tensor:
    """The 3-D form of :func:`adaptive_max_pool2d`, without indices."""
    _no_mask(return_mask, "adaptive_max_pool3d")
    return _adaptive(x, output_size, 3, "NCDHW", "max")


def adaptive_max_pool1d(
    x: Tensor, output_size: Any, return_mask: bool = False, name: str | None = None
) -> Any:
    """The 1-D form of :func:`adaptive_max_pool2d`."""
    size = [1, *each_axis(output_size, 1, "output_size")]
    out = adaptive_max_pool2d(unsqueeze(x, axes=[2]), size, return_mask)
    return tuple(squeeze(t, axes=[2]) for t in out) if return_mask else squeeze(out, axes=[2])
