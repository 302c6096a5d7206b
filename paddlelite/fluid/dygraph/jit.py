"""``fluid.dygraph.jit``: what 1.8 called to_static."""

from __future__ import annotations

from typing import Any

from ..layers.door import refused

__all__ = ["TracedLayer", "declarative", "dygraph_to_static_func"]


def declarative(function: Any = None) -> Any:
    """``paddle.jit.to_static`` under its name in 1.8."""
    from ...jit import to_static

    return to_static(function)


dygraph_to_static_func = declarative
TracedLayer = refused(
    "TracedLayer", "decorate forward() with declarative, and use paddle.jit.save", "fluid.dygraph"
)
