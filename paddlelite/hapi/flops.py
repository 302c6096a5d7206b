"""paddle.flops: how many operations a network takes, layer by layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

from .. import nn
from ..autograd import no_grad
from ..errors import InvalidTypeError
from ..nn.layer.state import evaluating
from ..tensor.creation import zeros
from ..tensor.random import randn

__all__ = ["flops"]

Count = Callable[[Any, Any, Any], Any]

_HEADS = ("Layer Name", "Input Shape", "Output Shape", "Params", "Flops")


def flops(
    net: Any,
    input_size: Sequence[int],
    custom_ops: dict[type, Count] | None = None,
    print_detail: bool = False,
) -> int:
    """Print and return how many multiplications (of Linear, convolutions) and other operations a network takes.

    Args:
        net: a layer.
        input_size: the shape of its input, with a batch of 1.
        custom_ops: for a class of layers a function of the layer, its inputs (a tuple) and its output, which adds to
            ``layer.total_ops``.
        print_detail: print a table, a line a layer.

    Layers that are not known count as zero. Raises InvalidTypeError for what is no layer.

    >>> import paddlelite as paddle
    >>> paddle.flops(paddle.nn.Sequential(paddle.nn.Linear(3, 2)), [1, 3])
    <class 'paddle.nn.layer.common.Linear'>'s flops has been counted
    Total Flops: 6     Total Params: 8
    6
    """
    from ..jit.function import switched_off

    if not isinstance(net, nn.Layer):
        raise InvalidTypeError(
            f"Your model must be an instance of paddle.nn.Layer, but is {type(net).__name__}."
        )
    leaves = [layer for layer in net.sublayers(include_self=True) if not list(layer.children())]
    rules = _rules(leaves, custom_ops or {})
    rows: dict[int, tuple[Any, ...]] = {}
    handles = [_watch(layer, rules[type(layer)], rows) for layer in leaves]
    try:
        with switched_off(), evaluating(net), no_grad():
            net(randn(list(input_size)))
    finally:
        for handle in handles:
            handle.remove()
        for layer in leaves:
            layer._buffers.pop("total_ops", None)
    shown = [rows[id(layer)] for layer in leaves if id(layer) in rows]
    if print_detail:
        print(_table(shown))  # noqa: T201 (printing is what it is for)
    total = sum(row[4] for row in shown)
    print(f"Total Flops: {total}     Total Params: {sum(row[3] for row in shown)}")  # noqa: T201
    return total


def _rules(leaves: list[Any], custom: dict[type, Count]) -> dict[type, Count | None]:
    rules: dict[type, Count | None] = {}
    for kind in (type(layer) for layer in leaves):
        if kind in rules:
            continue
        rules[kind] = custom.get(kind, _KNOWN.get(kind))
        name = repr(kind).replace("'paddlelite.", "'paddle.")
        if kind in custom:
            said = f"Customize Function has been applied to {name}"
        elif kind in _KNOWN:
            said = f"{name}'s flops has been counted"
        else:
            said = f"Cannot find suitable count function for {name}. Treat it as zero FLOPs."
        print(said)  # noqa: T201
    return rules


def _watch(layer: Any, rule: Count | None, rows: dict[int, tuple[Any, ...]]) -> Any:
    layer.register_buffer("total_ops", zeros([1], dtype="int64"), persistable=False)

    def note(layer: Any, inputs: Any, output: Any) -> None:
        if rule is not None:
            rule(layer, inputs, output)
        first = output[0] if isinstance(output, (list, tuple)) else output
        parameters = sum(int(each.size) for each in layer.parameters())
        count = int(layer.total_ops.sum())
        rows[id(layer)] = (layer.full_name(), list(inputs[0].shape), list(first.shape), parameters, count)

    return layer.register_forward_post_hook(note)


def _table(rows: list[tuple[Any, ...]]) -> str:
    cells = [_HEADS, *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) + 2 for column in range(len(_HEADS))]
    rule = "+" + "+".join("-" * width for width in widths) + "+"
    line = lambda row: "|" + "|".join(cell.center(width) for cell, width in zip(row, widths)) + "|"
    return "\n".join([rule, line(_HEADS), rule, *map(line, cells[1:]), rule])


def _convolution(layer: Any, inputs: Any, output: Any) -> None:
    kernel = prod(layer.weight.shape[2:])
    bias = 0 if layer.bias is None else 1
    layer.total_ops += int(output.size * (inputs[0].shape[1] / layer._groups * kernel + bias))


def _linear(layer: Any, inputs: Any, output: Any) -> None:
    layer.total_ops += int(layer.weight.shape[0] * output.size)


def _batch_norm(layer: Any, inputs: Any, output: Any) -> None:
    layer.total_ops += 2 * int(inputs[0].size)


def _one_each(layer: Any, inputs: Any, output: Any) -> None:
    layer.total_ops += int(output.size)


def _adaptive_average(layer: Any, inputs: Any, output: Any) -> None:
    kernel = prod(size // target for size, target in zip(inputs[0].shape[2:], output.shape[2:]))
    layer.total_ops += int((kernel + 1) * output.size)


def _nothing(layer: Any, inputs: Any, output: Any) -> None:
    """Free of charge."""


_KNOWN: dict[type, Count] = {
    **dict.fromkeys((nn.Conv1D, nn.Conv2D, nn.Conv3D), _convolution),
    **dict.fromkeys((nn.Conv1DTranspose, nn.Conv2DTranspose, nn.Conv3DTranspose), _convolution),
    **dict.fromkeys((nn.BatchNorm2D, nn.BatchNorm), _batch_norm),
    **dict.fromkeys((nn.ReLU, nn.ReLU6, nn.Dropout), _nothing),
    **dict.fromkeys((nn.LeakyReLU, nn.AvgPool1D, nn.AvgPool2D, nn.AvgPool3D), _one_each),
    **dict.fromkeys((nn.AdaptiveAvgPool1D, nn.AdaptiveAvgPool2D, nn.AdaptiveAvgPool3D), _adaptive_average),
    nn.Linear: _linear,
}
