"""`paddle.save` and `paddle.load`: .pdparams and .pdopt files that PaddlePaddle reads and writes as well.

A dict of only tensors (and tensor-free dicts, such as a scheduler's state) is stored as arrays with a table of the
tensors' names beside them; in everything else each tensor becomes the pair (name, array). Loading undoes both.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, BinaryIO

import numpy as np

from .. import dtypes
from ..errors import InvalidArgumentError, InvalidTypeError, UnimplementedError
from ..tensor.tensor import Tensor, _wrap_array
from . import pickles
from .atomic import FileSet

__all__ = ["load", "save"]

_NAME_TABLE = "StructuredToParameterName@@"
_SPLIT_TABLE = "UnpackBigParamInfor@@"
#: Protocols 2 and 3 cannot hold more bytes in one piece.
_SPLIT_BYTES = 2**30 - 1


# ------------------------------------------------------------------------------------------------- saving


def save(obj: Any, path: Any, protocol: int = 4, **configs: Any) -> None:
    """Saves tensors, and containers of tensors and plain values, to one file.

    Args:
        obj: a Tensor, a state_dict, or nested dicts, lists, tuples of tensors, arrays, numbers, text and None.
        path: the file's name (missing folders are made), or a writable binary file such as BytesIO.
        protocol: the pickle protocol, 2, 3 or 4.
        use_binary_format: store one tensor as PaddlePaddle's C++ does, without pickle.

    The file is written under a temporary name and renamed: it is whole, or as it was.

    Raises InvalidArgumentError for a wrong protocol, path or option, InvalidTypeError for an object that is no
    data, OSError when the file cannot be written.

    >>> import io
    >>> import paddlelite as paddle
    >>> file = io.BytesIO()
    >>> paddle.save({"weight": paddle.ones([2])}, file)
    >>> _ = file.seek(0)
    >>> paddle.load(file)["weight"].numpy()
    array([1., 1.], dtype=float32)
    """
    binary = configs.pop("use_binary_format", False)
    _no_more(configs, "save")
    _check_protocol(protocol)
    if not isinstance(binary, bool):
        raise InvalidTypeError(
            f"Type of `use_binary_format` should be bool, but received {type(binary).__name__}."
        )
    if binary and not isinstance(obj, Tensor):
        raise UnimplementedError(
            f"When use_binary_format = True, `paddle.save` expected Tensor, but received {type(obj).__name__}."
        )
    write = _writer(obj, protocol, binary)
    if hasattr(path, "write"):
        write(path)
        return
    with FileSet() as files:
        write(files.open(_file_name(path)))


def _writer(obj: Any, protocol: int, binary: bool) -> Callable[[BinaryIO], None]:
    if binary:
        from ..export.pdiparams import write_record

        return lambda file: write_record(file, _array(obj))
    _refuse_modules(obj)
    tree = _state(obj, protocol) if _is_state(obj) else obj
    return lambda file: pickles.dump(tree, file, protocol, _pair)


def _check_protocol(protocol: Any) -> None:
    if not isinstance(protocol, int) or isinstance(protocol, bool):
        raise InvalidArgumentError(f"The 'protocol' MUST be `int`, but received {type(protocol).__name__}.")
    if not 1 < protocol < 5:
        raise InvalidArgumentError(f"Expected 1<'protocol'<5, but received protocol={protocol}")


def _no_more(configs: dict[str, Any], function: str) -> None:
    if configs:
        raise InvalidArgumentError(
            f"The additional config ({next(iter(configs))}) of `paddle.{function}` is not supported."
        )


def _file_name(path: Any) -> str:
    if not isinstance(path, (str, os.PathLike)):
        raise InvalidTypeError(
            f"The path must be a file name or a binary file, but received {type(path).__name__}."
        )
    name = os.fspath(path)
    if not isinstance(name, str) or not os.path.basename(name):
        raise InvalidArgumentError(
            f"The input path MUST be format of dirname/filename, but received {name!r} without a filename."
        )
    return name


def _refuse_modules(obj: Any) -> None:
    if callable(getattr(obj, "state_dict", None)):
        kind = "`paddle.nn.Layer`" if callable(getattr(obj, "sublayers", None)) else type(obj).__name__
        raise InvalidArgumentError(
            f"paddle do not support saving {kind} object. Save its state_dict(), or a whole layer with "
            "paddle.jit.save(layer, path)."
        )


def _array(tensor: Tensor) -> np.ndarray:
    if not isinstance(tensor._data, np.ndarray):
        raise InvalidArgumentError(f"{tensor.name} is a value of a program and has no data to save yet.")
    return tensor._data


def _storable(tensor: Tensor) -> np.ndarray:
    """The array as pickles hold it: bfloat16 by its bits."""
    array = _array(tensor)
    return array.view(np.uint16) if array.dtype == dtypes.bfloat16.np else array


def _pair(item: Any) -> Any:
    if isinstance(item, Tensor):
        return tuple, ((item.name, _storable(item)),)
    return NotImplemented


def _is_state(obj: Any) -> bool:
    if not isinstance(obj, dict):
        return False
    return all(
        isinstance(value, Tensor) or (isinstance(value, dict) and not _has_tensor(value))
        for value in obj.values()
    )


def _has_tensor(tree: Any) -> bool:
    found = []
    pickles.rebuild(tree, lambda leaf: found.append(isinstance(leaf, Tensor)))
    return any(found)


def _state(obj: dict[Any, Any], protocol: int) -> dict[Any, Any]:
    names = {key: value.name for key, value in obj.items() if isinstance(value, Tensor)}
    tree = {key: _storable(value) if isinstance(value, Tensor) else value for key, value in obj.items()}
    tree[_NAME_TABLE] = names
    return _split(tree) if protocol < 4 else tree


def _split(tree: dict[Any, Any]) -> dict[Any, Any]:
    """Arrays too large for one piece become `key@@.0`, `key@@.1` and so on."""
    result: dict[Any, Any] = {}
    table: dict[Any, Any] = {}
    for key, value in tree.items():
        length = _SPLIT_BYTES // value.itemsize if isinstance(value, np.ndarray) else 0
        if not length or value.size <= length:
            result[key] = value
            continue
        flat = value.reshape(-1)
        slices = [f"{key}@@.{part}" for part in range(-(-flat.size // length))]
        for part, name in enumerate(slices):
            result[name] = flat[part * length : (part + 1) * length]
        table[key] = {"OriginShape": tuple(value.shape), "slices": slices}
    if table:
        result[_SPLIT_TABLE] = table
    return result


# ------------------------------------------------------------------------------------------------ loading


def load(path: Any, **configs: Any) -> Any:
    """Loads what `paddle.save` wrote, here or in PaddlePaddle; also the parameters of an inference model.

    Args:
        path: a file's name, an open binary file, the prefix `paddle.jit.save` was given, or a folder written by
            1.x `save_inference_model` (the last two give a dict of arrays).
        return_numpy: give NumPy arrays instead of tensors.
        keep_name_table: keep the table of the tensors' names in a state_dict.
        model_filename, params_filename: the names inside a folder, if not `__model__` and one file a variable.

    Nothing in the file is executed: only tensors and plain values are read.

    Raises InvalidArgumentError when the file does not exist, is damaged, or holds anything else.
    """
    as_numpy, keep = configs.pop("return_numpy", False), configs.pop("keep_name_table", False)
    where = {name: configs.pop(name, None) for name in ("model_filename", "params_filename")}
    _no_more(configs, "load")
    if hasattr(path, "read"):
        return _load_file(path, "<the given file>", as_numpy, keep)
    name = os.fspath(path)
    if os.path.isfile(name):
        with open(name, "rb") as file:
            return _load_file(file, name, as_numpy, keep)
    from ..export.pdmodel import read_state

    found = read_state(name, **where)
    if found is None:
        raise InvalidArgumentError(f"The ``path`` ({name}) to load model not exists.{_similar(name)}")
    return found


def _similar(name: str) -> str:
    there = [suffix for suffix in (".pdparams", ".pdopt", ".json") if os.path.isfile(name + suffix)]
    return f" There is {name}{there[0]}." if there else ""


def _load_file(file: BinaryIO, name: str, as_numpy: bool, keep: bool) -> Any:
    with ExitStack() as stack:
        if not (hasattr(file, "seekable") and file.seekable()):
            import io

            file = stack.enter_context(io.BytesIO(file.read()))
        start = file.read(4)
        file.seek(-len(start), os.SEEK_CUR)
        if start == b"\0\0\0\0":
            return _load_binary(file, name, as_numpy)
        try:
            tree = pickles.load(file)
            return _restore(tree, as_numpy, keep)
        except pickles.PickleError as error:
            raise InvalidArgumentError(
                f"`paddle.load` can not parse the file:{name}, it holds {error}."
            ) from error


def _load_binary(file: BinaryIO, name: str, as_numpy: bool) -> Any:
    from ..export.pdiparams import read_record

    array = read_record(file, name)
    if file.read(1):
        raise InvalidArgumentError(
            f"`paddle.load` can not parse the file:{name}, it holds more than one tensor and no names. Give the "
            "path without .pdiparams, so that the names are read from the model beside it."
        )
    return array if as_numpy else _tensor(array, None)


def _restore(tree: Any, as_numpy: bool, keep: bool) -> Any:
    names: dict[Any, Any] = {}
    if isinstance(tree, dict):
        tree = _joined(tree)
        table = tree.get(_NAME_TABLE)
        if isinstance(table, dict):
            names = table
            if not keep:
                tree = {key: value for key, value in tree.items() if key != _NAME_TABLE}
    if as_numpy:
        return pickles.rebuild(tree, lambda leaf: leaf, _pair_to(lambda array, name: array))
    if _has_pair(tree):
        return pickles.rebuild(tree, lambda leaf: leaf, _pair_to(_tensor))
    loaded = pickles.rebuild(tree, lambda leaf: _tensor(leaf, None) if isinstance(leaf, np.ndarray) else leaf)
    for key, name in names.items():
        tensor = loaded.get(key)
        if isinstance(tensor, Tensor) and isinstance(name, str):
            tensor.name = name
    return loaded


def _is_pair(item: Any) -> bool:
    return (
        type(item) is tuple
        and len(item) == 2
        and isinstance(item[0], str)
        and isinstance(item[1], np.ndarray)
    )


def _pair_to(make: Callable[[np.ndarray, str], Any]) -> Callable[[Any], Any]:
    return lambda item: make(item[1], item[0]) if _is_pair(item) else NotImplemented


def _has_pair(tree: Any) -> bool:
    found = []

    def note(item: Any) -> Any:
        found.append(_is_pair(item))
        return NotImplemented

    pickles.rebuild(tree, lambda leaf: leaf, note)
    return any(found)


def _tensor(array: np.ndarray, name: str | None) -> Any:
    """A tensor of the array, or the array itself where PaddlePaddle has no such dtype (text, uint32)."""
    if array.dtype == np.uint16:
        array = array.view(dtypes.bfloat16.np)
    if array.dtype not in dtypes.BY_NUMPY:
        return array
    tensor = _wrap_array(array)
    if name is not None:
        tensor.name = name
    return tensor


def _joined(tree: dict[Any, Any]) -> dict[Any, Any]:
    """The inverse of `_split`."""
    table = tree.get(_SPLIT_TABLE)
    if not isinstance(table, dict):
        return tree
    result = {key: value for key, value in tree.items() if key != _SPLIT_TABLE}
    for key, entry in table.items():
        slices = entry.get("slices") if isinstance(entry, dict) else None
        shape = entry.get("OriginShape") if isinstance(entry, dict) else None
        if not isinstance(slices, list) or not isinstance(shape, tuple):
            raise pickles.PickleError("a table of split tensors that cannot be read")
        parts = [result.pop(name, None) for name in slices]
        if not parts or not all(isinstance(part, np.ndarray) for part in parts):
            raise pickles.PickleError(f"the split tensor '{key}' without all of its parts")
        whole = np.concatenate([part.reshape(-1) for part in parts])
        if not all(isinstance(dim, int) for dim in shape) or math.prod(shape) != whole.size:
            raise pickles.PickleError(f"the split tensor '{key}' with parts that do not fit its shape")
        result[key] = whole.reshape(shape)
    return result
