"""paddle.static: programs that are saved, loaded and run. Programs are captured by ``paddle.jit.to_static``."""

from __future__ import annotations

from typing import Any

from ..ir import Block, Program
from ..ir import Node as Operator
from ..ir import Value as Variable
from .executor import Executor
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


def __getattr__(name: str) -> Any:
    if name == "InputSpec":  # lives in the compiler, which the core reaches only when it is used
        from ..jit.spec import InputSpec

        return InputSpec
    raise AttributeError(f"module 'paddlelite.static' has no attribute '{name}'")
