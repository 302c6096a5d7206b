"""paddle.nn: layers and what they are made with."""

from . import clip, initializer
from .clip import ClipGradBase, ClipGradByGlobalNorm, ClipGradByNorm, ClipGradByValue
from .layer import Layer
from .parameter import Parameter

__all__ = [
    "ClipGradBase",
    "ClipGradByGlobalNorm",
    "ClipGradByNorm",
    "ClipGradByValue",
    "Layer",
    "Parameter",
    "clip",
    "initializer",
]
