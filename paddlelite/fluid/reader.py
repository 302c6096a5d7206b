"""``fluid.reader``: loaders of a generator's samples, for programs (fed by hand or by themselves) and for guards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from ..errors import InvalidArgumentError, PreconditionNotMetError
from ..io import DataLoader as _DataLoader
from ..io import default_collate_fn
from ..mode import mode
from ..reader import batch
from ..static import programs
from . import core
from .data_feeder import DataFeeder
from .dygraph.base import to_variable
from .layers.door import refused

__all__ = ["DataLoader", "PyReader", "default_collate_fn"]


class PyReader:
    """Gives what a generator gives: ``for feed in reader(): exe.run(feed=feed, ...)``.

    With ``return_list``, and in a guard, lists of arrays or of Variables instead of feeds. With ``iterable=False`` the
    program of ``feed_list`` takes the next batch itself at every run, between ``start()`` and ``reset()``; after the
    last one ``fluid.core.EOFException`` is raised. ``capacity`` and ``use_double_buffer`` are accepted.

    Raises InvalidArgumentError when there is no ``feed_list`` outside of a guard.
    """

    def __init__(
        self,
        feed_list: Any = None,
        capacity: int | None = None,
        use_double_buffer: bool = True,
        iterable: bool = True,
        return_list: bool = False,
    ) -> None:
        self._in_guard = mode.tracer is not None
        if feed_list is None and not self._in_guard:
            raise InvalidArgumentError(
                "a reader for a program needs feed_list, the variables that it gives values"
            )
        self._feed_list: Any = feed_list
        self._return_list = return_list
        self._batches: Callable[[], Iterable[Any]] | None = None
        self._started: Iterator[Any] | None = None
        self._iterable = iterable or self._in_guard
        if not self._iterable:
            programs.default_main_program().builder.feeds.append(self._next)

    @property
    def variables(self) -> Any:
        """The variables that it gives values."""
        return self._feed_list

    def decorate_sample_list_generator(self, reader: Any, places: Any = None) -> PyReader:
        """Read from a generator of batches, lists of samples."""
        if self._in_guard:
            return self.decorate_batch_generator(lambda: map(_columns, reader()))
        self._batches = DataFeeder(self._feed_list).decorate_reader(reader, False)
        return self

    def decorate_sample_generator(
        self, sample_generator: Any, batch_size: int, drop_last: bool = True, places: Any = None
    ) -> PyReader:
        """Read from a generator of samples."""
        return self.decorate_sample_list_generator(batch(sample_generator, batch_size, drop_last), places)

    def decorate_batch_generator(self, reader: Any, places: Any = None) -> PyReader:
        """Read from a generator of batches, arrays in the order of the variables."""
        if self._in_guard:
            self._batches = lambda: ([to_variable(np.asarray(a)) for a in arrays] for arrays in reader())
            return self
        names = [v.name for v in self._feed_list]
        self._batches = lambda: (dict(zip(names, arrays, strict=True)) for arrays in reader())
        return self

    set_sample_list_generator = decorate_paddle_reader = decorate_sample_list_generator
    set_sample_generator = decorate_sample_generator
    set_batch_generator = decorate_tensor_provider = decorate_batch_generator

    def _read(self) -> Iterator[Any]:
        if self._batches is None:
            raise PreconditionNotMetError(
                "PyReader: give it a generator first, with decorate_sample_list_generator(...)"
            )
        return iter(self._batches())

    def __call__(self) -> Iterator[Any]:
        """The feeds, or the lists. Raises PreconditionNotMetError before it has a generator, or with iterable=False."""
        if not self._iterable:
            raise PreconditionNotMetError(
                "PyReader(iterable=False) is read by its program: start() it, and run the program without a feed"
            )
        read = self._read()
        return (list(feed.values()) for feed in read) if self._return_list and not self._in_guard else read

    def __iter__(self) -> Iterator[Any]:
        return self()

    def start(self) -> None:
        """From now on every run of the program takes a batch. Raises PreconditionNotMetError for an iterable one."""
        if self._iterable:
            raise PreconditionNotMetError("start() and reset() are for iterable=False: iterate over this one")
        self._started = self._read()

    def reset(self) -> None:
        """Begin again with the next ``start()``."""
        self._started = None

    def _next(self) -> dict[str, Any]:
        """The feed of the next run. Raises core.EOFException after the last one."""
        if self._started is None:
            raise PreconditionNotMetError(
                "the program reads from a PyReader that was not started: call its start() first, or feed "
                f"{[v.name for v in self._feed_list]}"
            )
        for feed in self._started:
            return feed
        self._started = None
        raise core.EOFException("There is no next data. Call reset(), and start() for another pass.")


def _columns(samples: Any) -> list[np.ndarray]:
    """A batch of samples as one array a field."""
    return [np.stack([np.asarray(field) for field in column]) for column in zip(*samples, strict=True)]


class DataLoader(_DataLoader):
    """``paddle.io.DataLoader``, and 1.6's ``from_generator``."""

    @staticmethod
    def from_generator(
        feed_list: Any = None,
        capacity: int | None = None,
        use_double_buffer: bool = True,
        iterable: bool = True,
        return_list: bool = False,
        use_multiprocess: bool = False,
        drop_last: bool = True,
    ) -> PyReader:
        """A reader of a generator's batches."""
        return PyReader(feed_list, capacity, use_double_buffer, iterable, return_list)

    from_dataset = staticmethod(
        refused("from_dataset", "read the files with a reader, and use from_generator", "fluid.io.DataLoader")
    )
