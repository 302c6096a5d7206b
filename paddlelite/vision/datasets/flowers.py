"""Pictures of 102 kinds of flowers, in three files: a .tgz of JPEGs, and two MATLAB files of labels and parts."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np

from ...dataset.files import damaged, members
from ...dataset.flowers import (
    DATA_MD5,
    DATA_URL,
    LABEL_MD5,
    LABEL_URL,
    SETID_MD5,
    SETID_URL,
    TEST_FLAG,
    TRAIN_FLAG,
    VALID_FLAG,
    label_of,
    table,
)
from ...framework.atomic import FileSet
from ..image import decoded
from .files import ImageDataset, locate

__all__ = ["Flowers"]

MODE_FLAG_MAP = {"train": TRAIN_FLAG, "test": TEST_FLAG, "valid": VALID_FLAG}


class Flowers(ImageDataset):
    """8,189 pictures of flowers in 102 classes: 6,149 to train with, 1,020 to test, 1,020 to validate.

    Args:
        data_file, label_file, setid_file: ``102flowers.tgz``, ``imagelabels.mat``, ``setid.mat``; by default those in
            Paddle's cache folder, ``~/.cache/paddle/dataset/flowers/``.
        mode: ``"train"``, ``"test"`` or ``"valid"``.
        transform: what is done to each image.
        download: fetch a file that is not there; where it is false, the paths have to be given.
        backend: ``"pil"``: Pillow images; ``"cv2"``: float32 arrays H×W×3 of 0..255, red first.

    A sample is ``(image, label)``, the label an int64 array of shape (1,), from 1 to 102. The pictures are unpacked
    beside the archive the first time.

    Raises:
        NotFoundError: a file is not there and cannot be fetched (it says where to put it).
        InvalidArgumentError: a wrong MD5, a damaged file, a wrong mode or backend.
        ImportError: SciPy, which reads the labels, is not installed.
    """

    MODES = ("train", "test", "valid")

    def __init__(
        self,
        data_file: str | None = None,
        label_file: str | None = None,
        setid_file: str | None = None,
        mode: str = "train",
        transform: Callable[[Any], Any] | None = None,
        download: bool = True,
        backend: str | None = None,
    ) -> None:
        super().__init__(mode, transform, backend)
        self.data_file = locate("data_file", data_file, "flowers", DATA_URL, DATA_MD5, download)
        self.label_file = locate("label_file", label_file, "flowers", LABEL_URL, LABEL_MD5, download)
        self.setid_file = locate("setid_file", setid_file, "flowers", SETID_URL, SETID_MD5, download)
        self.labels = table(self.label_file, "labels")
        self.indexes = table(self.setid_file, MODE_FLAG_MAP[self.mode])
        self.data_path = self.data_file.removesuffix(".tgz") + os.sep
        _unpack(self.data_file, self.data_path, {_name(number) for number in self.indexes})

    def _image(self, index: int) -> Any:
        path = os.path.join(self.data_path, _name(self.indexes[index]))
        image = decoded(path, path)
        return image if self.backend == "pil" else np.array(image)

    def _label(self, index: int) -> np.ndarray:
        return np.array([label_of(self.labels, self.label_file, int(self.indexes[index]))], np.int64)

    def __len__(self) -> int:
        return len(self.indexes)


def _name(number: int) -> str:
    return f"jpg/image_{number:05}.jpg"


def _unpack(archive: str, folder: str, names: set[str]) -> None:
    """The pictures that are wanted and not unpacked yet; only files with those very names are ever written."""
    missing = {name for name in names if not os.path.isfile(os.path.join(folder, name))}
    if not missing:
        return
    for name, file in members(archive, missing.__contains__):
        with FileSet() as files:
            files.open(os.path.join(folder, name)).write(file.read())
        missing.discard(name)
    if missing:
        raise damaged(archive, f"it holds no file {min(missing)}")
