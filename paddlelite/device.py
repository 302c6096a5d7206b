"""``paddle.device``: everything is the CPU."""

from __future__ import annotations

from .place import CPUPlace, CUDAPlace, Place, get_device, set_device

__all__ = [
    "CPUPlace",
    "CUDAPlace",
    "Place",
    "get_available_device",
    "get_device",
    "is_compiled_with_cuda",
    "is_compiled_with_rocm",
    "is_compiled_with_xpu",
    "set_device",
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


def get_available_device() -> list[str]:
    """The devices there are: ``["cpu"]``."""
    return ["cpu"]
