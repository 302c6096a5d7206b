"""The records of all ops, by family. Importing this package fills the table :data:`paddlelite.op.OPS`."""

from . import (
    batch_norm,
    control,
    conv,
    creation,
    elementwise,
    index,
    join,
    linalg,
    linear,
    pool,
    random,
    reduce,
    repeat,
    shape,
)

__all__ = [
    "batch_norm",
    "control",
    "conv",
    "creation",
    "elementwise",
    "index",
    "join",
    "linalg",
    "linear",
    "pool",
    "random",
    "reduce",
    "repeat",
    "shape",
]
