"""``fluid.layers``'s learning-rate decays: objects in a guard; in a graph, variables computed from a counter."""

from __future__ import annotations

import math
from contextlib import AbstractContextManager
from typing import Any

import paddlelite as paddle

from ...mode import mode
from ...static import variables
from ...tensor.tensor import Tensor
from ..dygraph import learning_rate_scheduler as decays
from .door import attribute, put, rows

__all__ = ["TABLE"]

_COUNTER = "@LR_DECAY_COUNTER@"


def _scheduling() -> AbstractContextManager[None]:
    """What is appended inside is no part of copies of the program for testing."""
    builder: Any = mode.capture
    return builder.part("optimize")


def _counter(begin: int, name: str | None = None, step: int = 1) -> Any:
    """A variable that every run of the program counts up by ``step``, from one below ``begin``."""
    name = name or _COUNTER
    known = mode.capture.__dict__.setdefault("counters", {})
    if name not in known:
        held = variables.create_global_var([1], begin - 1, "int64", True, name=name)
        known[name] = put(paddle.add(held, paddle.full([1], step, "int64")), held)
    return known[name]


def _steps(begin: int = 0) -> Any:
    return paddle.cast(_counter(begin), "float32")


def _floor(x: Any, staircase: bool) -> Any:
    return paddle.floor(x) if staircase else x


def _decay(kind: Any, rate: float, decay_steps: float, decay_rate: float, staircase: bool) -> Any:
    if mode.tracer is not None:
        return kind(rate, decay_steps, decay_rate, staircase)
    with _scheduling():
        passed = _floor(_steps() / float(decay_steps), staircase)
        if kind is decays.NaturalExpDecay:
            return paddle.exp(passed * -float(decay_rate)) * float(rate)
        if kind is decays.InverseTimeDecay:
            return float(rate) / (passed * float(decay_rate) + 1.0)
        return paddle.exp(passed * math.log(decay_rate)) * float(rate)


def _polynomial(rate: float, decay_steps: int, end: float, power: float, cycle: bool) -> Any:
    if mode.tracer is not None:
        return decays.PolynomialDecay(rate, decay_steps, end, power, cycle)
    with _scheduling():
        steps, whole = _steps(), paddle.full([1], float(decay_steps), "float32")
        if cycle:
            whole = whole * paddle.maximum(paddle.ceil(steps / whole), paddle.ones([1], "float32"))
        else:
            steps = paddle.minimum(steps, whole)
        return paddle.pow(1.0 - steps / whole, float(power)) * float(rate - end) + float(end)


def _piecewise(boundaries: Any, values: Any) -> Any:
    if mode.tracer is not None:
        return decays.PiecewiseDecay(boundaries, values, 0)
    decays.PiecewiseDecay(boundaries, values)  # says what is wrong with them
    with _scheduling():
        steps, out = _steps(), paddle.full([1], float(values[-1]), "float32")
        for boundary, value in zip(reversed(list(boundaries)), reversed(list(values)[:-1])):
            before = paddle.less_than(steps, paddle.full([1], float(boundary), "float32"))
            out = paddle.where(before, paddle.full([1], float(value), "float32"), out)
        return out


def _cosine(rate: float, step_each_epoch: int, epochs: int) -> Any:
    if mode.tracer is not None:
        return decays.CosineDecay(rate, step_each_epoch, epochs)
    with _scheduling():
        epoch = paddle.floor(_steps() / float(step_each_epoch))
        return (paddle.cos(epoch * (math.pi / epochs)) + 1.0) * (0.5 * rate)


def _noam(d_model: float, warmup_steps: float, rate: float) -> Any:
    if mode.tracer is not None:
        return decays.NoamDecay(d_model, warmup_steps, learning_rate=rate)
    with _scheduling():
        steps = _steps(1)
        lower = paddle.minimum(paddle.rsqrt(steps), steps * float(warmup_steps) ** -1.5)
        return lower * float(rate * d_model**-0.5)


def _warmup(rate: Any, warmup_steps: int, start: float, end: float) -> Any:
    if mode.tracer is not None:
        return decays.LinearLrWarmup(rate, warmup_steps, start, end)
    with _scheduling():
        steps = _steps()
        after = rate if isinstance(rate, Tensor) else paddle.full([1], float(rate), "float32")
        rising = steps * float((end - start) / warmup_steps) + float(start)
        early = paddle.less_than(steps, paddle.full([1], float(warmup_steps), "float32"))
        return paddle.where(early, rising, paddle.reshape(after, [1]))


# fmt: off
TABLE = rows(
    exponential_decay=lambda learning_rate, decay_steps, decay_rate, staircase=False: _decay(
        decays.ExponentialDecay, learning_rate, decay_steps, decay_rate, staircase
    ),
    natural_exp_decay=lambda learning_rate, decay_steps, decay_rate, staircase=False: _decay(
        decays.NaturalExpDecay, learning_rate, decay_steps, decay_rate, staircase
    ),
    inverse_time_decay=lambda learning_rate, decay_steps, decay_rate, staircase=False: _decay(
        decays.InverseTimeDecay, learning_rate, decay_steps, decay_rate, staircase
    ),
    polynomial_decay=lambda learning_rate, decay_steps, end_learning_rate=1e-4, power=1.0, cycle=False: _polynomial(
        learning_rate, decay_steps, end_learning_rate, power, cycle
    ),
    piecewise_decay=lambda boundaries, values: _piecewise(boundaries, values),
    cosine_decay=lambda learning_rate, step_each_epoch, epochs: _cosine(learning_rate, step_each_epoch, epochs),
    noam_decay=lambda d_model, warmup_steps, learning_rate=1.0: _noam(d_model, warmup_steps, learning_rate),
    linear_lr_warmup=lambda learning_rate, warmup_steps, start_lr, end_lr: _warmup(
        learning_rate, warmup_steps, start_lr, end_lr
    ),
    autoincreased_step_counter=lambda counter_name=None, begin=1, step=1: _counter(
        begin, counter_name or "@STEP_COUNTER@", step
    ),
)
# fmt: on

__getattr__ = attribute(TABLE, __name__)
