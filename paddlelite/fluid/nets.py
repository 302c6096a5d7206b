"""``fluid.nets``: small networks out of ``fluid.layers``."""

from __future__ import annotations

from typing import Any

from ..errors import InvalidArgumentError
from . import layers
from .layers.door import refused

__all__ = [
    "glu",
    "img_conv_group",
    "scaled_dot_product_attention",
    "sequence_conv_pool",
    "simple_img_conv_pool",
]


def simple_img_conv_pool(
    input: Any, num_filters: int, filter_size: Any, pool_size: Any, pool_stride: Any, pool_padding: Any = 0,
    pool_type: str = "max", global_pooling: bool = False, conv_stride: Any = 1, conv_padding: Any = 0,
    conv_dilation: Any = 1, conv_groups: int = 1, param_attr: Any = None, bias_attr: Any = None, act: Any = None,
    use_cudnn: bool = True,
) -> Any:  # fmt: skip
    """A convolution and a pooling."""
    out = layers.conv2d(
        input, num_filters, filter_size, conv_stride, conv_padding, conv_dilation, conv_groups, param_attr, bias_attr,
        act=act,
    )  # fmt: skip
    return layers.pool2d(out, pool_size, pool_type, pool_stride, pool_padding, global_pooling)


def img_conv_group(
    input: Any, conv_num_filter: Any, pool_size: Any, conv_padding: Any = 1, conv_filter_size: Any = 3,
    conv_act: Any = None, param_attr: Any = None, conv_with_batchnorm: Any = False,
    conv_batchnorm_drop_rate: Any = 0.0, pool_stride: Any = 1, pool_type: str = "max", use_cudnn: bool = True,
) -> Any:  # fmt: skip
    """Convolutions one after the other, each with its normalization and dropout where asked for, and a pooling."""
    count = len(conv_num_filter)

    def each(value: Any) -> list[Any]:
        values = list(value) if isinstance(value, (list, tuple)) else [value] * count
        if len(values) != count:
            raise InvalidArgumentError(
                f"img_conv_group: {count} convolutions, but {len(values)} values for them"
            )
        return values

    out = input
    options = zip(
        conv_num_filter, *map(each, (conv_padding, conv_filter_size, param_attr, conv_with_batchnorm)),
        each(conv_batchnorm_drop_rate),
    )  # fmt: skip
    for filters, padding, size, attr, normalized, rate in options:
        act = None if normalized else conv_act
        out = layers.conv2d(out, filters, size, padding=padding, param_attr=attr, act=act)
        if normalized:
            out = layers.batch_norm(out, act=conv_act)
            if abs(rate) > 1e-5:
                out = layers.dropout(out, rate)
    return layers.pool2d(out, pool_size, pool_type, pool_stride)


def glu(input: Any, dim: int = -1) -> Any:
    """One half of the input times the sigmoid of the other."""
    a, b = layers.split(input, 2, dim)
    return layers.elementwise_mul(a, layers.sigmoid(b))


def scaled_dot_product_attention(
    queries: Any, keys: Any, values: Any, num_heads: int = 1, dropout_rate: float = 0.0
) -> Any:
    """Attention of ``[batch, time, width]``, with as many heads; the projections are made for more than one."""
    if queries.shape[-1] != keys.shape[-1] or keys.shape[-2] != values.shape[-2]:
        raise InvalidArgumentError(
            f"queries {list(queries.shape)}, keys {list(keys.shape)} and values {list(values.shape)} do not fit"
        )
    if keys.shape[-1] % num_heads or values.shape[-1] % num_heads:
        raise InvalidArgumentError(
            f"the widths of keys and values must be divisible by num_heads ({num_heads})"
        )

    def split(x: Any) -> Any:
        if num_heads == 1:
            return x
        projected = layers.fc(x, int(x.shape[-1]), num_flatten_dims=2)
        parts = layers.reshape(projected, [0, 0, num_heads, int(x.shape[-1]) // num_heads])
        return layers.transpose(parts, [0, 2, 1, 3])

    q, k, v = split(queries), split(keys), split(values)
    width = int(keys.shape[-1]) // num_heads
    weights = layers.softmax(layers.matmul(layers.scale(q, width**-0.5), k, transpose_y=True))
    if dropout_rate:
        weights = layers.dropout(weights, dropout_rate, is_test=False)
    out = layers.matmul(weights, v)
    if num_heads == 1:
        return out
    return layers.reshape(layers.transpose(out, [0, 2, 1, 3]), [0, 0, int(values.shape[-1])])


sequence_conv_pool = refused(
    "sequence_conv_pool",
    "it works on sequences of varying length (LoD): pad them, and use conv2d and reduce_max",
    "fluid.nets",
)
