"""A line search for the strong Wolfe conditions (Nocedal and Wright, "Numerical Optimization", 3.5 and 3.6)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

__all__ = ["Point", "strong_wolfe"]

_DECREASE, _CURVATURE = 1e-4, 0.9


class Point(NamedTuple):
    """A step length with the loss, gradient and slope along the direction there."""

    step: float
    loss: float
    grad: Any
    slope: float


def strong_wolfe(
    look: Callable[[float], Point], start: Point, step: float, size: float, tolerance: float, tries: int = 25
) -> Point:
    """A step at which the loss has fallen enough and the slope has flattened enough, or the best one found.

    `look(step)` evaluates; `start` is step 0; `size` is the direction's greatest element, so that `tolerance` can be
    compared with how far a parameter moves.
    """

    def too_high(point: Point) -> bool:
        return point.loss > start.loss + _DECREASE * point.step * start.slope

    def flat(point: Point) -> bool:
        return abs(point.slope) <= -_CURVATURE * start.slope

    before, now = start, look(step)
    for count in range(tries):
        if too_high(now) or (count and now.loss >= before.loss):
            break
        if flat(now):
            return now
        if now.slope >= 0:
            break
        least = now.step + 0.01 * (now.step - before.step)
        before, now = now, look(_cubic(before, now, least, 10 * now.step))
    else:
        return min(start, now, key=lambda point: point.loss)
    return _zoom(look, before, now, too_high, flat, size, tolerance, tries - count)


def _zoom(
    look: Callable[[float], Point],
    a: Point,
    b: Point,
    too_high: Callable[[Point], bool],
    flat: Callable[[Point], bool],
    size: float,
    tolerance: float,
    tries: int,
) -> Point:
    """Narrow the bracket [a, b] until the lower end will do."""
    low, high = (a, b) if a.loss <= b.loss else (b, a)
    hugging = False
    for _ in range(tries):
        left, right = sorted((low.step, high.step))
        if (right - left) * size < tolerance:
            break
        step = _cubic(low, high, left, right)
        # Twice in a row next to an end means that the cubic does not narrow the bracket: move inwards.
        margin = 0.1 * (right - left)
        near = min(right - step, step - left) < margin
        if near and (hugging or not left < step < right):
            step = right - margin if abs(step - right) < abs(step - left) else left + margin
            near = False
        hugging = near
        now = look(step)
        if too_high(now) or now.loss >= low.loss:
            high = now
        else:
            if flat(now):
                return now
            if now.slope * (high.step - low.step) >= 0:
                high = low
            low = now
        if low.loss > high.loss:
            low, high = high, low
    return low


def _cubic(a: Point, b: Point, least: float, most: float) -> float:
    """Where the cubic through two points with their slopes is lowest, between `least` and `most`."""
    if a.step > b.step:
        a, b = b, a
    width = b.step - a.step
    d1 = a.slope + b.slope - 3 * (b.loss - a.loss) / width if width else math.nan
    square = d1 * d1 - a.slope * b.slope
    if not square >= 0:
        return (least + most) / 2
    d2 = math.sqrt(square)
    bottom = b.slope - a.slope + 2 * d2
    if bottom == 0:
        return (least + most) / 2
    return float(np.clip(b.step - width * (b.slope + d2 - d1) / bottom, least, most))
