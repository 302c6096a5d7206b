"""``fluid.dygraph.jit``: what 1.8 called to_static, and the layers it traced."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import InvalidArgumentError, InvalidTypeError, PreconditionNotMetError
from ...mode import mode
from ...static.folders import save_inference_model
from ...static.input_spec import InputSpec
from ...tensor.tensor import Tensor
from ..layers.door import refused
from .layers import Layer

__all__ = ["ProgramTranslator", "TracedLayer", "declarative", "dygraph_to_static_func"]


def declarative(function: Any = None) -> Any:
    """``paddle.jit.to_static`` under its name in 1.8."""
    from ...jit import to_static

    return to_static(function)


dygraph_to_static_func = declarative
ProgramTranslator = refused(
    "ProgramTranslator",
    "decorate functions with declarative; paddle.jit.enable_to_static(False) runs them as they are",
    "fluid.dygraph",
)


class TracedLayer:
    """A layer as a program: what :meth:`trace` returns, to be run or saved for inference. The batch's size is free."""

    def __init__(self, program: Any, feeds: list[str]) -> None:
        self._program, self._feeds = program, feeds

    @property
    def program(self) -> Any:
        """The program."""
        return self._program

    @staticmethod
    def trace(layer: Any, inputs: Any) -> tuple[Any, TracedLayer]:
        """``(layer(*inputs), its program)``. Control flow that depends on tensors becomes part of the program.

        Raises PreconditionNotMetError outside of a guard, InvalidTypeError for what is no layer or Variable.
        """
        from ...jit import to_static

        if mode.tracer is None:
            raise PreconditionNotMetError("TracedLayer.trace: We only support it in fluid.dygraph.guard()")
        given = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
        if not isinstance(layer, Layer) or not all(isinstance(x, Tensor) for x in given):
            raise InvalidTypeError("TracedLayer.trace takes a fluid.dygraph.Layer and Variables")
        outs = layer(*given)
        names = [f"feed_{at}" for at in range(len(given))]
        specs = [InputSpec([None, *x.shape[1:]], x.dtype, name) for x, name in zip(given, names, strict=True)]
        return outs, TracedLayer(to_static(layer.forward, specs).concrete_program.main_program, names)

    def set_strategy(self, build_strategy: Any = None, exec_strategy: Any = None) -> None:
        """Accepted."""

    def __call__(self, inputs: Any) -> list[np.ndarray]:
        """The arrays of the outputs. Raises InvalidArgumentError for another number of inputs."""
        from ..executor import Executor

        given = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
        if len(given) != len(self._feeds):
            raise InvalidArgumentError(
                f"the traced layer takes {len(self._feeds)} inputs, but got {len(given)}"
            )
        feed = dict(zip(self._feeds, given, strict=True))
        return Executor().run(self._program, feed, self._program.outputs)

    def save_inference_model(self, dirname: str, feed: Any = None, fetch: Any = None) -> None:
        """Write the program for inference; ``feed`` and ``fetch`` choose inputs and outputs by their places."""
        outs = list(self._program.outputs)
        feeds = self._feeds if feed is None else [self._feeds[at] for at in feed]
        targets = outs if fetch is None else [outs[at] for at in fetch]
        save_inference_model(dirname, feeds, targets, None, self._program)
