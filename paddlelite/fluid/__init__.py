"""``paddle.fluid``: the API of PaddlePaddle 1.4 to 1.8, on the same core.

Inside ``fluid.dygraph.guard()`` calls compute at once, everywhere else they build the default program: see
:mod:`.modes`. Tensors are the package's own; what they do otherwise inside a guard is in :mod:`.tracer`.
"""

from __future__ import annotations

from typing import Any

from ..framework.flags import get_flags, set_flags
from ..place import CPUPlace, CUDAPinnedPlace, CUDAPlace
from ..static import BuildStrategy, CompiledProgram, ExecutionStrategy, ParallelExecutor
from . import (
    absent,
    average,
    backward,
    clip,
    compiler,
    core,
    data_feeder,
    dygraph,
    dygraph_grad_clip,
    evaluator,
    executor,
    framework,
    initializer,
    install_check,
    io,
    layer_helper,
    layers,
    lod_tensor,
    metrics,
    nets,
    optimizer,
    param_attr,
    profiler,
    reader,
    regularizer,
    unique_name,
)
from .backward import append_backward, gradients
from .core import LoDTensor, Scope, VarBase
from .data_feeder import DataFeeder
from .dygraph import Layer, PyLayer, load_dygraph, save_dygraph
from .dygraph.nn import *
from .executor import Executor, global_scope, scope_guard
from .framework import *
from .input import data, embedding, one_hot
from .io import load, load_program_state, save, set_program_state
from .layers import learning_rate_scheduler as learning_rate_decay
from .lod_tensor import create_lod_tensor, create_random_int_lodtensor
from .modes import disable_dygraph, enable_dygraph, in_dygraph_mode
from .param_attr import ParamAttr, WeightNormParamAttr

Tensor = LoDTensor


def memory_optimize(*args: object, **kwargs: object) -> None:
    """Accepted, as since 1.6: nothing is to be done for it."""


release_memory = memory_optimize
enable_imperative, disable_imperative = enable_dygraph, disable_dygraph


def __getattr__(name: str) -> Any:
    if name in absent.TABLE:
        return absent.TABLE[name]
    raise AttributeError(
        f"module 'paddle.fluid' has no attribute {name!r}: PaddlePaddle 1.8 has none of this name either, or it is not "
        "part of this package (contrib, incubate, transpiler: distributed training, quantization)"
    )
