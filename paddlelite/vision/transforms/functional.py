"""Images in, images of the same kind out: Pillow images, arrays H×W or H×W×C, tensors C×H×W.

PaddlePaddle hands arrays to OpenCV. Here NumPy and the framework's own ops do the same: what OpenCV computes with
rounded coefficients (resizing and greying uint8) may differ from it by one grey level.
"""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...errors import InvalidArgumentError, InvalidTypeError, UnimplementedError
from ...nn import functional as F
from ...tensor.creation import to_tensor as as_tensor
from ...tensor.manipulation import transpose
from ...tensor.rearrange import flip
from ...tensor.tensor import Tensor
from ..image import BadArgument, check_image, is_pil, need, size_of

__all__ = [
    "center_crop", "crop", "hflip", "normalize", "pad", "resize", "to_grayscale", "to_tensor", "vflip",
]  # fmt: skip

Sizes = int | Sequence[int]

_PIL_FILTERS = {"nearest": 0, "lanczos": 1, "bilinear": 2, "bicubic": 3, "box": 4, "hamming": 5}
_OUR_FILTERS = ("nearest", "bilinear", "bicubic")
_PADDINGS = ("constant", "edge", "reflect", "symmetric")
_GREY = (0.299, 0.587, 0.114)  # ITU-R 601, as Pillow and OpenCV have it
_TENSOR_GREY = (0.2989, 0.5870, 0.1140)  # as PaddlePaddle has it for tensors


def to_tensor(pic: Any, data_format: str = "CHW") -> Tensor:
    """An image as a tensor C×H×W (or H×W×C): bytes become float32 in [0, 1], other dtypes stay.

    Raises TypeError for what is no image, ValueError for another ``data_format``.

    >>> import numpy as np
    >>> import paddlelite as paddle
    >>> paddle.vision.transforms.to_tensor(np.full((4, 6, 3), 51, "uint8")).shape
    paddle.Size([3, 4, 6])
    """
    check_image(pic, "pic")
    layout = _layout(data_format)
    if isinstance(pic, Tensor):
        return pic if layout == "CHW" else transpose(pic, [1, 2, 0])
    if is_pil(pic):
        array = np.array(pic, np.int32) if pic.mode.startswith("I") else np.array(pic)
        array = array * np.uint8(255) if pic.mode == "1" else array
    else:
        array = pic
    array = array[:, :, None] if array.ndim == 2 else array
    array = array.transpose(2, 0, 1) if layout == "CHW" else array
    if array.dtype == np.uint8:
        array = array.astype(np.float32) / np.float32(255)
    return as_tensor(np.ascontiguousarray(array))


def resize(img: Any, size: Sizes, interpolation: str = "bilinear") -> Any:
    """Resize to ``size``: (height, width), or an int for the shorter side, the other one following.

    ``interpolation``: nearest, bilinear, bicubic; for Pillow images also box, lanczos, hamming. Pillow looks at all
    pixels when it shrinks; arrays and tensors take the nearest ones, as in PaddlePaddle.

    Raises ValueError for another ``size`` or ``interpolation``, TypeError for what is no image.

    >>> import numpy as np
    >>> import paddlelite as paddle
    >>> paddle.vision.transforms.resize(np.zeros((40, 60, 3), "uint8"), 20).shape
    (20, 30, 3)
    """
    check_image(img)
    target = _resized(img, size)
    method = str(interpolation).lower()
    if method not in _PIL_FILTERS and method != "area":
        raise InvalidArgumentError(
            f"interpolation should be one of {list(_PIL_FILTERS)}, but got {interpolation}"
        )
    if is_pil(img):
        if method == "area":
            raise InvalidArgumentError("interpolation 'area' is for arrays; Pillow calls it 'box'")
        return img.resize(target[::-1], _PIL_FILTERS[method])
    if method not in _OUR_FILTERS:
        raise UnimplementedError(
            f"arrays and tensors are resized by {list(_OUR_FILTERS)}, not {method!r}. Give a Pillow image for that."
        )
    return _interpolate(img, target, method)


def _resized(img: Any, size: Sizes) -> tuple[int, int]:
    if isinstance(size, Sequence) and len(size) == 2:
        target = int(size[0]), int(size[1])
    elif isinstance(size, numbers.Integral):
        height, width = size_of(img)
        short = int(size)
        target = (
            (short, int(short * width / height)) if height <= width else (int(short * height / width), short)
        )
    else:
        raise BadArgument(f"size should be an int or (height, width), but got {size!r}")
    if min(target) < 1:
        raise InvalidArgumentError(
            f"size gives an image of {target[0]}x{target[1]}, but both should be positive"
        )
    return target


def _interpolate(img: Any, target: tuple[int, int], method: str) -> Any:
    if isinstance(img, Tensor):
        return F.interpolate(img.unsqueeze(0), size=list(target), mode=method).squeeze(0)
    planes = img[None] if img.ndim == 2 else img.transpose(2, 0, 1)
    kept = img.dtype if img.dtype in (np.float32, np.float64) else np.dtype(np.float32)
    resized = _interpolate(as_tensor(np.ascontiguousarray(planes, kept)), target, method).numpy()
    resized = _as_dtype(resized, img.dtype)
    return resized[0] if img.ndim == 2 else np.ascontiguousarray(resized.transpose(1, 2, 0))


def _as_dtype(values: np.ndarray, dtype: np.dtype[Any]) -> np.ndarray:
    """Rounded and limited to the range of an integer dtype (a cubic curve overshoots)."""
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        values = np.clip(np.rint(values), limits.min, limits.max)
    return values.astype(dtype)


def pad(img: Any, padding: Sizes, fill: Any = 0, padding_mode: str = "constant") -> Any:
    """Add a border: ``padding`` is one width, (left and right, top and bottom) or (left, top, right, bottom).

    ``padding_mode``: constant (of ``fill``, a number or one for each channel), edge, reflect, symmetric.

    Raises ValueError for another ``padding`` or ``padding_mode``, TypeError for what is no image.

    >>> import numpy as np
    >>> import paddlelite as paddle
    >>> paddle.vision.transforms.pad(np.zeros((2, 2), "uint8"), (1, 0), fill=9)
    array([[9, 0, 0, 9],
           [9, 0, 0, 9]], dtype=uint8)
    """
    check_image(img)
    left, top, right, bottom = _borders(padding)
    if padding_mode not in _PADDINGS:
        raise BadArgument(f"Padding mode should be one of {list(_PADDINGS)}, but got {padding_mode}")
    if isinstance(img, Tensor):
        return _pad_tensor(img, [left, right, top, bottom], fill, padding_mode)
    if is_pil(img):
        if padding_mode == "constant":
            return need("PIL.ImageOps").expand(img, border=(left, top, right, bottom), fill=fill)
        padded = need("PIL.Image").fromarray(
            _pad_array(np.asarray(img), (left, top, right, bottom), 0, padding_mode), img.mode
        )
        if img.mode == "P":
            padded.putpalette(img.getpalette())
        return padded
    return _pad_array(img, (left, top, right, bottom), fill, padding_mode)


def _borders(padding: Sizes) -> tuple[int, int, int, int]:
    if isinstance(padding, numbers.Integral):
        return (int(padding),) * 4
    if not isinstance(padding, Sequence) or len(padding) not in (2, 4):
        count = len(padding) if isinstance(padding, Sequence) else type(padding).__name__
        raise InvalidArgumentError(
            f"Padding must be an int or a 2, or 4 element tuple, not a {count} element tuple"
        )
    left, top, right, bottom = (int(side) for side in (*padding, *padding)[:4])
    return left, top, right, bottom


def _pad_array(array: np.ndarray, borders: tuple[int, int, int, int], fill: Any, mode: str) -> np.ndarray:
    left, top, right, bottom = borders
    if min(borders) < 0:
        raise InvalidArgumentError(
            f"padding should not be negative, but is {borders}: use crop to take borders away"
        )
    widths = [(top, bottom), (left, right), (0, 0)][: array.ndim]
    if mode != "constant":
        return np.pad(array, widths, mode=mode)  # type: ignore[call-overload]
    color = np.asarray(fill)
    if color.ndim > 1 or (color.ndim == 1 and color.shape != array.shape[2:] and color.size != 1):
        raise InvalidArgumentError(f"fill should be a number or one for each channel, but is {fill!r}")
    padded = np.empty([size + sum(width) for size, width in zip(array.shape, widths)], array.dtype)
    padded[...] = color
    padded[top : top + array.shape[0], left : left + array.shape[1]] = array
    return padded


def _pad_tensor(img: Tensor, sides: list[int], fill: Any, mode: str) -> Tensor:
    if mode == "symmetric":
        raise InvalidArgumentError(
            "padding_mode 'symmetric' is not for tensors; it is for arrays and Pillow images"
        )
    if not isinstance(fill, numbers.Real):
        raise InvalidTypeError(f"fill of a tensor should be a number, but is {fill!r}")
    named = {"constant": "constant", "edge": "replicate", "reflect": "reflect"}[mode]
    return F.pad(img.unsqueeze(0), sides, mode=named, value=float(fill)).squeeze(0)


def crop(img: Any, top: int, left: int, height: int, width: int) -> Any:
    """The rectangle of ``height``×``width`` whose upper left corner is at ``(top, left)``.

    What lies outside is black in a Pillow image, and left away in arrays and tensors, as in PaddlePaddle.
    Raises ValueError for a corner outside an array or tensor, TypeError for what is no image.

    >>> import numpy as np
    >>> import paddlelite as paddle
    >>> paddle.vision.transforms.crop(np.arange(9).reshape(3, 3), 1, 0, 2, 2)
    array([[3, 4],
           [6, 7]])
    """
    check_image(img)
    if is_pil(img):
        return img.crop((left, top, left + width, top + height))
    if min(top, left) < 0:
        raise InvalidArgumentError(f"crop: the corner ({top}, {left}) is outside the image")
    if isinstance(img, Tensor):
        return img[..., top : top + height, left : left + width]
    return img[top : top + height, left : left + width]


def center_crop(img: Any, output_size: Sizes) -> Any:
    """The middle of the image: ``output_size`` is (height, width), or an int for a square.

    Raises ValueError where an array or tensor is smaller than that (a Pillow image gets black borders).

    >>> import numpy as np
    >>> import paddlelite as paddle
    >>> paddle.vision.transforms.center_crop(np.zeros((9, 9, 3), "uint8"), 4).shape
    (4, 4, 3)
    """
    check_image(img)
    height, width = pair(output_size, "output_size")
    tall, wide = size_of(img)
    if (height > tall or width > wide) and not is_pil(img):
        raise InvalidArgumentError(
            f"center_crop: {height}x{width} is larger than the image, {tall}x{wide}: pad or resize it first"
        )
    return crop(img, round((tall - height) / 2), round((wide - width) / 2), height, width)


def pair(size: Sizes, what: str) -> tuple[int, int]:
    """``size`` as (height, width)."""
    if isinstance(size, numbers.Integral):
        return int(size), int(size)
    if not isinstance(size, Sequence) or isinstance(size, str) or len(size) != 2:
        raise InvalidArgumentError(f"{what} should be an int or (height, width), but got {size!r}")
    return int(size[0]), int(size[1])


def hflip(img: Any) -> Any:
    """The image with left and right exchanged. Raises TypeError for what is no image.

    >>> import numpy as np
    >>> import paddlelite as paddle
    >>> paddle.vision.transforms.hflip(np.array([[1, 2, 3]]))
    array([[3, 2, 1]])
    """
    check_image(img)
    if is_pil(img):
        return img.transpose(0)
    return flip(img, [-1]) if isinstance(img, Tensor) else np.ascontiguousarray(img[:, ::-1])


def vflip(img: Any) -> Any:
    """The image upside down. Raises TypeError for what is no image.

    >>> import numpy as np
    >>> import paddlelite as paddle
    >>> paddle.vision.transforms.vflip(np.array([[1, 2], [3, 4]]))
    array([[3, 4],
           [1, 2]])
    """
    check_image(img)
    if is_pil(img):
        return img.transpose(1)
    return flip(img, [-2]) if isinstance(img, Tensor) else np.ascontiguousarray(img[::-1])


def to_grayscale(img: Any, num_output_channels: int = 1) -> Any:
    """The image in grey, with one channel or with three equal ones.

    Raises ValueError for another ``num_output_channels`` or an image without one or three channels.

    >>> import numpy as np
    >>> import paddlelite as paddle
    >>> paddle.vision.transforms.to_grayscale(np.full((2, 2, 3), 7, "uint8")).shape
    (2, 2, 1)
    """
    check_image(img)
    if num_output_channels not in (1, 3):
        raise InvalidArgumentError("num_output_channels should be either 1 or 3")
    if is_pil(img):
        grey = img.convert("L")
        return grey if num_output_channels == 1 else grey.convert("RGB")
    if isinstance(img, Tensor):
        weights = as_tensor(_TENSOR_GREY, dtype=img.dtype).reshape([3, 1, 1])
        grey = img if _channels(img.dims[0]) == 1 else (img * weights).sum(0, keepdim=True)
        return grey if num_output_channels == 1 else grey.expand([3, *grey.dims[1:]])
    planes = img[:, :, None] if img.ndim == 2 else img
    if _channels(planes.shape[2]) == 3:
        kept = np.float64 if img.dtype == np.float64 else np.float32
        planes = _as_dtype(planes.astype(kept) @ np.array(_GREY, kept), img.dtype)[:, :, None]
    return np.repeat(planes, num_output_channels, axis=2)


def _channels(count: Any) -> int:
    if count not in (1, 3):
        raise InvalidArgumentError(f"to_grayscale: the image has {count} channels, but should have 1 or 3")
    return count


def normalize(img: Any, mean: Any, std: Any, data_format: str = "CHW", to_rgb: bool = False) -> Any:
    """``(img - mean) / std`` for each channel, as float32 (float64 stays); a Pillow image becomes an array.

    ``mean`` and ``std`` are numbers or one for each channel; ``data_format`` says where the channels are, of arrays
    too. ``to_rgb`` exchanges blue and red first.

    Raises ValueError for shapes that do not fit or another ``data_format``, TypeError for what is no image.

    >>> import numpy as np
    >>> import paddlelite as paddle
    >>> paddle.vision.transforms.normalize(np.array([[[0.0, 255.0]]], "float32"), 127.5, 127.5)
    array([[[-1.,  1.]]], dtype=float32)
    """
    check_image(img)
    shape = (-1, 1, 1) if _layout(data_format) == "CHW" else (1, 1, -1)
    if isinstance(img, Tensor):
        return _normalize_tensor(img, mean, std, shape, to_rgb)
    array = np.asarray(img)
    array = array if array.dtype == np.float64 else array.astype(np.float32)
    if to_rgb and array.ndim == 3:
        array = np.flip(array, 0 if shape[0] == -1 else 2)
    shift = np.asarray(mean, np.float32).reshape(shape)
    return (array - shift) / np.asarray(std, np.float32).reshape(shape)


def _normalize_tensor(img: Tensor, mean: Any, std: Any, shape: tuple[int, ...], to_rgb: bool) -> Tensor:
    if not img.dtype.is_floating:
        raise InvalidArgumentError(
            f"normalize: the tensor should have a floating point dtype, but has {img.dtype}: use astype('float32')"
        )
    img = flip(img, [0 if shape[0] == -1 else 2]) if to_rgb else img
    shift, scale = (
        as_tensor(np.asarray(value, np.float32).reshape(shape)).astype(img.dtype) for value in (mean, std)
    )
    return (img - shift) / scale


def _layout(data_format: str) -> str:
    if str(data_format).upper() not in ("CHW", "HWC"):
        raise InvalidArgumentError(f"data_format should be CHW or HWC. Got {data_format}")
    return data_format.upper()
