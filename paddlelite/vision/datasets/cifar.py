"""CIFAR-10 and CIFAR-100: archives of pickled batches, read without running anything in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...dataset.batches import read_batches
from .files import ImageDataset, locate

__all__ = ["Cifar10", "Cifar100"]

URL_PREFIX = "https://dataset.bj.bcebos.com/cifar/"
CIFAR10_URL = URL_PREFIX + "cifar-10-python.tar.gz"
CIFAR10_MD5 = "c58f30108f718f92721af3b95e74349a"
CIFAR100_URL = URL_PREFIX + "cifar-100-python.tar.gz"
CIFAR100_MD5 = "eb9058c3a382ffc7106e4002c42a8d85"

# The names of the batches inside the archives.
MODE_FLAG_MAP = {"train10": "data_batch", "test10": "test_batch", "train100": "train", "test100": "test"}

_SIDE = 32


class Cifar10(ImageDataset):
    """60,000 colour images of 32×32 in ten classes: 50,000 to train with, 10,000 to test.

    Args:
        data_file: ``cifar-10-python.tar.gz``; by default the one in Paddle's cache folder,
            ``~/.cache/paddle/dataset/cifar/``, whose MD5 must be `cifar.CIFAR10_MD5`.
        mode: ``"train"`` or ``"test"``.
        transform: what is done to each image.
        download: fetch the file if it is not there; where it is false, ``data_file`` has to be given.
        backend: ``"pil"``: Pillow images; ``"cv2"``: float32 arrays H×W×C of 0..255. By default
            `paddle.vision.get_image_backend()`.

    A sample is ``(image, label)``, the label an int64 array of shape ().

    Raises:
        NotFoundError: the file is not there and cannot be fetched (it says where to put it).
        InvalidArgumentError: a wrong MD5, a damaged archive, a wrong mode or backend.

    Example:
        >>> import paddlelite as paddle
        >>> data = paddle.vision.datasets.Cifar10(mode="test")  # doctest: +SKIP
        >>> len(data)  # doctest: +SKIP
        10000
    """

    def __init__(
        self,
        data_file: str | None = None,
        mode: str = "train",
        transform: Callable[[Any], Any] | None = None,
        download: bool = True,
        backend: str | None = None,
    ) -> None:
        super().__init__(mode, transform, backend)
        self._init_url_md5_flag()
        self.data_file = locate("data_file", data_file, "cifar", self.data_url, self.data_md5, download)
        self.data = _read(self.data_file, self.flag)

    def _init_url_md5_flag(self) -> None:
        # Read at each call: a test may put the MD5 of its own small file into the module.
        self.data_url, self.data_md5, self.flag = CIFAR10_URL, CIFAR10_MD5, MODE_FLAG_MAP[self.mode + "10"]

    def _image(self, index: int) -> np.ndarray:
        return self.data[index][0].reshape(3, _SIDE, _SIDE).transpose(1, 2, 0)

    def _label(self, index: int) -> np.ndarray:
        return np.array(self.data[index][1], np.int64)

    def __len__(self) -> int:
        return len(self.data)


class Cifar100(Cifar10):
    """As `Cifar10`, in a hundred classes (the fine labels): ``cifar-100-python.tar.gz``."""

    def _init_url_md5_flag(self) -> None:
        self.data_url, self.data_md5, self.flag = CIFAR100_URL, CIFAR100_MD5, MODE_FLAG_MAP[self.mode + "100"]


def _read(path: str, flag: str) -> list[tuple[np.ndarray, int]]:
    """The images (rows of 3,072 bytes) and labels of the batches whose name holds `flag`, in the order of names."""
    batches = {name: list(zip(images, labels)) for name, images, labels in read_batches(path, flag)}
    return [sample for name in sorted(batches) for sample in batches[name]]
