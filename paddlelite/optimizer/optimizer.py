"""What every optimizer shares: parameters, learning rate, decay and clipping, and the way an update is run."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from ..errors import UnimplementedError
from ..mode import mode
from ..nn.clip import ClipGradBase, Treatment
from ..regularizer import L1Decay, L2Decay, WeightDecayRegularizer
from ..tensor.tensor import Tensor, _wrap_array
from . import blocks, graph, state
from .groups import Group, as_decay, check_clip, make_groups
from .lr import LRScheduler
from .state import Slot
from .update import Update

__all__ = ["Optimizer", "Update"]

_LOW = 2  # bytes an element: float16 and bfloat16, which are updated in float32


class Optimizer:
    """Base of the optimizers.

    Args:
        learning_rate: a number, or a scheduler of `paddle.optimizer.lr`.
        parameters: `layer.parameters()`; or a list of dicts with "params" and options of their own: "learning_rate" (a
            factor), "weight_decay", "grad_clip" and what the optimizer is given besides.
        weight_decay: a number (L2) or a regularizer; a parameter's own regularizer wins.
        grad_clip: one of `paddle.nn.ClipGradByValue`, `ClipGradByNorm`, `ClipGradByGlobalNorm`.
        multi_precision: keep a float32 copy of float16 and bfloat16 parameters.

    Raises:
        AttributeError: `parameters` is None.
        TypeError: an argument is of the wrong type.
        ValueError: an argument is out of its range.
    """

    #: arguments of the subclass that a parameter group may have of its own
    _defaults: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self,
        learning_rate: float | LRScheduler,
        parameters: Any = None,
        weight_decay: Any = None,
        grad_clip: ClipGradBase | None = None,
        name: str | None = None,
        *,
        multi_precision: bool = False,
        **options: Any,
    ) -> None:
        if learning_rate is None:
            raise ValueError("learning_rate is not set")
        if not isinstance(learning_rate, LRScheduler) and not graph.is_variable(learning_rate):
            if isinstance(learning_rate, (bool, Tensor)) or not isinstance(
                learning_rate, (int, float, np.floating)
            ):
                raise TypeError(
                    f"learning rate should be float or LRScheduler, got {type(learning_rate)} here"
                )
            learning_rate = float(learning_rate)
        self._learning_rate: float | LRScheduler = learning_rate
        self._grad_clip = check_clip(grad_clip)
        self.regularization = self._decay(weight_decay)
        self._name = name
        self._multi_precision = multi_precision
        self._parameter_list: list[Any]
        self._groups: list[Group]
        if parameters is None and graph.is_static():
            # The parameters of the program that minimize() is called for.
            self._parameter_list, self._groups = (
                [],
                [Group([], 1.0, self.regularization, grad_clip, dict(options))],
            )
        else:
            self._parameter_list, self._groups = make_groups(
                parameters, self.regularization, grad_clip, options
            )
        for group in self._groups:
            self._check(group.options)
            if group.decay is not self.regularization:  # of its own
                group.decay = self._decay(group.decay)
        self._state = state.State()
        #: What it has made in static programs (see graph.py).
        self._graph = graph.GraphState()

    def _check(self, options: dict[str, Any]) -> None:
        """Refuse options that are out of their range."""

    def _decay(self, weight_decay: Any) -> Any:
        """What `weight_decay` means to this optimizer."""
        return as_decay(weight_decay)

    # What a subclass defines

    def _slots(self, update: Update) -> list[Slot]:
        """The accumulators of a parameter, in PaddlePaddle's order and under its names."""
        return []

    def _jobs(self, update: Update) -> Sequence[blocks.Job]:
        """The work of one update; numbers that advance once a step (such as beta1 ** t) advance here."""
        raise NotImplementedError(f"{type(self).__name__} does not define an update")

    # The learning rate

    @property
    def _param_groups(self) -> list[Any]:
        return self._parameter_list

    def get_lr(self) -> float:
        """The present learning rate.

        Examples:
            >>> import paddlelite as paddle
            >>> paddle.optimizer.SGD(0.1, parameters=[paddle.ones([1])]).get_lr()
            0.1
        """
        rate = self._learning_rate
        return float(rate() if isinstance(rate, LRScheduler) else rate)

    def set_lr(self, value: float) -> None:
        """Replace the learning rate.

        Raises:
            TypeError: `value` is not a number.
            RuntimeError: the rate is a scheduler's.
        """
        if isinstance(value, bool) or not isinstance(value, (int, float, np.floating)):
            raise TypeError(
                f"The type of 'value' in optimizer.set_lr must be float, but received {type(value)}."
            )
        if isinstance(self._learning_rate, LRScheduler):
            raise RuntimeError(
                "optimizer's learning rate can't be LRScheduler when invoke this API, because this will lead to "
                "conflict: use set_lr_scheduler, or change the scheduler"
            )
        self._learning_rate = float(value)
        self._graph.set_rate(float(value))

    def set_lr_scheduler(self, scheduler: LRScheduler) -> None:
        """Let `scheduler` give the learning rate from now on.

        Raises:
            TypeError: it is no LRScheduler.
        """
        if not isinstance(scheduler, LRScheduler):
            raise TypeError(
                "The type of 'scheduler' in optimizer.set_lr_scheduler must be LRScheduler, "
                f"but received {type(scheduler)}."
            )
        self._learning_rate = scheduler

    # Steps

    def step(self) -> None:
        """Update every parameter that has a gradient.

        Examples:
            >>> import paddlelite as paddle
            >>> weight = paddle.create_parameter(
            ...     [1], "float32", default_initializer=paddle.nn.initializer.Constant(1.0)
            ... )
            >>> sgd = paddle.optimizer.SGD(0.5, parameters=[weight])
            >>> (weight * 3).sum().backward()
            >>> sgd.step()
            >>> weight.numpy()
            array([-0.5], dtype=float32)
        """
        graph.dynamic_only("step")
        for group in self._groups:
            pairs = [(p, p._grad) for p in group.params if not p.stop_gradient and p._grad is not None]
            self._apply(group, pairs)

    def _apply(self, group: Group, pairs: Sequence[tuple[Any, Any]]) -> None:
        if graph.is_static():
            graph.apply(self, group, pairs)
            return
        if mode.capture is not None:
            raise UnimplementedError(
                "optimizer.step() inside a function that is being captured: make the forward and the loss a "
                "@to_static function, and call loss.backward() and step() outside of it"
            )
        clip = group.clip
        treatments: Sequence[Treatment | None] = [None] * len(pairs)
        if clip is not None and type(clip).__call__ is not ClipGradBase.__call__:
            pairs = [(p, g) for p, g in clip(pairs) if g is not None]  # the user's own
            treatments = [None] * len(pairs)
        elif clip is not None:
            treatments = clip._treat([(p, g._data) for p, g in pairs])
        rate = self.get_lr() * group.rate
        updates = [self._begin(p, g._data, group, rate, t) for (p, g), t in zip(pairs, treatments)]
        blocks.run([job for update in updates for job in self._jobs(update)])
        for update in updates:
            self._finish(update)

    def _begin(self, p: Any, grad: np.ndarray, group: Group, rate: float, clip: Treatment | None) -> Update:
        attributes = getattr(p, "optimize_attr", None)
        if attributes is not None:
            rate *= float(attributes.get("learning_rate", 1.0))
        update = Update(p, group, rate)
        update.clip = clip
        self._set_decay(update)
        array = self._values(p)
        update.param = array.reshape(-1)
        grad = grad.reshape(-1)
        update.grad = grad if grad.dtype == array.dtype else grad.astype(array.dtype)
        acc = self._state.get(update.name)
        update.acc = self._state.make(p, array.dtype, self._slots(update)) if acc is None else acc
        return update

    def _set_decay(self, update: Update) -> None:
        own = getattr(update.tensor, "regularizer", None)
        decay = update.group.decay if own is None else own
        if isinstance(decay, L1Decay):
            update.l1 = decay.coeff
        elif isinstance(decay, L2Decay):
            update.l2 = decay.coeff
        elif isinstance(decay, WeightDecayRegularizer):
            raise UnimplementedError(f"the regularizer {type(decay).__name__}: use L1Decay or L2Decay")

    def _values(self, p: Any) -> np.ndarray:
        """The array to update: the parameter's own, made sure that nobody else sees the change.

        A live tensor that shares it (`p.detach()`) does see it, as in PaddlePaddle; the tape of a graph that has not
        been differentiated yet, or an executor's input, does not. float16 and bfloat16 are updated in float32.
        """
        if p._data.dtype.itemsize == _LOW:
            return self._state.master(p, keep=self._multi_precision)
        shared = sys.getrefcount(p._data) > _ALONE and not p._views
        if shared or not p._data.flags.writeable or not p._data.flags.c_contiguous:
            p._data = np.array(p._data, order="C")
        return p._data

    def _finish(self, update: Update) -> None:
        p = update.tensor
        if p._data.dtype.itemsize == _LOW:
            p._data = update.param.reshape(p._data.shape).astype(p._data.dtype)
        p._touch()

    def clear_grad(self, set_to_zero: bool = True) -> None:
        """Set the gradients to zero, or forget them.

        A parameter whose gradient is zero is updated by momentum and weight decay, one without a gradient is not.
        """
        for group in self._groups:
            for p in group.params:
                if p._grad is not None:
                    p._grad = zero_gradient(p) if set_to_zero else None

    zero_grad = clear_gradients = clear_grad

    def minimize(
        self, loss: Tensor, startup_program: Any = None, parameters: Any = None, no_grad_set: Any = None
    ) -> tuple[list[Any], list[tuple[Any, Any]]]:
        """Update by the gradients that `loss.backward()` has left; returns `([], [(parameter, gradient), ...])`.

        Args:
            parameters: only these (tensors, or their names).
            no_grad_set: not these.

        Raises:
            AssertionError: `loss` is no Tensor.

        In static mode it appends the gradients and the updates to the program of `loss`, whose trainable parameters
        are meant unless `parameters` were given; returns `(the ops, [(parameter, gradient), ...])`.
        """
        if not isinstance(loss, Tensor):
            raise AssertionError(f"The loss should be an Tensor, but got {type(loss).__name__}.")
        if loss._data is None:
            return graph.minimize(self, loss, startup_program, parameters, no_grad_set)
        graph.dynamic_only("minimize", "of an eager Tensor ")
        pairs = self.backward(loss, startup_program, parameters, no_grad_set)
        self.apply_gradients(pairs)
        return [], pairs

    def backward(
        self,
        loss: Tensor,
        startup_program: Any = None,
        parameters: Any = None,
        no_grad_set: Any = None,
        callbacks: Any = None,
    ) -> list[tuple[Any, Any]]:
        """The pairs (parameter, gradient) that `loss.backward()` has left: the first half of `minimize`."""
        if loss is not None and loss._data is None:
            return graph.backward(self, loss, parameters, no_grad_set)
        wanted = None if parameters is None else _names(parameters)
        unwanted = _names(no_grad_set or ())
        return [
            (p, p._grad)
            for group in self._groups
            for p in group.params
            if not p.stop_gradient
            and p._grad is not None
            and (wanted is None or p.name in wanted)
            and p.name not in unwanted
        ]

    def apply_gradients(self, params_grads: Sequence[tuple[Any, Any]]) -> list[Any]:
        """Update the parameters of the pairs by their gradients: the second half of `minimize`."""
        if graph.is_static():
            return graph.apply_gradients(self, params_grads)
        grads = {id(p): g for p, g in params_grads}
        for group in self._groups:
            self._apply(group, [(p, grads[id(p)]) for p in group.params if grads.get(id(p)) is not None])
        return []

    # State

    def state_dict(self) -> dict[str, Any]:
        """The accumulators by PaddlePaddle's names, such as `linear_0.w_0_moment1_0`, and the scheduler's state.

        The tensors are copies. `paddle.save(optimizer.state_dict(), "model.pdopt")` writes the file that
        PaddlePaddle reads.
        """
        graph.dynamic_only("state_dict")
        out = self._state.export()
        if isinstance(self._learning_rate, LRScheduler):
            out["LR_Scheduler"] = self._learning_rate.state_dict()
        return out

    def set_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from a saved state; the parameters must have the names they were saved with.

        Raises:
            AssertionError, ValueError: an accumulator is missing or of the wrong shape, or all belong to parameters
                that this optimizer does not have. Nothing has changed then.
        """
        graph.dynamic_only("set_state_dict")
        if not isinstance(state_dict, dict):
            raise TypeError(f"set_state_dict: expected a dict, but received {type(state_dict).__name__}")
        read = self._state.read(state_dict, self._updates_for_state())
        scheduler = state_dict.get("LR_Scheduler")
        if scheduler is not None and isinstance(self._learning_rate, LRScheduler):
            self._learning_rate.set_state_dict(scheduler)
        self._state.replace(read)

    load_state_dict = set_dict = set_state_dict

    def _updates_for_state(self) -> list[tuple[Any, np.dtype[Any], list[Slot]]]:
        """Every parameter with the dtype and the accumulators it would have."""
        out = []
        for group in self._groups:
            for p in group.params:
                dtype = np.dtype(np.float32) if p._data.dtype.itemsize == _LOW else p._data.dtype
                out.append((p, dtype, self._slots(Update(p, group, self.get_lr()))))
        return out


def zero_gradient(p: Any) -> Tensor:
    """A gradient of zeros that takes no memory. Backward replaces it instead of adding to it."""
    zeros = np.broadcast_to(np.zeros((), p._data.dtype), p._data.shape)
    grad = _wrap_array(zeros)
    grad._zeros = zeros  # type: ignore[attr-defined]
    return grad


def _names(parameters: Any) -> set[str]:
    return {p if isinstance(p, str) else p.name for p in parameters}


class _Holder:
    """As a parameter holds its array."""

    _data = np.zeros(1)

    def __init__(self) -> None:
        self._data = np.zeros(1)


#: what getrefcount says of an array that only its tensor holds
_ALONE = (lambda holder: sys.getrefcount(holder._data))(_Holder())
