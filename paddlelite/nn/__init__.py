"""paddle.nn: layers and what they are made with."""

from . import clip, functional, initializer, utils
from .clip import ClipGradBase, ClipGradByGlobalNorm, ClipGradByNorm, ClipGradByValue
from .layer.activation import *  # noqa: F403
from .layer.common import *  # noqa: F403
from .layer.container import *  # noqa: F403
from .layer.conv import *  # noqa: F403
from .layer.distance import *  # noqa: F403
from .layer.layers import Layer
from .layer.loss import *  # noqa: F403
from .layer.norm import *  # noqa: F403
from .layer.pooling import *  # noqa: F403
from .layer.rnn import *  # noqa: F403
from .layer.rnn_cells import *  # noqa: F403
from .layer.transformer import *  # noqa: F403
from .layer.vision import *  # noqa: F403
from .parameter import Parameter

__all__ = [name for name in globals() if not name.startswith("_")] + [
    "Layer",
    "Parameter",
    "functional",
    "initializer",
]
