"""Data types: the objects behind ``paddle.float32``, their codes in files, and PaddlePaddle's promotion rules."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np

from .errors import InvalidArgumentError, InvalidTypeError

__all__ = ["DType", "dtype_of", "finfo", "get_default_dtype", "iinfo", "promote", "set_default_dtype"]


class DType:
    """One data type. There is one object per type, so ``is`` and ``==`` agree.

    ``np`` is the NumPy dtype of eager arrays, ``code`` the number PaddlePaddle's files use
    (``VarType.Type`` of framework.proto).

    >>> import paddlelite as paddle
    >>> paddle.float32
    paddle.float32
    >>> paddle.ones([2]).dtype == paddle.float32
    True
    """

    __slots__ = ("category", "code", "name", "np")

    def __init__(self, name: str, np_dtype: Any, code: int, category: str) -> None:
        self.name, self.np, self.code, self.category = name, np.dtype(np_dtype), code, category

    @property
    def is_floating(self) -> bool:
        return self.category == "f"

    @property
    def is_complex(self) -> bool:
        return self.category == "c"

    @property
    def is_integer(self) -> bool:
        return self.category == "i"

    @property
    def is_bool(self) -> bool:
        return self.category == "b"

    @property
    def is_inexact(self) -> bool:
        """Whether gradients can flow through it."""
        return self.category in "fc"

    @property
    def itemsize(self) -> int:
        return self.np.itemsize

    def __repr__(self) -> str:
        return f"paddle.{self.name}"

    def __reduce__(self) -> tuple[Any, ...]:
        return dtype_of, (self.name,)

    def __copy__(self) -> DType:
        return self

    def __deepcopy__(self, memo: Any) -> DType:
        return self


_TABLE = (
    ("bool", np.bool_, 0, "b"),
    ("int16", np.int16, 1, "i"),
    ("int32", np.int32, 2, "i"),
    ("int64", np.int64, 3, "i"),
    ("float16", np.float16, 4, "f"),
    ("float32", np.float32, 5, "f"),
    ("float64", np.float64, 6, "f"),
    ("uint8", np.uint8, 20, "i"),
    ("int8", np.int8, 21, "i"),
    ("bfloat16", ml_dtypes.bfloat16, 22, "f"),
    ("complex64", np.complex64, 23, "c"),
    ("complex128", np.complex128, 24, "c"),
)
ALL = tuple(DType(*row) for row in _TABLE)
BY_NAME: dict[str, DType] = {d.name: d for d in ALL}
BY_CODE: dict[int, DType] = {d.code: d for d in ALL}
BY_NUMPY: dict[np.dtype, DType] = {d.np: d for d in ALL}

bool_ = BY_NAME["bool"]
uint8, int8, int16, int32, int64 = (BY_NAME[n] for n in ("uint8", "int8", "int16", "int32", "int64"))
float16, bfloat16, float32, float64 = (BY_NAME[n] for n in ("float16", "bfloat16", "float32", "float64"))
complex64, complex128 = BY_NAME["complex64"], BY_NAME["complex128"]

_PYTHON_TYPES = {bool: bool_, int: int64, float: float32, complex: complex64}


def dtype_of(spec: Any) -> DType:
    """The DType that ``spec`` names: a DType, a string, a NumPy dtype or type, a Python type, or a file code.

    Raises InvalidTypeError for anything else.
    """
    if isinstance(spec, DType):
        return spec
    if isinstance(spec, str):
        found = BY_NAME.get(spec.removeprefix("paddle."))
        if found is not None:
            return found
    elif isinstance(spec, type) and spec in _PYTHON_TYPES:
        return _PYTHON_TYPES[spec]
    elif isinstance(spec, int) and not isinstance(spec, bool) and spec in BY_CODE:
        return BY_CODE[spec]
    try:
        return BY_NUMPY[np.dtype(spec)]
    except (TypeError, KeyError):
        names = ", ".join(BY_NAME)
        raise InvalidTypeError(f"{spec!r} is not a data type of paddlelite; it has {names}.") from None


_default = float32


def set_default_dtype(d: Any) -> None:
    """Set the dtype of float tensors made from Python numbers: float16, bfloat16, float32 or float64."""
    global _default
    dtype = dtype_of(d)
    if not dtype.is_floating:
        raise InvalidTypeError(
            f"set_default_dtype only supports [float16, bfloat16, float32, float64], got {dtype}"
        )
    _default = dtype


def default_dtype() -> DType:
    return _default


def get_default_dtype() -> str:
    """The name of the default float dtype.

    >>> import paddlelite as paddle
    >>> paddle.get_default_dtype()
    'float32'
    """
    return _default.name


_FLOAT_WIDTH = {float16: 1, bfloat16: 1, float32: 2, float64: 3}


def promote(x: DType, y: DType) -> DType:
    """The common dtype of two tensors, by PaddlePaddle 3.x's rules.

    Floats widen to the wider one (float16 with bfloat16 to float32), anything with a complex becomes complex;
    other mixtures raise InvalidTypeError.
    """
    if x is y:
        return x
    if x.is_complex or y.is_complex:
        wide = {float64, complex128}
        return complex128 if x in wide or y in wide else complex64
    if x.is_floating and y.is_floating:
        if _FLOAT_WIDTH[x] == _FLOAT_WIDTH[y]:
            return float32
        return x if _FLOAT_WIDTH[x] > _FLOAT_WIDTH[y] else y
    raise InvalidTypeError(
        f"Type promotion only support calculations between floating-point numbers and between complex and real "
        f"numbers. But got different data type x: {x.name}, y: {y.name}. Cast one of them with astype()."
    )


def rank(dtype: DType) -> int:
    """0 for bool, 1 for integers, 2 for floats, 3 for complex."""
    return 0 if dtype.is_bool else 1 if dtype.is_integer else 3 if dtype.is_complex else 2


def promote_scalars(x: DType, y: DType) -> DType:
    """The common dtype of two 0-D tensors: that of the higher kind, or wide enough for both integers."""
    if rank(x) == rank(y) == 1:
        return dtype_of(np.promote_types(x.np, y.np))
    return promote(x, y) if rank(x) == rank(y) else max(x, y, key=rank)


def of_scalar(scalar: bool | int | float | complex, tensor: DType) -> DType:
    """The dtype of ``tensor op scalar``: Python scalars are weak, they only change the kind of a tensor."""
    if isinstance(scalar, bool):
        return tensor
    if isinstance(scalar, int):
        return int64 if tensor.is_bool else tensor
    if isinstance(scalar, float):
        return tensor if tensor.is_inexact else _default
    if tensor.is_complex:
        return tensor
    return complex128 if tensor is float64 else complex64


class finfo:
    """Limits of a floating dtype: ``min max eps tiny resolution smallest_normal bits dtype``."""

    def __init__(self, dtype: Any) -> None:
        d = dtype_of(dtype)
        if not d.is_inexact:
            raise InvalidArgumentError(f"finfo needs a floating dtype, got {d}")
        info = ml_dtypes.finfo(d.np) if d is bfloat16 else np.finfo(d.np)
        self.dtype, self.bits = d.name, int(info.bits)
        self.min, self.max, self.eps = float(info.min), float(info.max), float(info.eps)
        self.tiny = self.smallest_normal = float(info.tiny)
        self.resolution = float(info.resolution)


class iinfo:
    """Limits of an integer dtype: ``min max bits dtype``."""

    def __init__(self, dtype: Any) -> None:
        d = dtype_of(dtype)
        if not d.is_integer:
            raise InvalidArgumentError(f"iinfo needs an integer dtype, got {d}")
        info = np.iinfo(d.np)
        self.dtype, self.bits, self.min, self.max = d.name, info.bits, int(info.min), int(info.max)
