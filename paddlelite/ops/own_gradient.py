"""Results with a gradient of the user's own, in a graph: what `PyLayer` and `static_pylayer` become there.

The function's forward is part of the graph like every other call. Its backward is traced at once, into a block that
takes the gradients of the results and what it reads of the graph besides; when the graph is differentiated, the block's
calls are appended. So a graph that is replayed, cloned or differentiated again needs no Python for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..autograd import enable_grad
from ..capture import Capture, replay
from ..errors import InvalidArgumentError, UnimplementedError
from ..ir import Block, Node, Value
from ..op import Many, Spec, op
from ..tensor.tensor import Tensor
from .control import is_local

__all__ = ["with_gradient"]


@dataclass(frozen=True, repr=False)
class _Backward:
    """How the gradients are computed. It is no block of the program until that is differentiated."""

    block: Block  #: its parameters are the gradients of all results, then what the node has as Saved
    given: tuple[bool, ...]  #: for which of X it gives a gradient
    live: tuple[bool, ...]  #: which results carry one


@op("own_gradient", out="*Out", graph_only=True)
def own_gradient(Value: Many, X: Many, Saved: Many, *, backward):  # type: ignore[no-untyped-def]
    """The tensors ``Value``, through which the gradient goes to ``X`` as ``backward`` says."""
    return list(Value)


@own_gradient.infer
def _(Value: Any, X: Any, Saved: Any, *, backward: Any) -> list[Spec]:
    return [v.spec for v in Value]


@own_gradient.decompose
def _(Value: Any, X: Any, Saved: Any, *, backward: Any) -> list[Tensor]:
    return list(Value)


@own_gradient.onnx
def _(b: Any, Value: Any, X: Any, Saved: Any, *, backward: Any) -> Any:
    return [b.Identity(v) for v in Value]


@own_gradient.lives
def _(node: Node, carries: Any = None) -> Sequence[bool]:
    return node.attrs["backward"].live  # type: ignore[no-any-return]


@own_gradient.grad(saves="Saved Out")
def _(c: Any, gs: Any) -> Any:
    from ..tensor.creation import zeros_like

    grads = [zeros_like(out) if g is None else g for out, g in zip(c.Out, gs, strict=True)]
    found = iter(replay(c.backward.block, [*grads, *c.Saved]))
    return None, [next(found) if given else None for given in c.backward.given], None


def with_gradient(
    capture: Capture,
    results: Sequence[Tensor],
    inputs: Sequence[Tensor],
    gradient: Callable[..., Sequence[Any]],
    live: Sequence[bool] | None = None,
) -> list[Tensor]:
    """``results`` of a function of ``inputs``, with the gradient ``gradient(*gradients_of_results)``.

    ``gradient`` gives a tensor or None for each input. ``live``: which results carry a gradient, all when None.

    Raises InvalidArgumentError for another number of gradients or another shape, UnimplementedError when ``gradient``
    writes to a tensor or draws random numbers.
    """
    values = [capture.read(t) for t in results]
    sources = [capture.read(t) for t in inputs]
    with capture.inner() as frame, enable_grad():
        grads = [frame.block.own(Value(v.spec._replace(content=None))) for v in values]
        frame.block.params += grads
        for grad in grads:
            grad.stop_gradient = not grad.dtype.is_inexact
        found = [capture.read(g) if isinstance(g, Tensor) else g for g in gradient(*grads)]
        _check(found, sources)
        frame.block.outputs = [g for g in found if g is not None]
    if any(not is_local(t, frame) for t, _ in frame.state.values()):
        raise UnimplementedError(
            "the backward of a PyLayer in a graph writes to a tensor or draws random numbers: do that in forward, and "
            "keep the result with ctx.save_for_backward"
        )
    marks = tuple([True] * len(values) if live is None else live)
    backward = _Backward(frame.block, tuple(g is not None for g in found), marks)
    slots = tuple(values), tuple(sources), tuple(frame.lifted)
    with enable_grad():
        return list(capture.append(own_gradient, slots, {"backward": backward}, [[v.spec for v in values]]))


def _check(found: Sequence[Any], inputs: Sequence[Value]) -> None:
    if len(found) != len(inputs):
        raise InvalidArgumentError(
            f"The number of input grads should be equal to the number of inputs, but got {len(found)} and "
            f"{len(inputs)}."
        )
    for at, (g, x) in enumerate(zip(found, inputs)):
        if g is None:
            continue
        if not isinstance(g, Value):
            raise InvalidArgumentError(f"a gradient must be a Tensor or None, but is {type(g).__name__}")
        pairs = zip(g.dims, x.dims)
        differ = any(isinstance(a, int) and isinstance(b, int) and a != b for a, b in pairs)
        if g.dtype is not x.dtype or len(g.dims) != len(x.dims) or differ:
            raise InvalidArgumentError(
                f"the gradient of input {at} is {g.dtype.name}{list(g.shape)}, but the input is "
                f"{x.dtype.name}{list(x.shape)}"
            )
