"""Tensor arrays: Python lists eagerly, TensorArrays in a static program, where they are written to in place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..dtypes import dtype_of
from ..errors import InvalidArgumentError, InvalidTypeError, OutOfRangeError
from ..mode import mode
from ..ops import array as A
from ..ops.shape import reshape
from .tensor import Tensor

__all__ = ["array_length", "array_read", "array_write", "create_array"]


def _is_graph() -> bool:
    return mode.capture is not None and mode.capture.static


def _index(i: Any) -> Any:
    if not isinstance(i, Tensor):
        raise InvalidTypeError(
            f"the index of a tensor array must be a Tensor, but received {type(i).__name__}"
        )
    if not i.dtype.is_integer or any(d != 1 for d in i.dims):
        raise InvalidArgumentError(
            f"The shape of index 'i' should be [1] and its dtype an integer one, not {i!r}"
        )
    return reshape(i, shape=[]) if i.dims else i


def _array(what: str, array: Any) -> Any:
    if isinstance(array, list) or (isinstance(array, Tensor) and getattr(array, "array", False)):
        return array
    raise InvalidTypeError(f"'array' in {what} should be a tensor array, but received {type(array).__name__}")


def create_array(dtype: Any = "float32", initialized_list: Sequence[Tensor] | None = None) -> Any:
    """An array that holds the tensors of ``initialized_list``.

    >>> import paddlelite as paddle
    >>> array = paddle.tensor.create_array("float32", [paddle.ones([2])])
    >>> int(paddle.tensor.array_length(array))
    1
    """
    items = list(initialized_list or ())
    if not all(isinstance(item, Tensor) for item in items):
        raise InvalidTypeError("All values in `initialized_list` should be Tensors")
    if _is_graph():
        return A.array_make(items, dtype=dtype_of(dtype))
    return items if mode.capture is None else mode.capture.lists(items)


def array_write(x: Tensor, i: Tensor, array: Any = None) -> Any:
    """Set element ``i``, which may be the length, to ``x``; returns the array, a new one when None.

    Raises InvalidTypeError for something that is no array, OutOfRangeError for an index beyond its end.

    >>> import paddlelite as paddle
    >>> array = paddle.tensor.array_write(paddle.ones([1]), paddle.to_tensor(0))
    >>> paddle.tensor.array_read(array, paddle.to_tensor(0)).tolist()
    [1.0]
    """
    index = _index(i)
    if array is None:
        array = create_array(x.dtype)
    _array("array_write", array)
    if isinstance(array, list):
        if mode.capture is not None:
            from ..staged.lists import write_or_append

            return write_or_append(array, index, x)
        at = int(index)
        if not 0 <= at <= len(array):
            raise OutOfRangeError(f"array_write: the index {at} is beyond the array's end, {len(array)}")
        array[at : at + 1] = [x]
        return array
    mode.capture.assign(array, A.array_write(x, index, array))  # type: ignore[union-attr]
    return array


def array_read(array: Any, i: Tensor) -> Tensor:
    """Element ``i``. Raises InvalidTypeError for something that is no array, OutOfRangeError outside of it."""
    index = _index(i)
    if isinstance(_array("array_read", array), list):
        if mode.capture is not None:
            return array[index]  # type: ignore[no-any-return]
        at = int(index)
        if not 0 <= at < len(array):
            raise OutOfRangeError(
                f"array_read: the index {at} is not in the array, which has {len(array)} elements"
            )
        return array[at]  # type: ignore[no-any-return]
    return A.array_read(array, index)  # type: ignore[no-any-return]


def array_length(array: Any) -> Tensor:
    """The number of elements, a 0-D int64 tensor."""
    from .creation import to_tensor

    if isinstance(_array("array_length", array), list):
        length = array.length() if hasattr(type(array), "array") else len(array)
        return length.astype("int64") if isinstance(length, Tensor) else to_tensor(length, dtype="int64")
    return A.array_length(array)  # type: ignore[no-any-return]
