"""paddle.summary: a table of a network's layers, shapes and parameters."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from ..autograd import no_grad
from ..dtypes import dtype_of
from ..errors import InvalidArgumentError, InvalidTypeError
from ..framework.execution import in_dynamic_mode
from ..nn.layer.state import evaluating
from ..tensor.tensor import Tensor, _wrap_array

__all__ = ["summary"]

_MEGABYTE = 1024.0**2


def summary(net: Any, input_size: Any = None, dtypes: Any = None, input: Any = None) -> dict[str, int]:
    """Print a table of the layers of ``net`` and return ``{"total_params": ..., "trainable_params": ...}``.

    ``input_size``: a shape, an InputSpec, or a list of them; an unknown first size is 1. ``dtypes``: one for all
    inputs or one each. ``input``: tensors (or a dict of them) to call the network with instead.

    Raises InvalidArgumentError without either, or for a size of 0.

    >>> import paddlelite as paddle
    >>> _ = paddle.summary(paddle.nn.Linear(3, 2), (4, 3))  # doctest: +ELLIPSIS
    ---------------------------------------------------------------------------
     Layer (type)       Input Shape          Output Shape         Param #
    ===========================================================================
    ...
    Total params: 8
    ...
    """
    from ..nn.layer.layers import Layer

    if not isinstance(net, Layer):
        raise InvalidTypeError(f"summary() needs a Layer, got {type(net).__name__}")
    if input is None and input_size is None:
        raise InvalidArgumentError("input_size and input cannot be None at the same time")
    inputs = _given(input) if input is not None else _made(input_size, dtypes)
    if in_dynamic_mode():
        rows = _rows(net, inputs)
    else:
        from ..static import Program, program_guard

        with program_guard(Program(), Program()):  # which nobody will run
            rows = _rows(net, [_declared(x, i) for i, x in enumerate(inputs)])
    print(_table(rows, inputs))  # noqa: T201 (printing is what it is for)
    return {
        "total_params": sum(row["params"] for row in rows.values()),
        "trainable_params": sum(row["trainable"] for row in rows.values()),
    }


def _given(input: Any) -> list[Any]:
    return list(input) if isinstance(input, (list, tuple)) else [input]


def _made(input_size: Any, dtypes: Any) -> list[Any]:
    """Tensors of the asked shapes and dtypes."""
    if isinstance(input_size, (list, tuple)) and input_size and not all(_is_size(s) for s in input_size):
        specs = list(input_size)
    else:
        specs = [input_size]
    kinds = [dtypes] * len(specs) if isinstance(dtypes, str) or dtypes is None else list(dtypes)
    if len(kinds) != len(specs):
        raise InvalidArgumentError(f"{len(specs)} inputs but {len(kinds)} dtypes")
    return [_tensor(spec, kind) for spec, kind in zip(specs, kinds, strict=True)]


def _declared(x: Tensor, number: int) -> Tensor:
    from ..static import data

    return data(f"input_{number}", [s if isinstance(s, int) else 1 for s in x.dims], x.dtype)


def _is_size(s: Any) -> bool:
    return s is None or isinstance(s, (int, np.integer))


def _tensor(spec: Any, kind: Any) -> Tensor:
    shape = (
        spec
        if isinstance(spec, (list, tuple))
        else (spec,)
        if _is_size(spec)
        else getattr(spec, "shape", None)
    )
    if shape is None or not all(_is_size(s) for s in shape):
        raise InvalidTypeError(f"Expected input size (of int, tuple or InputSpec), but got {spec!r}")
    sizes = [1 if s is None or s == -1 else int(s) for s in shape]
    for s in sizes:
        if s <= 0:
            raise InvalidArgumentError(f"Expected element in input size greater than zero, but got {s}")
    dtype = dtype_of(kind or getattr(spec, "dtype", None) or "float32")
    # Numbers of its own: the user's random numbers are the same with and without a summary.
    numbers = np.random.default_rng(0).random(sizes)
    return _wrap_array(np.asarray(numbers, dtype=dtype.np))


def _rows(net: Any, inputs: list[Any]) -> dict[str, dict[str, Any]]:
    """What a run of the network shows of each layer, by layer name, in the order the layers finish."""
    from ..jit.function import switched_off

    rows: dict[str, dict[str, Any]] = {}
    handles = [
        layer.register_forward_post_hook(lambda layer, given, out: _note(rows, layer, given, out))
        for layer in net.sublayers(include_self=True)
        if _has_row(layer, net)
    ]
    try:
        with switched_off(), evaluating(net), no_grad():
            net(*inputs)
    finally:
        for handle in handles:
            handle.remove()
    return rows


def _has_row(layer: Any, net: Any) -> bool:
    """Containers have none, nor has a network that is made of others."""
    from ..nn.layer.container import LayerList, Sequential
    from ..nn.layer.rnn import _RNNBase

    if isinstance(layer, _RNNBase):
        return True
    return not isinstance(layer, (Sequential, LayerList)) and not (layer is net and layer._sub_layers)


def _note(rows: dict[str, dict[str, Any]], layer: Any, given: Any, out: Any) -> None:
    number = layer.full_name().rsplit("_", 1)[-1]
    index = int(number) + 1 if number.isdigit() else len(rows) + 1
    own = [p for p in layer._parameters.values() if p is not None]
    rows[f"{type(layer).__name__}-{index}"] = {
        "input": _shapes(list(given)),
        "output": _shapes(out),
        "params": sum(p.size for p in own),
        "trainable": sum(p.size for p in own if not p.stop_gradient),
    }


def _shapes(value: Any) -> Any:
    """The shapes of tensors, nested as they are."""
    if isinstance(value, (list, tuple)):
        return [_shapes(v) for v in value]
    if isinstance(value, dict):
        return [_shapes(v) for v in value.values()]
    return list(value.dims) if isinstance(value, Tensor) else []


def _numbers(shapes: Any) -> int:
    """How many numbers tensors of these shapes hold."""
    if isinstance(shapes, list) and any(isinstance(s, list) for s in shapes):
        return sum(_numbers(s) for s in shapes)
    return prod(shapes)


def _table(rows: dict[str, dict[str, Any]], inputs: Sequence[Any]) -> str:
    cells = [(name, str(r["input"]), str(r["output"]), f"{r['params']:,}") for name, r in rows.items()]
    heads = ("Layer (type)", "Input Shape", "Output Shape", "Param #")
    widths = [max([low, *(len(c[i]) for c in cells)]) for i, low in enumerate((15, 20, 20, 15))]
    width = sum(widths) + 5
    line = lambda texts: " ".join(f"{t:^{w}}" for t, w in zip(texts, widths, strict=True))
    total = sum(r["params"] for r in rows.values())
    trainable = sum(r["trainable"] for r in rows.values())
    # As PaddlePaddle counts: float32 throughout, results once forward and once backward.
    size_in = _numbers(_shapes(list(inputs))) * 4.0 / _MEGABYTE
    size_out = 2.0 * sum(_numbers(r["output"]) for r in rows.values()) * 4.0 / _MEGABYTE
    size_params = total * 4.0 / _MEGABYTE
    thin, thick = "-" * width, "=" * width
    return "\n".join(
        [
            thin,
            line(heads),
            thick,
            *map(line, cells),
            thick,
            f"Total params: {total:,}",
            f"Trainable params: {trainable:,}",
            f"Non-trainable params: {total - trainable:,}",
            thin,
            f"Input size (MB): {size_in:0.2f}",
            f"Forward/backward pass size (MB): {size_out:0.2f}",
            f"Params size (MB): {size_params:0.2f}",
            f"Estimated Total Size (MB): {size_params + size_out + size_in:0.2f}",
            thin,
            "",
        ]
    )
