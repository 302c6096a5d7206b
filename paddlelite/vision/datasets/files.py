"""Where the file of a data set is, and what its samples become."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np

from ...dataset import common
from ...dtypes import get_default_dtype
from ...errors import InvalidArgumentError, NotFoundError
from ...io import Dataset
from ..image import BadArgument, dataset_backend, need


class MissingFile(NotFoundError, FileNotFoundError):
    """The file a data set was told to read is not there."""


def damaged(path: str, why: str) -> InvalidArgumentError:
    return InvalidArgumentError(f"The file {path} cannot be read as this data set: {why}.")


def locate(argument: str, path: str | None, folder: str, url: str, md5: str, download: bool) -> str:
    """The user's own file (whose MD5 nobody knows), or the one in the cache folder, checked."""
    if path is not None:
        if not os.path.isfile(path):
            raise MissingFile(f"{argument} is {path!r}, and there is no such file.")
        return os.fspath(path)
    if not download:
        raise BadArgument(f"{argument} is not set and downloading automatically is disabled")
    return common.download(url, folder, md5)


class ImageDataset(Dataset):
    """Images in memory with a label each. Subclasses fill them in and define `_image(index)` and `_label(index)`."""

    def __init__(self, mode: str, transform: Callable[[Any], Any] | None, backend: str | None) -> None:
        if str(mode).lower() not in ("train", "test"):
            raise BadArgument(f"mode should be 'train' or 'test', but got {mode}")
        self.mode = mode.lower()
        self.backend = dataset_backend(backend)
        self.transform = transform
        self.dtype = get_default_dtype()

    def _image(self, index: int) -> np.ndarray:
        raise NotImplementedError

    def _label(self, index: int) -> np.ndarray:
        raise NotImplementedError

    def __getitem__(self, idx: int) -> tuple[Any, np.ndarray]:
        image: Any = self._image(idx)
        if self.backend == "pil":
            image = need("PIL.Image").fromarray(image)
        if self.transform is not None:
            image = self.transform(image)
        if self.backend == "cv2":  # numbers from the start: the network's dtype, not scaled
            image = image.astype(self.dtype)
        return image, self._label(idx)
