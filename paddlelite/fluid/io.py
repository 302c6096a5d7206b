"""``fluid.io``: saving and loading programs' variables and models, and readers."""

from __future__ import annotations

from typing import Any

from ..reader import batch, buffered, cache, chain, compose, firstn, map_readers, shuffle, xmap_readers

__all__ = [
    "batch",
    "buffered",
    "cache",
    "chain",
    "compose",
    "firstn",
    "map_readers",
    "shuffle",
    "xmap_readers",
]

_: Any = None
