"""paddle.nn: layers and what they are made with."""

from . import clip, functional, initializer, utils
from .clip import ClipGradBase, ClipGradByGlobalNorm, ClipGradByNorm, ClipGradByValue
from .layer.activation import *
from .layer.common import *
from .layer.container import *
from .layer.conv import *
from .layer.distance import *
from .layer.layers import Layer
from .layer.loss import *
from .layer.names import *
from .layer.norm import *
from .layer.padding import *
from .layer.pooling import *
from .layer.rnn import *
from .layer.rnn_cells import *
from .layer.transformer import *
from .layer.unpooling import *
from .layer.vision import *
from .parameter import Parameter

__all__ = [name for name in globals() if not name.startswith("_")] + [
    "Layer",
    "Parameter",
    "functional",
    "initializer",
]
