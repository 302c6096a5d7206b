"""TensorArrays in files, both ways.

In a file an array is one variable that ops write into (`write_to_array`) and that exists, empty, from the start. In a
Program an array is a value and every op gives a new one. Writing, an array that nothing reads any more is written
into; another one is copied first. PaddlePaddle 3.3.1 rewrites the file into its own form before it runs it, and knows
only arrays that an op of the main block names, or that are first written to in their own block.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from paddlelite.dtypes import bool_, int32, int64
from paddlelite.errors import InvalidArgumentError, UnimplementedError
from paddlelite.ir import Node, Value
from paddlelite.ops.array import array_append, array_length, array_read, array_slice, array_write
from paddlelite.ops.shape import reshape
from paddlelite.tensor.creation import full
from paddlelite.tensor.tensor import Tensor

from .desc_flow import slot
from .proto import OpDesc
from .schema import attr_value

if TYPE_CHECKING:
    from .program_reader import Reader, Scope
    from .program_writer import BlockWriter

__all__ = ["READ_HANDLERS", "WRITE_HANDLERS", "is_array", "replace", "writable"]


def is_array(value: Any) -> bool:
    """Whether a value is a TensorArray."""
    return isinstance(value, Value) and bool(value.array)


# ------------------------------------------------------------------------------------------------- reading


def _read_write(reader: Reader, scope: Scope, op: OpDesc, at: int) -> int:
    (name,) = slot(op, "Out", "outputs")
    item, index = (reader.get(scope, slot(op, key)[0], op) for key in ("X", "I"))
    array = reader.get(scope, name, op)
    made_by, source = reader.origin.get(index, ("", index))
    at_end = made_by == "lod_array_length" and source is array
    reader.set(scope, name, array_append(array, item) if at_end else array_write(item, index, array))
    return at + 1


def _read_read(reader: Reader, scope: Scope, op: OpDesc, at: int) -> int:
    array, index = (reader.get(scope, slot(op, key)[0], op) for key in ("X", "I"))
    reader.set(scope, slot(op, "Out", "outputs")[0], array_read(array, index))
    return at + 1


def _read_length(reader: Reader, scope: Scope, op: OpDesc, at: int) -> int:
    (name,) = slot(op, "X")
    array = reader.get(scope, name, op)
    length = reshape(array_length(array), shape=[1])  # a file's length is a vector of one number
    reader.origin[length] = ("lod_array_length", array)
    reader.set(scope, slot(op, "Out", "outputs")[0], length)
    return at + 1


def _read_slice(reader: Reader, scope: Scope, op: OpDesc, at: int) -> int:
    """`slice` of an array: one element where the axis is dropped, else an array."""
    from .program_reader import call

    names = slot(op, "Input")
    array = reader.get(scope, names[0], op) if names else None
    if not is_array(array):
        return call(reader, scope, op, at)
    attrs = {attr.name: attr_value(attr) for attr in op.attrs}
    start = _bound(reader, scope, op, "Starts", attrs)
    if attrs.get("decrease_axis"):
        result = array_read(array, start)
    else:
        result = array_slice(array, start, _bound(reader, scope, op, "Ends", attrs))
    reader.set(scope, slot(op, "Out", "outputs")[0], result)
    return at + 1


def _bound(reader: Reader, scope: Scope, op: OpDesc, which: str, attrs: dict[str, Any]) -> Tensor:
    names = slot(op, f"{which}TensorList") or slot(op, f"{which}Tensor")
    if names:
        return reader.get(scope, names[0], op)
    numbers = attrs.get(which.lower())
    if not isinstance(numbers, list) or len(numbers) != 1:
        raise InvalidArgumentError(f"{reader.file}: a slice of an array without its {which.lower()}.")
    return full([], numbers[0], "int64")


def _read_assign(reader: Reader, scope: Scope, op: OpDesc, at: int) -> int:
    from .program_reader import Undefined, call

    names = slot(op, "X")
    value = reader.lookup(scope, names[0]) if names else None
    if not is_array(value) and not isinstance(value, Undefined):
        return call(reader, scope, op, at)
    reader.set(
        scope, slot(op, "Out", "outputs")[0], value
    )  # a value is never changed, so both names may have it
    return at + 1


READ_HANDLERS: dict[str, Callable[[Reader, Scope, OpDesc, int], int]] = {
    "write_to_array": _read_write,
    "read_from_array": _read_read,
    "lod_array_length": _read_length,
    "slice": _read_slice,
    "assign": _read_assign,
}


# ------------------------------------------------------------------------------------------------- writing


def writable(writer: BlockWriter, node: Node, array: Value, result: Value) -> str:
    """A variable holding `array` that may be written into, and is the result's from now on."""
    name = writer.name(array)
    if not writer.is_last_use(node, array):
        copy = writer.declare_like("array", result)
        writer.op("assign", {"X": [name]}, {"Out": [copy]}, {}, node.source)
        name = copy
    writer.holds(name, result)
    return name


def replace(writer: BlockWriter, source: str, target: str) -> None:
    """Assigns an array to a variable that has one already: 3.3.1's `assign` cannot, its `select_input` can."""
    mask = writer.declare(writer.writer.fresh("fill_constant"), (1,), int32)
    attrs = {"shape": [1], "dtype": int32, "value": 0.0, "str_value": "0"}
    writer.op("fill_constant", {}, {"Out": [mask]}, attrs)
    writer.op("select_input", {"X": [source, source], "Mask": [mask]}, {"Out": [target]}, {})


def _put(writer: BlockWriter, array: str, item: str, index: str, node: Node) -> None:
    writer.op("write_to_array", {"X": [item], "I": [index]}, {"Out": [array]}, {}, node.source)


def _length(writer: BlockWriter, array: str, node: Node) -> str:
    name = writer.declare(writer.writer.fresh("lod_array_length"), (1,), int64)
    writer.op("lod_array_length", {"X": [array]}, {"Out": [name]}, {}, node.source)
    return name


def _make(writer: BlockWriter, node: Node) -> None:
    (result,) = node.outputs
    array = writer.declare_like("array", result)
    writer.holds(array, result)
    # A variable may still have the elements of the last run; one that is never written to is always empty.
    empty = writer.writer.empty_array(result)
    writer.outer.add(empty)
    writer.op("assign", {"X": [empty]}, {"Out": [array]}, {}, node.source)
    for at, item in enumerate(node.inputs[0]):
        index = _number(writer, at, node)
        _put(writer, array, writer.name(item), index, node)


def _number(writer: BlockWriter, number: int, node: Node) -> str:
    name = writer.declare(writer.writer.fresh("fill_constant"), (1,), int64)
    attrs = {"shape": [1], "dtype": int64, "value": float(number), "str_value": str(number)}
    writer.op("fill_constant", {}, {"Out": [name]}, attrs, node.source)
    return name


def _append(writer: BlockWriter, node: Node) -> None:
    array, item = node.inputs
    name = writable(writer, node, array, node.outputs[0])
    _put(writer, name, writer.name(item), _length(writer, name, node), node)


def _write(writer: BlockWriter, node: Node) -> None:
    item, index, array = node.inputs
    name = writable(writer, node, array, node.outputs[0])
    _put(writer, name, writer.name(item), _index(writer, index, name, node), node)


def _get(writer: BlockWriter, node: Node) -> None:
    array, index = node.inputs
    name = writer.name(array)
    at = _index(writer, index, name, node)
    writer.env[node.outputs[0]] = out = writer.declare_like("read_from_array", node.outputs[0])
    writer.op("read_from_array", {"X": [name], "I": [at]}, {"Out": [out]}, {}, node.source)


def _index(writer: BlockWriter, index: Value, array: str, node: Node) -> str:
    """The variable of an index counted from the front: PaddlePaddle's array ops know no negative ones."""
    name = writer.name(index)
    if index.content is not None and isinstance(index.content.item(), int) and index.content.item() >= 0:
        return name
    wide = _made(writer, node, "cast", {"X": [name]}, {"in_dtype": index.dtype, "out_dtype": int64})
    zero = _number(writer, 0, node)
    below = writer.declare(writer.writer.fresh("less_than"), (1,), bool_)
    writer.op("less_than", {"X": [wide], "Y": [zero]}, {"Out": [below]}, {}, node.source)
    flag = _made(writer, node, "cast", {"X": [below]}, {"in_dtype": bool_, "out_dtype": int64})
    shift = _made(writer, node, "elementwise_mul", {"X": [flag], "Y": [_length(writer, array, node)]}, {})
    return _made(writer, node, "elementwise_add", {"X": [wide], "Y": [shift]}, {})


def _made(
    writer: BlockWriter, node: Node, type: str, inputs: dict[str, list[str]], attrs: dict[str, Any]
) -> str:
    name = writer.declare(writer.writer.fresh(type), (1,), int64)
    writer.op(type, inputs, {"Out": [name]}, attrs, node.source)
    return name


def _count(writer: BlockWriter, node: Node) -> None:
    (result,) = node.outputs
    length = _length(writer, writer.name(node.inputs[0]), node)
    writer.env[result] = out = writer.declare_like("slice", result)
    first = {"axes": [0], "starts": [0], "ends": [1], "decrease_axis": [0], "infer_flags": [1]}
    writer.op("slice", {"Input": [length]}, {"Out": [out]}, first, node.source)


def _part(writer: BlockWriter, node: Node) -> None:
    array, start, end = node.inputs
    (result,) = node.outputs
    if not all(v.content is not None and isinstance(v.content.item(), int) for v in (start, end)):
        raise UnimplementedError(
            f"{node.source[0]}:{node.source[1]}: a slice of a list with bounds that are only known at run time has "
            "no place in a .pdmodel file."
        )
    writer.env[result] = out = writer.declare_like("slice", result)
    attrs = {"axes": [0], "starts": [start.content.item()], "ends": [end.content.item()], "infer_flags": [1]}
    writer.op("slice", {"Input": [writer.name(array)]}, {"Out": [out]}, attrs, node.source)


WRITE_HANDLERS: dict[str, Callable[[BlockWriter, Node], None]] = {
    "array_make": _make,
    "array_append": _append,
    "write_to_array": _write,
    "read_from_array": _get,
    "lod_array_length": _count,
    "array_slice": _part,
}
