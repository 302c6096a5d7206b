"""Ftrl, DecayedAdagrad, LarsMomentum and Dpsgd: what only 1.x had, as `paddle.fluid.optimizer`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..dtypes import BY_NUMPY
from ..errors import InvalidArgumentError
from ..nn.clip import squared_norm
from ..tensor.random import gaussian
from .adaptive import mean_square
from .blocks import Job, run
from .optimizer import Optimizer, Update
from .ranges import is_set, not_negative, number
from .registers import Register, sqrt
from .state import Slot

__all__ = ["DecayedAdagrad", "Dpsgd", "Ftrl", "LarsMomentum"]


class Ftrl(Optimizer):
    """Follow the regularized leader, per coordinate (McMahan et al.; Paddle's op `ftrl`).

    With `s` the sum of the gradient's squares and `z` the linear accumulator: `z += g - (s'**k - s**k) / lr * p`,
    `p = (l1 * sign(z) - z) / (s'**k / lr + 2 * l2)` where `|z| > l1`, and 0 elsewhere; `k = -lr_power`.

    Args:
        l1: >= 0, sets parameters to 0 that matter less.
        l2: >= 0, shrinks parameters. (1.8.5 reads `l1` in its place.)
        lr_power: how steps shrink with the gradients' squares.

    The others: see `Optimizer`.
    """

    def __init__(
        self,
        learning_rate: Any,
        l1: float = 0.0,
        l2: float = 0.0,
        lr_power: float = -0.5,
        parameters: Any = None,
        weight_decay: Any = None,
        grad_clip: Any = None,
        name: str | None = None,
    ) -> None:
        super().__init__(
            learning_rate, parameters, weight_decay, grad_clip, name, l1=l1, l2=l2, lr_power=lr_power
        )

    def _check(self, options: dict[str, Any]) -> None:
        not_negative(options, "l1", "l2")
        options["lr_power"] = number("lr_power", options["lr_power"])

    def _slots(self, update: Update) -> list[Slot]:
        return [Slot("squared"), Slot("linear")]

    def _jobs(self, update: Update) -> Sequence[Job]:
        # The least bit keeps 0 / 0 out, where no gradient has come yet: as in Paddle's kernel.
        l1, l2 = update.options["l1"] + 1e-10, update.options["l2"] + 1e-10
        rate, power = update.rate, -update.options["lr_power"]

        def block(p: Any, g: Any, scratch: Any, squares: Any, linear: Any) -> None:
            t, u = scratch
            _powered(squares, power, t)
            np.add(squares, np.multiply(g, g, u), squares)
            _powered(squares, power, u)
            np.multiply(np.divide(np.subtract(u, t, t), rate, t), p, t)
            np.add(linear, np.subtract(g, t, t), linear)
            np.add(np.divide(u, rate, u), 2 * l2, u)
            np.subtract(np.multiply(np.sign(linear, t), l1, t), linear, t)
            np.copyto(p, np.where(np.absolute(linear) > l1, np.divide(t, u, t), 0.0))

        return [update.job(block, "squared", "linear")]


def _powered(x: Any, power: float, out: Any) -> None:
    if power == 0.5:
        np.sqrt(x, out)
    else:
        np.power(x, power, out)


class DecayedAdagrad(Optimizer):
    """Adagrad with a mean that forgets: `m = decay * m + (1 - decay) * g * g`, `p -= lr * g / (sqrt(m) + epsilon)`.

    Args:
        decay: how much of the mean stays.
        epsilon: >= 0.

    The others: see `Optimizer` (Paddle's op `decayed_adagrad`).
    """

    def __init__(
        self,
        learning_rate: Any,
        decay: float = 0.95,
        epsilon: float = 1e-6,
        parameters: Any = None,
        weight_decay: Any = None,
        grad_clip: Any = None,
        name: str | None = None,
    ) -> None:
        super().__init__(
            learning_rate, parameters, weight_decay, grad_clip, name, decay=decay, epsilon=epsilon
        )

    def _check(self, options: dict[str, Any]) -> None:
        not_negative(options, "decay", "epsilon")

    def _slots(self, update: Update) -> list[Slot]:
        return [Slot("moment")]

    def _jobs(self, update: Update) -> Sequence[Job]:
        rate, decay, epsilon = update.rate, update.options["decay"], update.options["epsilon"]

        def block(p: Any, g: Any, scratch: Any, moment: Any) -> None:
            t, u = scratch
            mean_square(moment, g, decay, t)
            np.add(np.sqrt(moment, t), epsilon, t)
            np.subtract(p, np.divide(np.multiply(g, rate, u), t, t), p)

        return [update.job(block, "moment")]


class LarsMomentum(Optimizer):
    """Momentum whose rate follows each parameter's norm, for large batches (You et al.; Paddle's op `lars_momentum`).

    `rate = lr * lars_coeff * |p| / (|g| + lars_weight_decay * |p|)`, or `lr` where a norm is 0;
    `v = momentum * v + rate * (g + lars_weight_decay * p)`, `p -= v`.

    Args:
        momentum: how much of the velocity stays.
        lars_coeff: how far a layer is trusted to change its weights.
        lars_weight_decay: the decay that belongs to the rule.

    The others: see `Optimizer`.
    """

    def __init__(
        self,
        learning_rate: Any,
        momentum: float,
        lars_coeff: float = 0.001,
        lars_weight_decay: float = 0.0005,
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
            momentum=momentum,
            lars_coeff=lars_coeff,
            lars_weight_decay=lars_weight_decay,
        )

    def _check(self, options: dict[str, Any]) -> None:
        is_set(options, "momentum")
        for name in ("momentum", "lars_coeff", "lars_weight_decay"):
            options[name] = number(name, options[name])

    def _slots(self, update: Update) -> list[Slot]:
        return [Slot("velocity")]

    def _jobs(self, update: Update) -> Sequence[Job]:
        momentum, coeff, decay = (
            update.options[name] for name in ("momentum", "lars_coeff", "lars_weight_decay")
        )
        # The norms are of the whole gradient, clipped and decayed, before the first element can change.
        gradient = _whole_gradient(update)
        length, slope = sqrt(squared_norm(update.param)), sqrt(squared_norm(gradient))
        rate = update.rate * _layer_rate(length, slope, coeff, decay)

        def block(scratch: Any, p: Any, g: Any, v: Any) -> None:
            t = scratch[0]
            np.add(g, np.multiply(p, decay, t), t)
            np.add(np.multiply(v, momentum, v), np.multiply(t, rate, t), v)
            np.subtract(p, v, p)

        return [Job(block, (update.param, gradient, update.acc["velocity"].reshape(-1)))]


def _whole_gradient(update: Update) -> Any:
    """The gradient, clipped and decayed."""
    whole = np.empty_like(update.param)
    update.acc = {**update.acc, "gradient": whole}
    run([update.job(lambda p, g, scratch, out: np.copyto(out, g), "gradient")])
    return whole


def _layer_rate(length: Any, slope: Any, coeff: float, decay: float) -> Any:
    """LARS's factor on the learning rate."""
    if isinstance(length, Register):
        return np.where(length * slope > 0, length * coeff / (slope + length * decay), 1.0)
    return coeff * length / (slope + decay * length) if length > 0 and slope > 0 else 1.0


class Dpsgd(Optimizer):
    """SGD with differential privacy: `p -= lr * (g / max(1, |g| / clip) + noise)` (Abadi et al.; Paddle's op `dpsgd`).

    Args:
        clip: what each parameter's gradient is shortened to.
        batch_size: the noise is divided by it.
        sigma: the noise's standard deviation. It is drawn for every element (1.8.5 adds one number to all).

    The others: see `Optimizer`.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        clip: float = 0.9,
        batch_size: float = 0.999,
        sigma: float = 1e-8,
        parameters: Any = None,
        grad_clip: Any = None,
    ) -> None:
        super().__init__(
            learning_rate, parameters, None, grad_clip, clip=clip, batch_size=batch_size, sigma=sigma
        )

    def _check(self, options: dict[str, Any]) -> None:
        is_set(options, "clip", "batch_size", "sigma")
        not_negative(options, "clip", "batch_size", "sigma")
        if not options["clip"] or not options["batch_size"]:
            raise InvalidArgumentError("Dpsgd: clip and batch_size must be greater than 0")

    def _jobs(self, update: Update) -> Sequence[Job]:
        clip, size, sigma = (update.options[name] for name in ("clip", "batch_size", "sigma"))
        gradient, noise = _whole_gradient(update), _noise(update, sigma / size)
        excess = sqrt(squared_norm(gradient)) / clip
        shrink = 1.0 / np.maximum(excess, 1.0)
        rate = update.rate

        def block(scratch: Any, p: Any, g: Any, drawn: Any) -> None:
            t = scratch[0]
            np.add(np.multiply(g, shrink, t), drawn, t)
            np.subtract(p, np.multiply(t, rate, t), p)

        return [Job(block, (update.param, gradient, noise))]


def _noise(update: Update, deviation: float) -> Any:
    """Normal numbers for every element of the parameter: flat, or a register in a graph."""
    drawn = gaussian(list(update.tensor.dims), std=deviation, dtype=BY_NUMPY[update.param.dtype])
    return Register(drawn) if drawn._data is None else drawn._data.reshape(-1)
