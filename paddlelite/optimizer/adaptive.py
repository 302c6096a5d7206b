"""Adagrad, Adadelta and RMSProp: steps scaled by past squares of the gradient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .blocks import Job
from .optimizer import Optimizer, Update
from .ranges import is_set, not_negative, number
from .state import Slot

__all__ = ["Adadelta", "Adagrad", "RMSProp", "mean_square"]


class Adagrad(Optimizer):
    """`m += g * g`, `p -= lr * g / (sqrt(m) + epsilon)` (Duchi et al.; Paddle's op `adagrad`).

    Args:
        epsilon: >= 0.
        initial_accumulator_value: the first `m`.

    The others: see `Optimizer`.

    Examples:
        >>> import paddlelite as paddle
        >>> layer = paddle.nn.Linear(2, 1)
        >>> adagrad = paddle.optimizer.Adagrad(0.1, parameters=layer.parameters())
    """

    def __init__(
        self,
        learning_rate: Any,
        epsilon: float = 1e-6,
        parameters: Any = None,
        weight_decay: Any = None,
        grad_clip: Any = None,
        name: str | None = None,
        initial_accumulator_value: float = 0.0,
    ) -> None:
        super().__init__(
            learning_rate,
            parameters,
            weight_decay,
            grad_clip,
            name,
            epsilon=epsilon,
            initial_accumulator_value=initial_accumulator_value,
        )

    def _check(self, options: dict[str, Any]) -> None:
        is_set(options, "epsilon")
        not_negative(options, "epsilon", "initial_accumulator_value")

    def _slots(self, update: Update) -> list[Slot]:
        return [Slot("moment", update.options["initial_accumulator_value"])]

    def _jobs(self, update: Update) -> Sequence[Job]:
        rate, epsilon = update.rate, update.options["epsilon"]

        def block(p: Any, g: Any, scratch: Any, m: Any) -> None:
            t, u = scratch
            np.add(m, np.multiply(g, g, t), m)
            np.add(np.sqrt(m, t), epsilon, t)
            np.divide(np.multiply(g, rate, u), t, t)
            np.subtract(p, t, p)

        return [update.job(block, "moment")]


class Adadelta(Optimizer):
    """Steps in the unit of the parameter (Zeiler; Paddle's op `adadelta`).

    With `s` the running mean of the gradient's squares and `u` that of the steps':
    `step = sqrt((u + epsilon) / (s + epsilon)) * g`, `p -= lr * step`.

    Args:
        epsilon: >= 0.
        rho: how much of the running means stays.

    The others: see `Optimizer`.

    Examples:
        >>> import paddlelite as paddle
        >>> layer = paddle.nn.Linear(2, 1)
        >>> adadelta = paddle.optimizer.Adadelta(0.1, parameters=layer.parameters())
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        epsilon: float = 1e-6,
        rho: float = 0.95,
        parameters: Any = None,
        weight_decay: Any = None,
        grad_clip: Any = None,
        name: str | None = None,
    ) -> None:
        super().__init__(learning_rate, parameters, weight_decay, grad_clip, name, epsilon=epsilon, rho=rho)

    def _check(self, options: dict[str, Any]) -> None:
        is_set(options, "epsilon", "rho")
        not_negative(options, "epsilon")
        options["rho"] = number("rho", options["rho"])

    def _slots(self, update: Update) -> list[Slot]:
        return [Slot("_avg_squared_grad"), Slot("_avg_squared_update")]

    def _jobs(self, update: Update) -> Sequence[Job]:
        rate, epsilon, rho = update.rate, update.options["epsilon"], update.options["rho"]

        def block(p: Any, g: Any, scratch: Any, squares: Any, steps: Any) -> None:
            t, u = scratch
            mean_square(squares, g, rho, t)
            np.add(steps, epsilon, t)
            np.divide(t, np.add(squares, epsilon, u), t)
            np.multiply(np.sqrt(t, t), g, t)
            mean_square(steps, t, rho, u)
            np.subtract(p, np.multiply(t, rate, t), p)

        return [update.job(block, "_avg_squared_grad", "_avg_squared_update")]


class RMSProp(Optimizer):
    """`s = rho * s + (1 - rho) * g * g`, `v = momentum * v + lr * g / sqrt(s + epsilon)`, `p -= v` (Hinton).

    Args:
        rho: how much of the running means stays, >= 0.
        epsilon: >= 0.
        momentum: how much of the velocity stays, >= 0.
        centered: divide by the variance: `s` less the square of the running mean of `g`.

    The others: see `Optimizer` (Paddle's op `rmsprop`).

    Raises:
        ValueError: an argument is None or negative.

    Examples:
        >>> import paddlelite as paddle
        >>> layer = paddle.nn.Linear(2, 1)
        >>> rmsprop = paddle.optimizer.RMSProp(0.1, rho=0.9, parameters=layer.parameters())
    """

    def __init__(
        self,
        learning_rate: Any,
        rho: float = 0.95,
        epsilon: float = 1e-6,
        momentum: float = 0.0,
        centered: bool = False,
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
            rho=rho,
            epsilon=epsilon,
            momentum=momentum,
            centered=centered,
        )

    def _check(self, options: dict[str, Any]) -> None:
        is_set(options, "rho", "epsilon", "momentum")
        not_negative(options, "rho", "epsilon", "momentum")

    def _slots(self, update: Update) -> list[Slot]:
        return [Slot("momentum"), Slot("mean_square"), Slot("mean_grad")]

    def _jobs(self, update: Update) -> Sequence[Job]:
        rho, epsilon, momentum = (update.options[name] for name in ("rho", "epsilon", "momentum"))
        rate, centered = update.rate, update.options["centered"]

        def block(p: Any, g: Any, scratch: Any, velocity: Any, squares: Any, mean: Any = None) -> None:
            t, u = scratch
            mean_square(squares, g, rho, t)
            variance = squares
            if mean is not None:
                np.multiply(mean, rho, mean)
                np.add(mean, np.multiply(g, 1 - rho, t), mean)
                variance = np.subtract(squares, np.multiply(mean, mean, t), t)
            np.sqrt(np.add(variance, epsilon, t), t)
            np.divide(np.multiply(g, rate, u), t, t)
            np.add(np.multiply(velocity, momentum, velocity), t, velocity)
            np.subtract(p, velocity, p)

        return [update.job(block, "momentum", "mean_square", *(["mean_grad"] if centered else []))]


def mean_square(mean: Any, g: Any, rho: float, t: Any) -> None:
    """`mean = rho * mean + (1 - rho) * g * g`."""
    np.multiply(mean, rho, mean)
    np.multiply(np.multiply(g, g, t), 1 - rho, t)
    np.add(mean, t, mean)
