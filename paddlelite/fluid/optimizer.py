"""``fluid.optimizer``: the optimizers of 1.x, which find their parameters themselves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from .. import optimizer as core
from ..errors import InvalidArgumentError, InvalidTypeError, UnimplementedError
from ..mode import mode
from ..optimizer import early, graph
from ..static.averages import ExponentialMovingAverage
from ..static.backward import builder_of
from ..static.programs import default_main_program, program_guard
from ..tensor.creation import to_tensor
from ..tensor.tensor import Tensor
from . import clip as clips
from .dygraph.learning_rate_scheduler import LearningRateDecay
from .layers.door import refused
from .modes import enter
from .wrapping import LookaheadOptimizer, ModelAverage, RecomputeOptimizer

__all__ = [
    "Adadelta",
    "AdadeltaOptimizer",
    "Adagrad",
    "AdagradOptimizer",
    "Adam",
    "AdamOptimizer",
    "Adamax",
    "AdamaxOptimizer",
    "DGCMomentumOptimizer",
    "DecayedAdagrad",
    "DecayedAdagradOptimizer",
    "Dpsgd",
    "DpsgdOptimizer",
    "ExponentialMovingAverage",
    "Ftrl",
    "FtrlOptimizer",
    "LambOptimizer",
    "LarsMomentum",
    "LarsMomentumOptimizer",
    "LookaheadOptimizer",
    "ModelAverage",
    "Momentum",
    "MomentumOptimizer",
    "Optimizer",
    "PipelineOptimizer",
    "RMSPropOptimizer",
    "RecomputeOptimizer",
    "SGD",
    "SGDOptimizer",
]


class Optimizer(core.Optimizer):
    """What the optimizers of 1.x have in common.

    Without ``parameter_list`` they update every parameter of the guard, or of the program, that the loss has given a
    gradient. ``regularization`` is the weight decay; ``grad_clip`` may also be given to :meth:`minimize`.
    """

    #: The arguments after the learning rate: in 1.5's order, and in 1.8's.
    _orders: ClassVar[tuple[str, str]]
    _default_rate: ClassVar[float | None] = None

    def __init__(self, learning_rate: Any = None, *args: Any, **kwargs: Any) -> None:
        enter("optimizer." + type(self).__name__)
        given = self._named(args, kwargs)
        if learning_rate is None:
            learning_rate = self._default_rate
        if learning_rate is None:
            raise ValueError("learning_rate is not set")
        decay = given.pop("regularization", None)
        if decay is not None:
            given["weight_decay"] = decay
        given["grad_clip"] = clips.as_clip(given.pop("grad_clip", None))
        listed = given.pop("parameter_list", None)
        given["parameters"] = listed if listed is not None or mode.tracer is None else []
        super().__init__(learning_rate, **given)
        self._finds_parameters = listed is None

    def _named(self, args: Any, kwargs: dict[str, Any]) -> dict[str, Any]:
        old, new = (order.split() for order in self._orders)
        order = old
        for name, value in zip(old, args):
            # In the place of a switch, a number or a regularizer, a list of parameters tells that 1.8 was meant.
            if isinstance(value, (list, tuple)) and name != "parameter_list":
                order = new
        if len(args) > len(order):
            raise TypeError(
                f"{type(self).__name__}(learning_rate, {', '.join(order)}): got {len(args) + 1} arguments"
            )
        known = set(old) | set(new)
        given = dict(zip(order, args))
        for name, value in kwargs.items():
            if name not in known or name in given:
                problem = "got twice" if name in given else f"is not one of {sorted(known)}"
                raise TypeError(f"{type(self).__name__}(): argument {name!r} {problem}")
            given[name] = value
        return given

    def minimize(  # type: ignore[override]
        self,
        loss: Any,
        startup_program: Any = None,
        parameter_list: Any = None,
        no_grad_set: Any = None,
        grad_clip: Any = None,
    ) -> Any:
        """In a guard, update by the gradients that ``loss.backward()`` has left; in a program, append both.

        Returns ``(operations, [(parameter, gradient), ...])``. Raises PreconditionNotMetError when the loss is of the
        other mode.
        """
        if not isinstance(loss, Tensor):
            raise InvalidTypeError(f"The loss should be a Variable, but got {type(loss).__name__}.")
        enter("optimizer.minimize", [loss])
        with self._clipping(grad_clip):
            if mode.tracer is None:
                return super().minimize(loss, startup_program, parameter_list, no_grad_set)
            return self._update(loss, parameter_list, no_grad_set)

    @contextmanager
    def _clipping(self, grad_clip: Any = None) -> Iterator[None]:
        """Inside, gradients are clipped by ``grad_clip``, the optimizer's own clip or the program's."""
        clip = clips.as_clip(grad_clip) or self._groups[0].clip or clips.of_program()
        was = [group.clip for group in self._groups]
        for group in self._groups:
            group.clip = clip
        try:
            yield
        finally:
            for group, own in zip(self._groups, was):
                group.clip = own

    def backward(  # type: ignore[override]
        self,
        loss: Any,
        startup_program: Any = None,
        parameter_list: Any = None,
        no_grad_set: Any = None,
        callbacks: Any = None,
    ) -> list[tuple[Any, Any]]:
        """The first half of :meth:`minimize`: the pairs (parameter, gradient)."""
        return super().backward(loss, startup_program, parameter_list, no_grad_set, callbacks)

    def apply_gradients(self, params_grads: Any) -> list[Any]:
        """The second half of :meth:`minimize`."""
        with self._clipping():
            return super().apply_gradients(params_grads)

    def apply_optimize(self, loss: Any, startup_program: Any, params_grads: Any) -> list[Any]:
        """:meth:`apply_gradients` in the program of ``loss``."""
        if mode.tracer is not None:
            return self.apply_gradients(params_grads)
        with program_guard(builder_of(loss, "apply_optimize").program, startup_program):
            return self.apply_gradients(params_grads)

    def _update(self, loss: Any, parameter_list: Any, no_grad_set: Any) -> Any:
        if self._finds_parameters:
            assert mode.tracer is not None
            self._groups[0].params = self._parameter_list = list(parameter_list or mode.tracer.parameters())
            if not any(p._grad is not None for p in self._parameter_list):
                raise InvalidArgumentError(
                    f"{type(self).__name__}.minimize(loss): no parameter of this guard has a gradient. Call "
                    "loss.backward() before it, and make the layers inside the guard."
                )
        result = super().minimize(loss, None, parameter_list, no_grad_set)
        self._advance()
        return result

    def step(self) -> None:
        """Update by the gradients that are there."""
        super().step()
        self._advance()

    def _advance(self) -> None:
        if isinstance(self._learning_rate, LearningRateDecay):
            self._learning_rate.advance()

    def current_step_lr(self) -> float:
        """The present learning rate."""
        return self.get_lr()

    def _global_learning_rate(self, program: Any = None) -> Any:
        """The rate as a Variable, which programs of 1.x fetch: after ``minimize``, where it is a number."""
        if mode.tracer is not None:
            return to_tensor([self.get_lr()], "float32")
        return graph.rate_variable(self, (program or default_main_program()).builder)

    def load(self, stat_dict: Any) -> None:
        """Go on with the learning-rate decay that ``load_persistables`` has found for this optimizer.

        Raises InvalidArgumentError when there is none under its name.
        """
        key = str(self._name)
        if key not in stat_dict:
            raise InvalidArgumentError(
                f"there is no optimizer named {key} among those loaded: {sorted(stat_dict)}"
            )
        self._learning_rate = stat_dict[key]

    def state_dict(self) -> dict[str, Any]:
        """The accumulators and the state of the learning rate's decay."""
        state = super().state_dict()
        if isinstance(self._learning_rate, LearningRateDecay):
            state["LR_Scheduler"] = self._learning_rate.state_dict()
        return state

    def set_dict(self, state_dict: Any) -> None:
        """Go on from a saved state."""
        if self._finds_parameters and mode.tracer is not None:
            self._groups[0].params = self._parameter_list = mode.tracer.parameters()
        super().set_state_dict(state_dict)

    set_state_dict = load_state_dict = set_dict


_LAST = "regularization grad_clip name"


class SGDOptimizer(Optimizer, core.SGD):
    """Stochastic gradient descent."""

    _orders = "regularization name", f"parameter_list {_LAST}"


class MomentumOptimizer(Optimizer, core.Momentum):
    """SGD with a velocity."""

    _orders = "momentum use_nesterov regularization name", f"momentum parameter_list use_nesterov {_LAST}"


class AdagradOptimizer(Optimizer, core.Adagrad):
    """Adagrad."""

    _orders = (
        "epsilon regularization name initial_accumulator_value",
        f"epsilon parameter_list {_LAST} initial_accumulator_value",
    )


class AdamOptimizer(Optimizer, core.Adam):
    """Adam."""

    _default_rate = 0.001
    _orders = (
        "beta1 beta2 epsilon regularization name lazy_mode",
        f"beta1 beta2 epsilon parameter_list {_LAST} lazy_mode",
    )


class AdamaxOptimizer(Optimizer, core.Adamax):
    """Adamax."""

    _default_rate = 0.001
    _orders = "beta1 beta2 epsilon regularization name", f"beta1 beta2 epsilon parameter_list {_LAST}"


class AdadeltaOptimizer(Optimizer, core.Adadelta):
    """Adadelta, which in 1.x has no use for the learning rate.

    (1.8.5 takes its step from the average that it has just written, and so goes a little further; this is the paper's.)
    """

    _orders = "epsilon rho regularization name", f"epsilon rho parameter_list {_LAST}"

    def _jobs(self, update: Any) -> Any:
        update.rate = 1.0
        return super()._jobs(update)


class RMSPropOptimizer(Optimizer, core.RMSProp):
    """RMSProp."""

    _orders = (
        "rho epsilon momentum centered regularization name",
        f"rho epsilon momentum centered parameter_list {_LAST}",
    )


class LambOptimizer(Optimizer, core.Lamb):
    """LAMB as it is since 2.0, with the moments' bias corrected; the first steps of 1.x differ by some thousandths."""

    _default_rate = 0.001
    _orders = (
        "lamb_weight_decay beta1 beta2 epsilon regularization exclude_from_weight_decay_fn name",
        f"lamb_weight_decay beta1 beta2 epsilon parameter_list exclude_from_weight_decay_fn {_LAST}",
    )

    def __init__(self, learning_rate: Any = None, *args: Any, **kwargs: Any) -> None:
        given = self._named(args, kwargs)
        if given.pop("regularization", None) is not None:
            raise UnimplementedError(
                "LambOptimizer: regularization; its own lamb_weight_decay is the weight decay"
            )
        super().__init__(learning_rate, **given)


class DecayedAdagradOptimizer(Optimizer, early.DecayedAdagrad):
    """Adagrad with a mean that forgets."""

    _orders = "decay epsilon regularization name", f"decay epsilon parameter_list {_LAST}"


class FtrlOptimizer(Optimizer, early.Ftrl):
    """Follow the regularized leader. ``l2`` is what it says: 1.8.5 takes ``l1`` for both."""

    _orders = "l1 l2 lr_power regularization name", f"l1 l2 lr_power parameter_list {_LAST}"


class LarsMomentumOptimizer(Optimizer, early.LarsMomentum):
    """Momentum whose rate follows each parameter's norm."""

    _orders = (
        "momentum lars_coeff lars_weight_decay regularization name",
        f"momentum lars_coeff lars_weight_decay parameter_list {_LAST}",
    )


class DpsgdOptimizer(Optimizer, early.Dpsgd):
    """SGD with differential privacy. The noise is drawn for every element: 1.8.5 adds one number to all."""

    _default_rate = 0.001
    _orders = ("clip batch_size sigma parameter_list",) * 2


SGD, Momentum, Adagrad, Adam = SGDOptimizer, MomentumOptimizer, AdagradOptimizer, AdamOptimizer
Adamax, Adadelta, Ftrl = AdamaxOptimizer, AdadeltaOptimizer, FtrlOptimizer
DecayedAdagrad, LarsMomentum, Dpsgd = DecayedAdagradOptimizer, LarsMomentumOptimizer, DpsgdOptimizer
RMSProp, Lamb = RMSPropOptimizer, LambOptimizer

DGCMomentumOptimizer = refused(
    "DGCMomentumOptimizer", "there is one device: use MomentumOptimizer", "fluid.optimizer"
)
PipelineOptimizer = refused(
    "PipelineOptimizer", "there is one device: use the optimizer inside", "fluid.optimizer"
)
