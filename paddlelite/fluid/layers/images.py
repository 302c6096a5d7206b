"""``fluid.layers``: functions of images that have no function of their own in later releases."""

from __future__ import annotations

from typing import Any

import paddlelite as paddle

from ...errors import InvalidArgumentError
from ...nn import functional as F
from . import forward, nn
from .door import attribute, rows

__all__ = ["TABLE"]


def _affine_channel(x: Any, scale: Any, bias: Any, layout: str) -> Any:
    """``scale * x + bias`` with a number for every channel."""
    rank = len(x.dims)
    shape = [1] * (rank - 1) + [-1] if layout[-1] == "C" else [1, -1] + [1] * (rank - 2)
    if scale is not None:
        x = paddle.multiply(x, paddle.reshape(scale, shape))
    return x if bias is None else paddle.add(x, paddle.reshape(bias, shape))


def _fsp_matrix(x: Any, y: Any) -> Any:
    """The products of x's channels with y's, averaged over the places: ``[batch, channels of x, channels of y]``."""
    places = forward.known(x, 2) * forward.known(x, 3)
    flat = [paddle.reshape(v, [-1, forward.known(v, 1), places]) for v in (x, y)]
    return paddle.matmul(*flat, transpose_y=True) / float(places)


def _mean_iou(predicted: Any, label: Any, classes: int) -> tuple[Any, Any, Any]:
    """The mean over the classes that occur, and how often each was taken wrongly and rightly."""
    found, true = (F.one_hot(paddle.reshape(v, [-1]), classes) for v in (predicted, label))
    right = paddle.sum(paddle.multiply(found, true), 0)
    wrong = paddle.sum(found, 0) + paddle.sum(true, 0) - right * 2.0
    occurring = paddle.cast(right + wrong > 0, "float32")
    mean = paddle.sum(right / paddle.maximum(right + wrong, occurring * 0 + 1)) / paddle.sum(occurring)
    return mean, paddle.cast(wrong, "int32"), paddle.cast(right, "int32")


def _resize_short(x: Any, short: int, how: str) -> Any:
    if len(x.dims) != 4:
        raise InvalidArgumentError("The rank of input must be 4 (num_batches, channels, in_h, in_w).")
    sizes = [forward.known(x, 2), forward.known(x, 3)]
    scale = float(short) / min(sizes)
    shape = [
        int(short) if at == sizes.index(min(sizes)) else int(s * scale + 0.5) for at, s in enumerate(sizes)
    ]
    return nn.TABLE["image_resize"](x, shape, resample=how)


TABLE = rows(
    affine_channel=lambda x, scale=None, bias=None, data_layout="NCHW", name=None, act=None: _affine_channel(
        x, scale, bias, data_layout
    ),
    fsp_matrix=lambda x, y: _fsp_matrix(x, y),
    mean_iou=lambda input, label, num_classes: _mean_iou(input, label, num_classes),
    image_resize_short=lambda input, out_short_len, resample="BILINEAR": _resize_short(
        input, out_short_len, resample
    ),
) | {"interpolate": nn.TABLE["image_resize"]}

__getattr__ = attribute(TABLE, __name__)
