"""What a model file holds, read from the file alone: it need not be one that paddlelite can run.

describe("net.pdmodel")   inputs, outputs, operators with counts, parameters; the same of an .onnx file
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from ..errors import InvalidArgumentError, InvalidTypeError
from .proto import BlockDesc, VarDesc, VarKind
from .wire import WireError

__all__ = ["Description", "Entry", "describe"]

#: VarType's spelling of the dtypes that NumPy spells otherwise.
_NAMES = {VarKind.FP16: "float16", VarKind.FP32: "float32", VarKind.FP64: "float64", VarKind.BF16: "bfloat16"}


@dataclass(frozen=True)
class Entry:
    """An input, output or parameter; a size is a number, a name, or ``?``."""

    name: str
    dtype: str
    dims: tuple[int | str, ...]
    size: int = 0  # bytes of the stored values; parameters only

    def __str__(self) -> str:
        return f"{self.name}: {self.dtype}[{', '.join(map(str, self.dims))}]"


@dataclass(frozen=True)
class Description:
    """A model file. ``format`` says which kind and version, ``ops`` counts operators in every block."""

    format: str
    inputs: list[Entry]
    outputs: list[Entry]
    ops: Counter[str]
    parameters: list[Entry]

    def __str__(self) -> str:
        numbers = sum(prod(size for size in p.dims if isinstance(size, int)) for p in self.parameters)
        stored = sum(p.size for p in self.parameters)
        width = max(map(len, self.ops), default=0)
        lines = [self.format, "inputs"]
        lines += [f"  {entry}" for entry in self.inputs]
        lines += ["outputs", *(f"  {entry}" for entry in self.outputs)]
        lines += [f"operators: {self.ops.total()}"]
        lines += [
            f"  {op:<{width}}  {count}" for op, count in sorted(self.ops.items(), key=lambda o: (-o[1], o[0]))
        ]
        lines += [f"{len(self.parameters)} parameters, {numbers:,} numbers, {stored:,} bytes"]
        lines += [f"  {entry}  {entry.size:,} bytes" for entry in self.parameters]
        return "\n".join(lines)


def describe(path: str | os.PathLike[str]) -> Description:
    """What the ``.pdmodel`` or ``.onnx`` file at `path` holds.

    Raises:
        InvalidTypeError: the file's name ends otherwise.
        InvalidArgumentError: the file is none of these, or is damaged.
        OSError: it cannot be read.
    """
    path = Path(path)
    if path.suffix == ".onnx":
        return _onnx(path)
    if path.suffix == ".pdmodel" or path.name == "__model__":
        return _pdmodel(path)
    raise InvalidTypeError(f"{path} is neither a .pdmodel nor an .onnx file.")


def _pdmodel(path: Path) -> Description:
    from .pdmodel import read_desc_and_notes
    from .program_reader import interface

    desc, notes = read_desc_and_notes(str(path))
    try:
        feeds, fetches = interface(desc)
    except WireError as error:
        raise InvalidArgumentError(f"{path} is not a .pdmodel file, or it is damaged: {error}.") from error
    known = notes.get("dims")
    sizes = known if isinstance(known, dict) else {}
    variables = {var.name: var for block in desc.blocks for var in block.vars}
    held = [
        var
        for var in desc.blocks[0].vars
        if var.persistable and var.type.lod_tensor is not None and var.type.type == VarKind.LOD_TENSOR
    ]
    version = desc.version.version if desc.version and desc.version.version is not None else 0
    return Description(
        format=f"PaddlePaddle program, version {version}, {len(desc.blocks)} block(s)",
        inputs=[_with_names(_variable(variables, name), sizes.get(name)) for name in feeds],
        outputs=[_variable(variables, name) for name in fetches],
        ops=Counter(op for block in desc.blocks for op in _op_types(block)),
        parameters=[_parameter(var) for var in sorted(held, key=lambda var: var.name)],
    )


def _op_types(block: BlockDesc) -> Iterator[str]:
    return (op.type for op in block.ops if op.type not in ("feed", "fetch"))


def _variable(variables: dict[str, VarDesc], name: str) -> Entry:
    var = variables.get(name)
    tensor = var.type.lod_tensor.tensor if var is not None and var.type.lod_tensor is not None else None
    if tensor is None:
        return Entry(name, "?", ("?",))
    return Entry(name, _dtype_name(tensor.data_type), _sizes(tensor.dims))


def _with_names(entry: Entry, names: Any) -> Entry:
    """The entry with the names that its unknown sizes were given when it was saved."""
    if not isinstance(names, list) or len(names) != len(entry.dims):
        return entry
    dims = [str(name) if dim == "?" and name else dim for dim, name in zip(entry.dims, names)]
    return Entry(entry.name, entry.dtype, tuple(dims))


def _parameter(var: VarDesc) -> Entry:
    entry = _variable({var.name: var}, var.name)
    numbers = prod(size for size in entry.dims if isinstance(size, int))
    return Entry(entry.name, entry.dtype, entry.dims, numbers * _bits(entry.dtype) // 8)


def _dtype_name(code: int) -> str:
    try:
        kind = VarKind(code)
    except ValueError:
        return f"dtype {code}"
    return _NAMES.get(kind, kind.name.lower())


def _sizes(dims: Iterable[int]) -> tuple[int | str, ...]:
    return tuple(size if size >= 0 else "?" for size in dims)


def _bits(dtype: str) -> int:
    """The width of one number; a dtype without a fixed one (strings) counts none."""
    digits = re.search(r"\d+", dtype)
    return 8 if dtype == "bool" else int(digits[0]) if digits else 0


def _onnx(path: Path) -> Description:
    import onnx
    from google.protobuf.message import DecodeError

    try:
        model = onnx.load(str(path), load_external_data=False)
    except DecodeError as error:
        raise InvalidArgumentError(f"{path} is not an ONNX model: {error}.") from error
    if not model.HasField("graph"):
        raise InvalidArgumentError(f"{path} is not an ONNX model: it holds no graph.")
    stored = {tensor.name: tensor for tensor in model.graph.initializer}
    opsets = ", ".join(f"{opset.domain or 'ai.onnx'} {opset.version}" for opset in model.opset_import)
    return Description(
        format=f"ONNX model, opset {opsets}" + (f", by {model.producer_name}" if model.producer_name else ""),
        inputs=[_value(info) for info in model.graph.input if info.name not in stored],
        outputs=[_value(info) for info in model.graph.output],
        ops=Counter(_node_types(model.graph.node)),
        parameters=[_initializer(tensor) for _, tensor in sorted(stored.items())],
    )


def _node_types(nodes: Iterable[Any]) -> Iterator[str]:
    """The operators of a graph and of the graphs inside it."""
    for node in nodes:
        yield f"{node.domain}::{node.op_type}" if node.domain else node.op_type
        for attribute in node.attribute:
            for graph in [attribute.g, *attribute.graphs]:
                yield from _node_types(graph.node)


def _onnx_dtype(code: int) -> str:
    import onnx

    name = onnx.TensorProto.DataType.Name(code).lower()
    return {"float": "float32", "double": "float64"}.get(name, name)


def _value(info: Any) -> Entry:
    tensor = info.type.tensor_type
    if not info.type.HasField("tensor_type"):
        return Entry(info.name, info.type.WhichOneof("value") or "?", ("?",))
    dims = [d.dim_param or (d.dim_value if d.HasField("dim_value") else "?") for d in tensor.shape.dim]
    return Entry(info.name, _onnx_dtype(tensor.elem_type), tuple(dims))


def _initializer(tensor: Any) -> Entry:
    dtype, dims = _onnx_dtype(tensor.data_type), tuple(tensor.dims)
    return Entry(tensor.name, dtype, dims, prod(dims) * _bits(dtype) // 8)
