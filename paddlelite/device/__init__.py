"""``paddle.device``: everything is the CPU."""

from __future__ import annotations

from ..place import CPUPlace, CUDAPlace, Place, get_device, set_device
from . import cuda

__all__ = [
    "CPUPlace",
    "CUDAPlace",
    "Place",
    "cuda",
    "device_count",
    "get_all_device_type",
    "get_available_device",
    "get_cudnn_version",
    "get_device",
    "is_compiled_with_cinn",
    "is_compiled_with_cuda",
    "is_compiled_with_custom_device",
    "is_compiled_with_distribute",
    "is_compiled_with_ipu",
    "is_compiled_with_rocm",
    "is_compiled_with_xpu",
    "set_device",
    "synchronize",
]


def is_compiled_with_cuda() -> bool:
    """False: paddlelite computes on the CPU."""
    return False


def is_compiled_with_rocm() -> bool:
    """False: paddlelite computes on the CPU."""
    return False


def is_compiled_with_xpu() -> bool:
    """False: paddlelite computes on the CPU."""
    return False


def is_compiled_with_cinn() -> bool:
    """False: there is no compiler of PaddlePaddle's in here."""
    return False


def is_compiled_with_ipu() -> bool:
    """False: paddlelite computes on the CPU."""
    return False


def is_compiled_with_custom_device(device_type: str) -> bool:
    """False: paddlelite computes on the CPU."""
    return False


def is_compiled_with_distribute() -> bool:
    """False: paddlelite trains in one process."""
    return False


def get_cudnn_version() -> None:
    """None: there is no cuDNN."""
    return


def get_all_device_type() -> list[str]:
    """The kinds of devices there are: ``["cpu"]``."""
    return ["cpu"]


def device_count() -> int:
    """How many GPUs there are: 0."""
    return 0


def synchronize(device: object = None) -> None:
    """Wait for the device, which is never behind."""


def get_available_device() -> list[str]:
    """The devices there are: ``["cpu"]``."""
    return ["cpu"]
