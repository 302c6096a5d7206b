"""Inference models in PaddlePaddle 1.x's form: a folder with ``__model__`` and the parameters."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import Any

from ..errors import InvalidTypeError
from ..ir import Program, Value
from .io import load_inference_model as load_model
from .io import normalize_program
from .programs import default_main_program

__all__ = ["load_inference_model", "save_inference_model"]


def save_inference_model(
    dirname: str | os.PathLike[str],
    feeded_var_names: Sequence[str],
    target_vars: Sequence[Value],
    executor: Any,
    main_program: Program | None = None,
    model_filename: str | None = None,
    params_filename: str | None = None,
    export_for_deployment: bool = True,
    program_only: bool = False,
) -> list[str]:
    """Write the part of a program that computes ``target_vars`` into a folder; returns their names.

    The program goes into ``model_filename`` (``__model__``); the parameters into one file each, or all into
    ``params_filename``, unless ``program_only``.

    Raises InvalidTypeError when the names are no strings or the targets no variables, and what
    ``paddle.static.save_inference_model`` raises.
    """
    from ..export.file_form import file_form
    from ..export.pdiparams import write_record, write_records
    from ..export.program_writer import ProgramWriter
    from ..framework.atomic import FileSet

    names = [feeded_var_names] if isinstance(feeded_var_names, str) else list(feeded_var_names)
    if not all(isinstance(name, str) for name in names):
        raise InvalidTypeError("'feeded_var_names' should be a list of str.")
    targets = [target_vars] if isinstance(target_vars, Value) else list(target_vars)
    program = default_main_program() if main_program is None else main_program
    program = getattr(program, "_program", program)
    feeds = [program.global_block().var(name) for name in names]
    part = normalize_program(program, feeds, targets)
    written = ProgramWriter(file_form(part)).write()
    written.desc.paddlelite = json.dumps({"writer": "paddlelite"})
    folder = os.fspath(dirname)
    with FileSet() as files:
        if not program_only:
            arrays = {name: t._data for name, t in written.tensors.items()}
            if params_filename is not None:
                write_records(files.open(os.path.join(folder, params_filename)), arrays)
            else:
                for name, array in arrays.items():
                    write_record(files.open(os.path.join(folder, name)), array)
        files.open(os.path.join(folder, model_filename or "__model__")).write(written.desc.encode())
    return [v.name for v in targets]


def load_inference_model(
    dirname: str | os.PathLike[str],
    executor: Any,
    model_filename: str | None = None,
    params_filename: str | None = None,
    pserver_endpoints: Any = None,
) -> list[Any]:
    """``[program, the inputs' names, the outputs]`` of a folder that 1.x or :func:`save_inference_model` wrote.

    Raises InvalidArgumentError when files are missing, damaged or do not belong together.
    """
    return load_model(dirname, executor, model_filename=model_filename, params_filename=params_filename)
