"""``paddle.static.save_inference_model`` and ``load_inference_model``: one program as .pdmodel and .pdiparams."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from ..errors import InvalidArgumentError, InvalidTypeError
from ..ir import Program, Value
from ..nn.parameter import Parameter
from ..prune import cut
from ..tensor.tensor import Tensor
from .executor import bind_program, find
from .programs import default_main_program
from .scope import global_scope

__all__ = ["load_inference_model", "normalize_program", "save_inference_model"]


def save_inference_model(
    path_prefix: str | os.PathLike[str], feed_vars: Any, fetch_vars: Any, executor: Any, **kwargs: Any
) -> None:
    """Saves the part of a program that computes ``fetch_vars`` from ``feed_vars``, with the scope's parameters.

    A program built in static mode is saved as its ``clone(for_test=True)``.

    Args:
        path_prefix: the files' common prefix; missing folders are made.
        feed_vars, fetch_vars: a variable of the program, or a list of them.
        executor: not used; PaddlePaddle needs it to read the parameters.
        program: the Program the variables belong to; the default main program when it is not given.

    Raises InvalidTypeError for something else than variables, InvalidArgumentError when a variable is not in the
    program or cannot be computed, NotFoundError when a parameter has no value yet, UnimplementedError listing the ops
    that have no file form.
    """
    program = kwargs.pop("program", None)
    kwargs.pop("clip_extra", None)  # what it would remove is never written
    if kwargs.pop("legacy_format", False):
        raise InvalidArgumentError("legacy_format=True is not supported.")
    if kwargs:
        raise InvalidArgumentError(f"save_inference_model does not know the option '{next(iter(kwargs))}'.")
    part = normalize_program(program, feed_vars, fetch_vars)
    from ..export.pdmodel import ModelToWrite, write_models

    prefix = os.fspath(path_prefix)
    if not os.path.basename(prefix):
        raise InvalidArgumentError(f"path_prefix {prefix!r} has no file name.")
    write_models([ModelToWrite(part, prefix)], prefix + ".pdiparams.info", {}, {"writer": "paddlelite"})


def normalize_program(program: Program | None, feed_vars: Any, fetch_vars: Any, **kwargs: Any) -> Program:
    """The part of a program that computes ``fetch_vars`` from ``feed_vars`` in tests, on the scope's parameters.

    Raises as :func:`save_inference_model` does.
    """
    feeds, fetches = _variables(feed_vars, "feed_vars"), _variables(fetch_vars, "fetch_vars")
    program = default_main_program() if program is None else program
    if not isinstance(program, Program):
        raise InvalidTypeError(f"program must be a Program, got {type(program).__name__}.")
    if program._builder is None:
        return cut(program, feeds, fetches)
    own = program.clone(for_test=True)
    inputs, outputs = ([find(own, v) for v in values] for values in (feeds, fetches))
    part = cut(own, inputs, outputs)
    bound = bind_program(part, global_scope())
    bound.captures = {v: _as_parameter(part.captures[v], t) for v, t in bound.captures.items()}
    return bound


def _as_parameter(declared: Tensor, held: Tensor) -> Tensor:
    """The scope's tensor as what the program has it for: a file says which variables can be trained."""
    if not isinstance(declared, Parameter) or held is declared:
        return held
    made = Parameter([0], declared.dtype, name=declared.name, trainable=declared.trainable)
    made._data = held._data
    return made


def _variables(given: Any, what: str) -> list[Value]:
    items = given if isinstance(given, (list, tuple)) else [given]
    for item in items:
        if not isinstance(item, Value):
            raise InvalidTypeError(
                f"{what} must be a variable or list of variables, got {type(item).__name__}."
            )
    return list(items)


def load_inference_model(path_prefix: str | os.PathLike[str], executor: Any, **kwargs: Any) -> list[Any]:
    """Loads a saved model: ``[program, feed_target_names, fetch_targets]``, to be run by ``Executor.run``.

    Its parameters are in the scope under their names.

    Args:
        path_prefix: the prefix given to save_inference_model or jit.save, or a folder of 1.x.
        model_filename, params_filename: names inside a folder, if not ``__model__`` and one file a variable.

    Raises InvalidArgumentError when files are missing, damaged or do not belong together.
    """
    where: dict[str, Sequence[str] | None] = {
        name: kwargs.pop(name, None) for name in ("model_filename", "params_filename")
    }
    if kwargs:
        raise InvalidArgumentError(f"load_inference_model does not know the option '{next(iter(kwargs))}'.")
    from ..export.pdmodel import find_model, read_model

    name = os.fspath(path_prefix)
    paths = find_model(name, **where)  # type: ignore[arg-type]
    if paths is None:
        raise InvalidArgumentError(
            f"there is no model at {name}: neither {name}.pdmodel nor a folder with __model__."
        )
    model = read_model(paths)
    for tensor in model.tensors.values():
        global_scope().adopt(tensor)
    return [model.program, model.inputs, list(model.program.outputs)]
