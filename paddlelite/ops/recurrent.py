"""Recurrent networks on NumPy arrays: one pass of one layer in one direction, and its gradient.

Everything is in the order of processing: the caller hands in reversed views for the backward direction. All input
projections are one product; the loops over time make as few and as large NumPy calls as they can. What the gradient
needs of all steps at once is computed outside its loop.

Gate order is PaddlePaddle's: LSTM input, forget, cell, output; GRU reset, update, candidate.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

__all__ = ["GATES", "Saved", "backward", "forward", "saved_width"]

#: Gates of each kind of network.
GATES = {"LSTM": 4, "GRU": 3, "RNN_TANH": 1, "RNN_RELU": 1}


class Saved(NamedTuple):
    """What forward leaves for backward: hidden states [T, N, H], cells [T, N, H] and gates [T, k, N, H].

    LSTM gates stand in the order input, forget, output, cell; GRU: reset, update, candidate, and the recurrent part of
    the candidate.
    """

    hidden: np.ndarray
    cells: np.ndarray | None
    gates: np.ndarray


def saved_width(mode: str) -> int:
    """How many numbers per step, sample and unit :class:`Saved` holds."""
    return {"LSTM": 6, "GRU": 5}.get(mode, 1)


def forward(
    mode: str,
    x: np.ndarray,
    weights: Any,
    h: np.ndarray,
    c: np.ndarray | None,
    mask: np.ndarray | None,
    saved: Saved,
) -> tuple[np.ndarray, np.ndarray | None]:
    """Fill ``saved`` from inputs ``x`` [T, N, I]; returns the last hidden state (and cell).

    ``weights`` are (w_ih, w_hh, b_ih, b_hh), ``mask`` [T, N, 1] is 0 where a sequence is over.
    """
    run = _lstm if mode == "LSTM" else _gru if mode == "GRU" else _plain
    return run(mode, x, weights, h, c, mask, saved)


def _project(x: np.ndarray, w: np.ndarray, b: np.ndarray | None, gates: int) -> np.ndarray:
    """``x @ w.T + b`` of all steps as one product a gate: [gates, T, N, H]."""
    steps, batch, width = x.shape
    by_gate = w.reshape(gates, -1, width).transpose(0, 2, 1)
    out = np.matmul(x.reshape(-1, width), by_gate)
    if b is not None:
        out += b.reshape(gates, 1, -1)
    return out.reshape(gates, steps, batch, -1)


def _recurrent(w: np.ndarray, gates: int) -> np.ndarray:
    """The recurrent weights of each gate, to multiply rows with: [gates, H, H]."""
    return np.ascontiguousarray(w.reshape(gates, -1, w.shape[1]).transpose(0, 2, 1))


def _keep(mask: np.ndarray | None, t: int, new: np.ndarray, old: np.ndarray) -> np.ndarray:
    """``new``, but ``old`` for sequences that are over at step ``t``; written into ``new``."""
    if mask is not None:
        np.copyto(new, old, where=mask[t] == 0)
    return new


# In loops each gate is a contiguous [N, H] block: NumPy needs a third of the time it takes for slices of rows.


def _lstm(mode: str, x: Any, weights: Any, h: Any, c: Any, mask: Any, saved: Saved) -> Any:
    w_ih, w_hh, b_ih, b_hh = (None if w is None else _output_third(w) for w in weights)
    size = w_hh.shape[1]
    # sigmoid(x) = tanh(x / 2) / 2 + 1 / 2: with three gates halved, one tanh does all four.
    half = np.full(4 * size, 0.5, x.dtype)
    half[3 * size :] = 1
    bias = None if b_ih is None else (b_ih + b_hh) * half
    inputs = _project(x, w_ih * half[:, None], bias, 4)
    recurrent = _recurrent(w_hh * half[:, None], 4)
    by_step = inputs.transpose(1, 0, 2, 3)
    part = np.empty(h.shape, x.dtype)
    half_one = x.dtype.type(0.5)
    for t, gates in enumerate(saved.gates):
        np.matmul(h, recurrent, out=gates)
        gates += by_step[t]
        np.tanh(gates, out=gates)
        squashed = gates[:3]
        squashed *= half_one
        squashed += half_one
        new_c = np.multiply(gates[1], c, out=saved.cells[t])  # type: ignore[index]
        np.multiply(gates[0], gates[3], out=part)
        new_c += part
        c = _keep(mask, t, new_c, c)
        np.tanh(new_c, out=part)
        h = _keep(mask, t, np.multiply(gates[2], part, out=saved.hidden[t]), h)
    return h, c


def _output_third(w: np.ndarray) -> np.ndarray:
    """The gates in the order input, forget, output, cell: those with a sigmoid side by side."""
    i, f, g, o = np.split(w, 4)
    return np.concatenate((i, f, o, g))


def _gru(mode: str, x: Any, weights: Any, h: Any, c: Any, mask: Any, saved: Saved) -> Any:
    w_ih, w_hh, b_ih, b_hh = weights
    inputs = _project(x, w_ih, b_ih, 3)
    recurrent = _recurrent(w_hh, 3)
    bias = None if b_hh is None else b_hh.reshape(3, 1, -1)
    half = x.dtype.type(0.5)
    hidden = np.empty((3, *h.shape), x.dtype)
    for t, gates in enumerate(saved.gates):
        # [reset, update, candidate, the recurrent part of the candidate]
        np.matmul(h, recurrent, out=hidden)
        if bias is not None:
            hidden += bias
        both = np.add(inputs[:2, t], hidden[:2], out=gates[:2])
        both *= half
        np.tanh(both, out=both)
        both *= half
        both += half
        gates[3] = hidden[2]
        candidate = np.multiply(gates[0], hidden[2], out=gates[2])
        candidate += inputs[2, t]
        np.tanh(candidate, out=candidate)
        new = np.subtract(h, candidate, out=saved.hidden[t])
        new *= gates[1]
        new += candidate
        h = _keep(mask, t, new, h)
    return h, None


def _plain(mode: str, x: Any, weights: Any, h: Any, c: Any, mask: Any, saved: Saved) -> Any:
    w_ih, w_hh, b_ih, b_hh = weights
    inputs = _project(x, w_ih, None if b_ih is None else b_ih + b_hh, 1)[0]
    recurrent = np.ascontiguousarray(w_hh.T)
    for t in range(len(x)):
        new = np.matmul(h, recurrent, out=saved.hidden[t])
        new += inputs[t]
        np.tanh(new, out=new) if mode == "RNN_TANH" else np.maximum(new, 0, out=new)
        h = _keep(mask, t, new, h)
    return h, None


# Gradients


class Grads(NamedTuple):
    """Gradients of the inputs, the first states and (w_ih, w_hh, b_ih, b_hh)."""

    x: np.ndarray | None
    h: np.ndarray
    c: np.ndarray | None
    weights: tuple[np.ndarray, ...]


def backward(
    mode: str,
    x: np.ndarray,
    weights: Any,
    h0: np.ndarray,
    c0: np.ndarray | None,
    mask: np.ndarray | None,
    saved: Saved,
    g_out: np.ndarray,
    dh: np.ndarray,
    dc: np.ndarray | None,
    need_x: bool = True,
) -> Grads:
    """The gradients, from those of the outputs [T, N, H] and of the last states; of ``x`` only when it is needed."""
    before = np.concatenate((h0[None], saved.hidden[:-1]))
    run = _lstm_grad if mode == "LSTM" else _gru_grad if mode == "GRU" else _plain_grad
    d_in, d_rec, dh, dc = run(mode, weights, before, c0, mask, saved, g_out, dh, dc)
    w_ih = weights[0]
    steps = d_in.shape[0] * d_in.shape[1]
    rows_in, rows_rec = d_in.reshape(steps, -1), d_rec.reshape(steps, -1)
    dx = np.matmul(rows_in, w_ih).reshape(x.shape) if need_x else None
    d_w_ih = np.matmul(rows_in.T, x.reshape(steps, -1))
    d_w_hh = np.matmul(rows_rec.T, before.reshape(steps, -1))
    ones = np.ones(steps, x.dtype)
    d_b_ih = np.matmul(ones, rows_in)
    d_b_hh = d_b_ih if d_rec is d_in else np.matmul(ones, rows_rec)
    return Grads(dx, dh, dc, (d_w_ih, d_w_hh, d_b_ih, d_b_hh))


def _through(mask: Any, t: int, *grads: Any) -> tuple[Any, ...]:
    """Gradients of what a step computed and of what it passed on, for sequences that are over."""
    if mask is None:
        return (*grads, *(None for _ in grads))
    return (*(g * mask[t] for g in grads), *(g * (1 - mask[t]) for g in grads))


def _plus(g: np.ndarray, passed: np.ndarray | None) -> np.ndarray:
    return g if passed is None else g + passed


def _lstm_grad(
    mode: str, weights: Any, before: Any, c0: Any, mask: Any, saved: Saved, g_out: Any, dh: Any, dc: Any
) -> Any:
    w_hh = weights[1]
    size = w_hh.shape[1]
    steps, batch = saved.hidden.shape[:2]
    one = g_out.dtype.type(1)
    i, f, o, g = (saved.gates[:, k] for k in range(4))
    tanh_c = np.tanh(saved.cells)
    slopes = np.empty((steps, batch, 4, size), g_out.dtype)
    # d gate = dc * slope for i, f and g, dh * slope for o: slopes of all steps at once.
    np.multiply(g, i * (one - i), out=slopes[:, :, 0])
    np.multiply(np.concatenate((c0[None], saved.cells[:-1])), f * (one - f), out=slopes[:, :, 1])  # type: ignore[index]
    np.multiply(i, one - g * g, out=slopes[:, :, 2])
    np.multiply(tanh_c, o * (one - o), out=slopes[:, :, 3])
    by_h = o * (one - tanh_c * tanh_c)
    flat = slopes.reshape(steps, batch, 4 * size)
    for t in range(steps - 1, -1, -1):
        dh = dh + g_out[t] if mask is None else dh + g_out[t] * mask[t]
        dh, dc, passed_h, passed_c = _through(mask, t, dh, dc)
        through = dh * by_h[t]
        through += dc
        step = slopes[t]
        step[:, :3] *= through[:, None]
        step[:, 3] *= dh
        dh = _plus(np.matmul(flat[t], w_hh), passed_h)
        dc = _plus(np.multiply(through, f[t], out=through), passed_c)
    return flat, flat, dh, dc


def _gru_grad(
    mode: str, weights: Any, before: Any, c0: Any, mask: Any, saved: Saved, g_out: Any, dh: Any, dc: Any
) -> Any:
    w_hh = weights[1]
    size = w_hh.shape[1]
    steps, batch = saved.hidden.shape[:2]
    one = g_out.dtype.type(1)
    r, z, n, part = (saved.gates[:, k] for k in range(4))
    d_rec = np.empty((steps, batch, 3, size), g_out.dtype)
    by_n = (one - z) * (one - n * n)
    by_r = part * r * (one - r)
    np.multiply(before - n, z * (one - z), out=d_rec[:, :, 1])
    d_in = np.empty_like(d_rec)
    flat = d_rec.reshape(steps, batch, 3 * size)
    for t in range(steps - 1, -1, -1):
        dh = dh + g_out[t] if mask is None else dh + g_out[t] * mask[t]
        dh, passed = _through(mask, t, dh)
        step = d_rec[t]
        candidate = np.multiply(dh, by_n[t], out=d_in[t, :, 2])
        step[:, 1] *= dh
        np.multiply(candidate, by_r[t], out=step[:, 0])
        np.multiply(candidate, r[t], out=step[:, 2])
        dh = dh * z[t]
        dh += np.matmul(flat[t], w_hh)
        dh = _plus(dh, passed)
    d_in[:, :, :2] = d_rec[:, :, :2]
    return d_in.reshape(steps, batch, 3 * size), flat, dh, None


def _plain_grad(
    mode: str, weights: Any, before: Any, c0: Any, mask: Any, saved: Saved, g_out: Any, dh: Any, dc: Any
) -> Any:
    w_hh, hidden = weights[1], saved.hidden
    slopes = 1 - hidden * hidden if mode == "RNN_TANH" else (hidden > 0).astype(hidden.dtype)
    for t in range(len(hidden) - 1, -1, -1):
        dh = dh + g_out[t] if mask is None else dh + g_out[t] * mask[t]
        dh, passed = _through(mask, t, dh)
        slopes[t] *= dh
        dh = _plus(np.matmul(slopes[t], w_hh), passed)
    return slopes, slopes, dh, None
