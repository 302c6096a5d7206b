"""The file's control flow -> cond and while_loop.

- `conditional_block` assigns variables of the blocks around it when its condition holds. It is not turned into
  anything at once: the variables become `Later`. Usually a second one for the other side and `select_input` ops
  follow, and all of them together are one `cond`; a `Later` that is read in any other way becomes a `cond` that
  keeps the earlier value.
- `while` assigns its loop variables in place. Those that the next iteration or what follows reads are carried.
- A variable that a path leaves undefined (a magic number in the file) becomes zeros of the declared type: it has to
  have the right type, nothing may depend on its value.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from paddlelite.errors import InvalidArgumentError, PaddleError
from paddlelite.op import Spec
from paddlelite.ops.array import create_array
from paddlelite.ops.control import build_loop, cond
from paddlelite.ops.creation import fill_constant
from paddlelite.tensor.tensor import Tensor

from .desc_flow import slot
from .program_reader import Later, Reader, Scope, Undefined, apply
from .proto import OpDesc

__all__ = ["HANDLERS", "Branch", "act", "has_prior", "settle"]


class Branch:
    """A conditional block: its condition, its block, and the variables as they were when it stood there."""

    def __init__(self, pred: Tensor, index: int, values: dict[str, Any], op: OpDesc) -> None:
        self.pred, self.index, self.values, self.op = pred, index, values, op
        self.ran = False

    def run(self, reader: Reader) -> Scope:
        self.ran = True
        scope = Scope(self.index, dict(self.values))
        reader.run(scope)
        return scope


def _block(reader: Reader, op: OpDesc) -> int:
    index = reader.flow.inner(op)
    if index is None:
        raise InvalidArgumentError(f"{reader.file}: op {op.type} has no sub_block.")
    return index


def _one(reader: Reader, op: OpDesc, name: str, side: str = "inputs") -> str:
    names = slot(op, name, side)
    if len(names) != 1:
        raise InvalidArgumentError(
            f"{reader.file}: op {op.type} has {len(names)} variables in {name}, not one."
        )
    return names[0]


def _enter(reader: Reader, scope: Scope, index: int, pred: Tensor | None = None) -> None:
    """Settles what an inner block reads, so that it is not computed once more inside."""
    for name in sorted(reader.flow.reads(index)):
        value = scope.values.get(name)
        if not isinstance(value, Later) or not has_prior(reader, value):
            continue
        if pred is None or not _opposite(reader, value.branch.pred, pred):
            settle(reader, scope, value.branch)


def has_prior(reader: Reader, later: Later) -> bool:
    """Whether a variable has a value also where the conditional block did not run."""
    prior = later.prior
    if isinstance(prior, Later):
        return _opposite(reader, prior.branch.pred, later.branch.pred) or has_prior(reader, prior)
    return prior is not None


# ------------------------------------------------------------------------------------------------ branches


def _feed(reader: Reader, scope: Scope, op: OpDesc, at: int) -> int:
    return at + 1


def _fetch(reader: Reader, scope: Scope, op: OpDesc, at: int) -> int:
    name = _one(reader, op, "X")
    reader.fetched[name] = reader.get(scope, name, op)
    return at + 1


def _conditional_block(reader: Reader, scope: Scope, op: OpDesc, at: int) -> int:
    index = _block(reader, op)
    pred = reader.get(scope, _one(reader, op, "Cond"), op)
    _enter(reader, scope, index, pred)
    branch = Branch(pred, index, _without_opposite(reader, scope, pred), op)
    for name in reader.flow.writes(index):
        scope.values[name] = Later(branch, name, reader.lookup(scope, name))
    if reader.flow.acts(index):
        scope.acting.append(branch)
    return at + 1


def act(reader: Reader, scope: Scope) -> None:
    """Runs the conditional blocks that do something though nobody reads what they assign."""
    for branch in scope.acting:
        if not branch.ran:
            _act(reader, branch)


def _act(reader: Reader, branch: Branch) -> None:
    def taken() -> list[Tensor]:
        branch.run(reader)
        return []

    _guard(reader, branch.op, lambda: cond(branch.pred, taken, list))


def _without_opposite(reader: Reader, scope: Scope, pred: Tensor) -> dict[str, Any]:
    """The variables as a block under `pred` sees them: the block of the opposite condition has not run."""
    values = {}
    for name, value in scope.values.items():
        while isinstance(value, Later) and _opposite(reader, value.branch.pred, pred):
            value = value.prior
        if value is not None:
            values[name] = value
    return values


def _opposite(reader: Reader, a: Tensor, b: Tensor) -> bool:
    return _is_not(reader, a, b) or _is_not(reader, b, a)


def _is_not(reader: Reader, a: Tensor, b: Tensor) -> bool:
    made_by, source = reader.origin.get(a, ("", a))
    return made_by == "logical_not" and source is b


def settle(reader: Reader, scope: Scope, branch: Branch) -> None:
    """Makes a cond of one conditional block: its results where the condition holds, the earlier values otherwise."""
    # What has no earlier value stays as it is: a select_input may still choose it.
    names = [
        n
        for n, v in scope.values.items()
        if isinstance(v, Later) and v.branch is branch and has_prior(reader, v)
    ]
    for name in names:
        earlier = scope.values[name].prior
        if isinstance(earlier, Later) and not _opposite(reader, earlier.branch.pred, branch.pred):
            scope.values[name] = earlier
            settle(reader, scope, earlier.branch)
            scope.values[name] = Later(branch, name, scope.values[name])

    def taken() -> list[Tensor]:
        inner = branch.run(reader)
        return [_value(reader, inner, inner.values.get(name), name, branch.op) for name in names]

    def skipped() -> list[Tensor]:
        ran: dict[Branch, Scope] = {}
        results = []
        for name in names:
            value, inner = scope.values[name].prior, scope
            if isinstance(value, Later):  # the block of the opposite condition: it is what ran
                if value.branch not in ran:
                    ran[value.branch] = value.branch.run(reader)
                inner = ran[value.branch]
                value = inner.values.get(name)
            results.append(_value(reader, inner, value, name, branch.op))
        return results

    results = _guard(reader, branch.op, lambda: cond(branch.pred, taken, skipped))
    for name, value in zip(names, results, strict=True):
        reader.set(scope, name, value)


def _value(reader: Reader, scope: Scope, value: Any, name: str, op: OpDesc) -> Tensor:
    """A tensor for a variable's value; the placeholder of its declared type when it is undefined."""
    if isinstance(value, Later):
        return reader.get(scope, value.name, op)
    if isinstance(value, Undefined):
        spec = reader.declared_spec(scope.index, name)
        return value.tensor if spec is None else _placeholder(reader, spec)
    if value is None:
        raise InvalidArgumentError(f"{reader.file}: op {op.type} gives the variable '{name}' no value.")
    return value


def _placeholder(reader: Reader, spec: Spec) -> Tensor:
    if spec.array:
        return create_array(spec.dtype)
    sizes = [dim if isinstance(dim, int) else 1 for dim in spec.dims]
    attrs = fill_constant.full_attrs({"shape": sizes, "dtype": spec.dtype})
    return apply(reader.capture, fill_constant, [None, None, None], attrs)


def _guard(reader: Reader, op: OpDesc, build: Callable[[], list[Tensor]]) -> list[Tensor]:
    try:
        return build()
    except PaddleError as error:
        if reader.file in str(error):
            raise
        raise InvalidArgumentError(f"{reader.file}: op {op.type}: {error}") from error


def _select_input(reader: Reader, scope: Scope, op: OpDesc, at: int) -> int:
    """All select_inputs that follow each other with one mask, and the conditional blocks they select from."""
    mask_name = _one(reader, op, "Mask")
    ops = reader.desc.blocks[scope.index].ops
    end = at
    while end < len(ops) and ops[end].type == "select_input" and slot(ops[end], "Mask") == [mask_name]:
        end += 1
    selects = ops[at:end]
    mask = reader.get(scope, mask_name, op)
    made_by, source = reader.origin.get(mask, ("", mask))
    pred = source if made_by == "cast" else mask
    sides = _Sides(reader, scope, pred, known=made_by == "cast")
    for select in selects:
        names = slot(select, "X")
        if len(names) != 2:
            raise InvalidArgumentError(
                f"{reader.file}: select_input chooses from {len(names)} variables, not two."
            )
        sides.add(names, _one(reader, select, "Out", "outputs"), select)
    outs = [_one(reader, select, "Out", "outputs") for select in selects]
    also = sides.add_updated(end, set(outs))
    results = _guard(reader, op, lambda: cond(pred, lambda: sides.run(True), lambda: sides.run(False)))
    for name, value in zip([*outs, *also], results, strict=True):
        reader.set(scope, name, value)
    return end


class _Sides:
    """The two sides of a group of select_inputs."""

    def __init__(self, reader: Reader, scope: Scope, pred: Tensor, known: bool) -> None:
        self.reader, self.scope, self.pred, self.known = reader, scope, pred, known
        self.items: dict[bool, list[tuple[Any, str, OpDesc]]] = {False: [], True: []}

    def add(self, names: list[str], out: str, op: OpDesc) -> None:
        for side, name in zip((False, True), names, strict=True):
            if name not in self.scope.values:
                raise InvalidArgumentError(
                    f"{self.reader.file}: select_input reads '{name}', which has no value."
                )
            value = self.scope.values[name]
            if (
                isinstance(value, Later)
                and self.side_of(value.branch) is None
                and has_prior(self.reader, value)
            ):
                value = self.reader.get(self.scope, name, op)
            # The declared type of the selected variable is the one an undefined side has to have.
            self.items[side].append((value, out if isinstance(value, Undefined) else name, op))

    def add_updated(self, start: int, outs: set[str]) -> list[str]:
        """Variables that the conditional blocks assigned besides, if they are read from op `start` on."""
        found = []
        for name, value in list(self.scope.values.items()):
            if not isinstance(value, Later) or name in outs or not has_prior(self.reader, value):
                continue
            if self.side_of(value.branch) is None or not self.reader.flow.wanted(
                self.scope.index, start, name
            ):
                continue
            for side in (False, True):
                self.items[side].append((value, name, value.branch.op))
            found.append(name)
        return found

    def side_of(self, branch: Branch) -> bool | None:
        """Which side a conditional block belongs to, None when that cannot be told."""
        if not self.known:
            return None
        if branch.pred is self.pred:
            return True
        return False if _opposite(self.reader, branch.pred, self.pred) else None

    def run(self, side: bool) -> list[Tensor]:
        ran: dict[Branch, Scope] = {}
        results = []
        for item, name, op in self.items[side]:
            value: Any = item
            while isinstance(value, Later) and self.side_of(value.branch) is (not side):
                value = value.prior
            if isinstance(value, Later):
                branch = value.branch
                if branch not in ran:
                    ran[branch] = branch.run(self.reader)
                inner = ran[branch]
                results.append(_value(self.reader, inner, inner.values.get(value.name), value.name, op))
            else:
                results.append(_value(self.reader, self.scope, value, name, op))
        return results


# --------------------------------------------------------------------------------------------------- loops


def _while(reader: Reader, scope: Scope, op: OpDesc, at: int) -> int:
    index = _block(reader, op)
    flow = reader.flow
    condition = _one(reader, op, "Condition")
    _enter(reader, scope, index)
    written = [name for name in flow.writes(index) if name != condition]
    carried = [
        name for name in written if flow.carried_in(index, name) or flow.wanted(scope.index, at + 1, name)
    ]
    start = {name: _initial(reader, scope, index, name, op) for name in (condition, *carried)}
    # The body may read an array that only it fills: what will be in there, the file says.
    empty = [name for name, value in start.items() if getattr(value, "array", "") == "empty"]
    names = [*empty, *(name for name in start if name not in empty)]

    known = [spec for name in empty if (spec := reader.declared_spec(scope.index, name))]

    def test(*values: Tensor) -> Tensor:
        return values[names.index(condition)]

    def body(*values: Tensor) -> list[Tensor]:
        inner = Scope(index, dict(scope.values))
        inner.values.update(zip(names, values, strict=True))
        reader.run(inner)
        return [_value(reader, inner, inner.values.get(name), name, op) for name in names]

    results = _guard(
        reader,
        op,
        lambda: build_loop(reader.capture, test, body, [start[name] for name in names], 0, known),
    )
    for name, value in zip(names, results, strict=True):
        reader.set(scope, name, value)
    for name in written:
        if name not in carried:
            scope.values.pop(name, None)
    return at + 1


def _initial(reader: Reader, scope: Scope, index: int, name: str, op: OpDesc) -> Tensor:
    """What a loop variable is before the loop."""
    value = reader.lookup(scope, name)
    if isinstance(value, Later) and has_prior(reader, value):
        return reader.get(scope, name, op)
    if value is not None and not isinstance(value, (Undefined, Later)):
        return value
    spec = reader.declared_spec(scope.index, name)
    if value is None and spec is not None and not spec.array and reader.flow.carried_in(index, name):
        raise InvalidArgumentError(f"{reader.file}: the loop variable '{name}' has no value before the loop.")
    if spec is None:
        raise InvalidArgumentError(f"{reader.file}: the loop variable '{name}' is not declared.")
    return _placeholder(reader, spec)


HANDLERS: dict[str, Callable[[Reader, Scope, OpDesc, int], int]] = {
    "feed": _feed,
    "fetch": _fetch,
    "conditional_block": _conditional_block,
    "select_input": _select_input,
    "while": _while,
}
