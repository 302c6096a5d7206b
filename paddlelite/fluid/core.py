"""``fluid.core``: the names of PaddlePaddle's C++ side that programs of 1.x use."""

from __future__ import annotations

from .. import dtypes
from ..device import is_compiled_with_cuda
from ..place import CPUPlace, CUDAPinnedPlace, CUDAPlace
from ..static.scope import LoDTensor, Scope
from ..tensor.tensor import Tensor as VarBase

__all__ = [
    "CPUPlace",
    "CUDAPinnedPlace",
    "CUDAPlace",
    "EnforceNotMet",
    "EOFException",
    "LoDTensor",
    "Scope",
    "Tensor",
    "VarBase",
    "VarDesc",
    "get_cuda_device_count",
    "is_compiled_with_cuda",
    "is_compiled_with_dist",
    "is_compiled_with_mkldnn",
]

from ..errors import PaddleError as EnforceNotMet


class EOFException(Exception):
    """A reader of a program has no more data."""


class VarDesc:
    """Holds :class:`VarType`."""

    class VarType:
        """The dtypes, by 1.x's names."""

        BOOL = dtypes.bool_
        INT8 = dtypes.int8
        UINT8 = dtypes.uint8
        INT16 = dtypes.int16
        INT32 = dtypes.int32
        INT64 = dtypes.int64
        FP16 = dtypes.float16
        BF16 = dtypes.bfloat16
        FP32 = dtypes.float32
        FP64 = dtypes.float64


Tensor = LoDTensor


def is_compiled_with_mkldnn() -> bool:
    """False: onnxruntime and NumPy compute."""
    return False


def is_compiled_with_dist() -> bool:
    """False: there is one process."""
    return False


def __getattr__(name: str) -> object:
    raise AttributeError(
        f"module 'paddle.fluid.core' has no attribute {name!r}: it is PaddlePaddle's C++ side, of which only what "
        "programs use is here"
    )


def get_cuda_device_count() -> int:
    """0: everything runs on the CPU."""
    return 0
