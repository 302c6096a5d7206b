"""A finished Builder as an ONNX ModelProto: names, named sizes, metadata; equal bytes for equal graphs."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..dims import Dim, Size, substitute, symbol
from ..dtypes import dtype_of
from . import passes
from .builder import Builder, Node, Ref
from .signatures import dtype_code

__all__ = ["to_model", "write_tensor"]

_FLOAT, _INT, _STRING, _TENSOR, _GRAPH, _FLOATS, _INTS, _STRINGS = 1, 2, 3, 4, 5, 6, 7, 8
# The oldest file format version that each opset may appear in (onnx's own table of releases).
_IR_VERSIONS = ((11, 6), (12, 7), (15, 8), (19, 9), (21, 10), (23, 11), (25, 12))


def to_model(
    b: Builder,
    *,
    name: str = "paddlelite",
    metadata: Mapping[str, str] | None = None,
    labels: bool = False,
) -> Any:
    """The ModelProto of a finished graph. ``labels`` names the nodes and gives them their source lines."""
    import onnx

    model = onnx.ModelProto(producer_name="paddlelite")
    model.ir_version = next(v for first, v in reversed(_IR_VERSIONS) if b.opset >= first)
    model.opset_import.add(domain="", version=b.opset)
    for key, value in sorted((metadata or {}).items()):
        model.metadata_props.add(key=key, value=value)
    writer = _Writer(
        labels, {s for ref in b.inputs for d in ref.dims or () if isinstance(d, Dim) for s in d.symbols()}
    )
    model.graph.name = name
    writer.reserve(b)
    nodes, constants = passes.live(b)
    writer.graph(b, nodes, model.graph)
    for ref in b.initializers.values():
        if ref.name in constants:
            write_tensor(model.graph.initializer.add(name=ref.name), ref.value)
    return model


def write_tensor(tensor: Any, array: Any) -> None:
    """Fill a TensorProto."""
    array = np.asarray(array)
    tensor.data_type = dtype_code(dtype_of(array.dtype))
    tensor.dims.extend(array.shape)
    if sys.byteorder == "big":
        array = array.astype(array.dtype.newbyteorder("<"))
    tensor.raw_data = array.tobytes()


class _Writer:
    def __init__(self, labels: bool, symbols: set[str]) -> None:
        self.labels = labels
        #: Names of sizes. Those that are not the inputs' were made up while tracing and are numbered anew.
        self.sizes: dict[str, Size] = {s: symbol(s) for s in symbols}
        self.taken: set[str] = set()
        self.numbers: dict[str, int] = {}

    def reserve(self, b: Builder) -> None:
        """Names given by the caller are not given to other values."""
        self.taken.update(b.initializers)
        for ref in (*b.inputs, *b.results):
            if ref.name is not None:
                self.taken.add(ref.name)
        for node in b.nodes:
            self.taken.update(o.name for o in node.outputs if o.name is not None)
            for value in node.attrs.values():
                if isinstance(value, Builder):
                    self.reserve(value)

    def fresh(self, stem: str) -> str:
        number = self.numbers.get(stem, 0)
        while True:
            name = f"{stem}_{number}"
            number += 1
            if name not in self.taken:
                self.numbers[stem] = number
                self.taken.add(name)
                return name

    def graph(self, b: Builder, nodes: list[Node], graph: Any) -> None:
        for ref in b.inputs:
            if ref.name is None:
                ref.name = self.fresh("in")
            self.type(graph.input.add(name=ref.name), ref)
        for node in nodes:
            self.node(node, graph.node.add())
        for ref in b.results:
            self.type(graph.output.add(name=ref.name), ref)
        if self.labels:
            results = {id(r) for r in b.results}
            for node in nodes:
                for ref in node.outputs:
                    if ref.dims is not None and ref.dtype is not None and id(ref) not in results:
                        self.type(graph.value_info.add(name=ref.name), ref)

    def node(self, node: Node, proto: Any) -> None:
        proto.op_type = node.op
        proto.input.extend([r.name if r is not None else "" for r in node.inputs])
        for ref in node.outputs:
            if ref.name is None:
                ref.name = self.fresh(node.op)
        proto.output.extend([r.name for r in node.outputs])
        while proto.input and not proto.input[-1]:
            del proto.input[-1]
        if self.labels:
            stem = f"{node.path}/{node.op}" if node.path else node.op
            proto.name = self.fresh(stem)
            if node.source:
                proto.metadata_props.add(key="paddlelite.source", value=node.source)
        for name in sorted(node.attrs):
            self.attribute(proto.attribute.add(name=name), node.attrs[name])

    def attribute(self, proto: Any, value: Any) -> None:
        if isinstance(value, Builder):
            proto.type = _GRAPH
            proto.g.name = self.fresh("graph")
            self.graph(value, passes.live(value)[0], proto.g)
        elif isinstance(value, (bool, int, np.integer)):
            proto.type, proto.i = _INT, int(value)
        elif isinstance(value, (float, np.floating)):
            proto.type, proto.f = _FLOAT, float(value)
        elif isinstance(value, (str, bytes)):
            proto.type, proto.s = _STRING, value.encode() if isinstance(value, str) else value
        elif isinstance(value, np.ndarray):
            proto.type = _TENSOR
            write_tensor(proto.t, value)
        elif value and isinstance(value[0], float):
            proto.type = _FLOATS
            proto.floats.extend(value)
        elif value and isinstance(value[0], str):
            proto.type = _STRINGS
            proto.strings.extend(v.encode() for v in value)
        else:
            proto.type = _INTS
            proto.ints.extend(value)

    def type(self, info: Any, ref: Ref) -> None:
        """Fill a ValueInfoProto: dtype and sizes, symbolic ones by name or formula."""
        assert ref.dtype is not None, f"{ref.name} has no dtype"
        kind = info.type.sequence_type.elem_type.tensor_type if ref.sequence else info.type.tensor_type
        kind.elem_type = dtype_code(ref.dtype)
        if ref.dims is None:
            return
        kind.shape.SetInParent()
        for size in ref.dims:
            dim = kind.shape.dim.add()
            if isinstance(size, Dim):
                dim.dim_param = self.size(size)
            elif size is not None:
                dim.dim_value = int(size)

    def size(self, size: Dim) -> str:
        for name in sorted(size.symbols() - self.sizes.keys()):
            self.sizes[name] = symbol(f"size_{len(self.sizes)}")
        return repr(substitute(size, self.sizes))
