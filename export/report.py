"""What an export did: one object, printable, and as Markdown or JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from ..errors import UnimplementedError
from ..ir import Node
from .lower import Problem, source_label

__all__ = ["ExportError", "Report", "dropped", "refusal"]


class ExportError(UnimplementedError):
    """A program that has no ONNX form as asked for. ``problems`` holds all reasons, each with the user's
    line.
    """

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = list(problems)


def refusal(problems: Sequence[Problem], opset: int) -> ExportError:
    """One error for everything that could not be lowered: a line for each place, equal ones counted."""
    counted: dict[str, int] = {}
    for p in problems:
        counted[str(p)] = counted.get(str(p), 0) + 1
    lines = [f"{len(problems)} of the program's calls can not be exported to ONNX opset {opset}:"]
    lines += [f"  {text}" + (f" ({n} times)" if n > 1 else "") for text, n in counted.items()]
    newer = [p.needs for p in problems]
    if newer and all(newer):
        lines.append(f"Export with opset={max(newer)} or later.")
    elif any(p.node.op.random for p in problems):
        lines.append(
            "Random ops have no reproducible ONNX form: call eval() on the layer before exporting it."
        )
    else:
        lines.append("Write these calls with other functions, or keep them outside of the exported part.")
    return ExportError("\n".join(lines), problems)


def dropped(node: Node) -> str:
    """A print or check for which ONNX has no operator: what it is, and where."""
    return f"{'print' if node.type == 'print_message' else node.type} at {source_label(node.source)}"


@dataclass
class Report:
    """What was exported and how well it was checked. Sizes are written as in the model; seconds per stage."""

    path: str
    opset: int
    inputs: dict[str, str]
    outputs: dict[str, str]
    #: How often each op occurs in the program, and each operator in the model.
    ops: dict[str, int]
    onnx_ops: dict[str, int]
    parameters: int
    bytes: int
    seconds: dict[str, float] = field(default_factory=dict)
    #: Largest difference from eager over all samples, and how many there were; None when it was not verified.
    difference: float | None = None
    samples: int = 0
    #: What a file goes without, prints and checks, each with the user's line.
    dropped: list[str] = field(default_factory=list)

    def to_json(self) -> str:
        """The report as JSON."""
        return json.dumps(asdict(self), indent=2)

    def to_markdown(self) -> str:
        """The report as Markdown."""
        lines = [
            f"# {self.path}",
            "",
            f"ONNX opset {self.opset}, {self.bytes:,} bytes, {self.parameters:,} parameters",
        ]
        for title, values in (("Inputs", self.inputs), ("Outputs", self.outputs)):
            lines += ["", f"## {title}", "", *(f"- `{name}`: {kind}" for name, kind in values.items())]
        lines += ["", "## Ops", "", "| program | n | model | n |", "|---|---|---|---|"]
        left, right = list(self.ops.items()), list(self.onnx_ops.items())
        for i in range(max(len(left), len(right))):
            a, b = (side[i] if i < len(side) else ("", "") for side in (left, right))
            lines.append(f"| {a[0]} | {a[1]} | {b[0]} | {b[1]} |")
        if self.dropped:
            lines += ["", "## Left out", "", *(f"- {text}" for text in self.dropped)]
        return "\n".join([*lines, "", self._compared(), ""])

    def _checked(self) -> str:
        left_out = f" Left out: {', '.join(self.dropped)}." if self.dropped else ""
        return self._compared() + left_out

    def _compared(self) -> str:
        if self.difference is None:
            return "Not compared with eager."
        return f"Compared with eager on {self.samples} samples: largest difference {self.difference:.2e}."

    def __str__(self) -> str:
        nodes = sum(self.onnx_ops.values())
        return (
            f"{self.path}: opset {self.opset}, {nodes} nodes, {self.bytes:,} bytes, "
            f"{', '.join(f'{k} {v}' for k, v in self.inputs.items())} -> "
            f"{', '.join(f'{k} {v}' for k, v in self.outputs.items())}. {self._checked()}"
        )
