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
    """What forward leaves for backward: hidden states [T, N, H], cells [T, N, H] and gates [T, N, k*H]."""

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


def _project(x: np.ndarray, w: np.ndarray, b: np.ndarray | None) -> np.ndarray:
    """``x @ w.T + b`` of all steps as one product."""
    out = np.matmul(x.reshape(-1, x.shape[-1]), w.T)
    if b is not None:
        out += b
    return out.reshape(*x.shape[:2], w.shape[0])


def _keep(mask: np.ndarray | None, t: int, new: np.ndarray, old: np.ndarray) -> np.ndarray:
    """``new``, but ``old`` for sequences that are over at step ``t``; written into ``new``."""
    if mask is not None:
        np.copyto(new, old, where=mask[t] == 0)
    return new


def _lstm(mode: str, x: Any, weights: Any, h: Any, c: Any, mask: Any, saved: Saved) -> Any:
    w_ih, w_hh, b_ih, b_hh = weights
    size = w_hh.shape[1]
    # sigmoid(x) = tanh(x / 2) / 2 + 1 / 2: with three gates halved, one tanh does all four.
    half = np.full(4 * size, 0.5, x.dtype)
    half[2 * size : 3 * size] = 1
    offset = 1 - half
    bias = None if b_ih is None else (b_ih + b_hh) * half
    inputs = _project(x, w_ih * half[:, None], bias)
    recurrent = np.ascontiguousarray((w_hh * half[:, None]).T)
    part = np.empty(h.shape, x.dtype)
    step_gates, step_cells, step_hidden = list(saved.gates), list(saved.cells), list(saved.hidden)  # type: ignore[arg-type]
    for t, from_input in enumerate(inputs):
        gates = np.matmul(h, recurrent, out=step_gates[t])
        gates += from_input
        np.tanh(gates, out=gates)
        gates *= half
        gates += offset
        new_c = np.multiply(gates[:, size : 2 * size], c, out=step_cells[t])
        np.multiply(gates[:, :size], gates[:, 2 * size : 3 * size], out=part)
        new_c += part
        c = _keep(mask, t, new_c, c)
        np.tanh(new_c, out=part)
        h = _keep(mask, t, np.multiply(gates[:, 3 * size :], part, out=step_hidden[t]), h)
    return h, c


def _gru(mode: str, x: Any, weights: Any, h: Any, c: Any, mask: Any, saved: Saved) -> Any:
    w_ih, w_hh, b_ih, b_hh = weights
    size = w_hh.shape[1]
    inputs = _project(x, w_ih, b_ih)
    recurrent = np.ascontiguousarray(w_hh.T)
    half, one = x.dtype.type(0.5), x.dtype.type(1)
    for t in range(len(x)):
        # [reset, update, candidate, the recurrent part of the candidate]
        gates = saved.gates[t]
        hidden = np.matmul(h, recurrent)
        if b_hh is not None:
            hidden += b_hh
        both = np.add(inputs[t, :, : 2 * size], hidden[:, : 2 * size], out=gates[:, : 2 * size])
        both *= half
        np.tanh(both, out=both)
        both += one
        both *= half
        gates[:, 3 * size :] = hidden[:, 2 * size :]
        candidate = np.multiply(gates[:, :size], hidden[:, 2 * size :], out=gates[:, 2 * size : 3 * size])
        candidate += inputs[t, :, 2 * size :]
        np.tanh(candidate, out=candidate)
        new = np.subtract(h, candidate, out=saved.hidden[t])
        new *= gates[:, size : 2 * size]
        new += candidate
        h = _keep(mask, t, new, h)
    return h, None


def _plain(mode: str, x: Any, weights: Any, h: Any, c: Any, mask: Any, saved: Saved) -> Any:
    w_ih, w_hh, b_ih, b_hh = weights
    inputs = _project(x, w_ih, None if b_ih is None else b_ih + b_hh)
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

    x: np.ndarray
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
) -> Grads:
    """The gradients, from those of the outputs [T, N, H] and of the last states."""
    before = np.concatenate((h0[None], saved.hidden[:-1]))
    run = _lstm_grad if mode == "LSTM" else _gru_grad if mode == "GRU" else _plain_grad
    d_in, d_rec, dh, dc = run(mode, weights, before, c0, mask, saved, g_out, dh, dc)
    w_ih, w_hh = weights[:2]
    steps = d_in.shape[0] * d_in.shape[1]
    rows_in, rows_rec = d_in.reshape(steps, -1), d_rec.reshape(steps, -1)
    dx = np.matmul(rows_in, w_ih).reshape(x.shape)
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


def _lstm_grad(mode: str, weights: Any, before: Any, c0: Any, mask: Any, saved: Saved, g_out: Any, dh: Any, dc: Any) -> Any:
    w_hh = weights[1]
    size = w_hh.shape[1]
    steps, batch = saved.hidden.shape[:2]
    gates = saved.gates.reshape(steps, batch, 4, size)
    one = gates.dtype.type(1)
    i, f, g, o = (gates[:, :, k] for k in range(4))
    tanh_c = np.tanh(saved.cells)
    slopes = np.empty_like(gates)
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


def _gru_grad(mode: str, weights: Any, before: Any, c0: Any, mask: Any, saved: Saved, g_out: Any, dh: Any, dc: Any) -> Any:
    w_hh = weights[1]
    size = w_hh.shape[1]
    steps, batch = saved.hidden.shape[:2]
    gates = saved.gates.reshape(steps, batch, 4, size)
    one = gates.dtype.type(1)
    r, z, n, part = (gates[:, :, k] for k in range(4))
    d_rec = np.empty((steps, batch, 3, size), gates.dtype)
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


def _plain_grad(mode: str, weights: Any, before: Any, c0: Any, mask: Any, saved: Saved, g_out: Any, dh: Any, dc: Any) -> Any:
    w_hh, hidden = weights[1], saved.hidden
    slopes = 1 - hidden * hidden if mode == "RNN_TANH" else (hidden > 0).astype(hidden.dtype)
    for t in range(len(hidden) - 1, -1, -1):
        dh = dh + g_out[t] if mask is None else dh + g_out[t] * mask[t]
        dh, passed = _through(mask, t, dh)
        slopes[t] *= dh
        dh = _plus(np.matmul(slopes[t], w_hh), passed)
    return slopes, slopes, dh, None
