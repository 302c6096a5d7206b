"""Gradients of a function, eagerly and captured."""

from __future__ import annotations

import re

import numpy as np

import paddlelite as paddle
from paddlelite.errors import PaddleError
from paddlelite.jit.trace import flatten
from paddlelite.nested import fill


def gradients(function, call, order=1):
    """The gradients of a sum over all float results, for the float arguments.

    With `order` 2 those of a sum over the first gradients.
    """
    args = flatten(call)
    inputs = [
        t.clone().detach() if isinstance(t, paddle.Tensor) else paddle.to_tensor(t) for t in args.tensors
    ]
    sources = [t for t in inputs if t.dtype.is_inexact]
    for t in sources:
        t.stop_gradient = False
    found = [t for t in flatten(function(*fill(args.template, inputs))).tensors if t.dtype.is_inexact]
    for _ in range(order):
        total = sum((((k + 1.0) * t * t).sum() for k, t in enumerate(found)), paddle.zeros([]))
        if total.stop_gradient:
            return [np.zeros(t.shape, t.dtype.np) for t in sources]
        found = paddle.grad(total, sources, create_graph=order > 1, allow_unused=True)
        found = [paddle.zeros_like(t) if g is None else g for g, t in zip(found, sources, strict=True)]
    return [g.numpy() for g in found]


def check_gradients(function, static, calls, refused):
    """Captured gradients are the eager ones wherever there are eager ones. `refused` is what the errors say if not.

    Returns the refusals.
    """
    refusals = []
    for call in calls:
        try:
            want = gradients(function, call)
        except Exception:
            continue  # the function raises, or does what no gradient can follow
        try:
            got = gradients(static, call)
        except PaddleError as error:
            if refused is None or not re.search(refused, str(error)):
                raise
            refusals.append(error)
            continue
        for g, w in zip(got, want, strict=True):
            np.testing.assert_allclose(g, w, rtol=1e-4, atol=1e-5, err_msg=f"the gradient for {call}")
    return refusals
