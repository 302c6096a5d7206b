"""What initializers share: how they fill a parameter, its fans, gains, and the global defaults."""

from __future__ import annotations

import math
from typing import Any

from ...errors import InvalidTypeError

__all__ = ["Initializer", "calculate_gain", "fans", "global_initializer", "number", "set_global_initializer"]


class Initializer:
    """Base of the initializers: called with a parameter (or any tensor) it fills it.

    A subclass defines `_values(shape, dtype)`, or `forward(var, block)` as in PaddlePaddle.
    """

    def __call__(self, param: Any, block: Any = None) -> Any:
        return self.forward(param, block)

    def forward(self, var: Any, block: Any = None) -> Any:
        """Fill `var`."""
        var.set_value(self._values(tuple(var.dims), var.dtype))

    def _values(self, shape: tuple[int, ...], dtype: Any) -> Any:
        """The values for a parameter of this shape and dtype, an array or a tensor."""
        raise NotImplementedError(
            f"{type(self).__name__} defines neither _values(shape, dtype) nor forward(var, block)"
        )


def number(name: str, value: Any) -> float:
    """`value` as a float, or a TypeError that names it."""
    if isinstance(value, (str, bytes)) or not hasattr(value, "__float__"):
        raise InvalidTypeError(f"{name} should be a number, but received {type(value).__name__}")
    return float(value)


def fans(shape: tuple[int, ...]) -> tuple[float, float]:
    """How many inputs an output of a weight sees, and how many outputs an input.

    A matrix is [in, out]; the kernel of a convolution [out, in, size...].
    """
    if len(shape) < 2:
        return (shape[0], shape[0]) if shape else (1, 1)
    if len(shape) == 2:
        return shape
    size = math.prod(shape[2:])
    return shape[1] * size, shape[0] * size


_GAINS = {
    "sigmoid": 1,
    "linear": 1,
    "tanh": 5.0 / 3,
    "relu": math.sqrt(2.0),
    "selu": 3.0 / 4,
    **{f"conv{n}d{suffix}": 1 for n in "123" for suffix in ("", "_transpose")},
    **{f"conv_transpose{n}d": 1 for n in "123"},
}


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """By how much weights are scaled up before this nonlinearity.

    Args:
        nonlinearity: "sigmoid", "linear", "conv1d" (2d, 3d, with "_transpose"), "tanh", "relu", "leaky_relu", "selu".
        param: the negative slope of "leaky_relu", 0.01 when None.

    Raises:
        ValueError: another name.

    Examples:
        >>> import paddlelite as paddle
        >>> paddle.nn.initializer.calculate_gain("leaky_relu", 1.0)
        1.0
    """
    if nonlinearity == "leaky_relu":
        return math.sqrt(2.0 / (1 + (0.01 if param is None else float(param)) ** 2))
    if nonlinearity not in _GAINS:
        raise ValueError(
            f"nonlinearity function {nonlinearity} is not supported now: use one of {sorted([*_GAINS, 'leaky_relu'])}"
        )
    return _GAINS[nonlinearity]


_global: list[Initializer | None] = [None, None]


def set_global_initializer(weight_init: Initializer | None, bias_init: Initializer | None = None) -> None:
    """Use these for all parameters made from now on, instead of the layers' own defaults; None takes them back.

    What a ParamAttr gives still wins.

    Raises:
        TypeError: something that is no initializer.

    Examples:
        >>> import paddlelite as paddle
        >>> paddle.nn.initializer.set_global_initializer(paddle.nn.initializer.Constant(2.0))
        >>> paddle.nn.Linear(1, 1).weight.item()
        2.0
        >>> paddle.nn.initializer.set_global_initializer(None)
    """
    for given in (weight_init, bias_init):
        if given is not None and not isinstance(given, Initializer):
            raise InvalidTypeError(
                f"set_global_initializer: expected an initializer, but received {type(given).__name__}"
            )
    _global[:] = [weight_init, bias_init]


def global_initializer(is_bias: bool) -> Initializer | None:
    """What `set_global_initializer` was given for biases, or for the other parameters."""
    return _global[is_bias]
