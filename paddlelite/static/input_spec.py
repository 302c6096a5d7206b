"""``paddle.static.InputSpec``: what is known of an argument before it comes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..dims import Dim, symbol
from ..dtypes import DType, dtype_of
from ..op import Spec
from ..tensor.tensor import Tensor

__all__ = ["InputSpec"]


class InputSpec:
    """The shape, dtype and name of an argument of a captured function.

    Args:
        shape: sizes; None or -1 for one that may differ from call to call, or a name (``"batch"``): sizes of one name
            are equal.
        dtype: a dtype or its name.
        name: the name of the input in the program and in files.
        stop_gradient: False if gradients flow to it.

    Raises TypeError for a shape that is not a list or tuple, ValueError for a size that is no int.

    >>> import paddlelite as paddle
    >>> paddle.static.InputSpec([None, 784], "float32", "x")
    InputSpec(shape=(-1, 784), dtype=paddle.float32, name=x, stop_gradient=False)
    >>> paddle.static.InputSpec.from_tensor(paddle.ones([2, 3]), name="y")
    InputSpec(shape=(2, 3), dtype=paddle.float32, name=y, stop_gradient=False)
    """

    def __init__(
        self,
        shape: Sequence[int | None | str],
        dtype: Any = "float32",
        name: str | None = None,
        stop_gradient: bool = False,
    ) -> None:
        self.shape = _checked_shape(shape)
        self.dtype: DType = dtype_of(dtype)
        self.name = name
        self.stop_gradient = stop_gradient

    @classmethod
    def from_tensor(cls, tensor: Tensor, name: str | None = None) -> InputSpec:
        """The spec of a tensor; its own name unless another is given."""
        if not isinstance(tensor, Tensor):
            raise ValueError(f"Input `tensor` should be a Tensor, but received {type(tensor).__name__}.")
        dims = [-1 if isinstance(d, Dim) else d for d in tensor.dims]
        return cls(dims, tensor.dtype, name or tensor.name)

    @classmethod
    def from_numpy(cls, ndarray: np.ndarray, name: str | None = None) -> InputSpec:
        """The spec of a NumPy array."""
        return cls(ndarray.shape, ndarray.dtype, name)

    def batch(self, batch_size: int | Sequence[int]) -> InputSpec:
        """Put a size in front, in place. Raises ValueError for several sizes, TypeError for no int."""
        if isinstance(batch_size, (list, tuple)):
            if len(batch_size) != 1:
                raise ValueError(
                    f"Length of batch_size: {batch_size} shall be 1, but received {len(batch_size)}."
                )
            batch_size = batch_size[0]
        if not isinstance(batch_size, int) or isinstance(batch_size, bool):
            raise TypeError(f"type(batch_size) shall be `int`, but received {type(batch_size).__name__}.")
        self.shape = (batch_size, *self.shape)
        return self

    def unbatch(self) -> InputSpec:
        """Take the first size away, in place. Raises ValueError when there is none."""
        if not self.shape:
            raise ValueError("Not support to unbatch a InputSpec when len(shape) == 0.")
        self.shape = self.shape[1:]
        return self

    def __repr__(self) -> str:
        return (
            f"InputSpec(shape={self.shape}, dtype=paddle.{self.dtype.name}, name={self.name}, "
            f"stop_gradient={self.stop_gradient})"
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, InputSpec) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[Any, ...]:
        return (self.shape, self.dtype, self.name, self.stop_gradient)

    def spec(self, name: str) -> Spec:
        """Dims and dtype for the program's input `name`; unnamed dynamic sizes get names of their own."""
        return Spec(tuple(_size(d, f"{name}_{i}") for i, d in enumerate(self.shape)), self.dtype)

    def fits(self, tensor: Tensor) -> bool:
        """Whether a tensor has the dtype and the known sizes."""
        dims = tensor.dims
        sizes = len(dims) == len(self.shape) and all(
            not isinstance(want, int) or want == -1 or want == have
            for want, have in zip(self.shape, dims, strict=True)
        )
        return sizes and tensor.dtype is self.dtype


def _size(size: int | str, name: str) -> int | Dim:
    if isinstance(size, str):
        return symbol(size)
    return symbol(name) if size == -1 else size


def _checked_shape(shape: Any) -> tuple[int | str, ...]:
    if not isinstance(shape, (list, tuple)):
        raise TypeError(
            f"Type of `shape` in InputSpec should be one of (tuple, list), but received {type(shape).__name__}."
        )
    return tuple(_checked_size(i, size) for i, size in enumerate(shape))


def _checked_size(i: int, size: Any) -> int | str:
    if isinstance(size, str) and size.isidentifier():
        return size
    if size is None:
        return -1
    if isinstance(size, np.integer):
        size = int(size)
    if not isinstance(size, int) or isinstance(size, bool):
        raise ValueError(f"shape[{i}] should be an `int`, but received `{type(size).__name__}`:{size}.")
    return max(size, -1)
