"""The records of all ops, by family. Importing this package fills the table :data:`paddlelite.op.OPS`."""

from . import control, elementwise, linalg, reduce, shape

__all__ = ["control", "elementwise", "linalg", "reduce", "shape"]
