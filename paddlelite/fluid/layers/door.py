"""How a function becomes one of ``fluid.layers``."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from ...errors import UnimplementedError
from ...ir import Value
from ...mode import mode
from ...tensor.creation import assign
from ...tensor.tensor import Tensor
from ..modes import enter

__all__ = ["attribute", "layer", "put", "ranked", "refused", "rows", "seeded"]


def rows(**functions: Callable[..., Any]) -> dict[str, Any]:
    """A table of ``fluid.layers``: each row is a name with its signature in 1.x and what it is in terms of 2.x."""
    return {name: layer(function, name) for name, function in functions.items()}


def layer(function: Callable[..., Any], name: str = "") -> Any:
    """``function`` as one of ``fluid.layers``.

    It enters 1.x's mode first, ``act`` is applied to its result, and what has no axis gets shape [1]: 1.x has no 0-D
    tensors. A row need not use ``act`` and ``name`` in its body; the names of variables made by the way are ours.
    """
    function.__name__ = name or function.__name__
    function.__qualname__ = f"fluid.layers.{function.__name__}"
    names = list(inspect.signature(function).parameters)
    act_at = names.index("act") if "act" in names else None
    what = f"layers.{function.__name__}"

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        enter(what, (*args, *kwargs.values()))
        out = ranked(function(*args, **kwargs))
        if act_at is None:
            return out
        from .activations import apply

        return apply(out, args[act_at] if len(args) > act_at else kwargs.get("act"))

    return call


def attribute(table: dict[str, Any], module: str) -> Callable[[str], Any]:
    """A module's ``__getattr__`` that finds the rows of its table, and other functions of ``fluid.layers``.

    Which of its modules a function is in has changed from release to release.
    """

    def find(name: str) -> Any:
        if name in table:
            return table[name]
        if not name.startswith("_"):
            from paddlelite.fluid import layers

            if name in getattr(layers, "__all__", ()):  # not yet while they are imported
                return getattr(layers, name)
        raise AttributeError(f"module {module!r} has no attribute {name!r}")

    return find


def ranked(result: Any) -> Any:
    """``result`` with shape [1] for every tensor that has no axis."""
    if isinstance(result, Tensor):
        array = isinstance(result, Value) and result.array
        return result if result.dims or array else result.reshape([1])
    if type(result) in (list, tuple):
        return type(result)(ranked(one) for one in result)
    return result


def put(value: Any, out: Any) -> Any:
    """``value``, written to the variable ``out`` where one is given: 1.x lets calls name their result."""
    value = ranked(value)
    if out is None:
        return value
    if not getattr(out, "shapeless", False):
        assign(value, out)
    elif mode.capture is None:
        out._write(value)
    else:
        # From create_tensor: it is of the shape and the dtype of what it is given first.
        mode.capture.assign(out, value)
        out._dims, out._dtype, out.shapeless = value.dims, value.dtype, False
    return out


def seeded(
    seed: int | None, draw: Callable[[Any], np.ndarray], otherwise: Callable[[], Any], dtype: Any
) -> Any:
    """Random numbers: the same at every run where 1.x is given a seed, else the generator's."""
    if not seed:
        return otherwise()
    from ...dtypes import dtype_of
    from ...tensor.creation import to_tensor
    from .tensor import constant

    array = draw(np.random.RandomState(seed)).astype(dtype_of(dtype).np)
    return constant(to_tensor(array), array)


def refused(name: str, reason: str, where: str = "fluid.layers") -> Any:
    """A function (or class) of 1.x that is not here, and says why and what to do."""

    def call(*args: Any, **kwargs: Any) -> Any:
        raise UnimplementedError(f"{where}.{name} is not supported: {reason}")

    call.__name__, call.__qualname__ = name, f"{where}.{name}"
    call.__doc__ = f"Not supported: {reason}"
    return call
