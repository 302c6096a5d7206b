"""Pickles as PaddlePaddle's `.pdparams` use them, read without running anything and written for every release.

The reader rebuilds arrays itself and admits nothing but the few names in `_ADMITTED`; every other name, and every
opcode that could reach another object, is refused before it has an effect. It is Python's own unpickler in Python
(`pickle._Unpickler`), because the C one allocates what a damaged file *claims* (a 5-byte file can make it fill 60 GB).

The writer names NumPy's helpers by their NumPy 1 module: PaddlePaddle 2.6.2 with NumPy 1.x cannot resolve
`numpy._core`, while NumPy 2 still resolves `numpy.core`.
"""

from __future__ import annotations

import codecs
import collections
import io
import math
import pickle
import re
from collections.abc import Callable
from types import FunctionType
from typing import Any, BinaryIO, ClassVar

import numpy as np

from ..errors import InvalidArgumentError, InvalidTypeError

__all__ = ["dump", "load"]

_MAX_DEPTH = 200  # of nested containers; real checkpoints have a handful
_MAX_RANK = 32
_DTYPE = re.compile(r"[<>=|]?([biufcSU])([1-9][0-9]{0,5})")


class PickleError(ValueError):
    """The file is no pickle of tensors and plain values. The caller adds its name."""


# ------------------------------------------------------------------------------------------------ reading


class _DType:
    """Stands for a pickled NumPy dtype until the array it belongs to is built."""

    def __init__(self, spec: Any, align: Any = False, copy: Any = False) -> None:
        spec = spec.decode("latin1") if isinstance(spec, bytes) else spec
        match = _DTYPE.fullmatch(spec) if isinstance(spec, str) else None
        if match is None:
            raise PickleError(
                f"an array of dtype {str(spec)[:40]!r}, only plain numbers and strings are admitted"
            )
        self.value = np.dtype(spec)

    def __setstate__(self, state: Any) -> None:
        if not isinstance(state, tuple) or len(state) < 5 or any(part is not None for part in state[2:5]):
            raise PickleError("a structured array, only plain numbers and strings are admitted")
        order = state[1].decode("latin1") if isinstance(state[1], bytes) else state[1]
        if order not in ("<", ">", "|", "="):
            raise PickleError("an array of unknown byte order")
        self.value = self.value.newbyteorder(order)


class _Array:
    """Stands for a pickled array; `value` is the array once its state has come."""

    value: np.ndarray | None = None

    def __setstate__(self, state: Any) -> None:
        if not isinstance(state, tuple) or len(state) != 5:
            raise PickleError("an array without its five parts")
        _, shape, dtype, fortran, raw = state
        if not isinstance(dtype, _DType) or not _is_shape(shape):
            raise PickleError("an array without a proper shape and dtype")
        raw = raw.encode("latin1") if isinstance(raw, str) else raw  # Python 2 wrote its bytes as text
        expected = math.prod(shape) * dtype.value.itemsize
        if not isinstance(raw, bytes) or len(raw) != expected:
            raise PickleError(f"an array of shape {list(shape)} that does not have its {expected} bytes")
        flat = np.frombuffer(raw, dtype.value) if raw else np.empty(0, dtype.value)
        native = dtype.value.newbyteorder("=")
        self.value = np.array(flat.reshape(shape, order="F" if fortran else "C"), dtype=native, order="C")


def _is_shape(shape: Any) -> bool:
    plain = isinstance(shape, tuple) and len(shape) <= _MAX_RANK
    return plain and all(type(dim) is int and 0 <= dim < 2**48 for dim in shape)


def _reconstruct(*args: Any) -> _Array:
    return _Array()


def _scalar(dtype: Any, raw: Any = None) -> Any:
    if not isinstance(dtype, _DType):
        raise PickleError("a NumPy number without its dtype")
    raw = raw.encode("latin1") if isinstance(raw, str) else raw
    if not isinstance(raw, bytes) or len(raw) != dtype.value.itemsize:
        raise PickleError("a NumPy number without its bytes")
    return np.frombuffer(raw, dtype.value)[0]


def _encode(text: Any, encoding: Any = "latin1") -> bytes:
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1"):
        raise PickleError("a text encoding other than latin1")
    return text.encode("latin1")


def _complex(real: Any = 0.0, imag: Any = 0.0) -> complex:
    if not isinstance(real, (int, float)) or not isinstance(imag, (int, float)):
        raise PickleError("a complex number that is not made of two numbers")
    return complex(real, imag)


def _ordered(pairs: Any = ()) -> collections.OrderedDict[Any, Any]:
    result: collections.OrderedDict[Any, Any] = collections.OrderedDict()
    for key, value in pairs:
        result[_key(key)] = value
    return result


def _set(items: Any = ()) -> set[Any]:
    return {_key(item) for item in items}


def _bytes(*args: Any) -> bytes:
    if args:
        raise PickleError("bytes made from something else")
    return b""  # how protocol 2 writes an empty array


_NDARRAY = object()  # only named, as an argument of _reconstruct; the class itself could be called

_ADMITTED: dict[tuple[str, str], Any] = {
    ("numpy", "dtype"): _DType,
    ("numpy", "ndarray"): _NDARRAY,
    ("_codecs", "encode"): _encode,
    ("collections", "OrderedDict"): _ordered,
}
for _module in ("numpy.core.multiarray", "numpy._core.multiarray"):
    _ADMITTED[_module, "_reconstruct"] = _reconstruct
    _ADMITTED[_module, "scalar"] = _scalar
for _module in ("builtins", "__builtin__"):  # the second is Python 2's name of the first
    _ADMITTED[_module, "tuple"] = tuple
    _ADMITTED[_module, "bytes"] = _bytes
    _ADMITTED[_module, "complex"] = _complex
    _ADMITTED[_module, "set"] = _set
    _ADMITTED[_module, "frozenset"] = lambda items=(): frozenset(_set(items))

_SIMPLE = (str, int, float, complex, bool, bytes, type(None), np.generic)


def _key(key: Any) -> Any:
    """`key` if hashing it is cheap: hashing nested tuples recurses in C and can take exponential time."""
    flat = key if type(key) is tuple else (key,)
    if not all(isinstance(part, _SIMPLE) for part in flat):
        raise PickleError("a dict key or set item that is neither text nor number")
    return key


class _Reader(pickle._Unpickler):  # type: ignore[name-defined, misc]
    dispatch: ClassVar[dict[int, Any]] = dict(pickle._Unpickler.dispatch)  # type: ignore[attr-defined]
    # What the base class, which has no types, keeps and does.
    stack: list[Any]
    append: Callable[[Any], None]
    pop_mark: Callable[[], list[Any]]

    def find_class(self, module: str, name: str) -> Any:
        found = _ADMITTED.get((module, name))
        if found is None:
            raise PickleError(
                f"the name {module}.{name}, which is not part of a file of tensors. Nothing was executed; "
                "only open such a file with pickle if you trust where it comes from"
            )
        return found

    def load_build(self) -> None:
        state = self.stack.pop()
        if not isinstance(self.stack[-1], (_Array, _DType)):
            raise PickleError("a state for an object that takes none")
        self.stack[-1].__setstate__(state)

    def load_reduce(self) -> None:
        arguments = self.stack.pop()
        function = self.stack[-1]
        if type(arguments) is not tuple or not any(function is admitted for admitted in _ADMITTED.values()):
            raise PickleError("a call of something that is no function")
        self.stack[-1] = function(*arguments)

    def load_setitem(self) -> None:
        value, key = self.stack.pop(), self.stack.pop()
        _dict(self.stack[-1])[_key(key)] = value

    def load_setitems(self) -> None:
        items = self.pop_mark()
        target = _dict(self.stack[-1])
        for at in range(0, len(items), 2):
            target[_key(items[at])] = items[at + 1]

    def load_dict(self) -> None:
        items = self.pop_mark()
        self.append({_key(items[at]): items[at + 1] for at in range(0, len(items), 2)})

    def load_additems(self) -> None:
        items = self.pop_mark()
        if type(self.stack[-1]) is not set:
            raise PickleError("set items without a set")
        self.stack[-1].update(_key(item) for item in items)

    def load_frozenset(self) -> None:
        self.append(frozenset(_key(item) for item in self.pop_mark()))

    def load_append(self) -> None:
        value = self.stack.pop()
        _list(self.stack[-1]).append(value)

    def load_appends(self) -> None:
        items = self.pop_mark()
        _list(self.stack[-1]).extend(items)


def _dict(target: Any) -> dict[Any, Any]:
    if not isinstance(target, dict):
        raise PickleError("items without a dict")
    return target


def _list(target: Any) -> list[Any]:
    if type(target) is not list:
        raise PickleError("items without a list")
    return target


_HANDLERS: dict[bytes, Callable[[_Reader], None]] = {
    pickle.BUILD: _Reader.load_build,
    pickle.REDUCE: _Reader.load_reduce,
    pickle.SETITEM: _Reader.load_setitem,
    pickle.SETITEMS: _Reader.load_setitems,
    pickle.DICT: _Reader.load_dict,
    pickle.ADDITEMS: _Reader.load_additems,
    pickle.FROZENSET: _Reader.load_frozenset,
    pickle.APPEND: _Reader.load_append,
    pickle.APPENDS: _Reader.load_appends,
}
for _code, _handler in _HANDLERS.items():
    _Reader.dispatch[_code[0]] = _handler
# Objects by class, by registry and from outside do not occur in these files.
for _name in [
    "INST",
    "OBJ",
    "NEWOBJ",
    "NEWOBJ_EX",
    "EXT1",
    "EXT2",
    "EXT4",
    "PERSID",
    "BINPERSID",
    "BYTEARRAY8",
    "NEXT_BUFFER",
    "READONLY_BUFFER",
]:
    _Reader.dispatch.pop(getattr(pickle, _name)[0], None)


class _Bounded:
    """A file that refuses a read beyond its end, before anything of that size is allocated."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        start = file.tell()
        self._left = file.seek(0, io.SEEK_END) - start
        file.seek(start)

    def read(self, size: int = -1) -> bytes:
        if size < 0 or size > self._left:
            raise EOFError("the file ends too early")
        self._left -= size
        return self._file.read(size)

    def readline(self) -> bytes:
        line = self._file.readline()
        self._left -= len(line)
        return line

    def readinto(self, buffer: memoryview) -> int:
        buffer[:] = self.read(len(buffer))
        return len(buffer)


def load(file: BinaryIO) -> Any:
    """The plain values and arrays pickled in `file` (seekable); PickleError for anything else."""
    try:
        found = _Reader(_Bounded(file), encoding="latin1").load()
    except PickleError:
        raise
    except EOFError as error:
        raise PickleError("a pickle that ends too early: the file is empty or cut off") from error
    except Exception as error:
        # Each broken opcode fails in its own way (KeyError, IndexError, TypeError, UnicodeDecodeError ...).
        raise PickleError(
            f"no pickle, or a damaged one ({type(error).__name__}: {str(error)[:80]})"
        ) from error
    return rebuild(found, _finished)


def _finished(leaf: Any) -> Any:
    if isinstance(leaf, _Array):
        if leaf.value is None:
            raise PickleError("an array without contents")
        return leaf.value
    if isinstance(leaf, (*_SIMPLE, np.ndarray, set, frozenset)):
        return leaf
    raise PickleError("a value that is neither a tensor nor plain data")


def rebuild(tree: Any, leaf: Callable[[Any], Any], whole: Callable[[Any], Any] | None = None) -> Any:
    """A copy of nested dicts, lists and tuples with `leaf` applied to everything else.

    `whole`, when given, sees each container first; what it returns instead of NotImplemented replaces it.
    Shared containers stay shared; PickleError for a container inside itself or nesting without end.
    """
    done: dict[int, Any] = {}
    active: set[int] = set()

    def visit(item: Any, depth: int) -> Any:
        if not isinstance(item, (dict, list, tuple)):
            return leaf(item)
        if id(item) in done:
            return done[id(item)]
        if id(item) in active or depth > _MAX_DEPTH:
            raise PickleError("containers nested in themselves or too deeply")
        active.add(id(item))
        result = whole(item) if whole is not None else NotImplemented
        if result is NotImplemented:
            if isinstance(item, dict):
                result = type(item)((key, visit(value, depth + 1)) for key, value in item.items())
            else:
                result = type(item)([visit(value, depth + 1) for value in item])
        active.discard(id(item))
        done[id(item)] = result
        return result

    return visit(tree, 0)


# ------------------------------------------------------------------------------------------------ writing

_RECONSTRUCT = np.zeros(1).__reduce__()[0]
_SCALAR = np.float32(0).__reduce__()[0]
_GLOBALS: dict[Any, tuple[str, str]] = {
    _RECONSTRUCT: ("numpy.core.multiarray", "_reconstruct"),
    _SCALAR: ("numpy.core.multiarray", "scalar"),
    np.ndarray: ("numpy", "ndarray"),
    np.dtype: ("numpy", "dtype"),
    codecs.encode: ("_codecs", "encode"),
    collections.OrderedDict: ("collections", "OrderedDict"),
    tuple: ("builtins", "tuple"),
    bytes: ("builtins", "bytes"),
    complex: ("builtins", "complex"),
    set: ("builtins", "set"),
    frozenset: ("builtins", "frozenset"),
}
_LARGE = 1 << 14


def _is_large(item: Any) -> bool:
    return type(item) in (bytes, str) and len(item) >= _LARGE


class _Writer(pickle._Pickler):  # type: ignore[name-defined, misc]
    proto: int
    save: Callable[[Any], None]
    write: Callable[[bytes], None]

    def __init__(self, file: BinaryIO, protocol: int, replace: Callable[[Any], Any]) -> None:
        super().__init__(file, protocol)
        self._replace = replace

    def reducer_override(self, item: Any) -> Any:
        if isinstance(item, np.ndarray):
            if item.dtype.kind not in "biufcSU":
                raise InvalidTypeError(
                    f"a NumPy array of dtype {item.dtype} cannot be saved. Use paddle.to_tensor(array) for bfloat16 "
                    "and plain lists for objects."
                )
            return item.__reduce__()
        return self._replace(item)

    def save_global(self, item: Any, name: Any = None) -> None:
        try:
            module, name = _GLOBALS[item]
        except (KeyError, TypeError):
            kind = getattr(item, "__qualname__", None) or type(item).__qualname__
            raise InvalidTypeError(
                f"paddle.save can not save a {kind}: tensors, arrays, numbers, text, None, and dicts, lists, tuples "
                "and sets of them can be saved. Save a Layer or an Optimizer by its state_dict()."
            ) from None
        if self.proto >= 4:
            self.save(module)
            self.save(name)
            self.write(pickle.STACK_GLOBAL)
        else:
            module = "__builtin__" if module == "builtins" and self.proto < 3 else module
            self.write(pickle.GLOBAL + f"{module}\n{name}\n".encode())
        self.memoize(item)

    def memoize(self, item: Any) -> None:
        # The memo would keep the bytes of every array alive until the end, a second copy of the whole model.
        if not _is_large(item) and not (type(item) is tuple and any(map(_is_large, item))):
            super().memoize(item)  # type: ignore[misc]


def _save_by_name(writer: _Writer, item: Any) -> None:
    writer.save_global(item)


_Writer.dispatch = {**pickle._Pickler.dispatch, type: _save_by_name, FunctionType: _save_by_name}  # type: ignore[attr-defined, dict-item]


def dump(tree: Any, file: BinaryIO, protocol: int, replace: Callable[[Any], Any]) -> None:
    """Pickles `tree`; `replace(item)` gives a reduce value for tensors and NotImplemented for the rest."""
    try:
        _Writer(file, protocol, replace).dump(tree)
    except RecursionError as error:
        raise InvalidArgumentError(
            "paddle.save: containers are nested in themselves or too deeply."
        ) from error
