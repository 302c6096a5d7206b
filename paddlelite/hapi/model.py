"""paddle.Model: training, evaluation and prediction over data sets in one call each."""

from __future__ import annotations

import inspect
import os
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import (
    InvalidArgumentError,
    InvalidTypeError,
    MismatchError,
    NotFoundError,
    PreconditionNotMetError,
)
from ..framework.atomic import FileSet
from ..framework.execution import in_dynamic_mode
from ..framework.io import load, save
from ..metric import Metric
from ..static import InputSpec
from .amp import Precision
from .batches import Budget, batches, length, listed, loader, rows
from .callbacks import CallbackList, EarlyStopping, config_callbacks
from .eager import Eager
from .graph import Graph
from .summary import summary

__all__ = ["Model"]

_ENDINGS = ("", ".pdparams", ".pdopt", ".pdmodel")


class _NoParameters(NotFoundError, MismatchError):
    """There is nothing to load."""


class Model:
    """A network with what it takes to train it.

    Args:
        network: a `paddle.nn.Layer`.
        inputs: an InputSpec or a list of them, with names; by default one for each argument of ``forward``. Of a batch
            so many fields go to the network, the others are labels.
        labels: InputSpecs of the labels; needed in static mode, accepted in dynamic mode.

    Made in static mode, it trains, evaluates and predicts with a program each, which `prepare` builds; ``inputs`` have
    to be given. Raises InvalidTypeError for what is no layer or no InputSpec, and for no inputs in static mode,
    InvalidArgumentError for an InputSpec without a name.

    >>> import numpy as np
    >>> import paddlelite as paddle
    >>> model = paddle.Model(paddle.nn.Linear(4, 2))
    >>> optimizer = paddle.optimizer.SGD(0.1, parameters=model.parameters())
    >>> model.prepare(optimizer, paddle.nn.CrossEntropyLoss(), paddle.metric.Accuracy())
    >>> data = [(np.ones(4, "float32"), np.array([1])) for _ in range(8)]
    >>> model.fit(paddle.io.DataLoader(data, batch_size=4), epochs=3, verbose=0)
    >>> model.evaluate(paddle.io.DataLoader(data, batch_size=4), verbose=0)["acc"]
    1.0
    """

    def __init__(self, network: Any, inputs: Any = None, labels: Any = None) -> None:
        from ..nn import Layer

        if not isinstance(network, Layer):
            raise InvalidTypeError(f"a Model needs a paddle.nn.Layer, but got {type(network).__name__}")
        self.mode = "train"
        self.network = network
        self.stop_training = False
        self._optimizer: Any = None
        self._loss: Any = None
        self._metrics: list[Metric] = []
        self._precision = Precision(None)
        self._given = inputs is not None
        if not (self._given or in_dynamic_mode()):
            raise InvalidTypeError("'inputs' must be list or tuple or dict, and couldn't be None.")
        names = _arguments(network)
        self._inputs = (
            _specs(inputs, names) if self._given else [InputSpec([None], name=name) for name in names]
        )
        self._labels = _specs(labels, names) if labels is not None else []
        self._engine: Eager | Graph = Eager(self) if in_dynamic_mode() else Graph(self)

    def prepare(
        self, optimizer: Any = None, loss: Any = None, metrics: Any = None, amp_configs: Any = None
    ) -> None:
        """What to train and judge the network with.

        Args:
            optimizer: needed to train.
            loss: a layer or function of the outputs and the labels; needed to train.
            metrics: a `paddle.metric.Metric` or a list of them.
            amp_configs: ``"O0"``, ``"O1"``, ``"O2"`` or a dict, as in PaddlePaddle: on the CPU it changes nothing
                but the scaling of the loss.

        In static mode it also runs the startup program, for variables that have no value yet.

        Raises TypeError for a loss that cannot be called or a metric that is none, ValueError for other
        ``amp_configs``, PreconditionNotMetError in another mode than the Model was made in.
        """
        if loss is not None and not callable(loss):
            raise InvalidTypeError(
                "'loss' must be sub classes of `paddle.nn.Layer` or any callable function."
            )
        chosen = listed(metrics) if metrics else []
        for metric in chosen:
            if not isinstance(metric, Metric):
                raise MismatchError(f"{type(metric).__name__} is not sub class of Metric")
        self._optimizer = optimizer
        self._loss = loss
        self._metrics = chosen
        self._precision = Precision(amp_configs)
        self._engine.prepare()

    def train_batch(self, inputs: Any, labels: Any = None, update: bool = True) -> Any:
        """A step on one batch: ``update=False`` only adds to the gradients, which static mode refuses.

        Returns the list of losses, or with metrics (losses, metrics of this batch), as arrays and numbers.
        Raises PreconditionNotMetError without an optimizer and a loss.
        """
        if self._optimizer is None or self._loss is None:
            raise PreconditionNotMetError(
                "model not ready, please call `model.prepare()` first, with an optimizer and a loss"
            )
        self.mode = "train"
        return self._results(*self._engine.train(inputs, labels, update))

    def eval_batch(self, inputs: Any, labels: Any = None) -> Any:
        """Losses and metrics of one batch, as `train_batch` returns them; without a loss, the metrics alone."""
        self.mode = "eval"
        return self._results(*self._engine.evaluate(inputs, labels))

    def predict_batch(self, inputs: Any) -> list[np.ndarray]:
        """The outputs of the network for one batch, as arrays."""
        self.mode = "test"
        return self._engine.predict(inputs)

    def _results(self, losses: list[Any], computed: list[Any]) -> Any:
        metrics = [metric.update(*each) for metric, each in zip(self._metrics, computed)]
        if self._loss and self._metrics:
            return losses, metrics
        return losses if self._loss else metrics

    def fit(
        self,
        train_data: Any = None,
        eval_data: Any = None,
        batch_size: int | Sequence[int] = 1,
        epochs: int = 1,
        eval_freq: int = 1,
        log_freq: int = 10,
        save_dir: str | None = None,
        save_freq: int = 1,
        verbose: int = 2,
        drop_last: bool = False,
        shuffle: bool = True,
        num_workers: int = 0,
        callbacks: Any = None,
        accumulate_grad_batches: int = 1,
        num_iters: int | None = None,
    ) -> None:
        """Train.

        Args:
            train_data, eval_data: a Dataset, or a DataLoader or another source of batches.
            batch_size: of a Dataset; two for training and evaluation.
            epochs: how often to go through ``train_data``.
            eval_freq: evaluate after every so many epochs.
            log_freq: show loss and metrics every so many batches.
            save_dir, save_freq: save to this folder every so many epochs, and at the end.
            verbose: 0 shows nothing, 1 a bar, 2 a line each time, 3 also what loading and computing cost.
            drop_last, shuffle, num_workers: of a Dataset's loader.
            callbacks: a `paddle.callbacks.Callback` or a list of them.
            accumulate_grad_batches: update after every so many batches, with the sum of their gradients.
            num_iters: stop after so many batches.

        Raises InvalidArgumentError without ``train_data`` or for a wrong number.
        """
        if train_data is None:
            raise MismatchError("train_data must be given!")
        sizes = [batch_size, batch_size] if isinstance(batch_size, int) else list(batch_size)
        if len(sizes) != 2:
            raise MismatchError("batch_size length error, expected train_batch_size and eval_batch_size.")
        for name, number in (("eval_freq", eval_freq), ("accumulate_grad_batches", accumulate_grad_batches)):
            if number < 1:
                raise InvalidArgumentError(f"{name} should be positive, but is {number}")
        if accumulate_grad_batches > 1 and isinstance(self._engine, Graph):
            raise MismatchError(
                f"accumulate_grad_batches={accumulate_grad_batches}: static mode updates after every batch; use larger "
                "batches or dynamic mode"
            )
        train = loader(train_data, sizes[0], num_workers, shuffle, drop_last)
        evaluation = None if eval_data is None else loader(eval_data, sizes[1], num_workers)
        steps, budget = length(train), Budget(num_iters)
        if num_iters is not None and steps:
            epochs, steps = num_iters // steps + 1, min(num_iters, steps)
        calls = config_callbacks(
            callbacks, self, epochs=epochs, steps=steps, log_freq=log_freq, save_freq=save_freq, save_dir=save_dir,
            verbose=verbose, metrics=self._metrics_name(),
        )  # fmt: skip
        if evaluation is None and any(isinstance(each, EarlyStopping) for each in calls):
            warnings.warn("EarlyStopping needs validation data.", stacklevel=2)
        self.stop_training = False
        logs: dict[str, Any] = {}
        calls.call("train_begin", None)
        for epoch in range(epochs):
            calls.call("epoch_begin", epoch, None)
            self._train_epoch(train, calls, logs, accumulate_grad_batches, budget)
            calls.call("epoch_end", epoch, logs)
            if evaluation is not None and epoch % eval_freq == 0:
                self._evaluate(evaluation, calls, logs, Budget(None))
            if self.stop_training:
                break
        calls.call("train_end", logs)

    def evaluate(
        self,
        eval_data: Any,
        batch_size: int = 1,
        log_freq: int = 10,
        verbose: int = 2,
        num_workers: int = 0,
        callbacks: Any = None,
        num_iters: int | None = None,
    ) -> dict[str, Any]:
        """Loss (of the last batch, a list) and metrics by name. Arguments as for `fit`."""
        source = loader(eval_data, batch_size, num_workers)
        calls = config_callbacks(
            callbacks, self, log_freq=log_freq, verbose=verbose, metrics=self._metrics_name()
        )
        logs: dict[str, Any] = {}
        self._evaluate(source, calls, logs, Budget(num_iters))
        return {name: logs[name] for name in self._metrics_name() if name in logs}

    def predict(
        self,
        test_data: Any,
        batch_size: int = 1,
        num_workers: int = 0,
        stack_outputs: bool = False,
        verbose: int = 1,
        callbacks: Any = None,
    ) -> list[Any]:
        """For each output of the network the arrays of all batches: a tuple, or one array with ``stack_outputs``."""
        source = loader(test_data, batch_size, num_workers)
        calls = config_callbacks(callbacks, self, verbose=verbose)
        calls.call("predict_begin", {"steps": length(source)})
        outputs = []
        logs: dict[str, Any] = {}
        for step, fields in enumerate(batches(source)):
            calls.call("predict_batch_begin", step, logs)
            outputs.append(self.predict_batch(fields[: len(self._inputs)]))
            logs.update(step=step, batch_size=rows(fields))
            calls.call("predict_batch_end", step, logs)
        calls.call("predict_end", logs)
        columns = list(zip(*outputs))
        return [np.vstack(column) for column in columns] if stack_outputs else columns

    def _train_epoch(self, source: Any, calls: CallbackList, logs: Any, every: int, budget: Budget) -> None:
        steps = length(source)
        for step, fields in enumerate(batches(source)):
            calls.call("train_batch_begin", step, logs)
            # Where the length is known its end updates, too; a stream's does not, as in PaddlePaddle.
            update = (step + 1) % every == 0 or step + 1 == steps
            self._note(logs, self.train_batch(*self._divided(fields), update), step, fields)
            calls.call("train_batch_end", step, logs)
            if budget.is_spent():
                self.stop_training = True
                break
        self._reset_metrics()

    def _evaluate(self, source: Any, calls: CallbackList, logs: Any, budget: Budget) -> None:
        steps = budget.limited(length(source))
        calls.call("eval_begin", {"steps": steps, "metrics": self._metrics_name()})
        for step, fields in enumerate(batches(source)):
            calls.call("eval_batch_begin", step, logs)
            self._note(logs, self.eval_batch(*self._divided(fields)), step, fields)
            calls.call("eval_batch_end", step, logs)
            if budget.is_spent():
                break
        self._reset_metrics()
        calls.call("eval_end", logs)

    def _divided(self, fields: list[Any]) -> tuple[list[Any], list[Any]]:
        """Inputs and labels of a batch."""
        return fields[: len(self._inputs)], fields[len(self._inputs) :]

    def _note(self, logs: dict[str, Any], results: Any, step: int, fields: list[Any]) -> None:
        """The loss of this batch and the metrics so far."""
        values: list[Any] = []
        if self._loss:
            losses = results[0] if self._metrics else results
            values.append([float(loss) for loss in losses])
        for metric in self._metrics:
            measured, names = listed(metric.accumulate()), listed(metric.name())
            if len(measured) != len(names):
                raise MismatchError(
                    f"the metric {type(metric).__name__} gives {len(measured)} values, but has the names {names}"
                )
            values.extend(measured)
        logs.update(zip(self._metrics_name(), values, strict=True))
        logs.update(step=step, batch_size=rows(fields))

    def _reset_metrics(self) -> None:
        for metric in self._metrics:
            metric.reset()

    def _metrics_name(self) -> list[str]:
        names = ["loss"] if self._loss else []
        for metric in self._metrics:
            names += listed(metric.name())
        return names

    def parameters(self, *args: Any, **kwargs: Any) -> list[Any]:
        """The network's parameters."""
        return self.network.parameters(*args, **kwargs)

    def save(self, path: str, training: bool = True) -> None:
        """Save parameters and the optimizer's state to ``path.pdparams`` and ``path.pdopt``, both or neither; with
        ``training=False`` the network as `paddle.jit.save` does.

        Raises MismatchError (an AssertionError) for a path without a file's name, PreconditionNotMetError if the shapes
        of the inputs are not known for that, or in static mode before `prepare`.
        """
        if not os.path.basename(path):
            raise MismatchError(f"path should be of 'dirname/filename' format, but is {path!r}")
        if not training:
            self._engine.save_inference(path)
            return
        with FileSet() as files:
            save(self._engine.parameters(), files.open(path + ".pdparams"))
            state = self._engine.state()
            if state:
                save(state, files.open(path + ".pdopt"))
            if self._precision.scaler is not None:
                save(self._precision.scaler.state_dict(), files.open(path + ".pdscaler"))

    def load(self, path: str, skip_mismatch: bool = False, reset_optimizer: bool = False) -> None:
        """Load what `save` has saved: all of it, or nothing and an error.

        ``skip_mismatch``: leave out parameters that are missing or have other shapes (with a warning, and without the
        optimizer's state). ``reset_optimizer``: leave out the optimizer's state.

        Raises NotFoundError if there are no parameters, ValueError if they do not fit the network.
        """
        stem, ending = os.path.splitext(path)
        if ending not in _ENDINGS:
            raise MismatchError(f"Unknown postfix {ending} from weights")
        found = load(_existing(stem + ".pdparams"), return_numpy=True)
        matched: dict[str, Any] = {}
        for name, parameter in self.network.state_dict().items():
            problem = _problem(name, parameter, found)
            if problem is None:
                matched[name] = found[name]
            elif skip_mismatch:
                warnings.warn(f"Skip loading for {name}. {problem}", stacklevel=2)
                reset_optimizer = True
            else:
                raise InvalidArgumentError(problem)
        state = scaling = None
        if self._optimizer is not None and not reset_optimizer and os.path.exists(stem + ".pdopt"):
            state = load(stem + ".pdopt")
        if self._precision.scaler is not None and os.path.exists(stem + ".pdscaler"):
            scaling = load(stem + ".pdscaler")
        self._engine.restore(matched, state)
        if scaling and self._precision.scaler is not None:
            self._precision.scaler.load_state_dict(scaling)

    def summary(self, input_size: Any = None, dtype: Any = None) -> dict[str, int]:
        """`paddle.summary` of the network; by default for the ``inputs`` it was made with."""
        if input_size is None and not self._given:
            raise MismatchError("'input_size' or 'self._input' must be set")
        return summary(self.network, self._inputs if input_size is None else input_size, dtypes=dtype)


def _arguments(network: Any) -> list[str]:
    """The names of the arguments of ``forward``."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    parameters = inspect.signature(network.forward).parameters
    return [name for name, parameter in parameters.items() if parameter.kind in kinds]


def _specs(given: Any, names: list[str]) -> list[InputSpec]:
    specs = [given[name] for name in names if name in given] if isinstance(given, dict) else listed(given)
    for at, spec in enumerate(specs):
        if not isinstance(spec, InputSpec):
            raise InvalidTypeError(f"inputs and labels should be InputSpecs, but number {at} is {spec!r}")
        if spec.name is None:
            raise InvalidArgumentError(f"Requires Input[{at}].name != None, but receive `None` with {spec}.")
    return specs


def _existing(path: str) -> str:
    if not os.path.exists(path):
        raise _NoParameters(f"Failed to load parameters, please check path. There is no file {path}.")
    return path


def _problem(name: str, parameter: Any, found: dict[str, Any]) -> str | None:
    """Why a parameter cannot be loaded."""
    if name not in found:
        return f"{name} is not found in the providing file."
    shape = list(np.shape(found[name]))
    if shape != list(parameter.shape):
        return f"{name} receives a shape {shape}, but the expected shape is {list(parameter.shape)}."
    return None
