"""Paddings with one way to fill what is added, which PaddlePaddle 3.x has beside Pad1D, Pad2D and Pad3D."""

from __future__ import annotations

from typing import Any

from .vision import Pad1D, Pad2D, Pad3D

__all__ = [
    "CircularPad1D", "CircularPad2D", "CircularPad3D", "ConstantPad1D", "ConstantPad2D", "ConstantPad3D",
    "ReflectionPad1D", "ReflectionPad2D", "ReflectionPad3D", "ReplicationPad1D", "ReplicationPad2D", "ReplicationPad3D",
]  # fmt: skip


def _filled(name: str, base: Any, mode: str, doc: str) -> Any:
    """A padding of ``base``'s rank that is always filled in one way."""

    def __init__(self: Any, padding: Any, data_format: str | None = None, name: str | None = None) -> None:
        base.__init__(self, padding, mode, 0.0, data_format, name)

    return type(name, (base,), {"__init__": __init__, "__doc__": doc, "__module__": __name__})


def _constant(name: str, base: Any) -> Any:
    """A padding of ``base``'s rank with a number to be given."""

    def __init__(
        self: Any, padding: Any, value: float, data_format: str | None = None, name: str | None = None
    ) -> None:
        base.__init__(self, padding, "constant", value, data_format, name)

    return type(
        name, (base,), {"__init__": __init__, "__doc__": "Pads with ``value``.", "__module__": __name__}
    )


_CIRCULAR = "Pads with what is at the other end."
CircularPad1D = _filled("CircularPad1D", Pad1D, "circular", _CIRCULAR)
CircularPad2D = _filled("CircularPad2D", Pad2D, "circular", _CIRCULAR)
CircularPad3D = _filled("CircularPad3D", Pad3D, "circular", _CIRCULAR)

_REFLECTED = "Pads with the reflection at the border, which is not repeated."
ReflectionPad1D = _filled("ReflectionPad1D", Pad1D, "reflect", _REFLECTED)
ReflectionPad2D = _filled("ReflectionPad2D", Pad2D, "reflect", _REFLECTED)
ReflectionPad3D = _filled("ReflectionPad3D", Pad3D, "reflect", _REFLECTED)

_REPLICATED = "Pads with the border."
ReplicationPad1D = _filled("ReplicationPad1D", Pad1D, "replicate", _REPLICATED)
ReplicationPad2D = _filled("ReplicationPad2D", Pad2D, "replicate", _REPLICATED)
ReplicationPad3D = _filled("ReplicationPad3D", Pad3D, "replicate", _REPLICATED)

ConstantPad1D = _constant("ConstantPad1D", Pad1D)
ConstantPad2D = _constant("ConstantPad2D", Pad2D)
ConstantPad3D = _constant("ConstantPad3D", Pad3D)
