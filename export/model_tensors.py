"""What the parameter file and the .info of a model hold: arrays that fit its program, and tensors made of them."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Any

import numpy as np

from paddlelite.dtypes import BY_CODE, BY_NUMPY
from paddlelite.errors import InvalidArgumentError
from paddlelite.nn.parameter import Parameter
from paddlelite.tensor.tensor import Tensor, _wrap_array

from . import pdiparams
from .desc_flow import slot
from .program_reader import tensor_desc
from .proto import ProgramDesc, VarDesc

if TYPE_CHECKING:
    from .pdmodel import ModelPaths

__all__ = ["made_tensors", "read_arrays", "read_info"]


def _check(path: str, paths: ModelPaths, found: str, expected: str) -> None:
    if found != expected:
        raise InvalidArgumentError(
            f"{paths.model} and {path} were not written together, or {path} is damaged: its contents are not those it "
            "was saved with. Save the model again."
        )


def _must_exist(path: str, paths: ModelPaths) -> None:
    if not os.path.isfile(path):
        raise InvalidArgumentError(f"{paths.model} was saved together with {path}, which is missing.")


def read_info(paths: ModelPaths, note: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The .info; one that is left over from another model is not looked at where ours says there is none."""
    expected = note.get("info")
    if isinstance(expected, str):
        _must_exist(paths.info, paths)
        _check(paths.info, paths, pdiparams.digest(paths.info), expected)
    elif note or not os.path.isfile(paths.info):
        return {}
    return pdiparams.read_info(paths.info)


def read_arrays(
    paths: ModelPaths, stored: dict[str, VarDesc], names: list[str], note: dict[str, Any]
) -> dict[str, np.ndarray]:
    """The arrays of the variables `stored`; the parameter file has those called `names`."""
    if not stored:
        return {}
    expected = note.get("params")
    if isinstance(expected, str):
        _must_exist(paths.params, paths)
    if os.path.isdir(paths.params):
        arrays = pdiparams.read_separate(paths.params, stored)
    elif os.path.isfile(paths.params):
        hashing = hashlib.sha256() if isinstance(expected, str) else None
        arrays = pdiparams.read_records(paths.params, names, hashing)
        if hashing is not None and isinstance(expected, str):
            _check(paths.params, paths, hashing.hexdigest(), expected)
    else:
        raise InvalidArgumentError(
            f"{paths.params}, the parameters of {paths.model}, does not exist; the program has {len(stored)} of them."
        )
    for name, var in stored.items():
        desc = tensor_desc(var)
        array = arrays[name]
        if desc is None or desc.data_type not in BY_CODE:
            raise InvalidArgumentError(f"{paths.model}: the parameter '{name}' is not declared as a tensor.")
        fits = len(desc.dims) == array.ndim and all(
            want in (-1, have) for want, have in zip(desc.dims, array.shape, strict=True)
        )
        if BY_CODE[desc.data_type].np != array.dtype or (desc.dims and not fits):
            raise InvalidArgumentError(
                f"{paths.model} and {paths.params} do not belong together: '{name}' is "
                f"{BY_CODE[desc.data_type].name}{list(desc.dims)} in the program, {array.dtype}{list(array.shape)} in "
                "the parameter file."
            )
    return {name: arrays[name] for name in stored}


def made_tensors(
    desc: ProgramDesc,
    arrays: dict[str, np.ndarray],
    info: dict[str, dict[str, Any]],
    shared: dict[str, Tensor],
) -> dict[str, Tensor]:
    """Parameters and buffers; of those in `shared`, which another program of the set has read, those. The .info tells
    them apart; without one, running statistics are buffers.
    """
    statistics = {
        name
        for block in desc.blocks
        for op in block.ops
        for key in ("Mean", "Variance")
        for name in slot(op, key)
    }
    found: dict[str, Tensor] = {}
    for name, array in arrays.items():
        if name in shared and shared[name].dims == array.shape:
            found[name] = shared[name]
            continue
        entry = info.get(name)
        dtype = BY_NUMPY[array.dtype]
        if "trainable" in entry if entry is not None else dtype.is_floating and name not in statistics:
            trainable = bool(entry["trainable"]) if entry is not None else True
            found[name] = Parameter([0], dtype, name=name, trainable=trainable)
            found[name]._data = array
        else:
            found[name] = _wrap_array(array)
            found[name].name = name
            found[name].persistable = True
    return found
