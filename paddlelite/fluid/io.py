"""``fluid.io``: saving and loading what a program holds, models for inference, and readers."""

from __future__ import annotations

from typing import Any

from ..nn.parameter import Parameter
from ..reader import (
    ComposeNotAligned,
    batch,
    buffered,
    cache,
    chain,
    compose,
    firstn,
    map_readers,
    multiprocess_reader,
    shuffle,
    xmap_readers,
)
from ..static.checkpoints import (
    load,
    load_params,
    load_persistables,
    load_program_state,
    load_vars,
    save,
    save_params,
    save_persistables,
    save_vars,
)
from ..static.folders import load_inference_model, save_inference_model
from ..static.tools import set_program_state
from .framework import default_main_program
from .reader import DataLoader, PyReader, default_collate_fn

__all__ = [
    "ComposeNotAligned",
    "DataLoader",
    "PyReader",
    "batch",
    "buffered",
    "cache",
    "chain",
    "compose",
    "default_collate_fn",
    "firstn",
    "get_parameter_value",
    "get_parameter_value_by_name",
    "get_program_parameter",
    "get_program_persistable_vars",
    "is_parameter",
    "is_persistable",
    "load",
    "load_inference_model",
    "load_params",
    "load_persistables",
    "load_program_state",
    "load_vars",
    "map_readers",
    "multiprocess_reader",
    "save",
    "save_inference_model",
    "save_params",
    "save_persistables",
    "save_vars",
    "set_program_state",
    "shuffle",
    "xmap_readers",
]


def is_parameter(var: Any) -> bool:
    """Whether a variable is a parameter."""
    return isinstance(var, Parameter)


def is_persistable(var: Any) -> bool:
    """Whether a scope keeps a variable from run to run."""
    return bool(getattr(var, "persistable", False))


def get_parameter_value(para: Any, executor: Any) -> Any:
    """The array that the scope has of a parameter."""
    return para.get_value().numpy()


def get_parameter_value_by_name(name: str, executor: Any, program: Any = None) -> Any:
    """:func:`get_parameter_value` of the program's parameter of this name."""
    return get_parameter_value((program or default_main_program()).global_block().var(name), executor)


def get_program_parameter(program: Any) -> list[Any]:
    """The parameters of a program."""
    return list(program.all_parameters())


def get_program_persistable_vars(program: Any) -> list[Any]:
    """The variables of a program that a scope keeps."""
    return [variable for variable in program.list_vars() if is_persistable(variable)]
