"""What static programs use besides layers: accuracy, printing, places."""

from __future__ import annotations

import itertools
import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..autograd import no_grad
from ..dtypes import int64
from ..errors import InvalidTypeError, PreconditionNotMetError, UnimplementedError
from ..framework import unique_name
from ..metric import accuracy
from ..mode import mode
from ..nn.initializer import Constant
from ..ops.check import print_op
from ..place import CPUPlace, warn_cpu_only
from ..tensor.creation import full
from ..tensor.pairs import maximum
from ..tensor.scattering import scatter_nd_add
from ..tensor.tensor import Tensor
from .building import Builder
from .variables import GlobalVariable, declare, set_program_state

__all__ = [
    "Print",
    "accuracy",
    "auc",
    "cpu_places",
    "cuda_places",
    "set_program_state",
    "xpu_places",
]


def cpu_places(device_count: int | None = None) -> list[CPUPlace]:
    """As many CPU places as asked for; else as the environment's CPU_NUM says, or one."""
    count = int(os.environ.get("CPU_NUM", "1")) if device_count is None else device_count
    return [CPUPlace() for _ in range(count)]


def cuda_places(device_ids: Sequence[int] | None = None) -> list[CPUPlace]:
    """The CPU: accepted, with one warning."""
    warn_cpu_only("cuda_places()")
    return [CPUPlace()]


def xpu_places(device_ids: Sequence[int] | None = None) -> list[CPUPlace]:
    """The CPU: accepted, with one warning."""
    warn_cpu_only("xpu_places()")
    return [CPUPlace()]


def auc(
    input: Tensor,
    label: Tensor,
    curve: str = "ROC",
    num_thresholds: int = 4095,
    topk: int = 1,
    slide_steps: int = 1,
    ins_tag_weight: Any = None,
) -> tuple[Tensor, Tensor, list[Any]]:
    """The area under the ROC curve: of all runs so far, of this batch, and the counts they come from.

    Args:
        input: [rows, 2], the chances of the classes 0 and 1.
        label: [rows, 1], integers.
        num_thresholds: chances are counted in so many bins and one.

    Returns two 0-D float64 tensors and the counts: this batch's positive and negative ones, and all runs'.

    Raises UnimplementedError for another curve, more slide steps or weights, PreconditionNotMetError outside static
    mode.
    """
    if curve != "ROC" or slide_steps != 1 or ins_tag_weight is not None:
        raise UnimplementedError(
            "auc() with curve='PR', slide_steps or ins_tag_weight: use paddle.metric.Auc"
        )
    builder = mode.capture
    if not isinstance(builder, Builder):
        raise PreconditionNotMetError(
            "auc() needs paddle.enable_static(); use paddle.metric.Auc in dynamic mode"
        )
    with no_grad():
        bins = (input[:, 1] * num_thresholds).astype("int64").unsqueeze(-1)
        positive = label.astype("int64").reshape([-1])
        empty = full([num_thresholds + 1], 0, "int64")
        batch = [scatter_nd_add(empty, bins, part) for part in (positive, 1 - positive)]
        owner = unique_name.generate("auc")
        totals = []
        for kind, counts in zip(("pos", "neg"), batch):
            total = GlobalVariable([num_thresholds + 1], int64, f"{owner}.stat_{kind}")
            total = declare(builder, total, Constant(0.0))
            builder.write(total, builder.read(total) + counts)
            totals.append(total)
        areas = [_area(*counts) for counts in ([builder.read(t) for t in totals], batch)]
    return areas[0], areas[1], [*batch, *totals]


def _area(positive: Tensor, negative: Tensor) -> Tensor:
    """Of trapezoids between the thresholds, from the highest down; 0 where one class is missing."""
    up, across = (counts.flip([0]).astype("float64") for counts in (positive, negative))
    height = up.cumsum(0) - up / 2
    whole = up.sum() * across.sum()
    return (across * height).sum() / maximum(whole, full([], 1.0, "float64"))


def Print(
    input: Tensor,
    first_n: int = -1,
    message: str | None = None,
    summarize: int = 20,
    print_tensor_name: bool = True,
    print_tensor_type: bool = True,
    print_tensor_shape: bool = True,
    print_tensor_layout: bool = True,
    print_tensor_lod: bool = True,
    print_phase: str = "both",
) -> Tensor:
    """Print a tensor whenever the program runs; returns it.

    Args:
        first_n: only so many times, always when negative.
        message: printed before the values.
        summarize: how many numbers, all when negative.
        print_phase: "forward", "backward" or "both"; the backward phase prints nothing here.

    Raises InvalidTypeError when ``input`` is no tensor.

    >>> import paddlelite as paddle
    >>> x = paddle.static.Print(paddle.ones([2]), message="ones", print_tensor_name=False)
      - message: ones
      - lod: {}
      - place: Place(cpu)
      - shape: [2]
      - layout: NCHW
      - dtype: float32
      - data: [1 1]
    """
    if not isinstance(input, Tensor):
        raise InvalidTypeError(f"The type of 'input' in Print must be Variable, but received {type(input)}.")
    times, name = itertools.count(), input.name

    def text(data: Sequence[np.ndarray]) -> tuple[list[str], dict[str, Any]]:
        (array,) = data
        if 0 <= first_n <= next(times):
            return [], {"end": ""}
        numbers = array.reshape(-1)[: None if summarize < 0 else summarize]
        more = "" if len(numbers) == array.size else "..."
        lines = [
            (print_tensor_name, f"Variable: {name}"),
            (message is not None, f"  - message: {message}"),
            (print_tensor_lod, "  - lod: {}"),
            (True, "  - place: Place(cpu)"),
            (print_tensor_shape, f"  - shape: {list(array.shape)}"),
            (print_tensor_layout, "  - layout: NCHW"),
            (print_tensor_type, f"  - dtype: {array.dtype}"),
            (True, f"  - data: [{' '.join(f'{n:g}' for n in numbers.tolist())}{more}]"),
        ]
        return ["\n".join(line for shown, line in lines if shown)], {}

    if mode.capture is None:
        print_op.kernel([input._data], message=text)  # type: ignore[misc]
    else:
        print_op([input], message=text)
    return input
