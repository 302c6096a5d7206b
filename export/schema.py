"""What an op looks like in a file: slots, and attributes with their types and defaults (op_schema.json)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from paddlelite.dtypes import BY_CODE, DType
from paddlelite.errors import InvalidArgumentError

from .proto import AttrKind, Complex, OpAttr, Scalar, attr_field
from .wire import WireError

__all__ = ["OpSchema", "attr_value", "file_version", "make_attr", "op_schema", "op_versions"]

#: Attributes that say where or how fast an op runs, never what it computes.
BOOKKEEPING = frozenset(
    [
        "op_role",
        "op_role_var",
        "op_namescope",
        "op_callstack",
        "op_device",
        "with_quant_attr",
        "force_cpu",
        "place_type",
        "use_cudnn",
        "use_mkldnn",
        "use_onednn",
        "mkldnn_data_type",
        "onednn_data_type",
        "use_quantizer",
        "exhaustive_search",
        "force_fp32_output",
        "workspace_size_MB",
        "use_addto",
        "fuse_with_relu",
        "skip_eager_deletion_vars",
        "is_cpu",
        "use_calc_stream",
    ]
)
_DTYPE_ATTRS = frozenset(["dtype", "in_dtype", "out_dtype"])


@dataclass(frozen=True)
class SlotSchema:
    name: str
    many: bool
    optional: bool


@dataclass(frozen=True)
class OpSchema:
    """`attrs` maps a name to (kind, default); the default is `...` when the attribute must be given."""

    inputs: tuple[SlotSchema, ...]
    outputs: tuple[SlotSchema, ...]
    attrs: dict[str, tuple[AttrKind, Any]]


@cache
def _table() -> dict[str, Any]:
    return json.loads((Path(__file__).parent / "op_schema.json").read_text("utf-8"))


def file_version() -> int:
    return int(_table()["version"])


def op_versions() -> dict[str, int]:
    """The op_version_map that belongs to `file_version`: without it 3.3.1 upgrades ops that need no upgrade."""
    return dict(_table()["op_versions"])


@cache
def op_schema(type: str) -> OpSchema | None:
    """The schema of an op type, None for one that PaddlePaddle does not have."""
    found = _table()["ops"].get(type)
    if found is None:
        return None
    inputs, outputs, attrs = found
    kinds = {name: (AttrKind[spec[0]], spec[1] if len(spec) > 1 else ...) for name, spec in attrs.items()}
    return OpSchema(_slots(inputs), _slots(outputs), kinds)


def _slots(names: Sequence[str]) -> tuple[SlotSchema, ...]:
    return tuple(SlotSchema(name.lstrip("*?"), "*" in name, "?" in name) for name in names)


# ---------------------------------------------------------------------------------------------- attributes


def attr_value(attr: OpAttr) -> Any:
    """The Python value of a file's attribute: dtype codes become DTypes (None for "unset"), scalars numbers."""
    try:
        field = attr_field(attr.type)
    except ValueError as error:
        raise WireError(f"attribute '{attr.name}' has the unknown type {attr.type}") from error
    value = getattr(attr, field)
    kind = AttrKind(attr.type)
    if value is None:
        raise WireError(f"attribute '{attr.name}' of type {kind.name} has no value")
    if kind is AttrKind.SCALAR:
        return _scalar(value)
    if kind is AttrKind.SCALARS:
        return [_scalar(item) for item in value]
    if kind is AttrKind.INT and attr.name in _DTYPE_ATTRS:
        return _dtype(attr.name, value)
    if kind is AttrKind.FLOAT:
        return shortest(value)
    return list(value) if isinstance(value, list) else value


def shortest(value: float) -> float:
    """The double with the fewest digits that is this float32: 0.1, not 0.10000000149."""
    short = float(str(np.float32(value)))
    return (
        value if short.is_integer() else short
    )  # (a whole number may be meant for integers: not a digit goes)


def _dtype(name: str, code: int) -> DType | None:
    if code == -1:
        return None
    if code not in BY_CODE:
        raise WireError(f"attribute '{name}' is the data type {code}, which is none of {sorted(BY_CODE)}")
    return BY_CODE[code]


def _scalar(scalar: Scalar) -> Any:
    value = {1: scalar.b, 2: scalar.i, 3: scalar.r, 4: scalar.c}.get(scalar.type)
    if value is None:
        raise WireError(f"a scalar of type {scalar.type} without its value")
    return complex(value.r, value.i) if isinstance(value, Complex) else value


def make_attr(name: str, kind: AttrKind, value: Any) -> OpAttr:
    """The file's form of an attribute. InvalidArgumentError when the value does not fit the type."""
    attr = OpAttr(name=name, type=int(kind))
    try:
        setattr(attr, attr_field(kind), _stored(kind, value))
        attr.encode()
    except (TypeError, ValueError, OverflowError, AttributeError) as error:
        raise InvalidArgumentError(f"attribute {name}={value!r} cannot be stored as {kind.name}") from error
    return attr


def _stored(kind: AttrKind, value: Any) -> Any:
    if kind in (AttrKind.INT, AttrKind.LONG):
        if value is None:
            return -1
        return value.code if isinstance(value, DType) else _integer(value, 32 if kind is AttrKind.INT else 64)
    if kind in (AttrKind.INTS, AttrKind.LONGS):
        return [_integer(item, 32 if kind is AttrKind.INTS else 64) for item in value]
    if kind in (AttrKind.FLOAT, AttrKind.FLOAT64):
        return float(value)
    if kind in (AttrKind.FLOATS, AttrKind.FLOAT64S):
        return [float(item) for item in value]
    if kind is AttrKind.BOOLEAN:
        return bool(value)
    if kind is AttrKind.BOOLEANS:
        return [bool(item) for item in value]
    if kind is AttrKind.SCALAR:
        return _as_scalar(value)
    if kind is AttrKind.SCALARS:
        return [_as_scalar(item) for item in value]
    return list(value) if kind is AttrKind.STRINGS else value


def _integer(value: Any, bits: int) -> int:
    """`value` in the format's range. PaddlePaddle's "to the end" is the largest number of its own width."""
    number = value.__index__()
    limit = 1 << (bits - 1)
    if number >= 2**31 - 1:
        return min(number, limit - 1)
    return max(number, -limit)


def _as_scalar(value: Any) -> Scalar:
    if isinstance(value, (bool, np.bool_)):
        return Scalar(type=1, b=bool(value))
    if isinstance(value, (int, np.integer)):
        return Scalar(type=2, i=int(value))
    if isinstance(value, (complex, np.complexfloating)):
        return Scalar(type=4, c=Complex(r=value.real, i=value.imag))
    return Scalar(type=3, r=float(value))
