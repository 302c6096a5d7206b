"""Initializers: what fills a new parameter."""

from .base import Initializer, calculate_gain, global_initializer, set_global_initializer
from .drawn import Normal, Orthogonal, TruncatedNormal, Uniform
from .fixed import Assign, Bilinear, Constant, Dirac
from .scaled import KaimingNormal, KaimingUniform, XavierNormal, XavierUniform

__all__ = [
    "Assign",
    "Bilinear",
    "Constant",
    "Dirac",
    "Initializer",
    "KaimingNormal",
    "KaimingUniform",
    "Normal",
    "Orthogonal",
    "TruncatedNormal",
    "Uniform",
    "XavierNormal",
    "XavierUniform",
    "calculate_gain",
    "set_global_initializer",
]
