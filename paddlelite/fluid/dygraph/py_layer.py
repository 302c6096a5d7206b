"""``fluid.PyLayer`` of 1.4: a function in NumPy, with its gradient."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...autograd.py_layer import PyLayer as Core
from ...errors import InvalidTypeError, UnimplementedError
from ...tensor.tensor import _wrap_array
from ..modes import enter, in_dygraph_mode

__all__ = ["PyLayer"]


class PyLayer:
    """A layer whose ``forward(inputs)`` and ``backward(inputs)`` are static methods on arrays.

    ``forward`` gets the inputs and returns an array or several; ``backward`` gets the inputs, the outputs and the
    outputs' gradients, one after the other, and returns the inputs' gradients. Calling the layer gives a list.
    """

    @staticmethod
    def forward(*inputs: Any) -> Any:
        """The function. To be written by the subclass."""
        raise NotImplementedError("PyLayer: define @staticmethod def forward(inputs)")

    @staticmethod
    def backward(*douts: Any) -> Any:
        """The gradient. To be written by the subclass."""
        raise NotImplementedError("PyLayer: define @staticmethod def backward(inputs)")

    def __call__(self, *inputs: Any) -> list[Any]:
        """The outputs, as a list of Variables."""
        enter(f"PyLayer {type(self).__name__}", inputs)
        if not in_dygraph_mode():
            raise UnimplementedError(
                f"{type(self).__name__} is a PyLayer, which runs in fluid.dygraph.guard() only"
            )
        return list(_Bridge.apply(type(self), *inputs))


class _Bridge(Core):
    """A fluid.PyLayer as one of paddle.autograd."""

    @staticmethod
    def forward(ctx: Any, kind: Any, *inputs: Any) -> Any:
        ctx.kind = kind
        ctx.inputs = [x._data for x in inputs]
        ctx.outputs = _arrays(kind, "forward", kind.forward([x.copy() for x in ctx.inputs]))
        return tuple(_wrap_array(a) for a in ctx.outputs)

    @staticmethod
    def backward(ctx: Any, *douts: Any) -> Any:
        given = [*ctx.inputs, *ctx.outputs, *(d._data for d in douts)]
        return tuple(_wrap_array(a) for a in _arrays(ctx.kind, "backward", ctx.kind.backward(given)))


def _arrays(kind: Any, what: str, result: Any) -> list[np.ndarray]:
    arrays = [np.asarray(a) for a in (result if isinstance(result, (list, tuple)) else [result])]
    for a in arrays:
        if a.dtype.kind not in "fiub":
            raise InvalidTypeError(
                f"{kind.__name__}.{what} must return arrays of numbers, but returned {a.dtype}"
            )
    return arrays
