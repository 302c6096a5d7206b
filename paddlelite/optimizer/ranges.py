"""Checks of the optimizers' arguments."""

from __future__ import annotations

from typing import Any

from ..tensor.tensor import Tensor

__all__ = ["below_one", "in_order", "is_set", "not_negative", "number"]


def number(name: str, value: Any) -> float:
    """`value` as a float; a tensor of one element counts."""
    if value is None or isinstance(value, (str, bytes)) or not hasattr(value, "__float__"):
        raise TypeError(f"{name} should be a number, but received {type(value).__name__}")
    if isinstance(value, Tensor) and value.size != 1:
        raise TypeError(f"{name} should be one number, but received a tensor of shape {value.shape}")
    return float(value)


def is_set(options: dict[str, Any], *names: str) -> None:
    """Refuse None."""
    for name in names:
        if options[name] is None:
            raise ValueError(f"{name} is not set.")


def below_one(options: dict[str, Any], *names: str) -> None:
    """Make the options floats in [0, 1)."""
    for name in names:
        options[name] = number(name, options[name])
        if not 0 <= options[name] < 1:
            raise ValueError(
                f"Invalid value of {name}, expect {name} in [0,1), but received {options[name]}."
            )


def not_negative(options: dict[str, Any], *names: str) -> None:
    """Make the options floats that are not negative."""
    for name in names:
        options[name] = number(name, options[name])
        if not options[name] >= 0:
            raise ValueError(f"Invalid value of {name}, expect {name} >= 0, but received {options[name]}.")


def in_order(name: str, holds: bool, value: Any) -> None:
    """Refuse a pair whose order does not hold."""
    if not holds:
        rule = {
            "learning_rate_range": "'0.0 < learning_rate_range[0] <= learning_rate <= learning_rate_range[1]'",
            "etas": "'0.0 < etas[0] < 1.0 < etas[1]'",
        }[name]
        raise ValueError(f"{rule} must be true, but {name} is {value}")
