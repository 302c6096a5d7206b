"""MNIST and FashionMNIST: gzipped files of big-endian sizes and bytes (the IDX format)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...dataset import mnist as digits
from ...dataset.idx import read_pair, urls
from .files import ImageDataset, locate

__all__ = ["FashionMNIST", "MNIST"]

_SIDE = 28


class MNIST(ImageDataset):
    """70,000 handwritten digits of 28×28, grey: 60,000 to train with, 10,000 to test.

    Args:
        image_path, label_path: ``train-images-idx3-ubyte.gz`` and ``train-labels-idx1-ubyte.gz`` (``t10k-...`` to
            test); by default those in Paddle's cache folder, ``~/.cache/paddle/dataset/mnist/``, whose MD5 must be
            the class's ``TRAIN_IMAGE_MD5`` and so on.
        mode: ``"train"`` or ``"test"``.
        transform: what is done to each image.
        download: fetch a file that is not there; where it is false, the paths have to be given.
        backend: ``"pil"``: Pillow images; ``"cv2"``: float32 arrays H×W of 0..255. By default
            `paddle.vision.get_image_backend()`.

    A sample is ``(image, label)``, the label an int64 array of shape (1,).

    Raises:
        NotFoundError: a file is not there and cannot be fetched (it says where to put it).
        InvalidArgumentError: a wrong MD5, a damaged file, files that do not belong together, a wrong mode or backend.

    Example:
        >>> import paddlelite as paddle
        >>> data = paddle.vision.datasets.MNIST(mode="test")  # doctest: +SKIP
        >>> len(data)  # doctest: +SKIP
        10000
    """

    NAME = "mnist"
    URL_PREFIX = digits.URL_PREFIX
    TEST_IMAGE_URL, TEST_LABEL_URL, TRAIN_IMAGE_URL, TRAIN_LABEL_URL = urls(URL_PREFIX)
    TEST_IMAGE_MD5, TEST_LABEL_MD5 = digits.TEST_IMAGE_MD5, digits.TEST_LABEL_MD5
    TRAIN_IMAGE_MD5, TRAIN_LABEL_MD5 = digits.TRAIN_IMAGE_MD5, digits.TRAIN_LABEL_MD5

    def __init__(
        self,
        image_path: str | None = None,
        label_path: str | None = None,
        mode: str = "train",
        transform: Callable[[Any], Any] | None = None,
        download: bool = True,
        backend: str | None = None,
    ) -> None:
        super().__init__(mode, transform, backend)
        self.image_path = self._located("image", image_path, download)
        self.label_path = self._located("label", label_path, download)
        self.images, labels = read_pair(self.image_path, self.label_path)
        self.labels = labels.reshape(-1, 1)

    def _located(self, kind: str, path: str | None, download: bool) -> str:
        name = f"{self.mode}_{kind}".upper()
        url, md5 = getattr(self, f"{name}_URL"), getattr(self, f"{name}_MD5")
        return locate(f"{kind}_path", path, self.NAME, url, md5, download)

    def _image(self, index: int) -> np.ndarray:
        return self.images[index].reshape(_SIDE, _SIDE)

    def _label(self, index: int) -> np.ndarray:
        return self.labels[index].copy()

    def __len__(self) -> int:
        return len(self.labels)


class FashionMNIST(MNIST):
    """As `MNIST`, with pictures of clothes: the same file names in ``~/.cache/paddle/dataset/fashion-mnist/``."""

    NAME = "fashion-mnist"
    URL_PREFIX = "https://dataset.bj.bcebos.com/fashion_mnist/"
    TEST_IMAGE_URL, TEST_LABEL_URL, TRAIN_IMAGE_URL, TRAIN_LABEL_URL = urls(URL_PREFIX)
    TEST_IMAGE_MD5 = "bef4ecab320f06d8554ea6380940ec79"
    TEST_LABEL_MD5 = "bb300cfdad3c16e7a12a480ee83cd310"
    TRAIN_IMAGE_MD5 = "8d4fb7e6c68d591d4c3dfef9ec88bf0d"
    TRAIN_LABEL_MD5 = "25c81989df183df01b3e8a0aad5dffbe"
