"""Attention."""

from __future__ import annotations

import math

import numpy as np

from ...dtypes import bool_
from ...errors import InvalidArgumentError
from ...ops.compose import call
from ...ops.elementwise import add, cast, scale
from ...ops.linalg import matmul
from ...ops.shape import transpose
from ...tensor.tensor import Tensor
from .common import dropout

__all__ = ["scaled_dot_product_attention"]


def additive_mask(mask: Tensor | None, dtype: object) -> Tensor | None:
    """A mask to add to the scores: bool or integer masks become 0 where they hold and -1e9 elsewhere."""
    if mask is None or mask.dtype.is_floating:
        return mask
    kept = cast(mask, in_dtype=mask.dtype, out_dtype=dtype)
    return scale(kept, scale=1e9, bias=-1.0, bias_after_scale=False)


def attend(
    q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, factor: float, drop: float, training: bool
) -> tuple[Tensor, Tensor]:
    """``softmax(q k^T * factor + mask) v`` over the last two axes, and the weights after dropout."""
    scores = matmul(scale(q, scale=factor), k, trans_y=True)
    weights = call("softmax", scores if mask is None else add(scores, mask), axis=-1)
    if drop:
        weights = dropout(weights, drop, training=training)
    return matmul(weights, v), weights


def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    training: bool = True,
    backend: str | None = None,
    scale: float | None = None,
    enable_gqa: bool = True,
    name: str | None = None,
) -> Tensor:
    """``softmax(q k^T / sqrt(D) + mask) v`` (Vaswani et al., 2017); all tensors are [batch, length, heads, D].

    ``attn_mask`` broadcasts to [batch, heads, length, length]: bool (False is left out) or numbers to add.
    ``is_causal`` lets every place see those before it only; with ``enable_gqa`` the keys may have fewer heads.

    >>> import paddlelite as paddle
    >>> q = paddle.ones([1, 4, 2, 8])
    >>> paddle.nn.functional.scaled_dot_product_attention(q, q, q).shape
    paddle.Size([1, 4, 2, 8])
    """
    if is_causal and attn_mask is not None:
        raise InvalidArgumentError("attn_mask must be None when is_causal is True")
    if any(len(t.dims) != 4 for t in (query, key, value)):
        raise InvalidArgumentError("query, key and value must be 4-D: [batch, length, heads, size]")
    q, k, v = (transpose(t, axis=[0, 2, 1, 3]) for t in (query, key, value))
    heads, kv_heads = q.dims[1], k.dims[1]
    if heads != kv_heads:
        if not enable_gqa or heads % kv_heads:
            raise InvalidArgumentError(
                f"the {heads} heads of the query do not divide into the {kv_heads} of the key"
            )
        index = np.arange(kv_heads).repeat(heads // kv_heads)
        from ...tensor.creation import to_tensor

        where = to_tensor(index)
        k, v = (call("index_select", t, where, dim=1) for t in (k, v))
    mask = _causal(q, k) if is_causal else attn_mask
    mask = mask if mask is None or mask.dtype.is_floating else _left_out(mask, q)
    factor = 1.0 / math.sqrt(q.dims[3]) if scale is None else float(scale)
    return transpose(attend(q, k, v, mask, factor, dropout_p, training)[0], axis=[0, 2, 1, 3])


def _left_out(mask: Tensor, like: Tensor) -> Tensor:
    """-inf where a bool mask is False, else 0."""
    kept = mask if mask.dtype is bool_ else cast(mask, out_dtype=bool_)
    zeros = call("fill_any_like", kept, value=0.0, dtype=like.dtype)
    return call("where", kept, zeros, call("fill_any_like", zeros, value=float("-inf")))


def _causal(q: Tensor, k: Tensor) -> Tensor:
    """[1, 1, length, length]: -inf above the diagonal."""
    n, m = q.dims[2], k.dims[2]
    if isinstance(n, int) and isinstance(m, int):
        from ...tensor.creation import to_tensor

        return to_tensor(np.triu(np.full((n, m), -np.inf, q.dtype.np), 1)[None, None])
    rows, columns = (call("reduce_sum", t, dim=[3], keep_dim=True).detach() for t in (q, k))
    square = matmul(
        call("fill_any_like", rows, value=1.0), call("fill_any_like", columns, value=1.0), trans_y=True
    )
    return _left_out(cast(call("tril_triu", square, diagonal=0, lower=True), out_dtype=bool_), q)
