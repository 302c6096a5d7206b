"""Backward: the traversal of the tape, from results to leaves."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import FatalError, InvalidArgumentError, MismatchError, PreconditionNotMetError
from ..mode import mode
from .tape import GradNode, LeafNode, context_class, is_tensor, leaf_of, tensor_of

if TYPE_CHECKING:
    from ..op import Op
    from ..tensor.tensor import Tensor

__all__ = ["backward", "grad", "gradients_of"]


class _Sweep:
    """One traversal of the tape, from roots to leaves, in reverse order of recording.

    Its cost is paid per op and per step: plain loops and few calls.
    """

    def __init__(self, keep: bool) -> None:
        self.keep = keep
        self.pending: dict[Any, list[Any]] = {}
        self.heap: list[tuple[int, Any]] = []
        self.leaves: dict[LeafNode, Any] = {}
        self.wanted: dict[tuple[Any, int], Any] = {}
        #: The nodes from which what is wanted can be reached; None when everything is wanted.
        self.useful: set[Any] | None = None

    def send(self, edge: tuple[Any, int], g: Any) -> None:
        """Add ``g`` to the gradient that arrives at ``edge``."""
        node, index = edge
        if self.useful is not None and node not in self.useful:
            return
        if type(node) is LeafNode:
            so_far = self.leaves.get(node)
            self.leaves[node] = g if so_far is None else _add(so_far, g)
            return
        slots = self.pending.get(node)
        if slots is None:
            slots = self.pending[node] = [None] * node.n_outs
            heapq.heappush(self.heap, (-node.id, node))
        slots[index] = g if slots[index] is None else _add(slots[index], g)

    def run(self) -> None:
        heap, pending, send, useful = self.heap, self.pending, self.send, self.useful
        while heap:
            node = heapq.heappop(heap)[1]
            grads = pending.pop(node)
            if node.hooks or node.retain or self.wanted:
                self._arrive(node, grads)
            if node.saved is None:
                raise FatalError(
                    f"You calculate backward twice for the same subgraph (at {node.op.type}) without setting "
                    "retain_graph=True. Please set retain_graph=True in the first backward/grad call."
                )
            op = node.op
            context = (op.context or _context_class(op))(node, grads, useful)
            if not op.single and any(op.many_out):
                grads = _regroup(op, grads)
            found = op.grad_rule(context, *grads)  # type: ignore[misc]
            for edge, g in zip(node.edges, found if type(found) is tuple else (found,)):
                if edge is None or (g is None and type(edge) is not list):
                    continue
                if type(edge) is tuple:
                    send(edge, g)
                else:
                    for e, part in zip(edge, g or [None] * len(edge), strict=True):
                        if e is not None and part is not None:
                            send(e, part)
            if not self.keep:
                node.saved = node.likes = node.out_likes = None  # what was kept for backward

    def _arrive(self, node: GradNode, grads: list[Any]) -> None:
        """All of a node's gradients are there: hooks, retained gradients, what the caller wants."""
        if node.hooks:
            for index, hooks in node.hooks.items():
                if grads[index] is not None:
                    grads[index] = _apply_hooks(hooks, grads[index])
        if node.retain:
            for index, ref in node.retain.items():
                tensor = ref()
                if tensor is not None and grads[index] is not None:
                    tensor._grad = grads[index]
        for index, g in enumerate(grads):
            if (node, index) in self.wanted:
                self.wanted[node, index] = g


def _context_class(op: Op) -> Any:
    op.context = context_class(op)
    return op.context


def _regroup(op: Op, grads: list[Any]) -> list[Any]:
    grouped, start = [], 0
    for many in op.many_out:
        count = len(grads) - (len(op.outs) - 1) if many else 1
        grouped.append(grads[start : start + count] if many else grads[start])
        start += count
    return grouped


def _add(a: Any, b: Any) -> Any:
    left, right = a._data, b._data
    if left is not None and right is not None and not mode.grad:
        total = left + right
        return tensor_of(total if type(total) is np.ndarray else np.asarray(total))
    from ..ops.array import array_add
    from ..ops.elementwise import add

    return array_add(a, b) if getattr(a, "array", "") else add(a, b)


def _own(g: Any) -> Any:
    """``g`` as a tensor object of its own: two leaves may receive the same one, and users write to ``grad``."""
    return g if g._data is None else tensor_of(g._data)


def _is_nothing(grad: Tensor) -> bool:
    """Whether a gradient is just the zeros that Optimizer.clear_grad leaves: nothing to add to."""
    return grad._zeros is not None and grad._zeros is grad._data


def _apply_hooks(hooks: list[Callable[[Any], Any]], g: Any) -> Any:
    for hook in list(hooks):
        changed = hook(g)
        if changed is not None:
            g = changed
    return g


def _ones_like(t: Tensor) -> Tensor:
    if t._data is not None:
        return tensor_of(np.ones(t._data.shape, t._data.dtype))
    from ..tensor.creation import ones_like

    return ones_like(t)


def _listed(what: str, given: Any, optional: bool = False) -> Sequence[Any]:
    """A tensor or a sequence of them as a sequence; anything else is a MismatchError, as in PaddlePaddle."""
    if is_tensor(given):
        return (given,)
    found = given if isinstance(given, (list, tuple)) else (given,)
    for item in found:
        if not is_tensor(item) and not (optional and item is None):
            raise MismatchError(
                f"{what} must be Tensor or list of Tensor, but received {type(item).__name__}."
            )
    return found


def _seeds(what: str, given: Any, count: int) -> Sequence[Any]:
    """The gradients that arrive at ``count`` outputs, None for ones."""
    if given is None or is_tensor(given):
        return (given,) * count
    found = _listed(what, given, optional=True)
    if found is not given:
        return [given] * count
    if len(found) != count:
        raise MismatchError(
            f"The length of {what} must be equal to that of the tensors they belong to, but there are "
            f"{len(found)} for {count}."
        )
    return found


def _seed_roots(sweep: _Sweep, outputs: Sequence[Tensor], grads: Sequence[Tensor | None]) -> None:
    for t, g in zip(outputs, grads):
        if t.stop_gradient:
            continue
        sweep.send((t._node or leaf_of(t), t._index), _ones_like(t) if g is None else _fitting(g, t))


def _fitting(g: Tensor, t: Tensor) -> Tensor:
    """``g`` as the gradient that arrives at ``t``: of its shape, and in its dtype whatever the user gave."""
    seed, data = g._data, t._data
    if seed is not None and data is not None and seed.shape == data.shape and seed.dtype == data.dtype:
        return g
    pairs = zip(g.dims, t.dims, strict=False)
    # Sizes that only the run knows may turn out equal: those of a loop that changes them have two names.
    if len(g.dims) != len(t.dims) or any(
        isinstance(a, int) and isinstance(b, int) and a != b for a, b in pairs
    ):
        raise MismatchError(
            f"The type and shape of grad tensor {list(g.dims)} mismatch with the output tensor {list(t.dims)}."
        )
    return g.astype(t.dtype)


def backward(
    tensors: Tensor | Sequence[Tensor],
    grad_tensors: Tensor | None | Sequence[Tensor | None] = None,
    retain_graph: bool = False,
) -> None:
    """Run backward from ``tensors`` and add the gradients to the leaves' ``grad``.

    ``grad_tensors`` are the gradients arriving at the tensors (ones where None). Raises FatalError for a second
    backward through nodes that a first one freed.
    """
    if mode.capture is not None:
        if mode.capture.static:
            raise PreconditionNotMetError(
                "backward() in static mode, where nothing has been computed yet: append the gradients to the program, "
                "with optimizer.minimize(loss) or paddle.static.append_backward(loss)."
            )
        raise PreconditionNotMetError(
            "backward() inside a function that is being captured would leave gradients in its graph. Use "
            "paddle.grad(outputs, inputs) there, or call backward() on what the captured function returns."
        )
    outputs: Sequence[Tensor]
    grads: Sequence[Tensor | None]
    if is_tensor(tensors) and (grad_tensors is None or is_tensor(grad_tensors)):
        outputs, grads = (tensors,), (grad_tensors,)  # type: ignore[assignment]
    else:
        outputs = _listed("tensors", tensors)
        grads = _seeds("grad_tensors", grad_tensors, len(outputs))
    was, mode.grad = mode.grad, False
    try:
        sweep = _Sweep(retain_graph)
        _seed_roots(sweep, outputs, grads)
        sweep.run()
        for leaf, g in sweep.leaves.items():
            tensor = leaf.ref()
            if tensor is not None:
                if leaf.hooks:
                    g = _apply_hooks(leaf.hooks[0], g)
                so_far = tensor._grad
                tensor._grad = _own(g) if so_far is None or _is_nothing(so_far) else _add(so_far, g)
    finally:
        mode.grad = was


def grad(
    outputs: Tensor | Sequence[Tensor],
    inputs: Tensor | Sequence[Tensor],
    grad_outputs: Tensor | None | Sequence[Tensor | None] = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool = False,
    no_grad_vars: Any = None,
) -> list[Tensor | None]:
    """The gradients of ``outputs`` with respect to ``inputs``, without touching anyone's ``grad``.

    ``create_graph=True`` records the gradient's own computation, so that it can be differentiated again. Inputs that
    the outputs do not depend on raise InvalidArgumentError, or give None with ``allow_unused=True``.

    >>> import paddlelite as paddle
    >>> x = paddle.to_tensor([3.0], stop_gradient=False)
    >>> (dx,) = paddle.grad(x * x * x, x, create_graph=True)
    >>> float(paddle.grad(dx, x)[0])
    18.0
    """
    outs, ins = _listed("outputs", outputs), _listed("inputs", inputs)
    if mode.capture is not None:
        outs, ins = ([mode.capture.read(t) for t in tensors] for tensors in (outs, ins))
    seeds = _seeds("grad_outputs", grad_outputs, len(outs))
    if not only_inputs:
        raise InvalidArgumentError("only_inputs=False is not supported (nor is it by PaddlePaddle)")
    blocked = (
        [no_grad_vars]
        if no_grad_vars is not None and not isinstance(no_grad_vars, (list, tuple, set))
        else no_grad_vars
    )
    found = gradients_of(
        outs, ins, seeds, create_graph if retain_graph is None else retain_graph, create_graph, blocked
    )
    for i, g in enumerate(found):
        if g is None and not allow_unused:
            raise InvalidArgumentError(
                f"The {i}-th input does not appear in the backward graph. Please check the input tensor or set "
                "allow_unused=True to get None result."
            )
    return found


def gradients_of(
    outs: Sequence[Tensor], ins: Sequence[Tensor], seeds: Any, keep: bool, create_graph: bool, blocked: Any
) -> list[Tensor | None]:
    """The gradients of ``outs`` with respect to ``ins`` as they are, whatever has been written to them since; see
    `grad`. ``keep``: the tape, for another backward. ``blocked``: tensors that let no gradient through.
    """
    was, mode.grad = mode.grad, create_graph
    try:
        sweep = _Sweep(keep)
        for t in ins:
            if t._node is None and not t.stop_gradient:
                leaf_of(t)  # an input that is also an output was used by no call yet
            if t._node is not None and type(t._node) is not LeafNode:
                sweep.wanted[t._node, t._index] = None
        if blocked:
            _block(sweep, blocked)
        sweep.useful = _useful([t._node for t in outs], {t._node for t in ins if t._node is not None})
        _seed_roots(sweep, outs, seeds)
        sweep.run()
    finally:
        mode.grad = was
    return [_found(sweep, t) for t in ins]


def _useful(roots: Sequence[Any], targets: set[Any]) -> set[Any]:
    """The targets and the nodes below ``roots`` from which one of them can be reached."""
    below: dict[Any, set[Any]] = {}
    stack = [node for node in roots if type(node) is GradNode]
    while stack:
        node = stack.pop()
        if node not in below:
            below[node] = {
                e[0] for edge in node.edges for e in (edge if type(edge) is list else (edge,)) if e
            }
            stack += [n for n in below[node] if type(n) is GradNode]
    useful = set(targets)
    # What a call took was recorded before it, so by age every node comes after those it leads to.
    for node in sorted(below, key=lambda n: n.id):
        if not useful.isdisjoint(below[node]):
            useful.add(node)
    return useful


def _block(sweep: _Sweep, tensors: Any) -> None:
    """Let no gradient through ``tensors`` during this sweep."""
    stopped = {(t._node, t._index) for t in tensors if t._node is not None}
    send = sweep.send
    sweep.send = lambda edge, g: None if edge in stopped else send(edge, g)  # type: ignore[method-assign]


def _found(sweep: _Sweep, t: Tensor) -> Any:
    if t._node is None:
        return None
    if type(t._node) is LeafNode:
        g = sweep.leaves.get(t._node)
        return g if g is None or not t._node.hooks else _apply_hooks(t._node.hooks[0], g)
    return sweep.wanted[t._node, t._index]
