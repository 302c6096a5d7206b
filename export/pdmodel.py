"""The files of a saved model: .pdmodel, .pdiparams and .pdiparams.info, written and read as one set.

Each file is written whole (`paddlelite.framework.atomic`). The .pdmodel is renamed last and carries, in a field that
PaddlePaddle skips, the digests of the other two, so a set of which one file is older is noticed when it is loaded.
Sets written by PaddlePaddle have no digest; there the variables' names, shapes and dtypes are compared.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from paddlelite.dims import Dim, Dims
from paddlelite.errors import InvalidArgumentError, PaddleError, UnimplementedError
from paddlelite.framework.atomic import FileSet
from paddlelite.ir import Program
from paddlelite.tensor.tensor import Tensor

from . import pdiparams
from .file_form import file_form
from .model_tensors import made_tensors, read_arrays, read_info
from .program_reader import Reader, interface
from .program_writer import ProgramWriter, Written
from .proto import ProgramDesc, VarDesc, VarKind
from .wire import WireError

__all__ = [
    "LoadedModel",
    "ModelPaths",
    "companions",
    "find_model",
    "read_model",
    "read_state",
    "stored_vars",
    "write_models",
]

_NOT_STORED = {VarKind.FEED_MINIBATCH, VarKind.FETCH_LIST, VarKind.RAW, VarKind.READER, VarKind.STEP_SCOPES}


# ------------------------------------------------------------------------------------------------- writing


@dataclass
class ModelPaths:
    """Where the files of one program are. `info` may not exist; `params` may be a folder (one file a variable)."""

    model: str
    params: str
    info: str

    @classmethod
    def of_prefix(cls, prefix: str) -> ModelPaths:
        return cls(prefix + ".pdmodel", prefix + ".pdiparams", prefix + ".pdiparams.info")


@dataclass
class ModelToWrite:
    """One program, its file prefix, and the structured names of its parameters ("fc.weight")."""

    program: Program
    prefix: str


def write_models(
    models: Sequence[ModelToWrite],
    info_path: str | None,
    structured: dict[str, str],
    extra: dict[str, Any],
    combined: Mapping[str, bytes] | None = None,
) -> None:
    """Writes programs that share one .info (a layer's forward, then its other methods) as one set of files.

    Args:
        structured: the structured names of parameters and buffers, by variable name.
        extra: JSON values kept in each .pdmodel (what PaddlePaddle's format has no place for).
        combined: other files to write, when the first model's .pdiparams is to hold the parameters of all.

    Raises UnimplementedError for ops without a file form, OSError when a file cannot be written; then all files are
    as they were.
    """
    written = [(model, ProgramWriter(file_form(model.program)).write()) for model in models]
    info = _info([w for _, w in written], structured)
    buffer = io.BytesIO()
    pdiparams.write_info(buffer, info)
    with FileSet() as files:
        notes: list[dict[str, Any]] = []
        for model, content in written:
            paths = ModelPaths.of_prefix(model.prefix)
            note = {**extra, "dims": _dim_names(model.program)}
            tensors = content.tensors
            if combined is not None and model is models[0]:
                tensors = {name: t for _, part in written for name, t in part.tensors.items()}
                note["stored"] = sorted(tensors)
            if tensors:
                arrays = {name: t._data for name, t in tensors.items()}
                note["params"] = pdiparams.write_records(files.open(paths.params), arrays)
            notes.append(note)
        for path, data in (combined or {}).items():
            files.open(path).write(data)
        if info and info_path is not None:
            files.open(info_path).write(buffer.getvalue())
            for note in notes:
                note["info"] = hashlib.sha256(buffer.getvalue()).hexdigest()
        digests: dict[str, str] = {}
        for (model, content), note in zip(reversed(written), reversed(notes), strict=True):
            # The first model is written last and knows the others, so that a set of old and new ones is noticed.
            note["others"] = {} if model is not models[0] else digests
            content.desc.paddlelite = json.dumps(note, sort_keys=True, separators=(",", ":"))
            path, data = ModelPaths.of_prefix(model.prefix).model, content.desc.encode()
            digests[os.path.basename(path)] = hashlib.sha256(data).hexdigest()
            files.open(path).write(data)


def _info(written: Sequence[Written], structured: dict[str, str]) -> dict[str, dict[str, Any]]:
    info: dict[str, dict[str, Any]] = {}
    for content in written:
        for name in sorted(content.tensors):
            tensor = content.tensors[name]
            entry: dict[str, Any] = {"structured_name": structured.get(name, name)}
            entry["stop_gradient"] = bool(tensor.stop_gradient)
            trainable = getattr(tensor, "trainable", None if tensor.stop_gradient else True)
            if trainable is not None:  # buffers have no such entry
                entry["trainable"] = bool(trainable)
            info[name] = entry
    return info


def _dim_names(program: Program) -> dict[str, list[Any]]:
    """The names of the inputs' symbolic sizes."""
    return {
        value.name: [dim.name if isinstance(dim, Dim) else dim for dim in value.dims]
        for value in program.inputs
    }


# ------------------------------------------------------------------------------------------------- reading


@dataclass
class LoadedModel:
    """A program read from files. `tensors` are its parameters and buffers by variable name, `info` their .info.

    `for_sizes` reads the program again, for inputs of other sizes.
    """

    program: Program
    inputs: list[str]
    outputs: list[str]
    tensors: dict[str, Tensor]
    for_sizes: Callable[[Sequence[Dims]], Program]
    info: dict[str, dict[str, Any]] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)


def find_model(
    path: str, model_filename: str | None = None, params_filename: str | None = None
) -> ModelPaths | None:
    """The files that `path` means: a prefix, or a folder of 1.x; None when there are none."""
    if os.path.isdir(path):
        model = os.path.join(path, model_filename or "__model__")
        params = os.path.join(path, params_filename) if params_filename else path
        return ModelPaths(model, params, model + ".info") if os.path.isfile(model) else None
    paths = ModelPaths.of_prefix(path)
    if model_filename:
        paths.model = os.path.join(os.path.dirname(path), model_filename)
    if params_filename:
        paths.params = os.path.join(os.path.dirname(path), params_filename)
    return paths if os.path.isfile(paths.model) else None


def read_model(paths: ModelPaths, shared: dict[str, Tensor] | None = None) -> LoadedModel:
    """The program and parameters in `paths`. Of the parameters, those in `shared` are taken from there.

    Raises InvalidArgumentError when a file is damaged, is no model, or does not belong to the others;
    UnimplementedError listing all ops that paddlelite does not have; OSError when a file cannot be read.
    """
    desc, note = read_desc_and_notes(paths.model)
    try:
        inputs, outputs = interface(desc)
        if not outputs:
            raise InvalidArgumentError(
                f"{paths.model} has no outputs (no fetch op): it is a training program, not an inference model."
            )
        stored = stored_vars(desc)
        arrays = read_arrays(paths, stored, _stored_names(paths, stored, note), note)
        info = read_info(paths, note)
        tensors = made_tensors(desc, arrays, info, shared or {})
        dims = note.get("dims")
        program = Reader(desc, tensors, paths.model, dims if isinstance(dims, dict) else None).read()
    except WireError as error:
        raise InvalidArgumentError(f"{paths.model} is damaged: {error}.") from error
    except (UnimplementedError, OSError):
        raise
    except PaddleError as error:
        if paths.model in str(error) or paths.params in str(error) or paths.info in str(error):
            raise
        raise InvalidArgumentError(f"{paths.model}: {error}") from error
    except (
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        OverflowError,
        RecursionError,
    ) as error:
        # Rules and kernels were written for real programs; a damaged one meets them with anything.
        raise InvalidArgumentError(
            f"{paths.model} cannot be understood ({type(error).__name__}: {str(error)[:200]})."
        ) from error

    def for_sizes(sizes: Sequence[Dims]) -> Program:
        return Reader(desc, tensors, paths.model, sizes=dict(zip(inputs, sizes, strict=True))).read()

    return LoadedModel(program, inputs, outputs, tensors, for_sizes, info, note)


def read_desc(path: str) -> ProgramDesc:
    """The ProgramDesc in a file, as it is."""
    return read_desc_and_notes(path)[0]


def read_desc_and_notes(path: str) -> tuple[ProgramDesc, dict[str, Any]]:
    """The ProgramDesc in a file and what paddlelite noted in it: `dims` has the names of the inputs' sizes."""
    with open(path, "rb") as file:
        data = file.read()
    try:
        desc = ProgramDesc.decode(data)
    except WireError as error:
        hint = " It looks like a PIR program of PaddlePaddle 3.x (.json)." if data[:1] == b"{" else ""
        raise InvalidArgumentError(
            f"{path} is not a .pdmodel file, or it is damaged: {error}.{hint}"
        ) from error
    if not desc.blocks:
        raise InvalidArgumentError(f"{path} is not a .pdmodel file: it has no blocks.")
    try:
        note = json.loads(desc.paddlelite) if desc.paddlelite else {}
    except (ValueError, RecursionError) as error:
        raise InvalidArgumentError(f"{path} is damaged: its own notes cannot be read.") from error
    return desc, note if isinstance(note, dict) else {}


def stored_vars(desc: ProgramDesc) -> dict[str, VarDesc]:
    """The variables that have a record in the parameter file."""
    return {
        var.name: var
        for block in desc.blocks
        for var in block.vars
        if var.persistable and var.type.type not in _NOT_STORED
    }


def _stored_names(paths: ModelPaths, stored: Iterable[str], note: dict[str, Any]) -> list[str]:
    """The variables in the parameter file: the program's, or of all methods when it was saved with combine_params."""
    if isinstance(note.get("stored"), list):
        return list(map(str, note["stored"]))
    prefix = paths.model.removesuffix(".pdmodel")
    if not os.path.isfile(prefix + ".meta"):
        return list(stored)
    others = (stored_vars(read_desc(f"{prefix}.{name}.pdmodel")) for name in companions(prefix, note))
    return sorted({*stored, *(name for other in others for name in other)})


def companions(prefix: str, note: dict[str, Any]) -> list[str]:
    """The other methods that were saved with a layer's forward, which has `note`: their names, from
    `prefix.NAME.pdmodel` beside it.

    Raises InvalidArgumentError when one of a set written here is missing or from another time.
    """
    folder, stem = os.path.split(prefix)
    others = note.get("others")
    if isinstance(others, dict):
        for name, expected in others.items():
            path = os.path.join(folder, os.path.basename(str(name)))
            if not os.path.isfile(path) or pdiparams.digest(path) != expected:
                raise InvalidArgumentError(
                    f"{prefix}.pdmodel was written together with {path}, which is missing or was written at another "
                    "time. Save the model again."
                )
        names = [str(name) for name in others]
    else:
        names = os.listdir(folder or ".")
    found = [name[len(stem) + 1 : -len(".pdmodel")] for name in names if _is_method(name, stem)]
    return sorted(name for name in found if name.isidentifier())


def _is_method(name: str, stem: str) -> bool:
    return name.startswith(stem + ".") and name.endswith(".pdmodel") and len(name) > len(stem) + 9


def read_state(
    path: str, model_filename: str | None = None, params_filename: str | None = None
) -> dict[str, np.ndarray] | None:
    """The parameters of a saved model, by structured name where its .info has one; None when there is no model."""
    paths = find_model(path, model_filename, params_filename)
    if paths is None:
        return _read_folder(path) if os.path.isdir(path) and model_filename is None else None
    desc, note = read_desc_and_notes(paths.model)
    stored = stored_vars(desc)
    arrays = read_arrays(paths, stored, _stored_names(paths, stored, note), note)
    info = read_info(paths, note)
    return {info.get(name, {}).get("structured_name") or name: array for name, array in arrays.items()}


def _read_folder(path: str) -> dict[str, np.ndarray]:
    """A folder of persistables: one file a variable, the file's name is the variable's."""
    names = [
        os.path.relpath(os.path.join(folder, name), path)
        for folder, _, files in os.walk(path)
        for name in files
    ]
    return pdiparams.read_separate(path, sorted(names))
