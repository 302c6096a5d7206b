"""One parameter's update: what an optimizer's rule is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..nn.clip import Treatment, apply
from . import blocks
from .groups import Group

__all__ = ["Update"]


class Update:
    """One parameter's update: flat arrays, its accumulators and numbers. Built by the base, run by `_jobs`."""

    __slots__ = ("acc", "clip", "grad", "group", "l1", "l2", "name", "options", "param", "rate", "tensor")

    def __init__(self, tensor: Any, group: Group, rate: float) -> None:
        self.tensor = tensor
        self.name: str = tensor.name
        self.group = group
        self.options = group.options
        self.rate = rate
        #: the values to change, and the gradient, as flat arrays
        self.param: np.ndarray
        self.grad: np.ndarray
        self.acc: dict[str, np.ndarray]
        self.clip: Treatment | None = None
        self.l1 = self.l2 = 0.0

    def job(self, block: Callable[..., None], *names: str) -> blocks.Job:
        """`block(p, g, [two scratch arrays], *accumulators)` over the parameter; g is clipped and decayed."""
        arrays = (self.param, self.grad, *(self.acc[name].reshape(-1) for name in names))
        clip, l1, l2 = self.clip, self.l1, self.l2
        if clip is None and not l1 and not l2:
            return blocks.Job(lambda scratch, p, g, *acc: block(p, g, scratch[1:], *acc), arrays)

        def prepared(scratch: list[np.ndarray], p: np.ndarray, g: np.ndarray, *acc: np.ndarray) -> None:
            block(p, _prepare(p, g, scratch, clip, l1, l2), scratch[1:], *acc)

        return blocks.Job(prepared, arrays)


def _prepare(
    p: np.ndarray, g: np.ndarray, scratch: list[np.ndarray], clip: Any, l1: float, l2: float
) -> np.ndarray:
    """The gradient, clipped and with its weight decay, in the first scratch array."""
    out, other = scratch[0], scratch[1]
    if clip is not None:
        g = apply(clip, g, out)
    if l2:
        g = np.add(g, np.multiply(p, l2, other), out)
    if l1:
        np.sign(p, other)
        g = np.add(g, np.multiply(other, l1, other), out)
    return g
