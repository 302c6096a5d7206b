"""Gradients of a function: eager, captured, and by finite differences; first and second ones."""

from __future__ import annotations

import re

import numpy as np

import paddlelite as paddle
from paddlelite.errors import PaddleError
from paddlelite.jit.trace import flatten
from paddlelite.nested import fill

#: How far finite differences step, in float64, and how well they then agree with each other and with gradients.
STEP, CLOSE = 1e-6, 1e-4


def gradients(function, call, order=1):
    """The gradients of a sum over all float results, for the float arguments (whose clones the function may write to).

    With `order` 2 those of a sum over the first gradients.
    """
    template, inputs, sources = _inputs(call)
    for t in sources:
        t.stop_gradient = False
    found = _floats(function(*fill(template, [t.clone() for t in inputs])))
    for left in reversed(range(order)):
        total = _total(found)
        if total.stop_gradient:
            return [np.zeros(t.shape, t.dtype.np) for t in sources]
        found = paddle.grad(total, sources, create_graph=left > 0, allow_unused=True)
        found = [paddle.zeros_like(t) if g is None else g for g, t in zip(found, sources, strict=True)]
    return [g.numpy() for g in found]


def _inputs(call, double=False):
    """The template of a call's arguments, its tensors (with `double` floats in float64), and those that are floats."""
    args = flatten(call)
    inputs = [
        t.clone().detach() if isinstance(t, paddle.Tensor) else paddle.to_tensor(t) for t in args.tensors
    ]
    if double:
        inputs = [t.astype("float64") if t.dtype.is_inexact and not t.dtype.is_complex else t for t in inputs]
    return args.template, inputs, [t for t in inputs if t.dtype.is_inexact]


def _floats(result):
    return [t for t in flatten(result).tensors if t.dtype.is_inexact]


def _total(tensors):
    return sum((((k + 1.0) * t * t).sum() for k, t in enumerate(tensors)), paddle.zeros([]))


def check_gradients(function, static, calls, refused, orders=(1, 2)):
    """Captured gradients of these orders are the eager ones wherever there are eager ones. `refused` is what
    the errors say if not.

    Returns the refusals.
    """
    refusals = []
    for call in calls:
        for order in orders:
            try:
                want = gradients(function, call, order)
            except Exception:
                break  # the function raises, or does what no gradient can follow
            try:
                got = gradients(static, call, order)
            except PaddleError as error:
                if refused is None or not re.search(refused, str(error)):
                    raise
                refusals.append(error)
                break
            for g, w in zip(got, want, strict=True):
                close(g, w, ("gradient", order, call), 1e-4, 1e-5)
    return refusals


def close(got, want, where, rtol, atol):
    """Equal numbers, but for rounding. (Saying where takes longer than to compare.)"""
    if not np.allclose(got, want, rtol, atol, equal_nan=True):
        np.testing.assert_allclose(got, want, rtol, atol, err_msg=str(where))
        raise AssertionError(where)


def check_differences(function, calls):
    """What is not so: eager gradients, in float64, are what finite differences say, where the function is smooth."""
    found = []
    for call in calls:
        template, inputs, sources = _inputs(call, double=True)
        try:
            want = gradients(function, fill(template, inputs)) if sources else []
            there = _value(function, template, inputs)
        except Exception:
            continue  # the function raises, or makes float32 tensors of its own
        for t, g in zip(sources, want, strict=True):
            for at in np.ndindex(g.shape):
                below, above = (_moved(function, template, inputs, t, at, d) for d in (-STEP, STEP))
                left, right = (there - below) / STEP, (above - there) / STEP
                size = CLOSE * max(1.0, abs(left), abs(right))
                if abs(left - right) < size < abs((left + right) / 2 - g[at]):
                    found.append(f"{call}: {left} is not {g[at]}, element {at}")
    return found


def _value(function, template, inputs):
    with paddle.no_grad():
        return float(_total(_floats(function(*fill(template, [t.clone() for t in inputs])))))


def _moved(function, template, inputs, t, at, step):
    data = t.numpy().copy()
    data[at] += step
    new = paddle.to_tensor(data)
    return _value(function, template, [new if i is t else i for i in inputs])
