"""Transformers (Vaswani et al., 2017): MultiHeadAttention, encoder, decoder, and both."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import numpy as np

from ...errors import InvalidArgumentError
from ...ops.elementwise import add
from ...ops.join import concat
from ...ops.shape import reshape, transpose
from ...param_attr import ParamAttr
from ...tensor.attribute import size_value
from ...tensor.creation import full, to_tensor
from ...tensor.tensor import Tensor
from .. import functional as F
from ..functional.attention import additive_mask, attend
from .common import Dropout, Linear
from .container import LayerList
from .layers import Layer
from .norm import LayerNorm

__all__ = [
    "MultiHeadAttention",
    "Transformer",
    "TransformerDecoder",
    "TransformerDecoderLayer",
    "TransformerEncoder",
    "TransformerEncoderLayer",
]


def _attrs(attr: Any, count: int) -> list[Any]:
    """One parameter attribute for each of ``count`` parts, from one or a list of them."""
    if isinstance(attr, (list, tuple)):
        if len(attr) != count:
            raise InvalidArgumentError(f"length of param_attr should be {count} when it is a list/tuple")
        return [ParamAttr._to_attr(a) for a in attr]
    if isinstance(attr, bool):
        return [attr] * count
    attr = ParamAttr._to_attr(attr)
    if count > 1 and attr.name is not None:
        # Names must differ: each part gets the name and its number.
        keys = ("initializer", "learning_rate", "regularizer", "trainable", "do_model_average", "need_clip")
        rest = {key: getattr(attr, key) for key in keys}
        return [ParamAttr(name=f"{attr.name}_{i}", **rest) for i in range(count)]
    return [attr] * count


class MultiHeadAttention(Layer):
    """Attention of several heads with linear maps around it.

    ``query``, ``key``, ``value`` [batch, length, size]; ``attn_mask`` broadcasts to [batch, heads, length, length].
    Returns the result, and also the weights when ``need_weights``, and also the new cache when one was given.

    >>> import paddlelite as paddle
    >>> paddle.nn.MultiHeadAttention(8, 2)(paddle.ones([1, 3, 8])).shape
    paddle.Size([1, 3, 8])
    """

    Cache = namedtuple("Cache", ["k", "v"])
    StaticCache = namedtuple("StaticCache", ["k", "v"])

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        kdim: int | None = None,
        vdim: int | None = None,
        need_weights: bool = False,
        weight_attr: Any = None,
        bias_attr: Any = None,
    ) -> None:
        super().__init__()
        if embed_dim <= 0:
            raise InvalidArgumentError(f"Expected embed_dim to be greater than 0, but received {embed_dim}")
        if num_heads <= 0:
            raise InvalidArgumentError(f"Expected num_heads to be greater than 0, but received {num_heads}")
        self.embed_dim, self.num_heads, self.head_dim = embed_dim, num_heads, embed_dim // num_heads
        self.kdim, self.vdim = kdim or embed_dim, vdim or embed_dim
        self.dropout, self.need_weights = dropout, need_weights
        if self.head_dim * num_heads != embed_dim:
            raise InvalidArgumentError("embed_dim must be divisible by num_heads")
        self.q_proj = Linear(embed_dim, embed_dim, weight_attr, bias_attr)
        self.k_proj = Linear(self.kdim, embed_dim, weight_attr, bias_attr)
        self.v_proj = Linear(self.vdim, embed_dim, weight_attr, bias_attr)
        self.out_proj = Linear(embed_dim, embed_dim, weight_attr, bias_attr)

    def _heads(self, x: Tensor) -> Tensor:
        """[batch, length, size] to [batch, heads, length, head size]."""
        return transpose(reshape(x, shape=[0, 0, self.num_heads, self.head_dim]), axis=[0, 2, 1, 3])

    def compute_kv(self, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values by head."""
        return self._heads(self.k_proj(key)), self._heads(self.v_proj(value))

    def gen_cache(self, key: Tensor, value: Tensor | None = None, type: Any = Cache) -> Any:
        """A cache: of fixed keys and values (``StaticCache``), of given ones, or empty for the batch of ``key``."""
        if type == MultiHeadAttention.StaticCache:
            return self.StaticCache(*self.compute_kv(key, key if value is None else value))
        if value is not None:
            return self.Cache(key, value)
        empty = full([size_value(key, 0), self.num_heads, 0, self.head_dim], 0.0, key.dtype)
        return self.Cache(empty, empty)

    def forward(
        self,
        query: Tensor,
        key: Tensor | None = None,
        value: Tensor | None = None,
        attn_mask: Tensor | None = None,
        cache: Any = None,
    ) -> Any:
        key = query if key is None else key
        value = query if value is None else value
        q = self._heads(self.q_proj(query))
        if isinstance(cache, self.StaticCache):
            k, v = cache.k, cache.v
        else:
            k, v = self.compute_kv(key, value)
        if isinstance(cache, self.Cache):
            k, v = concat([cache.k, k], axis=2), concat([cache.v, v], axis=2)
            cache = self.Cache(k, v)
        mask = additive_mask(attn_mask, q.dtype)
        out, weights = attend(q, k, v, mask, self.head_dim**-0.5, self.dropout, self.training)
        out = self.out_proj(reshape(transpose(out, axis=[0, 2, 1, 3]), shape=[0, 0, self.embed_dim]))
        results = [out]
        if self.need_weights:
            results.append(weights)
        if cache is not None:
            results.append(cache)
        return out if len(results) == 1 else tuple(results)


class _TransformerLayer(Layer):
    """What encoder and decoder layers share."""

    def _feed_forward(
        self, d_model: int, width: int, drop: float, activation: str, weight: Any, bias: Any
    ) -> None:
        self.linear1 = Linear(d_model, width, weight, bias)
        self.dropout = Dropout(drop, mode="upscale_in_train")
        self.linear2 = Linear(width, d_model, weight, bias)
        self.activation = getattr(F, activation)

    def _check(self, d_model: int, nhead: int, width: int) -> None:
        for name, value in (("d_model", d_model), ("nhead", nhead), ("dim_feedforward", width)):
            if value <= 0:
                raise InvalidArgumentError(f"Expected {name} to be greater than 0, but received {value}")

    def _after(self, x: Tensor, residual: Tensor, i: int) -> Tensor:
        """Dropout, the residual, and the norm when it comes after."""
        x = add(residual, getattr(self, f"dropout{i}")(x))
        return x if self.normalize_before else getattr(self, f"norm{i}")(x)

    def _before(self, x: Tensor, i: int) -> Tensor:
        return getattr(self, f"norm{i}")(x) if self.normalize_before else x

    def _fed_forward(self, x: Tensor, i: int) -> Tensor:
        inner = self.linear1(self._before(x, i))
        return self._after(self.linear2(self.dropout(self.activation(inner))), x, i)


class TransformerEncoderLayer(_TransformerLayer):
    """Self attention and a feed-forward network, each with dropout, a residual and a norm.

    >>> import paddlelite as paddle
    >>> paddle.nn.TransformerEncoderLayer(8, 2, 16)(paddle.ones([1, 3, 8])).shape
    paddle.Size([1, 3, 8])
    """

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int,
        dropout: float = 0.1,
        activation: str = "relu",
        attn_dropout: float | None = None,
        act_dropout: float | None = None,
        normalize_before: bool = False,
        weight_attr: Any = None,
        bias_attr: Any = None,
        layer_norm_eps: float = 1e-5,
    ) -> None:
        config = {k: v for k, v in locals().items() if k not in ("self", "__class__")}
        super().__init__()
        self._config = config
        self._check(d_model, nhead, dim_feedforward)
        attn_dropout = dropout if attn_dropout is None else attn_dropout
        act_dropout = dropout if act_dropout is None else act_dropout
        self.normalize_before = normalize_before
        weights, biases = _attrs(weight_attr, 2), _attrs(bias_attr, 2)
        self.self_attn = MultiHeadAttention(
            d_model, nhead, dropout=attn_dropout, weight_attr=weights[0], bias_attr=biases[0]
        )
        self._feed_forward(d_model, dim_feedforward, act_dropout, activation, weights[1], biases[1])
        self.norm1, self.norm2 = LayerNorm(d_model, layer_norm_eps), LayerNorm(d_model, layer_norm_eps)
        self.dropout1, self.dropout2 = Dropout(dropout), Dropout(dropout)

    def forward(self, src: Tensor, src_mask: Tensor | None = None, cache: Any = None) -> Any:
        src_mask = additive_mask(src_mask, src.dtype)
        x = self._before(src, 1)
        if cache is None:
            x = self.self_attn(x, x, x, src_mask)
        else:
            x, cache = self.self_attn(x, x, x, src_mask, cache)
        x = self._fed_forward(self._after(x, src, 1), 2)
        return x if cache is None else (x, cache)

    def gen_cache(self, src: Tensor) -> Any:
        """An empty cache for the batch of ``src``."""
        return self.self_attn.gen_cache(src, type=self.self_attn.Cache)


def _copies(layer: Any, count: int) -> LayerList:
    """``layer`` and ``count - 1`` new ones made with the same arguments."""
    return LayerList([layer if i == 0 else type(layer)(**layer._config) for i in range(count)])


class TransformerEncoder(Layer):
    """Encoder layers one after the other."""

    def __init__(
        self, encoder_layer: TransformerEncoderLayer, num_layers: int, norm: Layer | None = None
    ) -> None:
        super().__init__()
        self.layers = _copies(encoder_layer, num_layers)
        self.num_layers, self.norm = num_layers, norm

    def forward(self, src: Tensor, src_mask: Tensor | None = None, cache: Any = None) -> Any:
        src_mask = additive_mask(src_mask, src.dtype)
        out, caches = src, []
        for i, layer in enumerate(self.layers):
            if cache is None:
                out = layer(out, src_mask=src_mask)
            else:
                out, new = layer(out, src_mask=src_mask, cache=cache[i])
                caches.append(new)
        if self.norm is not None:
            out = self.norm(out)
        return out if cache is None else (out, caches)

    def gen_cache(self, src: Tensor) -> list[Any]:
        """Empty caches, one a layer."""
        return [layer.gen_cache(src) for layer in self.layers]


class TransformerDecoderLayer(_TransformerLayer):
    """Self attention, attention to the encoder's output, and a feed-forward network."""

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int,
        dropout: float = 0.1,
        activation: str = "relu",
        attn_dropout: float | None = None,
        act_dropout: float | None = None,
        normalize_before: bool = False,
        weight_attr: Any = None,
        bias_attr: Any = None,
        layer_norm_eps: float = 1e-5,
    ) -> None:
        config = {k: v for k, v in locals().items() if k not in ("self", "__class__")}
        super().__init__()
        self._config = config
        self._check(d_model, nhead, dim_feedforward)
        attn_dropout = dropout if attn_dropout is None else attn_dropout
        act_dropout = dropout if act_dropout is None else act_dropout
        self.normalize_before = normalize_before
        weights, biases = _attrs(weight_attr, 3), _attrs(bias_attr, 3)
        parts = zip(("self_attn", "cross_attn"), weights, biases, strict=False)
        for name, weight, bias in parts:
            setattr(
                self,
                name,
                MultiHeadAttention(d_model, nhead, attn_dropout, weight_attr=weight, bias_attr=bias),
            )
        self._feed_forward(d_model, dim_feedforward, act_dropout, activation, weights[2], biases[2])
        for i in (1, 2, 3):
            setattr(self, f"norm{i}", LayerNorm(d_model, layer_norm_eps))
        for i in (1, 2, 3):
            setattr(self, f"dropout{i}", Dropout(dropout, mode="upscale_in_train"))

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        cache: Any = None,
    ) -> Any:
        tgt_mask, memory_mask = (additive_mask(m, tgt.dtype) for m in (tgt_mask, memory_mask))
        x = self._before(tgt, 1)
        if cache is None:
            x = self.self_attn(x, x, x, tgt_mask)
        else:
            x, growing = self.self_attn(x, x, x, tgt_mask, cache[0])
        tgt = self._after(x, tgt, 1)
        x = self._before(tgt, 2)
        if cache is None:
            x = self.cross_attn(x, memory, memory, memory_mask)
        else:
            x, fixed = self.cross_attn(x, memory, memory, memory_mask, cache[1])
        x = self._fed_forward(self._after(x, tgt, 2), 3)
        return x if cache is None else (x, (growing, fixed))

    def gen_cache(self, memory: Tensor) -> tuple[Any, Any]:
        """An empty cache for self attention, and the keys and values of ``memory``."""
        growing = self.self_attn.gen_cache(memory, type=self.self_attn.Cache)
        return growing, self.cross_attn.gen_cache(memory, memory, type=self.cross_attn.StaticCache)


class TransformerDecoder(Layer):
    """Decoder layers one after the other."""

    def __init__(
        self, decoder_layer: TransformerDecoderLayer, num_layers: int, norm: Layer | None = None
    ) -> None:
        super().__init__()
        self.layers = _copies(decoder_layer, num_layers)
        self.num_layers, self.norm = num_layers, norm

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        cache: Any = None,
    ) -> Any:
        tgt_mask, memory_mask = (additive_mask(m, tgt.dtype) for m in (tgt_mask, memory_mask))
        out, caches = tgt, []
        for i, layer in enumerate(self.layers):
            if cache is None:
                out = layer(out, memory, tgt_mask=tgt_mask, memory_mask=memory_mask)
            else:
                out, new = layer(out, memory, tgt_mask=tgt_mask, memory_mask=memory_mask, cache=cache[i])
                caches.append(new)
        if self.norm is not None:
            out = self.norm(out)
        return out if cache is None else (out, caches)

    def gen_cache(self, memory: Tensor, do_zip: bool = False) -> list[Any]:
        """Caches, one pair a layer; with ``do_zip`` a list of the first and a list of the second of the pairs."""
        caches = [layer.gen_cache(memory) for layer in self.layers]
        return list(zip(*caches, strict=True)) if do_zip else caches


class Transformer(Layer):
    """Encoder and decoder. ``src`` and ``tgt`` are [batch, length, d_model].

    >>> import paddlelite as paddle
    >>> model = paddle.nn.Transformer(8, 2, 1, 1, 16)
    >>> model(paddle.ones([1, 3, 8]), paddle.ones([1, 2, 8])).shape
    paddle.Size([1, 2, 8])
    """

    def __init__(
        self,
        d_model: int = 512,
        nhead: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str = "relu",
        attn_dropout: float | None = None,
        act_dropout: float | None = None,
        normalize_before: bool = False,
        weight_attr: Any = None,
        bias_attr: Any = None,
        custom_encoder: Layer | None = None,
        custom_decoder: Layer | None = None,
    ) -> None:
        super().__init__()
        shared = (
            d_model,
            nhead,
            dim_feedforward,
            dropout,
            activation,
            attn_dropout,
            act_dropout,
            normalize_before,
        )
        if isinstance(weight_attr, (list, tuple)) or isinstance(bias_attr, (list, tuple)):
            encoder_attrs, decoder_attrs = (
                (_part(weight_attr, 0), _part(bias_attr, 0)),
                (
                    _part(weight_attr, 1),
                    _part(bias_attr, 1),
                ),
            )
        else:
            encoder_attrs = decoder_attrs = (weight_attr, bias_attr)
        self.encoder = custom_encoder or TransformerEncoder(
            TransformerEncoderLayer(*shared, *encoder_attrs), num_encoder_layers, LayerNorm(d_model)
        )
        self.decoder = custom_decoder or TransformerDecoder(
            TransformerDecoderLayer(*shared, *decoder_attrs), num_decoder_layers, LayerNorm(d_model)
        )
        self.d_model, self.nhead = d_model, nhead

    def forward(
        self,
        src: Tensor,
        tgt: Tensor,
        src_mask: Tensor | None = None,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
    ) -> Tensor:
        memory = self.encoder(src, src_mask=src_mask)
        return self.decoder(tgt, memory, tgt_mask=tgt_mask, memory_mask=memory_mask)

    def generate_square_subsequent_mask(self, length: int) -> Tensor:
        """[length, length]: 0 on and below the diagonal, -inf above it."""
        return to_tensor(np.triu(np.full((length, length), -np.inf, np.float32), 1))


def _part(attr: Any, which: int) -> Any:
    """The encoder's (0) or the decoder's (1) part of an attribute list of 2, 4 or 5."""
    if not isinstance(attr, (list, tuple)):
        return attr
    if len(attr) == 2:
        return [attr[which]] * (2 if which == 0 else 3)
    if len(attr) == 4:
        return [attr[0], attr[3]] if which == 0 else [attr[1], attr[2], attr[3]]
    if len(attr) == 5:
        return list(attr[:2]) if which == 0 else list(attr[2:])
    raise InvalidArgumentError("length of attr should be 2 or 4 or 5 when it is a list/tuple")
