"""Convolutions and transposed convolutions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...errors import InvalidArgumentError
from ...ops import conv as C
from ...ops.elementwise import add
from ...ops.shape import squeeze, unsqueeze
from ...tensor.tensor import Tensor

__all__ = ["conv1d", "conv1d_transpose", "conv2d", "conv2d_transpose", "conv3d", "conv3d_transpose"]


def each_axis(value: Any, rank: int, what: str) -> list[int]:
    """One number per axis from a number or a sequence of them."""
    if isinstance(value, Sequence):
        if len(value) == 1:
            return [int(value[0])] * rank
        if len(value) != rank:
            raise InvalidArgumentError(f"{what} should be a number or {rank} numbers, but got {value!r}")
        return [int(v) for v in value]
    return [int(value)] * rank


def padding_attrs(padding: Any, rank: int, channel_last: bool) -> dict[str, Any]:
    """``paddings`` and ``padding_algorithm`` from what users pass.

    A number; one per axis; two per axis; a pair for every axis of the tensor; ``"SAME"`` or ``"VALID"``.
    """
    if isinstance(padding, str):
        if padding.upper() not in ("SAME", "VALID"):
            raise InvalidArgumentError(f"Unknown padding: '{padding}'. It can only be 'SAME' or 'VALID'.")
        return {"paddings": [0] * rank, "padding_algorithm": padding.upper()}
    if isinstance(padding, Sequence) and padding and isinstance(padding[0], Sequence):
        pairs = [list(map(int, p)) for p in padding]
        if len(pairs) == rank + 2:
            outer = [pairs[0], pairs[-1] if channel_last else pairs[1]]
            if outer != [[0, 0], [0, 0]]:
                raise InvalidArgumentError(
                    f"Non-zero padding({padding}) in the batch or channel dimensions is not supported."
                )
            pairs = pairs[1:-1] if channel_last else pairs[2:]
        if len(pairs) != rank or any(len(p) != 2 for p in pairs):
            raise InvalidArgumentError(
                f"padding should have a pair for each of {rank} axes, but got {padding!r}"
            )
        flat = [p for pair in pairs for p in pair]
    elif isinstance(padding, Sequence) and len(padding) == 2 * rank:
        flat = [int(p) for p in padding]
    else:
        flat = each_axis(padding, rank, "padding")
    if any(p < 0 for p in flat):
        raise InvalidArgumentError(f"padding should not be negative, but got {padding!r}")
    if len(flat) == 2 * rank and flat[::2] == flat[1::2]:
        flat = flat[::2]
    return {"paddings": flat, "padding_algorithm": "EXPLICIT"}


def _with_bias(out: Tensor, bias: Tensor | None, channel_last: bool) -> Tensor:
    return out if bias is None else add(out, bias, axis=-1 if channel_last else 1)


def _conv(
    x: Any,
    weight: Any,
    bias: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    groups: int,
    layout: str,
    rank: int,
) -> Any:
    last = C.is_channel_last(layout)
    attrs = padding_attrs(padding, rank, last)
    attrs |= {
        "strides": each_axis(stride, rank, "stride"),
        "dilations": each_axis(dilation, rank, "dilation"),
    }
    channels = x.dims[-1 if last else 1] if len(x.dims) == rank + 2 else None
    depthwise = rank == 2 and groups > 1 and channels == groups and weight.dims[0] % groups == 0
    record = C.depthwise_conv2d if depthwise else C.conv_of_rank(rank)
    return _with_bias(record(x, weight, groups=groups, data_format=layout, **attrs), bias, last)


def conv2d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
    data_format: str = "NCHW",
    name: str | None = None,
) -> Tensor:
    """2-D convolution of ``x`` [N, C, H, W] with ``weight`` [O, C/groups, kH, kW]. Paddle: conv2d, depthwise_conv2d.

    ``padding``: a number, one or two per axis, pairs, ``"SAME"`` or ``"VALID"``. Raises InvalidArgumentError when
    channels do not fit or the output would be empty.

    >>> import paddlelite as paddle
    >>> import paddlelite.nn.functional as F
    >>> F.conv2d(paddle.ones([1, 3, 8, 8]), paddle.ones([4, 3, 3, 3]), padding=1).shape
    paddle.Size([1, 4, 8, 8])
    """
    return _conv(x, weight, bias, stride, padding, dilation, groups, data_format, 2)


def conv3d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
    data_format: str = "NCDHW",
    name: str | None = None,
) -> Tensor:
    """3-D convolution of ``x`` [N, C, D, H, W] with ``weight`` [O, C/groups, kD, kH, kW]. Paddle op: conv3d."""
    return _conv(x, weight, bias, stride, padding, dilation, groups, data_format, 3)


def conv1d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
    data_format: str = "NCL",
    name: str | None = None,
) -> Tensor:
    """1-D convolution of ``x`` [N, C, L] with ``weight`` [O, C/groups, k], as a convolution of height 1."""
    last = C.is_channel_last(data_format)
    wide: dict[str, Any] = {
        "stride": [1, *each_axis(stride, 1, "stride")],
        "dilation": [1, *each_axis(dilation, 1, "dilation")],
    }
    pads = padding_attrs(padding, 1, last)
    if pads["padding_algorithm"] != "EXPLICIT":
        wide["padding"] = pads["padding_algorithm"]
    else:
        lo, hi = (pads["paddings"] * 2)[:2]
        wide["padding"] = [0, 0, lo, hi]
    axis = 1 if last else 2
    image, filters = unsqueeze(x, axes=[axis]), unsqueeze(weight, axes=[2])
    out = conv2d(image, filters, bias, groups=groups, data_format="NHWC" if last else "NCHW", **wide)
    return squeeze(out, axes=[axis])


def _conv_transpose(
    x: Any, weight: Any, bias: Any, stride: Any, padding: Any, output_padding: Any, groups: int, dilation: Any,
    output_size: Any, layout: str, rank: int,
) -> Any:  # fmt: skip
    last = C.is_channel_last(layout)
    attrs = padding_attrs(padding, rank, last)
    attrs |= {
        "strides": each_axis(stride, rank, "stride"),
        "dilations": each_axis(dilation, rank, "dilation"),
    }
    if output_size is not None:
        if each_axis(output_padding, rank, "output_padding") != [0] * rank:
            raise InvalidArgumentError("output_padding option is mutually exclusive with output_size")
        attrs["output_size"] = each_axis(output_size, rank, "output_size")
    else:
        attrs["output_padding"] = each_axis(output_padding, rank, "output_padding")
    channels = x.dims[-1 if last else 1] if len(x.dims) == rank + 2 else None
    depthwise = rank == 2 and groups > 1 and channels == groups and weight.dims[1] == 1
    record = (
        C.depthwise_conv2d_transpose if depthwise else C.conv2d_transpose if rank == 2 else C.conv3d_transpose
    )
    return _with_bias(record(x, weight, groups=groups, data_format=layout, **attrs), bias, last)


def conv2d_transpose(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
    output_size: Any = None,
    data_format: str = "NCHW",
    name: str | None = None,
) -> Tensor:
    """2-D transposed convolution with ``weight`` [C, O/groups, kH, kW]. Paddle op: conv2d_transpose."""
    return _conv_transpose(
        x, weight, bias, stride, padding, output_padding, groups, dilation, output_size, data_format, 2
    )


def conv3d_transpose(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
    output_size: Any = None,
    data_format: str = "NCDHW",
    name: str | None = None,
) -> Tensor:
    """3-D transposed convolution with ``weight`` [C, O/groups, kD, kH, kW]. Paddle op: conv3d_transpose."""
    return _conv_transpose(
        x, weight, bias, stride, padding, output_padding, groups, dilation, output_size, data_format, 3
    )


def conv1d_transpose(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
    output_size: Any = None,
    data_format: str = "NCL",
    name: str | None = None,
) -> Tensor:
    """1-D transposed convolution with ``weight`` [C, O/groups, k], as one of height 1."""
    last = C.is_channel_last(data_format)
    pads = padding_attrs(padding, 1, last)
    if pads["padding_algorithm"] == "SAME":
        raise InvalidArgumentError("conv1d_transpose needs its padding as numbers or 'VALID'")
    lo, hi = (pads["paddings"] * 2)[:2]
    axis = 1 if last else 2
    size = None if output_size is None else [1, *each_axis(output_size, 1, "output_size")]
    out = _conv_transpose(
        unsqueeze(x, axes=[axis]), unsqueeze(weight, axes=[2]), bias, [1, *each_axis(stride, 1, "stride")],
        [0, 0, lo, hi], [0, *each_axis(output_padding, 1, "output_padding")], groups,
        [1, *each_axis(dilation, 1, "dilation")], size, "NHWC" if last else "NCHW", 2,
    )  # fmt: skip
    return squeeze(out, axes=[axis])
