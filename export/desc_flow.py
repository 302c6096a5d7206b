"""Which variables the blocks of a ProgramDesc read and write.

A block of the file sees the variables of the blocks around it and may assign to them; these are the questions one
has to ask to turn such assignments into values: what a block reads from outside, what it writes outside, and
whether a variable's value is still wanted after some op.
"""

from __future__ import annotations

from collections.abc import Iterator

from paddlelite.prune import EFFECTS

from .proto import AttrKind, OpDesc, ProgramDesc
from .wire import WireError

__all__ = ["Flow", "arguments", "slot"]


def slot(op: OpDesc, name: str, side: str = "inputs") -> list[str]:
    """The variables in a slot of an op; empty when the op has no such slot."""
    for var in getattr(op, side):
        if var.parameter == name:
            return var.arguments
    return []


def arguments(op: OpDesc, side: str) -> Iterator[str]:
    for var in getattr(op, side):
        yield from var.arguments


class Flow:
    """The blocks of a program as a tree, with what each reads and writes outside itself."""

    def __init__(self, desc: ProgramDesc) -> None:
        self.blocks = desc.blocks
        self._check_tree()
        self.local = [{var.name for var in block.vars} for block in self.blocks]
        self._reads: dict[int, set[str]] = {}
        self._writes: dict[int, list[str]] = {}

    def _check_tree(self) -> None:
        """Every inner block belongs to one op of its parent, so that walking inwards ends."""
        if not self.blocks:
            raise WireError("the program has no blocks")
        owned = set()
        for at, block in enumerate(self.blocks):
            if block.idx != at:
                raise WireError(f"block {at} calls itself {block.idx}")
            for op in block.ops:
                inner = _sub_block(op)
                if inner is None:
                    continue
                if not at < inner < len(self.blocks) or self.blocks[inner].parent_idx != at or inner in owned:
                    raise WireError(f"op {op.type} of block {at} has the block {inner}, which is not its own")
                owned.add(inner)

    def inner(self, op: OpDesc) -> int | None:
        """The block that an op runs."""
        return _sub_block(op)

    def reads(self, index: int) -> set[str]:
        """Variables of surrounding blocks that a block (or one inside it) reads."""
        if index not in self._reads:
            block = self.blocks[index]
            self._reads[index] = {
                name for op in block.ops for name in self.op_reads(op) if name not in self.local[index]
            }
        return self._reads[index]

    def acts(self, index: int) -> bool:
        """Whether a block (or one inside it) does something besides assigning variables."""
        inner = (_sub_block(op) for op in self.blocks[index].ops)
        return any(op.type in EFFECTS for op in self.blocks[index].ops) or any(
            self.acts(at) for at in inner if at is not None
        )

    def writes(self, index: int) -> list[str]:
        """Variables of surrounding blocks that a block (or one inside it) assigns, in order of appearance."""
        if index not in self._writes:
            names = dict.fromkeys(
                name
                for op in self.blocks[index].ops
                for name in self.op_writes(op)
                if name not in self.local[index]
            )
            self._writes[index] = list(names)
        return self._writes[index]

    def op_reads(self, op: OpDesc) -> set[str]:
        inner = _sub_block(op)
        if inner is None:
            return set(arguments(op, "inputs"))
        control = slot(op, "Cond") + slot(op, "Condition")
        return self.reads(inner) | set(control)

    def op_writes(self, op: OpDesc) -> list[str]:
        inner = _sub_block(op)
        return list(arguments(op, "outputs")) if inner is None else self.writes(inner)

    def wanted(self, index: int, start: int, name: str) -> bool:
        """Whether the value that `name` has before op `start` of a block may be read from there on."""
        for op in self.blocks[index].ops[start:]:
            if name in self.op_reads(op):
                return True
            if _sub_block(op) is None and name in self.op_writes(op):
                return False
        return name not in self.local[index]

    def carried_in(self, index: int, name: str) -> bool:
        """Whether an iteration of a loop's block reads the value `name` had at the end of the one before."""
        for op in self.blocks[index].ops:
            if name in self.op_reads(op):
                return True
            if _sub_block(op) is None and name in self.op_writes(op):
                return False
            if op.type != "while" and name in self.op_writes(op):
                return True  # assigned in one branch only: otherwise it keeps the value it had
        return False

    def owner(self, index: int, name: str) -> int | None:
        """The block, from `index` outwards, that declares `name`."""
        at: int | None = index
        while at is not None and at >= 0:
            if name in self.local[at]:
                return at
            at = self.blocks[at].parent_idx if at else None
        return None


def _sub_block(op: OpDesc) -> int | None:
    for attr in op.attrs:
        if attr.type == AttrKind.BLOCK:
            return attr.block_idx
    return None
