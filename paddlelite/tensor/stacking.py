"""Tensors put together and taken apart by NumPy's names: hstack, vsplit, atleast_2d, block_diag and kin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import InvalidArgumentError
from ..ops import pad as C
from ..ops import repeat as P
from ..ops.rules import axis_in
from .arguments import attach
from .creation import to_tensor
from .manipulation import as_tensors, concat, flatten, reshape, stack, tensor_split, unsqueeze
from .tensor import Tensor

__all__ = [
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "block_diag",
    "cartesian_prod",
    "column_stack",
    "dsplit",
    "dstack",
    "hsplit",
    "hstack",
    "row_stack",
    "unflatten",
    "vsplit",
    "vstack",
]


def _at_least(inputs: Any, grow: Any) -> Any:
    if len(inputs) == 1 and isinstance(inputs[0], (list, tuple)):
        inputs = inputs[0]
    out = [grow(x if isinstance(x, Tensor) else to_tensor(x)) for x in inputs]
    return out[0] if len(out) == 1 else out


def _to_1d(x: Tensor) -> Tensor:
    return x if x.dims else reshape(x, [1])


def _to_2d(x: Tensor) -> Tensor:
    return x if len(x.dims) > 1 else unsqueeze(_to_1d(x), 0)


def _to_3d(x: Tensor) -> Tensor:
    return x if len(x.dims) > 2 else unsqueeze(_to_2d(x), -1)


def atleast_1d(*inputs: Any, name: str | None = None) -> Any:
    """The inputs with at least one axis; a list when there are several."""
    return _at_least(inputs, _to_1d)


def atleast_2d(*inputs: Any, name: str | None = None) -> Any:
    """The inputs with at least two axes, new ones in front; a list when there are several."""
    return _at_least(inputs, _to_2d)


def atleast_3d(*inputs: Any, name: str | None = None) -> Any:
    """The inputs with at least three axes; a list when there are several."""
    return _at_least(inputs, _to_3d)


def hstack(x: Sequence[Tensor], name: str | None = None) -> Tensor:
    """The tensors side by side: along axis 1, vectors along axis 0."""
    xs = [_to_1d(t) for t in as_tensors(x, "hstack")]
    return concat(xs, 0 if len(xs[0].dims) == 1 else 1)


def vstack(x: Sequence[Tensor], name: str | None = None) -> Tensor:
    """The tensors one below the other: vectors are rows."""
    return concat([_to_2d(t) for t in as_tensors(x, "vstack")], 0)


row_stack = vstack


def dstack(x: Sequence[Tensor], name: str | None = None) -> Tensor:
    """The tensors one behind the other, along the third axis."""
    return concat([_to_3d(t) for t in as_tensors(x, "dstack")], 2)


def column_stack(x: Sequence[Tensor], name: str | None = None) -> Tensor:
    """The tensors side by side; vectors are columns."""
    xs = as_tensors(x, "column_stack")
    return concat([t if len(t.dims) > 1 else reshape(t, [-1, 1]) for t in xs], 1)


def _split_at(x: Tensor, num_or_indices: Any, axis: int, rank: int, what: str) -> list[Tensor]:
    if len(x.dims) < rank:
        raise InvalidArgumentError(
            f"The input tensor of {what} must have at least {rank} dimensions, got {len(x.dims)}"
        )
    n = x.dims[axis]
    if isinstance(num_or_indices, int) and isinstance(n, int) and n % num_or_indices:
        raise InvalidArgumentError(
            f"{what}: an axis of size {n} can not be split into {num_or_indices} equal parts"
        )
    return tensor_split(x, num_or_indices, axis)


def hsplit(x: Tensor, num_or_indices: Any, name: str | None = None) -> list[Tensor]:
    """The opposite of :func:`hstack`."""
    return _split_at(x, num_or_indices, 1 if len(x.dims) > 1 else 0, 1, "hsplit")


def vsplit(x: Tensor, num_or_indices: Any, name: str | None = None) -> list[Tensor]:
    """The opposite of :func:`vstack`."""
    return _split_at(x, num_or_indices, 0, 2, "vsplit")


def dsplit(x: Tensor, num_or_indices: Any, name: str | None = None) -> list[Tensor]:
    """The opposite of :func:`dstack`."""
    return _split_at(x, num_or_indices, 2, 3, "dsplit")


def unflatten(x: Tensor, axis: int, shape: Any, name: str | None = None) -> Tensor:
    """``x`` with one axis made several, of sizes ``shape`` (one may be -1)."""
    at = axis_in(axis, len(x.dims))
    given = shape.tolist() if isinstance(shape, Tensor) else list(shape)
    return reshape(x, [*x.shape[:at], *given, *x.shape[at + 1 :]])


def block_diag(inputs: Sequence[Tensor], name: str | None = None) -> Tensor:
    """A matrix with the inputs (vectors are rows) as blocks on its diagonal."""
    blocks = [_to_2d(x) for x in as_tensors(inputs, "block_diag")]
    if not all(isinstance(b.dims[1], int) for b in blocks):
        raise InvalidArgumentError("block_diag needs matrices whose widths are known when the graph is built")
    width = sum(b.dims[1] for b in blocks)
    rows, before = [], 0
    for block in blocks:
        after = width - before - block.dims[1]
        rows.append(C.pad(block, paddings=[0, 0, before, after]))
        before += block.dims[1]
    return concat(rows, 0)


def cartesian_prod(x: Sequence[Tensor], name: str | None = None) -> Tensor:
    """All combinations of one element of each vector, a row each."""
    xs = as_tensors(x, "cartesian_prod")
    return xs[0] if len(xs) == 1 else stack([flatten(g) for g in P.meshgrid(xs)], -1)


attach(
    globals(),
    ["atleast_1d", "atleast_2d", "atleast_3d", "dsplit", "hsplit", "unflatten", "vsplit"],
)
