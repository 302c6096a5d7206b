"""Gradient clipping: what an optimizer does to the gradients before it uses them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ..errors import InvalidArgumentError
from ..tensor.tensor import Tensor, _wrap_array

__all__ = [
    "ClipGradBase",
    "ClipGradByGlobalNorm",
    "ClipGradByNorm",
    "ClipGradByValue",
    "Treatment",
    "squared_norm",
]


class Treatment(NamedTuple):
    """What becomes of one gradient: it is limited to [low, high] and multiplied by `scale`.

    A description and not the result, so that an optimizer can apply it while the values are in the cache.
    """

    scale: Any = None
    low: float | None = None
    high: float | None = None


class ClipGradBase:
    """Base of the clips. Called with pairs (parameter, gradient) it returns them with clipped gradients.

    A subclass of the user's overrides `__call__`.
    """

    def __call__(
        self, params_grads: Sequence[tuple[Tensor, Tensor | None]]
    ) -> list[tuple[Tensor, Tensor | None]]:
        pairs = [(p, g) for p, g in params_grads if g is not None]
        treatments = self._treat([(p, _values(g)) for p, g in pairs])
        return [(p, _treated(g, t)) for (p, g), t in zip(pairs, treatments)]

    def _treat(self, pairs: Sequence[tuple[Any, np.ndarray]]) -> list[Treatment | None]:
        """The treatment of each gradient; None where it stays as it is."""
        raise NotImplementedError(f"{type(self).__name__} does not say how to clip: override __call__")


class ClipGradByValue(ClipGradBase):
    """Limit every element to [`min`, `max`].

    Args:
        max: the upper limit.
        min: the lower limit; `-max` when None.

    Raises:
        AssertionError: `min` is None and `max` is not positive.

    Examples:
        >>> import paddlelite as paddle
        >>> weight = paddle.ones([2])
        >>> clip = paddle.nn.ClipGradByValue(max=1.0)
        >>> clip([(weight, paddle.to_tensor([-3.0, 0.5]))])[0][1].tolist()
        [-1.0, 0.5]
    """

    def __init__(self, max: float, min: float | None = None) -> None:
        if min is None:
            if not max > 0.0:
                raise AssertionError(
                    f"ClipGradByValue: max must be positive when min is not given, but is {max}"
                )
            min = -max
        self.max = float(max)
        self.min = float(min)

    def __str__(self) -> str:
        return f"Clip Gradient By Value, min = {self.min:f}, max={self.max:f}"

    def _treat(self, pairs: Sequence[tuple[Any, np.ndarray]]) -> list[Treatment | None]:
        treatment = Treatment(low=self.min, high=self.max)
        return [treatment if needs_clip(p) else None for p, _ in pairs]


class ClipGradByNorm(ClipGradBase):
    """Scale each gradient down to the norm `clip_norm` if it is longer.

    Examples:
        >>> import paddlelite as paddle
        >>> weight = paddle.ones([2])
        >>> clip = paddle.nn.ClipGradByNorm(clip_norm=1.0)
        >>> clip([(weight, paddle.to_tensor([0.0, 4.0]))])[0][1].tolist()
        [0.0, 1.0]
    """

    def __init__(self, clip_norm: float) -> None:
        self.clip_norm = float(clip_norm)

    def __str__(self) -> str:
        return f"Gradient Clip By Norm, clip_norm={self.clip_norm:f}"

    def _treat(self, pairs: Sequence[tuple[Any, np.ndarray]]) -> list[Treatment | None]:
        return [self._of(squared_norm(g)) if needs_clip(p) else None for p, g in pairs]

    def _of(self, squared: Any) -> Treatment | None:
        if not isinstance(squared, float):  # not known yet: see paddlelite.optimizer.registers
            return Treatment(scale=_shrink(squared, self.clip_norm))
        norm = math.sqrt(squared)
        return Treatment(scale=self.clip_norm / norm) if norm > self.clip_norm else None


class ClipGradByGlobalNorm(ClipGradBase):
    """Scale all gradients by one factor so that their common norm is at most `clip_norm` (Pascanu et al.).

    Args:
        group_name, auto_skip_clip: accepted; nothing is multiplied when the norm is small enough.

    Examples:
        >>> import paddlelite as paddle
        >>> a, b = paddle.ones([1]), paddle.ones([1])
        >>> clip = paddle.nn.ClipGradByGlobalNorm(clip_norm=1.0)
        >>> pairs = clip([(a, paddle.to_tensor([3.0])), (b, paddle.to_tensor([4.0]))])
        >>> [round(float(gradient), 4) for _, gradient in pairs]
        [0.6, 0.8]
    """

    def __init__(
        self, clip_norm: float, group_name: str = "default_group", auto_skip_clip: bool = False
    ) -> None:
        self.clip_norm = float(clip_norm)
        self.group_name = group_name
        self.auto_skip_clip = auto_skip_clip

    def __str__(self) -> str:
        return f"Gradient Clip By GlobalNorm, global_norm={self.clip_norm:f}"

    def _treat(self, pairs: Sequence[tuple[Any, np.ndarray]]) -> list[Treatment | None]:
        squares = [squared_norm(g) for p, g in pairs if needs_clip(p)]
        if any(not isinstance(s, float) for s in squares):
            treatment = Treatment(scale=_shrink(sum(squares[1:], squares[0]), self.clip_norm))
            return [treatment if needs_clip(p) else None for p, _ in pairs]
        norm = math.sqrt(math.fsum(squares))
        # not "norm > clip_norm": a NaN must reach the parameters, where it is seen
        if norm <= self.clip_norm:
            return [None] * len(pairs)
        treatment = Treatment(scale=self.clip_norm / norm)
        return [treatment if needs_clip(p) else None for p, _ in pairs]


def _values(gradient: Any) -> Any:
    """What a treatment is computed from: the array, or a register of a static program."""
    if gradient._data is not None:
        return gradient._data
    from ..optimizer.registers import Register

    return Register(gradient)


def needs_clip(parameter: Any) -> bool:
    """Whether clipping counts this parameter: its `need_clip`, which plain tensors do not have."""
    return getattr(parameter, "need_clip", True)


def squared_norm(gradient: Any) -> Any:
    """The sum of the squares."""
    if gradient.dtype not in (np.float32, np.float64):
        gradient = gradient.astype(np.float32)
    flat = gradient.reshape(-1)
    return np.dot(flat, flat).item()


def _shrink(squared: Any, limit: float) -> Any:
    """The factor for a norm that is not known yet: 1 up to the limit. A NaN passes."""
    return limit / np.maximum(np.sqrt(squared), limit)


def _treated(gradient: Any, treatment: Treatment | None) -> Tensor:
    if treatment is None:
        return gradient
    if not isinstance(gradient, Tensor):
        raise InvalidArgumentError(f"a gradient must be a Tensor, but got {type(gradient).__name__}")
    if gradient._data is None:
        from ..optimizer.registers import Register

        return apply(treatment, Register(gradient)).value  # type: ignore[no-any-return]
    return _wrap_array(np.asarray(apply(treatment, gradient._data)))


def apply(treatment: Treatment, gradient: Any, out: Any = None) -> Any:
    """The treated gradient, in `out` or in a new array."""
    if treatment.low is not None:
        gradient = np.clip(gradient, treatment.low, treatment.high, out=out)
    if treatment.scale is not None:
        gradient = np.multiply(gradient, treatment.scale, out=out)
    return gradient
