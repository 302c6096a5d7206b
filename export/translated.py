"""`paddle.jit.load`: a saved model as a layer."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from paddlelite.dims import Dim, Dims, file_dims, matches, symbol
from paddlelite.errors import InvalidArgumentError, PaddleError
from paddlelite.framework import unique_name
from paddlelite.ir import Program, Value
from paddlelite.nn import Layer
from paddlelite.nn.parameter import Parameter
from paddlelite.static import InputSpec
from paddlelite.tensor.creation import to_tensor
from paddlelite.tensor.tensor import Tensor

from .pdmodel import LoadedModel, companions, find_model, read_model

__all__ = ["TranslatedLayer", "load"]


def _instead(name: str) -> str:
    """What is there under a path that is no model."""
    stem, suffix = os.path.splitext(name)
    if os.path.isfile(name + ".json"):
        return f" There is {name}.json, a program of PaddlePaddle 3.x, which cannot be read yet."
    if suffix in (".pdmodel", ".pdiparams") and os.path.isfile(name):
        return f" There is {name}: give its path without {suffix}, {stem!r}."
    return ""


def load(path: str | os.PathLike[str], **configs: Any) -> TranslatedLayer:
    """Loads what `paddle.jit.save` or `save_inference_model` wrote, here or in PaddlePaddle 1.x and 2.x.

    Args:
        path: the prefix given to save, or a folder of 1.x.
        model_filename, params_filename: names inside a folder, if not `__model__` and one file a variable.

    Returns a layer that computes what the program computes; its parameters can be trained further.

    Raises InvalidArgumentError when files are missing, damaged or do not belong together, UnimplementedError listing
    all ops that paddlelite does not have.
    """
    where = {name: configs.pop(name, None) for name in ("model_filename", "params_filename")}
    if configs:
        raise InvalidArgumentError(
            f"The additional config ({next(iter(configs))}) of `paddle.jit.load` is not supported."
        )
    name = os.fspath(path)
    paths = find_model(name, **where)
    if paths is None:
        raise InvalidArgumentError(
            f"The ``path`` ({name}) to load model not exists. Please make sure that *.pdmodel exists or don't using "
            f"``skip_forward=True`` to jit.save.{_instead(name)}"
        )
    models = {"forward": read_model(paths)}
    if not os.path.isdir(name):
        shared = dict(models["forward"].tensors)
        for method in companions(name, models["forward"].extra):
            other = find_model(f"{name}.{method}")
            if other is not None:
                other.info = paths.info
                models[method] = read_model(other, shared)
                shared.update(models[method].tensors)
    return TranslatedLayer(models)


class TranslatedLayer(Layer):
    """A layer whose forward (and other methods) are loaded programs. Made by :func:`load`, in eval mode.

    Parameters are called ``param_0``, ``param_1`` ... and buffers ``buffer_0`` ... in the order of their variables'
    names, as in PaddlePaddle.
    """

    def __init__(self, models: dict[str, LoadedModel]) -> None:
        super().__init__()
        self._models = models
        self._runs: dict[str, list[tuple[list[Dims], Callable[[Sequence[Tensor]], list[Tensor]]]]] = {}
        tensors: dict[str, Tensor] = {}
        for model in models.values():
            tensors.update(model.tensors)
        counts = {"param": 0, "buffer": 0}
        for name in sorted(tensors):
            tensor = tensors[name]
            tensor.name = _own_name(name)
            if isinstance(tensor, Parameter):
                self.add_parameter(f"param_{counts['param']}", tensor)
                counts["param"] += 1
            else:
                self.register_buffer(f"buffer_{counts['buffer']}", tensor)
                counts["buffer"] += 1
        for method in models:
            if method != "forward":
                object.__setattr__(self, method, lambda *inputs, _method=method: self._call(_method, inputs))
        self.eval()

    def forward(self, *inputs: Any) -> Any:
        """Runs the program: one tensor (or array) per input; returns a tensor, or a list when there are several."""
        return self._call("forward", inputs)

    def train(self, mode: bool = True) -> Layer:
        """Lets gradients reach the parameters. Dropout and batch normalization stay as they are when serving."""
        return super().train(mode)

    def program(self, method_name: str = "forward") -> Program:
        """The program of a method."""
        if method_name not in self._models:
            raise InvalidArgumentError(
                f"The method `{method_name}` does not exist in loaded layer; it has {', '.join(self._models)}."
            )
        return self._models[method_name].program

    def _input_spec(self, method_name: str = "forward") -> list[InputSpec]:
        return [_spec_of(value, value.name) for value in self.program(method_name).inputs]

    def _output_spec(self, method_name: str = "forward") -> list[InputSpec]:
        program = self.program(method_name)
        return [
            _spec_of(value, name)
            for value, name in zip(program.outputs, self._models[method_name].outputs, strict=True)
        ]

    def _call(self, method: str, inputs: Sequence[Any]) -> Any:
        program = self._models[method].program
        if len(inputs) != len(program.inputs):
            names = ", ".join(value.name for value in program.inputs)
            raise InvalidArgumentError(
                f"{method} takes {len(program.inputs)} inputs ({names}), not {len(inputs)}."
            )
        tensors = [_fitting(item, value) for item, value in zip(inputs, program.inputs, strict=True)]
        outputs = self._run_for(method, tensors)(tensors)
        return outputs[0] if len(outputs) == 1 else list(outputs)

    def _run_for(self, method: str, tensors: Sequence[Tensor]) -> Callable[[Sequence[Tensor]], list[Tensor]]:
        """The program as it was saved, or for other sizes: in the file they are what was seen while saving, and no
        promise. (PaddlePaddle runs its files on any size that the operators accept.)
        """
        from .executor import Executor  # onnx is loaded by its first use

        runs = self._runs.setdefault(method, [])
        program = self._models[method].program
        if not runs:
            runs.append(([value.dims for value in program.inputs], Executor(program)))
        for sizes, run in runs:
            if _holds(sizes, tensors):
                return run
        resized = _resized(self._models[method], tensors)
        runs.append(([value.dims for value in resized.inputs], Executor(resized)))
        return runs[-1][1]


def _own_name(name: str) -> str:
    """A name that no parameter made in this process has or will have."""
    stem, _, number = name.rpartition("_")
    return unique_name.generate(stem if stem and number.isdigit() else name)


def _spec_of(value: Value, name: str) -> InputSpec:
    """The spec of an input or output: sizes that are not known are -1, or their name where the user gave one."""
    dims: list[int | str] = []
    for axis, dim in enumerate(value.dims):
        own = f"{value.name}_{axis}"
        known = dim.name if isinstance(dim, Dim) else dim
        dims.append(-1 if known is None or known == own else known)
    return InputSpec(dims, value.dtype, name)


def _fitting(item: Any, value: Value) -> Tensor:
    """The input as a tensor; InvalidArgumentError when its dtype or rank is not the program's."""
    tensor = item if isinstance(item, Tensor) else to_tensor(np.asarray(item))
    if tensor.dtype is not value.dtype:
        raise InvalidArgumentError(
            f"the input '{value.name}' must be {value.dtype.name}, but received {tensor.dtype.name}; use astype()."
        )
    if len(tensor.dims) != len(value.dims):
        raise InvalidArgumentError(
            f"the input '{value.name}' must have the shape {file_dims(value.dims)}, but received {list(tensor.dims)}."
        )
    return tensor


def _holds(sizes: Sequence[Dims], tensors: Sequence[Tensor]) -> bool:
    """Whether a program for these sizes may be run on the tensors; into another capture any symbol may go."""
    seen: dict[Dim, int] = {}
    for dims, tensor in zip(sizes, tensors, strict=True):
        if isinstance(tensor, Value):
            pairs = zip(dims, tensor.dims, strict=True)
            if not all(isinstance(a, Dim) or isinstance(b, Dim) or a == b for a, b in pairs):
                return False
        elif not matches(dims, tensor._data.shape, seen):
            return False
    return True


def _resized(model: LoadedModel, tensors: Sequence[Tensor]) -> Program:
    """The program with symbols for the sizes in which the tensors differ from what was saved."""
    symbols, differing = [], []
    for value, tensor in zip(model.program.inputs, tensors, strict=True):
        pairs = list(enumerate(zip(value.dims, tensor.dims, strict=True)))
        symbols.append(tuple(a if a == b else symbol(f"{value.name}_{axis}") for axis, (a, b) in pairs))
        if any(isinstance(a, int) and a != b for _, (a, b) in pairs):
            differing.append(
                f"the input '{value.name}' must have the shape {file_dims(value.dims)}, but received "
                f"{list(tensor.dims)}"
            )
    try:
        model.for_sizes([tensor.dims for tensor in tensors])  # where no symbol hides what does not fit
        return model.for_sizes(symbols)
    except PaddleError as error:
        raise InvalidArgumentError(f"{'; '.join(differing)}: {error}") from error
