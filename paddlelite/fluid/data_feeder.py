"""``fluid.data_feeder``: the samples of a reader as arrays to be fed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..errors import InvalidArgumentError, InvalidTypeError
from ..ir import Value
from . import framework

__all__ = ["DataFeeder"]


class DataFeeder:
    """Makes the ``feed`` of ``Executor.run`` from a batch, a list of samples with one field a variable.

    ``feed_list`` has variables or names; ``place`` may be any.
    """

    def __init__(self, feed_list: Any, place: Any = None, program: Any = None) -> None:
        self.place = place
        block = (program or framework.default_main_program()).global_block()
        self._variables: list[Value] = []
        for given in feed_list:
            found = block.var(given) if isinstance(given, str) else given
            if not isinstance(found, Value):
                raise InvalidTypeError(
                    f"Feed list should contain a list of variable, but has {type(given).__name__}"
                )
            self._variables.append(found)

    def feed(self, iterable: Iterable[Any]) -> dict[str, np.ndarray]:
        """The arrays by the variables' names. Samples are reshaped to the variables' sizes.

        Raises InvalidArgumentError when a sample has another number of fields, or does not fit.
        """
        columns: list[list[Any]] = [[] for _ in self._variables]
        for sample in iterable:
            if len(sample) != len(columns):
                raise InvalidArgumentError(
                    f"The number of fields in data ({len(sample)}) does not match len(feed_list) ({len(columns)})"
                )
            for column, field in zip(columns, sample):
                column.append(np.asarray(field))
        return {v.name: self._array(v, column) for v, column in zip(self._variables, columns)}

    @staticmethod
    def _array(variable: Value, column: list[Any]) -> np.ndarray:
        if not column:
            raise InvalidArgumentError(f"an empty batch for {variable.name}")
        sizes = [len(column), *(d if isinstance(d, int) else -1 for d in variable.dims[1:])]
        try:
            array = np.stack(column).astype(variable.dtype.np)
            return array.reshape(sizes) if sizes.count(-1) < 2 else array
        except ValueError as error:
            raise InvalidArgumentError(
                f"Shape not match. What is defined in data layer is {list(variable.shape)} for {variable.name}, but "
                f"the samples have shapes {sorted({a.shape for a in column})}"
            ) from error

    def decorate_reader(
        self, reader: Any, multi_devices: bool, num_places: Any = None, drop_last: bool = True
    ) -> Any:
        """A reader of batches that gives feeds."""

        def feeds() -> Any:
            for batch in reader():
                yield self.feed(batch)

        return feeds
