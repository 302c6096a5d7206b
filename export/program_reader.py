"""ProgramDesc -> Program: the file's op records are called one after the other into a capture.

Variables of the file may be assigned again and again and branches and loops assign to the variables around them;
the Program is SSA. So each block is *run* symbolically: a `Scope` maps variable names to the value each has now,
every record is one op call, and control flow (`control_reader.py`) turns assignments into results.
"""

from __future__ import annotations

import collections
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from paddlelite import dims as D
from paddlelite.capture import Capture
from paddlelite.dtypes import BY_CODE
from paddlelite.errors import InvalidArgumentError, PaddleError, UnimplementedError
from paddlelite.framework.random import next_state
from paddlelite.ir import Program, Value
from paddlelite.op import OPS, Op, Spec
from paddlelite.ops.array import create_array
from paddlelite.ops.batch_norm import frozen_statistics
from paddlelite.tensor.tensor import Tensor

from .desc_flow import Flow, slot
from .proto import OpDesc, ProgramDesc, TensorDesc, VarDesc, VarKind
from .schema import BOOKKEEPING, attr_value, op_schema
from .wire import WireError

if TYPE_CHECKING:
    from .control_reader import Branch

__all__ = ["Later", "Reader", "Scope", "Undefined", "apply", "interface"]

#: Constants up to this many elements are computed while loading, so that shapes made of them are known.
_FOLD_LIMIT = 1024
_MAX_RANK = 64


class Scope:
    """The values that variables have at some point of a block."""

    def __init__(self, index: int, values: dict[str, Any]) -> None:
        self.index, self.values = index, values
        #: Conditional blocks that do something besides assigning variables.
        self.acting: list[Branch] = []


class Undefined:
    """The value of a variable that the path taken does not define; `tensor` is what the file puts there."""

    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor


class Later:
    """The value of `name` after a conditional block that is not yet part of the graph; `prior` is what it had."""

    def __init__(self, branch: Branch, name: str, prior: Any) -> None:
        self.branch, self.name, self.prior = branch, name, prior


def interface(desc: ProgramDesc) -> tuple[list[str], list[str]]:
    """The names of the inputs and outputs, in the order of the feed and fetch ops' columns."""
    feeds: dict[int, str] = {}
    fetches: dict[int, str] = {}
    for op in desc.blocks[0].ops:
        if op.type in ("feed", "fetch"):
            columns, side, key = (feeds, "outputs", "Out") if op.type == "feed" else (fetches, "inputs", "X")
            names = slot(op, key, side)
            col = next((attr.i for attr in op.attrs if attr.name == "col"), len(columns))
            if len(names) != 1 or not isinstance(col, int) or col in columns:
                raise WireError(f"a {op.type} op without a variable or column of its own")
            columns[col] = names[0]
    return [feeds[col] for col in sorted(feeds)], [fetches[col] for col in sorted(fetches)]


def tensor_desc(var: VarDesc) -> TensorDesc | None:
    """Dtype and dims of a tensor or array variable."""
    held = var.type.lod_tensor or var.type.tensor_array
    return None if held is None else held.tensor


class Reader:
    """Builds the Program of one file. `tensors` are its parameters, `file` its name for errors and source lines.

    With `sizes`, those of the inputs are these; the file tells what was seen while saving.
    """

    def __init__(
        self,
        desc: ProgramDesc,
        tensors: dict[str, Tensor],
        file: str,
        dim_names: dict[str, list[Any]] | None = None,
        sizes: Mapping[str, D.Dims] | None = None,
    ) -> None:
        from .array_files import READ_HANDLERS
        from .control_reader import HANDLERS
        from .legacy_reader import HANDLERS as LEGACY

        self.desc, self.tensors, self.file = desc, tensors, file
        self.dim_names, self.sizes = dim_names or {}, sizes
        self.flow = Flow(desc)
        self.vars = [{var.name: var for var in block.vars} for block in desc.blocks]
        self.capture = Capture()
        self.origin: dict[Tensor, tuple[str, Tensor]] = {}  # what a cast or logical_not was made from
        self.fetched: dict[str, Tensor] = {}
        self.handlers: dict[str, Callable[[Reader, Scope, OpDesc, int], int]] = {
            **HANDLERS,
            **READ_HANDLERS,
            **LEGACY,
        }

    def read(self) -> Program:
        """The Program; UnimplementedError listing everything in the file that paddlelite does not have."""
        self._check_ops()
        feeds, fetches = interface(self.desc)
        with self.capture as capture:
            scope = Scope(0, dict(self.tensors))
            for name in feeds:
                scope.values[name] = capture.input(self._input_spec(name), name)
            self.run(scope)
            outputs = [capture.read(self.fetched[name]) for name in fetches]
            now = {name: (t, capture.read(scope.values[name])) for name, t in self.tensors.items()}
            for tensor, value in now.values():
                if value is not capture.read(tensor):
                    capture.assign(tensor, value)
            return capture.finish(outputs)

    def _input_spec(self, name: str) -> Spec:
        spec = self.declared_spec(0, name)
        if spec is None:
            raise WireError(f"the input '{name}' has no description")
        if self.sizes is not None:
            return spec._replace(dims=self.sizes[name])
        names = self.dim_names.get(name)
        if isinstance(names, list) and len(names) == len(spec.dims):
            dims = tuple(
                D.symbol(known) if isinstance(known, str) and not isinstance(dim, int) else dim
                for dim, known in zip(spec.dims, names, strict=True)
            )
            return spec._replace(dims=dims)
        return spec

    def declared_spec(self, index: int, name: str) -> Spec | None:
        """What the file says about a variable; unknown sizes get names of their own."""
        owner = self.flow.owner(index, name)
        var = None if owner is None else self.vars[owner].get(name)
        desc = None if var is None else tensor_desc(var)
        if var is None or desc is None:
            return None
        if desc.data_type not in BY_CODE:
            raise UnimplementedError(
                f"{self.file}: the variable '{name}' has the data type {desc.data_type}."
            )
        array = "full" if var.type.type == VarKind.LOD_TENSOR_ARRAY else ""
        known = not (array and self.sizes)
        dims = tuple(
            dim if dim >= 0 and known else D.symbol(f"{name}_{axis}") for axis, dim in enumerate(desc.dims)
        )
        return Spec(dims, BY_CODE[desc.data_type], None, array)

    # Running blocks

    def run(self, scope: Scope) -> None:
        """Calls the ops of the scope's block, in order."""
        from .control_reader import act

        ops = self.desc.blocks[scope.index].ops
        at = 0
        while at < len(ops):
            handler = self.handlers.get(ops[at].type, call)
            at = handler(self, scope, ops[at], at)
        act(self, scope)

    def get(self, scope: Scope, name: str, op: OpDesc) -> Tensor:
        """The value of a variable now."""
        value = self.lookup(scope, name)
        if isinstance(value, Later):
            from .control_reader import has_prior, settle

            if not has_prior(self, value):
                raise InvalidArgumentError(
                    f"{self.file}: op {op.type} reads the variable '{name}', which only one branch gives a value."
                )
            settle(self, scope, value.branch)
            value = scope.values[name]
        if isinstance(value, Undefined):
            return value.tensor
        if value is None:
            raise InvalidArgumentError(
                f"{self.file}: op {op.type} reads the variable '{name}', which has no value at that point."
            )
        return value

    def lookup(self, scope: Scope, name: str) -> Any:
        """What a variable has now, None when nothing was assigned. Arrays exist, empty, from the start."""
        value = scope.values.get(name)
        if value is None:
            spec = self.declared_spec(scope.index, name)
            if spec is not None and spec.array:
                value = scope.values[name] = create_array(spec.dtype)
        return value

    def set(self, scope: Scope, name: str, value: Any) -> None:
        scope.values[name] = value
        if isinstance(value, Value) and value._name is None:
            value.name = name

    # What the file needs

    def _check_ops(self) -> None:
        """Collects every op, slot and attribute that has no counterpart, and raises once."""
        problems: collections.Counter[str] = collections.Counter()
        for block in self.desc.blocks:
            for op in block.ops:
                problems.update(_problems(op, op.type in self.handlers))
        if problems:
            listed = "".join(f"\n  {text} ({count}x)" for text, count in sorted(problems.items()))
            raise UnimplementedError(f"{self.file} needs what paddlelite does not have:{listed}")


def _problems(op: OpDesc, handled: bool) -> list[str]:
    record = OPS.get(op.type)
    if handled and op.type not in ("slice", "assign", "elementwise_div"):  # those may be ordinary ops
        return []
    if record is None:
        return [f"op {op.type}"]
    slots = {s.name for s in record.slots}
    found = [
        f"op {op.type} with input {var.parameter}"
        for var in op.inputs
        if var.arguments and var.parameter not in slots and not _extra_slot(op.type, var.parameter)
    ]
    schema = op_schema(op.type)
    for attr in op.attrs:
        if attr.name in record.attrs or attr.name in BOOKKEEPING or attr.name.startswith("@"):
            continue
        default = schema.attrs[attr.name][1] if schema is not None and attr.name in schema.attrs else None
        value = attr_value(attr)
        if schema is not None and attr.name in schema.attrs and value != default and value not in (None, -1):
            found.append(f"op {op.type} with attribute {attr.name}={value!r}")
    return found


def _extra_slot(type: str, name: str) -> bool:
    """Inputs that do not change the result when no training follows."""
    return (type, name) in {("dropout", "Seed"), ("batch_norm", "MomentumTensor")}


# ------------------------------------------------------------------------------------------- ordinary ops


def call(reader: Reader, scope: Scope, op: OpDesc, at: int) -> int:
    """One op record of the file as one op call."""
    record = OPS[op.type]
    attrs = _attributes(record, op)
    _check_counts(reader, op, attrs)
    inputs: list[Any] = []
    if record.random:
        draws = not (attrs.get("is_test") and record.slots[0].optional)
        inputs.append(next_state() if draws else None)
    for place in record.slots[len(inputs) :]:
        names = slot(op, place.name)
        tensors = [reader.get(scope, name, op) for name in names]
        if place.many:
            inputs.append(tensors if names or not place.optional else None)
        elif len(names) > 1:
            raise InvalidArgumentError(
                f"{reader.file}: slot {place.name} of op {op.type} has {len(names)} variables."
            )
        else:
            inputs.append(tensors[0] if tensors else None)
    try:
        results = apply(reader.capture, record, inputs, attrs)
    except PaddleError as error:
        raise InvalidArgumentError(
            f"{reader.file}: op {at} of block {scope.index}, {op.type}: {error}"
        ) from error
    _mark_source(reader, op)
    _bind_outputs(reader, scope, op, record, results)
    if op.type in ("cast", "logical_not") and isinstance(results, Tensor):
        reader.origin[results] = (op.type, inputs[0])
    return at + 1


def _check_counts(reader: Reader, op: OpDesc, attrs: dict[str, Any]) -> None:
    """Numbers of parts and layers must fit what the op has: shape rules make a list of so many."""
    parts = sum(len(var.arguments) for var in (*op.inputs, *op.outputs))
    for name in ("num", "num_layers"):
        count = attrs.get(name)
        if isinstance(count, int) and count > parts:
            raise InvalidArgumentError(
                f"{reader.file}: op {op.type} with {parts} variables has {name}={count}."
            )

    axis = attrs.get("axis")
    if isinstance(axis, int) and not -_MAX_RANK <= axis <= _MAX_RANK:
        raise InvalidArgumentError(f"{reader.file}: op {op.type} has axis={axis}.")


def _attributes(record: Op, op: OpDesc) -> dict[str, Any]:
    found = {attr.name: attr_value(attr) for attr in op.attrs if attr.name in record.attrs}
    schema = op_schema(op.type)
    for name, default in record.attrs.items():
        if name not in found and schema is not None and name in schema.attrs:
            declared = schema.attrs[name][1]
            if declared is not ... and not name.endswith("dtype"):
                found[name] = declared
        found.setdefault(name, default)
    return found


def apply(capture: Capture, record: Op, inputs: list[Any], attrs: dict[str, Any]) -> Any:
    """The call, without computing large constants: a damaged file could ask for any amount of memory."""
    if record.kernel is None:
        return record.decompose_rule(*inputs, **attrs)  # type: ignore[misc]
    values = tuple(capture._read_slot(record, item) for item in inputs)
    specs = capture._infer(record, values, attrs)
    foldable = capture._foldable(record, attrs) and capture._all_constant(tuple(inputs))
    if foldable and _small(record, specs):
        return capture._fold(record, tuple(inputs), attrs)
    return capture.append(record, values, attrs, specs)


def _small(record: Op, specs: Sequence[Any]) -> bool:
    flat = [
        spec for part, many in zip(specs, record.many_out, strict=True) for spec in (part if many else [part])
    ]
    total = 0
    for spec in flat:
        if spec is None:
            continue
        if spec.array or not D.is_static(spec.dims):
            return False
        total += int(D.numel(spec.dims))  # type: ignore[arg-type]
    return total <= _FOLD_LIMIT


def _bind_outputs(reader: Reader, scope: Scope, op: OpDesc, record: Op, results: Any) -> None:
    parts = [results] if len(record.outs) == 1 else list(results)
    unchanged = _unchanged(record, op)
    for name, many, part in zip(record.outs, record.many_out, parts, strict=True):
        names = [] if name in unchanged else slot(op, name, "outputs")
        values = part if many else [part]
        if names and len(names) != len(values):
            raise InvalidArgumentError(
                f"{reader.file}: op {op.type} names {len(names)} results in {name}, it has {len(values)}."
            )
        for variable, value in zip(names, values, strict=False):
            if value is not None:
                reader.set(scope, variable, value)


def _unchanged(record: Op, op: OpDesc) -> tuple[str, ...]:
    """Results that are variables of the file as they were: running statistics that an op leaves alone."""
    if record.type != "batch_norm":
        return ()
    attrs = _attributes(record, op)
    frozen = frozen_statistics(attrs["is_test"], attrs["use_global_stats"], attrs["trainable_statistics"])
    return ("MeanOut", "VarianceOut") if frozen else ()


_FRAME = re.compile(r'File "([^"]+)", line (\d+)')


def _mark_source(reader: Reader, op: OpDesc) -> None:
    """Gives the node the user's line when the file has it (ours do), else the file itself."""
    nodes = reader.capture.frame.block.nodes
    if not nodes:
        return
    stack = next((attr.strings for attr in op.attrs if attr.name == "op_callstack"), [])
    found = [match for line in stack for match in _FRAME.findall(line)]
    nodes[-1].source = (found[-1][0], int(found[-1][1])) if found else (reader.file, 0)
