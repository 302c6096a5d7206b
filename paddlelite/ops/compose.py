"""Gradients of fused ops to any order: from the op's meaning in small ops."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..mode import mode

__all__ = ["call", "vjp"]


def vjp(
    function: Callable[..., Any], inputs: Sequence[Any], wanted: Sequence[bool], grads: Sequence[Any]
) -> list[Any]:
    """The gradients of ``function(*inputs)`` for the inputs that are ``wanted``, as ops that can be differentiated.

    A fused gradient op has no gradient of its own. Where one is asked for (``paddle.grad(create_graph=True)``), the
    fused op's rule uses this with the op written in small ops instead: slower, and right to any order.
    ``grads`` are those of the results, None where there is none.
    """
    from ..autograd import grad
    from .creation import assign

    was, mode.grad = mode.grad, True
    try:
        leaves = []
        for x, want in zip(inputs, wanted, strict=True):
            if want:
                # A copy on the tape: the gradient is taken with respect to it and still depends on the original.
                x = assign(x)
                x.stop_gradient = False
            leaves.append(x)
        outs = function(*leaves)
        outs = list(outs) if isinstance(outs, (list, tuple)) else [outs]
        pairs = [(o, g) for o, g in zip(outs, grads, strict=False) if g is not None and not o.stop_gradient]
        asked = [x for x, want in zip(leaves, wanted, strict=True) if want]
        found = iter(
            grad([o for o, _ in pairs], asked, [g for _, g in pairs], create_graph=was, allow_unused=True)
            if pairs and asked
            else [None] * len(asked)
        )
        return [next(found) if want else None for want in wanted]
    finally:
        mode.grad = was


def call(type: str, *inputs: Any, **attrs: Any) -> Any:
    """Call an op by its type: for rules that meet ops of families imported later."""
    from ..op import OPS

    return OPS[type](*inputs, **attrs)
