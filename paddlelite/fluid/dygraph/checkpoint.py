"""``fluid.dygraph.checkpoint``: saving and loading models, in 1.4's, 1.5's and 1.6's forms.

1.4 and 1.5 write one file a parameter, in PaddlePaddle's binary form, under the parameter's name. The state of the
learning rates' decays is in a folder ``optimizers`` beside them.
"""

from __future__ import annotations

import os
import warnings
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import numpy as np

from ...errors import InvalidArgumentError, InvalidTypeError, NotFoundError
from ...framework import io
from ...framework.atomic import FileSet
from ...tensor.tensor import Tensor, _wrap_array
from . import learning_rate_scheduler as decays

__all__ = ["load_dygraph", "load_persistables", "save_dygraph", "save_persistables"]

_OPTIMIZERS = "optimizers"


def save_persistables(model_dict: Any, dirname: Any = "save_dir", optimizers: Any = None) -> None:
    """Save parameters by their names into a folder, and the learning-rate decays of ``optimizers``.

    ``save_persistables(layer.state_dict(), "dir")`` is 1.4's form, where a third argument that is a string names one
    file for all parameters; with an optimizer or a list of them it is 1.5's.

    The files appear together or not at all. Raises InvalidTypeError for what is no dict of parameters.
    """
    if not isinstance(model_dict, Mapping):
        raise InvalidTypeError(
            f"save_persistables needs a dict of parameters (layer.state_dict()), but got {type(model_dict).__name__}"
        )
    folder, one_file = os.fspath(dirname), optimizers if isinstance(optimizers, str) else None
    arrays = {_name(key, value): _array(key, value) for key, value in model_dict.items()}
    states = {} if one_file else _decay_states(optimizers)
    from ...export.pdiparams import write_record

    with FileSet() as files:
        if one_file:
            file = files.open(os.path.join(folder, one_file))
            for name in sorted(arrays):
                write_record(file, arrays[name])
        else:
            for name, array in arrays.items():
                write_record(files.open(_path(folder, name)), array)
        for name, state in states.items():
            io.save(state, files.open(_path(os.path.join(folder, _OPTIMIZERS), name)))


def _name(key: str, value: Any) -> str:
    return value.name if isinstance(value, Tensor) else str(key)


def _array(key: str, value: Any) -> np.ndarray:
    if isinstance(value, Tensor):
        return value.get_value()._data if value._data is None else value._data
    if isinstance(value, np.ndarray):
        return value
    raise InvalidTypeError(
        f"save_persistables: {key} must be a parameter or an array, but is {type(value).__name__}"
    )


def _path(folder: str, name: str) -> str:
    path = os.path.normpath(os.path.join(folder, name))
    if os.path.relpath(path, folder).startswith(os.pardir):
        raise InvalidArgumentError(f"the name {name!r} leads out of the folder {folder}")
    return path


def _decay_states(optimizers: Any) -> dict[str, Any]:
    states = {}
    for optimizer in (
        () if optimizers is None else optimizers if isinstance(optimizers, (list, tuple)) else [optimizers]
    ):
        rate = getattr(optimizer, "_learning_rate", None)
        if isinstance(rate, decays.LearningRateDecay):
            states[str(optimizer._name)] = decays.described(rate)
        else:
            warnings.warn(
                "Optimizer not saved, Only optimizer with 'LearningRateDecay' under DyGraph mode need to be saved",
                stacklevel=4,
            )
    return states


def load_persistables(*args: Any, **kwargs: Any) -> Any:
    """Parameters that :func:`save_persistables` has saved.

    ``load_persistables("dir")`` of 1.5 gives ``(parameters by name, decays by the optimizer's name)``;
    ``load_persistables(layer.state_dict(), "dir", filename=None)`` of 1.4 gives the parameters of that dict.

    Raises NotFoundError for a folder or file that is not there, InvalidArgumentError for a damaged one.
    """
    if (args and isinstance(args[0], Mapping)) or "vardict" in kwargs:
        return _load_known(*args, **kwargs)
    return _load_folder(*args, **kwargs)


def _load_known(
    vardict: Mapping[str, Any], dirname: Any, filename: str | None = None
) -> OrderedDict[str, Any]:
    from ...export.pdiparams import read_all, read_record

    folder = _folder(dirname)
    names = [_name(key, value) for key, value in vardict.items()]
    if filename is not None:
        arrays = read_all(os.path.join(folder, filename))
        if len(arrays) != len(names):
            raise InvalidArgumentError(
                f"{os.path.join(folder, filename)} has {len(arrays)} parameters, but {len(names)} are asked for"
            )
        found = dict(zip(sorted(names), arrays))
    else:
        found = {}
        for name in names:
            path = _path(folder, name)
            if not os.path.isfile(path):
                raise NotFoundError(
                    f"there is no parameter {name} in {folder}: the file {path} does not exist"
                )
            with open(path, "rb") as file:
                found[name] = read_record(file, path)
    return OrderedDict((name, _parameter(name, found[name])) for name in names)


def _load_folder(dirname: Any = "save_dir") -> tuple[OrderedDict[str, Any], dict[str, Any]]:
    from ...export.pdiparams import read_record

    folder = _folder(dirname)
    found: OrderedDict[str, Any] = OrderedDict()
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if os.path.join(where, f) != os.path.join(folder, _OPTIMIZERS))
        for file_name in sorted(names):
            if file_name.startswith("."):
                continue
            path = os.path.join(where, file_name)
            name = os.path.relpath(path, folder).replace(os.sep, "/")
            with open(path, "rb") as file:
                found[name] = _parameter(name, read_record(file, path))
    loaded = _load_decays(os.path.join(folder, _OPTIMIZERS))
    if not loaded:
        print(  # noqa: T201 - as PaddlePaddle 1.5 does
            "No optimizer loaded. If you didn't save optimizer, please ignore this. The program can still work with "
            "new optimizer. "
        )
    return found, loaded


def _folder(dirname: Any) -> str:
    folder = os.fspath(dirname)
    if not os.path.isdir(folder):
        raise NotFoundError(f"{folder} not exist: there is no folder that save_persistables has written")
    return folder


def _parameter(name: str, array: np.ndarray) -> Tensor:
    tensor = _wrap_array(array)
    tensor.name = name
    return tensor


def _load_decays(folder: str) -> dict[str, Any]:
    loaded = {}
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
        if name.startswith("."):
            continue
        path = os.path.join(folder, name)
        try:
            loaded[name] = decays.revived(io.load(path))
        except InvalidArgumentError as error:
            raise InvalidArgumentError(f"{path}: {error}") from error
    return loaded


def save_dygraph(state_dict: Any, model_path: str) -> None:
    """Save a layer's state as ``model_path.pdparams``, or an optimizer's as ``model_path.pdopt`` (1.6 and later).

    Raises InvalidArgumentError for a path without a file name, or an empty state.
    """
    if not os.path.basename(model_path):
        raise InvalidArgumentError("model_path MUST be format of dirname/filename, but filename is empty str")
    if not state_dict:
        raise InvalidArgumentError("state_dict is empty, no need to save")
    from ...nn.parameter import Parameter

    values = state_dict.values()
    is_model = "LR_Scheduler" not in state_dict and any(isinstance(v, Parameter) for v in values)
    io.save(OrderedDict(state_dict), model_path + (".pdparams" if is_model else ".pdopt"))


def load_dygraph(model_path: str, keep_name_table: bool = False) -> tuple[Any, Any]:
    """What :func:`save_dygraph` has saved: ``(parameters, optimizer state)``, each None where there is no file.

    Raises NotFoundError when there is neither.
    """
    prefix = model_path
    for suffix in (".pdparams", ".pdopt"):
        prefix = prefix.removesuffix(suffix)
    found = [
        io.load(prefix + suffix) if os.path.exists(prefix + suffix) else None
        for suffix in (".pdparams", ".pdopt")
    ]
    if found == [None, None]:
        raise NotFoundError(f"Parameter file [ {prefix}.pdparams ] not exists")
    if found[0] is not None and not keep_name_table:
        found[0].pop("StructuredToParameterName@@", None)
    return found[0], found[1]
