"""paddle.static: programs that are built, run, saved and loaded.

In static mode (``paddle.enable_static()``) calls append to the default main program; an :class:`Executor` runs it.
Programs also come from ``paddle.jit.to_static`` and from files.
"""

from __future__ import annotations

from ..ir import Block, Program
from ..ir import Node as Operator
from ..ir import Value as Variable
from . import nn
from .absent import refused
from .averages import ExponentialMovingAverage
from .backward import append_backward, gradients
from .checkpoints import load, load_program_state, save
from .compiled import BuildStrategy, CompiledProgram, ExecutionStrategy, ParallelExecutor
from .executor import Executor
from .input_spec import InputSpec
from .io import load_inference_model, normalize_program, save_inference_model
from .nn import py_func
from .programs import (
    default_main_program,
    default_startup_program,
    device_guard,
    name_scope,
    program_guard,
)
from .scope import Scope, global_scope, scope_guard
from .serialized import (
    deserialize_persistables,
    deserialize_program,
    load_from_file,
    save_to_file,
    serialize_persistables,
    serialize_program,
)
from .tools import Print, accuracy, auc, cpu_places, cuda_places, set_program_state, xpu_places
from .variables import create_global_var, create_parameter, data
from .weight_norm import WeightNormParamAttr

_IPU = "everything runs on the CPU; use paddle.static.Executor on the program itself"
_ABSENT = {
    **dict.fromkeys(["IpuCompiledProgram", "IpuStrategy", "ipu_shard_guard", "set_ipu_shard"], _IPU),
    "ctr_metric_bundle": "sum paddle.abs(input - label) and its square with paddle.static.create_global_var",
}
globals().update({name: refused("paddle.static", name, instead) for name, instead in _ABSENT.items()})

__all__ = [
    "py_func",
    "serialize_program",
    "serialize_persistables",
    "save_to_file",
    "load_from_file",
    "deserialize_program",
    "deserialize_persistables",
    "Block",
    "BuildStrategy",
    "CompiledProgram",
    "ExecutionStrategy",
    "Executor",
    "ExponentialMovingAverage",
    "InputSpec",
    "Operator",
    "ParallelExecutor",
    "Print",
    "Program",
    "Scope",
    "Variable",
    "WeightNormParamAttr",
    "accuracy",
    "auc",
    "append_backward",
    "cpu_places",
    "create_global_var",
    "create_parameter",
    "cuda_places",
    "data",
    "default_main_program",
    "default_startup_program",
    "device_guard",
    "global_scope",
    "gradients",
    "load",
    "load_inference_model",
    "load_program_state",
    "name_scope",
    "nn",
    "normalize_program",
    "program_guard",
    "save",
    "save_inference_model",
    "scope_guard",
    "set_program_state",
    "xpu_places",
]
__all__ += list(_ABSENT)
