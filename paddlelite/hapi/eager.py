"""What `paddle.Model` does with a batch in dynamic mode: the network, the loss and the optimizer are called."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from ..autograd import no_grad
from ..errors import PreconditionNotMetError
from ..framework.execution import in_dynamic_mode
from ..static import InputSpec
from ..tensor.creation import to_tensor
from ..tensor.math import add_n
from ..tensor.tensor import Tensor
from .batches import listed
from .losses import losses_of, outputs_of

if TYPE_CHECKING:
    from .model import Model

__all__ = ["Eager"]


class Eager:
    """Runs a Model's batches at once."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._inferred = False

    def prepare(self) -> None:
        """Nothing has to be built. Raises PreconditionNotMetError in static mode."""
        _check_mode()

    def train(self, inputs: Any, labels: Any, update: bool) -> tuple[list[Any], list[Any]]:
        """A step: the losses, and for each metric what it computes."""
        model = self._model
        model.network.train()
        labels = _tensors(labels)
        with model._precision.context():
            outputs = self._call(inputs)
        losses = losses_of(model._loss, outputs, labels)
        model._precision.step(model._optimizer, add_n(losses), update)
        if update:
            model.network.clear_gradients()
        return _arrays(losses), self._computed(outputs, labels)

    @no_grad()
    def evaluate(self, inputs: Any, labels: Any) -> tuple[list[Any], list[Any]]:
        """As `train`, without a step."""
        model = self._model
        model.network.eval()
        labels = _tensors(labels)
        outputs = self._call(inputs)
        losses = losses_of(model._loss, outputs, labels) if model._loss else []
        return _arrays(losses), self._computed(outputs, labels)

    @no_grad()
    def predict(self, inputs: Any) -> list[np.ndarray]:
        """The network's outputs."""
        self._model.network.eval()
        return _arrays(self._call(inputs))

    def _call(self, inputs: Any) -> list[Any]:
        _check_mode()
        model, given = self._model, _tensors(inputs)
        if not model._given and not self._inferred:
            model._inputs = [InputSpec.from_tensor(x, spec.name) for spec, x in zip(model._inputs, given)]
            self._inferred = True
        return outputs_of(model.network, given)

    def _computed(self, outputs: list[Any], labels: list[Any]) -> list[Any]:
        return [_arrays(listed(metric.compute(*outputs, *labels))) for metric in self._model._metrics]

    # Files

    def parameters(self) -> dict[str, Any]:
        """What is saved of the network."""
        return self._model.network.state_dict()

    def state(self) -> dict[str, Any]:
        """What is saved of the optimizer."""
        optimizer = self._model._optimizer
        return optimizer.state_dict() if optimizer is not None else {}

    def restore(self, parameters: dict[str, Any], state: dict[str, Any] | None) -> None:
        """Give the network and the optimizer what was saved of them; nothing is changed when the state does not fit."""
        model = self._model
        if state:
            model._optimizer.set_state_dict(state)
        model.network.set_state_dict({**model.network.state_dict(), **parameters})

    def save_inference(self, path: str) -> None:
        """Save the network for predictions. Raises PreconditionNotMetError if its inputs' shapes are not known."""
        from ..jit import save as save_program

        model = self._model
        if not model._given and not self._inferred:
            raise PreconditionNotMetError(
                "Saving inference model needs 'inputs' or running before saving. Please specify 'inputs' in Model "
                "initialization or input training data and perform a training for shape derivation."
            )
        if not model._given:
            shapes = [list(spec.shape) for spec in model._inputs]
            warnings.warn(
                "'inputs' was not specified when Model initialization, so the input shape to be saved will be the "
                f"shape derived from the user's actual inputs. The input shape to be saved is {shapes}. For saving "
                "correct input shapes, please provide 'inputs' for Model initialization.",
                stacklevel=4,
            )
        save_program(model.network, path, input_spec=model._inputs)


def _check_mode() -> None:
    if not in_dynamic_mode():
        raise PreconditionNotMetError(
            "this paddle.Model was made in dynamic mode and works there: call paddle.disable_static(), or make the "
            "network and the Model after paddle.enable_static()"
        )


def _tensors(values: Any) -> list[Any]:
    if values is None:
        return []
    return [value if isinstance(value, Tensor) else to_tensor(value) for value in listed(values)]


def _arrays(values: list[Any]) -> list[Any]:
    return [value.numpy() if isinstance(value, Tensor) else value for value in values]
