"""The one door every op call goes through."""

from __future__ import annotations

from typing import Any

import numpy as np

from .autograd import GradNode
from .errors import InvalidArgumentError, InvalidTypeError, PaddleError
from .mode import mode
from .op import Op, Spec
from .tensor.tensor import Tensor

__all__ = ["bind"]

_ndarray = np.ndarray
_new = Tensor.__new__


def bind(op: Op, *inputs: Any, **attrs: Any) -> Any:
    """Run ``op`` on tensors: at once on NumPy arrays, or as a node of the graph being captured.

    ``inputs`` are in slot order, None where an optional slot is empty, a list where a slot takes one. Returns a
    Tensor, a list of them for a list slot, or a tuple when there are several output slots.

    Raises InvalidArgumentError (or what the op's shape rule raises) when the inputs do not fit the op.
    """
    capture = mode.capture
    if capture is not None:
        return capture.call(op, inputs, attrs)
    # This is the hot path of eager execution: a plain loop, no helper calls.
    kernel = op.kernel
    if kernel is None:
        return op.decompose_rule(*inputs, **attrs)  # type: ignore[misc]
    arrays: list[Any] = []
    wants_grad = False
    try:
        for x in inputs:
            kind = type(x)
            if kind is Tensor or (x is not None and kind is not list and kind is not tuple):
                arrays.append(x._data)
                if not x.stop_gradient:
                    wants_grad = True
            elif x is None:
                arrays.append(None)
            else:
                arrays.append([t._data for t in x])
                for t in x:
                    if not t.stop_gradient:
                        wants_grad = True
        result = kernel(*arrays, **attrs)
    except Exception as error:
        problem = explain(op, inputs, attrs, error)
        if problem is error:
            raise
        raise problem from error
    if wants_grad and op.grad_rule is not None and mode.grad:
        return _record(op, inputs, attrs, arrays, result)
    if op.single:
        out = _new(Tensor)
        out._data = result if type(result) is _ndarray else np.asarray(result)
        if op.view:
            out._is_view_of(inputs[0])
        return out
    return _wrap(op, result, inputs)


def _wrap(op: Op, result: Any, inputs: tuple[Any, ...]) -> Any:
    """The results of an op with several outputs, as tensors."""
    if len(op.outs) == 1:
        result = (result,)
    outs: list[Any] = [
        [_plain(r) for r in part] if many else _plain(part)
        for part, many in zip(result, op.many_out, strict=True)
    ]
    if op.view:
        for out in outs[0] if op.many_out[0] else outs[:1]:
            out._is_view_of(inputs[0])
    return outs[0] if len(outs) == 1 else tuple(outs)


def _plain(array: Any) -> Tensor | None:
    if array is None:
        return None
    out = _new(Tensor)
    out._data = array if type(array) is _ndarray else np.asarray(array)
    return out


def _record(op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any], arrays: list[Any], result: Any) -> Any:
    """The results as tensors, with the call on the tape."""
    if op.single:
        out = _new(Tensor)
        out._data = result if type(result) is _ndarray else np.asarray(result)
        if op.view:
            out._is_view_of(inputs[0])
        kind = out._data.dtype.kind
        if kind == "f" or kind == "c" or kind == "V":
            out.stop_gradient = False
            out._node = GradNode(op, inputs, attrs, arrays, (out._data,))
            if mode.tracer is not None:
                out.retain_grads()
        return out
    outs = _wrap(op, result, inputs)
    flat = flatten_outs(op, outs)
    node = GradNode(op, inputs, attrs, arrays, tuple(None if t is None else t._data for t in flat))
    for index, (t, live) in enumerate(zip(flat, op.live(len(flat)), strict=True)):
        if live and t is not None and t._data.dtype.kind in "fcV":
            t.stop_gradient = False
            t._node = node
            t._index = index
            if mode.tracer is not None:
                t.retain_grads()
    return outs


def flatten_outs(op: Op, outs: Any) -> list[Any]:
    """The results of a call as one flat list."""
    if op.single:
        return [outs]
    if len(op.outs) == 1:
        return list(outs)
    return [t for part, many in zip(outs, op.many_out, strict=True) for t in (part if many else (part,))]


def explain(op: Op, inputs: tuple[Any, ...], attrs: dict[str, Any], error: Exception) -> Exception:
    """The error to show for a kernel that failed: the shape rule's own when it objects, else one naming the op."""
    from .ops.check import is_users

    if isinstance(error, PaddleError) or is_users(error):
        return error
    for x in _flat(inputs):
        if x is not None and not isinstance(x, Tensor):
            return InvalidArgumentError(f"{op.type}(): an input must be Tensor, but got {type(x).__name__}")
        if x is not None and x._data is None:
            return InvalidArgumentError(
                f"{op.type}(): the input {x.name} is a variable of a static graph, which has no value here. Run its "
                "program with an Executor, or use it inside the function that is being captured."
            )
    if isinstance(error, TypeError) and "argument" in str(error) and "got an unexpected" in str(error):
        return InvalidTypeError(f"{op.type}(): {error}")
    if op.infer_rule is not None:
        specs = [_spec(x) for x in inputs]
        try:
            op.infer_rule(*specs, **op.full_attrs(attrs))
        except PaddleError as problem:
            return problem
        except Exception as problem:  # the rule itself can not cope: the kernel's error says more
            error.__context__ = problem
    shown = ", ".join(f"{s.name}: {_show(x)}" for s, x in zip(op.slots, inputs, strict=False))
    return InvalidArgumentError(f"op {op.type} failed on {shown}: {error}")


def _flat(inputs: Any) -> list[Any]:
    return [t for x in inputs for t in (x if isinstance(x, (list, tuple)) else (x,))]


def _spec(x: Any) -> Any:
    if isinstance(x, (list, tuple)):
        return [_spec(t) for t in x]
    return None if x is None else Spec(x.dims, x.dtype, x._data if x._data.dtype.kind in "iu" else None)


def _show(x: Any) -> str:
    if isinstance(x, (list, tuple)):
        return f"[{', '.join(map(_show, x))}]"
    return "None" if x is None else f"{x.dtype.name}{list(x.dims)}"
