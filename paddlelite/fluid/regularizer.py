"""``fluid.regularizer``: weight decay under the names of 1.x."""

from __future__ import annotations

from .. import regularizer as core
from ..regularizer import WeightDecayRegularizer

__all__ = ["L1Decay", "L1DecayRegularizer", "L2Decay", "L2DecayRegularizer", "WeightDecayRegularizer"]


class L1DecayRegularizer(core.L1Decay):
    """Add ``regularization_coeff * sign(parameter)`` to the gradient."""

    def __init__(self, regularization_coeff: float = 0.0) -> None:
        super().__init__(regularization_coeff)


class L2DecayRegularizer(core.L2Decay):
    """Add ``regularization_coeff * parameter`` to the gradient."""

    def __init__(self, regularization_coeff: float = 0.0) -> None:
        super().__init__(regularization_coeff)


L1Decay, L2Decay = L1DecayRegularizer, L2DecayRegularizer
