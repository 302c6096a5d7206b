"""``fluid.dygraph.base``: the guard, and the ways in and out of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...autograd import grad, no_grad
from ...errors import PreconditionNotMetError
from ...framework import unique_name
from ...mode import mode
from ...tensor.tensor import Tensor, _wrap_array
from ..modes import disable_dygraph, enable_dygraph, guard, in_dygraph_mode

__all__ = [
    "disable_dygraph",
    "disable_imperative",
    "enable_dygraph",
    "enable_imperative",
    "enabled",
    "grad",
    "guard",
    "no_grad",
    "to_variable",
]

enabled = in_dygraph_mode
enable_imperative, disable_imperative = enable_dygraph, disable_dygraph


def to_variable(
    value: Any, block: Any = None, name: str | None = None, zero_copy: bool | None = None
) -> Tensor:
    """An array (or a list, or a number) as a Variable of its own dtype; a Variable stays itself.

    A floating Variable takes part in backward, as in 1.4 and 1.5, unless ``stop_gradient`` is set on it.
    ``block`` and ``zero_copy`` are accepted.

    Raises PreconditionNotMetError (an AssertionError, as PaddlePaddle's) outside of a guard.
    """
    if isinstance(block, str):  # 1.6 and later: to_variable(value, name)
        name = block
    if mode.tracer is None:
        raise _OutsideGuard(
            "fluid.dygraph.to_variable: We Only support to_variable in imperative mode, please use "
            "fluid.dygraph.guard() as context to run it in imperative Mode"
        )
    if isinstance(value, Tensor):
        return value
    array = np.array(value, order="C")
    if array.dtype == np.float64 and not isinstance(value, (np.ndarray, np.generic)):
        array = array.astype(np.float32)
    if not array.ndim:
        array = array.reshape(1)
    out = _wrap_array(array)
    if array.dtype not in _KNOWN:
        raise TypeError(f"fluid.dygraph.to_variable: a Variable can not hold {array.dtype}")
    out.name = name or unique_name.generate("generated_var")
    out.stop_gradient = array.dtype.kind != "f"
    return out


_KNOWN = {np.dtype(t) for t in ("f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "?", "c8", "c16")}


class _OutsideGuard(PreconditionNotMetError, AssertionError):
    """PaddlePaddle raises AssertionError."""
