"""`paddle.jit.save`.

A layer becomes `path.pdmodel` (the program of forward), `path.pdiparams` (its parameters and buffers),
`path.pdiparams.info` (their names in the layer), and `path.METHOD.pdmodel/.pdiparams` for every other method that is
decorated with to_static. What is saved is the layer as it computes in eval mode; the layer itself is not changed.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Sequence
from typing import Any

from paddlelite.dims import file_dims
from paddlelite.errors import InvalidArgumentError, InvalidTypeError
from paddlelite.export.layer_files import Method, check_options, static_methods, write_layer
from paddlelite.nested import fill
from paddlelite.nn import Layer
from paddlelite.nn.layer.state import evaluating
from paddlelite.static import InputSpec
from paddlelite.tensor.creation import to_tensor
from paddlelite.tensor.tensor import Tensor

from .function import StaticFunction
from .trace import flatten

__all__ = ["save"]


def save(
    layer: Any, path: str | os.PathLike[str], input_spec: Sequence[Any] | None = None, **configs: Any
) -> None:
    """Saves a layer or function as files that paddlelite and PaddlePaddle 2.x/3.x load for inference.

    Args:
        layer: a Layer, or a function (decorated with to_static or not).
        path: the files' common prefix; missing folders are made.
        input_spec: InputSpecs or example tensors, in the order of forward's arguments. Not needed when to_static was
            given one, or the function has been called.
        output_spec: the outputs to keep (their numbers, or tensors of the traced program).
        input_names_after_prune: the inputs to keep, when output_spec leaves some unused.
        skip_forward: save only the other methods.
        combine_params: `path.pdiparams` has the parameters of all methods, and `path.meta` the values of those that are
            decorated with `to_static(property=True)`, for PaddlePaddle's C++ loader.
        with_hook, skip_prune_program, clip_extra: accepted; hooks and inputs that nothing reads are always kept, and
            attributes that change no result never written.

    All files are written under temporary names and renamed at the end: each is whole, old or new.

    Raises InvalidArgumentError for a wrong path, spec or option, InvalidTypeError for something that is neither
    layer nor function, UnimplementedError listing the ops that have no file form and for
    separate_parameters=True, OSError when writing fails.
    """
    prefix = check_options(path, configs)
    if input_spec is not None and not isinstance(input_spec, (list, tuple)):
        raise InvalidTypeError(
            f"The input input_spec should be 'list', but received input_spec's type is {type(input_spec)}."
        )
    functions = _functions(layer, input_spec, bool(configs.get("skip_forward")))
    with evaluating(layer):
        methods = [_method(name, function, spec) for name, function, spec in functions]
    write_layer(prefix, methods, layer, configs)


def _functions(
    layer: Any, input_spec: Sequence[Any] | None, skip_forward: bool
) -> list[tuple[str, StaticFunction, Any]]:
    """(name, function, spec) of what is to be saved, forward first."""
    if not callable(layer):
        raise InvalidTypeError(
            f"The input of paddle.jit.save should be 'Layer' or 'Function', but received input type is {type(layer)}."
        )
    if not isinstance(layer, Layer):
        return [("forward", _static(layer), input_spec)]
    methods = {name: method for name, method in static_methods(layer).items() if not method.is_property}
    decorated = methods.pop("forward", None)
    if methods and input_spec is not None and not skip_forward and decorated is not None:
        raise InvalidArgumentError(
            f"If there are static functions other than 'forward' ({', '.join(methods)}), pass no input_spec to "
            "paddle.jit.save but give each of them its own: @to_static(input_spec=[...])."
        )
    if not methods and skip_forward:
        raise InvalidArgumentError("there is nothing to save: skip_forward=True and no other static method.")
    forward = [] if skip_forward else [("forward", _static(layer.forward), input_spec)]
    return [*forward, *((name, method, None) for name, method in methods.items())]


def _static(function: Any) -> StaticFunction:
    return function if isinstance(function, StaticFunction) else StaticFunction(function)


def _method(name: str, function: StaticFunction, given: Sequence[Any] | None) -> Method:
    """The program for the given specs, for those of the decorator, or of the last call."""
    specs = given
    if given is not None:
        found = flatten(list(given))
        specs = fill(found.template, list(map(_spec, found.tensors)))
        try:
            inspect.signature(function.dygraph_function).bind(*specs)
        except TypeError as error:
            raise InvalidArgumentError(
                f"input_spec has {len(specs)} entries, which do not fit {function.__name__}(): {error}."
            ) from error
    program = function.for_files(specs)
    if not program.main_program.outputs:
        raise InvalidArgumentError(
            f"{function.__name__}() returns no tensor: a file would have nothing to give."
        )
    takes = function._input_spec if specs is None else specs
    return Method(
        name, program.main_program, None if takes is None else flatten(tuple(takes)).template, program.result
    )


def _spec(item: Any) -> InputSpec:
    """What is known of an example of an argument."""
    if isinstance(item, InputSpec):
        return item
    tensor = item if isinstance(item, Tensor) else to_tensor(item)
    return InputSpec(file_dims(tensor.dims), tensor.dtype)
