"""What ONNX says about an operator: its slots, type parameters and attributes, from ``onnx.defs``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from onnx import defs

from ..dtypes import BY_NAME, DType

__all__ = ["BASE_OPSET", "Signature", "dtype_code", "dtype_from_code", "schema", "signature"]

#: Lowerings are written against this opset; ``opsets.py`` adapts nodes to others.
BASE_OPSET = 18

_CODES = {
    "float32": 1,
    "uint8": 2,
    "int8": 3,
    "int16": 5,
    "int32": 6,
    "int64": 7,
    "bool": 9,
    "float16": 10,
    "float64": 11,
    "complex64": 14,
    "complex128": 15,
    "bfloat16": 16,
}
_BY_CODE = {code: BY_NAME[name] for name, code in _CODES.items()}
_SPELLED = {
    "tensor(float)": "float32",
    "tensor(double)": "float64",
    **{f"tensor({n})": n for n in ("int64", "int32", "bool", "uint8", "int8", "float16")},
}


def dtype_code(dtype: DType) -> int:
    """ONNX's number of a dtype (TensorProto.DataType)."""
    return _CODES[dtype.name]


def dtype_from_code(code: int) -> DType:
    """The dtype of an ONNX number. Raises KeyError for one this package does not have."""
    return _BY_CODE[code]


@dataclass(frozen=True)
class Signature:
    """One operator: ``inputs`` and ``outputs`` are type parameters ("T", or a fixed DType), in order."""

    op: str
    since: int
    inputs: tuple[str | DType, ...]
    outputs: tuple[str | DType, ...]
    #: How many outputs an unqualified call has; None: as many as the caller says.
    results: int | None
    variadic_in: bool
    max_in: int
    #: name → AttributeProto type number
    attributes: dict[str, int]
    required: frozenset[str]

    def input_type(self, i: int) -> str | DType:
        return self.inputs[min(i, len(self.inputs) - 1)] if self.inputs else "T"

    def output_type(self, i: int) -> str | DType:
        return self.outputs[min(i, len(self.outputs) - 1)]


@cache
def schema(op: str, opset: int) -> Any:
    """The schema of ``op`` in force at ``opset``, or None when the operator does not exist there."""
    try:
        found = defs.get_schema(op, opset, "")
    except defs.SchemaError:
        return None
    return None if found.deprecated else found


@cache
def signature(op: str, domain: str = "") -> Signature:
    """The signature at the base opset, or of the first release that has the operator.

    Raises AttributeError for a name ONNX does not know.
    """
    found = schema(op, BASE_OPSET) if not domain else None
    if found is None:
        history = [s for s in defs.get_all_schemas_with_history() if s.name == op and s.domain == domain]
        newer = [s for s in history if s.since_version > BASE_OPSET]
        if not newer:
            raise AttributeError(f"ONNX has no operator called {op!r} at opset {BASE_OPSET} or later")
        found = min(newer, key=lambda s: s.since_version)
    # A type parameter with one choice is a fixed type: the truth values of Equal, the sizes of Shape.
    only = {
        c.type_param_str: _type(*c.allowed_type_strs)
        for c in found.type_constraints
        if len(c.allowed_type_strs) == 1
    }
    option = defs.OpSchema.FormalParameterOption
    results = [o for o in found.outputs if o.option == option.Single]
    variadic_out = any(o.option == option.Variadic for o in found.outputs)
    return Signature(
        op,
        found.since_version,
        tuple(only.get(i.type_str, _type(i.type_str)) for i in found.inputs),
        tuple(only.get(o.type_str, _type(o.type_str)) for o in found.outputs),
        None if variadic_out else len(results),
        any(i.option == option.Variadic for i in found.inputs),
        found.max_input,
        {name: _kind(a) for name, a in found.attributes.items()},
        frozenset(name for name, a in found.attributes.items() if a.required),
    )


def _kind(attribute: Any) -> int:
    return int(attribute.type.value)


def _type(type_str: str) -> str | DType:
    fixed = _SPELLED.get(type_str)
    return BY_NAME[fixed] if fixed else type_str
