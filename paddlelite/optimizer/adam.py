"""Adam and its relatives: AdamW, Adamax, Lamb."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..nn.clip import squared_norm
from ..regularizer import WeightDecayRegularizer
from .blocks import Job, run
from .optimizer import Optimizer, Update
from .ranges import below_one, not_negative, number
from .registers import Register, sqrt
from .state import Slot

__all__ = ["Adam", "AdamW", "Adamax", "Lamb"]


class Adam(Optimizer):
    """Adam (Kingma and Ba; Paddle's op `adam`).

    `m = beta1 * m + (1 - beta1) * g`, `v = beta2 * v + (1 - beta2) * g * g`, and
    `p -= lr * sqrt(1 - beta2 ** t) / (1 - beta1 ** t) * m / (sqrt(v) + epsilon * sqrt(1 - beta2 ** t))`.

    Args:
        beta1, beta2: numbers in [0, 1), or tensors of one element.
        epsilon: >= 0.
        amsgrad: divide by the greatest `v` so far.
        lazy_mode: accepted; it concerns sparse gradients, which do not occur here.
        use_multi_tensor: accepted; all parameters are always updated together.

    The others: see `Optimizer`; `weight_decay` is added to the gradient.

    Examples:
        >>> import paddlelite as paddle
        >>> layer = paddle.nn.Linear(2, 1)
        >>> adam = paddle.optimizer.Adam(0.01, parameters=layer.parameters())
        >>> layer(paddle.ones([3, 2])).mean().backward()
        >>> adam.step()
        >>> adam.clear_grad()
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta1: Any = 0.9,
        beta2: Any = 0.999,
        epsilon: Any = 1e-8,
        parameters: Any = None,
        weight_decay: Any = None,
        grad_clip: Any = None,
        lazy_mode: bool = False,
        multi_precision: bool = False,
        use_multi_tensor: bool = False,
        amsgrad: bool = False,
        name: str | None = None,
    ) -> None:
        self._amsgrad = bool(amsgrad)
        super().__init__(
            learning_rate,
            parameters,
            weight_decay,
            grad_clip,
            name,
            multi_precision=multi_precision,
            beta1=beta1,
            beta2=beta2,
            epsilon=epsilon,
        )

    def _check(self, options: dict[str, Any]) -> None:
        below_one(options, "beta1", "beta2")
        not_negative(options, "epsilon")

    def _slots(self, update: Update) -> list[Slot]:
        powers = [
            Slot("beta1_pow_acc", update.options["beta1"], (1,)),
            Slot("beta2_pow_acc", update.options["beta2"], (1,)),
        ]
        greatest = [Slot("moment2_max")] if self._amsgrad else []
        return [Slot("moment1"), Slot("moment2"), *greatest, *powers]

    def _shrink(self, update: Update) -> float:
        """The factor on the parameter before the step: decoupled weight decay, which Adam has not."""
        return 1.0

    def _jobs(self, update: Update) -> Sequence[Job]:
        options = update.options
        power1, power2 = (
            _advance(update, "beta1_pow_acc", "beta1"),
            _advance(update, "beta2_pow_acc", "beta2"),
        )
        correction = sqrt(1 - power2)
        block = _adam_block(
            options["beta1"],
            options["beta2"],
            options["epsilon"] * correction,
            update.rate * correction / (1 - power1),
            self._shrink(update),
        )
        return [update.job(block, "moment1", "moment2", *(["moment2_max"] if self._amsgrad else []))]


def _advance(update: Update, slot: str, option: str) -> float:
    """The power of a beta in this step; the accumulator goes on to that of the next."""
    acc = update.acc[slot]
    now = acc.item()
    acc *= update.options[option]
    return now


def _adam_block(
    beta1: float, beta2: float, epsilon: float, rate: float, shrink: float
) -> Callable[..., None]:
    def block(p: Any, g: Any, scratch: Any, m: Any, v: Any, greatest: Any = None) -> None:
        t = scratch[0]
        _mean(m, g, beta1, t)
        _mean_square(v, g, beta2, t)
        if greatest is not None:
            v = np.maximum(greatest, v, out=greatest)
        np.sqrt(v, t)
        np.add(t, epsilon, t)
        np.divide(m, t, t)
        np.multiply(t, rate, t)
        if isinstance(shrink, Register) or shrink != 1.0:
            np.multiply(p, shrink, p)
        np.subtract(p, t, p)

    return block


def _mean(m: Any, g: Any, beta: float, t: Any) -> None:
    """`m = beta * m + (1 - beta) * g`."""
    np.multiply(m, beta, m)
    np.multiply(g, 1 - beta, t)
    np.add(m, t, m)


def _mean_square(v: Any, g: Any, beta: float, t: Any) -> None:
    """`v = beta * v + (1 - beta) * g * g`."""
    np.multiply(v, beta, v)
    np.multiply(g, g, t)
    np.multiply(t, 1 - beta, t)
    np.add(v, t, v)


class AdamW(Adam):
    """Adam with decoupled weight decay: `p *= 1 - lr * weight_decay` before the step (Loshchilov and Hutter).

    Args:
        weight_decay: a number.
        lr_ratio: a function of a parameter that gives a factor on its learning rate.
        apply_decay_param_fun: a function of a parameter's name that says whether it decays.
        use_lowprecision_moment: accepted; moments of float16 and bfloat16 parameters are float32.

    The others: see `Adam` (Paddle's op `adamw`).

    Raises:
        TypeError: `weight_decay` is no number, or a function can not be called.

    Examples:
        >>> import paddlelite as paddle
        >>> layer = paddle.nn.Linear(2, 1)
        >>> adamw = paddle.optimizer.AdamW(
        ...     0.01,
        ...     parameters=layer.parameters(),
        ...     weight_decay=0.1,
        ...     apply_decay_param_fun=lambda name: ".w_" in name,
        ... )
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta1: Any = 0.9,
        beta2: Any = 0.999,
        epsilon: Any = 1e-8,
        parameters: Any = None,
        weight_decay: Any = 0.01,
        use_lowprecision_moment: bool = False,
        lr_ratio: Callable[[Any], float] | None = None,
        apply_decay_param_fun: Callable[[str], bool] | None = None,
        grad_clip: Any = None,
        lazy_mode: bool = False,
        multi_precision: bool = False,
        amsgrad: bool = False,
        name: str | None = None,
    ) -> None:
        for what, function in (("lr_ratio", lr_ratio), ("apply_decay_param_fun", apply_decay_param_fun)):
            if function is not None and not callable(function):
                raise TypeError(f"{what} should be a function, but received {type(function).__name__}")
        self._lr_ratio = lr_ratio
        self._decays = apply_decay_param_fun
        super().__init__(
            learning_rate,
            beta1,
            beta2,
            epsilon,
            parameters,
            weight_decay,
            grad_clip,
            lazy_mode,
            multi_precision,
            amsgrad=amsgrad,
            name=name,
        )

    def _decay(self, weight_decay: Any) -> Any:
        if weight_decay is None or isinstance(weight_decay, WeightDecayRegularizer):
            raise TypeError(
                "weight_decay should be int, float or Tensor: AdamW decays parameters, not gradients."
            )
        return number("weight_decay", weight_decay)

    def _set_decay(self, update: Update) -> None:
        if self._lr_ratio is not None:
            update.rate *= float(self._lr_ratio(update.tensor))

    def _shrink(self, update: Update) -> float:
        if self._decays is not None and not self._decays(update.name):
            return 1.0
        return 1.0 - update.rate * update.group.decay


class Adamax(Optimizer):
    """Adam with the greatest gradient instead of the mean square (Kingma and Ba; Paddle's op `adamax`).

    `n = max(|g|, beta2 * n + epsilon)`, `p -= lr / (1 - beta1 ** t) * m / n`. Args: see `Adam`.

    Examples:
        >>> import paddlelite as paddle
        >>> layer = paddle.nn.Linear(2, 1)
        >>> adamax = paddle.optimizer.Adamax(0.01, parameters=layer.parameters())
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta1: Any = 0.9,
        beta2: Any = 0.999,
        epsilon: Any = 1e-8,
        parameters: Any = None,
        weight_decay: Any = None,
        grad_clip: Any = None,
        name: str | None = None,
    ) -> None:
        super().__init__(
            learning_rate,
            parameters,
            weight_decay,
            grad_clip,
            name,
            beta1=beta1,
            beta2=beta2,
            epsilon=epsilon,
        )

    def _check(self, options: dict[str, Any]) -> None:
        below_one(options, "beta1", "beta2")
        not_negative(options, "epsilon")

    def _slots(self, update: Update) -> list[Slot]:
        return [Slot("moment"), Slot("inf_norm"), Slot("beta1_pow_acc", update.options["beta1"], (1,))]

    def _jobs(self, update: Update) -> Sequence[Job]:
        beta1, beta2, epsilon = (update.options[name] for name in ("beta1", "beta2", "epsilon"))
        rate = update.rate / (1 - _advance(update, "beta1_pow_acc", "beta1"))

        def block(p: Any, g: Any, scratch: Any, m: Any, n: Any) -> None:
            t = scratch[0]
            _mean(m, g, beta1, t)
            np.multiply(n, beta2, n)
            np.add(n, epsilon, n)
            np.maximum(n, np.abs(g, t), out=n)
            np.divide(m, n, t)
            np.subtract(p, np.multiply(t, rate, t), p)

        return [update.job(block, "moment", "inf_norm")]


class Lamb(Optimizer):
    """Adam whose step is as long as the parameter is large, for large batches (You et al.; Paddle's op `lamb`).

    `r = m' / (sqrt(v') + epsilon) + lamb_weight_decay * p` with the corrected moments, `p -= lr * |p| / |r| * r`.

    Args:
        exclude_from_weight_decay_fn: a function of a parameter that says whether it does not decay.
        always_adapt: scale by the norms even without weight decay.

    The others: see `Adam`.

    Examples:
        >>> import paddlelite as paddle
        >>> layer = paddle.nn.Linear(2, 1)
        >>> lamb = paddle.optimizer.Lamb(0.01, lamb_weight_decay=0.02, parameters=layer.parameters())
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        lamb_weight_decay: float = 0.01,
        beta1: Any = 0.9,
        beta2: Any = 0.999,
        epsilon: Any = 1e-6,
        parameters: Any = None,
        grad_clip: Any = None,
        exclude_from_weight_decay_fn: Callable[[Any], bool] | None = None,
        multi_precision: bool = False,
        always_adapt: bool = False,
        name: str | None = None,
    ) -> None:
        self._excluded = exclude_from_weight_decay_fn
        self._always_adapt = always_adapt
        super().__init__(
            learning_rate,
            parameters,
            None,
            grad_clip,
            name,
            multi_precision=multi_precision,
            beta1=beta1,
            beta2=beta2,
            epsilon=epsilon,
            lamb_weight_decay=lamb_weight_decay,
        )

    def _check(self, options: dict[str, Any]) -> None:
        below_one(options, "beta1", "beta2")
        not_negative(options, "epsilon")
        options["lamb_weight_decay"] = number("lamb_weight_decay", options["lamb_weight_decay"])

    def _slots(self, update: Update) -> list[Slot]:
        return [
            Slot("moment1"),
            Slot("moment2"),
            Slot("beta1_pow_acc", update.options["beta1"], (1,)),
            Slot("beta2_pow_acc", update.options["beta2"], (1,)),
        ]

    def _jobs(self, update: Update) -> Sequence[Job]:
        beta1, beta2, epsilon = (update.options[name] for name in ("beta1", "beta2", "epsilon"))
        excluded = self._excluded is not None and self._excluded(update.tensor)
        decay = 0.0 if excluded else update.options["lamb_weight_decay"]
        correct1 = 1 / (1 - _advance(update, "beta1_pow_acc", "beta1"))
        correct2 = 1 / (1 - _advance(update, "beta2_pow_acc", "beta2"))
        direction = np.empty_like(update.param)

        def block(p: Any, g: Any, scratch: Any, m: Any, v: Any, r: Any) -> None:
            t = scratch[0]
            _mean(m, g, beta1, t)
            _mean_square(v, g, beta2, t)
            np.sqrt(np.multiply(v, correct2, t), t)
            np.add(t, epsilon, t)
            np.multiply(m, correct1, r)
            np.divide(r, t, r)
            if decay:
                np.add(r, np.multiply(p, decay, t), r)

        update.acc = {**update.acc, "direction": direction}
        # the whole direction is needed before the first element can change
        run([update.job(block, "moment1", "moment2", "direction")])
        rate = update.rate * (self._trust(update.param, direction) if decay or self._always_adapt else 1.0)

        def step(scratch: Any, p: Any, r: Any) -> None:
            np.subtract(p, np.multiply(r, rate, r), p)

        return [Job(step, (update.param, direction))]

    @staticmethod
    def _trust(p: np.ndarray, direction: np.ndarray) -> Any:
        length, step = sqrt(squared_norm(p)), sqrt(squared_norm(direction))
        if isinstance(length, Register):
            return np.where(length * step > 0, length / step, 1.0)
        return length / step if length > 0 and step > 0 else 1.0
