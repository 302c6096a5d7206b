"""Variables that are declared: data, parameters, global variables; and their values in a scope."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import dims as D
from ..dtypes import DType, default_dtype, dtype_of
from ..errors import InvalidArgumentError, InvalidTypeError, MismatchError, PreconditionNotMetError
from ..framework import unique_name
from ..ir import Persistable, Program, Value
from ..mode import mode
from ..nn.initializer import Constant
from ..nn.parameter import Parameter
from ..op import Spec
from ..tensor.tensor import Tensor
from .building import Builder, building
from .programs import default_startup_program
from .scope import Scope, global_scope

__all__ = [
    "GlobalVariable",
    "StaticParameter",
    "create_global_var",
    "create_parameter",
    "data",
    "initialized",
    "program_state",
    "set_program_state",
]


class GlobalVariable(Persistable):
    """A variable that a scope keeps from one run to the next."""

    #: Its initializer is running: what it writes is the variable's first value.
    _beginning = False

    def get_value(self, scope: Scope | None = None) -> Tensor:
        """A copy of its value. Raises PreconditionNotMetError before the startup program was run."""
        from ..tensor.tensor import _wrap_array

        held = (scope or global_scope()).held(self.name)
        if held is None:
            raise PreconditionNotMetError(
                f"Can not find Variable '{self.name}' in the scope. Make sure it is initialized: run the startup "
                "program first."
            )
        return _wrap_array(held._data.copy())

    def set_value(self, value: Any, scope: Scope | None = None) -> None:
        """Set its value in the scope (the global one). A static Variable is assigned when the program runs.

        Raises MismatchError (an AssertionError) when the shape differs.
        """
        capture = mode.capture
        if capture is not None and (isinstance(value, Value) or self._beginning):
            capture.write(self, value)
            return
        array = value._data if isinstance(value, Tensor) else np.asarray(value)
        if tuple(array.shape) != tuple(self.dims):
            raise MismatchError(
                f"Variable Shape not match, Variable [ {self.name} ] need tensor with shape {tuple(self.dims)} but "
                f"load set tensor with shape {array.shape}"
            )
        (scope or global_scope()).put(self.name, np.array(array, self.dtype.np, order="C"))


class StaticParameter(GlobalVariable, Parameter):  # type: ignore[misc]
    """A parameter of a static program."""

    def __init__(self, shape: Sequence[int], dtype: DType, name: str, attr: Any) -> None:
        Persistable.__init__(self, shape, dtype, name)
        self.stop_gradient = not attr.trainable
        self.optimize_attr = {"learning_rate": attr.learning_rate}
        self.regularizer = attr.regularizer
        self.do_model_average = attr.do_model_average
        self.need_clip = attr.need_clip
        self.is_distributed = False


def declare(builder: Builder, made: GlobalVariable, initializer: Any) -> GlobalVariable:
    """Make a variable part of the program being built, and its first value part of the startup program."""
    known = builder.variables.get(made.name)
    if known is not None:
        if tuple(known.dims) != tuple(made.dims) or known.dtype is not made.dtype:
            raise InvalidArgumentError(
                f"the variable {made.name} is already in the program with shape {list(known.dims)} and dtype "
                f"{known.dtype.name}, and can not be made with shape {list(made.dims)} and dtype {made.dtype.name}"
            )
        return known  # type: ignore[return-value]
    builder.declare(made)
    startup = default_startup_program()
    if made.name in startup.builder.gives:
        return made
    made._beginning = True
    try:
        with building(startup):
            initializer(made, startup.global_block())
    finally:
        made._beginning = False
    return made


def declare_parameter(
    builder: Builder, shape: Sequence[int], dtype: Any, name: str, attr: Any, init: Any
) -> Any:
    """The parameter of this name: a new one, or the program's own that already has it."""
    if any(int(s) < 0 for s in shape):
        raise InvalidArgumentError(
            f"Each dimension of shape for Parameter must be greater than 0, but received {list(shape)}"
        )
    want = default_dtype() if dtype is None else dtype_of(dtype)
    return declare(builder, StaticParameter([int(s) for s in shape], want, name, attr), init)


class _NotStatic(PreconditionNotMetError, AssertionError):
    """PaddlePaddle raises AssertionError."""


def _builder(what: str) -> Builder:
    capture = mode.capture
    if not isinstance(capture, Builder):
        raise _NotStatic(
            f"In PaddlePaddle 2.x, we turn on dynamic graph mode by default, and '{what}()' is only supported in "
            "static graph mode. So if you want to use this api, please call 'paddle.enable_static()' before this api "
            "to enter static graph mode."
        )
    return capture


def data(name: str, shape: Sequence[Any], dtype: Any = None, lod_level: int = 0) -> Value:
    """A variable that is fed at every run; None or -1 is a size that may differ from run to run.

    Raises PreconditionNotMetError outside static mode, InvalidArgumentError when the program has another variable of
    this name.

    >>> import paddlelite as paddle
    >>> paddle.enable_static()
    >>> with paddle.static.program_guard(paddle.static.Program()):
    ...     paddle.static.data("image", [None, 784]).shape
    paddle.Size([-1, 784])
    >>> paddle.disable_static()
    """
    builder = _builder("data")
    if not isinstance(name, str):
        raise InvalidTypeError(f"The type of 'name' in data must be str, but received {type(name)}.")
    if not isinstance(shape, (list, tuple)):
        raise InvalidTypeError(
            f"The type of 'shape' in data must be list or tuple, but received {type(shape)}."
        )
    if lod_level:
        raise InvalidArgumentError(
            f"data({name!r}, lod_level={lod_level}): sequences of varying length (LoD) are not supported; feed a "
            "padded tensor and its lengths"
        )
    for size in shape:
        if size is not None and int(size) < -1:
            raise InvalidArgumentError(
                f"Only -1 can be used in shape to indicate unknown dimension, but received {size}"
            )
    dims = tuple(D.fresh(name) if s is None or int(s) < 0 else int(s) for s in shape)
    kind = default_dtype() if dtype is None else dtype_of(dtype)
    known = next((v for v in builder.program.inputs if v.name == name), None)
    if known is not None:
        if known.dtype is kind and D.file_dims(known.dims) == D.file_dims(dims):
            return known
        raise InvalidArgumentError(f"the program has another variable named {name!r}: {known!r}")
    return builder.input(Spec(dims, kind), name)


def create_parameter(
    shape: Sequence[int],
    dtype: Any,
    name: str | None = None,
    attr: Any = None,
    is_bias: bool = False,
    default_initializer: Any = None,
) -> Any:
    """A parameter of the program; see :func:`paddlelite.create_parameter`."""
    from ..nn.parameter import create_parameter as make

    return make(shape, dtype, name, attr, is_bias, default_initializer)


def create_global_var(
    shape: Sequence[int],
    value: float,
    dtype: Any,
    persistable: bool = False,
    force_cpu: bool = False,
    name: str | None = None,
) -> Any:
    """A variable filled with ``value``, by the startup program; what a run writes to it, the next run reads.

    Raises PreconditionNotMetError outside static mode.
    """
    builder = _builder("create_global_var")
    made = GlobalVariable(list(shape), dtype_of(dtype), name or unique_name.generate("global_var"))
    made.persistable = persistable
    return declare(builder, made, Constant(value))


def initialized(program: Program, scope: Scope) -> dict[str, Tensor]:
    """The scope's tensors of a program's persistable variables, by name; what has none yet is left out."""
    found = {t.name: scope.held(t.name) for t in program.captures.values() if isinstance(t, Persistable)}
    return {name: tensor for name, tensor in found.items() if tensor is not None}


def program_state(program: Program, which: str, scope: Scope | None) -> dict[str, Tensor]:
    """See ``Program.state_dict``."""
    if which not in ("all", "param", "opt"):
        raise InvalidArgumentError(f"mode must be 'all', 'param' or 'opt', but received {which!r}")
    parameters = {p.name for p in program.all_parameters()}
    return {
        name: tensor
        for name, tensor in initialized(program, scope or global_scope()).items()
        if which == "all" or (name in parameters) == (which == "param")
    }


def set_program_state(program: Program, values: dict[str, Any], scope: Scope | None) -> None:
    """See ``Program.set_state_dict``."""
    if not isinstance(values, dict):
        raise InvalidTypeError(f"Type of `state_dict` should be dict, but received {type(values).__name__}.")
    known = {t.name: t for t in program.captures.values() if isinstance(t, GlobalVariable)}
    arrays = {}
    for name, value in values.items():
        if name not in known:
            continue
        array = value._data if isinstance(value, Tensor) else np.asarray(value)
        if tuple(array.shape) != tuple(known[name].dims):
            raise InvalidArgumentError(
                f"the variable {name} has shape {list(known[name].dims)}, but is to be set to {list(array.shape)}"
            )
        arrays[name] = array
    for name, array in arrays.items():  # all of them or, when one does not fit, none
        known[name].set_value(array, scope)
