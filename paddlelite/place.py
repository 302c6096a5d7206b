"""Places: where PaddlePaddle keeps a tensor. Here that is always the CPU's memory."""

from __future__ import annotations

import warnings

__all__ = [
    "CPUPlace",
    "CUDAPinnedPlace",
    "CUDAPlace",
    "CustomPlace",
    "IPUPlace",
    "Place",
    "XPUPlace",
    "get_device",
    "set_device",
]


class Place:
    """A device. All of them are the CPU here."""

    def __init__(self, device_id: int = 0) -> None:
        self._id = device_id

    def __repr__(self) -> str:
        return "Place(cpu)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Place)

    def __hash__(self) -> int:
        return hash(Place)

    def is_cpu_place(self) -> bool:
        return True

    def is_gpu_place(self) -> bool:
        return False


class CPUPlace(Place):
    """The CPU."""

    def __init__(self) -> None:
        super().__init__(0)


_warned: set[str] = set()


def warn_cpu_only(what: str) -> None:
    """Say once per ``what`` that it runs on the CPU."""
    if what not in _warned:
        _warned.add(what)
        warnings.warn(f"{what}: paddlelite computes on the CPU", UserWarning, stacklevel=3)


class CUDAPlace(Place):
    """Accepted for the sake of existing scripts; it is the CPU, with one warning."""

    def __init__(self, device_id: int = 0) -> None:
        super().__init__(device_id)
        warn_cpu_only("CUDAPlace")


class XPUPlace(Place):
    """Accepted for the sake of existing scripts; it is the CPU, with one warning."""

    def __init__(self, device_id: int = 0) -> None:
        super().__init__(device_id)
        warn_cpu_only(type(self).__name__)


class IPUPlace(XPUPlace):
    """As `XPUPlace`."""


class CustomPlace(XPUPlace):
    """As `XPUPlace`: a device by the name of its kind and its number."""

    def __init__(self, device_type: str, device_id: int = 0) -> None:
        super().__init__(device_id)


class CUDAPinnedPlace(Place):
    """Accepted for the sake of existing scripts; it is ordinary memory."""


def set_device(device: str | Place) -> Place:
    """Choose the device. Anything but ``"cpu"`` is accepted with one warning and is the CPU."""
    if not isinstance(device, Place) and device != "cpu":
        warn_cpu_only(f"set_device({device!r})")
    return CPUPlace()


def get_device() -> str:
    """The current device: ``"cpu"``."""
    return "cpu"
