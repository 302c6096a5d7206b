"""Folders of images: one class a folder, or no classes at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ...dataset.common import MissingFile
from ...dtypes import get_default_dtype
from ...errors import InvalidArgumentError, NotFoundError
from ...io import Dataset
from ..image import decoded, get_image_backend, image_load

__all__ = ["DatasetFolder", "ImageFolder"]

IMG_EXTENSIONS = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")

Accept = Callable[[str], bool]


def default_loader(path: str) -> Any:
    """An RGB image of Pillow, or OpenCV's array where that is the chosen backend."""
    if get_image_backend() != "pil":
        return image_load(path)
    return decoded(path, path).convert("RGB")


class _Folder(Dataset):
    """Files below a folder. Subclasses say which, and what a sample is."""

    _WHAT = "files"

    def __init__(
        self,
        root: str,
        loader: Callable[[str], Any] | None = None,
        extensions: Sequence[str] | None = None,
        transform: Callable[[Any], Any] | None = None,
        is_valid_file: Accept | None = None,
    ) -> None:
        accept = _accept(extensions, is_valid_file)
        self.root = root
        self.loader = default_loader if loader is None else loader
        self.extensions = extensions = IMG_EXTENSIONS if extensions is None else extensions
        self.transform = transform
        _check_folder(root)
        self.samples = self._found(accept)
        if not self.samples:
            raise _nothing(self._WHAT, root, extensions)

    def _found(self, accept: Accept) -> list[Any]:
        raise NotImplementedError

    def _loaded(self, path: str) -> Any:
        image = self.loader(path)
        return image if self.transform is None else self.transform(image)

    def __len__(self) -> int:
        return len(self.samples)


class DatasetFolder(_Folder):
    """Samples ``root/class/anything.png``: each folder in ``root`` is a class, with everything below it.

    Args:
        root: the folder.
        loader: ``path -> image``; by default an RGB image of Pillow.
        extensions: the endings of the files that count; by default those of images.
        transform: what is done to each image.
        is_valid_file: ``path -> bool``, in place of ``extensions``.

    A sample is ``(image, number of its class)``. ``classes``, ``class_to_idx``, ``samples``, ``targets`` say what
    was found, sorted by name.

    Raises:
        NotFoundError: ``root`` is not there, or holds no class, or no file that counts.
        InvalidArgumentError: both ``extensions`` and ``is_valid_file`` are given.

    Example:
        >>> import os
        >>> import paddlelite as paddle
        >>> os.makedirs("digits/seven")
        >>> with open("digits/seven/1.raw", "wb") as file:
        ...     _ = file.write(b"...")
        >>> read = lambda path: open(path, "rb").read()
        >>> data = paddle.vision.datasets.DatasetFolder("digits", read, extensions=(".raw",))
        >>> data.classes, data[0]
        (['seven'], (b'...', 0))
    """

    _WHAT = "directories"

    def _found(self, accept: Accept) -> list[Any]:
        root = self.root
        self.classes = sorted(entry.name for entry in os.scandir(root) if entry.is_dir())
        self.class_to_idx = {name: number for number, name in enumerate(self.classes)}
        found = [
            (path, number)
            for name, number in self.class_to_idx.items()
            for path in _files(os.path.join(root, name), accept)
        ]
        self.targets = [number for _, number in found]
        self.dtype = get_default_dtype()
        return found

    def __getitem__(self, index: int) -> tuple[Any, int]:
        path, target = self.samples[index]
        return self._loaded(path), target


class ImageFolder(_Folder):
    """All images in ``root`` and below it, without classes: a sample is a list of one image.

    The arguments and errors are those of `DatasetFolder`.
    """

    def _found(self, accept: Accept) -> list[Any]:
        return list(_files(self.root, accept))

    def __getitem__(self, index: int) -> list[Any]:
        return [self._loaded(self.samples[index])]


def _accept(extensions: Sequence[str] | None, is_valid_file: Accept | None) -> Accept:
    if is_valid_file is not None:
        if extensions is not None:
            raise InvalidArgumentError(
                "extensions and is_valid_file are both given: one of them says what counts."
            )
        return is_valid_file
    endings = tuple(ending.lower() for ending in (IMG_EXTENSIONS if extensions is None else extensions))
    return lambda path: path.lower().endswith(endings)


def _check_folder(root: str) -> None:
    if not os.path.isdir(root):
        raise MissingFile(f"root is {root!r}, and there is no such folder.")


def _files(folder: str, accept: Accept) -> Iterator[str]:
    for place, _, names in sorted(os.walk(folder, followlinks=True)):
        for name in sorted(names):
            path = os.path.join(place, name)
            if accept(path):
                yield path


def _nothing(what: str, root: str, extensions: Sequence[str]) -> NotFoundError:
    return NotFoundError(
        f"Found 0 {what} in subfolders of: {root}\nSupported extensions are: {','.join(extensions)}"
    )
