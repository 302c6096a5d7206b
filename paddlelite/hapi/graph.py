"""What `paddle.Model` does with a batch in static mode: it runs a program for training, one for evaluation or one for
prediction, which `prepare` has built on the variables that the network has in the scope."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import (
    InvalidArgumentError,
    InvalidTypeError,
    MismatchError,
    NotFoundError,
    PreconditionNotMetError,
)
from ..framework.execution import in_dynamic_mode
from ..ir import Persistable, Program, Value
from ..nn.layer.state import evaluating
from ..optimizer.lr import LRScheduler
from ..prune import cut
from ..static.executor import Executor
from ..static.io import save_inference_model
from ..static.programs import default_main_program, default_startup_program, program_guard
from ..static.scope import global_scope
from ..static.variables import data
from ..tensor.math import add_n
from .batches import listed
from .losses import losses_of, outputs_of

if TYPE_CHECKING:
    from .model import Model

__all__ = ["Graph"]


@dataclass
class _Built:
    """A program, what it is fed, and what it is asked for."""

    program: Program
    inputs: list[Value]
    labels: list[Value]
    outputs: list[Any]
    losses: list[Any]
    computed: list[list[Any]]  # for each metric


class Graph:
    """Runs a Model's batches as static programs."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._main, self._startup = default_main_program(), default_startup_program()
        self._executor = Executor()
        self._built: dict[str, _Built] = {}

    # Programs

    def prepare(self) -> None:
        """Build the programs, and give variables that have no value yet their first one.

        Raises PreconditionNotMetError in dynamic mode, InvalidArgumentError when the loss does not take as many labels
        as the Model was made with.
        """
        if in_dynamic_mode():
            raise PreconditionNotMetError(
                "this paddle.Model was made in static mode: call paddle.enable_static() before prepare()"
            )
        model = self._model
        kinds = ["eval", "test"]
        if model._optimizer is not None and model._loss is not None:
            kinds.insert(0, "train")
        self._built = {kind: self._build(kind) for kind in kinds}
        begin(self._startup)

    def _build(self, kind: str) -> _Built:
        model, program = self._model, self._main.clone()
        with evaluating(model.network), program_guard(program, self._startup):
            if kind == "train":
                model.network.train()
            built = self._forward(kind, program)
            if kind == "train":
                model._optimizer.minimize(add_n(built.losses))
        if kind != "train":  # what does not ask whether it is trained, as F.dropout(x), is in test mode too
            built.program = program.clone(for_test=True)
        return built

    def _forward(self, kind: str, program: Program) -> _Built:
        model = self._model
        inputs, labels = ([data(str(s.name), list(s.shape), s.dtype) for s in specs] for specs in
                          (model._inputs, model._labels if kind != "test" else []))  # fmt: skip
        outputs = outputs_of(model.network, inputs)
        losses: list[Any] = []
        computed: list[list[Any]] = []
        if kind != "test":
            if model._loss:
                losses = _losses(model._loss, outputs, labels)
            computed = [listed(metric.compute(*outputs, *labels)) for metric in model._metrics]
        return _Built(program, inputs, labels, outputs, losses, computed)

    # Batches

    def train(self, inputs: Any, labels: Any, update: bool) -> tuple[list[Any], list[Any]]:
        """A step: the losses, and for each metric what it computes. Raises MismatchError without ``update``."""
        if not update:
            raise MismatchError("Does not support `update == False` in static graph mode by now.")
        return self._losses("train", inputs, labels)

    def evaluate(self, inputs: Any, labels: Any) -> tuple[list[Any], list[Any]]:
        """As `train`, without a step."""
        return self._losses("eval", inputs, labels)

    def predict(self, inputs: Any) -> list[np.ndarray]:
        """The network's outputs."""
        built = self._program("test")
        return self._run(built, built.outputs, inputs, None)

    def _program(self, kind: str) -> _Built:
        built = self._built.get(kind)
        if built is None:
            raise PreconditionNotMetError("Model is not ready, please call `model.prepare()` first")
        return built

    def _losses(self, kind: str, inputs: Any, labels: Any) -> tuple[list[Any], list[Any]]:
        built = self._program(kind)
        wanted = [*built.losses, *(x for each in built.computed for x in each)]
        found = iter(self._run(built, wanted, inputs, labels))
        return [next(found) for _ in built.losses], [[next(found) for _ in each] for each in built.computed]

    def _run(self, built: _Built, wanted: list[Any], inputs: Any, labels: Any) -> list[Any]:
        """The values of ``wanted``, of which those that are no variables are themselves."""
        feed: dict[str, Any] = {}
        for what, variables, given in (("inputs", built.inputs, inputs), ("labels", built.labels, labels)):
            values = [] if given is None else listed(given)
            if len(values) != len(variables):
                names = [v.name for v in variables]
                raise InvalidArgumentError(
                    f"the batch has {len(values)} {what}, but the Model was made with the {what} {names}"
                )
            feed.update(zip((v.name for v in variables), values))
        fetched = iter(self._executor.run(built.program, feed, [v for v in wanted if isinstance(v, Value)]))
        return [next(fetched) if isinstance(v, Value) else v for v in wanted]

    # Files

    def parameters(self) -> dict[str, Any]:
        """What is saved of the network. Raises NotFoundError for what has no value yet."""
        return {name: _held(v) for name, v in self._model.network.state_dict().items()}

    def state(self) -> dict[str, Any]:
        """What is saved of the optimizer, under the names that it has in dynamic mode too."""
        optimizer = self._model._optimizer
        if optimizer is None:
            return {}
        found: dict[str, Any] = {v.name: _held(v) for v in optimizer._graph.accumulators.values()}
        if isinstance(optimizer._learning_rate, LRScheduler):
            found["LR_Scheduler"] = optimizer._learning_rate.state_dict()
        return found

    def restore(self, parameters: dict[str, Any], state: dict[str, Any] | None) -> None:
        """Give the network and the optimizer what was saved of them; nothing is changed when the state does not fit."""
        model = self._model
        accumulators = model._optimizer._graph.accumulators.values() if state else ()
        values: dict[Any, Any] = {v: _fitting(v, state or {}) for v in accumulators}
        schedule = (state or {}).get("LR_Scheduler")
        if schedule is not None and isinstance(model._optimizer._learning_rate, LRScheduler):
            model._optimizer._learning_rate.set_state_dict(schedule)
        own = model.network.state_dict()
        values.update((own[name], array) for name, array in parameters.items())
        for variable, array in values.items():
            variable.set_value(array)

    def save_inference(self, path: str) -> None:
        """Save the program for predictions, as `paddle.static.save_inference_model` does."""
        built = self._program("test")
        save_inference_model(path, built.inputs, built.outputs, self._executor, program=built.program)


def begin(startup: Program) -> None:
    """Run a startup program for the variables that have no value in the scope yet."""
    held = global_scope().held
    state = [
        (tensor, value)
        for tensor, value in startup.builder.settle().state
        if not isinstance(tensor, Persistable) or held(tensor.name) is None
    ]
    if any(isinstance(tensor, Persistable) for tensor, _ in state):
        part = cut(startup, startup.inputs, [], state)
        part.random_seed = startup.random_seed
        Executor().run(part)


def _losses(loss: Callable[..., Any], outputs: list[Any], labels: list[Any]) -> list[Any]:
    try:
        return losses_of(loss, outputs, labels)
    except TypeError as error:
        if labels:
            raise
        raise InvalidTypeError(
            f"the loss can not be called with the network's outputs alone ({error}): in static mode the Model is told "
            "its labels, paddle.Model(network, inputs=[...], labels=[InputSpec(...), ...])"
        ) from error


def _held(variable: Any) -> np.ndarray:
    held = global_scope().held(variable.name)
    if held is None:
        raise NotFoundError(
            f"{variable.name} has no value to save: call model.prepare() first, which runs the startup program."
        )
    return held._data


def _fitting(variable: Any, state: dict[str, Any]) -> np.ndarray:
    if variable.name not in state:
        raise MismatchError(f"variable [{variable.name}] is not in optimizer state file")
    array = np.asarray(state[variable.name])
    if array.shape != tuple(variable.dims):
        raise InvalidArgumentError(
            f"the optimizer's {variable.name} has the shape {list(variable.dims)}, but was saved with "
            f"{list(array.shape)}"
        )
    return array
