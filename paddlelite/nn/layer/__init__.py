"""The layers, by Paddle's module names."""

from .layers import Layer

__all__ = ["Layer"]
