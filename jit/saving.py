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

from paddlelite.dims import Dim
from paddlelite.errors import CaptureError, InvalidArgumentError, InvalidTypeError, UnimplementedError
from paddlelite.export.pdmodel import ModelToWrite, write_models
from paddlelite.ir import Program, Value
from paddlelite.nested import Leaf, Object, fill
from paddlelite.nn import Layer
from paddlelite.nn.layer.state import evaluating
from paddlelite.prune import cut
from paddlelite.static import InputSpec
from paddlelite.tensor.creation import to_tensor
from paddlelite.tensor.tensor import Tensor

from .function import StaticFunction, to_static
from .trace import Traced, flatten

__all__ = ["save"]

_SAVE_CONFIGS = frozenset(
    ["output_spec", "with_hook", "combine_params", "clip_extra", "skip_forward", "input_names_after_prune",
     "skip_prune_program"]
)  # fmt: skip


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
        with_hook: accepted; the hooks of the layer itself are always saved.
        input_names_after_prune: the inputs to keep, when output_spec leaves some unused.
        skip_forward: save only the other methods.

    All files are written under temporary names and renamed at the end: each is whole, old or new.

    Raises InvalidArgumentError for a wrong path, spec or option, InvalidTypeError for something that is neither
    layer nor function, UnimplementedError listing the ops that have no file form, OSError when writing fails.
    """
    unknown = sorted(configs.keys() - _SAVE_CONFIGS)
    if unknown:
        raise InvalidArgumentError(
            f"The additional config ({unknown[0]}) of `paddle.jit.save` is not supported."
        )
    if configs.get("combine_params"):
        raise UnimplementedError(
            "combine_params=True is not supported: each method gets a .pdiparams of its own."
        )
    prefix = _prefix(path)
    if input_spec is not None and not isinstance(input_spec, (list, tuple)):
        raise InvalidTypeError(
            f"The input input_spec should be 'list', but received input_spec's type is {type(input_spec)}."
        )
    functions = _functions(layer, input_spec, bool(configs.get("skip_forward")))
    structured = _structured_names(layer) if isinstance(layer, Layer) else {}
    with evaluating(layer):
        models = [
            ModelToWrite(
                _part(*_trace(function, spec), configs), prefix if name == "forward" else f"{prefix}.{name}"
            )
            for name, function, spec in functions
        ]
    write_models(models, prefix + ".pdiparams.info", structured, {"writer": "paddlelite"})


def _prefix(path: Any) -> str:
    name = os.fspath(path)
    if not os.path.basename(name):
        raise InvalidArgumentError(
            f"The input path MUST be format of dirname/file_prefix, but received {name!r} without a file_prefix."
        )
    return name


def _functions(
    layer: Any, input_spec: Sequence[Any] | None, skip_forward: bool
) -> list[tuple[str, StaticFunction, Sequence[Any] | None]]:
    """(name, function, spec) of what is to be saved, forward first."""
    if not isinstance(layer, Layer):
        if isinstance(layer, StaticFunction) or callable(layer):
            function = layer if isinstance(layer, StaticFunction) else to_static(layer)
            return [("forward", function, input_spec)]
        raise InvalidTypeError(
            f"The input of paddle.jit.save should be 'Layer' or 'Function', but received input type is {type(layer)}."
        )
    found: list[tuple[str, StaticFunction, Sequence[Any] | None]] = []
    if not skip_forward:
        forward = layer.forward
        static = forward if isinstance(forward, StaticFunction) else to_static(forward)
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


def _trace(function: StaticFunction, given: Sequence[Any] | None) -> tuple[Traced, Any]:
    """The program for the given specs, for those of the decorator, or of the last call; and the specs."""
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


def _part(traced: Traced, specs: Any, configs: dict[str, Any]) -> Program:
    """What is saved of a program: inputs and outputs in PaddlePaddle's order (dicts by their sorted keys), cut down to
    `output_spec` and `input_names_after_prune`.
    """
    program = traced.program
    outputs = [program.outputs[i] for i in _leaves(traced.result)]
    if configs.get("output_spec") is not None:
        outputs = [_output(outputs, item) for item in configs["output_spec"]]
    order = range(len(program.inputs)) if specs is None else _leaves(flatten(tuple(specs)).template)
    inputs = {program.inputs[i].name: program.inputs[i] for i in order}
    names = configs.get("input_names_after_prune")
    if names is None:
        return cut(program, list(inputs.values()), outputs, program.state)
    missing = [name for name in names if name not in inputs]
    if missing:
        raise InvalidArgumentError(f"input_names_after_prune has {missing}, the inputs are {list(inputs)}.")
    return cut(program, [inputs[name] for name in names], outputs, program.state)


def _leaves(template: Any) -> list[int]:
    if isinstance(template, Leaf):
        return [template.index]
    if isinstance(template, Object):
        template = list(template.attributes.values())
    if isinstance(template, dict):
        return [i for key in sorted(template, key=str) for i in _leaves(template[key])]
    if isinstance(template, (list, tuple)):
        return [i for part in template for i in _leaves(part)]
    return []


def _as_spec(item: Any) -> Any:
    """An argument of forward with its example tensors replaced by what is known of them."""
    found = flatten(item)
    return fill(
        found.template, [s if isinstance(s, InputSpec) else _spec_of_example(s) for s in found.tensors]
    )


def _spec_of_example(example: Any) -> InputSpec:
    tensor = example if isinstance(example, Tensor) else to_tensor(example)
    return InputSpec([-1 if isinstance(dim, Dim) else dim for dim in tensor.dims], tensor.dtype)


def _structured_names(layer: Layer) -> dict[str, str]:
    names = {tensor.name: key for key, tensor in layer.named_buffers()}
    names.update({t.name: key for key, t in layer.state_dict().items() if isinstance(t, Tensor)})
    return names


def _output(outputs: Sequence[Value], item: Any) -> Value:
    if isinstance(item, int) and not isinstance(item, bool):
        if not -len(outputs) <= item < len(outputs):
            raise InvalidArgumentError(f"output_spec has {item}, the program has {len(outputs)} outputs.")
        return outputs[item]
    for value in outputs:
        if value is item or value.name == getattr(item, "name", None):
            return value
    raise InvalidArgumentError(f"output_spec has {item!r}, which is not an output of the traced program.")
