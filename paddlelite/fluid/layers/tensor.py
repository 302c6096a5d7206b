"""``fluid.layers.tensor``: making, shaping and picking tensors."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import paddlelite as paddle

from ...dtypes import dtype_of
from ...errors import InvalidArgumentError
from ...mode import mode
from ...nn import functional as F
from ...ops import creation
from ...tensor.tensor import Tensor
from . import forward
from .door import attribute, put, rows, seeded

__all__ = ["TABLE", "constant"]


def constant(tensor: Any, array: np.ndarray) -> Any:
    """``tensor`` in a guard, and the constant ``array`` in a graph."""
    return tensor if mode.capture is None else _assign(array)


def _assign(input: Any, output: Any = None) -> Any:
    if isinstance(input, np.ndarray) and input.dtype == np.float64:
        input = input.astype(np.float32)  # 1.x has no other constants of more than 4 bytes
    if not isinstance(input, Tensor):
        input = paddle.to_tensor(input)
    return put(creation.assign(input), output)


def _fill(shape: Any, dtype: Any, value: Any, out: Any = None) -> Any:
    return put(paddle.full(shape, float(value) if isinstance(value, str) else value, dtype), out)


def _reshape(x: Any, shape: Any, actual_shape: Any = None) -> Any:
    return paddle.reshape(x, actual_shape if actual_shape is not None else shape)


def _flatten(x: Any, axis: int) -> Any:
    """A matrix whose rows are the first ``axis`` axes."""
    if not 0 <= axis <= len(x.dims):
        raise InvalidArgumentError(f"flatten: axis must be between 0 and {len(x.dims)}, but is {axis}")
    if axis == 0:
        return paddle.reshape(x, [1, -1])
    if axis == len(x.dims):
        return paddle.reshape(x, [-1, 1])
    return paddle.reshape(x, [-1, math.prod(forward.known(x, i) for i in range(axis, len(x.dims)))])


def _one_hot(input: Any, depth: int) -> Any:
    """A last axis of size 1 is replaced, as 1.x does."""
    ids = paddle.squeeze(input, -1) if len(input.dims) > 1 and input.dims[-1] == 1 else input
    return F.one_hot(ids, int(depth))


def _expand_as(x: Any, target: Any) -> Any:
    return paddle.expand_as(x, target)


def _uniform(shape: Any, dtype: Any, low: float, high: float, seed: int) -> Any:
    return seeded(
        seed,
        lambda draw: draw.uniform(low, high, shape),
        lambda: paddle.uniform(shape, dtype, low, high),
        dtype,
    )


def _normal(shape: Any, mean: float, std: float, seed: int, dtype: Any) -> Any:
    return seeded(
        seed,
        lambda draw: draw.normal(mean, std, shape),
        lambda: paddle.scale(paddle.randn(shape, dtype), std, mean),
        dtype,
    )


def _pad(x: Any, paddings: Any, value: float) -> Any:
    """``paddings`` goes axis by axis from the first."""
    return F.pad(x, list(paddings), "constant", value, pad_from_left_axis=True)


def _pad2d(x: Any, paddings: Any, kind: str, value: float, layout: str) -> Any:
    top, bottom, left, right = paddings
    how = {"constant": "constant", "reflect": "reflect", "edge": "replicate"}
    if kind not in how:
        raise InvalidArgumentError(f"pad2d: mode must be one of {list(how)}, but is {kind!r}")
    return F.pad(x, [left, right, top, bottom], how[kind], value, layout)


def _pad_like(x: Any, y: Any, value: float) -> Any:
    pads = [n for axis in range(len(x.dims)) for n in (0, forward.known(x, axis) - forward.known(y, axis))]
    return _pad(y, pads, value)


def _topk(input: Any, k: Any) -> Any:
    return paddle.topk(input, k)


def _argsort(input: Any, axis: int, descending: bool) -> Any:
    """1.x gives the sorted values and their places."""
    places = paddle.argsort(input, axis, descending)
    return paddle.take_along_axis(input, places, axis), places


def _unique(x: Any, dtype: Any, counts: bool) -> Any:
    """1.x keeps the order of the first appearance."""
    if mode.capture is not None:
        raise InvalidArgumentError(
            "fluid.layers.unique in a static graph: its result has no shape that is known; use it in a guard"
        )
    values, first, places, numbers = np.unique(
        x._data, return_index=True, return_inverse=True, return_counts=True
    )
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    kind = dtype_of(dtype).np
    out = [values[order], rank[places.reshape(-1)].astype(kind)]
    return tuple(paddle.to_tensor(a) for a in ([*out, numbers[order].astype(kind)] if counts else out))


def _scatter(input: Any, index: Any, updates: Any, overwrite: bool) -> Any:
    index = paddle.reshape(index, [-1]) if len(index.dims) > 1 else index
    return paddle.scatter(input, index, updates, overwrite)


def _gather(input: Any, index: Any) -> Any:
    return paddle.gather(input, paddle.reshape(index, [-1]) if len(index.dims) > 1 else index)


def _squeeze(input: Any, axes: Any) -> Any:
    return paddle.squeeze(input, list(axes) or None)


def _increment(x: Any, value: float, in_place: bool) -> Any:
    grown = (
        paddle.scale(x, 1.0, value)
        if x.dtype.is_floating
        else paddle.add(x, paddle.full([1], int(value), x.dtype))
    )
    return put(grown, x if in_place else None)


def _range(start: Any, end: Any, step: Any, dtype: Any) -> Any:
    return paddle.arange(start, end, step, dtype)


def _sizes_like(input: Any, shape: Any, input_axis: int, output_axis: int) -> list[Any]:
    return forward.like_batch(input, shape, input_axis, output_axis)


def _index_sample(x: Any, index: Any) -> Any:
    return paddle.index_sample(x, index)


def _sequence_mask(x: Any, longest: Any, dtype: Any) -> Any:
    """1 before each length, in a last axis of size ``longest``."""
    if longest is None:
        longest = paddle.max(x)
    places = paddle.arange(0, longest, 1, x.dtype)
    return paddle.cast(paddle.less_than(places, paddle.unsqueeze(x, -1)), dtype)


def _eye(rows_: int, columns: Any, batch: Any, dtype: Any) -> Any:
    out = paddle.eye(rows_, columns, dtype)
    return out if not batch else paddle.expand(out, [*batch, *out.shape])


# fmt: off
TABLE = rows(
    cast=lambda x, dtype: paddle.cast(x, dtype),
    concat=lambda input, axis=0, name=None: paddle.concat(input if isinstance(input, (list, tuple)) else [input], axis),
    split=lambda input, num_or_sections, dim=-1, name=None: paddle.split(input, num_or_sections, dim),
    stack=lambda x, axis=0: paddle.stack(x if isinstance(x, (list, tuple)) else [x], axis),
    unstack=lambda x, axis=0, num=None: paddle.unstack(x, axis, num),
    reshape=lambda x, shape, actual_shape=None, act=None, inplace=False, name=None: _reshape(x, shape, actual_shape),
    transpose=lambda x, perm, name=None: paddle.transpose(x, perm),
    squeeze=lambda input, axes, name=None: _squeeze(input, axes),
    unsqueeze=lambda input, axes, name=None: paddle.unsqueeze(input, axes),
    flatten=lambda x, axis=1, name=None: _flatten(x, axis),
    expand=lambda x, expand_times, name=None: paddle.tile(x, expand_times),
    expand_as=lambda x, target_tensor, name=None: _expand_as(x, target_tensor),
    slice=lambda input, axes, starts, ends: paddle.slice(input, axes, starts, ends),
    strided_slice=lambda input, axes, starts, ends, strides: paddle.strided_slice(input, axes, starts, ends, strides),
    reverse=lambda x, axis: paddle.flip(x, axis if isinstance(axis, (list, tuple)) else [axis]),
    gather=lambda input, index, overwrite=True: _gather(input, index),
    gather_nd=lambda input, index, name=None: paddle.gather_nd(input, index),
    scatter=lambda input, index, updates, name=None, overwrite=True: _scatter(input, index, updates, overwrite),
    scatter_nd=lambda index, updates, shape, name=None: paddle.scatter_nd(index, updates, shape),
    scatter_nd_add=lambda ref, index, updates, name=None: paddle.scatter_nd_add(ref, index, updates),
    where=lambda condition: paddle.nonzero(condition),
    multiplex=lambda inputs, index: paddle.multiplex(inputs, index),
    shape=lambda input: paddle.cast(paddle.shape(input), "int32"),
    rank=lambda input: paddle.full([1], len(input.dims), "int32"),
    size=lambda input: paddle.numel(input),
    is_empty=lambda x, cond=None: put(paddle.is_empty(x), cond),
    assign=_assign,
    fill_constant=lambda shape, dtype, value, force_cpu=False, out=None: _fill(shape, dtype, value, out),
    fill_constant_batch_size_like=lambda input, shape, dtype, value, input_dim_idx=0, output_dim_idx=0,
    force_cpu=False: _fill(_sizes_like(input, shape, input_dim_idx, output_dim_idx), dtype, value),
    zeros=lambda shape, dtype, force_cpu=False: paddle.zeros(shape, dtype),
    ones=lambda shape, dtype, force_cpu=False: paddle.ones(shape, dtype),
    addcmul=lambda input, tensor1, tensor2, value=1.0, out=None, name=None: put(input + tensor1 * tensor2 * value, out),
    # The gradient of an embedding is a whole tensor here.
    get_tensor_from_selected_rows=lambda x, name=None: x,
    merge_selected_rows=lambda x, name=None: x,
    zeros_like=lambda x, out=None: put(paddle.zeros_like(x), out),
    ones_like=lambda x, out=None: put(paddle.ones_like(x), out),
    full=lambda shape, fill_value, out=None, dtype=None, device=None, stop_gradient=True, name=None: _fill(
        shape, dtype or "float32", fill_value, out
    ),
    full_like=lambda input, fill_value, out=None, dtype=None, device=None, stop_gradient=True, name=None: put(
        paddle.full_like(input, fill_value, dtype), out
    ),
    range=lambda start, end, step, dtype: _range(start, end, step, dtype),
    arange=lambda start, end, step=1, dtype=None, name=None: _range(start, end, step, dtype),
    linspace=lambda start, stop, num, dtype: paddle.linspace(start, stop, num, dtype),
    eye=lambda num_rows, num_columns=None, batch_shape=None, dtype="float32": _eye(
        num_rows, num_columns, batch_shape, dtype
    ),
    diag=lambda diagonal: paddle.diag(diagonal if isinstance(diagonal, Tensor) else paddle.assign(diagonal)),
    one_hot=lambda input, depth, allow_out_of_range=False: _one_hot(input, depth),
    topk=lambda input, k, name=None: _topk(input, k),
    argmax=lambda x, axis=0: paddle.argmax(x, axis),
    argmin=lambda x, axis=0: paddle.argmin(x, axis),
    argsort=lambda input, axis=-1, descending=False, name=None: _argsort(input, axis, descending),
    unique=lambda x, dtype="int32": _unique(x, dtype, False),
    unique_with_counts=lambda x, dtype="int32": _unique(x, dtype, True),
    sequence_mask=lambda x, maxlen=None, dtype="int64", name=None: _sequence_mask(x, maxlen, dtype),
    shard_index=lambda input, index_num, nshards, shard_id, ignore_value=-1: paddle.shard_index(
        input, index_num, nshards, shard_id, ignore_value
    ),
    pad=lambda x, paddings, pad_value=0.0, name=None: _pad(x, paddings, pad_value),
    pad2d=lambda input, paddings=(0, 0, 0, 0), mode="constant", pad_value=0.0, data_format="NCHW", name=None: _pad2d(
        input, paddings, mode, pad_value, data_format
    ),
    pad_constant_like=lambda x, y, pad_value=0.0, name=None: _pad_like(x, y, pad_value),
    crop=lambda x, shape=None, offsets=None, name=None: paddle.crop(
        x, shape.shape if isinstance(shape, Tensor) and len(shape.dims) == len(x.dims) > 1 else shape, offsets
    ),
    crop_tensor=lambda x, shape=None, offsets=None, name=None: paddle.crop(x, shape, offsets),
    increment=lambda x, value=1.0, in_place=True: _increment(x, value, in_place),
    uniform_random=lambda shape, dtype="float32", min=-1.0, max=1.0, seed=0: _uniform(shape, dtype, min, max, seed),
    uniform_random_batch_size_like=lambda input, shape, dtype="float32", input_dim_idx=0, output_dim_idx=0, min=-1.0,
    max=1.0, seed=0: _uniform(_sizes_like(input, shape, input_dim_idx, output_dim_idx), dtype, min, max, seed),
    gaussian_random=lambda shape, mean=0.0, std=1.0, seed=0, dtype="float32": _normal(shape, mean, std, seed, dtype),
    gaussian_random_batch_size_like=lambda input, shape, input_dim_idx=0, output_dim_idx=0, mean=0.0, std=1.0, seed=0,
    dtype="float32": _normal(_sizes_like(input, shape, input_dim_idx, output_dim_idx), mean, std, seed, dtype),
    randint=lambda low, high=None, shape=None, out=None, dtype=None, device=None, stop_gradient=False, seed=0,
    name=None: put(paddle.randint(low, high, shape or [1], dtype or "int64"), out),
    randn=lambda shape, out=None, dtype=None, device=None, stop_gradient=True, name=None: put(
        paddle.randn(shape, dtype or "float32"), out
    ),
    randperm=lambda n, out=None, dtype="int64", device=None, stop_gradient=True, seed=0: put(
        paddle.randperm(n, dtype), out
    ),
    # 1.8 gave 2.0's functions a first form.
    addmm=lambda input, x, y, alpha=1.0, beta=1.0, name=None: paddle.addmm(input, x, y, beta, alpha),
    allclose=lambda input, other, rtol=1e-05, atol=1e-08, equal_nan=False, name=None: paddle.allclose(
        input, other, rtol, atol, equal_nan
    ),
    clamp=lambda input, min=None, max=None, output=None, name=None: put(paddle.clip(input, min, max), output),
    cross=lambda input, other, dim=None: paddle.cross(input, other, 9 if dim is None else dim),
    diag_embed=lambda input, offset=0, dim1=-2, dim2=-1: paddle.diag_embed(input, offset, dim1, dim2),
    dist=lambda x, y, p=2: paddle.dist(x, y, p),
    elementwise_equal=lambda x, y, name=None: paddle.equal(x, y),
    flip=lambda input, dims, name=None: paddle.flip(input, dims),
    index_sample=lambda x, index: _index_sample(x, index),
    index_select=lambda input, index, dim=0: paddle.index_select(input, index, dim),
    kron=lambda x, y, out=None, name=None: put(paddle.kron(x, y), out),
    meshgrid=lambda input, name=None: paddle.meshgrid(input),
    nonzero=lambda input, as_tuple=False: paddle.nonzero(input, as_tuple),
    roll=lambda input, shifts, dims=None: paddle.roll(input, shifts, dims),
    t=lambda input, name=None: paddle.t(input),
    trace=lambda input, offset=0, dim1=0, dim2=1, out=None, name=None: put(
        paddle.trace(input, offset, dim1, dim2), out
    ),
    tril=lambda input, diagonal=0, name=None: paddle.tril(input, diagonal),
    triu=lambda input, diagonal=0, name=None: paddle.triu(input, diagonal),
)
# fmt: on

__getattr__ = attribute(TABLE, __name__)
