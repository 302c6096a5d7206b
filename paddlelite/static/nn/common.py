"""Layers as functions: each call makes new parameters, named after the layer's kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...dims import numel
from ...errors import InvalidArgumentError, InvalidTypeError
from ...framework import unique_name
from ...ir import Value
from ...nn import functional as F
from ...nn.parameter import make_parameter
from ...tensor.manipulation import reshape
from ...tensor.tensor import Tensor

__all__ = ["activated", "channels_of", "fc", "known", "require_variable"]


def require_variable(what: str, x: Any) -> Value:
    """``x`` if it is a static Variable. Raises InvalidTypeError."""
    if not isinstance(x, Value):
        raise InvalidTypeError(
            f"The type of 'input' in {what} must be Variable, but received {type(x)}: static.nn is for static mode "
            "(paddle.enable_static())"
        )
    return x


def known(what: str, size: Any) -> int:
    """A size that a parameter's shape depends on. Raises InvalidArgumentError when it is not a number."""
    if not isinstance(size, int):
        raise InvalidArgumentError(f"{what}: the size that its parameters depend on must be known, but is -1")
    return size


def channels_of(what: str, x: Value, data_format: str) -> int:
    """How many channels ``x`` has. Raises InvalidArgumentError when that is not known."""
    return known(what, x.dims[1 if data_format.startswith("NC") else -1])


def activated(x: Tensor, activation: str | None) -> Tensor:
    """``x`` after the activation of this name. Raises InvalidArgumentError for an unknown one."""
    if activation is None:
        return x
    function = getattr(F, activation, None) if isinstance(activation, str) else None
    if function is None or activation.startswith("_"):
        raise InvalidArgumentError(f"there is no activation {activation!r} in paddle.nn.functional")
    return function(x)  # type: ignore[no-any-return]


def fc(
    x: Any,
    size: int,
    num_flatten_dims: int = 1,
    weight_attr: Any = None,
    bias_attr: Any = None,
    activation: str | None = None,
    name: str | None = None,
) -> Tensor:
    """``activation(x @ weight + bias)``, with ``x`` flattened after ``num_flatten_dims`` axes.

    Several inputs (a list) have a weight each, and are added. Raises InvalidTypeError when ``x`` is no static Variable,
    InvalidArgumentError when a size that the weight depends on is not known.
    """
    inputs = list(x) if isinstance(x, (list, tuple)) else [x]
    attrs = list(weight_attr) if isinstance(weight_attr, (list, tuple)) else [weight_attr] * len(inputs)
    owner = name or unique_name.generate("fc")
    total: Tensor | None = None
    for item, attr in zip(inputs, attrs, strict=True):
        product = _product(owner, require_variable("fc", item), size, num_flatten_dims, attr)
        total = product if total is None else total + product
    if total is None:
        raise InvalidArgumentError("fc needs at least one input")
    bias = make_parameter(owner, [size], bias_attr, inputs[0].dtype, is_bias=True)
    return activated(total if bias is None else total + bias, activation)


def _product(owner: str, x: Value, size: int, flatten: int, attr: Any) -> Tensor:
    rank = len(x.dims)
    flatten = flatten + rank if flatten < 0 else flatten
    if not 0 < flatten < rank:
        raise InvalidArgumentError(
            f"fc: num_flatten_dims must be in 1 to {rank - 1} for an input of {rank} axes, but is {flatten}"
        )
    rows, columns = x.dims[:flatten], known("fc", numel(x.dims[flatten:]))
    weight = make_parameter(owner, [columns, size], attr, x.dtype)
    if flatten == rank - 1:
        return F.linear(x, weight)
    return F.linear(reshape(x, _flat(rows, columns)), weight)


def _flat(rows: Sequence[Any], columns: int) -> list[int]:
    """The shape with all but ``rows`` joined: 0 keeps a size, as in PaddlePaddle."""
    return [*(0 for _ in rows), columns]
