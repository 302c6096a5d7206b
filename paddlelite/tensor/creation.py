"""Tensors from numbers: to_tensor, full, zeros, ones and what is made like another tensor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import dtypes
from ..dtypes import BY_NUMPY, DType, dtype_of
from ..errors import InvalidArgumentError, InvalidTypeError
from ..mode import mode
from ..ops.shape import assign as _assign
from ..ops.shape import fill_any_like, fill_constant
from .tensor import Tensor, _wrap_array, method

__all__ = ["assign", "clone", "full", "full_like", "ones", "ones_like", "to_tensor", "zeros", "zeros_like"]


def to_tensor(data: Any, dtype: Any = None, place: Any = None, stop_gradient: bool = True) -> Tensor:
    """A tensor with the values of ``data``: a number, nested lists, a NumPy array or a Tensor.

    Python floats become the default float dtype, ints int64; a NumPy array keeps its dtype.
    Raises InvalidTypeError for data that are not numbers, InvalidArgumentError for ragged lists.

    >>> import paddlelite as paddle
    >>> paddle.to_tensor([1, 2]).dtype
    paddle.int64
    """
    want = None if dtype is None else dtype_of(dtype)
    if isinstance(data, Tensor):
        out = data.detach() if data._data is None else _wrap_array(data._data.copy())
        out = out if want is None or out.dtype is want else out.astype(want)
    elif isinstance(data, (list, tuple)) and _has_tensor(data):
        out = _from_tensors(data, want)
    else:
        out = _wrap_array(_array_of(data, want))
        if mode.capture is not None:
            mode.capture.constant(out)
    out.stop_gradient = stop_gradient
    return out


def _has_tensor(data: Any) -> bool:
    return any(isinstance(d, Tensor) or (isinstance(d, (list, tuple)) and _has_tensor(d)) for d in data)


def _from_tensors(data: Any, want: DType | None) -> Tensor:
    from ..ops.shape import stack

    parts = [d if isinstance(d, Tensor) else to_tensor(d, want) for d in data]
    target = want
    if target is None:
        target = parts[0].dtype
        for p in parts[1:]:
            if p.dtype is not target:
                target = max((p.dtype, target), key=lambda d: (d.is_inexact, d.itemsize))
    return stack([p if p.dtype is target else p.astype(target) for p in parts])


def _array_of(data: Any, want: DType | None) -> np.ndarray:
    if isinstance(data, np.ndarray):
        array = np.array(data, dtype=None if want is None else want.np, order="C")
    else:
        try:
            array = np.array(data, dtype=None if want is None else want.np)
        except (ValueError, TypeError) as error:
            if "inhomogeneous" in str(error) or "sequence" in str(error):
                raise InvalidArgumentError(
                    "Faild to convert input data to a regular ndarray: the nested lists have different lengths."
                ) from None
            raise _bad_data(data) from None
        if want is None and not isinstance(data, np.generic):
            if array.dtype == np.float64:
                array = array.astype(dtypes.default_dtype().np)
            elif array.dtype == np.complex128:
                array = array.astype(np.complex64)
    if array.dtype not in BY_NUMPY:
        if array.dtype.kind in "u" and array.dtype.itemsize > 1:
            return array.astype(np.int64)
        raise _bad_data(data)
    return array


def _bad_data(data: Any) -> InvalidTypeError:
    return InvalidTypeError(
        f"Can't constructs a 'paddle.Tensor' with data type {type(data)}, data type must be "
        "scalar|list|tuple|np.ndarray|paddle.Tensor"
    )


def shape_slots(shape: Any) -> tuple[dict[str, Any], Tensor | None, list[Tensor] | None]:
    """A shape argument as (attribute, shape tensor, list of 1-element tensors), whichever it needs."""
    if isinstance(shape, Tensor):
        if shape._data is not None:
            return {"shape": [int(s) for s in shape._data.reshape(-1)]}, None, None
        return {"shape": []}, shape, None
    if isinstance(shape, (int, np.integer)):
        return {"shape": [int(shape)]}, None, None
    if any(isinstance(s, Tensor) and s._data is None for s in shape):
        return {"shape": [-1] * len(shape)}, None, [_as_size(s) for s in shape]
    return {"shape": [_plain_int(s) for s in shape]}, None, None


def _plain_int(s: Any) -> int:
    if isinstance(s, float) and not s.is_integer():
        raise InvalidTypeError(f"a size must be an integer, got {s}")
    return int(s)


def _as_size(s: Any) -> Tensor:
    t = s if isinstance(s, Tensor) else to_tensor(int(s), dtype="int32")
    return t.reshape([1]) if not t.dims else t


def full(shape: Any, fill_value: Any, dtype: Any = None, name: str | None = None) -> Tensor:
    """A tensor of ``shape`` filled with one number (or 1-element tensor). Paddle op: fill_constant.

    >>> import paddlelite as paddle
    >>> paddle.full([2], 7).numpy()
    array([7, 7])
    """
    want = _fill_dtype(fill_value) if dtype is None else dtype_of(dtype)
    attrs, tensor, tensors = shape_slots(shape)
    for s in attrs["shape"]:
        if s < 0 and tensor is None and tensors is None:
            raise InvalidArgumentError(f"Each value of 'shape' in full is expected to be no less than 0, got {shape}")
    if isinstance(fill_value, Tensor):
        return fill_constant(fill_value.astype(want), tensor, tensors, **attrs, dtype=want)
    text = str(fill_value) if want.is_integer or isinstance(fill_value, (int, complex)) else repr(float(fill_value))
    if isinstance(fill_value, float) and want.is_integer:
        text = str(int(fill_value))
    if isinstance(fill_value, bool):
        text = str(int(fill_value))
    return fill_constant(None, tensor, tensors, **attrs, dtype=want, value=_real(fill_value), str_value=text)


def _real(value: Any) -> float:
    return float(value.real if isinstance(value, complex) else value)


def _fill_dtype(value: Any) -> DType:
    if isinstance(value, Tensor):
        return value.dtype
    if isinstance(value, (bool, np.bool_)):
        return dtypes.bool_
    if isinstance(value, (int, np.integer)):
        return dtypes.int64
    return dtypes.complex64 if isinstance(value, complex) else dtypes.default_dtype()


def zeros(shape: Any, dtype: Any = None, name: str | None = None) -> Tensor:
    """Zeros of the default float dtype (or ``dtype``)."""
    return full(shape, 0, dtypes.default_dtype() if dtype is None else dtype)


def ones(shape: Any, dtype: Any = None, name: str | None = None) -> Tensor:
    """Ones of the default float dtype (or ``dtype``)."""
    return full(shape, 1, dtypes.default_dtype() if dtype is None else dtype)


def full_like(x: Tensor, fill_value: Any, dtype: Any = None, name: str | None = None) -> Tensor:
    """A tensor of the shape of ``x`` filled with one number. Paddle op: fill_any_like."""
    if isinstance(fill_value, Tensor):
        fill_value = fill_value.item()
    return fill_any_like(x, value=fill_value, dtype=x.dtype if dtype is None else dtype_of(dtype))


def zeros_like(x: Tensor, dtype: Any = None, name: str | None = None) -> Tensor:
    """Zeros of the shape (and dtype) of ``x``."""
    return full_like(x, 0, dtype)


def ones_like(x: Tensor, dtype: Any = None, name: str | None = None) -> Tensor:
    """Ones of the shape (and dtype) of ``x``."""
    return full_like(x, 1, dtype)


def assign(x: Any, output: Tensor | None = None) -> Tensor:
    """A copy of ``x`` (tensor, array, numbers); written into ``output`` when that is given."""
    copy = _assign(x) if isinstance(x, Tensor) else to_tensor(x)
    if output is None:
        return copy
    output._write(copy)
    return output


@method("clone")
def clone(x: Tensor, name: str | None = None) -> Tensor:
    """A copy that gradients flow through."""
    return _assign(x)


Shape = int | Sequence[Any] | Tensor
