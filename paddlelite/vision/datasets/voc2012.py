"""PASCAL VOC 2012: images and the class of each of their pixels, in one tar file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...dataset.voc2012 import CACHE_DIR, Archive
from .files import ImageDataset, locate

__all__ = ["VOC2012"]

VOC_URL = "https://dataset.bj.bcebos.com/voc/VOCtrainval_11-May-2012.tar"
VOC_MD5 = "6cd6e144f989b92b3379bac3b3de84fd"

MODE_FLAG_MAP = {"train": "trainval", "test": "train", "valid": "val"}


class VOC2012(ImageDataset):
    """2,913 pictures with the class of every pixel, all to train with; ``"test"`` gives 1,464, ``"valid"`` 1,449.

    Args:
        data_file: ``VOCtrainval_11-May-2012.tar``; by default the one in Paddle's cache folder,
            ``~/.cache/paddle/dataset/voc2012/``, whose MD5 must be `voc2012.VOC_MD5`.
        mode: ``"train"``, ``"test"`` or ``"valid"``.
        transform: what is done to each picture.
        download: fetch the file if it is not there; where it is false, ``data_file`` has to be given.
        backend: ``"pil"``: Pillow images; ``"cv2"``: float32 arrays, H×W×3 of 0..255 and H×W.

    A sample is ``(picture, classes)``.

    Raises:
        NotFoundError: the file is not there and cannot be fetched (it says where to put it).
        InvalidArgumentError: a wrong MD5, a damaged archive or picture, a wrong mode or backend.
    """

    MODES = ("train", "test", "valid")

    def __init__(
        self,
        data_file: str | None = None,
        mode: str = "train",
        transform: Callable[[Any], Any] | None = None,
        download: bool = True,
        backend: str | None = None,
    ) -> None:
        super().__init__(mode, transform, backend)
        self.flag = MODE_FLAG_MAP[self.mode]
        self.data_file = locate("data_file", data_file, CACHE_DIR, VOC_URL, VOC_MD5, download)
        self._archive = Archive(self.data_file)
        self.data = self._archive.names(self.flag)

    def __getitem__(self, idx: int) -> tuple[Any, Any]:
        picture, classes = self._archive.images(self.data[idx])
        if self.backend == "cv2":
            picture, classes = np.array(picture), np.array(classes)
        if self.transform is not None:
            picture = self.transform(picture)
        if self.backend == "cv2":
            picture, classes = picture.astype(self.dtype), classes.astype(self.dtype)
        return picture, classes

    def __len__(self) -> int:
        return len(self.data)
