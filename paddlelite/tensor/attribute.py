"""What a tensor is made of: shape, rank, number of elements, dtype questions."""

from __future__ import annotations

from typing import Any

from ..dims import Dim
from ..dtypes import int64
from ..ops.elementwise import cast
from ..ops.shape import shape as _shape
from ..ops.shape import slice_
from .tensor import Tensor

__all__ = ["numel", "shape", "size_value"]


def shape(input: Tensor) -> Tensor:
    """The sizes of ``input`` as an int64 vector, also inside a graph. Paddle op: shape."""
    return cast(_shape(input), out_dtype=int64)


def size_value(x: Tensor, axis: int) -> Any:
    """The size of one axis: an int, or a 0-D int64 value where it is only known when the graph runs."""
    size = x.dims[axis]
    if not isinstance(size, Dim):
        return size
    from ..weak import weaken

    return weaken(slice_(shape(x), axes=[0], starts=[axis], ends=[axis + 1], decrease_axis=[0]))


def numel(x: Tensor, name: str | None = None) -> Tensor:
    """The number of elements as a 0-D int64 tensor."""
    from .creation import to_tensor

    total: Any = None
    for axis in range(len(x.dims)):
        size = size_value(x, axis)
        total = size if total is None else total * size
    return total if isinstance(total, Tensor) else to_tensor(1 if total is None else total, dtype="int64")
