"""Generator expressions at run time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from paddlelite.staged.iterables import source_of
from paddlelite.staged.symbolic import in_graph


def generated(items: Any, lazily: Callable[[Any], Any], listed: Callable[[Any], Any]) -> Any:
    """A generator expression over `items`: over what the graph computes, the items that it gives as a list."""
    return listed(items) if in_graph(items) or source_of(items) is not None else lazily(items)
