"""``fluid.layer_helper``: imported by many programs of 1.x, and used by few."""

from __future__ import annotations

from .layers.door import refused

__all__ = ["LayerHelper"]

LayerHelper = refused(
    "LayerHelper",
    "it appends ops by their names: make parameters with fluid.layers.create_parameter, compute with fluid.layers",
    "fluid.layer_helper",
)
