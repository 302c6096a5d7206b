"""The batches of CIFAR: pickles in a .tar.gz, read without running anything in them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

import numpy as np

from ..framework import pickles
from .files import damaged, members

__all__ = ["PIXELS", "read_batches"]

PIXELS = 3 * 32 * 32


def read_batches(path: str, flag: str) -> Iterator[tuple[str, np.ndarray, list[int]]]:
    """Name, images (uint8 [n, 3072]) and labels of the batches whose name holds ``flag``, in the archive's order.

    Raises InvalidArgumentError for a damaged archive, or one without such a batch.
    """
    found = False
    for name, file in members(path, lambda each: flag in each):
        found = True
        yield (name, *_batch(path, name, file.read()))
    if not found:
        raise damaged(path, f"it holds no batch whose name has {flag!r} in it")


def _batch(path: str, name: str, content: bytes) -> tuple[np.ndarray, list[int]]:
    try:
        batch = pickles.load(cast(BinaryIO, io.BytesIO(content)))
    except pickles.PickleError as error:
        raise damaged(path, f"its member {name} is not a batch of images: {error}") from error
    images, labels = _entry(batch, "data"), _entry(batch, "labels", "fine_labels")
    whole = (
        isinstance(images, np.ndarray)
        and images.dtype == np.uint8
        and images.ndim == 2
        and images.shape[1] == PIXELS
        and isinstance(labels, list)
        and len(labels) == len(images)
        and all(isinstance(label, int | np.integer) for label in labels)
    )
    if not whole:
        raise damaged(path, f"its member {name} has not {PIXELS} bytes and one label for each image")
    return images, [int(label) for label in labels]


def _entry(batch: Any, *names: str) -> Any:
    """Batches were pickled by Python 2, whose text is read as either text or bytes."""
    if isinstance(batch, dict):
        for name in names:
            for key in (name, name.encode()):
                if key in batch:
                    return batch[key]
    return None
