"""``fluid.layers.io``, and the variables of a program that are declared."""

from __future__ import annotations

from typing import Any

import paddlelite as paddle

from ...dtypes import dtype_of
from ...errors import PreconditionNotMetError
from ...framework import unique_name
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


def _py_reader(shapes: Any, dtypes: Any, levels: Any, name: Any) -> Any:
    """A reader with the variables that it gives values, which :func:`read_file` returns."""
    prefix = name or unique_name.generate("create_py_reader")
    in_graph("py_reader", prefix)
    levels = levels or [0] * len(shapes)
    parts = enumerate(zip(shapes, dtypes, levels, strict=True))
    made = [variables.data(f"{prefix}_slot_{i}", list(shape), dtype, lod) for i, (shape, dtype, lod) in parts]
    return _reader_of(made)


def _reader_of(feed_list: Any) -> Any:
    from ..reader import PyReader

    return PyReader(feed_list, iterable=False)


def _read_file(reader: Any) -> Any:
    found = list(reader.variables)
    return found if len(found) > 1 else found[0]


# fmt: off
TABLE = rows(
    data=lambda name, shape, append_batch_size=True, dtype="float32", lod_level=0, type=None, stop_gradient=True: _data(
        name, shape, append_batch_size, dtype, lod_level, stop_gradient
    ),
    create_global_var=lambda shape, value, dtype, persistable=False, force_cpu=False, name=None: _global(
        shape, value, dtype, persistable, name
    ),
    py_reader=lambda capacity, shapes, dtypes, lod_levels=None, name=None, use_double_buffer=True: _py_reader(
        shapes, dtypes, lod_levels, name
    ),
    create_py_reader_by_data=lambda capacity, feed_list, name=None, use_double_buffer=True: _reader_of(feed_list),
    double_buffer=lambda reader, place=None, name=None: reader,
    read_file=lambda reader: _read_file(reader),
    create_tensor=lambda dtype, name=None, persistable=False: _tensor(dtype, name, persistable),
)
# fmt: on

__getattr__ = attribute(TABLE, __name__)
