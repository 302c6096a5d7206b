"""Where `paddle.Model` takes its batches from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..errors import MismatchError
from ..io import DataLoader, Dataset, DistributedBatchSampler

__all__ = ["Budget", "batches", "length", "listed", "loader", "rows"]


class Budget:
    """How many batches may still be run; None is any number."""

    def __init__(self, batches: int | None) -> None:
        if batches is not None and batches < 1:
            raise MismatchError("num_iters must be greater than 0!")
        self._left = batches

    def limited(self, steps: int | None) -> int | None:
        """How many of ``steps`` will be run."""
        return steps if self._left is None or steps is None else min(steps, self._left)

    def is_spent(self) -> bool:
        """After a batch: whether it was the last."""
        if self._left is not None:
            self._left -= 1
        return self._left == 0


def listed(value: Any) -> list[Any]:
    """A list of one or more."""
    return list(value) if isinstance(value, (list, tuple)) else [value]


def loader(data: Any, batch_size: int, workers: int, shuffle: bool = False, drop_last: bool = False) -> Any:
    """A source of batches: ``data`` itself unless it is a Dataset."""
    if not isinstance(data, Dataset):
        return data
    sampler = DistributedBatchSampler(data, batch_size=batch_size, shuffle=shuffle, drop_last=drop_last)
    return DataLoader(data, batch_sampler=sampler, num_workers=workers)


def length(source: Any) -> int | None:
    """How many batches it has; None for a stream."""
    try:
        return len(source)
    except (TypeError, RuntimeError):
        return None


def batches(source: Any) -> Iterator[list[Any]]:
    """The batches as flat lists of fields: a source may give inputs and labels as lists of their own."""
    for batch in source:
        yield list(_flat(batch))


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        value = [value[key] for key in sorted(value)]
    if isinstance(value, (list, tuple)):
        for each in value:
            yield from _flat(each)
    else:
        yield value


def rows(fields: list[Any]) -> int:
    """How many samples a batch has."""
    shape = getattr(fields[0], "shape", None) if fields else None
    return int(shape[0]) if shape else 1
