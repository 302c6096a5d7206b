"""``fluid.layers.detection``: a place in 1.x from which names of ``fluid.layers`` are imported."""

from __future__ import annotations

from .door import attribute

__getattr__ = attribute({}, __name__)
