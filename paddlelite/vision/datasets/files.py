"""Where the file of a data set is, and what its samples become."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np

from ...dataset import common
from ...dtypes import get_default_dtype
from ...io import Dataset
from ..image import BadArgument, dataset_backend, need


def chosen(value: str, names: tuple[str, ...], what: str = "mode") -> str:
    """``value`` in small letters, if it is one of ``names``."""
    if str(value).lower() not in names:
        raise BadArgument(
            f"{what} should be {', '.join(map(repr, names[:-1]))} or {names[-1]!r}, but got {value}"
        )
    return value.lower()


def locate(argument: str, path: str | None, folder: str, url: str, md5: str, download: bool) -> str:
    """The user's own file (whose MD5 nobody knows), or the one in the cache folder, fetched if need be and checked."""
    if path is not None:
        if not os.path.isfile(path):
            raise common.MissingFile(f"{argument} is {path!r}, and there is no such file.")
        return os.fspath(path)
    if not download:
        raise BadArgument(f"{argument} is not set and downloading automatically is disabled")
    return common.download(url, folder, md5)


class ImageDataset(Dataset):
    """Images in memory with a label each. Subclasses fill them in and define `_image(index)` and `_label(index)`."""

    MODES: tuple[str, ...] = ("train", "test")

    def __init__(self, mode: str, transform: Callable[[Any], Any] | None, backend: str | None) -> None:
        self.mode = chosen(mode, self.MODES)
        self.backend = dataset_backend(backend)
        self.transform = transform
        self.dtype = get_default_dtype()

    def _image(self, index: int) -> Any:
        raise NotImplementedError

    def _label(self, index: int) -> np.ndarray:
        raise NotImplementedError

    def __getitem__(self, idx: int) -> tuple[Any, np.ndarray]:
        image: Any = self._image(idx)
        if self.backend == "pil" and isinstance(image, np.ndarray):
            image = need("PIL.Image").fromarray(image)
        if self.transform is not None:
            image = self.transform(image)
        if self.backend == "cv2":  # numbers from the start: the network's dtype, not scaled
            image = image.astype(self.dtype)
        return image, self._label(idx)
