"""Parameter files: one binary record per tensor (.pdiparams, one file per variable, use_binary_format).

A record is `u32 version, u64 lod levels (each: u64 size, offsets), u32 tensor version, i32 size of a TensorDesc,
the TensorDesc, raw data in C order`, little endian. A .pdiparams file is records one after the other in the order
of the *sorted* variable names, without names, count or end mark; so what belongs to whom is known from the program.

Data is read straight into the array it ends in, after its size was checked against the file. A memory map would
save nothing: records are not aligned, so every consumer would copy, and the model would break when its file is
overwritten in place.
"""

from __future__ import annotations

import hashlib
import io
import math
import os
import pickle
import struct
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO

import numpy as np

from paddlelite.dtypes import BY_CODE, BY_NUMPY
from paddlelite.errors import InvalidArgumentError, InvalidTypeError
from paddlelite.framework import pickles

from .proto import TensorDesc
from .wire import WireError

__all__ = ["digest", "read_info", "read_record", "read_records", "write_info", "write_record"]

_MAX_DESC = 1 << 16
_MAX_RANK = 32  # NumPy 1's own limit; PaddlePaddle's is 9


# ------------------------------------------------------------------------------------------------ records


def write_record(file: BinaryIO, array: np.ndarray) -> None:
    """Appends `array` as one record. InvalidTypeError for a dtype the format does not have."""
    dtype = BY_NUMPY.get(array.dtype)
    if dtype is None:
        raise InvalidTypeError(f"an array of dtype {array.dtype} cannot be stored in a parameter file")
    desc = TensorDesc(data_type=dtype.code, dims=list(array.shape)).encode()
    file.write(struct.pack("<IQIi", 0, 0, 0, len(desc)) + desc)
    if array.size:
        little = array.astype(array.dtype.newbyteorder("<"), copy=False)
        file.write(np.ascontiguousarray(little).reshape(-1).view(np.uint8).data)


class _Source:
    """The bytes of a file that are left, and its name for errors."""

    def __init__(self, file: BinaryIO, name: str, hashing: Any = None) -> None:
        self.file, self.name, self.hashing = file, name, hashing
        start = file.tell()
        self.left = file.seek(0, io.SEEK_END) - start
        file.seek(start)

    def fail(self, problem: str) -> InvalidArgumentError:
        return InvalidArgumentError(f"{self.name} is not a complete PaddlePaddle parameter file: {problem}.")

    def take(self, size: int, what: str) -> bytes:
        if size > self.left:
            raise self.fail(f"{what} needs {size} bytes, only {self.left} are left")
        self.left -= size
        data = self.file.read(size)
        if self.hashing is not None:
            self.hashing.update(data)
        return data

    def fill(self, view: np.ndarray, what: str) -> None:
        """Reads straight into an array of bytes."""
        self.left -= view.size
        if self.file.readinto(view.data) != view.size:  # type: ignore[attr-defined]
            raise self.fail(f"the data of {what} ends too early")
        if self.hashing is not None:
            self.hashing.update(view.data)

    def number(self, layout: str, what: str) -> int:
        return int(struct.unpack(layout, self.take(struct.calcsize(layout), what))[0])


def read_record(file: BinaryIO, name: str, what: str = "a tensor") -> np.ndarray:
    """The tensor of the record at the file's position. `name` is the file and `what` the variable, for errors.

    Raises InvalidArgumentError when the bytes are not a whole record.
    """
    return _read(_Source(file, name), what)


def _read(source: _Source, what: str) -> np.ndarray:
    version = source.number("<I", what)
    if version != 0:
        raise source.fail(f"the record of {what} has version {version}, not 0")
    levels = source.number("<Q", what)
    for _ in range(min(levels, source.left // 8 + 1)):  # each level takes eight bytes or the file has ended
        source.take(source.number("<Q", what), f"the offsets of {what}")
    version = source.number("<I", what)
    if version != 0:
        raise source.fail(f"the tensor of {what} has version {version}, not 0")
    dtype, dims = _description(source, what)
    size = math.prod(dims) * dtype.itemsize
    if size > source.left:
        raise source.fail(f"{what} of shape {list(dims)} needs {size} bytes, only {source.left} are left")
    try:
        array = np.empty(dims, dtype.newbyteorder("<"))
    except ValueError as error:  # an empty tensor whose other dims NumPy cannot count
        raise source.fail(f"{what} has the impossible shape {list(dims)}") from error
    if size:
        source.fill(array.reshape(-1).view(np.uint8), what)
    return array.astype(dtype, copy=False)


def _description(source: _Source, what: str) -> tuple[np.dtype, tuple[int, ...]]:
    size = source.number("<i", what)
    if not 0 <= size <= _MAX_DESC:
        raise source.fail(f"the description of {what} claims {size} bytes")
    try:
        desc = TensorDesc.decode(source.take(size, f"the description of {what}"))
    except WireError as error:
        raise source.fail(f"the description of {what} cannot be read ({error})") from error
    dtype = BY_CODE.get(desc.data_type)
    if dtype is None:
        raise source.fail(f"{what} has the data type {desc.data_type}, which is none of {sorted(BY_CODE)}")
    if len(desc.dims) > _MAX_RANK or any(dim < 0 for dim in desc.dims):
        raise source.fail(f"{what} has the impossible shape {desc.dims[:_MAX_RANK]}")
    return dtype.np, tuple(desc.dims)


def read_records(
    path: str | os.PathLike[str], names: Sequence[str], hashing: Any = None
) -> dict[str, np.ndarray]:
    """All tensors of a combined file, whose variables are `names` (in any order: the file is sorted by name).

    `hashing`, a hashlib object, is given everything that is read.
    Raises InvalidArgumentError when the file does not hold exactly these records, OSError when it cannot be read.
    """
    with open(path, "rb") as file:
        source = _Source(file, os.fspath(path), hashing)
        found = {name: _read(source, f"'{name}'") for name in sorted(names)}
    if source.left:
        raise source.fail(f"{source.left} bytes are left after the {len(names)} tensors of its program")
    return found


def read_all(path: str | os.PathLike[str]) -> list[np.ndarray]:
    """All tensors of a combined file whose program is not at hand."""
    with open(path, "rb") as file:
        source = _Source(file, os.fspath(path))
        found: list[np.ndarray] = []
        while source.left:
            found.append(_read(source, f"tensor {len(found)}"))
    return found


def read_separate(folder: str | os.PathLike[str], names: Iterable[str]) -> dict[str, np.ndarray]:
    """One file for each variable, as 1.x saved inference models and persistables.

    Raises InvalidArgumentError for a missing or damaged file, or a name that leads out of the folder.
    """
    root = os.path.realpath(folder)
    found = {}
    for name in names:
        path = os.path.join(root, name)
        if os.path.commonpath([root, os.path.realpath(path)]) != root:
            raise InvalidArgumentError(
                f"the variable name '{name}' leads out of the folder {os.fspath(folder)}"
            )
        if not os.path.isfile(path):
            raise InvalidArgumentError(f"{path}, the file of the variable '{name}', does not exist")
        found.update(read_records(path, [name]))
    return found


def write_records(file: BinaryIO, tensors: dict[str, np.ndarray]) -> str:
    """Writes a combined file and returns its digest."""
    hashing = _Hashing(file)
    for name in sorted(tensors):
        write_record(hashing, tensors[name])  # type: ignore[arg-type]
    return hashing.hash.hexdigest()


class _Hashing:
    """A file that computes the digest of what passes through."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.hash = file, hashlib.sha256()

    def write(self, data: Any) -> None:
        self.hash.update(data)
        self.file.write(data)


def digest(path: str | os.PathLike[str]) -> str:
    """The digest `write_records` gave when it wrote the file."""
    result = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            result.update(block)
    return result.hexdigest()


# -------------------------------------------------------------------------------------------------- .info


def write_info(file: BinaryIO, info: dict[str, dict[str, Any]]) -> None:
    """The .pdiparams.info: variable name -> structured_name, stop_gradient and (parameters) trainable."""
    file.write(pickle.dumps(info, protocol=2))


def read_info(path: str | os.PathLike[str]) -> dict[str, dict[str, Any]]:
    """The contents of a .pdiparams.info. InvalidArgumentError when it is none."""
    name = os.fspath(path)
    try:
        with open(path, "rb") as file:
            found = pickles.load(file)
    except pickles.PickleError as error:
        raise InvalidArgumentError(
            f"{name} cannot be read as a .pdiparams.info: it holds {error}."
        ) from error
    plain = isinstance(found, dict) and all(
        isinstance(key, str) and isinstance(entry, dict) for key, entry in found.items()
    )
    if not plain or not all(isinstance(e.get("structured_name"), (str, type(None))) for e in found.values()):
        raise InvalidArgumentError(
            f"{name} is not a .pdiparams.info: it does not map variable names to their data."
        )
    return found
