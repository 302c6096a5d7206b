"""paddle.static.nn: layers that make their parameters in the program they are called for, and control flow."""

from __future__ import annotations

from ..absent import refused
from .common import fc
from .control_flow import case, cond, static_pylayer, switch_case, while_loop
from .conv import conv2d, conv2d_transpose, conv3d, conv3d_transpose, row_conv, spectral_norm
from .layers import (
    batch_norm,
    bilinear_tensor_product,
    embedding,
    group_norm,
    instance_norm,
    layer_norm,
    prelu,
)
from .python import py_func

_PADDED = "it works on sequences of varying length (LoD); pad them and mask, or use paddle.nn.functional.sequence_mask"
_ABSENT = {
    **{
        f"sequence_{name}": _PADDED
        for name in (
            "concat", "conv", "enumerate", "expand", "expand_as", "first_step", "last_step", "pad", "pool", "reshape",
            "reverse", "scatter", "slice", "softmax", "unpad",
        )
    },
    "data_norm": "it is for a parameter server's statistics; use paddle.static.nn.batch_norm",
    "deform_conv2d": "use paddle.vision.ops.deform_conv2d",
    "nce": "it draws the classes it compares with; use paddle.nn.functional.softmax_with_cross_entropy",
    "sparse_embedding": "there is no parameter server; use paddle.static.nn.embedding",
}  # fmt: skip
globals().update({name: refused("paddle.static.nn", name, instead) for name, instead in _ABSENT.items()})

__all__ = [
    "batch_norm", "bilinear_tensor_product", "case", "cond", "conv2d", "conv2d_transpose", "conv3d",
    "conv3d_transpose", "embedding", "fc", "group_norm", "instance_norm", "layer_norm", "prelu", "py_func", "row_conv",
    "spectral_norm", "static_pylayer", "switch_case", "while_loop",
]  # fmt: skip
__all__ += list(_ABSENT)
