"""Pictures as PaddlePaddle 1.x prepares them: uint8 arrays H×W×3, blue first, or H×W.

PaddlePaddle has OpenCV do it; here Pillow reads them and `paddle.vision.transforms.resize` resizes (cubic).
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import InvalidArgumentError

__all__ = [
    "center_crop", "left_right_flip", "load_and_transform", "load_image", "load_image_bytes", "random_crop",
    "resize_short", "simple_transform", "to_chw",
]  # fmt: skip


def _array(source: Any, name: str, is_color: bool) -> np.ndarray:
    from ..vision.image import decoded

    image = decoded(source, name)
    return np.asarray(image.convert("RGB"))[:, :, ::-1] if is_color else np.asarray(image.convert("L"))


def load_image_bytes(bytes: bytes, is_color: bool = True) -> np.ndarray:
    """The picture in the bytes of a file. Raises InvalidArgumentError for what is none, ImportError without Pillow."""
    return _array(io.BytesIO(bytes), "these bytes", is_color)


def load_image(file: str, is_color: bool = True) -> np.ndarray:
    """The picture in a file; as `load_image_bytes`."""
    with open(file, "rb") as content:
        return _array(content, file, is_color)


def resize_short(im: np.ndarray, size: int) -> np.ndarray:
    """Resized so that the shorter side is ``size``."""
    from ..vision.transforms import resize

    height, width = im.shape[:2]
    target = (size * height // width, size) if height > width else (size, size * width // height)
    return resize(im, target, "bicubic")


def to_chw(im: np.ndarray, order: Sequence[int] = (2, 0, 1)) -> np.ndarray:
    """The axes in another order, by default channels first. Raises InvalidArgumentError for another number of axes."""
    if im.ndim != len(order):
        raise InvalidArgumentError(f"the image has {im.ndim} axes, but order is {tuple(order)}")
    return im.transpose(order)


def center_crop(im: np.ndarray, size: int, is_color: bool = True) -> np.ndarray:
    """The square of ``size`` in the middle. Raises InvalidArgumentError for a smaller image."""
    height, width = _large_enough(im, size)
    return _crop(im, (height - size) // 2, (width - size) // 2, size)


def random_crop(im: np.ndarray, size: int, is_color: bool = True) -> np.ndarray:
    """A square of ``size`` from a place that ``np.random`` draws; as `center_crop`."""
    height, width = _large_enough(im, size)
    top = np.random.randint(0, height - size + 1)
    return _crop(im, top, np.random.randint(0, width - size + 1), size)


def _large_enough(im: np.ndarray, size: int) -> tuple[int, int]:
    height, width = im.shape[:2]
    if min(height, width) < size:
        raise InvalidArgumentError(f"the image is {height}×{width}, too small for a square of {size}")
    return height, width


def _crop(im: np.ndarray, top: int, left: int, size: int) -> np.ndarray:
    return im[top : top + size, left : left + size]


def left_right_flip(im: np.ndarray, is_color: bool = True) -> np.ndarray:
    """Left and right exchanged."""
    return im[:, ::-1]


def simple_transform(
    im: np.ndarray,
    resize_size: int,
    crop_size: int,
    is_train: bool,
    is_color: bool = True,
    mean: Any = None,
) -> np.ndarray:
    """float32, channels first: resized, cut out (to train with: at random, and flipped every other time), shifted by
    ``mean``, a number for each channel or each element."""
    im = resize_short(im, resize_size)
    if is_train:
        im = random_crop(im, crop_size)
        if np.random.randint(2) == 0:
            im = left_right_flip(im)
    else:
        im = center_crop(im, crop_size)
    pixels = (to_chw(im) if im.ndim == 3 else im).astype("float32")
    if mean is not None:
        shift = np.array(mean, dtype=np.float32)
        pixels -= shift[:, None, None] if shift.ndim == 1 and is_color else shift
    return pixels


def load_and_transform(
    filename: str, resize_size: int, crop_size: int, is_train: bool, is_color: bool = True, mean: Any = None
) -> np.ndarray:
    """`load_image`, then `simple_transform`."""
    return simple_transform(load_image(filename, is_color), resize_size, crop_size, is_train, is_color, mean)
