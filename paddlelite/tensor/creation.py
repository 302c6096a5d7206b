"""Tensors from numbers: to_tensor, full, zeros, ones and what is made like another tensor."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import dtypes
from ..dtypes import BY_NUMPY, DType, dtype_of, int64
from ..errors import InvalidArgumentError, InvalidTypeError
from ..mode import mode
from ..ops.creation import arange as _range
from ..ops.creation import assign as _assign
from ..ops.creation import eye as _eye
from ..ops.creation import fill_any_like, fill_constant
from ..ops.creation import linspace as _linspace
from ..ops.creation import logspace as _logspace
from ..ops.creation import steps as _steps
from ..ops.creation import tril_indices as _tril_indices
from ..ops.creation import triu_indices as _triu_indices
from .tensor import Tensor, Unknown, _wrap_array, method
from .varargs import one_by_one

__all__ = [
    "arange",
    "assign",
    "clone",
    "empty",
    "empty_like",
    "eye",
    "full",
    "full_like",
    "linspace",
    "logspace",
    "ones",
    "ones_like",
    "to_tensor",
    "tril_indices",
    "triu_indices",
    "zeros",
    "zeros_like",
]


def to_tensor(data: Any, dtype: Any = None, place: Any = None, stop_gradient: bool = True) -> Tensor:
    """A tensor with the values of ``data``: a number, nested lists, a NumPy array or a Tensor.

    Python floats become the default float dtype, ints int64; a NumPy array keeps its dtype.
    Raises InvalidTypeError for data that are not numbers, InvalidArgumentError for ragged lists.

    >>> import paddlelite as paddle
    >>> paddle.to_tensor([1.5, 2])
    Tensor(shape=[2], dtype=float32, place=Place(cpu), stop_gradient=True,
           [1.50000000, 2.        ])
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
    from ..ops.join import stack

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
        if data.dtype == np.uint16:
            # NumPy has no bfloat16: PaddlePaddle exchanges its bits as uint16.
            data = data.view(dtypes.bfloat16.np)
        array = np.array(data, dtype=None if want is None else want.np, order="C")
    else:
        if not isinstance(data, (bool, int, float, complex, list, tuple, np.generic)):
            raise _bad_data(data)
        try:
            array = np.array(data, dtype=None if want is None else want.np)
        except OverflowError as error:
            raise InvalidArgumentError(
                f"a number does not fit into {want.name if want else 'int64'}: {error}"
            ) from None
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
        if array.dtype.kind != "O" or any(isinstance(v, int) for v in array.flat):
            raise InvalidArgumentError(
                f"Input object type error or incompatible array data type {array.dtype}: tensors are made from bool, "
                "float16, float32, float64, int8, int16, int32, int64, uint8, complex64 or complex128."
            )
        raise _bad_data(data)
    return array


def _bad_data(data: Any) -> InvalidTypeError:
    return InvalidTypeError(
        f"Can't constructs a 'paddle.Tensor' with data type {type(data)}, data type must be "
        "scalar|list|tuple|np.ndarray|paddle.Tensor"
    )


def shape_slots(
    shape: Any, infers: bool = False
) -> tuple[dict[str, Any], Tensor | None, list[Tensor] | None]:
    """A shape argument as (attribute, shape tensor, list of 1-element tensors), whichever it needs.

    ``infers``: the op finds one size that is -1 by itself.
    """
    if isinstance(shape, Tensor):
        if shape._data is not None:
            return {"shape": [int(s) for s in shape._data.reshape(-1)]}, None, None
        return {"shape": []}, shape, None
    if isinstance(shape, (int, np.integer)):
        return {"shape": [int(shape)]}, None, None
    if any(type(s) is Unknown for s in shape) and not (infers and list(shape).count(-1) == 1):
        shape = [s.value() if type(s) is Unknown else s for s in shape]
    if any(isinstance(s, Tensor) and s._data is None for s in shape):
        return {"shape": [-1] * len(shape)}, None, [_as_size(s) for s in shape]
    return {"shape": [_plain_int(s) for s in shape]}, None, None


def _plain_int(s: Any) -> int:
    if isinstance(s, float) and not s.is_integer():
        raise InvalidTypeError(f"a size must be an integer, got {s}")
    return int(s)


def _as_size(s: Any) -> Tensor:
    # All of one dtype: PaddlePaddle stacks them when it loads the program.
    t = s.astype("int32") if isinstance(s, Tensor) else to_tensor(int(s), dtype="int32")
    return t.reshape([1]) if not t.dims else t


def full(shape: Any, fill_value: Any, dtype: Any = None, name: str | None = None) -> Tensor:
    """A tensor of ``shape`` filled with one number (or 1-element tensor). Paddle op: fill_constant.

    Without ``dtype`` numbers give the default float dtype, bools bool. Raises InvalidArgumentError for a negative
    size, InvalidTypeError for what is not a number.

    >>> import paddlelite as paddle
    >>> paddle.full([2], 7, "int64").numpy()
    array([7, 7])
    """
    want = _fill_dtype(fill_value) if dtype is None else dtype_of(dtype)
    attrs, tensor, tensors = shape_slots(shape)
    if tensor is None and tensors is None and any(s < 0 for s in attrs["shape"]):
        raise InvalidArgumentError(
            f"Each value of 'shape' in full is expected to be no less than 0, got {shape}"
        )
    if isinstance(fill_value, Tensor):
        return fill_constant(fill_value.astype(want), tensor, tensors, **attrs, dtype=want)
    value = _fill_number(fill_value, want)
    # Integers too long for a float, and complex numbers, can only be written as text.
    exact = isinstance(value, float) or abs(value) <= 2**53
    text = "" if exact and not isinstance(value, complex) else str(value)
    real = float(value.real) if isinstance(value, complex) else float(value)
    return fill_constant(None, tensor, tensors, **attrs, dtype=want, value=real, str_value=text)


def _fill_number(value: Any, want: DType) -> Any:
    """``value`` as the Python number that a tensor of dtype ``want`` is filled with."""
    if isinstance(value, str):
        value = float(value)
    if isinstance(value, (np.generic, np.ndarray)):
        value = value.item()
    if not isinstance(value, (bool, int, float, complex)):
        raise InvalidTypeError(f"fill_value must be a number or a Tensor, got {type(value).__name__}")
    if want.is_complex:
        return complex(value)
    if isinstance(value, complex):
        raise InvalidTypeError(f"a complex number can not fill a tensor of dtype {want.name}")
    if want.is_bool:
        return float(bool(value))
    if want.is_integer:
        if isinstance(value, float) and not np.isfinite(value):
            raise InvalidArgumentError(f"{value} can not fill a tensor of dtype {want.name}")
        return int(value)
    return float(value)


def _fill_dtype(value: Any) -> DType:
    if isinstance(value, (bool, np.bool_)):
        return dtypes.bool_
    return dtypes.complex128 if isinstance(value, complex) else dtypes.default_dtype()


@one_by_one(0)
def zeros(shape: Any, dtype: Any = None, name: str | None = None) -> Tensor:
    """Zeros of the default float dtype (or ``dtype``)."""
    return full(shape, 0, dtypes.default_dtype() if dtype is None else dtype)


@one_by_one(0)
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
    """A copy of ``x`` (tensor, array, numbers); written into ``output`` when that is given. Paddle op: assign."""
    if isinstance(x, Tensor):
        copy = _assign(x)
    elif isinstance(x, (np.ndarray, list, tuple, bool, int, float, complex, np.generic)):
        # As PaddlePaddle: what NumPy makes of the numbers, at least a vector.
        copy = to_tensor(np.atleast_1d(np.asarray(x)) if not isinstance(x, np.ndarray) else x)
    else:
        raise InvalidTypeError(f"The type of received input == `input` is not supported: {type(x)}")
    if output is None:
        return copy
    output._write(copy)
    return output


@method("clone")
def clone(x: Tensor, name: str | None = None) -> Tensor:
    """A copy that gradients flow through."""
    return _assign(x)


@method("fill_")
def fill_(x: Tensor, value: Any) -> Tensor:
    """Set every element of ``x`` to a number (or 0-D tensor)."""
    if isinstance(value, Tensor):
        filled = full(x.shape if x._data is None else list(x.dims), value, x.dtype)
    else:
        filled = full_like(x, _fill_number(value, x.dtype))
    return x._write(filled)


@method("zero_")
def zero_(x: Tensor) -> Tensor:
    """Set every element of ``x`` to 0."""
    return x._write(full_like(x, 0))


def _scalar(value: Any, dtype: DType) -> Tensor:
    """``value`` as the 1-element tensor that range and linspace take."""
    if isinstance(value, Tensor):
        return value if value.dtype is dtype else value.astype(dtype)
    if isinstance(value, (int, float, np.generic)):
        return to_tensor(np.array(value).astype(dtype.np))
    raise InvalidTypeError(f"expected a number or a 1-element Tensor, got {type(value).__name__}")


def _is_whole(value: Any) -> bool:
    return value.dtype.is_integer if isinstance(value, Tensor) else isinstance(value, (int, np.integer))


def arange(
    start: Any = 0, end: Any = None, step: Any = 1, dtype: Any = None, name: str | None = None
) -> Tensor:
    """``start``, ``start + step``, ... below ``end``; from 0 to ``start`` when ``end`` is None. Paddle op: range.

    int64 when all of them are integers, else the default float dtype. Raises InvalidArgumentError for a step of 0.

    >>> import paddlelite as paddle
    >>> paddle.arange(1, 6, 2).numpy()
    array([1, 3, 5])
    """
    if end is None:
        start, end = 0, start
    if dtype is not None:
        want = dtype_of(dtype)
    else:
        floats = [v.dtype for v in (start, end, step) if isinstance(v, Tensor) and v.dtype.is_floating]
        whole = all(_is_whole(v) for v in (start, end, step))
        want = int64 if whole else floats[0] if floats else dtypes.default_dtype()
    if want.is_bool or want.is_complex:
        raise InvalidTypeError(f"arange makes integers or floats, not {want.name}")
    if not isinstance(step, Tensor) and step == 0:
        raise InvalidArgumentError("The step of range op should not be 0.")
    plain = mode.capture is None and not any(isinstance(v, Tensor) for v in (start, end, step))
    if plain:
        kind = int if want.is_integer else float
        return _wrap_array(_steps(kind(start), kind(end), kind(step), want.np))
    return _range(*(_scalar(v, want) for v in (start, end, step)))


def linspace(start: Any, stop: Any, num: Any, dtype: Any = None, name: str | None = None) -> Tensor:
    """``num`` numbers at equal distances from ``start`` to ``stop``, both included. Paddle op: linspace."""
    return _spaced(_linspace, start, stop, num, dtype)


def logspace(
    start: Any, stop: Any, num: Any, base: Any = 10.0, dtype: Any = None, name: str | None = None
) -> Tensor:
    """``base`` to the power of :func:`linspace`. Paddle op: logspace."""
    return _spaced(_logspace, start, stop, num, dtype, base)


def _spaced(op: Any, start: Any, stop: Any, num: Any, dtype: Any, *base: Any) -> Tensor:
    want = dtypes.default_dtype() if dtype is None else dtype_of(dtype)
    if want.is_bool or want.is_complex:
        raise InvalidTypeError(f"{op.type} makes integers or floats, not {want.name}")
    if not isinstance(num, Tensor) and num < 0:
        raise InvalidArgumentError(
            f"The num of {op.type} op should not be negative, but received num is {num}"
        )
    wide = dtypes.float64 if want is dtypes.float64 else dtypes.float32
    ends = [_scalar(v, v.dtype if isinstance(v, Tensor) else wide) for v in (start, stop)]
    return op(*ends, _scalar(num, dtypes.int32), *[_scalar(v, wide) for v in base], dtype=want)


def eye(num_rows: int, num_columns: int | None = None, dtype: Any = None, name: str | None = None) -> Tensor:
    """Ones on the diagonal of a matrix of zeros. Paddle op: eye."""
    columns = num_rows if num_columns is None else num_columns
    for what, n in (("num_rows", num_rows), ("num_columns", columns)):
        if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 0:
            raise InvalidTypeError(f"{what} should be a non-negative int.")
    want = dtypes.default_dtype() if dtype is None else dtype_of(dtype)
    return _eye(num_rows=int(num_rows), num_columns=int(columns), dtype=want)


@one_by_one(0)
def empty(shape: Any, dtype: Any = None, name: str | None = None) -> Tensor:
    """A tensor whose values do not matter yet (zeros: memory that was not written would not be reproducible)."""
    return zeros(shape, dtype)


def empty_like(x: Tensor, dtype: Any = None, name: str | None = None) -> Tensor:
    """:func:`empty` in the shape (and dtype) of ``x``."""
    return zeros_like(x, dtype)


def tril_indices(row: int, col: int | None, offset: int = 0, dtype: Any = "int64") -> Tensor:
    """The row and column numbers of the lower triangle of a ``row`` x ``col`` matrix. Paddle op: tril_indices."""
    return _tril_indices(
        rows=_size(row, "row"),
        cols=_size(row if col is None else col, "col"),
        offset=offset,
        dtype=dtype_of(dtype),
    )


def triu_indices(row: int, col: int | None = None, offset: int = 0, dtype: Any = "int64") -> Tensor:
    """The row and column numbers of the upper triangle of a ``row`` x ``col`` matrix. Paddle op: triu_indices."""
    return _triu_indices(
        row=_size(row, "row"),
        col=_size(row if col is None else col, "col"),
        offset=offset,
        dtype=dtype_of(dtype),
    )


def _size(n: Any, what: str) -> int:
    if isinstance(n, bool) or not isinstance(n, int) or n < 0:
        raise InvalidTypeError(f"{what} should be a non-negative int")
    return n
