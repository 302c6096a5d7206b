"""The IDX format of MNIST: gzipped files of big-endian sizes and bytes."""

from __future__ import annotations

import gzip
import struct

import numpy as np

from .files import damaged, reading

__all__ = ["read_pair", "urls"]

_IMAGES, _LABELS = 2051, 2049  # the number a file begins with says what it holds
_SIDE = 28
_CHUNK = 1 << 20


def urls(prefix: str) -> tuple[str, str, str, str]:
    """Where the files of a data set of this kind are: images and labels to test, images and labels to train with."""
    parts = [
        f"{part}-{kind}-ubyte.gz" for part in ("t10k", "train") for kind in ("images-idx3", "labels-idx1")
    ]
    return tuple(prefix + part for part in parts)  # type: ignore[return-value]


def read_pair(image_path: str, label_path: str) -> tuple[np.ndarray, np.ndarray]:
    """Images, uint8 [n, 784], and their labels, int64 [n].

    Raises InvalidArgumentError for a damaged file and for files that do not belong together.
    """
    images = _read(image_path, _IMAGES, (_SIDE, _SIDE), "images of 28×28").reshape(-1, _SIDE * _SIDE)
    labels = _read(label_path, _LABELS, (), "labels").astype(np.int64)
    if len(images) != len(labels):
        raise damaged(label_path, f"it has {len(labels)} labels, and {image_path} has {len(images)} images")
    return images, labels


def _read(path: str, magic: int, item: tuple[int, ...], what: str) -> np.ndarray:
    """The items of an IDX file of bytes: shape (n, *item)."""
    with reading(path, ".gz file"), gzip.open(path, "rb") as file:
        header = file.read(8 + 4 * len(item))
        if len(header) < 8 + 4 * len(item):
            raise damaged(path, "it ends within its header")
        found, count, *sizes = struct.unpack(f">{2 + len(item)}I", header)
        if found != magic or tuple(sizes) != item:
            raise damaged(path, f"it does not begin as a file of {what}")
        content = _read_all(file, path, count * int(np.prod(item, dtype=np.int64)))
    return np.frombuffer(content, np.uint8).reshape(count, *item)


def _read_all(file: gzip.GzipFile, path: str, expected: int) -> bytearray:
    """`expected` bytes and not one more, in pieces: what the header claims is not allocated before it has come."""
    content = bytearray()
    while chunk := file.read(min(_CHUNK, expected + 1 - len(content))):
        content += chunk
    if len(content) != expected:
        more = "more than" if len(content) > expected else f"{len(content)} of"
        raise damaged(path, f"it has {more} the {expected} bytes its header promises")
    return content
