"""paddle.nn: layers and what they are made with."""

from .layer import Layer
from .parameter import Parameter

__all__ = ["Layer", "Parameter"]
