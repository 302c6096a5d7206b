"""A layer's programs as one set of files for inference: what `paddle.jit.save` keeps of each, and what it is called."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from paddlelite.errors import InvalidArgumentError, UnimplementedError
from paddlelite.ir import Program, Value
from paddlelite.nested import Leaf, parts
from paddlelite.nn import Layer
from paddlelite.prune import cut
from paddlelite.tensor.tensor import Tensor

from .pdmodel import ModelToWrite, write_models
from .properties import encoded

__all__ = ["Method", "check_options", "static_methods", "write_layer"]

_OPTIONS = {
    "output_spec", "with_hook", "combine_params", "clip_extra", "skip_forward", "input_names_after_prune",
    "skip_prune_program", "separate_parameters",
}  # fmt: skip


@dataclass(frozen=True)
class Method:
    """What is to be saved: `takes` and `gives` are the structures of the arguments (None: in the program's order) and
    of the result, with Leafs where the program's inputs and outputs are.
    """

    name: str
    program: Program
    takes: Any
    gives: Any


def check_options(path: str | os.PathLike[str], options: Mapping[str, Any]) -> str:
    """The prefix that `path` means. Raises InvalidArgumentError when it has no file name, for an option that does not
    exist, UnimplementedError for one that does.
    """
    for name, value in options.items():
        if name not in _OPTIONS:
            raise InvalidArgumentError(
                f"The additional config ({name}) of `paddle.jit.save` is not supported."
            )
        if name == "separate_parameters" and value:
            raise UnimplementedError(
                "separate_parameters=True is not supported: a .pdiparams holds all of them."
            )
    prefix = os.fspath(path)
    if not os.path.basename(prefix):
        raise InvalidArgumentError(
            f"The input path MUST be format of dirname/file_prefix, but received {prefix!r} without a file_prefix."
        )
    return prefix


def write_layer(prefix: str, methods: Sequence[Method], layer: Any, options: Mapping[str, Any]) -> None:
    """Writes `prefix.pdmodel` for the method forward, `prefix.NAME.pdmodel` for others, and their parameters under the
    names that they have in `layer`. With `combine_params`, `prefix.pdiparams` has those of all methods, and
    `prefix.meta` the layer's properties.
    """
    models = [
        ModelToWrite(
            _part(method, options), prefix if method.name == "forward" else f"{prefix}.{method.name}"
        )
        for method in methods
    ]
    structured = _structured_names(layer) if isinstance(layer, Layer) else {}
    combined = None
    if options.get("combine_params"):
        found = {name: m() for name, m in static_methods(layer).items() if m.is_property}
        properties = {f"{type(layer).__name__}.{name}": value for name, value in found.items()}
        combined = {prefix + ".meta": encoded(properties)}
    write_models(models, prefix + ".pdiparams.info", structured, {"writer": "paddlelite"}, combined)


def static_methods(layer: Any) -> dict[str, Any]:
    """The methods that are decorated with `to_static`, by their names."""
    kind = type(layer)
    names = [
        name for name in {*dir(kind), *vars(layer)} if not isinstance(getattr(kind, name, None), property)
    ]
    methods = {name: getattr(layer, name, None) for name in sorted(names)}
    return {name: m for name, m in methods.items() if hasattr(m, "dygraph_function")}


def _part(method: Method, options: Mapping[str, Any]) -> Program:
    """What is saved of a program: inputs and outputs in PaddlePaddle's order (dicts by their sorted keys), cut down to
    `output_spec` and `input_names_after_prune`.
    """
    program = method.program
    outputs = [program.outputs[i] for i in _leaves(method.gives)]
    if options.get("output_spec") is not None:
        outputs = [_output(outputs, item) for item in options["output_spec"]]
    order = range(len(program.inputs)) if method.takes is None else _leaves(method.takes)
    inputs = {program.inputs[i].name: program.inputs[i] for i in order}
    names = options.get("input_names_after_prune") or list(inputs)
    missing = [name for name in names if name not in inputs]
    if missing:
        raise InvalidArgumentError(f"input_names_after_prune has {missing}, the inputs are {list(inputs)}.")
    return cut(program, [inputs[name] for name in names], outputs, program.state)


def _leaves(template: Any) -> list[int]:
    if isinstance(template, Leaf):
        return [template.index]
    inner = (
        [template[k] for k in sorted(template, key=str)] if isinstance(template, dict) else parts(template)
    )
    return [i for part in inner or () for i in _leaves(part)]


def _output(outputs: Sequence[Value], item: Any) -> Value:
    if isinstance(item, int) and not isinstance(item, bool):
        if not -len(outputs) <= item < len(outputs):
            raise InvalidArgumentError(f"output_spec has {item}, the program has {len(outputs)} outputs.")
        return outputs[item]
    for value in outputs:
        if value is item or value.name == getattr(item, "name", None):
            return value
    raise InvalidArgumentError(f"output_spec has {item!r}, which is not an output of the traced program.")


def _structured_names(layer: Layer) -> dict[str, str]:
    names = {tensor.name: key for key, tensor in layer.named_buffers()}
    names.update({t.name: key for key, t in layer.state_dict().items() if isinstance(t, Tensor)})
    return names
