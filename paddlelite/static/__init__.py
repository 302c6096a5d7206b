"""paddle.static: programs that are saved, loaded and run. Programs are captured by ``paddle.jit.to_static``."""

from __future__ import annotations

from ..ir import Block, Program
from ..ir import Node as Operator
from ..ir import Value as Variable
from .executor import Executor
from .input_spec import InputSpec
from .io import load_inference_model, save_inference_model

__all__ = [
    "Block",
    "Executor",
    "InputSpec",
    "Operator",
    "Program",
    "Variable",
    "load_inference_model",
    "save_inference_model",
]
