"""Ops that repeat what is there: expand, tile, repeat_interleave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import dims as D
from ..errors import InvalidArgumentError
from ..op import Many, Spec, op
from . import rules
from .samples import f32
from .shape import content_or, numbers, sizes_onnx


@op("expand_v2", view=True, on_sizes=True)
def expand(X, Shape=None, expand_shapes_tensor: Many = None, *, shape=()):  # type: ignore[no-untyped-def]
    """``X`` broadcast to ``shape``; -1 keeps a size. ONNX: Expand."""
    target = numbers(Shape, expand_shapes_tensor, shape)
    lead = len(target) - X.ndim
    return np.broadcast_to(
        X, [X.shape[i - lead] if s == -1 and i >= lead else s for i, s in enumerate(target)]
    )


@expand.infer
def _(X: Any, Shape: Any = None, expand_shapes_tensor: Any = None, *, shape: Sequence[int] = ()) -> Spec:
    target = content_or(Shape, expand_shapes_tensor, shape)
    if target is None:
        return Spec(tuple(D.fresh() for _ in range(Shape.dims[0])), X.dtype)
    lead = len(target) - len(X.dims)
    if lead < 0:
        raise InvalidArgumentError(
            f"The number of elements ({len(target)}) of 'shape' for expand_v2 op must be greater than or equal to the "
            f"rank ({len(X.dims)}) of the input."
        )
    out = []
    for i, s in enumerate(target):
        d = X.dims[i - lead] if i >= lead else 1
        if isinstance(d, int) and isinstance(s, int) and s != -1 and d not in (1, s):
            raise InvalidArgumentError(
                f"The value ({d}) of the non-singleton dimension does not match the corresponding value ({s}) in shape "
                "for expand_v2 op."
            )
        out.append(d if s == -1 else s)
    return Spec(tuple(out), X.dtype)


expand.grad(lambda c, g: (rules.sum_to(g, c.like("X")), None, None), saves="")


@expand.onnx
def _(
    b: Any, X: Any, Shape: Any = None, expand_shapes_tensor: Any = None, *, shape: Sequence[int] = ()
) -> Any:
    # ONNX's Expand keeps a size where the target is 1, PaddlePaddle's where it is -1.
    if Shape is None and not expand_shapes_tensor:
        return b.Expand(X, b.const([1 if s == -1 else int(s) for s in shape], "int64"))
    target = sizes_onnx(b, Shape, expand_shapes_tensor, shape)
    one = b.const(1, "int64")
    return b.Expand(X, b.Where(b.Less(target, b.const(0, "int64")), one, target))


expand.sample(f32(1, 3), shape=[2, 3]).sample(f32(3), shape=[2, -1]).sample(f32(), shape=[2, 2])
