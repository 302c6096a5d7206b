"""``paddle.fluid``: the API of PaddlePaddle 1.4 to 1.8, on the same core.

Inside ``fluid.dygraph.guard()`` calls compute at once, everywhere else they build the default program: see
:mod:`.modes`. Tensors are the package's own; what they do otherwise inside a guard is in :mod:`.tracer`.
"""

from __future__ import annotations

from ..place import CPUPlace, CUDAPinnedPlace, CUDAPlace
from ..static import BuildStrategy, CompiledProgram, ExecutionStrategy, ParallelExecutor
from . import (
    average,
    backward,
    clip,
    compiler,
    core,
    data_feeder,
    dygraph,
    dygraph_grad_clip,
    executor,
    framework,
    initializer,
    io,
    layers,
    metrics,
    nets,
    optimizer,
    param_attr,
    profiler,
    regularizer,
    unique_name,
)
from .backward import append_backward, gradients
from .core import LoDTensor, Scope, VarBase
from .data_feeder import DataFeeder
from .dygraph import Layer, PyLayer, load_dygraph, save_dygraph
from .executor import Executor, global_scope, scope_guard
from .framework import *
from .input import data, embedding, one_hot
from .io import load, save
from .modes import disable_dygraph, enable_dygraph, in_dygraph_mode
from .param_attr import ParamAttr, WeightNormParamAttr

Tensor = LoDTensor


def memory_optimize(*args: object, **kwargs: object) -> None:
    """Accepted, as since 1.6: nothing is to be done for it."""


release_memory = memory_optimize
enable_imperative, disable_imperative = enable_dygraph, disable_dygraph
