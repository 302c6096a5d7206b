"""pad and zeropad2d: tensors with something around them."""

from __future__ import annotations

from typing import Any

from ...errors import InvalidArgumentError, InvalidTypeError
from ...mode import mode as capturing
from ...ops.pad import pad as _pad
from ...ops.pad import pad3d as _pad3d
from ...ops.shape import squeeze, unsqueeze
from ...tensor.manipulation import as_int, require_tensor
from ...tensor.tensor import Tensor

__all__ = ["pad", "zeropad2d"]

_MODES = ("constant", "reflect", "replicate", "circular")
_LAYOUTS = {3: ("NCL", "NLC"), 4: ("NCHW", "NHWC"), 5: ("NCDHW", "NDHWC")}


def pad(
    x: Tensor,
    pad: Any,
    mode: str = "constant",
    value: float = 0.0,
    data_format: str | None = None,
    pad_from_left_axis: bool = True,
    name: str | None = None,
) -> Tensor:
    """``x`` padded along some or all axes. Paddle ops: pad, pad3d.

    ``pad``: widths before and after. As many pairs as axes (mode constant only) begin with the first axis, or with
    the last when ``pad_from_left_axis`` is False; fewer pairs begin with the last (spatial) axis.
    ``mode``: constant, reflect, replicate or circular. ``data_format``: NCL, NLC, NCHW, NHWC, NCDHW or NDHWC.

    >>> import paddlelite as paddle
    >>> paddle.nn.functional.pad(paddle.ones([1, 1, 2]), [1, 2]).numpy()
    array([[[0., 1., 1., 0., 0.]]], dtype=float32)
    """
    require_tensor(x, "pad")
    if mode not in _MODES:
        raise _BadMode(f"mode should be one of constant, reflect, replicate, circular, but got mode {mode}.")
    rank = len(x.dims)
    layout = _layout(data_format, rank)
    if isinstance(pad, Tensor) and pad._data is None:
        return _by_tensor(x, pad, mode, value, layout)
    widths = _widths(pad)
    if len(widths) % 2 or len(widths) > 2 * rank:
        raise InvalidArgumentError(f"pad needs pairs of widths for at most {rank} axes, got {widths}")
    if len(widths) == 2 * rank and mode == "constant":
        pairs = list(zip(widths[::2], widths[1::2]))
        return _constant(x, pairs if pad_from_left_axis else pairs[::-1], value)
    last = rank - 1 if not layout.endswith("C") else rank - 2
    pairs = [(0, 0)] * rank
    for i, pair in enumerate(zip(widths[::2], widths[1::2])):
        if last - i < 0:
            raise InvalidArgumentError(
                f"pad: {len(widths)} widths are too many for shape {list(x.dims)} in {layout}"
            )
        pairs[last - i] = pair
    by_pad3d = rank in _LAYOUTS and len(widths) == 2 * (rank - 2)
    # The op pad is one pass; but in a file PaddlePaddle's inference engine needs pad3d.
    if mode == "constant" and not (by_pad3d and capturing.capture is not None):
        return _constant(x, pairs, value)
    if not by_pad3d:
        raise InvalidArgumentError(
            f"mode {mode} pads the spatial axes of a tensor of 3 to 5 dimensions, so it needs {max(2 * (rank - 2), 0)} "
            f"widths for shape {list(x.dims)}, got {len(widths)}"
        )
    return _spatial(x, widths, mode, value, layout)


class _BadMode(InvalidArgumentError, AssertionError):
    """PaddlePaddle raises AssertionError here; as an InvalidArgumentError it is a ValueError too."""


def _layout(data_format: str | None, rank: int) -> str:
    known = _LAYOUTS.get(rank, ("", ""))
    if data_format is None:
        return known[0]
    if rank in _LAYOUTS and data_format not in known and data_format not in ("NCHW", "NCL", "NCDHW"):
        raise InvalidArgumentError(
            f"data_format should be one of {list(known)} for rank {rank}, but got {data_format}"
        )
    return data_format


def _widths(pad: Any) -> list[int]:
    if isinstance(pad, Tensor):
        return [int(p) for p in pad._data.reshape(-1)]
    if isinstance(pad, int):
        raise InvalidTypeError("pad must be a list, tuple or Tensor of widths, got an int")
    return [as_int(p, "pad") for p in pad]


def _constant(x: Tensor, pairs: list[tuple[int, int]], value: float) -> Tensor:
    return _pad(x, paddings=[p for pair in pairs for p in pair], pad_value=float(value))


def _spatial(x: Tensor, widths: list[int], mode: str, value: float, layout: str) -> Tensor:
    """By pad3d, which needs five dimensions."""
    rank, last = len(x.dims), layout.endswith("C")
    extra = [1 if last else 2] * (5 - rank)
    x = unsqueeze(x, axes=extra) if extra else x
    where = {"data_format": "NDHWC" if last else "NCDHW", "mode": mode, "value": float(value)}
    out = _pad3d(x, paddings=[*widths, *[0] * (6 - len(widths))], **where)
    return squeeze(out, axes=[a + i for i, a in enumerate(extra)]) if extra else out


def _by_tensor(x: Tensor, pad: Tensor, mode: str, value: float, layout: str) -> Tensor:
    """Widths that are only known when the graph runs."""
    from ...tensor.creation import zeros
    from ...tensor.manipulation import concat

    rank, last = len(x.dims), layout.endswith("C")
    if rank not in _LAYOUTS or pad.dims != (2 * (rank - 2),):
        raise InvalidArgumentError(
            f"a pad tensor needs {max(2 * (rank - 2), 0)} widths for shape {list(x.dims)}, got shape {list(pad.dims)}"
        )
    extra = [1 if last else 2] * (5 - rank)
    widths = concat([pad.astype("int32"), zeros([2 * len(extra)], "int32")]) if extra else pad.astype("int32")
    x = unsqueeze(x, axes=extra) if extra else x
    out = _pad3d(x, widths, mode=mode, value=float(value), data_format="NDHWC" if last else "NCDHW")
    return squeeze(out, axes=[a + i for i, a in enumerate(extra)]) if extra else out


def zeropad2d(x: Tensor, padding: Any, data_format: str = "NCHW", name: str | None = None) -> Tensor:
    """The last two axes padded with zeros: left, right, top, bottom."""
    return pad(x, padding, mode="constant", value=0.0, data_format=data_format)
