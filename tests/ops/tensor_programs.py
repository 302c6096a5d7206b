"""Functions of tensors that shape, index, gather and scatter, with inputs: (function, arrays)."""

from __future__ import annotations

import numpy as np

import paddlelite as P

X = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
M = np.arange(6, dtype=np.float32).reshape(2, 3)
V = np.array([1.0, 2, 3], np.float32)
I = np.array([1, 0])  # noqa: E741
C = np.array([[2], [0]])


def several_writes(a):
    b = a * 1
    b[0] = b[1] * 2
    b[:, 0] = -1.0
    b[0, 1] += 5
    b[::-1, 1:] = a[:, 1:]
    return b


def writes_by_mask(a):
    b = a * 1
    b[b > 2] = 0.0
    b[b < 1] = P.to_tensor(7.0)
    return b


def writes_by_index(a):
    b = a * 1
    b[0, [0, 2]] = 5.0
    b[:, 1, [1, 3]] = a[:, 0, :2]
    b[None, 1] = a[0] * 2
    return b


PAD = P.nn.functional.pad
PROGRAMS = {
    "reshape": (lambda a: a.reshape([a.shape[0], -1]), X),
    "flatten": (lambda a: a.flatten(1), X),
    "squeeze": (lambda a: P.squeeze(P.unsqueeze(a, [1, -1])), M),
    "unflatten": (lambda a: P.unflatten(a, 2, [2, 2]), X),
    "moveaxis": (lambda a: P.moveaxis(a, 0, 2), X),
    "rot90": (lambda a: P.rot90(a), M),
    "concat": (lambda a: P.concat([a, a], -1), M),
    "stack": (lambda a: P.stack([a, a], 1), M),
    "hstack": (lambda a: P.hstack([a, a]), M),
    "atleast_3d": (lambda a: P.atleast_3d(a), M),
    "split": (lambda a: P.split(a, 2, 2), X),
    "split into sections": (lambda a: P.split(a, [1, -1], 1), X),
    "chunk": (lambda a: P.chunk(a, 3, 1), X),
    "tile": (lambda a: P.tile(a, [a.shape[0], 1]), M),
    "expand": (lambda a, b: P.expand_as(a, b), M[:1], M),
    "repeat_interleave": (lambda a: P.repeat_interleave(a, 2, 1), M),
    "meshgrid": (lambda a, b: P.meshgrid(a, b), V, V[:2]),
    "broadcast_tensors": (lambda a, b: P.broadcast_tensors([a, b]), M, V),
    "cartesian_prod": (lambda a: P.cartesian_prod([a, a]), V),
    "roll": (lambda a: P.roll(a, 1, 0), M),
    "flip": (lambda a: P.flip(a, [0]), M),
    "diag": (lambda a: P.diag(a), V),
    "tril": (lambda a: P.tril(a), X),
    "pad": (lambda a: PAD(a, [1, 1], data_format="NCL"), X),
    "reflect": (lambda a: PAD(a, [1, 1], mode="reflect", data_format="NCL"), X),
    "replicate": (lambda a: PAD(a, [1, 2], mode="replicate", data_format="NLC"), X),
    "circular": (lambda a: PAD(a, [1, 2], mode="circular", data_format="NCL"), X),
    "crop": (lambda a: P.crop(a, [1, 2], [0, 1]), M),
    "slice": (lambda a: P.slice(a, [1], [0], [2]), M),
    "strided_slice": (lambda a: P.strided_slice(a, [1], [2], [0], [-1]), M),
    "unfold": (lambda a: a.unfold(2, 2, 1), X),
    "as_strided": (lambda a: P.as_strided(a, [2, 2], [1, 1]), M),
    "numel": (lambda a: a.numel() + 0, M),
    "rank": (lambda a: P.rank(a) + P.zeros([1], "int32"), M),
    "arange": (lambda a: P.arange(a.shape[0]) + 0, M),
    "full": (lambda a: P.full([a.shape[0], 2], 3.0) + 0, M),
    "zeros_like": (lambda a: P.zeros_like(a) + 1, M),
    "linspace": (lambda a: P.linspace(0, 1, 5) + a.sum() * 0, M),
    "eye": (lambda a: P.matmul(a, P.eye(3)), M),
    "gather": (lambda a, i: P.gather(a, i, 1), M, I),
    "scatter": (lambda a, i, u: P.scatter(a, i, u), M, I, M * 2),
    "scatter and add": (lambda a, i, u: P.scatter(a, i * 0, u, overwrite=False), M, I, M * 2),
    "index_add": (lambda a, i: P.index_add(a, i, 0, a), M, I),
    "index_fill": (lambda a, i: P.index_fill(a, i, 1, 5.0), M, I),
    "index_put": (lambda a, i: P.index_put(a, (i,), P.to_tensor(3.0)), M, I),
    "take": (lambda a, i: P.take(a, i, "clip"), M, np.array([1, 50])),
    "take_along_axis": (lambda a, i: P.take_along_axis(a, i, 1), M, C),
    "put_along_axis": (lambda a, i: P.put_along_axis(a, i, 9.0, 1), M, C),
    "multiplex": (lambda a, i: P.multiplex([a, a + 1], i), M, C // 2),
    "masked_fill": (lambda a: P.masked_fill(a, a > 3, 0.0), X),
    "masked_scatter": (lambda a: P.masked_scatter(a, a > 2, a * 10), M),
    "select_scatter": (lambda a: P.select_scatter(a, a[:, 1], 1, 0), M),
    "read a row": (lambda a: a[-1], X),
    "read a block": (lambda a: a[-1, 1:3], X),
    "read backwards": (lambda a: a[::-1, ::2], X),
    "read an element": (lambda a: a[1, 2, -1], X),
    "read with a new axis": (lambda a: a[..., None, 0], X),
    "read by lists": (lambda a: a[[0, 1], [1, 2]], X),
    "read columns": (lambda a: a[:, [2, 0]], X),
    "read by mask": (lambda a: a[a > 2], M),
    "several writes": (several_writes, M),
    "writes by mask": (writes_by_mask, M),
    "writes by index": (writes_by_index, X),
}


def as_list(result):
    return list(result) if isinstance(result, (list, tuple)) else [result]


def eager(name):
    """What a program's function gives on tensors, as arrays."""
    function, *arrays = PROGRAMS[name]
    return [t.numpy() for t in as_list(function(*map(P.to_tensor, arrays)))]
