"""Images with the class of every pixel (PASCAL VOC 2012), as PaddlePaddle 1.x reads them.

A sample is ``(image uint8 [H, W, 3], classes uint8 [H, W])``. The newer form is `paddle.vision.datasets.VOC2012`.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Iterator
from typing import Any, cast

import numpy as np

from .common import download
from .files import damaged, reading

__all__ = ["fetch", "test", "train", "val"]

VOC_URL = "http://host.robots.ox.ac.uk/pascal/VOC/voc2012/VOCtrainval_11-May-2012.tar"
VOC_MD5 = "6cd6e144f989b92b3379bac3b3de84fd"
SET_FILE = "VOCdevkit/VOC2012/ImageSets/Segmentation/{}.txt"
DATA_FILE = "VOCdevkit/VOC2012/JPEGImages/{}.jpg"
LABEL_FILE = "VOCdevkit/VOC2012/SegmentationClass/{}.png"
CACHE_DIR = "voc2012"

Reader = Callable[[], Iterator[tuple[np.ndarray, np.ndarray]]]


class Archive:
    """The tar file, which is not packed, so that a picture can be read where it stands. It opens it again for each
    picture: worker processes must not share a place in a file."""

    def __init__(self, path: str) -> None:
        self.path = path
        with reading(path, "tar archive"), tarfile.open(path, "r:*") as archive:
            self._members = {member.name: member for member in archive.getmembers()}

    def names(self, part: str) -> list[str]:
        """The pictures of ``train``, ``val`` or ``trainval``."""
        return [line.decode() for line in self._read(SET_FILE.format(part)).split()]

    def images(self, name: str) -> tuple[Any, Any]:
        """A picture and its classes, as Pillow images."""
        return self._image(DATA_FILE.format(name)), self._image(LABEL_FILE.format(name))

    def _read(self, name: str) -> bytes:
        member = self._members.get(name)
        if member is None or not member.isfile():
            raise damaged(self.path, f"it holds no file {name}")
        with reading(self.path, "tar archive"), tarfile.open(self.path, "r:*") as archive:
            return cast(Any, archive.extractfile(member)).read()

    def _image(self, name: str) -> Any:
        from ..vision.image import decoded

        return decoded(io.BytesIO(self._read(name)), f"{self.path}: {name}")


def reader_creator(filename: str, sub_name: str) -> Reader:
    """A reader of the pictures that the archive lists under ``sub_name``."""
    archive = Archive(filename)

    def reader() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for name in archive.names(sub_name):
            image, classes = archive.images(name)
            yield np.array(image), np.array(classes)

    return reader


def train() -> Reader:
    """The reader of the 2,913 pictures to train with and to validate with. Raises as `common.download`, and
    InvalidArgumentError for a damaged archive."""
    return reader_creator(download(VOC_URL, CACHE_DIR, VOC_MD5), "trainval")


def test() -> Reader:
    """The reader of the 1,464 pictures to train with (so in PaddlePaddle); as `train`."""
    return reader_creator(download(VOC_URL, CACHE_DIR, VOC_MD5), "train")


def val() -> Reader:
    """The reader of the 1,449 pictures to validate with; as `train`."""
    return reader_creator(download(VOC_URL, CACHE_DIR, VOC_MD5), "val")


def fetch() -> None:
    """Fetch the archive."""
    download(VOC_URL, CACHE_DIR, VOC_MD5)
