"""MNIST and FashionMNIST: gzipped files of big-endian sizes and bytes (the IDX format)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...dataset.idx import read_pair
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
    URL_PREFIX = "https://dataset.bj.bcebos.com/mnist/"
    TEST_IMAGE_URL = URL_PREFIX + "t10k-images-idx3-ubyte.gz"
    TEST_IMAGE_MD5 = "9fb629c4189551a2d022fa330f9573f3"
    TEST_LABEL_URL = URL_PREFIX + "t10k-labels-idx1-ubyte.gz"
    TEST_LABEL_MD5 = "ec29112dd5afa0611ce80d1b7f02629c"
    TRAIN_IMAGE_URL = URL_PREFIX + "train-images-idx3-ubyte.gz"
    TRAIN_IMAGE_MD5 = "f68b3c2dcbeaaa9fbdd348bbdeb94873"
    TRAIN_LABEL_URL = URL_PREFIX + "train-labels-idx1-ubyte.gz"
    TRAIN_LABEL_MD5 = "d53e105ee54ea40749a09fcbcd1e9432"

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
        train = self.mode == "train"
        image = (
            (self.TRAIN_IMAGE_URL, self.TRAIN_IMAGE_MD5)
            if train
            else (self.TEST_IMAGE_URL, self.TEST_IMAGE_MD5)
        )
        label = (
            (self.TRAIN_LABEL_URL, self.TRAIN_LABEL_MD5)
            if train
            else (self.TEST_LABEL_URL, self.TEST_LABEL_MD5)
        )
        self.image_path = locate("image_path", image_path, self.NAME, *image, download)
        self.label_path = locate("label_path", label_path, self.NAME, *label, download)
        self.images, labels = read_pair(self.image_path, self.label_path)
        self.labels = labels.reshape(-1, 1)

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
    TEST_IMAGE_URL = URL_PREFIX + "t10k-images-idx3-ubyte.gz"
    TEST_IMAGE_MD5 = "bef4ecab320f06d8554ea6380940ec79"
    TEST_LABEL_URL = URL_PREFIX + "t10k-labels-idx1-ubyte.gz"
    TEST_LABEL_MD5 = "bb300cfdad3c16e7a12a480ee83cd310"
    TRAIN_IMAGE_URL = URL_PREFIX + "train-images-idx3-ubyte.gz"
    TRAIN_IMAGE_MD5 = "8d4fb7e6c68d591d4c3dfef9ec88bf0d"
    TRAIN_LABEL_URL = URL_PREFIX + "train-labels-idx1-ubyte.gz"
    TRAIN_LABEL_MD5 = "25c81989df183df01b3e8a0aad5dffbe"
