"""CIFAR-10 and CIFAR-100, as PaddlePaddle 1.x reads them: ``(pixels float32 [3072] in [0, 1], label)``.

The newer forms are `paddle.vision.datasets.Cifar10` and `Cifar100`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from .batches import read_batches
from .common import download

__all__ = ["fetch", "test10", "test100", "train10", "train100"]

URL_PREFIX = "https://dataset.bj.bcebos.com/cifar/"
CIFAR10_URL = URL_PREFIX + "cifar-10-python.tar.gz"
CIFAR10_MD5 = "c58f30108f718f92721af3b95e74349a"
CIFAR100_URL = URL_PREFIX + "cifar-100-python.tar.gz"
CIFAR100_MD5 = "eb9058c3a382ffc7106e4002c42a8d85"

Reader = Callable[[], Iterator[tuple[np.ndarray, int]]]


def reader_creator(filename: str, sub_name: str, cycle: bool = False) -> Reader:
    """A reader of the batches whose name holds ``sub_name``; ``cycle`` begins again at the end, for ever."""

    def reader() -> Iterator[tuple[np.ndarray, int]]:
        while True:
            for _, images, labels in read_batches(filename, sub_name):
                for image, label in zip(images, labels):
                    yield (image / 255.0).astype(np.float32), label
            if not cycle:
                return

    return reader


def train100() -> Reader:
    """The reader of the 50,000 training images in a hundred classes. Raises as `common.download`; reading a
    damaged file raises InvalidArgumentError."""
    return reader_creator(download(CIFAR100_URL, "cifar", CIFAR100_MD5), "train")


def test100() -> Reader:
    """The reader of the 10,000 test images in a hundred classes; as `train100`."""
    return reader_creator(download(CIFAR100_URL, "cifar", CIFAR100_MD5), "test")


def train10(cycle: bool = False) -> Reader:
    """The reader of the 50,000 training images in ten classes; as `train100`."""
    return reader_creator(download(CIFAR10_URL, "cifar", CIFAR10_MD5), "data_batch", cycle)


def test10(cycle: bool = False) -> Reader:
    """The reader of the 10,000 test images in ten classes; as `train100`."""
    return reader_creator(download(CIFAR10_URL, "cifar", CIFAR10_MD5), "test_batch", cycle)


def fetch() -> None:
    """Fetch both archives."""
    train10()
    train100()
