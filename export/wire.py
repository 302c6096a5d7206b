"""The protocol buffers wire format (proto2), for the handful of messages PaddlePaddle's files are made of.

Written by hand instead of through google.protobuf, because

* saving and loading a model then needs no package beyond NumPy (protobuf would only come with onnx),
* real PaddlePaddle registers the very same message names in protobuf's global pool, and both may share a process,
* damaged files are common input: every length is checked against the bytes at hand before anything is
  allocated, a missing required field is found where it is missing, and the error says at which byte.

A message is a dataclass whose fields are declared with `one` or `many`; fields are written in field-number order,
as PaddlePaddle's C++ writer does, so decoding and encoding one of its files gives the same bytes. Unknown fields
are skipped; repeated scalars are written unpacked and accepted in both forms.
"""

from __future__ import annotations

import dataclasses
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

M = TypeVar("M", bound="Message")

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_WIRE_TYPE = {
    "int32": VARINT,
    "int64": VARINT,
    "enum": VARINT,
    "bool": VARINT,
    "float": FIXED32,
    "double": FIXED64,
    "text": BYTES,
    "bytes": BYTES,
}
_MASK64 = (1 << 64) - 1
_FLOAT, _DOUBLE = struct.Struct("<f"), struct.Struct("<d")


class WireError(ValueError):
    """The bytes are not the message they should be. The caller adds the name of the file."""


def one(number: int, kind: str | type, *, required: bool = False) -> Any:
    """Declares an optional or required field; it is None while absent."""
    return dataclasses.field(default=None, metadata={"spec": (number, kind, False, required)})


def many(number: int, kind: str | type) -> Any:
    """Declares a repeated field: a list."""
    return dataclasses.field(default_factory=list, metadata={"spec": (number, kind, True, False)})


@dataclasses.dataclass(frozen=True)
class FieldSpec:
    number: int
    name: str
    kind: Any  # a key of _WIRE_TYPE, or a Message class
    repeated: bool
    required: bool
    wire_type: int
    tag: bytes


class Message:
    """Base of all messages. `decode` and `encode` are driven by the table that `message` builds."""

    __slots__ = ()
    _fields: ClassVar[tuple[FieldSpec, ...]] = ()
    _by_number: ClassVar[dict[int, FieldSpec]] = {}

    if TYPE_CHECKING:  # `message` makes it a dataclass of optional fields

        def __init__(self, **fields: Any) -> None: ...

    @classmethod
    def decode(cls: type[M], data: bytes) -> M:
        """The message in `data`; WireError when it is none."""
        return _decode(cls, data, 0, len(data))

    def encode(self) -> bytes:
        """The bytes of this message; WireError when a required field is None."""
        out = bytearray()
        _encode(self, out)
        return bytes(out)


def message(cls: type[M]) -> type[M]:
    """Class decorator: a slotted dataclass with its table of fields."""
    made = dataclasses.dataclass(slots=True)(cls)
    specs = []
    for field in dataclasses.fields(made):  # type: ignore[arg-type]
        number, kind, repeated, required = field.metadata["spec"]
        wire_type = BYTES if isinstance(kind, type) else _WIRE_TYPE[kind]
        tag = encode_varint(number << 3 | wire_type)
        specs.append(FieldSpec(number, field.name, kind, repeated, required, wire_type, tag))
    made._fields = tuple(sorted(specs, key=lambda spec: spec.number))
    made._by_number = {spec.number: spec for spec in specs}
    return made


# ---------------------------------------------------------------------------------------------- decoding


def _varint(data: bytes, pos: int, end: int) -> tuple[int, int]:
    result = shift = 0
    while True:
        if pos >= end:
            raise WireError(f"a number is cut off at byte {pos}")
        byte = data[pos]
        pos += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return result & _MASK64, pos
        shift += 7
        if shift >= 70:
            raise WireError(f"a number longer than 10 bytes ends at byte {pos}")


def _signed32(value: int) -> int:
    value &= 0xFFFFFFFF
    return value - (1 << 32) if value >> 31 else value


def _signed64(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value


_FROM_VARINT: dict[str, Callable[[int], Any]] = {
    "int32": _signed32,
    "enum": _signed32,
    "int64": _signed64,
    "bool": bool,
}


def _length(data: bytes, pos: int, end: int) -> tuple[int, int]:
    size, pos = _varint(data, pos, end)
    if size > end - pos:
        raise WireError(f"a field at byte {pos} claims {size} bytes, only {end - pos} are left")
    return pos, pos + size


def _scalar(kind: str, data: bytes, pos: int, end: int) -> tuple[Any, int]:
    if kind == "float" or kind == "double":
        codec = _FLOAT if kind == "float" else _DOUBLE
        if codec.size > end - pos:
            raise WireError(f"a {kind} is cut off at byte {pos}")
        return codec.unpack_from(data, pos)[0], pos + codec.size
    value, pos = _varint(data, pos, end)
    return _FROM_VARINT[kind](value), pos


def _value(spec: FieldSpec, data: bytes, pos: int, end: int) -> tuple[Any, int]:
    if spec.wire_type != BYTES:
        return _scalar(spec.kind, data, pos, end)
    start, stop = _length(data, pos, end)
    if spec.kind == "text":
        try:
            return data[start:stop].decode("utf-8"), stop
        except UnicodeDecodeError as error:
            raise WireError(f"the text of field '{spec.name}' at byte {start} is not UTF-8") from error
    if spec.kind == "bytes":
        return data[start:stop], stop
    return _decode(spec.kind, data, start, stop), stop


def _packed(spec: FieldSpec, data: bytes, pos: int, end: int, into: list[Any]) -> int:
    pos, stop = _length(data, pos, end)
    while pos < stop:
        value, pos = _scalar(spec.kind, data, pos, stop)
        into.append(value)
    return pos


def _skip(wire_type: int, data: bytes, pos: int, end: int) -> int:
    if wire_type == VARINT:
        return _varint(data, pos, end)[1]
    if wire_type == BYTES:
        return _length(data, pos, end)[1]
    size = {FIXED64: 8, FIXED32: 4}.get(wire_type)
    if size is None:
        raise WireError(f"wire type {wire_type} at byte {pos} does not occur in these files")
    if size > end - pos:
        raise WireError(f"a field is cut off at byte {pos}")
    return pos + size


def _decode(cls: type[M], data: bytes, pos: int, end: int) -> M:
    result = cls()
    by_number = cls._by_number
    while pos < end:
        tag, pos = _varint(data, pos, end)
        number, wire_type = tag >> 3, tag & 7
        spec = by_number.get(number)
        if spec is None:
            if number == 0:
                raise WireError(f"field number 0 at byte {pos}")
            pos = _skip(wire_type, data, pos, end)
        elif wire_type == spec.wire_type:
            value, pos = _value(spec, data, pos, end)
            if spec.repeated:
                getattr(result, spec.name).append(value)
            else:
                setattr(result, spec.name, value)
        elif spec.repeated and wire_type == BYTES:
            pos = _packed(spec, data, pos, end, getattr(result, spec.name))
        else:
            raise WireError(f"field '{spec.name}' of {cls.__name__} at byte {pos} has wire type {wire_type}")
    for spec in cls._fields:
        if spec.required and getattr(result, spec.name) is None:
            raise WireError(f"{cls.__name__} ending at byte {end} lacks its field '{spec.name}'")
    return result


# ---------------------------------------------------------------------------------------------- encoding


def encode_varint(value: int) -> bytes:
    """`value` as a varint; negative numbers take ten bytes, as proto2 writes them."""
    value &= _MASK64
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _encode_value(spec: FieldSpec, value: Any, out: bytearray) -> None:
    out += spec.tag
    kind = spec.kind
    if kind == "float":
        out += _FLOAT.pack(value)
    elif kind == "double":
        out += _DOUBLE.pack(value)
    elif spec.wire_type == VARINT:
        out += encode_varint(int(value))
    else:
        raw = (
            value.encode()
            if isinstance(value, Message)
            else value.encode("utf-8")
            if kind == "text"
            else value
        )
        out += encode_varint(len(raw))
        out += raw


def _encode(source: Message, out: bytearray) -> None:
    for spec in source._fields:
        value = getattr(source, spec.name)
        if spec.repeated:
            for item in value:
                _encode_value(spec, item, out)
        elif value is not None:
            _encode_value(spec, value, out)
        elif spec.required:
            raise WireError(f"{type(source).__name__} lacks its field '{spec.name}'")
