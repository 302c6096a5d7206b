"""Automatic differentiation: ``backward``, ``grad``, ``no_grad``, ``PyLayer``."""

from .backward import backward, grad, gradients_of
from .functional import hessian, jacobian
from .py_layer import PyLayer, PyLayerContext
from .switches import enable_grad, is_grad_enabled, no_grad, set_grad_enabled
from .tape import Context, GradNode, LeafNode, Like, clock, use_tensor_class

__all__ = [
    "Context",
    "GradNode",
    "LeafNode",
    "Like",
    "PyLayer",
    "PyLayerContext",
    "backward",
    "clock",
    "enable_grad",
    "grad",
    "hessian",
    "is_grad_enabled",
    "jacobian",
    "no_grad",
    "set_grad_enabled",
    "use_tensor_class",
]
