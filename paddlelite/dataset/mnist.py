"""Handwritten digits, as PaddlePaddle 1.x reads them: ``(pixels float32 [784] in [-1, 1], label)``.

The newer form is `paddle.vision.datasets.MNIST`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from .common import download
from .idx import read_pair, urls

__all__ = ["fetch", "test", "train"]

URL_PREFIX = "https://dataset.bj.bcebos.com/mnist/"
TEST_IMAGE_URL, TEST_LABEL_URL, TRAIN_IMAGE_URL, TRAIN_LABEL_URL = urls(URL_PREFIX)
TEST_IMAGE_MD5 = "9fb629c4189551a2d022fa330f9573f3"
TEST_LABEL_MD5 = "ec29112dd5afa0611ce80d1b7f02629c"
TRAIN_IMAGE_MD5 = "f68b3c2dcbeaaa9fbdd348bbdeb94873"
TRAIN_LABEL_MD5 = "d53e105ee54ea40749a09fcbcd1e9432"

Reader = Callable[[], Iterator[tuple[np.ndarray, int]]]

_AT_ONCE = 100


def reader_creator(image_filename: str, label_filename: str, buffer_size: int) -> Reader:
    """A reader of two files; ``buffer_size`` images are scaled at a time."""

    def reader() -> Iterator[tuple[np.ndarray, int]]:
        images, labels = read_pair(image_filename, label_filename)
        for start in range(0, len(labels), buffer_size):
            pixels = images[start : start + buffer_size].astype(np.float32) / 255.0 * 2.0 - 1.0
            yield from zip(pixels, labels[start : start + buffer_size].tolist())

    return reader


def train() -> Reader:
    """The reader of the 60,000 training images. Raises as `common.download`; reading a damaged file raises
    InvalidArgumentError.

    >>> import paddlelite as paddle
    >>> pixels, label = next(paddle.dataset.mnist.train()())  # doctest: +SKIP
    >>> pixels.shape, label  # doctest: +SKIP
    ((784,), 5)
    """
    return reader_creator(
        download(TRAIN_IMAGE_URL, "mnist", TRAIN_IMAGE_MD5),
        download(TRAIN_LABEL_URL, "mnist", TRAIN_LABEL_MD5),
        _AT_ONCE,
    )


def test() -> Reader:
    """The reader of the 10,000 test images; as `train`."""
    return reader_creator(
        download(TEST_IMAGE_URL, "mnist", TEST_IMAGE_MD5),
        download(TEST_LABEL_URL, "mnist", TEST_LABEL_MD5),
        _AT_ONCE,
    )


def fetch() -> None:
    """Fetch all four files."""
    train()
    test()
