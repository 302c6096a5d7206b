"""``paddle.static.Executor``: runs a Program on fed arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from ..errors import InvalidArgumentError, InvalidTypeError
from ..ir import Program, Value
from ..prune import cut
from ..tensor.tensor import Tensor

__all__ = ["Executor"]


class Executor:
    """Runs programs. All places are the CPU.

    >>> import paddlelite as paddle
    >>> exe = paddle.static.Executor(paddle.CPUPlace())
    """

    def __init__(self, place: Any = None) -> None:
        self.place = place
        self._runs: WeakKeyDictionary[Program, dict[tuple[Value, ...], Any]] = WeakKeyDictionary()

    def run(
        self,
        program: Program | None = None,
        feed: Mapping[str, Any] | None = None,
        fetch_list: Sequence[Any] | None = None,
        return_numpy: bool = True,
        **options: Any,
    ) -> list[Any]:
        """The values of ``fetch_list`` for the arrays or tensors in ``feed``, by the names of the program's inputs.

        ``fetch_list`` has variables of the program or their names; without it, nothing is computed.
        Raises InvalidArgumentError when an input is missing, unknown or of another dtype or shape than declared, or
        a variable to fetch is not in the program.
        """
        from ..export.executor import Executor as Runner

        if not isinstance(program, Program):
            raise InvalidTypeError(
                f"Executor.run needs a Program (of load_inference_model or to_static), got {type(program).__name__}."
            )
        feed = feed or {}
        wanted = tuple(_find(program, item) for item in fetch_list or ())
        arrays = [_fed(value, feed) for value in program.inputs]
        unknown = sorted(feed.keys() - {value.name for value in program.inputs})
        if unknown:
            names = [value.name for value in program.inputs]
            raise InvalidArgumentError(
                f"feed has {unknown}, which are no inputs of the program; it has {names}."
            )
        if not wanted:
            return []
        runs = self._runs.setdefault(program, {})
        if wanted not in runs:
            whole = all(a is b for a, b in zip(wanted, program.outputs)) and len(wanted) == len(
                program.outputs
            )
            runs[wanted] = Runner(program if whole else cut(program, program.inputs, wanted))
        results = runs[wanted].run(arrays)
        if return_numpy:
            return [np.asarray(array) for array in results]
        from ..tensor.creation import to_tensor

        return [to_tensor(array) for array in results]

    def close(self) -> None:
        """Lets go of what was compiled."""
        self._runs.clear()


def _find(program: Program, item: Any) -> Value:
    name = item if isinstance(item, str) else getattr(item, "name", None)
    for value in (*program.outputs, *program.inputs, *program.captures):
        if value is item or value.name == name:
            return value
    for node in program.block.nodes:
        for value in node.outputs:
            if value is item or value.name == name:
                return value
    raise InvalidArgumentError(f"fetch_list has {item!r}, which is not in the program.")


def _fed(value: Value, feed: Mapping[str, Any]) -> np.ndarray:
    if value.name not in feed:
        raise InvalidArgumentError(f"the input '{value.name}' of the program is missing in feed.")
    given = feed[value.name]
    array = given._data if isinstance(given, Tensor) else np.asarray(given)
    if array.dtype != value.dtype.np:
        raise InvalidArgumentError(
            f"the input '{value.name}' must be {value.dtype.name}, but received {array.dtype}."
        )
    fits = len(array.shape) == len(value.dims) and all(
        not isinstance(want, int) or want == have for want, have in zip(value.dims, array.shape)
    )
    if not fits:
        raise InvalidArgumentError(
            f"the input '{value.name}' must have the shape {list(value.dims)}, but received {list(array.shape)}."
        )
    return array
