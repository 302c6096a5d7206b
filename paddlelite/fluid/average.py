"""``fluid.average``."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import InvalidTypeError, PreconditionNotMetError

__all__ = ["WeightedAverage"]


class WeightedAverage:
    """A mean of values (numbers or arrays) by weights.

    >>> import paddlelite.fluid as fluid
    >>> average = fluid.average.WeightedAverage()
    >>> average.add(2.0, weight=1)
    >>> average.add(4.0, weight=2)
    >>> round(float(average.eval()), 4)
    3.3333
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget all values."""
        self.numerator: Any = None
        self.denominator: Any = None

    def add(self, value: Any, weight: float) -> None:
        """Count ``value`` with ``weight``. Raises InvalidTypeError for what is no number or array."""
        for what, given in (("value", value), ("weight", weight)):
            if not isinstance(given, (int, float, np.ndarray, np.generic)):
                raise InvalidTypeError(
                    f"The '{what}' must be a number or a numpy ndarray, but is {type(given).__name__}"
                )
        if self.numerator is None:
            self.numerator, self.denominator = value * weight, weight
        else:
            self.numerator, self.denominator = self.numerator + value * weight, self.denominator + weight

    def eval(self) -> Any:
        """The mean. Raises PreconditionNotMetError (a RuntimeError) before there is a value."""
        if self.numerator is None or not np.all(self.denominator):
            raise PreconditionNotMetError("There is no data to be averaged in WeightedAverage.")
        return self.numerator / self.denominator
