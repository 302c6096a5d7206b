"""The records of all ops, by family. Importing this package fills the table :data:`paddlelite.op.OPS`."""

from . import control, conv, elementwise, linalg, pool, random, reduce, shape

__all__ = ["control", "conv", "elementwise", "linalg", "pool", "random", "reduce", "shape"]
