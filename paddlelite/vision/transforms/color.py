"""Brightness, contrast, saturation and hue of images of all three kinds, with PaddlePaddle's results.

Pillow images are left to Pillow. Arrays are what OpenCV would make of them: 8 bits, blue first, and contrast turns
about a grey of 74. (PaddlePaddle draws the saturation of arrays once more at random; here it is what was asked for.)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import InvalidArgumentError
from ...tensor.creation import to_tensor as as_tensor
from ...tensor.manipulation import concat
from ...tensor.tensor import Tensor
from ..image import BadArgument, check_image, is_pil, need

__all__ = ["adjust_brightness", "adjust_contrast", "adjust_hue", "adjust_saturation"]

_ARRAY_GREY = 74
_TENSOR_GREY = (0.2989, 0.5870, 0.1140)
_BGR_GREY = np.array([0.114, 0.587, 0.299], np.float32)


def adjust_brightness(img: Any, brightness_factor: float) -> Any:
    """All colours times a factor: 0 is black, 1 the image itself.

    Raises ValueError for a negative factor or a tensor without one or three channels, TypeError for what is no image.

    >>> import numpy as np
    >>> import paddlelite as paddle
    >>> paddle.vision.transforms.adjust_brightness(np.array([[10, 200]], "uint8"), 1.5).tolist()
    [[15, 255]]
    """
    _check(img, "brightness_factor", brightness_factor)
    if is_pil(img):
        return need("PIL.ImageEnhance").Brightness(img).enhance(brightness_factor)
    if isinstance(img, Tensor):
        _channels(img)
        return _blend(img, 0.0, brightness_factor)
    return _by_table(img, np.arange(256) * brightness_factor)


def adjust_contrast(img: Any, contrast_factor: float) -> Any:
    """Differences from grey (the mean of the grey image; 74 for arrays) times a factor: 0 is grey, 1 the image itself.

    Raises as `adjust_brightness`.

    >>> import numpy as np
    >>> import paddlelite as paddle
    >>> paddle.vision.transforms.adjust_contrast(np.array([[74, 94]], "uint8"), 2).tolist()
    [[74, 114]]
    """
    _check(img, "contrast_factor", contrast_factor)
    if is_pil(img):
        return need("PIL.ImageEnhance").Contrast(img).enhance(contrast_factor)
    if isinstance(img, Tensor):
        return _blend(img, _grey(img).mean(axis=[-3, -2, -1], keepdim=True), contrast_factor)
    return _by_table(img, (np.arange(256) - _ARRAY_GREY) * contrast_factor + _ARRAY_GREY)


def adjust_saturation(img: Any, saturation_factor: float) -> Any:
    """Differences from the grey image times a factor: 0 is grey, 1 the image itself. Raises as `adjust_brightness`.

    >>> import paddlelite as paddle
    >>> grey = paddle.vision.transforms.adjust_saturation(paddle.ones([3, 1, 1]), 0.0)
    >>> round(float(grey.max()), 3)
    1.0
    """
    _check(img, "saturation_factor", saturation_factor)
    if is_pil(img):
        return need("PIL.ImageEnhance").Color(img).enhance(saturation_factor)
    if isinstance(img, Tensor):
        return img if _channels(img) == 1 else _blend(img, _grey(img), saturation_factor)
    if img.ndim == 2 or img.shape[2] == 1:
        return img.copy()
    _three(img)
    numbers = img.astype(np.float32)
    grey = numbers @ _BGR_GREY
    mixed = numbers * saturation_factor + grey[..., None] * (1 - saturation_factor)
    return mixed.clip(0, 255).astype(img.dtype)


def adjust_hue(img: Any, hue_factor: float) -> Any:
    """All hues turned by a factor of the circle, from -0.5 to 0.5. Grey images stay as they are.

    Raises ValueError for another factor or a tensor without one or three channels, TypeError for what is no image.

    >>> import paddlelite as paddle
    >>> red = paddle.to_tensor([1.0, 0.0, 0.0]).reshape([3, 1, 1])
    >>> paddle.vision.transforms.adjust_hue(red, 1 / 3).flatten().round().tolist()
    [0.0, 1.0, 0.0]
    """
    check_image(img)
    if not -0.5 <= hue_factor <= 0.5:
        raise BadArgument(f"hue_factor:{hue_factor} is not in [-0.5, 0.5].")
    if is_pil(img):
        return _pil_hue(img, hue_factor)
    if isinstance(img, Tensor):
        return img if _channels(img) == 1 else _tensor_hue(img, hue_factor)
    if img.ndim == 2 or img.shape[2] == 1:
        return img.copy()
    _three(img)
    return _array_hue(img, hue_factor)


def _check(img: Any, name: str, factor: float) -> None:
    check_image(img)
    if factor < 0:
        raise BadArgument(f"{name} should be non-negative, but is {factor}")


def _channels(img: Tensor) -> int:
    channels = img.dims[-3] if img.ndim >= 3 else 0
    if channels not in (1, 3):
        raise BadArgument(f"channels of input should be either 1 or 3, but the image has {channels}.")
    return channels


def _three(img: np.ndarray) -> None:
    if img.shape[2] != 3:
        raise InvalidArgumentError(f"an image should have one or three channels, but this has {img.shape[2]}")


def _by_table(img: np.ndarray, table: np.ndarray) -> np.ndarray:
    return table.clip(0, 255).astype(np.uint8)[img.astype(np.uint8)]


def _floats(img: Tensor) -> Tensor:
    return img if img.dtype.is_floating else img.astype("float32")


def _grey(img: Tensor) -> Tensor:
    numbers = _floats(img)
    if _channels(img) == 1:
        return numbers
    weights = as_tensor(_TENSOR_GREY, dtype=numbers.dtype).reshape([3, 1, 1])
    return (numbers * weights).sum(axis=-3, keepdim=True)


def _blend(img: Tensor, other: Any, ratio: float) -> Tensor:
    """``ratio`` of the image and the rest of the other, within what its dtype can hold."""
    mixed = _floats(img) * ratio + other * (1.0 - ratio)
    return mixed.clip(0, 1.0 if img.dtype.is_floating else 255.0).astype(img.dtype)


def _pil_hue(img: Any, factor: float) -> Any:
    if img.mode in ("L", "1", "I", "F"):
        return img
    hue, saturation, value = img.convert("HSV").split()
    turned = (np.asarray(hue, np.int16) + int(factor * 255)) % 256
    image = need("PIL.Image")
    return image.merge("HSV", (image.fromarray(turned.astype(np.uint8)), saturation, value)).convert(img.mode)


def _tensor_hue(img: Tensor, factor: float) -> Tensor:
    numbers = _floats(img) if img.dtype.is_floating else _floats(img) / 255.0
    red, green, blue = (numbers[..., c : c + 1, :, :] for c in range(3))
    value, least = numbers.max(axis=-3, keepdim=True), numbers.min(axis=-3, keepdim=True)
    span = value - least
    flat = (span == 0).astype(numbers.dtype)
    saturation = span / (value + flat * (1.0 - value))  # where all are equal: divided by 1
    part = lambda channel: (value - channel) / (span + flat)
    is_red, is_green = value == red, value == green
    from_red = is_red.astype(numbers.dtype)
    from_green = (is_green & ~is_red).astype(numbers.dtype)
    from_blue = 1.0 - from_red - from_green
    hue = (
        from_red * (part(blue) - part(green))
        + from_green * (part(red) - part(blue) + 2.0)
        + from_blue * (part(green) - part(red) + 4.0)
    ) / 6.0 + factor
    hue = hue - hue.floor()
    turned = concat([_component(hue, saturation, value, n) for n in (5.0, 3.0, 1.0)], axis=-3)
    return turned if img.dtype.is_floating else (turned * 255.0).astype(img.dtype)


def _component(hue: Any, saturation: Any, value: Any, n: float) -> Any:
    """Red (n = 5), green (3) or blue (1) of a colour: the value, less where the hue is far from it."""
    k = (hue * 6.0 + n) % 6.0
    limited = np.minimum(np.minimum(k, 4.0 - k).clip(0), 1.0) if isinstance(k, np.ndarray) else _least(k)
    return value - value * saturation * limited


def _least(k: Tensor) -> Tensor:
    return k.minimum(4.0 - k).clip(0.0, 1.0)


def _array_hue(img: np.ndarray, factor: float) -> np.ndarray:
    """Through 8-bit hue, saturation and value, as OpenCV has them (the hue a full circle of 256)."""
    blue, green, red = (img[..., c].astype(np.uint8).astype(np.float64) for c in range(3))
    value = np.maximum(np.maximum(red, green), blue)
    span = value - np.minimum(np.minimum(red, green), blue)
    divisor = np.where(span == 0, 1.0, span)
    sixth = np.where(
        value == red,
        (green - blue) / divisor,
        np.where(value == green, 2.0 + (blue - red) / divisor, 4.0 + (red - green) / divisor),
    )
    hue = (np.rint(sixth * 256 / 6) + int(factor * 255)) % 256
    saturation = np.rint(255.0 * span / np.where(value == 0, 1.0, value))
    # OpenCV divides the circle by 256 on the way there and by 255 on the way back.
    parts = [_component(hue / 255, saturation / 255, value, n) for n in (1.0, 3.0, 5.0)]
    return np.rint(np.stack(parts, axis=-1)).clip(0, 255).astype(img.dtype)
