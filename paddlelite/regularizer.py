"""Weight decay as a regularizer: `paddle.regularizer`."""

from __future__ import annotations

__all__ = ["L1Decay", "L2Decay", "WeightDecayRegularizer"]


class WeightDecayRegularizer:
    """Base of the regularizers: what an optimizer adds to a gradient before it uses it."""

    def __init__(self, coeff: float = 0.0) -> None:
        self._coeff = float(coeff)

    @property
    def coeff(self) -> float:
        """The strength."""
        return self._coeff

    def __str__(self) -> str:
        return f"{type(self).__name__}, coeff={self._coeff:f}"


class L1Decay(WeightDecayRegularizer):
    """Add `coeff * sign(parameter)` to the gradient: small values go to zero.

    Given to an optimizer as `weight_decay`, or to one parameter through `ParamAttr(regularizer=...)`, which wins.

    Examples:
        >>> import paddlelite as paddle
        >>> print(paddle.regularizer.L1Decay(0.5))
        L1Decay, coeff=0.500000
    """


class L2Decay(WeightDecayRegularizer):
    """Add `coeff * parameter` to the gradient: what `weight_decay=coeff` means.

    Examples:
        >>> import paddlelite as paddle
        >>> print(paddle.regularizer.L2Decay(0.5))
        L2Decay, coeff=0.500000
    """
