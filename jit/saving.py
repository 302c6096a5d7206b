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
from paddlelite.errors import CaptureError, InvalidArgumentError, InvalidTypeError
from paddlelite.export.layer_files import Method, check_options, write_layer
from paddlelite.nested import fill
from paddlelite.nn import Layer
from paddlelite.nn.layer.state import evaluating
from paddlelite.static import InputSpec
from paddlelite.tensor.creation import to_tensor
from paddlelite.tensor.tensor import Tensor

from .function import StaticFunction
from .trace import Traced, flatten

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
) -> list[tuple[str, StaticFunction, Sequence[Any] | None]]:
    """(name, function, spec) of what is to be saved, forward first."""
    if not isinstance(layer, Layer):
        if isinstance(layer, StaticFunction) or callable(layer):
            function = layer if isinstance(layer, StaticFunction) else StaticFunction(layer)
            return [("forward", function, input_spec)]
        raise InvalidTypeError(
            f"The input of paddle.jit.save should be 'Layer' or 'Function', but received input type is {type(layer)}."
        )
    found: list[tuple[str, StaticFunction, Sequence[Any] | None]] = []
    if not skip_forward:
        forward = layer.forward
        static = forward if isinstance(forward, StaticFunction) else StaticFunction(forward)
        found.append(("forward", static, input_spec))
    methods = [name for name in _static_methods(layer) if name != "forward"]
    if methods and input_spec is not None and not skip_forward and isinstance(layer.forward, StaticFunction):
        raise InvalidArgumentError(
            f"If there are static functions other than 'forward' ({', '.join(methods)}), pass no input_spec to "
            "paddle.jit.save but give each of them its own: @to_static(input_spec=[...])."
        )
    found += [(name, getattr(layer, name), None) for name in methods]
    if not found:
        raise InvalidArgumentError("there is nothing to save: skip_forward=True and no other static method.")
    return found


def _static_methods(layer: Layer) -> list[str]:
    names = {name for kind in type(layer).__mro__ for name in vars(kind)} | set(vars(layer))
    return sorted(
        name
        for name in names
        if not name.startswith("__")
        and not isinstance(getattr(type(layer), name, None), property)
        and isinstance(getattr(layer, name, None), StaticFunction)
        and not getattr(layer, name).is_property
    )


def _method(name: str, function: StaticFunction, given: Sequence[Any] | None) -> Method:
    """The program for the given specs, for those of the decorator, or of the last call."""
    traced, specs = _traced(function, given)
    takes = None if specs is None else flatten(tuple(specs)).template
    return Method(name, traced.program, takes, traced.result)


def _traced(function: StaticFunction, given: Sequence[Any] | None) -> tuple[Traced, Any]:
    if given is not None:
        specs = [_as_spec(item) for item in given]
        try:
            inspect.signature(function.dygraph_function).bind(*specs)
        except TypeError as error:
            raise InvalidArgumentError(
                f"input_spec has {len(specs)} entries, which do not fit {_name(function)}(): {error}."
            ) from error
        return function.with_hooks(function.captured_for(*specs)).traced, specs
    try:
        return function.with_hooks(function.concrete_program).traced, function._input_spec
    except CaptureError as error:
        if function._last is None and function._input_spec is None:
            raise InvalidArgumentError(
                f"No valid transformed program for function: {_name(function)}. Please specific `input_spec` in "
                "`@paddle.jit.to_static`, give it to paddle.jit.save, or call the decorated function once."
            ) from error
        raise


def _name(function: StaticFunction) -> str:
    return str(getattr(function.dygraph_function, "__name__", function.dygraph_function))


def _as_spec(item: Any) -> Any:
    """An argument of forward with its example tensors replaced by what is known of them."""
    found = flatten(item)
    return fill(found.template, list(map(_spec, found.tensors)))


def _spec(item: Any) -> InputSpec:
    if isinstance(item, InputSpec):
        return item
    tensor = item if isinstance(item, Tensor) else to_tensor(item)
    return InputSpec(file_dims(tensor.dims), tensor.dtype)
