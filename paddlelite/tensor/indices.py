"""What one index means: integers, slices, masks and tensors in their plain forms, checked."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from ..dtypes import int32, int64
from ..errors import InvalidArgumentError, OutOfRangeError
from ..mode import mode
from ..ops.shape import reshape
from .creation import to_tensor
from .operators import astype
from .tensor import Tensor

__all__ = [
    "PLAIN",
    "bound_of",
    "check_mask",
    "consumes",
    "item_of",
    "positions",
    "step_of",
    "without_ellipsis",
]

#: Types of indices that NumPy and PaddlePaddle read alike.
PLAIN = {int, slice, type(None), type(Ellipsis)}


def item_of(i: Any) -> Any:
    """One index in its plain form: an int, bool, slice, None, Ellipsis or a Tensor."""
    if type(i) in PLAIN or isinstance(i, bool):
        return i
    if isinstance(i, Tensor):
        return _tensor_item(i)
    if isinstance(i, (np.integer, np.bool_)):
        return i.item()
    if isinstance(i, (list, tuple, range, np.ndarray)):
        if isinstance(i, np.ndarray) and i.ndim == 0:
            return item_of(i[()])
        return _tensor_item(_listed(i))
    if not isinstance(i, (float, complex, str)) and hasattr(i, "__index__"):
        return operator.index(i)
    raise InvalidArgumentError(
        "Currently, Tensor.__indices__() only allows indexing by Boolean, Integers, Slices, Ellipsis, None, Tuples "
        f"of these types and List / Tensor of Bool and Integers, but received {i!r} of type {type(i).__name__}"
    )


def _listed(i: Any) -> Tensor:
    if not isinstance(i, np.ndarray) and len(i) == 0:
        return to_tensor(np.zeros((0,), np.int64))
    return to_tensor(list(i) if isinstance(i, range) else i)


def _tensor_item(t: Tensor) -> Any:
    if not (t.dtype.is_bool or t.dtype in (int32, int64)):
        if not t.dtype.is_integer:
            raise InvalidArgumentError(
                f"Currently, the type of tensor in slice indices only allows int32 and int64 (and bool), but "
                f"received {t.dtype.name}"
            )
        t = astype(t, int64)
    if t.dims or t._data is None:
        if not t.dims and t.dtype.is_bool:
            raise InvalidArgumentError(
                "a 0-D bool tensor of a graph can not be an index, its truth is not known yet. Use paddle.where."
            )
        return t
    return t._data.item() if mode.capture is None or mode.capture.is_constant(t) else t


def bound_of(v: Any) -> Any:
    """The start or stop of a slice: an int, a symbolic tensor or None."""
    if v is None or type(v) is int:
        return v
    if isinstance(v, Tensor):
        if v.dtype.is_inexact or v.dtype.is_bool:
            raise InvalidArgumentError(f"a slice needs integers, got a tensor of dtype {v.dtype.name}")
        known = (
            v._data if v._data is not None and (mode.capture is None or mode.capture.is_constant(v)) else None
        )
        if known is not None:
            return int(known.reshape(-1)[0]) if known.size == 1 else _not_one(v)
        if v.dims and tuple(v.dims) != (1,):
            _not_one(v)
        return v
    try:
        return operator.index(v)
    except TypeError:
        raise InvalidArgumentError(f"a slice needs integers, got {v!r}") from None


def _not_one(v: Tensor) -> Any:
    raise InvalidArgumentError(f"the bound of a slice must have one element, got shape {list(v.dims)}")


def step_of(v: Any) -> int:
    content = getattr(v, "content", None)
    step = bound_of(v) if content is None else content.item()
    if not isinstance(step, int):
        raise InvalidArgumentError("the step of a slice must be known when the graph is built")
    if step == 0:
        raise InvalidArgumentError("slice step cannot be zero")
    return step


def consumes(item: Any) -> int:
    """How many axes of the tensor an index takes."""
    if item is None or item is Ellipsis or isinstance(item, bool):
        return 0
    return len(item.dims) if isinstance(item, Tensor) and item.dtype.is_bool else 1


def without_ellipsis(items: list[Any], rest: int) -> list[Any]:
    where = [k for k, i in enumerate(items) if i is Ellipsis]
    if len(where) > 1:
        raise InvalidArgumentError("an index can only have a single ellipsis ('...')")
    at = where[0] if where else len(items)
    return items[:at] + [slice(None)] * rest + items[at + 1 :]


def check_mask(mask: Tensor, x: Tensor, axis: int) -> None:
    for k, m in enumerate(mask.dims):
        n = x.dims[axis + k]
        if isinstance(m, int) and isinstance(n, int) and m != n:
            raise OutOfRangeError(
                f"The shape of boolean index {list(mask.dims)} did not match indexed tensor {list(x.dims)} along axis "
                f"{axis + k}: the dimension is {n}, that of the mask {m}."
            )


def positions(values: list[Any]) -> tuple[list[int], list[Tensor] | None]:
    """Starts or ends as an attribute, or as a list of tensors when one of them is only known later."""
    if not any(isinstance(v, Tensor) for v in values):
        return values, None
    tensors = [v if isinstance(v, Tensor) else to_tensor(np.array([v], np.int32)) for v in values]
    return [-1] * len(values), [_one_element(t) for t in tensors]


def _one_element(t: Tensor) -> Tensor:
    t = t if t.dtype is int32 else astype(t, int32)
    return t if t.dims else reshape(t, shape=[1])
