"""``fluid.io``: saving and loading what a program holds, models for inference, and readers."""

from __future__ import annotations

from typing import Any

from ..errors import UnimplementedError
from ..io import DataLoader as _DataLoader
from ..reader import (
    batch,
    buffered,
    cache,
    chain,
    compose,
    firstn,
    map_readers,
    multiprocess_reader,
    shuffle,
    xmap_readers,
)
from ..static.checkpoints import (
    load,
    load_params,
    load_persistables,
    load_program_state,
    load_vars,
    save,
    save_params,
    save_persistables,
    save_vars,
)
from ..static.folders import load_inference_model, save_inference_model
from ..static.tools import set_program_state
from .data_feeder import DataFeeder

__all__ = [
    "DataLoader",
    "PyReader",
    "batch",
    "buffered",
    "cache",
    "chain",
    "compose",
    "firstn",
    "load",
    "load_inference_model",
    "load_params",
    "load_persistables",
    "load_program_state",
    "load_vars",
    "map_readers",
    "multiprocess_reader",
    "save",
    "save_inference_model",
    "save_params",
    "save_persistables",
    "save_vars",
    "set_program_state",
    "shuffle",
    "xmap_readers",
]


class PyReader:
    """Gives feeds, or lists of arrays, from a generator: ``for feed in reader(): exe.run(feed=feed, ...)``.

    ``capacity``, ``use_double_buffer`` are accepted. Raises UnimplementedError for ``iterable=False``, which read
    inside the program.
    """

    def __init__(
        self,
        feed_list: Any = None,
        capacity: int | None = None,
        use_double_buffer: bool = True,
        iterable: bool = True,
        return_list: bool = False,
    ) -> None:
        if not iterable:
            raise UnimplementedError(
                "fluid.io.PyReader(iterable=False) reads inside the program: make it iterable, and feed what it gives"
            )
        self._feed_list: Any = feed_list
        self._return_list = return_list
        self._batches: Any = None  # a function that gives feeds

    def decorate_sample_list_generator(self, reader: Any, places: Any = None) -> PyReader:
        """Read from a generator of batches, lists of samples."""
        feeder = DataFeeder(self._feed_list)
        self._batches = feeder.decorate_reader(reader, False)
        return self

    def decorate_sample_generator(
        self, sample_generator: Any, batch_size: int, drop_last: bool = True, places: Any = None
    ) -> PyReader:
        """Read from a generator of samples."""
        return self.decorate_sample_list_generator(batch(sample_generator, batch_size, drop_last), places)

    def decorate_batch_generator(self, reader: Any, places: Any = None) -> PyReader:
        """Read from a generator of batches, arrays in the order of the variables."""
        names = [v.name for v in self._feed_list]
        self._batches = lambda: (dict(zip(names, arrays)) for arrays in reader())
        return self

    set_sample_list_generator = decorate_sample_list_generator
    set_sample_generator = decorate_sample_generator
    set_batch_generator = decorate_batch_generator

    def __call__(self) -> Any:
        """The feeds, or lists of arrays with ``return_list``. Raises UnimplementedError before it has a generator."""
        if self._batches is None:
            raise UnimplementedError(
                "PyReader: give it a generator first, with decorate_sample_list_generator(...)"
            )
        batches: Any = self._batches()
        return ([*feed.values()] if self._return_list else feed for feed in batches)

    def __iter__(self) -> Any:
        yield from self()


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
