"""What a tensor is made of: shape, rank, number of elements, dtype questions."""

from __future__ import annotations

from typing import Any

from ..dims import Dim
from ..dtypes import int64
from ..errors import InvalidTypeError
from ..ops.elementwise import cast
from ..ops.index import slice_
from ..ops.shape import shape as _shape
from .tensor import Tensor, method

__all__ = [
    "is_complex",
    "is_empty",
    "is_floating_point",
    "is_integer",
    "is_tensor",
    "numel",
    "rank",
    "shape",
    "size_value",
    "tolist",
]


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


def rank(input: Tensor) -> Tensor:
    """The number of axes as a 0-D int32 tensor."""
    from .creation import to_tensor

    return to_tensor(len(input.dims), dtype="int32")


def is_tensor(x: Any) -> bool:
    """Whether ``x`` is a Tensor (also a symbolic one)."""
    return isinstance(x, Tensor)


def _of_tensor(x: Any, what: str) -> Any:
    if not isinstance(x, Tensor):
        raise InvalidTypeError(f"Expected Tensor, but received type of x: {type(x)} in {what}")
    return x.dtype


@method("is_floating_point")
def is_floating_point(x: Tensor) -> bool:
    """Whether the dtype of ``x`` is a floating one."""
    return _of_tensor(x, "is_floating_point").is_floating


@method("is_integer")
def is_integer(x: Tensor) -> bool:
    """Whether the dtype of ``x`` is an integer one."""
    return _of_tensor(x, "is_integer").is_integer


@method("is_complex")
def is_complex(x: Tensor) -> bool:
    """Whether the dtype of ``x`` is a complex one."""
    return _of_tensor(x, "is_complex").is_complex


@method("is_empty")
def is_empty(x: Tensor, name: str | None = None) -> Tensor:
    """Whether ``x`` has no elements, as a 0-D bool tensor."""
    from .creation import to_tensor

    total = numel(x)
    return total == 0 if total._data is None else to_tensor(total.item() == 0)


def tolist(x: Tensor) -> Any:
    """Nested lists of Python numbers."""
    return x.tolist()


Tensor.numel = numel  # type: ignore[attr-defined]
Tensor.rank = rank  # type: ignore[attr-defined]
