"""``fluid.layers.io``, and the variables of a program that are declared."""

from __future__ import annotations

from typing import Any

import paddlelite as paddle

from ...dtypes import dtype_of
from ...errors import PreconditionNotMetError
from ...mode import mode
from ...static import variables
from .door import attribute, rows

__all__ = ["TABLE", "in_graph"]


def _data(
    name: str, shape: Any, append_batch_size: bool, dtype: Any, lod_level: int, stop_gradient: bool
) -> Any:
    """1.x puts a size for the batch in front, unless the shape has an unknown size already."""
    in_graph("data", name)
    sizes = list(shape)
    if append_batch_size and not any(s is None or s < 0 for s in sizes):
        sizes = [-1, *sizes]
    out = variables.data(name, sizes, dtype, lod_level)
    out.stop_gradient = stop_gradient
    return out


def in_graph(what: str, name: Any) -> None:
    if mode.tracer is not None and mode.capture is None:
        raise PreconditionNotMetError(
            f"fluid.layers.{what}({name!r}) declares a variable of a static graph, but inside fluid.dygraph.guard() "
            "calls compute at once: use fluid.dygraph.to_variable(array)"
        )


def _global(shape: Any, value: float, dtype: Any, persistable: bool, name: Any) -> Any:
    if mode.tracer is not None:
        return paddle.full(shape, value, dtype)
    return variables.create_global_var(shape, value, dtype, persistable, name=name)


def _tensor(dtype: Any, name: Any, persistable: bool) -> Any:
    """A variable to be written, whose shape is that of what it is given; a persistable one has one element."""
    if mode.tracer is None and persistable:
        return variables.create_global_var([1], 0.0, dtype_of(dtype), persistable, name=name)
    out = paddle.zeros([1], dtype)
    out.shapeless = True
    if name is not None:
        out.name = name
    return out


# fmt: off
TABLE = rows(
    data=lambda name, shape, append_batch_size=True, dtype="float32", lod_level=0, type=None, stop_gradient=True: _data(
        name, shape, append_batch_size, dtype, lod_level, stop_gradient
    ),
    create_global_var=lambda shape, value, dtype, persistable=False, force_cpu=False, name=None: _global(
        shape, value, dtype, persistable, name
    ),
    create_tensor=lambda dtype, name=None, persistable=False: _tensor(dtype, name, persistable),
)
# fmt: on

__getattr__ = attribute(TABLE, __name__)
