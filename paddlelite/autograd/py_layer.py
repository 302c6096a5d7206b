"""PyLayer: a function with a gradient of the user's own."""

from __future__ import annotations

from typing import Any

from ..errors import InvalidArgumentError, UnimplementedError
from ..mode import mode
from .tape import GradNode

__all__ = ["PyLayer", "PyLayerContext"]


class PyLayerContext:
    """What ``forward`` leaves for ``backward``. Any attribute may be set on it."""

    def __init__(self) -> None:
        self._saved: tuple[Any, ...] = ()
        self._constants: set[int] = set()
        self._materialize = True

    def save_for_backward(self, *tensors: Any) -> None:
        """Keep tensors for backward."""
        self._saved = tensors

    def saved_tensor(self) -> tuple[Any, ...]:
        """The tensors kept by :meth:`save_for_backward`."""
        return self._saved

    def mark_not_inplace(self, *args: Any) -> None:
        """Accepted; results of a PyLayer never share memory with its inputs here."""

    def mark_non_differentiable(self, *args: Any) -> None:
        """These results carry no gradient."""
        self._constants = {id(t) for t in args}

    def set_materialize_grads(self, value: bool) -> None:
        """Whether ``backward`` gets zeros (True) or None for results that received no gradient."""
        self._materialize = value


class PyLayer:
    """Base of functions with a gradient of their own: static methods ``forward(ctx, ...)`` and ``backward(ctx, ...)``.

    ``backward`` takes one gradient per tensor that ``forward`` returned and gives one (or None) per tensor it took.

    >>> import paddlelite as paddle
    >>> class Double(paddle.autograd.PyLayer):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         return x * 2
    ...
    ...     @staticmethod
    ...     def backward(ctx, g):
    ...         return g * 3
    >>> x = paddle.to_tensor([1.0], stop_gradient=False)
    >>> Double.apply(x).backward()
    >>> x.grad.numpy()
    array([3.], dtype=float32)
    """

    @staticmethod
    def forward(ctx: PyLayerContext, *args: Any, **kwargs: Any) -> Any:
        """The function. To be written by the subclass."""
        raise UnimplementedError("You must implement the forward function for PyLayer.")

    @staticmethod
    def backward(ctx: PyLayerContext, *args: Any) -> Any:
        """The gradient. To be written by the subclass."""
        raise UnimplementedError("You must implement the backward function for PyLayer.")

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Call ``forward``, and record ``backward`` as its gradient."""
        from ..tensor.tensor import Tensor

        ctx = PyLayerContext()
        tensors = [a for a in (*args, *kwargs.values()) if isinstance(a, Tensor)]
        live = mode.grad and any(not t.stop_gradient for t in tensors)
        was, mode.grad = mode.grad, False
        try:
            result = cls.forward(ctx, *args, **kwargs)
        finally:
            mode.grad = was
        if live:
            record = _record if mode.capture is None else _in_graph
            result = record(cls, ctx, tensors, result)
        return result


def _in_graph(cls: type[PyLayer], ctx: PyLayerContext, tensors: list[Any], result: Any) -> Any:
    """The results in a graph, which also gets what ``backward`` computes."""
    from ..ops.own_gradient import with_gradient
    from ..tensor.tensor import Tensor

    outs = list(result) if isinstance(result, (list, tuple)) else [result]
    results = [t for t in outs if isinstance(t, Tensor)]
    if not results:
        raise InvalidArgumentError(f"At least one output of {cls.__name__}.forward must be a Tensor.")
    wanted = [not t.stop_gradient for t in tensors]
    live = [t.dtype.is_inexact and id(t) not in ctx._constants for t in results]
    made = iter(
        with_gradient(
            mode.capture,  # type: ignore[arg-type]
            results,
            tensors,
            lambda *grads: _listed(cls, cls.backward(ctx, *grads), wanted),
            live,
        )
    )
    fresh = [next(made) if isinstance(t, Tensor) else t for t in outs]
    return type(result)(fresh) if isinstance(result, (list, tuple)) else fresh[0]


def _record(cls: type[PyLayer], ctx: PyLayerContext, tensors: list[Any], result: Any) -> Any:
    from ..tensor.tensor import Tensor, _wrap_array

    outs = list(result) if isinstance(result, (list, tuple)) else [result]
    # A result that is an input, or that came from elsewhere, must not get a place on this tape itself.
    fresh = [_wrap_array(t._data) if isinstance(t, Tensor) else t for t in outs]
    results = [t for t in fresh if isinstance(t, Tensor)]
    if not results:
        raise InvalidArgumentError(f"At least one output of {cls.__name__}.forward must be a Tensor.")
    node = GradNode(
        _PYLAYER,
        (tensors,),
        {"cls": cls, "ctx": ctx},
        [[t._data for t in tensors]],
        tuple(t._data for t in results),
    )
    place = 0
    for old, new in zip(outs, fresh, strict=True):
        if isinstance(new, Tensor):
            if new.dtype.is_inexact and id(old) not in ctx._constants:
                new.stop_gradient, new._node, new._index = False, node, place
            place += 1
    return type(result)(fresh) if isinstance(result, (list, tuple)) else fresh[0]


def _listed(cls: type[PyLayer], result: Any, wanted: list[bool]) -> list[Any]:
    """One gradient for each input tensor; those of the last inputs, which want none, may be left out."""
    found = list(result) if isinstance(result, (list, tuple)) else [result]
    if len(found) < len(wanted) and not any(wanted[len(found) :]):
        found += [None] * (len(wanted) - len(found))
    if len(found) != len(wanted):
        raise InvalidArgumentError(
            f"{cls.__name__}.backward returned {len(found)} gradients for {len(wanted)} input tensors"
        )
    return found


def _gradient(c: Any, grads: list[Any]) -> Any:
    from ..tensor.creation import zeros
    from ..tensor.tensor import Tensor

    if c.ctx._materialize:
        likes = c.like("Out")
        grads = [zeros(list(k.dims), k.dtype) if g is None else g for g, k in zip(grads, likes, strict=True)]
    inputs = c.like("X")
    found = _listed(c.cls, c.cls.backward(c.ctx, *grads), [edge is not None for edge in c._node.edges[0]])
    for g, like in zip(found, inputs, strict=True):
        if g is not None and not isinstance(g, Tensor):
            raise InvalidArgumentError(
                f"{c.cls.__name__}.backward can only return Tensors or None, but got {type(g).__name__}"
            )
        if g is not None and tuple(g.dims) != tuple(like.dims):
            raise InvalidArgumentError(
                f"{c.cls.__name__}.backward returned a gradient of shape {list(g.dims)} for an input of "
                f"{list(like.dims)}"
            )
    return (found,)


def _make_record() -> Any:
    from ..op import Op, Slot

    record = Op("py_layer", None, (Slot("X", False, True),), ("*Out",), {})
    record.grad(_gradient, saves="")
    return record


_PYLAYER = _make_record()
