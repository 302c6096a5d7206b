"""``fluid.dygraph``: the eager mode of 1.4 to 1.8."""

from ..modes import in_dygraph_mode
from ..tracer import BackwardStrategy
from . import base, checkpoint, container, jit, layers, learning_rate_scheduler, nn, parallel
from .base import *
from .checkpoint import *
from .container import *
from .jit import *
from .layers import Layer
from .learning_rate_scheduler import *
from .nn import *
from .parallel import DataParallel, ParallelEnv, prepare_context
from .py_layer import PyLayer
