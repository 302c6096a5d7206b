"""Programs and parameters as bytes: ``serialize_program`` and its like."""

from __future__ import annotations

import io
import json
import os
import tempfile
from typing import Any

import numpy as np

from ..dtypes import BY_CODE
from ..errors import InvalidTypeError
from ..ir import Persistable, Program
from .io import normalize_program
from .scope import global_scope

__all__ = [
    "deserialize_persistables",
    "deserialize_program",
    "load_from_file",
    "save_to_file",
    "serialize_persistables",
    "serialize_program",
]


def _written(feed_vars: Any, fetch_vars: Any, program: Program | None) -> Any:
    from ..export.file_form import file_form
    from ..export.program_writer import ProgramWriter

    return ProgramWriter(file_form(normalize_program(program, feed_vars, fetch_vars))).write()


def serialize_program(feed_vars: Any, fetch_vars: Any, **kwargs: Any) -> bytes:
    """The bytes of the ``.pdmodel`` that ``save_inference_model`` would write; raises what that raises."""
    desc = _written(feed_vars, fetch_vars, kwargs.get("program")).desc
    desc.paddlelite = json.dumps({"writer": "paddlelite"})
    return desc.encode()  # type: ignore[no-any-return]


def serialize_persistables(feed_vars: Any, fetch_vars: Any, executor: Any, **kwargs: Any) -> bytes | None:
    """The bytes of the ``.pdiparams`` that ``save_inference_model`` would write; None without parameters."""
    from ..export.pdiparams import write_records

    tensors = _written(feed_vars, fetch_vars, kwargs.get("program")).tensors
    if not tensors:
        return None
    buffer = io.BytesIO()
    write_records(buffer, {name: t._data for name, t in tensors.items()})
    return buffer.getvalue()


def deserialize_program(data: bytes) -> Program:
    """The program of these bytes, whose parameters :func:`deserialize_persistables` brings.

    Raises InvalidTypeError for something else than bytes, InvalidArgumentError when they are damaged.
    """
    from ..export.pdiparams import write_records
    from ..export.pdmodel import ModelPaths, read_desc, read_model, stored_vars
    from ..export.program_reader import tensor_desc
    from .variables import GlobalVariable

    with tempfile.TemporaryDirectory() as folder:
        paths = ModelPaths.of_prefix(os.path.join(folder, "program"))
        with open(paths.model, "wb") as file:
            file.write(_bytes(data))
        shapes = {name: tensor_desc(var) for name, var in stored_vars(read_desc(paths.model)).items()}
        zeros = {n: np.zeros(d.dims, BY_CODE[d.data_type].np) for n, d in shapes.items() if d is not None}
        with open(paths.params, "wb") as file:
            write_records(file, zeros)
        program = read_model(paths).program
    for value, tensor in program.captures.items():
        if tensor._name in zeros:
            program.captures[value] = GlobalVariable(tensor.dims, tensor.dtype, tensor.name)
    return program


def deserialize_persistables(program: Program, data: bytes, executor: Any) -> None:
    """Give a program's parameters their values, in the scope.

    Raises InvalidTypeError for something else than bytes, InvalidArgumentError when they are damaged or of another
    program; nothing is changed then.
    """
    from ..export.pdiparams import read_records
    from .variables import set_program_state

    names = sorted(t.name for t in program.captures.values() if isinstance(t, Persistable))
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "parameters")
        with open(path, "wb") as file:
            file.write(_bytes(data))
        arrays = read_records(path, names)
    set_program_state(program, arrays, global_scope())


def _bytes(data: Any) -> bytes:
    if not isinstance(data, (bytes, bytearray)):
        raise InvalidTypeError(f"expected bytes, but received {type(data).__name__}")
    return bytes(data)


def save_to_file(path: str | os.PathLike[str], content: bytes) -> None:
    """Write bytes to a file, whole or not at all. Raises InvalidTypeError for something else than bytes."""
    from ..framework.atomic import FileSet

    with FileSet() as files:
        files.open(path).write(_bytes(content))


def load_from_file(path: str | os.PathLike[str]) -> bytes:
    """The bytes of a file. Raises OSError when it cannot be read."""
    with open(path, "rb") as file:
        return file.read()
