"""A tensor as another dtype or on another device, and new ones like it: ``to``, ``type_as``, ``new_zeros``."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import dtypes
from ..dtypes import DType, dtype_of
from ..errors import InvalidArgumentError, InvalidTypeError
from ..place import Place
from .creation import full, to_tensor
from .manipulation import flatten, transpose
from .operators import astype
from .tensor import Tensor, method

__all__ = ["from_numpy", "permute", "ravel"]

_DEVICES = ("cpu", "gpu", "xpu", "npu", "cuda", "mlu", "ipu", "dcu", "gpu_pinned")


@method()
def to(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    """The tensor in another dtype; everything runs on the CPU, so a device changes nothing (gpu warns once).

    ``x.to("float64")``, ``x.to("cpu")``, ``x.to("cpu", "int32")``, ``x.to(other)``, or ``device=``, ``dtype=``,
    ``blocking=`` by name. Raises InvalidArgumentError for what is neither a dtype nor a device.
    """
    known = {"device", "dtype", "blocking", "other", "copy", "non_blocking"}
    if len(args) > 3 or kwargs.keys() - known:
        raise InvalidTypeError(
            f"to() takes a device, a dtype, blocking or another tensor, got {args} {kwargs}"
        )
    target = kwargs.get("dtype")
    for a in (*args, kwargs.get("other"), kwargs.get("device")):
        if isinstance(a, Tensor):
            target = a.dtype
        elif _is_dtype(a):
            target = a
        elif a is not None and not isinstance(a, bool):
            _check_device(a)
    return self if target is None else astype(self, target)


def _is_dtype(a: Any) -> bool:
    if isinstance(a, str):
        return a.removeprefix("paddle.") in dtypes.BY_NAME
    return isinstance(a, (DType, np.dtype)) or (isinstance(a, type) and a is not bool)


def _check_device(a: Any) -> None:
    if isinstance(a, Place):
        return
    if not isinstance(a, str) or a.split(":")[0] not in _DEVICES:
        raise InvalidArgumentError(
            f"The device must be a string which is like 'cpu', 'gpu', 'gpu:x' (or a dtype or Place), but got {a!r}"
        )
    if a.split(":")[0] != "cpu":
        from ..place import warn_cpu_only

        warn_cpu_only(f"Tensor.to({a!r})")


@method()
def type_as(self: Tensor, other: Tensor) -> Tensor:
    """The tensor in the dtype of ``other``."""
    return astype(self, other.dtype)


def _cast_method(name: str, dtype: DType) -> None:
    def convert(self: Tensor) -> Tensor:
        return astype(self, dtype)

    convert.__name__ = convert.__qualname__ = name
    convert.__doc__ = f"The tensor as {dtype.name}."
    setattr(Tensor, name, convert)


for _name, _dtype in {
    "bool": "bool",
    "byte": "uint8",
    "char": "int8",
    "short": "int16",
    "int": "int32",
    "long": "int64",
    "half": "float16",
    "bfloat16": "bfloat16",
    "float": "float32",
    "double": "float64",
    "cfloat": "complex64",
    "cdouble": "complex128",
}.items():
    _cast_method(_name, dtype_of(_dtype))


@method()
def new_full(x: Tensor, size: Any, fill_value: Any, dtype: Any = None) -> Tensor:
    """A tensor of shape ``size`` filled with one number, by default of the dtype of ``x``."""
    return full(size, fill_value, x.dtype if dtype is None else dtype)


@method()
def new_zeros(x: Tensor, *size: Any, dtype: Any = None) -> Tensor:
    """Zeros of shape ``size``, by default of the dtype of ``x``."""
    return new_full(x, _sizes(size), 0, dtype)


@method()
def new_ones(x: Tensor, *size: Any, dtype: Any = None) -> Tensor:
    """Ones of shape ``size``, by default of the dtype of ``x``."""
    return new_full(x, _sizes(size), 1, dtype)


@method()
def new_empty(x: Tensor, *size: Any, dtype: Any = None) -> Tensor:
    """A tensor of shape ``size`` whose values do not matter yet."""
    return new_full(x, _sizes(size), 0, dtype)


def _sizes(size: tuple[Any, ...]) -> Any:
    return size[0] if len(size) == 1 else list(size)


def from_numpy(ndarray: np.ndarray) -> Tensor:
    """A tensor with the values of a NumPy array."""
    if not isinstance(ndarray, np.ndarray):
        raise InvalidTypeError(f"from_numpy takes a numpy.ndarray, got {type(ndarray).__name__}")
    return to_tensor(ndarray)


@method()
def permute(input: Tensor, *dims: Any) -> Tensor:
    """``input`` with its axes in another order, given one by one or as a list."""
    return transpose(input, list(_sizes(dims)) if dims and not isinstance(_sizes(dims), int) else list(dims))


@method()
def ravel(input: Tensor) -> Tensor:
    """``input`` as a vector."""
    return flatten(input)


@method()
def is_same_shape(self: Tensor, y: Tensor) -> bool:
    """Whether the shapes are equal."""
    return tuple(self.dims) == tuple(y.dims)


@method()
def get_strides(self: Tensor) -> list[int]:
    """How many elements apart the neighbours along each axis are."""
    strides, step = [], 1
    for n in reversed(self.dims):
        strides.append(step)
        step = step * n
    return strides[::-1]


def _data(self: Tensor) -> Tensor:
    """The values outside the tape; setting it replaces the values."""
    return self.detach()


def _set_data(self: Tensor, value: Tensor) -> None:
    if not isinstance(value, Tensor):
        raise InvalidTypeError(f"Tensor.data must be a Tensor, got {type(value).__name__}")
    self.set_value(value)


def _requires_grad(self: Tensor) -> bool:
    """Whether gradients are recorded for it: the opposite of ``stop_gradient``."""
    return not self.stop_gradient


def _set_requires_grad(self: Tensor, value: bool) -> None:
    self.stop_gradient = not value


Tensor.data = property(_data, _set_data)  # type: ignore[attr-defined]
Tensor.requires_grad = property(_requires_grad, _set_requires_grad)  # type: ignore[attr-defined]
Tensor.strides = property(get_strides)  # type: ignore[attr-defined]
Tensor.is_sparse = lambda self: False  # type: ignore[attr-defined]
