"""The ``rnn`` op written out step by step in small ops: what its gradient of gradients is made from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import UnimplementedError
from .compose import call
from .elementwise import add, multiply, subtract
from .index import slice_
from .join import concat, stack
from .linalg import matmul

__all__ = ["unrolled"]


def unrolled(
    x: Any,
    states: Sequence[Any],
    weights: Sequence[Any],
    length: Any,
    *,
    mode: str,
    hidden_size: int,
    num_layers: int,
    is_bidirec: bool,
) -> tuple[Any, list[Any]]:
    """Outputs [T, N, D*H] and last states. Raises UnimplementedError when the number of steps is not known."""
    steps, directions = x.dims[0], 2 if is_bidirec else 1
    if not isinstance(steps, int):
        raise UnimplementedError("a gradient of gradients of an RNN in a graph needs a known number of steps")
    count = num_layers * directions
    inputs = [_at(x, t) for t in range(steps)]
    masks = None if length is None else [_mask(length, t, x) for t in range(steps)]
    last: list[list[Any]] = [[] for _ in states]
    for layer in range(num_layers):
        outputs: list[list[Any]] = []
        for d in range(directions):
            k = layer * directions + d
            biases = list(weights[2 * count + 2 * k : 2 * count + 2 * k + 2]) or [None, None]
            parts = [weights[2 * k], weights[2 * k + 1], *biases]
            order = range(steps) if d == 0 else range(steps - 1, -1, -1)
            outs, final = _pass(mode, inputs, order, parts, [_at(s, k) for s in states], masks, hidden_size)
            outputs.append(outs)
            for kept, state in zip(last, final, strict=True):
                kept.append(state)
        inputs = [
            concat(list(pair), axis=1) if directions == 2 else pair[0] for pair in zip(*outputs, strict=True)
        ]
    return stack(inputs, axis=0), [stack(kept, axis=0) for kept in last]


def _at(x: Any, i: int) -> Any:
    return slice_(x, axes=[0], starts=[i], ends=[i + 1], decrease_axis=[0])


def _mask(length: Any, t: int, x: Any) -> Any:
    """[N, 1]: 1 for sequences longer than ``t``."""
    longer = call("greater_than", length, call("fill_any_like", length, value=float(t)))
    return call("unsqueeze2", call("cast", longer, in_dtype=longer.dtype, out_dtype=x.dtype), axes=[1])


def _affine(x: Any, w: Any, bias: Any) -> Any:
    out = matmul(x, w, trans_y=True)
    return out if bias is None else add(out, bias)


def _columns(x: Any, k: int, size: int) -> Any:
    return slice_(x, axes=[1], starts=[k * size], ends=[(k + 1) * size])


def _pass(mode: str, inputs: Any, order: Any, weights: Any, states: Any, masks: Any, size: int) -> Any:
    outs: list[Any] = [None] * len(inputs)
    step = _lstm if mode == "LSTM" else _gru if mode == "GRU" else _plain
    for t in order:
        new = step(mode, inputs[t], weights, states, size)
        if masks is None:
            outs[t], states = new[0], new
        else:
            outs[t] = multiply(new[0], masks[t])
            states = [
                add(old, multiply(subtract(n, old), masks[t])) for n, old in zip(new, states, strict=True)
            ]
    return outs, states


def _lstm(mode: str, x: Any, weights: Any, states: Any, size: int) -> list[Any]:
    gates = add(_affine(x, weights[0], weights[2]), _affine(states[0], weights[1], weights[3]))
    i, f, o = (call("sigmoid", _columns(gates, k, size)) for k in (0, 1, 3))
    c = add(multiply(f, states[1]), multiply(i, call("tanh", _columns(gates, 2, size))))
    return [multiply(o, call("tanh", c)), c]


def _gru(mode: str, x: Any, weights: Any, states: Any, size: int) -> list[Any]:
    ours, theirs = _affine(x, weights[0], weights[2]), _affine(states[0], weights[1], weights[3])
    r, z = (call("sigmoid", add(_columns(ours, k, size), _columns(theirs, k, size))) for k in (0, 1))
    n = call("tanh", add(_columns(ours, 2, size), multiply(r, _columns(theirs, 2, size))))
    return [add(n, multiply(z, subtract(states[0], n)))]


def _plain(mode: str, x: Any, weights: Any, states: Any, size: int) -> list[Any]:
    total = add(_affine(x, weights[0], weights[2]), _affine(states[0], weights[1], weights[3]))
    return [call("tanh" if mode == "RNN_TANH" else "relu", total)]
