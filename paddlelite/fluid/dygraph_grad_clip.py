"""``fluid.dygraph_grad_clip``: the clips of 1.5's dygraph, whose value clip has the minimum first."""

from __future__ import annotations

from ..nn.clip import ClipGradByValue
from .clip import GradientClipByGlobalNorm, GradientClipByNorm

__all__ = ["GradClipByGlobalNorm", "GradClipByNorm", "GradClipByValue"]


class GradClipByValue(ClipGradByValue):
    """Limit every element of every gradient to [``min_value``, ``max_value``]."""

    def __init__(self, min_value: float, max_value: float | None = None) -> None:
        if max_value is None:
            min_value, max_value = -abs(min_value), abs(min_value)
        super().__init__(max_value, min_value)


GradClipByNorm = GradientClipByNorm
GradClipByGlobalNorm = GradientClipByGlobalNorm
