"""paddle.Model: training, evaluation and prediction over data sets in one call each."""

from __future__ import annotations

import inspect
import os
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ..autograd import no_grad
from ..errors import (
    InvalidArgumentError,
    InvalidTypeError,
    MismatchError,
    NotFoundError,
    PreconditionNotMetError,
    UnimplementedError,
)
from ..framework.atomic import FileSet
from ..framework.execution import in_dynamic_mode
from ..framework.io import load, save
from ..io import DataLoader, Dataset, DistributedBatchSampler
from ..metric import Metric
from ..static import InputSpec
from ..tensor.creation import to_tensor
from ..tensor.math import add_n
from ..tensor.tensor import Tensor
from .amp import Precision
from .callbacks import CallbackList, EarlyStopping, config_callbacks
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
        labels: InputSpecs of the labels; accepted.

    Raises InvalidTypeError for what is no layer or no InputSpec, InvalidArgumentError for an InputSpec without a name,
    UnimplementedError in static mode.

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
        if not in_dynamic_mode():
            raise UnimplementedError(
                "paddle.Model works in dynamic mode: call paddle.disable_static() before the network is made, or train "
                "it with paddle.static.Executor"
            )
        self.mode = "train"
        self.network = network
        self.stop_training = False
        self._optimizer: Any = None
        self._loss: Any = None
        self._metrics: list[Metric] = []
        self._precision = Precision(None)
        self._inferred = False
        self._given = inputs is not None
        names = _arguments(network)
        self._inputs = (
            _specs(inputs, names) if self._given else [InputSpec([None], name=name) for name in names]
        )
        self._labels = _specs(labels, names) if labels is not None else []

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

        Raises TypeError for a loss that cannot be called or a metric that is none, ValueError for other
        ``amp_configs``.
        """
        if loss is not None and not callable(loss):
            raise InvalidTypeError(
                "'loss' must be sub classes of `paddle.nn.Layer` or any callable function."
            )
        chosen = _list(metrics) if metrics else []
        for metric in chosen:
            if not isinstance(metric, Metric):
                raise MismatchError(f"{type(metric).__name__} is not sub class of Metric")
        self._optimizer = optimizer
        self._loss = loss
        self._metrics = chosen
        self._precision = Precision(amp_configs)

    def train_batch(self, inputs: Any, labels: Any = None, update: bool = True) -> Any:
        """A step on one batch: ``update=False`` only adds to the gradients.

        Returns the list of losses, or with metrics (losses, metrics of this batch), as arrays and numbers.
        Raises PreconditionNotMetError without an optimizer and a loss.
        """
        if self._optimizer is None or self._loss is None:
            raise PreconditionNotMetError(
                "model not ready, please call `model.prepare()` first, with an optimizer and a loss"
            )
        self.network.train()
        self.mode = "train"
        labels = _tensors(labels)
        with self._precision.context():
            outputs = self._call(inputs)
        losses = _list(self._loss(*outputs, *labels))
        self._precision.step(self._optimizer, add_n(losses), update)
        if update:
            self.network.clear_gradients()
        return self._results(losses, self._measured(outputs, labels))

    @no_grad()
    def eval_batch(self, inputs: Any, labels: Any = None) -> Any:
        """Losses and metrics of one batch, as `train_batch` returns them; without a loss, the metrics alone."""
        self.network.eval()
        self.mode = "eval"
        labels = _tensors(labels)
        outputs = self._call(inputs)
        losses = _list(self._loss(*outputs, *labels)) if self._loss else []
        return self._results(losses, self._measured(outputs, labels))

    @no_grad()
    def predict_batch(self, inputs: Any) -> list[np.ndarray]:
        """The outputs of the network for one batch, as arrays."""
        self.network.eval()
        self.mode = "test"
        return [output.numpy() for output in self._call(inputs)]

    def _call(self, inputs: Any) -> list[Any]:
        given = _tensors(inputs)
        if not self._given and not self._inferred:
            names = _arguments(self.network)
            self._inputs = [InputSpec.from_tensor(x, name) for name, x in zip(names, given)]
            self._inferred = True
        return _list(self.network(*given))

    def _measured(self, outputs: list[Any], labels: list[Any]) -> list[Any]:
        measured = []
        for metric in self._metrics:
            counted = _list(metric.compute(*outputs, *labels))
            measured.append(metric.update(*(x.numpy() if isinstance(x, Tensor) else x for x in counted)))
        return measured

    def _results(self, losses: list[Any], metrics: list[Any]) -> Any:
        values = [loss.numpy() for loss in losses]
        if self._loss and self._metrics:
            return values, metrics
        return values if self._loss else metrics

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
        train = _loader(train_data, sizes[0], num_workers, shuffle, drop_last)
        evaluation = None if eval_data is None else _loader(eval_data, sizes[1], num_workers)
        steps, budget = _length(train), _Budget(num_iters)
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
                self._evaluate(evaluation, calls, logs, _Budget(None))
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
        loader = _loader(eval_data, batch_size, num_workers)
        calls = config_callbacks(
            callbacks, self, log_freq=log_freq, verbose=verbose, metrics=self._metrics_name()
        )
        logs: dict[str, Any] = {}
        self._evaluate(loader, calls, logs, _Budget(num_iters))
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
        loader = _loader(test_data, batch_size, num_workers)
        calls = config_callbacks(callbacks, self, verbose=verbose)
        calls.call("predict_begin", {"steps": _length(loader)})
        outputs = []
        logs: dict[str, Any] = {}
        for step, fields in enumerate(_batches(loader)):
            calls.call("predict_batch_begin", step, logs)
            outputs.append(self.predict_batch(fields[: len(self._inputs)]))
            logs.update(step=step, batch_size=_rows(fields))
            calls.call("predict_batch_end", step, logs)
        calls.call("predict_end", logs)
        columns = list(zip(*outputs))
        return [np.vstack(column) for column in columns] if stack_outputs else columns

    def _train_epoch(self, loader: Any, calls: CallbackList, logs: Any, every: int, budget: _Budget) -> None:
        steps = _length(loader)
        for step, fields in enumerate(_batches(loader)):
            calls.call("train_batch_begin", step, logs)
            # Where the length is known its end updates, too; a stream's does not, as in PaddlePaddle.
            update = (step + 1) % every == 0 or step + 1 == steps
            self._note(logs, self.train_batch(*self._divided(fields), update), step, fields)
            calls.call("train_batch_end", step, logs)
            if budget.is_spent():
                self.stop_training = True
                break
        self._reset_metrics()

    def _evaluate(self, loader: Any, calls: CallbackList, logs: Any, budget: _Budget) -> None:
        steps = budget.limited(_length(loader))
        calls.call("eval_begin", {"steps": steps, "metrics": self._metrics_name()})
        for step, fields in enumerate(_batches(loader)):
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
            values.extend(_list(metric.accumulate()))
        logs.update(zip(self._metrics_name(), values, strict=True))
        logs.update(step=step, batch_size=_rows(fields))

    def _reset_metrics(self) -> None:
        for metric in self._metrics:
            metric.reset()

    def _metrics_name(self) -> list[str]:
        names = ["loss"] if self._loss else []
        for metric in self._metrics:
            names += _list(metric.name())
        return names

    def parameters(self, *args: Any, **kwargs: Any) -> list[Any]:
        """The network's parameters."""
        return self.network.parameters(*args, **kwargs)

    def save(self, path: str, training: bool = True) -> None:
        """Save parameters and the optimizer's state to ``path.pdparams`` and ``path.pdopt``, both or neither; with
        ``training=False`` the network as `paddle.jit.save` does.

        Raises PreconditionNotMetError if the shapes of the inputs are not known for that.
        """
        if not training:
            self._save_inference(path)
            return
        with FileSet() as files:
            save(self.network.state_dict(), files.open(path + ".pdparams"))
            state = self._optimizer.state_dict() if self._optimizer is not None else None
            if state:
                save(state, files.open(path + ".pdopt"))
            if self._precision.scaler is not None:
                save(self._precision.scaler.state_dict(), files.open(path + ".pdscaler"))

    def _save_inference(self, path: str) -> None:
        from ..jit import save as save_program

        if not self._given and not self._inferred:
            raise PreconditionNotMetError(
                "Saving inference model needs 'inputs' or running before saving. Please specify 'inputs' in Model "
                "initialization or input training data and perform a training for shape derivation."
            )
        if not self._given:
            shapes = [list(spec.shape) for spec in self._inputs]
            warnings.warn(
                "'inputs' was not specified when Model initialization, so the input shape to be saved will be the "
                f"shape derived from the user's actual inputs. The input shape to be saved is {shapes}. For saving "
                "correct input shapes, please provide 'inputs' for Model initialization.",
                stacklevel=3,
            )
        save_program(self.network, path, input_spec=self._inputs)

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
        self.network.set_state_dict({**self.network.state_dict(), **matched})
        if state:
            self._optimizer.set_state_dict(state)
        if scaling and self._precision.scaler is not None:
            self._precision.scaler.load_state_dict(scaling)

    def summary(self, input_size: Any = None, dtype: Any = None) -> dict[str, int]:
        """`paddle.summary` of the network; by default for the ``inputs`` it was made with."""
        if input_size is None and not self._given:
            raise MismatchError("'input_size' or 'self._input' must be set")
        return summary(self.network, self._inputs if input_size is None else input_size, dtypes=dtype)


class _Budget:
    """How many batches may still be run; None is any number."""

    def __init__(self, batches: int | None) -> None:
        if batches is not None and batches < 1:
            raise MismatchError("num_iters must be greater than 0!")
        self._left = batches

    def limited(self, steps: int | None) -> int | None:
        return steps if self._left is None or steps is None else min(steps, self._left)

    def is_spent(self) -> bool:
        """After a batch: whether it was the last."""
        if self._left is not None:
            self._left -= 1
        return self._left == 0


def _arguments(network: Any) -> list[str]:
    """The names of the arguments of ``forward``."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    parameters = inspect.signature(network.forward).parameters
    return [name for name, parameter in parameters.items() if parameter.kind in kinds]


def _specs(given: Any, names: list[str]) -> list[InputSpec]:
    specs = [given[name] for name in names if name in given] if isinstance(given, dict) else _list(given)
    for at, spec in enumerate(specs):
        if not isinstance(spec, InputSpec):
            raise InvalidTypeError(f"inputs and labels should be InputSpecs, but number {at} is {spec!r}")
        if spec.name is None:
            raise InvalidArgumentError(f"Requires Input[{at}].name != None, but receive `None` with {spec}.")
    return specs


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _tensors(values: Any) -> list[Any]:
    if values is None:
        return []
    return [value if isinstance(value, Tensor) else to_tensor(value) for value in _list(values)]


def _loader(data: Any, batch_size: int, workers: int, shuffle: bool = False, drop_last: bool = False) -> Any:
    if not isinstance(data, Dataset):
        return data
    sampler = DistributedBatchSampler(data, batch_size=batch_size, shuffle=shuffle, drop_last=drop_last)
    return DataLoader(data, batch_sampler=sampler, num_workers=workers)


def _length(loader: Any) -> int | None:
    """How many batches it has; None for a stream."""
    try:
        return len(loader)
    except (TypeError, RuntimeError):
        return None


def _batches(loader: Any) -> Iterator[list[Any]]:
    """The batches as flat lists of fields: a source may give inputs and labels as lists of their own."""
    for batch in loader:
        yield list(_flat(batch))


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        value = [value[key] for key in sorted(value)]
    if isinstance(value, (list, tuple)):
        for each in value:
            yield from _flat(each)
    else:
        yield value


def _rows(fields: list[Any]) -> int:
    shape = getattr(fields[0], "shape", None) if fields else None
    return int(shape[0]) if shape else 1


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
