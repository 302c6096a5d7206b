"""Program -> ProgramDesc, in the form that PaddlePaddle 2.6.2 and 3.3.1 both load.

That is: version 2006002 with its op versions, every attribute and every input slot of every op, every variable
declared, feed and fetch ops with columns. Values become variables that are assigned once; only the loop variables of
`while` and the arrays that ops fill are assigned again (`control_writer.py`).
"""

from __future__ import annotations

import collections
import itertools
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from paddlelite import dims as D
from paddlelite.dtypes import BY_NUMPY, DType, bool_, float32, float64, int32, int64, uint8
from paddlelite.errors import InvalidArgumentError, UnimplementedError
from paddlelite.ir import Node, Program, Value
from paddlelite.op import RNG_SLOT
from paddlelite.tensor.tensor import Tensor

from .proto import (
    AttrKind,
    BlockDesc,
    LoDTensorDesc,
    OpAttr,
    OpDesc,
    OpSlot,
    OpVersion,
    OpVersionMap,
    OpVersionPair,
    ProgramDesc,
    TensorDesc,
    VarDesc,
    VarKind,
    VarType,
    Version,
)
from .schema import OpSchema, file_version, make_attr, op_schema, op_versions

__all__ = ["BlockWriter", "ProgramWriter", "Written"]

#: A constant up to this size is written into the program, a larger one into the parameter file.
_INLINE_LIMIT = 1024
_LISTS = {
    bool_: "bool_values",
    float32: "fp32_values",
    float64: "fp64_values",
    int32: "int32_values",
    int64: "int64_values",
}
#: Outputs that PaddlePaddle's kernels write into one of the inputs.
_IN_PLACE = {"batch_norm": {"MeanOut": "Mean", "VarianceOut": "Variance"}}

#: Outputs that may be absent by the op's definition and that 3.3.1 wants all the same.
_WANTED = {"rnn": {"DropoutState": uint8}}

Env = dict[Value, str]


class Written:
    """A program in the file's form: `desc`, the parameter file's `tensors` by variable name, input and output names."""

    def __init__(
        self, desc: ProgramDesc, tensors: dict[str, Tensor], inputs: list[str], outputs: list[str]
    ) -> None:
        self.desc, self.tensors, self.inputs, self.outputs = desc, tensors, inputs, outputs


class ProgramWriter:
    """Writes one program. Blocks are numbered as they are opened; names are unique over all of them."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.blocks: list[BlockDesc] = []
        self.taken: set[str] = {"feed", "fetch"}
        self.counts: collections.Counter[str] = collections.Counter()
        self.tensors: dict[str, Tensor] = {}
        self.problems: list[str] = []
        self._empty: dict[DType, str] = {}
        self.elements: dict[str, TensorDesc] = {}

    def write(self) -> Written:
        """The file's form; UnimplementedError listing every op that has none, InvalidArgumentError for bad names."""
        self.main = main = BlockWriter(self, None, {})
        inputs = [self._input(main, value) for value in self.program.inputs]
        self._captures(main)
        main.nodes(self.program.block.nodes, self.program.results)
        outputs = self._outputs(main, set(inputs))
        self._write_back(main)
        if self.problems:
            counted = collections.Counter(self.problems)
            listed = "".join(f"\n  {text} ({count}x)" for text, count in sorted(counted.items()))
            raise UnimplementedError(f"the program cannot be written as a .pdmodel file:{listed}")
        self._interface(main, inputs, outputs)
        versions = [
            OpVersionPair(op_name=name, op_version=OpVersion(version=number))
            for name, number in op_versions().items()
        ]
        desc = ProgramDesc(
            blocks=self.blocks,
            version=Version(version=file_version()),
            op_version_map=OpVersionMap(pair=versions),
        )
        return Written(desc, self.tensors, inputs, outputs)

    # Names

    def claim(self, name: str, what: str) -> str:
        """`name` for one variable, which must be free."""
        if not name or name in self.taken or name.startswith("\0"):
            raise InvalidArgumentError(
                f"the {what} name '{name}' is empty, reserved or used twice in one program."
            )
        self.taken.add(name)
        return name

    def fresh(self, stem: str, suffix: str = ".tmp_0") -> str:
        """A new name that begins with `stem`. Numbers count per stem, so equal programs give equal files."""
        while True:
            name = f"{stem}_{self.counts[stem]}{suffix}"
            self.counts[stem] += 1
            if name not in self.taken:
                self.taken.add(name)
                return name

    def empty_array(self, like: Value) -> str:
        """An array of the main block that no op writes to, so that it is empty always."""
        if like.dtype not in self._empty:
            self._empty[like.dtype] = self.main.declare_like("array_empty", like)
        return self._empty[like.dtype]

    # Inputs, captures, outputs

    def _input(self, main: BlockWriter, value: Value) -> str:
        name = main.env[value] = self.claim(value.name, "input")
        main.declare(name, value.dims, value.dtype)
        return name

    def _captures(self, main: BlockWriter) -> None:
        captures = self.program.captures
        used = {id(v) for node in self.program.block.nodes for v in _read(node)} | set(
            map(id, self.program.results)
        )
        written = {id(tensor) for tensor, _ in self.program.state}
        for value, tensor in captures.items():
            if (is_state(tensor) or id(tensor) in written) and id(value) in used:
                main.env[value] = self._state(main, self.claim(tensor.name, "parameter"), tensor)
        for value, tensor in captures.items():
            if id(value) in used and value not in main.env:
                main.env[value] = self._constant(main, tensor)

    def _state(self, main: BlockWriter, name: str, tensor: Tensor) -> str:
        main.declare(name, tensor.dims, tensor.dtype, persistable=True)
        self.tensors[name] = tensor
        return name

    def _constant(self, main: BlockWriter, tensor: Tensor) -> str:
        array = tensor._data
        dtype = BY_NUMPY[array.dtype]
        uniform = array.size > 0 and array.dtype.kind in "biuf" and bool((array == array.flat[0]).all())
        if uniform and array.dtype.kind in "iu":  # 3.3.1 takes fill_constant's number for a float32
            uniform = int(np.float32(array.flat[0])) == int(array.flat[0])
        listed = dtype in _LISTS and 0 < array.size <= _INLINE_LIMIT
        if not uniform and not listed and array.size:
            return self._state(main, self.fresh("constant", ""), tensor)
        name = self.fresh("constant", "")
        main.declare(name, tensor.dims, dtype)
        if uniform or not array.size:
            item = array.flat[0] if array.size else 0
            text = str(int(item)) if array.dtype.kind in "biu" else repr(float(item))
            attrs = {"shape": list(array.shape), "dtype": dtype, "value": float(item), "str_value": text}
            main.op("fill_constant", {}, {"Out": [name]}, attrs)
        else:
            flat = array.reshape(-1).tolist()
            attrs = {"shape": list(array.shape), "dtype": dtype, _LISTS[dtype]: flat}
            main.op("assign_value", {}, {"Out": [name]}, attrs)
        return name

    def _outputs(self, main: BlockWriter, inputs: set[str]) -> list[str]:
        """The names to fetch. What is an input, a parameter or fetched already gets a variable of its own."""
        names: list[str] = []
        for value in self.program.outputs:
            name = main.env[value]
            if value.array:
                self.problems.append("an output that is a list of tensors (stack or concat it)")
            if name in inputs or name in self.tensors or name in names:
                copy = self.fresh("output")
                main.declare(copy, value.dims, value.dtype)
                main.op("assign", {"X": [name]}, {"Out": [copy]}, {})
                name = copy
            names.append(name)
        return names

    def _write_back(self, main: BlockWriter) -> None:
        """Give what the program has changed of its state to the next run, where the program reads it."""
        names = {id(t): main.env[v] for v, t in self.program.captures.items() if v in main.env}
        kept = [(names[id(t)], v) for t, v in self.program.state if id(t) in names]
        copies = []
        for _, value in kept:  # all are read before one is written
            copies.append(self.fresh("state"))
            main.declare(copies[-1], value.dims, value.dtype)
            main.op("assign", {"X": [main.env[value]]}, {"Out": [copies[-1]]}, {})
        for (name, _), copy in zip(kept, copies, strict=True):
            main.op("assign", {"X": [copy]}, {"Out": [name]}, {})

    def _interface(self, main: BlockWriter, inputs: Sequence[str], outputs: Sequence[str]) -> None:
        feeds = []
        for col, name in reversed(list(enumerate(inputs))):
            feeds.append(
                _record("feed", {"X": ["feed"]}, {"Out": [name]}, [make_attr("col", AttrKind.INT, col)])
            )
        main.block.ops[:0] = feeds
        for col, name in enumerate(outputs):
            columns = [make_attr("col", AttrKind.INT, col)]
            main.block.ops.append(_record("fetch", {"X": [name]}, {"Out": ["fetch"]}, columns))
        for block in self.blocks:
            block.vars.sort(key=lambda var: var.name)
        for name, kind in (("feed", VarKind.FEED_MINIBATCH), ("fetch", VarKind.FETCH_LIST)):
            main.block.vars.append(VarDesc(name=name, type=VarType(type=int(kind)), persistable=True))


def is_state(tensor: Tensor) -> bool:
    """Whether a captured tensor is a parameter or buffer, which a file keeps under its own name."""
    return tensor.persistable or not tensor.stop_gradient or tensor._name is not None


class BlockWriter:
    """One block of the file. `env` has the variable that each value is in."""

    def __init__(self, writer: ProgramWriter, parent: BlockWriter | None, env: Env) -> None:
        self.writer, self.env = writer, env
        #: Variables of arrays that only this block reads and writes.
        self.owned: set[str] = set()
        #: Variables of the main block that this block, or one inside it, reads besides those of its node.
        self.outer: set[str] = set()
        self._last_uses: dict[Value, Node | None] = {}
        self.block = BlockDesc(idx=len(writer.blocks), parent_idx=-1 if parent is None else parent.block.idx)
        writer.blocks.append(self.block)

    # Variables

    def declare(
        self,
        name: str,
        dims: Iterable[D.Size],
        dtype: DType,
        persistable: bool = False,
        array: bool | str = False,
    ) -> str:
        held = LoDTensorDesc(tensor=TensorDesc(data_type=dtype.code, dims=D.file_dims(dims)), lod_level=0)
        kind = VarType(type=int(VarKind.LOD_TENSOR_ARRAY if array else VarKind.LOD_TENSOR))
        if array:
            kind.tensor_array = held
            self.writer.elements[name] = held.tensor
        else:
            kind.lod_tensor = held
        self.block.vars.append(VarDesc(name=name, type=kind, persistable=persistable or None))
        return name

    def declare_like(self, stem: str, value: Value) -> str:
        """A new variable of a value's type."""
        return self.declare(self.writer.fresh(stem), value.dims, value.dtype, array=value.array)

    def holds(self, name: str, value: Value) -> None:
        """The array in a variable is `value` from now on: with elements it says more than an empty one did."""
        self.env[value] = name
        self.owned.add(name)
        if value.array == "full":
            self.writer.elements[name].dims = D.file_dims(value.dims)

    def scopes(self) -> str:
        """A new variable for the inner scopes that a control-flow op of PaddlePaddle keeps."""
        name = self.writer.fresh("scopes", "")
        self.block.vars.append(VarDesc(name=name, type=VarType(type=int(VarKind.STEP_SCOPES))))
        return name

    def name(self, value: Value) -> str:
        """The variable a value is in."""
        return self.env[value]

    # Ops

    def op(
        self,
        type: str,
        inputs: Mapping[str, Sequence[str]],
        outputs: Mapping[str, Sequence[str]],
        attrs: dict[str, Any],
        source: tuple[str, int] | None = None,
        block: int | None = None,
    ) -> None:
        """Appends an op: all slots and attributes of its schema, those not given empty or at their default."""
        schema = op_schema(type)
        assert schema is not None, type
        ins = {s.name: list(inputs.get(s.name, ())) for s in schema.inputs}
        outs = {s.name: list(outputs[s.name]) for s in schema.outputs if s.name in outputs}
        records = []
        for name, (kind, default) in schema.attrs.items():
            if kind is AttrKind.BLOCK:
                records.append(OpAttr(name=name, type=int(kind), block_idx=block))
            else:
                records.append(make_attr(name, kind, attrs.get(name, default)))
        if source is not None and source[1]:
            line = f'  File "{_shown(source[0])}", line {source[1]}'
            records.append(make_attr("op_callstack", AttrKind.STRINGS, [line]))
        self.block.ops.append(_record(type, ins, outs, records))

    def nodes(self, nodes: Sequence[Node], outputs: Sequence[Value]) -> None:
        """Writes nodes in order; `outputs` are the values that are read after them."""
        from .array_files import WRITE_HANDLERS
        from .control_writer import HANDLERS

        for node in nodes:
            self._last_uses.update(dict.fromkeys(node.read(), node))
        self._last_uses.update(dict.fromkeys(outputs))
        handlers: dict[str, Callable[[BlockWriter, Node], None]] = {**HANDLERS, **WRITE_HANDLERS}
        for node in nodes:
            if (
                node.type != "print_message"
            ):  # (PaddlePaddle's print op has no such texts: a file goes without)
                handlers.get(node.type, BlockWriter.node)(self, node)

    def is_last_use(self, node: Node, value: Value) -> bool:
        """Whether an array's variable may be written into at `node`, which is the last to read it."""
        return self._last_uses.get(value) is node and self.name(value) in self.owned

    def node(self, node: Node) -> None:
        """An ordinary op."""
        schema = op_schema(node.type)
        problem = (
            f"op {node.type}, which PaddlePaddle does not have" if schema is None else _misfit(node, schema)
        )
        outs: dict[str, list[str]] = {}
        found: dict[str, list[Value]] = {}
        for slot, value in _output_slots(node):
            found.setdefault(slot, []).append(value)
            outs.setdefault(slot, []).append(self._result(node, value, len(outs)))
        if problem or schema is None:
            self.writer.problems.append(f"{problem}, at {_shown(node.source[0])}:{node.source[1]}")
            return
        ins: dict[str, list[str]] = {}
        for place, item in zip(node.op.slots, node.inputs, strict=False):
            if item is not None and place.name != RNG_SLOT:
                ins[place.name] = [self.name(v) for v in (item if isinstance(item, tuple) else (item,))]
        outs = self._complete(node, schema, ins, outs, found)
        self.op(node.type, ins, outs, _attributes(node), node.source)

    def _result(self, node: Node, value: Value, slot: int) -> str:
        name = self.writer.fresh(node.type, f".tmp_{slot}")
        self.env[value] = self.declare(name, value.dims, value.dtype, array=value.array)
        return name

    def _complete(
        self,
        node: Node,
        schema: OpSchema,
        ins: dict[str, list[str]],
        outs: dict[str, list[str]],
        found: dict[str, list[Value]],
    ) -> dict[str, list[str]]:
        """The outputs PaddlePaddle's op has and ours does not need; its kernels want somewhere to write them."""
        in_place = _IN_PLACE.get(node.type, {})
        dtype = next((v.dtype for v in node.read()), float32)
        for slot in schema.outputs:
            if slot.name in in_place and ins.get(in_place[slot.name]):
                for value in found.get(slot.name, ()):  # for testing, both have one value
                    self.env[value] = ins[in_place[slot.name]][0]
                outs[slot.name] = ins[in_place[slot.name]]
            elif slot.name in _WANTED.get(node.type, {}) and not outs.get(slot.name):
                name = self.writer.fresh(node.type, f".{slot.name.lower()}")
                outs[slot.name] = [self.declare(name, (), _WANTED[node.type][slot.name])]
            elif slot.name not in outs and not slot.optional and not slot.many:
                outs[slot.name] = [
                    self.declare(self.writer.fresh(node.type, f".{slot.name.lower()}"), (), dtype)
                ]
        return outs


def _read(node: Node) -> Iterable[Value]:
    """What a node reads that has a variable in the file: the generator's state has none."""
    items = node.inputs[1:] if node.op.random else node.inputs
    return (v for item in items if item is not None for v in (item if isinstance(item, tuple) else (item,)))


def _output_slots(node: Node) -> list[tuple[str, Value]]:
    """(slot, value) of each result. Which results are absent and how long lists are, the op's shape rule tells."""
    specs = node.op.infer_rule(*node.inputs, **node.attrs)  # type: ignore[misc]
    parts = [specs] if len(node.op.outs) == 1 else list(specs)
    outs = iter(node.outputs)
    found: list[tuple[str, Value]] = []
    for name, many, part in zip(node.op.outs, node.op.many_out, parts, strict=True):
        count = sum(spec is not None for spec in part) if many else int(part is not None)
        found += [(name, value) for value in itertools.islice(outs, count)]
    return found


def _misfit(node: Node, schema: OpSchema) -> str:
    """What of the node the op's schema has no place for."""
    slots = {s.name for s in schema.inputs}
    for place, item in zip(node.op.slots, node.inputs, strict=False):
        given = isinstance(item, Value) or bool(item)
        if given and place.name not in slots and place.name != RNG_SLOT:
            return f"op {node.type} with input {place.name}"
    for name, value in node.attrs.items():
        if name not in schema.attrs and value != node.op.attrs[name]:
            return f"op {node.type} with attribute {name}={value!r}"
    return ""


def _attributes(node: Node) -> dict[str, Any]:
    attrs = {name: value for name, value in node.attrs.items() if value is not None}
    if node.type == "cast":
        attrs["in_dtype"] = next(node.read()).dtype
    return attrs


def _record(
    type: str, inputs: dict[str, list[str]], outputs: dict[str, list[str]], attrs: list[OpAttr]
) -> OpDesc:
    return OpDesc(
        type=type,
        inputs=[OpSlot(parameter=name, arguments=args) for name, args in sorted(inputs.items())],
        outputs=[OpSlot(parameter=name, arguments=args) for name, args in sorted(outputs.items())],
        attrs=sorted(attrs, key=lambda attr: attr.name),
    )


def _shown(path: str) -> str:
    """A source file as it is named in a model: relative to the working directory, never a user's home."""
    inside = os.path.relpath(path) if os.path.isabs(path) else path
    return os.path.basename(path) if inside.startswith("..") else inside.replace(os.sep, "/")
