"""``fluid.layers``: the functions of 1.x, by tables of what they are in terms of 2.x and 3.x.

Each table's row has the name and the signature of 1.x; :mod:`.door` adds what all have in common. In a guard they
compute at once, elsewhere they append to the default program: both through the one ``bind``.
"""

from __future__ import annotations

from typing import Any

from . import (
    absent,
    activations,
    arithmetic,
    classes,
    control_flow,
    detection,
    distributions,
    images,
    io,
    learning_rate_scheduler,
    loss,
    metric_op,
    nn,
    ops,
    rnn,
    tensor,
    trees,
)

_TABLES = (
    ops,
    arithmetic,
    tensor,
    loss,
    nn,
    classes,
    images,
    trees,
    control_flow,
    learning_rate_scheduler,
    io,
    absent,
)

# The modules themselves give their rows by __getattr__: a row such as `range` must not hide Python's from their code.
for _module in _TABLES:
    globals().update(_module.TABLE)
math_op_patch = ops

__all__ = sorted(name for module in _TABLES for name in module.TABLE)


def __getattr__(name: str) -> Any:
    raise AttributeError(
        f"module 'paddle.fluid.layers' has no attribute {name!r}: PaddlePaddle 1.8 has none of this name either, or it "
        "is made for other devices"
    )
