"""paddle.static.nn: layers that make their parameters in the program they are called for, and control flow."""

from __future__ import annotations

from .common import fc
from .control_flow import case, cond, static_pylayer, switch_case, while_loop
from .layers import (
    batch_norm,
    bilinear_tensor_product,
    conv2d,
    conv2d_transpose,
    conv3d,
    conv3d_transpose,
    embedding,
    group_norm,
    instance_norm,
    layer_norm,
    prelu,
    refused,
)
from .python import py_func

_PADDED = "it works on sequences of varying length (LoD); pad them and mask, or use paddle.nn.functional.sequence_mask"

sequence_conv = refused("sequence_conv", _PADDED)
sequence_expand = refused("sequence_expand", _PADDED)
sequence_first_step = refused("sequence_first_step", _PADDED)
sequence_last_step = refused("sequence_last_step", _PADDED)
sequence_pool = refused("sequence_pool", _PADDED)
sequence_softmax = refused("sequence_softmax", _PADDED)
deform_conv2d = refused("deform_conv2d", "use paddle.vision.ops.deform_conv2d")
nce = refused("nce", "use paddle.nn.functional.softmax_with_cross_entropy")
row_conv = refused("row_conv", "use paddle.nn.functional.conv2d on the padded sequence")
sparse_embedding = refused("sparse_embedding", "there is no parameter server; use paddle.static.nn.embedding")
spectral_norm = refused("spectral_norm", "use paddle.nn.utils.spectral_norm in dynamic mode")
__all__ = [
    "batch_norm",
    "bilinear_tensor_product",
    "case",
    "cond",
    "conv2d",
    "conv2d_transpose",
    "conv3d",
    "conv3d_transpose",
    "deform_conv2d",
    "embedding",
    "fc",
    "group_norm",
    "instance_norm",
    "layer_norm",
    "nce",
    "prelu",
    "py_func",
    "row_conv",
    "sequence_conv",
    "sequence_expand",
    "sequence_first_step",
    "sequence_last_step",
    "sequence_pool",
    "sequence_softmax",
    "sparse_embedding",
    "spectral_norm",
    "static_pylayer",
    "switch_case",
    "while_loop",
]
